//! What a latency leaves out: whoever had not come to its end when the run did. They would have been late, so that a latency without
//! them is too good; how much too good at least, or at most, is known from how many they are and how old.
//!
//! Knows what is where at the end of a run; decides nothing.

use super::system_of_record::Request;
use super::world::World;
use crate::sim::Station;
use crate::stats::Histogram;
use crate::units::{Span, Time};

/// So few say nothing, where they are a small part too: some are always on their way.
const FEW: u64 = 10;
/// More than one in so many are no small part.
const SMALL_PART: u64 = 20;

/// Customers on their way at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub count: u64,
    /// How long they have taken so far, in all (nanoseconds); no more is known of some than that they are there.
    age: u128,
    oldest: Span,
}

/// A statistic with those that it leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worst {
    /// How many it leaves out.
    pub left: u64,
    /// In seconds: of a percentile, if all of them took longer than everybody else; of a mean or maximum, if they took no longer than they
    /// had. Infinite where they may be anything.
    pub value: f64,
}

impl LeftOut {
    /// Those who came at these instants.
    fn since(now: Time, came: impl Iterator<Item = Time>) -> LeftOut {
        came.map(|came| now.since(came)).fold(LeftOut::default(), |all, age| LeftOut {
            count: all.count + 1,
            age: all.age + u128::from(age.0),
            oldest: all.oldest.max(age),
        })
    }

    /// So many of whom one is this old and none older.
    fn at_most(count: u64, oldest: Span) -> LeftOut {
        LeftOut { count, age: u128::from(count) * u128::from(oldest.0), oldest }
    }

    /// So many, of whom nothing else is known.
    pub fn ageless(count: u64) -> LeftOut {
        LeftOut { count, ..LeftOut::default() }
    }

    /// These and others.
    pub fn and(self, other: LeftOut) -> LeftOut {
        LeftOut { count: self.count + other.count, age: self.age + other.age, oldest: self.oldest.max(other.oldest) }
    }

    /// What a statistic of those who are counted would be with those who are not; none where it is the same.
    pub fn worst(&self, statistic: &str, probability: Option<f64>, counted: &Histogram) -> Option<Worst> {
        let (left, all) = (self.count, self.count + counted.count());
        let is_small = left * SMALL_PART <= all;
        let told = |value: f64| Some(Worst { left, value });
        match (statistic, probability) {
            _ if left == 0 || counted.count() == 0 => None,
            ("max", _) => told(counted.max()?.max(self.oldest.seconds())),
            (_, Some(_)) if left <= FEW && is_small => None,
            (_, Some(probability)) => {
                let of_counted = probability * all as f64 / counted.count() as f64;
                told(if of_counted >= 1.0 { f64::INFINITY } else { counted.quantile(of_counted)? })
            }
            _ if left > FEW && !is_small => told(f64::INFINITY),
            ("mean", None) => told((counted.sum() + self.age) as f64 / all as f64 / 1e9),
            _ => None,
        }
    }
}

impl World {
    /// Changes that a subscription does not show yet, or never will though it lost none of their messages.
    pub fn unshown(&self, line: usize) -> LeftOut {
        LeftOut::since(self.now, self.ledger.open_for(line)).and(LeftOut::ageless(self.ledger.outdated(line)))
    }

    /// Changes of an event that somebody does not show yet.
    pub fn unshown_of(&self, event: u32) -> LeftOut {
        LeftOut::since(self.now, self.ledger.open_of(event))
    }

    /// Messages that are ready in a line.
    pub fn ready(&self, line: usize) -> LeftOut {
        let seen = &self.probe.lines[line];
        LeftOut::at_most(seen.backlog.level.value(), seen.oldest().map_or(Span::ZERO, |since| self.now.since(since)))
    }

    /// Messages that wait for a worker of a subscriber.
    pub fn in_line(&self, subscriber: usize) -> LeftOut {
        let consumers = self.subscribers[subscriber].consumers.iter();
        consumers.map(|consumer| self.waiting(&consumer.station, |_| true)).fold(LeftOut::default(), LeftOut::and)
    }

    /// Whoever stands in the line of a station.
    pub fn waiting<T: Copy>(&self, station: &Station<T>, counts: impl Fn(&T) -> bool) -> LeftOut {
        LeftOut::since(self.now, station.line().filter(|(_, who)| counts(who)).map(|(came, _)| *came))
    }

    /// Own users of a system of record without an answer.
    pub fn unanswered(&self, sor: usize) -> LeftOut {
        let served = LeftOut::ageless(self.probe.sors[sor].busy_own.level.value());
        self.waiting(&self.sors[sor].station, |who| matches!(who, Request::Own)).and(served)
    }

    /// Callbacks and calls under way at a system of record, whoever makes them.
    pub fn called(&self, sor: usize) -> LeftOut {
        let served = LeftOut::ageless(self.probe.sors[sor].busy_callbacks.level.value());
        self.waiting(&self.sors[sor].station, |who| matches!(who, Request::Callback { .. })).and(served)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred of one second each, and 20 who have waited for an hour.
    #[test]
    fn those_who_are_left_out_are_late() {
        let mut counted = Histogram::default();
        (0..100).for_each(|_| counted.record(Span::from_secs(1)));
        let left = LeftOut::since(Time(7_200_000_000_000), (0..20).map(|_| Time(3_600_000_000_000)));
        let worst = |left: &LeftOut, statistic: &str, p: Option<f64>| left.worst(statistic, p, &counted).map(|worst| worst.value);
        assert_eq!(worst(&left, "p90", Some(0.9)), Some(f64::INFINITY));
        assert!((worst(&left, "p50", Some(0.5)).unwrap() - 1.0).abs() < 0.01);
        assert_eq!(worst(&left, "max", None), Some(3600.0));
        assert_eq!(worst(&left, "mean", None), Some(f64::INFINITY));
        let few = LeftOut::since(Time(7_200_000_000_000), (0..5).map(|_| Time(3_600_000_000_000)));
        assert_eq!(worst(&few, "p90", Some(0.9)), None);
        // Few, but many beside those who are counted.
        let mut two = Histogram::default();
        (0..2).for_each(|_| two.record(Span::from_secs(1)));
        assert_eq!(few.worst("p50", Some(0.5), &two).map(|worst| worst.value), Some(f64::INFINITY));
        assert!((worst(&few, "mean", None).unwrap() - (100.0 + 5.0 * 3600.0) / 105.0).abs() < 1e-6);
        assert_eq!(worst(&LeftOut::default(), "max", None), None);
    }
}
