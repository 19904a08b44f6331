//! Warnings that teach: said where they are true, with figures that are right, and not where they are not.

use crate::run_help::run;
use busload::outcome::Outcome;

fn said<'o>(outcome: &'o Outcome, kind: &str) -> Vec<&'o str> {
    outcome.findings.iter().filter(|finding| finding.kind == kind).map(|finding| finding.sentence.as_str()).collect()
}

/// A sentence of this kind with these words, once.
fn says(outcome: &Outcome, kind: &str, words: &[&str]) {
    let sentences = said(outcome, kind);
    assert_eq!(sentences.len(), 1, "{kind}: {:?}", outcome.findings);
    for word in words {
        assert!(sentences[0].contains(word), "no {word:?} in {sentences:?}");
    }
    let named = outcome.findings.iter().filter(|finding| finding.kind == kind).flat_map(|finding| &finding.metrics);
    assert!(named.clone().count() > 0 && named.clone().all(|name| outcome.metric(name).is_some()), "{:?}", named.collect::<Vec<_>>());
}

fn silent(outcome: &Outcome, kind: &str) {
    assert_eq!(said(outcome, kind), Vec::<&str>::new());
}

/// Two hours, of which the second has so many times the events of the first.
fn profile(second: u32) -> Outcome {
    let hours: Vec<String> = (0..24).map(|hour| if hour == 1 { second.to_string() } else { "1".into() }).collect();
    run(&format!(
        r#"
        [run]
        horizon = "4h"
        replications = 2
        [sor.a]
        [event.e]
        from = "a"
        to = "q"
        rate = "{rate}/s"
        hourly = [{hours}]
        [segment.bus]
        [queue.q]
        segment = "bus"
        [subscriber.s]
        from = "q"
        workers = 2
        work = "exp(100ms)"
        "#,
        rate = f64::from(23 + second) / 24.0 * 6.0,
        hours = hours.join(", "),
    ))
}

#[test]
fn a_station_that_is_sized_on_its_mean() {
    // 6 events a second and 24 of them in the second hour: 30 % busy, and 120 % asked for, so ceil(2 x 1.2 / 0.7) = 4 workers.
    says(
        &profile(4),
        "sized_on_the_mean",
        &["subscriber.s is ", "busy on average, which looks like room", "2 workers x 120 % asked for / 70 % busy = 4."],
    );
    silent(&profile(2), "sized_on_the_mean");
}

/// A worker at the end of a link of 40 ms, with work of 20 ms.
fn far_away(prefetch: u32, rate: u32) -> Outcome {
    run(&format!(
        r#"
        [run]
        horizon = "10m"
        replications = 2
        [zone.here]
        [link.wan]
        between = ["here", "there"]
        latency = "40ms"
        [sor.a]
        zone = "here"
        [event.e]
        from = "a"
        to = "q"
        rate = "{rate}/s"
        [segment.bus]
        zone = "here"
        [queue.q]
        segment = "bus"
        [subscriber.s]
        zone = "there"
        from = "q"
        workers = 2
        prefetch = {prefetch}
        work = "20ms"
        "#
    ))
}

#[test]
fn credit_that_does_not_cover_the_way() {
    // Each of two workers has 20 ms of work in 100 ms: prefetch = 2 x (1 + 80 / 20) = 10.
    let words = [
        "s's prefetch of 2 covers its workers",
        "waits 80 ms",
        "after 20 ms of work",
        "no more than 20 %",
        "2 x (1 + 80 ms / 20 ms) = 10 a consumer",
    ];
    says(&far_away(2, 50), "prefetch_starves", &words);
    silent(&far_away(10, 50), "prefetch_starves");
    silent(&far_away(2, 1), "prefetch_starves");
    says(&far_away(1, 50), "prefetch_starves", &["2 workers but credit for 1 messages only", "prefetch = workers / consumers = 2 / 1 = 2"]);
}

/// Callbacks with a time-out to a system with one worker.
fn calling(service: &str, rate: u32, callback: &str) -> Outcome {
    run(&format!(
        r#"
        [run]
        horizon = "10m"
        replications = 2
        [sor.a]
        service = "{service}"
        [event.e]
        from = "a"
        to = "q"
        rate = "{rate}/s"
        [segment.bus]
        [queue.q]
        segment = "bus"
        [subscriber.s]
        from = "q"
        workers = 50
        [subscriber.s.callback]
        {callback}
        "#
    ))
}

#[test]
fn a_time_out_below_what_it_waits_for() {
    let short = calling("uniform(0ms, 100ms)", 2, "timeout = \"50ms\"\nretries = 3");
    says(
        &short,
        "timeout_too_short",
        &["s gives up on a callback after 50 ms", "the p99 of a's service alone, 98.8 ms", "more than 98.8 ms here", "asked for again"],
    );
    let line = calling("exp(100ms)", 9, "timeout = \"600ms\"");
    says(&line, "timeout_too_short", &["after 600 ms", "the p99 of the wait in a's line alone"]);
    silent(&calling("uniform(0ms, 100ms)", 2, "timeout = \"10s\"\nretries = 3"), "timeout_too_short");
}

#[test]
fn retries_that_multiply_an_overload() {
    let storm = calling("exp(100ms)", 12, "timeout = \"1s\"\nretries = 3\nbackoff = \"exp(100ms)\"");
    says(&storm, "retries_multiply", &["a is 100 % busy", "of its capacity on callers that have given up", "up to 4 times for one event"]);
    silent(&calling("exp(100ms)", 12, "timeout = \"1s\""), "retries_multiply");
    silent(&calling("exp(100ms)", 2, "timeout = \"1s\"\nretries = 3"), "retries_multiply");
}

#[test]
fn nothing_may_be_missed_and_it_is_not_durable() {
    let wanted = |durable: bool, more: &str| {
        run(&format!(
            r#"
            [run]
            horizon = "10m"
            replications = 2
            [sor.a]
            [event.e]
            from = "a"
            to = "t"
            rate = "1/s"
            [segment.bus]
            [topic.t]
            segment = "bus"
            [subscriber.s]
            from = "t"
            durable = {durable}
            work = "1ms"
            [objective]
            "subscriber.s.missed" = "= 0"
            {more}
            "#
        ))
    };
    let down = "[[disruption]]\nwhat = \"subscriber.s\"\nkind = \"down\"\nat = \"00:05\"\nfor = \"1m\"";
    says(&wanted(false, ""), "not_durable", &["s shall miss nothing", "in this run it never was", "durable = true"]);
    says(&wanted(false, down), "not_durable", &["of its messages were lost in a run", "durable = true"]);
    silent(&wanted(true, down), "not_durable");
}

#[test]
fn a_steady_run_that_is_too_short_for_its_load() {
    let steady = |rate: &str| {
        run(&format!(
            r#"
            [run]
            kind = "steady"
            horizon = "1h"
            replications = 2
            [sor.a]
            [event.e]
            from = "a"
            to = "q"
            rate = "{rate}"
            [segment.bus]
            [queue.q]
            segment = "bus"
            [subscriber.s]
            from = "q"
            work = "exp(100ms)"
            "#
        ))
    };
    says(&steady("9.7/s"), "run_too_short", &["subscriber.s is ", "lines change over hours", "Measure more than a day"]);
    silent(&steady("5/s"), "run_too_short");
}

/// A resource changes ten times a second. Its view shows a version that was fetched up to `cache` before.
#[test]
fn a_cache_that_shows_old_versions() {
    let cached = |cache: &str| {
        run(&format!(
            r#"
            [run]
            horizon = "1h"
            replications = 2
            [sor.a]
            service = "1ms"
            [event.e]
            from = "a"
            to = "q"
            rate = "10/s"
            resources = 1
            [segment.bus]
            [queue.q]
            segment = "bus"
            [subscriber.s]
            from = "q"
            work = "10ms"
            [subscriber.s.callback]
            cache = "{cache}"
            "#
        ))
    };
    says(&cached("1m"), "cache_shows_old", &["from its cache", "versions up to 1 min old", "of its mean of 30"]);
    silent(&cached("1ms"), "cache_shows_old");
}
