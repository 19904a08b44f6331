//! One design under study: its replications so far, to which more can be added, and what they say.
//!
//! Replication n of one design and replication n of another share their chance wherever both have the same entity (streams are
//! named), which is what makes differences between designs small beside the designs' own noise.

use super::replicate::{Start, conclude, replications, warm_up};
use super::{Watch, merge};
use crate::model::Findings;
use crate::outcome::{Metric, ObjectiveResult, Outcome, Verdict};
use crate::scenario::{Problems, Scenario, Setting};

/// A design and its replications.
pub struct Study {
    pub scenario: Scenario,
    start: Start,
    done: Vec<Findings>,
}

impl Study {
    /// Nothing simulated yet but what the warm-up took to find. None when stopped on the way.
    pub fn new(scenario: Scenario, watch: &dyn Watch) -> Option<Study> {
        let start = warm_up(&scenario, watch)?;
        Some(Study { scenario, start, done: Vec::new() })
    }

    /// Replications up to so many in all. False when stopped on the way: what is finished is kept.
    pub fn extend(&mut self, wanted: u32, watch: &dyn Watch) -> bool {
        let have = self.replications();
        if have < wanted {
            watch.expect(wanted - have);
            // Only without gaps can two designs be compared replication by replication.
            self.done.extend(replications(&self.scenario, self.start.at, have..wanted, watch).into_iter().map_while(|one| one));
        }
        self.replications() >= wanted
    }

    /// How many there are.
    pub fn replications(&self) -> u32 {
        self.done.len() as u32
    }

    /// Calendar entries worked off.
    pub fn notices(&self) -> u64 {
        self.done.iter().map(|findings| findings.notices).sum()
    }

    /// Every figure with its intervals.
    pub fn metrics(&self) -> Vec<Metric> {
        merge::metrics(&self.done, self.scenario.run.confidence)
    }

    /// A figure in each replication; none where it had no samples.
    pub fn values(&self, metric: &str) -> Vec<Option<f64>> {
        let index = self.done.first().and_then(|first| first.figures.iter().position(|figure| figure.name == metric));
        index.map_or(Vec::new(), |index| self.done.iter().map(|findings| findings.figures[index].value).collect())
    }

    /// The verdicts so far; none before the first replication.
    pub fn objectives(&self) -> Vec<ObjectiveResult> {
        self.outcome(false).map_or(Vec::new(), |outcome| outcome.objectives)
    }

    /// Everything, as of a run of this design. None before the first replication.
    pub fn outcome(&self, stopped: bool) -> Option<Outcome> {
        (!self.done.is_empty()).then(|| conclude(&self.scenario, self.start, &self.done, stopped))
    }
}

/// Why a question about several settings is not even begun.
pub enum Refusal {
    /// With these settings the design is not sound.
    Problems(Vec<Setting>, Problems),
    /// Another reason, with its remedy.
    Sentence(String),
}

/// What several verdicts say together: missed where one is, undecided where one is and none is missed.
pub fn together(objectives: &[ObjectiveResult]) -> Verdict {
    objectives.iter().map(|objective| objective.verdict).max_by_key(|verdict| verdict.gravity()).unwrap_or(Verdict::Met)
}
