//! Many pending notices: what comes soon lies in a wheel of slots, what comes late in a heap.
//!
//! A slot is a stretch of time a fraction as long as two notices are apart, so that most slots hold one entry or none: it is written once,
//! found by its slot's bit, and compared with nothing but the first of the heap (R. Brown, "Calendar queues: a fast O(1) priority queue
//! implementation for the simulation event set problem", Communications of the ACM 31, 1988). Where a slot holds several, the earliest is
//! looked for; where it holds many, they go into the [`Heap`], as does what lies beyond the wheel.
//!
//! The length of a slot follows the notices: it changes how fast they are found, never their order.

use super::heap::{Heap, Key, SLOT_BITS};
use crate::units::Time;

/// A bit of a word says that a slot is filled, a bit of one more word that a word is not zero.
const SLOTS: u64 = 64 * 64;
/// The wheel reaches as far as so many times the entries in it lie ahead on average.
const REACH: u64 = 4;
/// A slot is at most this part of the time from one notice to the next, with few entries.
const SLOTS_TO_A_GAP: u64 = 8;
const NONE: u32 = u32::MAX;
/// More entries than these are not looked through for the earliest.
const SEVERAL: usize = 8;
/// At least so many notices are taken out before the slots' length is looked at again.
const NOTICES_BETWEEN_LOOKS: u64 = 1024;

#[derive(Clone, Debug)]
pub struct Wheel<N> {
    /// No entry lies in a slot before this one, counted from the start of time; it never goes back.
    slot: u64,
    /// A slot is 2^shift nanoseconds long.
    shift: u32,
    /// By slot, modulo their number: the first of its entries.
    heads: Box<[u32; SLOTS as usize]>,
    /// Which slots have entries, and which words of these bits are not zero.
    filled: [u64; 64],
    filled_words: u64,
    nodes: Vec<Node>,
    free: u32,
    /// In slots and far away.
    len: usize,
    far: Heap<N>,
    /// When the first of the far ones is due; the end of time where there is none.
    far_from: Time,
    sequence: u64,
    /// When the slots' length was looked at last, after how many notices that will be again, and how many of them are left.
    looked: Time,
    between_looks: u64,
    until_look: u64,
}

/// An entry: when, in which order of asking, and the two words of a notice. They are written and read one at a time: words that are
/// written alone and read together stall the processor.
#[derive(Clone, Copy, Debug)]
struct Node {
    at: Time,
    order: u64,
    head: u64,
    body: u64,
    next: u32,
}

impl Node {
    fn key(&self) -> Key {
        (self.at.0 as Key) << 64 | (self.order << SLOT_BITS) as Key
    }
}

/// An entry of a slot, and the one before it in its list.
#[derive(Clone, Copy)]
struct Place {
    node: u32,
    before: u32,
}

impl<N> Default for Wheel<N> {
    fn default() -> Wheel<N> {
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
            far_from: Time::MAX,
            sequence: 0,
            looked: Time::ZERO,
            between_looks: NOTICES_BETWEEN_LOOKS,
            until_look: NOTICES_BETWEEN_LOOKS,
        }
    }
}

impl<N: Copy + From<[u64; 2]> + Into<[u64; 2]>> Wheel<N> {
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
        let [head, body] = notice.into();
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
        self.far.push((at.0 as Key) << 64 | (order << SLOT_BITS) as Key, N::from([head, body]));
        self.far_from = self.far_from.min(at);
    }

    /// Takes the earliest entry out.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Time, N)> {
        let (at, notice) = match self.pop_at_hand() {
            Some(entry) => entry,
            None => self.pop_after_search()?,
        };
        self.len -= 1;
        self.until_look -= 1;
        if self.until_look == 0 {
            self.look(at);
        }
        Some((at, notice))
    }

    /// The only entry of the first slot that has any, where it surely comes before the far ones.
    #[inline(always)]
    fn pop_at_hand(&mut self) -> Option<(Time, N)> {
        let slot = self.next_filled()?;
        let place = (slot % SLOTS) as usize;
        let head = self.heads[place];
        let node = &mut self.nodes[head as usize];
        if node.next != NONE || node.at >= self.far_from {
            return None;
        }
        let (at, notice) = (node.at, N::from([node.head, node.body]));
        node.next = std::mem::replace(&mut self.free, head);
        self.slot = slot;
        self.empty(place);
        Some((at, notice))
    }

    #[inline(never)]
    fn pop_after_search(&mut self) -> Option<(Time, N)> {
        let Some(slot) = self.next_filled() else { return self.pop_far() };
        let place = (slot % SLOTS) as usize;
        let Some(first) = self.earliest_in(place) else {
            // Among them is the earliest of all, unless that was far already.
            self.spill(place);
            return self.pop_far();
        };
        let entry = self.nodes[first.node as usize];
        if self.far.first() < entry.key() {
            return self.pop_far();
        }
        match first.before {
            NONE => self.heads[place] = entry.next,
            before => self.nodes[before as usize].next = entry.next,
        }
        if self.heads[place] == NONE {
            self.empty(place);
        }
        self.give_back(first.node);
        self.slot = slot;
        Some((entry.at, N::from([entry.head, entry.body])))
    }

    /// The far ones' first, before which nothing lies in the wheel.
    fn pop_far(&mut self) -> Option<(Time, N)> {
        let (key, notice) = self.far.pop()?;
        let instant = |key: Key| Time((key >> 64) as u64);
        self.far_from = instant(self.far.first());
        // What was asked for before the wheel's beginning is far too; it must not begin anew under what lies in it.
        self.slot = self.slot.max(instant(key).0 >> self.shift);
        Some((instant(key), notice))
    }

    /// The earliest entry of a slot; none where there are more than [`SEVERAL`].
    fn earliest_in(&self, place: usize) -> Option<Place> {
        let mut at = Place { node: self.heads[place], before: NONE };
        let mut first = at;
        for _ in 0..SEVERAL {
            if self.nodes[at.node as usize].key() < self.nodes[first.node as usize].key() {
                first = at;
            }
            at = Place { node: self.nodes[at.node as usize].next, before: at.node };
            if at.node == NONE {
                return Some(first);
            }
        }
        None
    }

    /// All entries of a slot go to the far ones.
    #[inline(never)]
    fn spill(&mut self, place: usize) {
        let mut next = self.heads[place];
        self.empty(place);
        while next != NONE {
            let entry = self.nodes[next as usize];
            self.give_back(next);
            next = entry.next;
            self.put_far(entry.at, entry.order, entry.head, entry.body);
        }
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

    /// At this place nothing lies in the wheel any more.
    #[inline(always)]
    fn empty(&mut self, place: usize) {
        self.heads[place] = NONE;
        let word = &mut self.filled[place / 64 % 64];
        *word &= !(1 << (place % 64));
        // As often as not it was the last one: nothing for a branch to foretell.
        self.filled_words &= !(u64::from(*word == 0) << (place / 64));
    }

    fn give_back(&mut self, node: u32) {
        self.nodes[node as usize].next = std::mem::replace(&mut self.free, node);
    }

    /// Makes the slots longer or shorter where that would be worth it.
    #[cold]
    fn look(&mut self, now: Time) {
        assert!(self.sequence < 1 << (64 - SLOT_BITS), "more than 2^40 notices in one run");
        let gap = now.since(self.looked).0 / self.between_looks;
        // By Little's law entries lie ahead by their number times the gap.
        let near = (self.len - self.far.len()).max(1);
        let slots = (SLOTS / REACH / near as u64).clamp(1, SLOTS_TO_A_GAP);
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
