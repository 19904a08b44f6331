//! A segment that is down, and one whose memory fills up because a subscriber is: traced by hand.

use crate::disruptions::{TWINS, every_second, every_second_on, near};
use busload::outcome::Outcome;

const DOWN: &str = "[[disruption]]\nwhat = \"segment.bus\"\nkind = \"down\"\nat = \"5300ms\"\nfor = \"4s\"\n";
const TRY_AGAIN: &str = "[event.customer.refused]\nbackoff = \"500ms\"\nfactor = 1\n";

fn segment_down(persist: &str) -> Outcome {
    every_second("20s", &format!("{TWINS}{DOWN}{TRY_AGAIN}{persist}"))
}

/// Every change is in the journal 0.1 s after it was raised. 5 is at work when the segment goes down and comes again at 9.3 s. 6 to 9 are
/// refused every half second and come at 9.5 s, the latest first, as it asked first: 9 at 9.6 s, the others together at 9.7 s.
#[test]
fn what_is_in_the_journal_survives_a_lost_segment() {
    let outcome = segment_down("[segment.bus.persist]\nwrite = \"100ms\"\n");
    let latencies = 8.0 * 0.7 + (4.9 + 1.5 + 3.1 + 4.7 + 6.3) + (2.9 + 2.5 + 2.1 + 1.7 + 1.3 + 0.9);
    near(&outcome, "subscriber.durable.end_to_end.mean", latencies / 19.0);
    near(&outcome, "subscriber.durable.end_to_end.max", 6.3);
    near(&outcome, "subscriber.durable.redelivered", 1.0);
    near(&outcome, "subscriber.durable.missed", 0.0);
    // Its queue is gone with the segment.
    near(&outcome, "subscriber.forgetful.missed", 1.0);
    near(&outcome, "subscriber.forgetful.missed.crashed", 1.0);
    near(&outcome, "subscriber.forgetful.end_to_end.max", 6.0);
}

/// Without a journal the durable subscription loses what was at work too; 6 to 9 come at 9.5 s, the latest first.
#[test]
fn what_is_in_memory_is_lost_with_a_segment() {
    let outcome = segment_down("");
    near(&outcome, "subscriber.durable.missed", 1.0);
    near(&outcome, "subscriber.durable.missed.crashed", 1.0);
    // 9, 8, 7 and 6 from 9.5 s on, then 10 from 11.9 s.
    let late = (1.1 + 2.7 + 4.3 + 5.9) + (2.5 + 2.1 + 1.7 + 1.3 + 0.9);
    near(&outcome, "subscriber.durable.end_to_end.mean", (9.0 * 0.6 + late) / 18.0);
    near(&outcome, "subscriber.durable.redelivered", 0.0);
}

/// A message and its copy take 1000 B. 6 to 15 pile up; with the bystander's fifteenth on its way through, the alarm is raised at 15 s. From
/// 25.5 s on one is done every 0.1 s, and below 8000 B, at 25.8 s, both publishers go on with 16 to 25, though the bystander's subscriber
/// has nothing to do with it all.
#[test]
fn a_subscriber_that_is_down_blocks_every_publisher_of_its_segment() {
    let outcome = every_second_on(
        "memory = \"10kB\"",
        "40s",
        r#"
        [event.customer.size]
        light = "936B"
        [event.bystander]
        from = "source"
        to = "other"
        rate = "1/s"
        arrivals = "regular"
        size = { light = "936B" }
        [topic.other]
        segment = "bus"
        [subscriber.absent]
        from = "line"
        work = "100ms"
        prefetch = 1
        [subscriber.innocent]
        from = "other"
        [[disruption]]
        what = "subscriber.absent"
        kind = "down"
        at = "5500ms"
        for = "20s"
        "#,
    );
    let waits = (16..=25).map(|number| 25.8 - f64::from(number)).sum::<f64>();
    near(&outcome, "segment.bus.blocked", 10.8 / 40.0);
    near(&outcome, "subscriber.absent.hop.publish_wait.mean", waits / 39.0);
    near(&outcome, "subscriber.innocent.hop.publish_wait.mean", waits / 39.0);
    near(&outcome, "segment.bus.memory.max", 11_000.0);
    let found = outcome.findings.iter().find(|finding| finding.kind == "blocked_publishers").expect("publishers were blocked");
    assert!(found.sentence.ends_with("At times subscriber.absent is down."), "{}", found.sentence);
}
