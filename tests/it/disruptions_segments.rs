//! A segment that is down, traced by hand.

use crate::disruptions::{TWINS, every_second, near};
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
    // At 9.3 s four wait at their publisher; of 9 to 6 and those after them only 13 is left at 13.7 s, and one is normal.
    near(&outcome, "event.customer.waiting_line.max", 4.0);
    near(&outcome, "event.customer.waiting_line.mean", (3.5 + 2.5 + 1.5 + 0.5) / 20.0);
    near(&outcome, "subscriber.durable.drain.max", 13.7 - 9.3);
}

/// What its publisher gives up is not waited for: 6 to 9 are tried once more, in vain but for 9.
#[test]
fn a_drain_does_not_wait_for_what_was_given_up() {
    let outcome = every_second("20s", &format!("{TWINS}{DOWN}[event.customer.refused]\nbackoff = \"500ms\"\nretries = 1\n"));
    near(&outcome, "subscriber.durable.missed.refused", 3.0);
    near(&outcome, "event.customer.waiting_line.max", 1.0);
    near(&outcome, "subscriber.durable.drain.max", 0.0);
    near(&outcome, "subscriber.durable.drain.unfinished", 0.0);
}
