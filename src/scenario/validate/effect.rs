//! Keys that are missing or can't act because of other sections.
//!
//! Goes by what is written, not by how large it is: a sweep over `failure` that begins at 0 % must not meet an error there.

use super::{called, feeding, no_effect, report, table_of, writes};
use crate::core::{Dispatch, Ordering};
use crate::scenario::disruption::Target;
use crate::scenario::metrics::target;
use crate::scenario::reader::Context;
use crate::scenario::spec::{Destination, Event, Grouping, Guard, Kind, Scenario, Subscriber};
use crate::sim::Pattern;
use std::collections::BTreeSet;

const NO_FAILURE: &str = "no attempt can fail: there is no `failure`, and no callback that could";

const OWN_RESOURCES: &str = "every event that comes here has a resource of its own";

/// Puts `ordering` and `dispatch` of a queue's subscribers into its policy; they must agree.
pub(super) fn queue_orders(context: &Context<'_>, scenario: &mut Scenario) {
    let mut orders: Vec<(Said<'_, Ordering>, Said<'_, Dispatch>)> = vec![(None, None); scenario.queues.len()];
    for subscriber in &scenario.subscribers {
        let Destination::Queue(queue) = subscriber.from else { continue };
        let Some((ordering, dispatch)) = orders.get_mut(queue) else { continue };
        agree(context, "ordering", subscriber, subscriber.line.policy.ordering, ordering);
        agree(context, "dispatch", subscriber, subscriber.line.policy.dispatch, dispatch);
    }
    for (queue, (ordering, dispatch)) in scenario.queues.iter_mut().zip(orders) {
        let policy = &mut queue.line.policy;
        policy.ordering = ordering.map_or(policy.ordering, |(ordering, _)| ordering);
        policy.dispatch = dispatch.map_or(policy.dispatch, |(dispatch, _)| dispatch);
    }
}

/// What the first subscriber that writes it says, and who that is.
type Said<'s, T> = Option<(T, &'s str)>;

fn agree<'s, T: PartialEq>(context: &Context<'_>, key: &str, subscriber: &'s Subscriber, value: T, first: &mut Said<'s, T>) {
    if !writes(context, "subscriber", &subscriber.name, key) {
        return;
    }
    match first {
        None => *first = Some((value, &subscriber.name)),
        Some((known, name)) if *known != value => {
            let what = format!("subscriber.{}.{key}: `{name}` says otherwise, and both consume from the same queue", subscriber.name);
            report(context, &["subscriber", &subscriber.name, key], what, "write it once, or twice the same");
        }
        Some(_) => {}
    }
}

/// Who is called has a service time.
pub(super) fn services(context: &Context<'_>, scenario: &Scenario) {
    let mut told = BTreeSet::new();
    for subscriber in scenario.takers() {
        for sor in called(scenario, subscriber) {
            if sor.service.is_none() && !writes(context, "sor", &sor.name, "service") && told.insert(&sor.name) {
                let what = format!("sor.{} needs `service`, as `{}` calls it", sor.name, subscriber.name);
                report(context, &["sor", &sor.name], what, "write for example: service = \"lognormal(p50=18ms, p99=120ms)\"");
            }
        }
    }
}

/// A wrong clock can fool only a guard that looks at time stamps, which tells versions of one resource apart.
pub(super) fn clocks(context: &Context<'_>, scenario: &Scenario) {
    for (index, sor) in scenario.sors.iter().enumerate() {
        if !scenario.events.iter().any(|event| event.from == index && has_versions(context, event)) {
            let because = "every event that it raises has a resource of its own, of which no version is older than another";
            no_effect(context, &["sor", &sor.name, "clock_skew"], because, "give an event `resources` or a `lifecycle`, or remove it");
        }
    }
}

/// A steady state has no time of day.
pub(super) fn steady(context: &Context<'_>, scenario: &Scenario) {
    if scenario.run.kind != Kind::Steady {
        return;
    }
    for event in &scenario.events {
        let profile = &event.arrivals.profile;
        let (key, profile) = match &event.arrivals.pattern {
            Pattern::Sine { .. } => ("arrivals", "a sine"),
            _ if profile.hourly.is_some() => ("hourly", "a profile of the day"),
            _ if profile.weekly.is_some() => ("weekly", "a profile of the week"),
            _ => continue,
        };
        let what = format!("event.{}.{key}: {profile} has no steady state, and run.kind is \"steady\"", event.name);
        report(context, &["event", &event.name, key], what, format!("remove `{key}`, or write kind = \"day\""));
    }
}

/// Traces begin within the horizon; what a publisher does with a refusal acts only where somebody refuses.
pub(super) fn events(context: &Context<'_>, scenario: &Scenario) {
    for event in &scenario.events {
        let known = match event.to {
            Some(Destination::Topic(topic)) => topic < scenario.topics.len(),
            Some(Destination::Queue(queue)) => queue < scenario.queues.len(),
            Some(Destination::Feed(_)) | None => false,
        };
        trace(context, scenario, event);
        if known && !can_refuse(context, scenario, event) {
            let because = "nothing on its way refuses: no queue or subscription there has a `max_length` or `max_bytes`, and its segment is never down";
            no_effect(context, &["event", &event.name, "refused"], because, "set a limit there, or remove it");
        }
    }
}

/// A trace in absolute times, or in another unit, would be an empty run.
fn trace(context: &Context<'_>, scenario: &Scenario, event: &Event) {
    let Pattern::Trace(rows) = &event.arrivals.pattern else { return };
    let Some((first, _)) = rows.iter().next().filter(|(first, _)| *first >= scenario.horizon()) else { return };
    let what = format!("event.{}.arrivals: the first row is at {first}, after the horizon of {}", event.name, scenario.run.horizon);
    report(
        context,
        &["event", &event.name, "arrivals"],
        what,
        "a trace counts from the start of the run; look at its unit= and its column=",
    );
}

fn can_refuse(context: &Context<'_>, scenario: &Scenario, event: &Event) -> bool {
    let limited = |kind, name: &str| writes(context, kind, name, "max_length") || writes(context, kind, name, "max_bytes");
    let goes_down = |to: Destination| scenario.segment_of_line(to).is_some_and(|segment| scenario.is_ever_down(Target::Segment(segment)));
    match event.to {
        Some(to) if goes_down(to) => true,
        Some(Destination::Queue(queue)) => scenario.queues.get(queue).is_some_and(|queue| limited("queue", &queue.name)),
        Some(to) => scenario.subscribers.iter().any(|subscriber| subscriber.from == to && limited("subscriber", &subscriber.name)),
        None => false,
    }
}

pub(super) fn subscribers(context: &Context<'_>, scenario: &Scenario) {
    for subscriber in &scenario.subscribers {
        let name = subscriber.name.as_str();
        if !can_fail(context, scenario, subscriber) && matches!(subscriber.from, Destination::Topic(_)) {
            redelivery(context, "subscriber", name);
        }
        ordering(context, scenario, subscriber);
        guard(context, scenario, subscriber);
        grouping(context, scenario, subscriber);
        dispatch(context, scenario, subscriber);
        retries(context, scenario, subscriber);
        shared_answers(context, scenario, subscriber);
    }
    for poller in &scenario.pollers {
        guard(context, scenario, &poller.reader);
        retries(context, scenario, &poller.reader);
        shared_answers(context, scenario, &poller.reader);
    }
}

pub(super) fn queues(context: &Context<'_>, scenario: &Scenario) {
    for (index, queue) in scenario.queues.iter().enumerate() {
        let consumers: Vec<&Subscriber> = of_queue(scenario, index).collect();
        // A queue that nobody consumes is idle as a whole.
        if !consumers.is_empty() && !consumers.iter().any(|subscriber| can_fail(context, scenario, subscriber)) {
            redelivery(context, "queue", &queue.name);
        }
    }
}

fn of_queue(scenario: &Scenario, queue: usize) -> impl Iterator<Item = &Subscriber> {
    scenario.subscribers.iter().filter(move |subscriber| subscriber.from == Destination::Queue(queue))
}

/// Keys that act after a failed attempt.
fn redelivery(context: &Context<'_>, kind: &str, name: &str) {
    for key in ["max_deliveries", "redelivery_delay", "requeue"] {
        no_effect(context, &[kind, name, key], NO_FAILURE, "add for example failure = \"0.1%\" to the subscriber, or remove it");
    }
}

/// An attempt fails by itself, or with its callback.
fn can_fail(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) -> bool {
    ["failure", "poison"].iter().any(|key| writes(context, "subscriber", &subscriber.name, key))
        || call_can_fail(context, scenario, subscriber)
}

/// A call fails by its timeout, or because the other side refuses it.
fn call_can_fail(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let limited = |sor: usize| scenario.sors.get(sor).is_none_or(|sor| writes(context, "sor", &sor.name, "max_waiting"));
    let refuses = |sor: usize| limited(sor) || scenario.is_ever_down(Target::Sor(sor));
    let service_refuses = subscriber.calls.iter().any(|sor| refuses(*sor));
    let Some(callback) = &subscriber.callback else { return service_refuses };
    let has_timeout = table_of(context, subscriber.kind(), &subscriber.name)
        .and_then(|table| table.get("callback")?.node.table()?.get("timeout"))
        .is_some();
    let fed = feeding(scenario, subscriber);
    // Dead letters may come from anywhere.
    let unknown = fed.is_empty() && callback.to.is_none();
    let called: BTreeSet<usize> = fed.iter().map(|(event, _)| target(scenario, subscriber, *event)).collect();
    has_timeout || service_refuses || unknown || callback.to.is_some_and(refuses) || called.into_iter().any(refuses)
}

fn retries(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    if subscriber.callback.is_some() && !call_can_fail(context, scenario, subscriber) {
        let because = "no call can fail: there is no `timeout`, and the system of record has no `max_waiting` and is never down";
        for key in ["retries", "breaker"] {
            no_effect(
                context,
                &[subscriber.kind(), &subscriber.name, "callback", key],
                because,
                "add for example timeout = \"2s\", or remove it",
            );
        }
    }
}

/// Two events must be about one resource for an answer to serve both.
fn shared_answers(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    if !has_shared_resources(context, scenario, subscriber) {
        for key in ["cache", "coalesce"] {
            no_effect(
                context,
                &[subscriber.kind(), &subscriber.name, "callback", key],
                OWN_RESOURCES,
                "give the event `resources` or a `lifecycle`, or remove it",
            );
        }
    }
}

/// Some resource that comes to a subscriber may change more than once, as far as the file tells.
fn has_shared_resources(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) -> bool {
    let fed = feeding(scenario, subscriber);
    let dead_letters = || matches!(subscriber.from, Destination::Queue(queue) if scenario.gets_dead_letters(queue));
    fed.is_empty() || dead_letters() || fed.iter().any(|(_, event)| has_versions(context, event))
}

/// A resource of an event may change more than once, as far as the file tells: its own, or the one that it has from its trigger.
fn has_versions(context: &Context<'_>, event: &Event) -> bool {
    event.inherits || ["resources", "lifecycle"].iter().any(|key| writes(context, "event", &event.name, key))
}

fn ordering(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    if subscriber.line.policy.ordering == Ordering::ByResource && !has_shared_resources(context, scenario, subscriber) {
        no_effect(
            context,
            &["subscriber", &subscriber.name, "ordering"],
            OWN_RESOURCES,
            "give the event `resources` or a `lifecycle`, or remove it",
        );
    }
}

/// A guard tells the versions of a resource apart.
fn guard(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    if subscriber.guard != Guard::None && !has_shared_resources(context, scenario, subscriber) {
        let hint = "give the event `resources` or a `lifecycle`, or remove it";
        no_effect(context, &[subscriber.kind(), &subscriber.name, "guard"], OWN_RESOURCES, hint);
    }
}

/// Which task a resource always comes to matters only where it comes again.
fn grouping(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    let Some(pipeline) = &subscriber.pipeline else { return };
    let grouped = pipeline.stages.iter().position(|stage| stage.group_by == Grouping::Resource);
    let Some(index) = grouped.filter(|_| !has_shared_resources(context, scenario, subscriber)) else { return };
    let name = &subscriber.name;
    let what = format!("subscriber.{name}.stage.{index}.group_by has no effect because {OWN_RESOURCES}");
    report(context, &["subscriber", name, "stage"], what, "give the event `resources` or a `lifecycle`, or write \"shuffle\"");
}

fn dispatch(context: &Context<'_>, scenario: &Scenario, subscriber: &Subscriber) {
    let shared = matches!(subscriber.from, Destination::Queue(_))
        && scenario.subscribers.iter().filter(|other| other.from == subscriber.from).count() > 1;
    if !shared && !writes(context, "subscriber", &subscriber.name, "consumers") {
        let because = "there is but one consumer";
        no_effect(context, &["subscriber", &subscriber.name, "dispatch"], because, "write `consumers`, or remove it");
    }
}
