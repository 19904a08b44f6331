//! From the broker to the worker, and the settling: handing over, work, the view, ack and nack.

use super::copy::Context;
use super::hop::Hop;
use super::notice::{CopyRef, Job, Notice};
use super::subscriber::{Consumer, Subscriber};
use super::world::World;
use crate::core::{Applied, Delivery, DeliveryId, Input};
use crate::sim::Admission;
use crate::units::{Bytes, Span};

/// An ack or nack on the wire.
const SETTLE_SIZE: Bytes = Bytes(64);

impl World {
    /// The broker hands a copy over: the segment pays for it, then it travels.
    #[inline]
    pub(super) fn deliver(&mut self, segment: u16, delivery: Delivery) {
        let id = delivery.id;
        self.note_delivery(segment, &delivery);
        if self.segments[segment as usize].prices.deliver_free {
            self.hand_over(CopyRef { segment, copy: id.copy, stamp: id.stamp });
        } else {
            self.segment_job(segment, Job::Deliver { copy: id.copy, stamp: id.stamp });
        }
    }

    /// A new context at the first delivery, the old one under a new stamp at the others.
    #[inline]
    fn note_delivery(&mut self, segment: u16, delivery: &Delivery) {
        let now = self.now;
        let (subscriber, consumer) = self.consumer_of[delivery.consumer.0 as usize];
        let slot = delivery.id.copy as usize;
        let copies = &mut self.segments[segment as usize].copies;
        if slot >= copies.len() {
            copies.resize(slot + 1, Context::default());
        }
        let context = &mut copies[slot];
        if delivery.attempt == 1 && !delivery.redelivered {
            let change = self.ledger.change(delivery.message.id as u32);
            let line = self.subscribers[subscriber as usize].line as usize;
            *context = Context::begin(delivery.message.id as u32, self.ledger.place(change.event, line), change.mark, &change.hops);
            context.size = delivery.message.size;
            context.accepted = delivery.accepted;
            context.pass(now, Hop::Backlog);
        } else {
            context.pass(now, Hop::Redelivery);
            self.probe.subscribers[subscriber as usize].redelivered.add(1);
        }
        context.stamp = delivery.id.stamp;
        context.subscriber = subscriber;
        context.consumer = consumer;
        context.attempt = delivery.attempt;
        context.call = context.call.wrapping_add(1);
        context.tries = 0;
    }

    /// A thread hands a copy over: how long that takes. Nothing where the delivery has been overtaken by events.
    pub(super) fn start_deliver(&mut self, segment: u16, copy: u32, stamp: u32) -> Span {
        let now = self.now;
        let place = &mut self.segments[segment as usize];
        let Some(context) = place.copy(copy, stamp) else { return Span::ZERO };
        context.pass(now, Hop::DeliverWait);
        let size = context.size;
        place.prices.deliver(size)
    }

    /// The segment's part is done: the copy goes on the wire.
    #[inline]
    pub(super) fn hand_over(&mut self, at: CopyRef) {
        let now = self.now;
        let World { segments, subscribers, network, probe, .. } = self;
        let Some(context) = segments[at.segment as usize].copy(at.copy, at.stamp) else { return };
        context.pass(now, Hop::DeliverWork);
        let watched = &mut probe.subscribers[context.subscriber as usize];
        if context.accepted >= probe.clock.warm_up {
            watched.delivery.record(now.since(context.accepted));
        }
        probe.segments[at.segment as usize].delivered.add(1);
        let Subscriber { consumers, path, link_stream, .. } = &mut subscribers[context.subscriber as usize];
        let Consumer { last_there, .. } = &mut consumers[context.consumer as usize];
        let arrival = network.send(path, now, context.size, last_there, link_stream, &mut probe.links);
        if arrival == now {
            self.handed(at);
        } else {
            self.calendar.schedule(arrival, Notice::Handed { at });
        }
    }

    /// A copy has reached its consumer.
    #[inline]
    pub(super) fn handed(&mut self, at: CopyRef) {
        let now = self.now;
        let Some(context) = self.segments[at.segment as usize].copy(at.copy, at.stamp) else { return };
        context.pass(now, Hop::DeliveryLink);
        let (who, consumer, change, place) = (context.subscriber as usize, context.consumer as usize, context.change, context.place);
        let probe = &mut self.probe.subscribers[who];
        probe.delivered.add(1);
        if self.ledger.handed(change, place) {
            probe.order_violations.add(1);
        }
        match self.subscribers[who].consumers[consumer].station.arrive(now, (at.copy, at.stamp)) {
            Admission::Served => {
                probe.station.busy.level.rise(now);
                probe.station.started(now, now);
                self.start_work(at);
            }
            _ => probe.station.line.level.rise(now),
        }
    }

    /// A worker takes a message.
    #[inline]
    fn start_work(&mut self, at: CopyRef) {
        let now = self.now;
        let World { segments, subscribers, ledger, calendar, .. } = self;
        let context = segments[at.segment as usize].copy(at.copy, at.stamp).expect("a worker takes live messages only");
        context.pass(now, Hop::Wait);
        let subscriber = &mut subscribers[context.subscriber as usize];
        if subscriber.workflow {
            self.segment_job(at.segment, Job::Work { copy: at.copy, stamp: at.stamp });
        } else {
            let change = ledger.change(context.change);
            let length = subscriber.work(change.event, change.sequence);
            calendar.schedule(now + length, Notice::Worked { at });
        }
    }

    /// A thread runs a workflow: how long its own work takes. It keeps the thread where the callback holds the worker.
    pub(super) fn start_workflow(&mut self, segment: u16, copy: u32, stamp: u32) -> Span {
        let now = self.now;
        let World { segments, subscribers, ledger, .. } = self;
        let Some(context) = segments[segment as usize].copy(copy, stamp) else { return Span::ZERO };
        context.pass(now, Hop::Wait);
        let (event, sequence) = (ledger.change(context.change).event, ledger.change(context.change).sequence);
        let subscriber = &mut subscribers[context.subscriber as usize];
        context.holds_thread = subscriber.calls(event) && subscriber.caller.as_ref().is_some_and(|caller| caller.holds_worker);
        subscriber.work(event, sequence)
    }

    /// A worker's own work is done: it calls back, or is done.
    #[inline]
    pub(super) fn worked(&mut self, at: CopyRef) {
        let now = self.now;
        let Some(context) = self.segments[at.segment as usize].copy(at.copy, at.stamp) else { return };
        context.pass(now, Hop::Work);
        let (who, consumer) = (context.subscriber as usize, context.consumer as usize);
        let event = self.ledger.change(context.change).event;
        if !self.subscribers[who].calls(event) {
            context.version = self.ledger.change(context.change).version;
            self.finish(at);
            return;
        }
        context.call_began = now;
        if !self.subscribers[who].caller.as_ref().is_some_and(|caller| caller.holds_worker) {
            self.worker_freed(who, consumer, at.segment);
        }
        self.call(at);
    }

    /// A worker takes the next message of its line, or rests.
    #[inline]
    fn worker_freed(&mut self, who: usize, consumer: usize, segment: u16) {
        let now = self.now;
        let probe = &mut self.probe.subscribers[who].station;
        match self.subscribers[who].consumers[consumer].station.leave() {
            None => probe.busy.level.fall(now),
            Some((came, (copy, stamp))) => {
                probe.line.level.fall(now);
                probe.started(now, came);
                self.start_work(CopyRef { segment, copy, stamp });
            }
        }
    }

    /// All costs of an attempt are paid: it fails, or the view shows the result; then the ack or nack goes back.
    pub(super) fn finish(&mut self, at: CopyRef) {
        let now = self.now;
        let Some(context) = self.segments[at.segment as usize].copy(at.copy, at.stamp) else { return };
        context.pass(now, Hop::Parsing);
        let who = context.subscriber as usize;
        if self.subscribers[who].fails() {
            self.end_attempt(at, false);
            return;
        }
        self.apply(at);
        self.end_attempt(at, true);
    }

    /// The subscriber's view takes the version that the attempt has brought.
    #[inline]
    fn apply(&mut self, at: CopyRef) {
        let now = self.now;
        let World { segments, ledger, subscribers, probe, shown, .. } = self;
        let context = segments[at.segment as usize].copies[at.copy as usize];
        let who = context.subscriber as usize;
        let watched = &mut probe.subscribers[who];
        watched.done.add(1);
        let applied = ledger.apply(now, context.change, context.place, context.version, subscribers[who].guard, shown);
        if applied == Applied::StaleOverwrite {
            watched.stale_overwrites.add(1);
        }
        for view in shown.drain(..) {
            let event = ledger.change(view.change).event as usize;
            if view.by_all && view.measured {
                probe.events[event].end_to_end.record(view.latency);
            }
            if view.measured {
                watched.shown(&context, view.change == context.change, view.latency);
            }
        }
    }

    /// The attempt is over: worker and thread are free again, the broker is told.
    pub(super) fn end_attempt(&mut self, at: CopyRef, done: bool) {
        let now = self.now;
        let World { segments, subscribers, network, probe, ledger, .. } = self;
        let context = segments[at.segment as usize].copy(at.copy, at.stamp).expect("an attempt ends once");
        let (who, consumer) = (context.subscriber as usize, context.consumer as usize);
        let holds_thread = std::mem::take(&mut context.holds_thread);
        let subscriber = &mut subscribers[who];
        let asynchronous = subscriber.calls(ledger.change(context.change).event) && subscriber.caller.as_ref().is_some_and(|caller| !caller.holds_worker);
        let Subscriber { consumers, path_back, settle_stream, .. } = subscriber;
        let arrival = network.send(path_back, now, SETTLE_SIZE, &mut consumers[consumer].last_back, settle_stream, &mut probe.links);
        if holds_thread {
            self.thread_freed(at.segment);
        }
        if !asynchronous {
            self.worker_freed(who, consumer, at.segment);
        }
        if arrival == now {
            self.settle_arrives(done, at);
        } else {
            self.calendar.schedule(arrival, Notice::SettleArrives { done, at });
        }
    }

    /// An ack or nack has reached the segment.
    #[inline]
    pub(super) fn settle_arrives(&mut self, done: bool, at: CopyRef) {
        if self.segments[at.segment as usize].prices.acknowledge_free {
            self.settle(at, done);
        } else {
            self.segment_job(at.segment, Job::Settle { copy: at.copy, stamp: at.stamp, done });
        }
    }

    /// The broker takes an ack or nack.
    #[inline]
    pub(super) fn settle(&mut self, at: CopyRef, done: bool) {
        let Some(context) = self.segments[at.segment as usize].copy(at.copy, at.stamp) else { return };
        let (change, who, attempt) = (context.change, context.subscriber as usize, context.attempt);
        let line = self.subscribers[who].line as usize;
        let delivery = DeliveryId { copy: at.copy, stamp: at.stamp };
        if done {
            self.tell(at.segment, Input::Ack { delivery });
            self.release(change);
        } else {
            let delay = self.subscribers[who].redelivery.after(attempt);
            self.tell(at.segment, Input::Nack { delivery, delay });
        }
        let queue = self.lines[line].queue;
        self.look_at_queue(at.segment, queue);
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
        for index in 0..self.stages.len() {
            let hop = self.stages[index];
            self.hops[hop as usize].record(Span(context.spent(hop)));
        }
    }
}
