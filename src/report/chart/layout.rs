//! Where the boxes of the architecture stand: columns from left to right, topics and queues inside their segments, groups beside theirs.
//!
//! Knows positions only; [`super::architecture`] draws them.

use crate::outcome::{Edge, Node};
use crate::report::facts::bare;
use std::collections::{BTreeMap, BTreeSet};

pub const TOP: f64 = 176.0;

/// What is to stand somewhere.
#[derive(Clone)]
pub struct Item {
    /// E.g. `sor.ticketing`.
    pub name: String,
    pub label: String,
    /// What kind of thing it is, or what is in it, in words.
    pub kind: String,
    pub zone: Option<String>,
    /// The segment's box that it stands in.
    pub home: Option<String>,
    /// The segment's box that it stands beside, at the same height.
    pub beside: Option<String>,
    pub utilization: Option<f64>,
    pub column: usize,
}

pub struct Placed {
    pub item: Item,
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
    pub density: Density,
}

/// Below all boxes, for arrows that would run through some.
const AROUND: f64 = 30.0;
const CALLBACKS: f64 = 62.0;

impl Layout {
    pub fn find(&self, name: &str) -> Option<&Placed> {
        self.boxes.iter().find(|placed| placed.item.name == name)
    }

    /// An arrow that passes columns in which there is something goes around them.
    pub fn goes_around(&self, edge: &Edge) -> bool {
        let Some((from, to)) = self.find(&edge.from).zip(self.find(&edge.to)) else { return false };
        let between = |placed: &Placed| (from.item.column + 1..to.item.column).contains(&placed.item.column);
        !edge.is_call() && self.boxes.iter().any(between)
    }

    /// At which height.
    pub fn around(&self) -> f64 {
        self.bottom + AROUND
    }

    /// Where callbacks run back: below what goes around.
    pub fn first_lane(&self) -> f64 {
        self.bottom + CALLBACKS + if self.edges.iter().any(|edge| self.goes_around(edge)) { AROUND } else { 0.0 }
    }
}

/// How tall things are and how far apart.
#[derive(Clone, Copy, PartialEq)]
pub struct Density {
    leaf: f64,
    event: f64,
    header: f64,
    inner: f64,
    gap: f64,
    zone_gap: f64,
    /// A ground reaches so far above and below its boxes.
    pads: (f64, f64),
    /// Left edge and width of each column: systems of record, events, segments, subscribers.
    columns: [(f64, f64); 4],
}

/// Three lines to a box.
pub const WIDE: Density = Density {
    leaf: 88.0,
    event: 62.0,
    header: 94.0,
    inner: 74.0,
    gap: 26.0,
    zone_gap: 66.0,
    pads: (38.0, 18.0),
    columns: [(100.0, 260.0), (452.0, 190.0), (734.0, 300.0), (1190.0, 260.0)],
};

/// One line to a box, two to a segment.
pub const COMPACT: Density = Density {
    leaf: 42.0,
    event: 42.0,
    header: 62.0,
    inner: 42.0,
    gap: 10.0,
    zone_gap: 40.0,
    pads: (27.0, 8.0),
    columns: [(130.0, 310.0), (0.0, 0.0), (610.0, 360.0), (1110.0, 340.0)],
};

const WITHOUT_EVENTS: [(f64, f64); 4] = [(100.0, 280.0), (0.0, 0.0), (570.0, 360.0), (1140.0, 300.0)];

impl Item {
    pub fn of(node: &Node) -> Item {
        let column = match node.kind.as_str() {
            "sor" => 0,
            "event" => 1,
            "segment" | "topic" | "queue" => 2,
            _ if node.segment.is_some() => 2,
            _ => 3,
        };
        Item {
            name: node.name.clone(),
            label: bare(&node.name).to_string(),
            kind: if node.kind == "sor" { "system of record".into() } else { node.kind.clone() },
            zone: node.zone.clone(),
            home: node.segment.as_ref().filter(|_| node.kind != "segment").map(|segment| format!("segment.{}", bare(segment))),
            beside: None,
            utilization: node.utilization_peak,
            column,
        }
    }

    /// Several things in one box.
    pub fn is_group(&self) -> bool {
        self.name.starts_with("group.")
    }

    pub fn is_segment(&self) -> bool {
        self.name.starts_with("segment.") && self.home.is_none() && self.beside.is_none()
    }
}

/// Places all; an item whose home is not among them stands on its own.
pub fn layout(mut items: Vec<Item>, edges: Vec<Edge>, density: Density) -> Layout {
    let known: BTreeSet<String> = items.iter().map(|item| item.name.clone()).collect();
    for item in &mut items {
        item.home = item.home.take().filter(|home| known.contains(home));
    }
    let has_events = items.iter().any(|item| item.column == 1);
    let columns = if has_events || density == COMPACT { density.columns } else { WITHOUT_EVENTS };
    let mut by_column: [Vec<&Item>; 4] = Default::default();
    for item in items.iter().filter(|item| item.home.is_none() && item.beside.is_none()) {
        by_column[item.column.min(3)].push(item);
    }
    by_column.iter_mut().for_each(|column| column.sort_by_key(|item| (item.zone.is_none(), item.zone.clone())));
    let ranks = ranks(&by_column[2], &items);
    for (index, column) in by_column.iter_mut().enumerate().filter(|(index, _)| *index == 1 || *index == 3) {
        // Beside what they are connected with, so that few arrows cross.
        let near =
            |item: &&Item| edges.iter().filter_map(|edge| other_end(edge, &item.name)).filter_map(|end| ranks.get(end)).min().copied();
        column.sort_by_key(|item| (item.zone.is_none(), if index == 3 { item.zone.clone() } else { None }, near(item)));
    }
    let heights = by_column.each_ref().map(|column| column_height(column, &items, density));
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let mut boxes = Vec::new();
    for (index, column) in by_column.iter().enumerate() {
        place_column(&mut boxes, (index, column), columns[index], TOP + (tallest - heights[index]) / 2.0, (&items, density));
    }
    place_beside(&mut boxes, &items, columns[3]);
    let bottom = boxes.iter().map(Placed::bottom).fold(TOP + tallest, f64::max);
    Layout { grounds: grounds(&boxes, tallest, density), boxes, edges, bottom, density }
}

/// The topics and queues from top to bottom, as they will stand.
fn ranks<'a>(segments: &[&'a Item], items: &'a [Item]) -> BTreeMap<&'a str, usize> {
    let inside = segments.iter().flat_map(|segment| std::iter::once(*segment).chain(inside(segment, items)));
    inside.enumerate().map(|(rank, item)| (item.name.as_str(), rank)).collect()
}

fn other_end<'a>(edge: &'a Edge, name: &str) -> Option<&'a str> {
    match () {
        () if edge.is_call() => None,
        () if edge.from == name => Some(&edge.to),
        () if edge.to == name => Some(&edge.from),
        () => None,
    }
}

fn inside<'a>(segment: &Item, items: &'a [Item]) -> impl Iterator<Item = &'a Item> {
    items.iter().filter(|item| item.home.as_ref() == Some(&segment.name))
}

fn height(item: &Item, items: &[Item], density: Density) -> f64 {
    match () {
        () if item.is_segment() => {
            let inside = inside(item, items).count() as f64;
            density.header + (density.inner + 12.0) * inside
        }
        () if item.column == 1 => density.event,
        () => density.leaf,
    }
}

fn gap_after(column: &[&Item], index: usize, density: Density) -> f64 {
    match column.get(index + 1) {
        Some(next) if next.zone != column[index].zone => density.zone_gap,
        Some(_) => density.gap,
        None => 0.0,
    }
}

fn column_height(column: &[&Item], items: &[Item], density: Density) -> f64 {
    (0..column.len()).map(|index| height(column[index], items, density) + gap_after(column, index, density)).sum()
}

fn place_column(
    boxes: &mut Vec<Placed>,
    (index, column): (usize, &[&Item]),
    (left, width): (f64, f64),
    top: f64,
    (items, density): (&[Item], Density),
) {
    let mut top = top;
    for (position, item) in column.iter().enumerate() {
        let tall = height(item, items, density);
        boxes.push(Placed { item: Item { column: index, ..(*item).clone() }, left, top, width, height: tall });
        for (inner, child) in inside(item, items).enumerate() {
            let at = top + density.header + (density.inner + 12.0) * inner as f64;
            let item = Item { column: index, ..child.clone() };
            boxes.push(Placed { item, left: left + 24.0, top: at, width: width - 48.0, height: density.inner });
        }
        top += tall + gap_after(column, position, density);
    }
}

fn place_beside(boxes: &mut Vec<Placed>, items: &[Item], (left, width): (f64, f64)) {
    for item in items {
        let Some(beside) = &item.beside else { continue };
        let Some(at) = boxes.iter().find(|placed| placed.item.name == *beside && placed.item.beside.is_none()) else { continue };
        boxes.push(Placed { item: item.clone(), left, top: at.top, width, height: at.height });
    }
}

/// One ground per column and zone; neighbors that lie in one zone only share it.
fn grounds(boxes: &[Placed], tallest: f64, density: Density) -> Vec<Ground> {
    let mut stretches: Vec<(String, usize, usize, bool)> = Vec::new();
    // An event is a thought, which stands nowhere.
    let standing = |placed: &&Placed| placed.item.beside.is_none() && placed.item.column != 1;
    let of = |column: usize| boxes.iter().filter(standing).filter(move |placed| placed.item.column == column);
    for column in 0..4 {
        let zones: BTreeSet<&String> = of(column).filter_map(|placed| placed.item.zone.as_ref()).collect();
        let alone = zones.len() == 1 && of(column).all(|placed| placed.item.zone.is_some());
        let empty = |column: usize| of(column).next().is_none();
        for zone in zones {
            match stretches.last_mut() {
                Some((name, _, last, true)) if alone && name == zone && (*last + 1..column).all(empty) => *last = column,
                _ => stretches.push((zone.clone(), column, column, alone)),
            }
        }
    }
    let full = |alone: bool| alone.then_some(tallest);
    stretches.into_iter().filter_map(|(name, first, last, alone)| ground(boxes, name, (first, last), full(alone), density.pads)).collect()
}

fn ground(boxes: &[Placed], name: String, (first, last): (usize, usize), full: Option<f64>, (above, below): (f64, f64)) -> Option<Ground> {
    let in_zone = |placed: &&Placed| placed.item.zone.as_ref() == Some(&name) && placed.item.beside.is_none();
    let within: Vec<&Placed> = boxes.iter().filter(|placed| (first..=last).contains(&placed.item.column)).filter(in_zone).collect();
    let left = within.iter().map(|placed| placed.left).reduce(f64::min)?;
    let right = within.iter().map(|placed| placed.right()).reduce(f64::max)?;
    let (top, bottom) = match full {
        Some(tallest) => (TOP, TOP + tallest),
        None => (within.iter().map(|placed| placed.top).reduce(f64::min)?, within.iter().map(|placed| placed.bottom()).reduce(f64::max)?),
    };
    Some(Ground { name, at: (left - 20.0, top - above), size: (right - left + 40.0, bottom - top + above + below) })
}
