//! How a subscriber's line gets over disruptions: from the end of one until it holds no more than it did before.
//!
//! What the line holds is ready at the broker, or handed over and not acknowledged: with deep prefetch a backlog lies at the subscriber.
//! What is on its way to the broker for that line is in it too: while a segment or the link to it is down the backlog waits at publishers or
//! on the wire, and comes when it is back.
//! Normal is the mean over all time so far that was neither disrupted nor recovering, rounded up. Every disruption counts by itself:
//! where the next one comes before the line is back to normal, both last until it is.
//!
//! Knows nothing of what is disrupted and how.

use crate::stats::Histogram;
use crate::units::Time;

/// One subscriber's view of its line.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    pub who: u32,
    /// At the broker and behind it.
    in_line: u64,
    /// On its way there.
    under_way: u64,
    since: Time,
    /// Level times nanoseconds, and nanoseconds, of the calm time.
    area: u128,
    calm: u128,
    /// What counts as normal for the disruptions that last or are being recovered from.
    normal: u64,
    lasting: u32,
    /// Ends of disruptions from which it has not recovered.
    pending: Vec<Time>,
    measured_from: Time,
    /// From the end of a disruption until the line was normal, where it ended in the measured part.
    pub drains: Histogram,
}

impl Recovery {
    /// Of a line that holds nothing.
    pub fn new(who: u32, measured_from: Time) -> Recovery {
        Recovery { who, measured_from, ..Recovery::default() }
    }

    /// The line holds so many from now on.
    pub fn look(&mut self, now: Time, held: u64) {
        self.account(now);
        self.in_line = held;
        self.settle(now);
    }

    /// One more is on its way.
    pub fn set_out(&mut self, now: Time) {
        self.account(now);
        self.under_way += 1;
    }

    /// One less: whether all is normal is seen when it stands in the line, or is lost.
    pub fn arrive(&mut self, now: Time) {
        self.account(now);
        self.under_way -= 1;
    }

    /// A disruption begins.
    pub fn disrupted(&mut self, now: Time) {
        self.account(now);
        if self.is_calm() {
            self.normal = if self.calm == 0 { 0 } else { self.area.div_ceil(self.calm) as u64 };
        }
        self.lasting += 1;
    }

    /// One ends.
    pub fn restored(&mut self, now: Time) {
        self.account(now);
        self.lasting -= 1;
        self.pending.push(now);
        self.settle(now);
    }

    /// Disruptions from which it has not recovered, those that last included.
    pub fn unfinished(&self) -> u64 {
        u64::from(self.lasting) + self.pending.len() as u64
    }

    fn held(&self) -> u64 {
        self.in_line + self.under_way
    }

    fn is_calm(&self) -> bool {
        self.lasting == 0 && self.pending.is_empty()
    }

    fn account(&mut self, now: Time) {
        if self.is_calm() {
            let span = u128::from(now.since(self.since).0);
            self.area += u128::from(self.held()) * span;
            self.calm += span;
        }
        self.since = now;
    }

    /// Recovered, where the line holds no more than it did before.
    pub fn settle(&mut self, now: Time) {
        if self.lasting > 0 || self.held() > self.normal {
            return;
        }
        for end in self.pending.drain(..).filter(|end| *end >= self.measured_from) {
            self.drains.record(now.since(end));
        }
    }
}
