//! The door: publishes that have to wait, the publishers that are blocked, and the memory alarm.
//!
//! Each publisher's held messages stand in their order, and only the first of them is a candidate. It waits for one thing: for
//! memory, or for room in one full queue. Whoever waits for the same thing comes in by order of arrival. A blocked publisher is
//! known here until it is unblocked; held messages lie outside the broker's memory.
//!
//! Does not know when there is room; [`super::admitting`] asks the queues. Invariant: a publisher with held messages stands in
//! exactly one place, `waiting` or `retrying`.

use super::message::{Destination, Message, PublisherId, QueueId};
use std::collections::{BTreeMap, VecDeque};

/// A publish at the door.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) arrival: u64,
    pub(super) to: Destination,
    pub(super) message: Message,
}

/// What the first message of a publisher waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// The memory alarm.
    Memory,
    /// A full queue.
    Queue(QueueId),
}

#[derive(Default)]
pub(super) struct Door {
    /// Publishers are to be held because memory is above the mark.
    pub(super) alarm: bool,
    /// Queues that may have room again for publishers waiting for them.
    pub(super) freed: Vec<QueueId>,
    blocked: BTreeMap<PublisherId, VecDeque<Held>>,
    waiting: BTreeMap<(Obstacle, u64), PublisherId>,
    /// Who may try again, by arrival, and the queue for which it waited.
    retrying: BTreeMap<u64, (PublisherId, Option<QueueId>)>,
    /// Blocked publishers of which nothing is held any more, in the order in which that came about.
    rid: VecDeque<PublisherId>,
    arrivals: u64,
    held: usize,
}

impl Door {
    /// True while there is nobody to care for.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        !self.alarm && self.blocked.is_empty()
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn is_blocked(&self, publisher: PublisherId) -> bool {
        self.blocked.contains_key(&publisher)
    }

    /// Whether a publish has to stand behind earlier ones of its publisher.
    pub(super) fn has_held(&self, publisher: PublisherId) -> bool {
        self.blocked.get(&publisher).is_some_and(|held| !held.is_empty())
    }

    /// Holds a publish. True when this blocks the publisher, false when it was blocked already.
    pub(super) fn hold(&mut self, publisher: PublisherId, to: Destination, message: Message) -> (Held, bool) {
        self.arrivals += 1;
        self.held += 1;
        let held = Held { arrival: self.arrivals, to, message };
        let is_new = !self.blocked.contains_key(&publisher);
        let before = self.blocked.entry(publisher).or_default();
        if before.is_empty() && !is_new {
            self.rid.retain(|other| *other != publisher);
        }
        before.push_back(held);
        (held, is_new)
    }

    /// The publisher's first message waits for this.
    pub(super) fn wait(&mut self, publisher: PublisherId, arrival: u64, obstacle: Obstacle) {
        self.waiting.insert((obstacle, arrival), publisher);
    }

    /// Who is first to get past an obstacle, and the message.
    pub(super) fn first_waiting(&self, obstacle: Obstacle) -> Option<(PublisherId, Held)> {
        let ((found, _), publisher) = self.waiting.range((obstacle, 0)..).next()?;
        (*found == obstacle).then(|| (*publisher, self.blocked[publisher][0]))
    }

    /// Whether somebody who arrived before waits for this.
    pub(super) fn is_passed(&self, obstacle: Obstacle, arrival: u64) -> bool {
        self.waiting.range((obstacle, 0)..(obstacle, arrival)).next().is_some()
    }

    /// The first one waiting for this obstacle may try again; false when nobody does.
    pub(super) fn retry_first(&mut self, obstacle: Obstacle) -> bool {
        let Some((publisher, held)) = self.first_waiting(obstacle) else { return false };
        self.waiting.remove(&(obstacle, held.arrival));
        let origin = if let Obstacle::Queue(queue) = obstacle { Some(queue) } else { None };
        self.retrying.insert(held.arrival, (publisher, origin));
        true
    }

    /// The earliest of those that may try again, and the queue for which it waited.
    pub(super) fn pop_retrying(&mut self) -> Option<(PublisherId, Option<QueueId>, Held)> {
        let (_, (publisher, origin)) = self.retrying.pop_first()?;
        Some((publisher, origin, self.blocked[&publisher][0]))
    }

    /// The publisher's first message is settled; its next one may try.
    pub(super) fn settle(&mut self, publisher: PublisherId) {
        self.held -= 1;
        let Some(held) = self.blocked.get_mut(&publisher) else { return };
        held.pop_front();
        match held.front() {
            Some(next) => {
                self.retrying.insert(next.arrival, (publisher, None));
            }
            None => self.rid.push_back(publisher),
        }
    }

    /// The next publisher to be unblocked: nothing of it is held any more.
    pub(super) fn pop_rid(&mut self) -> Option<PublisherId> {
        let publisher = self.rid.pop_front()?;
        self.blocked.remove(&publisher);
        Some(publisher)
    }

    /// Whose message with which id is held, by arrival.
    pub(super) fn all_held(&self) -> Vec<(PublisherId, u64)> {
        let each = self.blocked.iter().flat_map(|(publisher, held)| held.iter().map(|held| (held.arrival, *publisher, held.message.id)));
        let mut all: Vec<(u64, PublisherId, u64)> = each.collect();
        all.sort_unstable();
        all.into_iter().map(|(_, publisher, id)| (publisher, id)).collect()
    }

    /// Who is blocked.
    pub(super) fn all_blocked(&self) -> impl Iterator<Item = PublisherId> {
        self.blocked.keys().copied()
    }

    /// Forgets everything, as a crash does.
    pub(super) fn clear(&mut self) {
        *self = Door::default();
    }
}
