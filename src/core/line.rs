//! The ready line of one queue: which copy is next, and the order in which they stand.
//!
//! Every copy has a key: its urgency, then its position. The line hands out the least key. Fresh copies come in the order of
//! their positions and stand in linked lists, one for each urgency; copies that came back with their old position stand in an
//! ordered map, before everything that is fresh. A line with groups is in [`super::groups`].
//!
//! Knows nothing of consumers, limits and time.

use super::groups::Groups;
use super::message::Message;
use super::policy::Ordering;
use super::store::{List, State, Store};
use crate::units::Time;
use std::collections::BTreeMap;

/// Bits of a key that hold the position.
const POSITION_BITS: u32 = 60;
/// Urgencies, and the values of `Message::priority`.
const LEVELS: usize = 10;

/// The order of a copy: the more urgent first, then the earlier position.
#[inline]
pub(super) fn key(priorities: bool, message: &Message, position: u64) -> u64 {
    if priorities { urgency(message) << POSITION_BITS | position } else { position }
}

/// Not inlined, so that nobody computes it in advance for queues without priorities.
#[inline(never)]
fn urgency(message: &Message) -> u64 {
    9 - u64::from(message.priority.min(9))
}

/// The least key of a level.
pub(super) fn level_start(level: usize) -> u64 {
    (level as u64) << POSITION_BITS
}

/// A ready line, with or without message groups.
pub(super) enum Line {
    /// Every ready message may be handed out.
    Plain(Plain),
    /// One message of a resource at a time.
    Grouped(Box<Groups>),
}

/// A line without constraints.
pub(super) struct Plain {
    /// Fresh copies: one list, or one for each urgency.
    levels: Vec<List>,
    /// A bit for each list that is not empty.
    occupied: u32,
    /// Copies that came back to where they stood.
    returned: BTreeMap<u64, u32>,
}

impl Line {
    pub(super) fn new(ordering: Ordering, priorities: bool) -> Line {
        match ordering {
            Ordering::None => Line::Plain(Plain {
                levels: vec![List::EMPTY; if priorities { LEVELS } else { 1 }],
                occupied: 0,
                returned: BTreeMap::new(),
            }),
            Ordering::ByResource => Line::Grouped(Box::new(Groups::new())),
        }
    }

    /// The copy to hand out next, if there is one that may be.
    #[inline]
    pub(super) fn next(&self, store: &Store) -> Option<u32> {
        match self {
            Line::Plain(line) => line.next(store),
            Line::Grouped(groups) => groups.next(),
        }
    }

    /// The least key of all, whether it may be handed out or not.
    pub(super) fn head(&self, store: &Store) -> Option<u32> {
        match self {
            Line::Plain(line) => line.next(store),
            Line::Grouped(groups) => groups.head(),
        }
    }

    /// Whether a new message of this resource could be handed out at once if nothing else stands ready.
    #[inline]
    pub(super) fn is_open(&self, resource: u64) -> bool {
        match self {
            Line::Plain(_) => true,
            Line::Grouped(groups) => groups.is_open(resource),
        }
    }

    /// A new copy is to be handed out without standing in line; false when it may not be.
    #[inline]
    pub(super) fn pass(&mut self, store: &Store, resource: u64) -> bool {
        match self {
            Line::Plain(_) => true,
            Line::Grouped(groups) => groups.pass(store, resource),
        }
    }

    /// A copy with a new position.
    #[inline(always)]
    pub(super) fn push(&mut self, store: &mut Store, copy: u32) {
        store.copies[copy].state = State::Ready;
        match self {
            Line::Plain(line) => line.push(store, copy),
            Line::Grouped(groups) => groups.push(store, copy),
        }
    }

    /// A copy that was out comes back to its old position. Its group was opened before.
    pub(super) fn give_back(&mut self, store: &mut Store, copy: u32) {
        store.copies[copy].state = State::Returned;
        match self {
            Line::Plain(line) => {
                line.returned.insert(store.copies[copy].key, copy);
            }
            Line::Grouped(groups) => groups.give_back(store, copy),
        }
    }

    /// Takes out the copy that [`Line::next`] named, to be handed over.
    #[inline(always)]
    pub(super) fn take(&mut self, store: &mut Store, copy: u32) {
        match self {
            Line::Plain(line) => line.remove(store, copy),
            Line::Grouped(groups) => {
                groups.remove(store, copy);
                groups.close(store, store.message_of(copy).resource);
            }
        }
    }

    /// Takes out a copy wherever it stands.
    pub(super) fn remove(&mut self, store: &mut Store, copy: u32) {
        match self {
            Line::Plain(line) => line.remove(store, copy),
            Line::Grouped(groups) => groups.remove(store, copy),
        }
    }

    /// This copy, which was out, is settled or on its way back.
    #[inline]
    pub(super) fn reopen(&mut self, store: &Store, copy: u32) {
        if let Line::Grouped(groups) = self {
            groups.open(store, store.message_of(copy).resource);
        }
    }

    /// All ready copies in the order of their keys.
    pub(super) fn all(&self, store: &Store) -> Vec<u32> {
        let mut copies: Vec<u32> = match self {
            Line::Plain(line) => {
                line.levels.iter().flat_map(|level| level.iter(&store.copies)).chain(line.returned.values().copied()).collect()
            }
            Line::Grouped(groups) => groups.all(store),
        };
        copies.sort_unstable_by_key(|copy| store.copies[*copy].key);
        copies
    }

    /// Accept time of the head; with priorities the earliest of the heads of all urgencies.
    pub(super) fn oldest(&self, store: &Store) -> Option<Time> {
        let accepted = |copy: u32| store.copies[copy].accepted;
        match self {
            Line::Plain(line) => (0..line.levels.len()).filter_map(|level| line.head_of(store, level)).map(accepted).min(),
            Line::Grouped(groups) => (0..LEVELS).filter_map(|level| groups.head_from(level_start(level))).map(accepted).min(),
        }
    }
}

impl Plain {
    #[inline]
    fn level(&self, key: u64) -> usize {
        if self.levels.len() == 1 { 0 } else { (key >> POSITION_BITS) as usize }
    }

    #[inline]
    fn next(&self, store: &Store) -> Option<u32> {
        let fresh = if self.occupied == 0 { None } else { self.levels[self.occupied.trailing_zeros() as usize].first() };
        if self.returned.is_empty() {
            return fresh;
        }
        match (self.returned.first_key_value(), fresh) {
            (Some((key, copy)), Some(fresh)) => Some(if *key < store.copies[fresh].key { *copy } else { fresh }),
            (Some((_, copy)), None) => Some(*copy),
            (None, fresh) => fresh,
        }
    }

    fn head_of(&self, store: &Store, level: usize) -> Option<u32> {
        let fresh = self.levels.get(level)?.first();
        let end = level_start(level + 1);
        let returned = self.returned.range(level_start(level)..end).next().map(|(_, copy)| *copy);
        [returned, fresh].into_iter().flatten().min_by_key(|copy| store.copies[*copy].key)
    }

    #[inline(always)]
    fn push(&mut self, store: &mut Store, copy: u32) {
        let level = self.level(store.copies[copy].key);
        self.levels[level].push_back(&mut store.copies, copy);
        self.occupied |= 1 << level;
    }

    #[inline(always)]
    fn remove(&mut self, store: &mut Store, copy: u32) {
        let key = store.copies[copy].key;
        if store.copies[copy].state == State::Returned {
            self.returned.remove(&key);
            return;
        }
        let level = self.level(key);
        self.levels[level].remove(&mut store.copies, copy);
        if self.levels[level].is_empty() {
            self.occupied &= !(1 << level);
        }
    }
}
