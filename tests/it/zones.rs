//! What is told of the network within a zone.

use crate::disruptions::near;
use crate::run_help::{metric, run};
use busload::units::Unit;

/// Every second a publish and a copy of 300 bytes and an ack of 64 within the hall; over the wire to the gate go a copy and an ack, too, and its
/// callback stays at the gate.
#[test]
fn a_zone_counts_what_stays_in_it() {
    let outcome = run(r#"
        [run]
        horizon = "100500ms"
        replications = 1
        ending = "drain"
        [zone.hall]
        latency = "2ms"
        [zone.gate]
        latency = "5ms"
        [zone.nowhere]
        [link.wire]
        between = ["hall", "gate"]
        latency = "20ms"
        [sor.source]
        zone = "hall"
        [sor.registry]
        zone = "gate"
        service = "0"
        [event.changed]
        from = "source"
        to = "changes"
        rate = "1/s"
        arrivals = "regular"
        size = { light = "300B", heavy = "4KiB" }
        [segment.bus]
        zone = "hall"
        [topic.changes]
        segment = "bus"
        [subscriber.inside]
        zone = "hall"
        from = "changes"
        [subscriber.outside]
        zone = "gate"
        from = "changes"
        [subscriber.outside.callback]
        to = "registry"
        request = "400B"
        response = "4KiB"
        "#);
    near(&outcome, "zone.hall.bytes", 100.0 * (300.0 + 300.0 + 64.0) / 100.5);
    near(&outcome, "zone.hall.latency.mean", 0.002);
    near(&outcome, "zone.gate.bytes", 100.0 * (400.0 + 4096.0) / 100.5);
    near(&outcome, "zone.gate.latency.max", 0.005);
    near(&outcome, "link.wire.bytes", 100.0 * (300.0 + 64.0) / 100.5);
    assert_eq!(metric(&outcome, "zone.hall.bytes").unit, Unit::BytesPerSecond);
    assert!(outcome.metric("zone.nowhere.bytes").is_none(), "what takes no time is not looked at");
}
