//! How old a subscription's picture is: the age of the oldest change that it does not show yet, exactly integrated.
//!
//! Knows nothing of resources and versions; the ledger says what opens and what closes.

use super::change::NONE;
use crate::sim::Ring;
use crate::units::{Span, Time};

/// Age of the oldest change that a subscription does not show yet, exactly integrated.
#[derive(Clone, Debug)]
pub struct Freshness {
    /// The oldest open change; its slot is [`NONE`] without one.
    pub oldest: Opened,
    /// Those after it, oldest first; closed ones are dropped when they come up.
    pub others: Ring<Opened>,
    pub since: Time,
    /// Twice the integral of the age, ns^2.
    pub area_twice: u128,
    pub max: Span,
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
        Freshness { oldest, others: Ring::default(), since: Time::ZERO, area_twice: 0, max: Span::ZERO }
    }

    #[inline]
    pub fn add(&mut self, now: Time, opened: Opened) {
        if self.oldest.slot == NONE {
            self.oldest = opened;
            self.since = now;
        } else {
            self.others.push_back(opened);
        }
    }

    /// Adds the age of the oldest open change since the last time.
    #[inline]
    pub fn account(&mut self, now: Time) {
        if self.oldest.slot != NONE {
            let (from, to) = (self.since.0 - self.oldest.raised.0, now.0 - self.oldest.raised.0);
            // to^2 - from^2 in one multiplication.
            self.area_twice += (to - from) as u128 * (to + from) as u128;
            self.max = self.max.max(Span(to));
        }
        self.since = now;
    }
}
