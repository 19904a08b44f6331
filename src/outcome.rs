//! What an experiment found: plain data, in the shape of `outcome.json` (schema `busload/outcome/1`). Renderers read nothing else.
//!
//! SI units, all digits. No clock time, path, host or date is ever in it, so equal inputs give equal bytes.

pub mod adverse;
pub mod check;
pub mod compare;
pub mod forecast;
pub mod limit;
pub mod saved;
#[cfg(feature = "schema")]
pub mod schema;
pub mod segments;
pub mod sensitivity;
pub mod size;
pub mod sweep;

use crate::units::Unit;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schema's name and version.
pub const SCHEMA: &str = "busload/outcome/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    pub schema: String,
    pub scenario: ScenarioFacts,
    pub run: RunFacts,
    pub metrics: Vec<Metric>,
    pub objectives: Vec<ObjectiveResult>,
    pub findings: Vec<Finding>,
    pub series: Vec<Series>,
    pub architecture: Architecture,
    pub hops: Vec<Hop>,
    pub curves: Vec<Curve>,
    pub disruptions: Vec<Disruption>,
    pub theory: Vec<Theory>,
    pub assumptions: Vec<AssumptionFacts>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScenarioFacts {
    pub title: String,
    pub question: String,
    /// Name only.
    pub file: String,
    pub digest: String,
    pub settings: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunFacts {
    pub version: String,
    /// Digest of the broker's source code that was executed.
    pub core_digest: String,
    pub seed: u64,
    /// "day" or "steady".
    pub kind: String,
    pub horizon_s: f64,
    pub warm_up_s: f64,
    /// "fixed", "mser5", "none", or "mser5, not found" where half of the run was cut as no better place was found.
    pub warm_up_by: String,
    pub replications: u32,
    pub confidence: f64,
    /// Calendar entries worked off, all replications.
    pub notices: u64,
    /// Largest relative error of a percentile that the histograms make.
    pub histogram_error: f64,
    /// Interrupted: what was finished is here.
    pub partial: bool,
    /// Of an interrupted run: how many there were to be, where that was fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replications_wanted: Option<u32>,
    /// With `replications = "auto"`: what was asked for and what was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// Of a single steady run: how it was cut for its intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batches: Option<Batches>,
    /// Of a steady run: stations that do not keep up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unstable: Vec<Unstable>,
}

/// How well the objectives' metrics are known: half-widths of their intervals as shares of their points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Precision {
    pub wanted: f64,
    /// Of the metric that is known worst; none where that has no interval.
    pub reached: Option<f64>,
    pub metric: String,
}

impl Precision {
    /// Less was reached than was asked for.
    pub fn is_missed(&self) -> bool {
        self.reached.is_none_or(|reached| reached > self.wanted)
    }
}

/// Stretches of one long run that took the place of replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Batches {
    pub count: u32,
    /// Means without an interval, as neighboring batches are correlated or differ too much.
    pub too_short: Vec<String>,
}

/// A station whose line grows as long as the run lasts: it has no long-run averages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unstable {
    /// E.g. `sor.ticketing`.
    pub station: String,
    /// Customers an hour by which its line grows.
    pub growth_per_hour: f64,
    /// Whose latencies grow with it.
    pub subscribers: Vec<String>,
}

/// A figure with its intervals. All are null where there is too little data for them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Metric {
    pub name: String,
    pub unit: Unit,
    pub point: f64,
    /// Interval of the mean over replications.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Interval for a single run of this length.
    pub one_run_low: Option<f64>,
    pub one_run_high: Option<f64>,
    /// Replications in which the figure exists; of a mean of a single steady run, its batches.
    pub n: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectiveResult {
    pub metric: String,
    pub bound: String,
    /// The bound's value in the metric's unit, for lines in charts.
    pub limit: f64,
    pub unit: Unit,
    pub verdict: Verdict,
    pub point: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Why, in one short sentence.
    pub reason: String,
}

impl ObjectiveResult {
    /// It is met below its bound.
    pub fn is_upper(&self) -> bool {
        self.bound.trim_start().starts_with('<')
    }

    /// It is met above its bound.
    pub fn is_lower(&self) -> bool {
        self.bound.trim_start().starts_with('>')
    }

    /// How much of its bound it uses: 1 at the bound, more beyond it.
    fn use_of_bound(&self) -> f64 {
        let Some(point) = self.point else { return f64::INFINITY };
        let ratio = |one: f64, other: f64| one / other.abs().max(1e-300);
        let (over, under) = (ratio(point, self.limit), ratio(self.limit, point));
        match (self.is_upper(), self.is_lower()) {
            (true, _) => over,
            (_, true) => under,
            _ if point == self.limit => 0.0,
            _ => over.max(under),
        }
    }
}

/// The objective that is farthest from met: missed before undecided before met, then the one that uses most of its bound.
pub fn farthest_from_met(objectives: &[ObjectiveResult]) -> Option<&ObjectiveResult> {
    let rank = |objective: &ObjectiveResult| objective.verdict.gravity();
    objectives.iter().max_by(|a, b| rank(a).cmp(&rank(b)).then(a.use_of_bound().total_cmp(&b.use_of_bound())))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Met,
    Missed,
    Undecided,
}

impl Verdict {
    /// How bad it is: missed is worse than undecided, undecided than met.
    pub fn gravity(self) -> u8 {
        match self {
            Verdict::Met => 0,
            Verdict::Undecided => 1,
            Verdict::Missed => 2,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// bottleneck, callback_load, objective_missed, undecided, prefetch_starves, ...
    pub kind: String,
    pub sentence: String,
    pub metrics: Vec<String>,
}

/// A quantity over the day: means over replications of the means over each step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Series {
    /// E.g. `sor.ticketing.utilization.callbacks`.
    pub name: String,
    pub unit: Unit,
    pub step_s: f64,
    pub mean: Vec<f64>,
    /// Empty with one replication.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Architecture {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Node {
    /// With its kind, e.g. `sor.ticketing`.
    pub name: String,
    /// sor, event, segment, topic, queue, subscriber, poller.
    pub kind: String,
    pub zone: Option<String>,
    /// For topics, queues and workflows: where they live.
    pub segment: Option<String>,
    /// Of a pipeline that of its fullest stage.
    pub utilization_peak: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edge {
    pub from: String,
    pub to: String,
    /// publish, deliver, feed, callback, call, raise, dead_letter.
    pub kind: String,
    /// Which event is published or raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Per second; of deliveries and feeds, what is done with.
    pub rate: f64,
    /// Bytes per second.
    pub bytes_rate: f64,
}

/// Where a subscriber's end-to-end latency goes; the means add up to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hop {
    pub subscriber: String,
    /// E.g. publish_link, segment_wait, segment_work, journal, backlog, deliver_wait, deliver_work, delivery_link, wait, work,
    /// connection, callback_link, sor_wait, sor_service, backoff, parsing, overtaken.
    pub hop: String,
    /// Seconds.
    pub mean: f64,
    pub p99: f64,
    /// Waiting (capacity can buy it away) rather than work or distance.
    pub waiting: bool,
}

/// A distribution pooled over all replications, as quantiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Curve {
    /// E.g. `subscriber.gate.end_to_end`.
    pub name: String,
    pub unit: Unit,
    /// (probability, value).
    pub quantiles: Vec<(f64, f64)>,
    /// Of the same probabilities over replications; empty with one.
    pub low: Vec<f64>,
    pub high: Vec<f64>,
    /// All values in nanoseconds as an HdrHistogram: V2 format, two digits, deflated, base64. Empty in outcomes of older versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hdr: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Disruption {
    pub what: String,
    pub kind: String,
    pub from_s: f64,
    pub to_s: f64,
}

/// What a formula says beside what was simulated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Theory {
    pub metric: String,
    pub model: String,
    pub value: f64,
    pub exact: bool,
    pub agrees: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssumptionFacts {
    pub path: String,
    pub value: String,
    /// measured, calibrated or assumed.
    pub source: String,
    pub note: String,
    /// Between which values it is thought to be, where the scenario says that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(String, String)>,
}

impl Edge {
    /// Somebody asks a system of record, and waits for the answer.
    pub fn is_call(&self) -> bool {
        matches!(self.kind.as_str(), "callback" | "call")
    }
}

impl Outcome {
    /// The metric of this name; none where the scenario has no such figure, or no sample of it.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}
