//! Mean latencies step by step, for a run that is to be cut into batches: what was recorded up to the end of each step. Kept for such a
//! run only.

use super::probe::Probe;
use crate::scenario::Scenario;
use crate::stats::Histogram;

/// How many latencies were recorded up to the end of each step of the clock, and their sum in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Without the statistic.
    pub name: String,
    pub counts: Vec<u64>,
    pub sums: Vec<f64>,
}

/// Those latencies whose means a batch has, in the order of [`names`].
pub fn latencies(probe: &Probe) -> impl Iterator<Item = &Histogram> {
    let subscribers = probe.subscribers.iter().flat_map(|probe| [&probe.end_to_end, &probe.delivery, &probe.station.waits]);
    let events = probe.events.iter().map(|probe| &probe.end_to_end);
    let segments = probe.segments.iter().map(|probe| &probe.station.waits);
    let sors = probe.sors.iter().flat_map(|probe| [&probe.waits, &probe.own_latency]);
    subscribers.chain(events).chain(segments).chain(sors)
}

fn names(scenario: &Scenario) -> impl Iterator<Item = String> {
    let each = |name: String, quantities: &'static [&'static str]| quantities.iter().map(move |quantity| format!("{name}.{quantity}"));
    let takers = scenario.takers().flat_map(move |taker| each(taker.entity(), &["end_to_end", "delivery", "waiting"]));
    let events = scenario.events.iter().map(|event| format!("event.{}.end_to_end", event.name));
    let segments = scenario.segments.iter().map(|segment| format!("segment.{}.waiting", segment.name));
    let sors = scenario.sors.iter().flat_map(move |sor| each(format!("sor.{}", sor.name), &["waiting", "own_latency"]));
    takers.chain(events).chain(segments).chain(sors)
}

/// Reads the marks of a run; nothing where none were made.
pub fn read(scenario: &Scenario, probe: &Probe) -> Vec<Steps> {
    let marks = probe.marks.as_deref().unwrap_or(&[]);
    let one = |(index, name): (usize, String)| Steps {
        name,
        counts: marks.iter().map(|marks| marks[index].0).collect(),
        sums: marks.iter().map(|marks| marks[index].1 as f64 / 1e9).collect(),
    };
    if marks.is_empty() { Vec::new() } else { names(scenario).enumerate().map(one).collect() }
}
