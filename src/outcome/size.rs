//! What a search for the cheapest setting found, in the shape of its outcome.json (schema `busload/size/1`).

use super::sweep::{Axis, Point};
use super::{ScenarioFacts, Verdict};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/size/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SizeOutcome {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    /// What is tuned.
    pub axes: Vec<Axis>,
    /// The cheapest setting that meets every objective with confidence; none where no setting does.
    pub best: Option<Choice>,
    /// The same when any one tuned number is short by `survive`, or so many segments of a kind or hosts of a subscriber are lost.
    pub survivor: Option<Choice>,
    pub survive: u32,
    /// What each loss by itself leaves of the best setting; empty where none is to be survived.
    pub losses: Vec<LossResult>,
    /// Segments and subscribers from which nothing takes over, as there is but one.
    pub single: Vec<String>,
    /// Why not cheaper: settings next to the best one, a step down each.
    pub rejected: Vec<Rejected>,
    /// Settings that meet every objective, of which none is both cheaper and faster.
    pub front: Vec<FrontPoint>,
    /// The latency of the front: the first objective on one, by metric.
    pub front_metric: Option<String>,
    /// Tuned settings of which more made things worse beside the best one, so that the search may have missed a cheaper one.
    pub not_monotone: Vec<String>,
    pub cost_unit: Unit,
    /// The scenario has prices; without them every unit counts as one.
    pub priced: bool,
    /// Everything that was simulated, in order.
    pub points: Vec<Point>,
    /// What each of them costs.
    pub costs: Vec<(Vec<String>, f64)>,
    /// Settings in the grid.
    pub grid: u64,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Path and value.
    pub settings: Vec<(String, String)>,
    /// A month.
    pub cost: f64,
    /// Where the number of segments is tuned, what is on each.
    pub layout: Vec<(String, Vec<String>)>,
}

/// The best setting with something lost for good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LossResult {
    pub what: String,
    pub verdict: Verdict,
    /// The objective that is farthest from met, with what was seen.
    pub metric: String,
    pub bound: String,
    pub seen: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    pub settings: Vec<(String, String)>,
    pub cost: f64,
    /// The objective that is farthest from met, with what was seen.
    pub metric: String,
    pub bound: String,
    pub seen: String,
    /// "missed" or "undecided".
    pub verdict: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontPoint {
    pub settings: Vec<(String, String)>,
    pub cost: f64,
    /// Of `front_metric`.
    pub value: f64,
}
