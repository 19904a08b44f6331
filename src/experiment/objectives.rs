//! Verdicts: an interval against a bound. Too little data is undecided, never met.

use super::doubt::{Doubt, is_of_a_line};
use super::merge::is_count;
use crate::model::Findings;
use crate::outcome::{Metric, ObjectiveResult, RunFacts, Verdict};
use crate::scenario::spec::{Destination, Objective, Relation, Selector, Subscriber};
use crate::scenario::{Scenario, metric_catalog};
use crate::stats::count_interval;
use crate::units::{Unit, three_digits};

/// The verdict of every objective.
pub fn judge(scenario: &Scenario, run: &RunFacts, metrics: &[Metric], done: &[Findings]) -> Vec<ObjectiveResult> {
    let case = Case { scenario, metrics, done, confidence: run.confidence, doubt: Doubt::of(run, metrics) };
    scenario.objectives.iter().map(|objective| case.result(objective)).collect()
}

/// What verdicts rest on.
struct Case<'a> {
    scenario: &'a Scenario,
    metrics: &'a [Metric],
    done: &'a [Findings],
    confidence: f64,
    doubt: Option<Doubt>,
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
            Some(metric) if metric.unit == Unit::Count && objective.relation == Relation::Equal => {
                count(objective, metric, self.done, self.confidence)
            }
            Some(metric) => self.doubted(metric, interval(objective, metric)),
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
        match &self.doubt {
            Some(Doubt::Unstable) if verdict == Verdict::Missed => (verdict, reason),
            Some(doubt) if is_of_a_line(metric) => (Verdict::Undecided, doubt.reason().into()),
            _ => (verdict, reason),
        }
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

/// A count is to be a certain one: it is when every replication says so.
fn count(objective: &Objective, metric: &Metric, done: &[Findings], confidence: f64) -> (Verdict, String) {
    let values = done
        .iter()
        .filter_map(|findings| findings.figures.iter().find(|figure| figure.name == metric.name))
        .filter_map(|figure| figure.value);
    let others = values.filter(|value| *value != objective.limit).count();
    match others {
        0 if objective.limit == 0.0 => (Verdict::Met, format!("none in {} replications{}", metric.n, at_most(metric.n, confidence))),
        0 => (Verdict::Met, format!("so in all {} replications", metric.n)),
        n => (Verdict::Missed, format!("otherwise in {n} of {} replications", metric.n)),
    }
}

/// What none in so many runs says of the mean number in a run: the upper end of the exact Poisson interval.
fn at_most(replications: u32, confidence: f64) -> String {
    let upper = count_interval(0, confidence).map(|interval| interval.high / replications as f64);
    upper.map_or(String::new(), |upper| format!(", so at most {} a run", three_digits(upper)))
}

fn interval(objective: &Objective, metric: &Metric) -> (Verdict, String) {
    let (Some(low), Some(high)) = (metric.low, metric.high) else {
        return (Verdict::Undecided, "one replication has no interval: ask for more".into());
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
