//! Repetitions during which no time passes, or next to none: a run would never leave the instant, or be years under way.
//!
//! Refuses only where nothing takes a microsecond and nothing else bounds the repetition.

use super::{report, segment_of};
use crate::core::Overflow;
use crate::scenario::disruption::Target;
use crate::scenario::metrics::target;
use crate::scenario::read::AT_ONCE_MAX;
use crate::scenario::reader::Context;
use crate::scenario::spec::{Destination, Event, Line, Refused, Runs, Scenario, Segment, Selector, Service, Subscriber, Weight, ZoneIndex};
use crate::sim::Distribution;
use crate::units::Bytes;

/// An ack or nack, the smallest of all messages.
const SMALLEST: Bytes = Bytes(64);

/// Seconds. What takes less is repeated more than 10^11 times in a day.
const SHORT: f64 = 1e-6;

fn is_short(distribution: &Distribution) -> bool {
    distribution.mean() < SHORT
}

/// A message that fails and is handed over again, for ever.
pub(super) fn redeliveries(context: &Context<'_>, scenario: &Scenario) {
    for subscriber in &scenario.subscribers {
        let Some((of, line)) = line_of(scenario, subscriber) else { continue };
        if line.policy.max_deliveries.is_some_and(|most| most <= AT_ONCE_MAX) || !comes_back_at_once(line) {
            continue;
        }
        let Some(segment) = segment_of(scenario, subscriber.from) else { continue };
        let reaching = scenario.events_reaching(subscriber);
        let attempts = reaching.into_iter().map(|event| Attempt { scenario, subscriber, segment, event });
        if let Some(key) = attempts.into_iter().find_map(|attempt| attempt.fails_for_ever()) {
            let name = &subscriber.name;
            let what = format!(
                "subscriber.{name}.{key}: a message that fails is delivered again at once, and so for ever, as nothing in an attempt takes a microsecond"
            );
            let hint = format!(
                "write a `redelivery_delay` or `max_deliveries` of at most {AT_ONCE_MAX} below `[{of}]`, or a `work` that takes time"
            );
            report(context, &["subscriber", name, key], what, hint);
        }
    }
}

/// A message on which every attempt fails needs an end.
pub(super) fn poison(context: &Context<'_>, scenario: &Scenario) {
    for subscriber in scenario.subscribers.iter().filter(|subscriber| subscriber.poison > 0.0) {
        let Some((of, _)) = line_of(scenario, subscriber).filter(|(_, line)| line.policy.max_deliveries.is_none()) else { continue };
        let name = &subscriber.name;
        let what = format!("subscriber.{name}.poison: a poison message would be delivered again for ever: nothing limits its deliveries");
        let hint = format!("write for example max_deliveries = 5 below `[{of}]`, and a `dead_letter` queue if they are to be kept");
        report(context, &["subscriber", name, "poison"], what, hint);
    }
}

/// The line that a subscriber takes from, and the section that says its policies.
fn line_of<'s>(scenario: &'s Scenario, subscriber: &'s Subscriber) -> Option<(String, &'s Line)> {
    match subscriber.from {
        Destination::Topic(_) => Some((format!("subscriber.{}", subscriber.name), &subscriber.line)),
        Destination::Queue(queue) => scenario.queues.get(queue).map(|queue| (format!("queue.{}", queue.name), &queue.line)),
        Destination::Feed(_) => None,
    }
}

fn comes_back_at_once(line: &Line) -> bool {
    is_short(&line.redelivery_delay) || line.redelivery_delay_max.is_some_and(|most| most.seconds() < SHORT)
}

/// What one delivery of an event's message asks of a subscriber.
struct Attempt<'s> {
    scenario: &'s Scenario,
    subscriber: &'s Subscriber,
    segment: &'s Segment,
    event: usize,
}

impl Attempt<'_> {
    /// The key that makes attempts fail again and again at one instant, if any does.
    fn fails_for_ever(&self) -> Option<&'static str> {
        if !self.delivery_is_short() || !self.subscriber.works_on(self.event).all(service_may_be_instant) {
            return None;
        }
        for call in self.calls() {
            if call.is_refused_at_once {
                return Some(call.key);
            }
            if !call.is_served_at_once {
                return None;
            }
        }
        if self.subscriber.poison > 0.0 {
            return Some("poison");
        }
        let always_fails = self.subscriber.failure > 1.0 - 1.0 / f64::from(AT_ONCE_MAX);
        always_fails.then_some("failure")
    }

    /// Handing over and settling.
    fn delivery_is_short(&self) -> bool {
        let cost = &self.segment.cost;
        is_short(&cost.deliver)
            && is_short(&cost.acknowledge)
            && carries_at_once(self.segment, self.size())
            && is_near(self.scenario, self.segment.zone, self.home())
    }

    fn size(&self) -> Bytes {
        self.scenario.events[self.event].size
    }

    fn home(&self) -> Option<ZoneIndex> {
        if self.subscriber.runs == Runs::Workflow { self.segment.zone } else { self.subscriber.zone }
    }

    /// The callback, where there is one, and the services that are called after it.
    fn calls(&self) -> Vec<Call> {
        let calls_back = self.subscriber.callback.is_some() && self.scenario.events[self.event].weight == Weight::Light;
        let callback = calls_back.then(|| ("callback", target(self.scenario, self.subscriber, self.event)));
        let services = self.subscriber.calls.iter().map(|sor| ("calls", *sor));
        callback.into_iter().chain(services).filter_map(|(key, sor)| self.call(key, sor)).collect()
    }

    fn call(&self, key: &'static str, number: usize) -> Option<Call> {
        let callback = self.subscriber.manner()?;
        let sor = self.scenario.sors.get(number)?;
        let refuses = sor.max_waiting.is_some() || self.scenario.is_ever_down(Target::Sor(number));
        let near = is_near(self.scenario, self.home(), sor.zone);
        let retries_at_once = callback.retries == 0 || is_short(&callback.backoff);
        Some(Call {
            key,
            // An open breaker is as near as can be, and knows no retries.
            is_refused_at_once: callback.breaker.is_some() || near && refuses && retries_at_once,
            // So is a kept answer.
            is_served_at_once: key == "callback" && callback.cache.is_some()
                || near && sor.service.as_ref().is_none_or(service_may_be_instant) && is_short(&callback.parsing),
        })
    }
}

struct Call {
    key: &'static str,
    /// A system of record that is full or down refuses it without any time passing, and stays so meanwhile.
    is_refused_at_once: bool,
    is_served_at_once: bool,
}

/// A publish that is refused and tried again, for ever.
pub(super) fn refusals(context: &Context<'_>, scenario: &Scenario) {
    for event in &scenario.events {
        let Refused::Retry { backoff, retries, .. } = &event.refused else { continue };
        let Some(segment) = event.to.and_then(|to| segment_of(scenario, to)) else { continue };
        let is_bounded = retries.is_some_and(|most| most <= AT_ONCE_MAX);
        let is_full = may_reject(scenario, event) && publish_is_short(scenario, event, segment);
        // A segment that is down refuses before any of its costs.
        let is_down =
            event.to.and_then(|to| scenario.segment_of_line(to)).is_some_and(|segment| scenario.is_ever_down(Target::Segment(segment)))
                && scenario.sors.get(event.from).is_some_and(|sor| is_near(scenario, sor.zone, segment.zone));
        if is_bounded || !is_short(backoff) || !(is_full || is_down) {
            continue;
        }
        let what = format!(
            "event.{}.refused.backoff: a refused publish is tried again at once, and so for ever, as nothing on its way takes a microsecond",
            event.name
        );
        let hint = format!("write a backoff that takes time, such as \"exp(1s)\", or at most {AT_ONCE_MAX} `retries`");
        report(context, &["event", &event.name, "refused", "backoff"], what, hint);
    }
}

/// Some queue or subscription on its way refuses what does not fit.
fn may_reject(scenario: &Scenario, event: &Event) -> bool {
    let rejects =
        |line: &Line| line.policy.overflow == Overflow::Reject && (line.policy.max_length.is_some() || line.policy.max_bytes.is_some());
    match event.to {
        None => false,
        Some(Destination::Queue(queue)) => scenario.queues.get(queue).is_some_and(|queue| rejects(&queue.line)),
        Some(topic) => subscriptions(scenario, topic).any(|subscriber| rejects(&subscriber.line)),
    }
}

fn publish_is_short(scenario: &Scenario, event: &Event, segment: &Segment) -> bool {
    let tests = |subscriber: &Subscriber| subscriber.selector != Selector::All;
    let cost = &segment.cost;
    is_short(&cost.receive)
        && carries_at_once(segment, event.size)
        && (is_short(&cost.select) || !event.to.is_some_and(|to| subscriptions(scenario, to).any(tests)))
        && segment.persist.as_ref().is_none_or(|persist| is_short(&persist.write))
        && scenario.sors.get(event.from).is_some_and(|sor| is_near(scenario, sor.zone, segment.zone))
}

fn subscriptions(scenario: &Scenario, topic: Destination) -> impl Iterator<Item = &Subscriber> {
    let is_topic = matches!(topic, Destination::Topic(_));
    scenario.subscribers.iter().filter(move |subscriber| is_topic && subscriber.from == topic)
}

fn carries_at_once(segment: &Segment, size: Bytes) -> bool {
    size == Bytes(0) || is_short(&segment.cost.per_kib)
}

/// Recorded times may be zero for some message, which then has that time at every attempt.
fn service_may_be_instant(service: &Service) -> bool {
    match service {
        Service::Drawn(distribution) => is_short(distribution),
        Service::Recorded { rows, otherwise } => is_short(otherwise) || rows.iter().any(|(_, length)| length.is_zero()),
    }
}

/// Nothing takes time from one place to the other.
fn is_near(scenario: &Scenario, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return true };
    if from == to {
        return scenario.zones.get(from).is_some_and(|zone| is_short(&zone.latency));
    }
    let joins = |ends: (ZoneIndex, ZoneIndex)| ends == (from, to) || ends == (to, from);
    scenario.links.iter().find(|link| joins(link.between)).is_some_and(|link| {
        let wide = link.bandwidth.is_none_or(|bandwidth| bandwidth.transmission(SMALLEST).is_zero());
        wide && link.loss == 0.0 && is_short(&link.latency)
    })
}
