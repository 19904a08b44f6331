//! The design as it was simulated: boxes with their peak utilization, arrows with their rates.

use crate::outcome::{Architecture, Edge, Metric, Node};
use crate::scenario::Scenario;
use crate::scenario::spec::{Destination, Runs, Subscriber, Weight};

struct Drawing<'a> {
    scenario: &'a Scenario,
    metrics: &'a [Metric],
    seconds: f64,
}

/// Nodes in the order of the file: SORs, events' topics and queues on segments, subscribers; then all edges.
pub fn draw(scenario: &Scenario, metrics: &[Metric]) -> Architecture {
    let drawing = Drawing { scenario, metrics, seconds: scenario.run.horizon.seconds() };
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
            Destination::Topic(topic) => format!("topic.{}", self.scenario.topics[topic].name),
            Destination::Queue(queue) => format!("queue.{}", self.scenario.queues[queue].name),
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
            let segment = scenario.segment_of(subscriber.from);
            match subscriber.runs {
                Runs::Listener => self.node("subscriber", &subscriber.name, subscriber.zone, None, true),
                Runs::Workflow => self.node("subscriber", &subscriber.name, segment_zone(segment), Some(segment), true),
            }
        }));
        nodes
    }

    fn edge(&self, from: String, to: String, kind: &str, rate: f64, size: f64) -> Edge {
        Edge { from, to, kind: kind.into(), rate, bytes_rate: rate * size }
    }

    fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for event in &self.scenario.events {
            let rate = self.point(&format!("event.{}.raised", event.name)).unwrap_or(0.0) / self.seconds;
            let from = format!("sor.{}", self.scenario.sors[event.from].name);
            edges.push(self.edge(from, self.carrier(event.to), "publish", rate, event.size.0 as f64));
        }
        for subscriber in &self.scenario.subscribers {
            self.subscriber_edges(subscriber, &mut edges);
        }
        for (place, line) in self.lines() {
            if let Some(queue) = line {
                let rate = self.point(&format!("{place}.dead_lettered")).or_else(|| self.point(&format!("{place}.missed.dead_lettered")));
                edges.push(self.edge(
                    place,
                    format!("queue.{}", self.scenario.queues[queue].name),
                    "dead_letter",
                    rate.unwrap_or(0.0) / self.seconds,
                    0.0,
                ));
            }
        }
        edges
    }

    fn subscriber_edges(&self, subscriber: &Subscriber, edges: &mut Vec<Edge>) {
        let name = format!("subscriber.{}", subscriber.name);
        let rate = self.point(&format!("{name}.throughput")).unwrap_or(0.0);
        let mut sizes = self.scenario.events_of(subscriber).map(|event| self.scenario.events[event].size.0 as f64);
        let size = sizes.next().unwrap_or(0.0);
        edges.push(self.edge(self.carrier(subscriber.from), name.clone(), "deliver", rate, size));
        let Some(callback) = &subscriber.callback else { return };
        let light = self.scenario.events_of(subscriber).filter(|event| self.scenario.events[*event].weight == Weight::Light);
        let mut targets: Vec<usize> = light.map(|event| callback.to.unwrap_or(self.scenario.events[event].from)).collect();
        targets.dedup();
        let calls = self.point(&format!("{name}.callback.attempts")).unwrap_or(0.0) / self.seconds;
        let share = 1.0 / targets.len().max(1) as f64;
        for sor in targets {
            let size = (callback.request.0 + callback.response.0) as f64;
            edges.push(self.edge(name.clone(), format!("sor.{}", self.scenario.sors[sor].name), "callback", calls * share, size));
        }
    }

    /// Everything with a policy, and the dead-letter queue of each.
    fn lines(&self) -> Vec<(String, Option<usize>)> {
        let dead = |line: &crate::scenario::spec::Line| line.policy.dead_letter.map(|queue| queue.0 as usize);
        let queues = self.scenario.queues.iter().map(|queue| (format!("queue.{}", queue.name), dead(&queue.line)));
        let subscribers =
            self.scenario.subscribers.iter().map(|subscriber| (format!("subscriber.{}", subscriber.name), dead(&subscriber.line)));
        queues.chain(subscribers).collect()
    }
}
