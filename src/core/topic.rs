//! One topic: its subscriptions and what they let through.
//!
//! Knows nothing of what the subscriptions hold.

use super::message::QueueId;
use super::policy::Selector;

/// A topic's subscriptions, in the order in which they came.
#[derive(Default)]
pub(super) struct Topic {
    pub(super) queues: Vec<QueueId>,
    pub(super) selectors: Vec<Selector>,
    /// How many of them hold publishes back when they are full.
    pub(super) blocking: u32,
    /// How many of them don't want everything.
    pub(super) selective: u32,
}

impl Topic {
    pub(super) fn add(&mut self, queue: QueueId, selector: Selector, is_blocking: bool) {
        self.selective += u32::from(selector != Selector::All);
        self.queues.push(queue);
        self.selectors.push(selector);
        self.blocking += u32::from(is_blocking);
    }

    pub(super) fn remove(&mut self, queue: QueueId, is_blocking: bool) {
        if let Some(place) = self.queues.iter().position(|other| *other == queue) {
            self.queues.remove(place);
            self.selective -= u32::from(self.selectors.remove(place) != Selector::All);
            self.blocking -= u32::from(is_blocking);
        }
    }
}
