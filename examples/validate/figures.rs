//! What is compared between a real run and a simulated one: seconds, per second, shares; of a run with an outage what that did.

use super::point::{Point, SUBSCRIPTIONS};
use busload::model::Findings;
use busload::stats::Histogram;

/// Names and values, the same names for every run of a point.
pub type Figures = Vec<(&'static str, f64)>;

/// The four of a latency, in seconds.
pub fn latencies(of: impl Fn(&'static str) -> f64) -> Figures {
    ["mean", "p50", "p90", "p99"].map(|name| (name, of(name))).to_vec()
}

/// How far a replayed figure may be off.
pub fn tolerance(figure: &str) -> f64 {
    match figure {
        "p99" => 0.10,
        "throughput" => 0.01,
        "lost" => 0.05,
        "catch-up" | "backlog" | "longest" => 0.02,
        _ => 0.04,
    }
}

/// The recorded run's own figures, from its trace; what an outage did from the file.
pub fn recorded(point: &Point) -> Figures {
    let (from, until) = point.window();
    let deliveries = point.deliveries();
    let counted = deliveries.iter().filter(|delivery| delivery.sent >= from && Some(delivery.subscription) != point.away());
    let mut spans: Vec<u64> = counted.map(|delivery| delivery.ack - delivery.sent).collect();
    spans.sort_unstable();
    let quantile = |p: f64| spans[((spans.len() as f64 * p) as usize).min(spans.len() - 1)] as f64 / 1e6;
    let mut figures = latencies(|name| match name {
        "mean" => spans.iter().sum::<u64>() as f64 / spans.len() as f64 / 1e6,
        percentile => quantile(percentile[1..].parse::<f64>().expect("a number") / 100.0),
    });
    if point.away().is_some() {
        figures.extend(point.measured_when_recorded().into_iter().skip(figures.len()));
        return figures;
    }
    let done = deliveries.iter().filter(|delivery| (from..until).contains(&delivery.ack)).count();
    figures.push(("throughput", done as f64 / SUBSCRIPTIONS as f64 / ((until - from) as f64 / 1e6)));
    let sent = point.published().iter().filter(|(_, at)| *at >= from).count() * SUBSCRIPTIONS;
    figures.extend(point.loses().then(|| ("lost", 1.0 - spans.len() as f64 / sent as f64)));
    figures
}

/// One simulated run of a point.
pub struct Run<'p> {
    pub point: &'p Point,
    pub found: Findings,
}

impl Run<'_> {
    fn figure(&self, name: &str) -> f64 {
        self.found.figures.iter().find(|figure| figure.name == name).and_then(|figure| figure.value).unwrap_or(0.0)
    }

    /// Over the subscriptions.
    fn sum(&self, quantity: &str) -> f64 {
        (0..SUBSCRIPTIONS).map(|number| self.figure(&format!("subscriber.s{number}.{quantity}"))).sum()
    }

    pub fn figures(&self) -> Figures {
        let latency = self.pooled();
        let mut figures = latencies(|name| match name {
            "mean" => latency.mean().unwrap_or(f64::NAN),
            percentile => latency.quantile(percentile[1..].parse::<f64>().expect("a number") / 100.0).unwrap_or(f64::NAN),
        });
        if let Some(away) = self.point.away() {
            let of = |quantity: &str| self.figure(&format!("subscriber.s{away}.{quantity}"));
            figures.extend([("catch-up", of("drain.mean")), ("backlog", of("backlog.max")), ("longest", of("end_to_end.max"))]);
            return figures;
        }
        figures.push(("throughput", self.sum("throughput") / SUBSCRIPTIONS as f64));
        figures.extend(self.point.loses().then(|| ("lost", self.sum("missed") / self.copies())));
        figures
    }

    /// One of each event for each subscription; a replay has an event for each.
    fn copies(&self) -> f64 {
        let raised = self.figure("total.raised");
        let to_topic = self.found.figures.iter().any(|figure| figure.name.starts_with("topic."));
        if to_topic { raised * SUBSCRIPTIONS as f64 } else { raised }
    }

    /// Of all subscriptions that are never away.
    fn pooled(&self) -> Histogram {
        let mut all = Histogram::default();
        for number in (0..SUBSCRIPTIONS).filter(|number| Some(*number) != self.point.away()) {
            let name = format!("subscriber.s{number}.end_to_end");
            self.found.curves.iter().filter(|(curve, _)| *curve == name).for_each(|(_, curve)| all.merge(curve));
        }
        all
    }
}
