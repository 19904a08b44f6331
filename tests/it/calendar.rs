//! The calendar against a sorted map: the same notices at the same instants in the same order, whatever is pending.

use busload::sim::{Calendar, Stream};
use busload::units::{Span, Time};
use std::collections::BTreeMap;

/// A calendar and its oracle, which must never differ.
struct Both {
    calendar: Calendar<[u64; 2]>,
    oracle: BTreeMap<(u64, u64), u64>,
    asked: u64,
    now: u64,
}

impl Both {
    fn new() -> Both {
        Both { calendar: Calendar::default(), oracle: BTreeMap::new(), asked: 0, now: 0 }
    }

    fn schedule(&mut self, after: u64) {
        let at = self.now.saturating_add(after);
        self.asked += 1;
        self.calendar.schedule(Time(at), [self.asked, !self.asked]);
        self.oracle.insert((at, self.asked), self.asked);
    }

    fn pop(&mut self) -> bool {
        let first = self.oracle.pop_first();
        let seen = self.calendar.pop();
        assert_eq!(seen, first.map(|((at, _), number)| (Time(at), [number, !number])), "after {} asked", self.asked);
        assert_eq!(self.calendar.len(), self.oracle.len());
        assert_eq!(self.calendar.is_empty(), self.oracle.is_empty());
        self.now = first.map_or(self.now, |((at, _), _)| at);
        first.is_some()
    }
}

type Delay = fn(&mut Stream) -> u64;

/// Delays of all kinds: alike, of very different sizes, many at one instant, in bursts, none at all.
const DELAYS: [(&str, Delay); 6] = [
    ("alike", |stream| (stream.exponential() * 5e6) as u64),
    ("of all sizes", |stream| libm::pow(10.0, 14.0 * stream.unit()) as u64),
    ("at few instants", |stream| stream.below(4) * 1_000_000_000),
    ("near and far", |stream| if stream.below(10) < 9 { stream.below(1000) } else { 3_600_000_000_000 + stream.below(5) }),
    ("at once", |stream| if stream.below(3) < 2 { 0 } else { stream.below(2_000_000_000) }),
    ("to the end of time", |stream| if stream.below(50) == 0 { u64::MAX } else { stream.below(1 << 40) }),
];

#[test]
fn whatever_is_pending_comes_in_order() {
    for (name, delay) in DELAYS {
        for pending in [1, 7, 32, 33, 40, 300, 5000] {
            let mut stream = Stream::new(3, 0, name, "delays");
            let mut both = Both::new();
            (0..pending).for_each(|_| both.schedule(delay(&mut stream)));
            for _ in 0..20_000 {
                both.pop();
                both.schedule(delay(&mut stream));
            }
            while both.pop() {}
        }
    }
}

/// The number pending swings between none and thousands, and the notices' speed with it.
#[test]
fn it_fills_and_empties() {
    let mut stream = Stream::new(5, 0, "swing", "delays");
    let mut both = Both::new();
    for round in 0..60_u64 {
        let scale = 10_u64.pow((round % 10) as u32 + 1);
        for _ in 0..stream.below(3000) {
            both.schedule(stream.below(scale));
            if stream.below(3) == 0 {
                both.pop();
            }
        }
        let left = if round % 4 == 0 { 0 } else { stream.below(100) as usize };
        while both.calendar.len() > left {
            both.pop();
        }
    }
    while both.pop() {}
}

/// A hundred thousand at one instant, each of which asks for something soon: no more than a sort of them.
#[test]
fn a_burst_is_sorted_not_searched() {
    let mut both = Both::new();
    (0..100_000).for_each(|_| both.schedule(1_000));
    for number in 0..100_000 {
        both.pop();
        both.schedule(number % 777);
    }
    while both.pop() {}
    assert_eq!(Span(both.now), Span(1_776));
}
