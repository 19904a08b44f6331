//! The standing battery: one thing goes wrong at a time, around the busiest hour, and what is left of the objectives, what is missed,
//! how long the drain takes, and whether the design recovers by itself when the trouble is over.

use super::replicate::scenario_facts;
use super::{Refusal, Watch, together};
use crate::outcome::adverse::{Adverse, Condition, SCHEMA};
use crate::outcome::{Metric, Outcome, Series, Verdict};
use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::spec::{Destination, Kind, Surge};
use crate::scenario::{Design, Scenario};
use crate::units::{Span, Time};

/// How long it goes wrong, where the run is long enough; else a sixth of the run.
const TROUBLE: Span = Span::from_secs(3600);
const SLOW: f64 = 3.0;
const SURGE: f64 = 2.0;
const POISON: f64 = 0.01;
/// Deliveries of a poison message where the design sets no limit.
const DELIVERIES: u32 = 5;
/// The part of the run at whose end lines are looked at, and how much longer than usual is long.
const TAIL: f64 = 0.05;
const LONGER: f64 = 2.0;
const LONGER_BY: f64 = 5.0;

/// Goes through the battery. None when stopped before the design as it is was done.
///
/// # Errors
/// A scenario that is not sound, or that is not a day.
pub fn adverse(design: &Design<'_>, watch: &dyn Watch) -> Result<Option<Adverse>, Refusal> {
    let scenario = design.load(&[]).map_err(|problems| Refusal::Problems(Vec::new(), problems))?;
    if scenario.run.kind != Kind::Day {
        let what = "what goes wrong for an hour has no steady state: write kind = \"day\" and a horizon in [run], or --set them";
        return Err(Refusal::Sentence(what.into()));
    }
    let Some(base) = super::run(&scenario, watch).filter(|outcome| !outcome.run.partial) else { return Ok(None) };
    let (from, length) = trouble(&scenario, &base);
    let mut conditions = vec![condition("as it is".into(), &base, None)];
    let (battery, left_out) = battery(&scenario, &base, from, length);
    let total = battery.len() + 1;
    for (name, scenario, lasts) in battery {
        let Some(outcome) = super::run(&scenario, watch).filter(|outcome| !outcome.run.partial) else { break };
        conditions.push(condition(name, &outcome, (!lasts).then_some(&base)));
    }
    let mut adverse = Adverse {
        schema: SCHEMA.into(),
        conclusion: String::new(),
        scenario: scenario_facts(&scenario),
        run: base.run,
        from_s: from.seconds(),
        to_s: (from + length).seconds(),
        partial: conditions.len() < total,
        conditions,
        left_out,
    };
    adverse.conclusion = conclusion(&adverse);
    Ok(Some(adverse))
}

/// Around the middle of the busiest stretch of that length, by the events raised; not before the measured part begins.
fn trouble(scenario: &Scenario, base: &Outcome) -> (Time, Span) {
    let length = TROUBLE.min(Span(scenario.run.horizon.0 / 6));
    let raised: Vec<&Series> =
        base.series.iter().filter(|series| series.name.starts_with("event.") && series.name.ends_with(".raised")).collect();
    let Some(first) = raised.first() else { return (Time::ZERO, length) };
    let steps = first.mean.len();
    let window = ((length.seconds() / first.step_s) as usize).clamp(1, steps.max(1));
    let total = |start: usize| raised.iter().map(|series| series.mean.iter().skip(start).take(window).sum::<f64>()).sum::<f64>();
    let starts = 0..=steps.saturating_sub(window);
    let begun = |start: &usize| *start as f64 * first.step_s >= base.run.warm_up_s;
    // Of equally busy ones the first.
    let busiest = starts.rev().filter(begun).max_by(|a, b| total(*a).total_cmp(&total(*b))).unwrap_or(0);
    (Time::ZERO + Span::from_seconds(busiest as f64 * first.step_s), length)
}

/// Name, design, and whether the trouble lasts to the end of the run.
type Trouble = (String, Scenario, bool);

/// One design for each thing that can go wrong, and what there is nothing of.
fn battery(scenario: &Scenario, base: &Outcome, at: Time, length: Span) -> (Vec<Trouble>, Vec<String>) {
    let (mut battery, mut left_out) = (Vec::new(), Vec::new());
    let segment = busiest(base, "segment", scenario.segments.iter().map(|segment| &segment.name));
    let subscriber = busiest(base, "subscriber", scenario.subscribers.iter().map(|subscriber| &subscriber.name));
    let sor = busiest(base, "sor", scenario.sors.iter().map(|sor| &sor.name));
    let mut disrupt = |kind: &str, found: Option<(usize, &String)>, target: fn(usize) -> Target, effects: &[(&str, Effect)]| match found {
        Some((index, name)) => battery.extend(effects.iter().map(|(word, effect)| {
            let what = format!("{kind}.{name}");
            let mut changed = scenario.clone();
            let when = When::Once { at, length };
            changed.disruptions.push(Disruption { what: what.clone(), target: target(index), effect: *effect, when });
            (format!("{what} {word}"), changed, false)
        })),
        None => left_out.push(format!("no {kind} that does anything")),
    };
    disrupt("segment", segment, Target::Segment, &[("down", Effect::Down)]);
    disrupt("subscriber", subscriber, Target::Subscriber, &[("down", Effect::Down), ("slow x3", Effect::Slow(SLOW))]);
    disrupt("sor", sor, Target::Sor, &[("slow x3", Effect::Slow(SLOW))]);
    match surge(scenario, at, length) {
        Some(changed) => battery.push(("twice the events".into(), changed, false)),
        None => left_out.push("no event whose rate can be doubled".into()),
    }
    if let Some((index, name)) = subscriber {
        battery.push((format!("1 % poison for subscriber.{name}"), poison(scenario, index), true));
    }
    (battery, left_out)
}

/// The busiest of its kind, by its worst five minutes; of equally busy ones the first.
fn busiest<'s>(
    base: &Outcome,
    kind: &str,
    names: impl DoubleEndedIterator<Item = &'s String> + ExactSizeIterator,
) -> Option<(usize, &'s String)> {
    let peak = |name: &String| base.metric(&format!("{kind}.{name}.utilization.peak")).map(|metric| metric.point);
    let measured = names.enumerate().rev().filter_map(|(index, name)| Some((peak(name)?, index, name)));
    measured.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, index, name)| (index, name))
}

/// Everything that has a rate of its own comes twice as often.
fn surge(scenario: &Scenario, at: Time, length: Span) -> Option<Scenario> {
    let mut changed = scenario.clone();
    let mut any = false;
    for event in &mut changed.events {
        if event.has_rate() && event.arrivals.pattern.is_stretched() {
            event.arrivals.profile.surges.push(Surge { from: at, to: at + length, factor: SURGE });
            any = true;
        }
    }
    any.then_some(changed)
}

/// A part of all messages for a subscriber fails at every attempt; somewhere that must end.
fn poison(scenario: &Scenario, subscriber: usize) -> Scenario {
    let mut changed = scenario.clone();
    let poisoned = &mut changed.subscribers[subscriber];
    poisoned.poison = poisoned.poison.max(POISON);
    let policy = match poisoned.from {
        Destination::Queue(queue) => &mut changed.queues[queue].line.policy,
        Destination::Topic(_) | Destination::Feed(_) => &mut poisoned.line.policy,
    };
    policy.max_deliveries.get_or_insert(DELIVERIES);
    changed
}

/// What a run under a condition says; `base` where it is to be seen whether the design recovered.
fn condition(name: String, outcome: &Outcome, base: Option<&Outcome>) -> Condition {
    let highest = |end: &str| {
        let of = |metric: &Metric| Some((metric.name.strip_suffix(end)?.to_string(), metric.point));
        let found = outcome.metrics.iter().filter(|metric| metric.name.starts_with("subscriber.")).filter_map(of);
        found.filter(|(_, value)| *value > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let still_long = base.map(|base| still_long(outcome, base));
    Condition {
        name,
        verdict: together(&outcome.objectives),
        objectives: outcome.objectives.clone(),
        recovers: still_long.as_ref().map(Vec::is_empty),
        still_long: still_long.unwrap_or_default(),
        drain_s: highest(".drain.mean"),
        missed: outcome.metric("total.missed").map_or(0.0, |metric| metric.point),
        backlog: highest(".backlog.max"),
        findings: outcome.findings.clone(),
    }
}

/// Lines that at the end of the run are much longer than those of the design as it is.
fn still_long(outcome: &Outcome, base: &Outcome) -> Vec<String> {
    let is_line = |series: &&Series| series.name.ends_with(".backlog") || series.name.ends_with(".waiting_line");
    let tail = |series: &Series| {
        let count = ((series.mean.len() as f64 * TAIL) as usize).max(1);
        series.mean.iter().rev().take(count).sum::<f64>() / count as f64
    };
    let usual = |name: &str| base.series.iter().find(|series| series.name == name).map_or(0.0, tail);
    let long = |series: &&Series| tail(series) > LONGER * usual(&series.name) + LONGER_BY;
    outcome.series.iter().filter(is_line).filter(long).map(|series| series.name.clone()).collect()
}

fn conclusion(adverse: &Adverse) -> String {
    let interrupted = if adverse.partial { "Interrupted: this is what was finished. " } else { "" };
    let troubles = &adverse.conditions[1..];
    let named = |conditions: Vec<&Condition>| conditions.iter().map(|condition| condition.name.as_str()).collect::<Vec<_>>().join(", ");
    let lasting: Vec<&Condition> = troubles.iter().filter(|condition| condition.recovers == Some(false)).collect();
    let missed: Vec<&Condition> = troubles.iter().filter(|condition| condition.verdict == Verdict::Missed).collect();
    let first = match (lasting.len(), troubles.len()) {
        (_, 0) => "Nothing of the battery was run.".to_string(),
        (0, _) => "The design recovers by itself from everything that was tried.".to_string(),
        _ => format!("The design does not recover by itself by the end of the run after: {}.", named(lasting)),
    };
    let second = match missed.len() {
        0 => " Every objective that is met without trouble stays met or undecided.".to_string(),
        _ => format!(" Objectives are missed under: {}.", named(missed)),
    };
    let objectives = !adverse.conditions[0].objectives.is_empty();
    format!("{interrupted}{first}{}", if objectives { second } else { " The scenario sets no objectives.".into() })
}
