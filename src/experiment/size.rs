//! The cheapest setting that meets the objectives, over a grid of whole numbers. `segments` is one of them: over so many segments the
//! topics and queues are split as `busload segments` would.
//!
//! More of anything that is tuned is taken to be never worse, so a setting that fails rules out all that have no more of anything;
//! one that passes rules out all that cost as much or more. The search asks next for the setting that rules out most whichever
//! way it turns out, until nothing cheaper is left. Beside the answer the assumption is put to the test.

mod losses;

use super::probing::probe;
use super::replicate::scenario_facts;
use super::segments;
use super::{Refusal, Watch};
use crate::outcome::size::{Choice, FrontPoint, LossResult, Rejected, SCHEMA, SizeOutcome};
use crate::outcome::sweep::{Axis, Point};
use crate::outcome::{ScenarioFacts, Verdict, farthest_from_met};
use crate::scenario::{self, Design, Scenario, Setting};
use crate::units::Unit;
use std::collections::BTreeMap;

/// More settings than this are not searched.
const GRID_MAX: usize = 4096;
/// More parameters are a sign of another question.
const AXES_MAX: usize = 6;

/// The number of segments, which is no setting of the language.
const SEGMENTS: &str = "segments";

/// A tuned number for each axis.
type Numbers = Vec<u64>;

/// Searches. `survive`: the objectives must also be met when any one tuned number is short by so many, or so many segments of a kind or
/// hosts of a subscriber are lost; 0 asks no such thing. None when stopped before anything was known.
///
/// # Errors
/// A setting that is no sound scenario, a grid that is too large, values that are not whole numbers, or no objectives.
pub fn size(design: &Design<'_>, axes: &[scenario::Axis], survive: u32, watch: &dyn Watch) -> Result<Option<SizeOutcome>, Refusal> {
    let base = design.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    if base.objectives.is_empty() {
        let what = "the scenario sets no objectives, so the smallest setting would do: write for example [objective] \"subscriber.X.end_to_end.p99\" = \"< 5s\"";
        return Err(Refusal::Sentence(what.into()));
    }
    let mut search = Search::new(design, axes, watch)?;
    let mut best = search.cheapest(0)?;
    let survivor = if survive > 0 && best.is_some() { search.cheapest(survive)? } else { None };
    let mut beside = Beside::default();
    while let Some(around) = &best {
        beside = search.beside(around)?;
        match beside.better.take() {
            Some(better) => best = Some(better),
            None => break,
        }
    }
    if search.points.is_empty() {
        return Ok(None);
    }
    let lost = match &best {
        Some(best) if survive > 0 => search.losses_of(best, survive)?,
        _ => Vec::new(),
    };
    Ok(Some(conclude(&search, scenario_facts(&base), Found { best, survivor, survive, beside, lost })))
}

struct Search<'s, 'f> {
    design: &'s Design<'f>,
    watch: &'s dyn Watch,
    paths: Vec<String>,
    /// Ascending, by axis.
    values: Vec<Vec<u64>>,
    /// All settings with what they cost, the cheapest first; of equal ones those with the smallest numbers.
    grid: Vec<(Numbers, f64)>,
    cost_unit: Unit,
    priced: bool,
    points: Vec<Point>,
    known: BTreeMap<Numbers, Verdict>,
    /// With a loss: by setting and what is lost.
    known_lost: BTreeMap<(Numbers, String), LossResult>,
    stopped: bool,
}

impl<'s, 'f> Search<'s, 'f> {
    fn new(design: &'s Design<'f>, axes: &[scenario::Axis], watch: &'s dyn Watch) -> Result<Search<'s, 'f>, Refusal> {
        super::sweep::unique(axes)?;
        let values = axes.iter().map(whole).collect::<Result<Vec<_>, _>>()?;
        let count = values.iter().fold(1_usize, |count, axis| count.saturating_mul(axis.len()));
        if axes.len() > AXES_MAX || count > GRID_MAX {
            let what =
                format!("{count} settings of {} parameters are more than are searched: name at most {GRID_MAX} of {AXES_MAX}", axes.len());
            return Err(Refusal::Sentence(what));
        }
        let paths = axes.iter().map(|axis| axis.path.clone()).collect();
        let (points, known, grid) = (Vec::new(), BTreeMap::new(), Vec::with_capacity(count));
        let mut search = Search {
            design,
            watch,
            paths,
            values,
            grid,
            cost_unit: Unit::Count,
            priced: false,
            points,
            known,
            known_lost: BTreeMap::new(),
            stopped: false,
        };
        for index in 0..count {
            let numbers = search.numbers(index);
            let scenario = search.load(&numbers)?;
            if let Some(price) = &scenario.price {
                (search.cost_unit, search.priced) = (Unit::Currency(price.currency), true);
            }
            let cost = scenario.price.as_ref().map_or_else(|| numbers.iter().sum::<u64>() as f64, |price| price.total());
            search.grid.push((numbers, cost));
        }
        let all = |numbers: &Numbers| numbers.iter().sum::<u64>();
        search.grid.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| all(&a.0).cmp(&all(&b.0))).then_with(|| a.0.cmp(&b.0)));
        Ok(search)
    }

    /// The last axis runs fastest.
    fn numbers(&self, mut index: usize) -> Numbers {
        let mut numbers: Numbers = Vec::with_capacity(self.values.len());
        for axis in self.values.iter().rev() {
            numbers.push(axis[index % axis.len()]);
            index /= axis.len();
        }
        numbers.reverse();
        numbers
    }

    fn settings(&self, numbers: &[u64]) -> Vec<Setting> {
        self.paths.iter().cloned().zip(numbers.iter().map(u64::to_string)).collect()
    }

    fn load(&self, numbers: &[u64]) -> Result<Scenario, Refusal> {
        let (split, settings): (Vec<Setting>, Vec<Setting>) = self.settings(numbers).into_iter().partition(|(path, _)| path == SEGMENTS);
        let scenario = self.design.load(&settings).map_err(|problems| Refusal::Problems(settings, problems))?;
        let Some((_, count)) = split.first() else { return Ok(scenario) };
        let parts = segments::Design::new(&scenario);
        parts.over(count.parse().unwrap_or(0)).ok_or_else(|| {
            Refusal::Sentence(format!(
                "segments={count}: its topics and queues can be split over {} to {} segments",
                parts.makes.len(),
                parts.items()
            ))
        })
    }

    /// The cheapest setting that passes; none where even the largest one fails, or when stopped before one passed.
    fn cheapest(&mut self, short: u32) -> Result<Option<Numbers>, Refusal> {
        let largest: Numbers = self.values.iter().map(|axis| axis[axis.len() - 1]).collect();
        let mut open: Vec<Numbers> = self.grid.iter().map(|(numbers, _)| numbers.clone()).collect();
        let mut best: Option<Numbers> = None;
        let mut next = largest;
        loop {
            match self.passes(&next, short)? {
                None => break,
                Some(true) => {
                    // They are in the order of what they cost.
                    let at = open.iter().position(|numbers| *numbers == next).unwrap_or(0);
                    open.truncate(at);
                    best = Some(next);
                }
                Some(false) => open.retain(|numbers| !at_most(numbers, &next)),
            }
            match most_telling(&open) {
                Some(telling) => next = telling.clone(),
                None => break,
            }
        }
        Ok(best)
    }

    /// A month; not known of settings outside the grid, which only a loss leads to.
    fn cost(&self, numbers: &[u64]) -> Option<f64> {
        self.grid.iter().find(|(other, _)| other == numbers).map(|(_, cost)| *cost)
    }

    /// Whether every objective is met, by this setting or by all that a loss leaves of it. None when stopped.
    fn passes(&mut self, numbers: &[u64], short: u32) -> Result<Option<bool>, Refusal> {
        if short == 0 {
            return Ok(self.verdict(numbers)?.map(|verdict| verdict == Verdict::Met));
        }
        for axis in self.settings_axes() {
            let Some(left) = numbers[axis].checked_sub(u64::from(short)).filter(|left| *left > 0) else { return Ok(Some(false)) };
            let mut fewer = numbers.to_vec();
            fewer[axis] = left;
            match self.verdict(&fewer)? {
                Some(Verdict::Met) => {}
                Some(_) => return Ok(Some(false)),
                None => return Ok(None),
            }
        }
        for loss in losses::losses(&self.load(numbers)?, short) {
            match self.lost(numbers, loss).map(|result| result.verdict) {
                Some(Verdict::Met) => {}
                Some(_) => return Ok(Some(false)),
                None => return Ok(None),
            }
        }
        Ok(Some(true))
    }

    /// All but the number of segments, which are lost with what they are.
    fn settings_axes(&self) -> Vec<usize> {
        (0..self.paths.len()).filter(|axis| self.paths[*axis] != SEGMENTS).collect()
    }

    /// What a loss leaves of a setting. None when stopped.
    fn lost(&mut self, numbers: &[u64], loss: losses::Loss) -> Option<LossResult> {
        let key = (numbers.to_vec(), loss.what);
        if let Some(known) = self.known_lost.get(&key) {
            return Some(known.clone());
        }
        if self.stopped {
            return None;
        }
        let Some(point) = probe(Vec::new(), loss.left, self.watch) else {
            self.stopped = true;
            return None;
        };
        let result = loss_result(&key.1, &point);
        self.known_lost.insert(key, result.clone());
        Some(result)
    }

    /// Every loss of a setting by itself, as far as it is not stopped.
    fn losses_of(&mut self, numbers: &[u64], short: u32) -> Result<Vec<LossResult>, Refusal> {
        let mut results = Vec::new();
        for axis in self.settings_axes() {
            let what = format!("{} short by {short}", self.paths[axis]);
            let Some(left) = numbers[axis].checked_sub(u64::from(short)).filter(|left| *left > 0) else { continue };
            let mut fewer = numbers.to_vec();
            fewer[axis] = left;
            if self.verdict(&fewer)?.is_some() {
                results.extend(self.point(&fewer).map(|point| loss_result(&what, point)));
            }
        }
        for loss in losses::losses(&self.load(numbers)?, short) {
            results.extend(self.lost(numbers, loss));
        }
        Ok(results)
    }

    fn verdict(&mut self, numbers: &[u64]) -> Result<Option<Verdict>, Refusal> {
        if let Some(known) = self.known.get(numbers) {
            return Ok(Some(*known));
        }
        if self.stopped {
            return Ok(None);
        }
        let scenario = self.load(numbers)?;
        let Some(point) = probe(numbers.iter().map(u64::to_string).collect(), scenario, self.watch) else {
            self.stopped = true;
            return Ok(None);
        };
        self.known.insert(numbers.to_vec(), point.verdict);
        self.points.push(point.clone());
        Ok(Some(point.verdict))
    }

    /// One step down and one step up in each number.
    fn beside(&mut self, best: &[u64]) -> Result<Beside, Refusal> {
        let mut beside = Beside::default();
        for axis in 0..best.len() {
            let at = self.values[axis].iter().position(|value| *value == best[axis]).expect("the best one is of the grid");
            let step = |to: Option<&u64>| {
                to.map(|to| best.iter().enumerate().map(|(of, value)| if of == axis { *to } else { *value }).collect::<Numbers>())
            };
            let (below, above) = (step(at.checked_sub(1).map(|at| &self.values[axis][at])), step(self.values[axis].get(at + 1)));
            if let Some(below) = below {
                match self.verdict(&below)? {
                    Some(Verdict::Met) => beside.better = Some(below),
                    Some(_) => beside.below.push(below),
                    None => {}
                }
            }
            if let Some(above) = above
                && self.verdict(&above)?.is_some_and(|verdict| verdict != Verdict::Met)
            {
                beside.worse_above.push(self.paths[axis].clone());
            }
        }
        Ok(beside)
    }

    fn point(&self, numbers: &[u64]) -> Option<&Point> {
        self.points.iter().find(|point| point.values.iter().zip(numbers).all(|(value, number)| *value == number.to_string()))
    }
}

/// What lies around the answer.
#[derive(Default)]
struct Beside {
    /// A step down that passes all the same: more of something had made things worse, and misled the search.
    better: Option<Numbers>,
    below: Vec<Numbers>,
    worse_above: Vec<String>,
}

/// The axis as ascending whole numbers.
fn whole(axis: &scenario::Axis) -> Result<Vec<u64>, Refusal> {
    let mut values = axis
        .values
        .iter()
        .map(|value| {
            value.parse().map_err(|_| Refusal::Sentence(format!("{}={value}: only whole numbers are tuned, as in 1..32", axis.path)))
        })
        .collect::<Result<Vec<u64>, _>>()?;
    values.sort_unstable();
    Ok(values)
}

/// No more of anything.
fn at_most(numbers: &[u64], other: &[u64]) -> bool {
    numbers.iter().zip(other).all(|(number, other)| number <= other)
}

/// Of settings in the order of what they cost, the one that rules out most of them in the worse of its two cases.
fn most_telling(open: &[Numbers]) -> Option<&Numbers> {
    let told = |(rank, numbers): &(usize, &Numbers)| {
        let if_it_fails = open.iter().filter(|other| at_most(other, numbers)).count();
        let if_it_passes = open.len() - rank;
        if_it_fails.min(if_it_passes)
    };
    // Of equally telling ones the first.
    open.iter().enumerate().rev().max_by_key(told).map(|(_, numbers)| numbers)
}

/// What the search was for.
struct Found {
    best: Option<Numbers>,
    survivor: Option<Numbers>,
    survive: u32,
    beside: Beside,
    lost: Vec<LossResult>,
}

fn loss_result(what: &str, point: &Point) -> LossResult {
    let worst = farthest_from_met(&point.objectives);
    LossResult {
        what: what.into(),
        verdict: point.verdict,
        metric: worst.map_or(String::new(), |objective| objective.metric.clone()),
        bound: worst.map_or(String::new(), |objective| objective.bound.clone()),
        seen: worst.and_then(|objective| Some(objective.unit.show(objective.point?))).unwrap_or("no value".into()),
    }
}

fn conclude(search: &Search<'_, '_>, facts: ScenarioFacts, found: Found) -> SizeOutcome {
    let Found { best, survivor, survive, beside, lost } = found;
    let made = |numbers: &Numbers| search.load(numbers).ok();
    let layout = |numbers: &Numbers| match search.paths.iter().any(|path| path == SEGMENTS) {
        true => made(numbers).map_or(Vec::new(), |made| segments::assignment(&made)),
        false => Vec::new(),
    };
    let single =
        if survive > 0 { best.as_ref().and_then(made).map_or(Vec::new(), |made| losses::single(&made, survive)) } else { Vec::new() };
    let choice =
        |numbers: Numbers| Some(Choice { cost: search.cost(&numbers)?, layout: layout(&numbers), settings: search.settings(&numbers) });
    let (front_metric, front) = front(search);
    let axis = |(path, values): (&String, &Vec<u64>)| Axis {
        path: path.clone(),
        values: values.iter().map(u64::to_string).collect(),
        numbers: Some(values.iter().map(|value| *value as f64).collect()),
    };
    let mut outcome = SizeOutcome {
        schema: SCHEMA.into(),
        conclusion: String::new(),
        scenario: facts,
        axes: search.paths.iter().zip(&search.values).map(axis).collect(),
        best: best.and_then(choice),
        survivor: survivor.and_then(choice),
        survive,
        losses: lost,
        single,
        rejected: beside.below.iter().filter_map(|numbers| rejected(search, numbers)).collect(),
        front,
        front_metric,
        not_monotone: beside.worse_above,
        cost_unit: search.cost_unit,
        priced: search.priced,
        points: search.points.clone(),
        costs: search
            .known
            .keys()
            .filter_map(|numbers| Some((numbers.iter().map(u64::to_string).collect(), search.cost(numbers)?)))
            .collect(),
        grid: search.grid.len() as u64,
        partial: search.stopped,
    };
    outcome.conclusion = conclusion(&outcome);
    outcome
}

fn rejected(search: &Search<'_, '_>, numbers: &Numbers) -> Option<Rejected> {
    let point = search.point(numbers)?;
    let objective = farthest_from_met(&point.objectives)?;
    Some(Rejected {
        settings: search.settings(numbers),
        cost: search.cost(numbers)?,
        metric: objective.metric.clone(),
        bound: objective.bound.clone(),
        seen: objective.point.map_or("no value".into(), |value| objective.unit.show(value)),
        verdict: if objective.verdict == Verdict::Missed { "missed".into() } else { "undecided".into() },
    })
}

/// Of the settings that pass, those of which no other one is as cheap and faster, or as fast and cheaper.
fn front(search: &Search<'_, '_>) -> (Option<String>, Vec<FrontPoint>) {
    let of_latency = |name: &&String| name.contains(".end_to_end.");
    let first = search.points.first().map_or(Vec::new(), |point| point.objectives.iter().map(|objective| &objective.metric).collect());
    let Some(metric) = first.into_iter().find(of_latency).cloned() else { return (None, Vec::new()) };
    let met = search.grid.iter().filter(|(numbers, _)| search.known.get(numbers) == Some(&Verdict::Met));
    let mut points: Vec<FrontPoint> = met
        .filter_map(|(numbers, cost)| {
            let value = search.point(numbers)?.metric(&metric)?.point;
            Some(FrontPoint { settings: search.settings(numbers), cost: *cost, value })
        })
        .collect();
    points.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(a.value.total_cmp(&b.value)));
    let mut fastest = f64::INFINITY;
    points.retain(|point| {
        let faster = point.value < fastest;
        fastest = fastest.min(point.value);
        faster
    });
    (Some(metric), points)
}

fn conclusion(outcome: &SizeOutcome) -> String {
    let interrupted = if outcome.partial { "Interrupted: this is the answer so far. " } else { "" };
    let told = |settings: &[Setting]| settings.iter().map(|(path, value)| format!("{path} = {value}")).collect::<Vec<_>>().join(", ");
    let cost =
        |cost: f64| if outcome.priced { format!("{} a month", outcome.cost_unit.show(cost)) } else { format!("{cost} units in all") };
    let Some(best) = &outcome.best else {
        return format!("{interrupted}No setting of {} meets every objective with confidence, not even the largest one.", outcome.grid);
    };
    let first =
        format!("The cheapest of {} settings that meets every objective: {}, {}.", outcome.grid, told(&best.settings), cost(best.cost));
    let second = outcome.rejected.iter().min_by(|a, b| b.cost.total_cmp(&a.cost)).map_or(String::new(), |next| {
        format!(" With {} {} is {} (objective {}).", told(&next.settings), next.metric, next.seen, next.bound)
    });
    let third = match (&outcome.survivor, outcome.survive) {
        (_, 0) => String::new(),
        (Some(survivor), _) if survivor.settings == best.settings => " It bears every loss that was tried as it is.".into(),
        (Some(survivor), lost) => format!(" To bear the loss of {lost} of any one: {}, {}.", told(&survivor.settings), cost(survivor.cost)),
        (None, lost) => format!(" No setting of the grid bears the loss of {lost} of any one."),
    };
    let fourth = match outcome.single.iter().filter(|name| name.starts_with("segment.")).count() {
        0 => String::new(),
        _ => format!(
            " Nothing takes over from {}.",
            outcome.single.iter().filter(|name| name.starts_with("segment.")).cloned().collect::<Vec<_>>().join(", ")
        ),
    };
    format!("{interrupted}{first}{second}{third}{fourth}")
}
