//! A point of a search: few replications at first, more only while the verdict is open, so that they are spent where they decide.

use super::{Study, Watch, together};
use crate::outcome::sweep::Point;
use crate::outcome::{ObjectiveResult, Verdict};
use crate::scenario::Scenario;

/// Replications of a point: the fewest, and how many are tried while it is undecided, in multiples of the file's own number.
const FEW: u32 = 4;
const MORE: [u32; 2] = [1, 3];

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

/// The objective that is farthest from met: missed before undecided before met, then the one farthest beyond its bound.
pub fn worst(objectives: &[ObjectiveResult]) -> Option<&ObjectiveResult> {
    let rank = |objective: &ObjectiveResult| match objective.verdict {
        Verdict::Missed => 2,
        Verdict::Undecided => 1,
        Verdict::Met => 0,
    };
    objectives.iter().max_by(|a, b| rank(a).cmp(&rank(b)).then(beyond(a).total_cmp(&beyond(b))))
}

/// How far from its bound: in powers of e where both are above zero.
fn beyond(objective: &ObjectiveResult) -> f64 {
    let (value, limit) = (objective.point.unwrap_or(f64::INFINITY), objective.limit);
    if limit > 0.0 && value > 0.0 { libm::fabs(libm::log(value / limit)) } else { libm::fabs(value - limit) }
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
