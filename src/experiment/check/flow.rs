//! Who gets how many messages of which event, how often each is worked on, and whom that makes ask what.
//!
//! What depends on waiting (lifetimes, full lines, time-outs) counts as if it never happened.

use crate::scenario::Scenario;
use crate::scenario::spec::{Callback, Destination, Distribution, EventIndex, Line, Runs, Service, Subscriber, Weight, ZoneIndex};
use crate::scenario::traffic::{Network, done};
use crate::units::Bytes;

/// Messages of one event that one taker (a subscriber, or a poller after them) gets.
pub struct Flow {
    pub event: EventIndex,
    pub taker: usize,
    /// For each event raised.
    pub messages: f64,
    /// For each message.
    pub attempts: f64,
    /// Share of messages that are done in the end.
    pub done: f64,
}

/// All flows, events first, of a network that knows who gets what.
pub fn flows(scenario: &Scenario, network: &Network<'_>) -> Vec<Flow> {
    let mut flows = Vec::new();
    for (event, takers) in network.flows.iter().enumerate() {
        for (taker, messages) in takers {
            let subscriber = &scenario.subscribers[*taker];
            let line = match subscriber.from {
                Destination::Queue(queue) => &scenario.queues[queue].line,
                Destination::Topic(_) | Destination::Feed(_) => &subscriber.line,
            };
            flows.push(Flow {
                event,
                taker: *taker,
                messages: *messages,
                attempts: attempts(line, subscriber),
                done: done(line, subscriber),
            });
        }
        for (poller, asks) in scenario.pollers.iter().enumerate().filter(|(_, asks)| scenario.feeds[asks.feed].of == event) {
            let taker = scenario.subscribers.len() + poller;
            flows.push(Flow { event, taker, messages: 1.0, attempts: attempts(&asks.reader.line, &asks.reader), done: 1.0 });
        }
    }
    flows
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
        Runs::Listener | Runs::Actors | Runs::Topology => taker.zone,
        Runs::Workflow => scenario.segment_of(taker.from).and_then(|segment| scenario.segments[segment].zone),
    }
}
