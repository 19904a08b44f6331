//! The catalog of metrics, against which objectives are checked, is what a simulation finds: same names, units and order.

use crate::calls::TRACE;
use crate::derived::MESSY;
use crate::designs::{BARE, ODD, all_shipped};
use crate::feeds::BOTH;
use crate::run_help::{outcome, scenario, scenario_set};
use busload::model;
use busload::outcome::Verdict;
use busload::scenario::{MemoryFiles, Scenario, load, metric_catalog};
use busload::units::{Time, Unit};

fn catalog(scenario: &Scenario) -> Vec<(String, Unit)> {
    metric_catalog(scenario).into_iter().map(|metric| (metric.name, metric.unit)).collect()
}

/// A replication lists all of the catalog, with no value where there were no samples; the outcome those with a value.
fn holds(scenario: &Scenario) {
    let catalog = catalog(scenario);
    let findings = model::simulate(scenario, Time::ZERO, 0, &|| false).expect("nobody stops it");
    let figures: Vec<(String, Unit)> = findings.figures.iter().map(|figure| (figure.name.clone(), figure.unit)).collect();
    for (known, found) in catalog.iter().zip(&figures) {
        assert_eq!(known, found, "{}", scenario.title);
    }
    assert_eq!(catalog.len(), figures.len(), "{}", scenario.title);
    let without: Vec<&str> = findings.figures.iter().filter(|figure| figure.value.is_none()).map(|figure| figure.name.as_str()).collect();
    assert!(without.iter().all(|name| is_of_samples(name)), "without a value: {without:?}");
    let mut rest = catalog.iter();
    for metric in outcome(scenario).metrics {
        assert!(rest.any(|known| *known == (metric.name.clone(), metric.unit)), "{} is unknown or out of order", metric.name);
    }
}

/// Only these can lack samples: statistics of latencies, and the share of lifecycles that have come to an end.
fn is_of_samples(name: &str) -> bool {
    let latency = ["mean", "sd", "p50", "p90", "p95", "p99", "p999", "max"].iter().any(|word| name.ends_with(&format!(".{word}")));
    latency || name.ends_with(".stale_final")
}

#[test]
fn of_the_scenarios_that_ship() {
    all_shipped().iter().for_each(holds);
}

#[test]
fn of_odd_ones() {
    holds(&scenario(ODD));
    holds(&scenario(BARE));
    holds(&scenario(BOTH));
    holds(&scenario(TRACE));
    holds(&scenario(MESSY));
    holds(&scenario(&format!("{BARE}\n[price]\ncurrency = \"USD\"\n\"segment.*.threads\" = 4")));
    holds(&scenario_set(ODD, &[("run.kind", "steady")]));
    holds(&scenario_set(ODD, &[("event.changed.weight", "heavy"), ("run.ending", "drain")]));
}

fn refused(text: &str, objective: &str) {
    let text = format!("{text}\n[objective]\n\"{objective}\" = \"< 1\"");
    let problems = load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]).expect_err("an objective that can't be");
    let told = problems.render(false);
    assert!(told.contains(&format!("this scenario has no metric \"{objective}\"")), "{told}");
}

#[test]
fn what_can_never_exist_is_no_objective() {
    for objective in [
        "subscriber.server.callback.failed",
        "subscriber.server.stale_overwrites",
        "subscriber.server.hop.journal.mean",
        "subscriber.server.hop.work.p99",
        "sor.source.utilization.mean",
        "segment.bus.persist.utilization.peak",
        "segment.bus.utilization.max",
        "zone.hall.bytes",
    ] {
        refused(BARE, objective);
    }
    refused(ODD, "sor.unasked.waiting.mean");
    refused(ODD, "subscriber.bookkeeping.order_violations");
}

#[test]
fn what_has_no_samples_is_undecided() {
    let text = format!("{ODD}\n[objective]\n\"subscriber.profile.callback.latency.p99\" = \"< 1s\"\n\"subscriber.deaf.missed\" = \"= 0\"");
    let heavy = outcome(&scenario_set(&text, &[("event.changed.weight", "heavy")]));
    assert!(heavy.metric("subscriber.profile.callback.latency.p99").is_none());
    let verdicts: Vec<Verdict> = heavy.objectives.iter().map(|objective| objective.verdict).collect();
    assert_eq!(verdicts, [Verdict::Undecided, Verdict::Met]);
}
