//! The architecture as simulated: boxes filled by utilization at the peak, arrows as wide as their rate, callbacks back underneath.

use super::layout::{Layout, Placed, layout};
use crate::outcome::Edge;
use crate::report::facts::Facts;
use crate::report::picture::{Anchor, Color, DARK, FAINT, MUTED, Picture, Point, SOFT, WHITE, fitted};
use crate::report::plot::{WIDTH, apart, titled};
use crate::report::text::plain;
use crate::units::Unit;
use std::collections::BTreeMap;

const LANE: f64 = 48.0;

pub fn picture(facts: &Facts) -> Option<Picture> {
    if facts.outcome.architecture.nodes.is_empty() {
        return None;
    }
    let layout = layout(&facts.outcome.architecture);
    let callbacks = callbacks(&layout);
    let height = layout.bottom + 60.0 + LANE * callbacks.len() as f64 + 90.0;
    let (title, bottleneck) = bottleneck(facts);
    let subtitle =
        "Filled by utilization in the worst 5 minutes; arrows as wide as their mean rate; callbacks in vermilion, back underneath";
    let mut picture = titled(&title, subtitle, height);
    for ground in &layout.grounds {
        picture.rect(ground.at, ground.size, SOFT);
        picture.text(
            (ground.at.0 + 14.0, ground.at.1 + 16.0),
            &fitted(&plain(&ground.name), 17.0, false, ground.size.0 - 20.0),
            17.0,
            MUTED,
            Anchor::Start,
        );
    }
    let (segments, leaves): (Vec<&Placed>, Vec<&Placed>) = layout.boxes.iter().partition(|placed| placed.kind == "segment");
    for placed in segments.into_iter().chain(leaves) {
        picture.of(&placed.name, |picture| draw_box(picture, placed, bottleneck == Some(placed.name.as_str())));
    }
    let labels = draw_edges(&mut picture, &layout);
    for (lane, (to, edges)) in callbacks.iter().enumerate() {
        draw_callbacks(&mut picture, &layout, (*to, edges.as_slice()), lane);
    }
    draw_labels(&mut picture, labels);
    draw_legend(&mut picture, height - 44.0);
    Some(picture)
}

fn bottleneck<'a>(facts: &Facts<'a>) -> (String, Option<&'a str>) {
    let nodes = facts.outcome.architecture.nodes.iter();
    let known = nodes.filter_map(|node| Some((node.name.as_str(), node.utilization_peak?)));
    match known.reduce(|top, node| if node.1 > top.1 { node } else { top }) {
        Some((name, peak)) => {
            (format!("{} is the bottleneck: {} utilized in its worst 5 minutes", plain(name), Unit::Share.show(peak)), Some(name))
        }
        None => ("The architecture as simulated".to_string(), None),
    }
}

/// Callbacks by the system of record that they go to, the lowest one first: its trunk is the innermost.
fn callbacks(layout: &Layout) -> Vec<(&Placed, Vec<&Edge>)> {
    let to = |placed: &Placed| layout.edges.iter().filter(|edge| edge.is_call() && edge.to == placed.name).collect();
    let mut all: Vec<(&Placed, Vec<&Edge>)> = layout.boxes.iter().map(|placed| (placed, to(placed))).collect();
    all.retain(|(_, edges)| !edges.is_empty());
    all.reverse();
    all
}

fn find<'a>(layout: &'a Layout, name: &str) -> Option<&'a Placed> {
    layout.boxes.iter().find(|placed| placed.name == name)
}

/// The rate's width beside the largest flow of the picture, be it an arrow or a trunk of callbacks.
fn thickness(layout: &Layout, rate: f64) -> f64 {
    let trunks = callbacks(layout).into_iter().map(|(_, edges)| edges.iter().map(|edge| edge.rate).sum());
    let largest = layout.edges.iter().map(|edge| edge.rate).chain(trunks).fold(0.0, f64::max);
    if largest > 0.0 { (14.0 * rate / largest).max(1.6) } else { 1.6 }
}

/// An arrow belongs to both.
fn ends(from: &str, to: &str) -> String {
    format!("{from}|{to}")
}

type Label = (Point, String);

fn draw_edges(picture: &mut Picture, layout: &Layout) -> Vec<Label> {
    let mut labels = Vec::new();
    for edge in layout.edges.iter().filter(|edge| !edge.is_call()) {
        let (Some(from), Some(to)) = (find(layout, &edge.from), find(layout, &edge.to)) else { continue };
        let points = curve(from, to, port(layout, edge, true), port(layout, edge, false));
        let color = if edge.kind == "dead_letter" { MUTED } else { Color(0x8a, 0x94, 0xa0) };
        let (x, y) = points[points.len() * 2 / 3];
        // A short arrow would vanish under its label.
        let is_short = (to.left - from.right()).abs() < 120.0;
        let place = if is_short { ((from.right() + to.left) / 2.0, y.max(points[0].1) + 26.0) } else { (x, y) };
        labels.push((place, Unit::PerSecond.show(edge.rate)));
        let width = thickness(layout, edge.rate);
        picture.of(&ends(&edge.from, &edge.to), |picture| arrow(picture, points, color, width));
    }
    labels
}

/// Where along a box's side the edge ends: ends are spread in the order of their other ends.
fn port(layout: &Layout, edge: &Edge, leaves: bool) -> f64 {
    let own = |edge: &Edge| if leaves { edge.from.clone() } else { edge.to.clone() };
    let other = |edge: &Edge| find(layout, if leaves { &edge.to } else { &edge.from }).map_or(0.0, |placed| placed.top);
    let mut side: Vec<&Edge> = layout.edges.iter().filter(|known| !known.is_call() && own(known) == own(edge)).collect();
    side.sort_by(|a, b| other(a).total_cmp(&other(b)));
    let position = side.iter().position(|known| std::ptr::eq(*known, edge)).unwrap_or(0);
    (position as f64 + 1.0) / (side.len() as f64 + 1.0)
}

fn curve(from: &Placed, to: &Placed, leaves: f64, enters: f64) -> Vec<Point> {
    let (start_y, end_y) = (from.top + from.height * leaves, to.top + to.height * enters);
    let (start, end, bend) = match from.column.cmp(&to.column) {
        std::cmp::Ordering::Less => (from.right(), to.left, [0.5, 0.5]),
        std::cmp::Ordering::Equal => (from.right(), to.right(), [0.0, 0.0]),
        std::cmp::Ordering::Greater => (from.left, to.right(), [0.5, 0.5]),
    };
    let bulge = if from.column == to.column { 70.0 } else { 0.0 };
    let (first, second) = (start + (end - start) * bend[0] + bulge, end - (end - start) * bend[1] + bulge);
    (0..=24).map(|step| bezier(f64::from(step) / 24.0, (start, start_y), (first, start_y), (second, end_y), (end, end_y))).collect()
}

fn bezier(t: f64, a: Point, b: Point, c: Point, d: Point) -> Point {
    let s = 1.0 - t;
    let mix = |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
}

/// A line that ends in a head pointing along its last stretch.
fn arrow(picture: &mut Picture, mut points: Vec<Point>, color: Color, width: f64) {
    let (Some(tip), Some(before)) = (points.pop(), points.last().copied()) else { return };
    let length = (tip.0 - before.0).hypot(tip.1 - before.1).max(1e-6);
    let (dx, dy) = ((tip.0 - before.0) / length, (tip.1 - before.1) / length);
    let (long, half) = (12.0 + width * 0.4, 6.0 + width * 0.6);
    let neck = (tip.0 - dx * long, tip.1 - dy * long);
    if length > long {
        points.push(neck);
    } else {
        points.pop();
        points.push(neck);
    }
    picture.line(points, color, width);
    picture.area(vec![tip, (neck.0 - dy * half, neck.1 + dx * half), (neck.0 + dy * half, neck.1 - dx * half)], color, 1.0);
}

/// One trunk per system of record: its callers' stubs join it one by one, it runs back underneath and enters from the left.
fn draw_callbacks(picture: &mut Picture, layout: &Layout, (to, edges): (&Placed, &[&Edge]), lane: usize) {
    let color = super::colors::CALLBACKS;
    let lane_y = layout.bottom + 52.0 + LANE * lane as f64;
    let stubs = stubs(layout, edges, lane);
    for (index, (from, (x, y), rate)) in stubs.iter().enumerate() {
        let width = thickness(layout, *rate);
        picture.of(&ends(&from.name, &to.name), |picture| picture.line(vec![(from.right(), *y), (*x, *y)], color, width));
        if from.column == 3 {
            picture.text((from.right() + 6.0, y - 10.0 - width / 2.0), &Unit::PerSecond.show(*rate), 16.0, color.darker(), Anchor::Start);
        }
        let joined: f64 = stubs[..=index].iter().filter(|(_, at, _)| at.0 == *x).map(|(_, _, rate)| rate).sum();
        let next = stubs[index + 1..].iter().find(|(_, at, _)| at.0 == *x).map_or(lane_y, |(_, at, _)| at.1);
        let half = width / 2.0;
        picture.line(vec![(*x, y - half), (*x, next)], color, thickness(layout, joined));
    }
    let total: f64 = stubs.iter().map(|(_, _, rate)| rate).sum();
    let width = thickness(layout, total);
    let Some(start) = stubs.iter().map(|(_, at, _)| at.0).reduce(f64::max) else { return };
    let (back, enter) = ((to.left - 38.0 - 20.0 * lane as f64).max(12.0), to.top + to.height * 0.65);
    arrow(picture, vec![(start + width / 2.0, lane_y), (back, lane_y), (back, enter), (to.left, enter)], color, width);
    let what = if edges.iter().any(|edge| edge.kind == "call") { "calls" } else { "callbacks" };
    let text = format!("{} of {what} to {}", Unit::PerSecond.show(total), plain(&to.label));
    picture.label((WIDTH / 2.0, lane_y), &fitted(&text, 19.0, false, 700.0), 19.0, color.darker(), Anchor::Middle);
}

/// Each caller with where its stub meets the trunk, from top to bottom.
fn stubs<'a>(layout: &'a Layout, edges: &[&Edge], lane: usize) -> Vec<(&'a Placed, Point, f64)> {
    let stub = |edge: &&Edge| {
        let from = find(layout, &edge.from)?;
        let away = if from.column == 3 { (from.right() + 80.0 + 20.0 * lane as f64).min(WIDTH - 12.0) } else { from.right() + 44.0 };
        let y = from.top + (from.height * 0.36 + 34.0 * lane as f64).min(from.height * 0.9);
        Some((from, (away, y), edge.rate))
    };
    let mut stubs: Vec<_> = edges.iter().filter_map(stub).collect();
    stubs.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
    stubs
}

fn draw_box(picture: &mut Picture, placed: &Placed, is_bottleneck: bool) {
    let (at, size) = ((placed.left, placed.top), (placed.width, placed.height));
    let fill = placed.utilization.map_or(WHITE, ramp);
    let header = if placed.kind == "segment" { (placed.width, 78.0f64.min(placed.height)) } else { size };
    picture.rect(at, size, WHITE);
    picture.rect(at, header, fill);
    picture.frame(at, size, if is_bottleneck { DARK } else { FAINT }, if is_bottleneck { 5.0 } else { 1.5 });
    let ink = fill.ink();
    let (left, room) = (placed.left + 14.0, placed.width - 28.0);
    let kind = match placed.kind.as_str() {
        "sor" => "system of record",
        "others" => "",
        kind => kind,
    };
    let kind = if is_bottleneck { format!("{} · bottleneck", plain(kind)) } else { plain(kind) };
    picture.text((left, placed.top + 17.0), &fitted(&kind, 15.0, false, room), 15.0, ink, Anchor::Start);
    picture.bold((left, placed.top + 40.0), &fitted(&plain(&placed.label), 20.0, true, room), 20.0, ink, Anchor::Start);
    if let Some(peak) = placed.utilization {
        let told = format!("{}{} at the peak", if placed.kind == "others" { "at most " } else { "" }, Unit::Share.show(peak));
        picture.text((left, placed.top + 62.0), &fitted(&told, 17.0, false, room), 17.0, ink, Anchor::Start);
    }
}

fn draw_labels(picture: &mut Picture, labels: Vec<Label>) {
    let mut by_place: BTreeMap<i64, Vec<Label>> = BTreeMap::new();
    for label in labels {
        by_place.entry((label.0.0 / 80.0) as i64).or_default().push(label);
    }
    for column in by_place.into_values() {
        let wanted: Vec<f64> = column.iter().map(|((_, y), _)| *y).collect();
        for (((x, _), text), y) in column.iter().zip(apart(&wanted, 24.0, 0.0, picture.height)) {
            picture.label((*x, y), text, 17.0, DARK, Anchor::Middle);
        }
    }
}

/// Light to dark blue: one hue, so that it reads without telling colors apart.
fn ramp(share: f64) -> Color {
    let stops = [(0xf7, 0xfb, 0xff), (0xc6, 0xdb, 0xef), (0x6b, 0xae, 0xd6), (0x21, 0x71, 0xb5), (0x08, 0x30, 0x6b)];
    let at = if share.is_finite() { share.clamp(0.0, 1.0) * 4.0 } else { 4.0 };
    let index = (at as usize).min(3);
    let mix = |a: i32, b: i32| (f64::from(a) + f64::from(b - a) * (at - index as f64)).round() as u8;
    let (a, b) = (stops[index], stops[index + 1]);
    Color(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

fn draw_legend(picture: &mut Picture, y: f64) {
    let (left, step) = (100.0, 12.0);
    picture.text((left, y), "Utilization at the peak", 17.0, MUTED, Anchor::Start);
    let start = left + 240.0;
    for index in 0..=20 {
        picture.rect((start + step * f64::from(index), y - 10.0), (step, 20.0), ramp(f64::from(index) / 20.0));
    }
    picture.frame((start, y - 10.0), (step * 21.0, 20.0), FAINT, 1.0);
    picture.text((start - 8.0, y), "0 %", 16.0, MUTED, Anchor::End);
    picture.text((start + step * 21.0 + 8.0, y), "100 %", 16.0, MUTED, Anchor::Start);
    picture.frame((start + 380.0, y - 10.0), (34.0, 20.0), DARK, 4.0);
    picture.text((start + 426.0, y), "bottleneck", 17.0, MUTED, Anchor::Start);
}
