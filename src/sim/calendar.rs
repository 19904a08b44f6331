//! The calendar (event list): what will happen, in order of time, ties in the order of asking.
//!
//! Few entries are kept in a sorted array of fixed size, where an equal instant goes behind those that are there already. More
//! are kept in a [`Wheel`]. While that is in use the array stays empty and closed, so that the usual road asks one question at either
//! end.
//!
//! Knows nothing of what a notice means. Invariant: time never runs backwards.

mod heap;
mod wheel;

use crate::units::Time;
use wheel::Wheel;

/// Above this many entries the array becomes a wheel, below [`ARRAY_AGAIN`] an array again.
const ARRAY_MAX: usize = 32;
const ARRAY_AGAIN: usize = 8;

/// A calendar of notices `N`, each of which is two words.
#[derive(Clone, Debug)]
pub struct Calendar<N> {
    /// Descending, the earliest last. Each word has an array of its own, so that it is written and read alike: one at a time.
    instants: [Time; ARRAY_MAX],
    heads: [u64; ARRAY_MAX],
    bodies: [u64; ARRAY_MAX],
    len: usize,
    /// How many the array may hold: none while the wheel is in use.
    room: usize,
    wheel: Wheel<N>,
}

impl<N> Default for Calendar<N> {
    fn default() -> Self {
        let (instants, heads, bodies) = ([Time::ZERO; ARRAY_MAX], [0; ARRAY_MAX], [0; ARRAY_MAX]);
        Calendar { instants, heads, bodies, len: 0, room: ARRAY_MAX, wheel: Wheel::default() }
    }
}

impl<N: Copy + From<[u64; 2]> + Into<[u64; 2]>> Calendar<N> {
    /// Enters a notice for an instant.
    ///
    /// # Panics
    /// With more than 16 million pending notices: beyond what a run is allowed to need.
    #[inline]
    pub fn schedule(&mut self, at: Time, notice: N) {
        if self.len >= self.room {
            return self.schedule_many(at, notice);
        }
        let mut place = self.len & (ARRAY_MAX - 1);
        while place > 0 && self.instants[place - 1] <= at {
            self.instants[place] = self.instants[place - 1];
            self.heads[place] = self.heads[place - 1];
            self.bodies[place] = self.bodies[place - 1];
            place -= 1;
        }
        self.instants[place] = at;
        [self.heads[place], self.bodies[place]] = notice.into();
        self.len += 1;
    }

    /// Takes the earliest notice out, with its instant.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, N)> {
        if self.len == 0 && !self.refill() {
            return None;
        }
        self.len -= 1;
        Some(self.entry(self.len))
    }

    #[inline(always)]
    fn entry(&self, place: usize) -> (Time, N) {
        let place = place & (ARRAY_MAX - 1);
        (self.instants[place], N::from([self.heads[place], self.bodies[place]]))
    }

    /// How many notices are pending.
    pub fn len(&self) -> usize {
        self.len + self.wheel.len()
    }

    /// Nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(never)]
    fn schedule_many(&mut self, at: Time, notice: N) {
        if self.room > 0 {
            return self.leave_array(at, notice);
        }
        self.wheel.push(at, notice);
    }

    /// The array's entries go into the wheel, and this one.
    #[cold]
    #[inline(never)]
    fn leave_array(&mut self, next_at: Time, next: N) {
        self.wheel.restart(self.instants[self.len - 1].min(next_at));
        // The earliest first, so that equal instants keep their order.
        for place in (0..self.len).rev() {
            let (at, notice) = self.entry(place);
            self.wheel.push(at, notice);
        }
        (self.len, self.room) = (0, 0);
        self.wheel.push(next_at, next);
    }

    /// The wheel's next entry is brought to the array, which is empty, or all that is left in it; false where there is nothing.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        if self.wheel.len() <= ARRAY_AGAIN {
            self.leave_wheel();
        } else if let Some((at, notice)) = self.wheel.pop() {
            self.instants[0] = at;
            [self.heads[0], self.bodies[0]] = notice.into();
            self.len = 1;
        }
        self.len > 0
    }

    /// The wheel's entries, which are few, go into the array.
    #[cold]
    fn leave_wheel(&mut self) {
        self.len = self.wheel.len();
        // The latest stands first.
        for place in (0..self.len).rev() {
            let (at, notice) = self.wheel.pop().expect("as many as there are");
            self.instants[place] = at;
            [self.heads[place], self.bodies[place]] = notice.into();
        }
        self.room = ARRAY_MAX;
    }
}
