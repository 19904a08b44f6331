//! What feeds and pollers need of the rest: keys of a bus that is not there, polls that never come.

use super::{no_effect, report};
use crate::scenario::reader::Context;
use crate::scenario::spec::{Ending, Kind, Scenario, Schedule};

/// An event that only feeds carry is never published.
pub(super) fn without_bus(context: &Context<'_>, scenario: &Scenario) {
    for event in scenario.events.iter().filter(|event| event.to.is_none()) {
        for key in ["refused", "confirm", "priority", "kinds"] {
            let because = "only a feed carries the event: there is no `to`";
            no_effect(context, &["event", &event.name, key], because, "add for example to = \"tickets\", or remove it");
        }
    }
}

/// Times of day in a steady state, and polls that would all come after the end.
pub(super) fn schedules(context: &Context<'_>, scenario: &Scenario) {
    let horizon = scenario.run.horizon;
    for poller in &scenario.pollers {
        let name = poller.reader.name.as_str();
        let (key, first) = match &poller.schedule {
            Schedule::Every(every) => ("every", *every),
            Schedule::At(times) => ("at", times[0]),
        };
        if key == "at" && scenario.run.kind == Kind::Steady {
            let what = format!("poller.{name}.at: times of day have no steady state, and run.kind is \"steady\"");
            report(context, &["poller", name, key], what, "write `every`, or kind = \"day\"");
        }
        if first >= horizon && scenario.run.ending == Ending::Cut {
            let what = format!("poller.{name}.{key}: the first poll would be {first} after the start, and the horizon is {horizon}");
            report(context, &["poller", name, key], what, "poll earlier, write a longer `horizon` in [run], or ending = \"drain\"");
        }
    }
}
