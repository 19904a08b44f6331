//! Verdicts: an interval against a bound. Too little data is undecided, never met.

use super::doubt::{Doubt, is_of_a_line};
use super::merge::is_count;
use crate::model::{Figure, Findings};
use crate::outcome::{Metric, ObjectiveResult, Verdict};
use crate::scenario::spec::{Destination, Kind, Objective, Relation, Selector, Subscriber};
use crate::scenario::{Scenario, metric_catalog};
use crate::stats::count_interval;
use crate::units::{Unit, three_digits};

/// The verdict of every objective.
pub fn judge(scenario: &Scenario, confidence: f64, metrics: &[Metric], done: &[Findings], doubt: Option<&Doubt>) -> Vec<ObjectiveResult> {
    let case = Case { scenario, metrics, done, confidence, doubt };
    scenario.objectives.iter().map(|objective| case.result(objective)).collect()
}

/// What verdicts rest on.
struct Case<'a> {
    scenario: &'a Scenario,
    metrics: &'a [Metric],
    done: &'a [Findings],
    confidence: f64,
    doubt: Option<&'a Doubt>,
}

impl Case<'_> {
    fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }

    fn some(&self, name: &str) -> bool {
        self.metric(name).is_some_and(|metric| metric.point > 0.0)
    }

    fn result(&self, objective: &Objective) -> ObjectiveResult {
        let metric = self.metric(&objective.metric);
        let (verdict, reason) = match metric {
            None => self.nothing(objective),
            Some(metric) if matches!(metric.unit, Unit::Count | Unit::Share) && objective.relation == Relation::Equal => {
                certain(objective, metric, self.done, self.confidence)
            }
            Some(metric) => self.cut_off(objective, self.doubted(metric, interval(objective, metric))),
        };
        let defined = || metric_catalog(self.scenario).into_iter().find(|definition| definition.name == objective.metric);
        ObjectiveResult {
            metric: objective.metric.clone(),
            bound: objective.bound.clone(),
            limit: objective.limit,
            unit: metric.map(|metric| metric.unit).or_else(|| Some(defined()?.unit)).unwrap_or(Unit::Count),
            verdict,
            point: metric.map(|metric| metric.point),
            low: metric.and_then(|metric| metric.low),
            high: metric.and_then(|metric| metric.high),
            reason,
        }
    }

    /// A line that was not watched for long enough decides nothing; but what only grows is beyond its bound for good.
    fn doubted(&self, metric: &Metric, (verdict, reason): (Verdict, String)) -> (Verdict, String) {
        match self.doubt {
            Some(Doubt::Unstable) if verdict == Verdict::Missed => (verdict, reason),
            Some(doubt) if is_of_a_line(metric) => (Verdict::Undecided, doubt.reason().into()),
            _ => (verdict, reason),
        }
    }

    /// What had not come to its end in the run would be longer still: it may not make a bound met.
    fn cut_off(&self, objective: &Objective, (verdict, reason): (Verdict, String)) -> (Verdict, String) {
        let favored = match objective.relation {
            Relation::Less | Relation::AtMost => Verdict::Met,
            Relation::Greater | Relation::AtLeast => Verdict::Missed,
            Relation::Equal => return (verdict, reason),
        };
        match self.left_out(objective).or_else(|| self.too_few(objective)).filter(|_| verdict == favored) {
            Some(reason) => (Verdict::Undecided, reason),
            None => (verdict, reason),
        }
    }

    /// What an objective's metric leaves out, where that is enough to change it.
    fn left_out(&self, objective: &Objective) -> Option<String> {
        if let Some((entity, _)) = objective.metric.split_once(".drain.") {
            let open = self.metric(&format!("{entity}.drain.unfinished")).map_or(0.0, |metric| metric.point);
            let counts = self.scenario.run.kind == Kind::Day && open > 0.0;
            return counts
                .then(|| format!("{} disruptions a run were not recovered from at its end, and it leaves these out", three_digits(open)));
        }
        let figures = || self.figures(objective);
        let worst = mean(figures().filter_map(|figure| Some(figure.worst.map_or(figure.value?, |worst| worst.value))))?;
        let left = mean(figures().map(|figure| figure.worst.map_or(0.0, |worst| worst.left as f64)))?;
        let holds = match objective.relation {
            Relation::Less => worst < objective.limit,
            Relation::AtMost => worst <= objective.limit,
            Relation::Greater => worst <= objective.limit,
            Relation::AtLeast => worst < objective.limit,
            Relation::Equal => true,
        };
        (!holds).then(|| format!("{} more a run were still under way at its end, and it leaves these out", three_digits(left)))
    }

    /// Beyond a percentile of so few lies nothing in most runs: it is their maximum, and the true one is larger.
    fn too_few(&self, objective: &Objective) -> Option<String> {
        let (_, statistic) = objective.metric.rsplit_once('.')?;
        let percent = statistic.strip_prefix('p')?;
        let beyond = 1.0 - percent.parse::<f64>().ok()? / libm::pow(10.0, percent.len() as f64);
        let of = mean(self.figures(objective).filter_map(|figure| Some(figure.of? as f64)))?;
        (of * beyond < 1.0).then(|| {
            format!(
                "a run has {} of them, so that its {statistic} is next to its maximum: ask for a longer horizon, or a lower percentile",
                three_digits(of)
            )
        })
    }

    /// An objective's metric in each replication.
    fn figures(&self, objective: &Objective) -> impl Iterator<Item = &Figure> {
        self.done.iter().filter_map(|findings| findings.figures.iter().find(|figure| figure.name == objective.metric))
    }

    /// No replication has a sample: missed where there were changes to show.
    fn nothing(&self, objective: &Objective) -> (Verdict, String) {
        let is_of = |kind: &str, name: &str| objective.metric.starts_with(&format!("{kind}.{name}."));
        let subscribers = || self.scenario.takers();
        let waited_in_vain = match self.scenario.events.iter().position(|event| is_of("event", &event.name)) {
            Some(event) => {
                subscribers().any(|subscriber| self.scenario.events_of(subscriber).any(|of| of == event) && self.in_vain(subscriber))
            }
            None => subscribers().any(|subscriber| is_of(subscriber.kind(), &subscriber.name) && self.in_vain(subscriber)),
        };
        match waited_in_vain {
            true => (Verdict::Missed, "changes were raised for it and none was shown in any replication".into()),
            false => (Verdict::Undecided, "nothing was measured for it".into()),
        }
    }

    /// Something came for this subscriber, and it showed nothing of it.
    fn in_vain(&self, subscriber: &Subscriber) -> bool {
        let name = subscriber.entity();
        let raised = |event: usize| self.some(&format!("event.{}.raised", self.scenario.events[event].name));
        let dead_letters = match subscriber.from {
            Destination::Queue(queue) => self.some(&format!("queue.{}.published", self.scenario.queues[queue].name)),
            Destination::Topic(_) | Destination::Feed(_) => false,
        };
        // A selector may rightly let nothing through.
        let came = subscriber.selector == Selector::All && (dead_letters || self.scenario.events_of(subscriber).any(raised));
        self.metric(&format!("{name}.end_to_end.mean")).is_none() && (came || self.some(&format!("{name}.missed")))
    }
}

/// Of values that may be infinite.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// A count or a share is to be a certain one: it is when every replication says so.
fn certain(objective: &Objective, metric: &Metric, done: &[Findings], confidence: f64) -> (Verdict, String) {
    let values = done
        .iter()
        .filter_map(|findings| findings.figures.iter().find(|figure| figure.name == metric.name))
        .filter_map(|figure| figure.value);
    let others = values.filter(|value| *value != objective.limit).count();
    match others {
        0 if objective.limit == 0.0 => (Verdict::Met, format!("none in {} replications{}", metric.n, at_most(metric, confidence))),
        0 => (Verdict::Met, format!("so in all {} replications", metric.n)),
        n => (Verdict::Missed, format!("otherwise in {n} of {} replications", metric.n)),
    }
}

/// What none in so many runs says of the mean of a run: the upper end of its exact interval.
fn at_most(metric: &Metric, confidence: f64) -> String {
    let of_count = || count_interval(0, confidence).map(|interval| interval.high / f64::from(metric.n));
    let upper = if metric.unit == Unit::Count { of_count() } else { metric.high };
    upper.filter(|upper| *upper > 0.0).map_or(String::new(), |upper| match metric.unit {
        Unit::Count => format!(", so at most {} a run", three_digits(upper)),
        unit => format!(", so at most {} a run", unit.show(upper)),
    })
}

fn interval(objective: &Objective, metric: &Metric) -> (Verdict, String) {
    let (Some(low), Some(high)) = (metric.low, metric.high) else {
        return (Verdict::Undecided, "one replication has no interval of it: ask for more".into());
    };
    let limit = objective.limit;
    let (met, missed) = match objective.relation {
        Relation::Less => (high < limit, low >= limit),
        Relation::AtMost => (high <= limit, low > limit),
        Relation::Equal => (low == limit && high == limit, high < limit || low > limit),
        Relation::AtLeast => (low >= limit, high < limit),
        Relation::Greater => (low > limit, high <= limit),
    };
    match (met, missed) {
        (true, _) => (Verdict::Met, "the whole interval is within the bound".into()),
        (_, true) => (Verdict::Missed, "the whole interval is beyond the bound".into()),
        _ => (Verdict::Undecided, "the bound lies within the interval: more replications would tell".into()),
    }
}

/// Half the width of an objective's interval as a share of its point. None where that means nothing: a count that is to be a certain
/// one is judged run by run, and nothing is a share of zero. Infinite where there is a figure without an interval.
pub fn relative_half_width(objective: &Objective, metrics: &[Metric]) -> Option<f64> {
    let metric = metrics.iter().find(|metric| metric.name == objective.metric)?;
    if metric.point == 0.0 || (objective.relation == Relation::Equal && is_count(&metric.name, metric.unit)) {
        return None;
    }
    let (Some(low), Some(high)) = (metric.low, metric.high) else { return Some(f64::INFINITY) };
    // The longer side: the other may end where the possible does.
    Some((high - metric.point).max(metric.point - low) / metric.point.abs())
}
