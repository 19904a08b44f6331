//! From the broker to the worker, and the settling: handing over, work, the view, ack and nack.

use super::attempt::Over;
use super::change::Change;
use super::copy::{Context, FEED};
use super::hop::Hop;
use super::notice::{CopyRef, Job, Notice};
use super::world::World;
use crate::core::{Delivery, DeliveryId, Input};
use crate::units::Span;
use std::hint::cold_path;

impl World {
    /// The broker hands a copy over: the segment pays for it, then it travels.
    #[inline]
    pub(super) fn deliver(&mut self, segment: u16, delivery: &Delivery) {
        let (who, consumer) = self.consumer_of[delivery.consumer.0 as usize];
        let at = CopyRef { slot: self.copies.slot(segment, delivery.id.copy), stamp: delivery.id.stamp };
        let is_free = self.segments[segment as usize].prices.deliver_free;
        let mut attempt = self.attempt_of(at, who);
        attempt.begin(delivery, who, consumer);
        if !is_free {
            self.segment_job(segment, Job::Deliver { at });
        } else if attempt.hand_over() {
            self.take_up(segment, at);
        }
    }

    /// A thread hands a copy over: how long that takes. Nothing where the delivery has been overtaken by events.
    pub(super) fn start_deliver(&mut self, segment: u16, at: CopyRef) -> Span {
        let Some(context) = self.copies.current(at) else { return Span::ZERO };
        context.pass(self.now, Hop::DeliverWait);
        self.segments[segment as usize].prices.deliver(context.size)
    }

    /// The segment's part is done: the copy goes on the wire.
    pub(super) fn hand_over(&mut self, segment: u16, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        attempt.pass(Hop::DeliverWork);
        if attempt.hand_over() {
            self.take_up(segment, at);
        }
    }

    /// A copy has reached its consumer.
    pub(super) fn handed(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        attempt.pass(Hop::DeliveryLink);
        if attempt.join() {
            let segment = attempt.context.segment;
            self.take_up(segment, at);
        }
    }

    /// What has reached its consumer goes on to a thread of the segment, or into a pipeline.
    #[inline(never)]
    fn take_up(&mut self, segment: u16, at: CopyRef) {
        let who = self.copies.at(at.slot).subscriber as usize;
        match self.subscribers[who].pipeline {
            Some(_) => self.enter_pipeline(at),
            None => self.segment_job(segment, Job::Work { at }),
        }
    }

    /// A worker takes a message from its line.
    #[inline(never)]
    fn start_work(&mut self, at: CopyRef) {
        let mut attempt = self.attempt(at).expect("a worker takes live messages only");
        attempt.pass(Hop::Wait);
        let slow = attempt.slow();
        if attempt.work(slow) {
            let segment = attempt.context.segment;
            self.segment_job(segment, Job::Work { at });
        }
    }

    /// A thread runs a workflow: how long its own work takes.
    pub(super) fn start_workflow(&mut self, at: CopyRef) -> Span {
        let Some(mut attempt) = self.attempt(at) else { return Span::ZERO };
        attempt.pass(Hop::Wait);
        let slow = attempt.slow();
        attempt.work_length(slow)
    }

    /// A workflow's own work is done: it keeps its thread where a callback holds the worker.
    pub(super) fn keeps_thread(&mut self, at: CopyRef) -> bool {
        let Some(attempt) = self.attempt(at) else { return false };
        attempt.context.holds_thread =
            attempt.subscriber.waits_for_answers() && attempt.subscriber.first_call(attempt.context.event).is_some();
        attempt.context.holds_thread
    }

    /// A worker's own work is done: it calls back, or is done.
    #[inline(always)]
    pub(super) fn worked(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        attempt.pass(Hop::Work);
        let first = attempt.subscriber.first_call(attempt.context.event);
        if first != Some(0) {
            attempt.context.version = attempt.ledger.change(attempt.context.change).version;
            attempt.context.claimed = attempt.ledger.claimed(attempt.context.change, false);
        }
        let Some(step) = first else {
            attempt.context.has_worker = true;
            let over = attempt.finish();
            return self.end_attempt(over);
        };
        attempt.context.step = step;
        attempt.context.call_began = attempt.now;
        attempt.context.has_worker = attempt.subscriber.waits_for_answers();
        if !attempt.context.has_worker {
            if attempt.subscriber.pipeline.is_some() {
                cold_path();
                self.leave_task(at);
                attempt = self.attempt(at).expect("this one's work was just done");
            } else if let Some(next) = attempt.free_worker() {
                self.start_work(next);
                attempt = self.attempt(at).expect("this one's work was just done");
            }
        }
        if step == 0 && attempt.subscriber.caller().care.is_some() {
            return self.call_with_care(at);
        }
        if let Some(arrival) = attempt.call() {
            self.call_arrives(arrival.call, arrival.sor, at);
        }
    }

    /// The answer is parsed: the next service is called, or the attempt is over.
    pub(super) fn parsed(&mut self, at: CopyRef) {
        let Some(mut attempt) = self.attempt(at) else { return };
        attempt.pass(Hop::Parsing);
        match attempt.parsed() {
            Some(over) => self.end_attempt(over),
            None => self.call(at),
        }
    }

    /// The attempt is over: thread and worker are free again, the broker is told.
    #[inline(always)]
    pub(super) fn end_attempt(&mut self, over: Over) {
        let Over { at, who, done, raised, segment, holds_thread, has_worker, has_pipeline, settled_at } = over;
        if let Some(by) = raised {
            cold_path();
            let trigger = self.copies.at(at.slot).change;
            self.raise_derived(trigger, by);
        }
        if holds_thread {
            cold_path();
            self.thread_freed(segment);
        }
        if has_pipeline {
            cold_path();
            if self.leave_pipeline(at, who, has_worker) {
                return;
            }
        } else if has_worker && let Some(next) = self.attempt_of(at, who).free_worker() {
            self.start_work(next);
        }
        if settled_at == self.now {
            self.pay_settling(done, segment, at);
        } else {
            self.calendar.schedule(settled_at, Notice::SettleArrives { done, at }.packed());
        }
    }

    /// An ack or nack has reached the segment, unless its connection is gone.
    pub(super) fn settle_arrives(&mut self, done: bool, at: CopyRef) {
        let Some(segment) = self.copies.current(at).map(|context| context.segment) else { return };
        self.pay_settling(done, segment, at);
    }

    #[inline(always)]
    fn pay_settling(&mut self, done: bool, segment: u16, at: CopyRef) {
        if segment == FEED {
            cold_path();
            self.entry_over(at, done);
        } else if self.segments[segment as usize].prices.acknowledge_free {
            self.settle(at, done);
        } else {
            self.segment_job(segment, Job::Settle { done, at });
        }
    }

    /// The broker takes an ack or nack.
    #[inline(always)]
    pub(super) fn settle(&mut self, at: CopyRef, done: bool) {
        let Some(context) = self.copies.current(at) else { return };
        let Context { change, place, segment, attempt, tracked, .. } = *context;
        let delivery = DeliveryId { copy: context.copy, stamp: at.stamp };
        let subscriber = &mut self.subscribers[context.subscriber as usize];
        let (queue, line) = (subscriber.queue, subscriber.line);
        if !done {
            cold_path();
            let delay = subscriber.redelivery.after(attempt);
            self.tell(segment, Input::Nack { delivery, delay });
            return self.look_at_queue(segment, queue);
        }
        let acked = &mut self.segments[segment as usize];
        acked.broker.handle_ack(self.now, delivery, &mut acked.outputs);
        if acked.is_quiet() {
            self.probe.segments[segment as usize].memory.level.set(self.now, acked.broker.memory().0);
        } else {
            self.told(segment);
        }
        let broker = &self.segments[segment as usize].broker;
        self.probe.levels(self.now, line, broker.load(queue), || broker.oldest_ready(queue));
        if tracked { self.done_with(change, place) } else { self.release(change) }
    }

    /// A subscription is done with a copy of a change whose resource can change again. What it does not show yet stays open.
    pub(super) fn done_with(&mut self, change: u32, place: u32) {
        let Change { event, lifecycle, .. } = *self.ledger.change(change);
        if !self.ledger.leave_open(change, place) {
            self.release(change);
        }
        self.ledger.give_up_left(self.now, event, lifecycle);
        while let Some(closed) = self.ledger.take_closed() {
            self.release(closed);
        }
    }
}
