//! How old a subscription's picture is: the age of the oldest change that it does not show yet, exactly integrated.
//!
//! Knows nothing of resources and versions; the ledger says what opens and what closes.

use super::change::NONE;
use crate::sim::Ring;
use crate::stats::Age;
use crate::units::Time;

/// Age of the oldest change that a subscription does not show yet, exactly integrated.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// The oldest open change; its slot is [`NONE`] without one.
    pub oldest: Opened,
    /// Those after it, oldest first; closed ones are dropped when they come up.
    pub others: Ring<Opened>,
    pub age: Age,
}

/// A change as a subscription saw it opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub raised: Time,
    pub slot: u32,
    pub stamp: u32,
}

impl Freshness {
    pub fn new() -> Freshness {
        let oldest = Opened { raised: Time::ZERO, slot: NONE, stamp: 0 };
        Freshness { oldest, others: Ring::default(), age: Age::default() }
    }

    #[inline]
    pub fn add(&mut self, now: Time, opened: Opened) {
        if self.oldest.slot == NONE {
            self.age.account(now, None);
            self.oldest = opened;
        } else {
            self.others.push_back(opened);
        }
    }

    /// Adds the age of the oldest open change since the last time.
    #[inline]
    pub fn account(&mut self, now: Time) {
        self.age.account(now, (self.oldest.slot != NONE).then_some(self.oldest.raised));
    }
}
