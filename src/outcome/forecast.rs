//! When growth breaks which objective, in the shape of its outcome.json (schema `busload/forecast/1`).

use super::sweep::Point;
use super::{ScenarioFacts, Verdict};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/forecast/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forecast {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    /// The load grows by this share a year, compounded.
    pub growth_a_year: f64,
    /// How far was looked.
    pub years: f64,
    /// In the order in which they break.
    pub objectives: Vec<Outlook>,
    /// Single steps after which every objective is met for a year beyond the first break, the cheapest first.
    pub fixes: Vec<Fix>,
    /// The load, as a multiple of today's, that the fixes are to bear.
    pub fixed_load: Option<f64>,
    /// Settings that no step of up to four times mends by itself.
    pub no_help: Vec<String>,
    pub cost_unit: Unit,
    /// Everything that was simulated, by load; the one value of each is its load.
    pub points: Vec<Point>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

/// When an objective breaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outlook {
    pub metric: String,
    pub bound: String,
    /// Today.
    pub verdict: Verdict,
    /// Highest load, as a multiple of today's, at which it is met, and lowest at which it is missed.
    pub met_up_to: Option<f64>,
    pub missed_from: Option<f64>,
    /// The same in months from now; the break lies between. No end: not missed as far as was looked.
    pub months_from: Option<f64>,
    pub months_to: Option<f64>,
}

/// One more step of something that has a price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fix {
    pub path: String,
    pub from: u32,
    pub to: u32,
    /// More a month.
    pub cost: f64,
}
