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
#[derive(Debug)]
pub struct Quantity {
    pub name: &'static str,
    pub unit: Unit,
    /// None where it is one figure.
    pub statistics: &'static [&'static str],
    pub meaning: &'static str,
}

const fn latency(name: &'static str, meaning: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &LATENCY_STATISTICS, meaning }
}

/// Without a deviation, which the means over all changes shown would not fit.
const fn stage_latency(name: &'static str, meaning: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &STAGE_STATISTICS, meaning }
}

const fn level(name: &'static str, unit: Unit, meaning: &'static str) -> Quantity {
    Quantity { name, unit, statistics: &LEVEL_STATISTICS, meaning }
}

const fn share(name: &'static str, meaning: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Share, statistics: &SHARE_STATISTICS, meaning }
}

const fn age(name: &'static str, meaning: &'static str) -> Quantity {
    Quantity { name, unit: Unit::Seconds, statistics: &AGE_STATISTICS, meaning }
}

const fn figure(name: &'static str, unit: Unit, meaning: &'static str) -> Quantity {
    Quantity { name, unit, statistics: &[], meaning }
}

const fn count(name: &'static str, meaning: &'static str) -> Quantity {
    figure(name, Unit::Count, meaning)
}

const END_TO_END: Quantity =
    latency("end_to_end", "From the intended time of the change in the system of record to the view that shows it, or a newer one.");
const SINCE_ORIGIN: Quantity = latency("since_origin", "Of derived events: the same from the first change of the chain.");
const RAISED: Quantity = count("raised", "Derived events that it raised.");
/// Of every subscriber, before its stages.
const SUBSCRIBER_FIRST: [Quantity; 2] = [
    age("freshness", "Age of the oldest change that the view does not show yet; 0 while it shows all."),
    latency("delivery", "From the broker's acceptance of a message to its hand-over."),
];
/// Changes that a newer version was shown before: counted in the latency, in none of the stages.
const OVERTAKEN: &str = "overtaken";
const SUBSCRIBER: [Quantity; 13] = [
    level("backlog", Unit::Count, "Messages that are ready for it and not yet handed over."),
    level("in_flight", Unit::Count, "Messages handed over and not yet acknowledged; of a queue, by all its subscribers together."),
    figure("throughput", Unit::PerSecond, "Messages that it is done with."),
    share("utilization", "Part of its workers that is busy."),
    latency("waiting", "From the hand-over of a message to a worker for it."),
    level("waiting_line", Unit::Count, "Messages handed over that no worker works on yet."),
    count("redelivered", "Deliveries after the first one of a message."),
    count("missed", "Messages never delivered, for whichever reason; not counted where a newer version had shown their change already."),
    count("missed.not_durable", "Of these: it was away, and its subscription is not durable."),
    count("missed.expired", "Of these: their time to live was over, and they were not kept as dead letters."),
    count("missed.dropped", "Of these: dropped where a limit was reached, or after the last delivery, and not kept as dead letters."),
    count("missed.refused", "Of these: refused by the broker and not tried again."),
    count("missed.dead_lettered", "Of these: became dead letters."),
];
const CRASHED: Quantity = count("missed.crashed", "Of these: lost with their segment.");
const UNFINISHED: Quantity = count("unfinished", "Changes that its view did not show at the end of the run, and had not missed.");
const DRAIN: [Quantity; 2] = [
    latency("drain", "From the end of a disruption until its line holds no more than before, what is on its way to the broker included."),
    count("drain.unfinished", "Disruptions after which that did not come within the run."),
];

const STALE_OVERWRITES: Quantity = count("stale_overwrites", "Times that an older version was applied over a newer one.");
const STALE_FINAL: Quantity = figure("stale_final", Unit::Share, "Share of lifecycles whose last shown version is old.");
const VERSIONS: [Quantity; 2] = [
    figure("time_wrong", Unit::ItemSeconds, "Resources times seconds during which a view shows an older version than it had shown."),
    count("order_violations", "Messages that came after one about a newer version."),
];

const CALLBACK: [Quantity; 6] = [
    latency(
        "callback.latency",
        "Of callbacks with an answer: from being asked for, to the answer; time-outs, retries and back-offs before it included.",
    ),
    count("callback.attempts", "Requests sent."),
    count("callback.failed", "Callbacks given up after all retries, or not made because of an open breaker."),
    count("callback.cached", "Callbacks answered from the cache."),
    count("callback.coalesced", "Callbacks answered with another event's."),
    count("callback.short_circuited", "Of the failed ones: refused by an open breaker."),
];

const CALLS: [Quantity; 3] = [
    latency("calls.latency", "Of the further services called: from the first request to the last answer."),
    count("calls.failed", "Messages on which one of these services failed."),
    count(CALLS_ATTEMPTS, "Requests sent to them, in all and by system of record."),
];
const CALLS_ATTEMPTS: &str = "calls.attempts";
/// Of every poller, before its stages and behind them.
const POLLER_FIRST: [Quantity; 2] = [
    latency("end_to_end", "From the intended time of the change in the system of record to the view that shows it, or a newer one."),
    age("freshness", "Age of the oldest change that the view does not show yet; 0 while it shows all."),
];
const POLLER: [Quantity; 12] = [
    level("backlog", Unit::Count, "Entries that it has not read yet."),
    figure("throughput", Unit::PerSecond, "Entries that it is done with."),
    share("utilization", "Part of its workers that is busy."),
    latency("waiting", "From a page's coming to a worker for an entry of it."),
    level("waiting_line", Unit::Count, "Entries read that no worker works on yet."),
    count("redelivered", "Entries worked again at the next poll, as they had failed."),
    count("missed", "Entries never shown."),
    count("unfinished", "Changes that its view did not show at the end of the run."),
    count("polls", "Times that it asked for what is new, whatever number of pages the answer took."),
    count("empty_polls", "Of these: answered that nothing is new."),
    count("failed_polls", "Of these: refused, or given up after the time-out."),
    count("skipped_polls", "Ticks left out, as the poll before was still under way."),
];

/// Of a stage.
const STAGE: [Quantity; 3] = [
    share("utilization", "Part of its tasks that is at work."),
    latency("waiting", "From a mailbox to its task."),
    level("waiting_line", Unit::Count, "Messages in its mailboxes."),
];
const STAGE_BLOCKED: Quantity = share("blocked", "Part of its tasks that holds a message for which the next stage has no room.");
const PENDING: Quantity = level("pending", Unit::Count, "Of a topology: messages that are not complete.");
const REPLAYED: Quantity = count("replayed", "Of a topology: messages emitted again.");

const SOR: [Quantity; 6] = [
    share("utilization", "Part of its workers that is busy."),
    share("utilization.callbacks", "Of it: with callbacks and calls."),
    share("utilization.own", "Of it: with its own users."),
    latency("waiting", "Of a request, for a worker."),
    level("waiting_line", Unit::Count, "Requests that wait for a worker."),
    figure("callbacks", Unit::PerSecond, "Callbacks and calls that come."),
];
const OWN_LATENCY: Quantity = latency("own_latency", "Of its own users' requests: wait and service.");
const POLLED: [Quantity; 2] = [
    share("utilization.polls", "Of its utilization: with answers to pollers."),
    figure("polls", Unit::PerSecond, "Requests of pollers that come."),
];
const SOR_IN_VAIN: [Quantity; 2] = [
    count("refused", "Requests refused for a full line, or while it was down."),
    figure(
        "wasted",
        Unit::Share,
        "Part of its workers' time, as in `utilization`, that went into requests whose callers had given up before the end.",
    ),
];
const OWN_LATENCY_ALONE: Quantity = latency("own_latency.alone", "The same requests if nobody else asked: without callbacks and polls.");

const SEGMENT: [Quantity; 7] = [
    share("utilization", "Part of its threads that is busy."),
    latency("waiting", "Of a broker operation, for a thread."),
    level("waiting_line", Unit::Count, "Operations that wait for a thread."),
    level("memory", Unit::Bytes, "Messages that it holds."),
    figure("blocked", Unit::Share, "Share of time during which publishers were blocked."),
    count("published", "Messages that it took from publishers."),
    count("delivered", "Messages that it handed over."),
];
const PERSIST: Quantity = share("persist.utilization", "Part of time that its journal is busy.");

/// Of a topic's subscriptions together, or of a queue.
const CARRIER: [Quantity; 7] = [
    count("published", "Messages published to it."),
    level("backlog", Unit::Count, "Messages that are ready; of a topic, in all its subscriptions together."),
    age("age", "Of the oldest ready message, since the broker took it; of a topic, in its worst subscription."),
    count("expired", "Messages lost as their time to live was over; not those that became dead letters."),
    count("dropped", "Messages lost by overflow or after the last delivery; not those that became dead letters."),
    count("rejected", "Messages refused for a full line."),
    count("dead_lettered", "Messages that became dead letters."),
];

const WIRE_BYTES: Quantity = figure(
    "bytes",
    Unit::BytesPerSecond,
    "What it is given to carry, both directions together and with what is sent again; of a zone: all messages between places in it.",
);
const WIRE_LATENCY: Quantity = latency("latency", "From being sent to being there: wait, transmission, distance and losses.");
const WIRE_UTILIZATION: Quantity = share("utilization", "Part of its bandwidth that is used, of the direction that is busier then.");

const EVENT: [Quantity; 4] = [
    count("raised", "Events raised."),
    level("waiting_line", Unit::Count, "Events that wait at their publisher: refused and to be tried again, or not to be sent yet."),
    count(
        "refused",
        "Events of it that were lost, as the broker had refused the last try to publish them; every refusal is in `rejected` of the topic or queue.",
    ),
    latency("end_to_end", "From the intended time of the change to its last subscriber's view."),
];

const TOTAL: [Quantity; 5] = [
    count("raised", "Events raised, of all kinds."),
    count("delivered", "Messages that subscribers are done with, each counted once."),
    count("missed", "Messages that subscribers missed."),
    count("callbacks", "Callback requests sent."),
    latency("end_to_end", "From the intended time of a change to each view that shows it, of all events and subscribers together."),
];
const COST: Quantity = count("cost", "A month, with `[price]`; in its currency.");

/// The quantities that each kind of thing can have, in the order of the catalog; `STAGE` and `NAME` stand for any.
#[rustfmt::skip]
pub static QUANTITIES: [(&str, &[&[Quantity]]); 13] = [
    ("subscriber.NAME", &[
        &[END_TO_END], &SUBSCRIBER_FIRST, &SUBSCRIBER, &[CRASHED, UNFINISHED], &DRAIN, &[STALE_OVERWRITES, STALE_FINAL], &VERSIONS,
        &CALLBACK, &CALLS, &[SINCE_ORIGIN, RAISED, PENDING, REPLAYED],
    ]),
    ("subscriber.NAME.stage.NAME", &[&STAGE, &[STAGE_BLOCKED]]),
    ("subscriber.NAME.hop", &[&[HOP]]),
    ("poller.NAME", &[&POLLER_FIRST, &POLLER, &DRAIN, &[STALE_OVERWRITES, STALE_FINAL], &VERSIONS, &CALLBACK, &CALLS]),
    ("sor.NAME", &[&SOR, &POLLED, &[OWN_LATENCY, OWN_LATENCY_ALONE], &SOR_IN_VAIN]),
    ("segment.NAME", &[&SEGMENT, &[PERSIST]]),
    ("topic.NAME", &[&CARRIER]),
    ("queue.NAME", &[&CARRIER]),
    ("link.NAME", &[&[WIRE_BYTES, WIRE_UTILIZATION, WIRE_LATENCY]]),
    ("zone.NAME", &[&[WIRE_BYTES, WIRE_LATENCY]]),
    ("event.NAME", &[&EVENT]),
    ("total", &[&TOTAL, &[COST]]),
    ("poller.NAME.hop", &[&[HOP]]),
];
const HOP: Quantity =
    stage_latency("STAGE", "Time of a change in one stage of its way; the means of all stages add up to that of `end_to_end`.");

/// What the statistics mean.
pub static STATISTICS: [(&str, &str); 9] = [
    ("mean", "the average"),
    ("sd", "the standard deviation"),
    ("p50", "the median: half are below"),
    ("p90", "nine of ten are below"),
    ("p95", "19 of 20 are below"),
    ("p99", "99 of 100 are below"),
    ("p999", "999 of 1000 are below"),
    ("max", "the greatest one seen in a run, on average over runs"),
    ("peak", "the largest mean over an aligned window of five minutes"),
];

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
        catalog.one("total", &Quantity { unit: Unit::Currency(price.currency), ..COST });
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
    scenario.takers().flat_map(|subscriber| called_back(scenario, subscriber).into_iter().chain(called_services(subscriber))).collect()
}

/// The systems of record that it calls back in whichever weight the events are, each once.
pub fn called_back(scenario: &Scenario, subscriber: &Subscriber) -> BTreeSet<usize> {
    let events = subscriber.callback.iter().flat_map(|_| scenario.events_reaching(subscriber));
    events.map(|event| target(scenario, subscriber, event)).collect()
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
            self.one(&format!("{of}.hop"), &Quantity { name: stage, ..HOP });
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
