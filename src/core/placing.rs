//! Copies come into queues and leave them without an ack: placing, overflow, dead letters.
//!
//! A dead letter that its queue can't keep at once (full, expired on arrival, nobody listening) is dropped where it came from,
//! and what a dead letter pushes out of a full queue is dropped too. So nothing can go round in circles within one input.

use super::broker::Broker;
use super::input::{Cause, Output};
use super::message::{Message, QueueId};
use super::policy::Overflow;
use super::store::Copied;
use crate::units::Time;

impl Broker {
    /// Puts a queue's copy of a publish in line; false when the queue refuses it or does not listen.
    #[inline(never)]
    pub(super) fn offer(&mut self, now: Time, number: QueueId, stored: u32, message: &Message, out: &mut Vec<Output>) -> bool {
        let queue = &mut self.queues[number];
        if !queue.is_listening() {
            return false;
        }
        if !queue.has_place(message.size) && queue.policy.overflow != Overflow::Block {
            return self.overflow(now, number, stored, message, out);
        }
        queue.totals.published += 1;
        self.enqueue(now, number, stored, message, out);
        true
    }

    /// A publish meets a full queue; false when it is refused.
    fn overflow(&mut self, now: Time, number: QueueId, stored: u32, message: &Message, out: &mut Vec<Output>) -> bool {
        let queue = &mut self.queues[number];
        if queue.policy.overflow == Overflow::Reject {
            queue.totals.refused += 1;
            return false;
        }
        queue.totals.published += 1;
        if queue.policy.overflow == Overflow::DropOldest && queue.could_have_place(message.size) {
            self.make_place(now, number, message, true, out);
            self.enqueue(now, number, stored, message, out);
        } else {
            let copy = self.new_copy(now, number, stored, message);
            self.discard(now, copy, Cause::Overflow, true, out);
        }
        true
    }

    /// Takes messages from the head until this one fits; they become dead letters unless this one is a dead letter itself.
    fn make_place(&mut self, now: Time, number: QueueId, message: &Message, is_publish: bool, out: &mut Vec<Output>) {
        while !self.queues[number].has_place(message.size) {
            let Some(head) = self.queues[number].line.head(&self.store) else { return };
            self.leave_line(head);
            self.discard(now, head, Cause::Overflow, is_publish, out);
        }
    }

    #[inline(always)]
    fn new_copy(&mut self, now: Time, number: QueueId, stored: u32, message: &Message) -> u32 {
        let queue = &mut self.queues[number];
        let (key, deadline) = (queue.next_key(message), queue.deadline(now));
        self.store.copy(stored, || Copied::new(stored, number, key, now, deadline))
    }

    /// To the end of the line. What has no time to live at all expires here.
    #[inline]
    fn enqueue(&mut self, now: Time, number: QueueId, stored: u32, message: &Message, out: &mut Vec<Output>) {
        let copy = self.new_copy(now, number, stored, message);
        let Broker { queues, store, timers, .. } = self;
        let deadline = store.copies[copy].deadline;
        if deadline <= now {
            return self.discard(now, copy, Cause::Expired, true, out);
        }
        let queue = &mut queues[number];
        queue.line.push(store, copy);
        queue.count_ready(message.size);
        if deadline != Time::MAX {
            timers.set(&mut store.copies, copy, deadline);
        }
    }

    /// Counts a copy that has just been put in line, and sets its deadline.
    pub(super) fn has_joined_line(&mut self, copy: u32) {
        let Copied { queue, deadline, .. } = self.store.copies[copy];
        self.queues[queue].count_ready(self.store.message_of(copy).size);
        if deadline != Time::MAX {
            self.timers.set(&mut self.store.copies, copy, deadline);
        }
    }

    /// Takes a copy out of its line for good.
    pub(super) fn leave_line(&mut self, copy: u32) {
        let number = self.store.copies[copy].queue;
        let queue = &mut self.queues[number];
        queue.line.remove(&mut self.store, copy);
        queue.discount_ready(self.store.message_of(copy).size);
        self.timers.clear(&mut self.store.copies, copy);
        if queue.waiting > 0 {
            self.door.freed.push(number);
        }
    }

    /// The end of a copy that is in no list any more: a dead letter where `may_move` and there is somebody to take it, else dropped.
    pub(super) fn discard(&mut self, now: Time, copy: u32, cause: Cause, may_move: bool, out: &mut Vec<Output>) {
        let copied = &self.store.copies[copy];
        let (number, stored) = (copied.queue, copied.message);
        let message = *self.store.message(stored);
        let target = self.queues[number].policy.dead_letter.filter(|_| may_move);
        // What overflows can't come back to the same full queue.
        let target = target.filter(|to| cause != Cause::Overflow || *to != number);
        match target {
            Some(to) if self.keeps(now, to, &message, out) => {
                self.queues[number].totals.dead_lettered += 1;
                out.push(Output::DeadLetter { queue: number, to, message, cause });
                self.receive(now, to, stored, &message, out);
                self.store.release(copy);
            }
            _ => self.drop_copy(copy, cause, out),
        }
    }

    /// Drops a copy that is in no list any more.
    pub(super) fn drop_copy(&mut self, copy: u32, cause: Cause, out: &mut Vec<Output>) {
        let number = self.store.copies[copy].queue;
        let totals = &mut self.queues[number].totals;
        match cause {
            Cause::Expired => totals.expired += 1,
            _ => totals.dropped += 1,
        }
        out.push(Output::Drop { queue: number, message: *self.store.message_of(copy), cause });
        self.store.release(copy);
    }

    /// Whether a queue would keep a dead letter.
    fn keeps(&mut self, now: Time, number: QueueId, message: &Message, out: &mut Vec<Output>) -> bool {
        if self.queues.get(number).is_none() {
            return false;
        }
        // Messages that have just come back go first.
        self.dispatch(number, out);
        let queue = &self.queues[number];
        let makes_place = queue.policy.overflow == Overflow::DropOldest && queue.could_have_place(message.size);
        let stays = queue.deadline(now) > now && (queue.has_place(message.size) || makes_place);
        queue.is_listening() && (queue.passes(message.resource) || stays)
    }

    /// Takes in a dead letter that the queue keeps, as a new copy.
    fn receive(&mut self, now: Time, number: QueueId, stored: u32, message: &Message, out: &mut Vec<Output>) {
        if self.pass(now, number, stored, message, |totals| totals.received += 1, out) {
            self.store.share(stored);
        } else {
            self.queues[number].totals.received += 1;
            self.make_place(now, number, message, false, out);
            self.enqueue(now, number, stored, message, out);
        }
    }
}
