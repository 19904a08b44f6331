//! How far the long-run averages of a steady run are to be trusted: the line of a busy station changes over hours, so that
//! a short run shows too little of it, and intervals over such runs are too narrow.

use crate::outcome::{Metric, RunFacts};
use crate::units::Unit;

/// What `warm_up_by` says when the start-up did not end in the first half of the run.
pub const NOT_FOUND: &str = "mser5, not found";
/// At such a mean utilization averages take more than a day.
const LONG: f64 = 0.95;
/// At such a mean utilization there may be none.
const FULL: f64 = 0.99;
const DAY: f64 = 86_400.0;

/// Why averages over a line are not to be trusted.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// This station hardly ever rests.
    Unstable(String),
    /// This station is too busy for the length that was measured.
    TooBusy(String),
    /// The start-up may not have ended.
    WarmUpNotFound,
}

impl Doubt {
    /// The gravest one, if any.
    pub fn of(run: &RunFacts, metrics: &[Metric]) -> Option<Doubt> {
        if run.kind != "steady" {
            return None;
        }
        let busiest = |load: fn(&Metric) -> f64| {
            let stations = metrics.iter().filter_map(|metric| Some((metric.name.strip_suffix(".utilization.mean")?, load(metric))));
            stations.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        match (busiest(|metric| metric.point), busiest(possible)) {
            (Some((station, load)), _) if load >= FULL => Some(Doubt::Unstable(station.into())),
            (_, Some((station, load))) if load >= LONG && run.horizon_s - run.warm_up_s < DAY => Some(Doubt::TooBusy(station.into())),
            _ => (run.warm_up_by == NOT_FOUND).then_some(Doubt::WarmUpNotFound),
        }
    }

    /// For an objective.
    pub fn reason(&self) -> &'static str {
        match self {
            Doubt::Unstable(_) => "a station is at its limit, so there may be no long-run average",
            Doubt::TooBusy(_) => "run too short for its load",
            Doubt::WarmUpNotFound => "run too short for its load: no end of its start-up was found",
        }
    }
}

/// Short runs from an empty start show too little load, so it is what the interval does not rule out.
fn possible(utilization: &Metric) -> f64 {
    utilization.high.unwrap_or(utilization.point)
}

/// The figure follows from how long a line is.
pub fn is_of_a_line(metric: &Metric) -> bool {
    let level = [".mean", ".max", ".peak"].iter().any(|statistic| metric.name.ends_with(statistic));
    match metric.unit {
        Unit::Seconds | Unit::ItemSeconds => true,
        Unit::Count | Unit::Bytes => level,
        Unit::Share | Unit::PerSecond | Unit::BytesPerSecond => false,
    }
}
