//! What a comparison of designs found, in the shape of its outcome.json (schema `busload/compare/1`).

use super::{Finding, Metric, ObjectiveResult, RunFacts, ScenarioFacts, Verdict};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/compare/1";

/// Ends of the names of what people ask of a comparison first, objectives aside; less is better on all of these.
pub const HEADLINES: [&str; 8] = [
    ".end_to_end.mean",
    ".end_to_end.p99",
    ".utilization.peak",
    ".missed",
    ".stale_overwrites",
    ".time_wrong",
    ".drain.mean",
    "total.cost",
];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    /// In the order given; the first is what the others are compared with.
    pub designs: Vec<DesignResult>,
    /// Names of the designs, best first: by objectives missed and undecided, then by cost, then by on how many figures they are best, then in the order given.
    pub ranking: Vec<String>,
    /// Every metric that the first design shares with another one.
    pub differences: Vec<Difference>,
    /// Which design is best on each metric that all have and that has an aim: one with an objective, or one that people ask for first.
    /// Not there where all are the same in every replication.
    #[serde(default)]
    pub picks: Vec<Pick>,
    /// Of each interval of a difference, so that all designs' intervals of one metric hold at once with `confidence` (Bonferroni).
    pub confidence_each: f64,
    pub confidence: f64,
    /// Metrics that not all designs have, by name, with the designs that have them.
    pub unshared: Vec<(String, Vec<String>)>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// What a metric should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    Lowest,
    Highest,
}

/// The design that came out best on one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pick {
    pub metric: String,
    /// One, or several that are the same in every replication.
    pub designs: Vec<String>,
    pub aim: Aim,
    /// The largest one-sided p of the paired lead over another design, times the number of the others: of all comparisons in which
    /// another design is truly better no more than this share state so small a chance. None with fewer than two replications.
    pub chance_wrong: Option<f64>,
    /// Its figures are those of an earlier pick under another name.
    pub repeats: bool,
}

impl Pick {
    /// Whether it is more than noise, at the confidence of two-sided intervals.
    pub fn is_told(&self, confidence: f64) -> bool {
        self.chance_wrong.is_some_and(|chance| chance <= (1.0 - confidence) / 2.0)
    }
}

/// On how many figures with a pick, each counted once, a design is alone best by more than noise.
pub fn wins(picks: &[Pick], design: &str, confidence: f64) -> usize {
    let is_won = |pick: &&Pick| !pick.repeats && pick.is_told(confidence) && pick.designs == [design];
    picks.iter().filter(is_won).count()
}

/// How many figures have a pick, each counted once.
pub fn figures(picks: &[Pick]) -> usize {
    picks.iter().filter(|pick| !pick.repeats).count()
}
