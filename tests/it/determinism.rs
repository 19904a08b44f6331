//! Same scenario, settings and seed: the same bytes, on any number of threads. What is added elsewhere leaves draws alone.

use crate::designs::{ODD, shipped};
use crate::run_help::{outcome, run, scenario, scenario_set};
use busload::outcome::Outcome;
use busload::report;
use busload::scenario::Scenario;

fn on_threads(threads: usize, scenario: &Scenario) -> String {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    report::json(&pool.install(|| outcome(scenario)))
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let steady = scenario_set(ODD, &[("run.kind", "steady"), ("run.replications", "7")]);
    let day = shipped("ticketing-light.toml", &[("run.horizon", "30m"), ("run.replications", "5")]);
    let exact = "[objective]\n\"subscriber.profile.end_to_end.mean\" = \"< 1s\"";
    let auto = scenario_set(&format!("{ODD}\n{exact}"), &[("run.replications", "auto"), ("run.precision", "3%"), ("run.horizon", "1m")]);
    for scenario in [steady, day, auto] {
        let alone = on_threads(1, &scenario);
        assert!(alone == on_threads(2, &scenario) && alone == on_threads(8, &scenario), "{}", scenario.title);
    }
}

#[test]
fn seeds_differ_and_repeat() {
    let seeded = |seed| report::json(&outcome(&scenario_set(ODD, &[("run.seed", seed)])));
    assert_eq!(seeded("5"), seeded("5"));
    let figures = |seed| outcome(&scenario_set(ODD, &[("run.seed", seed)])).metrics;
    assert_ne!(figures("5"), figures("6"));
}

#[test]
fn settings_come_in_any_order() {
    let (one, other) = (("subscriber.clerk.work", "exp(2s)"), ("event.billed.rate", "3/s"));
    let first = report::json(&outcome(&scenario_set(ODD, &[one, other])));
    assert_eq!(first, report::json(&outcome(&scenario_set(ODD, &[other, one]))));
}

/// The metrics of everything whose name begins so.
fn figures<'o>(outcome: &'o Outcome, prefix: &str) -> Vec<&'o busload::outcome::Metric> {
    outcome.metrics.iter().filter(|metric| metric.name.starts_with(prefix)).collect()
}

/// Two subscribers that share nothing but a topic on a bus that costs nothing; each has random work, failures and callbacks.
const PAIR: &str = r#"
    [run]
    horizon = "30m"
    replications = 3
    [sor.source]
    [sor.registry]
    service = "exp(20ms)"
    [event.changed]
    from = "source"
    to = "changes"
    rate = "5/s"
    lifecycle = { changes = 3, spacing = "exp(1s)" }
    [segment.bus]
    [topic.changes]
    segment = "bus"
    [subscriber.first]
    from = "changes"
    workers = 2
    work = "lognormal(mean=50ms, cv=2)"
    failure = "5%"
    selector = "50%"
    [subscriber.first.callback]
    to = "registry"
"#;

#[test]
fn a_further_subscriber_leaves_the_others_alone() {
    let alone = run(PAIR);
    let second = "[subscriber.another]\nfrom = \"changes\"\nwork = \"exp(10ms)\"\nfailure = \"10%\"\nselector = \"30%\"";
    let before = PAIR.replace("[subscriber.first]", &format!("{second}\n[subscriber.first]"));
    for text in [format!("{PAIR}\n{second}"), before] {
        let both = run(&text);
        assert_eq!(figures(&both, "subscriber.first."), figures(&alone, "subscriber.first."));
        assert_eq!(figures(&both, "sor.registry."), figures(&alone, "sor.registry."));
        assert!(both.metric("subscriber.another.end_to_end.mean").is_some());
    }
}

/// Common random numbers: more workers change what follows from them, not when events come or how long work takes.
#[test]
fn a_change_elsewhere_keeps_the_draws() {
    let (few, many) = (run(PAIR), outcome(&scenario_set(PAIR, &[("subscriber.first.workers", "20")])));
    assert_eq!(figures(&few, "event.changed.raised"), figures(&many, "event.changed.raised"));
    let mean = |outcome: &Outcome| outcome.metric("subscriber.first.end_to_end.mean").unwrap().point;
    assert!(mean(&many) < mean(&few));
}

#[test]
fn more_replications_begin_with_the_same_ones() {
    let few = busload::model::simulate(&scenario(ODD), busload::units::Time::ZERO, 1, &|| false).unwrap();
    let many =
        busload::model::simulate(&scenario_set(ODD, &[("run.replications", "9")]), busload::units::Time::ZERO, 1, &|| false).unwrap();
    assert_eq!(few.figures, many.figures);
}

/// Marks for batches are made in a single steady run only; where the measured part begins is a matter of watching too.
#[test]
fn watching_changes_nothing() {
    let simulated = |settings: &[(&str, &str)], warm_up: u64| {
        let settings: Vec<(&str, &str)> = [("run.kind", "steady")].iter().chain(settings).copied().collect();
        let warm_up = busload::units::Time::ZERO + busload::units::Span::from_secs(warm_up);
        busload::model::simulate(&scenario_set(ODD, &settings), warm_up, 0, &|| false).unwrap()
    };
    let (marked, unmarked) = (simulated(&[("run.replications", "1")], 60), simulated(&[("run.replications", "3")], 60));
    assert!(!marked.steps.is_empty() && unmarked.steps.is_empty());
    assert_eq!((marked.figures, marked.courses, marked.notices), (unmarked.figures, unmarked.courses.clone(), unmarked.notices));
    let whole = simulated(&[("run.replications", "3")], 0);
    assert_eq!((whole.courses, whole.notices, whole.under_way), (unmarked.courses, unmarked.notices, unmarked.under_way));
}

/// Guards sameness over builds (with and without debug checks) and machines; change it only together with a note that results change.
#[test]
fn figures_have_the_same_bits_everywhere() {
    let outcome = outcome(&scenario_set(ODD, &[("run.horizon", "2m")]));
    let bits = |metric: &busload::outcome::Metric| [Some(metric.point), metric.low, metric.high].map(|value| value.map_or(1, f64::to_bits));
    let hash = crate::sampling::fingerprint(outcome.metrics.iter().flat_map(bits));
    insta::assert_snapshot!(format!("{hash:016x}"), @"6e9068bc50704121");
}
