//! The processes of all disruptions: when each begins and ends, by what factor they slow a thing down together, and who cannot hear.
//!
//! Knows nothing of what they do to anybody; `outage` does. Every process draws from a stream of its own, in its own order, so its times
//! depend on nothing that happens in the run.

use crate::scenario::Scenario;
use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::spec::Destination;
use crate::sim::{Distribution, Stream};
use crate::units::{Span, Time};
use std::hint::cold_path;

/// One disruption of the scenario.
#[derive(Clone, Debug)]
pub struct Process {
    pub target: Target,
    pub effect: Effect,
    when: When,
    stream: Stream,
    lasts: bool,
}

/// A stretch of time that a disruption takes, or would if it began before the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Time,
    pub to: Time,
}

impl Process {
    /// Before its first occurrence.
    pub fn new(disruption: &Disruption, stream: Stream) -> Process {
        Process { target: disruption.target, effect: disruption.effect, when: disruption.when.clone(), stream, lasts: false }
    }

    /// The first occurrence after the start, or the next one after the end of the last.
    pub fn next(&mut self, after: Option<Time>) -> Option<Window> {
        let draw = |distribution: &Distribution, stream: &mut Stream| distribution.sample(stream);
        let (from, length) = match (&self.when, after) {
            (When::Once { at, length }, None) => (*at, *length),
            (When::Once { .. }, Some(_)) => return None,
            (When::Random { every, length }, after) => {
                let from = after.unwrap_or(Time::ZERO) + draw(every, &mut self.stream);
                (from, draw(length, &mut self.stream))
            }
        };
        // However short, so that nothing begins and ends at one instant.
        Some(Window { from, to: from + length.max(Span(1)) })
    }
}

/// How a subscriber is connected.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// The broker's number of its first consumer; those of the others follow.
    pub first: u32,
    pub prefetch: Option<u32>,
    /// Messages are kept for it while it is away.
    pub durable: bool,
}

/// All of them, and what follows from them together.
#[derive(Clone, Debug)]
pub struct Disruptions {
    processes: Vec<Process>,
    /// By process: its present occurrence, or the one to come.
    windows: Vec<Option<Window>>,
    /// By subscriber; empty where nothing is ever disrupted.
    pub connections: Vec<Connections>,
    /// By subscriber: everything that comes to its subscription now is lost.
    deaf: Vec<bool>,
    deaf_count: u32,
    /// By process: whose recovery it is about, as line and place among the line's recoveries.
    pub concerned: Vec<Vec<(u32, u32)>>,
}

impl Disruptions {
    /// Nothing lasts yet.
    pub fn new(processes: Vec<Process>, scenario: &Scenario) -> Disruptions {
        let mut first = 0;
        let mut connections = Vec::new();
        for subscriber in scenario.subscribers.iter().filter(|_| !processes.is_empty()) {
            let durable = subscriber.durable || matches!(subscriber.from, Destination::Queue(_));
            connections.push(Connections { first, prefetch: subscriber.prefetch, durable });
            first += subscriber.consumers;
        }
        let concerned = vec![Vec::new(); processes.len()];
        Disruptions {
            concerned,
            windows: vec![None; processes.len()],
            deaf: vec![false; connections.len()],
            deaf_count: 0,
            connections,
            processes,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.processes.len()
    }

    /// Nothing is ever disrupted.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.processes.is_empty()
    }

    /// What a disruption does to what.
    pub fn of(&self, index: usize) -> (Target, Effect) {
        (self.processes[index].target, self.processes[index].effect)
    }

    /// All of one thing, as they were before the run.
    pub fn processes_on(&self, target: Target) -> impl Iterator<Item = &Process> {
        self.processes.iter().filter(move |process| process.target == target)
    }

    /// Names the next occurrence of a disruption that does not last.
    pub fn plan(&mut self, index: usize) -> Option<Window> {
        let after = self.windows[index].map(|window| window.to);
        self.windows[index] = self.processes[index].next(after);
        self.windows[index]
    }

    /// The planned occurrence begins; when it ends.
    pub fn begin(&mut self, index: usize) -> Time {
        self.processes[index].lasts = true;
        self.windows[index].expect("what begins was planned").to
    }

    /// It ends.
    pub fn end(&mut self, index: usize) {
        self.processes[index].lasts = false;
    }

    /// By what factor a thing is slow now: exactly 1 when nothing slows it down.
    pub fn slowness(&self, targets: &[Target]) -> f64 {
        let lasting = self.processes.iter().filter(|process| process.lasts && targets.contains(&process.target));
        lasting.map(|process| if let Effect::Slow(factor) = process.effect { factor } else { 1.0 }).product()
    }

    /// Somebody's messages are lost as they come.
    #[inline(always)]
    pub fn anybody_deaf(&self) -> bool {
        self.deaf_count > 0
    }

    /// This subscriber's are.
    pub fn is_deaf(&self, who: usize) -> bool {
        self.deaf[who]
    }

    /// A subscriber has lost its last consumer (`away`), or has one again.
    pub fn hears(&mut self, who: usize, away: bool) {
        let is_deaf = away && !self.connections[who].durable;
        if std::mem::replace(&mut self.deaf[who], is_deaf) != is_deaf {
            if is_deaf { self.deaf_count += 1 } else { self.deaf_count -= 1 }
        }
    }
}

/// A span in the hands of somebody who is slow by this factor. Almost always it is 1.
#[inline(always)]
pub fn slowed(span: Span, factor: f64) -> Span {
    if factor == 1.0 {
        return span;
    }
    cold_path();
    span.times(factor)
}
