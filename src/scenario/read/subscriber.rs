//! `[subscriber.NAME]`: who gets the messages and what that takes.

use super::callback::callback;
use super::event::SizedEvent;
use super::line::{POLICIES, line};
use super::pipeline::pipeline;
use super::raises::raises;
use super::sor::SERVERS_MAX;
use super::{NOWHERE, destination, entities, zone};
use crate::core::{Dispatch, Ordering};
use crate::scenario::document::{Node, Value};
use crate::scenario::problem::{Fault, Problem};
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Destination, Guard, Line, Runs, Selector, Service, Subscriber};
use crate::scenario::values::{boolean, choice, count, service, share, texts};
use crate::sim::Distribution;

/// Most subscribers times events: each pair has a service time of its own.
const PAIRS_MAX: usize = 1_000_000;
/// Each consumer has a line of its own.
const CONSUMERS_MAX: u32 = 10_000;
const RUNS: &[(&str, Runs)] =
    &[("listener", Runs::Listener), ("workflow", Runs::Workflow), ("actors", Runs::Actors), ("topology", Runs::Topology)];
/// Services that one subscriber calls.
const CALLS_MAX: usize = 100;

pub(super) fn subscribers(root: &mut Reader<'_>, events: &[SizedEvent]) -> Vec<Subscriber> {
    let context = root.context;
    let readers = entities(root, "subscriber");
    if readers.len() * events.len() > PAIRS_MAX {
        let what = format!("{} subscribers and {} events are more than can be simulated", readers.len(), events.len());
        let hint = format!("write fewer: the one times the other may be {PAIRS_MAX}");
        context.problems.borrow_mut().push(Problem { place: None, what, hint });
        return Vec::new();
    }
    readers.into_iter().map(|(name, reader)| subscriber(context, name, reader, events)).collect()
}

fn subscriber<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>, events: &[SizedEvent]) -> Subscriber {
    let from = reader.require("from", "from = \"tickets\", a topic or a queue", |node| destination(context, node));
    let from = from.unwrap_or(Destination::Topic(NOWHERE));
    let feeding: Vec<&SizedEvent> = events.iter().filter(|sized| sized.event.to == Some(from)).collect();
    let runs = reader.get("runs", choice(RUNS)).unwrap_or(Runs::Listener);
    let pipeline = pipeline(&mut reader, runs);
    let workers = match &pipeline {
        Some(pipeline) => pipeline.stages.iter().map(|stage| stage.tasks).sum(),
        None => reader.get("workers", count(1..=SERVERS_MAX)).unwrap_or(1),
    };
    let consumers = reader.get("consumers", count(1..=CONSUMERS_MAX)).unwrap_or(1);
    if consumers > workers && pipeline.is_none() {
        let what = format!("{consumers} consumers share {workers} worker(s): some would have none and never finish a message");
        reader.complain("consumers", &what, "write at most as many consumers as `workers`");
    }
    let subscriber = Subscriber {
        name: name.to_string(),
        zone: zone(&mut reader),
        from,
        durable: reader.get("durable", boolean).unwrap_or(true),
        runs,
        workers,
        prefetch: reader.get("prefetch", count(1..=u32::MAX)),
        consumers,
        line: own_line(&mut reader, from),
        work: if pipeline.is_none() { work(context, &mut reader, from, events) } else { Vec::new() },
        failure: reader.get("failure", share).unwrap_or(0.0),
        poison: reader.get("poison", share).unwrap_or(0.0),
        guard: reader
            .get("guard", choice(&[("none", Guard::None), ("timestamp", Guard::Timestamp), ("version", Guard::Version)]))
            .unwrap_or(Guard::None),
        selector: selector(&mut reader, &feeding),
        pipeline,
        callback: reader
            .inner("callback", "callback = { style = \"rest\", connections = 8 }")
            .map(|inner| callback(context, inner, &feeding)),
        raises: raises(&mut reader),
        calls: reader.get("calls", |node| calls(context, node)).unwrap_or_default(),
    };
    if matches!(from, Destination::Queue(_)) {
        reader.no_effect("durable", "a queue keeps its messages anyway", "remove it; only subscriptions to a topic are durable or not");
        reader.no_effect("selector", "the consumers of a queue compete for all of its messages", "remove it, or subscribe to a topic");
    }
    reader.done();
    subscriber
}

/// The systems of record that it calls one after the other.
pub(super) fn calls(context: &Context<'_>, node: &Node) -> Result<Vec<usize>, Fault> {
    let names = texts(node).map_err(|fault| Fault { hint: "write systems of record: [\"crm\"]".into(), ..fault })?;
    if names.is_empty() || names.len() > CALLS_MAX {
        return Err(Fault::new(format!("{} services", names.len()), format!("name 1 to {CALLS_MAX} systems of record, or remove it")));
    }
    names.into_iter().map(|(_, node)| context.sors.refer(node).map_err(|fault| fault.at(node.place))).collect()
}

/// The subscription's own policies; a subscriber to a queue has none but ordering and dispatch.
fn own_line(reader: &mut Reader<'_>, from: Destination) -> Line {
    let mut own = match from {
        Destination::Topic(_) | Destination::Feed(_) => line(reader),
        Destination::Queue(queue) => {
            let name = reader.context.queues.list().get(queue).map_or("", String::as_str);
            for policy in POLICIES {
                if reader.writes(policy) {
                    reader.node(policy);
                    reader.no_effect(policy, "the messages wait in the queue", &format!("write it below `[queue.{name}]`"));
                }
            }
            Line { redelivery_factor: 1.0, ..Line::default() }
        }
    };
    let orderings = &[("none", Ordering::None), ("by_resource", Ordering::ByResource)];
    own.policy.ordering = reader.get("ordering", choice(orderings)).unwrap_or(Ordering::None);
    let dispatches = &[("round_robin", Dispatch::RoundRobin), ("least_in_flight", Dispatch::LeastInFlight)];
    own.policy.dispatch = reader.get("dispatch", choice(dispatches)).unwrap_or(Dispatch::RoundRobin);
    own
}

/// One service time for each event of the scenario.
fn work<'a>(context: &'a Context<'a>, reader: &mut Reader<'a>, from: Destination, events: &[SizedEvent]) -> Vec<Service> {
    let nothing = || Service::Drawn(Distribution::default());
    let by_event = matches!(reader.node("work"), Some(Node { value: Value::Table(_), .. }));
    if !by_event {
        let same = reader.get("work", service(context)).unwrap_or_else(nothing);
        return events.iter().map(|_| same.clone()).collect();
    }
    let mut work: Vec<Option<Service>> = events.iter().map(|_| None).collect();
    let Some(table) = reader.inner("work", "work = \"exp(20ms)\"") else { return Vec::new() };
    for (name, entry) in table.each() {
        let path = format!("{}.{name}", table.path);
        let slot = context.events.number(name).and_then(|event| work.get_mut(event));
        match (slot, service(context)(&entry.node)) {
            (None, _) => context.fault(&path, &entry.node, context.events.unknown(name).at(entry.key)),
            (Some(slot), Ok(service)) => *slot = Some(service),
            (Some(slot), Err(fault)) => {
                context.fault(&path, &entry.node, fault);
                *slot = Some(nothing());
            }
        }
    }
    // A name that is wrong is the one that is missing.
    let misnamed = table.each().iter().any(|(name, _)| context.events.number(name).is_none());
    for (sized, slot) in events.iter().zip(&work) {
        if !misnamed && sized.event.to == Some(from) && slot.is_none() {
            let name = &sized.event.name;
            table.missing(name, &format!("{name} = \"exp(20ms)\", as this event comes here too"));
        }
    }
    work.into_iter().map(|slot| slot.unwrap_or_else(nothing)).collect()
}

/// What the subscription lets through.
fn selector(reader: &mut Reader<'_>, feeding: &[&SizedEvent]) -> Selector {
    if !matches!(reader.node("selector"), Some(Node { value: Value::Table(_), .. })) {
        let share = reader.get("selector", |node| {
            share(node).map_err(|fault| Fault { hint: "write a share as \"50%\", or { kinds = [\"create\"] }".into(), ..fault })
        });
        return share.map_or(Selector::All, |share| if share < 1.0 { Selector::Share(share) } else { Selector::All });
    }
    let Some(mut inner) = reader.inner("selector", "selector = \"50%\"") else { return Selector::All };
    let known: Vec<String> = feeding.iter().flat_map(|sized| sized.event.kinds.iter().cloned()).collect();
    let kinds = inner.require("kinds", "selector = { kinds = [\"create\"] }", |node| {
        let kinds = texts(node)?;
        for (kind, node) in &kinds {
            if !known.iter().any(|known| known == kind) && !feeding.is_empty() {
                let mut fault = crate::scenario::names::Names::new("kind", known.iter().cloned()).unknown(kind);
                fault.what = format!("no event that comes here has the kind \"{kind}\"");
                return Err(fault.at(node.place));
            }
        }
        if kinds.is_empty() {
            return Err(Fault::new("a selector that lets nothing through", "name at least one kind, or remove the selector"));
        }
        Ok(kinds.into_iter().map(|(kind, _)| kind.to_string()).collect())
    });
    inner.done();
    Selector::Kinds(kinds.unwrap_or_default())
}
