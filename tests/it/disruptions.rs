//! What is down, slow or lossy, traced by hand: arrivals every second, constant times, one outage.

use crate::run_help::{agrees, metric, point, run, steady};
use busload::outcome::Outcome;

/// One change a second from the first second on; `rest` says who gets it.
pub fn every_second(horizon: &str, rest: &str) -> Outcome {
    every_second_on("", horizon, rest)
}

/// The same on a segment with these keys.
pub fn every_second_on(bus: &str, horizon: &str, rest: &str) -> Outcome {
    run(&format!(
        r#"
        [run]
        horizon = "{horizon}"
        replications = 2
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        rate = "1/s"
        arrivals = "regular"
        [segment.bus]
        {bus}
        [topic.line]
        segment = "bus"
        {rest}
        "#
    ))
}

pub fn near(outcome: &Outcome, name: &str, truth: f64) {
    let found = point(outcome, name);
    assert!((found - truth).abs() < 1e-6, "{name} is {found}, by hand {truth}");
}

pub const TWINS: &str = r#"
    [subscriber.durable]
    from = "line"
    work = "600ms"
    [subscriber.forgetful]
    from = "line"
    work = "600ms"
    durable = false
"#;

/// 1 to 4 take 0.6 s each; 5 is at work when the connection drops at 5.3 s. At 9.3 s come 5, again, then 6 to 9, and the line is back to
/// normal after 15: their latencies fall from 4.9 s to 0.9 s by 0.4 s each.
pub fn is_traced(outcome: &Outcome) {
    near(outcome, "subscriber.durable.end_to_end.mean", (8.0 * 0.6 + 11.0 * (4.9 + 0.9) / 2.0) / 19.0);
    near(outcome, "subscriber.durable.end_to_end.max", 4.9);
    near(outcome, "subscriber.durable.hop.redelivery.mean", 4.3 / 19.0);
    near(outcome, "subscriber.durable.hop.backlog.mean", (3.3 + 2.3 + 1.3 + 0.3) / 19.0);
    near(outcome, "subscriber.durable.redelivered", 1.0);
    near(outcome, "subscriber.durable.missed", 0.0);
    near(outcome, "subscriber.durable.drain.unfinished", 0.0);
    near(outcome, "subscriber.durable.backlog.max", 5.0);
    near(outcome, "subscriber.durable.utilization.mean", (4.0 * 0.6 + 0.3 + 6.6 + 4.0 * 0.6) / 20.0);
}

#[test]
fn a_durable_subscription_is_late_and_another_one_misses() {
    let down = |who| format!("[[disruption]]\nwhat = \"subscriber.{who}\"\nkind = \"down\"\nat = \"5300ms\"\nfor = \"4s\"\n");
    let outcome = every_second("20s", &format!("{TWINS}{}{}", down("durable"), down("forgetful")));
    is_traced(&outcome);
    // Half a message was in hand before on average, so one is normal: when 13 is done at 14.7 s, 14 is alone.
    near(&outcome, "subscriber.durable.drain.max", 14.7 - 9.3);
    near(&outcome, "subscriber.forgetful.end_to_end.max", 0.6);
    near(&outcome, "subscriber.forgetful.redelivered", 0.0);
    near(&outcome, "subscriber.forgetful.missed", 5.0);
    near(&outcome, "subscriber.forgetful.missed.not_durable", 5.0);
    near(&outcome, "subscriber.forgetful.throughput", 14.0 / 20.0);
    near(&outcome, "subscriber.forgetful.backlog.max", 0.0);
}

/// Up again with the last of several that overlap, one of them on its only consumer.
#[test]
fn outages_that_overlap_are_one() {
    let down = |what, at, long| format!("[[disruption]]\nwhat = \"{what}\"\nkind = \"down\"\nat = \"{at}\"\nfor = \"{long}\"\n");
    let outages = [
        down("subscriber.durable", "5300ms", "2s"),
        down("subscriber.durable.consumer.1", "6s", "3300ms"),
        down("subscriber.durable", "6500ms", "1s"),
    ];
    let outcome = every_second("20s", &format!("{TWINS}{}", outages.concat()));
    is_traced(&outcome);
    // Each outage has a recovery of its own, from its end on; all are over at 14.7 s.
    near(&outcome, "subscriber.durable.drain.mean", 14.7 - (7.3 + 9.3 + 7.5) / 3.0);
}

#[test]
fn one_consumer_of_two_is_down() {
    let outcome = every_second(
        "8500ms",
        r#"
        [subscriber.pair]
        from = "line"
        workers = 2
        consumers = 2
        prefetch = 1
        work = "1500ms"
        [[disruption]]
        what = "subscriber.pair.consumer.2"
        kind = "down"
        at = "5200ms"
        for = "2s"
        "#,
    );
    // The second one has 4 at 5.2 s, which the first one takes from 6.5 s to 8 s; 6, 7 and 8 are under way at the end.
    near(&outcome, "subscriber.pair.end_to_end.mean", (4.0 * 1.5 + 4.0) / 5.0);
    near(&outcome, "subscriber.pair.redelivered", 1.0);
    near(&outcome, "subscriber.pair.unfinished", 3.0);
}

/// 4 and 5 are at work when both connections drop at 5.2 s, and nothing of the one is handed to the other on its way down. At 7.2 s both
/// are back and take turns: 4 to 7 come at once, 4 and 5 again.
#[test]
fn all_consumers_go_and_come_together() {
    let outcome = every_second(
        "20s",
        r#"
        [subscriber.pair]
        from = "line"
        workers = 2
        consumers = 2
        work = "1500ms"
        [[disruption]]
        what = "subscriber.pair"
        kind = "down"
        at = "5200ms"
        for = "2s"
        "#,
    );
    near(&outcome, "subscriber.pair.redelivered", 2.0);
    near(&outcome, "subscriber.pair.end_to_end.max", 4.7);
    let late = [4.7, 3.7, 4.2, 3.2, 3.7, 2.7, 3.2, 2.2, 2.7, 1.7, 2.2, 1.5, 1.7];
    near(&outcome, "subscriber.pair.end_to_end.mean", (5.0 * 1.5 + late.iter().sum::<f64>()) / 18.0);
    near(&outcome, "subscriber.pair.unfinished", 1.0);
}

/// What starts meanwhile takes twice as long: 6 to 8; factors of two that overlap multiply: 8 takes six times as long.
#[test]
fn slow_work_takes_longer() {
    let slow = "[[disruption]]\nwhat = \"subscriber.durable\"\nkind = \"slow\"\nfactor = 2\nat = \"5300ms\"\nfor = \"4s\"\n";
    let outcome = every_second("20s", &format!("{TWINS}{slow}"));
    near(&outcome, "subscriber.durable.end_to_end.mean", (14.0 * 0.6 + 1.2 + 1.4 + 1.6 + 1.2 + 0.8) / 19.0);
    near(&outcome, "subscriber.forgetful.end_to_end.max", 0.6);
    let too = "[[disruption]]\nwhat = \"subscriber.durable.consumer.1\"\nkind = \"slow\"\nfactor = 3\nat = \"8s\"\nfor = \"1s\"\n";
    let outcome = every_second("20s", &format!("{TWINS}{slow}{too}"));
    near(&outcome, "subscriber.durable.end_to_end.max", 4.0);
}

fn calling(keys: &str, disruption: &str) -> Outcome {
    every_second(
        "20s",
        &format!(
            r#"
            [sor.registry]
            service = "500ms"
            [subscriber.caller]
            from = "line"
            [subscriber.caller.callback]
            to = "registry"
            {keys}
            {disruption}
            "#
        ),
    )
}

/// 5 is in service at 5.3 s and tries again at 6.3 s, 8.3 s and 12.3 s, when the system of record is back; the others wait behind it.
#[test]
fn a_system_of_record_that_is_down_refuses() {
    let outcome =
        calling("retries = 3\nbackoff = \"1s\"", "[[disruption]]\nwhat = \"sor.registry\"\nkind = \"down\"\nat = \"5300ms\"\nfor = \"4s\"");
    near(&outcome, "subscriber.caller.end_to_end.max", 7.8);
    near(&outcome, "subscriber.caller.end_to_end.mean", (4.0 * 0.5 + 15.0 * (7.8 + 0.8) / 2.0) / 19.0);
    near(&outcome, "subscriber.caller.callback.attempts", 22.0);
    near(&outcome, "subscriber.caller.callback.failed", 0.0);
    near(&outcome, "subscriber.caller.hop.backoff.mean", 7.0 / 19.0);
    near(&outcome, "sor.registry.refused", 3.0);
    near(&outcome, "sor.registry.utilization.mean", (4.0 * 0.5 + 0.3 + 15.0 * 0.5) / 20.0);
}

#[test]
fn a_system_of_record_that_is_slow_serves_longer() {
    let outcome = calling("", "[[disruption]]\nwhat = \"sor.registry\"\nkind = \"slow\"\nfactor = 4\nat = \"5300ms\"\nfor = \"1s\"");
    // 6 takes 2 s, the others wait behind it: 7 until 8.5 s, and so on until 10.
    near(&outcome, "subscriber.caller.end_to_end.mean", (15.0 * 0.5 + 2.0 + 1.5 + 1.0 + 0.5) / 19.0);
}

/// A work of constant length starts anew: 4 s of it never end where the connection drops every 3 s.
#[test]
fn work_in_progress_is_lost() {
    let outcome = every_second(
        "5m",
        r#"
        [subscriber.sisyphus]
        from = "line"
        work = "4s"
        [[disruption]]
        what = "subscriber.sisyphus"
        kind = "down"
        every = "3s"
        for = "1s"
        "#,
    );
    near(&outcome, "subscriber.sisyphus.throughput", 0.0);
    near(&outcome, "subscriber.sisyphus.unfinished", 299.0);
    assert!(point(&outcome, "subscriber.sisyphus.utilization.mean") > 0.7);
}

/// M/M/1 whose server breaks down independently of its work. Work that starts anew is as long as what was left of it, as it has no
/// memory. H. White and L. Christie, Operations Research 6 (1958) 79; B. Avi-Itzhak and P. Naor, Operations Research 11 (1963) 303;
/// figures of closed_forms.json, breakdown-1 and breakdown-2.
#[test]
fn breakdowns() {
    for (title, seconds, rate, work, every, length, sojourn) in [
        ("breakdown-1", 40_000, "0.5/s", "exp(1s)", "exp(100s)", "exp(10s)", 4.4646464646464645),
        ("breakdown-2", 36_000, "500K/day", "exp(100ms)", "exp(1h)", "exp(5m)", 62.14703683080107),
    ] {
        let run_section = steady(title, seconds);
        let outcome = run(&format!(
            r#"{run_section}
            [sor.source]
            [event.customer]
            from = "source"
            to = "line"
            rate = "{rate}"
            [segment.bus]
            [queue.line]
            segment = "bus"
            [subscriber.server]
            from = "line"
            prefetch = 1
            work = "{work}"
            [[disruption]]
            what = "subscriber.server"
            kind = "down"
            every = "{every}"
            for = "{length}"
            "#
        ));
        agrees(&outcome, "subscriber.server.end_to_end.mean", sojourn);
        assert!(metric(&outcome, "subscriber.server.redelivered").point > 0.0);
    }
}

/// Fluid limit (G. Newell, Applications of Queueing Theory), which constant gaps and work reproduce to within one message;
/// figures of closed_forms.json, durable-outage-1 and durable-outage-2.
#[test]
fn a_durable_outage_drains() {
    for (rate, work, hours, horizon, backlog, drain) in
        [("500K/day", "100ms", 4, "20h", 83_333.333, 19_780.219_78), ("2/s", "50ms", 1, "4h", 7_200.0, 400.0)]
    {
        let outcome = run(&format!(
            r#"
            [run]
            horizon = "{horizon}"
            replications = 1
            [sor.source]
            [event.customer]
            from = "source"
            to = "line"
            rate = "{rate}"
            arrivals = "regular"
            [segment.bus]
            [topic.line]
            segment = "bus"
            [subscriber.server]
            from = "line"
            prefetch = 1
            work = "{work}"
            [[disruption]]
            what = "subscriber.server"
            kind = "down"
            at = "1h"
            for = "{hours}h"
            "#
        ));
        assert!((point(&outcome, "subscriber.server.backlog.max") - backlog).abs() <= 1.5);
        assert!((point(&outcome, "subscriber.server.drain.max") - drain).abs() <= 1.0);
        assert!((point(&outcome, "subscriber.server.end_to_end.max") - f64::from(hours) * 3600.0).abs() <= 1.0);
        let shown = &outcome.disruptions[0];
        assert_eq!((shown.from_s, shown.to_s), (3600.0, 3600.0 * f64::from(1 + hours)));
    }
}

/// A backlog of 10 000, raised at 3000 s while nobody is there, that M/M/1 works off: the sum of as many busy periods (L. Kleinrock, Queueing Systems vol. 1, 1975, sec. 5.8;
/// figures of closed_forms.json, drain-1).
#[test]
fn a_backlog_drains_in_busy_periods() {
    let outcome = run(r#"
        [run]
        horizon = "5999s"
        replications = 30
        seed = 3
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        rate = "500K/day"
        [event.heap]
        from = "source"
        to = "line"
        rate = "12K/h"
        arrivals = "regular"
        batch = 10000
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        prefetch = 1
        work = "exp(100ms)"
        [[disruption]]
        what = "subscriber.server"
        kind = "down"
        at = "3000s"
        for = "1ms"
        "#);
    agrees(&outcome, "subscriber.server.drain.mean", 2373.6263736263736);
}
