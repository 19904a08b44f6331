//! The scenarios around callbacks that ship show what they are there to show.

use crate::designs::shipped;
use crate::run_help::{agrees, metric, outcome, point};
use busload::outcome::{Outcome, Verdict};

fn has(outcome: &Outcome, kind: &str) -> bool {
    outcome.findings.iter().any(|finding| finding.kind == kind)
}

/// The mean of a series over the last so many parts of ten.
fn at_the_end(outcome: &Outcome, name: &str, tenths: usize) -> f64 {
    let series = outcome.series.iter().find(|series| series.name == name).unwrap_or_else(|| panic!("there is no {name}"));
    let part = &series.mean[series.mean.len() - series.mean.len() * tenths / 10..];
    part.iter().sum::<f64>() / part.len() as f64
}

/// One minute of too much load is enough for the rest of the hour; a breaker, or no minute, and all is well.
#[test]
fn a_retry_storm_outlives_its_cause() {
    let two = ("run.replications", "2");
    let storm = outcome(&shipped("retry-storm.toml", &[two]));
    assert!(has(&storm, "retry_storm"));
    assert!(at_the_end(&storm, "sor.booking.wasted", 3) > 0.5);
    let breaker = ("subscriber.mailer.callback.breaker", "{ failures = 20, open_for = \"15s\" }");
    for calm in [&[two, breaker][..], &[two, ("surge", "[]")][..]] {
        let outcome = outcome(&shipped("retry-storm.toml", calm));
        assert!(!has(&outcome, "retry_storm"), "{calm:?}");
        assert!(at_the_end(&outcome, "sor.booking.wasted", 3) < 0.02, "{calm:?}");
        assert!((at_the_end(&outcome, "sor.booking.utilization.callbacks", 3) - 0.5).abs() < 0.1, "{calm:?}");
    }
}

/// Overload that is still being caused is no storm of retries, be it so mild that it takes its time.
#[test]
fn lasting_overload_is_no_retry_storm() {
    for (rate, wasted) in [("60/s", 0.5), ("41/s", 0.2)] {
        let settings = [("run.replications", "2"), ("event.booked.rate", rate), ("run.horizon", "20m"), ("surge", "[]")];
        let outcome = outcome(&shipped("retry-storm.toml", &settings));
        assert!(at_the_end(&outcome, "sor.booking.wasted", 1) > wasted, "{rate}");
        assert!(!has(&outcome, "retry_storm"), "{rate}");
    }
}

#[test]
fn an_old_system_cannot_bear_callbacks() {
    let settings = |weight| [("run.horizon", "1h"), ("run.replications", "3"), ("event.reserved.weight", weight)];
    let light = outcome(&shipped("legacy-sor.toml", &settings("light")));
    assert!(light.objectives.iter().all(|objective| objective.verdict == Verdict::Missed), "{:?}", light.objectives);
    let heavy = outcome(&shipped("legacy-sor.toml", &settings("heavy")));
    assert!(heavy.objectives.iter().all(|objective| objective.verdict == Verdict::Met), "{:?}", heavy.objectives);
    assert!(point(&heavy, "sor.reservations.utilization.peak") < 0.6 && point(&light, "sor.reservations.utilization.peak") > 0.95);
}

#[test]
fn poison_messages_end_as_dead_letters() {
    let outcome = outcome(&shipped("poison-message.toml", &[("run.replications", "10")]));
    assert!(outcome.objectives.iter().all(|objective| objective.verdict == Verdict::Met), "{:?}", outcome.objectives);
    let hours = 4.0 * 3600.0;
    agrees(&outcome, "subscriber.clerk.throughput", 0.05);
    agrees(&outcome, "subscriber.fulfillment.utilization.mean", 10.0 * 1.02 * 0.1 / 2.0);
    let (dead, redelivered) = (point(&outcome, "queue.orders.dead_lettered"), point(&outcome, "subscriber.fulfillment.redelivered"));
    assert!((redelivered / dead - 4.0).abs() < 0.05, "{redelivered} for {dead} in {hours} s");
    assert!(metric(&outcome, "subscriber.fulfillment.missed.dead_lettered").point > 0.0);
}
