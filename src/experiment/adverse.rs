//! The standing battery: one thing goes wrong at a time, around the busiest hour, and what is left of the objectives, what is missed,
//! how long the drain takes, and whether the design recovers by itself when the trouble is over.

use super::replicate::scenario_facts;
use super::{Refusal, Study, Watch, together};
use crate::outcome::adverse::{Adverse, Condition, SCHEMA, StillLong};
use crate::outcome::{Metric, Outcome, Series, Verdict};
use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::spec::{Destination, Kind, Surge};
use crate::scenario::{Design, Scenario};
use crate::units::{Span, Time};

/// How long it goes wrong, where the measured part of the run is long enough; else a sixth of that.
const TROUBLE: Span = Span::from_secs(3600);
const SLOW: f64 = 3.0;
const SURGE: f64 = 2.0;
const POISON: f64 = 0.01;
/// Deliveries of a poison message where the design sets no limit.
const DELIVERIES: u32 = 5;
/// Replications of a condition that leaves no objective open; all others get as many as the design as it is.
const FEW: u32 = 4;
/// A line that is long at the end has to have shrunk by this share since half-way from the end of the trouble, else it stays as it is.
const SHRINKS: f64 = 0.05;
/// The part of the run at whose end lines are looked at, and how much longer than usual is long.
const TAIL: f64 = 0.05;
const LONGER: f64 = 2.0;
const LONGER_BY: f64 = 5.0;

/// By kind, what is looked at for the longest drain and the highest backlog.
const DRAINS: [(&str, &str); 2] = [("subscriber", "drain.mean"), ("poller", "drain.mean")];
const UNDRAINED: [(&str, &str); 2] = [("subscriber", "drain.unfinished"), ("poller", "drain.unfinished")];
const BACKLOGS: [(&str, &str); 3] = [("subscriber", "backlog.max"), ("poller", "backlog.max"), ("event", "waiting_line.max")];

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
    let (from, length) = trouble(&base);
    let mut conditions = vec![condition("as it is".into(), &base, None)];
    let (battery, left_out) = battery(&scenario, &base, from, length);
    let total = battery.len() + 1;
    for (name, scenario) in battery {
        let Some(outcome) = outcome(scenario, base.run.replications, watch) else { break };
        conditions.push(condition(name, &outcome, Some((&base, from + length))));
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

/// Few replications, and all where they leave a verdict open. None when stopped on the way.
fn outcome(scenario: Scenario, wanted: u32, watch: &dyn Watch) -> Option<Outcome> {
    let mut study = Study::new(scenario, watch)?;
    let few = FEW.min(wanted);
    let is_open = |study: &Study| study.objectives().iter().any(|objective| objective.verdict == Verdict::Undecided);
    let is_done = study.extend(few, watch) && (few == wanted || !is_open(&study) || study.extend(wanted, watch));
    if is_done { study.outcome(false) } else { None }
}

/// The busiest stretch of that length, by the events raised; not before the measured part begins, and with as long after it to recover.
pub(super) fn trouble(base: &Outcome) -> (Time, Span) {
    let measured = Span::from_seconds(base.run.horizon_s - base.run.warm_up_s);
    let length = TROUBLE.min(Span(measured.0 / 6));
    let raised: Vec<&Series> =
        base.series.iter().filter(|series| series.name.starts_with("event.") && series.name.ends_with(".raised")).collect();
    let Some(first) = raised.first() else { return (Time::ZERO, length) };
    let steps = first.mean.len();
    let window = ((length.seconds() / first.step_s) as usize).clamp(1, steps.max(1));
    let total = |start: usize| raised.iter().map(|series| series.mean.iter().skip(start).take(window).sum::<f64>()).sum::<f64>();
    let starts = 0..=steps.saturating_sub(2 * window);
    let begun = |start: &usize| *start as f64 * first.step_s >= base.run.warm_up_s;
    // Of equally busy ones the first.
    let busiest = starts.rev().filter(begun).max_by(|a, b| total(*a).total_cmp(&total(*b))).unwrap_or(0);
    (Time::ZERO + Span::from_seconds(busiest as f64 * first.step_s), length)
}

/// Name and design.
type Trouble = (String, Scenario);

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
            (format!("{what} {word}"), changed)
        })),
        None => left_out.push(format!("no {kind} that does anything")),
    };
    disrupt("segment", segment, Target::Segment, &[("down", Effect::Down)]);
    disrupt("subscriber", subscriber, Target::Subscriber, &[("down", Effect::Down), ("slow x3", Effect::Slow(SLOW))]);
    disrupt("sor", sor, Target::Sor, &[("slow x3", Effect::Slow(SLOW))]);
    match surge(scenario, at, length) {
        Some(changed) => battery.push(("twice the events".into(), changed)),
        None => left_out.push("no event whose rate can be doubled".into()),
    }
    if let Some((index, name)) = subscriber {
        battery.push((format!("1 % poison for subscriber.{name}"), poison(scenario, index, at, length)));
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

/// A part of the messages for a subscriber fails at every attempt for a time; somewhere that must end.
fn poison(scenario: &Scenario, subscriber: usize, at: Time, length: Span) -> Scenario {
    let mut changed = scenario.clone();
    let poisoned = &mut changed.subscribers[subscriber];
    let (what, effect, target) = (poisoned.entity(), Effect::Poison(POISON), Target::Subscriber(subscriber));
    let policy = match poisoned.from {
        Destination::Queue(queue) => &mut changed.queues[queue].line.policy,
        Destination::Topic(_) | Destination::Feed(_) => &mut poisoned.line.policy,
    };
    policy.max_deliveries.get_or_insert(DELIVERIES);
    changed.disruptions.push(Disruption { what, target, effect, when: When::Once { at, length } });
    changed
}

/// What a run under a condition says; the design as it is, and when the trouble is over, where it is to be seen whether it recovers.
pub(super) fn condition(name: String, outcome: &Outcome, base: Option<(&Outcome, Time)>) -> Condition {
    let highest = |quantities: &[(&str, &str)]| {
        let of = |metric: &Metric| {
            let (kind, rest) = metric.name.split_once('.')?;
            let (name, quantity) = rest.split_once('.')?;
            quantities.contains(&(kind, quantity)).then(|| (format!("{kind}.{name}"), metric.point))
        };
        outcome.metrics.iter().filter_map(of).filter(|(_, value)| *value > 0.0).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let still_long = base.map(|(base, over)| still_long(outcome, base, over));
    let stays = |long: &&StillLong| long.clears_in_s.is_none();
    Condition {
        name,
        verdict: together(&outcome.objectives),
        objectives: outcome.objectives.clone(),
        replications: outcome.run.replications,
        recovers: still_long.as_ref().map(Vec::is_empty),
        is_metastable: still_long.as_ref().is_some_and(|long| long.iter().any(|long| stays(&long))),
        still_long: still_long.unwrap_or_default(),
        drain_s: highest(&DRAINS),
        undrained: highest(&UNDRAINED).map(|(whose, _)| whose),
        missed: outcome.metric("total.missed").map_or(0.0, |metric| metric.point),
        backlog: highest(&BACKLOGS),
        findings: outcome.findings.clone(),
    }
}

/// Lines that at the end of the run are much longer than those of the design as it is: those that shrink, and those that the trouble's end
/// has not helped (metastable; N. Bronson et al., Metastable Failures in Distributed Systems, HotOS 2021).
fn still_long(outcome: &Outcome, base: &Outcome, over: Time) -> Vec<StillLong> {
    let is_line = |series: &&Series| series.name.ends_with(".backlog") || series.name.ends_with(".waiting_line");
    let width = |series: &Series| ((series.mean.len() as f64 * TAIL) as usize).max(1);
    let mean = |series: &Series, from: usize| {
        let steps = &series.mean[from.min(series.mean.len())..(from + width(series)).min(series.mean.len())];
        steps.iter().sum::<f64>() / steps.len().max(1) as f64
    };
    let last = |series: &Series| series.mean.len().saturating_sub(width(series));
    let usual = |name: &str| base.series.iter().find(|series| series.name == name).map_or(0.0, |series| mean(series, last(series)));
    let long = |series: &Series| {
        let (end, usual) = (mean(series, last(series)), usual(&series.name));
        if end <= LONGER * usual + LONGER_BY {
            return None;
        }
        let half_way = (over.seconds() / series.step_s) as usize;
        let half_way = half_way + last(series).saturating_sub(half_way) / 2;
        let (before, seconds) = (mean(series, half_way), (last(series) - half_way.min(last(series))) as f64 * series.step_s);
        let shrinks = before - end > SHRINKS * before && seconds > 0.0;
        let clears_in_s = shrinks.then(|| (end - usual) * seconds / (before - end));
        Some(StillLong { line: series.name.clone(), length: end, clears_in_s })
    };
    outcome.series.iter().filter(is_line).filter_map(long).collect()
}

fn conclusion(adverse: &Adverse) -> String {
    let interrupted = if adverse.partial { "Interrupted: this is what was finished. " } else { "" };
    let troubles = &adverse.conditions[1..];
    let named = |conditions: Vec<&Condition>| conditions.iter().map(|condition| condition.name.as_str()).collect::<Vec<_>>().join(", ");
    let of = |is: &dyn Fn(&Condition) -> bool| troubles.iter().filter(|condition| is(condition)).collect::<Vec<&Condition>>();
    let stuck = of(&|condition| condition.is_metastable);
    let slow = of(&|condition| condition.recovers == Some(false) && !condition.is_metastable);
    let missed = of(&|condition| condition.verdict == Verdict::Missed);
    let first = match (stuck.len(), slow.len(), troubles.len()) {
        (.., 0) => "Nothing of the battery was run.".to_string(),
        (0, 0, _) => "The design recovers by itself from everything that was tried.".to_string(),
        (0, _, _) => {
            format!("By the end of the run the design does not recover by itself from: {}; its lines still shrink then.", named(slow))
        }
        (_, 0, _) => {
            format!("The design does not recover by itself from: {}; it stays as bad after the cause is gone (metastable).", named(stuck))
        }
        _ => format!(
            "The design does not recover by itself from: {}; it stays as bad after the cause is gone (metastable). Still draining at the end of the run after: {}.",
            named(stuck),
            named(slow)
        ),
    };
    let before = adverse.conditions[0].verdict;
    let second = match (missed.len(), before) {
        (_, Verdict::Missed) => " An objective is missed without any trouble.".to_string(),
        (0, _) => " Every objective that is met without trouble stays met or undecided.".to_string(),
        _ => format!(" Objectives are missed under: {}.", named(missed)),
    };
    let objectives = !adverse.conditions[0].objectives.is_empty();
    format!("{interrupted}{first}{}", if objectives { second } else { " The scenario sets no objectives.".into() })
}
