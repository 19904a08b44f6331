//! The calendar (event list): what will happen, in order of time, ties in the order of asking.
//!
//! Few entries are kept in a sorted array of fixed size, where an equal instant goes behind those that are there already. More
//! are kept in a 4-ary heap of keys, whose `pop` leaves a hole that the next `push` fills (one sift instead of two); see [`Heap`].
//! While the heap is in use the array stays empty and closed, so that the usual road asks one question at either end.
//!
//! Knows nothing of what a notice means. Invariant: time never runs backwards.

use crate::units::Time;

const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
/// Above this many entries the array becomes a heap, below [`ARRAY_AGAIN`] an array again.
const ARRAY_MAX: usize = 32;
const ARRAY_AGAIN: usize = 8;
const ARITY: usize = 4;

/// A calendar of notices `N`, each of which is two words.
#[derive(Clone, Debug)]
pub struct Calendar<N> {
    /// Descending, the earliest last. Each word has an array of its own, so that it is written and read alike: one at a time.
    instants: [Time; ARRAY_MAX],
    heads: [u64; ARRAY_MAX],
    bodies: [u64; ARRAY_MAX],
    len: usize,
    /// How many the array may hold: none while the heap is in use.
    room: usize,
    heap: Heap<N>,
}

impl<N> Default for Calendar<N> {
    fn default() -> Self {
        let heap = Heap { keys: Vec::new(), hole: false, notices: Vec::new(), free: Vec::new(), sequence: 0 };
        let (instants, heads, bodies) = ([Time::ZERO; ARRAY_MAX], [0; ARRAY_MAX], [0; ARRAY_MAX]);
        Calendar { instants, heads, bodies, len: 0, room: ARRAY_MAX, heap }
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
        if self.len == 0 && !self.take_from_heap() {
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
        self.len + self.heap.len()
    }

    /// Nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(never)]
    fn schedule_many(&mut self, at: Time, notice: N) {
        // The earliest first, so that equal instants keep their order.
        for place in (0..self.len).rev() {
            let (at, notice) = self.entry(place);
            self.heap.push(at, notice);
        }
        (self.len, self.room) = (0, 0);
        self.heap.push(at, notice);
    }

    /// Moves the heap's earliest entry into the array, or all of them once they are few; false when there is none.
    #[inline(never)]
    fn take_from_heap(&mut self) -> bool {
        let wanted = if self.heap.len() <= ARRAY_AGAIN { self.heap.len() } else { 1 };
        // The latest stands first.
        for place in (0..wanted).rev() {
            let (at, notice) = self.heap.pop().expect("as many as there are");
            self.instants[place] = at;
            [self.heads[place], self.bodies[place]] = notice.into();
        }
        self.len = wanted;
        if self.heap.len() == 0 {
            self.heap.clear();
            self.room = ARRAY_MAX;
        }
        wanted > 0
    }
}

/// Many entries. A key is one `u128`: time in the high half; sequence number (40 bits) and the notice's slot (24 bits) in the low
/// half, so that one comparison orders by (time, order of asking). Notices lie in a slab beside the keys and are never moved.
#[derive(Clone, Debug)]
struct Heap<N> {
    keys: Vec<u128>,
    /// The root has been popped and not yet replaced.
    hole: bool,
    notices: Vec<N>,
    free: Vec<u32>,
    sequence: u64,
}

impl<N: Copy> Heap<N> {
    fn len(&self) -> usize {
        self.keys.len() - self.hole as usize
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.hole = false;
    }

    fn push(&mut self, at: Time, notice: N) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.notices[slot as usize] = notice;
                slot
            }
            None => self.grow(notice),
        };
        self.sequence += 1;
        let key = (at.0 as u128) << 64 | (self.sequence << SLOT_BITS | slot as u64) as u128;
        if self.hole {
            self.hole = false;
            self.sift_down(key);
        } else {
            self.sift_up(key);
        }
    }

    #[cold]
    fn grow(&mut self, notice: N) -> u32 {
        let slot = self.notices.len() as u64;
        assert!(slot <= SLOT_MASK, "more than {SLOT_MASK} notices are pending");
        assert!(self.sequence < 1 << (64 - SLOT_BITS), "more than 2^40 notices in one run");
        self.notices.push(notice);
        slot as u32
    }

    fn pop(&mut self) -> Option<(Time, N)> {
        if self.hole {
            self.hole = false;
            self.close_hole();
        }
        let key = self.keys.first().copied()?;
        self.hole = true;
        let slot = (key as u64 & SLOT_MASK) as u32;
        self.free.push(slot);
        Some((Time((key >> 64) as u64), self.notices[slot as usize]))
    }

    /// Removes the popped root for good.
    fn close_hole(&mut self) {
        if let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sift_down(last);
        }
    }

    /// Puts `key` at the end and lets it rise.
    #[inline]
    fn sift_up(&mut self, key: u128) {
        let mut place = self.keys.len();
        self.keys.push(key);
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.keys[parent] <= key {
                break;
            }
            self.keys[place] = self.keys[parent];
            place = parent;
        }
        self.keys[place] = key;
    }

    /// Puts `key` in the place of the root and lets it sink.
    #[inline]
    fn sift_down(&mut self, key: u128) {
        let keys = &mut self.keys[..];
        let mut place = 0;
        loop {
            let first = ARITY * place + 1;
            if first >= keys.len() {
                break;
            }
            let (mut least, mut least_key) = (first, keys[first]);
            for (child, child_key) in keys.iter().enumerate().take(first + ARITY).skip(first + 1) {
                let smaller = *child_key < least_key;
                least_key = if smaller { *child_key } else { least_key };
                least = if smaller { child } else { least };
            }
            if least_key >= key {
                break;
            }
            keys[place] = least_key;
            place = least;
        }
        keys[place] = key;
    }
}
