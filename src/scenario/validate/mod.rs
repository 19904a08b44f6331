//! What only the whole scenario can tell: distances, circles, size, endless repetition, and keys whose effect needs another section.
//!
//! Also meets scenarios in which references lead nowhere; what depends on such a reference is not looked at.

mod bounds;
mod dead_letter;
mod derived;
mod effect;
mod feed;
mod instant;
mod zones;

pub use self::bounds::{Kept, kept};
pub use self::zones::talking_zones;

use super::document::Table;
use super::metrics::{called_services, target};
use super::reader::Context;
use super::spec::{Destination, Event, Scenario, Segment, Sor, Subscriber, Weight};

/// Reports what is wrong; puts the orders that subscribers to a queue ask for into the queue's policy.
pub(super) fn validate(context: &Context<'_>, scenario: &mut Scenario) {
    effect::queue_orders(context, scenario);
    zones::links(context, scenario);
    zones::distances(context, scenario);
    dead_letter::places(context, scenario);
    dead_letter::circles(context, scenario);
    derived::traffic(context, scenario);
    derived::keys(context, scenario);
    effect::services(context, scenario);
    effect::clocks(context, scenario);
    effect::steady(context, scenario);
    effect::events(context, scenario);
    effect::subscribers(context, scenario);
    effect::queues(context, scenario);
    feed::without_bus(context, scenario);
    feed::schedules(context, scenario);
    instant::redeliveries(context, scenario);
    instant::poison(context, scenario);
    instant::refusals(context, scenario);
    bounds::memory(context, scenario);
    bounds::phases(context, scenario);
    bounds::length(context, scenario);
}

/// Reports a problem at the deepest part of a path that the file writes.
fn report(context: &Context<'_>, path: &[&str], what: String, hint: impl Into<String>) {
    match context.place_of(path) {
        Some(place) => context.report(place, what, hint),
        None => context.problems.borrow_mut().push(super::problem::Problem { place: None, what, hint: hint.into() }),
    }
}

/// Reports a key that is written and can't act.
fn no_effect(context: &Context<'_>, path: &[&str], because: &str, hint: &str) {
    if context.writes(path) {
        report(context, path, format!("{} has no effect because {because}", path.join(".")), hint);
    }
}

/// The segment that carries a destination, where both are there.
fn segment_of(scenario: &Scenario, to: Destination) -> Option<&Segment> {
    let segment = match to {
        Destination::Topic(topic) => scenario.topics.get(topic)?.segment,
        Destination::Queue(queue) => scenario.queues.get(queue)?.segment,
        Destination::Feed(_) => return None,
    };
    scenario.segments.get(segment)
}

/// The events that come to a subscriber, with their numbers.
fn feeding<'s>(scenario: &'s Scenario, subscriber: &Subscriber) -> Vec<(usize, &'s Event)> {
    scenario.events_of(subscriber).map(|index| (index, &scenario.events[index])).collect()
}

/// The systems of record that a subscriber asks in the present weights, each once.
fn called<'s>(scenario: &'s Scenario, subscriber: &Subscriber) -> Vec<&'s Sor> {
    let light = || scenario.events_of(subscriber).filter(|event| scenario.events[*event].weight == Weight::Light);
    let mut numbers = called_services(subscriber);
    if subscriber.callback.is_some() {
        numbers.extend(light().map(|event| target(scenario, subscriber, event)));
    }
    numbers.into_iter().filter_map(|sor| scenario.sors.get(sor)).collect()
}

/// The entity's own table.
fn table_of<'a>(context: &Context<'a>, kind: &str, name: &str) -> Option<&'a Table> {
    context.root.get(kind)?.node.table()?.get(name)?.node.table()
}

/// True when an entity's table writes this key.
fn writes(context: &Context<'_>, kind: &str, name: &str, key: &str) -> bool {
    table_of(context, kind, name).is_some_and(|table| table.get(key).is_some())
}
