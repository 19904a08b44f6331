//! Percentile curves: one per subscriber on an axis of nines, the interval as a band, objectives as lines.

use super::colors::Colors;
use super::panel::{Panel, Trace};
use crate::outcome::{Curve, Verdict};
use crate::report::facts::{Facts, bare, entity, split};
use crate::report::picture::{FAINT, Point};
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;
use std::ops::Range;

const LABELED: usize = 5;
/// From the median on; beyond the last nine nothing is certain enough.
const SHOWN: Range<f64> = 0.5..0.999_995;

pub fn panel(facts: &Facts, colors: &Colors) -> Option<Panel> {
    let curves: Vec<(&str, &Curve)> = facts.subscribers.iter().filter_map(|name| Some((*name, facts.curve(name)?))).collect();
    let (bounds, last) = (bounds(facts), last_probability(&curves)?);
    let values = || curves.iter().flat_map(|(_, curve)| shown(curve)).map(|(_, value)| value);
    // A little above an objective's line there is room for its name.
    let highest =
        values().chain(curves.iter().flat_map(|(_, curve)| curve.high.iter().copied())).chain(bounds.iter().map(|(limit, _)| limit * 1.05));
    let (low, high) = (values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min), highest.fold(0.0, f64::max));
    let y = Scale::of_values(Unit::Seconds, if low.is_finite() { low } else { 0.0 }, high, 12.0);
    let last_first = curves.iter().enumerate().rev();
    Some(Panel {
        title: title(facts),
        about: subtitle(facts, curves.len()),
        unit: Unit::Seconds,
        x: Scale::of_nines(last),
        x_title: "Percentile of all events".into(),
        is_of_time: false,
        y,
        y_title: "End-to-end latency".into(),
        traces: last_first.map(|(index, (name, curve))| trace(colors, name, curve, index < LABELED)).collect(),
        bounds,
        shades: Vec::new(),
        marks: Vec::new(),
    })
}

fn trace(colors: &Colors, name: &str, curve: &Curve, is_named: bool) -> Trace {
    let side = |values: &[f64]| -> Vec<Point> {
        let all = curve.quantiles.iter().zip(values).map(|((at, _), value)| (*at, *value));
        all.filter(|(at, value)| is_named && SHOWN.contains(at) && value.is_finite()).collect()
    };
    let entity = entity(name);
    Trace {
        name: plain(name),
        color: if is_named { colors.get(&entity) } else { FAINT },
        width: if is_named { 3.0 } else { 1.2 },
        points: shown(curve),
        low: side(&curve.low),
        high: side(&curve.high),
        opacity: 0.18,
        is_named,
        has_dots: false,
        entity,
    }
}

fn last_probability(curves: &[(&str, &Curve)]) -> Option<f64> {
    let last = curves.iter().flat_map(|(_, curve)| shown(curve)).map(|(at, _)| at).fold(0.0, f64::max);
    (last > 0.5).then_some(last)
}

fn shown(curve: &Curve) -> Vec<Point> {
    curve.quantiles.iter().copied().filter(|(at, _)| SHOWN.contains(at)).collect()
}

/// Objectives on percentiles, each line once however many subscribers share it.
fn bounds(facts: &Facts) -> Vec<(f64, String)> {
    let mut found: Vec<(f64, String)> = Vec::new();
    for objective in &facts.outcome.objectives {
        let Some(("subscriber" | "poller", _, quantity)) = split(&objective.metric) else { continue };
        let Some(statistic) = quantity.strip_prefix("end_to_end.p") else { continue };
        let name = format!("Objective: p{} {}", plain(statistic), plain(&objective.bound));
        if !found.iter().any(|(_, known)| *known == name) {
            found.push((objective.limit, name));
        }
    }
    found
}

fn title(facts: &Facts) -> String {
    let missed =
        facts.outcome.objectives.iter().find(|objective| objective.verdict == Verdict::Missed && objective.metric.contains(".end_to_end."));
    if let Some((objective, point)) = missed.and_then(|objective| Some((objective, objective.point?))) {
        let (_, name, quantity) = split(&objective.metric).unwrap_or(("", bare(&objective.metric), "end_to_end.latency"));
        let statistic = quantity.rsplit('.').next().unwrap_or(quantity);
        return format!(
            "{} misses its objective: {} {}, not {}",
            plain(name),
            plain(statistic),
            Unit::Seconds.show(point),
            plain(&objective.bound)
        );
    }
    let slowest = facts.subscribers.iter().find_map(|name| Some((name, facts.metric("subscriber", name, "end_to_end.p99")?)));
    match slowest {
        Some((name, p99)) if facts.subscribers.len() > 1 => format!("{} is slowest: p99 {}", plain(name), Unit::Seconds.show(p99.point)),
        Some((name, p99)) => format!("{}: p99 {}", plain(name), Unit::Seconds.show(p99.point)),
        None => "End-to-end latency by percentile".to_string(),
    }
}

fn subtitle(facts: &Facts, count: usize) -> String {
    let band = match facts.outcome.run.replications {
        0 | 1 => "one replication, so no bands".to_string(),
        _ if facts.outcome.curves.iter().all(|curve| curve.low.is_empty()) => "the run is too short for its load, so no bands".to_string(),
        // They differ where a replication has few of the slowest: a mean of maxima is below the maximum of all.
        n => format!("{n} replications pooled; band: {} % interval of a replication's percentiles", facts.outcome.run.confidence * 100.0),
    };
    let left = facts.subscribers.iter().any(|name| facts.unshown(name).is_some());
    let left = if left { "; without what was not shown at the end" } else { "" };
    let others = if count > LABELED { format!("; {LABELED} slowest, {} gray", count - LABELED) } else { String::new() };
    format!("Change in the system of record to the subscriber's view; {band}{left}{others}")
}
