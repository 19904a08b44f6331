//! Messages that overtake each other, and clocks that are wrong: who shows what at the end.

use crate::run_help::{agree, agrees, point, run, steady};
use crate::scenario_help::{changed, load_set, load_text, seen};
use busload::outcome::Outcome;
use insta::assert_snapshot;

/// Heavy tickets that change twice, so long apart, across a link without order.
fn pairs(title: &str, gap: &str, latency: &str, skew: &str, guard: &str) -> Outcome {
    let run_section = steady(title, 4_000);
    run(&format!(
        r#"{run_section}
        [sor.source]
        zone = "here"
        {skew}
        [event.customer]
        from = "source"
        to = "line"
        rate = "20/s"
        lifecycle = {{ changes = 2, spacing = "{gap}" }}
        weight = "heavy"
        size = {{ light = "300B", heavy = "4KiB" }}
        [link.wire]
        between = ["here", "there"]
        latency = "{latency}"
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
}

const PAIRS: f64 = 10.0 * 3_600.0;
const OVERWRITES: &str = "subscriber.server.stale_overwrites";
const FINALLY: &str = "subscriber.server.stale_final";
const VIOLATIONS: &str = "subscriber.server.order_violations";

/// `reorder-pair-1` and `-2` of ../shared/validation/closed_forms.json: exp(-gap / mean) / 2.
#[test]
fn pairs_overtake_as_often_as_theory_says() {
    for (gap, latency, overtaken) in [("500ms", "exp(1s)", 0.303_265_329_856_316_7), ("100ms", "exp(100ms)", 0.183_939_720_585_721_17)] {
        let outcome = pairs("pairs, no guard", gap, latency, "", "none");
        agree(&outcome, &[(VIOLATIONS, overtaken * PAIRS), (OVERWRITES, overtaken * PAIRS), (FINALLY, overtaken)]);
        for guard in ["version", "timestamp"] {
            let outcome = pairs("pairs, guarded", gap, latency, "", guard);
            agrees(&outcome, VIOLATIONS, overtaken * PAIRS);
            for quantity in [OVERWRITES, FINALLY, "subscriber.server.time_wrong"] {
                assert_eq!(point(&outcome, quantity), 0.0, "{quantity} with guard {guard}");
            }
        }
    }
}

/// `reorder-stream-2`, the first being in `laws_broker`: Poisson changes of one resource.
#[test]
fn a_stream_overtakes_as_often_as_theory_says() {
    let run_section = steady("stream", 20_000);
    let outcome = run(&format!(
        r#"{run_section}
        [sor.source]
        zone = "here"
        [event.customer]
        from = "source"
        to = "line"
        rate = "0.2/s"
        resources = 1
        weight = "heavy"
        size = {{ heavy = "4KiB" }}
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
        "#
    ));
    agrees(&outcome, VIOLATIONS, 0.085_939_813_862_686_68 * 0.2 * 18_000.0);
}

/// The standard normal distribution at minus the root of a half.
const FOOLED: f64 = 0.239_750_061_093_476_8;

/// Two stamps, each off by a normal error of 100 ms: the later one seems the earlier one when their errors differ by more than the gap.
#[test]
fn a_wrong_clock_fools_the_guard() {
    let skew = "clock_skew = \"normal(0s, sd=100ms)\"";
    // In order: what is newer and seems older is kept out, and never shown.
    let outcome = pairs("wrong clock, in order", "100ms", "0", skew, "timestamp");
    agrees(&outcome, FINALLY, FOOLED);
    agrees(&outcome, "subscriber.server.unfinished", FOOLED * PAIRS);
    assert_eq!((point(&outcome, OVERWRITES), point(&outcome, VIOLATIONS)), (0.0, 0.0));
    // Out of order: what is older and seems newer overwrites.
    let overtaken = (-1.0_f64).exp() / 2.0;
    let outcome = pairs("wrong clock, out of order", "100ms", "exp(100ms)", skew, "timestamp");
    agree(&outcome, &[(VIOLATIONS, overtaken * PAIRS), (OVERWRITES, overtaken * FOOLED * PAIRS), (FINALLY, FOOLED)]);
    // Versions do not mind clocks.
    let outcome = pairs("wrong clock, versions", "100ms", "exp(100ms)", skew, "version");
    assert_eq!((point(&outcome, OVERWRITES), point(&outcome, FINALLY)), (0.0, 0.0));
}

/// A feed's entries keep the stamps of their changes; who calls back gets the stamp of what is current, and so compares two versions
/// only where a poll fell between them.
#[test]
fn a_wrong_clock_fools_pollers() {
    for (weight, fooled) in [("heavy", FOOLED), ("light", FOOLED * 0.1 / 10.0)] {
        let run_section = steady(&format!("wrong clock, {weight} feed"), 4_000);
        let outcome = run(&format!(
            r#"{run_section}
            [sor.source]
            service = "1us"
            clock_skew = "normal(0s, sd=100ms)"
            [event.customer]
            from = "source"
            rate = "20/s"
            lifecycle = {{ changes = 2, spacing = "100ms" }}
            weight = "{weight}"
            size = {{ light = "300B", heavy = "4KiB" }}
            [feed.atom]
            of = "customer"
            [poller.reader]
            feed = "atom"
            every = "10s"
            guard = "timestamp"
            [poller.reader.callback]
            "#
        ));
        agrees(&outcome, "poller.reader.stale_final", fooled);
        assert_eq!(point(&outcome, "poller.reader.stale_overwrites"), 0.0);
    }
}

/// Neither a second version nor a second time stamp.
#[test]
fn a_wrong_clock_without_versions() {
    let skew = "workers = 4\nclock_skew = \"exp(50ms)\"";
    let text = changed("workers = 4", skew);
    assert!(load_text(&text).is_ok() && load_set(&text, &[("sor.registry.clock_skew", "normal(0, sd=1ms)")]).is_ok());
    assert_snapshot!(seen(load_text(&text.replace("resources = 1000\n", ""))), @r#"
error: sor.registry.clock_skew has no effect because every event that it raises has a resource of its own, of which no version is older than another
  --> a.toml:15:1
   |
15 | clock_skew = "exp(50ms)"
   | ^^^^^^^^^^
   |
   = help: give an event `resources` or a `lifecycle`, or remove it

1 problem
"#);
}

/// What is derived from a ticket that changes is about that ticket still, whoever raises it.
#[test]
fn derived_events_have_the_versions_of_their_triggers() {
    let text = |resources: &str| {
        let text = changed("resources = 1000\n", resources)
            .replace("retries = 3\n", "retries = 3\n[[subscriber.profile.raises]]\nevent = \"told\"\nshare = \"50%\"\n");
        format!(
            "{text}\n[sor.desk]\nclock_skew = \"exp(1s)\"\n[event.told]\nfrom = \"desk\"\nto = \"tales\"\n\
             [queue.tales]\nsegment = \"bus\"\n[subscriber.reader]\nfrom = \"tales\"\nordering = \"by_resource\"\nguard = \"version\"\n"
        )
    };
    assert_eq!(seen(load_text(&text("resources = 1000\n"))), "no problem");
    let own = seen(load_text(&text("")));
    for key in ["sor.desk.clock_skew", "subscriber.reader.ordering", "subscriber.reader.guard"] {
        assert!(own.contains(&format!("{key} has no effect")), "{own}");
    }
}
