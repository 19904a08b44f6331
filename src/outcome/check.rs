//! What arithmetic alone says of designs, in the shape of its outcome.json (schema `busload/check/1`).

use super::ScenarioFacts;
use serde::{Deserialize, Serialize};

/// The schema's name and version.
pub const SCHEMA: &str = "busload/check/1";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckOutcome {
    pub schema: String,
    pub version: String,
    /// In the order given.
    pub designs: Vec<DesignCheck>,
}

/// One design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DesignCheck {
    pub scenario: ScenarioFacts,
    /// The answer in one or two sentences.
    pub conclusion: String,
    /// No station is asked for more than it can do.
    pub bears: bool,
    /// By how full they are at the peak, the fullest first.
    pub stations: Vec<Station>,
    /// The first station to be full as the load grows.
    pub bottleneck: Option<Bottleneck>,
    pub events: Vec<EventRate>,
    pub callbacks: Vec<Amplification>,
    pub links: Vec<LinkLoad>,
    pub outages: Vec<Outage>,
    /// Stations and loops that do not keep up.
    pub unstable: Vec<Note>,
    /// What was left at zero, or without a limit, and matters.
    pub zeros: Vec<Note>,
    /// What has no effect under the present switches.
    pub idle: Vec<Note>,
    /// What this arithmetic leaves out here.
    pub left_out: Vec<Note>,
}

/// Servers and what is asked of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Station {
    /// E.g. `sor.ticketing`; also the beginning of its metrics' names.
    pub name: String,
    /// workers, threads, journal, prefetch, connections or bandwidth.
    pub servers_are: String,
    pub servers: f64,
    /// The metric of a run that `busy` foretells, without its statistic; none where a run has none.
    pub metric: Option<String>,
    /// Share of its capacity that is asked for, over the measured time; from 1 on it does not keep up.
    pub load_mean: f64,
    /// The same in its worst aligned five minutes.
    pub load_peak: f64,
    /// When these are, in seconds from the start.
    pub peak_at_s: f64,
    /// Share of time that a server is busy; a guess where no metric is named.
    pub busy_mean: f64,
    pub busy_peak: f64,
    /// What makes the load.
    pub parts: Vec<Part>,
    /// False where the time that is spent waiting for others is estimated.
    pub exact: bool,
    /// Customers an hour by which its line grows at the peak.
    pub growth_per_hour: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Part {
    /// E.g. callbacks, own, polls, receive, deliver, acknowledge, workflows, work, answers.
    pub what: String,
    pub load_mean: f64,
    pub load_peak: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bottleneck {
    pub station: String,
    pub servers_are: String,
    pub load_peak: f64,
    /// Times today's load at which it would be full.
    pub bears_times: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventRate {
    pub event: String,
    /// Per second.
    pub mean: f64,
    pub peak: f64,
    /// Messages that subscribers and pollers take of each, dead letters included.
    pub copies: f64,
}

/// What light-weight events do to a system of record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Amplification {
    pub sor: String,
    /// Requests for each event that leads to any.
    pub requests_per_event: f64,
    /// The same where every request is made as often as the callers' retries allow.
    pub requests_per_event_worst: f64,
    /// Per second.
    pub requests_mean: f64,
    pub requests_peak: f64,
    /// Of the workers' time.
    pub share_mean: f64,
    pub share_peak: f64,
    pub share_peak_worst: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkLoad {
    pub link: String,
    /// Bytes per second, both directions.
    pub bytes_mean: f64,
    pub bytes_peak: f64,
}

/// What a durable subscription piles up while its subscriber is down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outage {
    pub subscriber: String,
    pub segment: String,
    /// In an hour without it.
    pub messages_per_hour_mean: f64,
    pub messages_per_hour_peak: f64,
    pub bytes_per_hour_mean: f64,
    pub bytes_per_hour_peak: f64,
    /// Until the segment's memory is full, at the peak; none without a limit.
    pub full_after_s: Option<f64>,
    /// Until an hour's backlog is worked off at the mean rate; none where it never is.
    pub drain_s: Option<f64>,
}

/// A setting, station or loop and a sentence about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Note {
    pub path: String,
    pub sentence: String,
}
