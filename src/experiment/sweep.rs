//! How does it change: one study for each point of a grid, all under the same chance.

use super::replicate::scenario_facts;
use super::{Refusal, Watch, together};
use crate::outcome::sweep::{Axis, Knee, Point, SCHEMA, Sweep};
use crate::outcome::{Metric, ScenarioFacts, Verdict};
use crate::scenario::{self, Design, Scenario, Setting};
use crate::units::{Bytes, Rate, Share, Span};
use std::cell::Cell;

/// More points than anybody waits for.
const POINTS_MAX: usize = 10_000;
/// A knee lies at least this far below the straight line between the ends, as a share of the rise.
const BEND: f64 = 0.2;

/// The points of a grid, loaded and checked before any is simulated.
pub struct Grid {
    facts: ScenarioFacts,
    axes: Vec<scenario::Axis>,
    points: Vec<(Vec<String>, Scenario)>,
}

/// Where finished points are kept, so that none is simulated twice.
pub trait Store: Sync {
    /// The point of this key, if it was finished before.
    fn known(&self, key: &str) -> Option<Point>;
    /// The point of this key is finished.
    fn keep(&self, key: &str, point: &Point);
}

/// All combinations of the axes' values over a design.
///
/// # Errors
/// The first point that is no sound scenario, or a grid that is too large.
pub fn grid(design: &Design<'_>, axes: Vec<scenario::Axis>) -> Result<Grid, Refusal> {
    unique(&axes)?;
    let count = axes.iter().fold(1_usize, |count, axis| count.saturating_mul(axis.values.len()));
    if count > POINTS_MAX {
        return Err(Refusal::Sentence(format!("the grid has {count} points, and more than {POINTS_MAX} are refused: name fewer values")));
    }
    let mut points = Vec::with_capacity(count);
    for index in 0..count {
        let values = combination(&axes, index);
        let settings: Vec<Setting> = axes.iter().map(|axis| axis.path.clone()).zip(values.iter().cloned()).collect();
        match design.load(&settings) {
            Ok(scenario) => points.push((values, scenario)),
            Err(problems) => return Err(Refusal::Problems(settings, problems)),
        }
    }
    let facts = facts(&axes, &points.first().expect("each axis has a value").1);
    Ok(Grid { facts, axes, points })
}

/// A setting that varies twice would be what its last axis says.
///
/// # Errors
/// Names the setting.
pub(super) fn unique(axes: &[scenario::Axis]) -> Result<(), Refusal> {
    let twice = axes.iter().enumerate().find(|(index, axis)| axes[..*index].iter().any(|earlier| earlier.path == axis.path));
    twice.map_or(Ok(()), |(_, axis)| Err(Refusal::Sentence(format!("{} is varied twice: name all of its values at once", axis.path))))
}

/// The last axis runs fastest.
fn combination(axes: &[scenario::Axis], index: usize) -> Vec<String> {
    let rest = Cell::new(index);
    let pick = |axis: &scenario::Axis| {
        let (left, digit) = (rest.get() / axis.values.len(), rest.get() % axis.values.len());
        rest.set(left);
        axis.values[digit].clone()
    };
    let mut values: Vec<String> = axes.iter().rev().map(pick).collect();
    values.reverse();
    values
}

/// What all points share.
fn facts(axes: &[scenario::Axis], first: &Scenario) -> ScenarioFacts {
    let mut facts = scenario_facts(first);
    facts.settings.retain(|path, _| axes.iter().all(|axis| axis.path != *path));
    facts
}

/// Simulates the points that the store does not know, each as a run of it would be. None when stopped before the first.
pub fn sweep(grid: Grid, store: &dyn Store, watch: &dyn Watch) -> Option<Sweep> {
    let Grid { facts, axes, points } = grid;
    let total = points.len();
    let mut done = Vec::with_capacity(total);
    for (values, scenario) in points {
        let key = key(&scenario);
        if let Some(known) = store.known(&key).filter(|known| known.values == values) {
            done.push(known);
            continue;
        }
        let Some(outcome) = super::run(&scenario, watch).filter(|outcome| !outcome.run.partial) else { break };
        let point = Point {
            values,
            verdict: together(&outcome.objectives),
            run: outcome.run,
            objectives: outcome.objectives,
            findings: outcome.findings,
            metrics: outcome.metrics,
        };
        store.keep(&key, &point);
        done.push(point);
    }
    (!done.is_empty()).then(|| conclude(facts, axes, done, total))
}

/// All that a point's figures depend on.
fn key(scenario: &Scenario) -> String {
    format!("{}-{}-{}", scenario.digest, scenario.run.seed, env!("BUSLOAD_SOURCE_DIGEST"))
}

fn conclude(facts: ScenarioFacts, axes: Vec<scenario::Axis>, points: Vec<Point>, total: usize) -> Sweep {
    let knees = knees(&axes, &points);
    let partial = points.len() < total;
    Sweep {
        schema: SCHEMA.into(),
        conclusion: conclusion(&axes, &points, partial.then_some(total)),
        scenario: facts,
        axes: axes.into_iter().map(told).collect(),
        points,
        knees,
        partial,
    }
}

fn told(axis: scenario::Axis) -> Axis {
    let numbers = axis.values.iter().map(|value| number(value)).collect();
    Axis { path: axis.path, values: axis.values, numbers }
}

/// Where the objectives are met along the axes.
fn conclusion(axes: &[scenario::Axis], points: &[Point], of: Option<usize>) -> String {
    let interrupted = of.map_or(String::new(), |total| format!("Interrupted: {} of {total} points are finished. ", points.len()));
    let count = |verdict| points.iter().filter(|point| point.verdict == verdict).count();
    let (met, undecided) = (count(Verdict::Met), count(Verdict::Undecided));
    let told = |point: &Point| {
        let parts = axes.iter().zip(&point.values).map(|(axis, value)| format!("{} = {value}", axis.path));
        parts.collect::<Vec<_>>().join(", ")
    };
    let met_points = || points.iter().filter(|point| point.verdict == Verdict::Met);
    let answer = match (points.iter().all(|point| point.objectives.is_empty()), met) {
        (true, _) => "The scenario sets no objectives, so no point is better than another.".to_string(),
        (_, 0) => format!("No point of {} meets every objective.", points.len()),
        (_, met) if met == points.len() => "Every point meets every objective.".to_string(),
        (_, 1) => format!("One of {} points meets every objective: {}.", points.len(), met_points().map(told).collect::<String>()),
        (_, met) => format!(
            "{met} of {} points meet every objective, the first with {}, the last with {}.",
            points.len(),
            met_points().next().map(told).unwrap_or_default(),
            met_points().next_back().map(told).unwrap_or_default()
        ),
    };
    let doubt = match undecided {
        0 => String::new(),
        1 => " 1 is undecided.".into(),
        n => format!(" {n} are undecided."),
    };
    format!("{interrupted}{answer}{doubt}")
}

/// The knee of each latency over a first axis of numbers: the point farthest below the line between the ends, both scaled to one
/// (V. Satopaa and others, "Finding a Kneedle in a Haystack", ICDCS workshops 2011).
fn knees(axes: &[scenario::Axis], points: &[Point]) -> Vec<Knee> {
    let Some(first) = axes.first().filter(|axis| axis.values.len() >= 4) else { return Vec::new() };
    let is_latency = |metric: &&Metric| metric.name.ends_with(".end_to_end.p99");
    let names: Vec<&str> =
        points.first().map_or(Vec::new(), |point| point.metrics.iter().filter(is_latency).map(|metric| metric.name.as_str()).collect());
    let mut others: Vec<&[String]> = points.iter().map(|point| &point.values[1..]).collect();
    others.sort();
    others.dedup();
    let mut knees = Vec::new();
    for name in names {
        for other in &others {
            let line: Vec<(f64, f64, &str)> = points
                .iter()
                .filter(|point| point.values[1..] == **other)
                .filter_map(|point| Some((number(&point.values[0])?, point.metric(name)?.point, point.values[0].as_str())))
                .collect();
            if let Some(at) = knee(&line).filter(|_| line.len() == first.values.len()) {
                knees.push(Knee { metric: name.into(), others: other.to_vec(), at: at.into() });
            }
        }
    }
    knees
}

/// A value that can be placed on an axis: a number, or a span, size or share in SI units.
fn number(value: &str) -> Option<f64> {
    let value = value.trim_matches('"');
    let plain = || value.replace('_', "").parse().ok();
    let span = || value.parse::<Span>().ok().map(Span::seconds);
    let bytes = || value.parse::<Bytes>().ok().map(|bytes| bytes.0 as f64);
    let share = || value.parse::<Share>().ok().map(|share| share.0);
    let rate = || value.parse::<Rate>().ok().map(Rate::hertz);
    plain().or_else(span).or_else(bytes).or_else(share).or_else(rate)
}

fn knee<'p>(line: &[(f64, f64, &'p str)]) -> Option<&'p str> {
    let (from, to) = (line.first()?, line.last()?);
    // Read toward the rise, whichever end that is at.
    let (from, to) = if from.1 <= to.1 { (from, to) } else { (to, from) };
    let (width, rise) = (to.0 - from.0, to.1 - from.1);
    if width == 0.0 || rise <= 0.0 {
        return None;
    }
    let below = |point: &(f64, f64, &str)| (point.0 - from.0) / width - (point.1 - from.1) / rise;
    let deepest = line.iter().max_by(|a, b| below(a).total_cmp(&below(b)))?;
    (below(deepest) > BEND).then_some(deepest.2)
}
