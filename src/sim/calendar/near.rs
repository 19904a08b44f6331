//! What comes next: few entries in order, in arrays of fixed size.
//!
//! Knows nothing of what else is pending. Invariant: descending, the earliest last; of equal instants the one asked for first.

use crate::units::Time;

/// How many entries there is room for.
pub const ROOM: usize = 32;

/// Each word has an array of its own, so that it is written and read alike: one at a time. Words that are written alone and read together
/// stall the processor.
#[derive(Clone, Debug)]
pub struct Near {
    instants: [Time; ROOM],
    heads: [u64; ROOM],
    bodies: [u64; ROOM],
    /// When they were asked for; known only while the array is being filled from the wheel.
    orders: [u64; ROOM],
    len: usize,
}

impl Default for Near {
    fn default() -> Near {
        Near { instants: [Time::ZERO; ROOM], heads: [0; ROOM], bodies: [0; ROOM], orders: [0; ROOM], len: 0 }
    }
}

impl Near {
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.len >= ROOM
    }

    /// An entry that was asked for after all that are here. There must be room.
    #[inline(always)]
    pub fn insert(&mut self, at: Time, [head, body]: [u64; 2]) {
        let mut place = self.len & (ROOM - 1);
        while place > 0 && self.instants[place - 1] <= at {
            self.move_up(place);
            place -= 1;
        }
        self.put(place, at, [head, body]);
        self.len += 1;
    }

    /// An entry that was asked for at any time, as all that are here were inserted. There must be room.
    #[inline(always)]
    pub fn insert_ordered(&mut self, at: Time, order: u64, notice: [u64; 2]) {
        let mut place = self.len & (ROOM - 1);
        while place > 0 && self.comes_before(place - 1, at, order) {
            self.move_up(place);
            self.orders[place] = self.orders[place - 1];
            place -= 1;
        }
        self.put(place, at, notice);
        self.orders[place] = order;
        self.len += 1;
    }

    #[inline(always)]
    fn comes_before(&self, place: usize, at: Time, order: u64) -> bool {
        // One comparison, and one branch to foretell.
        let key = |at: Time, order: u64| u128::from(at.0) << 64 | u128::from(order);
        key(self.instants[place], self.orders[place]) < key(at, order)
    }

    #[inline(always)]
    fn move_up(&mut self, place: usize) {
        self.instants[place] = self.instants[place - 1];
        self.heads[place] = self.heads[place - 1];
        self.bodies[place] = self.bodies[place - 1];
    }

    #[inline(always)]
    fn put(&mut self, place: usize, at: Time, notice: [u64; 2]) {
        self.instants[place] = at;
        [self.heads[place], self.bodies[place]] = notice;
    }

    /// Takes the latest out where it does not come before another; all that are here were inserted with their orders.
    pub fn pop_last_after(&mut self, at: Time, order: u64) -> Option<(Time, u64, [u64; 2])> {
        if self.len == 0 || self.comes_before(0, at, order) {
            return None;
        }
        let (order, (at, notice)) = (self.orders[0], self.entry(0));
        self.orders.copy_within(1..self.len, 0);
        self.drop_first(1);
        Some((at, order, notice))
    }

    /// Takes the earliest out; there must be one.
    #[inline(always)]
    pub fn pop(&mut self) -> (Time, [u64; 2]) {
        self.len -= 1;
        self.entry(self.len)
    }

    #[inline(always)]
    fn entry(&self, place: usize) -> (Time, [u64; 2]) {
        let place = place & (ROOM - 1);
        (self.instants[place], [self.heads[place], self.bodies[place]])
    }

    /// When the entry is due that has so many before it.
    pub fn instant(&self, before: usize) -> Time {
        self.instants[self.len - 1 - before]
    }

    /// Gives all that is due at an instant or after it to `take`, the earliest first.
    pub fn cut(&mut self, from: Time, mut take: impl FnMut(Time, [u64; 2])) {
        let gone = self.instants[..self.len].partition_point(|at| *at >= from);
        for place in (0..gone).rev() {
            let (at, notice) = self.entry(place);
            take(at, notice);
        }
        self.drop_first(gone);
    }

    fn drop_first(&mut self, gone: usize) {
        self.instants.copy_within(gone..self.len, 0);
        self.heads.copy_within(gone..self.len, 0);
        self.bodies.copy_within(gone..self.len, 0);
        self.len -= gone;
    }
}
