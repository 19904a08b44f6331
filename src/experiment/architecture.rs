//! The design as it was simulated: boxes with their peak utilization, arrows with their rates.

use crate::outcome::{Architecture, Edge, Metric, Node};
use crate::scenario::spec::{Destination, Event, EventIndex, Line, QueueIndex, Runs, SorIndex, Subscriber, Weight};
use crate::scenario::{Scenario, called_services};
use crate::units::Time;
use std::collections::BTreeMap;

struct Drawing<'a> {
    scenario: &'a Scenario,
    metrics: &'a [Metric],
    /// That were measured.
    seconds: f64,
}

/// Nodes in the order of the file: SORs, events' topics and queues on segments, subscribers; then all edges.
pub fn draw(scenario: &Scenario, metrics: &[Metric], warm_up: Time) -> Architecture {
    let drawing = Drawing { scenario, metrics, seconds: scenario.horizon().since(warm_up).seconds() };
    Architecture { nodes: drawing.nodes(), edges: drawing.edges() }
}

impl Drawing<'_> {
    fn point(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == name).map(|metric| metric.point)
    }

    fn zone(&self, zone: Option<usize>) -> Option<String> {
        zone.map(|zone| self.scenario.zones[zone].name.clone())
    }

    fn carrier(&self, to: Destination) -> String {
        match to {
            Destination::Topic(_) | Destination::Queue(_) => self.scenario.name_of(to),
            Destination::Feed(feed) => format!("sor.{}", self.scenario.sors[self.scenario.sor_of(feed)].name),
        }
    }

    fn node(&self, kind: &str, name: &str, zone: Option<usize>, segment: Option<usize>, has_servers: bool) -> Node {
        let name = format!("{kind}.{name}");
        let utilization_peak = if has_servers { self.point(&format!("{name}.utilization.peak")) } else { None };
        Node {
            kind: kind.into(),
            zone: self.zone(zone),
            segment: segment.map(|segment| self.scenario.segments[segment].name.clone()),
            utilization_peak,
            name,
        }
    }

    fn nodes(&self) -> Vec<Node> {
        let scenario = self.scenario;
        let segment_zone = |segment: usize| scenario.segments[segment].zone;
        let mut nodes: Vec<Node> = scenario.sors.iter().map(|sor| self.node("sor", &sor.name, sor.zone, None, true)).collect();
        nodes.extend(scenario.segments.iter().map(|segment| self.node("segment", &segment.name, segment.zone, None, true)));
        nodes.extend(
            scenario.topics.iter().map(|topic| self.node("topic", &topic.name, segment_zone(topic.segment), Some(topic.segment), false)),
        );
        nodes.extend(
            scenario.queues.iter().map(|queue| self.node("queue", &queue.name, segment_zone(queue.segment), Some(queue.segment), false)),
        );
        nodes.extend(scenario.subscribers.iter().map(|subscriber| {
            let segment = scenario.segment_of(subscriber.from).filter(|_| subscriber.runs == Runs::Workflow);
            let node = self.node("subscriber", &subscriber.name, segment.map_or(subscriber.zone, segment_zone), segment, true);
            Node { utilization_peak: self.fullest_stage(subscriber).or(node.utilization_peak), ..node }
        }));
        let readers = scenario.pollers.iter().map(|poller| &poller.reader);
        nodes.extend(readers.map(|reader| self.node("poller", &reader.name, reader.zone, None, true)));
        nodes
    }

    /// A pipeline gives way where it is fullest; all its tasks together say nothing of that.
    fn fullest_stage(&self, subscriber: &Subscriber) -> Option<f64> {
        let stages = subscriber.pipeline.iter().flat_map(|pipeline| &pipeline.stages);
        stages.filter_map(|stage| self.point(&format!("{}.stage.{}.utilization.peak", subscriber.entity(), stage.name))).reduce(f64::max)
    }

    fn edge(&self, from: String, to: String, kind: &str, rate: f64, size: f64) -> Edge {
        Edge { from, to, kind: kind.into(), event: None, rate, bytes_rate: rate * size }
    }

    /// An arrow of one event.
    fn event_edge(&self, event: &Event, from: String, to: &str, kind: &str, rate: f64) -> Edge {
        Edge { event: Some(event.name.clone()), ..self.edge(from, to.into(), kind, rate, event.size.0 as f64) }
    }

    fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (index, event) in self.scenario.events.iter().enumerate() {
            let from = format!("sor.{}", self.scenario.sors[event.from].name);
            let Some(to) = event.to.map(|to| self.carrier(to)) else { continue };
            let raisers = || event.raised_by.iter().map(|index| &self.scenario.subscribers[*index].name);
            let derived: Vec<f64> = raisers().map(|name| self.raised_by(name, event)).collect();
            let own = self.raised(index) - derived.iter().sum::<f64>();
            if event.has_rate() {
                edges.push(self.event_edge(event, from, &to, "publish", own.max(0.0)));
            }
            for (name, rate) in raisers().zip(derived) {
                edges.push(self.event_edge(event, format!("subscriber.{name}"), &to, "raise", rate));
            }
        }
        for subscriber in self.scenario.takers() {
            self.subscriber_edges(subscriber, &mut edges);
        }
        self.dead_letter_edges(&mut edges);
        edges
    }

    /// Per second, from a count.
    fn rate(&self, count: &str) -> Option<f64> {
        self.point(count).map(|count| count / self.seconds)
    }

    fn raised(&self, event: EventIndex) -> f64 {
        self.rate(&format!("event.{}.raised", self.scenario.events[event].name)).unwrap_or(0.0)
    }

    fn raised_by(&self, subscriber: &str, event: &Event) -> f64 {
        self.rate(&format!("subscriber.{subscriber}.raised.{}", event.name)).unwrap_or(0.0)
    }

    /// The events that come to a subscriber, each with its rate behind the selector.
    fn coming(&self, subscriber: &Subscriber) -> Vec<(EventIndex, f64)> {
        let passing = |event: EventIndex| self.raised(event) * subscriber.selector.share_of(&self.scenario.events[event]);
        self.scenario.events_reaching(subscriber).into_iter().map(|event| (event, passing(event))).collect()
    }

    /// Of a message, the events weighted by their rates.
    fn mean_size(&self, events: &[(EventIndex, f64)]) -> f64 {
        let all: f64 = events.iter().map(|(_, rate)| rate).sum();
        let bytes: f64 = events.iter().map(|(event, rate)| rate * self.scenario.events[*event].size.0 as f64).sum();
        if all > 0.0 { bytes / all } else { 0.0 }
    }

    fn subscriber_edges(&self, subscriber: &Subscriber, edges: &mut Vec<Edge>) {
        let name = subscriber.entity();
        let coming = self.coming(subscriber);
        let rate = self.point(&format!("{name}.throughput")).unwrap_or(0.0);
        let kind = if subscriber.is_poller() { "feed" } else { "deliver" };
        edges.push(self.edge(self.carrier(subscriber.from), name.clone(), kind, rate, self.mean_size(&coming)));
        let Some(manner) = subscriber.manner() else { return };
        let call_size = (manner.request.0 + manner.response.0) as f64;
        for sor in called_services(subscriber) {
            let called = &self.scenario.sors[sor].name;
            let calls = self.rate(&format!("{name}.calls.attempts.{called}")).unwrap_or(0.0);
            edges.push(self.edge(name.clone(), format!("sor.{called}"), "call", calls, call_size));
        }
        let Some(callback) = &subscriber.callback else { return };
        let calls = self.rate(&format!("{name}.callback.attempts")).unwrap_or(0.0);
        for (sor, share) in self.called(callback.to, &coming) {
            edges.push(self.edge(name.clone(), format!("sor.{}", self.scenario.sors[sor].name), "callback", calls * share, call_size));
        }
    }

    /// Whom the light events among these make a subscriber call, each with its share of the calls.
    fn called(&self, to: Option<SorIndex>, coming: &[(EventIndex, f64)]) -> BTreeMap<SorIndex, f64> {
        let mut called = BTreeMap::new();
        for (event, rate) in coming.iter().filter(|(event, _)| self.scenario.events[*event].weight == Weight::Light) {
            *called.entry(to.unwrap_or(self.scenario.events[*event].from)).or_insert(0.0) += rate;
        }
        let all: f64 = called.values().sum();
        let even = 1.0 / called.len().max(1) as f64;
        called.values_mut().for_each(|rate| *rate = if all > 0.0 { *rate / all } else { even });
        called
    }

    /// The events that a queue carries; dead letters of others only where somebody takes them.
    fn carried(&self, queue: QueueIndex) -> Vec<(EventIndex, f64)> {
        let from = Destination::Queue(queue);
        let direct = || (0..self.scenario.events.len()).filter(|event| self.scenario.events[*event].to == Some(from)).collect();
        let taker = self.scenario.subscribers.iter().find(|subscriber| subscriber.from == from);
        let events: Vec<EventIndex> = taker.map_or_else(direct, |subscriber| self.scenario.events_reaching(subscriber));
        events.into_iter().map(|event| (event, self.raised(event))).collect()
    }

    fn dead_letter_edges(&self, edges: &mut Vec<Edge>) {
        let scenario = self.scenario;
        let mut add = |place: String, rate: f64, to: QueueIndex, size: f64| {
            edges.push(self.edge(place, format!("queue.{}", scenario.queues[to].name), "dead_letter", rate, size));
        };
        for (index, queue) in scenario.queues.iter().enumerate() {
            let Some(to) = dead_letters_of(&queue.line) else { continue };
            let place = format!("queue.{}", queue.name);
            let rate = self.rate(&format!("{place}.dead_lettered")).unwrap_or(0.0);
            add(place, rate, to, self.mean_size(&self.carried(index)));
        }
        for subscriber in &scenario.subscribers {
            let (Some(to), Destination::Topic(_)) = (dead_letters_of(&subscriber.line), subscriber.from) else { continue };
            let rate = self.dead_letters_of_subscription(subscriber, to);
            add(format!("subscriber.{}", subscriber.name), rate, to, self.mean_size(&self.coming(subscriber)));
        }
    }

    /// Of one subscription there is no count: the queue's where nothing else comes to it, else a part of the topic's.
    fn dead_letters_of_subscription(&self, subscriber: &Subscriber, to: QueueIndex) -> f64 {
        let scenario = self.scenario;
        let subscriptions = scenario.subscribers.iter().filter(|other| matches!(other.from, Destination::Topic(_)));
        let feeders = subscriptions.clone().map(|other| &other.line).chain(scenario.queues.iter().map(|queue| &queue.line));
        let alone = feeders.filter(|line| dead_letters_of(line) == Some(to)).count() == 1;
        if alone && scenario.events.iter().all(|event| event.to != Some(Destination::Queue(to))) {
            return self.rate(&format!("queue.{}.published", scenario.queues[to].name)).unwrap_or(0.0);
        }
        let sharing = subscriptions.filter(|other| other.from == subscriber.from && dead_letters_of(&other.line).is_some()).count();
        self.rate(&format!("{}.dead_lettered", self.carrier(subscriber.from))).unwrap_or(0.0) / sharing.max(1) as f64
    }
}

fn dead_letters_of(line: &Line) -> Option<QueueIndex> {
    line.policy.dead_letter.map(|queue| queue.0 as usize)
}
