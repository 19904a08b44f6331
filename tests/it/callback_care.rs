//! What caches, shared callbacks and circuit breakers spare, and what they cost in truth.

use crate::run_help::{agree, agrees, outcome, point, run, steady};
use busload::outcome::Outcome;
use busload::scenario::{MemoryFiles, load};

/// A subscriber next to the bus that calls the source back; exact where nothing is drawn.
fn design(run_section: &str, event: &str, registry: &str, server: &str, callback: &str) -> String {
    format!(
        r#"{run_section}
        [sor.registry]
        zone = "there"
        {registry}
        [event.changed]
        from = "registry"
        to = "line"
        {event}
        [link.wire]
        between = ["there", "here"]
        [segment.bus]
        zone = "there"
        [topic.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        zone = "here"
        workers = 100
        {server}
        [subscriber.server.callback]
        {callback}
        "#
    )
}

const ONCE: &str = "[run]\nreplications = 1\nending = \"drain\"\n";

fn once(horizon: &str, event: &str, registry: &str, server: &str, callback: &str) -> Outcome {
    run(&design(&format!("{ONCE}horizon = \"{horizon}\""), event, registry, server, callback))
}

fn counts(outcome: &Outcome, expected: &[(&str, f64)]) {
    for (quantity, expected) in expected {
        let name = format!("subscriber.server.{quantity}");
        assert!((point(outcome, &name) - expected).abs() < 1e-9, "{name} is {}, not {expected}", point(outcome, &name));
    }
}

/// `ttl-cache-1` of ../shared/validation/closed_forms.json (J. Jung, A. Berger and H. Balakrishnan, INFOCOM 2003): a hundred
/// resources, each asked about a hundredth of a time a second, kept for two minutes.
#[test]
fn a_cache_hits_as_often_as_theory_says() {
    let run_section = steady("cache under Poisson reads", 20_000);
    let event = "rate = \"1/s\"\nresources = 100";
    let outcome = run(&design(&run_section, event, "workers = 1000\nservice = \"0\"", "", "cache = \"120s\""));
    agree(
        &outcome,
        &[
            ("subscriber.server.callback.cached", 0.545_454_545_454_545_4 * 18_000.0),
            ("sor.registry.callbacks", 0.004_545_454_545_454_546 * 100.0),
        ],
    );
}

/// A change every ten seconds; the answer of a second is good for 25. The second and the third change find the first one's answer,
/// and are shown with that about the fourth, after 21 and 11 seconds.
#[test]
fn what_an_old_answer_does_not_show_stays_open() {
    let event = "rate = \"6/min\"\narrivals = \"regular\"\nresources = 1";
    let outcome = once("615s", event, "service = \"1s\"", "", "cache = \"25s\"");
    let raised = point(&outcome, "event.changed.raised");
    assert_eq!(raised % 3.0, 1.0, "the last one is shown: {raised} were raised");
    let rounds = (raised - 1.0) / 3.0;
    counts(
        &outcome,
        &[
            ("callback.attempts", rounds + 1.0),
            ("callback.cached", 2.0 * rounds),
            ("end_to_end.mean", (rounds * 33.0 + 1.0) / raised),
            ("end_to_end.max", 21.0),
            ("hop.overtaken.mean", rounds * 32.0 / raised),
            ("hop.sor_service.mean", (rounds + 1.0) / raised),
            ("freshness.max", 21.0),
            ("throughput", raised / 615.0),
            ("unfinished", 0.0),
            ("missed", 0.0),
            ("stale_overwrites", 0.0),
        ],
    );
}

/// The second and last change of a ticket finds the first one's answer: nobody ever shows it.
#[test]
fn the_last_change_may_never_be_shown() {
    let event = "rate = \"12/min\"\narrivals = \"regular\"\nlifecycle = { changes = 2, spacing = \"15s\" }";
    let outcome = once("600s", event, "service = \"1s\"", "", "cache = \"25s\"");
    let raised = point(&outcome, "event.changed.raised");
    let seconds = point(&outcome, "subscriber.server.callback.cached");
    assert!(seconds > 50.0 && seconds < raised / 2.0, "{seconds} of {raised}");
    let stale = seconds / (raised - seconds);
    counts(&outcome, &[("unfinished", seconds), ("missed", 0.0), ("stale_final", stale), ("end_to_end.max", 1.0)]);
    // Long enough apart each is asked about by itself.
    let outcome = once("600s", &event.replace("15s", "27s"), "service = \"1s\"", "", "cache = \"25s\"");
    counts(&outcome, &[("callback.cached", 0.0), ("unfinished", 0.0), ("stale_final", 0.0)]);
}

/// Whoever asks while the request is on its way to the system joins it: one callback for all that come within 100 ms.
#[test]
fn waiting_events_of_one_resource_share_a_callback() {
    let run_section = steady("coalescing", 2_000);
    let event = "rate = \"10/s\"\nresources = 1";
    let text = design(&run_section, event, "workers = 1000\nservice = \"exp(50ms)\"", "", "coalesce = true");
    let outcome = run(&text.replace("[link.wire]", "[link.wire]\nlatency = \"100ms\""));
    // Cycles of 100 ms and the time to the next event: 10 / (1 + 10 x 0.1) callbacks a second.
    agrees(&outcome, "sor.registry.callbacks", 5.0);
    agrees(&outcome, "subscriber.server.callback.coalesced", 5.0 * 1_800.0);
    agrees(&outcome, "subscriber.server.throughput", 10.0);
    assert_eq!(point(&outcome, "subscriber.server.unfinished"), outcome_in_flight(&outcome));
}

/// Nothing is late but what is under way at the end.
fn outcome_in_flight(outcome: &Outcome) -> f64 {
    let unfinished = point(outcome, "subscriber.server.unfinished");
    assert!(unfinished < 10.0, "{unfinished} are unfinished");
    unfinished
}

/// Five changes at once: the first is asked about at once and served, so it is too late to join; the others share the next.
#[test]
fn who_comes_too_late_for_a_callback_makes_the_next() {
    let event = "rate = \"30/min\"\narrivals = \"regular\"\nbatch = 5\nresources = 1";
    let outcome = once("605s", event, "service = \"1s\"", "", "coalesce = true");
    let batches = point(&outcome, "event.changed.raised") / 5.0;
    counts(
        &outcome,
        &[
            ("callback.attempts", 2.0 * batches),
            ("callback.coalesced", 3.0 * batches),
            ("end_to_end.mean", 1.0),
            ("throughput", 5.0 * batches / 605.0),
        ],
    );
    // The one connection is taken: all four wait for it together.
    let one = once("605s", event, "workers = 10\nservice = \"1s\"", "", "coalesce = true\nconnections = 1");
    counts(&one, &[("callback.attempts", 2.0 * batches), ("callback.coalesced", 3.0 * batches)]);
    let alone = once("605s", event, "service = \"1s\"", "", "");
    counts(&alone, &[("callback.attempts", 5.0 * batches), ("callback.coalesced", 0.0)]);
}

/// The shared callback fails for all who wait for it, each message comes again, and nothing is lost.
#[test]
fn a_shared_callback_fails_for_all() {
    let event = "rate = \"30/min\"\narrivals = \"regular\"\nbatch = 5\nresources = 1";
    let callback = "coalesce = true\ntimeout = \"100ms\"\nretries = 1\nbackoff = \"50ms\"";
    let outcome = once("61s", event, "service = \"1s\"\nworkers = 1000", "max_deliveries = 1", callback);
    let raised = point(&outcome, "event.changed.raised");
    counts(&outcome, &[("callback.failed", raised), ("missed.dropped", raised), ("throughput", 0.0)]);
    let (attempts, coalesced) =
        (point(&outcome, "subscriber.server.callback.attempts"), point(&outcome, "subscriber.server.callback.coalesced"));
    assert_eq!(attempts, 2.0 * (raised - coalesced));
}

/// A request each second, of which the first five take ten, and 1.5 seconds of patience. Three failures are heard at the 3rd, 4th and
/// 5th second and a half; ten requests fail at once; then one is let through.
fn breaking(slow: u32, seconds: u32) -> Outcome {
    let rows: String = (0..slow).map(|sequence| format!("{sequence},10000\n")).collect();
    let registry = "workers = 1000\nservice = 'trace(slow.csv, column=took, unit=ms, key=seq, else=\"100ms\")'";
    let callback = "timeout = \"1.5s\"\nbreaker = { failures = 3, open_for = \"10s\" }";
    let run_section = format!("{ONCE}horizon = \"{seconds}s\"");
    let text = design(&run_section, "rate = \"1/s\"\narrivals = \"regular\"", registry, "max_deliveries = 1", callback);
    let mut files = MemoryFiles::default().with("a.toml", text).with("slow.csv", format!("seq,took\n{rows}"));
    outcome(&load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}")))
}

#[test]
fn a_breaker_opens_and_closes_again() {
    let outcome = breaking(5, 100);
    let raised = point(&outcome, "event.changed.raised");
    counts(
        &outcome,
        &[
            ("callback.attempts", raised - 10.0),
            ("callback.short_circuited", 10.0),
            ("callback.failed", 14.0),
            ("missed.dropped", 14.0),
            ("throughput", (raised - 14.0) / 100.0),
        ],
    );
    // Ten requests never reach the system.
    assert!((point(&outcome, "sor.registry.callbacks") * 100.0 - (raised - 10.0)).abs() < 1e-9);
}

/// As long as the probe fails the breaker opens again: one request in twelve seconds.
#[test]
fn a_breaker_probes_one_request_at_a_time() {
    let outcome = breaking(200, 125);
    let raised = point(&outcome, "event.changed.raised");
    let probes = ((raised - 15.0) / 12.0).floor() + 1.0;
    counts(
        &outcome,
        &[("callback.attempts", 4.0 + probes), ("callback.short_circuited", raised - 4.0 - probes), ("callback.failed", raised)],
    );
}
