//! From the worker to the system of record and back: connection, request, the one line, answer, time-out, retry.

use super::change::Ledger;
use super::copy::Context;
use super::hop::Hop;
use super::notice::{CopyRef, Notice};
use super::subscriber::Freed;
use super::system_of_record::Request;
use super::world::World;
use crate::sim::Admission;
use crate::units::Time;
use std::hint::cold_path;

impl World {
    /// A callback begins, once more, or the call of a further service.
    pub(super) fn call(&mut self, at: CopyRef) {
        if self.is_short_circuited(at) {
            return self.short_circuit(at);
        }
        let arrival = self.attempt(at).and_then(|mut attempt| attempt.call());
        if let Some(arrival) = arrival {
            self.call_arrives(arrival.call, arrival.sor, at);
        }
    }

    /// A request reaches the SOR: served, in line, or refused. That its caller may have given up the SOR does not know.
    #[inline]
    pub(super) fn call_arrives(&mut self, call: u16, sor: u16, at: CopyRef) {
        let World { now, copies, sors, ledger, calendar, probe, .. } = self;
        let now = *now;
        let mut context = copies.calling(call, at);
        if let Some(context) = &mut context {
            context.pass(now, Hop::CallbackLink);
        }
        let (place, probe) = (&mut sors[sor as usize], &mut probe.sors[sor as usize]);
        probe.callbacks.add(1);
        match place.arrive(now, Request::Callback { call, at }) {
            Admission::Served => {
                probe.busy_callbacks.level.rise(now);
                probe.started(now, now);
                let length = place.serve(read(context, ledger), call, at);
                calendar.schedule(now + length, Notice::CallServed { call, sor: sor as u32, at }.packed());
            }
            Admission::Waits => probe.line.level.rise(now),
            Admission::Refused => {
                cold_path();
                probe.refused.add(1);
                if context.is_some() {
                    self.send_answer(call, at, true);
                }
            }
        }
    }

    /// The SOR is done with a callback: the answer goes back, or nobody waits for it any more.
    #[inline(always)]
    pub(super) fn call_served(&mut self, call: u16, sor: u16, at: CopyRef) {
        let (place, probe) = (&mut self.sors[sor as usize], &mut self.probe.sors[sor as usize]);
        let Some(length) = place.served(call, at) else { return };
        probe.busy_callbacks.level.fall(self.now);
        if let Some((came, request)) = place.station.leave() {
            self.serve_next(sor, came, request);
        }
        if !self.send_answer(call, at, false) {
            self.probe.sors[sor as usize].wasted.add(length.0);
        }
    }

    /// A worker of the SOR takes the next request.
    #[inline(never)]
    pub(super) fn serve_next(&mut self, sor: u16, came: Time, request: Request) {
        let World { now, copies, sors, ledger, calendar, probe, .. } = self;
        let (now, probe) = (*now, &mut probe.sors[sor as usize]);
        probe.line.level.fall(now);
        probe.started(now, came);
        match request {
            Request::Callback { call, at } => {
                probe.busy_callbacks.level.rise(now);
                let mut context = copies.calling(call, at);
                if let Some(context) = &mut context {
                    context.pass(now, Hop::SorWait);
                }
                let length = sors[sor as usize].serve(read(context, ledger), call, at);
                calendar.schedule(now + length, Notice::CallServed { call, sor: sor as u32, at }.packed());
            }
            Request::Own => {
                probe.busy_own.level.rise(now);
                self.start_own(sor as usize, came);
            }
            Request::Poll { poller, call } => self.serve_poll(poller, call),
        }
    }

    /// The SOR's answer goes back, unless its caller has given up (false).
    #[inline(always)]
    pub(super) fn send_answer(&mut self, call: u16, at: CopyRef, refused: bool) -> bool {
        let Some(mut attempt) = self.calling(call, at) else { return false };
        if !refused {
            attempt.pass(Hop::SorService);
        }
        if attempt.answer(refused) {
            self.answered(call, refused, at);
        }
        true
    }

    /// The caller has its answer, unless it has given up.
    #[inline]
    pub(super) fn answered(&mut self, call: u16, refused: bool, at: CopyRef) {
        let Some(mut attempt) = self.calling(call, at) else { return };
        let Freed { is_wanted, is_careful } = attempt.answered();
        if is_careful {
            cold_path();
            attempt.heard(!refused);
        }
        if is_wanted {
            let who = attempt.context.subscriber;
            self.connect_next(who);
            attempt = self.attempt_of(at, who);
        }
        if refused {
            return self.call_failed(at);
        }
        if is_careful && attempt.context.step == 0 {
            return self.answered_with_care(at);
        }
        let parsing = attempt.parsing();
        if !parsing.is_zero() {
            return attempt.calendar.schedule(attempt.now + parsing, Notice::Parsed { at }.packed());
        }
        match attempt.parsed() {
            Some(over) => self.end_attempt(over),
            None => self.call(at),
        }
    }

    /// A connection is free: the next copy that waits for one takes it.
    #[inline(never)]
    pub(super) fn connect_next(&mut self, who: u32) {
        while let Some(at) = self.subscribers[who as usize].caller().waiting.pop_front() {
            if self.is_short_circuited(at) {
                self.short_circuit(at);
                continue;
            }
            let Some(mut attempt) = self.attempt(at) else { continue };
            let connected = attempt.subscriber.caller().try_connect();
            debug_assert!(connected, "a connection was just given back");
            attempt.pass(Hop::Connection);
            if let Some(arrival) = attempt.request() {
                self.call_arrives(arrival.call, arrival.sor, at);
            }
            return;
        }
    }

    /// The caller has waited long enough: it closes the connection. The SOR does not hear of that.
    pub(super) fn call_timeout(&mut self, call: u16, at: CopyRef) {
        let Some(mut attempt) = self.calling(call, at) else { return };
        attempt.pass(Hop::Backoff);
        attempt.context.connected = false;
        attempt.heard(false);
        let who = attempt.context.subscriber;
        if self.subscribers[who as usize].caller().disconnect().is_wanted {
            self.connect_next(who);
        }
        self.call_failed(at);
    }

    /// A request failed: once more after the back-off, or the attempt fails.
    #[cold]
    fn call_failed(&mut self, at: CopyRef) {
        let who = self.copies.at(at.slot).subscriber;
        let attempt = self.attempt_of(at, who);
        attempt.context.call = attempt.context.call.wrapping_add(1);
        attempt.context.tries += 1;
        if attempt.context.step == 0 {
            attempt.context.version = 0;
        }
        let call = attempt.context.call;
        match attempt.subscriber.caller().retry_after(attempt.context.tries) {
            Some(after) => attempt.calendar.schedule(attempt.now + after, Notice::CallAgain { call, at }.packed()),
            None => self.call_given_up(at),
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
        match self.sors[sor as usize].arrive(now, Request::Own) {
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
        let place = &mut self.sors[sor];
        let (length, life) = (place.own_service(), place.life);
        if let Some(alone) = &mut self.probe.sors[sor].alone {
            alone.served(arrived, length);
        }
        self.calendar.schedule(self.now + length, Notice::OwnServed { sor: sor as u16, life, arrived }.packed());
    }

    /// One of its own users has the answer.
    pub(super) fn own_served(&mut self, sor: u16, life: u32, arrived: Time) {
        if life != self.sors[sor as usize].life {
            return;
        }
        let probe = &mut self.probe.sors[sor as usize];
        probe.busy_own.level.fall(self.now);
        probe.own_done(self.now, arrived);
        if let Some((came, request)) = self.sors[sor as usize].station.leave() {
            self.serve_next(sor, came, request);
        }
    }
}

/// A worker of the SOR takes a callback: what it reads now is what it will answer (a further service answers nothing that a view shows). Gives the event's sequence number, to which a
/// recorded service time belongs; of a caller that has given up nothing is known any more.
#[inline(always)]
fn read(context: Option<&mut Context>, ledger: &Ledger) -> u64 {
    let Some(context) = context else { return u64::MAX };
    let change = ledger.change(context.change);
    if context.step == 0 {
        context.version = ledger.version(change);
        context.claimed = ledger.claimed(context.change, true);
    }
    change.sequence
}
