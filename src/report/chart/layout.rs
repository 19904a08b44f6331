//! Where the boxes of the architecture stand: columns from left to right, topics and queues inside their segments, the many merged.
//!
//! Knows positions only; [`super::architecture`] draws them.

use crate::outcome::{Architecture, Edge, Node};
use crate::report::facts::bare;
use std::collections::{BTreeMap, BTreeSet};

pub const TOP: f64 = 200.0;
const LEAF: f64 = 88.0;
const INNER: f64 = 74.0;
const HEADER: f64 = 94.0;
const GAP: f64 = 26.0;
const ZONE_GAP: f64 = 64.0;
/// With more subscribers than this, or inner boxes of a segment, the rest share one box.
const SUBSCRIBERS_MAX: usize = 10;
const INNER_MAX: usize = 8;

pub struct Placed {
    pub name: String,
    pub label: String,
    pub kind: String,
    pub utilization: Option<f64>,
    pub zone: Option<String>,
    pub column: usize,
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

impl Placed {
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }
}

/// A zone's ground.
pub struct Ground {
    pub name: String,
    pub at: (f64, f64),
    pub size: (f64, f64),
}

pub struct Layout {
    /// Segments come before what is inside them.
    pub boxes: Vec<Placed>,
    pub edges: Vec<Edge>,
    pub grounds: Vec<Ground>,
    pub bottom: f64,
}

/// Left edge and width of each column: systems of record, events, segments, subscribers.
const COLUMNS: [(f64, f64); 4] = [(100.0, 260.0), (430.0, 190.0), (700.0, 330.0), (1190.0, 260.0)];
const COLUMNS_WITHOUT_EVENTS: [(f64, f64); 4] = [(100.0, 280.0), (0.0, 0.0), (570.0, 360.0), (1140.0, 300.0)];

pub fn layout(architecture: &Architecture) -> Layout {
    let (nodes, edges) = merged(architecture);
    let columns = if nodes.iter().any(|node| column(node) == 1) { COLUMNS } else { COLUMNS_WITHOUT_EVENTS };
    let mut by_column: [Vec<&Node>; 4] = Default::default();
    for node in nodes.iter().filter(|node| home(node, &nodes).is_none()) {
        by_column[column(node)].push(node);
    }
    let heights = by_column.each_mut().map(|column| {
        column.sort_by_key(|node| (node.zone.is_none(), node.zone.clone(), node.kind == "others"));
        column_height(column, &nodes)
    });
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let mut boxes = Vec::new();
    for (index, column) in by_column.iter().enumerate() {
        place_column(&mut boxes, (index, column), columns[index], TOP + (tallest - heights[index]) / 2.0, &nodes);
    }
    Layout { grounds: grounds(&boxes, tallest), boxes, edges, bottom: TOP + tallest }
}

fn column(node: &Node) -> usize {
    match node.kind.as_str() {
        "sor" => 0,
        "event" => 1,
        "segment" | "topic" | "queue" => 2,
        _ => 3,
    }
}

/// The segment that the node stands in, if that is drawn.
fn home<'a>(node: &Node, nodes: &'a [Node]) -> Option<&'a Node> {
    let segment = node.segment.as_ref().filter(|_| node.kind != "segment")?;
    nodes.iter().find(|other| other.kind == "segment" && bare(&other.name) == bare(segment))
}

fn inside<'a>(segment: &Node, nodes: &'a [Node]) -> Vec<&'a Node> {
    nodes.iter().filter(|node| home(node, nodes).is_some_and(|home| home.name == segment.name)).collect()
}

fn height(node: &Node, nodes: &[Node]) -> f64 {
    match node.kind.as_str() {
        "segment" => HEADER + (INNER + 12.0) * inside(node, nodes).len() as f64,
        _ => LEAF,
    }
}

fn gap_after(column: &[&Node], index: usize) -> f64 {
    match column.get(index + 1) {
        Some(next) if next.zone != column[index].zone => ZONE_GAP,
        Some(_) => GAP,
        None => 0.0,
    }
}

fn column_height(column: &[&Node], nodes: &[Node]) -> f64 {
    (0..column.len()).map(|index| height(column[index], nodes) + gap_after(column, index)).sum()
}

fn place_column(boxes: &mut Vec<Placed>, (index, column): (usize, &[&Node]), (left, width): (f64, f64), top: f64, nodes: &[Node]) {
    let mut top = top;
    for (position, node) in column.iter().enumerate() {
        let tall = height(node, nodes);
        boxes.push(placed(node, index, (left, top), (width, tall)));
        if node.kind == "segment" {
            for (inner, child) in inside(node, nodes).into_iter().enumerate() {
                let at = (left + 24.0, top + HEADER + (INNER + 12.0) * inner as f64);
                boxes.push(placed(child, index, at, (width - 48.0, INNER)));
            }
        }
        top += tall + gap_after(column, position);
    }
}

fn placed(node: &Node, column: usize, (left, top): (f64, f64), (width, height): (f64, f64)) -> Placed {
    Placed {
        name: node.name.clone(),
        label: bare(&node.name).to_string(),
        kind: node.kind.clone(),
        utilization: node.utilization_peak,
        zone: node.zone.clone(),
        column,
        left,
        top,
        width,
        height,
    }
}

/// One ground per column and zone; neighbors that lie in one zone only share it.
fn grounds(boxes: &[Placed], tallest: f64) -> Vec<Ground> {
    let mut stretches: Vec<(String, usize, usize, bool)> = Vec::new();
    for column in 0..4 {
        let zones: BTreeSet<&String> =
            boxes.iter().filter(|placed| placed.column == column).filter_map(|placed| placed.zone.as_ref()).collect();
        let alone = zones.len() == 1 && boxes.iter().filter(|placed| placed.column == column).all(|placed| placed.zone.is_some());
        let empty = |column: usize| !boxes.iter().any(|placed| placed.column == column);
        for zone in zones {
            match stretches.last_mut() {
                Some((name, _, last, true)) if alone && name == zone && (*last + 1..column).all(empty) => *last = column,
                _ => stretches.push((zone.clone(), column, column, alone)),
            }
        }
    }
    stretches.into_iter().filter_map(|(name, first, last, alone)| ground(boxes, name, (first, last), alone.then_some(tallest))).collect()
}

fn ground(boxes: &[Placed], name: String, (first, last): (usize, usize), full: Option<f64>) -> Option<Ground> {
    let within: Vec<&Placed> =
        boxes.iter().filter(|placed| (first..=last).contains(&placed.column) && placed.zone.as_ref() == Some(&name)).collect();
    let left = within.iter().map(|placed| placed.left).reduce(f64::min)?;
    let right = within.iter().map(|placed| placed.right()).reduce(f64::max)?;
    let (top, bottom) = match full {
        Some(tallest) => (TOP, TOP + tallest),
        None => (within.iter().map(|placed| placed.top).reduce(f64::min)?, within.iter().map(|placed| placed.bottom()).reduce(f64::max)?),
    };
    Some(Ground { name, at: (left - 20.0, top - 38.0), size: (right - left + 40.0, bottom - top + 56.0) })
}

/// What is too much for a picture shares a box: the idlest subscribers, and the last topics and queues of a segment.
fn merged(architecture: &Architecture) -> (Vec<Node>, Vec<Edge>) {
    let mut into: BTreeMap<String, Node> = BTreeMap::new();
    let outside: Vec<&Node> =
        architecture.nodes.iter().filter(|node| column(node) == 3 && home(node, &architecture.nodes).is_none()).collect();
    merge(outside, SUBSCRIBERS_MAX, "subscribers", &mut into);
    for segment in architecture.nodes.iter().filter(|node| node.kind == "segment") {
        merge(inside(segment, &architecture.nodes), INNER_MAX, "destinations", &mut into);
    }
    let mut nodes: Vec<Node> = architecture.nodes.iter().filter(|node| !into.contains_key(&node.name)).cloned().collect();
    for node in into.values() {
        if !nodes.iter().any(|known| known.name == node.name) {
            nodes.push(node.clone());
        }
    }
    let mut edges: BTreeMap<(String, String, String), Edge> = BTreeMap::new();
    for edge in &architecture.edges {
        let name = |name: &String| into.get(name).map_or(name, |node| &node.name).clone();
        let (from, to) = (name(&edge.from), name(&edge.to));
        let sum = edges.entry((from.clone(), to.clone(), edge.kind.clone()));
        let sum = sum.or_insert_with(|| Edge { from, to, kind: edge.kind.clone(), rate: 0.0, bytes_rate: 0.0 });
        sum.rate += edge.rate;
        sum.bytes_rate += edge.bytes_rate;
    }
    (nodes, edges.into_values().collect())
}

fn merge(mut nodes: Vec<&Node>, most: usize, what: &str, into: &mut BTreeMap<String, Node>) {
    if nodes.len() <= most {
        return;
    }
    nodes.sort_by(|a, b| b.utilization_peak.unwrap_or(-1.0).total_cmp(&a.utilization_peak.unwrap_or(-1.0)));
    let rest = nodes.split_off(most - 1);
    let first = rest[0];
    let zone = rest.iter().all(|node| node.zone == first.zone).then(|| first.zone.clone()).flatten();
    let together = Node {
        name: format!("{what}@{}.{} other {what}", first.segment.as_deref().unwrap_or_default(), rest.len()),
        kind: "others".into(),
        zone,
        segment: first.segment.clone(),
        utilization_peak: rest.iter().filter_map(|node| node.utilization_peak).reduce(f64::max),
    };
    into.extend(rest.iter().map(|node| (node.name.clone(), together.clone())));
}
