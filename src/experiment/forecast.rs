//! When the load outgrows the design: the month in which each objective breaks, and the cheapest step that buys another year.
//!
//! Growth is turned into load, and the loads at which each objective changes from met to missed are searched for, all in the same
//! points. What is only undecided widens the interval.

use super::probing::{load_of, probe, rounded};
use super::replicate::scenario_facts;
use super::{Refusal, Watch};
use crate::outcome::forecast::{Fix, Forecast, Outlook, SCHEMA};
use crate::outcome::sweep::Point;
use crate::outcome::{ObjectiveResult, Verdict};
use crate::scenario::spec::{Charge, Growth, Price};
use crate::scenario::{Design, Setting};
use crate::units::Unit;

/// How far is looked.
const YEARS: f64 = 5.0;
const YEAR: f64 = 365.0 * 86_400.0;
const MONTHS: f64 = 12.0;
/// Loads that are simulated at most, fixes apart.
const POINTS_MAX: usize = 24;
/// A step is at most so many times what is there.
const STEP_MOST: u32 = 4;
/// What comes after a load at which something holds is at most so many times as much: far beyond what a design bears, messages pile up that no
/// memory holds.
const RAISE: f64 = 4.0;
/// Settings of which a step is tried, those with the busiest stations first.
const FIXES_MAX: usize = 12;

/// Looks ahead. None when stopped before the first load was done.
///
/// # Errors
/// A scenario that is not sound, or that has no objectives or no growth.
pub fn forecast(design: &Design<'_>, watch: &dyn Watch) -> Result<Option<Forecast>, Refusal> {
    let base = design.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    let growth = base.growth.filter(|growth| growth.share > 0.0);
    let (Some(growth), false) = (growth, base.objectives.is_empty()) else {
        let what =
            "a forecast needs growth above nothing, and objectives: write for example [growth] rate = \"30% per year\" and an [objective]";
        return Err(Refusal::Sentence(what.into()));
    };
    let pace = Pace::of(growth);
    let mut search = Search { design, watch, today: base.load, points: Vec::new(), stopped: false };
    search.run(&pace)?;
    if search.points.is_empty() {
        return Ok(None);
    }
    search.points.sort_by(|a, b| load_of(a).total_cmp(&load_of(b)));
    let objectives = outlooks(&search.points, &pace);
    let breaks = objectives.first().and_then(|first| first.missed_from);
    let fixed_load = breaks.map(|load| rounded(load * pace.a_year));
    let (fixes, no_help) = match (fixed_load, &base.price) {
        (Some(load), Some(price)) => search.fixes(load, price)?,
        _ => (Vec::new(), Vec::new()),
    };
    let mut forecast = Forecast {
        schema: SCHEMA.into(),
        conclusion: String::new(),
        scenario: scenario_facts(&base),
        growth_a_year: pace.a_year - 1.0,
        years: YEARS,
        objectives,
        fixes,
        fixed_load,
        no_help,
        cost_unit: base.price.as_ref().map_or(Unit::Count, |price| Unit::Currency(price.currency)),
        points: search.points,
        partial: search.stopped,
    };
    forecast.conclusion = conclusion(&forecast, base.price.is_some());
    Ok(Some(forecast))
}

/// How fast the load grows.
struct Pace {
    /// Factor in a year.
    a_year: f64,
}

impl Pace {
    /// Compounded.
    fn of(growth: Growth) -> Pace {
        Pace { a_year: libm::pow(1.0 + growth.share, YEAR / growth.per.seconds()) }
    }

    fn load_after(&self, years: f64) -> f64 {
        libm::pow(self.a_year, years)
    }

    fn months_to(&self, load: f64) -> f64 {
        (MONTHS * libm::log(load) / libm::log(self.a_year)).max(0.0)
    }
}

struct Search<'s, 'f> {
    design: &'s Design<'f>,
    watch: &'s dyn Watch,
    today: f64,
    points: Vec<Point>,
    stopped: bool,
}

impl Search<'_, '_> {
    /// Today, the end or an earlier load at which nothing holds any more, and then whatever gap of an objective is widest, until each is
    /// within a month.
    fn run(&mut self, pace: &Pace) -> Result<(), Refusal> {
        let (mut load, end) = (1.0, pace.load_after(YEARS));
        self.point(load)?;
        while load < end && !self.stopped && !self.points.last().is_some_and(nothing_holds) {
            load = (load * RAISE).min(end);
            self.point(load)?;
        }
        let month = pace.load_after(1.0 / MONTHS).max(1.002);
        while !self.stopped && self.points.len() < POINTS_MAX {
            let Some(next) = self.next(month) else { return Ok(()) };
            self.point(next)?;
        }
        Ok(())
    }

    /// The middle of the widest gap between the loads at which an objective is met and missed, undecided ones between them aside.
    fn next(&self, month: f64) -> Option<f64> {
        let count = self.points.first().map_or(0, |point| point.objectives.len());
        let gaps = (0..count).flat_map(|objective| {
            let edges = Edges::of(&self.points, objective);
            let ((low, first), (last, high)) = (edges.up, edges.down);
            [(low, first), (last, high)].into_iter().filter_map(|(from, to)| Some((from?, to?)))
        });
        let widest = gaps.filter(|(from, to)| to / from > month).max_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)))?;
        let middle = rounded(libm::sqrt(widest.0 * widest.1));
        (middle > widest.0 && middle < widest.1).then_some(middle)
    }

    fn point(&mut self, load: f64) -> Result<(), Refusal> {
        let load = rounded(load);
        if !self.stopped
            && self.points.iter().all(|point| load_of(point) != load)
            && let Some(point) = self.simulated(load, Vec::new())?
        {
            self.points.push(point);
        }
        Ok(())
    }

    fn simulated(&mut self, load: f64, mut settings: Vec<Setting>) -> Result<Option<Point>, Refusal> {
        settings.push(("load".into(), (self.today * load).to_string()));
        let scenario = self.design.load(&settings).map_err(|problems| Refusal::Problems(settings, problems))?;
        let point = probe(vec![load.to_string()], scenario, self.watch);
        self.stopped |= point.is_none();
        Ok(point)
    }

    /// For each setting that has a price, the smallest step by itself that bears the load; and those of which none does.
    fn fixes(&mut self, load: f64, price: &Price) -> Result<(Vec<Fix>, Vec<String>), Refusal> {
        let mut charges: Vec<&Charge> = price.charges.iter().collect();
        let peak = |charge: &Charge| {
            let station = charge.path.rsplit_once('.').map_or("", |(station, _)| station);
            let last = self.points.last();
            last.and_then(|point| point.metric(&format!("{station}.utilization.peak"))).map_or(0.0, |metric| metric.point)
        };
        charges.sort_by(|a, b| peak(b).total_cmp(&peak(a)));
        let (mut fixes, mut no_help) = (Vec::new(), Vec::new());
        for charge in charges.into_iter().take(FIXES_MAX) {
            match self.smallest_step(load, charge)? {
                Some(to) => {
                    fixes.push(Fix { path: charge.path.clone(), from: charge.count, to, cost: charge.each * f64::from(to - charge.count) })
                }
                None if self.stopped => break,
                None => no_help.push(charge.path.clone()),
            }
        }
        fixes.sort_by(|a, b| a.cost.total_cmp(&b.cost));
        Ok((fixes, no_help))
    }

    /// Halves the steps up to the largest, taking more to be never worse.
    fn smallest_step(&mut self, load: f64, charge: &Charge) -> Result<Option<u32>, Refusal> {
        let (mut short, mut enough) = (charge.count, charge.count.saturating_mul(STEP_MOST));
        let bears = |search: &mut Self, count: u32| -> Result<bool, Refusal> {
            let point = search.simulated(load, vec![(charge.path.clone(), count.to_string())])?;
            Ok(point.is_some_and(|point| point.verdict == Verdict::Met))
        };
        if !bears(self, enough)? {
            return Ok(None);
        }
        while enough - short > 1 && !self.stopped {
            let middle = short + (enough - short) / 2;
            if bears(self, middle)? { enough = middle } else { short = middle }
        }
        Ok((!self.stopped).then_some(enough))
    }
}

/// Every objective is missed: more load never helps.
fn nothing_holds(point: &Point) -> bool {
    point.objectives.iter().all(|objective| objective.verdict == Verdict::Missed)
}

/// Around an objective's break: from met up to the first that is not, and from the last that is not missed up to missed.
struct Edges {
    up: (Option<f64>, Option<f64>),
    down: (Option<f64>, Option<f64>),
}

impl Edges {
    fn of(points: &[Point], objective: usize) -> Edges {
        let loads = |verdict: Verdict| {
            let is_so = move |point: &&Point| point.objectives.get(objective).is_some_and(|result| result.verdict == verdict);
            points.iter().filter(is_so).map(load_of)
        };
        let missed = loads(Verdict::Missed).min_by(f64::total_cmp);
        let met = loads(Verdict::Met).filter(|load| missed.is_none_or(|missed| *load < missed)).max_by(f64::total_cmp);
        let between = |load: &f64| met.is_none_or(|met| *load > met) && missed.is_none_or(|missed| *load < missed);
        let open: Vec<f64> = loads(Verdict::Undecided).filter(between).collect();
        Edges {
            up: (met, open.iter().copied().min_by(f64::total_cmp).or(missed)),
            down: (open.iter().copied().max_by(f64::total_cmp).or(met), missed),
        }
    }
}

/// Of every objective, the one that breaks first in front.
fn outlooks(points: &[Point], pace: &Pace) -> Vec<Outlook> {
    let Some(today) = points.iter().find(|point| load_of(point) == 1.0) else { return Vec::new() };
    let outlook = |(index, objective): (usize, &ObjectiveResult)| {
        let edges = Edges::of(points, index);
        let (met, missed) = (edges.up.0, edges.down.1);
        Outlook {
            metric: objective.metric.clone(),
            bound: objective.bound.clone(),
            verdict: objective.verdict,
            met_up_to: met,
            missed_from: missed,
            months_from: met.map(|load| pace.months_to(load)),
            months_to: missed.map(|load| pace.months_to(load)),
        }
    };
    let mut outlooks: Vec<Outlook> = today.objectives.iter().enumerate().map(outlook).collect();
    outlooks.sort_by(|a, b| a.months_to.unwrap_or(f64::INFINITY).total_cmp(&b.months_to.unwrap_or(f64::INFINITY)));
    outlooks
}

fn conclusion(forecast: &Forecast, priced: bool) -> String {
    let interrupted = if forecast.partial { "Interrupted: this is the answer so far. " } else { "" };
    let months = |months: f64| crate::units::three_digits(libm::round(months * 10.0) / 10.0);
    let first = match forecast.objectives.first() {
        Some(first) if first.verdict == Verdict::Missed => format!("{} is missed today (objective {}).", first.metric, first.bound),
        Some(Outlook { metric, bound, months_from: Some(from), months_to: Some(to), .. }) => {
            format!("{metric} breaks first, in {} to {} months (objective {bound}).", months(*from), months(*to))
        }
        Some(Outlook { metric, bound, months_to: Some(to), .. }) => {
            format!("{metric} breaks first, within {} months (objective {bound}).", months(*to))
        }
        _ => format!("No objective is missed within {} years.", forecast.years),
    };
    let second = match (forecast.fixes.first(), forecast.fixed_load) {
        (Some(fix), Some(_)) => format!(
            " The cheapest single step that buys a year more: {} from {} to {}, {} a month.",
            fix.path,
            fix.from,
            fix.to,
            forecast.cost_unit.show(fix.cost)
        ),
        (None, Some(_)) if priced => format!(" No single step of up to {STEP_MOST} times buys a year more."),
        (None, Some(_)) => " With a [price] the cheapest step that buys a year more would be said.".into(),
        _ => String::new(),
    };
    format!("{interrupted}{first}{second}")
}
