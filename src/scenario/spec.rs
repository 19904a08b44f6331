//! The checked description of a design: every name resolved to a number, every quantity parsed, nothing contradictory left.
//!
//! Built by [`super::load()`] only; whoever holds a [`Scenario`] need not check again. Order is the order of the file, so that
//! numbers, reports and random streams do not depend on hashing.

mod arrivals;
mod feed;
mod objective;
mod pipeline;

pub use self::arrivals::{Arrivals, Gaps};
pub use self::feed::{Feed, Poller, Schedule};
pub use self::objective::{Assumption, Ends, Objective, Relation, Source};
pub use self::pipeline::{Grouping, Pipeline, Stage, TUPLES_OF_A_TREE_MAX};
pub use super::callback::{Breaker, Callback, Style};
pub(super) use super::callback::{REST_REQUEST, REST_RESPONSE};
use super::disruption::Disruption;
pub use super::price::{Charge, Growth, Price};
pub use super::traffic::Traffic;
/// What a copy of a message takes of a broker's memory beside the message.
pub use crate::core::COPY_OVERHEAD;
use crate::core::{Ordering, Policy};
pub use crate::sim::{Distribution, Surge};
use crate::sim::{Pattern, Stream};
use crate::units::{Bandwidth, Bytes, Rate, Span, Time};
use std::sync::Arc;

/// Place of a zone in [`Scenario::zones`]; likewise the others.
pub type ZoneIndex = usize;
pub type LinkIndex = usize;
pub type SorIndex = usize;
pub type EventIndex = usize;
pub type SegmentIndex = usize;
pub type TopicIndex = usize;
pub type QueueIndex = usize;
pub type SubscriberIndex = usize;
pub type FeedIndex = usize;

/// A whole design and the question asked of it.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: String,
    pub question: String,
    /// The file's name without its folder.
    pub file: String,
    /// SHA-256 (hex) over the merged text, the settings and every file that it names.
    pub digest: String,
    /// Overrides as given (`--set`), in path order.
    pub settings: Vec<(String, String)>,
    pub run: Run,
    pub zones: Vec<Zone>,
    pub links: Vec<Link>,
    pub sors: Vec<Sor>,
    pub events: Vec<Event>,
    pub segments: Vec<Segment>,
    pub topics: Vec<Topic>,
    pub queues: Vec<Queue>,
    pub subscribers: Vec<Subscriber>,
    pub disruptions: Vec<Disruption>,
    pub feeds: Vec<Feed>,
    pub pollers: Vec<Poller>,
    pub objectives: Vec<Objective>,
    pub assumptions: Vec<Assumption>,
    /// What capacity costs, where that is said.
    pub price: Option<Price>,
    /// How fast the load grows, for forecasts; a run makes no use of it.
    pub growth: Option<Growth>,
    /// What every rate was multiplied with; 1 where nothing is said.
    pub load: f64,
    /// How often everything happens on average.
    pub traffic: Traffic,
    /// By queue: the events whose messages can come to it, for [`Scenario::events_reaching`].
    pub(super) reach: Vec<Vec<EventIndex>>,
}

/// How long, how often, from which seed.
#[derive(Clone, Debug)]
pub struct Run {
    pub kind: Kind,
    pub horizon: Span,
    pub warm_up: WarmUp,
    pub ending: Ending,
    pub replications: Replications,
    /// A precision is written beside a number of replications, which are run whatever it is.
    pub precision_is_idle: bool,
    /// Of every interval, e.g. 0.95.
    pub confidence: f64,
    pub seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A finite horizon, averaged over replications.
    Day,
    /// Long-run averages after the warm-up.
    Steady,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// Found by MSER-5 (steady only).
    Auto,
    /// Cut after this span; zero is none.
    Fixed(Span),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Stops at the horizon; what is unfinished is counted.
    Cut,
    /// Arrivals stop at the horizon; the run goes on until everything is done.
    Drain,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Replications {
    Fixed(u32),
    /// As many as the wanted relative half-width of every objective's metric needs.
    Auto {
        precision: f64,
    },
}

#[derive(Clone, Debug)]
pub struct Zone {
    pub name: String,
    /// Between two places within the zone, one way.
    pub latency: Distribution,
}

impl Zone {
    /// Messages within it take time, so that it has figures of its own. What is free is not looked at.
    pub fn has_network(&self) -> bool {
        !self.latency.is_zero()
    }
}

#[derive(Clone, Debug)]
pub struct Link {
    pub name: String,
    pub between: (ZoneIndex, ZoneIndex),
    /// One way.
    pub latency: Distribution,
    /// Per direction; none is unlimited.
    pub bandwidth: Option<Bandwidth>,
    /// Share of messages that are lost and sent again.
    pub loss: f64,
    /// Messages of one connection do not overtake each other.
    pub in_order: bool,
}

/// A system of record.
#[derive(Clone, Debug)]
pub struct Sor {
    pub name: String,
    pub zone: Option<ZoneIndex>,
    pub workers: u32,
    /// Of one callback; none only where nobody calls.
    pub service: Option<Service>,
    pub own_load: Option<Rate>,
    pub own_service: Distribution,
    /// Requests that may wait; further ones are refused.
    pub max_waiting: Option<u64>,
    /// By how much each of its time stamps is off, early or late with equal chance.
    pub clock_skew: Option<Distribution>,
}

/// A service time: drawn, or looked up in a recorded table by the event's own sequence number.
#[derive(Clone, Debug)]
pub enum Service {
    Drawn(Distribution),
    Recorded {
        /// (sequence number, time), ascending and unique.
        rows: Arc<Vec<(u64, Span)>>,
        /// For events without a row.
        otherwise: Distribution,
    },
}

impl Service {
    /// About the time that this share of requests takes at most, in seconds: of recorded times, or of ten thousand that are drawn.
    pub fn quantile(&self, share: f64) -> f64 {
        const SAMPLES: usize = 10_000;
        let mut times: Vec<Span> = match self {
            Service::Recorded { rows, .. } => rows.iter().map(|(_, time)| *time).collect(),
            Service::Drawn(distribution) => {
                let mut stream = Stream::new(0, 0, "service", "quantile");
                (0..SAMPLES).map(|_| distribution.sample(&mut stream)).collect()
            }
        };
        times.sort_unstable();
        let place = (share * times.len() as f64).ceil() as usize;
        times.get(place.saturating_sub(1)).map_or(0.0, |time| time.seconds())
    }
}

#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    pub from: SorIndex,
    /// None: only feeds carry it.
    pub to: Option<Destination>,
    pub weight: Weight,
    /// Of one message in the present weight.
    pub size: Bytes,
    /// Steps of the lifecycle, or drawn evenly without one; empty: there is but one kind.
    pub kinds: Vec<String>,
    /// 0 to 9.
    pub priority: u8,
    /// Most unconfirmed publishes.
    pub confirm_in_flight: Option<u32>,
    /// Distinct resources; none: every lifecycle (or event) has its own.
    pub resources: Option<u64>,
    pub popularity: Popularity,
    pub lifecycle: Option<Lifecycle>,
    /// When events come by themselves; the rate in it counts events, and is 0 where only subscribers raise them.
    pub arrivals: Arrivals,
    /// The subscribers that raise it when they are done with others.
    pub raised_by: Vec<SubscriberIndex>,
    /// It derives from events whose resources can change more than once.
    pub inherits: bool,
    pub refused: Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    Topic(TopicIndex),
    Queue(QueueIndex),
    /// Of a poller only; events go to all feeds that are of them.
    Feed(FeedIndex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The identifier only: subscribers call back.
    Light,
    /// The whole resource.
    Heavy,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Popularity {
    Uniform,
    /// Exponent of the rank.
    Zipf(f64),
}

/// A burst of changes of one resource.
#[derive(Clone, Debug)]
pub struct Lifecycle {
    pub changes: u32,
    /// From one change to the next.
    pub spacing: Distribution,
}

/// What the publisher does with a refused publish.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Lost, counted.
    Drop,
    Retry {
        backoff: Distribution,
        /// Each further backoff is so many times longer.
        factor: f64,
        /// None: for ever.
        retries: Option<u32>,
    },
}

#[derive(Clone, Debug)]
pub struct Segment {
    pub name: String,
    pub zone: Option<ZoneIndex>,
    pub threads: u32,
    pub cost: Cost,
    pub persist: Option<Persist>,
    /// High-water mark; publishers are blocked above it until it falls below 80 % of it.
    pub memory: Option<Bytes>,
    /// Each operation takes this share longer for every message that is ready on the segment.
    pub backlog_penalty: Option<f64>,
}

/// What each broker operation costs on a thread of the segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Per publish.
    pub receive: Distribution,
    /// Per selector tested.
    pub select: Distribution,
    /// Per copy handed over.
    pub deliver: Distribution,
    /// Per ack or nack.
    pub acknowledge: Distribution,
    /// Per KiB of message, at receive and at deliver.
    pub per_kib: Distribution,
}

/// The journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Persist {
    /// One write.
    pub write: Distribution,
    /// Most messages in one write.
    pub group: u32,
}

#[derive(Clone, Debug)]
pub struct Topic {
    pub name: String,
    pub segment: SegmentIndex,
}

#[derive(Clone, Debug)]
pub struct Queue {
    pub name: String,
    pub segment: SegmentIndex,
    pub line: Line,
}

/// The policy of a queue or subscription, and what of it is drawn.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Dead letter as a [`QueueIndex`] in `policy.dead_letter`; it lies on the same segment.
    pub policy: Policy,
    /// Where it is not constant, `policy.time_to_live` being none then.
    pub drawn_time_to_live: Option<Distribution>,
    pub redelivery_delay: Distribution,
    /// Each further delay is so many times longer.
    pub redelivery_factor: f64,
    pub redelivery_delay_max: Option<Span>,
}

#[derive(Clone, Debug)]
pub struct Subscriber {
    pub name: String,
    pub zone: Option<ZoneIndex>,
    pub from: Destination,
    pub durable: bool,
    pub runs: Runs,
    /// The stages of actors and topologies.
    pub pipeline: Option<Pipeline>,
    /// Of a pipeline the tasks of all stages.
    pub workers: u32,
    pub prefetch: Option<u32>,
    pub consumers: u32,
    /// Of its own subscription; a subscriber to a queue sets only ordering and dispatch, which are put into the queue's policy.
    pub line: Line,
    /// By event (place in [`Scenario::events`]); the same for all where one is written. Of a pipeline nothing: its stages work.
    pub work: Vec<Service>,
    /// Probability that an attempt fails at its end.
    pub failure: f64,
    /// Share of messages on which every attempt fails.
    pub poison: f64,
    pub guard: Guard,
    pub selector: Selector,
    pub callback: Option<Callback>,
    /// Services that it calls after that, in order; they do not say what its view shows.
    pub calls: Vec<SorIndex>,
    /// Derived events that it raises when it is done with a message: at most one of them.
    pub raises: Vec<Raise>,
}

/// A derived event, and on which share of messages it is raised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raise {
    pub event: EventIndex,
    pub share: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// On a machine of its own.
    Listener,
    /// On the segment's threads.
    Workflow,
    /// In stages with bounded mailboxes, which push back to the prefetch (as Akka).
    Actors,
    /// In stages behind a spout, which replays what is not complete in time (as Storm).
    Topology,
}

/// How a view takes an older version than it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Overwrites.
    None,
    /// Compares the SOR's time stamps.
    Timestamp,
    /// Compares versions.
    Version,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    All,
    Share(f64),
    /// Names of kinds; an event that has none of them is not let through.
    Kinds(Vec<String>),
}

impl Scenario {
    /// The end of the measured part.
    pub fn horizon(&self) -> Time {
        Time::ZERO + self.run.horizon
    }

    /// The segment that carries a destination; none for a feed.
    pub fn segment_of(&self, to: Destination) -> Option<SegmentIndex> {
        match to {
            Destination::Topic(topic) => Some(self.topics[topic].segment),
            Destination::Queue(queue) => Some(self.queues[queue].segment),
            Destination::Feed(_) => None,
        }
    }

    /// Everybody who shows changes: the subscribers, then the pollers as what they do with entries.
    pub fn takers(&self) -> impl Iterator<Item = &Subscriber> {
        self.subscribers.iter().chain(self.pollers.iter().map(|poller| &poller.reader))
    }

    /// The system of record that a feed belongs to.
    pub fn sor_of(&self, feed: FeedIndex) -> SorIndex {
        self.events[self.feeds[feed].of].from
    }

    /// With its kind, as metrics begin: `topic.tickets`.
    pub fn name_of(&self, to: Destination) -> String {
        match to {
            Destination::Topic(topic) => format!("topic.{}", self.topics[topic].name),
            Destination::Queue(queue) => format!("queue.{}", self.queues[queue].name),
            Destination::Feed(feed) => format!("feed.{}", self.feeds[feed].name),
        }
    }

    /// The events a subscriber can get, dead letters aside.
    pub fn events_of(&self, subscriber: &Subscriber) -> impl Iterator<Item = EventIndex> {
        let from = subscriber.from;
        let read = match from {
            Destination::Feed(feed) => self.feeds.get(feed).map(|feed| feed.of),
            Destination::Topic(_) | Destination::Queue(_) => None,
        };
        let comes = move |(index, event): &(usize, &Event)| event.to == Some(from) || read == Some(*index);
        self.events.iter().enumerate().filter(comes).map(|(index, _)| index)
    }

    /// The events whose messages can come to a subscriber, dead letters included.
    pub fn events_reaching(&self, subscriber: &Subscriber) -> Vec<EventIndex> {
        match subscriber.from {
            Destination::Topic(_) | Destination::Feed(_) => self.events_of(subscriber).collect(),
            Destination::Queue(queue) => self.reach.get(queue).cloned().unwrap_or_default(),
        }
    }

    /// Urgent messages go first in the line that this subscriber takes from.
    pub fn has_priorities(&self, subscriber: &Subscriber) -> bool {
        self.line_of(subscriber).is_some_and(|line| line.policy.priorities)
    }

    /// Messages of one resource are handed to it one at a time.
    pub fn is_ordered(&self, subscriber: &Subscriber) -> bool {
        self.line_of(subscriber).is_some_and(|line| line.policy.ordering == Ordering::ByResource)
    }

    /// The line that it takes from: of its queue, or its own.
    fn line_of<'s>(&'s self, subscriber: &'s Subscriber) -> Option<&'s Line> {
        match subscriber.from {
            Destination::Queue(queue) => self.queues.get(queue).map(|queue| &queue.line),
            Destination::Topic(_) | Destination::Feed(_) => Some(&subscriber.line),
        }
    }

    /// True when events come to this subscriber that others raise.
    pub fn gets_derived(&self, subscriber: &Subscriber) -> bool {
        self.events_reaching(subscriber).into_iter().any(|event| !self.events[event].raised_by.is_empty())
    }

    /// True when dead letters come to this queue.
    pub fn gets_dead_letters(&self, queue: QueueIndex) -> bool {
        let lines = self.queues.iter().map(|queue| &queue.line).chain(self.subscribers.iter().map(|subscriber| &subscriber.line));
        lines.into_iter().any(|line| line.dead_letter() == Some(queue))
    }
}

impl Run {
    /// One long run whose long-run averages are asked for: its stretches take the place of replications.
    pub fn is_cut_into_batches(&self) -> bool {
        self.kind == Kind::Steady && matches!(self.replications, Replications::Fixed(1))
    }

    /// Replications to begin with: all of them where their number is fixed.
    pub fn first_replications(&self) -> u32 {
        const AUTO_FIRST: u32 = 10;
        match self.replications {
            Replications::Fixed(count) => count,
            Replications::Auto { .. } => AUTO_FIRST,
        }
    }
}

impl Subscriber {
    /// The name that its metrics begin with.
    pub fn entity(&self) -> String {
        format!("{}.{}", self.kind(), self.name)
    }

    /// What reports call it: a subscriber by its bare name, a poller with its kind, as both may have the same.
    pub fn label(&self) -> String {
        if self.is_poller() { self.entity() } else { self.name.clone() }
    }

    /// The section that it stands in.
    pub fn kind(&self) -> &'static str {
        if self.is_poller() { "poller" } else { "subscriber" }
    }

    /// The same one: names are unique in their section.
    pub fn is(&self, other: &Subscriber) -> bool {
        self.is_poller() == other.is_poller() && self.name == other.name
    }

    /// It reads a feed.
    pub fn is_poller(&self) -> bool {
        matches!(self.from, Destination::Feed(_))
    }

    /// How it asks systems of record, where it asks any: as its callback table says, else in the plainest way.
    pub fn manner(&self) -> Option<Callback> {
        self.callback.clone().or_else(|| (!self.calls.is_empty()).then(Callback::plain))
    }
}

impl Line {
    /// Where dead letters go.
    pub(super) fn dead_letter(&self) -> Option<QueueIndex> {
        self.policy.dead_letter.map(|queue| queue.0 as usize)
    }
}

impl Event {
    /// A resource of this event can change more than once, so that versions matter.
    pub fn is_tracked(&self) -> bool {
        self.resources.is_some() || self.lifecycle.is_some() || self.inherits
    }

    /// It comes by itself, not only when subscribers raise it.
    pub fn has_rate(&self) -> bool {
        let has_own = matches!(self.arrivals.pattern, Pattern::Gaps(_) | Pattern::Mmpp(_) | Pattern::Trace(_));
        has_own || self.arrivals.written.is_some()
    }
}
