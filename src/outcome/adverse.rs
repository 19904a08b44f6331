//! What the standing battery of bad days found, in the shape of its outcome.json (schema `busload/adverse/1`).

use super::{Finding, ObjectiveResult, RunFacts, ScenarioFacts, Verdict};
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/adverse/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Adverse {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    pub run: RunFacts,
    /// When it goes wrong, in seconds from the start: around the busiest hour.
    pub from_s: f64,
    pub to_s: f64,
    /// The design as it is first, then one thing that goes wrong at a time.
    pub conditions: Vec<Condition>,
    /// What the design has nothing for, in words.
    pub left_out: Vec<String>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

/// A line that is still long at the end of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StillLong {
    pub line: String,
    /// Its mean length there.
    pub length: f64,
    /// About so long after the end it would be as usual, were it to go on shrinking like this; none where it does not shrink.
    pub clears_in_s: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Condition {
    /// E.g. "segment.bus down".
    pub name: String,
    pub verdict: Verdict,
    pub objectives: Vec<ObjectiveResult>,
    pub replications: u32,
    /// No line is much longer at the end of the run than without the trouble. None for the design as it is.
    pub recovers: Option<bool>,
    /// Some line that is still long does not shrink, though the cause is gone.
    pub is_metastable: bool,
    pub still_long: Vec<StillLong>,
    /// The longest mean drain, in seconds, and whose.
    pub drain_s: Option<(String, f64)>,
    /// Whose drain was not over at the end of some run, if anybody's: it is longer than is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undrained: Option<String>,
    /// Messages that subscribers missed, a run.
    pub missed: f64,
    /// The longest backlog (mean over replications of its highest) and whose: a subscriber's or poller's, or an event's at its publisher.
    pub backlog: Option<(String, f64)>,
    pub findings: Vec<Finding>,
}
