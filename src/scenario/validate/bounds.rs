//! Designs that would fill the memory or never end: refused before anything is built.

use super::report;
use crate::scenario::reader::Context;
use crate::scenario::spec::{Destination, Event, Run, Scenario, Schedule, TUPLES_OF_A_TREE_MAX};
use crate::sim::Pattern;
use crate::units::Unit;
use std::collections::BTreeSet;

/// Of one replication; it also keeps resources times subscriptions far below the 2^32 that are counted.
const MEMORY_MAX: u64 = 4 << 30;
const RESOURCE_BYTES: u64 = 16;
/// One subscription's picture of a resource.
const PICTURE_BYTES: u64 = 32;
/// A derived event's resource in the maps that tell where it came from.
const HEIR_BYTES: u64 = 80;
const CONSUMER_BYTES: u64 = 192;
const TASK_BYTES: u64 = 128;
/// A message on its way through a subscriber, and its place in a mailbox.
const TUPLE_BYTES: u64 = 300;

/// Events, own requests and polls of all replications: a million a second for a day.
const EVENTS_MAX: f64 = 1e11;

/// A part of a total, the key that it comes from, and what to do about it.
struct Part<'s, T> {
    amount: T,
    path: [&'s str; 3],
    hint: &'static str,
}

/// What a replication keeps in memory from its start.
pub struct Kept<'s> {
    /// All of it, about.
    pub bytes: u64,
    /// The key that the largest part comes from, and what to do about that.
    pub key: [&'s str; 3],
    /// One sentence.
    pub hint: &'static str,
}

/// By arithmetic; none where it is next to nothing.
pub fn kept(scenario: &Scenario) -> Option<Kept<'_>> {
    let audiences = audiences(scenario);
    let derived = derived(scenario, &audiences);
    let events = scenario.events.iter().zip(audiences).flat_map(|(event, audience)| [resources(event, audience), rows(event)]);
    let parts: Vec<Part<'_, u64>> = events.flatten().chain(consumers(scenario)).chain(derived).chain(pipelines(scenario)).collect();
    let bytes = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.amount));
    let largest = parts.iter().max_by_key(|part| part.amount)?;
    Some(Kept { bytes, key: largest.path, hint: largest.hint })
}

/// Refuses what no machine should be asked for.
pub(super) fn memory(context: &Context<'_>, scenario: &Scenario) {
    let Some(kept) = kept(scenario).filter(|kept| kept.bytes > MEMORY_MAX) else { return };
    let (size, most) = (Unit::Bytes.show(kept.bytes as f64), Unit::Bytes.show(MEMORY_MAX as f64));
    let what = format!(
        "{}: a replication would take about {size} of memory, the largest part because of this key, and more than {most} is refused",
        kept.key.join(".")
    );
    report(context, &kept.key, what, kept.hint);
}

fn resources(event: &Event, audience: u64) -> Option<Part<'_, u64>> {
    let each = RESOURCE_BYTES + PICTURE_BYTES * audience;
    Some(Part {
        amount: event.resources?.saturating_mul(each),
        path: ["event", &event.name, "resources"],
        hint: "write fewer resources, as each is kept once for every subscription that gets the event",
    })
}

/// An event keeps a picture of every resource that those from which it derives have.
fn derived<'s>(scenario: &'s Scenario, audiences: &[u64]) -> Vec<Part<'s, u64>> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); scenario.events.len()];
    for subscriber in scenario.subscribers.iter().filter(|subscriber| !subscriber.raises.is_empty()) {
        for event in scenario.events_reaching(subscriber) {
            next[event].extend(subscriber.raises.iter().map(|raise| raise.event));
        }
    }
    let mut parts = Vec::new();
    for (root, event) in scenario.events.iter().enumerate().filter(|(root, _)| !next[*root].is_empty()) {
        let Some(count) = event.resources else { continue };
        let mut seen = BTreeSet::from([root]);
        let mut way = next[root].clone();
        while let Some(heir) = way.pop() {
            if seen.insert(heir) {
                way.extend(&next[heir]);
            }
        }
        let kept = seen.iter().filter(|heir| **heir != root).map(|heir| HEIR_BYTES + RESOURCE_BYTES + PICTURE_BYTES * audiences[*heir]);
        let hint = "write fewer resources, as each is kept once more for every event that subscribers derive from this one";
        parts.push(Part { amount: count.saturating_mul(kept.sum()), path: ["event", &event.name, "resources"], hint });
    }
    parts
}

fn rows(event: &Event) -> Option<Part<'_, u64>> {
    let Pattern::Trace(rows) = &event.arrivals.pattern else { return None };
    let hint = "use a shorter trace, or keep some of its rows with where=";
    Some(Part { amount: rows.size() as u64, path: ["event", &event.name, "arrivals"], hint })
}

/// All consumers together, under the key that asks for most of them.
fn consumers(scenario: &Scenario) -> Option<Part<'_, u64>> {
    let most = scenario.subscribers.iter().max_by_key(|subscriber| subscriber.consumers)?;
    let count: u64 = scenario.subscribers.iter().map(|subscriber| u64::from(subscriber.consumers)).sum();
    Some(Part { amount: count * CONSUMER_BYTES, path: ["subscriber", &most.name, "consumers"], hint: "write fewer consumers" })
}

/// Tasks, and what replays can bring under way.
fn pipelines(scenario: &Scenario) -> impl Iterator<Item = Part<'_, u64>> {
    scenario.subscribers.iter().filter_map(|subscriber| {
        let name = subscriber.name.as_str();
        let pipeline = subscriber.pipeline.as_ref()?;
        let tasks = u64::from(subscriber.workers) * TASK_BYTES;
        let trees = pipeline.replay_after.and(subscriber.credit()).unwrap_or(0);
        let tuples = trees.saturating_mul(u64::from(TUPLES_OF_A_TREE_MAX) * TUPLE_BYTES);
        Some(match tuples > tasks {
            true => Part { amount: tuples, path: ["subscriber", name, "max_pending"], hint: "write a smaller `max_pending`" },
            false => Part { amount: tasks, path: ["subscriber", name, "stage"], hint: "write fewer `tasks`" },
        })
    })
}

/// By event: how many subscriptions and queues show it to somebody, dead letters included.
fn audiences(scenario: &Scenario) -> Vec<u64> {
    let mut audiences = vec![0; scenario.events.len()];
    let mut queues = BTreeSet::new();
    for subscriber in scenario.takers() {
        let is_new = match subscriber.from {
            Destination::Queue(queue) => queues.insert(queue),
            Destination::Topic(_) | Destination::Feed(_) => true,
        };
        let reaching = if is_new { scenario.events_reaching(subscriber) } else { Vec::new() };
        for event in reaching {
            audiences[event] += 1;
        }
    }
    audiences
}

/// So many phases of an mmpp that a run would not come to its end, or could not be stopped on the way from one event to the next.
pub(super) fn phases(context: &Context<'_>, scenario: &Scenario) {
    const PHASES_MAX: f64 = 1e9;
    const PHASES_OF_AN_EVENT_MAX: f64 = 1000.0;
    let run = &scenario.run;
    for event in &scenario.events {
        let Pattern::Mmpp(phases) = &event.arrivals.pattern else { continue };
        let cycle: f64 = phases.iter().map(|(_, length)| length.seconds()).sum();
        let all = run.horizon.seconds() * f64::from(run.first_replications()) * phases.len() as f64 / cycle;
        let of_an_event = phases.len() as f64 / (cycle * event.arrivals.rate);
        if all <= PHASES_MAX || all <= EVENTS_MAX && of_an_event <= PHASES_OF_AN_EVENT_MAX {
            continue;
        }
        let what = format!(
            "event.{}.arrivals: about {all:.1e} phases come in {}, {of_an_event:.1e} for each event, and a study would not end",
            event.name,
            told(run),
        );
        let hint = "write longer phases: where they are far shorter than the time from one event to the next, \"poisson\" at their mean rate is the same";
        report(context, &["event", &event.name, "arrivals"], what, hint);
    }
}

/// "3 replications of 1h".
fn told(run: &Run) -> String {
    let replications = run.first_replications();
    format!("{replications} replication{} of {}", if replications == 1 { "" } else { "s" }, run.horizon)
}

/// So many events that a run would not come to its end.
pub(super) fn length(context: &Context<'_>, scenario: &Scenario) {
    const HINT: &str = "write a lower rate, a shorter `horizon` or fewer `replications` in [run]";
    let horizon = scenario.run.horizon;
    let events = scenario.events.iter().zip(&scenario.traffic.events).map(|(event, rate)| {
        let key = match () {
            _ if !event.has_rate() => "from",
            _ if event.arrivals.written.is_some() => "rate",
            _ => "arrivals",
        };
        Part { amount: rate * horizon.seconds(), path: ["event", &event.name, key], hint: HINT }
    });
    let own = scenario.sors.iter().filter_map(|sor| {
        let amount = sor.own_load?.hertz() * horizon.seconds();
        Some(Part { amount, path: ["sor", &sor.name, "own_load"], hint: HINT })
    });
    let replays = scenario.subscribers.iter().filter_map(|subscriber| {
        let again = subscriber.pipeline.as_ref()?.replay_after?;
        let amount = subscriber.credit()? as f64 * horizon.seconds() / again.seconds();
        let hint = "write a longer `replay_after`, or a smaller `max_pending`";
        Some(Part { amount, path: ["subscriber", &subscriber.name, "replay_after"], hint })
    });
    let polls = scenario.pollers.iter().map(|poller| {
        let (each, key) = match &poller.schedule {
            Schedule::Every(every) => (every.seconds(), "every"),
            Schedule::At(times) => (86_400.0 / times.len() as f64, "at"),
        };
        Part { amount: horizon.seconds() / each, path: ["poller", &poller.reader.name, key], hint: "poll less often" }
    });
    let parts: Vec<Part<'_, f64>> = events.chain(own).chain(polls).chain(replays).collect();
    let total: f64 = parts.iter().map(|part| part.amount).sum::<f64>() * f64::from(scenario.run.first_replications());
    let largest = parts.iter().max_by(|one, other| one.amount.total_cmp(&other.amount));
    let Some(largest) = largest.filter(|_| total > EVENTS_MAX) else { return };
    let customers = match largest.path {
        ["poller", ..] => "polls",
        [.., "replay_after"] => "replays",
        _ => "events",
    };
    let (path, hint): (&[&str], _) = match scenario.load {
        load if load > 1.0 && total / load <= EVENTS_MAX => {
            (&["load"], "write a smaller `load`, a shorter `horizon` or fewer `replications` in [run]")
        }
        _ => (&largest.path, largest.hint),
    };
    let what = format!(
        "{}: about {total:.1e} {customers} come in {}, and a study of more than {EVENTS_MAX:.0e} would not end",
        path.join("."),
        told(&scenario.run)
    );
    report(context, path, what, hint);
}
