//! One queue's state: its line, the turns of its consumers, its limits and its counts.
//!
//! Knows nothing of other queues and of how a copy gets in or out: [`super::handing`] and [`super::placing`] move copies and keep
//! the counts. Invariant after every input: no consumer has credit while a copy stands ready that may be handed out, and
//! published + received = ready + in flight + delayed + acked + dead-lettered + expired + dropped.

use super::line::{self, Line};
use super::message::{Message, QueueId, TopicId};
use super::policy::Policy;
use super::store::List;
use super::turns::Turns;
use crate::units::{Bytes, Span, Time};
use std::ops::{Index, IndexMut};

/// What has happened in a queue since it was declared. Each copy that comes in is counted once as published or received, and
/// once as acked, dead-lettered, expired or dropped when it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Copies accepted from publishers.
    pub published: u64,
    /// Copies accepted as dead letters of other queues.
    pub received: u64,
    /// Publishes that this queue refused; no copy of them was accepted here.
    pub refused: u64,
    /// Hand-overs to consumers, repeated ones included.
    pub delivered: u64,
    /// Hand-overs of copies that had been handed over before.
    pub redelivered: u64,
    /// Copies acknowledged.
    pub acked: u64,
    /// Copies moved to the dead-letter queue, for any cause.
    pub dead_lettered: u64,
    /// Copies dropped because their time to live ran out.
    pub expired: u64,
    /// Copies dropped for any other cause.
    pub dropped: u64,
}

pub(super) struct Queue {
    pub(super) policy: Policy,
    /// The topic behind which it stands, for a subscription.
    pub(super) topic: Option<TopicId>,
    /// Accepts and keeps messages while it has no consumer.
    pub(super) durable: bool,
    pub(super) line: Line,
    pub(super) turns: Turns,
    /// Attached consumers, in no order that matters.
    pub(super) consumers: Vec<u32>,
    pub(super) ready: u64,
    pub(super) ready_bytes: u64,
    pub(super) in_flight: u64,
    /// Nacked copies that stay away.
    pub(super) delayed: List,
    pub(super) delayed_count: u64,
    /// Publishers at the door whose next message waits for this queue.
    pub(super) waiting: u32,
    pub(super) totals: Totals,
    /// The longest span for ever.
    time_to_live: Span,
    max_length: u64,
    max_bytes: u64,
    positions: u64,
}

impl Queue {
    pub(super) fn new(policy: Policy, topic: Option<TopicId>, durable: bool) -> Queue {
        Queue {
            topic,
            durable,
            line: Line::new(policy.ordering, policy.priorities),
            turns: Turns::new(policy.dispatch),
            consumers: Vec::new(),
            ready: 0,
            ready_bytes: 0,
            in_flight: 0,
            delayed: List::EMPTY,
            delayed_count: 0,
            waiting: 0,
            totals: Totals::default(),
            time_to_live: policy.time_to_live.unwrap_or(Span::MAX),
            max_length: policy.max_length.unwrap_or(u64::MAX),
            max_bytes: policy.max_bytes.map_or(u64::MAX, |bytes| bytes.0),
            positions: 0,
            policy,
        }
    }

    /// From now on messages live so long.
    pub(super) fn set_time_to_live(&mut self, span: Option<Span>) {
        self.time_to_live = span.unwrap_or(Span::MAX);
    }

    /// Whether it takes messages at all: a subscription that is not durable has to have a consumer.
    #[inline]
    pub(super) fn is_listening(&self) -> bool {
        self.durable || !self.consumers.is_empty()
    }

    /// Whether a new message would go to a consumer at once.
    #[inline]
    pub(super) fn passes(&self, resource: u64) -> bool {
        self.turns.next().is_some() && self.line.is_open(resource)
    }

    /// Whether one more ready message of this size is within the limits.
    #[inline]
    pub(super) fn has_place(&self, size: Bytes) -> bool {
        self.ready < self.max_length && self.ready_bytes.saturating_add(size.0) <= self.max_bytes
    }

    /// Whether a message of this size would be within the limits if nothing else stood ready.
    #[inline]
    pub(super) fn could_have_place(&self, size: Bytes) -> bool {
        self.max_length > 0 && size.0 <= self.max_bytes
    }

    /// Whether a held publish may come in: an empty line takes a message of any size, so that nothing waits for ever.
    pub(super) fn has_room(&self, message: &Message) -> bool {
        self.passes(message.resource) || self.has_place(message.size) || (self.ready == 0 && self.max_length > 0)
    }

    /// One more stands ready.
    #[inline]
    pub(super) fn count_ready(&mut self, size: Bytes) {
        self.ready += 1;
        self.ready_bytes = self.ready_bytes.saturating_add(size.0);
    }

    /// One less stands ready.
    #[inline]
    pub(super) fn discount_ready(&mut self, size: Bytes) {
        self.ready -= 1;
        self.ready_bytes = self.ready_bytes.saturating_sub(size.0);
    }

    /// When a message accepted now expires.
    #[inline]
    pub(super) fn deadline(&self, now: Time) -> Time {
        now + self.time_to_live
    }

    /// The key of the next message.
    #[inline]
    pub(super) fn next_key(&mut self, message: &Message) -> u64 {
        self.positions += 1;
        line::key(self.policy.priorities, message, self.positions)
    }
}

/// More numbers than any broker has queues; a subscription with a number beyond is ignored.
const NUMBERS: usize = 1 << 24;

/// All queues by their numbers.
pub(super) struct Queues {
    queues: Vec<Option<Box<Queue>>>,
}

impl Queues {
    pub(super) fn new() -> Queues {
        Queues { queues: Vec::new() }
    }

    pub(super) fn next_number(&self) -> QueueId {
        QueueId(self.queues.len() as u32)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Queue> {
        self.queues.iter().flatten().map(|queue| &**queue)
    }

    #[inline]
    pub(super) fn get(&self, queue: QueueId) -> Option<&Queue> {
        self.queues.get(queue.0 as usize)?.as_deref()
    }

    #[inline]
    pub(super) fn get_mut(&mut self, queue: QueueId) -> Option<&mut Queue> {
        self.queues.get_mut(queue.0 as usize)?.as_deref_mut()
    }

    /// Puts a queue under a number that is not in use; false when it is, or is out of bounds.
    pub(super) fn put(&mut self, number: QueueId, queue: Queue) -> bool {
        let number = number.0 as usize;
        if number >= NUMBERS {
            return false;
        }
        if number >= self.queues.len() {
            self.queues.resize_with(number + 1, || None);
        }
        if self.queues[number].is_some() {
            return false;
        }
        self.queues[number] = Some(Box::new(queue));
        true
    }

    pub(super) fn take(&mut self, number: QueueId) {
        self.queues[number.0 as usize] = None;
    }

    /// The numbers that are in use.
    pub(super) fn numbers(&self) -> Vec<QueueId> {
        (0..self.queues.len() as u32).map(QueueId).filter(|queue| self.get(*queue).is_some()).collect()
    }
}

/// For queues that exist, as every queue with a copy or a consumer does.
impl Index<QueueId> for Queues {
    type Output = Queue;
    #[inline]
    fn index(&self, queue: QueueId) -> &Queue {
        self.queues[queue.0 as usize].as_deref().expect("a copy or consumer belongs to a queue")
    }
}

impl IndexMut<QueueId> for Queues {
    #[inline]
    fn index_mut(&mut self, queue: QueueId) -> &mut Queue {
        self.queues[queue.0 as usize].as_deref_mut().expect("a copy or consumer belongs to a queue")
    }
}
