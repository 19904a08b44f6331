//! One metric over the first axis of a sweep: a line for each setting of the other axes, intervals as bands, the objective's line, knees.

use crate::outcome::sweep::{Point as SweepPoint, Sweep};
use crate::outcome::{Metric, Verdict};
use crate::report::chart::colors::CYCLE;
use crate::report::chart::panel::{Mark, Panel, Trace};
use crate::report::picture::{Color, FAINT, Point};
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;

const LABELED: usize = 6;

/// One setting of the other axes.
struct Line<'a> {
    name: String,
    /// Place on the first axis, and the metric there.
    points: Vec<(f64, &'a Metric)>,
    others: &'a [String],
}

/// None where the metric or the first axis has fewer than two points.
pub fn panel(sweep: &Sweep, metric: &str) -> Option<Panel> {
    let lines = lines(sweep, metric);
    let all = || lines.iter().flat_map(|line| &line.points);
    let unit = all().next()?.1.unit;
    if lines.iter().map(|line| line.points.len()).max()? < 2 {
        return None;
    }
    let objective = sweep.points.iter().flat_map(|point| &point.objectives).find(|objective| objective.metric == metric);
    let values = || all().flat_map(|(_, metric)| [Some(metric.point), metric.low, metric.high]).flatten();
    let low = all().map(|(_, metric)| metric.point).filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    let high = values().chain(objective.map(|objective| objective.limit * 1.05)).fold(0.0, f64::max);
    let colors = || lines.iter().take(LABELED).zip(CYCLE.into_iter().cycle());
    // Gray lines lie below those that are named.
    let gray = lines.iter().skip(LABELED).map(|line| trace(line, None));
    Some(Panel {
        title: title(sweep, metric),
        about: subtitle(sweep),
        unit,
        x: x_axis(sweep),
        x_title: plain(&sweep.axes[0].path),
        is_of_time: false,
        y: Scale::of_values(unit, if low.is_finite() { low } else { 0.0 }, high, 30.0),
        y_title: plain(metric),
        traces: gray.chain(colors().map(|(line, color)| trace(line, Some(color)))).collect(),
        bounds: objective.map(|objective| (objective.limit, format!("Objective: {}", plain(&objective.bound)))).into_iter().collect(),
        shades: Vec::new(),
        marks: knees(sweep, metric, colors()),
    })
}

/// One of them is named: at the same place on the axis the names would lie over each other.
fn knees<'l>(sweep: &Sweep, metric: &str, lines: impl Iterator<Item = (&'l Line<'l>, Color)>) -> Vec<Mark> {
    let mark = |(line, color): (&Line, Color)| Some(Mark { at: knee(sweep, metric, line)?, color, name: String::new() });
    let mut knees: Vec<Mark> = lines.filter_map(mark).collect();
    knees.sort_by(|a, b| b.at.1.total_cmp(&a.at.1));
    if let Some(first) = knees.first_mut() {
        first.name = "knee".into();
    }
    knees
}

fn lines<'a>(sweep: &'a Sweep, metric: &str) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for point in &sweep.points {
        let Some(found) = point.metric(metric) else { continue };
        let (Some(place), others) = (place(sweep, point), &point.values[1..]) else { continue };
        match lines.iter_mut().find(|line| line.others == others) {
            Some(line) => line.points.push((place, found)),
            None => lines.push(Line { name: name(sweep, others), points: vec![(place, found)], others }),
        }
    }
    for line in &mut lines {
        line.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    lines
}

/// Numbers stand where they are, words one after the other.
fn place(sweep: &Sweep, point: &SweepPoint) -> Option<f64> {
    let axis = sweep.axes.first()?;
    let index = axis.values.iter().position(|value| *value == point.values[0])?;
    Some(axis.numbers.as_ref().map_or(index as f64, |numbers| numbers[index]))
}

fn name(sweep: &Sweep, others: &[String]) -> String {
    let told = sweep.axes[1..].iter().zip(others).map(|(axis, value)| {
        let key = axis.path.rsplit('.').next().unwrap_or(&axis.path);
        format!("{} {}", plain(key), plain(value))
    });
    told.collect::<Vec<_>>().join(", ")
}

fn x_axis(sweep: &Sweep) -> Scale {
    let axis = &sweep.axes[0];
    let at: Vec<f64> = axis.numbers.clone().unwrap_or_else(|| (0..axis.values.len()).map(|index| index as f64).collect());
    let marks: Vec<(f64, String)> = at.iter().copied().zip(axis.values.iter().map(|value| plain(value.trim_matches('"')))).collect();
    Scale::of_marks(marks)
}

/// A line with its band; one without a color is one of many.
fn trace(line: &Line, color: Option<Color>) -> Trace {
    let side = |value: fn(&Metric) -> Option<f64>| -> Option<Vec<Point>> {
        line.points.iter().map(|(at, metric)| Some((*at, value(metric)?))).collect()
    };
    let band = color.and(side(|metric| metric.low).zip(side(|metric| metric.high)));
    let (low, high) = band.unwrap_or_default();
    Trace {
        entity: String::new(),
        name: line.name.clone(),
        color: color.unwrap_or(FAINT),
        width: if color.is_some() { 3.0 } else { 1.2 },
        points: line.points.iter().map(|(at, metric)| (*at, metric.point)).collect(),
        low,
        high,
        opacity: 0.18,
        is_named: color.is_some(),
        has_dots: color.is_some(),
    }
}

fn knee(sweep: &Sweep, metric: &str, line: &Line) -> Option<Point> {
    let found = sweep.knees.iter().find(|knee| knee.metric == metric && knee.others == line.others)?;
    let index = sweep.axes[0].values.iter().position(|value| *value == found.at)?;
    let place = sweep.axes[0].numbers.as_ref().map_or(index as f64, |numbers| numbers[index]);
    line.points.iter().find(|(at, _)| *at == place).map(|(at, metric)| (*at, metric.point))
}

fn title(sweep: &Sweep, metric: &str) -> String {
    let met =
        |point: &&SweepPoint| point.objectives.iter().any(|objective| objective.metric == metric && objective.verdict == Verdict::Met);
    let asked = sweep.points.iter().any(|point| point.objectives.iter().any(|objective| objective.metric == metric));
    match (asked, sweep.points.iter().filter(met).count()) {
        (false, _) => format!("{} over {}", span(sweep, metric), plain(&sweep.axes[0].path)),
        (true, met) => format!("{} meets its objective at {met} of {} points", plain(metric), sweep.points.len()),
    }
}

/// How far a metric goes over the points: its name and the lowest and highest mean.
fn span(sweep: &Sweep, metric: &str) -> String {
    let found = sweep.points.iter().flat_map(|point| &point.metrics).filter(|found| found.name == metric);
    let (mut shown, mut low, mut high) = (None, f64::INFINITY, f64::NEG_INFINITY);
    for one in found {
        (shown, low, high) = (Some(one.unit), low.min(one.point), high.max(one.point));
    }
    let told = |unit: Unit| match (unit.show(low), unit.show(high)) {
        (low, high) if low == high => format!("{} stays at {low}", plain(metric)),
        (low, high) => format!("{} is between {low} and {high}", plain(metric)),
    };
    shown.map_or_else(|| plain(metric), told)
}

fn subtitle(sweep: &Sweep) -> String {
    let run = sweep.points.first().map(|point| &point.run);
    run.map_or(String::new(), |run| match run.replications {
        0 | 1 => "One replication a point, so no bands".into(),
        n => format!("Mean over {} replications a point; band: {} % interval", up_to(sweep, n), run.confidence * 100.0),
    })
}

/// "4", or "4 to 60" where points have different numbers.
fn up_to(sweep: &Sweep, first: u32) -> String {
    let counts = || sweep.points.iter().map(|point| point.run.replications);
    match (counts().min().unwrap_or(first), counts().max().unwrap_or(first)) {
        (least, most) if least < most => format!("{least} to {most}"),
        (least, _) => least.to_string(),
    }
}
