//! Many pending notices: what comes soon lies in a wheel of slots, what comes late in a heap.
//!
//! A slot is a stretch of time a fraction as long as two notices are apart, so that most slots hold one entry or none: it is written once,
//! found by its slot's bit, and compared with nothing (R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the
//! simulation event set problem", Communications of the ACM 31, 1988). Where a slot holds several, they are sorted when its time has come.
//! What lies beyond the wheel, or would crowd the present slot, goes into a [`Heap`] and comes out of it when its time has come.
//!
//! The length of a slot follows the notices: it changes how fast they are found, never their order.

use super::heap::{Heap, Key, SLOT_BITS};
use crate::units::Time;

/// A bit of a word says that a slot is filled, a bit of one more word that a word is not zero.
const SLOTS: u64 = 64 * 64;
/// The wheel reaches as far as so many times the entries that are pending lie ahead on average.
const REACH: u64 = 4;
/// A slot is at most a quarter of the time from one notice to the next, with few entries.
const SLOTS_TO_A_GAP: u64 = 4;
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
    heads: Box<[u32; SLOTS as usize]>,
    /// Which slots have entries, and which words of these bits are not zero.
    filled: [u64; 64],
    filled_words: u64,
    nodes: Vec<Node<N>>,
    free: u32,
    /// In slots, in the present and far away.
    len: usize,
    far: Heap<N>,
    sequence: u64,
    /// When the slots' length was looked at last, after how many notices that will be again, and how many of them are left.
    looked: Time,
    between_looks: u64,
    until_look: u64,
}

#[derive(Clone, Copy, Debug)]
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
            heads: Box::new([NONE; SLOTS as usize]),
            filled: [0; 64],
            filled_words: 0,
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
        self.len
    }

    /// Begins anew at an instant, with nothing in it.
    pub fn restart(&mut self, now: Time) {
        debug_assert_eq!(self.len(), 0);
        self.slot = now.0 >> self.shift;
        self.next_look(now);
    }

    #[inline(always)]
    pub fn push(&mut self, at: Time, notice: N) {
        self.sequence += 1;
        self.len += 1;
        self.put(((at.0 as Key) << 64 | (self.sequence << SLOT_BITS) as Key, notice));
    }

    #[inline(always)]
    fn put(&mut self, entry: Entry<N>) {
        let slot = instant(entry.0).0 >> self.shift;
        if !self.lay(slot, entry) {
            self.put_elsewhere(slot, entry);
        }
    }

    /// Into its slot, where that comes after the present one, is within the wheel, and a node is free.
    #[inline(always)]
    fn lay(&mut self, slot: u64, entry: Entry<N>) -> bool {
        if slot.wrapping_sub(self.slot).wrapping_sub(1) >= SLOTS - 1 {
            return false;
        }
        let Some(node) = self.nodes.get_mut(self.free as usize) else { return false };
        let place = (slot % SLOTS) as usize;
        let next_free = std::mem::replace(node, Node { entry, next: self.heads[place] }).next;
        self.heads[place] = std::mem::replace(&mut self.free, next_free);
        self.filled[place / 64 % 64] |= 1 << (place % 64);
        self.filled_words |= 1 << (place / 64);
        true
    }

    #[inline(never)]
    fn put_elsewhere(&mut self, slot: u64, entry: Entry<N>) {
        if slot <= self.slot && self.present.len() < PRESENT_MAX {
            self.insert(entry);
        } else if slot <= self.slot || slot - self.slot >= SLOTS {
            self.far.push(entry.0, entry.1);
        } else {
            self.free = self.nodes.len() as u32;
            self.nodes.push(Node { entry, next: NONE });
            self.lay(slot, entry);
        }
    }

    /// Among the entries of the present slot.
    fn insert(&mut self, entry: Entry<N>) {
        let mut place = self.present.len();
        self.present.push(entry);
        while place > 0 && self.present[place - 1].0 < entry.0 {
            self.present[place] = self.present[place - 1];
            place -= 1;
        }
        self.present[place] = entry;
    }

    /// Takes the earliest entry out.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Time, N)> {
        let (key, notice) = match self.pop_at_hand() {
            Some(entry) => entry,
            None => self.pop_after_search()?,
        };
        self.len -= 1;
        self.until_look -= 1;
        if self.until_look == 0 {
            self.look(instant(key));
        }
        Some((instant(key), notice))
    }

    /// The earliest entry of the present slot, or the only one of the next slot that has any, unless a far one comes before it.
    #[inline(always)]
    fn pop_at_hand(&mut self) -> Option<Entry<N>> {
        if let Some(&entry) = self.present.last() {
            if !self.far.is_after(entry.0) {
                return None;
            }
            self.present.pop();
            return Some(entry);
        }
        let slot = self.next_filled()?;
        let head = self.heads[(slot % SLOTS) as usize];
        let Node { entry, next } = self.nodes[head as usize];
        if next != NONE || !self.far.is_after(entry.0) {
            return None;
        }
        self.empty(slot);
        self.slot = slot;
        self.give_back(head);
        Some(entry)
    }

    #[inline(never)]
    fn pop_after_search(&mut self) -> Option<Entry<N>> {
        if self.present.is_empty() {
            self.advance();
        }
        let far = self.far.first();
        match self.present.last() {
            Some(next) if next.0 < far => self.present.pop(),
            _ => self.far.pop(),
        }
    }

    /// Goes on to the next slot with entries, or to that of the first far one where that is earlier.
    fn advance(&mut self) {
        let far = self.far.first();
        let far_slot = instant(far).0 >> self.shift;
        match self.next_filled() {
            Some(slot) if slot <= far_slot => self.enter(slot),
            _ if far != Key::MAX => self.slot = far_slot.max(self.slot),
            _ => {}
        }
    }

    /// The first slot after the present one that has entries. The present one has none in the wheel.
    #[inline(always)]
    fn next_filled(&self) -> Option<u64> {
        let place = self.slot % SLOTS;
        let (word, bit) = (place / 64 % 64, place % 64);
        let rest = self.filled[word as usize] >> bit;
        if rest != 0 {
            return Some(self.slot + u64::from(rest.trailing_zeros()));
        }
        // The words after it, once around: its own low bits, which are the last slots, come last.
        let others = self.filled_words.rotate_right(word as u32 + 1);
        if others == 0 {
            return None;
        }
        let word = (word + 1 + u64::from(others.trailing_zeros())) % 64;
        let found = word * 64 + u64::from(self.filled[word as usize].trailing_zeros());
        Some(self.slot + (found.wrapping_sub(place) % SLOTS))
    }

    /// Of a slot's entries nothing lies in the wheel any more.
    #[inline(always)]
    fn empty(&mut self, slot: u64) {
        let place = (slot % SLOTS) as usize;
        self.heads[place] = NONE;
        let word = &mut self.filled[place / 64 % 64];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.filled_words &= !(1 << (place / 64));
        }
    }

    #[inline(always)]
    fn give_back(&mut self, node: u32) {
        self.nodes[node as usize].next = self.free;
        self.free = node;
    }

    /// Makes a slot the present one.
    fn enter(&mut self, slot: u64) {
        let mut next = self.heads[(slot % SLOTS) as usize];
        self.empty(slot);
        self.slot = slot;
        while next != NONE {
            let Node { entry, next: after } = self.nodes[next as usize];
            self.give_back(next);
            next = after;
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
        // By Little's law entries lie ahead by their number times the gap.
        let slots = (SLOTS / REACH / self.len.max(1) as u64).clamp(1, SLOTS_TO_A_GAP);
        let shift = (gap / slots).max(1).ilog2();
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
        for head in self.heads.iter_mut() {
            let mut next = std::mem::replace(head, NONE);
            while next != NONE {
                entries.push(self.nodes[next as usize].entry);
                next = self.nodes[next as usize].next;
            }
        }
        (self.filled, self.filled_words) = ([0; 64], 0);
        self.nodes.clear();
        self.free = NONE;
        (self.shift, self.slot) = (shift, now.0 >> shift);
        entries.into_iter().for_each(|entry| self.put(entry));
    }
}
