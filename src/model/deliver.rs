//! From the broker to the worker, and the settling: handing over, work, the view, ack and nack.

use super::change::Applying;
use super::copy::Context;
use super::hop::Hop;
use super::notice::{CopyRef, Job, Notice};
use super::probe::Probe;
use super::subscriber::Subscriber;
use super::world::World;
use crate::core::{Applied, Delivery, DeliveryId, Input};
use crate::sim::Admission;
use crate::units::{Bytes, Span};

/// An ack or nack on the wire.
const SETTLE_SIZE: Bytes = Bytes(64);

impl World {
    /// The broker hands a copy over: the segment pays for it, then it travels.
    #[inline]
    pub(super) fn deliver(&mut self, segment: u16, delivery: &Delivery) {
        let at = self.note_delivery(segment, delivery);
        if self.segments[segment as usize].prices.deliver_free {
            self.hand_over(at);
        } else {
            self.segment_job(segment, Job::Deliver { at });
        }
    }

    /// A new context at the first delivery, the old one under a new stamp at the others.
    #[inline]
    fn note_delivery(&mut self, segment: u16, delivery: &Delivery) -> CopyRef {
        let World { now, copies, ledger, subscribers, consumer_of, probe, .. } = self;
        let (subscriber, consumer) = consumer_of[delivery.consumer.0 as usize];
        let slot = copies.slot(segment, delivery.id.copy);
        let context = copies.at(slot);
        if delivery.attempt == 1 && !delivery.redelivered {
            let id = delivery.message.id as u32;
            let change = ledger.change(id);
            let line = subscribers[subscriber as usize].line as usize;
            context.begin(id, ledger.place(change.event, line), change.mark, &change.hops);
            context.size = delivery.message.size;
            context.accepted = delivery.accepted;
            context.event = change.event;
            context.pass(*now, Hop::Backlog);
        } else {
            context.pass(*now, Hop::Redelivery);
            probe.subscribers[subscriber as usize].redelivered.add(1);
        }
        context.stamp = delivery.id.stamp;
        context.subscriber = subscriber;
        context.consumer = consumer;
        context.attempt = delivery.attempt;
        context.call = context.call.wrapping_add(1);
        context.tries = 0;
        CopyRef { slot, stamp: delivery.id.stamp }
    }

    /// A thread hands a copy over: how long that takes. Nothing where the delivery has been overtaken by events.
    pub(super) fn start_deliver(&mut self, segment: u16, at: CopyRef) -> Span {
        let Some(context) = self.copies.current(at) else { return Span::ZERO };
        context.pass(self.now, Hop::DeliverWait);
        self.segments[segment as usize].prices.deliver(context.size)
    }

    /// The segment's part is done: the copy goes on the wire.
    #[inline]
    pub(super) fn hand_over(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, network, probe, .. } = self;
        let Some(context) = copies.current(at) else { return };
        context.pass(*now, Hop::DeliverWork);
        let watched = &mut probe.subscribers[context.subscriber as usize];
        if context.accepted >= probe.clock.warm_up {
            watched.delivery.record(now.since(context.accepted));
        }
        probe.segments[context.segment as usize].delivered.add(1);
        let Subscriber { consumers, path, link_stream, .. } = &mut subscribers[context.subscriber as usize];
        if path.is_free() {
            return self.handed(at);
        }
        let last = &mut consumers[context.consumer as usize].last_there;
        let arrival = network.send(path, *now, context.size, last, link_stream, &mut probe.links);
        self.calendar.schedule(arrival, Notice::Handed { at }.packed());
    }

    /// A copy has reached its consumer.
    #[inline]
    pub(super) fn handed(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, ledger, probe, .. } = self;
        let Some(context) = copies.current(at) else { return };
        context.pass(*now, Hop::DeliveryLink);
        let probe = &mut probe.subscribers[context.subscriber as usize];
        probe.delivered.add(1);
        if ledger.handed(context.change, context.place) {
            probe.order_violations.add(1);
        }
        let subscriber = &mut subscribers[context.subscriber as usize];
        match subscriber.consumers[context.consumer as usize].station.arrive(*now, at) {
            Admission::Served => {
                probe.station.busy.level.rise(*now);
                probe.station.started(*now, *now);
                self.start_work(at);
            }
            _ => probe.station.line.level.rise(*now),
        }
    }

    /// A worker takes a message.
    #[inline]
    fn start_work(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, ledger, calendar, .. } = self;
        let context = copies.current(at).expect("a worker takes live messages only");
        let subscriber = &mut subscribers[context.subscriber as usize];
        context.pass(*now, Hop::Wait);
        if subscriber.workflow {
            let segment = context.segment;
            return self.segment_job(segment, Job::Work { at });
        }
        let length = subscriber.work(context.event, || ledger.change(context.change).sequence);
        calendar.schedule(*now + length, Notice::Worked { at }.packed());
    }

    /// A thread runs a workflow: how long its own work takes. It keeps the thread where the callback holds the worker.
    pub(super) fn start_workflow(&mut self, at: CopyRef) -> Span {
        let World { now, copies, subscribers, ledger, .. } = self;
        let Some(context) = copies.current(at) else { return Span::ZERO };
        context.pass(*now, Hop::Wait);
        let subscriber = &mut subscribers[context.subscriber as usize];
        context.holds_thread = subscriber.calls(context.event) && subscriber.waits_for_answers();
        subscriber.work(context.event, || ledger.change(context.change).sequence)
    }

    /// A worker's own work is done: it calls back, or is done.
    #[inline]
    pub(super) fn worked(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, ledger, .. } = self;
        let Some(context) = copies.current(at) else { return };
        context.pass(*now, Hop::Work);
        let subscriber = &subscribers[context.subscriber as usize];
        if !subscriber.calls(context.event) {
            context.version = ledger.change(context.change).version;
            return self.finish(at);
        }
        context.call_began = *now;
        if !subscriber.waits_for_answers() {
            let (who, consumer) = (context.subscriber as usize, context.consumer as usize);
            self.worker_freed(who, consumer);
        }
        self.call(at);
    }

    /// A worker takes the next message of its line, or rests.
    #[inline]
    fn worker_freed(&mut self, who: usize, consumer: usize) {
        let now = self.now;
        let probe = &mut self.probe.subscribers[who].station;
        match self.subscribers[who].consumers[consumer].station.leave() {
            None => probe.busy.level.fall(now),
            Some((came, at)) => {
                probe.line.level.fall(now);
                probe.started(now, came);
                self.start_work(at);
            }
        }
    }

    /// All costs of an attempt are paid: it fails, or the view shows the result; then the ack or nack goes back.
    #[inline]
    pub(super) fn finish(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, .. } = self;
        let Some(context) = copies.current(at) else { return };
        context.pass(*now, Hop::Parsing);
        let done = !subscribers[context.subscriber as usize].fails();
        if done {
            self.apply(at);
        }
        self.end_attempt(at, done);
    }

    /// The subscriber's view takes the version that the attempt has brought.
    #[inline]
    fn apply(&mut self, at: CopyRef) {
        let World { now, copies, ledger, subscribers, probe, .. } = self;
        let Probe { subscribers: watched, events, .. } = probe;
        let context = copies.at(at.slot);
        let who = context.subscriber as usize;
        let watched = &mut watched[who];
        watched.done.add(1);
        let subscriber = &subscribers[who];
        let by = Applying { place: context.place, subscription: subscriber.line, guard: subscriber.guard };
        let applied = ledger.apply(*now, by, context.change, context.version, |view| {
            if view.measured {
                watched.shown(context, view.change == context.change, view.latency);
                if view.by_all {
                    events[context.event as usize].end_to_end.record(view.latency);
                }
            }
        });
        if applied == Applied::StaleOverwrite {
            watched.stale_overwrites.add(1);
        }
    }

    /// The attempt is over: worker and thread are free again, the broker is told.
    #[inline]
    pub(super) fn end_attempt(&mut self, at: CopyRef, done: bool) {
        let World { now, copies, subscribers, network, probe, .. } = self;
        let now = *now;
        let context = copies.at(at.slot);
        let (who, consumer, segment) = (context.subscriber as usize, context.consumer as usize, context.segment);
        let holds_thread = std::mem::take(&mut context.holds_thread);
        let subscriber = &mut subscribers[who];
        let has_worker = subscriber.waits_for_answers() || !subscriber.calls(context.event);
        let Subscriber { consumers, path_back, settle_stream, .. } = subscriber;
        let arrival = network.send(path_back, now, SETTLE_SIZE, &mut consumers[consumer].last_back, settle_stream, &mut probe.links);
        if holds_thread {
            self.thread_freed(segment);
        }
        if has_worker {
            self.worker_freed(who, consumer);
        }
        if arrival == now {
            self.settle_arrives(done, at);
        } else {
            self.calendar.schedule(arrival, Notice::SettleArrives { done, at }.packed());
        }
    }

    /// An ack or nack has reached the segment.
    #[inline]
    pub(super) fn settle_arrives(&mut self, done: bool, at: CopyRef) {
        let segment = self.copies.at(at.slot).segment;
        if self.segments[segment as usize].prices.acknowledge_free {
            self.settle(at, done);
        } else {
            self.segment_job(segment, Job::Settle { done, at });
        }
    }

    /// The broker takes an ack or nack.
    #[inline]
    pub(super) fn settle(&mut self, at: CopyRef, done: bool) {
        let Some(context) = self.copies.current(at) else { return };
        let (change, segment, attempt) = (context.change, context.segment, context.attempt);
        let delivery = DeliveryId { copy: context.copy, stamp: at.stamp };
        let subscriber = &mut self.subscribers[context.subscriber as usize];
        let queue = subscriber.queue;
        if done {
            self.tell(segment, Input::Ack { delivery });
            self.release(change);
        } else {
            let delay = subscriber.redelivery.after(attempt);
            self.tell(segment, Input::Nack { delivery, delay });
        }
        self.look_at_queue(segment, queue);
    }
}

impl super::probe::SubscriberProbe {
    /// A measured change is shown for the first time: by its own message, whose stages are known, or by a newer one before it came.
    #[inline]
    fn shown(&mut self, context: &Context, by_its_own: bool, latency: Span) {
        self.end_to_end.record(latency);
        if !by_its_own {
            self.hops[Hop::Overtaken as usize].record(latency);
            return;
        }
        debug_assert_eq!(self.stages.iter().map(|hop| context.spent(*hop)).sum::<u64>(), latency.0, "stages add up to the latency");
        for hop in &self.stages {
            self.hops[*hop as usize].record(Span(context.spent(*hop)));
        }
    }
}
