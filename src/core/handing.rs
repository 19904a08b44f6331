//! Copies go out to consumers and come back: hand-over, ack, nack, consumers that come and go, deadlines.

use super::broker::Broker;
use super::input::{Cause, Output};
use super::message::{ConsumerId, Delivery, DeliveryId, Message, QueueId};
use super::policy::Requeue;
use super::queue::{Queue, Totals};
use super::store::{Copied, List, State, Store};
use super::turns::Consumer;
use crate::units::{Span, Time};

impl Broker {
    /// Hands out from the line while there are consumers with credit.
    #[inline(always)]
    pub(super) fn dispatch(&mut self, number: QueueId, out: &mut Vec<Output>) {
        let queue = &self.queues[number];
        if queue.ready > 0 || queue.waiting > 0 {
            self.dispatch_ready(number, out);
        }
    }

    fn dispatch_ready(&mut self, number: QueueId, out: &mut Vec<Output>) {
        if self.queues[number].waiting > 0 {
            self.door.freed.push(number);
        }
        loop {
            let Broker { queues, store, timers, .. } = self;
            let queue = &mut queues[number];
            let Some(holder) = queue.turns.next() else { return };
            let Some(copy) = queue.line.next(store) else { return };
            queue.line.take(store, copy);
            queue.discount_ready(store.message_of(copy).size);
            timers.clear(&mut store.copies, copy);
            self.hand_over(number, holder, copy, out);
        }
    }

    /// Hands a copy that is in no list to the consumer whose turn it is.
    #[inline(always)]
    fn hand_over(&mut self, number: QueueId, holder: u32, copy: u32, out: &mut Vec<Output>) {
        let Broker { queues, consumers, store, stamp, .. } = self;
        *stamp = stamp.wrapping_add(1);
        let copied = &mut store.copies[copy];
        copied.go_out(holder, *stamp);
        let (attempt, stored, accepted) = (copied.attempts, copied.message, copied.accepted);
        let queue = &mut queues[number];
        queue.in_flight += 1;
        queue.totals.delivered += 1;
        queue.totals.redelivered += u64::from(attempt > 1);
        let consumer = &mut consumers[holder];
        let stays = queue.turns.serve(consumer, holder);
        consumer.unacked.push_back(&mut store.copies, copy);
        out.push(Output::Deliver(Delivery {
            id: DeliveryId { copy, stamp: *stamp },
            consumer: consumer.id,
            queue: number,
            attempt,
            redelivered: attempt > 1,
            accepted,
            message: *store.message(stored),
        }));
        if !stays {
            queue.turns.move_back(consumers, holder);
        }
    }

    /// A new copy goes straight to the consumer whose turn it is; false when there is none, or the copy has to wait for its group.
    ///
    /// It is born ([`Store::bear`]) in the consumer's hands, and all that there is to do stands here in one piece: nearly every message of
    /// a broker that keeps up takes this way.
    #[inline(always)]
    pub(super) fn pass(
        &mut self,
        now: Time,
        number: QueueId,
        stored: u32,
        message: &Message,
        count: impl FnOnce(&mut Totals),
        out: &mut Vec<Output>,
    ) -> bool {
        let Broker { queues, consumers, store, stamp, .. } = self;
        let queue = &mut queues[number];
        let Some(holder) = queue.turns.next() else { return false };
        if !queue.line.pass(store, message.resource) {
            return false;
        }
        *stamp = stamp.wrapping_add(1);
        let stamp = *stamp;
        let (key, deadline) = (queue.next_key(message), queue.deadline(now));
        queue.in_flight += 1;
        queue.totals.delivered += 1;
        count(&mut queue.totals);
        let consumer = &mut consumers[holder];
        let stays = queue.turns.serve(consumer, holder);
        let copy = store.bear(|| {
            let mut copied = Copied::new(stored, number, key, now, deadline);
            copied.links = consumer.unacked.end();
            copied.go_out(holder, stamp);
            copied
        });
        consumer.unacked.grow_to(&mut store.copies, copy);
        out.push(Output::Deliver(Delivery {
            id: DeliveryId { copy, stamp },
            consumer: consumer.id,
            queue: number,
            attempt: 1,
            redelivered: false,
            accepted: now,
            message: *message,
        }));
        if !stays {
            queue.turns.move_back(consumers, holder);
        }
        true
    }

    /// Takes a copy back from its consumer, if this is its latest hand-over and it is still out.
    #[inline(always)]
    fn take_back(&mut self, delivery: DeliveryId) -> Option<(&mut Queue, &mut Store)> {
        let Broker { queues, consumers, store, .. } = self;
        let copied = store.copies.get_mut(delivery.copy)?;
        if copied.stamp != delivery.stamp || copied.state != State::Out {
            return None;
        }
        let (number, holder) = (copied.queue, copied.holder);
        let queue = &mut queues[number];
        consumers[holder].unacked.remove(&mut store.copies, delivery.copy);
        queue.turns.relieve(consumers, holder);
        queue.in_flight -= 1;
        Some((queue, store))
    }

    pub(super) fn ack(&mut self, delivery: DeliveryId, out: &mut Vec<Output>) {
        let Some((queue, store)) = self.take_back(delivery) else { return };
        queue.totals.acked += 1;
        queue.line.reopen(store, delivery.copy);
        let is_wanted = queue.ready > 0 || queue.waiting > 0;
        let number = store.release(delivery.copy);
        if is_wanted {
            self.dispatch_ready(number, out);
        }
    }

    pub(super) fn nack(&mut self, now: Time, delivery: DeliveryId, delay: Span, out: &mut Vec<Output>) {
        if self.take_back(delivery).is_none() {
            return;
        }
        let copy = delivery.copy;
        let copied = &mut self.store.copies[copy];
        copied.failures = copied.failures.saturating_add(1);
        let number = copied.queue;
        let queue = &mut self.queues[number];
        if queue.policy.max_deliveries.is_some_and(|most| copied.failures >= most) {
            queue.line.reopen(&self.store, copy);
            self.discard(now, copy, Cause::Deliveries, true, out);
        } else if delay.is_zero() {
            self.requeue(now, copy);
            self.bury_expired(now, out);
        } else {
            copied.state = State::Delayed;
            queue.delayed.push_back(&mut self.store.copies, copy);
            queue.delayed_count += 1;
            self.timers.set(&mut self.store.copies, copy, now + delay);
        }
        self.dispatch(number, out);
    }

    /// A nacked copy is ready again, where the policy wants it.
    fn requeue(&mut self, now: Time, copy: u32) {
        let copied = &mut self.store.copies[copy];
        let queue = &mut self.queues[copied.queue];
        if queue.policy.requeue == Requeue::Head || copied.deadline <= now {
            return self.give_back(now, copy);
        }
        queue.line.reopen(&self.store, copy);
        self.store.copies[copy].key = queue.next_key(self.store.message_of(copy));
        queue.line.push(&mut self.store, copy);
        self.has_joined_line(copy);
    }

    /// A copy that was out is ready again at its old place; one that has expired meanwhile is set aside for [`Broker::bury_expired`].
    fn give_back(&mut self, now: Time, copy: u32) {
        let copied = &self.store.copies[copy];
        let (number, is_expired) = (copied.queue, copied.deadline <= now);
        self.queues[number].line.reopen(&self.store, copy);
        if is_expired {
            self.expired.push(copy);
        } else {
            self.restore(copy);
        }
    }

    /// Puts a copy in line at its old place, whatever its deadline.
    fn restore(&mut self, copy: u32) {
        let number = self.store.copies[copy].queue;
        self.queues[number].line.give_back(&mut self.store, copy);
        self.has_joined_line(copy);
    }

    fn bury_expired(&mut self, now: Time, out: &mut Vec<Output>) {
        let mut expired = std::mem::take(&mut self.expired);
        for copy in expired.drain(..) {
            self.discard(now, copy, Cause::Expired, true, out);
        }
        self.expired = expired;
    }

    /// Everything that is due: ready copies expire, delayed ones come back. What comes back at the same instant is all in line
    /// before any of it is handed out.
    pub(super) fn fire(&mut self, now: Time, out: &mut Vec<Output>) {
        let mut touched = std::mem::take(&mut self.touched);
        while let Some(copy) = self.timers.pop(&mut self.store.copies, now) {
            if self.store.copies[copy].state == State::Delayed {
                touched.push(self.store.copies[copy].queue);
                self.end_delay(copy);
                self.requeue(now, copy);
            } else {
                self.leave_line(copy);
                self.expired.push(copy);
            }
        }
        self.bury_expired(now, out);
        for number in touched.drain(..) {
            self.dispatch(number, out);
        }
        self.touched = touched;
    }

    fn end_delay(&mut self, copy: u32) {
        let queue = &mut self.queues[self.store.copies[copy].queue];
        queue.delayed.remove(&mut self.store.copies, copy);
        queue.delayed_count -= 1;
    }

    pub(super) fn attach(&mut self, coming: &[(ConsumerId, Option<u32>)], number: QueueId, out: &mut Vec<Output>) {
        let Some(queue) = self.queues.get_mut(number) else { return };
        for &(id, prefetch) in coming {
            if self.attached.contains_key(&id) {
                continue;
            }
            let consumer = self.consumers.insert(|| Consumer::new(id, number, prefetch));
            self.attached.insert(id, consumer);
            queue.consumers.push(consumer);
            queue.turns.join(&mut self.consumers, consumer);
        }
        self.dispatch(number, out);
    }

    pub(super) fn detach(&mut self, now: Time, ids: &[ConsumerId], out: &mut Vec<Output>) {
        let mut left = Vec::new();
        for id in ids {
            let Some(consumer) = self.attached.get(id).copied() else { continue };
            let number = self.consumers[consumer].queue;
            let queue = &self.queues[number];
            if !queue.durable && queue.consumers.len() == 1 {
                self.recall(number);
                self.purge(number, Cause::NotDurable, |_| false, out);
            } else {
                for copy in self.disconnect(consumer) {
                    self.give_back(now, copy);
                }
            }
            left.push(number);
        }
        self.bury_expired(now, out);
        for number in left {
            self.dispatch(number, out);
        }
    }

    /// Removes a consumer; its unacknowledged copies are in no list then.
    fn disconnect(&mut self, consumer: u32) -> Vec<u32> {
        let Consumer { id, queue: number, unacked, .. } = self.consumers[consumer];
        let unacked: Vec<u32> = unacked.iter(&self.store.copies).collect();
        let queue = &mut self.queues[number];
        queue.turns.leave(&mut self.consumers, consumer);
        queue.consumers.retain(|other| *other != consumer);
        queue.in_flight -= unacked.len() as u64;
        self.attached.remove(&id);
        self.consumers[consumer].unacked = List::EMPTY;
        self.consumers.remove(consumer);
        unacked
    }

    /// Takes all copies of a queue back into its line, from consumers (which are gone then) and from their delays.
    pub(super) fn recall(&mut self, number: QueueId) {
        let mut copies = Vec::new();
        while let Some(consumer) = self.queues[number].consumers.last().copied() {
            copies.extend(self.disconnect(consumer));
        }
        while let Some(copy) = self.queues[number].delayed.first() {
            self.timers.clear(&mut self.store.copies, copy);
            self.end_delay(copy);
            copies.push(copy);
        }
        for copy in copies {
            self.queues[number].line.reopen(&self.store, copy);
            self.restore(copy);
        }
    }

    /// Drops what is not kept of a line.
    pub(super) fn purge(&mut self, number: QueueId, cause: Cause, keeps: impl Fn(&Message) -> bool, out: &mut Vec<Output>) {
        for copy in self.queues[number].line.all(&self.store) {
            if !keeps(self.store.message_of(copy)) {
                self.leave_line(copy);
                self.drop_copy(copy, cause, out);
            }
        }
    }
}
