//! Pipelines inside a subscriber against theory: networks of queues, blocking, replays, order.

use crate::run_help::{agree, agrees, outcome, point, run, scenario_set, steady};
use busload::theory::{Gm1, Mg1, Mm1, Mmc, ServiceMoments};

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
    let theory = Mg1::new(0.6, ServiceMoments::gamma(1.0, 0.5)).unwrap();
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

/// Dealt in turn, every second arrival of a Poisson stream comes to each of two tasks: E2/M/1.
#[test]
fn shuffling_deals_in_turn() {
    let outcome = run(&piped(&steady("E2/M/1", 20_000), "rate = \"1.2/s\"", ACTORS, &["tasks = 2\nwork = \"exp(1s)\""]));
    let theory = Gm1::erlang(2, 0.6, 1.0).unwrap();
    agrees(&outcome, "subscriber.server.stage.s1.waiting.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.p99", theory.sojourn_quantile(0.99));
}

/// Resources in their thousands, evenly drawn and hashed, split a Poisson stream by chance: each of two tasks is an M/M/1, up to the
/// unevenness of the hash itself.
#[test]
fn grouping_splits_by_chance() {
    let event = "rate = \"1.2/s\"\nresources = 1_000_000";
    let outcome = run(&piped(&steady("two M/M/1", 20_000), event, ACTORS, &["tasks = 2\ngroup_by = \"resource\"\nwork = \"exp(1s)\""]));
    let theory = Mm1::new(0.6, 1.0).unwrap();
    agrees(&outcome, "subscriber.server.stage.s1.waiting.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
}

/// Stationary probabilities of two servers in line, at most `places` customers between the first and the end of the second, the first
/// one blocked after service while they are taken (P(n at the first or before it, j beyond it), j = places + 1: blocked): the chain's
/// balance, iterated until it stands (W. Stewart, Introduction to the Numerical Solution of Markov Chains, 1994).
fn blocking_pair(arrivals: f64, first: f64, second: f64, places: usize) -> Vec<Vec<f64>> {
    const MOST: usize = 150;
    let step = 1.0 / (arrivals + first + second);
    let mut chance = vec![vec![0.0; places + 2]; MOST + 1];
    chance[0][0] = 1.0;
    for _ in 0..40_000 {
        let mut next = vec![vec![0.0; places + 2]; MOST + 1];
        for n in 0..=MOST {
            for j in 0..=places + 1 {
                let mut stays = 1.0;
                let mut go = |to: Option<(usize, usize)>, rate: f64| {
                    if let Some((n_next, j_next)) = to {
                        next[n_next][j_next] += chance[n][j] * rate * step;
                        stays -= rate * step;
                    }
                };
                go((n < MOST).then_some((n + 1, j)), arrivals);
                go((n > 0 && j <= places).then(|| (n - 1, j + 1)), first);
                go((j > 0).then(|| (n, j - 1)), second);
                next[n][j] += chance[n][j] * stays;
            }
        }
        chance = next;
    }
    chance
}

#[test]
fn a_full_mailbox_blocks_the_stage_before() {
    const MAILBOX: usize = 1;
    let chance = blocking_pair(0.5, 1.0, 0.8, MAILBOX + 1);
    let mean = |value: &dyn Fn(usize, usize) -> f64| -> f64 {
        chance.iter().enumerate().flat_map(|(n, row)| row.iter().enumerate().map(move |(j, p)| p * value(n, j))).sum()
    };
    let blocked = |j: usize| j == MAILBOX + 2;
    let works = |n: usize, j: usize| (n > 0 && !blocked(j)) as u64 as f64;
    let number = mean(&|n, j| (n + j) as f64);
    let stages = ["work = \"exp(1s)\"".to_string(), format!("work = \"exp(1250ms)\"\nmailbox = {MAILBOX}")];
    let outcome =
        run(&piped(&steady("blocking after service", 20_000), "rate = \"0.5/s\"", ACTORS, &stages.each_ref().map(String::as_str)));
    agree(
        &outcome,
        &[
            ("subscriber.server.throughput", 0.5),
            ("subscriber.server.in_flight.mean", number),
            ("subscriber.server.end_to_end.mean", number / 0.5),
            ("subscriber.server.stage.s1.utilization.mean", mean(&works)),
            ("subscriber.server.stage.s1.blocked.mean", mean(&|_, j| blocked(j) as u64 as f64)),
            ("subscriber.server.stage.s1.waiting_line.mean", mean(&|n, j| n as f64 - works(n, j))),
            ("subscriber.server.stage.s2.utilization.mean", mean(&|_, j| (j > 0) as u64 as f64)),
            ("subscriber.server.stage.s2.waiting_line.mean", mean(&|_, j| (j > 1) as u64 as f64)),
        ],
    );
}

/// Blocking is of no station's own work: nobody is busy all the time, and yet the pair does not keep up.
#[test]
fn two_that_block_each_other_may_not_keep_up() {
    // Without mailboxes a pair of exponential servers that always has something to do is through with 2/3 of what one does
    // (G. Hunt, "Sequential arrays of waiting lines", Operations Research 4, 1956).
    let stages = ["mailbox = 0\nwork = \"exp(100ms)\"", "mailbox = 0\nwork = \"exp(100ms)\""];
    let outcome = run(&piped(&steady("Hunt's pair", 2_000), "rate = \"8/s\"", ACTORS, &stages));
    agrees(&outcome, "subscriber.server.stage.s2.utilization.mean", 2.0 / 3.0);
    agrees(&outcome, "subscriber.server.stage.s1.utilization.mean", 2.0 / 3.0);
    agrees(&outcome, "subscriber.server.stage.s1.blocked.mean", 1.0 / 3.0);
    let unstable: Vec<&str> = outcome.run.unstable.iter().map(|station| station.station.as_str()).collect();
    assert_eq!(unstable, ["subscriber.server.stage.s1"]);
    assert!(outcome.findings.iter().any(|finding| finding.kind == "held_back"));
}

/// M/M/1 in four rooms: at work, in the mailbox, prefetched, at the broker.
#[test]
fn back_pressure_reaches_the_broker() {
    let keys = format!("{ACTORS}\nprefetch = 6");
    let outcome = run(&piped(&steady("rooms", 40_000), "rate = \"0.7/s\"", &keys, &["mailbox = 3\nwork = \"exp(1s)\""]));
    // Of a geometric number, the mean of what exceeds c.
    let beyond = |c: i32| 0.7_f64.powi(c + 1) / 0.3;
    agree(
        &outcome,
        &[
            ("subscriber.server.stage.s1.waiting_line.mean", beyond(1) - beyond(4)),
            ("subscriber.server.waiting_line.mean", beyond(4) - beyond(6)),
            ("subscriber.server.backlog.mean", beyond(6)),
            ("subscriber.server.in_flight.mean", beyond(0) - beyond(6)),
            ("subscriber.server.end_to_end.mean", Mm1::new(0.7, 1.0).unwrap().mean_sojourn()),
        ],
    );
    assert_eq!(point(&outcome, "subscriber.server.stage.s1.waiting_line.max"), 3.0);
    assert_eq!(point(&outcome, "subscriber.server.waiting_line.max"), 2.0);
    assert_eq!(point(&outcome, "subscriber.server.in_flight.max"), 6.0);
}

/// Each tuple has a task of its own. Within 2 s it is through with probability q = 1 - e^-2, so a tree is replayed e^-2 / q times. It is
/// shown by the first of its tuples: while k of them work, the chance that none is through falls as e^-kt.
#[test]
fn a_tree_is_replayed_as_often_as_its_tuples_are_late() {
    let keys = "runs = \"topology\"\nmax_pending = 100_000\nreplay_after = \"2s\"";
    let outcome = run(&piped(&steady("replays", 2_000), "rate = \"5/s\"", keys, &["tasks = 1000\nwork = \"exp(1s)\""]));
    let late = (-2.0_f64).exp();
    let tuples = 1.0 / (1.0 - late);
    let shown: f64 = (0..20).map(|j| (-f64::from(j * (j + 1))).exp() * (1.0 - (-2.0 * f64::from(j + 1)).exp()) / f64::from(j + 1)).sum();
    agree(
        &outcome,
        &[
            ("subscriber.server.throughput", 5.0),
            ("subscriber.server.replayed", 5.0 * 1_800.0 * (tuples - 1.0)),
            ("subscriber.server.utilization.mean", 5.0 * tuples / 1000.0),
            ("subscriber.server.end_to_end.mean", shown),
            // Until the tuple that is waited for is through: as of a geometric number of tries, cut at 2 s each.
            ("subscriber.server.in_flight.mean", 5.0 * (1.0 - late) * tuples),
        ],
    );
    assert!(point(&outcome, "subscriber.server.hop.redelivery.mean") > 0.0);
}

const DRAIN: &str = "[run]\nhorizon = \"10m\"\nending = \"drain\"\nreplications = 2\n";

/// Four at once; the first stage takes 1 s, the second 3 s with one place before it. The third is held back from 3 to 4 s, the
/// fourth from 5 to 7 s.
#[test]
fn blocking_by_hand() {
    let event = "rate = \"4/min\"\nbatch = 4\narrivals = \"regular\"";
    let outcome = run(&piped(DRAIN, event, ACTORS, &["work = \"1s\"", "work = \"3s\"\nmailbox = 1"]));
    let batches = point(&outcome, "event.customer.raised") / 4.0;
    assert!(batches >= 9.0);
    let exact = |name: &str, truth: f64| {
        let point = point(&outcome, &format!("subscriber.server.{name}"));
        assert!((point - truth).abs() < 1e-9, "{name} is {point}, in truth {truth}");
    };
    exact("end_to_end.mean", (4.0 + 7.0 + 10.0 + 13.0) / 4.0);
    exact("end_to_end.max", 13.0);
    exact("stage.s1.waiting.mean", (0.0 + 1.0 + 2.0 + 4.0) / 4.0);
    exact("stage.s2.waiting.mean", (0.0 + 2.0 + 3.0 + 3.0) / 4.0);
    exact("hop.work.mean", 4.0);
    // What is held back waits, too: 0, 0, 1 and 2 s.
    exact("hop.wait.mean", 4.5);
    exact("stage.s1.blocked.mean", batches * 3.0 / 600.0);
    exact("stage.s1.utilization.mean", batches * 4.0 / 600.0);
    exact("stage.s2.waiting_line.max", 1.0);
}

/// Two at once on one task of 1.4 s with replays after 2 s. The second is at work from 1.4 to 2.8 s; its replay of 2 s is at work from
/// 2.8 to 4.2 s, that of 4 s until 5.6 s, in time. It is shown at 2.8 s, by the first of its three tuples.
#[test]
fn replays_by_hand() {
    let event = "rate = \"6/min\"\nbatch = 2\narrivals = \"regular\"";
    let keys = "runs = \"topology\"\nmax_pending = 2\nreplay_after = \"2s\"";
    let outcome = run(&piped(DRAIN, event, keys, &["work = \"1400ms\""]));
    let raised = point(&outcome, "event.customer.raised");
    let near = |name: &str, truth: f64| {
        let point = point(&outcome, &format!("subscriber.server.{name}"));
        assert!((point - truth).abs() < 1e-9, "{name} is {point}, in truth {truth}");
    };
    near("end_to_end.mean", 2.1);
    near("hop.work.mean", 1.4);
    near("hop.wait.mean", 0.7);
    near("hop.redelivery.mean", 0.0);
    near("replayed", raised);
    near("utilization.mean", raised / 2.0 * 5.6 / 600.0);
    near("pending.mean", raised / 2.0 * (1.4 + 5.6) / 600.0);
    near("throughput", raised / 600.0);
    near("unfinished", 0.0);
}

/// Three changes of a ticket in quick succession.
fn in_order(grouping: &str, keys: &str) -> busload::outcome::Outcome {
    let event = "rate = \"30/s\"\nweight = \"heavy\"\nsize = { heavy = \"1KiB\" }\nlifecycle = { changes = 3, spacing = \"exp(20ms)\" }";
    let stage = format!("tasks = 4\nwork = \"exp(20ms)\"\ngroup_by = \"{grouping}\"");
    let text = piped("[run]\nhorizon = \"5m\"\nreplications = 2\n", event, keys, &[&stage, &format!("{stage}\nmailbox = 2")]);
    outcome(&scenario_set(&text, &[]))
}

#[test]
fn grouping_by_resource_keeps_its_order() {
    let grouped = in_order("resource", ACTORS);
    assert_eq!(point(&grouped, "subscriber.server.order_violations"), 0.0);
    assert_eq!(point(&grouped, "subscriber.server.stale_overwrites"), 0.0);
    let shuffled = in_order("shuffle", ACTORS);
    assert!(point(&shuffled, "subscriber.server.order_violations") > 0.0);
    assert!(point(&shuffled, "subscriber.server.stale_overwrites") > 0.0);
    let replayed = in_order("resource", "runs = \"topology\"\nmax_pending = 100\nreplay_after = \"100ms\"");
    assert!(point(&replayed, "subscriber.server.stale_overwrites") > 0.0, "a late duplicate overwrites what is newer");
}

/// The same bytes again, also with a callback that frees its task, failures, links and replays.
#[test]
fn pipelines_are_deterministic() {
    let text = piped(
        "[run]\nhorizon = \"3m\"\nreplications = 4\n[sor.registry]\nzone = \"far\"\nservice = \"exp(30ms)\"\n[link.wire]\nbetween = [\"near\", \"far\"]\nlatency = \"exp(20ms)\"\n",
        "rate = \"20/s\"",
        "zone = \"near\"\nconsumers = 2\nprefetch = 40\nfailure = \"5%\"\nruns = \"topology\"\nmax_pending = 30\nreplay_after = \"300ms\"\ncallback = { to = \"registry\", holds_worker = false, timeout = \"200ms\", retries = 2 }",
        &["tasks = 3\nwork = \"exp(50ms)\"\nmailbox = 5", "tasks = 2\nwork = \"exp(60ms)\"\nmailbox = 5"],
    );
    let (once, again) = (run(&text), run(&text));
    assert!(point(&once, "subscriber.server.replayed") > 0.0 && point(&once, "subscriber.server.callback.failed") > 0.0);
    assert_eq!(once, again);
}
