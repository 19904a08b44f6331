//! A recording of a million rows as arrivals, against Lindley's recursion by hand.

use crate::run_help::{outcome, point};
use busload::scenario::{MemoryFiles, load};
use busload::sim::Stream;
use std::fmt::Write;

const ROWS: u64 = 1_000_000;
/// Microseconds of work for each.
const WORK: u64 = 30_000;

#[test]
fn a_million_rows_come_at_their_instants() {
    let mut stream = Stream::new(17, 0, "test", "trace");
    let (mut csv, mut at) = ("seq,sent_us\n".to_string(), 0_u64);
    // Lindley's recursion (D. Lindley 1952), in microseconds.
    let (mut free_at, mut waited, mut longest) = (0, 0, 0);
    for row in 0..ROWS {
        at += stream.below(2 * 34_000);
        writeln!(csv, "{row},{at}").unwrap();
        let starts = free_at.max(at);
        (waited, longest) = (waited + starts - at, longest.max(starts - at));
        free_at = starts + WORK;
    }
    let text = format!(
        r#"
        [run]
        horizon = "{}s"
        replications = 1
        ending = "drain"
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        arrivals = "trace(day.csv, column=sent_us, unit=us, key=seq)"
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        work = "{WORK}us"
        "#,
        at / 1_000_000 + 1
    );
    let mut files = MemoryFiles::default().with("a.toml", text).with("day.csv", csv);
    let outcome = outcome(&load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}")));
    assert_eq!(point(&outcome, "event.customer.raised"), ROWS as f64);
    assert_eq!(point(&outcome, "total.delivered"), ROWS as f64);
    let mean = waited as f64 / ROWS as f64 / 1e6;
    assert!((point(&outcome, "subscriber.server.waiting.mean") / mean - 1.0).abs() < 1e-6, "{mean}");
    assert!((point(&outcome, "subscriber.server.waiting.max") - longest as f64 / 1e6).abs() < 1e-5, "{longest}");
}
