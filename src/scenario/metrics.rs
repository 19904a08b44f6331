//! Which figures a scenario has: the one list that objectives are checked against and that the model fills.
//!
//! Names are `<kind>.<name>.<quantity>[.<statistic>]`. The order is the file's: subscribers, systems of record, segments, topics,
//! queues, links, zones, events, totals; within each the order of the tables below.

use super::spec::{Destination, Scenario, Subscriber};
use crate::units::Unit;
use std::collections::BTreeSet;

/// Statistics of a latency over its samples; all in seconds.
pub const LATENCY_STATISTICS: [&str; 8] = ["mean", "sd", "p50", "p90", "p95", "p99", "p999", "max"];
/// Statistics of a level over time; `peak` is the largest aligned 5-minute mean.
pub const LEVEL_STATISTICS: [&str; 3] = ["mean", "max", "peak"];
/// Statistics of an age over time.
pub const AGE_STATISTICS: [&str; 2] = ["mean", "max"];

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

const fn level(name: &'static str, unit: Unit) -> Quantity {
    Quantity { name, unit, statistics: &LEVEL_STATISTICS }
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

/// Hops of every subscriber's end-to-end latency, in order: their means add up to it.
const HOPS_BEFORE: [&str; 4] = ["hop.publish_link", "hop.segment_wait", "hop.segment_work", "hop.journal"];
const HOPS_DELIVERY: [&str; 6] = ["hop.backlog", "hop.deliver_wait", "hop.deliver_work", "hop.delivery_link", "hop.wait", "hop.work"];
const HOPS_CALLBACK: [&str; 6] = ["hop.connection", "hop.callback_link", "hop.sor_wait", "hop.sor_service", "hop.backoff", "hop.parsing"];
/// What is left until the view shows the version or a newer one.
const HOP_LAST: &str = "hop.overtaken";

const SUBSCRIBER: [Quantity; 20] = [
    // From the intended time of the change to the view that shows it or a newer one.
    latency("end_to_end"),
    // Age of the oldest change that the view does not show yet.
    age("freshness"),
    // From the broker's acceptance to the hand-over.
    latency("delivery"),
    // From the hand-over to a worker.
    latency("waiting"),
    level("backlog", Unit::Count),
    // Handed over and not yet acknowledged.
    level("in_flight", Unit::Count),
    figure("throughput", Unit::PerSecond),
    level("utilization", Unit::Share),
    count("redelivered"),
    // Never delivered, for whichever reason; then by reason.
    count("missed"),
    count("missed.not_durable"),
    count("missed.expired"),
    count("missed.dropped"),
    count("missed.refused"),
    count("missed.dead_lettered"),
    count("unfinished"),
    // An older version was applied over a newer one.
    count("stale_overwrites"),
    // Share of lifecycles whose last shown version is old.
    figure("stale_final", Unit::Share),
    // Time during which views show an older version than they had shown.
    figure("time_wrong", Unit::ItemSeconds),
    count("order_violations"),
];

const CALLBACK: [Quantity; 3] = [latency("callback.latency"), count("callback.attempts"), count("callback.failed")];

const SOR: [Quantity; 6] = [
    level("utilization", Unit::Share),
    latency("waiting"),
    level("waiting_line", Unit::Count),
    figure("callbacks", Unit::PerSecond),
    count("refused"),
    // Share of the workers' time that goes into answers for callers that gave up.
    figure("wasted", Unit::Share),
];
const OWN_LATENCY: Quantity = latency("own_latency");

const SEGMENT: [Quantity; 6] = [
    level("utilization", Unit::Share),
    latency("waiting"),
    level("memory", Unit::Bytes),
    // Share of time during which publishers were blocked.
    figure("blocked", Unit::Share),
    count("published"),
    count("delivered"),
];
const PERSIST: Quantity = level("persist.utilization", Unit::Share);

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

/// Both directions together.
const WIRE: [Quantity; 2] = [figure("bytes", Unit::BytesPerSecond), latency("latency")];
/// Of the busier direction.
const WIRE_UTILIZATION: Quantity = level("utilization", Unit::Share);

/// `end_to_end` ends at the event's last subscriber.
const EVENT: [Quantity; 3] = [count("raised"), count("refused"), latency("end_to_end")];

const TOTAL: [Quantity; 4] = [count("raised"), count("delivered"), count("missed"), count("callbacks")];

/// All figures that this scenario can have, each once. A statistic without samples is absent from an outcome; counts never are.
pub fn metric_catalog(scenario: &Scenario) -> Vec<MetricDefinition> {
    let mut catalog = Catalog::default();
    for subscriber in &scenario.subscribers {
        catalog.subscriber(scenario, subscriber);
    }
    let called = called(scenario);
    for (index, sor) in scenario.sors.iter().enumerate() {
        if called.contains(&index) || sor.own_load.is_some() {
            let of = format!("sor.{}", sor.name);
            catalog.all(&of, &SOR);
            catalog.when(sor.own_load.is_some(), &of, &OWN_LATENCY);
        }
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
        catalog.all(&of, &WIRE);
        catalog.when(link.bandwidth.is_some(), &of, &WIRE_UTILIZATION);
    }
    for zone in &scenario.zones {
        catalog.all(&format!("zone.{}", zone.name), &WIRE);
    }
    for event in &scenario.events {
        catalog.all(&format!("event.{}", event.name), &EVENT);
    }
    catalog.all("total", &TOTAL);
    catalog.list
}

/// Systems of record that a callback may go to, in whichever weight the events are.
fn called(scenario: &Scenario) -> BTreeSet<usize> {
    let mut called = BTreeSet::new();
    for subscriber in &scenario.subscribers {
        if subscriber.callback.is_some() {
            called.extend(scenario.events_of(subscriber).map(|event| target(scenario, subscriber, event)));
        }
    }
    called
}

/// Whom a subscriber calls about an event.
pub(super) fn target(scenario: &Scenario, subscriber: &Subscriber, event: usize) -> usize {
    subscriber.callback.as_ref().and_then(|callback| callback.to).unwrap_or(scenario.events[event].from)
}

/// Also asked of scenarios with problems, in which the way may lead nowhere.
fn persists(scenario: &Scenario, from: Destination) -> bool {
    let segment = match from {
        Destination::Topic(topic) => scenario.topics.get(topic).map(|topic| topic.segment),
        Destination::Queue(queue) => scenario.queues.get(queue).map(|queue| queue.segment),
    };
    segment.and_then(|segment| scenario.segments.get(segment)).is_some_and(|segment| segment.persist.is_some())
}

#[derive(Default)]
struct Catalog {
    list: Vec<MetricDefinition>,
}

impl Catalog {
    fn subscriber(&mut self, scenario: &Scenario, subscriber: &Subscriber) {
        let of = format!("subscriber.{}", subscriber.name);
        let (first, rest) = SUBSCRIBER.split_at(3);
        self.all(&of, first);
        let persists = persists(scenario, subscriber.from);
        let (journal, before) = (HOPS_BEFORE[3], &HOPS_BEFORE[..3]);
        for hop in before.iter().chain(persists.then_some(&journal)).chain(&HOPS_DELIVERY) {
            self.one(&of, &latency(hop));
        }
        if subscriber.callback.is_some() {
            for hop in HOPS_CALLBACK {
                self.one(&of, &latency(hop));
            }
        }
        self.one(&of, &latency(HOP_LAST));
        self.all(&of, rest);
        if subscriber.callback.is_some() {
            self.all(&of, &CALLBACK);
        }
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
