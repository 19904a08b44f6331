//! The calendar (event list): what will happen, in order of time, ties in the order of asking.
//!
//! A key is one `u128`: time in the high half; sequence number (40 bits) and the notice's slot (24 bits) in the low half, so that
//! one comparison orders by (time, order of asking). Notices lie in a slab beside the keys and are never moved.
//! Few keys are kept in a sorted array, more in a 4-ary heap whose `pop` leaves a hole that the next `push` fills (one sift
//! instead of two); measured choices, see `docs/performance.md`.
//!
//! Knows nothing of what a notice means. Invariant: time never runs backwards.

use crate::units::Time;

const SLOT_BITS: u32 = 24;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
/// Above this many keys the array becomes a heap, below [`ARRAY_AGAIN`] an array again.
const ARRAY_MAX: usize = 32;
const ARRAY_AGAIN: usize = 8;
const ARITY: usize = 4;

/// A calendar of notices `N`.
#[derive(Clone, Debug)]
pub struct Calendar<N> {
    keys: Vec<u128>,
    /// Keys form a heap (minimum first) instead of a descending array (minimum last).
    heaped: bool,
    /// The heap's root has been popped and not yet replaced.
    hole: bool,
    notices: Vec<N>,
    free: Vec<u32>,
    sequence: u64,
}

impl<N: Copy> Default for Calendar<N> {
    fn default() -> Self {
        Calendar { keys: Vec::with_capacity(64), heaped: false, hole: false, notices: Vec::new(), free: Vec::new(), sequence: 0 }
    }
}

impl<N: Copy> Calendar<N> {
    /// Enters a notice for an instant.
    ///
    /// # Panics
    /// With more than 16 million pending notices or a trillion entered ones: beyond what a run is allowed to need.
    #[inline(always)]
    pub fn schedule(&mut self, at: Time, notice: N) {
        // Inlined, so that a notice is written where it stays: a copy by way of the stack stalls on its small parts.
        let slot = match self.free.pop() {
            Some(slot) => {
                self.notices[slot as usize] = notice;
                slot
            }
            None => self.grow(notice),
        };
        self.enter(at, slot);
    }

    #[inline(never)]
    fn enter(&mut self, at: Time, slot: u32) {
        self.sequence += 1;
        let key = (at.0 as u128) << 64 | (self.sequence << SLOT_BITS | slot as u64) as u128;
        if self.heaped { self.push_heap(key) } else { self.push_array(key) }
    }

    #[cold]
    fn grow(&mut self, notice: N) -> u32 {
        let slot = self.notices.len() as u64;
        assert!(slot <= SLOT_MASK, "more than {SLOT_MASK} notices are pending");
        assert!(self.sequence < 1 << (64 - SLOT_BITS), "more than 2^40 notices in one run");
        self.notices.push(notice);
        slot as u32
    }

    /// Takes the earliest notice out, with its instant.
    #[inline]
    pub fn next(&mut self) -> Option<(Time, N)> {
        let key = if self.heaped { self.pop_heap() } else { self.keys.pop() }?;
        let slot = (key as u64 & SLOT_MASK) as u32;
        self.free.push(slot);
        Some((Time((key >> 64) as u64), self.notices[slot as usize]))
    }

    /// How many notices are pending.
    pub fn len(&self) -> usize {
        self.keys.len() - self.hole as usize
    }

    /// Nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many notices were ever entered.
    pub fn scheduled(&self) -> u64 {
        self.sequence
    }

    #[inline]
    fn push_array(&mut self, key: u128) {
        self.keys.push(key);
        let keys = &mut self.keys[..];
        let mut place = keys.len() - 1;
        while place > 0 {
            let before = keys[place - 1];
            if before > key {
                break;
            }
            keys[place] = before;
            place -= 1;
        }
        keys[place] = key;
        if keys.len() > ARRAY_MAX {
            // Ascending order is a heap.
            self.keys.reverse();
            self.heaped = true;
        }
    }

    #[inline]
    fn push_heap(&mut self, key: u128) {
        if self.hole {
            self.hole = false;
            self.sift_down(key);
            return;
        }
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

    #[inline]
    fn pop_heap(&mut self) -> Option<u128> {
        if self.hole {
            self.hole = false;
            self.close_hole();
            if !self.heaped {
                return self.keys.pop();
            }
        }
        let top = self.keys.first().copied();
        self.hole = top.is_some();
        top
    }

    /// Removes the popped root for good.
    fn close_hole(&mut self) {
        if let Some(last) = self.keys.pop()
            && !self.keys.is_empty()
        {
            self.sift_down(last);
        }
        if self.keys.len() < ARRAY_AGAIN {
            self.keys.sort_unstable_by(|a, b| b.cmp(a));
            self.heaped = false;
        }
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
            for child in first + 1..(first + ARITY).min(keys.len()) {
                let smaller = keys[child] < least_key;
                least_key = if smaller { keys[child] } else { least_key };
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
