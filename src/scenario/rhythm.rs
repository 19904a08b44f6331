//! How often events come by themselves: over the whole run, and in its busiest times, by arithmetic alone.
//!
//! Rates are constant but for hours, days, surges, sines and traces; so the busiest five minutes lie where one of these begins, and only
//! those windows are looked at. The phases of an mmpp are chance: it counts with its mean.

use super::spec::{Event, Scenario, WarmUp};
use crate::sim::{Pattern, Recording};
use crate::units::{Span, Time};
use std::collections::BTreeSet;

const HOUR: u64 = 3_600_000_000_000;
const TURN: f64 = 2.0 * std::f64::consts::PI;
/// Windows beyond this number are left out, which only designs with hundreds of long surges have.
const WINDOWS_MAX: usize = 5_000;

/// Of the windows in which rates are looked at: that of the metrics' `peak`, and aligned like it.
pub const WINDOW: Span = Span::from_secs(300);

/// An event's own rate over the measured part of a run, per second.
pub fn mean_rate(scenario: &Scenario, event: &Event) -> f64 {
    let from = match scenario.run.warm_up {
        WarmUp::Fixed(span) => Time::ZERO + span,
        WarmUp::Auto => Time::ZERO,
    };
    let (to, length) = (scenario.horizon(), scenario.horizon().since(from).seconds());
    let arrivals = &event.arrivals;
    match &arrivals.pattern {
        Pattern::Trace(rows) => (rows.before(to) - rows.before(from)) as f64 / length,
        Pattern::Mmpp(_) => arrivals.rate,
        _ => arrivals.rate * (arrivals.profile.expected(to) - arrivals.profile.expected(from)) / length,
    }
}

/// The part of an event's own arrivals within the horizon that comes before an instant.
pub fn share_before(scenario: &Scenario, event: &Event, at: Time) -> f64 {
    let (at, end) = (at.min(scenario.horizon()), scenario.horizon());
    let (before, all) = match &event.arrivals.pattern {
        Pattern::Trace(rows) => (rows.before(at) as f64, rows.before(end) as f64),
        Pattern::Mmpp(_) => (at.seconds(), end.seconds()),
        _ => (event.arrivals.profile.expected(at), event.arrivals.profile.expected(end)),
    };
    if all > 0.0 { before / all } else { 0.0 }
}

/// An event's own rate in the window that begins at an instant, or in what the horizon leaves of it, per second.
pub fn rate_in(scenario: &Scenario, event: &Event, from: Time) -> f64 {
    let arrivals = &event.arrivals;
    let to = (from + WINDOW).min(scenario.horizon());
    let length = to.since(from).seconds();
    let speed = || arrivals.profile.speed(from, to);
    match &arrivals.pattern {
        Pattern::Trace(rows) => (rows.before(to) - rows.before(from)) as f64 / length,
        Pattern::Mmpp(_) => arrivals.rate,
        Pattern::Sine { amplitude, period } => {
            // The mean of the swing over the window.
            let turns = |at: Time| TURN * ((at.0 % period.0.max(1)) as f64 / period.0.max(1) as f64);
            let whole = TURN * length / period.seconds();
            let swing = (libm::cos(turns(from)) - libm::cos(turns(from) + whole)) / whole;
            arrivals.rate * (1.0 + amplitude * swing) * speed()
        }
        Pattern::Poisson | Pattern::Regular | Pattern::Gaps(_) => arrivals.rate * speed(),
    }
}

/// Beginnings of the windows among which the busiest one of any station is. As in a run, one that the horizon cuts short counts only where
/// there is no whole one.
pub fn windows(scenario: &Scenario) -> Vec<Time> {
    let mut starts = BTreeSet::from([0]);
    for event in &scenario.events {
        let profile = &event.arrivals.profile;
        if event.arrivals.pattern.is_stretched() {
            let cycle = if profile.weekly.is_some() { 7 * 24 * HOUR } else { 24 * HOUR };
            let hours = |from: u64, to: u64| (from / HOUR..to.min(from.saturating_add(cycle)).div_ceil(HOUR)).map(|hour| hour * HOUR);
            if profile.hourly.is_some() || profile.weekly.is_some() {
                starts.extend(hours(0, scenario.horizon().0));
            }
            for surge in &profile.surges {
                // The window in which it begins, the first one that lies in it wholly, and its hours.
                starts.extend([surge.from.0, surge.from.0.saturating_add(WINDOW.0 - 1), surge.to.0]);
                starts.extend(hours(surge.from.0, surge.to.0).filter(|hour| *hour > surge.from.0).take(WINDOWS_MAX));
            }
        }
        match &event.arrivals.pattern {
            Pattern::Sine { period, .. } => {
                let windows = (period.0 / WINDOW.0).clamp(1, WINDOWS_MAX as u64 / 4);
                starts.extend((0..windows).map(|window| period.0 / windows * window));
            }
            Pattern::Trace(rows) => starts.extend(busiest(rows)),
            _ => {}
        }
    }
    let last = scenario.horizon().0.saturating_sub(WINDOW.0);
    let aligned: BTreeSet<u64> = starts.into_iter().map(|at| at / WINDOW.0 * WINDOW.0).filter(|at| *at <= last).collect();
    aligned.into_iter().take(WINDOWS_MAX).map(Time).collect()
}

/// An instant in the window with most rows of a trace, the first of such windows.
fn busiest(rows: &Recording) -> Option<u64> {
    let (mut best, mut window) = (None, (0, 0));
    for (at, _) in rows.iter() {
        if window.0 == 0 || at.0 / WINDOW.0 != window.1 / WINDOW.0 {
            window = (0, at.0);
        }
        window.0 += 1;
        if best.is_none_or(|(count, _)| window.0 > count) {
            best = Some(window);
        }
    }
    best.map(|(_, at)| at)
}
