//! Conservation, Little's law and determinism while everything fails, at random and at once. The laws are checked at the end of every
//! replication, the sums of stages at every change shown; a run that breaks one panics.

use crate::designs::ODD;
use crate::run_help::{outcome, scenario_set};
use busload::model;
use busload::report;
use busload::scenario::Scenario;
use busload::sim::Stream;
use busload::units::Time;

/// What of [`ODD`] can be disrupted, and how.
const CHOICES: [(&str, &[&str]); 12] = [
    ("subscriber.profile", &["down", "slow"]),
    ("subscriber.profile.consumer.2", &["down", "slow"]),
    ("subscriber.flow", &["down", "slow"]),
    ("subscriber.bookkeeping", &["down", "slow"]),
    ("subscriber.clerk", &["down"]),
    ("sor.registry", &["down", "slow"]),
    ("segment.bus", &["down", "slow"]),
    ("segment.second", &["down"]),
    ("subscriber.profile.consumer.1", &["down"]),
    ("subscriber.deaf", &["down"]),
    ("link.wan", &["down", "slow", "lossy"]),
    ("link.wan", &["down"]),
];

/// Up to twelve disruptions, planned and random, long and short.
fn disruptions(seed: u64) -> String {
    let mut stream = Stream::new(seed, 0, "generated", "disruptions");
    let mut text = String::new();
    for _ in 0..1 + stream.below(12) {
        let (what, kinds) = CHOICES[stream.below(CHOICES.len() as u64) as usize];
        let kind = kinds[stream.below(kinds.len() as u64) as usize];
        let length = ["20ms", "1s", "20s", "3m"][stream.below(4) as usize];
        let when = match stream.below(2) {
            0 => format!("at = \"{}s\"\nfor = \"{length}\"", stream.below(599)),
            _ => format!("every = \"exp({})\"\nfor = \"exp({length})\"", ["2s", "30s", "2m"][stream.below(3) as usize]),
        };
        let detail = match kind {
            "slow" => "factor = 5",
            "lossy" => "loss = \"30%\"",
            _ => "",
        };
        text += &format!("[[disruption]]\nwhat = \"{what}\"\nkind = \"{kind}\"\n{when}\n{detail}\n");
    }
    text
}

fn disrupted(seed: u64) -> Scenario {
    let ending = if seed.is_multiple_of(2) { "cut" } else { "drain" };
    let durable = if seed.is_multiple_of(3) { "true" } else { "false" };
    let weight = if seed.is_multiple_of(5) { "heavy" } else { "light" };
    let coalesce = if seed % 4 == 1 { "true" } else { "false" };
    let settings = [
        ("run.ending", ending),
        ("subscriber.profile.durable", durable),
        ("event.changed.weight", weight),
        ("subscriber.profile.callback.coalesce", coalesce),
    ];
    scenario_set(&format!("{ODD}{}", disruptions(seed)), &settings)
}

#[test]
fn laws_hold_whatever_fails() {
    for seed in 0..60 {
        let findings = model::simulate(&disrupted(seed), Time::ZERO, seed as u32, &|| false).expect("nobody stops it");
        assert!(findings.notices > 10_000, "{}", disruptions(seed));
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    for seed in [3, 4] {
        let scenario = disrupted(seed);
        let on =
            |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| report::json(&outcome(&scenario)));
        assert_eq!(on(1), on(4));
    }
}

/// A disruption that is never felt moves nobody's draws.
#[test]
fn a_disruption_draws_for_itself() {
    let calm = outcome(&scenario_set(ODD, &[]));
    let text = format!("{ODD}[[disruption]]\nwhat = \"subscriber.deaf\"\nkind = \"down\"\nevery = \"exp(20s)\"\nfor = \"exp(20s)\"\n");
    let disrupted = outcome(&scenario_set(&text, &[]));
    for metric in &calm.metrics {
        assert_eq!(Some(metric), disrupted.metric(&metric.name));
    }
}
