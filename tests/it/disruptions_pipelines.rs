//! Pipelines that are disrupted: what they have in hand is lost work, as a listener's is.

use crate::disruptions::{TWINS, every_second, is_traced, near};
use crate::run_help::{outcome, point, scenario, scenario_set};
use busload::model;
use busload::outcome::Outcome;
use busload::sim::Stream;
use busload::units::Time;

const DOWN: &str = "[[disruption]]\nwhat = \"subscriber.durable\"\nkind = \"down\"\nat = \"5300ms\"\nfor = \"4s\"\n";

/// A subscriber with these stages.
fn staged(keys: &str, stages: &[&str]) -> String {
    let stages = stages.iter().enumerate().map(|(number, keys)| format!("[[subscriber.durable.stage]]\nname = \"s{number}\"\n{keys}\n"));
    format!("[subscriber.durable]\nfrom = \"line\"\n{keys}\n{}", stages.collect::<String>())
}

fn down(keys: &str, stages: &[&str]) -> Outcome {
    every_second("20s", &format!("{}{DOWN}", staged(keys, stages)))
}

/// One stage of one task is a listener with one worker, disruptions and all.
#[test]
fn a_pipeline_of_one_task_goes_down_as_a_listener_does() {
    for keys in
        ["runs = \"actors\"", "runs = \"topology\"\nmax_pending = 1000", "runs = \"topology\"\nmax_pending = 1000\nreplay_after = \"1m\""]
    {
        let outcome = down(keys, &["work = \"600ms\""]);
        is_traced_piped(&outcome);
        near(&outcome, "subscriber.durable.drain.max", 14.7 - 9.3);
    }
}

/// The same as of a listener: but for what waits at a mailbox, which is not waiting at the consumer.
fn is_traced_piped(outcome: &Outcome) {
    is_traced(outcome);
    near(outcome, "subscriber.durable.stage.s0.utilization.mean", (4.0 * 0.6 + 0.3 + 6.6 + 4.0 * 0.6) / 20.0);
}

/// 200 ms and 400 ms. 5 is in the second stage when the connection drops at 5.3 s; at 9.3 s come 5 to 9, of which the second stage is done
/// with one every 0.4 s from 9.9 s on, until 12 at 12.7 s has 0.1 s to wait.
#[test]
fn a_tandem_loses_what_is_in_it() {
    let outcome = down("runs = \"actors\"", &["work = \"200ms\"", "work = \"400ms\""]);
    near(&outcome, "subscriber.durable.end_to_end.mean", (11.0 * 0.6 + 4.9 + 4.3 + 3.7 + 3.1 + 2.5 + 1.9 + 1.3 + 0.7) / 19.0);
    near(&outcome, "subscriber.durable.end_to_end.max", 4.9);
    near(&outcome, "subscriber.durable.missed", 0.0);
    near(&outcome, "subscriber.durable.redelivered", 1.0);
}

/// No room before the second stage, whose work takes 1.5 s: at 5.3 s it has 3, the first stage holds 4 back, and 5 waits at the
/// consumer. All three come again with 6 to 9; from 9.5 s on one is done every 1.5 s.
#[test]
fn what_is_held_back_is_lost_too() {
    let outcome = down("runs = \"actors\"", &["work = \"200ms\"\nmailbox = 0", "work = \"1500ms\"\nmailbox = 0"]);
    let done = [2.7, 4.2, 11.0, 12.5, 14.0, 15.5, 17.0, 18.5];
    let latencies: f64 = done.iter().zip(1..).map(|(done, raised)| done - f64::from(raised)).sum();
    near(&outcome, "subscriber.durable.end_to_end.mean", latencies / 8.0);
    near(&outcome, "subscriber.durable.redelivered", 3.0);
    near(&outcome, "subscriber.durable.unfinished", 11.0);
    // Held back from 2.2 s to 2.7 s, from 3.2 s (3.0 + 0.2) to 4.2 s, from 4.4 s to 5.3 s; then while the second stage has the one before.
    let held = 0.5 + 1.0 + 0.9 + (20.0 - 9.7 - 6.0 * 0.2);
    near(&outcome, "subscriber.durable.stage.s0.blocked.mean", held / 20.0);
}

/// What starts meanwhile takes twice as long, in every stage: 6 to 8, as of a listener.
#[test]
fn a_slow_pipeline_takes_longer() {
    let slow = "[[disruption]]\nwhat = \"subscriber.durable\"\nkind = \"slow\"\nfactor = 2\nat = \"5300ms\"\nfor = \"4s\"\n";
    let listener = every_second("20s", &format!("{TWINS}{slow}"));
    let piped = every_second("20s", &format!("{}{slow}", staged("runs = \"actors\"", &["work = \"600ms\""])));
    for quantity in ["mean", "max", "sd"] {
        let name = format!("subscriber.durable.end_to_end.{quantity}");
        near(&piped, &name, point(&listener, &name));
    }
}

/// Two trees whose tuples take ten seconds, as the subscriber is slow at first. The first one is replayed at 4 s, so that a duplicate is under
/// way when the connection drops at 4.5 s. Nothing is left of any of them; from 5 s on both are worked once more, in a second.
#[test]
fn duplicates_are_lost_with_their_tree() {
    let outcome = outcome(&scenario(
        r#"
        [run]
        horizon = "30s"
        replications = 1
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        rate = "1/s"
        arrivals = "regular"
        [[surge]]
        event = "customer"
        at = "2500ms"
        for = "1h"
        factor = 0
        [segment.bus]
        [topic.line]
        segment = "bus"
        [subscriber.durable]
        from = "line"
        runs = "topology"
        max_pending = 10
        replay_after = "3s"
        [[subscriber.durable.stage]]
        name = "only"
        tasks = 100
        work = "1s"
        [[disruption]]
        what = "subscriber.durable"
        kind = "slow"
        factor = 10
        at = "500ms"
        for = "2s"
        [[disruption]]
        what = "subscriber.durable"
        kind = "down"
        at = "4500ms"
        for = "500ms"
        "#,
    ));
    near(&outcome, "event.customer.raised", 2.0);
    near(&outcome, "subscriber.durable.end_to_end.mean", (5.0 + 4.0) / 2.0);
    near(&outcome, "subscriber.durable.throughput", 2.0 / 30.0);
    near(&outcome, "subscriber.durable.redelivered", 2.0);
    near(&outcome, "subscriber.durable.replayed", 1.0);
    // One task until 2 s, two until 4 s, three until 4.5 s; two for the last second.
    near(&outcome, "subscriber.durable.utilization.mean", (1.0 + 4.0 + 1.5 + 2.0) / (100.0 * 30.0));
}

/// Everything of a pipeline at once: callbacks shared, kept, refused and given up, mailboxes that push back, replays, loops, failures.
const PIPED: &str = r#"
    [run]
    horizon = "20m"
    replications = 1
    [sor.registry]
    workers = 3
    service = "exp(30ms)"
    max_waiting = 20
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "10/s"
    resources = 100
    [segment.bus]
    threads = 2
    cost = { receive = "1ms", deliver = "1ms" }
    persist = { write = "2ms" }
    [topic.changes]
    segment = "bus"
    [subscriber.piped]
    from = "changes"
    runs = "actors"
    consumers = 3
    prefetch = 20
    failure = "2%"
    max_deliveries = 3
    raises = [{ event = "changed", share = "10%" }]
    [subscriber.piped.callback]
    timeout = "400ms"
    retries = 1
    coalesce = true
    cache = "500ms"
    connections = 3
    [[subscriber.piped.stage]]
    name = "one"
    tasks = 2
    work = "exp(60ms)"
    mailbox = 3
    group_by = "resource"
    [[subscriber.piped.stage]]
    name = "two"
    tasks = 3
    work = "exp(80ms)"
    mailbox = 1
"#;

/// Up to eight disruptions of it, planned and random.
fn disruptions(seed: u64) -> String {
    const CHOICES: [(&str, &str); 9] = [
        ("subscriber.piped", "down"),
        ("subscriber.piped", "slow"),
        ("subscriber.piped.consumer.1", "down"),
        ("subscriber.piped.consumer.2", "down"),
        ("subscriber.piped.consumer.3", "down"),
        ("segment.bus", "down"),
        ("segment.bus", "slow"),
        ("sor.registry", "down"),
        ("sor.registry", "slow"),
    ];
    let mut stream = Stream::new(seed, 0, "generated", "disruptions");
    let one = |_| {
        let (what, kind) = CHOICES[stream.below(CHOICES.len() as u64) as usize];
        let length = ["20ms", "1s", "20s", "2m"][stream.below(4) as usize];
        let when = match stream.below(2) {
            0 => format!("at = \"{}s\"\nfor = \"{length}\"", stream.below(1199)),
            _ => format!("every = \"exp({})\"\nfor = \"exp({length})\"", ["2s", "30s", "2m"][stream.below(3) as usize]),
        };
        let factor = if kind == "slow" { "factor = 5" } else { "" };
        format!("[[disruption]]\nwhat = \"{what}\"\nkind = \"{kind}\"\n{when}\n{factor}\n")
    };
    (0..1 + seed % 8).map(one).collect()
}

/// Conservation of messages, tuples and trees and Little's law at every stage are checked at the end of each run.
#[test]
fn laws_hold_whatever_fails_around_a_pipeline() {
    for seed in 0..40_u64 {
        let runs = if seed.is_multiple_of(2) { "actors" } else { "topology" };
        let mut settings = vec![
            ("subscriber.piped.runs", runs),
            ("run.ending", if seed.is_multiple_of(3) { "cut" } else { "drain" }),
            ("subscriber.piped.durable", if seed % 5 == 1 { "false" } else { "true" }),
            ("subscriber.piped.callback.holds_worker", if seed % 4 < 2 { "true" } else { "false" }),
        ];
        if runs == "topology" {
            settings.extend([("subscriber.piped.max_pending", "30"), ("subscriber.piped.replay_after", "2s")]);
        }
        let scenario = scenario_set(&format!("{PIPED}{}", disruptions(seed)), &settings);
        let findings = model::simulate(&scenario, Time::ZERO, seed as u32, &|| false).expect("nobody stops it");
        assert!(findings.notices > 10_000, "{}", disruptions(seed));
    }
}
