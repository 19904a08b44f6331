//! Where an event can spend time on its way to a subscriber's view, and what can be said of that view.
//!
//! Goes by what the design makes possible: a stage that is listed may turn out to take no time, one that is not listed never takes
//! any. Also asked of scenarios with problems, in which references may lead nowhere.

use super::disruption::Target;
use super::metrics::target;
use super::spec::{Callback, Destination, Event, Line, Link, Runs, Scenario, Segment, Service, Subscriber, Weight, ZoneIndex};
use crate::core::Ordering;

/// Of all stages, in order: the words in metrics' names.
const STAGES: [&str; 20] = [
    "publish_wait",
    "publish_link",
    "segment_wait",
    "segment_work",
    "journal",
    "dead_letter",
    "backlog",
    "deliver_wait",
    "deliver_work",
    "delivery_link",
    "wait",
    "work",
    "connection",
    "callback_link",
    "sor_wait",
    "sor_service",
    "backoff",
    "coalesced",
    "parsing",
    "redelivery",
];

/// What of the callbacks is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// Those of events that are light now.
    Now,
    /// Those of all events: each may be light after one change of its weight.
    InAnyWeight,
}

/// The stages in which a change can spend time on its way to a subscriber; their times add up to the end-to-end latency.
pub fn stages(scenario: &Scenario, subscriber: &Subscriber, calls: Calls) -> Vec<&'static str> {
    let Some(segment) = segment_of(scenario, subscriber.from) else { return STAGES.to_vec() };
    let way = Way::new(scenario, subscriber, segment, calls);
    let sharers = sharers(scenario, subscriber);
    if sharers.len() > SHARERS_MAX {
        return STAGES.to_vec();
    }
    // What fails at one of several who share a queue may come to another, with the time that it spent there.
    let ways: Vec<Way> =
        sharers.into_iter().map(|other| Way::new(scenario, other, segment, calls)).filter(Way::may_fail).chain([way]).collect();
    STAGES.into_iter().filter(|stage| ways.iter().any(|way| way.has(stage))).collect()
}

/// With more who share a queue, any stage is thought possible.
const SHARERS_MAX: usize = 16;

/// The others who take from the same queue.
fn sharers<'s>(scenario: &'s Scenario, subscriber: &Subscriber) -> Vec<&'s Subscriber> {
    let shares = |other: &&Subscriber| other.from == subscriber.from && other.name != subscriber.name;
    match subscriber.from {
        Destination::Topic(_) => Vec::new(),
        Destination::Queue(_) => scenario.subscribers.iter().filter(shares).collect(),
    }
}

/// True where a view can show an old version: some resource that comes here changes more than once.
pub fn tracks_versions(scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let tracked = |event: usize| scenario.events[event].is_tracked();
    segment_of(scenario, subscriber.from).is_none() || scenario.events_reaching(subscriber).into_iter().any(tracked)
}

/// True where lifecycles come to an end, after which a view should show their last version.
pub fn sees_lifecycles(scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let lives = |event: usize| scenario.events[event].lifecycle.is_some();
    segment_of(scenario, subscriber.from).is_none() || scenario.events_reaching(subscriber).into_iter().any(lives)
}

fn segment_of(scenario: &Scenario, from: Destination) -> Option<&Segment> {
    let segment = match from {
        Destination::Topic(topic) => scenario.topics.get(topic)?.segment,
        Destination::Queue(queue) => scenario.queues.get(queue)?.segment,
    };
    scenario.segments.get(segment)
}

/// What the stages depend on.
struct Way<'s> {
    scenario: &'s Scenario,
    subscriber: &'s Subscriber,
    segment: &'s Segment,
    home: Option<ZoneIndex>,
    events: Vec<&'s Event>,
    callback: Option<Callback>,
    /// Whom it calls.
    sors: Vec<usize>,
    may_hold_back: bool,
    call_may_fail: bool,
}

impl<'s> Way<'s> {
    fn new(scenario: &'s Scenario, subscriber: &'s Subscriber, segment: &'s Segment, calls: Calls) -> Way<'s> {
        let reaching = scenario.events_reaching(subscriber);
        let calling = |event: &usize| calls == Calls::InAnyWeight || scenario.events[*event].weight == Weight::Light;
        let calls_back = subscriber.callback.is_some() && reaching.iter().any(calling);
        let mut sors = subscriber.calls.clone();
        if calls_back {
            sors.extend(reaching.iter().map(|event| target(scenario, subscriber, *event)));
        }
        let callback = subscriber.manner().filter(|_| !sors.is_empty());
        let limited = |line: &Line| line.policy.max_length.is_some() || line.policy.max_bytes.is_some();
        let is_down = |sor: usize| scenario.is_ever_down(Target::Sor(sor));
        let refuses = |sor: &usize| scenario.sors.get(*sor).is_some_and(|sor| sor.max_waiting.is_some()) || is_down(*sor);
        Way {
            home: match subscriber.runs {
                Runs::Listener => subscriber.zone,
                Runs::Workflow => segment.zone,
            },
            events: reaching.into_iter().map(|event| &scenario.events[event]).collect(),
            may_hold_back: segment.memory.is_some()
                || scenario.segment_of_line(subscriber.from).is_some_and(|segment| scenario.is_ever_down(Target::Segment(segment)))
                || scenario.queues.iter().any(|queue| limited(&queue.line))
                || scenario.subscribers.iter().any(|other| limited(&other.line)),
            call_may_fail: callback.as_ref().is_some_and(|callback| callback.timeout.is_some()) || sors.iter().any(refuses),
            scenario,
            subscriber,
            segment,
            callback,
            sors,
        }
    }

    fn has(&self, stage: &str) -> bool {
        let cost = &self.segment.cost;
        let per_kib = !cost.per_kib.is_zero();
        match stage {
            "publish_wait" => self.may_hold_back || self.events.iter().any(|event| event.confirm_in_flight.is_some()),
            "publish_link" => self.events.iter().any(|event| self.distant(self.zone_of(event.from), self.segment.zone)),
            "segment_wait" | "segment_work" => !cost.receive.is_zero() || !cost.select.is_zero() || per_kib,
            "journal" => self.segment.persist.is_some(),
            "dead_letter" => self.gets_dead_letters(),
            "backlog" => self.may_wait_at_broker(),
            "deliver_wait" | "deliver_work" => !cost.deliver.is_zero() || per_kib,
            "delivery_link" => self.distant(self.segment.zone, self.home),
            "work" => self.subscriber.work.iter().any(takes_time),
            "connection" => self.callback.as_ref().is_some_and(|callback| callback.connections.is_some()),
            "callback_link" => self.sors.iter().any(|sor| self.distant(self.home, self.zone_of(*sor))),
            "sor_wait" | "sor_service" => self.callback.is_some(),
            "backoff" => self.call_may_fail,
            "coalesced" => self.callback.as_ref().is_some_and(|callback| callback.coalesce),
            "parsing" => self.callback.as_ref().is_some_and(|callback| !callback.parsing.is_zero()),
            "redelivery" => self.may_fail(),
            _ => true,
        }
    }

    fn may_fail(&self) -> bool {
        let Subscriber { failure, poison, .. } = self.subscriber;
        *failure > 0.0 || *poison > 0.0 || self.call_may_fail || self.scenario.loses_connections(self.subscriber)
    }

    fn may_wait_at_broker(&self) -> bool {
        let line = match self.subscriber.from {
            Destination::Topic(_) => Some(&self.subscriber.line),
            Destination::Queue(queue) => self.scenario.queues.get(queue).map(|queue| &queue.line),
        };
        line.is_some_and(|line| line.policy.ordering != Ordering::None)
            || self.subscriber.prefetch.is_some()
            || self.may_hold_back
            || self.may_fail()
            || self.gets_dead_letters()
    }

    fn gets_dead_letters(&self) -> bool {
        matches!(self.subscriber.from, Destination::Queue(queue) if self.scenario.gets_dead_letters(queue))
    }

    fn zone_of(&self, sor: usize) -> Option<ZoneIndex> {
        self.scenario.sors.get(sor).and_then(|sor| sor.zone)
    }

    /// A message from one place to the other can take time.
    fn distant(&self, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> bool {
        let joins = |link: &Link, pair| link.between == pair;
        match (from, to) {
            (Some(from), Some(to)) if from == to => self.scenario.zones.get(from).is_some_and(|zone| !zone.latency.is_zero()),
            (Some(from), Some(to)) => self.scenario.links.iter().any(|link| joins(link, (from, to)) || joins(link, (to, from))),
            _ => false,
        }
    }
}

fn takes_time(work: &Service) -> bool {
    !matches!(work, Service::Drawn(distribution) if distribution.is_zero())
}
