//! Who gets how many messages of which event, how often each is worked on, and whom that makes ask what.
//!
//! What depends on waiting (lifetimes, full lines, time-outs) counts as if it never happened. Subscribers that compete for a queue share
//! by their consumers, which is how the broker deals.

use crate::scenario::Scenario;
use crate::scenario::spec::{
    Callback, Destination, Distribution, Event, EventIndex, Line, QueueIndex, Runs, Selector, Service, Subscriber, Weight, ZoneIndex,
};
use crate::units::Bytes;

/// Messages of one event that one taker (a subscriber, or a poller after them) gets.
pub struct Flow {
    pub event: EventIndex,
    pub taker: usize,
    /// For each event raised.
    pub messages: f64,
    /// For each message.
    pub attempts: f64,
}

/// All flows, events first.
pub fn flows(scenario: &Scenario) -> Vec<Flow> {
    let mut flows = Vec::new();
    for (index, event) in scenario.events.iter().enumerate() {
        let mut add = |taker: usize, messages: f64, line: &Line, subscriber: &Subscriber| {
            flows.push(Flow { event: index, taker, messages, attempts: attempts(line, subscriber) });
        };
        match event.to {
            Some(Destination::Queue(queue)) => into_queue(scenario, queue, 1.0, &mut add),
            Some(topic @ Destination::Topic(_)) => {
                for (taker, subscriber) in scenario.subscribers.iter().enumerate().filter(|(_, subscriber)| subscriber.from == topic) {
                    let messages = share_of(&subscriber.selector, event);
                    add(taker, messages, &subscriber.line, subscriber);
                    bury(scenario, &subscriber.line, messages * dying(&subscriber.line, subscriber), &mut add);
                }
            }
            Some(Destination::Feed(_)) | None => {}
        }
        for (poller, asks) in scenario.pollers.iter().enumerate().filter(|(_, asks)| scenario.feeds[asks.feed].of == index) {
            add(scenario.subscribers.len() + poller, 1.0, &asks.reader.line, &asks.reader);
        }
    }
    flows
}

type Add<'a> = dyn FnMut(usize, f64, &Line, &Subscriber) + 'a;

fn into_queue(scenario: &Scenario, queue: QueueIndex, messages: f64, add: &mut Add<'_>) {
    let takers = || scenario.subscribers.iter().enumerate().filter(|(_, subscriber)| subscriber.from == Destination::Queue(queue));
    let consumers: f64 = takers().map(|(_, subscriber)| f64::from(subscriber.consumers)).sum();
    let line = &scenario.queues[queue].line;
    let mut dead = 0.0;
    for (taker, subscriber) in takers() {
        let messages = messages * f64::from(subscriber.consumers) / consumers;
        add(taker, messages, line, subscriber);
        dead += messages * dying(line, subscriber);
    }
    bury(scenario, line, dead, add);
}

/// Dead letters go in no circle, which a checked scenario excludes.
fn bury(scenario: &Scenario, line: &Line, messages: f64, add: &mut Add<'_>) {
    if let Some(queue) = line.policy.dead_letter.filter(|_| messages > 0.0) {
        into_queue(scenario, queue.0 as usize, messages, add);
    }
}

/// The part of an event's messages that a selector lets through: kinds are drawn evenly, or come in turn over a lifecycle.
pub fn share_of(selector: &Selector, event: &Event) -> f64 {
    match selector {
        Selector::All => 1.0,
        Selector::Share(share) => *share,
        Selector::Kinds(_) if event.kinds.is_empty() => 0.0,
        Selector::Kinds(kinds) => {
            let changes = event.lifecycle.as_ref().map_or(1, |lifecycle| lifecycle.changes as usize);
            let steps = if changes > 1 { changes } else { event.kinds.len() };
            let passing = (0..steps).filter(|step| kinds.contains(&event.kinds[step % event.kinds.len()])).count();
            passing as f64 / steps as f64
        }
    }
}

/// Mean number of attempts at a message: each fails by chance alone, a poisoned one always.
fn attempts(line: &Line, subscriber: &Subscriber) -> f64 {
    let (failure, poison) = (subscriber.failure, subscriber.poison);
    match line.policy.max_deliveries.map(f64::from) {
        Some(most) if failure >= 1.0 => most,
        Some(most) => poison * most + (1.0 - poison) * (1.0 - libm::pow(failure, most)) / (1.0 - failure),
        None => 1.0 / (1.0 - failure),
    }
}

/// Share of messages that fail as often as they may.
fn dying(line: &Line, subscriber: &Subscriber) -> f64 {
    let Some(most) = line.policy.max_deliveries else { return 0.0 };
    subscriber.poison + (1.0 - subscriber.poison) * libm::pow(subscriber.failure, f64::from(most))
}

/// A request to a system of record.
pub struct Request {
    pub sor: usize,
    pub service: Moments,
    pub size: Bytes,
    pub answer: Bytes,
    pub parsing: f64,
}

/// What an attempt at an event's message makes a taker ask, and how.
pub fn requests(scenario: &Scenario, taker: &Subscriber, event: EventIndex) -> Option<(Callback, Vec<Request>)> {
    let manner = taker.manner()?;
    let light = taker.callback.as_ref().filter(|_| scenario.events[event].weight == Weight::Light);
    let called = light.map(|callback| callback.to.unwrap_or(scenario.events[event].from));
    let request = |sor: usize| Request {
        sor,
        service: scenario.sors[sor].service.as_ref().map_or(Moments::default(), Moments::of_service),
        size: manner.request,
        answer: manner.response,
        parsing: manner.parsing.mean(),
    };
    let requests: Vec<Request> = called.into_iter().chain(taker.calls.iter().copied()).map(request).collect();
    (!requests.is_empty()).then_some((manner, requests))
}

/// Mean and mean square of a time, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Moments {
    pub mean: f64,
    pub square: f64,
}

impl Moments {
    pub fn of(distribution: &Distribution) -> Moments {
        let mean = distribution.mean();
        Moments { mean, square: mean * mean + distribution.variance() }
    }

    /// Of a recorded service that of its rows.
    pub fn of_service(service: &Service) -> Moments {
        match service {
            Service::Drawn(distribution) => Moments::of(distribution),
            Service::Recorded { rows, otherwise } if rows.is_empty() => Moments::of(otherwise),
            Service::Recorded { rows, .. } => {
                let average = |of: fn(f64) -> f64| rows.iter().map(|row| of(row.1.seconds())).sum::<f64>() / rows.len() as f64;
                Moments { mean: average(|time| time), square: average(|time| time * time) }
            }
        }
    }

    /// Of the sum with an independent time.
    pub fn plus(self, other: Moments) -> Moments {
        Moments { mean: self.mean + other.mean, square: self.square + 2.0 * self.mean * other.mean + other.square }
    }

    pub fn times(self, factor: f64) -> Moments {
        Moments { mean: self.mean * factor, square: self.square * factor * factor }
    }
}

/// From one place to another.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Link and direction.
    pub link: Option<(usize, usize)>,
    /// Mean seconds, the time on the wire aside.
    pub latency: f64,
}

/// A place without a zone is next to every other.
pub fn way(scenario: &Scenario, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> Way {
    let (Some(from), Some(to)) = (from, to) else { return Way { link: None, latency: 0.0 } };
    if from == to {
        return Way { link: None, latency: scenario.zones[from].latency.mean() };
    }
    let joins = |pair: (ZoneIndex, ZoneIndex)| pair == (from, to) || pair == (to, from);
    let found = scenario.links.iter().enumerate().find(|(_, link)| joins(link.between));
    found.map_or(Way { link: None, latency: 0.0 }, |(index, link)| Way {
        link: Some((index, usize::from(link.between != (from, to)))),
        latency: link.latency.mean(),
    })
}

/// Where a taker works: a workflow on its segment.
pub fn home(scenario: &Scenario, taker: &Subscriber) -> Option<ZoneIndex> {
    match taker.runs {
        Runs::Listener => taker.zone,
        Runs::Workflow => scenario.segment_of(taker.from).and_then(|segment| scenario.segments[segment].zone),
    }
}
