//! Which assumption decides: each is set to both ends of what it may be, by itself and under the same chance, and what that does to every
//! objective is a paired difference (common random numbers), so that noise is not taken for an effect.
//!
//! Every assumption gets few replications at first; those that move an objective most, or turn its verdict, get all.

use super::compare::difference;
use super::replicate::scenario_facts;
use super::{Refusal, Study, Watch, check};
use crate::outcome::compare::Seen;
use crate::outcome::sensitivity::{Bar, First, SCHEMA, Sensitivity, Side, Tornado, Varied};
use crate::outcome::{Metric, ObjectiveResult, Verdict};
use crate::scenario::spec::Source;
use crate::scenario::{Design, Estimate, Scenario};
use crate::stats::bonferroni;

/// Below and above, where the scenario does not say better.
pub const SHARE: f64 = 0.2;
/// Assumptions that are varied at most: those that arithmetic says load some station most.
const MOST: usize = 40;
/// Replications at first.
const FEW: u32 = 4;
/// For each objective so many get all replications.
const LEADERS: usize = 4;

/// Varies all. None when stopped before the design as it is was done.
///
/// # Errors
/// A scenario that is not sound or becomes so at an end that its file gives, or one without objectives or quantities.
pub fn sensitivity(design: &Design<'_>, watch: &dyn Watch) -> Result<Option<Sensitivity>, Refusal> {
    let base = design.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    if base.objectives.is_empty() {
        let what = "the scenario sets no objectives, so there is nothing to move: write for example [objective] \"subscriber.X.end_to_end.p99\" = \"< 5s\"";
        return Err(Refusal::Sentence(what.into()));
    }
    let (variants, left_out) = variants(design, &base)?;
    if variants.is_empty() {
        return Err(Refusal::Sentence("nothing in this scenario is a quantity that could be another: list some under [assumption]".into()));
    }
    let Some(mut study) = Study::new(base, watch) else { return Ok(None) };
    let wanted = study.scenario.run.first_replications();
    if !study.extend(wanted, watch) {
        return Ok(None);
    }
    let confidence_each = bonferroni(study.scenario.run.confidence, 2 * variants.len());
    let as_is = study.objectives();
    let total = variants.len();
    let mut search = Search { metrics: study.metrics(), base: study, as_is, confidence_each, watch, found: Vec::new() };
    let complete = search.vary(variants, wanted);
    Ok(Some(search.conclude(left_out, !complete || total == 0)))
}

/// An assumption with the designs at both its ends.
struct Variant {
    estimate: Estimate,
    ends: [Scenario; 2],
}

type LeftOut = Vec<(String, String)>;

/// Everything that can be varied, and what can't be.
fn variants(design: &Design<'_>, base: &Scenario) -> Result<(Vec<Variant>, LeftOut), Refusal> {
    let estimates = design.estimates(base, SHARE);
    let (mut variants, mut left_out) = (Vec::new(), estimates.left_out);
    for estimate in estimates.all {
        let end = |value: &String| {
            let settings = vec![(estimate.path.clone(), value.clone())];
            design.load(&settings).map_err(|problems| Refusal::Problems(settings, problems))
        };
        match (end(&estimate.low), end(&estimate.high)) {
            (Ok(low), Ok(high)) => variants.push(Variant { ends: [low, high], estimate }),
            (Err(refusal), _) | (_, Err(refusal)) if estimate.is_given => return Err(refusal),
            _ => left_out.push((estimate.path, "a fifth less or more of it is no sound scenario".into())),
        }
    }
    if variants.len() > MOST {
        let mut ranked: Vec<(f64, Variant)> = variants.into_iter().map(|variant| (weight(&variant), variant)).collect();
        // Equal ones keep their order: those that are listed come first.
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        left_out.extend(ranked.split_off(MOST).into_iter().map(|(_, variant)| {
            let reason = format!("by arithmetic {MOST} others move some station's load more");
            (variant.estimate.path, reason)
        }));
        variants = ranked.into_iter().map(|(_, variant)| variant).collect();
    }
    Ok((variants, left_out))
}

/// How far the busiest part of any station moves from one end to the other, by arithmetic; what is listed comes before all.
fn weight(variant: &Variant) -> f64 {
    if variant.estimate.source != Source::Assumed || !variant.estimate.note.is_empty() || variant.estimate.is_given {
        return f64::INFINITY;
    }
    let checks = check(&variant.ends);
    let [low, high] = &checks.designs[..] else { return 0.0 };
    let gap = |station: &crate::outcome::check::Station| {
        let other = high.stations.iter().find(|other| (&other.name, &other.servers_are) == (&station.name, &station.servers_are));
        other.map_or(0.0, |other| (other.busy_peak - station.busy_peak).abs().max((other.load_peak - station.load_peak).abs()))
    };
    low.stations.iter().map(gap).fold(0.0, f64::max)
}

/// What an assumption did: for each objective at both ends.
struct Found {
    estimate: Estimate,
    /// By objective; none where the metric has no value anywhere.
    bars: Vec<Option<Bar>>,
}

struct Search<'w> {
    base: Study,
    metrics: Vec<Metric>,
    as_is: Vec<ObjectiveResult>,
    confidence_each: f64,
    watch: &'w dyn Watch,
    found: Vec<Found>,
}

impl Search<'_> {
    /// First all a little, then the leaders fully. False when stopped on the way.
    fn vary(&mut self, variants: Vec<Variant>, wanted: u32) -> bool {
        let first = FEW.min(wanted);
        let mut studies: Vec<Option<[Study; 2]>> = Vec::new();
        for Variant { estimate, ends } in variants {
            let Some(ends) = self.studies(ends, first) else { return false };
            let bars = self.bars(&estimate, &ends);
            self.found.push(Found { estimate, bars });
            studies.push(Some(ends));
            // Who does not lead now never will: what its replications hold is let go.
            let leaders = self.leaders();
            studies.iter_mut().enumerate().filter(|(index, _)| !leaders.contains(index)).for_each(|(_, study)| *study = None);
        }
        for (index, mut ends) in studies.into_iter().enumerate().filter_map(|(index, ends)| Some((index, ends?))) {
            if !ends.iter_mut().all(|study| study.extend(wanted, self.watch)) {
                return false;
            }
            self.found[index].bars = self.bars(&self.found[index].estimate, &ends);
        }
        true
    }

    fn studies(&self, ends: [Scenario; 2], replications: u32) -> Option<[Study; 2]> {
        let [low, high] = ends.map(|end| Study::new(end, self.watch));
        let mut ends = [low?, high?];
        ends.iter_mut().all(|study| study.extend(replications, self.watch)).then_some(ends)
    }

    /// Those that move some objective most.
    fn leaders(&self) -> Vec<usize> {
        let mut leaders: Vec<usize> = Vec::new();
        for objective in 0..self.as_is.len() {
            let swing = |index: &usize| self.found[*index].bars[objective].as_ref().map_or(0.0, |bar| bar.swing);
            let mut ranked: Vec<usize> = (0..self.found.len()).filter(|index| swing(index) > 0.0).collect();
            ranked.sort_by(|a, b| swing(b).total_cmp(&swing(a)));
            leaders.extend(ranked.into_iter().take(LEADERS));
        }
        leaders.sort_unstable();
        leaders.dedup();
        leaders
    }

    fn bars(&self, estimate: &Estimate, ends: &[Study; 2]) -> Vec<Option<Bar>> {
        let verdicts = ends.each_ref().map(Study::objectives);
        let bar = |(index, objective): (usize, &ObjectiveResult)| {
            let low = self.side(&estimate.low, objective, &ends[0], verdicts[0].get(index)?);
            let high = self.side(&estimate.high, objective, &ends[1], verdicts[1].get(index)?);
            let swing = |side: &Side| side.difference.map_or(0.0, f64::abs);
            let is_seen = [&low, &high].iter().any(|side| matches!(side.seen, Seen::Higher | Seen::Lower));
            Some(Bar { path: estimate.path.clone(), swing: swing(&low).max(swing(&high)), is_seen, low, high })
        };
        self.as_is.iter().enumerate().map(bar).collect()
    }

    fn side(&self, setting: &str, objective: &ObjectiveResult, study: &Study, result: &ObjectiveResult) -> Side {
        let metric = self.metrics.iter().find(|metric| metric.name == objective.metric);
        let difference = metric.and_then(|metric| difference(metric, &self.base, setting, study, self.confidence_each));
        Side {
            setting: setting.into(),
            point: result.point,
            difference: difference.as_ref().map(|difference| difference.difference),
            low: difference.as_ref().and_then(|difference| difference.low),
            high: difference.as_ref().and_then(|difference| difference.high),
            seen: difference.as_ref().map_or(Seen::NoDifferenceSeen, |difference| difference.seen),
            verdict: result.verdict,
            replications: study.replications(),
        }
    }

    fn conclude(self, left_out: LeftOut, partial: bool) -> Sensitivity {
        let tornado = |(index, objective): (usize, &ObjectiveResult)| {
            let mut bars: Vec<Bar> =
                self.found.iter().filter_map(|found| found.bars[index].clone()).filter(|bar| bar.swing > 0.0).collect();
            bars.sort_by(|a, b| b.swing.total_cmp(&a.swing));
            Tornado {
                metric: objective.metric.clone(),
                bound: objective.bound.clone(),
                limit: objective.limit,
                unit: objective.unit,
                point: objective.point,
                verdict: objective.verdict,
                bars,
            }
        };
        let tornados: Vec<Tornado> = self.as_is.iter().enumerate().map(tornado).collect();
        let outcome = self.base.outcome(false).expect("the design as it is was done");
        let mut sensitivity = Sensitivity {
            schema: SCHEMA.into(),
            conclusion: String::new(),
            scenario: scenario_facts(&self.base.scenario),
            run: outcome.run,
            first: first(&tornados, &self.found),
            tornados,
            assumptions: self.found.iter().map(|found| varied(&found.estimate)).collect(),
            objectives: self.as_is,
            confidence: self.base.scenario.run.confidence,
            confidence_each: self.confidence_each,
            left_out,
            partial,
        };
        sensitivity.conclusion = conclusion(&sensitivity);
        sensitivity
    }
}

fn varied(estimate: &Estimate) -> Varied {
    Varied {
        path: estimate.path.clone(),
        value: estimate.value.clone(),
        low: estimate.low.clone(),
        high: estimate.high.clone(),
        source: word(estimate.source).into(),
        note: estimate.note.clone(),
        is_given: estimate.is_given,
    }
}

fn word(source: Source) -> &'static str {
    match source {
        Source::Measured => "measured",
        Source::Calibrated => "calibrated",
        Source::Assumed => "assumed",
    }
}

/// Of what is not measured yet and moves an objective by more than noise: what turns a verdict before what does not, then what goes farthest
/// on the way to the objective's bound.
fn first(tornados: &[Tornado], found: &[Found]) -> Option<First> {
    let is_measured = |path: &str| found.iter().any(|found| found.estimate.path == path && found.estimate.source == Source::Measured);
    let mut best: Option<((bool, f64), First)> = None;
    for tornado in tornados {
        let Some(from) = tornado.point else { continue };
        let way = (tornado.limit - from).abs();
        for bar in tornado.bars.iter().filter(|bar| !is_measured(&bar.path)) {
            for side in [&bar.low, &bar.high].into_iter().filter(|side| matches!(side.seen, Seen::Higher | Seen::Lower)) {
                let Some((to, difference)) = side.point.zip(side.difference) else { continue };
                let rank = (is_turned(tornado, side), if way > 0.0 { difference.abs() / way } else { f64::INFINITY });
                if best.as_ref().is_none_or(|(other, _)| rank.0.cmp(&other.0).then(rank.1.total_cmp(&other.1)).is_gt()) {
                    best = Some((rank, told(tornado, bar, side, (from, to))));
                }
            }
        }
    }
    best.map(|(_, first)| first)
}

/// For good or bad; what only became doubtful is not.
fn is_turned(tornado: &Tornado, side: &Side) -> bool {
    side.verdict != tornado.verdict && side.verdict != Verdict::Undecided
}

fn told(tornado: &Tornado, bar: &Bar, side: &Side, (from, to): (f64, f64)) -> First {
    First {
        path: bar.path.clone(),
        setting: side.setting.clone(),
        metric: tornado.metric.clone(),
        bound: tornado.bound.clone(),
        from,
        to,
        verdict: side.verdict,
        verdict_as_is: tornado.verdict,
    }
}

fn conclusion(sensitivity: &Sensitivity) -> String {
    let interrupted = if sensitivity.partial { "Interrupted: this is the answer so far. " } else { "" };
    let Some(first) = &sensitivity.first else {
        return format!("{interrupted}None of {} assumptions moves an objective by more than noise.", sensitivity.assumptions.len());
    };
    let tornado = sensitivity.tornados.iter().find(|tornado| tornado.metric == first.metric);
    let show = |value: f64| tornado.map_or(value.to_string(), |tornado| tornado.unit.show(value));
    let value = sensitivity.assumptions.iter().find(|assumption| assumption.path == first.path).map_or("", |assumption| &assumption.value);
    let moved = format!(
        "with {} in place of {value} {} goes from {} to {} (objective {})",
        first.setting,
        first.metric,
        show(first.from),
        show(first.to),
        first.bound
    );
    let turned = match (first.verdict_as_is, first.verdict) {
        (before, after) if before == after => "which turns no verdict".to_string(),
        (_, Verdict::Met) => "and the objective is met".into(),
        (_, Verdict::Missed) => "and the objective is missed".into(),
        (_, Verdict::Undecided) => "and whether the objective is met is open".into(),
    };
    let turning = turning(sensitivity);
    let others = match turning.iter().filter(|path| **path != first.path).count() {
        0 => String::new(),
        1 => format!(" One other turns a verdict: {}.", turning.iter().find(|path| **path != first.path).unwrap_or(&"")),
        count => format!(" {count} others turn a verdict too."),
    };
    format!("{interrupted}Measure {} first: {moved}, {turned}.{others}", first.path)
}

/// Assumptions at one end of which an objective has another verdict, for more than noise.
fn turning(sensitivity: &Sensitivity) -> Vec<&str> {
    let mut turning: Vec<&str> = Vec::new();
    for tornado in &sensitivity.tornados {
        for bar in &tornado.bars {
            let turns = |side: &Side| matches!(side.seen, Seen::Higher | Seen::Lower) && is_turned(tornado, side);
            if (turns(&bar.low) || turns(&bar.high)) && !turning.contains(&bar.path.as_str()) {
                turning.push(&bar.path);
            }
        }
    }
    turning
}
