//! The calendar (event list): what will happen, in order of time, ties in the order of asking.
//!
//! What is due before a [`Calendar::border`] lies in a sorted array ([`Near`]), all else in a [`Wheel`] of slots. With few entries the
//! border is the end of time and the array has them all. With many it is the end of a slot: when the array is empty, the next slot that has
//! anything is emptied into it. So an entry is compared with the few that are due at about the same time, and with no others.
//!
//! Knows nothing of what a notice means. Invariants: time never runs backwards; nothing in the wheel comes before anything in the array.

mod heap;
mod near;
mod wheel;

use crate::units::Time;
use near::{Near, ROOM};
use std::marker::PhantomData;
use wheel::Wheel;

/// When no more than these are pending, the array has them all again.
const ARRAY_AGAIN: usize = ROOM / 4;

/// A calendar of notices `N`, each of which is two words.
#[derive(Clone, Debug)]
pub struct Calendar<N> {
    near: Near,
    border: Time,
    /// How many the array may have before it is asked where an entry belongs: none while the wheel is in use.
    room: usize,
    wheel: Wheel,
    kind: PhantomData<N>,
}

impl<N> Default for Calendar<N> {
    fn default() -> Self {
        Calendar { near: Near::default(), border: Time::MAX, room: ROOM, wheel: Wheel::default(), kind: PhantomData }
    }
}

impl<N: Copy + From<[u64; 2]> + Into<[u64; 2]>> Calendar<N> {
    /// Enters a notice for an instant.
    ///
    /// # Panics
    /// With more than 16 million pending notices: beyond what a run is allowed to need.
    #[inline]
    pub fn schedule(&mut self, at: Time, notice: N) {
        if self.near.len() >= self.room {
            return self.schedule_among_many(at, notice);
        }
        self.near.insert(at, notice.into());
    }

    /// Takes the earliest notice out, with its instant.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, N)> {
        if self.near.len() == 0 && !self.refill() {
            return None;
        }
        let (at, notice) = self.near.pop();
        Some((at, N::from(notice)))
    }

    /// How many notices are pending.
    pub fn len(&self) -> usize {
        self.near.len() + self.wheel.len()
    }

    /// Nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(never)]
    fn schedule_among_many(&mut self, at: Time, notice: N) {
        if at >= self.border {
            self.wheel.push(at, notice.into());
        } else if self.near.is_full() {
            self.make_room(at, notice);
        } else {
            self.near.insert(at, notice.into());
        }
    }

    /// Of a full array the later half goes into the wheel, and then this notice where it belongs.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, at: Time, notice: N) {
        let Calendar { near, border, room, wheel, .. } = self;
        (*border, *room) = (near.instant(ROOM / 2), 0);
        wheel.begin_from(*border);
        near.cut(*border, |at, notice| wheel.push(at, notice));
        self.schedule_among_many(at, notice);
    }

    /// The array, which is empty, gets what comes next; false where there is nothing.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        self.border = self.wheel.empty_first(&mut self.near);
        if self.near.len() + self.wheel.len() <= ARRAY_AGAIN {
            self.wheel.empty_all(&mut self.near);
            (self.border, self.room) = (Time::MAX, ROOM);
        }
        self.near.len() > 0
    }
}
