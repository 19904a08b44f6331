//! One delivery in the hands of its subscriber: what the steps of an attempt touch, looked up once.
//!
//! The steps that need nothing else are here; where somebody else is concerned (a thread of the segment, the system of record,
//! the broker, the next message of the line) a step says so, and `deliver` and `callback` go on.

use super::change::{Applying, Ledger, Shown};
use super::copy::Context;
use super::disruption::slowed;
use super::hop::Hop;
use super::network::Network;
use super::notice::{CopyRef, Notice, Packed};
use super::probe::{EventProbe, LinkProbe, SegmentProbe, SubscriberProbe};
use super::subscriber::{Caller, Freed, Subscriber};
use super::world::World;
use crate::core::{Applied, Delivery};
use crate::sim::{Admission, Calendar};
use crate::stats::Clock;
use crate::units::{Bytes, Span, Time};
use std::hint::cold_path;

/// An ack or nack on the wire.
pub const SETTLE_SIZE: Bytes = Bytes(64);
/// The answer of a SOR whose line is full (HTTP 503).
const REFUSAL_SIZE: Bytes = Bytes(200);

/// A delivery and all around it.
pub struct Attempt<'a> {
    pub now: Time,
    pub at: CopyRef,
    pub context: &'a mut Context,
    pub subscriber: &'a mut Subscriber,
    pub watched: &'a mut SubscriberProbe,
    pub ledger: &'a mut Ledger,
    pub calendar: &'a mut Calendar<Packed>,
    network: &'a mut Network,
    // The vectors themselves: of a slice, pointer and length would be fetched at every attempt, needed or not.
    links: &'a mut Vec<LinkProbe>,
    segments: &'a mut Vec<SegmentProbe>,
    events: &'a mut Vec<EventProbe>,
    clock: &'a Clock,
}

/// A request that reaches its SOR.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub call: u16,
    pub sor: u16,
}

/// An attempt that is over, and what it leaves to others.
#[derive(Clone, Copy, Debug)]
pub struct Over {
    pub at: CopyRef,
    pub who: u32,
    pub done: bool,
    /// Who publishes what it raises.
    pub raised: Option<u32>,
    pub segment: u16,
    /// A thread of the segment is free again.
    pub holds_thread: bool,
    /// A worker is free again.
    pub has_worker: bool,
    /// Or a task of its pipeline.
    pub has_pipeline: bool,
    /// When the ack or nack reaches the segment.
    pub settled_at: Time,
}

impl World {
    /// The latest delivery of a copy, whose context is at this slot.
    #[inline(always)]
    pub(super) fn attempt_of(&mut self, at: CopyRef, who: u32) -> Attempt<'_> {
        Attempt {
            now: self.now,
            at,
            context: self.copies.at(at.slot),
            subscriber: &mut self.subscribers[who as usize],
            watched: &mut self.probe.subscribers[who as usize],
            ledger: &mut self.ledger,
            calendar: &mut self.calendar,
            network: &mut self.network,
            links: &mut self.probe.links,
            segments: &mut self.probe.segments,
            events: &mut self.probe.events,
            clock: &self.probe.clock,
        }
    }

    /// A delivery, unless the copy has been handed over anew.
    #[inline(always)]
    pub(super) fn attempt(&mut self, at: CopyRef) -> Option<Attempt<'_>> {
        let context = self.copies.current(at)?;
        let who = context.subscriber as usize;
        Some(Attempt {
            now: self.now,
            at,
            context,
            subscriber: &mut self.subscribers[who],
            watched: &mut self.probe.subscribers[who],
            ledger: &mut self.ledger,
            calendar: &mut self.calendar,
            network: &mut self.network,
            links: &mut self.probe.links,
            segments: &mut self.probe.segments,
            events: &mut self.probe.events,
            clock: &self.probe.clock,
        })
    }

    /// The same, while the request `call` is the one that its caller waits for.
    #[inline(always)]
    pub(super) fn calling(&mut self, call: u16, at: CopyRef) -> Option<Attempt<'_>> {
        let attempt = self.attempt(at)?;
        if attempt.context.call != call {
            cold_path();
            return None;
        }
        Some(attempt)
    }
}

impl Attempt<'_> {
    /// The stage ends now. Every notice ends one first; what follows in the same instant has no time to account for.
    #[inline(always)]
    pub fn pass(&mut self, hop: Hop) {
        self.context.pass(self.now, hop);
    }

    /// The broker has handed the copy over: a new context at the first delivery, the old one under a new stamp at the others.
    #[inline(always)]
    pub fn begin(&mut self, delivery: &Delivery, who: u32, consumer: u32) {
        if delivery.attempt == 1 && !delivery.redelivered {
            let id = delivery.message.id as u32;
            let change = self.ledger.change(id);
            let place = self.ledger.place(change.event, self.subscriber.line as usize);
            self.context.begin(id, place, change);
            self.context.size = delivery.message.size;
            self.context.accepted = delivery.accepted;
            if delivery.accepted != self.context.mark {
                self.context.align(delivery.accepted, self.subscriber.only_dead_letters[self.context.event as usize]);
            }
            self.context.poisoned = self.subscriber.is_poisoned();
            self.pass(Hop::Backlog);
        } else {
            cold_path();
            self.pass(Hop::Redelivery);
            self.watched.redelivered.add(1);
        }
        self.context.stamp = delivery.id.stamp;
        self.context.subscriber = who;
        self.context.consumer = consumer;
        self.context.attempt = delivery.attempt;
        self.context.call = self.context.call.wrapping_add(1);
        self.context.tries = 0;
        self.context.step = 0;
    }

    /// The segment's part is done, just now: the copy goes on the wire. True as from [`Attempt::join`].
    #[inline(always)]
    pub fn hand_over(&mut self) -> bool {
        if self.context.accepted >= self.clock.warm_up {
            self.watched.delivery.record(self.now.after(self.context.accepted));
        }
        self.segments[self.context.segment as usize].delivered.add(1);
        let Subscriber { consumers, path, link_stream, .. } = &mut *self.subscriber;
        if path.is_free() {
            return self.join();
        }
        let last = &mut consumers[self.context.consumer as usize].last_there;
        let arrival = self.network.send(path, self.now, self.context.size, last, link_stream, self.links);
        self.calendar.schedule(arrival, Notice::Handed { at: self.at }.packed());
        false
    }

    /// The consumer has the message: it is worked on, or joins the line. True where what comes next is not a worker's: see
    /// [`World::take_up`].
    #[inline(always)]
    pub fn join(&mut self) -> bool {
        self.watched.delivered.add(1);
        if self.subscriber.pipeline.is_some() {
            cold_path();
            return true;
        }
        if self.context.tracked && self.ledger.handed(self.context.change, self.context.place) {
            self.watched.order_violations.add(1);
        }
        let consumer = &mut self.subscriber.consumers[self.context.consumer as usize];
        match consumer.station.arrive(self.now, self.at) {
            Admission::Served => {
                let slow = consumer.slow;
                self.watched.station.busy.level.rise(self.now);
                self.watched.station.started(self.now, self.now);
                self.work(slow)
            }
            _ => {
                self.watched.station.line.level.rise(self.now);
                false
            }
        }
    }

    /// A worker takes the message, whose wait is over just now. True where that needs a thread of the segment.
    #[inline(always)]
    pub fn work(&mut self, slow: f64) -> bool {
        if self.subscriber.workflow {
            return true;
        }
        let length = self.work_length(slow);
        self.calendar.schedule(self.now + length, Notice::Worked { at: self.at }.packed());
        false
    }

    /// How long a worker's own work takes at a consumer that is slow by this factor.
    #[inline(always)]
    pub fn work_length(&mut self, slow: f64) -> Span {
        let length = self.subscriber.work(self.context.event, || self.ledger.change(self.context.change).sequence);
        slowed(length, slow)
    }

    /// By what factor its consumer is slow.
    #[inline(always)]
    pub fn slow(&self) -> f64 {
        self.subscriber.consumers[self.context.consumer as usize].slow
    }

    /// A worker is free: it takes the next message of its line, which is to be started, or rests.
    #[inline(always)]
    pub fn free_worker(&mut self) -> Option<CopyRef> {
        let watched = &mut self.watched.station;
        match self.subscriber.consumers[self.context.consumer as usize].station.leave() {
            None => {
                watched.busy.level.fall(self.now);
                None
            }
            Some((came, next)) => {
                watched.line.level.fall(self.now);
                watched.started(self.now, came);
                Some(next)
            }
        }
    }

    /// A callback begins: it needs a connection. Says what [`Attempt::request`] says.
    #[inline(always)]
    pub fn call(&mut self) -> Option<Arrival> {
        let caller = self.subscriber.caller();
        if caller.try_connect() {
            return self.request();
        }
        caller.waiting.push_back(self.at);
        None
    }

    /// With a connection in hand, since just now: the request goes out and the clock of the time-out runs. Where it reaches the SOR at
    /// once, that.
    #[inline(always)]
    pub fn request(&mut self) -> Option<Arrival> {
        debug_assert_eq!(self.context.mark, self.now);
        let Context { event, step, .. } = *self.context;
        self.context.call = self.context.call.wrapping_add(1);
        self.context.connected = true;
        self.watched.requests(step).add(1);
        let (at, call) = (self.at, self.context.call);
        let caller = self.subscriber.caller();
        if caller.care.is_some() {
            caller.pass_breaker(at, event, step);
        }
        let Caller { request, timeout, .. } = *caller;
        let (target, link_stream, _) = caller.target(event, step);
        if let Some(timeout) = timeout {
            self.calendar.schedule(self.now + timeout, Notice::CallTimeout { call, at }.packed());
            if self.network.is_down_until(&target.path, self.now, self.now + timeout) {
                // Given up before it is on the link: nobody sends it any more.
                return None;
            }
        }
        // A connection carries one request at a time: nothing to be kept in order.
        let arrival = self.network.send(&target.path, self.now, request, &mut Time::ZERO.clone(), link_stream, self.links);
        let sor = target.sor as u16;
        if arrival == self.now {
            return Some(Arrival { call, sor });
        }
        self.calendar.schedule(arrival, Notice::CallArrives { call, sor: sor as u32, at }.packed());
        None
    }

    /// The SOR's answer goes back. True where it is there at once. A refusal never is: many at once would follow from each other.
    #[inline(always)]
    pub fn answer(&mut self, refused: bool) -> bool {
        let (at, call) = (self.at, self.context.call);
        let caller = self.subscriber.caller();
        let size = if refused { REFUSAL_SIZE } else { caller.response };
        let (target, _, back_stream) = caller.target(self.context.event, self.context.step);
        let arrival = self.network.send(&target.path_back, self.now, size, &mut Time::ZERO.clone(), back_stream, self.links);
        if arrival == self.now && !refused {
            return true;
        }
        self.calendar.schedule(arrival, Notice::Answered { call, refused, at }.packed());
        false
    }

    /// The caller has its answer: a time-out that is still in the calendar has nothing to say any more.
    #[inline(always)]
    pub fn answered(&mut self) -> Freed {
        self.pass(Hop::CallbackLink);
        self.context.call = self.context.call.wrapping_add(1);
        self.context.connected = false;
        self.subscriber.caller().disconnect()
    }

    /// What the answer costs its caller, who has it now.
    #[inline(always)]
    pub fn parsing(&mut self) -> Span {
        if self.context.step == 0 && self.context.call_began >= self.clock.warm_up {
            self.watched.callback_latency.record(self.now.after(self.context.call_began));
        }
        let length = self.subscriber.caller().parse();
        if length.is_zero() { length } else { slowed(length, self.slow()) }
    }

    /// An answer is parsed: the attempt is over, or the next service is to be called (none).
    #[inline(always)]
    pub fn parsed(&mut self) -> Option<Over> {
        if self.next_call() { None } else { Some(self.finish()) }
    }

    /// Goes on to the next service that is called, if there is one left.
    #[inline(always)]
    fn next_call(&mut self) -> bool {
        if self.context.step as usize == self.subscriber.caller().services.len() {
            return false;
        }
        debug_assert_eq!(self.context.mark, self.now);
        if self.context.step == 0 {
            self.context.call_began = self.now;
        }
        self.context.step += 1;
        self.context.tries = 0;
        true
    }

    /// All costs of an attempt are paid: it fails, or the view shows the result; then the ack or nack goes back.
    #[inline(always)]
    pub fn finish(&mut self) -> Over {
        debug_assert_eq!(self.context.mark, self.now);
        if self.context.step > 0 && self.context.call_began >= self.clock.warm_up {
            self.watched.calls_latency.record(self.now.since(self.context.call_began));
        }
        let done = !self.subscriber.fails() && !self.context.poisoned;
        if done {
            self.apply();
        }
        let mut over = self.end(done);
        if done
            && let Some(raises) = &mut self.subscriber.raises
            && let Some(raised) = raises.draw()
        {
            cold_path();
            self.watched.raised[raised.number].add(1);
            over.raised = Some(raised.publisher);
        }
        over
    }

    /// The subscriber's view takes the version that the attempt has brought.
    #[inline(always)]
    fn apply(&mut self) {
        self.watched.done.add(!self.context.is_duplicate as u64);
        let Attempt { now, context, subscriber, watched, events, ledger, .. } = self;
        let by = Applying { place: context.place, subscription: subscriber.line, guard: subscriber.guard, claimed: context.claimed };
        if context.tracked {
            let applied =
                ledger.apply(*now, by, context.change, context.version, |shown| watched.shown(shown, None, context.event, events));
            watched.stale_overwrites.add((applied == Applied::StaleOverwrite) as u64);
            if !ledger.has_shown(context.change, context.place) {
                return;
            }
        }
        if let Some(shown) = ledger.show(*now, by, context.change) {
            watched.shown(shown, Some(context), context.event, events);
        }
    }

    /// The attempt is over: the ack or nack is sent.
    #[inline(always)]
    pub fn end(&mut self, done: bool) -> Over {
        let holds_thread = std::mem::take(&mut self.context.holds_thread);
        let has_pipeline = self.subscriber.pipeline.is_some();
        let settled_at = if has_pipeline && self.context.is_duplicate {
            cold_path();
            self.watched.duplicates += done as u64;
            Time::MAX
        } else {
            self.send_settling()
        };
        let Context { subscriber: who, segment, has_worker, .. } = *self.context;
        Over { at: self.at, who, done, raised: None, segment, holds_thread, has_worker, has_pipeline, settled_at }
    }

    /// The ack or nack goes back: when it reaches the segment.
    #[inline(always)]
    fn send_settling(&mut self) -> Time {
        let Subscriber { consumers, path_back, settle_stream, .. } = &mut *self.subscriber;
        if path_back.is_free() {
            return self.now;
        }
        let last = &mut consumers[self.context.consumer as usize].last_back;
        self.network.send(path_back, self.now, SETTLE_SIZE, last, settle_stream, self.links)
    }
}

impl SubscriberProbe {
    /// A change is shown for the first time: by its own message, whose stages are known, or by a newer one before it came.
    #[inline(always)]
    fn shown(&mut self, shown: Shown, by: Option<&Context>, event: u32, events: &mut [EventProbe]) {
        let Shown { latency, measured: true, by_all, since_origin } = shown else { return };
        if let Some(since_origin) = since_origin {
            cold_path();
            self.since_origin.record(since_origin);
        }
        if by_all {
            events[event as usize].end_to_end.record(latency);
        }
        match by {
            Some(context) => self.shown_by(context, latency),
            None => {
                self.end_to_end.record(latency);
                self.overtaken.record(latency);
            }
        }
    }

    /// By its own message. Not inlined: a loop of its own keeps what it needs in registers.
    #[inline(never)]
    fn shown_by(&mut self, context: &Context, latency: Span) {
        debug_assert_eq!(self.stages.iter().map(|(hop, _)| context.spent(*hop)).sum::<u64>(), latency.0, "stages add up to the latency");
        self.end_to_end.record(latency);
        for (hop, spent) in &mut self.stages {
            spent.record(Span(context.spent(*hop)));
        }
    }
}
