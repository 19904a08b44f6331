//! From the worker to the system of record and back: connection, request, the one line, answer, time-out, retry.

use super::hop::Hop;
use super::notice::{CopyRef, Notice};
use super::subscriber::Caller;
use super::system_of_record::Request;
use super::world::World;
use crate::sim::Admission;
use crate::units::{Bytes, Time};

/// The answer of a SOR whose line is full (HTTP 503).
const REFUSAL_SIZE: Bytes = Bytes(200);

impl World {
    /// A callback begins: it needs a connection.
    #[inline]
    pub(super) fn call(&mut self, at: CopyRef) {
        let who = self.copies.at(at.slot).subscriber as usize;
        let caller = self.caller(who);
        if caller.try_connect() {
            self.request(at);
        } else {
            caller.waiting.push_back(at);
        }
    }

    #[inline]
    fn caller(&mut self, who: usize) -> &mut Caller {
        self.subscribers[who].caller.as_mut().expect("only a subscriber with callbacks calls")
    }

    /// With a connection in hand: the request goes out and the clock of the time-out runs.
    #[inline]
    fn request(&mut self, at: CopyRef) {
        let World { now, copies, subscribers, network, probe, calendar, .. } = self;
        let now = *now;
        let context = copies.at(at.slot);
        context.pass(now, Hop::Connection);
        context.call = context.call.wrapping_add(1);
        let call = context.call;
        let who = context.subscriber as usize;
        probe.subscribers[who].callback_attempts.add(1);
        let Caller { targets, request, timeout, link_stream, .. } =
            subscribers[who].caller.as_mut().expect("only a subscriber with callbacks calls");
        let target = targets[context.event as usize].as_ref().expect("a light event has somebody to call");
        // A connection carries one request at a time: nothing to be kept in order.
        let arrival = network.send(&target.path, now, *request, &mut Time::ZERO.clone(), link_stream, &mut probe.links);
        if let Some(timeout) = *timeout {
            calendar.schedule(now + timeout, Notice::CallTimeout { call, at }.packed());
        }
        let sor = target.sor as u16;
        if arrival == now {
            self.call_arrives(call, sor, at);
        } else {
            calendar.schedule(arrival, Notice::CallArrives { call, sor, at }.packed());
        }
    }

    /// A request reaches the SOR: served, in line, or refused. That its caller may have given up the SOR does not know.
    #[inline]
    pub(super) fn call_arrives(&mut self, call: u16, sor: u16, at: CopyRef) {
        let World { now, copies, sors, probe, .. } = self;
        let now = *now;
        if let Some(context) = copies.calling(call, at) {
            context.pass(now, Hop::CallbackLink);
        }
        let probe = &mut probe.sors[sor as usize];
        probe.callbacks.add(1);
        match sors[sor as usize].station.arrive(now, Request::Callback { call, at }) {
            Admission::Served => {
                probe.busy_callbacks.level.rise(now);
                probe.started(now, now);
                self.start_call(sor, call, at);
            }
            Admission::Waits => probe.line.level.rise(now),
            Admission::Refused => {
                probe.refused.add(1);
                if self.copies.calling(call, at).is_some() {
                    self.send_answer(call, at, true);
                }
            }
        }
    }

    /// A worker of the SOR takes a callback: what it reads now is what it will answer.
    #[inline]
    fn start_call(&mut self, sor: u16, call: u16, at: CopyRef) {
        let World { now, copies, sors, ledger, calendar, .. } = self;
        // A recorded service time belongs to an event; of a caller that has given up nothing is known any more.
        let mut sequence = u64::MAX;
        if let Some(context) = copies.calling(call, at) {
            context.pass(*now, Hop::SorWait);
            let change = ledger.change(context.change);
            context.version = ledger.version(change);
            sequence = change.sequence;
        }
        let length = sors[sor as usize].serve(sequence, call, at);
        calendar.schedule(*now + length, Notice::CallServed { call, sor, at }.packed());
    }

    /// The SOR is done with a callback: the answer goes back, or nobody waits for it any more.
    #[inline]
    pub(super) fn call_served(&mut self, call: u16, sor: u16, at: CopyRef) {
        let now = self.now;
        self.probe.sors[sor as usize].busy_callbacks.level.fall(now);
        let length = self.sors[sor as usize].served(call, at);
        self.sor_freed(sor);
        match self.copies.calling(call, at) {
            Some(context) => {
                context.pass(now, Hop::SorService);
                self.send_answer(call, at, false);
            }
            None => self.probe.sors[sor as usize].wasted.add(length.0),
        }
    }

    /// A worker of the SOR takes the next request, or rests.
    #[inline]
    fn sor_freed(&mut self, sor: u16) {
        let now = self.now;
        let Some((came, request)) = self.sors[sor as usize].station.leave() else { return };
        let probe = &mut self.probe.sors[sor as usize];
        probe.line.level.fall(now);
        probe.started(now, came);
        match request {
            Request::Callback { call, at } => {
                probe.busy_callbacks.level.rise(now);
                self.start_call(sor, call, at);
            }
            Request::Own => {
                probe.busy_own.level.rise(now);
                self.start_own(sor as usize, came);
            }
        }
    }

    #[inline]
    fn send_answer(&mut self, call: u16, at: CopyRef, refused: bool) {
        let World { now, copies, subscribers, network, probe, .. } = self;
        let now = *now;
        let context = copies.at(at.slot);
        let caller = subscribers[context.subscriber as usize].caller.as_mut().expect("only a subscriber with callbacks calls");
        let Caller { targets, response, back_stream, .. } = caller;
        let target = targets[context.event as usize].as_ref().expect("a light event has somebody to call");
        let size = if refused { REFUSAL_SIZE } else { *response };
        let arrival = network.send(&target.path_back, now, size, &mut Time::ZERO.clone(), back_stream, &mut probe.links);
        if arrival == now {
            self.answered(call, refused, at);
        } else {
            self.calendar.schedule(arrival, Notice::Answered { call, refused, at }.packed());
        }
    }

    /// The caller has its answer, unless it has given up.
    pub(super) fn answered(&mut self, call: u16, refused: bool, at: CopyRef) {
        let now = self.now;
        let Some(context) = self.copies.calling(call, at) else { return };
        context.pass(now, Hop::CallbackLink);
        // A time-out that is still in the calendar has nothing to say any more.
        context.call = context.call.wrapping_add(1);
        let (who, began) = (context.subscriber as usize, context.call_began);
        self.hang_up(who);
        if refused {
            return self.call_failed(at);
        }
        if began >= self.probe.clock.warm_up {
            self.probe.subscribers[who].callback_latency.record(now.since(began));
        }
        let parsing = self.caller(who).parse();
        if parsing.is_zero() {
            self.finish(at);
        } else {
            self.calendar.schedule(now + parsing, Notice::Parsed { at }.packed());
        }
    }

    /// A connection is free: the next copy that waits for one takes it.
    #[inline]
    fn hang_up(&mut self, who: usize) {
        let World { copies, subscribers, .. } = self;
        let caller = subscribers[who].caller.as_mut().expect("only a subscriber with callbacks calls");
        caller.disconnect();
        while let Some(at) = caller.waiting.pop_front() {
            if copies.current(at).is_some() {
                let connected = caller.try_connect();
                debug_assert!(connected, "a connection was just given back");
                return self.request(at);
            }
        }
    }

    /// The caller has waited long enough: it closes the connection. The SOR does not hear of that.
    pub(super) fn call_timeout(&mut self, call: u16, at: CopyRef) {
        let Some(context) = self.copies.calling(call, at) else { return };
        context.pass(self.now, Hop::Backoff);
        let who = context.subscriber as usize;
        self.hang_up(who);
        self.call_failed(at);
    }

    /// A request failed: once more after the back-off, or the attempt fails.
    fn call_failed(&mut self, at: CopyRef) {
        let now = self.now;
        let context = self.copies.at(at.slot);
        context.call = context.call.wrapping_add(1);
        context.tries += 1;
        let (call, tries, who) = (context.call, context.tries, context.subscriber as usize);
        match self.caller(who).retry_after(tries) {
            Some(after) => self.calendar.schedule(now + after, Notice::CallAgain { call, at }.packed()),
            None => {
                self.probe.subscribers[who].callback_failed.add(1);
                self.end_attempt(at, false);
            }
        }
    }

    /// The back-off is over.
    pub(super) fn call_again(&mut self, call: u16, at: CopyRef) {
        if let Some(context) = self.copies.calling(call, at) {
            context.pass(self.now, Hop::Backoff);
            self.call(at);
        }
    }

    /// Enters the next request of a SOR's own users, up to the horizon.
    pub(super) fn schedule_own(&mut self, sor: u32) {
        if let Some(at) = self.sors[sor as usize].next_own().filter(|at| *at < self.probe.clock.horizon) {
            self.calendar.schedule(at, Notice::OwnRequest { sor }.packed());
        }
    }

    /// One of its own users asks.
    pub(super) fn own_request(&mut self, sor: u32) {
        let now = self.now;
        self.schedule_own(sor);
        let probe = &mut self.probe.sors[sor as usize];
        match self.sors[sor as usize].station.arrive(now, Request::Own) {
            Admission::Served => {
                probe.busy_own.level.rise(now);
                probe.started(now, now);
                self.start_own(sor as usize, now);
            }
            Admission::Waits => probe.line.level.rise(now),
            Admission::Refused => probe.refused.add(1),
        }
    }

    fn start_own(&mut self, sor: usize, arrived: Time) {
        let length = self.sors[sor].own_service();
        self.calendar.schedule(self.now + length, Notice::OwnServed { sor: sor as u32, arrived }.packed());
    }

    /// One of its own users has the answer.
    pub(super) fn own_served(&mut self, sor: u32, arrived: Time) {
        let probe = &mut self.probe.sors[sor as usize];
        probe.busy_own.level.fall(self.now);
        probe.own_done(self.now, arrived);
        self.sor_freed(sor as u16);
    }
}
