//! Retry storms: a system of record that is kept busy by callers who have given up, long after what started it is over.
//!
//! Such a state is metastable (N. Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021): the same demand was borne
//! before and is not borne now. So two windows of the run are compared: its end, and an earlier one with no less demand.

use crate::outcome::{Finding, Outcome, Series};
use crate::scenario::Scenario;
use crate::scenario::spec::Subscriber;
use crate::units::Unit;

/// The run is looked at in so many windows.
const WINDOWS: usize = 12;
/// At the end at least this part of its capacity is wasted, and this part busy.
const WASTED: f64 = 0.2;
const BUSY: f64 = 0.9;
/// Before, no more than this was wasted, and it was not that busy.
const CALM: f64 = 0.02;
/// Demands that differ by less are the same.
const SAME: f64 = 0.1;

/// One finding for each system that is in a storm at the end.
pub fn find(scenario: &Scenario, outcome: &Outcome) -> Vec<Finding> {
    let callers = |sor: &usize| scenario.takers().any(|subscriber| !demand_of(scenario, subscriber, *sor).is_empty());
    (0..scenario.sors.len()).filter(callers).filter_map(|sor| storm(scenario, outcome, sor)).collect()
}

/// The events about which a subscriber calls a system back.
fn demand_of(scenario: &Scenario, subscriber: &Subscriber, sor: usize) -> Vec<usize> {
    let Some(callback) = subscriber.callback.as_ref().filter(|callback| callback.timeout.is_some()) else { return Vec::new() };
    let asks = |event: &usize| callback.to.unwrap_or(scenario.events[*event].from) == sor || subscriber.calls.contains(&sor);
    scenario.events_reaching(subscriber).into_iter().filter(asks).collect()
}

fn storm(scenario: &Scenario, outcome: &Outcome, sor: usize) -> Option<Finding> {
    let name = format!("sor.{}", scenario.sors[sor].name);
    let wasted = windows(outcome, &[format!("{name}.wasted")])?;
    let busy = windows(outcome, &["callbacks", "own", "polls"].map(|part| format!("{name}.utilization.{part}")))?;
    let mut events: Vec<usize> = scenario.takers().flat_map(|subscriber| demand_of(scenario, subscriber, sor)).collect();
    events.sort_unstable();
    events.dedup();
    let raised: Vec<String> = events.into_iter().map(|event| format!("event.{}.raised", scenario.events[event].name)).collect();
    let demand = windows(outcome, &raised)?;
    let (last, before) = (demand.len() - 1, 0..demand.len() - 1);
    let is_calm = |window: usize| wasted[window] <= CALM && busy[window] < BUSY && demand[window] >= demand[last] * (1.0 - SAME);
    let calm = before.into_iter().any(is_calm);
    if wasted[last] < WASTED || busy[last] < BUSY || demand[last] == 0.0 || !calm {
        return None;
    }
    let sentence = format!(
        "A retry storm: at the end {} is {} busy, {} of its capacity for callers that have given up, though it bore the same rate of events before. Time-outs and retries keep it overloaded after the cause is gone. A `breaker`, fewer `retries`, a longer `timeout` or fewer `connections` let it recover.",
        scenario.sors[sor].name,
        Unit::Share.show(busy[last].min(1.0)),
        Unit::Share.show(wasted[last]),
    );
    Some(Finding { kind: "retry_storm".into(), sentence, metrics: vec![format!("{name}.wasted"), format!("{name}.utilization.mean")] })
}

/// Means over equal windows of the sum of these series; none where the run has too few steps.
fn windows(outcome: &Outcome, names: &[String]) -> Option<Vec<f64>> {
    let series: Vec<&Series> = names.iter().filter_map(|name| outcome.series.iter().find(|series| series.name == *name)).collect();
    let steps = series.iter().map(|series| series.mean.len()).min()?;
    let width = steps / WINDOWS;
    if width == 0 {
        return None;
    }
    let mean = |window: usize| {
        let from = steps - (WINDOWS - window) * width;
        series.iter().map(|series| series.mean[from..from + width].iter().sum::<f64>() / width as f64).sum()
    };
    Some((0..WINDOWS).map(mean).collect())
}
