//! Changes that a subscription is done with and does not show: it took an answer or a message for newer that was not.
//!
//! Such a change stays open until a newer version of its resource is shown, and lives as long. Knows only slots and places.
//! Invariant: what is here holds its change; what has been closed waits to be released.

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
