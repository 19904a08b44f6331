//! The highest load that still meets every objective, and what gives way there.
//!
//! Whether the objectives are met is taken to change once as the load rises. Theory guesses the first load from today's figures; then the
//! search goes where the ends of the objectives' intervals are expected to cross their bounds, so that replications are spent there.

use super::doubt::{fullest, reachable};
use super::probing::{Edge, crossing, first_guess, load_of, probe, rounded};
use super::replicate::scenario_facts;
use super::{Refusal, Watch};
use crate::outcome::limit::{GivesWay, Limit, LimitOutcome, SCHEMA};
use crate::outcome::sweep::Point;
use crate::outcome::{Verdict, farthest_from_met};
use crate::scenario::rhythm::{mean_rate, rate_in, windows};
use crate::scenario::{Design, Scenario};

/// The search ends when missed and met are within this factor.
const RESOLUTION: f64 = 1.02;
/// Loads that are tried: beyond them the question is another one.
const LEAST: f64 = 1e-3;
const MOST: f64 = 1e3;
/// Points of one search.
const POINTS_MAX: usize = 30;
/// Loads that are expected to be decided lie so far from where that changes.
const ASIDE: f64 = 1.004;
/// The first load that is expected to be missed lies so far beyond the guess.
const BEYOND: f64 = 1.03;

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
    let mut search = Search { design, base: &base, scale, watch, points: Vec::new(), stopped: false };
    search.run()?;
    let Search { mut points, stopped, .. } = search;
    points.sort_by(|a, b| load_of(a).total_cmp(&load_of(b)));
    Ok((!points.is_empty()).then(|| conclude(&base, scale, points, stopped)))
}

struct Search<'s, 'f> {
    design: &'s Design<'f>,
    /// As it is; loads are multiples of its own.
    base: &'s Scenario,
    scale: &'s str,
    watch: &'s dyn Watch,
    points: Vec<Point>,
    stopped: bool,
}

impl Search<'_, '_> {
    fn run(&mut self) -> Result<(), Refusal> {
        self.point(1.0)?;
        self.bracket()?;
        while !self.stopped && self.points.len() < POINTS_MAX {
            let Some(next) = self.next() else { return Ok(()) };
            self.point(next)?;
        }
        Ok(())
    }

    /// Moves from guess to guess until one load is met and a higher one missed.
    fn bracket(&mut self) -> Result<(), Refusal> {
        let mut last = 1.0;
        while !self.stopped && self.points.len() < POINTS_MAX {
            let (met, missed) = (self.highest(Verdict::Met), self.lowest(Verdict::Missed));
            let Some(at) = self.points.iter().find(|point| load_of(point) == last) else { return Ok(()) };
            let guess = last * first_guess(self.base, at);
            last = rounded(match (met, missed) {
                (Some(_), Some(_)) => return Ok(()),
                // At least a tenth, and at most twice as far, whatever theory says.
                (Some(_), None) => (guess * BEYOND).clamp(last * 1.1, last * 2.0),
                (None, Some(missed)) => (guess / BEYOND).clamp(missed * 0.3, missed * 0.9),
                (None, None) => (guess / BEYOND).clamp(last * 0.5, last * 0.9),
            });
            if !(LEAST..=MOST).contains(&last) {
                return Ok(());
            }
            self.point(last)?;
        }
        Ok(())
    }

    /// A load in the gap that still matters: between the highest load met and the lowest missed, or the undecided ones that lie between.
    fn next(&self) -> Option<f64> {
        let (low, high) = (self.highest(Verdict::Met)?, self.lowest(Verdict::Missed)?);
        let undecided = || {
            self.points.iter().filter(|point| point.verdict == Verdict::Undecided).map(load_of).filter(|load| *load > low && *load < high)
        };
        let least = undecided().fold(high, f64::min);
        let most = undecided().fold(low, f64::max);
        [(low, least, Edge::Met), (most, high, Edge::Missed)]
            .into_iter()
            .find(|(from, to, _)| to / from > RESOLUTION)
            .map(|(from, to, edge)| rounded(self.within(from, to, edge)))
    }

    /// Where the first objective is expected to be at the edge, a little to the side on which it is decided; now and then the middle, as
    /// guesses may creep. At least almost a resolution away from what is decided already, so that the next point can end the search.
    fn within(&self, from: f64, to: f64, edge: Edge) -> f64 {
        let middle = libm::sqrt(from * to);
        if self.points.len() % 3 == 2 {
            return middle;
        }
        let mut points: Vec<&Point> = self.points.iter().collect();
        points.sort_by(|a, b| load_of(a).total_cmp(&load_of(b)));
        let crossings = points[0].objectives.iter().filter_map(|objective| crossing(&points, &objective.metric, edge));
        let first = crossings.min_by(f64::total_cmp).unwrap_or(middle);
        let step = 1.0 + 0.95 * (RESOLUTION - 1.0);
        let guess = match edge {
            Edge::Met => (first / ASIDE).max(from * step),
            Edge::Missed => (first * ASIDE).min(to / step),
        };
        if guess > from * ASIDE && guess < to / ASIDE { guess } else { middle }
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
        let settings = vec![(self.scale.to_string(), (self.base.load * load).to_string())];
        let scenario = self.design.load(&settings).map_err(|problems| Refusal::Problems(settings, problems))?;
        match probe(vec![load.to_string()], scenario, self.watch) {
            Some(point) => self.points.push(point),
            None => self.stopped = true,
        }
        Ok(())
    }
}

/// Events per second that come by themselves: on average, and in the busiest five minutes.
fn rates(scenario: &Scenario) -> (f64, f64) {
    let events = || scenario.events.iter().filter(|event| event.has_rate());
    let mean = events().map(|event| mean_rate(scenario, event)).sum();
    let peaks = windows(scenario).into_iter().map(|from| events().map(|event| rate_in(scenario, event, from)).sum());
    (mean, peaks.fold(mean, f64::max))
}

fn conclude(base: &Scenario, scale: &str, points: Vec<Point>, stopped: bool) -> LimitOutcome {
    let (mean_today, peak_today) = rates(base);
    let of = |verdict| points.iter().filter(move |point| point.verdict == verdict);
    let high = of(Verdict::Missed).map(load_of).min_by(f64::total_cmp);
    let low = of(Verdict::Met).map(load_of).filter(|load| high.is_none_or(|high| *load < high)).max_by(f64::total_cmp);
    let breaking = points.iter().find(|point| Some(load_of(point)) == high);
    let limit = Limit {
        scale: scale.into(),
        mean_today,
        peak_today,
        low,
        high,
        today: points.iter().find(|point| load_of(point) == 1.0).map(|point| point.verdict),
        gives_way: breaking.and_then(|point| gives_way(base, point)),
        resolution: RESOLUTION,
    };
    let conclusion = conclusion(base, &limit, breaking, stopped);
    LimitOutcome { schema: SCHEMA.into(), conclusion, scenario: scenario_facts(base), limit, points, partial: stopped }
}

/// The objective that is missed, the one farthest beyond its bound where several are.
fn gives_way(base: &Scenario, point: &Point) -> Option<GivesWay> {
    let objective = farthest_from_met(&point.objectives).filter(|objective| objective.verdict == Verdict::Missed)?;
    let station = fullest(base, &point.metrics);
    Some(GivesWay {
        objective: objective.metric.clone(),
        bound: objective.bound.clone(),
        value: objective.point,
        station: station.as_ref().map(|fullest| fullest.station.into()),
        utilization_peak: station.map(|fullest| fullest.peak.point),
    })
}

fn conclusion(base: &Scenario, limit: &Limit, breaking: Option<&Point>, stopped: bool) -> String {
    let interrupted = if stopped { "Interrupted: this is the answer so far. " } else { "" };
    let times = |load: f64| format!("{} times", crate::units::three_digits(load));
    let first = match (limit.low, limit.high) {
        (Some(low), Some(high)) if low >= 1.0 => {
            let decided = format!("The design bears {} its load: a headroom of {} %{}.", times(low), percent(low - 1.0), peak(limit, low));
            let between = if high / low > limit.resolution { " and between the two it is open" } else { "" };
            format!("{decided} At {} an objective is missed{between}.", times(high))
        }
        (Some(low), _) if low < 1.0 => format!("The design does not bear its load: it bears {} of it.", times(low)),
        (Some(low), _) => format!("The design bears {} its load; no load that it does not bear was found.", times(low)),
        (None, _) => "No load was found at which every objective is met.".to_string(),
    };
    let second = limit.gives_way.as_ref().zip(breaking).map_or(String::new(), |(way, point)| {
        let objective = point.objectives.iter().find(|objective| objective.metric == way.objective);
        let value = objective.and_then(|objective| Some(objective.unit.show(objective.point?))).unwrap_or("without a value".into());
        let station = way.station.as_ref().zip(way.utilization_peak);
        let station = station.map_or(String::new(), |(station, peak)| busiest(base, station, peak));
        format!(" First to give way: {} ({value}, objective {}){station}.", way.objective, way.bound)
    });
    format!("{interrupted}{first}{second}")
}

fn busiest(base: &Scenario, station: &str, peak: f64) -> String {
    let most = reachable(base, station);
    let credit = if most < 1.0 { format!(" of the {} % that its credit lets it be", percent(most)) } else { String::new() };
    format!("; the busiest station there is {station}, {} % at the peak{credit}", percent(peak))
}

/// Of the busiest five minutes.
fn peak(limit: &Limit, low: f64) -> String {
    let of = |rate: f64| crate::units::three_digits(rate);
    match limit.peak_today > 0.0 {
        true => format!(" over today's peak of {} events a second ({} then)", of(limit.peak_today), of(limit.peak_today * low)),
        false => String::new(),
    }
}

fn percent(share: f64) -> String {
    crate::units::three_digits(share * 100.0)
}
