//! Arrows of the architecture: rates over the measured part, by target, also of dead letters.

use crate::run_help::{point, run};
use busload::outcome::{Edge, Outcome};

/// Two systems of record whose events alternate in the file, a subscription that cannot keep up, and a clerk who calls back about
/// what expired there.
const TWO: &str = r#"
    [run]
    horizon = "20m"
    warm_up = "10m"
    replications = 2
    [sor.a]
    service = "10ms"
    [sor.b]
    service = "10ms"
    [event.many]
    from = "a"
    to = "all"
    rate = "9/s"
    size = { light = "1KiB", heavy = "4KiB" }
    [event.few]
    from = "b"
    to = "all"
    rate = "1/s"
    size = { light = "11KiB", heavy = "44KiB" }
    [event.more]
    from = "a"
    to = "all"
    rate = "1/s"
    size = { light = "1KiB", heavy = "4KiB" }
    [segment.bus]
    [topic.all]
    segment = "bus"
    [queue.dead]
    segment = "bus"
    [subscriber.slow]
    from = "all"
    workers = 2
    prefetch = 2
    work = "exp(250ms)"
    time_to_live = "1s"
    dead_letter = "dead"
    [subscriber.slow.callback]
    [subscriber.clerk]
    from = "dead"
    work = "1ms"
    [subscriber.clerk.callback]
"#;

fn arrows<'o>(outcome: &'o Outcome, from: &str, to: &str, kind: &str) -> Vec<&'o Edge> {
    outcome.architecture.edges.iter().filter(|edge| edge.from == from && edge.to == to && edge.kind == kind).collect()
}

/// There is one such arrow, with this rate, within a part of it.
fn is_near(outcome: &Outcome, ends: [&str; 3], rate: f64, part: f64) {
    let found = arrows(outcome, ends[0], ends[1], ends[2]);
    assert_eq!(found.len(), 1, "{ends:?}");
    assert!((found[0].rate - rate).abs() <= part * rate, "{ends:?}: {} is not {rate}", found[0].rate);
}

#[test]
fn arrows_have_the_rates_that_were_measured() {
    let outcome = run(TWO);
    let raised: f64 = outcome.architecture.edges.iter().filter(|edge| edge.kind == "publish").map(|edge| edge.rate).sum();
    assert!((raised - 11.0).abs() < 0.5, "over ten minutes, not twenty: {raised}");
    let attempts = point(&outcome, "subscriber.slow.callback.attempts") / 600.0;
    is_near(&outcome, ["subscriber.slow", "sor.a", "callback"], attempts * 10.0 / 11.0, 0.05);
    is_near(&outcome, ["subscriber.slow", "sor.b", "callback"], attempts / 11.0, 0.15);
    let dead = point(&outcome, "topic.all.dead_lettered") / 600.0;
    assert!(dead > 1.0, "{dead}");
    is_near(&outcome, ["subscriber.slow", "queue.dead", "dead_letter"], dead, 0.01);
    is_near(&outcome, ["subscriber.clerk", "sor.a", "callback"], dead * 10.0 / 11.0, 0.05);
    is_near(&outcome, ["subscriber.clerk", "sor.b", "callback"], dead / 11.0, 0.15);
}

#[test]
fn arrows_have_the_bytes_of_a_mean_message() {
    let outcome = run(TWO);
    let mean = (10.0 * 1024.0 + 11.0 * 1024.0) / 11.0;
    for ends in [["topic.all", "subscriber.slow", "deliver"], ["subscriber.slow", "queue.dead", "dead_letter"]] {
        let arrow = arrows(&outcome, ends[0], ends[1], ends[2])[0];
        let size = arrow.bytes_rate / arrow.rate;
        assert!((size - mean).abs() < 0.1 * mean, "{ends:?}: {size} B a message");
    }
}
