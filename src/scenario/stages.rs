//! Where an event can spend time on its way to a subscriber's view, and what can be said of that view.
//!
//! Goes by what the design makes possible: a stage that is listed may turn out to take no time, one that is not listed never takes
//! any. Also asked of scenarios with problems, in which references may lead nowhere.

use super::disruption::Target;
use super::metrics::target;
use super::spec::{Callback, Destination, Event, Line, Link, Runs, Scenario, Segment, Service, Subscriber, Weight, ZoneIndex};
use crate::core::Ordering;

/// Of all stages, in order: the words in metrics' names.
const STAGES: [&str; 24] = [
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
    "poll_wait",
    "feed_link",
    "feed_wait",
    "feed_service",
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

/// What each hop of a way is; the last one is no stage.
pub const HOPS: [(&str, &str); 25] = [
    ("publish_wait", "the publisher waits: for confirms, for a block to end, or to try a refused publish again"),
    ("publish_link", "the link from the system of record to the segment"),
    ("segment_wait", "for a thread of the segment that receives it"),
    ("segment_work", "the segment receives it"),
    ("journal", "for the journal, and its write"),
    ("dead_letter", "in the line that it became a dead letter of"),
    ("backlog", "ready in its line, until a consumer has credit"),
    ("deliver_wait", "for a thread of the segment that hands it over"),
    ("deliver_work", "the segment hands it over"),
    ("delivery_link", "the link from the segment to the subscriber"),
    ("poll_wait", "in the feed, until somebody polls"),
    ("feed_link", "the link between the poller and the system of record"),
    ("feed_wait", "the poll waits for a worker of the system of record"),
    ("feed_service", "the system of record makes the page"),
    ("wait", "for a worker of the subscriber"),
    ("work", "the worker works on it"),
    ("connection", "for a connection to call back on"),
    ("callback_link", "the link to the system of record and back"),
    ("sor_wait", "the callback waits for a worker of the system of record"),
    ("sor_service", "the system of record serves it"),
    ("backoff", "requests given up after their time-out, and the pauses before the next ones"),
    ("coalesced", "for the callback of another event of the same resource"),
    ("parsing", "the worker reads the answer"),
    ("redelivery", "after a failed attempt, until the last one began"),
    ("overtaken", "of changes that a newer version was shown before: all of their time"),
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
    if let Destination::Feed(feed) = subscriber.from {
        return feed_stages(scenario, subscriber, feed, calls);
    }
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

/// Those of a poller.
fn feed_stages(scenario: &Scenario, reader: &Subscriber, feed: usize, calls: Calls) -> Vec<&'static str> {
    let Some(feed) = scenario.feeds.get(feed).filter(|feed| feed.of < scenario.events.len()) else { return STAGES.to_vec() };
    let working = Working::new(scenario, reader, reader.zone, calls);
    let stage_is_there = |stage: &&str| match *stage {
        "poll_wait" | "feed_wait" | "feed_service" => true,
        "feed_link" => working.distant(working.zone_of(scenario.events[feed.of].from), reader.zone),
        _ => working.has(stage).unwrap_or(false),
    };
    STAGES.into_iter().filter(stage_is_there).collect()
}

/// With more who share a queue, any stage is thought possible.
const SHARERS_MAX: usize = 16;

/// The others who take from the same queue.
fn sharers<'s>(scenario: &'s Scenario, subscriber: &Subscriber) -> Vec<&'s Subscriber> {
    let shares = |other: &&Subscriber| other.from == subscriber.from && other.name != subscriber.name;
    match subscriber.from {
        Destination::Topic(_) | Destination::Feed(_) => Vec::new(),
        Destination::Queue(_) => scenario.subscribers.iter().filter(shares).collect(),
    }
}

/// True where a view can show an old version: some resource that comes here changes more than once.
pub fn tracks_versions(scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let tracked = |event: usize| scenario.events[event].is_tracked();
    leads_nowhere(scenario, subscriber.from) || scenario.events_reaching(subscriber).into_iter().any(tracked)
}

/// True where lifecycles come to an end, after which a view should show their last version.
pub fn sees_lifecycles(scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let lives = |event: usize| scenario.events[event].lifecycle.is_some();
    leads_nowhere(scenario, subscriber.from) || scenario.events_reaching(subscriber).into_iter().any(lives)
}

fn leads_nowhere(scenario: &Scenario, from: Destination) -> bool {
    match from {
        Destination::Feed(feed) => scenario.feeds.get(feed).is_none(),
        _ => segment_of(scenario, from).is_none(),
    }
}

fn segment_of(scenario: &Scenario, from: Destination) -> Option<&Segment> {
    let segment = match from {
        Destination::Topic(topic) => scenario.topics.get(topic)?.segment,
        Destination::Queue(queue) => scenario.queues.get(queue)?.segment,
        Destination::Feed(_) => return None,
    };
    scenario.segments.get(segment)
}

/// What a subscriber does with what it has got, bus or feed.
struct Working<'s> {
    scenario: &'s Scenario,
    subscriber: &'s Subscriber,
    home: Option<ZoneIndex>,
    events: Vec<&'s Event>,
    callback: Option<Callback>,
    /// Whom it calls.
    sors: Vec<usize>,
    call_may_fail: bool,
}

impl<'s> Working<'s> {
    fn new(scenario: &'s Scenario, subscriber: &'s Subscriber, home: Option<ZoneIndex>, calls: Calls) -> Working<'s> {
        let reaching = scenario.events_reaching(subscriber);
        let calling = |event: &usize| calls == Calls::InAnyWeight || scenario.events[*event].weight == Weight::Light;
        let calls_back = subscriber.callback.is_some() && reaching.iter().any(calling);
        let mut sors = subscriber.calls.clone();
        if calls_back {
            sors.extend(reaching.iter().map(|event| target(scenario, subscriber, *event)));
        }
        let callback = subscriber.manner().filter(|_| !sors.is_empty());
        let is_down = |sor: usize| scenario.is_ever_down(Target::Sor(sor));
        let refuses = |sor: &usize| scenario.sors.get(*sor).is_some_and(|sor| sor.max_waiting.is_some()) || is_down(*sor);
        Working {
            home,
            events: reaching.into_iter().map(|event| &scenario.events[event]).collect(),
            call_may_fail: callback.as_ref().is_some_and(|callback| callback.timeout.is_some()) || sors.iter().any(refuses),
            scenario,
            subscriber,
            callback,
            sors,
        }
    }

    /// None where it is no stage of the work.
    fn has(&self, stage: &str) -> Option<bool> {
        Some(match stage {
            "wait" => true,
            "work" => (0..self.scenario.events.len()).any(|event| self.subscriber.works_on(event).any(takes_time)),
            "connection" => self.callback.as_ref().is_some_and(|callback| callback.connections.is_some()),
            "callback_link" => self.sors.iter().any(|sor| self.distant(self.home, self.zone_of(*sor))),
            "sor_wait" | "sor_service" => self.callback.is_some(),
            "backoff" => self.call_may_fail,
            "coalesced" => self.callback.as_ref().is_some_and(|callback| callback.coalesce),
            "parsing" => self.callback.as_ref().is_some_and(|callback| !callback.parsing.is_zero()),
            "redelivery" => self.may_fail() || self.replays(),
            _ => return None,
        })
    }

    /// What a tree takes before it is replayed counts as redelivery.
    fn replays(&self) -> bool {
        self.subscriber.pipeline.as_ref().is_some_and(|pipeline| pipeline.replay_after.is_some())
    }

    fn may_fail(&self) -> bool {
        self.subscriber.failure > 0.0
            || self.scenario.is_ever_poisoned(self.subscriber)
            || self.call_may_fail
            || self.scenario.loses_connections(self.subscriber)
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

/// The way over the bus.
struct Way<'s> {
    working: Working<'s>,
    segment: &'s Segment,
    may_hold_back: bool,
}

impl<'s> Way<'s> {
    fn new(scenario: &'s Scenario, subscriber: &'s Subscriber, segment: &'s Segment, calls: Calls) -> Way<'s> {
        let home = match subscriber.runs {
            Runs::Listener | Runs::Actors | Runs::Topology => subscriber.zone,
            Runs::Workflow => segment.zone,
        };
        let limited = |line: &Line| line.policy.max_length.is_some() || line.policy.max_bytes.is_some();
        Way {
            working: Working::new(scenario, subscriber, home, calls),
            may_hold_back: segment.memory.is_some()
                || scenario.segment_of_line(subscriber.from).is_some_and(|segment| scenario.is_ever_down(Target::Segment(segment)))
                || scenario.queues.iter().any(|queue| limited(&queue.line))
                || scenario.subscribers.iter().any(|other| limited(&other.line)),
            segment,
        }
    }

    fn has(&self, stage: &str) -> bool {
        let (cost, working) = (&self.segment.cost, &self.working);
        let per_kib = !cost.per_kib.is_zero();
        match stage {
            "publish_wait" => self.may_hold_back || working.events.iter().any(|event| event.confirm_in_flight.is_some()),
            "publish_link" => working.events.iter().any(|event| self.comes_from_afar(event)),
            "segment_wait" | "segment_work" => !cost.receive.is_zero() || !cost.select.is_zero() || per_kib,
            "journal" => self.segment.persist.is_some(),
            "dead_letter" => self.gets_dead_letters(),
            "backlog" => self.may_wait_at_broker(),
            "deliver_wait" | "deliver_work" => !cost.deliver.is_zero() || per_kib,
            "delivery_link" => working.subscriber.runs != Runs::Workflow && working.distant(self.segment.zone, working.home),
            _ => working.has(stage).unwrap_or(false),
        }
    }

    fn may_fail(&self) -> bool {
        self.working.may_fail()
    }

    /// From its system of record, or from somebody who raises it.
    fn comes_from_afar(&self, event: &Event) -> bool {
        let working = &self.working;
        let raiser = |index: &usize| {
            let raiser = &working.scenario.subscribers[*index];
            match (raiser.runs, segment_of(working.scenario, raiser.from)) {
                (Runs::Listener | Runs::Actors | Runs::Topology, _) => working.distant(raiser.zone, self.segment.zone),
                (Runs::Workflow, Some(home)) => home.name != self.segment.name && working.distant(home.zone, self.segment.zone),
                (Runs::Workflow, None) => true,
            }
        };
        event.has_rate() && working.distant(working.zone_of(event.from), self.segment.zone) || event.raised_by.iter().any(raiser)
    }

    fn may_wait_at_broker(&self) -> bool {
        let subscriber = self.working.subscriber;
        let line = match subscriber.from {
            Destination::Queue(queue) => self.working.scenario.queues.get(queue).map(|queue| &queue.line),
            _ => Some(&subscriber.line),
        };
        line.is_some_and(|line| line.policy.ordering != Ordering::None)
            || subscriber.prefetch.is_some()
            || self.may_hold_back
            || self.may_fail()
            || self.gets_dead_letters()
    }

    fn gets_dead_letters(&self) -> bool {
        matches!(self.working.subscriber.from, Destination::Queue(queue) if self.working.scenario.gets_dead_letters(queue))
    }
}

fn takes_time(work: &Service) -> bool {
    !matches!(work, Service::Drawn(distribution) if distribution.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_explained() {
        let explained: Vec<&str> = HOPS.iter().map(|(name, _)| *name).filter(|name| *name != "overtaken").collect();
        assert_eq!(explained, STAGES);
    }
}
