//! From the change to the broker: raising, sending, receiving, journal, and what the broker answers.

use super::change::{Change, Ledger, PUBLISH_HOPS};
use super::disruption::slowed;
use super::hop::Hop;
use super::notice::{Job, Notice};
use super::publisher::Publisher;
use super::recovery::Recovery;
use super::segment::Segment;
use super::world::{LineMap, World};
use crate::core::{Cause, Input, Message, Output, PublisherId, QueueId, Selector};
use crate::units::{Bytes, Span, Time};
use std::hint::cold_path;

/// A confirm or a refusal on the wire.
pub const ANSWER_SIZE: Bytes = Bytes(64);

impl World {
    /// Enters the next arrival of an event, up to the horizon.
    pub(super) fn schedule_raise(&mut self, event: u32) {
        if let Some(at) = self.publishers[event as usize].next_arrival().filter(|at| *at < self.probe.clock.horizon) {
            self.calendar.schedule(at, Notice::Raise { event }.packed());
        }
    }

    /// An arrival: a batch of lifecycles begins.
    pub(super) fn raise(&mut self, event: u32) {
        self.publishers[event as usize].number = self.publishers[event as usize].number_of_last();
        self.schedule_raise(event);
        for _ in 0..self.publishers[event as usize].batch {
            let publisher = &mut self.publishers[event as usize];
            let (resource, changes) = (publisher.next_resource(), publisher.changes);
            let lifecycle = self.ledger.begin(event, resource, changes);
            self.next_change(event, lifecycle);
        }
    }

    /// The next change of a lifecycle is raised and published.
    pub(super) fn next_change(&mut self, event: u32, lifecycle: u32) {
        let now = self.now;
        let publisher = &mut self.publishers[event as usize];
        let kind = publisher.kind(self.ledger.step(event, lifecycle, publisher.changes));
        let lot = publisher.lot();
        let (change, more) = self.ledger.raise(now, event, lifecycle, kind, lot, now >= self.probe.clock.warm_up);
        if let Some(number) = self.publishers[event as usize].number {
            self.ledger.change_mut(change).sequence = number;
        }
        self.announce(event, change);
        if more {
            let at = now + self.publishers[event as usize].next_spacing();
            if at < self.probe.clock.horizon {
                self.calendar.schedule(at, Notice::Change { event, lifecycle }.packed());
            } else {
                self.ledger.abandon(event, lifecycle);
            }
        }
        self.hand_on(event, change);
    }

    /// To the feeds of its event, and to the bus.
    #[inline]
    pub(super) fn hand_on(&mut self, event: u32, change: u32) {
        if !self.feeds.is_empty() {
            self.append(event, change);
        }
        if self.publishers[event as usize].has_bus {
            if !self.disruptions.is_empty() {
                self.each_recovery(change, Recovery::set_out);
            }
            self.publish(change);
        } else {
            self.ledger.change_mut(change).unsent = false;
            self.release(change);
        }
    }

    /// A change was raised: its audience waits for it from now on.
    #[inline]
    pub(super) fn announce(&mut self, event: u32, change: u32) {
        if self.ledger.clocks.is_some() {
            self.ledger.stamp(self.now, change);
        }
        self.probe.living.level.rise(self.now);
        self.probe.events[event as usize].raised.add(1);
        self.open_for_audience(event, change);
    }

    fn open_for_audience(&mut self, event: u32, change: u32) {
        let World { audiences, ledger, publishers, now, .. } = self;
        let seats = &audiences[event as usize];
        if seats.iter().all(|seat| seat.selector == Selector::All) {
            return ledger.open(*now, change, seats.iter().map(|seat| (seat.place, seat.line)));
        }
        let message = message(ledger, publishers, change);
        let admitting = seats.iter().filter(|seat| seat.selector.admits(&message));
        ledger.open(*now, change, admitting.map(|seat| (seat.place, seat.line)));
    }

    /// Sends a change to its segment, or holds it until the publisher may.
    #[inline(always)]
    pub(super) fn publish(&mut self, change: u32) {
        let publisher = &mut self.publishers[self.ledger.change(change).publisher as usize];
        if publisher.held.is_empty() && publisher.try_send() {
            self.send(change);
        } else {
            publisher.held.push_back(change);
            self.wait_at_publisher(change);
        }
    }

    #[inline(always)]
    pub(super) fn send(&mut self, change: u32) {
        let by = self.ledger.change(change).publisher as usize;
        let World { publishers, network, probe, .. } = self;
        let Publisher { path, last_there, link_stream, size, .. } = &mut publishers[by];
        let arrival = network.send(path, self.now, *size, last_there, link_stream, &mut probe.links);
        if arrival == self.now {
            self.receive(change);
        } else {
            self.calendar.schedule(arrival, Notice::PublishArrives { change }.packed());
        }
    }

    /// Ends a stage of a change before the broker; as in [`super::attempt::Attempt::pass`], not where it ends as it begins.
    #[inline(always)]
    pub(super) fn pass(&mut self, change: u32, hop: Hop) {
        let now = self.now;
        let change = self.ledger.change_mut(change);
        debug_assert!((hop as usize) < PUBLISH_HOPS);
        change.hops[hop as usize] += now.after(change.mark).0;
        change.mark = now;
    }

    /// A publish has come over the link.
    pub(super) fn publish_arrives(&mut self, change: u32) {
        self.pass(change, Hop::PublishLink);
        self.receive(change);
    }

    /// A publish has reached its segment.
    #[inline(always)]
    fn receive(&mut self, change: u32) {
        let segment = self.publishers[self.ledger.change(change).publisher as usize].segment as u16;
        if self.segments[segment as usize].down > 0 {
            cold_path();
            self.refused_by_lost(segment, change);
        } else if self.segments[segment as usize].prices.receive_free {
            self.received(change);
        } else {
            self.segment_job(segment, Job::Receive { change });
        }
    }

    /// A thread takes a publish in: how long that takes.
    #[inline(always)]
    pub(super) fn start_receive(&mut self, segment: u16, change: u32) -> Span {
        self.pass(change, Hop::SegmentWait);
        let publisher = &self.publishers[self.ledger.change(change).publisher as usize];
        self.segments[segment as usize].prices.receive(publisher.size, publisher.selectors)
    }

    /// The segment has worked off a publish: journal, then broker.
    #[inline(always)]
    pub(super) fn received(&mut self, change: u32) {
        let segment = self.publishers[self.ledger.change(change).publisher as usize].segment as usize;
        match &mut self.segments[segment].journal {
            None => self.accept(change),
            Some(journal) => {
                if let Some(length) = journal.put(change) {
                    self.start_write(segment, length);
                }
            }
        }
    }

    fn start_write(&mut self, segment: usize, length: Span) {
        self.probe.segments[segment].journal.level.set(self.now, 1);
        let Segment { life, prices, .. } = &self.segments[segment];
        let written = Notice::JournalWritten { segment: segment as u16, life: *life };
        self.calendar.schedule(self.now + slowed(length, prices.slow), written.packed());
    }

    /// A group of messages is safe: the next group is written, these go to the broker.
    pub(super) fn journal_written(&mut self, segment: u16, life: u32) {
        if life != self.segments[segment as usize].life {
            return;
        }
        let mut written = std::mem::take(&mut self.written);
        let journal = self.segments[segment as usize].journal.as_mut().expect("only a segment with a journal writes");
        journal.finish(&mut written);
        match journal.start() {
            Some(length) => self.start_write(segment as usize, length),
            None => self.probe.segments[segment as usize].journal.level.set(self.now, 0),
        }
        for change in written.drain(..) {
            self.pass(change, Hop::Journal);
            self.accept(change);
        }
        self.written = written;
    }

    /// The broker gets the message.
    #[inline(always)]
    fn accept(&mut self, change: u32) {
        debug_assert_eq!(self.ledger.change(change).mark, self.now);
        let Change { event, publisher: by, .. } = *self.ledger.change(change);
        let message = message(&self.ledger, &self.publishers, change);
        let publisher = &self.publishers[by as usize];
        let (segment, to, lifetimes) = (publisher.segment as u16, publisher.to, publisher.draws_lifetimes);
        if lifetimes {
            cold_path();
            self.draw_lifetimes(event);
        }
        let place = &mut self.segments[segment as usize];
        place.broker.handle_publish(self.now, PublisherId(by), to, &message, &mut place.outputs);
        self.told(segment);
        self.look_at(segment, to);
    }

    /// Lifetimes that are drawn are a change of policy before each publish.
    fn draw_lifetimes(&mut self, event: u32) {
        for seat in 0..self.audiences[event as usize].len() {
            let line = self.audiences[event as usize][seat].line as usize;
            let LineMap { segment, queue, lifetime } = &mut self.lines[line];
            let (segment, queue) = (*segment, *queue);
            if let Some((distribution, stream)) = lifetime {
                let time_to_live = Some(distribution.sample(stream));
                self.tell(segment, Input::Lifetime { queue, time_to_live });
            }
        }
    }

    /// Hands an input to a segment's broker and works off what it answers.
    pub(super) fn tell(&mut self, segment: u16, input: Input) {
        let place = &mut self.segments[segment as usize];
        place.broker.handle(self.now, input, &mut place.outputs);
        self.told(segment);
    }

    /// Works off what the broker has answered. What happens at once because of an answer may be a further input; its answers line up
    /// behind, so that nothing nests.
    #[inline(always)]
    pub(super) fn told(&mut self, segment: u16) {
        let place = &self.segments[segment as usize];
        if place.draining {
            return;
        }
        if !place.outputs.is_empty() {
            self.answer_all(segment);
        }
        let place = &self.segments[segment as usize];
        self.probe.segments[segment as usize].memory.level.set(self.now, place.broker.memory().0);
        if place.timed {
            self.schedule_wake(segment);
        }
    }

    #[inline(never)]
    fn answer_all(&mut self, segment: u16) {
        self.segments[segment as usize].draining = true;
        loop {
            let place = &mut self.segments[segment as usize];
            if place.outputs.is_empty() {
                place.draining = false;
                return;
            }
            std::mem::swap(&mut place.outputs, &mut place.working);
            let mut working = std::mem::take(&mut place.working);
            for output in &working {
                self.answer(segment, output);
            }
            working.clear();
            self.segments[segment as usize].working = working;
        }
    }

    #[inline(never)]
    fn schedule_wake(&mut self, segment: u16) {
        let place = &mut self.segments[segment as usize];
        if let Some(deadline) = place.broker.next_deadline()
            && deadline < place.wake_at
        {
            place.wake_at = deadline;
            self.calendar.schedule(deadline.max(self.now), Notice::Wake { segment }.packed());
        }
    }

    /// A deadline of the broker has come.
    pub(super) fn wake(&mut self, segment: u16) {
        if self.segments[segment as usize].wake_at <= self.now {
            self.segments[segment as usize].wake_at = Time::MAX;
        }
        self.tell(segment, Input::Wake);
        self.look_at_all(segment);
    }

    #[inline(always)]
    fn answer(&mut self, segment: u16, output: &Output) {
        match output {
            Output::Deliver(delivery) => self.deliver(segment, delivery),
            _ => self.answer_seldom(segment, output),
        }
    }

    /// All that comes at most once a publish.
    #[inline(never)]
    fn answer_seldom(&mut self, segment: u16, output: &Output) {
        match output {
            Output::Deliver(_) => {}
            Output::Confirm { publisher, id, copies } => self.accepted(segment, publisher.0, *id as u32, *copies),
            Output::Refuse { publisher, id, copies, cause } => self.refused(segment, publisher.0, *id as u32, *copies, *cause),
            Output::Block { publisher } => self.block(segment, publisher.0),
            Output::Unblock { publisher } => self.unblock(segment, publisher.0),
            Output::Drop { queue, message, cause } => self.dropped(segment, *queue, message.id as u32, *cause),
            Output::DeadLetter { queue, to, message, cause } => self.dead_lettered(segment, *queue, *to, message.id as u32, *cause),
        }
    }

    #[inline]
    fn accepted(&mut self, segment: u16, publisher: u32, change: u32, copies: u32) {
        self.probe.events[self.publishers[publisher as usize].event as usize].published.add(1);
        self.probe.segments[segment as usize].published.add(1);
        self.ledger.change_mut(change).unsent = false;
        if !self.disruptions.is_empty() {
            self.each_recovery(change, Recovery::arrive);
        }
        if self.disruptions.anybody_deaf() {
            self.pass_over_deaf(change);
        }
        if self.ledger.published(self.now, change, copies) {
            self.probe.living.level.fall(self.now);
        }
        self.publish_answered(publisher);
    }

    /// A copy, or the publisher, is done with a change.
    #[inline(always)]
    pub(super) fn release(&mut self, change: u32) {
        if self.ledger.release(self.now, change) {
            self.probe.living.level.fall(self.now);
        }
    }

    /// The publisher hears of its publish, where it waits for that.
    #[inline]
    fn publish_answered(&mut self, publisher: u32) {
        if !self.publishers[publisher as usize].confirms {
            self.publishers[publisher as usize].answered();
            return;
        }
        let heard = self.way_back(publisher);
        self.confirm_at(publisher, heard);
    }

    fn confirm_at(&mut self, publisher: u32, heard: Time) {
        if heard == self.now {
            self.confirmed(publisher);
        } else {
            self.calendar.schedule(heard, Notice::Confirmed { publisher }.packed());
        }
    }

    pub(super) fn way_back(&mut self, publisher: u32) -> Time {
        let World { publishers, network, probe, .. } = self;
        let Publisher { path_back, last_back, link_stream, .. } = &mut publishers[publisher as usize];
        network.send(path_back, self.now, ANSWER_SIZE, last_back, link_stream, &mut probe.links)
    }

    /// A copy is gone without having been done.
    #[cold]
    fn dropped(&mut self, segment: u16, queue: QueueId, change: u32, cause: Cause) {
        let line = self.line_of[segment as usize][queue.0 as usize];
        self.lost(line, change, cause, false);
        self.look_at_queue(segment, queue);
        self.release(change);
    }

    /// A copy now waits in the dead-letter queue.
    #[cold]
    fn dead_lettered(&mut self, segment: u16, queue: QueueId, to: QueueId, change: u32, cause: Cause) {
        let line = self.line_of[segment as usize][queue.0 as usize];
        self.lost(line, change, cause, true);
        let dead_line = self.line_of[segment as usize][to.0 as usize];
        let place = self.ledger.place(self.ledger.change(change).event, dead_line as usize);
        if place != super::change::NONE {
            self.ledger.open(self.now, change, [(place, dead_line)]);
        }
        self.look_at_queue(segment, queue);
        self.look_at_queue(segment, to);
    }

    /// Counted by what became of it: a dead letter, or gone for one cause. While its publisher goes on trying, another copy may come.
    pub(super) fn lost(&mut self, line: u32, change: u32, cause: Cause, kept_as_dead_letter: bool) {
        let Change { event, measured, unsent, .. } = *self.ledger.change(change);
        let place = self.ledger.place(event, line as usize);
        let missed = place != super::change::NONE && !unsent && self.ledger.lose(self.now, change, place, line) && measured;
        let (probe, tally) = (&mut self.probe.lines[line as usize], &mut self.probe.missed[line as usize]);
        let (count, tally) = match cause {
            _ if kept_as_dead_letter => (&mut probe.dead_lettered, &mut tally.dead_lettered),
            Cause::Expired => (&mut probe.expired, &mut tally.expired),
            Cause::NotDurable => (&mut probe.not_durable, &mut tally.not_durable),
            Cause::Crash => (&mut probe.crashed, &mut tally.crashed),
            Cause::Deliveries | Cause::Overflow => (&mut probe.dropped, &mut tally.dropped),
        };
        count.add(1);
        *tally += missed as u64;
    }
}

/// The change as the broker sees it.
#[inline(always)]
pub(super) fn message(ledger: &Ledger, publishers: &[Publisher], slot: u32) -> Message {
    let change = ledger.change(slot);
    let publisher = &publishers[change.publisher as usize];
    Message {
        id: slot as u64,
        resource: (change.event as u64) << 32 | change.resource as u64,
        lot: change.lot,
        size: publisher.size,
        kind: change.kind,
        priority: publisher.priority,
        persistent: publisher.persistent,
    }
}
