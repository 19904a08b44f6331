//! What disruptions do: connections drop and come back, a segment or system of record stops and starts anew, things slow down.
//!
//! Down is counted: of several that overlap the first takes a thing down and the last one to end brings it back. Whatever was on its way
//! about lost work is recognized later: deliveries by their stamps, jobs of a segment and a system of record by the life they began in.

use super::copy::Context;
use super::hop::Hop;
use super::notice::{CopyRef, Job, Notice};
use super::publish::message;
use super::system_of_record::{Request, Stopped};
use super::world::World;
use crate::core::{Cause, ConsumerId, DeliveryId, Input, QueueId, Refusal};
use crate::scenario::disruption::{Effect, Target};
use crate::units::Time;
use std::collections::BTreeMap;
use std::ops::Range;

/// What voided deliveries still held.
#[derive(Clone, Debug, Default)]
struct Held {
    connections: u32,
    threads: u32,
    /// Who waited for their callbacks.
    orphans: Vec<CopyRef>,
}

impl Held {
    /// What one of them did.
    fn take(&mut self, context: &mut Context) {
        self.connections += u32::from(std::mem::take(&mut context.connected));
        self.threads += u32::from(std::mem::take(&mut context.holds_thread));
    }
}

impl World {
    pub(super) fn schedule_disruptions(&mut self) {
        for index in 0..self.disruptions.len() {
            self.plan_disruption(index);
        }
    }

    /// Enters the next occurrence of a disruption, up to the horizon.
    fn plan_disruption(&mut self, index: usize) {
        let horizon = self.probe.clock.horizon;
        if let Some(window) = self.disruptions.plan(index).filter(|window| window.from < horizon) {
            self.calendar.schedule(window.from, Notice::Disrupt { disruption: index as u32 }.packed());
        }
    }

    #[cold]
    pub(super) fn disrupt(&mut self, disruption: u32) {
        let until = self.disruptions.begin(disruption as usize);
        for (line, place) in &self.disruptions.concerned[disruption as usize] {
            self.probe.lines[*line as usize].recoveries[*place as usize].disrupted(self.now);
        }
        self.calendar.schedule(until, Notice::Restore { disruption }.packed());
        match self.disruptions.of(disruption as usize) {
            (Target::Subscriber(who), Effect::Down) => self.consumers_down(who, self.all_consumers(who)),
            (Target::Consumer(who, number), Effect::Down) => self.consumers_down(who, number..number + 1),
            (Target::Segment(segment), Effect::Down) => self.segment_down(segment as u16),
            (Target::Sor(sor), Effect::Down) => self.sor_down(sor),
            (Target::Subscriber(who), Effect::Poison(share)) => self.subscribers[who].poisoned(Some(share)),
            (target, _) => self.set_pace(target),
        }
    }

    #[cold]
    pub(super) fn restore(&mut self, disruption: u32) {
        self.disruptions.end(disruption as usize);
        match self.disruptions.of(disruption as usize) {
            (Target::Subscriber(who), Effect::Down) => self.consumers_up(who, self.all_consumers(who)),
            (Target::Consumer(who, number), Effect::Down) => self.consumers_up(who, number..number + 1),
            (Target::Segment(segment), Effect::Down) => self.segment_up(segment as u16),
            (Target::Sor(sor), Effect::Down) => self.sors[sor].down -= 1,
            (Target::Subscriber(who), Effect::Poison(_)) => self.subscribers[who].poisoned(None),
            (target, _) => self.set_pace(target),
        }
        for (line, place) in &self.disruptions.concerned[disruption as usize] {
            self.probe.lines[*line as usize].recoveries[*place as usize].restored(self.now);
        }
        self.plan_disruption(disruption as usize);
    }

    /// A thing takes so many times as long from now on as the disruptions that last say together.
    fn set_pace(&mut self, target: Target) {
        let World { disruptions, subscribers, segments, sors, .. } = self;
        match target {
            Target::Subscriber(who) | Target::Consumer(who, _) => {
                for (number, consumer) in subscribers[who].consumers.iter_mut().enumerate() {
                    consumer.slow = disruptions.slowness(&[Target::Subscriber(who), Target::Consumer(who, number as u32)]);
                }
            }
            Target::Segment(segment) => segments[segment].prices.slow = disruptions.slowness(&[target]),
            Target::Sor(sor) => sors[sor].slow = disruptions.slowness(&[target]),
            Target::Link(_) => {}
        }
    }

    fn all_consumers(&self, who: usize) -> Range<u32> {
        0..self.subscribers[who].consumers.len() as u32
    }

    pub(super) fn segment_of(&self, who: usize) -> u16 {
        self.lines[self.subscribers[who].line as usize].segment
    }

    fn consumer_id(&self, who: usize, number: u32) -> ConsumerId {
        ConsumerId(self.disruptions.connections[who].first + number)
    }

    /// Connections drop: what is in their hands is lost work, and comes back to the head of its line or is lost with it.
    fn consumers_down(&mut self, who: usize, consumers: Range<u32>) {
        let segment = self.segment_of(who);
        let mut cut = Vec::new();
        for number in consumers {
            let consumer = &mut self.subscribers[who].consumers[number as usize];
            consumer.down += 1;
            if consumer.down == 1 && self.segments[segment as usize].down == 0 {
                cut.push(number);
            }
        }
        let held = self.void(who, &cut);
        self.resume_pipeline(who as u32);
        self.update_hearing(who);
        let consumers = cut.into_iter().map(|number| self.consumer_id(who, number)).collect();
        self.tell(segment, Input::DetachAll { consumers });
        self.look_at_queue(segment, self.subscribers[who].queue);
        for _ in 0..held.threads {
            self.thread_freed(segment);
        }
        for orphan in held.orphans {
            if let Some(mut attempt) = self.attempt(orphan) {
                attempt.pass(Hop::Coalesced);
                self.call_with_care(orphan);
            }
        }
        while self.subscribers[who].caller.as_ref().is_some_and(|caller| caller.may_connect()) {
            self.connect_next(who as u32);
        }
    }

    fn consumers_up(&mut self, who: usize, consumers: Range<u32>) {
        let segment = self.segment_of(who);
        for number in consumers.clone() {
            self.subscribers[who].consumers[number as usize].down -= 1;
        }
        self.update_hearing(who);
        self.attach(who, consumers);
        self.look_at_queue(segment, self.subscribers[who].queue);
    }

    /// Those that nothing keeps down connect to the segment, if that is up.
    fn attach(&mut self, who: usize, consumers: Range<u32>) {
        let segment = self.segment_of(who);
        if self.segments[segment as usize].down > 0 {
            return;
        }
        let consumers = self.connect(who, consumers);
        self.tell(segment, Input::AttachAll { consumers, queue: self.subscribers[who].queue });
    }

    /// Those that nothing keeps down have new connections, with their prefetch.
    fn connect(&mut self, who: usize, consumers: Range<u32>) -> Vec<(ConsumerId, Option<u32>)> {
        let prefetch = self.disruptions.connections[who].prefetch;
        let mut connected = Vec::new();
        for number in consumers {
            let consumer = &mut self.subscribers[who].consumers[number as usize];
            if consumer.down == 0 {
                (consumer.last_there, consumer.last_back) = (Time::ZERO, Time::ZERO);
                connected.push((self.consumer_id(who, number), prefetch));
            }
        }
        connected
    }

    fn update_hearing(&mut self, who: usize) {
        let is_away = self.subscribers[who].consumers.iter().all(|consumer| consumer.down > 0);
        self.disruptions.hears(who, is_away);
    }

    /// Everything that these consumers have in hand is void: nobody works on it, waits for it or hears of it any more.
    fn void(&mut self, who: usize, consumers: &[u32]) -> Held {
        let segment = self.segment_of(who);
        let mut held = Held::default();
        let mut void = Vec::new();
        for number in consumers {
            let id = self.consumer_id(who, *number);
            let World { now, copies, segments, subscribers, probe, .. } = self;
            for DeliveryId { copy, stamp } in segments[segment as usize].broker.unacked(id) {
                let at = CopyRef { slot: copies.slot(segment, copy), stamp };
                held.take(copies.void(at));
                void.push(at);
            }
            let station = &mut subscribers[who].consumers[*number as usize].station;
            let served = station.busy();
            let line = station.clear();
            probe.subscribers[who].station.cleared(*now, line.iter().map(|(came, _)| *came), served);
        }
        let duplicates = self.lose_tuples(who as u32, consumers, &void);
        let World { copies, subscribers, .. } = self;
        duplicates.iter().for_each(|at| held.take(copies.at(at.slot)));
        if let Some(caller) = &mut subscribers[who].caller {
            held.orphans = void.iter().chain(&duplicates).flat_map(|at| caller.orphans_of(*at)).collect();
            caller.cut(held.connections, |at| copies.is_current(at));
        }
        for at in duplicates {
            let change = self.copies.at(at.slot).change;
            self.copies.free(at.slot);
            self.release(change);
        }
        held
    }

    /// An accepted change is lost to everybody who is away and has nobody to keep it.
    #[cold]
    pub(super) fn pass_over_deaf(&mut self, change: u32) {
        let event = self.ledger.change(change).event;
        let message = message(&self.ledger, &self.publishers, change);
        for who in 0..self.disruptions.connections.len() {
            let line = self.subscribers[who].line;
            let mut seats = self.audiences[event as usize].iter();
            if self.disruptions.is_deaf(who) && seats.any(|seat| seat.line == line && seat.selector.admits(&message)) {
                self.lost(line, change, Cause::NotDurable, false);
            }
        }
    }

    /// The broker stops: its threads' work, what the journal has not written and what is not persistent is lost.
    fn segment_down(&mut self, segment: u16) {
        let place = &mut self.segments[segment as usize];
        place.down += 1;
        if place.down > 1 {
            return;
        }
        place.life += 1;
        for who in self.subscribers_of(segment) {
            let attached: Vec<u32> =
                self.all_consumers(who).filter(|number| self.subscribers[who].consumers[*number as usize].down == 0).collect();
            self.void(who, &attached);
        }
        let place = &mut self.segments[segment as usize];
        let probe = &mut self.probe.segments[segment as usize];
        let served = place.station.busy();
        let line = place.station.clear();
        probe.station.cleared(self.now, line.iter().map(|(came, _)| *came), served);
        probe.journal.level.set(self.now, 0);
        let unwritten = place.journal.as_mut().map(|journal| journal.clear()).unwrap_or_default();
        self.tell(segment, Input::Crash);
        let received = line.iter().filter_map(|(_, job)| if let Job::Receive { change } = job { Some(*change) } else { None });
        for change in unwritten.into_iter().chain(received) {
            self.refused_by_lost(segment, change);
        }
        self.look_at_all(segment);
    }

    /// A publish was lost with its segment: its publisher's connection says so.
    #[cold]
    pub(super) fn refused_by_lost(&mut self, segment: u16, change: u32) {
        let publisher = self.ledger.change(change).publisher;
        self.refused(segment, publisher, change, 0, Refusal::Down);
    }

    fn segment_up(&mut self, segment: u16) {
        let place = &mut self.segments[segment as usize];
        place.down -= 1;
        if place.down > 0 {
            return;
        }
        self.tell(segment, Input::Recover);
        let mut back: BTreeMap<QueueId, Vec<_>> = BTreeMap::new();
        for who in self.subscribers_of(segment) {
            let connected = self.connect(who, self.all_consumers(who));
            back.entry(self.subscribers[who].queue).or_default().extend(connected);
        }
        for (queue, consumers) in back {
            self.tell(segment, Input::AttachAll { consumers, queue });
        }
        self.look_at_all(segment);
    }

    fn subscribers_of(&self, segment: u16) -> Vec<usize> {
        (0..self.disruptions.connections.len()).filter(|who| self.segment_of(*who) == segment).collect()
    }

    /// It stops: everybody who waits or is served is told so, as is who asks meanwhile.
    fn sor_down(&mut self, sor: usize) {
        self.sors[sor].down += 1;
        if self.sors[sor].down > 1 {
            return;
        }
        let Stopped { served, line } = self.sors[sor].stop(self.now);
        self.probe.sors[sor].stopped(self.now, line.iter().map(|(came, _)| *came));
        for (at, call, _) in served {
            self.lost_request(call, at, Hop::SorService);
        }
        for (_, request) in line.iter() {
            match *request {
                Request::Callback { call, at } => self.lost_request(call, at, Hop::SorWait),
                Request::Poll { poller, call } => self.poll_refused(poller, call),
                Request::Own => {}
            }
        }
    }

    fn lost_request(&mut self, call: u16, at: CopyRef, stage: Hop) {
        if let Some(mut attempt) = self.calling(call, at) {
            attempt.pass(stage);
            self.send_answer(call, at, true);
        }
    }
}
