//! Changes that a subscription is done with and does not show: it took an answer or a message for newer that was not.
//!
//! Such a change stays open until a newer version of its resource is shown, and lives as long. Knows only slots and places.
//! Invariant: what is here holds its change; what has been closed waits to be released.

use super::change::{Ledger, NONE};
use super::family::Lifecycle;
use crate::units::Time;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default)]
pub struct LeftOpen {
    /// Change and place in its event's audience.
    open: BTreeSet<(u32, u32)>,
    /// Changes that have been shown, or given up, and are still held.
    closed: Vec<u32>,
}

impl LeftOpen {
    /// How many holders of changes these are.
    pub fn holders(&self) -> u64 {
        (self.open.len() + self.closed.len()) as u64
    }

    /// Left open at this place from now on; false where it was.
    pub fn leave(&mut self, slot: u32, place: u32) -> bool {
        self.open.insert((slot, place))
    }

    /// No longer open there.
    #[inline]
    pub fn close(&mut self, slot: u32, place: u32) {
        if !self.open.is_empty() && self.open.remove(&(slot, place)) {
            self.closed.push(slot);
        }
    }

    /// A change that is to be released once.
    pub fn take_closed(&mut self) -> Option<u32> {
        self.closed.pop()
    }

    /// The places at which a change is left open.
    pub fn places(&self, slot: u32) -> impl Iterator<Item = u32> {
        self.open.range((slot, 0)..=(slot, u32::MAX)).map(|(_, place)| *place)
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

impl Ledger {
    /// A subscription is done with a message of the change; true where the change stays open there, and is held, until something newer
    /// of its resource is shown.
    pub fn leave_open(&mut self, slot: u32, place: u32) -> bool {
        place != NONE && self.is_open(slot, place) && self.left.leave(slot, place)
    }

    /// A change that was left open and is so no more: to be released once.
    pub fn take_closed(&mut self) -> Option<u32> {
        self.left.take_closed()
    }

    /// Gives up what was left open of a lifecycle's resource where nothing can come any more that would be shown.
    pub fn give_up_left(&mut self, now: Time, event: u32, lifecycle: u32) {
        let family = &self.families[event as usize];
        let Lifecycle { resource, remaining, living, .. } = family.lifecycles[lifecycle as usize];
        // Of what subscribers raise more may come as long as the run lasts.
        let goes_on = resource < family.named || family.derived > 0;
        if self.left.is_empty() || goes_on || remaining > 0 || living == 0 {
            return;
        }
        let there = |slot: u32| (slot != NONE).then_some(slot);
        let older = |slot: &u32| there(self.changes[*slot as usize].older);
        let slots: Vec<u32> = std::iter::successors(there(family.resources[resource as usize].newest), older).collect();
        if slots.iter().any(|slot| self.changes[*slot as usize].holders as usize != self.left.places(*slot).count()) {
            return;
        }
        for slot in slots {
            let places: Vec<u32> = self.left.places(slot).collect();
            for place in places {
                let measured = self.changes[slot as usize].measured;
                self.families[event as usize].accounts[place as usize].outdated += measured as u64;
                self.lose(now, slot, place, self.subscription_of[event as usize][place as usize]);
                self.left.close(slot, place);
            }
        }
    }
}
