//! Percentile curves: one per subscriber on an axis of nines, the interval as a band, objectives as lines.

use super::colors::Colors;
use crate::outcome::{Curve, Verdict};
use crate::report::facts::{Facts, bare, entity, split};
use crate::report::picture::{FAINT, Picture, Point};
use crate::report::plot::{EndLabel, Plot};
use crate::report::scale::Scale;
use crate::report::text::plain;
use crate::units::Unit;

const LABELED: usize = 5;

pub fn picture(facts: &Facts, colors: &Colors) -> Option<Picture> {
    let curves: Vec<(&str, &Curve)> = facts.subscribers.iter().filter_map(|name| Some((*name, facts.curve(name)?))).collect();
    let (bounds, last) = (bounds(facts), last_probability(&curves)?);
    let values = || curves.iter().flat_map(|(_, curve)| shown(curve)).map(|(_, value)| value);
    // A little above an objective's line there is room for its name.
    let highest =
        values().chain(curves.iter().flat_map(|(_, curve)| curve.high.iter().copied())).chain(bounds.iter().map(|(limit, _)| limit * 1.05));
    let (low, high) = (values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min), highest.fold(0.0, f64::max));
    let y = Scale::of_values(Unit::Seconds, if low.is_finite() { low } else { 0.0 }, high, 12.0);
    let mut plot = Plot::new(
        &title(facts),
        &subtitle(facts, curves.len()),
        (Scale::of_nines(last), "Percentile of all events"),
        (y, "End-to-end latency"),
    );
    for (_, curve) in curves.iter().skip(LABELED) {
        plot.line(&shown(curve), FAINT, 1.2);
    }
    let mut labels = Vec::new();
    for (name, curve) in curves.iter().take(LABELED).rev() {
        let color = colors.get(&entity(name));
        band(&mut plot, curve, color);
        plot.line(&shown(curve), color, 3.0);
        let at = shown(curve).last().map_or(0.0, |(_, value)| *value);
        labels.push(EndLabel { text: plain(name), color, at });
    }
    for (limit, name) in &bounds {
        plot.bound(*limit, name);
    }
    plot.end_labels(&labels);
    Some(plot.picture)
}

fn last_probability(curves: &[(&str, &Curve)]) -> Option<f64> {
    let last = curves.iter().flat_map(|(_, curve)| shown(curve)).map(|(at, _)| at).fold(0.0, f64::max);
    (last > 0.5).then_some(last)
}

/// From the median on; beyond the last nine nothing is certain enough.
fn shown(curve: &Curve) -> Vec<Point> {
    curve.quantiles.iter().copied().filter(|(at, _)| (0.5..0.999_995).contains(at)).collect()
}

fn band(plot: &mut Plot, curve: &Curve, color: crate::report::picture::Color) {
    let side = |values: &[f64]| -> Vec<Point> {
        let all = curve.quantiles.iter().zip(values).map(|((at, _), value)| (*at, *value));
        all.filter(|(at, value)| (0.5..0.999_995).contains(at) && value.is_finite()).collect()
    };
    plot.between(&side(&curve.low), &side(&curve.high), color, 0.18);
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
        n => format!("band: {} % interval over {n} replications", facts.outcome.run.confidence * 100.0),
    };
    let others = if count > LABELED { format!("; slowest {LABELED} named, {} others gray", count - LABELED) } else { String::new() };
    format!("Change in the system of record to the subscriber's view; {band}{others}")
}
