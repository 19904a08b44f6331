//! A segment whose memory is full holds all of its publishers, and only its own.

use crate::disruptions::near;
use crate::run_help::{point, run};

/// Messages of 1000 bytes with what a copy takes. `kept` is away from 10.5 s to 30.5 s; five of its messages, and one of the neighbor's that
/// passes by at 15.6 s, are more than 5500 bytes. From then on nobody comes in: the sixth at 16 s, the neighbor's of 16.9 s. All is
/// over when `kept` is back and takes everything at once.
#[test]
fn full_memory_blocks_every_publisher_of_the_segment() {
    let event = |name: &str, arrivals: &str| {
        format!("[event.{name}]\nfrom = \"source\"\nto = \"{name}\"\n{arrivals}\nsize = {{ light = \"936B\" }}\n")
    };
    let line = |name: &str, segment: &str| format!("[topic.{name}]\nsegment = \"{segment}\"\n[subscriber.{name}]\nfrom = \"{name}\"\n");
    let every = "arrivals = \"gaps(1300ms)\"";
    let outcome = run(&[
        "[run]\nhorizon = \"100s\"\nreplications = 1\n[sor.source]\n".to_string(),
        "[segment.bus]\nmemory = \"5500B\"\n[segment.other]\nmemory = \"5500B\"\n".to_string(),
        event("kept", "rate = \"1/s\"\narrivals = \"regular\""),
        event("neighbor", every),
        event("elsewhere", every),
        line("kept", "bus"),
        line("neighbor", "bus"),
        line("elsewhere", "other"),
        "[[disruption]]\nwhat = \"subscriber.kept\"\nkind = \"down\"\nat = \"10500ms\"\nfor = \"20s\"\n".to_string(),
    ]
    .concat());
    near(&outcome, "segment.bus.blocked", (30.5 - 16.0) / 100.0);
    near(&outcome, "segment.other.blocked", 0.0);
    near(&outcome, "subscriber.kept.backlog.max", 5.0);
    near(&outcome, "subscriber.kept.end_to_end.max", 30.5 - 11.0);
    // The publisher's wait counts: from the intended time on.
    near(&outcome, "subscriber.neighbor.end_to_end.max", 30.5 - 16.9);
    near(&outcome, "subscriber.neighbor.hop.publish_wait.max", 30.5 - 16.9);
    near(&outcome, "subscriber.elsewhere.end_to_end.max", 0.0);
    assert!(point(&outcome, "segment.bus.memory.max") <= 6_000.0);
    assert!(outcome.findings.iter().any(|finding| finding.kind == "blocked_publishers"));
    near(&outcome, "total.missed", 0.0);
}
