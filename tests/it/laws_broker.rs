//! The laws of what a broker, a link and a system of record add to waiting lines: limits, lifetimes, priorities, retries, turns,
//! bandwidth, journal, callbacks, overtaking. As in `laws`, theory is the judge.

use crate::run_help::{agree, agrees, one_line, point, run, steady};
use busload::outcome::Outcome;
use busload::theory::{Gm1, Md1, Mg1, Mm1, Mmc, Mmck, ServiceMoments};

const DAY: f64 = 500_000.0 / 86_400.0;

/// A consumer with credit for P messages adds P places to the queue's.
#[test]
fn a_full_queue_refuses() {
    for (rate, servers, places) in [(0.9, 1, 10), (1.2, 1, 20), (3.0, 4, 4), (2.5, 3, 12)] {
        let title = format!("M/M/{servers}/{places}");
        let line = format!("max_length = {}", places - servers);
        let event = format!("rate = \"{rate}/s\"\nrefused = \"drop\"");
        let outcome =
            run(&one_line(&title, 10_000, &event, &line, &format!("workers = {servers}\nprefetch = {servers}\nwork = \"exp(1s)\"")));
        let theory = Mmck::new(rate, 1.0, servers, places).unwrap();
        agrees(&outcome, "event.customer.refused", theory.p_loss() * rate * 9_000.0);
        agrees(&outcome, "subscriber.server.throughput", theory.throughput());
        agrees(&outcome, "subscriber.server.utilization.mean", theory.utilization());
        agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
        if places > servers {
            agrees(&outcome, "subscriber.server.backlog.mean", theory.mean_number_waiting());
            agrees(&outcome, "subscriber.server.hop.backlog.p95", theory.wait_quantile(0.95));
        }
        assert_eq!(point(&outcome, "queue.line.rejected"), point(&outcome, "event.customer.refused"));
    }
}

/// Credit for the workers only, so that the line is at the broker and its time to live acts on all of the wait.
#[test]
fn messages_expire() {
    let served = |title: &str, rate: &str, lifetime: &str| {
        let server = "prefetch = 1\nwork = \"exp(1s)\"";
        run(&one_line(title, 20_000, &format!("rate = \"{rate}\""), &format!("time_to_live = \"{lifetime}\""), server))
    };
    // M/M/1+D: D. Barrer 1957; B. Gnedenko and I. Kovalenko, Introduction to Queueing Theory, 2nd ed. 1989, ch. 1.
    let outcome = served("M/M/1+D", "0.9/s", "5s");
    agrees(&outcome, "queue.line.expired", 0.096576 * 18_000.0);
    agrees(&outcome, "subscriber.server.throughput", 0.803424);
    agrees(&outcome, "subscriber.server.hop.backlog.mean", 1.787703);
    // M/M/1+M, Erlang A (C. Palm 1957).
    let outcome = served("Erlang A", "1/s", "exp(2s)");
    agrees(&outcome, "queue.line.expired", 0.313035 * 18_000.0);
    agrees(&outcome, "subscriber.server.utilization.mean", 0.686965);
    agrees(&outcome, "subscriber.server.backlog.mean", 0.626071);
}

#[test]
fn erlang_a_with_many_servers() {
    let text = one_line(
        "Erlang A, 48 servers",
        1_000,
        "rate = \"50/s\"",
        "time_to_live = \"exp(5s)\"",
        "workers = 48\nprefetch = 48\nwork = \"exp(1s)\"",
    );
    let outcome = run(&text);
    agrees(&outcome, "queue.line.expired", 2.821383 * 900.0);
    agrees(&outcome, "subscriber.server.backlog.mean", 14.106916);
}

#[test]
fn the_urgent_go_first() {
    let run_section = steady("non-preemptive priorities", 30_000);
    let outcome = run(&format!(
        r#"{run_section}
        [sor.source]
        [event.urgent]
        from = "source"
        to = "line"
        rate = "0.2/s"
        priority = 9
        [event.usual]
        from = "source"
        to = "line"
        rate = "0.6/s"
        priority = 1
        [segment.bus]
        [queue.line]
        segment = "bus"
        priorities = true
        [subscriber.server]
        from = "line"
        prefetch = 1
        work = "exp(1s)"
        "#
    ));
    // A. Cobham 1954.
    agrees(&outcome, "event.urgent.end_to_end.mean", 2.0);
    agrees(&outcome, "event.usual.end_to_end.mean", 6.0);
    agrees(&outcome, "subscriber.server.backlog.mean", 3.2);
}

#[test]
fn what_fails_comes_again() {
    let server = "prefetch = 1\nwork = \"exp(1s)\"\nfailure = \"20%\"";
    let outcome = run(&one_line("M/M/1 with retries at the tail", 20_000, "rate = \"0.5/s\"", "requeue = \"tail\"", server));
    // Each message needs 1.25 attempts (L. Takacs 1963): the number in the system is that of M/M/1 with 0.625 attempts a second.
    let theory = Mm1::new(0.625, 1.0).unwrap();
    agrees(&outcome, "subscriber.server.utilization.mean", 0.625);
    agrees(&outcome, "subscriber.server.redelivered", 0.125 * 18_000.0);
    agrees(&outcome, "subscriber.server.backlog.mean", theory.mean_number_waiting());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_number() / 0.5);
}

#[test]
fn what_fails_too_often_is_a_dead_letter() {
    let line = r#"
        max_deliveries = 5
        redelivery_delay = "1s"
        redelivery_factor = 2
        dead_letter = "dead"
        [queue.dead]
        segment = "bus"
    "#;
    let outcome = run(&one_line("bounded retries", 20_000, "rate = \"2/s\"", line, "failure = \"30%\""));
    let raised = 2.0 * 18_000.0;
    agrees(&outcome, "subscriber.server.redelivered", 0.4251 * raised);
    agrees(&outcome, "queue.line.dead_lettered", 0.00243 * raised);
    agrees(&outcome, "queue.dead.published", 0.00243 * raised);
    agrees(&outcome, "subscriber.server.end_to_end.mean", 0.617851);
    agrees(&outcome, "subscriber.server.throughput", 2.0 * (1.0 - 0.00243));
}

/// Deep prefetch deals messages out in turn, so that each consumer is a line of its own with Erlang gaps; prefetch 1 shares one line.
#[test]
fn consumers_in_turn_or_from_one_line() {
    let consumers = |title: &str, keys: &str| {
        let server = format!("workers = 4\nconsumers = 4\nwork = \"exp(500ms)\"\n{keys}");
        run(&one_line(title, 4_000, "rate = \"500K/day\"", "", &server))
    };
    let outcome = consumers("E4/M/1", "dispatch = \"round_robin\"");
    let theory = Gm1::erlang(4, DAY / 4.0, 2.0).unwrap();
    agrees(&outcome, "subscriber.server.waiting.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
    agrees(&outcome, "subscriber.server.end_to_end.p99", theory.sojourn_quantile(0.99));
    let outcome = consumers("M/M/4", "prefetch = 1");
    let theory = Mmc::new(DAY, 2.0, 4).unwrap();
    agrees(&outcome, "subscriber.server.hop.backlog.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
}

/// Four workers, but one resource: one message at a time.
#[test]
fn order_makes_one_server_of_many() {
    let server = "workers = 4\nwork = \"exp(1s)\"\nordering = \"by_resource\"";
    let outcome = run(&one_line("one group is M/M/1", 20_000, "rate = \"0.5/s\"\nresources = 1", "", server));
    agrees(&outcome, "subscriber.server.end_to_end.mean", 2.0);
    agrees(&outcome, "subscriber.server.backlog.mean", 0.5);
    assert_eq!(point(&outcome, "subscriber.server.order_violations"), 0.0);
}

/// A publisher and its segment in two zones with this link between.
fn across(title: &str, seconds: u32, event: &str, link: &str, segment: &str) -> Outcome {
    let run_section = steady(title, seconds);
    run(&format!(
        r#"{run_section}
        [sor.source]
        zone = "here"
        [event.customer]
        from = "source"
        to = "line"
        size = {{ light = "1500B", heavy = "1500B" }}
        {event}
        [link.wire]
        between = ["here", "there"]
        {link}
        [segment.bus]
        zone = "there"
        {segment}
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        zone = "there"
        "#
    ))
}

#[test]
fn a_wire_is_a_line_with_constant_service() {
    let outcome = across("bandwidth: M/D/1", 500, "rate = \"50/s\"", "bandwidth = \"1Mbit/s\"", "");
    let theory = Md1::new(50.0, 0.012).unwrap();
    agree(
        &outcome,
        &[
            ("link.wire.utilization.mean", 0.6),
            ("link.wire.bytes", 75_000.0),
            ("link.wire.latency.mean", theory.means().mean_sojourn()),
            ("link.wire.latency.p99", theory.sojourn_quantile(0.99).unwrap()),
            ("subscriber.server.end_to_end.mean", theory.means().mean_sojourn()),
        ],
    );
}

/// A lost message is sent again after 200 ms, 400 ms ...: 0.2 s x p / (1 - 2 p) more on average.
#[test]
fn a_lossy_wire_is_late() {
    let outcome = across("loss", 2_000, "rate = \"10/s\"", "latency = \"10ms\"\nloss = \"10%\"\nin_order = false", "");
    agrees(&outcome, "subscriber.server.end_to_end.mean", 0.01 + 0.2 * 0.1 / 0.8);
    agrees(&outcome, "link.wire.bytes", 15_000.0 / 0.9);
}

/// With one unconfirmed publish at most, the publisher is a server that needs a round trip for each.
#[test]
fn confirms_hold_publishers_back() {
    let outcome = across("confirm window: M/D/1", 500, "rate = \"60/s\"\nconfirm = { in_flight = 1 }", "latency = \"5ms\"", "");
    let theory = Md1::new(60.0, 0.01).unwrap();
    agrees(&outcome, "subscriber.server.hop.publish_wait.mean", theory.means().mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.means().mean_wait() + 0.005);
}

/// Mean line and share of busy time of M/M/1 with services of up to `most` customers at once (N. Bailey 1954; D. Gross et al.,
/// Fundamentals of Queueing Theory, 4th ed. 2008, sec. 3.2).
fn bulk(rate: f64, service_rate: f64, most: i32) -> (f64, f64) {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..100 {
        let r: f64 = (low + high) / 2.0;
        let flow = service_rate * r * (1.0 - r.powi(most)) / (1.0 - r);
        if flow < rate { low = r } else { high = r }
    }
    let r: f64 = low;
    let busy_with_none_waiting = 1.0 / (service_rate / rate + 1.0 / (1.0 - r));
    (busy_with_none_waiting * r / ((1.0 - r) * (1.0 - r)), busy_with_none_waiting / (1.0 - r))
}

#[test]
fn the_journal_writes_in_groups() {
    for (group, rate) in [(1, 60.0), (4, 200.0), (64, 300.0)] {
        let segment = format!("persist = {{ write = \"exp(10ms)\", group = {group} }}");
        let outcome = across(&format!("group commit of {group}"), 200, &format!("rate = \"{rate}/s\""), "latency = \"0\"", &segment);
        let (line, busy) = bulk(rate, 100.0, group);
        agrees(&outcome, "subscriber.server.hop.journal.mean", line / rate + 0.01);
        agrees(&outcome, "segment.bus.persist.utilization.mean", busy);
    }
}

/// A subscriber next to the bus that calls a system of record with these keys.
fn calling(title: &str, seconds: u32, event: &str, sor: &str, server: &str, callback: &str) -> Outcome {
    let run_section = steady(title, seconds);
    run(&format!(
        r#"{run_section}
        [sor.source]
        [sor.registry]
        zone = "there"
        {sor}
        [event.customer]
        from = "source"
        to = "line"
        {event}
        [link.wire]
        between = ["here", "there"]
        latency = "5ms"
        [segment.bus]
        zone = "here"
        [topic.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        zone = "here"
        {server}
        [subscriber.server.callback]
        to = "registry"
        {callback}
        "#
    ))
}

/// Callbacks and the system's own users stand in one line.
#[test]
fn users_and_callbacks_share_a_system() {
    let sor = "service = \"exp(100ms)\"\nown_load = \"4/s\"\nown_service = \"exp(100ms)\"";
    let outcome = calling("own load and callbacks", 4_000, "rate = \"3/s\"", sor, "", "holds_worker = false");
    let (theory, alone) = (Mm1::new(7.0, 10.0).unwrap(), Mm1::new(4.0, 10.0).unwrap());
    agree(
        &outcome,
        &[
            ("sor.registry.utilization.mean", 0.7),
            ("sor.registry.utilization.callbacks.mean", 0.3),
            ("sor.registry.utilization.own.mean", 0.4),
            ("sor.registry.callbacks", 3.0),
            ("sor.registry.waiting.mean", theory.mean_wait()),
            ("sor.registry.waiting_line.mean", theory.mean_number_waiting()),
            ("sor.registry.own_latency.mean", theory.mean_sojourn()),
            ("sor.registry.own_latency.p99", theory.sojourn_quantile(0.99)),
            ("sor.registry.own_latency.alone.mean", alone.mean_sojourn()),
            ("sor.registry.own_latency.alone.p99", alone.sojourn_quantile(0.99)),
            ("subscriber.server.callback.latency.mean", theory.mean_sojourn() + 0.01),
        ],
    );
}

/// A worker or a connection that waits for answers is a server whose service is the whole round trip.
#[test]
fn answers_hold_workers_and_connections() {
    let sor = "workers = 1000\nservice = \"exp(50ms)\"";
    let outcome = calling("held worker: M/G/1", 4_000, "rate = \"6/s\"", sor, "work = \"exp(50ms)\"", "");
    let (round_trip, variance) = (0.11, 2.0 * 0.05 * 0.05);
    let theory = Mg1::new(6.0, moments(round_trip, variance)).unwrap();
    agrees(&outcome, "subscriber.server.utilization.mean", 0.66);
    agrees(&outcome, "subscriber.server.waiting.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());

    let outcome = calling("one connection: M/G/1", 4_000, "rate = \"10/s\"", sor, "", "holds_worker = false\nconnections = 1");
    let theory = Mg1::new(10.0, moments(0.06, 0.05 * 0.05)).unwrap();
    agrees(&outcome, "subscriber.server.hop.connection.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
}

/// Mean wait and sojourn look at two moments only: those of the gamma with the same ones.
fn moments(mean: f64, variance: f64) -> ServiceMoments {
    ServiceMoments::gamma(mean, variance / (mean * mean))
}

/// Who gives up at 60 ms has a chance of p each time; the system works on all the same.
#[test]
fn who_gives_up_asks_again() {
    let sor = "workers = 1000\nservice = \"exp(50ms)\"";
    let callback = "holds_worker = false\ntimeout = \"60ms\"\nretries = 1000\nbackoff = \"30ms\"\nbackoff_factor = 1";
    let outcome = calling("timeouts", 4_000, "rate = \"10/s\"", sor, "", callback);
    let (patience, mean, messages) = (0.05_f64, 0.05, 36_000.0);
    let p = (-patience / mean).exp();
    let failures = p / (1.0 - p);
    let in_time = mean - patience * failures;
    agrees(&outcome, "subscriber.server.callback.attempts", messages * (1.0 + failures));
    // Wasted is what is still served when the caller gives up, 5 ms before an answer under way would have come too late.
    let abandoned = (0.055 + mean) * (-0.055_f64 / mean).exp();
    agrees(&outcome, "sor.registry.wasted", 10.0 * (1.0 + failures) * abandoned / 1000.0);
    agrees(&outcome, "sor.registry.utilization.mean", 10.0 * (1.0 + failures) * mean / 1000.0);
    agrees(&outcome, "subscriber.server.end_to_end.mean", failures * 0.09 + 0.01 + in_time);
}

/// A full system refuses as Erlang's loss formula says; each refusal is an attempt that fails.
#[test]
fn a_full_system_refuses() {
    let sor = "workers = 4\nservice = \"exp(1s)\"\nmax_waiting = 0\nown_load = \"2/s\"\nown_service = \"exp(1s)\"";
    let outcome = calling("M/M/4/4 of two streams", 10_000, "rate = \"1/s\"", sor, "max_deliveries = 1", "holds_worker = false");
    let theory = Mmck::new(3.0, 1.0, 4, 4).unwrap();
    agrees(&outcome, "sor.registry.refused", theory.p_loss() * 3.0 * 9_000.0);
    agrees(&outcome, "sor.registry.utilization.mean", theory.utilization());
    agrees(&outcome, "subscriber.server.callback.failed", theory.p_loss() * 9_000.0);
    agrees(&outcome, "subscriber.server.throughput", 1.0 - theory.p_loss());
    assert_eq!(point(&outcome, "sor.registry.waiting.max"), 0.0);
}

/// Updates of one resource on a link without order: who arrives after a later one.
#[test]
fn messages_overtake() {
    let resource = |title: &str, guard: &str| {
        let run_section = steady(title, 20_000);
        run(&format!(
            r#"{run_section}
            [sor.source]
            zone = "here"
            [event.customer]
            from = "source"
            to = "line"
            rate = "1/s"
            resources = 1
            weight = "heavy"
            size = {{ light = "300B", heavy = "4KiB" }}
            [link.wire]
            between = ["here", "there"]
            latency = "exp(500ms)"
            in_order = false
            [segment.bus]
            zone = "here"
            [queue.line]
            segment = "bus"
            [subscriber.server]
            from = "line"
            zone = "there"
            workers = 1000
            guard = "{guard}"
            "#
        ))
    };
    // From the number of later messages under way, which is Poisson: 1 - the integral of the delay's density times the chance of none.
    let overtaken = 0.178628;
    let outcome = resource("overtaking, no guard", "none");
    agrees(&outcome, "subscriber.server.order_violations", overtaken * 18_000.0);
    assert!(point(&outcome, "subscriber.server.stale_overwrites") > 0.0 && point(&outcome, "subscriber.server.time_wrong") > 0.0);
    let outcome = resource("overtaking, guarded by version", "version");
    agrees(&outcome, "subscriber.server.order_violations", overtaken * 18_000.0);
    assert_eq!(point(&outcome, "subscriber.server.stale_overwrites"), 0.0);
    assert_eq!(point(&outcome, "subscriber.server.time_wrong"), 0.0);
}

/// Two changes 0.5 s apart whose delays are exponential with mean 1 s come in the wrong order with probability exp(-0.5) / 2; then the
/// first comes 2 s after it was raised, on average, and the view is wrong from there to the end: nothing newer ever comes.
#[test]
fn a_view_that_is_wrong_for_good_is_wrong_to_the_end_of_the_run() {
    let (hours, starts) = (1.0, 1.0);
    let outcome = run(&format!(
        r#"
        title = "wrong for good"
        [run]
        horizon = "{hours}h"
        replications = 20
        [sor.source]
        zone = "here"
        [event.customer]
        from = "source"
        to = "line"
        rate = "{}/s"
        lifecycle = {{ changes = 2, spacing = "500ms" }}
        weight = "heavy"
        size = {{ light = "300B", heavy = "4KiB" }}
        [link.wire]
        between = ["here", "there"]
        latency = "exp(1s)"
        in_order = false
        [segment.bus]
        zone = "here"
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        zone = "there"
        workers = 1000
        "#,
        2.0 * starts
    ));
    let (seconds, swapped) = (3600.0 * hours, 0.5 * (-0.5_f64).exp());
    agrees(&outcome, "subscriber.server.stale_overwrites", starts * swapped * (seconds - 2.0));
    agrees(&outcome, "subscriber.server.time_wrong", starts * swapped * (seconds - 2.0) * (seconds - 2.0) / 2.0);
}

/// A workflow's work is done by the segment's threads: two of them are M/M/2 for it.
#[test]
fn a_workflow_runs_on_the_segment() {
    let text = one_line("workflow: M/M/2", 8_000, "rate = \"1.5/s\"", "", "runs = \"workflow\"\nworkers = 1000\nwork = \"exp(1s)\"");
    let outcome = run(&text.replace("[segment.bus]", "[segment.bus]\nthreads = 2"));
    let theory = Mmc::new(1.5, 1.0, 2).unwrap();
    agrees(&outcome, "segment.bus.utilization.mean", 0.75);
    agrees(&outcome, "segment.bus.waiting.mean", theory.mean_wait());
    agrees(&outcome, "subscriber.server.end_to_end.mean", theory.mean_sojourn());
}
