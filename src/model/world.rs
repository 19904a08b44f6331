//! The world: calendar and entities. It routes, schedules and asks the probes to look; each step of an event's life is delegated.
//!
//! The steps are in `publish` (change to broker), `deliver` (broker to worker, and the settling), `callback` (worker to
//! system of record and back). What takes no time happens at once, in the same notice; a worker's work is always an
//! entry of the calendar, so that nothing recurs without end.

use super::change::Ledger;
use super::copy::Copies;
use super::disruption::Disruptions;
use super::feed::Feeds;
use super::hop::Hop;
use super::network::Network;
use super::notice::{Job, Notice, Packed};
use super::probe::Probe;
use super::publisher::Publisher;
use super::segment::Segment;
use super::subscriber::Subscriber;
use super::system_of_record::SystemOfRecord;
use crate::core::{Destination, QueueId};
use crate::sim::{Calendar, Distribution, Stream};
use crate::units::{Span, Time};

/// A design at work.
pub struct World {
    pub(super) now: Time,
    pub(super) calendar: Calendar<Packed>,
    pub(super) ledger: Ledger,
    pub(super) network: Network,
    /// Of the events, in their order, by their systems of record; then by the subscribers that raise them.
    pub(super) publishers: Vec<Publisher>,
    pub(super) segments: Vec<Segment>,
    pub(super) copies: Copies,
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) sors: Vec<SystemOfRecord>,
    pub(super) feeds: Feeds,
    /// All queues, those of subscriptions included.
    pub(super) lines: Vec<LineMap>,
    /// By segment, then by the broker's queue number: which line.
    pub(super) line_of: Vec<Vec<u32>>,
    /// By consumer number: subscriber and consumer.
    pub(super) consumer_of: Vec<(u32, u32)>,
    /// By event: the static audience, with selectors still to be asked.
    pub(super) audiences: Vec<Vec<Seat>>,
    pub(super) probe: Probe,
    pub(super) disruptions: Disruptions,
    pub(super) drains: bool,
    next_cut: Time,
    pub(super) written: Vec<u32>,
}

/// A queue in a broker.
#[derive(Clone, Debug)]
pub struct LineMap {
    pub segment: u16,
    pub queue: QueueId,
    /// Lifetimes that are drawn for each message.
    pub lifetime: Option<(Distribution, Stream)>,
}

/// Somebody in an event's audience who gets a copy right away.
#[derive(Clone, Debug)]
pub struct Seat {
    pub line: u32,
    pub place: u32,
    pub selector: crate::core::Selector,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Calendar entries worked off.
    pub notices: u64,
    /// When.
    pub at: Time,
}

/// How long a drain may last: so many horizons from the start, and at least so long.
const DRAIN_HORIZONS: u64 = 10;
const DRAIN_LEAST: Span = Span::from_secs(3600);
/// How often somebody is asked whether to go on, and whether time does.
const NOTICES_BETWEEN_LOOKS: u64 = 1 << 21;
/// At one instant nothing goes on for as many looks as this, however large a batch is.
const LOOKS_AT_ONE_INSTANT: u32 = 32;

/// Looks at the time, now and then: when the last one was, and how many before it were at the same instant.
struct Looks {
    since: Time,
    still: u32,
}

impl Looks {
    #[cold]
    fn look(&mut self, at: Time, notices: u64) {
        self.still = if at == self.since { self.still + 1 } else { 0 };
        self.since = at;
        assert!(self.still < LOOKS_AT_ONE_INSTANT, "time stands still at {at}: {notices} notices, and things go on following one another");
    }
}

impl World {
    /// An empty world whose first cut is at the first tick.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn assemble(
        ledger: Ledger,
        network: Network,
        publishers: Vec<Publisher>,
        segments: Vec<Segment>,
        subscribers: Vec<Subscriber>,
        sors: Vec<SystemOfRecord>,
        feeds: Feeds,
        wiring: Wiring,
        probe: Probe,
        disruptions: Disruptions,
        drains: bool,
    ) -> World {
        let next_cut = probe.clock.next(Time::ZERO);
        World {
            now: Time::ZERO,
            calendar: Calendar::default(),
            ledger,
            network,
            publishers,
            copies: Copies::new(segments.len()),
            segments,
            subscribers,
            sors,
            feeds,
            lines: wiring.lines,
            line_of: wiring.line_of,
            consumer_of: wiring.consumer_of,
            audiences: wiring.audiences,
            probe,
            disruptions,
            drains,
            next_cut,
            written: Vec::new(),
        }
    }

    /// Runs to the horizon, or until everything is done that was raised before it. None when `stopped` says so on the way.
    ///
    /// # Panics
    /// When time stands still: things follow one another for ever at one instant.
    pub fn run(&mut self, stopped: &dyn Fn() -> bool) -> Option<End> {
        let horizon = self.probe.clock.horizon;
        let stop = self.stop();
        let (mut notices, mut until_look) = (0, NOTICES_BETWEEN_LOOKS);
        let mut looks = Looks { since: Time::MAX, still: 0 };
        self.begin();
        let mut quiet_until = self.next_cut.min(stop);
        while let Some((at, notice)) = self.calendar.pop() {
            if at >= quiet_until {
                // What comes long after the end must not be waited for tick by tick.
                self.cut_until(at.min(stop));
                if at >= stop {
                    break;
                }
                quiet_until = self.next_cut.min(stop);
            }
            self.now = at;
            until_look -= 1;
            if until_look == 0 {
                (notices, until_look) = (notices + NOTICES_BETWEEN_LOOKS, NOTICES_BETWEEN_LOOKS);
                if stopped() {
                    return None;
                }
                looks.look(at, notices);
            }
            self.step(notice.notice());
        }
        self.cut_until(horizon);
        self.count_published();
        self.now = self.now.max(horizon);
        Some(End { notices: notices + (NOTICES_BETWEEN_LOOKS - until_look), at: self.now })
    }

    /// Where the simulation is.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The first instant that is not simulated any more. A drain that has not ended long after the horizon never will.
    fn stop(&self) -> Time {
        let horizon = self.probe.clock.horizon;
        if !self.drains {
            return horizon;
        }
        Time(horizon.0.saturating_mul(DRAIN_HORIZONS)).max(horizon + DRAIN_LEAST)
    }

    fn begin(&mut self) {
        self.schedule_disruptions();
        for event in 0..self.audiences.len() as u32 {
            self.schedule_raise(event);
        }
        for sor in 0..self.sors.len() as u32 {
            self.schedule_own(sor);
        }
        for poller in 0..self.feeds.pollers.len() as u16 {
            self.schedule_poll(poller);
        }
    }

    #[inline(always)]
    fn step(&mut self, notice: Notice) {
        match notice {
            Notice::Raise { event } => self.raise(event),
            Notice::Change { event, lifecycle } => self.next_change(event, lifecycle),
            Notice::PublishArrives { change } => self.publish_arrives(change),
            Notice::PublishAgain { change } => self.publish_again(change),
            Notice::Confirmed { publisher } => self.confirmed(publisher),
            Notice::Received { segment, life, change } => self.segment_served(segment, life, Job::Receive { change: change as u32 }),
            Notice::Delivered { segment, life, at } => self.segment_served(segment, life, Job::Deliver { at }),
            Notice::Settled { done, segment, life, at } => self.segment_served(segment, life, Job::Settle { done, at }),
            Notice::Ran { segment, life, at } => self.segment_served(segment, life, Job::Work { at }),
            Notice::JournalWritten { segment, life } => self.journal_written(segment, life),
            Notice::Wake { segment } => self.wake(segment),
            Notice::Handed { at } => self.handed(at),
            Notice::Worked { at } => self.worked(at),
            Notice::CallArrives { call, sor, at } => self.call_arrives(call, sor as u16, at),
            Notice::CallServed { call, sor, at } => self.call_served(call, sor as u16, at),
            Notice::Answered { call, refused, at } => self.answered(call, refused, at),
            Notice::CallTimeout { call, at } => self.call_timeout(call, at),
            Notice::CallAgain { call, at } => self.call_again(call, at),
            Notice::Parsed { at } => self.parsed(at),
            Notice::SettleArrives { done, at } => self.settle_arrives(done, at),
            Notice::StageWorked { stage, task, at } => self.stage_worked(stage, task, at),
            Notice::ReplayDue { subscriber } => self.replay_due(subscriber),
            Notice::OwnRequest { sor } => self.own_request(sor),
            Notice::OwnServed { sor, life, arrived } => self.own_served(sor, life, arrived),
            Notice::Disrupt { disruption } => self.disrupt(disruption),
            Notice::Restore { disruption } => self.restore(disruption),
            Notice::Poll { poller, call, step, began } => self.poll(poller as u16, call, step, began),
        }
    }

    /// Cuts the probes at every tick up to and including `at`.
    #[cold]
    fn cut_until(&mut self, at: Time) {
        while self.next_cut <= at {
            let now = self.next_cut;
            self.count_published();
            let warm = now == self.probe.clock.warm_up;
            let measured = now > self.probe.clock.warm_up;
            for (index, line) in self.lines.iter().enumerate() {
                let oldest = self.segments[line.segment as usize].broker.oldest_ready(line.queue);
                self.probe.lines[index].look(now, oldest, measured);
            }
            for (index, probe) in self.probe.lines.iter_mut().enumerate() {
                let (area, max) = self.ledger.freshness(now, index);
                if measured {
                    probe.stale_area += area;
                    probe.stale_max = probe.stale_max.max(max);
                }
            }
            let network = &mut self.network;
            self.next_cut = self.probe.cut(now, |link| network.left(link, now));
            if warm {
                self.ledger.forget_accounts(now);
            }
        }
    }

    /// The brokers know how many messages have come into each queue.
    #[cold]
    fn count_published(&mut self) {
        for (line, probe) in self.lines.iter().zip(&mut self.probe.lines) {
            let totals = self.segments[line.segment as usize].broker.totals(line.queue);
            probe.published.total = totals.published + totals.received;
        }
    }

    /// A thread of a segment is done: it takes the next job, then the job's effect comes.
    #[inline(always)]
    fn segment_served(&mut self, segment: u16, life: u32, job: Job) {
        if life != self.segments[segment as usize].life {
            if let Job::Receive { change } = job {
                self.refused_by_lost(segment, change);
            }
            return;
        }
        let keeps = match job {
            Job::Work { at } => self.keeps_thread(at),
            _ => false,
        };
        if !keeps {
            self.thread_freed(segment);
        }
        match job {
            Job::Receive { change } => {
                self.pass(change, Hop::SegmentWork);
                self.received(change);
            }
            Job::Deliver { at } => self.hand_over(segment, at),
            Job::Settle { done, at } => self.settle(at, done),
            Job::Work { at } => self.worked(at),
        }
    }

    /// A job for the segment's threads. Whoever has one knows of which kind it is.
    #[inline(always)]
    pub(super) fn segment_job(&mut self, segment: u16, job: Job) {
        let admission = self.segments[segment as usize].station.arrive(self.now, job);
        match admission {
            crate::sim::Admission::Served => {
                self.probe.segments[segment as usize].station.busy.level.rise(self.now);
                self.start_job(segment, job, self.now);
            }
            _ => self.probe.segments[segment as usize].station.line.level.rise(self.now),
        }
    }

    /// A thread has nothing to do any more, or takes the next job.
    #[inline]
    pub(super) fn thread_freed(&mut self, segment: u16) {
        let next = self.segments[segment as usize].station.leave();
        let probe = &mut self.probe.segments[segment as usize].station;
        match next {
            Some((came, job)) => {
                probe.line.level.fall(self.now);
                self.start_job(segment, job, came);
            }
            None => probe.busy.level.fall(self.now),
        }
    }

    #[inline(always)]
    fn start_job(&mut self, segment: u16, job: Job, came: Time) {
        self.probe.segments[segment as usize].station.started(self.now, came);
        let length = match job {
            Job::Receive { change } => self.start_receive(segment, change),
            Job::Deliver { at } => self.start_deliver(segment, at),
            Job::Settle { .. } => self.segments[segment as usize].prices.acknowledge(),
            Job::Work { at } => self.start_workflow(at),
        };
        let is_work = matches!(job, Job::Work { .. });
        let length = if is_work { length } else { self.segments[segment as usize].deepened(length) };
        let life = self.segments[segment as usize].life;
        self.calendar.schedule(self.now + length, job.served(segment, life).packed());
    }

    /// The topic's or queue's lines at the broker.
    #[inline(always)]
    pub(super) fn look_at(&mut self, segment: u16, to: Destination) {
        let World { now, segments, line_of, probe, .. } = self;
        let (broker, line_of) = (&segments[segment as usize].broker, &line_of[segment as usize]);
        let queues = match &to {
            Destination::Queue(queue) => std::slice::from_ref(queue),
            Destination::Topic(topic) => broker.subscriptions(*topic),
        };
        for queue in queues {
            probe.levels(*now, line_of[queue.0 as usize], broker.load(*queue), || broker.oldest_ready(*queue));
        }
    }

    /// Brings the probe's levels of a queue up to date.
    pub(super) fn look_at_queue(&mut self, segment: u16, queue: QueueId) {
        self.look_at(segment, Destination::Queue(queue));
    }

    /// All queues of a segment: after what may have touched any of them.
    pub(super) fn look_at_all(&mut self, segment: u16) {
        for queue in 0..self.line_of[segment as usize].len() as u32 {
            self.look_at_queue(segment, QueueId(queue));
        }
    }
}

/// Who stands where: the numbers that the scenario's names have become.
#[derive(Debug)]
pub struct Wiring {
    pub lines: Vec<LineMap>,
    pub line_of: Vec<Vec<u32>>,
    pub consumer_of: Vec<(u32, u32)>,
    pub audiences: Vec<Vec<Seat>>,
}
