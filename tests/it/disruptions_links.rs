//! Links that are down, slow or lossy, traced by hand; the loss against its sum.

use crate::disruptions::{every_second, every_second_on, near};
use crate::run_help::{agrees, metric, run};
use busload::outcome::Outcome;

/// The subscriber beyond a link that is disrupted from 5.3 s to 9.3 s.
fn beyond(link: &str, disruption: &str) -> Outcome {
    every_second_on(
        "zone = \"hall\"",
        "20s",
        &format!(
            r#"
            [zone.hall]
            [zone.gate]
            [link.wan]
            between = ["hall", "gate"]
            {link}
            [subscriber.far]
            zone = "gate"
            from = "line"
            [[disruption]]
            what = "link.wan"
            at = "5300ms"
            for = "4s"
            {disruption}
            "#
        ),
    )
}

/// 5 is on its way and arrives at 5.5 s; 6 to 9 set out at 9.3 s.
#[test]
fn messages_wait_until_a_link_is_up() {
    let outcome = beyond("latency = \"500ms\"", "kind = \"down\"");
    near(&outcome, "subscriber.far.end_to_end.mean", (15.0 * 0.5 + 3.8 + 2.8 + 1.8 + 0.8) / 19.0);
    near(&outcome, "subscriber.far.end_to_end.max", 3.8);
    near(&outcome, "subscriber.far.missed", 0.0);
    near(&outcome, "subscriber.far.redelivered", 0.0);
}

/// Two outages of one link that overlap are one, and so is one that begins as another ends.
#[test]
fn a_link_is_up_when_nothing_keeps_it_down() {
    let more = "kind = \"down\"\n[[disruption]]\nwhat = \"link.wan\"\nkind = \"down\"\nat = \"8s\"\nfor = \"2500ms\"\n\
        [[disruption]]\nwhat = \"link.wan\"\nkind = \"down\"\nat = \"10500ms\"\nfor = \"200ms\"";
    let outcome = beyond("latency = \"500ms\"", more);
    // 6 to 10 set out at 10.7 s.
    near(&outcome, "subscriber.far.end_to_end.mean", (14.0 * 0.5 + 5.2 + 4.2 + 3.2 + 2.2 + 1.2) / 19.0);
}

/// A message of 1000 B is 0.4 s on the wire. 5 is there when the link goes down; from 9.3 s on 6 to 11 follow each other.
#[test]
fn the_wire_is_idle_while_a_link_is_down() {
    let outcome = beyond("bandwidth = \"20kbit/s\"", "kind = \"down\"\n[event.customer.size]\nlight = \"1000B\"");
    near(&outcome, "subscriber.far.end_to_end.mean", (13.0 * 0.4 + 3.7 + 3.1 + 2.5 + 1.9 + 1.3 + 0.7) / 19.0);
    near(&outcome, "link.wan.utilization.mean", 19.0 * 0.4 / 20.0);
}

#[test]
fn a_slow_link_has_a_longer_latency() {
    let outcome = beyond("latency = \"100ms\"", "kind = \"slow\"\nfactor = 3");
    near(&outcome, "subscriber.far.end_to_end.mean", (15.0 * 0.1 + 4.0 * 0.3) / 19.0);
}

/// 0.4 s on the wire; 1.2 s for 6, 7 and 8, which begin until 8.4 s and wait for each other; 9 waits for them until 9.6 s.
#[test]
fn a_slow_link_takes_longer_to_transmit() {
    let outcome = beyond("bandwidth = \"20kbit/s\"", "kind = \"slow\"\nfactor = 3\n[event.customer.size]\nlight = \"1000B\"");
    near(&outcome, "subscriber.far.end_to_end.mean", (15.0 * 0.4 + 1.2 + 1.4 + 1.6 + 1.0) / 19.0);
    near(&outcome, "link.wan.utilization.mean", (16.0 * 0.4 + 3.0 * 1.2) / 20.0);
}

/// What is sent again takes the wire once more: 0.4 / (1 - 0.5) of the time, and with more losses all of it.
#[test]
fn what_is_sent_again_takes_bandwidth() {
    let outcome = |loss: &str| {
        run(&format!(
            r#"
            [run]
            horizon = "4h"
            replications = 5
            [zone.hall]
            [zone.gate]
            [link.wan]
            between = ["hall", "gate"]
            latency = "10ms"
            bandwidth = "1MB/s"
            loss = "{loss}"
            [sor.source]
            zone = "hall"
            [event.customer]
            from = "source"
            to = "line"
            rate = "4/s"
            weight = "heavy"
            size = {{ heavy = "100kB" }}
            [segment.bus]
            zone = "gate"
            [queue.line]
            segment = "bus"
            [subscriber.far]
            zone = "gate"
            from = "line"
            "#
        ))
    };
    let half = outcome("50%");
    agrees(&half, "link.wan.utilization.mean", 0.8);
    agrees(&half, "link.wan.bytes", 800_000.0);
    assert!(metric(&outcome("70%"), "link.wan.utilization.mean").point > 0.999);
}

/// Each loss costs a wait that doubles, 0.4 s at first: the mean is that of a geometric series. The link's own losses and those of the
/// disruption are independent.
#[test]
fn a_lossy_link_is_late() {
    let outcome = |own: &str, loss: &str| {
        run(&format!(
            r#"
            [run]
            horizon = "2h"
            replications = 30
            [zone.hall]
            [zone.gate]
            [link.wan]
            between = ["hall", "gate"]
            latency = "100ms"
            in_order = false
            loss = "{own}"
            [sor.source]
            [event.customer]
            from = "source"
            to = "line"
            rate = "5/s"
            [segment.bus]
            zone = "hall"
            [topic.line]
            segment = "bus"
            [subscriber.far]
            zone = "gate"
            from = "line"
            [[disruption]]
            what = "link.wan"
            kind = "lossy"
            loss = "{loss}"
            at = 0
            for = "3h"
            "#
        ))
    };
    let truth = |lost: f64| 0.1 + 0.4 * lost / (1.0 - 2.0 * lost);
    agrees(&outcome("0%", "15%"), "subscriber.far.end_to_end.mean", truth(0.15));
    agrees(&outcome("10%", "5%"), "subscriber.far.end_to_end.mean", truth(1.0 - 0.9 * 0.95));
}

/// 5 asks at 5 s and would be answered at 5.5 s, but the answer waits; it gives up at 6 s and asks again at 7 s, in vain, which nobody
/// sends, and at 10 s. The others wait behind it.
#[test]
fn callers_time_out_where_a_link_is_down() {
    let outcome = every_second(
        "20s",
        r#"
        [zone.hall]
        [zone.gate]
        [link.wan]
        between = ["hall", "gate"]
        [sor.registry]
        zone = "hall"
        service = "500ms"
        [subscriber.caller]
        zone = "gate"
        from = "line"
        [subscriber.caller.callback]
        to = "registry"
        timeout = "1s"
        retries = 3
        backoff = "1s"
        [[disruption]]
        what = "link.wan"
        kind = "down"
        at = "5300ms"
        for = "4s"
        "#,
    );
    near(&outcome, "subscriber.caller.end_to_end.max", 5.5);
    near(&outcome, "subscriber.caller.end_to_end.mean", (4.0 * 0.5 + 11.0 * (5.5 + 0.5) / 2.0 + 4.0 * 0.5) / 19.0);
    near(&outcome, "subscriber.caller.callback.attempts", 21.0);
    near(&outcome, "sor.registry.callbacks", 20.0 / 20.0);
    near(&outcome, "sor.registry.utilization.mean", 20.0 * 0.5 / 20.0);
}

/// 6 to 9 wait on the wire to the segment until 9.3 s, come at 9.31 s and take 0.6 s each; at 12.91 s only 12 is left, and one is normal.
#[test]
fn what_waits_on_the_way_to_the_broker_is_to_be_drained() {
    let outcome = run(r#"
        [run]
        horizon = "20s"
        replications = 2
        [link.wire]
        between = ["here", "there"]
        latency = "10ms"
        [sor.source]
        zone = "there"
        [event.customer]
        from = "source"
        to = "line"
        rate = "1/s"
        arrivals = "regular"
        [segment.bus]
        zone = "here"
        [topic.line]
        segment = "bus"
        [subscriber.server]
        zone = "here"
        from = "line"
        work = "600ms"
        [[disruption]]
        what = "link.wire"
        kind = "down"
        at = "5300ms"
        for = "4s"
    "#);
    near(&outcome, "subscriber.server.end_to_end.max", 3.91);
    near(&outcome, "subscriber.server.drain.max", 12.91 - 9.3);
    near(&outcome, "event.customer.waiting_line.max", 0.0);
}
