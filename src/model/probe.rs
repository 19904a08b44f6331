//! All observation of a run. Probes read and count; they draw nothing, schedule nothing and decide nothing.
//!
//! Everything that has a level is cut at the instants of one [`Clock`]: from these pieces come means over the measured part, the
//! worst five minutes and the series. Latencies go into histograms. A latency counts when its change was raised (or, at a
//! station, its customer came) in the measured part; a count counts from the warm-up on.

mod lines;

use super::alone::Alone;
use super::hop::Hop;
use super::pipeline::Lost;
use super::steps;
use crate::stats::{Clock, Histogram, Level, Track};
use crate::units::{Bytes, Span, Time};
use std::hint::cold_path;

pub use lines::{LineProbe, Missed};

/// A level with its averages.
#[derive(Clone, Debug, Default)]
pub struct Gauge {
    pub level: Level,
    /// Apart, as in all that follows: what happens at every notice should lie close together.
    pub track: Box<Track>,
    /// Exact integral from the start of the run, for the laws.
    pub area: u128,
}

impl Gauge {
    fn cut(&mut self, clock: &Clock, from: Time, to: Time) -> u128 {
        let area = self.level.cut(to);
        self.area += area;
        self.track.push(clock, from, to, area, self.level.cut_max());
        area
    }
}

/// A number of things since the start, since the warm-up and per step.
#[derive(Clone, Debug, Default)]
pub struct Count {
    pub total: u64,
    /// Before the warm-up.
    before: u64,
    /// At the horizon, once that is reached.
    at_horizon: u64,
    last: u64,
    pub track: Box<Track>,
}

impl Count {
    /// So many more.
    #[inline]
    pub fn add(&mut self, more: u64) {
        self.total += more;
    }

    /// How many since the warm-up.
    pub fn measured(&self) -> u64 {
        self.total - self.before
    }

    /// Per second, from the warm-up to the horizon.
    pub fn rate(&self, clock: &Clock) -> f64 {
        (self.at_horizon - self.before) as f64 / clock.horizon.since(clock.warm_up).seconds()
    }

    fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        let more = self.total - self.last;
        self.last = self.total;
        if to == clock.warm_up {
            self.before = self.total;
        }
        self.at_horizon = self.total;
        // As an area, so that a track of it is a rate per second.
        self.track.push(clock, from, to, more as u128 * 1_000_000_000, 0);
    }
}

/// A station: its line, its servers, how long its customers wait.
#[derive(Clone, Debug, Default)]
pub struct StationProbe {
    pub line: Gauge,
    pub busy: Gauge,
    pub waits: Histogram,
    /// Sum of all completed waits from the start, for Little's law.
    pub waited: u128,
    measured_from: Time,
}

impl StationProbe {
    /// A customer starts to be served that came then.
    #[inline]
    pub fn started(&mut self, now: Time, came: Time) {
        let wait = now.after(came);
        self.waited += wait.0 as u128;
        if came < self.measured_from {
            return cold_path();
        }
        self.waits.record(wait);
    }

    /// All customers go at once: those in line, who came then, and so many who were served.
    pub fn cleared(&mut self, now: Time, line: impl Iterator<Item = Time>, served: u32) {
        for came in line {
            self.waited += now.since(came).0 as u128;
            self.line.level.fall(now);
        }
        self.busy.level.set(now, self.busy.level.value() - u64::from(served));
    }

    fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        self.line.cut(clock, from, to);
        self.busy.cut(clock, from, to);
    }
}

/// The traffic of a link, both directions together, or within a zone.
#[derive(Clone, Debug, Default)]
pub struct LinkProbe {
    pub bytes: Count,
    /// Transmission time given to each direction since the start.
    pub assigned: [Span; 2],
    /// Of it, done at the last cut.
    done: [Span; 2],
    pub utilization: Box<[Track; 2]>,
    pub latency: Histogram,
    measured_from: Time,
}

impl LinkProbe {
    /// A message was given to the link and will arrive so much later.
    #[inline]
    pub fn carried(&mut self, now: Time, latency: Span) {
        if now < self.measured_from {
            return cold_path();
        }
        self.latency.record(latency);
    }

    /// The same on a link where nothing is lost or waits.
    #[inline]
    pub fn passed(&mut self, now: Time, size: Bytes, latency: Span) {
        self.bytes.add(size.0);
        self.carried(now, latency);
    }

    /// What a transmitter has done is what it was given less what is left.
    fn cut(&mut self, clock: &Clock, from: Time, to: Time, left: [Span; 2]) {
        self.bytes.cut(clock, from, to);
        for (direction, left) in left.into_iter().enumerate() {
            let done = self.assigned[direction] - left;
            let area = done - self.done[direction];
            self.done[direction] = done;
            self.utilization[direction].push(clock, from, to, area.0 as u128, 0);
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct EventProbe {
    pub raised: Count,
    pub refused: Count,
    pub published: Count,
    /// Changes that wait at their publisher.
    pub line: Gauge,
    pub end_to_end: Histogram,
}

#[derive(Clone, Debug, Default)]
pub struct SegmentProbe {
    pub station: StationProbe,
    pub journal: Gauge,
    pub memory: Gauge,
    /// 1 while any publisher of the segment is blocked.
    pub blocked: Gauge,
    pub published: Count,
    pub delivered: Count,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, Default)]
pub struct StageProbe {
    pub station: StationProbe,
    /// Tasks that hold a message for which there is no room in the next stage.
    pub blocked: Gauge,
    /// Messages that came into the stage, and that went on from it, since the start.
    pub entered: u64,
    pub left: u64,
    /// Messages that were in it when their connection dropped.
    pub lost: u64,
}

/// A pipeline inside a subscriber.
#[derive(Clone, Debug, Default)]
pub struct PipelineProbe {
    pub stages: Vec<StageProbe>,
    /// Trees of a topology that are not complete.
    pub pending: Gauge,
    pub replayed: Count,
}

#[derive(Clone, Debug, Default)]
pub struct SubscriberProbe {
    pub pipeline: Option<Box<PipelineProbe>>,
    pub station: StationProbe,
    pub end_to_end: Histogram,
    pub delivery: Histogram,
    /// Stages that can take time here, in order, and how long they took.
    pub stages: Vec<(Hop, Histogram)>,
    /// Changes shown by a newer one, before their own message came.
    pub overtaken: Histogram,
    pub callback_latency: Histogram,
    /// Deliveries that reached a consumer.
    pub delivered: Count,
    /// Attempts that ended well.
    pub done: Count,
    /// Late duplicates of replayed trees that came to their end too.
    pub duplicates: u64,
    pub redelivered: Count,
    pub stale_overwrites: Count,
    pub order_violations: Count,
    pub callback_attempts: Count,
    pub callback_failed: Count,
    /// Callbacks that a kept answer spared, that another's answered, that an open breaker refused.
    pub callback_cached: Count,
    pub callback_coalesced: Count,
    pub callback_short_circuited: Count,
    /// Further services: from the first request to the last answer, and by place in the list.
    pub calls_latency: Histogram,
    pub calls: Vec<Count>,
    pub calls_failed: Count,
    /// Of derived events: from the first change.
    pub since_origin: Histogram,
    /// Derived events that it raised, by place in the list.
    pub raised: Vec<Count>,
}

#[derive(Clone, Debug, Default)]
pub struct SorProbe {
    pub line: Gauge,
    pub busy_callbacks: Gauge,
    pub busy_own: Gauge,
    pub busy_polls: Gauge,
    pub utilization: Box<Track>,
    pub waits: Histogram,
    pub waited: u128,
    pub own_latency: Histogram,
    /// Where others ask it too: its own users without them.
    pub alone: Option<Box<Alone>>,
    pub callbacks: Count,
    pub polls: Count,
    pub refused: Count,
    /// Nanoseconds of work for callers that had given up.
    pub wasted: Count,
    measured_from: Time,
}

impl SorProbe {
    /// A request starts to be served that came then.
    #[inline]
    pub fn started(&mut self, now: Time, came: Time) {
        let wait = now.after(came);
        self.waited += wait.0 as u128;
        if came < self.measured_from {
            return cold_path();
        }
        self.waits.record(wait);
    }

    /// It stops at once: those in line, who came then, and all who were served go unanswered.
    pub fn stopped(&mut self, now: Time, line: impl Iterator<Item = Time>) {
        let served = self.busy_callbacks.level.value() + self.busy_own.level.value() + self.busy_polls.level.value();
        self.refused.add(self.line.level.value() + served);
        if let Some(alone) = &mut self.alone {
            alone.stopped();
        }
        self.waited += line.map(|came| now.since(came).0 as u128).sum::<u128>();
        for gauge in [&mut self.line, &mut self.busy_callbacks, &mut self.busy_own, &mut self.busy_polls] {
            gauge.level.set(now, 0);
        }
    }

    /// One of its own users has the answer.
    #[inline]
    pub fn own_done(&mut self, now: Time, came: Time) {
        if came >= self.measured_from {
            self.own_latency.record(now.since(came));
        }
    }

    fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        self.line.cut(clock, from, to);
        let callbacks = self.busy_callbacks.cut(clock, from, to);
        let own = self.busy_own.cut(clock, from, to);
        let polls = self.busy_polls.cut(clock, from, to);
        self.utilization.push(clock, from, to, callbacks + own + polls, 0);
        for count in [&mut self.callbacks, &mut self.polls, &mut self.refused, &mut self.wasted] {
            count.cut(clock, from, to);
        }
    }
}

/// How a poller fares.
#[derive(Clone, Debug, Default)]
pub struct PollerProbe {
    pub polls: Count,
    /// Answered that nothing is new.
    pub empty: Count,
    /// Refused, or given up.
    pub failed: Count,
    /// Ticks that passed while the poll before was under way.
    pub skipped: Count,
}

/// Everything that is observed in one run.
#[derive(Clone, Debug)]
pub struct Probe {
    pub clock: Clock,
    cut_at: Time,
    pub events: Vec<EventProbe>,
    /// Then the networks of zones.
    pub links: Vec<LinkProbe>,
    pub segments: Vec<SegmentProbe>,
    /// By queue or subscription, then by poller.
    pub lines: Vec<LineProbe>,
    pub missed: Vec<Missed>,
    /// Ready messages of all subscriptions of a topic.
    pub topics: Vec<Gauge>,
    /// Then pollers.
    pub subscribers: Vec<SubscriberProbe>,
    pub pollers: Vec<PollerProbe>,
    pub sors: Vec<SorProbe>,
    /// Changes that live, for the warm-up.
    pub living: Gauge,
    /// Of a run that is to be cut into batches: count and sum of its latencies at the end of each step.
    pub marks: Option<Vec<Vec<(u64, u128)>>>,
}

/// How many of each there are.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub events: usize,
    pub links: usize,
    pub segments: usize,
    pub lines: usize,
    pub topics: usize,
    pub subscribers: usize,
    pub pollers: usize,
    pub sors: usize,
}

impl Probe {
    /// Nothing seen yet.
    pub fn new(clock: Clock, sizes: Sizes) -> Probe {
        let from = clock.warm_up;
        let mut probe = Probe {
            clock,
            cut_at: Time::ZERO,
            events: vec![EventProbe::default(); sizes.events],
            links: vec![LinkProbe { measured_from: from, ..LinkProbe::default() }; sizes.links],
            segments: vec![SegmentProbe::default(); sizes.segments],
            lines: vec![LineProbe::default(); sizes.lines + sizes.pollers],
            missed: vec![Missed::default(); sizes.lines + sizes.pollers],
            topics: vec![Gauge::default(); sizes.topics],
            subscribers: vec![SubscriberProbe::default(); sizes.subscribers + sizes.pollers],
            pollers: vec![PollerProbe::default(); sizes.pollers],
            sors: vec![SorProbe { measured_from: from, ..SorProbe::default() }; sizes.sors],
            living: Gauge::default(),
            marks: None,
        };
        probe.segments.iter_mut().for_each(|segment| segment.station.measured_from = from);
        probe.subscribers.iter_mut().for_each(|subscriber| subscriber.station.measured_from = from);
        probe
    }

    /// Cuts everything at an instant that the clock named; when the next one is.
    pub fn cut(&mut self, now: Time, mut left: impl FnMut(usize) -> [Span; 2]) -> Time {
        let (clock, from) = (self.clock, self.cut_at);
        self.cut_at = now;
        self.living.cut(&clock, from, now);
        for event in &mut self.events {
            for count in [&mut event.raised, &mut event.refused, &mut event.published] {
                count.cut(&clock, from, now);
            }
            event.line.cut(&clock, from, now);
        }
        for (index, link) in self.links.iter_mut().enumerate() {
            link.cut(&clock, from, now, left(index));
        }
        for segment in &mut self.segments {
            segment.station.cut(&clock, from, now);
            for gauge in [&mut segment.journal, &mut segment.memory, &mut segment.blocked] {
                gauge.cut(&clock, from, now);
            }
            segment.published.cut(&clock, from, now);
            segment.delivered.cut(&clock, from, now);
        }
        self.lines.iter_mut().for_each(|line| line.cut(&clock, from, now));
        for topic in &mut self.topics {
            topic.cut(&clock, from, now);
        }
        self.subscribers.iter_mut().for_each(|subscriber| subscriber.cut(&clock, from, now));
        for poller in &mut self.pollers {
            for count in [&mut poller.polls, &mut poller.empty, &mut poller.failed, &mut poller.skipped] {
                count.cut(&clock, from, now);
            }
        }
        self.sors.iter_mut().for_each(|sor| sor.cut(&clock, from, now));
        if self.marks.is_some() && clock.ends_step(now) {
            let marks = steps::latencies(self).map(|latency| (latency.count(), latency.sum())).collect();
            self.marks.get_or_insert_default().push(marks);
        }
        clock.next(now)
    }
}

impl PipelineProbe {
    /// So many stages of which nothing was seen.
    pub fn new(clock: &Clock, stages: usize) -> PipelineProbe {
        let station = StationProbe { measured_from: clock.warm_up, ..StationProbe::default() };
        PipelineProbe { stages: vec![StageProbe { station, ..StageProbe::default() }; stages], ..PipelineProbe::default() }
    }

    fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        self.pending.cut(clock, from, to);
        self.replayed.cut(clock, from, to);
        for stage in &mut self.stages {
            stage.station.cut(clock, from, to);
            stage.blocked.cut(clock, from, to);
        }
    }
}

impl SubscriberProbe {
    /// Its pipeline loses what it has in hand.
    pub fn lost_in_pipeline(&mut self, now: Time, lost: &Lost) {
        let Some(pipeline) = &mut self.pipeline else { return };
        let at_work = lost.stages.iter().map(|stage| stage.at_work).sum();
        self.station.cleared(now, lost.in_line.iter().copied(), at_work);
        pipeline.pending.level.set(now, pipeline.pending.level.value() - lost.pending);
        for (stage, lost) in pipeline.stages.iter_mut().zip(&lost.stages) {
            stage.station.cleared(now, lost.in_mailboxes.iter().copied(), lost.at_work);
            stage.blocked.level.set(now, stage.blocked.level.value() - lost.held_back);
            stage.lost += lost.in_mailboxes.len() as u64 + u64::from(lost.at_work) + lost.held_back;
        }
    }

    fn cut(&mut self, clock: &Clock, from: Time, to: Time) {
        self.station.cut(clock, from, to);
        if let Some(pipeline) = &mut self.pipeline {
            pipeline.cut(clock, from, to);
        }
        let counts = [
            &mut self.delivered,
            &mut self.done,
            &mut self.redelivered,
            &mut self.stale_overwrites,
            &mut self.order_violations,
            &mut self.callback_attempts,
            &mut self.callback_failed,
            &mut self.callback_cached,
            &mut self.callback_coalesced,
            &mut self.callback_short_circuited,
            &mut self.calls_failed,
        ];
        counts.into_iter().chain(&mut self.calls).chain(&mut self.raised).for_each(|count| count.cut(clock, from, to));
    }

    /// Requests of this step of an attempt: the callback, then the services that it calls.
    #[inline]
    pub fn requests(&mut self, step: u16) -> &mut Count {
        if step == 0 { &mut self.callback_attempts } else { &mut self.calls[step as usize - 1] }
    }

    /// Attempts that failed at this step.
    pub fn request_failures(&mut self, step: u16) -> &mut Count {
        if step == 0 { &mut self.callback_failed } else { &mut self.calls_failed }
    }
}
