//! Many pending notices: what comes soon lies in a wheel of slots, what comes late in a heap.
//!
//! A slot is a stretch of time of a few notices: an entry is written into its list as it comes, and all of them are sorted when it is their
//! turn (R. Brown, "Calendar queues: a fast O(1) priority queue implementation for the simulation event set problem", Communications of
//! the ACM 31, 1988; sorted by slots at last as in W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue: an O(1) priority queue structure for
//! large-scale discrete event simulation", ACM TOMACS 15, 2005). Where a slot holds many, they go into the [`Heap`], as does what lies
//! beyond the wheel.
//!
//! The length of a slot follows the notices: it changes how fast they are found, never their order.

use super::heap::{Heap, Key, SLOT_BITS};
use super::near::{Near, ROOM};
use crate::units::Time;

/// A bit of a word says that a slot is filled, a bit of one more word that a word is not zero.
const SLOTS: u64 = 64 * 64;
/// Slots that have any entries should have so many on average, or up to twice as many.
const WANTED: u64 = 2;
const NONE: u32 = u32::MAX;
/// More entries than these are not sorted in the array.
const SEVERAL: usize = ROOM / 4;
/// No slot is longer, in powers of two of nanoseconds: eight days.
const LONGEST: u32 = 50;
/// At least so many slots are emptied before their length is looked at again.
const SLOTS_BETWEEN_LOOKS: u64 = 256;

#[derive(Clone, Debug)]
pub struct Wheel {
    /// No entry lies in a slot before this one, counted from the start of time; it never goes back.
    slot: u64,
    /// A slot is 2^shift nanoseconds long.
    shift: u32,
    /// By slot, modulo their number: the first of its entries, the one asked for last.
    heads: Box<[u32; SLOTS as usize]>,
    /// Which slots have entries, and which words of these bits are not zero.
    filled: [u64; 64],
    filled_words: u64,
    nodes: Vec<Node>,
    free: u32,
    /// In slots and far away.
    len: usize,
    far: Heap<[u64; 2]>,
    sequence: u64,
    /// How many slots were emptied since their length was looked at, what was in them, and after how many that will be again.
    emptied: u64,
    given: u64,
    next_look: u64,
}

/// An entry: when, in which order of asking, and the two words of a notice. They are written and read one at a time, as in [`Near`].
#[derive(Clone, Copy, Debug)]
struct Node {
    at: Time,
    order: u64,
    head: u64,
    body: u64,
    next: u32,
}

fn key(at: Time, order: u64) -> Key {
    (at.0 as Key) << 64 | (order << SLOT_BITS) as Key
}

fn instant(key: Key) -> Time {
    Time((key >> 64) as u64)
}

/// The order of asking that a key was made of.
fn order(key: Key) -> u64 {
    key as u64 >> SLOT_BITS
}

impl Default for Wheel {
    fn default() -> Wheel {
        Wheel {
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
            emptied: 0,
            given: 0,
            next_look: SLOTS_BETWEEN_LOOKS,
        }
    }
}

impl Wheel {
    pub fn len(&self) -> usize {
        self.len
    }

    /// What comes now is due at an instant or after it; of an empty wheel that is the beginning.
    pub fn begin_from(&mut self, from: Time) {
        if self.len == 0 {
            self.slot = from.0 >> self.shift;
        }
    }

    #[inline(never)]
    pub fn push(&mut self, at: Time, [head, body]: [u64; 2]) {
        self.sequence += 1;
        self.len += 1;
        self.put(at, self.sequence, head, body);
    }

    /// Into its slot, where that is within the wheel and a node is free.
    #[inline(always)]
    fn put(&mut self, at: Time, order: u64, head: u64, body: u64) {
        let slot = at.0 >> self.shift;
        if slot.wrapping_sub(self.slot) >= SLOTS {
            return self.put_far(at, order, head, body);
        }
        if self.free as usize >= self.nodes.len() {
            return self.put_in_new_node(at, order, head, body);
        }
        let place = (slot % SLOTS) as usize;
        let node = &mut self.nodes[self.free as usize];
        (node.at, node.order, node.head, node.body) = (at, order, head, body);
        let next_free = std::mem::replace(&mut node.next, self.heads[place]);
        self.heads[place] = std::mem::replace(&mut self.free, next_free);
        self.filled[place / 64 % 64] |= 1 << (place % 64);
        self.filled_words |= 1 << (place / 64);
    }

    #[cold]
    #[inline(never)]
    fn put_in_new_node(&mut self, at: Time, order: u64, head: u64, body: u64) {
        self.free = self.nodes.len() as u32;
        self.nodes.push(Node { at, order, head, body, next: NONE });
        self.put(at, order, head, body);
    }

    #[inline(never)]
    fn put_far(&mut self, at: Time, order: u64, head: u64, body: u64) {
        self.far.push(key(at, order), [head, body]);
    }

    /// Takes out what is due in the first slot that has anything, or the first of it where that is much, and gives the instant before which
    /// nothing is left.
    #[inline(always)]
    pub fn empty_first(&mut self, near: &mut Near) -> Time {
        if self.len == 0 {
            return Time::MAX;
        }
        let filled = self.next_filled().unwrap_or(u64::MAX);
        let first = filled.min(instant(self.far.first()).0 >> self.shift);
        let last = Time(first << self.shift | ((1 << self.shift) - 1));
        if filled == first {
            self.empty(filled, near);
        }
        // What was asked for before the wheel's beginning is far; the wheel must not begin anew under what lies in it.
        self.slot = self.slot.max(first.saturating_add(1));
        let mut border = Time(last.0.saturating_add(1));
        if instant(self.far.first()) <= last {
            self.take_far(last, near);
            border = border.min(instant(self.far.first()));
        }
        self.emptied += 1;
        self.given += near.len() as u64;
        if self.emptied >= self.next_look {
            self.look(border);
        }
        border
    }

    /// Gives the entries of a slot to the array; all beyond [`SEVERAL`] go to the far ones.
    #[inline(always)]
    fn empty(&mut self, slot: u64, near: &mut Near) {
        let mut next = self.unlist(slot);
        while next != NONE {
            if near.len() >= SEVERAL {
                return self.spill(next);
            }
            let entry = self.give_back(next);
            next = entry.next;
            self.len -= 1;
            near.insert_ordered(entry.at, entry.order, [entry.head, entry.body]);
        }
    }

    /// The first entry of a slot, which has none from now on.
    #[inline(always)]
    fn unlist(&mut self, slot: u64) -> u32 {
        let place = (slot % SLOTS) as usize;
        let word = &mut self.filled[place / 64 % 64];
        *word &= !(1 << (place % 64));
        // As often as not it was the last one: nothing for a branch to foretell.
        self.filled_words &= !(u64::from(*word == 0) << (place / 64));
        std::mem::replace(&mut self.heads[place], NONE)
    }

    /// What was in a node, which is free from now on.
    #[inline(always)]
    fn give_back(&mut self, node: u32) -> Node {
        let entry = self.nodes[node as usize];
        self.nodes[node as usize].next = std::mem::replace(&mut self.free, node);
        entry
    }

    /// An entry of a list and all that follow go to the far ones.
    #[cold]
    fn spill(&mut self, first: u32) {
        let mut next = first;
        while next != NONE {
            let entry = self.give_back(next);
            next = entry.next;
            self.put_far(entry.at, entry.order, entry.head, entry.body);
        }
    }

    /// Gives those of the far ones to the array that are due at `last` or before, or the first of them where they are many.
    #[inline(never)]
    fn take_far(&mut self, last: Time, near: &mut Near) {
        while self.far.len() > 0 && instant(self.far.first()) <= last {
            if near.len() >= SEVERAL + SEVERAL / 2 {
                return self.take_back(near);
            }
            let (key, notice) = self.far.pop().expect("there is one");
            self.len -= 1;
            near.insert_ordered(instant(key), order(key), notice);
        }
    }

    /// Takes back from the array what does not come before all far ones.
    #[cold]
    fn take_back(&mut self, near: &mut Near) {
        let first = self.far.first();
        while let Some((at, order, [head, body])) = near.pop_last_after(instant(first), order(first)) {
            self.len += 1;
            self.put_far(at, order, head, body);
        }
    }

    /// Gives all that is left to the array, which must have room for it.
    #[cold]
    pub fn empty_all(&mut self, near: &mut Near) {
        while let Some(slot) = self.next_filled() {
            let first = self.unlist(slot);
            self.spill(first);
        }
        self.take_far(Time::MAX, near);
    }

    /// The first slot that has entries.
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

    /// Makes the slots longer or shorter where that would be worth it.
    #[cold]
    fn look(&mut self, now: Time) {
        assert!(self.sequence < 1 << (64 - SLOT_BITS), "more than 2^40 notices in one run");
        let each = (self.given / self.emptied).max(1);
        let wanted = self.shift + WANTED.ilog2();
        let shift = wanted.saturating_sub(each.ilog2()).min(LONGEST);
        if shift != self.shift {
            self.reshape(now, shift);
        }
        // Not again before most entries have been replaced, so that a look costs little whatever it leads to.
        (self.emptied, self.given, self.next_look) = (0, 0, SLOTS_BETWEEN_LOOKS.max(self.len as u64 / WANTED));
    }

    fn reshape(&mut self, now: Time, shift: u32) {
        let mut entries: Vec<Node> = Vec::new();
        for head in self.heads.iter_mut() {
            let mut next = std::mem::replace(head, NONE);
            while next != NONE {
                entries.push(self.nodes[next as usize]);
                next = self.nodes[next as usize].next;
            }
        }
        (self.filled, self.filled_words) = ([0; 64], 0);
        self.nodes.clear();
        self.free = NONE;
        (self.shift, self.slot) = (shift, now.0 >> shift);
        entries.into_iter().for_each(|entry| self.put(entry.at, entry.order, entry.head, entry.body));
    }
}
