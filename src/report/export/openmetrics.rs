//! A simulated day as OpenMetrics text with time stamps, as `promtool tsdb create-blocks-from openmetrics` reads it: dashboards and alerts can
//! be tried before there is anything to watch.
//!
//! Rates come as counters, as a broker would export them, so that `rate()` gives the rate again; levels as gauges, each step's mean at its
//! end; latencies as one histogram over the whole run at its end. What RabbitMQ exports too has its name and labels. All are means over
//! replications.

use super::hdr::histogram;
use crate::outcome::{Outcome, Series};
use crate::report::facts::split;
use crate::report::text::plain;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Upper edges of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 17] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 600.0, 3600.0];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Gauge,
    /// The series is its rate.
    Counter,
}

struct Family {
    name: &'static str,
    kind: Kind,
    help: &'static str,
}

const fn gauge(name: &'static str, help: &'static str) -> Family {
    Family { name, kind: Kind::Gauge, help }
}

const fn counter(name: &'static str, help: &'static str) -> Family {
    Family { name, kind: Kind::Counter, help }
}

const READY: Family = gauge("rabbitmq_detailed_queue_messages_ready", "Messages ready to be delivered to consumers");
const RAISED: Family = counter("busload_event_published_messages", "Events raised by systems of record and subscribers");
const EVENT_LINE: Family = gauge("busload_event_waiting_publishes", "Events that wait at their publisher");
const HANDLED: Family = counter("busload_subscriber_messages_acknowledged", "Messages that the subscriber finished");
const SUBSCRIBER_LINE: Family = gauge("busload_subscriber_waiting_messages", "Messages at the subscriber that wait for a worker");
const SUBSCRIBER_BUSY: Family = gauge("busload_subscriber_utilization_ratio", "Share of the subscriber's workers at work");
const SOR_BUSY: Family = gauge("busload_sor_utilization_ratio", "Share of the system of record's workers at work, by whom they work for");
const SOR_LINE: Family = gauge("busload_sor_waiting_requests", "Requests that wait for a worker of the system of record");
const SOR_WASTED: Family = gauge("busload_sor_wasted_ratio", "Share of the system of record's workers at work for callers that gave up");
const SEGMENT_BUSY: Family = gauge("busload_segment_utilization_ratio", "Share of the segment's threads at work");
const SEGMENT_LINE: Family = gauge("busload_segment_waiting_operations", "Broker operations that wait for a thread");
const SEGMENT_MEMORY: Family = gauge("busload_segment_memory_bytes", "Bytes of messages that the segment holds");
const LINK_BUSY: Family = gauge("busload_link_utilization_ratio", "Share of the link's bandwidth in use");

type Labels = Vec<(&'static str, String)>;
type Labeled<'a> = (Labels, &'a Series);

/// Time begins at `start`, in Unix seconds.
pub fn openmetrics(outcome: &Outcome, start: f64) -> String {
    let mut families: BTreeMap<&str, (&Family, Vec<Labeled>)> = BTreeMap::new();
    for series in &outcome.series {
        if let Some((family, labels)) = meaning(&series.name) {
            families.entry(family.name).or_insert_with(|| (family, Vec::new())).1.push((labels, series));
        }
    }
    let mut out = String::new();
    for (family, all) in families.into_values() {
        let kind = if family.kind == Kind::Counter { "counter" } else { "gauge" };
        let _ = writeln!(out, "# TYPE {} {kind}\n# HELP {} {}", family.name, family.name, family.help);
        for (labels, series) in all {
            samples(&mut out, family, &labels, series, (start, outcome.run.horizon_s));
        }
    }
    latencies(&mut out, outcome, start);
    out + "# EOF\n"
}

/// The family that a series belongs to, and its labels.
fn meaning(name: &str) -> Option<(&'static Family, Labels)> {
    let (kind, name, quantity) = split(name)?;
    let own = |family, label| Some((family, vec![(label, name.to_string())]));
    let queue = |queue: String| Some((&READY, vec![("queue", queue), ("vhost", "/".to_string())]));
    let by = |whom: &str| Some((&SOR_BUSY, vec![("sor", name.to_string()), ("by", whom.to_string())]));
    match (kind, quantity) {
        ("queue", "backlog") => queue(name.into()),
        // A subscription is a queue of its own, as it would be in RabbitMQ.
        ("subscriber", "backlog") => queue(format!("subscription.{name}")),
        ("event", "raised") => own(&RAISED, "event"),
        ("event", "waiting_line") => own(&EVENT_LINE, "event"),
        ("subscriber" | "poller", "throughput") => own(&HANDLED, "subscriber"),
        ("subscriber" | "poller", "waiting_line") => own(&SUBSCRIBER_LINE, "subscriber"),
        ("subscriber" | "poller", "utilization") => own(&SUBSCRIBER_BUSY, "subscriber"),
        ("sor", "waiting_line") => own(&SOR_LINE, "sor"),
        ("sor", "wasted") => own(&SOR_WASTED, "sor"),
        ("sor", quantity) => by(quantity.strip_prefix("utilization.")?),
        ("segment", "utilization") => own(&SEGMENT_BUSY, "segment"),
        ("segment", "waiting_line") => own(&SEGMENT_LINE, "segment"),
        ("segment", "memory") => own(&SEGMENT_MEMORY, "segment"),
        ("link", "utilization") => own(&LINK_BUSY, "link"),
        _ => None,
    }
}

fn samples(out: &mut String, family: &Family, labels: &Labels, series: &Series, (start, horizon): (f64, f64)) {
    let (suffix, labels) = (if family.kind == Kind::Counter { "_total" } else { "" }, told(labels, None));
    let mut sample = |value: f64, at: f64| {
        let _ = writeln!(out, "{}{suffix}{labels} {} {}", family.name, number(value), number(start + at));
    };
    let mut sum = 0.0;
    if family.kind == Kind::Counter {
        sample(0.0, 0.0);
    }
    for (index, value) in series.mean.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        // The horizon may cut the last step short.
        let (from, to) = (index as f64 * series.step_s, ((index + 1) as f64 * series.step_s).min(horizon));
        sum += value * (to - from);
        sample(if family.kind == Kind::Counter { sum } else { *value }, to);
    }
}

fn latencies(out: &mut String, outcome: &Outcome, start: f64) {
    const NAME: &str = "busload_end_to_end_seconds";
    let all: Vec<_> = outcome.curves.iter().filter_map(|curve| Some((curve, histogram(curve)?))).collect();
    if all.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "# TYPE {NAME} histogram\n# UNIT {NAME} seconds\n# HELP {NAME} From a change to where the subscriber shows it, over the whole run and all replications"
    );
    let at = number(start + outcome.run.horizon_s);
    for (curve, histogram) in all {
        let name = curve.name.strip_suffix(".end_to_end").unwrap_or(&curve.name);
        let labels: Labels = vec![("subscriber", split(&curve.name).map_or(name, |(_, name, _)| name).to_string())];
        for edge in BUCKETS {
            let _ = writeln!(
                out,
                "{NAME}_bucket{} {} {at}",
                told(&labels, Some(&format!("{edge:?}"))),
                histogram.count_between(0, (edge * 1e9) as u64)
            );
        }
        let _ = writeln!(out, "{NAME}_bucket{} {} {at}", told(&labels, Some("+Inf")), histogram.len());
        let _ = writeln!(out, "{NAME}_count{} {} {at}", told(&labels, None), histogram.len());
        let _ = writeln!(out, "{NAME}_sum{} {} {at}", told(&labels, None), number(histogram.mean() * histogram.len() as f64 / 1e9));
    }
}

fn told(labels: &Labels, edge: Option<&str>) -> String {
    let edge = edge.map(|edge| ("le", edge.to_string()));
    let one = |(name, value): (&str, &str)| format!("{name}=\"{}\"", escaped(value));
    let all: Vec<String> = labels
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .chain(edge.as_ref().map(|(name, value)| (*name, value.as_str())))
        .map(one)
        .collect();
    format!("{{{}}}", all.join(","))
}

/// Of a label's value quotes, backslashes and line ends are escaped; the last are gone already.
fn escaped(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Without an exponent, which not every reader takes in a time stamp.
fn number(value: f64) -> String {
    format!("{value}")
}
