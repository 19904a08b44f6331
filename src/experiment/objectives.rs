//! Verdicts: an interval against a bound. Too little data is undecided, never met.

use crate::model::Findings;
use crate::outcome::{Metric, ObjectiveResult, Verdict};
use crate::scenario::Scenario;
use crate::scenario::spec::{Objective, Relation};
use crate::stats::count_interval;
use crate::units::{Unit, three_digits};

/// The verdict of every objective.
pub fn judge(scenario: &Scenario, metrics: &[Metric], done: &[Findings]) -> Vec<ObjectiveResult> {
    scenario.objectives.iter().map(|objective| result(objective, metrics, done, scenario.run.confidence)).collect()
}

fn result(objective: &Objective, metrics: &[Metric], done: &[Findings], confidence: f64) -> ObjectiveResult {
    let metric = metrics.iter().find(|metric| metric.name == objective.metric);
    let (verdict, reason) = match metric {
        None => (Verdict::Undecided, "nothing was measured for it".into()),
        Some(metric) if metric.unit == Unit::Count && objective.relation == Relation::Equal => count(objective, metric, done, confidence),
        Some(metric) => interval(objective, metric),
    };
    ObjectiveResult {
        metric: objective.metric.clone(),
        bound: objective.bound.clone(),
        limit: objective.limit,
        unit: metric.map_or(Unit::Count, |metric| metric.unit),
        verdict,
        point: metric.map(|metric| metric.point),
        low: metric.and_then(|metric| metric.low),
        high: metric.and_then(|metric| metric.high),
        reason,
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

/// Half the width of an objective's interval as a share of its point; none where it has no interval or no size.
pub fn relative_half_width(objective: &Objective, metrics: &[Metric]) -> Option<f64> {
    let metric = metrics.iter().find(|metric| metric.name == objective.metric)?;
    let width = metric.high? - metric.low?;
    (metric.point != 0.0).then(|| width / 2.0 / metric.point.abs())
}
