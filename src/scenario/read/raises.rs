//! `raises = [{ event = "profile_changed", share = "40%" }]`: events that a subscriber derives from others.

use crate::scenario::document::{Entry, Node, Table, Value};
use crate::scenario::names::section;
use crate::scenario::reader::Reader;
use crate::scenario::spec::{EventIndex, Raise, Scenario};
use crate::scenario::values::share;
use std::collections::BTreeSet;

const EXAMPLE: &str = "raises = [{ event = \"profile_changed\", share = \"40%\" }]";
/// Derived events of one subscriber.
const RAISES_MAX: usize = 100;
/// Pairs of an event that comes to a subscriber and one that this raises.
const DERIVATIONS_MAX: usize = 100_000;
/// What sums of written shares may miss or exceed.
const ROUNDING: f64 = 1e-9;

pub(super) fn raises(reader: &mut Reader<'_>) -> Vec<Raise> {
    let list = reader.list("raises", EXAMPLE);
    let is_list = matches!(reader.node("raises"), Some(Node { value: Value::Array(_), .. }));
    if is_list && (list.is_empty() || list.len() > RAISES_MAX) {
        reader.complain("raises", &format!("{} events", list.len()), &format!("name 1 to {RAISES_MAX} events, or remove it"));
        return Vec::new();
    }
    let mut raises: Vec<Raise> = Vec::new();
    for mut item in list {
        let events = &item.context.events;
        let event = item.require("event", EXAMPLE, |node| events.refer(node));
        let share = item.get("share", share).unwrap_or(1.0);
        match event {
            Some(event) if raises.iter().any(|known| known.event == event) => {
                item.complain("event", "it is in the list twice", "write it once, with the sum of both shares");
            }
            Some(event) => raises.push(Raise { event, share }),
            None => {}
        }
        item.done();
    }
    let all: f64 = raises.iter().map(|raise| raise.share).sum();
    if all > 1.0 + ROUNDING {
        let what = format!("the shares add up to {:.1}%, and one message raises at most one of the list", all * 100.0);
        reader.complain("raises", &what, "write shares that add up to at most 100%");
    }
    raises
}

/// The names of all events that some subscriber raises, before anything is read.
pub(super) fn raised_names(root: &Table) -> BTreeSet<&str> {
    section(root, "subscriber").into_iter().flat_map(|(_, entry)| raised_by(entry)).collect()
}

fn raised_by(subscriber: &Entry) -> Vec<&str> {
    let list = subscriber.node.table().and_then(|table| table.get("raises"));
    let Some(Value::Array(items)) = list.map(|entry| &entry.node.value) else { return Vec::new() };
    items.iter().filter_map(|item| item.table()?.get("event")?.node.text()).collect()
}

/// Says of every event who raises it, and which of them are about resources that change more than once because that from which
/// they derive is.
pub(super) fn derive(root: &Reader<'_>, scenario: &mut Scenario) {
    // An event that is no table has a name and is not there.
    let events = scenario.events.len();
    scenario.subscribers.iter_mut().for_each(|subscriber| subscriber.raises.retain(|raise| raise.event < events));
    let raisers = || scenario.subscribers.iter().enumerate().filter(|(_, subscriber)| !subscriber.raises.is_empty());
    let mut derived: Vec<Vec<EventIndex>> = vec![Vec::new(); scenario.events.len()];
    let mut raised_by = vec![Vec::new(); scenario.events.len()];
    let mut pairs = 0;
    for (index, subscriber) in raisers() {
        let reaching = scenario.events_reaching(subscriber);
        pairs += reaching.len() * subscriber.raises.len();
        if pairs > DERIVATIONS_MAX {
            let what = format!("more than {DERIVATIONS_MAX} pairs of an event and one that is derived from it");
            let hint = "write fewer events in `raises`, or let fewer events come to those who raise".to_string();
            root.context.problems.borrow_mut().push(crate::scenario::problem::Problem { place: None, what, hint });
            // So that nothing further is said of them.
            scenario.subscribers.iter_mut().for_each(|subscriber| subscriber.raises.clear());
            return;
        }
        for event in reaching {
            derived[event].extend(subscriber.raises.iter().map(|raise| raise.event));
        }
        subscriber.raises.iter().for_each(|raise| raised_by[raise.event].push(index));
    }
    for (event, by) in scenario.events.iter_mut().zip(raised_by) {
        event.raised_by = by;
    }
    let mut tracked: Vec<EventIndex> = (0..scenario.events.len()).filter(|event| scenario.events[*event].is_tracked()).collect();
    while let Some(event) = tracked.pop() {
        for to in std::mem::take(&mut derived[event]) {
            if !std::mem::replace(&mut scenario.events[to].inherits, true) {
                tracked.push(to);
            }
        }
    }
}
