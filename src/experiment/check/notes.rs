//! What people forget: settings left at zero or without a limit, settings without effect now, and what arithmetic does not see.

use super::flow::requests;
use crate::outcome::check::Note;
use crate::scenario::spec::{Destination, Event, Guard, Runs, Selector, Service, Sor, Subscriber, Weight};
use crate::scenario::{Scenario, asked_sors, is_polled, talking_zones};

/// Notes of one kind beyond this number are counted only.
const NOTES_MAX: usize = 50;

fn note(path: impl Into<String>, sentence: impl Into<String>) -> Note {
    Note { path: path.into(), sentence: sentence.into() }
}

fn limited(mut notes: Vec<Note>) -> Vec<Note> {
    let more = notes.len().saturating_sub(NOTES_MAX);
    notes.truncate(NOTES_MAX);
    if more > 0 {
        notes.push(note("", format!("and {more} more")));
    }
    notes
}

/// What was left at zero, or without a limit, and matters.
pub fn zeros(scenario: &Scenario) -> Vec<Note> {
    let mut notes = Vec::new();
    for (index, segment) in scenario.segments.iter().enumerate() {
        let cost = &segment.cost;
        let path = |key: &str| format!("segment.{}.{key}", segment.name);
        let here = |to: Option<Destination>| to.and_then(|to| scenario.segment_of(to)) == Some(index);
        let takers = || scenario.subscribers.iter().filter(|subscriber| here(Some(subscriber.from)));
        let free = [&cost.receive, &cost.select, &cost.deliver, &cost.acknowledge, &cost.per_kib].iter().all(|cost| cost.is_zero());
        if free {
            notes.push(note(path("cost"), "the broker costs nothing: no load on this segment says anything"));
            continue;
        }
        let costs = [("receive", &cost.receive), ("deliver", &cost.deliver), ("acknowledge", &cost.acknowledge)];
        notes.extend(costs.into_iter().filter(|(_, cost)| cost.is_zero()).map(|(key, _)| note(path(&format!("cost.{key}")), "is free")));
        if cost.select.is_zero() && takers().any(|subscriber| subscriber.selector != Selector::All) {
            notes.push(note(path("cost.select"), "testing selectors is free"));
        }
        let durable = takers().any(|subscriber| subscriber.durable);
        if durable && segment.persist.is_none() {
            notes.push(note(path("persist"), "nothing is written before the confirm: durable subscriptions cost no journal"));
        }
        if durable && segment.memory.is_none() {
            notes.push(note(path("memory"), "without a limit an outage's backlog blocks nobody, however long it gets"));
        }
    }
    for taker in scenario.takers() {
        notes.extend(zeros_of_taker(scenario, taker));
    }
    let asked = scenario.sors.iter().enumerate().filter(|(index, _)| is_called(scenario, *index));
    notes.extend(asked.flat_map(|(_, sor)| zeros_of_sor(sor)));
    limited(notes)
}

fn zeros_of_taker(scenario: &Scenario, taker: &Subscriber) -> Vec<Note> {
    let path = |key: &str| format!("{}.{key}", taker.entity());
    let mut notes = Vec::new();
    let free = |event: usize| taker.works_on(event).all(|work| matches!(work, Service::Drawn(work) if work.is_zero()));
    let events = scenario.events_reaching(taker);
    if !events.is_empty() && events.iter().all(|event| free(*event)) {
        notes.push(note(path("work"), "its workers do their own work in no time"));
    }
    let light = events.iter().any(|event| scenario.events[*event].weight == Weight::Light);
    if let Some(callback) = taker.callback.as_ref().filter(|_| light)
        && callback.timeout.is_none()
    {
        notes.push(note(path("callback.timeout"), "it waits for answers as long as they take, and never asks again"));
    }
    if light && taker.callback.is_none() && taker.calls.is_empty() {
        notes.push(note(path("callback"), "gets light-weight events and asks nobody what happened"));
    }
    notes
}

fn zeros_of_sor(sor: &Sor) -> Vec<Note> {
    let mut notes = Vec::new();
    if sor.own_load.is_none() {
        notes.push(note(format!("sor.{}.own_load", sor.name), "it has no users of its own beside those who call it"));
    }
    if sor.max_waiting.is_none() {
        notes.push(note(format!("sor.{}.max_waiting", sor.name), "it never refuses a request, however many wait"));
    }
    notes
}

/// What has no effect under the present switches.
pub fn idle(scenario: &Scenario) -> Vec<Note> {
    let mut notes = Vec::new();
    let asked = asked_sors(scenario);
    for (index, sor) in scenario.sors.iter().enumerate() {
        let now = sor.own_load.is_some() || is_polled(scenario, index) || is_called(scenario, index);
        match (asked.contains(&index), now) {
            (false, _) if sor.service.is_some() => notes.push(note(format!("sor.{}", sor.name), "nobody calls it")),
            (true, false) => notes.push(note(format!("sor.{}", sor.name), "nobody calls it while the events are heavy-weight")),
            _ => {}
        }
    }
    for taker in scenario.takers() {
        let events = scenario.events_reaching(taker);
        let heavy = events.iter().all(|event| scenario.events[*event].weight == Weight::Heavy);
        if taker.callback.is_some() && taker.calls.is_empty() && heavy && !events.is_empty() {
            notes.push(note(format!("{}.callback", taker.entity()), "no callbacks while the events that come are heavy-weight"));
        }
        if events.is_empty() {
            notes.push(note(taker.entity(), "no event comes here"));
        }
    }
    for (index, segment) in scenario.segments.iter().enumerate() {
        let here = |subscriber: &&Subscriber| scenario.segment_of(subscriber.from) == Some(index);
        let cost = &segment.cost;
        let free = [&cost.receive, &cost.select, &cost.deliver, &cost.acknowledge, &cost.per_kib].iter().all(|cost| cost.is_zero());
        let works = scenario.subscribers.iter().filter(here).any(|subscriber| subscriber.runs == Runs::Workflow);
        if !cost.select.is_zero() && scenario.subscribers.iter().filter(here).all(|subscriber| subscriber.selector == Selector::All) {
            notes.push(note(format!("segment.{}.cost.select", segment.name), "no subscription on it has a `selector`"));
        }
        if free && !works {
            notes.push(note(format!("segment.{}.threads", segment.name), "nothing costs time on them"));
        }
    }
    notes.extend(unheard(scenario));
    notes.extend(idle_switches(scenario));
    notes.extend(idle_ways(scenario));
    limited(notes)
}

/// Keys that act only under another value of some switch.
pub fn idle_switches(scenario: &Scenario) -> Vec<Note> {
    let mut notes = Vec::new();
    if scenario.run.precision_is_idle {
        notes.push(note("run.precision", "only `replications = \"auto\"` runs until it is reached"));
    }
    for (index, sor) in scenario.sors.iter().enumerate() {
        let comes_from_it = |event: usize| scenario.events[event].from == index;
        let mut guarded = scenario.takers().filter(|taker| taker.guard == Guard::Timestamp);
        if sor.clock_skew.is_some() && !guarded.any(|taker| scenario.events_reaching(taker).into_iter().any(comes_from_it)) {
            notes.push(note(format!("sor.{}.clock_skew", sor.name), "nobody's `guard` looks at its time stamps"));
        }
    }
    for (index, event) in scenario.events.iter().enumerate() {
        let path = |key: &str| format!("event.{}.{key}", event.name);
        let comes_dead = |subscriber: &Subscriber| {
            matches!(subscriber.from, Destination::Queue(_)) && scenario.events_reaching(subscriber).contains(&index)
        };
        let mut takers = scenario.subscribers.iter().filter(|subscriber| event.to == Some(subscriber.from) || comes_dead(subscriber));
        if event.priority > 0 && !takers.clone().any(|subscriber| scenario.has_priorities(subscriber)) {
            notes.push(note(path("priority"), "no queue or subscription that it comes to has `priorities`"));
        }
        if !event.kinds.is_empty() && !takers.any(|subscriber| matches!(subscriber.selector, Selector::Kinds(_))) {
            notes.push(note(path("kinds"), "no selector asks for kinds"));
        }
    }
    for subscriber in &scenario.subscribers {
        let path = |key: &str| format!("{}.{key}", subscriber.entity());
        if !subscriber.durable && !scenario.loses_connections(subscriber) {
            notes.push(note(path("durable"), "nothing ever keeps it away, so it loses nothing"));
        }
        if subscriber.runs == Runs::Workflow && subscriber.zone.is_some() {
            notes.push(note(path("zone"), "a workflow stands where its segment stands"));
        }
    }
    notes
}

/// Distances that nothing travels.
fn idle_ways(scenario: &Scenario) -> Vec<Note> {
    let talking = talking_zones(scenario);
    let is_quiet = |one: usize, other: usize| !talking.contains(&(one.min(other), one.max(other)));
    let links = scenario.links.iter().filter(|link| is_quiet(link.between.0, link.between.1));
    let links = links.map(|link| note(format!("link.{}", link.name), "nothing crosses it"));
    let zones = scenario.zones.iter().enumerate().filter(|(index, zone)| zone.has_network() && is_quiet(*index, *index));
    links.chain(zones.map(|(_, zone)| note(format!("zone.{}.latency", zone.name), "nobody talks to anybody within it"))).collect()
}

fn is_called(scenario: &Scenario, sor: usize) -> bool {
    let calls = |taker: &Subscriber| {
        let asks = |event: usize| requests(scenario, taker, event).is_some_and(|(_, all)| all.iter().any(|request| request.sor == sor));
        scenario.events_reaching(taker).into_iter().any(asks)
    };
    scenario.takers().any(calls)
}

/// Places that nobody fills, or nobody listens to.
fn unheard(scenario: &Scenario) -> Vec<Note> {
    let mut notes = Vec::new();
    let published = |to: Destination| scenario.events.iter().any(|event: &Event| event.to == Some(to));
    let taken = |from: Destination| scenario.subscribers.iter().any(|subscriber| subscriber.from == from);
    for (index, topic) in scenario.topics.iter().enumerate() {
        let place = Destination::Topic(index);
        if published(place) && !taken(place) {
            notes.push(note(format!("topic.{}", topic.name), "nobody subscribes to it"));
        }
        if !published(place) {
            notes.push(note(format!("topic.{}", topic.name), "no event goes there"));
        }
    }
    for (index, queue) in scenario.queues.iter().enumerate() {
        let place = Destination::Queue(index);
        let filled = published(place) || scenario.gets_dead_letters(index);
        if filled && !taken(place) {
            notes.push(note(format!("queue.{}", queue.name), "nobody consumes it"));
        }
        if !filled {
            notes.push(note(format!("queue.{}", queue.name), "no event goes there"));
        }
    }
    for (index, feed) in scenario.feeds.iter().enumerate() {
        if scenario.pollers.iter().all(|poller| poller.feed != index) {
            notes.push(note(format!("feed.{}", feed.name), "nobody polls it"));
        }
    }
    notes
}

/// What this arithmetic does not see here.
pub fn left_out(scenario: &Scenario) -> Vec<Note> {
    let mut notes = Vec::new();
    for taker in scenario.takers() {
        let Some(callback) = &taker.callback else { continue };
        let path = |key: &str| format!("{}.callback.{key}", taker.entity());
        if callback.cache.is_some() || callback.coalesce {
            let key = if callback.cache.is_some() { "cache" } else { "coalesce" };
            notes.push(note(path(key), "callbacks count as if no answer served twice: there will be fewer"));
        }
        if callback.timeout.is_some() && callback.retries > 0 {
            notes.push(note(path("retries"), "requests count once; the worst case counts all retries"));
        }
    }
    for segment in scenario.segments.iter().filter(|segment| segment.backlog_penalty.is_some()) {
        notes.push(note(format!("segment.{}.backlog_penalty", segment.name), "operations cost what they do without a backlog"));
    }
    for event in scenario.events.iter().filter(|event| event.arrivals.has_random_rate()) {
        notes.push(note(format!("event.{}.arrivals", event.name), "its phases are chance: the peak counts their mean rate"));
    }
    if !scenario.disruptions.is_empty() {
        notes.push(note("disruption", "everything counts as if it were up and as fast as ever"));
    }
    for event in &scenario.events {
        let Some(lifecycle) = &event.lifecycle else { continue };
        let length = lifecycle.spacing.mean() * f64::from(lifecycle.changes - 1);
        if length > 0.01 * scenario.run.horizon.seconds() {
            notes.push(note(
                format!("event.{}.lifecycle", event.name),
                "counts as if it had begun long ago; a run starts with none under way",
            ));
        }
    }
    for sor in scenario.sors.iter().filter(|sor| sor.max_waiting.is_some()) {
        notes.push(note(format!("sor.{}.max_waiting", sor.name), "requests count as if none were refused"));
    }
    let lines = scenario.queues.iter().map(|queue| (format!("queue.{}", queue.name), &queue.line));
    let lines = lines.chain(scenario.subscribers.iter().map(|subscriber| (subscriber.entity(), &subscriber.line)));
    for (path, line) in lines {
        let policy = &line.policy;
        if policy.max_length.is_some() || policy.max_bytes.is_some() || policy.time_to_live.is_some() || line.drawn_time_to_live.is_some() {
            notes.push(note(path, "messages count as if none were refused, dropped or expired"));
        }
    }
    limited(notes)
}
