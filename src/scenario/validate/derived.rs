//! Events that subscribers raise: loops that grow, and keys that act only on events with a rate of their own.

use super::{no_effect, report};
use crate::scenario::reader::Context;
use crate::scenario::spec::{EventIndex, Scenario};
use crate::scenario::traffic::{self, Trouble};
use crate::units::three_digits;

/// Solves the traffic equations, or says why they have no solution.
pub(super) fn traffic(context: &Context<'_>, scenario: &mut Scenario) {
    match traffic::solve(scenario) {
        Ok(traffic) => scenario.traffic = traffic,
        Err(trouble) => tell(context, scenario, &trouble),
    }
}

fn tell(context: &Context<'_>, scenario: &Scenario, trouble: &Trouble) {
    let name = |event: &EventIndex| scenario.events[*event].name.as_str();
    match trouble {
        Trouble::Grows { events, gain } => {
            let way: Vec<&str> = events.iter().chain(&events[..1]).map(name).collect();
            let what = format!(
                "the loop {} grows for ever: each of its events leads to {} more in the next round",
                way.join(" -> "),
                three_digits(*gain)
            );
            let next = events.get(1).unwrap_or(&events[0]);
            at_raiser(
                context,
                scenario,
                *next,
                what,
                "write lower shares: a loop dies out where a round raises less than one event for each",
            );
        }
        Trouble::TooLong { event, events } => {
            let what = format!("{events} events raise each other in loops, more than can be solved for");
            at_raiser(context, scenario, *event, what, "remove some of them from `raises`");
        }
        Trouble::Bursts { event, others } => {
            let what = format!(
                "event.{}: each time it comes it leads to {} derived events on average, more than can be simulated at once",
                name(event),
                three_digits(*others)
            );
            report(context, &["event", name(event)], what, "write lower shares in `raises`, or fewer subscribers that raise");
        }
    }
}

/// Reports at the subscriber that raises an event.
fn at_raiser(context: &Context<'_>, scenario: &Scenario, event: EventIndex, what: String, hint: &str) {
    let raiser = scenario.events[event].raised_by.first().map_or("", |subscriber| &scenario.subscribers[*subscriber].name);
    report(context, &["subscriber", raiser, "raises"], format!("subscriber.{raiser}.raises: {what}"), hint);
}

/// Keys that say how an event comes act where it has a rate.
pub(super) fn keys(context: &Context<'_>, scenario: &Scenario) {
    for event in scenario.events.iter().filter(|event| !event.raised_by.is_empty() && !event.has_rate()) {
        for key in ["arrivals", "hourly", "weekly", "batch", "lifecycle", "resources", "popularity"] {
            let because = "the event has no `rate`: it comes when subscribers raise it, about the resource of what they got";
            no_effect(context, &["event", &event.name, key], because, "give it a `rate` of its own, or remove it");
        }
    }
}
