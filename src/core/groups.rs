//! A ready line with message groups: one message of a resource is out at a time, and each resource keeps its order.
//!
//! Every resource with a message ready or out has a group: its ready copies in their order, and whether one is out. The first
//! copies of all groups stand in two ordered maps, those of open groups (which may be handed out) and those of closed ones. So
//! nothing ever searches past blocked messages: each operation is O(log groups).
//!
//! Within a resource the order counts, not the priority; groups compete by the key of their first copy.
//!
//! Invariant: a group exists while it has a ready copy or is closed; its first copy is in the map of its state.

use super::policy::mix;
use super::store::{List, Store};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hasher};

struct Group {
    ready: List,
    is_closed: bool,
}

/// The groups of one queue.
pub(super) struct Groups {
    groups: HashMap<u64, Group, Mixed>,
    /// First copies by key; those of closed groups in the second.
    first: [BTreeMap<u64, u32>; 2],
}

impl Groups {
    pub(super) fn new() -> Groups {
        Groups { groups: HashMap::with_hasher(Mixed), first: [BTreeMap::new(), BTreeMap::new()] }
    }

    pub(super) fn next(&self) -> Option<u32> {
        self.first[0].first_key_value().map(|(_, copy)| *copy)
    }

    pub(super) fn head(&self) -> Option<u32> {
        self.head_from(0)
    }

    /// The least key from this one on, in open and closed groups.
    pub(super) fn head_from(&self, key: u64) -> Option<u32> {
        self.first.iter().filter_map(|first| first.range(key..).next()).min().map(|(_, copy)| *copy)
    }

    pub(super) fn is_open(&self, resource: u64) -> bool {
        self.groups.get(&resource).is_none_or(|group| !group.is_closed)
    }

    /// A message that stands nowhere goes out if its group is open.
    #[inline(never)]
    pub(super) fn pass(&mut self, store: &Store, resource: u64) -> bool {
        let is_open = self.is_open(resource);
        if is_open {
            self.close(store, resource);
        }
        is_open
    }

    fn group(&mut self, resource: u64) -> &mut Group {
        self.groups.entry(resource).or_insert(Group { ready: List::EMPTY, is_closed: false })
    }

    pub(super) fn push(&mut self, store: &mut Store, copy: u32) {
        let group = self.group(store.message_of(copy).resource);
        let is_first = group.ready.is_empty();
        let state = usize::from(group.is_closed);
        group.ready.push_back(&mut store.copies, copy);
        if is_first {
            self.first[state].insert(store.copies[copy].key, copy);
        }
    }

    /// Puts a copy before all others of its group; only one of a group was ever out, so that is where it stood.
    pub(super) fn give_back(&mut self, store: &mut Store, copy: u32) {
        let group = self.group(store.message_of(copy).resource);
        let state = usize::from(group.is_closed);
        let second = group.ready.first();
        group.ready.push_front(&mut store.copies, copy);
        if let Some(second) = second {
            self.first[state].remove(&store.copies[second].key);
        }
        self.first[state].insert(store.copies[copy].key, copy);
    }

    pub(super) fn remove(&mut self, store: &mut Store, copy: u32) {
        let resource = store.message_of(copy).resource;
        let group = self.group(resource);
        let state = usize::from(group.is_closed);
        let was_first = group.ready.first() == Some(copy);
        group.ready.remove(&mut store.copies, copy);
        let next = group.ready.first();
        if next.is_none() && !group.is_closed {
            self.groups.remove(&resource);
        }
        if was_first {
            self.first[state].remove(&store.copies[copy].key);
            if let Some(next) = next {
                self.first[state].insert(store.copies[next].key, next);
            }
        }
    }

    /// One of the resource is out from now on.
    pub(super) fn close(&mut self, store: &Store, resource: u64) {
        let group = self.group(resource);
        group.is_closed = true;
        if let Some(first) = group.ready.first() {
            self.first[0].remove(&store.copies[first].key);
            self.first[1].insert(store.copies[first].key, first);
        }
    }

    /// None of the resource is out any more.
    #[inline(never)]
    pub(super) fn open(&mut self, store: &Store, resource: u64) {
        let group = self.group(resource);
        group.is_closed = false;
        match group.ready.first() {
            Some(first) => {
                self.first[1].remove(&store.copies[first].key);
                self.first[0].insert(store.copies[first].key, first);
            }
            None => {
                self.groups.remove(&resource);
            }
        }
    }

    pub(super) fn all(&self, store: &Store) -> Vec<u32> {
        let firsts = self.first.iter().flat_map(|first| first.values());
        firsts.flat_map(|first| self.groups[&store.message_of(*first).resource].ready.iter(&store.copies)).collect()
    }
}

/// Builds the hasher of resource numbers: no seed, so that every run is the same.
#[derive(Clone, Copy)]
struct Mixed;

/// The hash of one `u64`.
struct Mixer(u64);

impl BuildHasher for Mixed {
    type Hasher = Mixer;
    fn build_hasher(&self) -> Mixer {
        Mixer(0)
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = mix(self.0 ^ value);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
