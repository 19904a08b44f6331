//! How often everything happens on average, by arithmetic alone: the traffic equations of the design.
//!
//! An event comes at its own rate and as often as subscribers raise it, each of their messages that is done raising at most one:
//! lambda = a + lambda R (J. Jackson, "Networks of waiting lines", Operations Research 5, 1957). They have a finite solution where
//! every loop of `R` shrinks, which is where I - R is an M-matrix, and that shows in the signs of its pivots (A. Berman and
//! R. Plemmons, Nonnegative Matrices in the Mathematical Sciences, 1979, ch. 6). Solved loop by loop, upstream first.
//!
//! Losses that depend on waiting (lifetimes, full queues, non-durable subscriptions) and calls that fail count as none, competing
//! subscribers of a queue share by their consumers. Also asked of scenarios with problems, in which references may lead nowhere.

use super::spec::{Destination, Event, EventIndex, Line, Scenario, Selector, Subscriber, SubscriberIndex};
use crate::sim::Pattern;

/// Mean rates over the horizon, per second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Changes raised, by event: by its system of record and by subscribers.
    pub events: Vec<f64>,
    /// First deliveries, by subscriber.
    pub subscribers: Vec<f64>,
}

/// Why there is no solution, or none that a run comes to the end of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// These events raise each other more and more; each of them leads to so many others in the next round.
    Grows { events: Vec<EventIndex>, gain: f64 },
    /// More events in one loop than are solved for.
    TooLong { event: EventIndex, events: usize },
    /// One arrival of this event leads to so many others.
    Bursts { event: EventIndex, others: f64 },
}

/// Events in one loop.
const LOOP_MAX: usize = 200;
/// Derived events of one arrival, all at the same instant in the worst case.
const OTHERS_MAX: f64 = 100_000.0;

/// Rates as they would be, or why they are not.
pub(super) fn solve(scenario: &Scenario) -> Result<Traffic, Trouble> {
    let network = Network::new(scenario);
    let rates = network.raised(scenario.events.iter().map(|event| own_rate(scenario, event)).collect())?;
    network.check_bursts(scenario, &network.loops)?;
    let mut subscribers = vec![0.0; scenario.subscribers.len()];
    for (flows, rate) in network.flows.iter().zip(&rates) {
        for (subscriber, messages) in flows {
            subscribers[*subscriber] += messages * rate;
        }
    }
    Ok(Traffic { events: rates, subscribers })
}

/// What the event's own arrivals make, per second of the horizon.
fn own_rate(scenario: &Scenario, event: &Event) -> f64 {
    let horizon = scenario.run.horizon.seconds();
    let arrivals = &event.arrivals;
    match &arrivals.pattern {
        Pattern::Trace(rows) => rows.before(scenario.horizon()) as f64 / horizon,
        Pattern::Mmpp(_) => arrivals.rate,
        _ => arrivals.rate * arrivals.profile.expected(scenario.horizon()) / horizon,
    }
}

/// Who gets what of whom.
pub struct Network<'s> {
    scenario: &'s Scenario,
    by_topic: Vec<Vec<SubscriberIndex>>,
    by_queue: Vec<Vec<SubscriberIndex>>,
    /// By event: who gets how many messages of one of them.
    pub flows: Vec<Vec<(SubscriberIndex, f64)>>,
    /// By event: how many events of another kind one of them leads to directly.
    gains: Vec<Vec<(EventIndex, f64)>>,
    /// Events that lead to each other, downstream first.
    loops: Vec<Vec<EventIndex>>,
}

impl<'s> Network<'s> {
    /// Takes a scenario apart.
    pub fn new(scenario: &'s Scenario) -> Network<'s> {
        let mut network = Network {
            scenario,
            by_topic: vec![Vec::new(); scenario.topics.len()],
            by_queue: vec![Vec::new(); scenario.queues.len()],
            flows: Vec::new(),
            gains: Vec::new(),
            loops: Vec::new(),
        };
        for (index, subscriber) in scenario.subscribers.iter().enumerate() {
            let takers = match subscriber.from {
                Destination::Topic(topic) => network.by_topic.get_mut(topic),
                Destination::Queue(queue) => network.by_queue.get_mut(queue),
                Destination::Feed(_) => None,
            };
            takers.into_iter().for_each(|takers| takers.push(index));
        }
        network.flows = scenario.events.iter().map(|event| network.flow(event)).collect();
        network.gains = network.flows.iter().map(|flows| network.gains(flows)).collect();
        network.loops = network.loops();
        network
    }

    /// All that is raised per second while events come by themselves at these rates. No error in a scenario without problems.
    pub(super) fn raised(&self, own: Vec<f64>) -> Result<Vec<f64>, Trouble> {
        let mut rates = own;
        for members in self.loops.iter().rev() {
            self.spread(members, &mut rates)?;
        }
        Ok(rates)
    }

    /// The same of a scenario without problems, in which every loop shrinks.
    pub fn with_derived(&self, own: Vec<f64>) -> Vec<f64> {
        self.raised(own.clone()).unwrap_or(own)
    }

    /// Messages of one event, by subscriber.
    fn flow(&self, event: &Event) -> Vec<(SubscriberIndex, f64)> {
        let mut flow = Vec::new();
        match event.to {
            Some(Destination::Queue(queue)) => self.flow_into(queue, 1.0, &mut flow),
            Some(Destination::Topic(topic)) => {
                for subscriber in self.by_topic.get(topic).into_iter().flatten() {
                    let taker = &self.scenario.subscribers[*subscriber];
                    let messages = taker.selector.share_of(event);
                    flow.push((*subscriber, messages));
                    self.bury(&taker.line, messages * dying(&taker.line, taker), &mut flow);
                }
            }
            Some(Destination::Feed(_)) | None => {}
        }
        flow
    }

    fn flow_into(&self, queue: usize, messages: f64, flow: &mut Vec<(SubscriberIndex, f64)>) {
        let Some(takers) = self.by_queue.get(queue).filter(|takers| !takers.is_empty()) else { return };
        let consumers = |subscriber: &SubscriberIndex| f64::from(self.scenario.subscribers[*subscriber].consumers);
        let all: f64 = takers.iter().map(consumers).sum();
        flow.extend(takers.iter().map(|subscriber| (*subscriber, messages * consumers(subscriber) / all)));
        let line = &self.scenario.queues[queue].line;
        let taken = |index: &SubscriberIndex| {
            let taker = &self.scenario.subscribers[*index];
            dying(line, taker) * consumers(index) / all
        };
        self.bury(line, messages * takers.iter().map(taken).sum::<f64>(), flow);
    }

    /// What fails as often as it may goes to the dead letters.
    fn bury(&self, line: &Line, dead: f64, flow: &mut Vec<(SubscriberIndex, f64)>) {
        // A circle of dead letters is an error, and ends here as well.
        let circle = flow.len() > 2 * self.scenario.subscribers.len();
        if let Some(queue) = line.dead_letter()
            && dead > 1e-6
            && !circle
        {
            self.flow_into(queue, dead, flow);
        }
    }

    fn gains(&self, flows: &[(SubscriberIndex, f64)]) -> Vec<(EventIndex, f64)> {
        let mut gains = std::collections::BTreeMap::new();
        for (index, messages) in flows {
            let subscriber = &self.scenario.subscribers[*index];
            let line = match subscriber.from {
                Destination::Topic(_) | Destination::Feed(_) => &subscriber.line,
                Destination::Queue(queue) => &self.scenario.queues[queue].line,
            };
            let done = messages * done(line, subscriber);
            for raise in &subscriber.raises {
                *gains.entry(raise.event).or_insert(0.0) += done * raise.share;
            }
        }
        gains.into_iter().filter(|(_, gain)| *gain > 0.0).collect()
    }

    /// Events that lead to each other, downstream first (R. Tarjan, "Depth-first search and linear graph algorithms", 1972).
    fn loops(&self) -> Vec<Vec<EventIndex>> {
        let mut search = Search { order: vec![0; self.gains.len()], low: vec![0; self.gains.len()], ..Search::default() };
        for start in 0..self.gains.len() {
            if search.order[start] == 0 {
                search.from(start, &self.gains);
            }
        }
        search.found
    }

    /// Solves for the rates of one loop, whose inflow is known, and passes them on downstream.
    fn spread(&self, members: &[EventIndex], rates: &mut [f64]) -> Result<(), Trouble> {
        if self.is_loop(members) {
            let inflow: Vec<f64> = members.iter().map(|event| rates[*event]).collect();
            let solved = self.factors(members)?.solve_transposed(inflow);
            members.iter().zip(solved).for_each(|(event, rate)| rates[*event] = rate);
        }
        for from in members {
            for (to, gain) in self.gains[*from].iter().filter(|(to, _)| !members.contains(to)) {
                rates[*to] += rates[*from] * gain;
            }
        }
        Ok(())
    }

    fn is_loop(&self, members: &[EventIndex]) -> bool {
        members.len() > 1 || self.gains[members[0]].iter().any(|(to, _)| *to == members[0])
    }

    fn factors(&self, members: &[EventIndex]) -> Result<Factors, Trouble> {
        if members.len() > LOOP_MAX {
            return Err(Trouble::TooLong { event: members[0], events: members.len() });
        }
        let n = members.len();
        let mut matrix = vec![vec![0.0; n]; n];
        for (row, from) in members.iter().enumerate() {
            matrix[row][row] = 1.0;
            for (to, gain) in &self.gains[*from] {
                if let Some(column) = members.iter().position(|member| member == to) {
                    matrix[row][column] -= gain;
                }
            }
        }
        Factors::new(matrix).ok_or_else(|| self.growth(members))
    }

    /// One way around, and how much more of it there is after a round.
    fn growth(&self, members: &[EventIndex]) -> Trouble {
        let events = self.round(members);
        let product = |events: &[EventIndex]| -> f64 {
            let next = events.iter().skip(1).chain(&events[..1]);
            let step =
                |(from, to): (&usize, &usize)| self.gains[*from].iter().find(|(event, _)| event == to).map_or(0.0, |(_, gain)| *gain);
            events.iter().zip(next).map(step).product()
        };
        let inside = |event: &EventIndex| self.gains[*event].iter().filter(|(to, _)| members.contains(to)).count();
        if events.len() == members.len() && members.iter().all(|event| inside(event) == 1) {
            let gain = product(&events);
            return Trouble::Grows { events, gain };
        }
        let gain = libm::pow(self.radius(members), events.len() as f64);
        Trouble::Grows { events, gain }
    }

    /// The shortest way from the first member back to itself.
    fn round(&self, members: &[EventIndex]) -> Vec<EventIndex> {
        let start = members[0];
        let mut before = std::collections::BTreeMap::new();
        let mut line = std::collections::VecDeque::from([start]);
        while let Some(event) = line.pop_front() {
            for (to, _) in self.gains[event].iter().filter(|(to, _)| members.contains(to)) {
                if *to == start {
                    let mut way = vec![event];
                    while let Some(previous) = before.get(way.last().unwrap_or(&start)).filter(|_| way.last() != Some(&start)) {
                        way.push(*previous);
                    }
                    way.reverse();
                    return way;
                }
                if !before.contains_key(to) {
                    before.insert(*to, event);
                    line.push_back(*to);
                }
            }
        }
        members.to_vec()
    }

    /// The spectral radius by powers of I + R, which has no periods.
    fn radius(&self, members: &[EventIndex]) -> f64 {
        let mut vector = vec![1.0; members.len()];
        let mut growth = 1.0;
        for _ in 0..200 {
            let mut next = vector.clone();
            for (row, from) in members.iter().enumerate() {
                for (to, gain) in &self.gains[*from] {
                    if let Some(column) = members.iter().position(|member| member == to) {
                        next[row] += gain * vector[column];
                    }
                }
            }
            growth = next.iter().copied().fold(0.0, f64::max);
            vector = next.into_iter().map(|value| value / growth).collect();
        }
        growth - 1.0
    }

    /// What one arrival leads to stays within bounds: all of it may happen at one instant.
    fn check_bursts(&self, scenario: &Scenario, loops: &[Vec<EventIndex>]) -> Result<(), Trouble> {
        let mut led_to = vec![1.0; self.gains.len()];
        for members in loops {
            for from in members {
                led_to[*from] +=
                    self.gains[*from].iter().filter(|(to, _)| !members.contains(to)).map(|(to, gain)| gain * led_to[*to]).sum::<f64>();
            }
            if self.is_loop(members) {
                let solved = self.factors(members)?.solve(members.iter().map(|event| led_to[*event]).collect());
                members.iter().zip(solved).for_each(|(event, all)| led_to[*event] = all);
            }
        }
        for (event, all) in led_to.into_iter().enumerate() {
            let others = (all - 1.0) * f64::from(scenario.events[event].arrivals.batch);
            if others > OTHERS_MAX {
                return Err(Trouble::Bursts { event, others });
            }
        }
        Ok(())
    }
}

/// Share of messages that fail as often as they may.
fn dying(line: &Line, subscriber: &Subscriber) -> f64 {
    let Some(most) = line.policy.max_deliveries else { return 0.0 };
    subscriber.poison + (1.0 - subscriber.poison) * libm::pow(subscriber.failure, f64::from(most))
}

/// Share of messages that are done in the end.
pub fn done(line: &Line, subscriber: &Subscriber) -> f64 {
    if line.policy.max_deliveries.is_some() { 1.0 - dying(line, subscriber) } else { 1.0 - subscriber.poison }
}

/// A depth-first search without recursion.
#[derive(Default)]
struct Search {
    /// From 1, 0 before it is met.
    order: Vec<usize>,
    low: Vec<usize>,
    met: usize,
    open: Vec<EventIndex>,
    found: Vec<Vec<EventIndex>>,
}

impl Search {
    fn from(&mut self, start: EventIndex, gains: &[Vec<(EventIndex, f64)>]) {
        let mut way = vec![(start, 0)];
        self.meet(start);
        while let Some((event, next)) = way.last_mut() {
            let event = *event;
            let Some((to, _)) = gains[event].get(*next) else {
                way.pop();
                if let Some((before, _)) = way.last() {
                    self.low[*before] = self.low[*before].min(self.low[event]);
                }
                self.close(event);
                continue;
            };
            *next += 1;
            if self.order[*to] == 0 {
                self.meet(*to);
                way.push((*to, 0));
            } else {
                // One that is closed already has the highest number.
                self.low[event] = self.low[event].min(self.order[*to]);
            }
        }
    }

    fn meet(&mut self, event: EventIndex) {
        self.met += 1;
        (self.order[event], self.low[event]) = (self.met, self.met);
        self.open.push(event);
    }

    /// The first met of a loop takes all that were met after it.
    fn close(&mut self, event: EventIndex) {
        if self.low[event] != self.order[event] {
            return;
        }
        let first = self.open.iter().rposition(|open| *open == event).unwrap_or(0);
        let members = self.open.split_off(first);
        members.iter().for_each(|member| self.order[*member] = usize::MAX);
        self.found.push(members);
    }
}

/// Lower and upper triangle of I - R in one matrix: for such a matrix no rows need to be exchanged.
struct Factors(Vec<Vec<f64>>);

/// A loop this close to keeping its size does not die out within any run.
const PIVOT_MIN: f64 = 1e-9;

impl Factors {
    /// None where it grows.
    fn new(mut matrix: Vec<Vec<f64>>) -> Option<Factors> {
        for step in 0..matrix.len() {
            let pivot = matrix[step][step];
            if pivot.is_nan() || pivot <= PIVOT_MIN {
                return None;
            }
            let (above, below) = matrix.split_at_mut(step + 1);
            for row in below {
                row[step] /= pivot;
                let factor = row[step];
                for (value, other) in row[step + 1..].iter_mut().zip(&above[step][step + 1..]) {
                    *value -= factor * other;
                }
            }
        }
        Some(Factors(matrix))
    }

    /// x of (I - R) x = b.
    fn solve(&self, mut b: Vec<f64>) -> Vec<f64> {
        let n = b.len();
        for row in 0..n {
            b[row] -= (0..row).map(|column| self.0[row][column] * b[column]).sum::<f64>();
        }
        for row in (0..n).rev() {
            b[row] = (b[row] - (row + 1..n).map(|column| self.0[row][column] * b[column]).sum::<f64>()) / self.0[row][row];
        }
        b
    }

    /// x of x (I - R) = b.
    fn solve_transposed(&self, mut b: Vec<f64>) -> Vec<f64> {
        let n = b.len();
        for row in 0..n {
            b[row] = (b[row] - (0..row).map(|column| self.0[column][row] * b[column]).sum::<f64>()) / self.0[row][row];
        }
        for row in (0..n).rev() {
            b[row] -= (row + 1..n).map(|column| self.0[column][row] * b[column]).sum::<f64>();
        }
        b
    }
}

impl Selector {
    /// The part of an event's messages that it lets through.
    pub fn share_of(&self, event: &Event) -> f64 {
        match self {
            Selector::All => 1.0,
            Selector::Share(share) => *share,
            Selector::Kinds(_) if event.kinds.is_empty() => 0.0,
            Selector::Kinds(kinds) => {
                // Drawn evenly, or in turn over a lifecycle.
                let changes = event.lifecycle.as_ref().map_or(1, |lifecycle| lifecycle.changes as usize);
                let steps = if changes > 1 { changes } else { event.kinds.len() };
                let passing = (0..steps).filter(|step| kinds.contains(&event.kinds[step % event.kinds.len()])).count();
                passing as f64 / steps as f64
            }
        }
    }
}
