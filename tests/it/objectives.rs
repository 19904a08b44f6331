//! Verdicts where data are few or long-run averages do not exist.

use crate::run_help::{outcome, point, run, scenario_set};
use busload::outcome::{ObjectiveResult, Outcome, Verdict};

/// One server with exponential work of 1 s, as a long-run question.
const SERVER: &str = r#"
    [run]
    kind = "steady"
    horizon = "30m"
    replications = 10
    [sor.source]
    [event.customer]
    from = "source"
    to = "line"
    rate = "0.97/s"
    [segment.bus]
    [queue.line]
    segment = "bus"
    [subscriber.server]
    from = "line"
    work = "exp(1s)"
    [objective]
    "subscriber.server.end_to_end.mean" = "< 30s"
    "subscriber.server.backlog.max" = "< 1000000"
    "subscriber.server.missed" = "= 0"
"#;

fn verdicts(outcome: &Outcome) -> Vec<Verdict> {
    outcome.objectives.iter().map(|objective| objective.verdict).collect()
}

fn has(outcome: &Outcome, kind: &str) -> bool {
    outcome.findings.iter().any(|finding| finding.kind == kind)
}

fn server(settings: &[(&str, &str)]) -> Outcome {
    outcome(&scenario_set(SERVER, settings))
}

/// In the long run 33.3 s, which half an hour from an empty start hardly shows.
#[test]
fn a_run_too_short_for_its_load_decides_nothing() {
    let outcome = server(&[]);
    assert_eq!(verdicts(&outcome), [Verdict::Undecided, Verdict::Undecided, Verdict::Met], "{:?}", outcome.objectives);
    assert!(outcome.objectives[0].reason.starts_with("run too short for its load"), "{}", outcome.objectives[0].reason);
    assert!(has(&outcome, "run_too_short") && !has(&outcome, "unstable"));
}

#[test]
fn a_load_that_is_soon_known_is_judged() {
    let outcome = server(&[("event.customer.rate", "0.5/s"), ("run.horizon", "4h"), ("run.warm_up", "10m")]);
    assert_eq!(verdicts(&outcome), [Verdict::Met; 3], "{:?}", outcome.objectives);
    assert!(!has(&outcome, "run_too_short") && !has(&outcome, "unstable"));
}

/// What grows is beyond its bound for good, and never within it.
#[test]
fn an_overload_meets_nothing_in_the_long_run() {
    let settings = [("event.customer.rate", "1.5/s"), ("run.warm_up", "5m")];
    let outcome = server(&settings);
    assert_eq!(verdicts(&outcome), [Verdict::Missed, Verdict::Undecided, Verdict::Met], "{:?}", outcome.objectives);
    assert!(has(&outcome, "unstable"));
    assert!(!has(&server(&[settings[0], settings[1], ("run.kind", "day")]), "unstable"));
}

/// The number under way grows from the first to the last minute.
#[test]
fn a_start_up_that_does_not_end_is_said() {
    let outcome = server(&[("event.customer.rate", "1.5/s")]);
    assert_eq!(outcome.run.warm_up_by, "mser5, not found");
}

/// Work of an hour on a horizon of ten seconds.
const NOTHING_SHOWN: &str = r#"
    [run]
    horizon = "10s"
    replications = 3
    [sor.a]
    [event.e]
    from = "a"
    to = "q"
    rate = "10/s"
    [segment.bus]
    [queue.q]
    segment = "bus"
    max_deliveries = 3
    dead_letter = "dead"
    [queue.dead]
    segment = "bus"
    [subscriber.s]
    from = "q"
    work = "1h"
    failure = "1%"
    [subscriber.clerk]
    from = "dead"
    [objective]
    "subscriber.s.end_to_end.p99" = "< 5s"
    "event.e.end_to_end.p99" = "< 5s"
    "subscriber.clerk.end_to_end.p99" = "< 5s"
"#;

#[test]
fn what_should_have_been_shown_and_was_not_is_missed() {
    let outcome = run(NOTHING_SHOWN);
    assert!(point(&outcome, "event.e.raised") > 0.0);
    let [s, event, clerk]: &[ObjectiveResult; 3] = outcome.objectives.as_slice().try_into().unwrap();
    assert_eq!((s.verdict, event.verdict), (Verdict::Missed, Verdict::Missed), "{s:?} {event:?}");
    assert!(s.reason.contains("none was shown"), "{}", s.reason);
    assert_eq!(clerk.verdict, Verdict::Undecided, "no dead letter was to be expected");
    let said = |metric: &str| outcome.findings.iter().find(|finding| finding.metrics == [metric]).map(|finding| finding.sentence.clone());
    let sentence = said("subscriber.s.end_to_end.p99").unwrap();
    assert!(sentence.starts_with("subscriber.s.end_to_end.p99 has no value, the objective is < 5s: changes were raised"), "{sentence}");
}

#[test]
fn intervals_end_where_the_possible_does() {
    let outcome = outcome(&scenario_set(SERVER, &[("run.replications", "2"), ("run.horizon", "10m"), ("run.warm_up", "0")]));
    for metric in &outcome.metrics {
        let most = if metric.name.contains("utilization") { 1.0 } else { f64::INFINITY };
        for (low, high) in [(metric.low, metric.high), (metric.one_run_low, metric.one_run_high)] {
            let (low, high) = (low.unwrap_or(metric.point), high.unwrap_or(metric.point));
            assert!(0.0 <= low && low <= metric.point && metric.point <= high && high <= most, "{metric:?}");
        }
    }
    for series in &outcome.series {
        assert!(series.low.iter().all(|low| *low >= 0.0), "{}", series.name);
    }
}
