//! What a sweep over settings found, in the shape of its outcome.json (schema `busload/sweep/1`).

use super::{Finding, Metric, ObjectiveResult, RunFacts, ScenarioFacts, Verdict};
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/sweep/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sweep {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    /// Without the settings that are varied.
    pub scenario: ScenarioFacts,
    pub axes: Vec<Axis>,
    /// In the order of the axes, the last one fastest; those of an interrupted sweep that were finished.
    pub points: Vec<Point>,
    /// Where a latency begins to rise steeply along the first axis, if anywhere: indexes of points.
    pub knees: Vec<Knee>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Axis {
    pub path: String,
    pub values: Vec<String>,
    /// The values as numbers in SI units, where all of them are.
    pub numbers: Option<Vec<f64>>,
}

/// One setting of all axes and what a run of it finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// A value for each axis.
    pub values: Vec<String>,
    pub verdict: Verdict,
    pub run: RunFacts,
    pub objectives: Vec<ObjectiveResult>,
    pub findings: Vec<Finding>,
    pub metrics: Vec<Metric>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Knee {
    pub metric: String,
    /// Values of the other axes.
    pub others: Vec<String>,
    /// Value of the first axis.
    pub at: String,
}

impl Point {
    /// The metric of this name.
    pub fn metric(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}
