//! One long steady run, cut into batches: intervals of means where neighbors are not correlated, none otherwise.

use crate::run_help::{metric, outcome, scenario_set};
use busload::outcome::{Outcome, Verdict};

/// One server at half load, in one long run.
const LONG: &str = r#"
    [run]
    kind = "steady"
    horizon = "12h"
    warm_up = "10m"
    replications = 1
    [sor.source]
    [event.customer]
    from = "source"
    to = "line"
    rate = "0.5/s"
    [segment.bus]
    [queue.line]
    segment = "bus"
    [subscriber.server]
    from = "line"
    work = "exp(1s)"
    [objective]
    "subscriber.server.end_to_end.mean" = "< 4s"
    "subscriber.server.end_to_end.p99" = "< 60s"
"#;

const SOJOURN: &str = "subscriber.server.end_to_end.mean";

fn long(settings: &[(&str, &str)]) -> Outcome {
    outcome(&scenario_set(LONG, settings))
}

fn holds(outcome: &Outcome, name: &str, truth: f64) -> Option<bool> {
    let metric = metric(outcome, name);
    metric.low.zip(metric.high).map(|(low, high)| (low..=high).contains(&truth))
}

#[test]
fn means_of_one_long_run_have_intervals_and_nothing_else_has() {
    let outcome = long(&[]);
    let batches = outcome.run.batches.as_ref().expect("it is cut");
    assert_eq!(batches.count, 20);
    for metric in outcome.metrics.iter().filter(|metric| metric.low.is_some()) {
        assert!(metric.name.ends_with(".mean") || metric.name.ends_with(".throughput"), "{}", metric.name);
        assert_eq!(metric.n, 20, "{}", metric.name);
        let within = |low: Option<f64>, high: Option<f64>| low.unwrap() <= metric.point && metric.point <= high.unwrap();
        assert!(within(metric.low, metric.high) && within(metric.one_run_low, metric.one_run_high));
        // Another run has its own chance beside that of this one.
        assert!(metric.one_run_high >= metric.high && metric.one_run_low <= metric.low, "{}", metric.name);
    }
    let verdicts: Vec<Verdict> = outcome.objectives.iter().map(|objective| objective.verdict).collect();
    assert_eq!(verdicts, [Verdict::Met, Verdict::Undecided]);
    assert!(metric(&outcome, "subscriber.server.end_to_end.p99").low.is_none());
}

/// 95 % of a hundred, give or take three standard errors.
#[test]
fn intervals_of_batches_hold_the_truth() {
    let seeds: Vec<String> = (1..=100).map(|seed: u32| seed.to_string()).collect();
    let truths = [(SOJOURN, 2.0), ("subscriber.server.utilization.mean", 0.5), ("subscriber.server.throughput", 0.5)];
    for (name, truth) in truths {
        let held: Vec<bool> = seeds.iter().filter_map(|seed| holds(&long(&[("run.seed", seed)]), name, truth)).collect();
        let share = held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
        // One in twenty is called correlated by chance.
        assert!(held.len() >= 85 && share >= 0.88, "{name}: {share} of {}", held.len());
    }
}

/// Half an hour at nine tenths of the load: a batch is shorter than the line's memory.
#[test]
fn correlated_batches_have_no_interval() {
    let short = [("event.customer.rate", "0.9/s"), ("run.horizon", "40m")];
    let outcomes: Vec<Outcome> = (1..=20).map(|seed: u32| long(&[short[0], short[1], ("run.seed", &seed.to_string())])).collect();
    let told: Vec<bool> = outcomes.iter().filter_map(|outcome| holds(outcome, SOJOURN, 10.0)).collect();
    assert!(told.len() <= 4, "{} of 20", told.len());
    let said = |outcome: &Outcome| outcome.findings.iter().any(|finding| finding.kind == "run_too_short");
    for outcome in outcomes.iter().filter(|outcome| metric(outcome, SOJOURN).low.is_none()) {
        assert!(said(outcome) && outcome.objectives[0].verdict == Verdict::Undecided);
    }
}

#[test]
fn one_day_and_many_replications_are_not_cut() {
    let day = long(&[("run.kind", "day")]);
    assert!(day.run.batches.is_none() && day.metrics.iter().all(|metric| metric.low.is_none() && metric.one_run_low.is_none()));
    let many = long(&[("run.replications", "3"), ("run.horizon", "1h")]);
    assert!(many.run.batches.is_none() && metric(&many, SOJOURN).n == 3);
}
