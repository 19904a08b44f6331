//! What a comparison of designs found, in the shape of its outcome.json (schema `busload/compare/1`).

use super::{Finding, Metric, ObjectiveResult, RunFacts, ScenarioFacts, Verdict};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/compare/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    /// In the order given; the first is what the others are compared with.
    pub designs: Vec<DesignResult>,
    /// Names of the designs, best first: by objectives missed and undecided, then by cost, then in the order given.
    pub ranking: Vec<String>,
    /// Every metric that the first design shares with another one.
    pub differences: Vec<Difference>,
    /// Of each interval of a difference, so that all designs' intervals of one metric hold at once with `confidence` (Bonferroni).
    pub confidence_each: f64,
    pub confidence: f64,
    /// Metrics that not all designs have, by name, with the designs that have them.
    pub unshared: Vec<(String, Vec<String>)>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DesignResult {
    /// The file's stem, made unique.
    pub name: String,
    pub scenario: ScenarioFacts,
    pub run: RunFacts,
    pub verdict: Verdict,
    pub objectives: Vec<ObjectiveResult>,
    pub findings: Vec<Finding>,
    pub metrics: Vec<Metric>,
}

/// Which way a difference goes, as far as its interval tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    Higher,
    Lower,
    /// The two are the same in every replication.
    Same,
    NoDifferenceSeen,
}

/// One metric of another design against the first one's, over pairs of replications that share their chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub metric: String,
    /// Its name in the other design where that is another: what subscribes here may poll a feed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_there: Option<String>,
    pub unit: Unit,
    /// The other design.
    pub design: String,
    /// Means over the pairs.
    pub first: f64,
    pub other: f64,
    /// Other less first, and its interval.
    pub difference: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub seen: Seen,
    /// Share of the variance of an unpaired difference that common random numbers took away; negative where they added some.
    pub variance_reduction: Option<f64>,
    /// About so many replications in all would tell, were the difference as large as it looks.
    pub replications_needed: Option<u64>,
    /// Pairs in which both have the figure.
    pub n: u32,
}
