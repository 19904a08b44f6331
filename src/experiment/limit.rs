//! The highest load that still meets every objective, and what gives way there.
//!
//! Whether the objectives are met is taken to change once as the load rises. The search first closes in by the busiest station's
//! utilization (theory's guess: it grows with the load and ends at one), then halves the gap in powers.

use super::probing::{load_of, probe, rounded, worst};
use super::replicate::scenario_facts;
use super::{Refusal, Watch};
use crate::outcome::limit::{GivesWay, Limit, LimitOutcome, SCHEMA};
use crate::outcome::sweep::Point;
use crate::outcome::{Metric, ScenarioFacts, Verdict};
use crate::scenario::Design;

/// The search ends when missed and met are within this factor.
const RESOLUTION: f64 = 1.02;
/// Loads that are tried: beyond them the question is another one.
const LEAST: f64 = 1e-3;
const MOST: f64 = 1e3;
/// Points of one search.
const POINTS_MAX: usize = 30;

/// Searches along a setting that scales the load. None when stopped before the first point was done.
///
/// # Errors
/// A scenario that is not sound, or that has no objectives.
pub fn limit(design: &Design<'_>, scale: &str, watch: &dyn Watch) -> Result<Option<LimitOutcome>, Refusal> {
    let base = design.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    if base.objectives.is_empty() {
        let what = "the scenario sets no objectives, so no load is too high: write for example [objective] \"subscriber.X.end_to_end.p99\" = \"< 5s\"";
        return Err(Refusal::Sentence(what.into()));
    }
    let facts = scenario_facts(&base);
    let mut search = Search { design, scale, today: base.load, watch, points: Vec::new(), stopped: false };
    search.run()?;
    let Search { mut points, stopped, .. } = search;
    points.sort_by(|a, b| load_of(a).total_cmp(&load_of(b)));
    Ok((!points.is_empty()).then(|| conclude(facts, scale, points, stopped)))
}

struct Search<'s, 'f> {
    design: &'s Design<'f>,
    scale: &'s str,
    /// The design's own scale, of which loads are multiples.
    today: f64,
    watch: &'s dyn Watch,
    points: Vec<Point>,
    stopped: bool,
}

impl Search<'_, '_> {
    fn run(&mut self) -> Result<(), Refusal> {
        self.point(1.0)?;
        let Some(first) = self.points.first() else { return Ok(()) };
        // Where the busiest station would be full.
        let full = busiest(&first.metrics).map_or(2.0, |(_, peak)| 1.0 / peak.max(1e-6)).clamp(LEAST, MOST);
        self.bracket(full)?;
        while !self.stopped && self.points.len() < POINTS_MAX {
            let Some(next) = self.next() else { return Ok(()) };
            self.point(next)?;
        }
        Ok(())
    }

    /// Moves out from today's load until one load is met and a higher one missed.
    fn bracket(&mut self, full: f64) -> Result<(), Refusal> {
        let mut below = full.min(1.0) * 0.8;
        while !self.stopped && self.highest(Verdict::Met).is_none() && below >= LEAST {
            self.point(below)?;
            below /= 2.0;
        }
        let mut above = full.max(1.0) * 1.1;
        while !self.stopped && self.highest(Verdict::Met).is_some() && self.lowest(Verdict::Missed).is_none() && above <= MOST {
            self.point(above)?;
            above *= 2.0;
        }
        Ok(())
    }

    /// The middle of the widest gap that still matters: between the highest load met and the lowest missed, or the undecided
    /// ones that lie between.
    fn next(&self) -> Option<f64> {
        let (low, high) = (self.highest(Verdict::Met)?, self.lowest(Verdict::Missed)?);
        let undecided = || {
            self.points.iter().filter(|point| point.verdict == Verdict::Undecided).map(load_of).filter(|load| *load > low && *load < high)
        };
        let least = undecided().fold(high, f64::min);
        let most = undecided().fold(low, f64::max);
        [(low, least), (most, high)]
            .into_iter()
            .filter(|(from, to)| to / from > RESOLUTION)
            .map(|(from, to)| rounded(libm::sqrt(from * to)))
            .next()
    }

    fn highest(&self, verdict: Verdict) -> Option<f64> {
        // Below the lowest that is missed: a load that is met above it was met by chance or by what is not monotone.
        let missed = self.lowest(Verdict::Missed).unwrap_or(f64::INFINITY);
        self.points.iter().filter(|point| point.verdict == verdict).map(load_of).filter(|load| *load < missed).max_by(f64::total_cmp)
    }

    fn lowest(&self, verdict: Verdict) -> Option<f64> {
        self.points.iter().filter(|point| point.verdict == verdict).map(load_of).min_by(f64::total_cmp)
    }

    /// Simulates one load, longer while it is undecided.
    fn point(&mut self, load: f64) -> Result<(), Refusal> {
        let load = rounded(load);
        if self.points.iter().any(|point| load_of(point) == load) {
            return Ok(());
        }
        let settings = vec![(self.scale.to_string(), (self.today * load).to_string())];
        let scenario = self.design.load(&settings).map_err(|problems| Refusal::Problems(settings, problems))?;
        match probe(vec![load.to_string()], scenario, self.watch) {
            Some(point) => self.points.push(point),
            None => self.stopped = true,
        }
        Ok(())
    }
}

/// The station that is busiest in its worst five minutes.
fn busiest(metrics: &[Metric]) -> Option<(&str, f64)> {
    let peaks = metrics.iter().filter_map(|metric| Some((metric.name.strip_suffix(".utilization.peak")?, metric.point)));
    peaks.max_by(|a, b| a.1.total_cmp(&b.1))
}

fn conclude(facts: ScenarioFacts, scale: &str, points: Vec<Point>, stopped: bool) -> LimitOutcome {
    let of = |verdict| points.iter().filter(move |point| point.verdict == verdict);
    let high = of(Verdict::Missed).map(load_of).min_by(f64::total_cmp);
    let low = of(Verdict::Met).map(load_of).filter(|load| high.is_none_or(|high| *load < high)).max_by(f64::total_cmp);
    let breaking = points.iter().find(|point| Some(load_of(point)) == high);
    let limit = Limit {
        scale: scale.into(),
        low,
        high,
        today: points.iter().find(|point| load_of(point) == 1.0).map(|point| point.verdict),
        gives_way: breaking.and_then(gives_way),
        resolution: RESOLUTION,
    };
    let conclusion = conclusion(&limit, breaking, stopped);
    LimitOutcome { schema: SCHEMA.into(), conclusion, scenario: facts, limit, points, partial: stopped }
}

/// The objective that is missed, the one farthest beyond its bound where several are.
fn gives_way(point: &Point) -> Option<GivesWay> {
    let objective = worst(&point.objectives).filter(|objective| objective.verdict == Verdict::Missed)?;
    let station = busiest(&point.metrics);
    Some(GivesWay {
        objective: objective.metric.clone(),
        bound: objective.bound.clone(),
        value: objective.point,
        station: station.map(|(name, _)| name.into()),
        utilization_peak: station.map(|(_, peak)| peak),
    })
}

fn conclusion(limit: &Limit, breaking: Option<&Point>, stopped: bool) -> String {
    let interrupted = if stopped { "Interrupted: this is the answer so far. " } else { "" };
    let times = |load: f64| format!("{} times", crate::units::three_digits(load));
    let first = match (limit.low, limit.high) {
        (Some(low), Some(high)) if low >= 1.0 => {
            format!(
                "The design bears {} its load: a headroom of {} %. At {} an objective is missed.",
                times(low),
                percent(low - 1.0),
                times(high)
            )
        }
        (Some(low), _) if low < 1.0 => format!("The design does not bear its load: it bears {} of it.", times(low)),
        (Some(low), _) => format!("The design bears {} its load; no load that it does not bear was found.", times(low)),
        (None, _) => "No load was found at which every objective is met.".to_string(),
    };
    let second = limit.gives_way.as_ref().zip(breaking).map_or(String::new(), |(way, point)| {
        let objective = point.objectives.iter().find(|objective| objective.metric == way.objective);
        let value = objective.and_then(|objective| Some(objective.unit.show(objective.point?))).unwrap_or("without a value".into());
        let station = way.station.as_ref().zip(way.utilization_peak);
        let station = station
            .map_or(String::new(), |(station, peak)| format!("; the busiest station there is {station}, {} % at the peak", percent(peak)));
        format!(" First to give way: {} ({value}, objective {}){station}.", way.objective, way.bound)
    });
    format!("{interrupted}{first}{second}")
}

fn percent(share: f64) -> String {
    crate::units::three_digits(share * 100.0)
}
