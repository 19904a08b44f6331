//! Who must talk to whom across zones.

use super::{called, report, segment_of};
use crate::scenario::reader::Context;
use crate::scenario::spec::{Runs, Scenario, ZoneIndex};
use std::collections::{BTreeMap, BTreeSet};

/// The two zones of a way, the smaller number first: links have no direction.
fn pair(one: ZoneIndex, other: ZoneIndex) -> (ZoneIndex, ZoneIndex) {
    (one.min(other), one.max(other))
}

/// One link between two zones.
pub(super) fn links(context: &Context<'_>, scenario: &Scenario) {
    let mut seen: BTreeMap<(ZoneIndex, ZoneIndex), &str> = BTreeMap::new();
    for link in &scenario.links {
        if scenario.zones.get(link.between.0).is_none() || scenario.zones.get(link.between.1).is_none() {
            continue;
        }
        let ends = pair(link.between.0, link.between.1);
        if let Some(other) = seen.insert(ends, &link.name) {
            let (one, two) = (&scenario.zones[ends.0].name, &scenario.zones[ends.1].name);
            let what = format!("link.{}: link `{other}` is already between {one} and {two}", link.name);
            report(context, &["link", &link.name, "between"], what, "one link connects two zones; merge the two");
        }
    }
}

/// A way that messages or calls take.
struct Way<'s> {
    from: Option<ZoneIndex>,
    to: Option<ZoneIndex>,
    /// Path of the entity that needs it.
    at: [&'s str; 2],
    /// Said of `names` only where the way is missing: there may be a million ways.
    what: fn(&str, &str) -> String,
    names: [&'s str; 2],
}

/// Zones that must talk have a link; who has no zone is near to everybody.
pub(super) fn distances(context: &Context<'_>, scenario: &Scenario) {
    // A link that is wrong itself may be the one that is missing.
    if scenario.links.iter().any(|link| scenario.zones.get(link.between.0).is_none()) {
        return;
    }
    let linked: BTreeSet<_> = scenario.links.iter().map(|link| pair(link.between.0, link.between.1)).collect();
    let mut told = BTreeSet::new();
    for way in ways(scenario) {
        let (Some(from), Some(to)) = (way.from, way.to) else { continue };
        let (Some(one), Some(other)) = (scenario.zones.get(from), scenario.zones.get(to)) else { continue };
        if from == to || linked.contains(&pair(from, to)) || !told.insert(pair(from, to)) {
            continue;
        }
        let what =
            format!("there is no link between the zones {} and {}, and {}", one.name, other.name, (way.what)(way.names[0], way.names[1]));
        let hint = format!("write `[link.NAME]` with between = [\"{}\", \"{}\"] and its latency", one.name, other.name);
        report(context, &[way.at[0], way.at[1], "zone"], what, hint);
    }
}

/// Between which zones anything is sent, the smaller number first; a zone with itself where that happens within it.
pub fn talking_zones(scenario: &Scenario) -> BTreeSet<(ZoneIndex, ZoneIndex)> {
    ways(scenario).into_iter().filter_map(|way| way.from.zip(way.to)).map(|(from, to)| pair(from, to)).collect()
}

fn ways(scenario: &Scenario) -> Vec<Way<'_>> {
    let mut ways = Vec::new();
    for event in &scenario.events {
        let segment = event.to.and_then(|to| segment_of(scenario, to));
        let (Some(sor), Some(segment)) = (scenario.sors.get(event.from), segment) else { continue };
        let what = |sor: &str, segment: &str| format!("`{sor}` publishes to the segment `{segment}`");
        if event.has_rate() {
            ways.push(Way { from: sor.zone, to: segment.zone, at: ["sor", &sor.name], what, names: [&sor.name, &segment.name] });
        }
    }
    for subscriber in &scenario.subscribers {
        let Some(segment) = segment_of(scenario, subscriber.from) else { continue };
        let at = ["subscriber", subscriber.name.as_str()];
        // A workflow stands where its segment stands.
        let zone = if subscriber.runs == Runs::Workflow { segment.zone } else { subscriber.zone };
        let what = |segment: &str, subscriber: &str| format!("the segment `{segment}` delivers to `{subscriber}`");
        if subscriber.runs != Runs::Workflow {
            ways.push(Way { from: segment.zone, to: zone, at, what, names: [&segment.name, &subscriber.name] });
        }
        for raise in &subscriber.raises {
            let Some(to) = scenario.events[raise.event].to.and_then(|to| segment_of(scenario, to)) else { continue };
            let what = |subscriber: &str, segment: &str| format!("`{subscriber}` raises events for the segment `{segment}`");
            ways.push(Way { from: zone, to: to.zone, at, what, names: [&subscriber.name, &to.name] });
        }
        for sor in called(scenario, subscriber) {
            let what = |subscriber: &str, sor: &str| format!("`{subscriber}` calls `{sor}`");
            ways.push(Way { from: zone, to: sor.zone, at, what, names: [&subscriber.name, &sor.name] });
        }
    }
    for poller in &scenario.pollers {
        let (name, zone) = (poller.reader.name.as_str(), poller.reader.zone);
        let at = ["poller", name];
        let event = scenario.feeds.get(poller.feed).and_then(|feed| scenario.events.get(feed.of));
        if let Some(sor) = event.and_then(|event| scenario.sors.get(event.from)) {
            let what = |poller: &str, sor: &str| format!("`{poller}` polls `{sor}`");
            ways.push(Way { from: zone, to: sor.zone, at, what, names: [name, &sor.name] });
        }
        for sor in called(scenario, &poller.reader) {
            let what = |poller: &str, sor: &str| format!("`{poller}` calls `{sor}`");
            ways.push(Way { from: zone, to: sor.zone, at, what, names: [name, &sor.name] });
        }
    }
    ways
}
