//! A point of a search: few replications at first, more only while the verdict is open, so that they are spent where they decide.

use super::doubt::fullest;
use super::{Study, Watch, together};
use crate::outcome::sweep::Point;
use crate::outcome::{ObjectiveResult, Verdict};
use crate::scenario::Scenario;
use crate::units::Unit;

/// Replications of a point: the fewest, and how many are tried while it is undecided, in multiples of the file's own number.
const FEW: u32 = 4;
const MORE: [u32; 2] = [1, 2];

/// Simulates a setting as long as it takes to decide it, within reason. None when stopped on the way.
pub fn probe(values: Vec<String>, scenario: Scenario, watch: &dyn Watch) -> Option<Point> {
    let own = scenario.run.first_replications();
    let mut study = Study::new(scenario, watch)?;
    let most = own.saturating_mul(MORE[1]);
    for wanted in [FEW.min(own)].into_iter().chain(MORE.map(|times| own.saturating_mul(times))) {
        if !study.extend(wanted, watch) {
            return None;
        }
        let outcome = study.outcome(false)?;
        let verdict = together(&outcome.objectives);
        if verdict != Verdict::Undecided || wanted == most {
            let (run, objectives, findings, metrics) = (outcome.run, outcome.objectives, outcome.findings, outcome.metrics);
            return Some(Point { values, verdict, run, objectives, findings, metrics });
        }
    }
    None
}

/// Four digits are enough for a load, and the text that they are written as is a setting.
pub fn rounded(load: f64) -> f64 {
    let scale = libm::pow(10.0, 3.0 - libm::floor(libm::log10(load)));
    libm::round(load * scale) / scale
}

/// The load of a point whose one value it is, as a multiple of the design's own.
pub fn load_of(point: &Point) -> f64 {
    point.values[0].parse().unwrap_or(1.0)
}

/// Which end of an objective's interval is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The one that has to be within the bound for it to be met.
    Met,
    /// The one that has to be beyond the bound for it to be missed.
    Missed,
}

/// Times a point's load at which theory expects the first objective to be at its bound: a utilization grows with the load, a time as
/// 1 / (1 - utilization of the busiest station) (M/M/1), and no station can be more than full.
pub fn first_guess(scenario: &Scenario, point: &Point) -> f64 {
    let peak = fullest(scenario, &point.metrics).map_or(0.5, |fullest| fullest.load.clamp(1e-6, 0.999));
    let guess = |objective: &ObjectiveResult| {
        let (value, limit) = (objective.point.filter(|value| *value > 0.0)?, objective.limit);
        match objective.unit {
            _ if !objective.is_upper() || limit <= 0.0 => None,
            Unit::Share if objective.metric.contains(".utilization.") => Some(limit / value),
            Unit::Seconds => Some((1.0 - value * (1.0 - peak) / limit) / peak).filter(|guess| *guess > 0.0),
            _ => None,
        }
    };
    point.objectives.iter().filter_map(guess).fold(1.0 / peak, f64::min)
}

/// The load at which an end of the objective's interval crosses its bound, between two loads on both sides of it: along a straight line of
/// 1 / time, which M/M/1 makes straight, or of the value itself. Points are by load.
pub fn crossing(points: &[&Point], metric: &str, edge: Edge) -> Option<f64> {
    let place = |point: &&Point| {
        let objective = point.objectives.iter().find(|objective| objective.metric == metric)?;
        let end = if objective.is_upper() == (edge == Edge::Met) { objective.high } else { objective.low };
        let straight = |value: f64| if objective.unit == Unit::Seconds { -1.0 / value.max(1e-12) } else { value };
        Some((load_of(point), straight(end?), straight(objective.limit)))
    };
    let places: Vec<(f64, f64, f64)> = points.iter().filter_map(place).collect();
    places.windows(2).find_map(|pair| {
        let ((from, before, limit), (to, after, _)) = (pair[0], pair[1]);
        let crosses = (before - limit) * (after - limit) <= 0.0 && before != after;
        crosses.then(|| from + (to - from) * (limit - before) / (after - before))
    })
}
