//! Independent replications of one design: on all cores, merged in the order of their numbers, so that the number of threads
//! changes nothing.
//!
//! A `steady` run whose warm-up is to be found is simulated twice: a first look from the empty start, whose number of changes
//! under way, averaged over replications, gives the truncation point by MSER-5; then the run that counts, cut there or a little later.

use super::doubt::{self, Doubt, NOT_FOUND};
use super::{architecture, batches, cross_check, findings, merge, objectives};
use crate::model::{self, Findings};
use crate::outcome::{self, AssumptionFacts, Metric, Outcome, Precision, RunFacts, SCHEMA, ScenarioFacts};
use crate::scenario::Scenario;
use crate::scenario::disruption::{Disruption, When};
use crate::scenario::spec::{Kind, Replications, Source, WarmUp};
use crate::stats::{Band, RELATIVE_ERROR};
use crate::units::{Span, Time};

/// Replications of the first look for the warm-up: none of those that count, or the cut would lie behind their own bursts.
const LOOKS: std::ops::Range<u32> = AUTO_MOST..AUTO_MOST + 5;
/// One in so many steps is cut at least. MSER-5 weighs a start-up against the noise that hides it, and on short runs mostly cuts nothing:
/// on M/M/1 at 0.9, in runs of 130 relaxation times, a p99 is too low by 1.6 % then, and by 0.7 % without the first twentieth.
const LEAST_CUT: usize = 20;
/// With `replications = "auto"`: at most, and what one study may take in all; a minute or two on two cores.
const AUTO_MOST: u32 = 10_000;
const AUTO_NOTICES: u64 = 1_000_000_000;

/// Somebody who looks on: progress, and the wish to stop.
pub trait Watch: Sync {
    /// So many replications will be made (perhaps more later).
    fn expect(&self, replications: u32);
    /// One more is done, after so many notices.
    fn done(&self, notices: u64);
    /// No further replication should be begun.
    fn stopped(&self) -> bool;
}

/// Nobody watches, and nobody stops it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Watch for Nobody {
    fn expect(&self, _: u32) {}

    fn done(&self, _: u64) {}

    fn stopped(&self) -> bool {
        false
    }
}

/// Runs a scenario and says what it found. Nothing when it was stopped before the first replication was done.
///
/// ```
/// use busload::{MemoryFiles, Nobody, Verdict, load, run};
///
/// let text = r#"
///     [run]
///     horizon = "1h"
///     [sor.office]
///     [event.invoice]
///     from = "office"
///     to = "billing"
///     rate = "1/s"
///     [segment.bus]
///     [queue.billing]
///     segment = "bus"
///     [subscriber.clerk]
///     from = "billing"
///     work = "exp(500ms)"
///     [objective]
///     "subscriber.clerk.waiting.mean" = "< 2s"
/// "#;
/// let scenario = load("billing.toml", &mut MemoryFiles::default().with("billing.toml", text), &[])?;
/// let outcome = run(&scenario, &Nobody).expect("nobody stops it");
/// assert_eq!(outcome.objectives[0].verdict, Verdict::Met);
/// # Ok::<(), busload::Problems>(())
/// ```
pub fn run(scenario: &Scenario, watch: &dyn Watch) -> Option<Outcome> {
    let warm_up = warm_up(scenario, watch)?;
    let wanted = scenario.run.first_replications();
    watch.expect(wanted);
    let mut done = replicate(scenario, warm_up.at, 0..wanted, watch);
    if let Replications::Auto { precision } = scenario.run.replications {
        extend(scenario, warm_up.at, precision, &mut done, watch);
    }
    (!done.is_empty()).then(|| conclude(scenario, warm_up, &done, watch.stopped()))
}

/// Where the measured part begins, and how that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub at: Time,
    pub by: &'static str,
}

pub(super) fn warm_up(scenario: &Scenario, watch: &dyn Watch) -> Option<Start> {
    match scenario.run.warm_up {
        WarmUp::Fixed(Span::ZERO) => Some(Start { at: Time::ZERO, by: "none" }),
        WarmUp::Fixed(span) => Some(Start { at: Time::ZERO + span, by: "fixed" }),
        WarmUp::Auto if scenario.run.kind == Kind::Day => Some(Start { at: Time::ZERO, by: "none" }),
        WarmUp::Auto => {
            watch.expect(LOOKS.len() as u32);
            let looks = replicate(scenario, Time::ZERO, LOOKS, watch);
            let first = looks.first()?;
            let courses: Vec<&[f64]> = looks.iter().map(|look| &look.under_way[..]).collect();
            let mean = Band::new(&courses, scenario.run.confidence).mean;
            // A truncation point in the second half says that the run is too short to tell: then half of it is cut.
            let least = mean.len().div_ceil(LEAST_CUT);
            let (steps, by) = crate::stats::warm_up(&mean).map_or((mean.len() / 2, NOT_FOUND), |steps| (steps.max(least), "mser5"));
            Some(Start { at: Time(first.step.0 * steps as u64), by })
        }
    }
}

/// These replications, without those that were not begun before the stop.
fn replicate(scenario: &Scenario, warm_up: Time, numbers: std::ops::Range<u32>, watch: &dyn Watch) -> Vec<Findings> {
    replications(scenario, warm_up, numbers, watch).into_iter().flatten().collect()
}

/// These replications in order; none for those that were not finished before the stop.
pub(super) fn replications(scenario: &Scenario, warm_up: Time, numbers: std::ops::Range<u32>, watch: &dyn Watch) -> Vec<Option<Findings>> {
    let one = |number: u32| {
        if watch.stopped() {
            return None;
        }
        let findings = model::simulate(scenario, warm_up, number, &|| watch.stopped())?;
        watch.done(findings.notices);
        Some(findings)
    };
    #[cfg(feature = "threads")]
    {
        use rayon::prelude::*;
        numbers.into_par_iter().with_max_len(1).map(one).collect()
    }
    #[cfg(not(feature = "threads"))]
    numbers.map(one).collect()
}

/// Adds replications until every objective's metric has the wanted relative half-width, or the next ones would take more than one
/// study may. How many are next follows from those before, so the number of threads changes nothing.
fn extend(scenario: &Scenario, warm_up: Time, wanted: f64, done: &mut Vec<Findings>, watch: &dyn Watch) {
    while !watch.stopped() {
        let count = done.len() as u32;
        let metrics = merge::metrics(done, scenario.run.confidence);
        let Some(worst) = precision(scenario, wanted, &metrics).filter(Precision::is_missed) else { return };
        // A half-width shrinks with the square root of the number; never more than doubled on one guess.
        let ratio = worst.reached.unwrap_or(f64::INFINITY) / wanted;
        let needed = (f64::from(count) * ratio * ratio).min(2.0 * f64::from(count)) as u32;
        let notices: u64 = done.iter().map(|findings| findings.notices).sum();
        let affordable = (AUTO_NOTICES / (notices / u64::from(count.max(1))).max(1)).min(AUTO_MOST.into()) as u32;
        let next = needed.max(count + 1).min(affordable);
        if next <= count {
            return;
        }
        watch.expect(next - count);
        done.extend(replicate(scenario, warm_up, count..next, watch));
    }
}

/// The objective whose metric is known worst.
fn precision(scenario: &Scenario, wanted: f64, metrics: &[Metric]) -> Option<Precision> {
    let widths = scenario.objectives.iter().filter_map(|of| Some((objectives::relative_half_width(of, metrics)?, &of.metric)));
    let (worst, metric) = widths.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Precision { wanted, reached: worst.is_finite().then_some(worst), metric: metric.clone() })
}

pub(super) fn conclude(scenario: &Scenario, warm_up: Start, done: &[Findings], stopped: bool) -> Outcome {
    let confidence = scenario.run.confidence;
    let mut metrics = merge::metrics(done, confidence);
    let mut curves = merge::curves(done, confidence);
    let series = merge::series(done, confidence);
    let mut run = run_facts(scenario, &warm_up, done, stopped);
    if let Replications::Auto { precision: wanted } = scenario.run.replications {
        run.precision = precision(scenario, wanted, &metrics);
    }
    if let ([only], true) = (done, scenario.run.is_cut_into_batches()) {
        run.batches = Some(batches::fill(&mut metrics, only, (warm_up.at, scenario.run.horizon), confidence));
    }
    if scenario.run.kind == Kind::Steady {
        run.unstable = doubt::unstable(scenario, run.warm_up_s, &metrics, &series);
    }
    let doubt = Doubt::of(&run, &metrics);
    let missing = doubt::Missing::of(scenario, &run.unstable);
    let mut theory = cross_check::theory(scenario, &run, &metrics);
    theory.retain(|theory| metrics.iter().any(|metric| metric.name == theory.metric && !missing.metric(metric)));
    if scenario.run.kind == Kind::Day {
        doubt::withhold_open_drains(&mut metrics);
    }
    if let Some(doubt) = &doubt {
        doubt::withhold(doubt, &mut metrics, &mut curves);
    }
    let objectives = objectives::judge(scenario, confidence, &metrics, done, doubt.as_ref());
    let architecture = architecture::draw(scenario, &metrics, warm_up.at);
    metrics.retain(|metric| !missing.metric(metric));
    curves.retain(|curve| !missing.figure(&curve.name));
    let mut outcome = Outcome {
        schema: SCHEMA.into(),
        scenario: scenario_facts(scenario),
        run,
        objectives,
        findings: Vec::new(),
        series,
        architecture,
        hops: merge::hops(scenario, &metrics),
        curves,
        disruptions: scenario.disruptions.iter().filter_map(|disruption| planned(scenario, disruption)).collect(),
        theory,
        assumptions: scenario.assumptions.iter().map(assumption).collect(),
        metrics,
    };
    outcome.findings = findings::find(scenario, &outcome, doubt.as_ref());
    outcome
}

/// What an outcome says of the design itself.
pub(super) fn scenario_facts(scenario: &Scenario) -> ScenarioFacts {
    ScenarioFacts {
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        file: scenario.file.clone(),
        digest: scenario.digest.clone(),
        settings: scenario.settings.iter().cloned().collect(),
    }
}

fn run_facts(scenario: &Scenario, warm_up: &Start, done: &[Findings], stopped: bool) -> RunFacts {
    let replications = done.len() as u32;
    let wanted = match scenario.run.replications {
        Replications::Fixed(count) => Some(count),
        Replications::Auto { .. } => None,
    };
    let partial = stopped && wanted != Some(replications);
    RunFacts {
        version: env!("CARGO_PKG_VERSION").into(),
        core_digest: env!("BUSLOAD_CORE_DIGEST").into(),
        seed: scenario.run.seed,
        kind: match scenario.run.kind {
            Kind::Day => "day".into(),
            Kind::Steady => "steady".into(),
        },
        horizon_s: scenario.run.horizon.seconds(),
        warm_up_s: warm_up.at.seconds(),
        warm_up_by: warm_up.by.into(),
        replications,
        confidence: scenario.run.confidence,
        notices: done.iter().map(|findings| findings.notices).sum(),
        histogram_error: RELATIVE_ERROR,
        partial,
        replications_wanted: wanted.filter(|_| partial),
        precision: None,
        batches: None,
        unstable: Vec::new(),
    }
}

/// A disruption whose time is known, as far as it is within the run; random ones come at other times in every replication.
fn planned(scenario: &Scenario, disruption: &Disruption) -> Option<outcome::Disruption> {
    let When::Once { at, length } = disruption.when else { return None };
    Some(outcome::Disruption {
        what: disruption.what.clone(),
        kind: disruption.effect.word().into(),
        from_s: at.seconds(),
        to_s: (at + length).min(scenario.horizon()).seconds(),
    })
}

fn assumption(assumption: &crate::scenario::spec::Assumption) -> AssumptionFacts {
    AssumptionFacts {
        path: assumption.path.clone(),
        value: assumption.value.clone(),
        source: match assumption.source {
            Source::Measured => "measured".into(),
            Source::Calibrated => "calibrated".into(),
            Source::Assumed => "assumed".into(),
        },
        note: assumption.note.clone(),
        interval: assumption.interval.clone(),
    }
}
