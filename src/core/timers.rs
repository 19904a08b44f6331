//! Deadlines of copies: when a ready one expires, when a delayed one comes back. At most one for each copy.
//!
//! A binary heap in which every copy knows its place, so that a deadline that has become void is taken out at once and the
//! earliest one is always true. Equal deadlines fall due queue by queue, in the order
//! of the line.
//!
//! Does not know what happens at a deadline. Invariant: `copies[c].timer` is c's place in the heap, or none.

use super::message::QueueId;
use super::store::{Copied, NONE, Slab};
use crate::units::Time;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deadline {
    due: Time,
    queue: QueueId,
    key: u64,
    copy: u32,
}

pub(super) struct Timers {
    heap: Vec<Deadline>,
}

impl Timers {
    pub(super) fn new() -> Timers {
        Timers { heap: Vec::new() }
    }

    #[inline]
    pub(super) fn first(&self) -> Option<Time> {
        self.heap.first().map(|deadline| deadline.due)
    }

    #[inline]
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.heap.first().is_some_and(|deadline| deadline.due <= now)
    }

    /// Takes the earliest deadline if it is due.
    pub(super) fn pop(&mut self, copies: &mut Slab<Copied>, now: Time) -> Option<u32> {
        let deadline = *self.heap.first().filter(|deadline| deadline.due <= now)?;
        self.clear(copies, deadline.copy);
        Some(deadline.copy)
    }

    pub(super) fn set(&mut self, copies: &mut Slab<Copied>, copy: u32, due: Time) {
        let Copied { queue, key, .. } = copies[copy];
        self.heap.push(Deadline { due, queue, key, copy });
        self.rise(copies, self.heap.len() - 1);
    }

    /// Takes a copy's deadline out, if it has one.
    #[inline]
    pub(super) fn clear(&mut self, copies: &mut Slab<Copied>, copy: u32) {
        let place = copies[copy].timer;
        if place != NONE {
            self.take_out(copies, copy, place as usize);
        }
    }

    fn take_out(&mut self, copies: &mut Slab<Copied>, copy: u32, place: usize) {
        copies[copy].timer = NONE;
        self.heap.swap_remove(place);
        if place < self.heap.len() {
            self.sink(copies, place);
            self.rise(copies, place);
        }
    }

    fn rise(&mut self, copies: &mut Slab<Copied>, mut place: usize) {
        let deadline = self.heap[place];
        while place > 0 && deadline < self.heap[(place - 1) / 2] {
            self.put(copies, place, self.heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        self.put(copies, place, deadline);
    }

    fn sink(&mut self, copies: &mut Slab<Copied>, mut place: usize) {
        let deadline = self.heap[place];
        loop {
            let mut child = 2 * place + 1;
            if child >= self.heap.len() {
                break;
            }
            if child + 1 < self.heap.len() && self.heap[child + 1] < self.heap[child] {
                child += 1;
            }
            if deadline <= self.heap[child] {
                break;
            }
            self.put(copies, place, self.heap[child]);
            place = child;
        }
        self.put(copies, place, deadline);
    }

    #[inline]
    fn put(&mut self, copies: &mut Slab<Copied>, place: usize, deadline: Deadline) {
        self.heap[place] = deadline;
        copies[deadline.copy].timer = place as u32;
    }
}
