//! Services that a subscriber calls after its callback: who is asked when, where the time goes, what a view shows.

use crate::run_help::{agree, outcome, point, run, scenario, scenario_set, steady};
use busload::outcome::Outcome;

/// One event every ten seconds, the bus here, the subscriber 5 ms away, the services beside it.
pub const TRACE: &str = r#"
    [run]
    horizon = "105s"
    replications = 1
    [link.wire]
    between = ["here", "there"]
    latency = "5ms"
    [sor.registry]
    zone = "here"
    service = "20ms"
    [sor.crm]
    zone = "there"
    service = "30ms"
    [sor.erp]
    service = "40ms"
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "0.1/s"
    arrivals = "regular"
    size = { light = "0B", heavy = "0B" }
    [segment.bus]
    zone = "here"
    [topic.changes]
    segment = "bus"
    [subscriber.server]
    zone = "there"
    from = "changes"
    work = "10ms"
    calls = ["crm", "erp"]
"#;

const CALLBACK: &str = "[subscriber.server.callback]\n";

/// Means of metrics of the subscriber in milliseconds, exactly.
fn holds(outcome: &Outcome, milliseconds: &[(&str, f64)]) {
    for (name, truth) in milliseconds {
        let seen = point(outcome, &format!("subscriber.server.{name}")) * 1e3;
        assert!((seen - truth).abs() < 1e-9, "{name} is {seen} ms, in truth {truth}");
    }
}

fn count(outcome: &Outcome, name: &str) -> f64 {
    point(outcome, &format!("subscriber.server.{name}"))
}

#[test]
fn services_are_called_one_after_the_other_after_the_callback() {
    let outcome = run(&format!("{TRACE}{CALLBACK}"));
    holds(
        &outcome,
        &[
            ("end_to_end.mean", 5.0 + 10.0 + (5.0 + 20.0 + 5.0) + 30.0 + 40.0),
            ("end_to_end.max", 115.0),
            ("callback.latency.mean", 30.0),
            ("calls.latency.mean", 70.0),
            ("hop.delivery_link.mean", 5.0),
            ("hop.work.mean", 10.0),
            ("hop.callback_link.mean", 10.0),
            ("hop.sor_service.mean", 90.0),
            ("hop.sor_wait.mean", 0.0),
        ],
    );
    let events = point(&outcome, "total.raised");
    assert!(events >= 10.0);
    for name in ["throughput", "utilization.mean"] {
        assert!(count(&outcome, name) > 0.0);
    }
    assert_eq!((count(&outcome, "callback.attempts"), count(&outcome, "calls.attempts")), (events, 2.0 * events));
    assert_eq!((count(&outcome, "calls.attempts.crm"), count(&outcome, "calls.attempts.erp")), (events, events));
    assert_eq!(point(&outcome, "total.callbacks"), events);
}

#[test]
fn heavy_events_and_plain_subscribers_call_services_too() {
    let heavy = outcome(&scenario_set(&format!("{TRACE}{CALLBACK}"), &[("event.changed.weight", "heavy")]));
    holds(&heavy, &[("end_to_end.mean", 85.0), ("calls.latency.mean", 70.0)]);
    assert_eq!(count(&heavy, "callback.attempts"), 0.0);
    holds(&run(TRACE), &[("end_to_end.mean", 85.0), ("hop.sor_service.mean", 70.0)]);
}

#[test]
fn a_service_that_is_too_slow_fails_the_attempt_after_its_retries() {
    let callback = "timeout = \"35ms\"\nretries = 1\nbackoff = \"100ms\"";
    let text = format!("{TRACE}max_deliveries = 2\nredelivery_delay = \"1s\"\n{CALLBACK}{callback}");
    let outcome = run(&text);
    let events = point(&outcome, "total.raised");
    // Two deliveries; at each the callback and crm answer in time and erp is asked twice.
    assert_eq!(count(&outcome, "callback.attempts"), 2.0 * events);
    assert_eq!(count(&outcome, "calls.attempts.crm"), 2.0 * events);
    assert_eq!(count(&outcome, "calls.attempts.erp"), 4.0 * events);
    assert_eq!((count(&outcome, "calls.failed"), count(&outcome, "callback.failed")), (2.0 * events, 0.0));
    assert_eq!(count(&outcome, "missed.dropped"), events);
    assert!(outcome.metric("subscriber.server.end_to_end.mean").is_none());
    assert!(point(&outcome, "sor.erp.wasted") > 0.0);
}

#[test]
fn a_full_service_refuses_and_the_event_comes_again() {
    let text = TRACE.replace("service = \"40ms\"", "service = \"40ms\"\nmax_waiting = 0\nown_load = \"10/s\"\nown_service = \"exp(50ms)\"");
    let outcome = run(&format!("{text}redelivery_delay = \"500ms\"\n").replace("105s", "1001s"));
    assert!(count(&outcome, "calls.failed") > 10.0);
    assert_eq!(count(&outcome, "calls.failed"), count(&outcome, "redelivered"));
    assert_eq!((count(&outcome, "missed"), count(&outcome, "unfinished")), (0.0, 0.0));
}

/// Two changes 60 ms apart: what the first call back reads is shown, whatever the services take.
#[test]
fn the_view_shows_what_the_callback_read() {
    let lifecycle = "lifecycle = { changes = 2, spacing = \"60ms\" }\nsize";
    let text = format!("{TRACE}workers = 2\n{CALLBACK}").replace("size", lifecycle);
    let outcome = run(&text);
    holds(&outcome, &[("end_to_end.mean", 115.0), ("end_to_end.max", 115.0)]);
    assert_eq!(count(&outcome, "stale_overwrites"), 0.0);
}

#[test]
fn a_workflow_holds_its_thread_while_services_answer() {
    let workflow = TRACE.replace("zone = \"there\"\n    from = \"changes\"", "from = \"changes\"\n    runs = \"workflow\"");
    let holding = run(&workflow);
    // 10 ms of its own work, 5 there and back to crm, 30 and 40 there.
    holds(&holding, &[("end_to_end.mean", 90.0)]);
    let busy = |outcome: &Outcome| point(outcome, "segment.bus.utilization.mean") * 105.0 / point(outcome, "total.raised");
    assert!((busy(&holding) - 0.09).abs() < 1e-9, "{}", busy(&holding));
    let letting_go =
        run(&format!("{workflow}{CALLBACK}holds_worker = false\n")
            .replace("\"here\"\n    service", "\"here\"\n    workers = 3\n    service"));
    assert!((busy(&letting_go) - 0.01).abs() < 1e-9, "{}", busy(&letting_go));
}

/// A work and services that it calls without holding its worker: stations in a row, closed forms by P. Burke 1956 and E. Reich 1957.
fn tandem(title: &str, seconds: u32, rate: &str, works: &str, services: &[&str]) -> Outcome {
    let head = steady(title, seconds);
    let names: Vec<String> = (0..services.len()).map(|number| format!("s{number}")).collect();
    let mut text = format!(
        r#"{head}
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        rate = "{rate}"
        weight = "heavy"
        size = {{ heavy = "1KiB" }}
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        work = "{works}"
        calls = {names:?}
        [subscriber.server.callback]
        holds_worker = false
        "#
    );
    for (name, service) in names.iter().zip(services) {
        text += &format!("[sor.{name}]\nservice = \"{service}\"\n");
    }
    outcome(&scenario(&text))
}

#[test]
fn services_in_a_row_are_stations_in_tandem() {
    // closed_forms.json: tandem-1, tandem-2, tandem-3.
    let of_two = tandem("tandem-1", 30_000, "0.5/s", "exp(1s)", &["exp(1250ms)"]);
    agree(
        &of_two,
        &[
            ("subscriber.server.end_to_end.mean", 5.333333333333333),
            ("subscriber.server.end_to_end.sd", 3.8873012632302),
            ("subscriber.server.end_to_end.p99", 18.353560171525515),
            ("subscriber.server.calls.latency.mean", 3.333333333333333),
            ("sor.s0.utilization.mean", 0.625),
        ],
    );
    let of_three = tandem("tandem-2", 4_000, "500K/day", "exp(50ms)", &["exp(125ms)", "exp(83333333ns)"]);
    agree(
        &of_three,
        &[
            ("subscriber.server.end_to_end.mean", 0.6831949516752722),
            ("subscriber.server.end_to_end.p50", 0.562542182886874),
            ("subscriber.server.end_to_end.p90", 1.3147050385271988),
            ("sor.s0.utilization.mean", 0.7233796296296297),
            ("sor.s1.waiting_line.mean", 0.9314456035767512 - 0.4822530864197531),
        ],
    );
    let equal = tandem("tandem-3", 30_000, "0.6/s", "exp(1s)", &["exp(1s)", "exp(1s)"]);
    agree(
        &equal,
        &[
            ("subscriber.server.end_to_end.mean", 7.5),
            ("subscriber.server.end_to_end.sd", 4.330127018922193),
            ("subscriber.server.end_to_end.p95", 15.739484054679968),
        ],
    );
}
