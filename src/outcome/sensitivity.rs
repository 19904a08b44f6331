//! What varying each assumption by itself found, in the shape of its outcome.json (schema `busload/sensitivity/1`).

use super::compare::Seen;
use super::{ObjectiveResult, RunFacts, ScenarioFacts, Verdict};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/sensitivity/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    pub run: RunFacts,
    /// The design as it is.
    pub objectives: Vec<ObjectiveResult>,
    /// What was varied, in the order in which it was.
    pub assumptions: Vec<Varied>,
    /// One for each objective.
    pub tornados: Vec<Tornado>,
    /// What is best measured first; none where nothing that is not measured moves an objective by more than noise.
    pub first: Option<First>,
    pub confidence: f64,
    /// Of each interval of a difference, so that all of one objective hold at once with `confidence` (Bonferroni).
    pub confidence_each: f64,
    /// What was not varied, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

/// An assumption and the values that it took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Varied {
    pub path: String,
    pub value: String,
    pub low: String,
    pub high: String,
    /// measured, calibrated or assumed.
    pub source: String,
    pub note: String,
    /// The scenario gives both ends; else they are a fifth below and above.
    pub is_given: bool,
}

/// What moves one objective, most first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tornado {
    pub metric: String,
    pub bound: String,
    /// In the metric's unit.
    pub limit: f64,
    pub unit: Unit,
    /// Of the design as it is.
    pub point: Option<f64>,
    pub verdict: Verdict,
    pub bars: Vec<Bar>,
}

/// One assumption at both ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub path: String,
    pub low: Side,
    pub high: Side,
    /// The larger difference of the two, without its sign.
    pub swing: f64,
    /// One of the two differences at least is more than noise.
    pub is_seen: bool,
}

/// The objective's metric with an assumption at one end, against the design as it is under the same chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// The assumption's value.
    pub setting: String,
    pub point: Option<f64>,
    /// From the design as it is, with its paired interval.
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub seen: Seen,
    pub verdict: Verdict,
    pub replications: u32,
}

/// What is best measured first, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct First {
    pub path: String,
    /// At this end it moves this objective's metric from one value to another.
    pub setting: String,
    pub metric: String,
    pub bound: String,
    pub from: f64,
    pub to: f64,
    /// The verdict there, and as it is.
    pub verdict: Verdict,
    pub verdict_as_is: Verdict,
}
