//! Pipelines inside a subscriber against theory: networks of queues, blocking, replays, order.

use crate::run_help::{agree, agrees, metric, outcome, point, run, scenario, scenario_set, steady};
use busload::outcome::Outcome;
use busload::theory::{Mm1, Mmc};

/// A subscriber with these keys and stages behind a queue on a bus that costs nothing.
fn piped(head: &str, event: &str, keys: &str, stages: &[&str]) -> String {
    let stages: String = stages
        .iter()
        .enumerate()
        .map(|(index, stage)| format!("[[subscriber.server.stage]]\nname = \"s{}\"\n{stage}\n", index + 1))
        .collect();
    format!(
        r#"{head}
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        {event}
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        {keys}
        {stages}
        "#
    )
}

const ACTORS: &str = "runs = \"actors\"";

/// The mean number in a stage: in mailboxes, at work and held back.
fn number(outcome: &Outcome, stage: &str, tasks: f64) -> f64 {
    let name = |quantity: &str| format!("subscriber.server.stage.{stage}.{quantity}.mean");
    let blocked = outcome.metric(&name("blocked")).map_or(0.0, |metric| metric.point);
    point(outcome, &name("waiting_line")) + tasks * (point(outcome, &name("utilization")) + blocked)
}

/// Cases tandem-1 and tandem-2 of closed_forms.json (P. Burke 1956, E. Reich 1957).
#[test]
fn stages_without_bounds_are_a_tandem_of_queues() {
    let outcome = run(&piped(&steady("tandem-1", 20_000), "rate = \"0.5/s\"", ACTORS, &["work = \"exp(1s)\"", "work = \"exp(1250ms)\""]));
    let (first, second) = (Mm1::new(0.5, 1.0).unwrap(), Mm1::new(0.5, 0.8).unwrap());
    agree(
        &outcome,
        &[
            ("subscriber.server.throughput", 0.5),
            ("subscriber.server.end_to_end.mean", 5.333333333333333),
            ("subscriber.server.end_to_end.sd", 3.8873012632302),
            ("subscriber.server.end_to_end.p50", 4.413947426318333),
            ("subscriber.server.end_to_end.p99", 18.353560171525515),
            ("subscriber.server.stage.s1.utilization.mean", 0.5),
            ("subscriber.server.stage.s2.utilization.mean", 0.625),
            ("subscriber.server.stage.s1.waiting.mean", first.mean_wait()),
            ("subscriber.server.stage.s2.waiting.mean", second.mean_wait()),
            ("subscriber.server.stage.s2.waiting.p99", second.wait_quantile(0.99)),
            ("subscriber.server.stage.s2.waiting_line.mean", second.mean_number_waiting()),
            ("subscriber.server.utilization.mean", (0.5 + 0.625) / 2.0),
            ("subscriber.server.hop.wait.mean", first.mean_wait() + second.mean_wait()),
            ("subscriber.server.hop.work.mean", 2.25),
            ("subscriber.server.in_flight.mean", 1.0 + 1.6666666666666665),
        ],
    );
    assert_eq!(point(&outcome, "subscriber.server.waiting_line.max"), 0.0);
    let stages = ["work = \"exp(50ms)\"", "work = \"exp(125ms)\"", "work = \"exp(83333333ns)\""];
    let outcome = run(&piped(&steady("tandem-2", 2_000), "rate = \"500K/day\"", "runs = \"topology\"", &stages));
    agree(
        &outcome,
        &[
            ("subscriber.server.end_to_end.mean", 0.6831949516752722),
            ("subscriber.server.end_to_end.sd", 0.4848242185118461),
            ("subscriber.server.stage.s1.utilization.mean", 0.28935185185185186),
            ("subscriber.server.stage.s2.utilization.mean", 0.7233796296296297),
            ("subscriber.server.stage.s3.utilization.mean", 0.4822530864197531),
            ("subscriber.server.pending.mean", 0.40716612377850164 + 2.6150627615062763 + 0.9314456035767512),
        ],
    );
}

/// One line before all tasks: what no task can take waits at the consumer.
#[test]
fn tasks_without_mailboxes_share_one_line() {
    let theory = Mmc::new(5.0, 2.0, 4).unwrap();
    for (keys, stage) in [
        (ACTORS, "tasks = 4\nmailbox = 0\nwork = \"exp(500ms)\""),
        ("runs = \"topology\"\nmax_pending = 4", "tasks = 4\nmailbox = 0\nwork = \"exp(500ms)\""),
    ] {
        let outcome = run(&piped(&steady("M/M/4", 2_000), "rate = \"5/s\"", keys, &[stage]));
        agree(
            &outcome,
            &[
                ("subscriber.server.utilization.mean", theory.utilization()),
                ("subscriber.server.waiting.mean", theory.mean_wait()),
                ("subscriber.server.waiting_line.mean", theory.mean_number_waiting()),
                ("subscriber.server.end_to_end.mean", theory.mean_sojourn()),
                ("subscriber.server.end_to_end.p95", theory.sojourn_quantile(0.95)),
            ],
        );
    }
}

#[test]
fn one_pending_tree_at_a_time_is_one_server() {
    // Two stages in turn for one tree: M/G/1 with the sum of two exponentials, which is M/E2/1.
    let stages = ["work = \"exp(500ms)\"", "work = \"exp(500ms)\""];
    let outcome = run(&piped(&steady("M/E2/1", 20_000), "rate = \"0.6/s\"", "runs = \"topology\"\nmax_pending = 1", &stages));
    let theory = busload::theory::Mg1::new(0.6, busload::theory::ServiceMoments::gamma(1.0, 0.5)).unwrap();
    agree(
        &outcome,
        &[
            ("subscriber.server.waiting.mean", theory.mean_wait()),
            ("subscriber.server.waiting_line.mean", theory.mean_number_waiting()),
            ("subscriber.server.end_to_end.mean", theory.mean_sojourn()),
            ("subscriber.server.pending.mean", 0.6),
            ("subscriber.server.stage.s2.utilization.mean", 0.3),
        ],
    );
}
