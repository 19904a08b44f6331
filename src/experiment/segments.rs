//! Which topics and queues belong together on how many segments: proposes an assignment for each number, simulates it under the same
//! chance as the one before, and says what the further segment gains and what losing one costs.
//!
//! A proposal balances what arithmetic says that each topic and queue asks of a segment (`layout`, `partition`); what comes of it the
//! simulation says.

mod layout;
mod partition;

use super::adverse::{condition, trouble};
use super::compare::difference;
use super::replicate::scenario_facts;
use super::{Refusal, Study, Watch, together};
use crate::outcome::adverse::Condition;
use crate::outcome::compare::{Difference, Seen};
use crate::outcome::segments::{Proposal, SCHEMA, SegmentsOutcome, Share};
use crate::outcome::sweep::Point;
use crate::outcome::{Metric, Outcome, Verdict};
use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::spec::Kind;
use crate::scenario::{self, Scenario};
use crate::stats::bonferroni;
use crate::units::{Unit, three_digits};
pub use layout::Design;
use layout::Layout;
pub use partition::TOLERANCE;

/// A latency that a further segment makes shorter by less than this share is no reason to buy it.
const WORTH: f64 = 0.1;

/// Proposes and simulates. None when stopped before the first proposal was done.
///
/// # Errors
/// A scenario that is not sound, that has no topic or queue, or whose segments are of more makes than there may be segments.
pub fn segments(file: &scenario::Design<'_>, up_to: u32, watch: &dyn Watch) -> Result<Option<SegmentsOutcome>, Refusal> {
    let base = file.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    let design = Design::new(&base);
    if design.items() == 0 {
        return Err(Refusal::Sentence("the scenario has no topic or queue, so there is nothing to split over segments".into()));
    }
    if design.makes.len() > up_to as usize {
        let what = format!(
            "its topics and queues are on segments of {} makes (zone, cost, persist, memory), which are not mixed: ask for --up-to {} or more",
            design.makes.len(),
            design.makes.len()
        );
        return Err(Refusal::Sentence(what));
    }
    let layouts = design.layouts(up_to as usize);
    let mut search = Search { design: &design, watch, before: None, as_is: None, proposals: Vec::new() };
    let complete = search.run(layouts);
    Ok(search.conclude(!complete))
}

struct Search<'s> {
    design: &'s Design<'s>,
    watch: &'s dyn Watch,
    /// What the next proposal is compared with.
    before: Option<Study>,
    as_is: Option<Proposal>,
    proposals: Vec<Proposal>,
}

impl Search<'_> {
    /// False when stopped on the way.
    fn run(&mut self, layouts: Vec<(Layout, bool)>) -> bool {
        if !layouts.iter().any(|(layout, _)| self.design.is_as_is(layout)) {
            let mut scenario = self.design.scenario.clone();
            // As in the proposals.
            scenario.disruptions.retain(|disruption| !matches!(disruption.target, Target::Segment(_)));
            match self.propose(scenario, true) {
                Some(as_is) => self.as_is = Some(as_is),
                None => return false,
            }
        }
        for (layout, is_exact) in layouts {
            match self.propose(self.design.made(&layout), is_exact) {
                Some(proposal) => self.proposals.push(proposal),
                None => return false,
            }
        }
        true
    }

    /// Simulates a design, and what is left of it when its largest share is lost.
    fn propose(&mut self, scenario: Scenario, is_exact: bool) -> Option<Proposal> {
        let shares = self.design.shares(&scenario);
        let torn = self.design.torn(&scenario);
        let cost = scenario.price.as_ref().map(|price| price.total());
        let wanted = scenario.run.first_replications();
        let mut study = Study::new(scenario, self.watch)?;
        if !study.extend(wanted, self.watch) {
            return None;
        }
        let outcome = study.outcome(false)?;
        let losing = match study.scenario.run.kind {
            Kind::Day => Some(self.lose(&study.scenario, &shares, &outcome)?),
            Kind::Steady => None,
        };
        let gains = self.before.as_ref().map_or(Vec::new(), |before| gains(before, &study));
        self.before = Some(study);
        let segments = shares.iter().filter(|share| !share.lines.is_empty()).count() as u32;
        Some(Proposal { segments, shares, is_exact, torn, point: point(segments, outcome), cost, gains, losing })
    }

    fn lose(&self, scenario: &Scenario, shares: &[Share], base: &Outcome) -> Option<Condition> {
        // Of equal ones the first.
        let (index, share) = shares.iter().enumerate().rev().max_by(|a, b| a.1.blast.total_cmp(&b.1.blast))?;
        let (at, length) = trouble(base);
        let what = format!("segment.{}", share.name);
        let mut broken = scenario.clone();
        let when = When::Once { at, length };
        broken.disruptions.push(Disruption { what: what.clone(), target: Target::Segment(index), effect: Effect::Down, when });
        let outcome = super::run(&broken, self.watch).filter(|outcome| !outcome.run.partial)?;
        Some(condition(format!("{what} down"), &outcome, Some((base, at + length))))
    }

    fn conclude(self, partial: bool) -> Option<SegmentsOutcome> {
        let first = self.as_is.as_ref().or(self.proposals.first())?;
        let scenario = self.design.scenario;
        let confidence = scenario.run.confidence;
        let is_met = |proposal: &&Proposal| !proposal.point.objectives.is_empty() && proposal.point.verdict == Verdict::Met;
        let mut outcome = SegmentsOutcome {
            schema: SCHEMA.into(),
            conclusion: String::new(),
            scenario: scenario_facts(scenario),
            run: first.point.run.clone(),
            parts: self.design.told(),
            enough: self.proposals.iter().find(is_met).map(|proposal| proposal.segments),
            confidence_each: bonferroni(confidence, self.proposals.iter().map(|proposal| proposal.gains.len()).max().unwrap_or(1)),
            confidence,
            cost_unit: scenario.price.as_ref().map_or(Unit::Count, |price| Unit::Currency(price.currency)),
            left_out: left_out(scenario),
            as_is: self.as_is,
            proposals: self.proposals,
            partial,
        };
        outcome.conclusion = conclusion(&outcome);
        Some(outcome)
    }
}

/// What is on each segment of a design.
pub fn assignment(scenario: &Scenario) -> Vec<(String, Vec<String>)> {
    Design::new(scenario).shares(scenario).into_iter().map(|share| (share.name, share.lines)).collect()
}

fn point(segments: u32, outcome: Outcome) -> Point {
    Point {
        values: vec![segments.to_string()],
        verdict: together(&outcome.objectives),
        run: outcome.run,
        objectives: outcome.objectives,
        findings: outcome.findings,
        metrics: outcome.metrics,
    }
}

/// Every taker's latency and every objective's metric that both have, under the same chance.
fn gains(before: &Study, after: &Study) -> Vec<Difference> {
    let asked = |name: &str| after.scenario.objectives.iter().any(|objective| objective.metric == name);
    let is_latency = |name: &str| name.ends_with(".end_to_end.p99") && !name.starts_with("event.");
    let metrics: Vec<Metric> = before.metrics().into_iter().filter(|metric| asked(&metric.name) || is_latency(&metric.name)).collect();
    let confidence = bonferroni(before.scenario.run.confidence, metrics.len());
    metrics.iter().filter_map(|metric| difference(metric, before, "one more", after, confidence)).collect()
}

fn left_out(scenario: &Scenario) -> Vec<String> {
    let of_segments = scenario.disruptions.iter().filter(|disruption| matches!(disruption.target, Target::Segment(_)));
    of_segments
        .map(|disruption| format!("the file's own disruption of {}, as segments are lost here one at a time", disruption.what))
        .collect()
}

fn conclusion(outcome: &SegmentsOutcome) -> String {
    let interrupted = if outcome.partial { "Interrupted: this is the answer so far. " } else { "" };
    let (Some(first), Some(last)) = (outcome.proposals.first(), outcome.proposals.last()) else {
        return format!("{interrupted}Only the design as it is was simulated.");
    };
    let of = |count: u32| outcome.proposals.iter().find(|proposal| proposal.segments == count);
    let has_objectives = !first.point.objectives.is_empty();
    let answer = match outcome.enough.and_then(of) {
        Some(enough) => format!("{} the fewest that meet every objective{}.", counted(enough.segments, "is", "are"), alone(enough)),
        None if has_objectives => short_of(outcome, last),
        None => "The scenario sets no objectives.".to_string(),
    };
    let answered = outcome.enough.and_then(of).unwrap_or(last);
    format!("{interrupted}{answer}{}{}", worth(outcome, first, last), blast(first, answered))
}

/// No split meets every objective: of all that were tried, the nearest to it leaves one undecided or misses one.
fn short_of(outcome: &SegmentsOutcome, last: &Proposal) -> String {
    let up_to = counted(last.segments, "", "");
    match outcome.proposals.iter().any(|proposal| proposal.point.verdict == Verdict::Undecided) {
        true => format!("No split over up to {up_to} is sure to meet every objective: what misses none leaves one undecided."),
        false => format!("No split over up to {up_to} meets every objective."),
    }
}

fn counted(count: u32, one: &str, more: &str) -> String {
    let (noun, verb) = if count == 1 { ("segment", one) } else { ("segments", more) };
    format!("{count} {noun} {verb}").trim_end().to_string()
}

/// The parts that have a segment for themselves, where others share one.
fn alone(proposal: &Proposal) -> String {
    let alone: Vec<&str> = proposal.shares.iter().filter(|share| share.lines.len() == 1).map(|share| share.lines[0].as_str()).collect();
    match (alone.len(), proposal.shares.len()) {
        (0, _) | (_, 1) => String::new(),
        (count, all) if count == all => ", each topic and queue on its own".into(),
        (count, _) if count <= 3 => format!(", {} on its own", alone.join(" and ")),
        (count, _) => format!(", {count} topics and queues on their own"),
    }
}

/// The last step that made some latency shorter, by more than noise and worth telling.
fn worth(outcome: &SegmentsOutcome, first: &Proposal, last: &Proposal) -> String {
    let shorter = |gain: &&Difference| {
        gain.unit == Unit::Seconds && gain.seen == Seen::Lower && gain.first > 0.0 && -gain.difference / gain.first >= WORTH
    };
    let steps = || outcome.proposals.iter().filter(|proposal| proposal.segments > first.segments);
    let Some(step) = steps().rev().find(|proposal| proposal.gains.iter().any(|gain| shorter(&gain))) else {
        let further = if last.segments > first.segments { " No further segment makes a latency a tenth shorter." } else { "" };
        return further.into();
    };
    let share = |gain: &Difference| -gain.difference / gain.first;
    let best = step.gains.iter().filter(shorter).max_by(|a, b| share(a).total_cmp(&share(b)));
    let told = best.map_or(String::new(), |gain| {
        let (from, to) = (gain.unit.show(gain.first), gain.unit.show(gain.other));
        format!("; number {} takes {} from {from} to {to}", step.segments, gain.metric)
    });
    match step.segments < last.segments {
        true => format!(" Beyond {} no further one makes any latency a tenth shorter{told}.", step.segments),
        false => format!(" Even the last one tried makes a latency a tenth shorter{told}."),
    }
}

/// Of all that is handed over, what is lost with the largest share.
fn blast(first: &Proposal, last: &Proposal) -> String {
    let largest = |proposal: &Proposal| proposal.shares.iter().map(|share| share.blast).fold(0.0, f64::max) * 100.0;
    let of =
        |proposal: &Proposal| format!("{} % of all deliveries on {}", three_digits(largest(proposal)), counted(proposal.segments, "", ""));
    if first.segments == last.segments {
        format!(" Losing one stops {}.", of(first))
    } else {
        format!(" Losing one stops up to {}, {}.", of(first), of(last))
    }
}
