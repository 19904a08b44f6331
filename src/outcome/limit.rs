//! What a search for the highest bearable load found, in the shape of its outcome.json (schema `busload/limit/1`).

use super::sweep::Point;
use super::{ScenarioFacts, Verdict};
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/limit/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LimitOutcome {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    pub limit: Limit,
    /// Everything that was simulated on the way, by load; the one value of each is its load.
    pub points: Vec<Point>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// What is scaled: "load".
    pub scale: String,
    /// Events per second that come by themselves at load 1: on average, and in the busiest five minutes.
    pub mean_today: f64,
    pub peak_today: f64,
    /// Highest multiple at which every objective is met with confidence; none where not even the lowest one tried is.
    pub low: Option<f64>,
    /// Lowest multiple above it at which one is missed with confidence; between the two it is undecided. None where none was found.
    pub high: Option<f64>,
    /// The design as it is: at load 1.
    pub today: Option<Verdict>,
    /// What is missed first, and the station that is busiest there.
    pub gives_way: Option<GivesWay>,
    /// The factor between `low` and `high` at which the search ends, unless undecided points lie between.
    pub resolution: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivesWay {
    /// The objective's metric and bound.
    pub objective: String,
    pub bound: String,
    /// Its value at `limit.high`.
    pub value: Option<f64>,
    pub station: Option<String>,
    /// The station's utilization in its worst five minutes, there.
    pub utilization_peak: Option<f64>,
}
