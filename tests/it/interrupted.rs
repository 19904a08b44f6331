//! Whatever is interrupted keeps what is finished and says what the answer is so far.

use crate::run_help::scenario;
use busload::experiment::{self, Refusal, Watch};
use busload::outcome::sweep::Point;
use busload::scenario::{Axis, Design, MemoryFiles};
use std::sync::atomic::{AtomicU32, Ordering};

/// Somebody who asks for a stop after so many replications.
struct StopsAfter(AtomicU32);

impl Watch for StopsAfter {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    }
    fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

const TEXT: &str = r#"
    title = "A line of six hours"
    [run]
    horizon = "6h"
    replications = 4
    [sor.source]
    [event.change]
    from = "source"
    to = "changes"
    rate = "360/h"
    [event.other]
    from = "source"
    to = "others"
    rate = "360/h"
    [segment.bus]
    cost = { receive = "1s" }
    [topic.changes]
    segment = "bus"
    [queue.others]
    segment = "bus"
    [subscriber.gate]
    from = "changes"
    workers = 2
    work = "exp(5s)"
    [subscriber.clerk]
    from = "others"
    work = "exp(1s)"
    [objective]
    "subscriber.gate.end_to_end.mean" = "< 9s"
    [growth]
    rate = "40% per year"
    [price]
    currency = "EUR"
    "subscriber.*.workers" = 50
    "#;

/// Stopped after ever more replications there is nothing at first, then part of an answer that says that it is one, then the answer.
fn says_what_it_has<O>(ask: impl Fn(&dyn Watch) -> Option<O>, told: impl Fn(&O) -> (bool, String)) {
    let (mut parts, mut after) = (0, 1);
    loop {
        let found = ask(&StopsAfter(AtomicU32::new(after))).map(|outcome| told(&outcome));
        match found {
            None => assert_eq!(parts, 0, "after {after} replications nothing is left of what there was after fewer"),
            Some((true, conclusion)) => {
                assert!(conclusion.starts_with("Interrupted"), "after {after}: {conclusion}");
                parts += 1;
            }
            Some((false, _)) => break,
        }
        after += after.div_ceil(3);
    }
    assert!(parts > 0, "there never was a part of an answer");
}

fn sound<O>(found: Result<Option<O>, Refusal>) -> Option<O> {
    found.unwrap_or_else(|_| panic!("a sound question"))
}

fn with_design<O>(ask: impl Fn(&Design<'_>) -> Result<Option<O>, Refusal>) -> Option<O> {
    let mut files = MemoryFiles::default().with("a.toml", TEXT);
    sound(ask(&Design::new("a.toml", &mut files, Vec::new())))
}

#[test]
fn a_comparison() {
    let designs = || ["one", "other"].map(|name| (name.to_string(), scenario(TEXT))).to_vec();
    says_what_it_has(|watch| experiment::compare(designs(), watch).unwrap(), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_limit() {
    use busload::experiment::limit::limit;
    says_what_it_has(|watch| with_design(|design| limit(design, "load", watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_size() {
    use busload::experiment::size::size;
    let axes = [Axis::parse("subscriber.gate.workers", "1..4").unwrap()];
    says_what_it_has(|watch| with_design(|design| size(design, &axes, 1, watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_battery() {
    use busload::experiment::adverse::adverse;
    says_what_it_has(|watch| with_design(|design| adverse(design, watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_forecast() {
    use busload::experiment::forecast::forecast;
    says_what_it_has(|watch| with_design(|design| forecast(design, watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn splits_over_segments() {
    use busload::experiment::segments::segments;
    says_what_it_has(|watch| with_design(|design| segments(design, 2, watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_tornado() {
    use busload::experiment::sensitivity::sensitivity;
    says_what_it_has(|watch| with_design(|design| sensitivity(design, watch)), |found| (found.partial, found.conclusion.clone()));
}

#[test]
fn a_sweep() {
    use busload::experiment::sweep::{Store, grid, sweep};
    struct Forgets;
    impl Store for Forgets {
        fn known(&self, _: &str) -> Option<Point> {
            None
        }
        fn keep(&self, _: &str, _: &Point) {}
    }
    let ask = |watch: &dyn Watch| {
        let mut files = MemoryFiles::default().with("a.toml", TEXT);
        let axes = vec![Axis::parse("subscriber.gate.workers", "1..3").unwrap()];
        let grid = grid(&Design::new("a.toml", &mut files, Vec::new()), axes).unwrap_or_else(|_| panic!("a sound grid"));
        sweep(grid, &Forgets, watch)
    };
    says_what_it_has(ask, |found| (found.partial, found.conclusion.clone()));
}
