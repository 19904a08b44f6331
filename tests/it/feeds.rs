//! Atom feeds and who polls them, against formulas and traces worked out by hand.

use crate::run_help::{agree, outcome, point, run, scenario, scenario_set, steady};
use busload::model;
use busload::outcome::Outcome;
use busload::units::Time;

/// One event that only a feed carries, one poller; each with further keys.
fn polled(run: &str, event: &str, feed: &str, poller: &str) -> String {
    format!(
        r#"{run}
        [sor.source]
        workers = 1
        [event.changed]
        from = "source"
        {event}
        [feed.atom]
        of = "changed"
        {feed}
        [poller.reader]
        feed = "atom"
        {poller}
        "#
    )
}

/// closed_forms.json, feed-polling-1: T/2 + c, as a change comes at any moment of the interval alike.
#[test]
fn polling_on_a_fixed_clock_waits_half_an_interval_and_the_poll() {
    let text = polled(&steady("feed-polling-1", 86_400), "rate = \"5.787037037037037/s\"", "page_service = \"500ms\"", "every = \"60s\"");
    let outcome = run(&text);
    agree(
        &outcome,
        &[
            ("poller.reader.end_to_end.mean", 30.5),
            ("poller.reader.end_to_end.sd", 17.320508075688775),
            ("poller.reader.hop.poll_wait.mean", 30.0),
            ("poller.reader.throughput", 5.787037037037037),
            ("sor.source.utilization.polls.mean", 0.5 / 60.0),
            ("sor.source.polls", 1.0 / 60.0),
        ],
    );
    for (statistic, truth) in [("p50", 30.5), ("p90", 54.5), ("p95", 57.5), ("p99", 59.9), ("p999", 60.44)] {
        let found = point(&outcome, &format!("poller.reader.end_to_end.{statistic}"));
        assert!((found / truth - 1.0).abs() < 0.01, "{statistic}: {found} of {truth}");
    }
    assert_eq!(point(&outcome, "poller.reader.hop.feed_service.mean"), 0.5);
}

/// closed_forms.json, feed-polling-2: T/2 + c + s (1 + lambda T/2), as the entries of a page are worked in their order.
#[test]
fn the_entries_of_a_poll_wait_for_each_other() {
    let text = polled(
        &steady("feed-polling-2", 21_600),
        "rate = \"5.787037037037037/s\"",
        "page_service = \"200ms\"",
        "every = \"30s\"\nwork = \"10ms\"",
    );
    agree(
        &run(&text),
        &[
            ("poller.reader.end_to_end.mean", 16.078055555555554),
            ("poller.reader.end_to_end.sd", 8.159613868468918),
            // What closed_forms.json calls the consumer's utilization has the poll itself in it, which here the source pays.
            ("poller.reader.utilization.mean", 0.06453703703703703 - 0.2 / 30.0),
            ("sor.source.utilization.polls.mean", 0.2 / 30.0),
        ],
    );
}

/// One replication that stops at its horizon.
fn once(horizon: &str) -> String {
    format!("[run]\nhorizon = \"{horizon}\"\nreplications = 1\n")
}

/// The figures are these, exactly.
fn has(outcome: &Outcome, figures: &[(&str, f64)]) {
    for (name, truth) in figures {
        let found = point(outcome, name);
        assert!((found - truth).abs() <= 1e-9 * truth.abs().max(1.0), "{name} is {found}, by hand {truth}");
    }
}

/// Changes at 1 s, 2 s, ... 20 s; polls at 10 s and 20 s. Each request arrives after 50 ms, is served 100 ms and is back after 50
/// more: entries 1 to 4 at 10.2 s, 5 to 8 at 10.4 s, 9 and 10 at 10.6 s, and so ten seconds later.
#[test]
fn a_poll_asks_for_pages_until_it_has_all() {
    let run_ = "[run]\nhorizon = \"20.5s\"\nending = \"drain\"\nreplications = 1\n";
    let places = "[link.wire]\nbetween = [\"here\", \"there\"]\nlatency = \"50ms\"\n[sor.source]\nzone = \"here\"\n";
    let text = polled(
        run_,
        "rate = \"1/s\"\narrivals = \"regular\"\nsize = { light = \"300B\" }",
        "page = 4\npage_service = \"100ms\"\nnot_modified_service = \"1s\"",
        "every = \"10s\"\nzone = \"there\"",
    );
    let outcome = run(&text.replace("[sor.source]", places));
    has(
        &outcome,
        &[
            ("poller.reader.end_to_end.mean", 4.86),
            ("poller.reader.hop.poll_wait.mean", 4.66),
            ("poller.reader.hop.feed_link.mean", 0.1),
            ("poller.reader.hop.feed_wait.mean", 0.0),
            ("poller.reader.hop.feed_service.mean", 0.1),
            ("poller.reader.polls", 2.0),
            ("poller.reader.empty_polls", 0.0),
            ("poller.reader.backlog.max", 10.0),
            ("poller.reader.unfinished", 0.0),
            ("event.changed.end_to_end.mean", 4.86),
            // Six requests; of the last one's service half lies within the horizon.
            ("sor.source.polls", 6.0 / 20.5),
            ("sor.source.callbacks", 0.0),
            ("sor.source.utilization.polls.mean", 0.55 / 20.5),
            ("sor.source.utilization.mean", 0.55 / 20.5),
            // Six requests of 400 bytes and, until the horizon, five answers with 18 entries.
            ("link.wire.bytes", (6.0 * 400.0 + 18.0 * 300.0) / 20.5),
        ],
    );
}

/// Changes at 25, 50, 75 and 100 s, polls every ten seconds: at 30, 50, 80 and 100 s there is something new.
#[test]
fn nothing_new_is_answered_cheaply() {
    let text = polled(
        &once("105s"),
        "rate = \"144/h\"\narrivals = \"regular\"",
        "page_service = \"100ms\"\nnot_modified_service = \"20ms\"",
        "every = \"10s\"",
    );
    has(
        &run(&text),
        &[
            ("poller.reader.polls", 10.0),
            ("poller.reader.empty_polls", 6.0),
            ("poller.reader.end_to_end.mean", 2.6),
            ("sor.source.utilization.polls.mean", (4.0 * 0.1 + 6.0 * 0.02) / 105.0),
        ],
    );
}

/// Polls begin at 1, 4 and 7 s and take 2.5 s each; the ticks between them pass. The cut at 10 s leaves changes 8 and 9 unread.
#[test]
fn ticks_during_a_poll_are_skipped() {
    let text = polled(&once("10s"), "rate = \"1/s\"\narrivals = \"regular\"", "page_service = \"2500ms\"", "every = \"1s\"");
    has(
        &run(&text),
        &[
            ("poller.reader.polls", 3.0),
            ("poller.reader.skipped_polls", 6.0),
            ("poller.reader.end_to_end.mean", 23.5 / 7.0),
            ("poller.reader.unfinished", 2.0),
            // Entries are unread until the answer is there: 2 to 6 at 6.5 s.
            ("poller.reader.backlog.max", 5.0),
        ],
    );
}

/// A change on the hour, polls eleven seconds after 2:00 of both days: two entries, then 24; the last 21 wait for a third night.
#[test]
fn an_overnight_batch_reads_the_day_at_its_time() {
    let text =
        polled(&once("48h"), "rate = \"24/day\"\narrivals = \"regular\"", "page_service = \"10s\"", "at = [\"02:00\"]\njitter = \"1s\"");
    let night = run(&text);
    has(
        &night,
        &[
            ("poller.reader.polls", 2.0),
            ("poller.reader.end_to_end.mean", (277.0 * 3600.0 + 26.0 * 11.0) / 26.0),
            ("poller.reader.unfinished", 21.0),
            ("poller.reader.backlog.max", 24.0),
        ],
    );
    let by_hand = outcome(&scenario_set(&text, &[("poller.reader.at", "[\"09:00\", \"15:00\"]")]));
    has(&by_hand, &[("poller.reader.polls", 4.0), ("poller.reader.unfinished", 8.0)]);
    let drained = outcome(&scenario_set(&text, &[("run.ending", "drain")]));
    has(
        &drained,
        &[("poller.reader.polls", 3.0), ("poller.reader.unfinished", 0.0), ("poller.reader.end_to_end.max", 24.0 * 3600.0 - 3600.0 + 11.0)],
    );
}

/// Two pollers at the same ticks, and a source that serves one at once and lets nobody wait: the second one is refused at every tick.
#[test]
fn a_refused_poll_is_tried_at_the_next_tick() {
    let text = polled(&once("35s"), "rate = \"1/s\"\narrivals = \"regular\"", "page_service = \"2s\"", "every = \"10s\"");
    let text = text.replace("workers = 1", "max_waiting = 0");
    let second = |jitter: &str| run(&format!("{text}\n[poller.second]\nfeed = \"atom\"\nevery = \"10s\"\n{jitter}"));
    let refused = second("");
    has(
        &refused,
        &[
            ("poller.second.polls", 3.0),
            ("poller.second.failed_polls", 3.0),
            ("poller.second.unfinished", 34.0),
            ("poller.second.throughput", 0.0),
            ("poller.second.missed", 0.0),
            ("sor.source.refused", 3.0),
            ("poller.reader.failed_polls", 0.0),
            // A change at the very instant of a tick comes after it: the last one read is that at 29 s.
            ("poller.reader.unfinished", 5.0),
            ("sor.source.polls", 6.0 / 35.0),
        ],
    );
    has(
        &second("jitter = \"6s\""),
        &[("poller.second.failed_polls", 0.0), ("poller.second.unfinished", 34.0 - 25.0), ("sor.source.refused", 0.0)],
    );
}

/// Every poll gives up after a second, the source works three on each in vain.
#[test]
fn a_poll_that_gives_up_wastes_the_sources_work() {
    let text = polled(&once("35s"), "rate = \"1/s\"\narrivals = \"regular\"", "page_service = \"3s\"", "every = \"10s\"\ntimeout = \"1s\"");
    has(
        &run(&text),
        &[
            ("poller.reader.polls", 3.0),
            ("poller.reader.failed_polls", 3.0),
            ("poller.reader.unfinished", 34.0),
            ("sor.source.wasted", 9.0 / 35.0),
        ],
    );
}

/// Changes at 10, 20, 30 and 40 s, each read at once; every callback takes longer than its caller waits, so each poll begins with
/// the entries of those before it: 1 + 2 + 3 more attempts.
#[test]
fn an_entry_whose_callback_fails_is_worked_again_with_the_next_poll() {
    let event = "rate = \"6/min\"\narrivals = \"regular\"";
    let text = polled(&once("45s"), event, "", "every = \"10s\"\n[poller.reader.callback]\ntimeout = \"20ms\"");
    let failing = run(&text.replace("workers = 1", "workers = 1\nservice = \"50ms\""));
    has(
        &failing,
        &[
            ("poller.reader.redelivered", 6.0),
            ("poller.reader.callback.attempts", 10.0),
            ("poller.reader.callback.failed", 10.0),
            ("poller.reader.unfinished", 4.0),
            ("poller.reader.missed", 0.0),
        ],
    );
    let works = run(&text.replace("workers = 1", "workers = 1\nservice = \"15ms\""));
    has(
        &works,
        &[
            ("poller.reader.end_to_end.mean", 0.015),
            ("poller.reader.hop.sor_service.mean", 0.015),
            ("poller.reader.callback.latency.mean", 0.015),
            ("total.callbacks", 4.0),
            ("sor.source.callbacks", 4.0 / 45.0),
            ("sor.source.polls", 4.0 / 45.0),
            ("sor.source.utilization.callbacks.mean", 0.06 / 45.0),
        ],
    );
}

/// Bus and feed of the same event, callbacks, lifecycles, retries, jitter, pages and a lossy link, all at once.
pub const BOTH: &str = r#"
    [run]
    horizon = "20m"
    replications = 2
    [link.wan]
    between = ["center", "park"]
    latency = "lognormal(p50=12ms, p99=40ms)"
    bandwidth = "1Mbit/s"
    loss = "1%"
    [sor.source]
    zone = "center"
    workers = 2
    service = "exp(20ms)"
    own_load = "20/s"
    own_service = "exp(25ms)"
    max_waiting = 20
    [sor.registry]
    zone = "center"
    service = "exp(5ms)"
    [event.changed]
    from = "source"
    to = "changes"
    rate = "5/s"
    weight = "heavy"
    size = { light = "300B", heavy = "2KiB" }
    lifecycle = { changes = 3, spacing = "exp(400ms)" }
    [segment.bus]
    zone = "center"
    [topic.changes]
    segment = "bus"
    [subscriber.listener]
    zone = "park"
    from = "changes"
    workers = 2
    work = "exp(30ms)"
    [subscriber.listener.callback]
    to = "registry"
    [feed.atom]
    of = "changed"
    page = 10
    page_service = "exp(40ms)"
    not_modified_service = "exp(2ms)"
    [poller.often]
    zone = "park"
    feed = "atom"
    every = "2s"
    jitter = "exp(100ms)"
    workers = 4
    work = "exp(30ms)"
    failure = "2%"
    [poller.often.callback]
    connections = 2
    timeout = "300ms"
    retries = 1
    [poller.seldom]
    feed = "atom"
    every = "90s"
    timeout = "500ms"
    work = "exp(1ms)"
"#;

const WEIGHTS: [&str; 2] = ["light", "heavy"];

/// The laws are checked at the end of every replication, the sums of stages at every change shown; here their means as well.
#[test]
fn stages_add_up_to_the_latency() {
    for (weight, ending) in WEIGHTS.into_iter().zip(["cut", "drain"]) {
        let outcome = outcome(&scenario_set(BOTH, &[("event.changed.weight", weight), ("run.ending", ending)]));
        for (entity, shown) in [("subscriber.listener", "listener"), ("poller.often", "poller.often"), ("poller.seldom", "poller.seldom")] {
            let mean = point(&outcome, &format!("{entity}.end_to_end.mean"));
            let sum: f64 = outcome.hops.iter().filter(|hop| hop.subscriber == shown).map(|hop| hop.mean).sum();
            assert!(sum > 0.0 && (sum / mean - 1.0).abs() < 1e-9, "{entity} {weight}: {sum} of {mean}");
        }
        let left = point(&outcome, "poller.often.unfinished") + point(&outcome, "poller.seldom.unfinished");
        assert_eq!(left == 0.0, ending == "drain", "{left} unfinished, {ending}");
        assert_eq!(point(&outcome, "total.missed"), 0.0);
        assert!(point(&outcome, "poller.often.redelivered") > 0.0);
    }
}

/// Heavy entries carry the version at append, so that workers side by side overtake each other; light ones ask for the newest.
#[test]
fn heavy_entries_can_be_stale_unless_guarded_and_light_ones_are_not() {
    let often = |settings: &[(&str, &str)]| outcome(&scenario_set(BOTH, settings));
    let stale = "poller.often.stale_overwrites";
    let heavy = often(&[]);
    assert!(point(&heavy, stale) > 0.0 && point(&heavy, "poller.often.time_wrong") > 0.0);
    assert_eq!(point(&heavy, "poller.seldom.stale_overwrites"), 0.0, "one worker keeps the order");
    assert_eq!(point(&often(&[("poller.often.guard", "version")]), stale), 0.0);
    // Callbacks on two connections may still come back in another order than they were served in, but by far less.
    assert!(point(&often(&[("event.changed.weight", "light")]), stale) < 0.5 * point(&heavy, stale));
}

/// What the subscribers of the bus see does not depend on the feed, as long as they ask another system of record. (The last version of a
/// lifecycle is looked at once everybody has its changes, which a poller delays.)
#[test]
fn a_feed_beside_the_bus_leaves_the_bus_alone() {
    let (with, without) = (run(BOTH), run(BOTH.split("[feed.atom]").next().unwrap()));
    let figures = |outcome: &Outcome| {
        let of_bus = |name: &str| {
            !name.ends_with("stale_final")
                && ["subscriber.listener.", "topic.", "segment.", "event.changed.raised"].iter().any(|start| name.starts_with(start))
        };
        outcome.metrics.iter().filter(|metric| of_bus(&metric.name)).map(|metric| (metric.name.clone(), metric.point)).collect::<Vec<_>>()
    };
    // They share the wire, so it must be wide for this.
    assert_eq!(figures(&without).len(), figures(&with).len());
    let wide = |text: &str| run(&text.replace("bandwidth = \"1Mbit/s\"", ""));
    assert_eq!(figures(&wide(BOTH)), figures(&wide(BOTH.split("[feed.atom]").next().unwrap())));
    assert!(with.metric("sor.source.utilization.polls.mean").is_some() && without.metric("sor.source.utilization.polls.mean").is_none());
}

#[test]
fn polls_repeat() {
    let of = |replication| model::simulate(&scenario(BOTH), Time::ZERO, replication, &|| false).expect("nobody stops it").figures;
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

/// Polls every ten seconds; those of 30 s and 40 s are refused, that of 50 s brings all that came since 20 s.
#[test]
fn a_poller_recovers_when_its_source_is_back() {
    let down = "[[disruption]]\nwhat = \"sor.source\"\nkind = \"down\"\nat = \"25s\"\nfor = \"20s\"\n";
    let text = polled(&once("95s"), "rate = \"1/s\"\narrivals = \"regular\"", "", "every = \"10s\"");
    let outcome = run(&format!("{text}{down}"));
    has(
        &outcome,
        &[
            ("poller.reader.failed_polls", 2.0),
            ("poller.reader.drain.max", 5.0),
            // A change of a tick comes after the poll of 20 s and before that of 50 s.
            ("poller.reader.end_to_end.max", 30.0),
            ("poller.reader.backlog.max", 31.0),
            ("poller.reader.drain.unfinished", 0.0),
            ("poller.reader.missed", 0.0),
        ],
    );
}

/// One change at 10 s, worked on until 41 s, raises another one, long after the horizon and after the polls have ended for want of
/// anything to read: the tick of 50 s reads it, and that of 60 s ends the polls again.
#[test]
fn a_drain_polls_what_is_raised_after_the_horizon() {
    let text = "[run]\nhorizon = \"15s\"\nending = \"drain\"\nreplications = 1\n\
        [sor.source]\n[segment.bus]\n[topic.changes]\nsegment = \"bus\"\n\
        [event.changed]\nfrom = \"source\"\nto = \"changes\"\nrate = \"0.1/s\"\narrivals = \"regular\"\n\
        [event.derived]\nfrom = \"source\"\n[feed.atom]\nof = \"derived\"\n\
        [subscriber.deriving]\nfrom = \"changes\"\nwork = \"31s\"\nraises = [{ event = \"derived\" }]\n\
        [poller.reader]\nfeed = \"atom\"\nevery = \"10s\"\n";
    let outcome = run(text);
    has(&outcome, &[("poller.reader.unfinished", 0.0), ("poller.reader.end_to_end.mean", 9.0), ("poller.reader.end_to_end.max", 9.0)]);
    // Change, work, ticks of 10, 20, 50 and 60 s, and none after them.
    assert!(outcome.run.notices < 10, "{} notices", outcome.run.notices);
}

/// A poisoned entry fails at every poll that brings it to a worker again and is never shown; of 95 about a fifth are.
#[test]
fn poisoned_entries_are_never_shown() {
    let of = |poison: &str| run(&polled(&once("95s"), "rate = \"1/s\"\narrivals = \"regular\"", "", &format!("every = \"10s\"\n{poison}")));
    let (sound, poisoned) = (of(""), of("poison = \"20%\""));
    assert_eq!(point(&sound, "poller.reader.redelivered"), 0.0);
    let lost = point(&poisoned, "poller.reader.unfinished") - point(&sound, "poller.reader.unfinished");
    assert!((5.0..=35.0).contains(&lost) && point(&poisoned, "poller.reader.redelivered") > lost, "{lost} are poisoned");
    let all = of("poison = \"100%\"");
    // Nine polls bring 89 entries, or 90: none of them is ever shown.
    assert_eq!(point(&all, "poller.reader.unfinished"), point(&all, "event.changed.raised"));
}
