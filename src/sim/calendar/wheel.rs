//! Many pending notices: what comes soon lies in a wheel of slots, what comes late in a heap.
//!
//! A slot is a stretch of time about as long as two notices are apart; the entries of the present one stand sorted, the others lie in
//! their slots as they came. So most entries are written twice and never compared with more than one or two others (R. Brown, "Calendar
//! queues: a fast O(1) priority queue implementation for the simulation event set problem", Communications of the ACM 31, 1988). What
//! lies beyond the wheel, or would crowd the present slot, goes into a [`Heap`] and comes out of it when its time has come.
//!
//! The length of a slot follows the notices: it changes how fast they are found, never their order.

use super::heap::{Heap, Key, SLOT_BITS};
use crate::units::Time;

const SLOTS: u64 = 256;
const NONE: u32 = u32::MAX;
/// The present slot holds no more than these: sorting by insertion is for few.
const PRESENT_MAX: usize = 32;
/// At least so many notices are taken out before the slots' length is looked at again.
const NOTICES_BETWEEN_LOOKS: u64 = 1024;

/// An entry: when and in which order of asking, as one number, and what.
type Entry<N> = (Key, N);

#[derive(Clone, Debug)]
pub struct Wheel<N> {
    /// Entries of the present slot and of those that are over, the earliest last.
    present: Vec<Entry<N>>,
    /// The present slot, counted from the start of time.
    slot: u64,
    /// A slot is 2^shift nanoseconds long.
    shift: u32,
    /// By slot, modulo their number: the first of its entries.
    heads: [u32; SLOTS as usize],
    /// Which slots have entries.
    filled: [u64; SLOTS as usize / 64],
    nodes: Vec<Node<N>>,
    free: u32,
    /// In slots and in the present.
    len: usize,
    far: Heap<N>,
    sequence: u64,
    /// When the slots' length was looked at last, after how many notices that will be again, and how many of them are left.
    looked: Time,
    between_looks: u64,
    until_look: u64,
}

#[derive(Clone, Debug)]
struct Node<N> {
    entry: Entry<N>,
    next: u32,
}

impl<N> Default for Wheel<N> {
    fn default() -> Wheel<N> {
        Wheel {
            present: Vec::new(),
            slot: 0,
            shift: 20,
            heads: [NONE; SLOTS as usize],
            filled: [0; SLOTS as usize / 64],
            nodes: Vec::new(),
            free: NONE,
            len: 0,
            far: Heap::default(),
            sequence: 0,
            looked: Time::ZERO,
            between_looks: NOTICES_BETWEEN_LOOKS,
            until_look: NOTICES_BETWEEN_LOOKS,
        }
    }
}

fn instant(key: Key) -> Time {
    Time((key >> 64) as u64)
}

impl<N: Copy> Wheel<N> {
    pub fn len(&self) -> usize {
        self.len + self.far.len()
    }

    /// Begins anew at an instant, with nothing in it.
    pub fn restart(&mut self, now: Time) {
        debug_assert_eq!(self.len(), 0);
        self.slot = now.0 >> self.shift;
        self.next_look(now);
    }

    #[inline]
    pub fn push(&mut self, at: Time, notice: N) {
        self.sequence += 1;
        self.put(((at.0 as Key) << 64 | (self.sequence << SLOT_BITS) as Key, notice));
    }

    #[inline(always)]
    fn put(&mut self, entry: Entry<N>) {
        let slot = instant(entry.0).0 >> self.shift;
        let ahead = slot.wrapping_sub(self.slot);
        if slot > self.slot && ahead < SLOTS {
            self.lay(slot, entry);
        } else if slot <= self.slot && self.present.len() < PRESENT_MAX {
            self.insert(entry);
        } else {
            self.far.push(entry.0, entry.1);
        }
    }

    /// Into its slot.
    #[inline]
    fn lay(&mut self, slot: u64, entry: Entry<N>) {
        let place = (slot % SLOTS) as usize;
        let node = Node { entry, next: self.heads[place] };
        self.heads[place] = match self.free {
            NONE => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
            free => {
                self.free = self.nodes[free as usize].next;
                self.nodes[free as usize] = node;
                free
            }
        };
        self.filled[place / 64] |= 1 << (place % 64);
        self.len += 1;
    }

    /// Among the entries of the present slot.
    #[inline]
    fn insert(&mut self, entry: Entry<N>) {
        let mut place = self.present.len();
        self.present.push(entry);
        while place > 0 && self.present[place - 1].0 < entry.0 {
            self.present[place] = self.present[place - 1];
            place -= 1;
        }
        self.present[place] = entry;
        self.len += 1;
    }

    /// The earliest entry where that takes no search: one of the present slot that comes before all far ones.
    #[inline(always)]
    pub fn pop_present(&mut self) -> Option<(Time, N)> {
        let (key, notice) = *self.present.last()?;
        if self.until_look == 1 || !self.far.is_after(key) {
            return None;
        }
        self.present.pop();
        self.len -= 1;
        self.until_look -= 1;
        Some((instant(key), notice))
    }

    #[inline(never)]
    pub fn pop(&mut self) -> Option<(Time, N)> {
        if self.present.is_empty() {
            self.advance();
        }
        let far = self.far.first();
        let (key, notice) = match self.present.last() {
            Some(next) if next.0 < far => {
                self.len -= 1;
                self.present.pop()?
            }
            _ => self.far.pop()?,
        };
        let now = instant(key);
        self.until_look -= 1;
        if self.until_look == 0 {
            self.look(now);
        }
        Some((now, notice))
    }

    /// Goes on to the next slot with entries, or to that of the first far one where that is earlier.
    #[inline]
    fn advance(&mut self) {
        let far = self.far.first();
        let far_slot = instant(far).0 >> self.shift;
        match self.next_filled() {
            Some(slot) if slot <= far_slot => self.enter(slot),
            _ if far != Key::MAX => self.slot = far_slot.max(self.slot),
            _ => {}
        }
    }

    /// The first slot after the present one that has entries.
    #[inline]
    fn next_filled(&self) -> Option<u64> {
        let first = self.slot.checked_add(1)?;
        let (word, bit) = ((first % SLOTS / 64) as usize, first % 64);
        let rest = self.filled[word] >> bit;
        if rest != 0 {
            return Some(first + u64::from(rest.trailing_zeros()));
        }
        let words = self.filled.len();
        let begin = first - bit;
        // Once around, so that the first word is looked at twice: its low bits are the last slots.
        let found = (1..=words).find(|step| self.filled[(word + step) % words] != 0)?;
        let bits = self.filled[(word + found) % words];
        Some(begin + found as u64 * 64 + u64::from(bits.trailing_zeros()))
    }

    /// Makes a slot the present one.
    #[inline]
    fn enter(&mut self, slot: u64) {
        self.slot = slot;
        let place = (slot % SLOTS) as usize;
        let mut next = std::mem::replace(&mut self.heads[place], NONE);
        self.filled[place / 64] &= !(1 << (place % 64));
        while next != NONE {
            let node = &mut self.nodes[next as usize];
            let (entry, after) = (node.entry, std::mem::replace(&mut node.next, self.free));
            self.free = next;
            next = after;
            self.len -= 1;
            if self.present.len() < PRESENT_MAX {
                self.insert(entry);
            } else {
                self.far.push(entry.0, entry.1);
            }
        }
    }

    /// Makes the slots longer or shorter where that would be worth it.
    #[cold]
    fn look(&mut self, now: Time) {
        assert!(self.sequence < 1 << (64 - SLOT_BITS), "more than 2^40 notices in one run");
        let gap = now.since(self.looked).0 / self.between_looks;
        let shift = (2 * gap).max(1).ilog2();
        if shift.abs_diff(self.shift) > 1 {
            self.reshape(now, shift);
        }
        self.next_look(now);
    }

    /// Not before most entries have been replaced, so that a look costs little whatever it leads to.
    fn next_look(&mut self, now: Time) {
        self.looked = now;
        self.between_looks = NOTICES_BETWEEN_LOOKS.max(self.len as u64);
        self.until_look = self.between_looks;
    }

    fn reshape(&mut self, now: Time, shift: u32) {
        let mut entries: Vec<Entry<N>> = std::mem::take(&mut self.present);
        for head in std::mem::replace(&mut self.heads, [NONE; SLOTS as usize]) {
            let mut next = head;
            while next != NONE {
                entries.push(self.nodes[next as usize].entry);
                next = self.nodes[next as usize].next;
            }
        }
        self.filled = [0; SLOTS as usize / 64];
        self.nodes.clear();
        (self.free, self.len) = (NONE, 0);
        (self.shift, self.slot) = (shift, now.0 >> shift);
        entries.into_iter().for_each(|entry| self.put(entry));
    }
}
