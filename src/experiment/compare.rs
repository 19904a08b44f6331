//! Which design is better, by how much, and is it noise: the same chance for all (common random numbers), intervals on paired
//! differences (Law, Simulation Modeling and Analysis, 5th ed., sec. 10.2 and 11.2).

use super::pick::picks;
use super::{Study, Watch, together};
use crate::outcome::compare::{Comparison, DesignResult, Difference, SCHEMA, Seen, figures, wins};
use crate::outcome::{Metric, ObjectiveResult, Outcome, Verdict};
use crate::scenario::Scenario;
use crate::stats::{Tally, bonferroni, paired_difference, t_quantile};
use crate::units::Unit;
use std::collections::BTreeMap;

/// Replications that each design gets before any gets more.
const FIRST: u32 = 2;

/// Simulates the designs, each with as many replications as the first one's file asks for, and compares the others with the first.
/// Names are unique. None when stopped before each had a replication.
///
/// # Errors
/// A sentence where the designs can't be compared: other horizons, or only one design.
pub fn compare(designs: Vec<(String, Scenario)>, watch: &dyn Watch) -> Result<Option<Comparison>, String> {
    check(&designs)?;
    let mut studies = Vec::new();
    for (name, scenario) in designs {
        let Some(study) = Study::new(scenario, watch) else { return Ok(None) };
        studies.push((name, study));
    }
    let wanted = studies[0].1.scenario.run.first_replications();
    // All a little, then more, so that there is an answer early.
    let rounds = std::iter::successors(Some(FIRST), |round| Some(round * 2)).take_while(|round| *round < wanted).chain([wanted]);
    let complete = rounds.into_iter().all(|round| studies.iter_mut().all(|(_, study)| study.extend(round, watch)));
    Ok(conclude(&studies, !complete))
}

/// The same question must be asked of all: over the same time.
fn check(designs: &[(String, Scenario)]) -> Result<(), String> {
    let Some(((first, base), others)) = designs.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Err("a comparison needs two designs or more".into());
    };
    for (name, other) in others {
        if (other.run.kind, other.run.horizon) != (base.run.kind, base.run.horizon) {
            return Err(format!(
                "`{first}` and `{name}` are not run over the same time (run.kind and run.horizon): write the same, or --set it for all"
            ));
        }
    }
    Ok(())
}

fn conclude(studies: &[(String, Study)], partial: bool) -> Option<Comparison> {
    let outcomes: Vec<(&str, Outcome)> =
        studies.iter().map(|(name, study)| Some((name.as_str(), study.outcome(partial)?))).collect::<Option<_>>()?;
    let base = &studies[0].1;
    let confidence = base.scenario.run.confidence;
    let confidence_each = bonferroni(confidence, studies.len() - 1);
    let mut differences = Vec::new();
    for metric in &outcomes[0].1.metrics {
        for (name, study) in &studies[1..] {
            differences.extend(difference(metric, base, name, study, confidence_each));
        }
    }
    let objectives: Vec<&ObjectiveResult> = outcomes.iter().flat_map(|(_, outcome)| &outcome.objectives).collect();
    let values = |metric: &str, study: &Study| study.values(&there(metric, study));
    let picks = picks(outcomes[0].1.metrics.iter().map(|metric| metric.name.as_str()), &objectives, studies, values);
    let mut comparison = Comparison {
        schema: SCHEMA.into(),
        conclusion: String::new(),
        ranking: ranking(&outcomes, |name| wins(&picks, name, confidence)),
        differences,
        picks,
        confidence_each,
        confidence,
        unshared: unshared(&outcomes),
        partial,
        designs: outcomes.into_iter().map(|(name, outcome)| design(name, outcome)).collect(),
    };
    comparison.conclusion = conclusion(&comparison);
    Some(comparison)
}

fn design(name: &str, outcome: Outcome) -> DesignResult {
    DesignResult {
        name: name.into(),
        scenario: outcome.scenario,
        run: outcome.run,
        verdict: together(&outcome.objectives),
        objectives: outcome.objectives,
        findings: outcome.findings,
        metrics: outcome.metrics,
    }
}

/// One metric over the pairs of replications in which both designs have it.
pub(super) fn difference(metric: &Metric, base: &Study, name: &str, other: &Study, confidence: f64) -> Option<Difference> {
    let there = there(&metric.name, other);
    let values = base.values(&metric.name).into_iter().zip(other.values(&there));
    let (before, after): (Vec<f64>, Vec<f64>) = values.filter_map(|(before, after)| Some((before?, after?))).unzip();
    let tally = |values: &[f64]| values.iter().copied().collect::<Tally>();
    let (first, second) = (tally(&before), tally(&after));
    let gaps: Tally = before.iter().zip(&after).map(|(before, after)| after - before).collect();
    let mean = gaps.mean()?;
    let interval = paired_difference(&before, &after, confidence);
    let seen = match interval {
        Some(interval) if interval.low == 0.0 && interval.high == 0.0 => Seen::Same,
        Some(interval) if interval.low > 0.0 => Seen::Higher,
        Some(interval) if interval.high < 0.0 => Seen::Lower,
        _ => Seen::NoDifferenceSeen,
    };
    let variance = |tally: &Tally| tally.sd().map(|sd| sd * sd);
    let apart = variance(&first).zip(variance(&second)).map(|(one, other)| one + other).filter(|apart| *apart > 0.0);
    Some(Difference {
        metric_there: (there != metric.name).then_some(there),
        metric: metric.name.clone(),
        unit: metric.unit,
        design: name.into(),
        first: first.mean()?,
        other: second.mean()?,
        difference: mean,
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        seen,
        variance_reduction: apart.zip(variance(&gaps)).map(|(apart, paired)| 1.0 - paired / apart),
        replications_needed: (seen == Seen::NoDifferenceSeen).then(|| needed(&gaps, confidence)).flatten(),
        n: gaps.count() as u32,
    })
}

/// What a metric is called in another design: a subscriber to the bus in one may be a poller of a feed in the other.
fn there(metric: &str, other: &Study) -> String {
    counterpart(metric).filter(|_| other.values(metric).is_empty()).filter(|there| !other.values(there).is_empty()).unwrap_or(metric.into())
}

/// The same figure of a poller for a subscriber's, and the other way round.
pub(super) fn counterpart(metric: &str) -> Option<String> {
    let poller = || metric.strip_prefix("subscriber.").map(|rest| format!("poller.{rest}"));
    poller().or_else(|| metric.strip_prefix("poller.").map(|rest| format!("subscriber.{rest}")))
}

/// Replications at which the half-width is as small as the difference that was seen: n = (t s / d)^2.
fn needed(gaps: &Tally, confidence: f64) -> Option<u64> {
    let (mean, sd) = (gaps.mean()?, gaps.sd()?);
    let t = t_quantile(0.5 + confidence / 2.0, gaps.count() as f64 - 1.0)?;
    let wanted = (t * sd / mean) * (t * sd / mean);
    (wanted.is_finite() && wanted < 1e9).then(|| wanted.ceil() as u64)
}

fn unshared(outcomes: &[(&str, Outcome)]) -> Vec<(String, Vec<String>)> {
    let mut owners: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, outcome) in outcomes {
        for metric in &outcome.metrics {
            owners.entry(&metric.name).or_default().push((*name).into());
        }
    }
    let has = |metric: &str, outcome: &Outcome| outcome.metric(metric).is_some();
    let is_everywhere = |metric: &str| {
        outcomes.iter().all(|(_, outcome)| has(metric, outcome) || counterpart(metric).is_some_and(|there| has(&there, outcome)))
    };
    owners.into_iter().filter(|(metric, _)| !is_everywhere(metric)).map(|(metric, of)| (metric.into(), of)).collect()
}

/// By verdicts, then by cost, then by on how many figures a design is best.
fn ranking(outcomes: &[(&str, Outcome)], wins: impl Fn(&str) -> usize) -> Vec<String> {
    let count = |outcome: &Outcome, verdict| outcome.objectives.iter().filter(|objective| objective.verdict == verdict).count();
    // What has no price is not free, and what is asked for nothing meets nothing.
    let cost = |outcome: &Outcome| outcome.metric("total.cost").map_or(f64::INFINITY, |metric| metric.point);
    let mut ranked: Vec<&(&str, Outcome)> = outcomes.iter().collect();
    ranked.sort_by(|(first, a), (second, b)| {
        let order =
            |outcome: &Outcome| (outcome.objectives.is_empty(), count(outcome, Verdict::Missed), count(outcome, Verdict::Undecided));
        order(a).cmp(&order(b)).then(cost(a).total_cmp(&cost(b))).then(wins(second).cmp(&wins(first)))
    });
    ranked.into_iter().map(|(name, _)| (*name).to_string()).collect()
}

/// Who is ahead, and the clearest difference.
fn conclusion(comparison: &Comparison) -> String {
    let best = &comparison.ranking[0];
    let of = |name: &String| comparison.designs.iter().find(|design| design.name == *name);
    let word = |name: &String| match of(name).map(|design| (design.verdict, design.objectives.len())) {
        Some((_, 0)) | None => "sets no objectives",
        Some((Verdict::Met, _)) => "meets every objective",
        Some((Verdict::Missed, _)) => "misses an objective",
        Some((Verdict::Undecided, _)) => "leaves an objective undecided",
    };
    let (same, others): (Vec<&String>, Vec<&String>) = comparison.ranking.iter().partition(|name| word(name) == word(best));
    let verdict = match others.first() {
        None => format!("Each of {} {}.", listed(&same), word(best)),
        Some(other) if same.len() == 1 => format!("`{best}` {}, `{other}` {}.", word(best), word(other)),
        Some(other) => format!("Each of {} {}, `{other}` {}.", listed(&same), word(best), word(other)),
    };
    let count = |name: &String| wins(&comparison.picks, name, comparison.confidence);
    // Of equal ones the first of the ranking.
    let wins = match comparison.ranking.iter().rev().max_by_key(|name| count(name)) {
        Some(name) if count(name) > 0 => format!(" `{name}` is best on {} of {} figures.", count(name), figures(&comparison.picks)),
        _ => String::new(),
    };
    let interrupted = if comparison.partial { "Interrupted: this is what was finished. " } else { "" };
    let cost = comparison.differences.iter().find(|difference| difference.metric == "total.cost" && difference.difference != 0.0);
    let cost = cost.map_or(String::new(), |cost| {
        let (more, by) = (if cost.difference > 0.0 { "more" } else { "less" }, cost.unit.show(cost.difference.abs()));
        format!(" `{}` costs {by} {more}.", cost.design)
    });
    format!("{interrupted}{verdict}{wins}{}{cost}{}", clearest(comparison), spared(comparison))
}

/// "`a`, `b` and `c`".
fn listed(names: &[&String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The latency that differs most, in words; or that none does.
fn clearest(comparison: &Comparison) -> String {
    let latencies = || {
        let is_mean = |difference: &&Difference| difference.unit == Unit::Seconds && difference.metric.ends_with(".end_to_end.mean");
        comparison.differences.iter().filter(is_mean)
    };
    let ratio = |difference: &Difference| if difference.first > 0.0 { difference.other / difference.first } else { 1.0 };
    let weight = |difference: &&Difference| libm::log(ratio(difference).max(1e-9)).abs();
    let told = latencies().filter(|difference| matches!(difference.seen, Seen::Higher | Seen::Lower));
    match told.max_by(|a, b| weight(a).total_cmp(&weight(b))) {
        Some(difference) => format!(
            " {}: {} with `{}`, {} with `{}` ({}).",
            difference.metric,
            difference.unit.show(difference.first),
            comparison.designs[0].name,
            difference.unit.show(difference.other),
            difference.design,
            interval_of(difference)
        ),
        None if latencies().next().is_some() => format!(" No difference seen in any mean latency{}.", more(latencies())),
        None => String::new(),
    }
}

/// What common random numbers were worth, in the middle of all latencies that differ.
fn spared(comparison: &Comparison) -> String {
    let of_latencies = comparison.differences.iter().filter(|difference| difference.unit == Unit::Seconds && difference.seen != Seen::Same);
    let mut shares: Vec<f64> = of_latencies.filter_map(|difference| difference.variance_reduction).collect();
    shares.sort_by(f64::total_cmp);
    match shares.get(shares.len() / 2) {
        Some(share) if *share > 0.0 => {
            format!(" Sharing the random numbers took {} of the variance out of a typical difference.", Unit::Share.show(*share))
        }
        _ => String::new(),
    }
}

fn more<'d>(latencies: impl Iterator<Item = &'d Difference>) -> String {
    let needed = latencies.filter_map(|difference| Some(difference.replications_needed?.saturating_sub(difference.n.into()).max(1))).min();
    needed.map_or(String::new(), |needed| format!(" (one as large as it looks would need {needed} more replications)"))
}

fn interval_of(difference: &Difference) -> String {
    let signed = |value: f64| format!("{}{}", if value < 0.0 { "-" } else { "+" }, difference.unit.show(value.abs()));
    match (difference.low, difference.high) {
        (Some(low), Some(high)) => format!("difference {} to {}", signed(low), signed(high)),
        _ => format!("difference {}", signed(difference.difference)),
    }
}
