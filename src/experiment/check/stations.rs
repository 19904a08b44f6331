//! What every station is asked to do while events come at given rates.
//!
//! A load is a sum of arrivals times services, and so exact as far as arrivals and services are known: who waits for others is not
//! loaded by that. How long servers are busy includes that waiting, which the Allen and Cunneen formula estimates; such stations are marked.

use super::flow::{self, Flow, Moments, Request, Way, flows, requests, way};
use super::pass::Pass;
use crate::scenario::Scenario;
use crate::scenario::spec::{Callback, Subscriber};
use crate::scenario::traffic::Network;
use crate::units::{Bytes, Time};

/// A line with servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Workers(usize),
    /// Of a pipeline: taker and stage.
    Stage(usize, usize),
    /// Places for unacknowledged messages.
    Prefetch(usize),
    Connections(usize),
    Sor(usize),
    Threads(usize),
    Journal(usize),
    Link(usize),
}

/// How seldom polls count, which bring their entries in bursts.
#[derive(Clone, Copy, Debug)]
pub enum Bursts {
    /// As if they were spread evenly.
    Even,
    /// The same, without what the last poll of the run leaves unread.
    Read,
    /// As they are in the window that begins at an instant.
    In(Time),
}

/// What is asked of a station.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// What makes it, in busy servers.
    pub parts: Vec<(&'static str, f64)>,
    /// Customers per second.
    pub arrivals: f64,
    /// Servers that are busy beside them, while they wait for others.
    pub waiting: f64,
    /// That is known, not estimated.
    pub exact: bool,
}

impl Load {
    pub fn servers_wanted(&self) -> f64 {
        self.parts.iter().map(|part| part.1).sum()
    }
}

/// Everything at given rates.
pub struct Loads {
    /// As [`Stations::places`].
    pub stations: Vec<Load>,
    /// Bytes per second, by link.
    pub bytes: Vec<f64>,
    /// By system of record.
    pub asked: Vec<Asked>,
    /// Per second, by taker: messages, attempts.
    pub messages: Vec<f64>,
}

/// What the takers ask of a system of record.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub requests: f64,
    /// Busy workers.
    pub busy: f64,
    /// The same, each as often as its caller would try.
    pub requests_worst: f64,
    pub busy_worst: f64,
    /// Events per second that lead to any of them.
    pub events: f64,
    /// Busy workers, by taker.
    pub by_taker: Vec<(usize, f64)>,
}

/// A flow with all that does not depend on rates.
pub(super) struct Course {
    pub flow: Flow,
    pub work: Moments,
    pub calls: Option<(Callback, Vec<Request>)>,
    pub deliver: Way,
    pub settle: Way,
}

/// A design, taken apart once.
pub struct Stations<'s> {
    pub(super) scenario: &'s Scenario,
    pub places: Vec<Place>,
    pub(super) courses: Vec<Course>,
    network: Network<'s>,
}

impl<'s> Stations<'s> {
    pub fn new(scenario: &'s Scenario) -> Stations<'s> {
        let takers: Vec<&Subscriber> = scenario.takers().collect();
        let course = |flow: Flow| {
            let (taker, event) = (takers[flow.taker], flow.event);
            let (home, bus) =
                (flow::home(scenario, taker), scenario.segment_of(taker.from).and_then(|segment| scenario.segments[segment].zone));
            let calls = requests(scenario, taker, event);
            let work = taker.works_on(event).map(Moments::of_service).fold(Moments::default(), Moments::plus);
            Course { work, calls, deliver: way(scenario, bus, home), settle: way(scenario, home, bus), flow }
        };
        let network = Network::new(scenario);
        let flows = flows(scenario, &network).into_iter().filter(|flow| flow.messages > 0.0);
        Stations { scenario, places: places(scenario), courses: flows.map(course).collect(), network }
    }

    /// A taker holds workers for answers of a system of record that some poller asks too, about all entries of a poll at once: how long
    /// such a line gets no formula here tells.
    pub fn waits_behind_batches(&self, taker: usize) -> bool {
        let asked =
            |course: &Course, sor: usize| course.calls.iter().any(|(_, requests)| requests.iter().any(|request| request.sor == sor));
        let polled = |sor: usize| {
            let readers = || self.courses.iter().filter(|course| course.flow.taker >= self.scenario.subscribers.len());
            readers().any(|course| asked(course, sor))
        };
        let mine = self.courses.iter().filter(|course| course.flow.taker == taker);
        let held = mine.filter_map(|course| course.calls.as_ref()).filter(|(manner, _)| manner.holds_worker);
        held.flat_map(|(_, requests)| requests).any(|request| polled(request.sor))
    }

    /// All that is raised a second while events come by themselves at these rates.
    pub fn raised(&self, own: Vec<f64>) -> Vec<f64> {
        self.network.with_derived(own)
    }

    pub(super) fn taker(&self, taker: usize) -> &'s Subscriber {
        let readers = || &self.scenario.pollers[taker - self.scenario.subscribers.len()].reader;
        self.scenario.subscribers.get(taker).unwrap_or_else(readers)
    }

    /// Everything while events are raised at these rates per second.
    pub fn loads(&self, rates: &[f64], mean_rates: &[f64], bursts: Bursts) -> Loads {
        self.pass(rates, mean_rates, bursts, 1.0)
    }

    /// The same without bursts and with so many times the requests of the systems' own users.
    pub fn scaled(&self, rates: &[f64], mean_rates: &[f64], own: f64) -> Loads {
        self.pass(rates, mean_rates, Bursts::Even, own)
    }

    /// Messages that all takers get of each event.
    pub fn copies(&self, event: usize) -> f64 {
        self.courses.iter().filter(|course| course.flow.event == event).map(|course| course.flow.messages).sum()
    }

    /// Bytes per second that a taker's messages take of the broker's memory while nobody takes them.
    pub fn bytes_to(&self, taker: usize, rates: &[f64], overhead: Bytes) -> f64 {
        let mine = self.courses.iter().map(|course| &course.flow).filter(|flow| flow.taker == taker);
        mine.map(|flow| rates[flow.event] * flow.messages * (self.scenario.events[flow.event].size.0 + overhead.0) as f64).sum()
    }

    fn pass(&self, rates: &[f64], mean_rates: &[f64], bursts: Bursts, own: f64) -> Loads {
        let mut pass = Pass::new(self, rates);
        pass.publish();
        pass.own(own);
        pass.poll(mean_rates, bursts);
        pass.take();
        pass.wait();
        pass.hold();
        pass.conclude()
    }
}

fn places(scenario: &Scenario) -> Vec<Place> {
    let mut places = Vec::new();
    for (taker, subscriber) in scenario.takers().enumerate() {
        places.push(Place::Workers(taker));
        places
            .extend((0..subscriber.pipeline.as_ref().map_or(0, |pipeline| pipeline.stages.len())).map(|stage| Place::Stage(taker, stage)));
        places.extend(subscriber.prefetch.map(|_| Place::Prefetch(taker)));
        places.extend(subscriber.manner().and_then(|manner| manner.connections).map(|_| Place::Connections(taker)));
    }
    places.extend((0..scenario.sors.len()).map(Place::Sor));
    for (index, segment) in scenario.segments.iter().enumerate() {
        places.push(Place::Threads(index));
        places.extend(segment.persist.as_ref().map(|_| Place::Journal(index)));
    }
    let narrow = scenario.links.iter().enumerate().filter(|(_, link)| link.bandwidth.is_some());
    places.extend(narrow.map(|(index, _)| Place::Link(index)));
    places
}
