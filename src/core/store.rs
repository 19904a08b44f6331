//! Where messages and their copies lie: slabs with free places, and lists that run through them by index.
//!
//! A message is stored once and shared by its copies; the last copy to go takes it along. A place that becomes free is
//! taken again by the next, so a steady load allocates nothing. The store also knows the memory that all of it takes.
//!
//! Knows nothing of policies, consumers or time. Invariant: `bodies` is the sum of the sizes of the stored
//! messages.

use super::message::{Message, QueueId};
use crate::units::{Bytes, Time};
use std::ops::{Index, IndexMut};

/// What a copy costs in memory besides the body, which is kept once for all copies.
pub const COPY_OVERHEAD: Bytes = Bytes(64);

/// No index: the end of a list.
pub(super) const NONE: u32 = u32::MAX;

/// A growing table whose places are used again; indexes are dense from zero and stable.
pub(super) struct Slab<T> {
    entries: Vec<T>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(super) fn new() -> Slab<T> {
        Slab { entries: Vec::new(), free: Vec::new() }
    }

    /// Adds an entry. It is made where it will lie: built before, it would have to be copied there.
    #[inline(always)]
    pub(super) fn insert(&mut self, make: impl FnOnce() -> T) -> u32 {
        match self.free.pop() {
            Some(place) => {
                self.entries[place as usize] = make();
                place
            }
            None => self.grow(make()),
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, entry: T) -> u32 {
        self.entries.push(entry);
        (self.entries.len() - 1) as u32
    }

    /// How many places are in use.
    #[inline]
    fn used(&self) -> u64 {
        (self.entries.len() - self.free.len()) as u64
    }

    /// Makes the place free. The entry stays readable until the place is taken again.
    #[inline]
    pub(super) fn remove(&mut self, place: u32) {
        self.free.push(place);
    }

    #[inline]
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        self.entries.get_mut(place as usize)
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;
    #[inline]
    fn index(&self, place: u32) -> &T {
        &self.entries[place as usize]
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    #[inline]
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.entries[place as usize]
    }
}

/// An entry's neighbors in the one list that it is in.
#[derive(Clone, Copy)]
pub(super) struct Links {
    previous: u32,
    next: u32,
}

impl Links {
    pub(super) const ALONE: Links = Links { previous: NONE, next: NONE };
}

/// An entry that can stand in a list.
pub(super) trait Linked {
    fn links(&self) -> &Links;
    fn links_mut(&mut self) -> &mut Links;
}

/// A doubly linked list through a slab: both its ends.
#[derive(Clone, Copy)]
pub(super) struct List {
    first: u32,
    last: u32,
}

impl List {
    pub(super) const EMPTY: List = List { first: NONE, last: NONE };

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.first == NONE
    }

    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// Whether this is the last entry.
    #[inline]
    pub(super) fn ends_with(&self, entry: u32) -> bool {
        self.last == entry
    }

    #[inline]
    pub(super) fn push_back<T: Linked>(&mut self, slab: &mut Slab<T>, entry: u32) {
        *slab[entry].links_mut() = self.end();
        self.grow_to(slab, entry);
    }

    /// The links of the next entry at the end.
    #[inline]
    pub(super) fn end(&self) -> Links {
        Links { previous: self.last, next: NONE }
    }

    /// Takes in an entry that was made with the links of [`List::end`].
    #[inline]
    pub(super) fn grow_to<T: Linked>(&mut self, slab: &mut Slab<T>, entry: u32) {
        match self.last {
            NONE => self.first = entry,
            last => slab[last].links_mut().next = entry,
        }
        self.last = entry;
    }

    #[inline]
    pub(super) fn push_front<T: Linked>(&mut self, slab: &mut Slab<T>, entry: u32) {
        *slab[entry].links_mut() = Links { previous: NONE, next: self.first };
        match self.first {
            NONE => self.last = entry,
            first => slab[first].links_mut().previous = entry,
        }
        self.first = entry;
    }

    #[inline]
    pub(super) fn remove<T: Linked>(&mut self, slab: &mut Slab<T>, entry: u32) {
        let Links { previous, next } = *slab[entry].links();
        match previous {
            NONE => self.first = next,
            previous => slab[previous].links_mut().next = next,
        }
        match next {
            NONE => self.last = previous,
            next => slab[next].links_mut().previous = previous,
        }
    }

    /// The entries from first to last.
    pub(super) fn iter<'a, T: Linked>(&self, slab: &'a Slab<T>) -> impl Iterator<Item = u32> + use<'a, T> {
        let some = |place: u32| (place != NONE).then_some(place);
        std::iter::successors(some(self.first), move |place| some(slab[*place].links().next))
    }
}

/// A message and how many copies share it, and one more while it is being placed.
struct Stored {
    message: Message,
    uses: u32,
}

/// Where a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its place is free.
    Free,
    /// In its queue's line, never handed out from there.
    Ready,
    /// In its queue's line again, among those that came back.
    Returned,
    /// Handed to a consumer.
    Out,
    /// Nacked and staying away for a while.
    Delayed,
}

/// One copy of a message in one queue.
pub(super) struct Copied {
    /// In the line, in its consumer's list of unacknowledged ones, or in the queue's list of delayed ones.
    pub(super) links: Links,
    /// When the queue accepted it.
    pub(super) accepted: Time,
    /// When it expires if it stands ready.
    pub(super) deadline: Time,
    /// Its place in the order of the line, see [`super::line::key`].
    pub(super) key: u64,
    /// The stored message.
    pub(super) message: u32,
    pub(super) queue: QueueId,
    /// The consumer that has it, while it is out.
    pub(super) holder: u32,
    /// Its latest hand-over.
    pub(super) stamp: u32,
    /// Hand-overs so far.
    pub(super) attempts: u32,
    /// Nacks so far.
    pub(super) failures: u32,
    /// Its place among the timers, or none.
    pub(super) timer: u32,
    pub(super) state: State,
}

impl Copied {
    /// A copy that has never been out and is in no list yet.
    #[inline(always)]
    pub(super) fn new(message: u32, queue: QueueId, key: u64, accepted: Time, deadline: Time) -> Copied {
        Copied {
            links: Links::ALONE,
            accepted,
            deadline,
            key,
            message,
            queue,
            holder: NONE,
            stamp: 0,
            attempts: 0,
            failures: 0,
            timer: NONE,
            state: State::Ready,
        }
    }

    /// Goes into a consumer's hands.
    #[inline(always)]
    pub(super) fn go_out(&mut self, holder: u32, stamp: u32) {
        self.state = State::Out;
        self.holder = holder;
        self.stamp = stamp;
        self.attempts = self.attempts.saturating_add(1);
    }
}

impl Linked for Copied {
    #[inline]
    fn links(&self) -> &Links {
        &self.links
    }
    #[inline]
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}

/// All messages, all copies, and the memory that they take.
pub(super) struct Store {
    messages: Slab<Stored>,
    pub(super) copies: Slab<Copied>,
    /// Sum of the sizes of all messages.
    bodies: u64,
}

impl Store {
    pub(super) fn new() -> Store {
        Store { messages: Slab::new(), copies: Slab::new(), bodies: 0 }
    }

    #[inline]
    pub(super) fn memory(&self) -> u64 {
        self.bodies.saturating_add(COPY_OVERHEAD.0 * self.copies.used())
    }

    /// Stores a message. It stays at least until it is settled, and then while it has copies.
    #[inline(always)]
    pub(super) fn put(&mut self, message: &Message) -> u32 {
        self.bodies = self.bodies.saturating_add(message.size.0);
        self.messages.insert(|| Stored { message: *message, uses: 1 })
    }

    /// A stored message has been placed everywhere; of its copies so many were made by [`Store::bear`].
    #[inline]
    pub(super) fn settle(&mut self, message: u32, born: u32) {
        self.messages[message].uses += born;
        self.let_go(message);
    }

    /// A copy, or the one who places them, is done with a message.
    #[inline]
    fn let_go(&mut self, message: u32) {
        let stored = &mut self.messages[message];
        stored.uses -= 1;
        if stored.uses == 0 {
            self.forget(message);
        }
    }

    #[inline]
    fn forget(&mut self, message: u32) {
        self.bodies = self.bodies.saturating_sub(self.messages[message].message.size.0);
        self.messages.remove(message);
    }

    #[inline]
    pub(super) fn message(&self, message: u32) -> &Message {
        &self.messages[message].message
    }

    #[inline]
    pub(super) fn message_of(&self, copy: u32) -> &Message {
        self.message(self.copies[copy].message)
    }

    /// A new copy of a stored message, in no list yet.
    #[inline(always)]
    pub(super) fn copy(&mut self, message: u32, make: impl FnOnce() -> Copied) -> u32 {
        self.share(message);
        self.bear(make)
    }

    /// A new copy that its message does not know of yet: [`Store::settle`] or [`Store::share`] tells it, before the copy can go.
    #[inline(always)]
    pub(super) fn bear(&mut self, make: impl FnOnce() -> Copied) -> u32 {
        self.copies.insert(make)
    }

    /// A stored message has one more copy.
    #[inline]
    pub(super) fn share(&mut self, message: u32) {
        self.messages[message].uses += 1;
    }

    /// Frees a copy that is in no list any more, and its message when it was the last one; says in which queue it was.
    #[inline(always)]
    pub(super) fn release(&mut self, copy: u32) -> QueueId {
        let copied = &mut self.copies[copy];
        copied.state = State::Free;
        let (message, queue) = (copied.message, copied.queue);
        self.copies.remove(copy);
        self.let_go(message);
        queue
    }
}
