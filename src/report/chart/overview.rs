//! An architecture of many boxes at a glance: systems of record, segments with what is on them counted, subscribers together; and each
//! segment with all that belongs to it as a picture of its own.
//!
//! Knows no positions.

use super::layout::Item;
use crate::outcome::{Architecture, Edge, Node};
use crate::report::facts::bare;
use std::collections::{BTreeMap, BTreeSet};

/// More boxes than this are grouped.
pub const BOXES_MAX: usize = 40;
/// More systems of record than this share a box.
const SORS_MAX: usize = 16;

/// Boxes and arrows of a picture.
pub struct Drawing {
    pub items: Vec<Item>,
    pub edges: Vec<Edge>,
}

/// A part that opens on click.
pub struct Section {
    /// The segment, e.g. `segment.bus`.
    pub entity: String,
    /// "bus: 2 topics, 1 queue, 6 subscribers".
    pub summary: String,
    pub drawing: Drawing,
}

/// Everything, with a box for each event.
pub fn whole(architecture: &Architecture) -> Drawing {
    let mut items: Vec<Item> = architecture.nodes.iter().map(Item::of).collect();
    let mut edges = Vec::new();
    for edge in &architecture.edges {
        let event = edge.event.as_ref().filter(|_| edge.kind == "publish");
        let Some(event) = event else {
            add(&mut edges, edge.clone());
            continue;
        };
        let name = format!("event.{event}");
        if !items.iter().any(|item| item.name == name) {
            items.push(Item::of(&Node { name: name.clone(), kind: "event".into(), zone: None, segment: None, utilization_peak: None }));
        }
        add(&mut edges, Edge { to: name.clone(), kind: "raise".into(), ..edge.clone() });
        add(&mut edges, Edge { from: name, ..edge.clone() });
    }
    Drawing { items, edges }
}

/// One arrow for all of a kind between two boxes.
fn add(edges: &mut Vec<Edge>, edge: Edge) {
    let same = |known: &&mut Edge| known.from == edge.from && known.to == edge.to && known.is_call() == edge.is_call();
    match edges.iter_mut().find(same) {
        Some(known) => {
            known.rate += edge.rate;
            known.bytes_rate += edge.bytes_rate;
            known.event = known.event.take().filter(|event| Some(event) == edge.event.as_ref());
        }
        None => edges.push(edge),
    }
}

/// Where each topic, queue, subscriber or poller belongs: to the segment that it is on or takes from.
fn segments_of(architecture: &Architecture) -> BTreeMap<&str, String> {
    let on = |node: &Node| node.segment.as_ref().map(|segment| format!("segment.{}", bare(segment)));
    let mut found: BTreeMap<&str, String> = architecture.nodes.iter().filter_map(|node| Some((node.name.as_str(), on(node)?))).collect();
    for node in architecture.nodes.iter().filter(|node| node.kind == "segment") {
        found.insert(&node.name, node.name.clone());
    }
    for edge in architecture.edges.iter().filter(|edge| edge.kind == "deliver") {
        if let Some(segment) = found.get(edge.from.as_str()).cloned() {
            found.entry(&edge.to).or_insert(segment);
        }
    }
    found
}

fn group(segment: &str) -> String {
    format!("group.{}", bare(segment))
}

/// The groups.
pub fn overview(architecture: &Architecture) -> Drawing {
    let segments = segments_of(architecture);
    let sors = merged_sors(architecture);
    let box_of = |name: &str| -> Option<String> {
        if let Some(sor) = sors.get(name) {
            return Some(sor.clone());
        }
        let node = architecture.nodes.iter().find(|node| node.name == name)?;
        match segments.get(name) {
            Some(segment) if node.kind == "subscriber" && node.segment.is_none() => Some(group(segment)),
            Some(segment) => Some(segment.clone()),
            None => Some("group.".into()),
        }
    };
    let mut edges = Vec::new();
    for edge in &architecture.edges {
        if let (Some(from), Some(to)) = (box_of(&edge.from), box_of(&edge.to))
            && from != to
        {
            add(&mut edges, Edge { from, to, ..edge.clone() });
        }
    }
    Drawing { items: boxes(architecture, &sors, box_of), edges }
}

/// The name of the box that each system of record has; the idlest share one where there are too many.
fn merged_sors(architecture: &Architecture) -> BTreeMap<&str, String> {
    let mut sors: Vec<&Node> = architecture.nodes.iter().filter(|node| node.kind == "sor").collect();
    sors.sort_by(|a, b| b.utilization_peak.unwrap_or(-1.0).total_cmp(&a.utilization_peak.unwrap_or(-1.0)));
    let own = if sors.len() > SORS_MAX { SORS_MAX - 1 } else { sors.len() };
    let name = |(rank, node): (usize, &&Node)| if rank < own { node.name.clone() } else { "sor.".to_string() };
    sors.iter().enumerate().map(|each| (each.1.name.as_str(), name(each))).collect()
}

fn boxes(architecture: &Architecture, sors: &BTreeMap<&str, String>, box_of: impl Fn(&str) -> Option<String>) -> Vec<Item> {
    let members = |name: &str| -> Vec<&Node> {
        architecture.nodes.iter().filter(|node| node.name != name && box_of(&node.name).as_deref() == Some(name)).collect()
    };
    let mut items = Vec::new();
    for node in architecture.nodes.iter().filter(|node| node.kind == "sor" && sors[node.name.as_str()] == node.name) {
        items.push(Item { kind: String::new(), ..Item::of(node) });
    }
    items.extend(together("sor.", members("sor."), 0, None));
    for node in architecture.nodes.iter().filter(|node| node.kind == "segment") {
        items.push(Item { kind: counted(&members(&node.name)), ..Item::of(node) });
        items.extend(together(&group(&node.name), members(&group(&node.name)), 3, Some(node.name.clone())));
    }
    items.extend(together("group.", members("group."), 3, None));
    items
}

/// A box for several; one alone keeps its name.
fn together(name: &str, members: Vec<&Node>, column: usize, beside: Option<String>) -> Option<Item> {
    let busiest = members.iter().max_by(|a, b| a.utilization_peak.unwrap_or(-1.0).total_cmp(&b.utilization_peak.unwrap_or(-1.0)))?;
    let (label, kind) = match members.len() {
        1 => (bare(&busiest.name).to_string(), busiest.kind.clone()),
        _ => (counted(&members), format!("busiest: {}", bare(&busiest.name))),
    };
    Some(Item { name: name.into(), label, kind, zone: None, home: None, beside, utilization: busiest.utilization_peak, column })
}

/// "3 topics, 1 queue".
fn counted(nodes: &[&Node]) -> String {
    let kinds =
        [("sor", "more systems of record"), ("topic", "topic"), ("queue", "queue"), ("subscriber", "subscriber"), ("poller", "poller")];
    let count = |kind: &str| nodes.iter().filter(|node| node.kind == kind).count();
    let told = kinds.into_iter().map(|(kind, word)| (count(kind), word)).filter(|(count, _)| *count > 0);
    let plural = |count: usize, word: &str| if count == 1 || word.ends_with('d') { word.to_string() } else { format!("{word}s") };
    told.map(|(count, word)| format!("{count} {}", plural(count, word))).collect::<Vec<_>>().join(", ")
}

/// Each segment with all that is on it, publishes to it, takes from it, and whom those call.
pub fn sections(architecture: &Architecture) -> Vec<Section> {
    let segments = segments_of(architecture);
    let of = |node: &Node| {
        let own: BTreeSet<&str> = segments.iter().filter(|(_, segment)| **segment == node.name).map(|(name, _)| *name).collect();
        section(architecture, node, &own)
    };
    let mut all: Vec<Section> = architecture.nodes.iter().filter(|node| node.kind == "segment").map(of).collect();
    let rest: BTreeSet<&str> = architecture.nodes.iter().filter(|node| node.kind == "poller").map(|node| node.name.as_str()).collect();
    if !rest.is_empty() {
        let drawing = drawing_of(architecture, &rest);
        let summary = format!("Feeds: {}", counted(&members_of(architecture, &rest)));
        all.push(Section { entity: "group.".into(), summary, drawing });
    }
    all
}

fn section(architecture: &Architecture, segment: &Node, own: &BTreeSet<&str>) -> Section {
    let members: Vec<&Node> = members_of(architecture, own).into_iter().filter(|node| node.name != segment.name).collect();
    let summary = format!("{}: {}", bare(&segment.name), counted(&members));
    Section { entity: segment.name.clone(), summary, drawing: drawing_of(architecture, own) }
}

fn members_of<'a>(architecture: &'a Architecture, own: &BTreeSet<&str>) -> Vec<&'a Node> {
    architecture.nodes.iter().filter(|node| own.contains(node.name.as_str())).collect()
}

/// What is connected with these, and the arrows between them.
fn drawing_of(architecture: &Architecture, own: &BTreeSet<&str>) -> Drawing {
    let has = |name: &String| own.contains(name.as_str());
    let edges: Vec<Edge> = architecture.edges.iter().filter(|edge| has(&edge.from) || has(&edge.to)).cloned().collect();
    let ends: BTreeSet<&String> = edges.iter().flat_map(|edge| [&edge.from, &edge.to]).collect();
    let nodes = architecture.nodes.iter().filter(|node| has(&node.name) || ends.contains(&node.name)).cloned().collect();
    whole(&Architecture { nodes, edges })
}
