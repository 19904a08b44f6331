//! Which topics and queues belong together on how many segments, in the shape of its outcome.json (schema `busload/segments/1`).

use super::adverse::Condition;
use super::compare::Difference;
use super::sweep::Point;
use super::{RunFacts, ScenarioFacts};
use crate::units::Unit;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/segments/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentsOutcome {
    pub schema: String,
    /// The answer in one or two sentences.
    pub conclusion: String,
    pub scenario: ScenarioFacts,
    pub run: RunFacts,
    /// What stays on one segment whatever the split: a topic or queue with the dead-letter queues of its messages.
    pub parts: Vec<Part>,
    /// The design as it is, where no proposal is the same.
    pub as_is: Option<Proposal>,
    /// One for each number of segments.
    pub proposals: Vec<Proposal>,
    /// The fewest segments of a proposal that meets every objective with confidence.
    pub enough: Option<u32>,
    /// Of each interval of a gain, so that all of one step hold at once with `confidence` (Bonferroni).
    pub confidence_each: f64,
    pub confidence: f64,
    pub cost_unit: Unit,
    /// What was taken out of the scenario for this question, in words.
    pub left_out: Vec<String>,
    /// Interrupted: what was finished is here.
    pub partial: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// E.g. `topic.tickets`, `queue.dead`.
    pub lines: Vec<String>,
    /// Of one segment in the worst five minutes, by arithmetic.
    pub load_peak: f64,
    /// Messages handed over per second, on average.
    pub delivered: f64,
}

/// An assignment and what a simulation of it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub segments: u32,
    pub shares: Vec<Share>,
    /// All assignments were looked at; else a search that may miss a slightly better one.
    pub is_exact: bool,
    /// Derived events per second that are raised for a topic or queue of another segment than the one that led to them.
    pub torn: f64,
    /// Objectives, metrics and findings; its one value is the number of segments.
    pub point: Point,
    /// A month, where there are prices.
    pub cost: Option<f64>,
    /// Latencies and objectives against the proposal before, or for the first one against the design as it is.
    pub gains: Vec<Difference>,
    /// The segment that carries most deliveries, lost for an hour around the busiest time; none in a steady state.
    pub losing: Option<Condition>,
}

/// What one segment carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub name: String,
    /// The segment of the file that it is built like.
    pub like: String,
    pub threads: u32,
    pub lines: Vec<String>,
    /// In its worst five minutes, by arithmetic.
    pub load_peak: f64,
    /// Lost with it: this share of all messages handed over, and these subscribers get nothing.
    pub blast: f64,
    pub subscribers: Vec<String>,
}
