//! Callbacks in the picture of the architecture: from their callers back underneath to the systems of record.
//!
//! A few systems of record have a trunk each; more of them, or groups, share one that branches.

use super::architecture::{arrow, ends, thickness};
use super::colors::CALLBACKS;
use super::layout::{COMPACT, Layout, Placed};
use crate::outcome::Edge;
use crate::report::picture::{Anchor, Picture, Point, fitted};
use crate::report::plot::WIDTH;
use crate::report::text::plain;
use crate::units::Unit;

const LANE: f64 = 46.0;
/// With more systems of record called than this all share a trunk.
const LANES_MAX: usize = 3;

/// How callbacks run.
pub enum Lanes {
    None,
    /// A trunk for each of so many.
    Each(usize),
    Shared,
}

/// Who is called, and how often in all.
pub fn totals(layout: &Layout) -> Vec<(&Placed, f64)> {
    let total = |placed| {
        let calls: Vec<f64> = calls_to(layout, placed).into_iter().map(|edge| edge.rate).collect();
        (!calls.is_empty()).then(|| (placed, calls.iter().sum()))
    };
    layout.boxes.iter().filter_map(total).collect()
}

fn calls_to<'a>(layout: &'a Layout, to: &Placed) -> Vec<&'a Edge> {
    layout.edges.iter().filter(|edge| edge.is_call() && edge.to == to.item.name).collect()
}

pub fn lanes(layout: &Layout) -> Lanes {
    match totals(layout).len() {
        0 => Lanes::None,
        many if many > LANES_MAX || layout.density == COMPACT => Lanes::Shared,
        few => Lanes::Each(few),
    }
}

impl Lanes {
    /// Room that they take below the boxes.
    pub fn height(&self) -> f64 {
        match self {
            Lanes::None => 0.0,
            Lanes::Each(few) => LANE * *few as f64,
            Lanes::Shared => LANE,
        }
    }

    pub fn draw(&self, picture: &mut Picture, layout: &Layout) {
        match self {
            Lanes::None => {}
            Lanes::Each(_) => {
                // The lowest one first: its trunk is the innermost.
                for (lane, (to, _)) in totals(layout).into_iter().rev().enumerate() {
                    own_trunk(picture, layout, (to, &calls_to(layout, to)), lane);
                }
            }
            Lanes::Shared => shared_trunk(picture, layout),
        }
    }
}

fn what(edges: &[&Edge]) -> &'static str {
    match (edges.iter().any(|edge| edge.kind == "call"), edges.iter().any(|edge| edge.kind == "callback")) {
        (true, true) => "callbacks and calls",
        (true, false) => "calls",
        _ => "callbacks",
    }
}

/// Callers' stubs join the trunk one by one; it runs back underneath and enters from the left.
fn own_trunk(picture: &mut Picture, layout: &Layout, (to, edges): (&Placed, &[&Edge]), lane: usize) {
    let lane_y = layout.first_lane() + LANE * lane as f64;
    let stubs = stubs(layout, edges, lane);
    let Some(start) = join(picture, layout, &stubs, lane_y, |from| ends(&from.item.name, &to.item.name)) else { return };
    let total: f64 = stubs.iter().map(|(_, _, rate)| rate).sum();
    let width = thickness(layout, total);
    let (back, enter) = ((to.left - 38.0 - 20.0 * lane as f64).max(12.0), to.top + to.height * 0.65);
    arrow(picture, vec![(start + width / 2.0, lane_y), (back, lane_y), (back, enter), (to.left, enter)], CALLBACKS, width);
    say(picture, lane_y - width / 2.0, &format!("{} of {} to {}", Unit::PerSecond.show(total), what(edges), plain(&to.item.label)));
}

fn say(picture: &mut Picture, below: f64, text: &str) {
    picture.label((WIDTH / 2.0, below - 14.0), &fitted(text, 19.0, false, 900.0), 19.0, CALLBACKS.darker(), Anchor::Middle);
}

/// Draws stubs and where they join; how far right the trunk begins.
fn join(picture: &mut Picture, layout: &Layout, stubs: &[Stub], lane_y: f64, entity: impl Fn(&Placed) -> String) -> Option<f64> {
    for (index, (from, (x, y), rate)) in stubs.iter().enumerate() {
        let width = thickness(layout, *rate);
        picture.of(&entity(from), |picture| picture.line(vec![(from.right(), *y), (*x, *y)], CALLBACKS, width));
        if from.item.column == 3 && *rate > 0.0 {
            let at = (from.right() + 6.0, y - 11.0 - width / 2.0);
            picture.text(at, &Unit::PerSecond.show(*rate), 16.0, CALLBACKS.darker(), Anchor::Start);
        }
        let joined: f64 = stubs[..=index].iter().filter(|(_, at, _)| at.0 == *x).map(|(_, _, rate)| rate).sum();
        let next = stubs[index + 1..].iter().find(|(_, at, _)| at.0 == *x).map_or(lane_y, |(_, at, _)| at.1);
        picture.line(vec![(*x, y - width / 2.0), (*x, next)], CALLBACKS, thickness(layout, joined));
    }
    stubs.iter().map(|(_, at, _)| at.0).reduce(f64::max)
}

/// A caller, where its stub meets the trunk, and its rate.
type Stub<'a> = (&'a Placed, Point, f64);

/// From top to bottom.
fn stubs<'a>(layout: &'a Layout, edges: &[&Edge], lane: usize) -> Vec<Stub<'a>> {
    let mut stubs: Vec<Stub> = Vec::new();
    for edge in edges {
        let Some(from) = layout.find(&edge.from) else { continue };
        match stubs.iter_mut().find(|(known, ..)| known.item.name == from.item.name) {
            Some((.., rate)) => *rate += edge.rate,
            None => stubs.push((from, meeting(from, lane), edge.rate)),
        }
    }
    stubs.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
    stubs
}

fn meeting(from: &Placed, lane: usize) -> Point {
    // Beside a segment run the arrows from its topics to its workflows.
    let away = if from.item.column == 3 { (from.right() + 80.0 + 20.0 * lane as f64).min(WIDTH - 12.0) } else { from.right() + 104.0 };
    (away, from.top + (from.height * 0.36 + 34.0 * lane as f64).min(from.height * 0.9))
}

/// One trunk for all: up on the left it gives each system of record its part.
fn shared_trunk(picture: &mut Picture, layout: &Layout) {
    let lane_y = layout.first_lane();
    let edges: Vec<&Edge> = layout.edges.iter().filter(|edge| edge.is_call()).collect();
    let stubs = stubs(layout, &edges, 0);
    let targets = totals(layout);
    let Some(start) = join(picture, layout, &stubs, lane_y, |from| from.item.name.clone()) else { return };
    let total: f64 = targets.iter().map(|(_, rate)| rate).sum();
    let (width, left) = (thickness(layout, total), targets.iter().map(|(to, _)| to.left).fold(WIDTH, f64::min));
    let back = (left - 98.0).max(20.0);
    picture.line(vec![(start + width / 2.0, lane_y), (back - width / 2.0, lane_y)], CALLBACKS, width);
    let enter = |to: &Placed| to.top + to.height * 0.62;
    // From below: what has not branched off yet goes on.
    let (mut rest, mut from_y) = (total, lane_y);
    for (to, rate) in targets.iter().rev() {
        picture.line(vec![(back, from_y), (back, enter(to))], CALLBACKS, thickness(layout, rest));
        let width = thickness(layout, *rate);
        let branch = vec![(back - thickness(layout, rest) / 2.0, enter(to)), (to.left, enter(to))];
        picture.of(&to.item.name, |picture| arrow(picture, branch, CALLBACKS, width));
        if *rate > 0.0 {
            let at = (to.left - 8.0, enter(to) - 14.0 - width / 2.0);
            picture.text(at, &Unit::PerSecond.show(*rate), 15.0, CALLBACKS.darker(), Anchor::End);
        }
        (rest, from_y) = (rest - rate, enter(to));
    }
    let to = if targets.len() == 1 { plain(&targets[0].0.item.label) } else { format!("{} systems of record", targets.len()) };
    say(picture, lane_y - width / 2.0, &format!("{} of {} to {to}", Unit::PerSecond.show(total), what(&edges)));
}
