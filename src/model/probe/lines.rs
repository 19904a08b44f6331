//! What is seen of the lines at the broker: queues, and the subscriptions of topics.

use super::{Count, Gauge, Probe};
use crate::model::recovery::Recovery;
use crate::stats::{Age, Clock};
use crate::units::{Span, Time};

/// A queue or a topic's subscription at the broker.
#[derive(Clone, Debug, Default)]
pub struct LineProbe {
    pub backlog: Gauge,
    pub in_flight: Gauge,
    pub published: Count,
    pub expired: Count,
    pub dropped: Count,
    pub rejected: Count,
    pub dead_lettered: Count,
    pub not_durable: Count,
    pub crashed: Count,
    /// When the oldest ready message was accepted, as far as was last looked.
    oldest: Option<Time>,
    age: Age,
    /// Its age: twice the integral (ns^2) in the measured part, and the maximum.
    pub age_area: u128,
    pub age_max: Span,
    /// Whose subscription it is.
    pub topic: Option<u32>,
    /// Age of the oldest change not shown: twice the integral (ns^2) in the measured part, and the maximum.
    pub stale_area: u128,
    pub stale_max: Span,
    /// Of the subscribers that are ever disrupted.
    pub recoveries: Vec<Recovery>,
}

/// Copies that were lost to a subscription though their changes were measured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Missed {
    pub not_durable: u64,
    pub expired: u64,
    pub dropped: u64,
    /// Lost with their segment.
    pub crashed: u64,
    pub dead_lettered: u64,
    /// Known to the ledger only, at the end.
    pub refused: u64,
}

impl Missed {
    /// For whatever cause.
    pub fn all(&self) -> u64 {
        self.not_durable + self.expired + self.dropped + self.crashed + self.dead_lettered + self.refused
    }
}

impl Probe {
    /// So many are ready in a line and so many in flight now; `oldest` says when the oldest ready one was accepted.
    #[inline(always)]
    pub fn levels(&mut self, now: Time, line: u32, (ready, in_flight): (u64, u64), oldest: impl FnOnce() -> Option<Time>) {
        let seen = &mut self.lines[line as usize];
        seen.holds(now, || ready + in_flight);
        seen.in_flight.level.follow(now, in_flight);
        if ready > 0 || seen.backlog.level.value() > 0 {
            self.backlog(now, line, ready, oldest());
        }
    }

    /// Not inlined: with enough credit nothing waits at the broker.
    #[inline(never)]
    fn backlog(&mut self, now: Time, line: u32, ready: u64, oldest: Option<Time>) {
        let seen = &mut self.lines[line as usize];
        seen.age.account(now, std::mem::replace(&mut seen.oldest, oldest));
        let before = seen.backlog.level.value();
        seen.backlog.level.follow(now, ready);
        if let Some(topic) = seen.topic {
            let level = &mut self.topics[topic as usize].level;
            level.follow(now, level.value() - before + ready);
        }
    }
}

impl LineProbe {
    pub(super) fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        self.backlog.cut(clock, from, to);
        self.in_flight.cut(clock, from, to);
        let counts = [
            &mut self.published,
            &mut self.expired,
            &mut self.dropped,
            &mut self.rejected,
            &mut self.dead_lettered,
            &mut self.not_durable,
            &mut self.crashed,
        ];
        counts.into_iter().for_each(|count| count.cut(clock, from, to));
    }

    /// So many are not done, where somebody may have to recover from a disruption.
    #[inline(always)]
    pub fn holds(&mut self, now: Time, held: impl FnOnce() -> u64) {
        if !self.recoveries.is_empty() {
            self.recover(now, held());
        }
    }

    #[cold]
    fn recover(&mut self, now: Time, held: u64) {
        for recovery in &mut self.recoveries {
            recovery.look(now, held);
        }
    }

    /// When the oldest ready message was accepted.
    pub fn oldest(&self) -> Option<Time> {
        self.oldest
    }

    /// A tick: the oldest ready message grows older without any change. What was before the measured part does not count.
    pub fn look(&mut self, now: Time, oldest: Option<Time>, measured: bool) {
        self.age.account(now, std::mem::replace(&mut self.oldest, oldest));
        let (area, max) = self.age.cut();
        if measured {
            self.age_area += area;
            self.age_max = self.age_max.max(max);
        }
    }
}
