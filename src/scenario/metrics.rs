//! Which figures a scenario has: the one list that objectives are checked against and that the model fills.
//!
//! Names are `<kind>.<name>.<quantity>[.<statistic>]`. The order is the file's: subscribers, pollers, systems of record, segments, topics,
//! queues, links, zones, events, totals; within each the order of the tables below.

use super::disruption::Target;
use super::spec::{Feed, Pipeline, Runs, Scenario, Subscriber};
use super::stages::{Calls, sees_lifecycles, stages, tracks_versions};
use crate::units::Unit;
use std::collections::BTreeSet;

/// Statistics of a latency over its samples; all in seconds.
const LATENCY_STATISTICS: [&str; 8] = ["mean", "sd", "p50", "p90", "p95", "p99", "p999", "max"];
/// Statistics of a stage of the way.
const STAGE_STATISTICS: [&str; 7] = ["mean", "p50", "p90", "p95", "p99", "p999", "max"];
/// Statistics of a level over time; `peak` is the largest aligned 5-minute mean.
const LEVEL_STATISTICS: [&str; 3] = ["mean", "max", "peak"];
/// Statistics of a level that is a share of something: that it was all of it for a moment tells nothing.
const SHARE_STATISTICS: [&str; 2] = ["mean", "peak"];
/// Statistics of a level that only ever grows until it falls to nothing: ages.
const AGE_STATISTICS: [&str; 2] = ["mean", "max"];

/// A figure that every outcome of a scenario may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricDefinition {
    /// E.g. `subscriber.gate.end_to_end.p99`.
    pub name: String,
    pub unit: Unit,
}

/// A quantity of one kind of entity.
struct Quantity {
    name: &'static str,
    unit: Unit,
    statistics: &'static [&'static str],
}

const fn latency(name: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &LATENCY_STATISTICS }
}

/// Without a deviation, which the means over all changes shown would not fit.
const fn stage_latency(name: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &STAGE_STATISTICS }
}

const fn level(name: &'static str, unit: Unit) -> Quantity {
    Quantity { name, unit, statistics: &LEVEL_STATISTICS }
}

const fn share(name: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Share, statistics: &SHARE_STATISTICS }
}

const fn age(name: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &AGE_STATISTICS }
}

const fn figure(name: &'static str, unit: Unit) -> Quantity {
    Quantity { name, unit, statistics: &[] }
}

const fn count(name: &'static str) -> Quantity {
    figure(name, Unit::Count)
}

/// From the intended time of the change to the view that shows it or a newer one.
const END_TO_END: Quantity = latency("end_to_end");
/// Of derived events: from the first change of the chain.
const SINCE_ORIGIN: Quantity = latency("since_origin");
/// Derived events that it raised, in all and by event.
const RAISED: Quantity = count("raised");
/// Of every subscriber, before its stages.
const SUBSCRIBER_FIRST: [Quantity; 2] = [
    // Age of the oldest change that the view does not show yet.
    age("freshness"),
    // From the broker's acceptance to the hand-over.
    latency("delivery"),
];
/// Changes that a newer version was shown before: counted in the latency, in none of the stages.
const OVERTAKEN: &str = "overtaken";
const SUBSCRIBER: [Quantity; 13] = [
    level("backlog", Unit::Count),
    // Handed over and not yet acknowledged.
    level("in_flight", Unit::Count),
    figure("throughput", Unit::PerSecond),
    share("utilization"),
    // From the hand-over to a worker.
    latency("waiting"),
    level("waiting_line", Unit::Count),
    count("redelivered"),
    // Never delivered, for whichever reason; then by reason.
    count("missed"),
    count("missed.not_durable"),
    count("missed.expired"),
    count("missed.dropped"),
    count("missed.refused"),
    count("missed.dead_lettered"),
];
/// Lost with its segment.
const CRASHED: Quantity = count("missed.crashed");
const UNFINISHED: Quantity = count("unfinished");
/// From the end of a disruption until the line holds no more than before; disruptions after which that did not come.
const DRAIN: [Quantity; 2] = [latency("drain"), count("drain.unfinished")];

/// An older version was applied over a newer one.
const STALE_OVERWRITES: Quantity = count("stale_overwrites");
/// Share of lifecycles whose last shown version is old.
const STALE_FINAL: Quantity = figure("stale_final", Unit::Share);
/// Time during which views show an older version than they had shown; messages that come after a newer one.
const VERSIONS: [Quantity; 2] = [figure("time_wrong", Unit::ItemSeconds), count("order_violations")];

const CALLBACK: [Quantity; 6] = [
    // Of requests with an answer, from being asked for.
    latency("callback.latency"),
    // Requests sent.
    count("callback.attempts"),
    // Given up after all retries, or not made because of an open breaker.
    count("callback.failed"),
    // Answered from the cache.
    count("callback.cached"),
    // Answered with another event's callback.
    count("callback.coalesced"),
    // Of the failed ones, those that an open breaker refused.
    count("callback.short_circuited"),
];

/// Of further services: from the first request to the last answer.
const CALLS: [Quantity; 3] = [latency("calls.latency"), count("calls.failed"), count(CALLS_ATTEMPTS)];
/// In all, and for each system of record.
const CALLS_ATTEMPTS: &str = "calls.attempts";
/// Of every poller: before its stages, and behind them.
const POLLER_FIRST: [Quantity; 2] = [latency("end_to_end"), age("freshness")];
const POLLER: [Quantity; 12] = [
    // Entries that it has not read yet.
    level("backlog", Unit::Count),
    figure("throughput", Unit::PerSecond),
    share("utilization"),
    // From the page's coming to a worker.
    latency("waiting"),
    level("waiting_line", Unit::Count),
    // Entries worked again at the next poll, as they had failed.
    count("redelivered"),
    count("missed"),
    count("unfinished"),
    count("polls"),
    // Answered that nothing is new.
    count("empty_polls"),
    // Refused, or given up after the time-out.
    count("failed_polls"),
    // Left out, as the poll before was still under way.
    count("skipped_polls"),
];

/// Of a stage: tasks at work; from its mailbox to its task; messages in mailboxes.
const STAGE: [Quantity; 3] = [share("utilization"), latency("waiting"), level("waiting_line", Unit::Count)];
/// Tasks that hold a message for which the next stage has no room.
const STAGE_BLOCKED: Quantity = share("blocked");
/// Trees of a topology that are not complete; those emitted again.
const PENDING: Quantity = level("pending", Unit::Count);
const REPLAYED: Quantity = count("replayed");

const SOR: [Quantity; 6] = [
    share("utilization"),
    share("utilization.callbacks"),
    share("utilization.own"),
    latency("waiting"),
    level("waiting_line", Unit::Count),
    figure("callbacks", Unit::PerSecond),
];
const OWN_LATENCY: Quantity = latency("own_latency");
/// The same requests if nobody else asked: without callbacks and polls.
const OWN_LATENCY_ALONE: Quantity = latency("own_latency.alone");
/// Answers to pollers: part of the load, and requests.
const POLLED: [Quantity; 2] = [share("utilization.polls"), figure("polls", Unit::PerSecond)];
/// Refused for a full line; served though the caller had given up before the end.
const SOR_IN_VAIN: [Quantity; 2] = [count("refused"), figure("wasted", Unit::Share)];

const SEGMENT: [Quantity; 7] = [
    share("utilization"),
    latency("waiting"),
    level("waiting_line", Unit::Count),
    level("memory", Unit::Bytes),
    // Share of time during which publishers were blocked.
    figure("blocked", Unit::Share),
    count("published"),
    count("delivered"),
];
const PERSIST: Quantity = share("persist.utilization");

/// Of a topic's subscriptions together, or of a queue.
const CARRIER: [Quantity; 7] = [
    count("published"),
    level("backlog", Unit::Count),
    age("age"),
    count("expired"),
    count("dropped"),
    count("rejected"),
    count("dead_lettered"),
];

/// Both directions together. Within a zone: of all messages between places in it.
const WIRE_BYTES: Quantity = figure("bytes", Unit::BytesPerSecond);
const WIRE_LATENCY: Quantity = latency("latency");
/// Of the busier direction.
const WIRE_UTILIZATION: Quantity = share("utilization");

/// `end_to_end` ends at the event's last subscriber.
const EVENT: [Quantity; 3] = [count("raised"), count("refused"), latency("end_to_end")];

const TOTAL: [Quantity; 4] = [count("raised"), count("delivered"), count("missed"), count("callbacks")];

/// All figures that this scenario can have, each once. A statistic without samples is absent from an outcome; counts never are.
pub fn metric_catalog(scenario: &Scenario) -> Vec<MetricDefinition> {
    let mut catalog = Catalog::default();
    for subscriber in &scenario.subscribers {
        catalog.subscriber(scenario, subscriber);
    }
    for poller in &scenario.pollers {
        catalog.poller(scenario, &poller.reader);
    }
    for index in asked_sors(scenario) {
        let sor = &scenario.sors[index];
        let of = format!("sor.{}", sor.name);
        catalog.all(&of, &SOR);
        if is_polled(scenario, index) {
            catalog.all(&of, &POLLED);
        }
        catalog.when(sor.own_load.is_some(), &of, &OWN_LATENCY);
        catalog.when(sor.own_load.is_some() && is_asked_by_others(scenario, index), &of, &OWN_LATENCY_ALONE);
        catalog.all(&of, &SOR_IN_VAIN);
    }
    for segment in &scenario.segments {
        let of = format!("segment.{}", segment.name);
        catalog.all(&of, &SEGMENT);
        catalog.when(segment.persist.is_some(), &of, &PERSIST);
    }
    for topic in &scenario.topics {
        catalog.all(&format!("topic.{}", topic.name), &CARRIER);
    }
    for queue in &scenario.queues {
        catalog.all(&format!("queue.{}", queue.name), &CARRIER);
    }
    for link in &scenario.links {
        let of = format!("link.{}", link.name);
        catalog.one(&of, &WIRE_BYTES);
        catalog.when(link.bandwidth.is_some(), &of, &WIRE_UTILIZATION);
        catalog.one(&of, &WIRE_LATENCY);
    }
    for zone in scenario.zones.iter().filter(|zone| zone.has_network()) {
        let of = format!("zone.{}", zone.name);
        catalog.one(&of, &WIRE_BYTES);
        catalog.one(&of, &WIRE_LATENCY);
    }
    for event in &scenario.events {
        catalog.all(&format!("event.{}", event.name), &EVENT);
    }
    catalog.all("total", &TOTAL);
    if let Some(price) = &scenario.price {
        catalog.one("total", &figure("cost", Unit::Currency(price.currency)));
    }
    catalog.list
}

/// Systems of record that anybody asks anything: their own users, pollers, or callbacks in whichever weight the events are.
pub fn asked_sors(scenario: &Scenario) -> Vec<usize> {
    let called = called_sors(scenario);
    let asked = |sor: &usize| called.contains(sor) || scenario.sors[*sor].own_load.is_some() || is_polled(scenario, *sor);
    (0..scenario.sors.len()).filter(asked).collect()
}

/// True where not only its own users ask a system of record.
pub fn is_asked_by_others(scenario: &Scenario, sor: usize) -> bool {
    is_polled(scenario, sor) || called_sors(scenario).contains(&sor)
}

/// Those that are called back in whichever weight the events are, or called as services.
fn called_sors(scenario: &Scenario) -> BTreeSet<usize> {
    let callers = scenario.takers().filter(|subscriber| subscriber.callback.is_some());
    let calls = |subscriber| scenario.events_reaching(subscriber).into_iter().map(move |event| target(scenario, subscriber, event));
    callers.flat_map(calls).chain(scenario.takers().flat_map(called_services)).collect()
}

/// True where somebody polls a feed of this system of record.
pub fn is_polled(scenario: &Scenario, sor: usize) -> bool {
    let of = |feed: &Feed| scenario.events.get(feed.of).is_some_and(|event| event.from == sor);
    scenario.pollers.iter().any(|poller| scenario.feeds.get(poller.feed).is_some_and(of))
}

/// The services that a subscriber calls after its callback, each once.
pub fn called_services(subscriber: &Subscriber) -> BTreeSet<usize> {
    subscriber.calls.iter().copied().collect()
}

/// Whom a subscriber calls about an event.
pub(super) fn target(scenario: &Scenario, subscriber: &Subscriber, event: usize) -> usize {
    subscriber.callback.as_ref().and_then(|callback| callback.to).unwrap_or(scenario.events[event].from)
}

#[derive(Default)]
struct Catalog {
    list: Vec<MetricDefinition>,
}

impl Catalog {
    fn subscriber(&mut self, scenario: &Scenario, subscriber: &Subscriber) {
        let of = subscriber.entity();
        self.one(&of, &END_TO_END);
        self.all(&of, &SUBSCRIBER_FIRST);
        self.stages(scenario, subscriber, &of);
        self.all(&of, &SUBSCRIBER);
        let segment = scenario.segment_of_line(subscriber.from);
        self.when(segment.is_some_and(|segment| scenario.is_ever_down(Target::Segment(segment))), &of, &CRASHED);
        self.one(&of, &UNFINISHED);
        self.drain(scenario, subscriber, &of);
        self.views(scenario, subscriber, &of);
    }

    fn poller(&mut self, scenario: &Scenario, reader: &Subscriber) {
        let of = reader.entity();
        self.all(&of, &POLLER_FIRST);
        self.stages(scenario, reader, &of);
        self.all(&of, &POLLER);
        self.drain(scenario, reader, &of);
        self.views(scenario, reader, &of);
    }

    fn drain(&mut self, scenario: &Scenario, taker: &Subscriber, of: &str) {
        if scenario.is_disrupted(taker) {
            self.all(of, &DRAIN);
        }
    }

    fn stages(&mut self, scenario: &Scenario, subscriber: &Subscriber, of: &str) {
        let overtaken = tracks_versions(scenario, subscriber).then_some(OVERTAKEN);
        for stage in stages(scenario, subscriber, Calls::InAnyWeight).into_iter().chain(overtaken) {
            self.one(&format!("{of}.hop"), &stage_latency(stage));
        }
    }

    /// What the view shows, and what callbacks bring to it.
    fn views(&mut self, scenario: &Scenario, subscriber: &Subscriber, of: &str) {
        if tracks_versions(scenario, subscriber) {
            self.one(of, &STALE_OVERWRITES);
            self.when(sees_lifecycles(scenario, subscriber), of, &STALE_FINAL);
            self.all(of, &VERSIONS);
        }
        if subscriber.callback.is_some() {
            self.all(of, &CALLBACK);
        }
        if !subscriber.calls.is_empty() {
            self.all(of, &CALLS);
            let named = |sor: usize| scenario.sors.get(sor).map(|sor| format!("{of}.{CALLS_ATTEMPTS}.{}", sor.name));
            let names = called_services(subscriber).into_iter().filter_map(named);
            self.list.extend(names.map(|name| MetricDefinition { name, unit: Unit::Count }));
        }
        self.when(scenario.gets_derived(subscriber), of, &SINCE_ORIGIN);
        if !subscriber.raises.is_empty() {
            self.one(of, &RAISED);
            let names = subscriber.raises.iter().map(|raise| format!("{of}.raised.{}", scenario.events[raise.event].name));
            self.list.extend(names.map(|name| MetricDefinition { name, unit: Unit::Count }));
        }
        if let Some(pipeline) = &subscriber.pipeline {
            self.pipeline(of, subscriber.runs, pipeline);
        }
    }

    fn pipeline(&mut self, of: &str, runs: Runs, pipeline: &Pipeline) {
        for (index, stage) in pipeline.stages.iter().enumerate() {
            let of = format!("{of}.stage.{}", stage.name);
            self.all(&of, &STAGE);
            self.when(pipeline.may_block(index), &of, &STAGE_BLOCKED);
        }
        self.when(runs == Runs::Topology, of, &PENDING);
        self.when(pipeline.replay_after.is_some(), of, &REPLAYED);
    }

    fn all(&mut self, of: &str, quantities: &[Quantity]) {
        for quantity in quantities {
            self.one(of, quantity);
        }
    }

    fn when(&mut self, there: bool, of: &str, quantity: &Quantity) {
        if there {
            self.one(of, quantity);
        }
    }

    fn one(&mut self, of: &str, quantity: &Quantity) {
        let name = format!("{of}.{}", quantity.name);
        if quantity.statistics.is_empty() {
            self.list.push(MetricDefinition { name, unit: quantity.unit });
            return;
        }
        let with = |statistic: &&str| MetricDefinition { name: format!("{name}.{statistic}"), unit: quantity.unit };
        self.list.extend(quantity.statistics.iter().map(with));
    }
}
