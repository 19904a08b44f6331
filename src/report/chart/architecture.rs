//! The architecture as simulated: boxes filled by utilization at the peak, arrows as wide as their rate, callbacks back underneath, the
//! bottleneck outlined, what was broken hatched.

use super::callbacks;
use super::layout::{COMPACT, Density, Layout, Placed, WIDE, layout};
use super::overview::{BOXES_MAX, Drawing, overview, sections, whole};
use crate::outcome::{Disruption, Edge};
use crate::report::facts::Facts;
use crate::report::font;
use crate::report::picture::{Anchor, Color, DARK, FAINT, MUTED, Picture, Point, SOFT, WHITE, fitted};
use crate::report::plot::{apart, titled};
use crate::report::text::{clock, plain};
use crate::units::Unit;

/// A segment's own picture, for a page that shows it on demand.
pub struct Detail {
    /// E.g. `segment.bus`.
    pub entity: String,
    pub summary: String,
    pub picture: Picture,
}

/// Everything where it is readable so, else what groups there are.
pub fn picture(facts: &Facts) -> Option<Picture> {
    let architecture = &facts.outcome.architecture;
    if architecture.nodes.is_empty() {
        return None;
    }
    let title = title(facts);
    let about = "Filled by utilization in the worst 5 minutes; arrows as wide as their mean rate; callbacks in vermilion, back underneath";
    let all = whole(architecture);
    Some(match all.items.len() {
        many if many > BOXES_MAX => drawn(facts, overview(architecture), COMPACT, &title, &format!("{about}; {many} boxes by segment")),
        _ => drawn(facts, all, WIDE, &title, about),
    })
}

/// Each segment by itself, where the picture of everything shows groups.
pub fn details(facts: &Facts) -> Vec<Detail> {
    let architecture = &facts.outcome.architecture;
    if whole(architecture).items.len() <= BOXES_MAX {
        return Vec::new();
    }
    let detail = |section: super::overview::Section| {
        let density = if section.drawing.items.len() > BOXES_MAX { COMPACT } else { WIDE };
        let picture = drawn(facts, section.drawing, density, &section.summary, "");
        Detail { entity: section.entity, summary: section.summary, picture }
    };
    sections(architecture).into_iter().map(detail).collect()
}

fn drawn(facts: &Facts, drawing: Drawing, density: Density, title: &str, about: &str) -> Picture {
    let layout = layout(drawing.items, drawing.edges, density);
    let lanes = callbacks::lanes(&layout);
    let below = layout.first_lane() - layout.bottom - 28.0 + lanes.height();
    let broken = elsewhere(facts, &layout);
    let height = layout.bottom + below + 70.0 + if broken.is_empty() { 0.0 } else { 34.0 };
    let mut picture = titled(title, about, height);
    for ground in &layout.grounds {
        picture.rect(ground.at, ground.size, SOFT);
        let (at, name) = ((ground.at.0 + 12.0, ground.at.1 + 14.0), fitted(&plain(&ground.name), 16.0, false, ground.size.0 - 20.0));
        picture.text(at, &name, 16.0, MUTED, Anchor::Start);
    }
    let bottleneck = bottleneck(facts).map(|(name, _)| name);
    let (segments, leaves): (Vec<&Placed>, Vec<&Placed>) = layout.boxes.iter().partition(|placed| placed.item.is_segment());
    for placed in segments.into_iter().chain(leaves) {
        let disruptions = disruptions_of(facts, &placed.item.name);
        let entity = placed.item.beside.as_ref().unwrap_or(&placed.item.name);
        let is_bottleneck = bottleneck == Some(placed.item.name.as_str());
        picture.of(entity, |picture| draw_box(picture, placed, density, is_bottleneck, &disruptions));
    }
    let labels = draw_edges(&mut picture, &layout);
    lanes.draw(&mut picture, &layout);
    draw_labels(&mut picture, labels);
    draw_legend(&mut picture, layout.bottom + below + 34.0, !facts.outcome.disruptions.is_empty());
    if !broken.is_empty() {
        let text = fitted(&format!("Also broken: {broken}"), 17.0, false, 1400.0);
        picture.text((100.0, layout.bottom + below + 68.0), &text, 17.0, MUTED, Anchor::Start);
    }
    picture
}

fn title(facts: &Facts) -> String {
    match bottleneck(facts) {
        Some((name, peak)) => format!("{} is the bottleneck: {} utilized in its worst 5 minutes", plain(name), Unit::Share.show(peak)),
        None => "The architecture as simulated".to_string(),
    }
}

/// The box of the station that gives way first; a link has none.
fn bottleneck<'a>(facts: &Facts<'a>) -> Option<(&'a str, f64)> {
    let station = facts.bottleneck().map_or("", |(station, _)| station.split(".stage.").next().unwrap_or(station));
    let nodes = facts.outcome.architecture.nodes.iter();
    let known = || nodes.clone().filter_map(|node| Some((node.name.as_str(), node.utilization_peak?)));
    known().find(|(name, _)| *name == station).or_else(|| known().reduce(|top, node| if node.1 > top.1 { node } else { top }))
}

fn disruptions_of<'a>(facts: &Facts<'a>, name: &str) -> Vec<&'a Disruption> {
    let of = |disruption: &&Disruption| {
        disruption.what.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    facts.outcome.disruptions.iter().filter(of).collect()
}

/// What was broken and has no box in this picture, such as links.
fn elsewhere(facts: &Facts, layout: &Layout) -> String {
    let names: Vec<&str> = layout.boxes.iter().map(|placed| placed.item.name.as_str()).collect();
    let has_box = |what: &str| names.iter().any(|name| what.starts_with(name));
    let mut told: Vec<String> = Vec::new();
    for disruption in facts.outcome.disruptions.iter().filter(|disruption| !has_box(&disruption.what)) {
        let text = format!("{} {}", plain(&disruption.what), when(disruption));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told.join(", ")
}

fn when(disruption: &Disruption) -> String {
    format!("{} {} to {}", plain(&disruption.kind), clock(disruption.from_s), clock(disruption.to_s))
}

/// An arrow belongs to both.
pub fn ends(from: &str, to: &str) -> String {
    format!("{from}|{to}")
}

/// The rate's width beside the largest flow of the picture, be it an arrow or a trunk of callbacks.
pub fn thickness(layout: &Layout, rate: f64) -> f64 {
    let trunks = callbacks::totals(layout).into_iter().map(|(_, total)| total);
    let largest = layout.edges.iter().map(|edge| edge.rate).chain(trunks).fold(0.0, f64::max);
    if largest > 0.0 { (14.0 * rate / largest).clamp(1.6, 16.0) } else { 1.6 }
}

type Label = (Point, String);

fn draw_edges(picture: &mut Picture, layout: &Layout) -> Vec<Label> {
    let mut labels = Vec::new();
    for edge in layout.edges.iter().filter(|edge| !edge.is_call()) {
        let (Some(from), Some(to)) = (layout.find(&edge.from), layout.find(&edge.to)) else { continue };
        let (leaves, enters) = (port(layout, edge, true), port(layout, edge, false));
        let goes_around = layout.goes_around(edge);
        let points = if goes_around { around(layout.around(), from, to, leaves, enters) } else { curve(from, to, leaves, enters) };
        let color = if edge.kind == "dead_letter" { MUTED } else { Color(0x8a, 0x94, 0xa0) };
        // What an event's arrow carries is written once, where it leaves the system of record. What never flows needs no figure.
        if edge.rate > 0.0 && from.item.column != 1 {
            let place = if goes_around { (points[4].0 - 40.0, points[4].1) } else { label_place(from, to, &points) };
            labels.push((place, Unit::PerSecond.show(edge.rate)));
        }
        let width = thickness(layout, edge.rate);
        picture.of(&ends(&edge.from, &edge.to), |picture| arrow(picture, points, color, width));
    }
    labels
}

fn label_place(from: &Placed, to: &Placed, points: &[Point]) -> Point {
    let (x, y) = points[points.len() * 2 / 3];
    // A short arrow would vanish under its label.
    let is_short = (to.left - from.right()).abs() < 120.0 && from.item.column != to.item.column;
    if is_short { ((from.right() + to.left) / 2.0, y.min(points[0].1) - 16.0) } else { (x, y) }
}

/// Where along a box's side the edge ends: ends are spread in the order of their other ends, and what goes around comes last.
fn port(layout: &Layout, edge: &Edge, leaves: bool) -> f64 {
    let own = |edge: &Edge| if leaves { edge.from.clone() } else { edge.to.clone() };
    let other = |edge: &Edge| match layout.find(if leaves { &edge.to } else { &edge.from }) {
        Some(_) if layout.goes_around(edge) => f64::INFINITY,
        Some(placed) => placed.top,
        None => 0.0,
    };
    let mut side: Vec<&Edge> = layout.edges.iter().filter(|known| !known.is_call() && own(known) == own(edge)).collect();
    side.sort_by(|a, b| other(a).total_cmp(&other(b)));
    let position = side.iter().position(|known| std::ptr::eq(*known, edge)).unwrap_or(0);
    (position as f64 + 1.0) / (side.len() as f64 + 1.0)
}

fn curve(from: &Placed, to: &Placed, leaves: f64, enters: f64) -> Vec<Point> {
    let (start_y, end_y) = (from.top + from.height * leaves, to.top + to.height * enters);
    let (start, end, bend) = match from.item.column.cmp(&to.item.column) {
        std::cmp::Ordering::Less => (from.right(), to.left, [0.5, 0.5]),
        std::cmp::Ordering::Equal => (from.right(), to.right(), [0.0, 0.0]),
        std::cmp::Ordering::Greater => (from.left, to.right(), [0.5, 0.5]),
    };
    let bulge = if from.item.column == to.item.column { 70.0 } else { 0.0 };
    let (first, second) = (start + (end - start) * bend[0] + bulge, end - (end - start) * bend[1] + bulge);
    (0..=24).map(|step| bezier(f64::from(step) / 24.0, (start, start_y), (first, start_y), (second, end_y), (end, end_y))).collect()
}

/// Down beside its box, along below all others, and up again.
fn around(below: f64, from: &Placed, to: &Placed, leaves: f64, enters: f64) -> Vec<Point> {
    let (start_y, end_y) = (from.top + from.height * leaves, to.top + to.height * enters);
    let (down, up) = (from.right() + 34.0, to.left - 26.0);
    vec![(from.right(), start_y), (down, start_y), (down, below), (up, below), (up, end_y), (to.left, end_y)]
}

fn bezier(t: f64, a: Point, b: Point, c: Point, d: Point) -> Point {
    let s = 1.0 - t;
    let mix = |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
}

/// A line that ends in a head pointing along its last stretch.
pub fn arrow(picture: &mut Picture, mut points: Vec<Point>, color: Color, width: f64) {
    let (Some(tip), Some(before)) = (points.pop(), points.last().copied()) else { return };
    let length = (tip.0 - before.0).hypot(tip.1 - before.1).max(1e-6);
    let (dx, dy) = ((tip.0 - before.0) / length, (tip.1 - before.1) / length);
    let (long, half) = (10.0 + width * 0.4, 5.0 + width * 0.6);
    let neck = (tip.0 - dx * long, tip.1 - dy * long);
    if length <= long {
        points.pop();
    }
    points.push(neck);
    picture.line(points, color, width);
    picture.area(vec![tip, (neck.0 - dy * half, neck.1 + dx * half), (neck.0 + dy * half, neck.1 - dx * half)], color, 1.0);
}

fn draw_box(picture: &mut Picture, placed: &Placed, density: Density, is_bottleneck: bool, disruptions: &[&Disruption]) {
    let (at, size) = ((placed.left, placed.top), (placed.width, placed.height));
    let item = &placed.item;
    let fill = item.utilization.map_or(WHITE, ramp);
    let header = if item.is_segment() { (placed.width, 78.0f64.min(placed.height)) } else { size };
    picture.rect(at, size, WHITE);
    picture.rect(at, header, fill);
    if !disruptions.is_empty() {
        picture.hatch((placed.right() - 34.0, placed.top), (34.0, header.1), fill.ink(), 2.0);
    }
    picture.frame(at, size, if is_bottleneck { DARK } else { FAINT }, if is_bottleneck { 5.0 } else { 1.5 });
    let room = placed.width - 28.0 - if disruptions.is_empty() { 0.0 } else { 30.0 };
    let mut kind = plain(&item.kind);
    if let [first, rest @ ..] = disruptions {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        kind = format!("{kind} · {}{more}", when(first));
    } else if is_bottleneck {
        kind = format!("{kind}{}bottleneck", if kind.is_empty() { "" } else { " · " });
    }
    let lines = Lines { kind, room, ink: fill.ink(), is_at_most: item.is_group() };
    if density == COMPACT { compact(picture, placed, lines) } else { roomy(picture, placed, lines) }
}

/// What is written in a box.
struct Lines {
    kind: String,
    room: f64,
    ink: Color,
    is_at_most: bool,
}

fn roomy(picture: &mut Picture, placed: &Placed, lines: Lines) {
    let (left, top) = (placed.left + 14.0, placed.top);
    picture.text((left, top + 17.0), &fitted(&lines.kind, 15.0, false, lines.room), 15.0, lines.ink, Anchor::Start);
    let name = fitted(&plain(&placed.item.label), 20.0, true, lines.room);
    picture.bold((left, top + 40.0), &name, 20.0, lines.ink, Anchor::Start);
    if let Some(peak) = placed.item.utilization {
        let told = format!("{} at the peak", Unit::Share.show(peak));
        picture.text((left, top + 62.0), &fitted(&told, 17.0, false, lines.room), 17.0, lines.ink, Anchor::Start);
    }
}

/// Name and utilization side by side; what kind it is below, where there is room.
fn compact(picture: &mut Picture, placed: &Placed, lines: Lines) {
    let (left, is_low) = (placed.left + 12.0, placed.height < 56.0);
    let first = if is_low { placed.top + placed.height / 2.0 } else { placed.top + 21.0 };
    let told = placed.item.utilization.map_or(String::new(), |peak| Unit::Share.show(peak));
    let told = if lines.is_at_most && !told.is_empty() { format!("up to {told}") } else { told };
    let wide = font::width(&told, 18.0, false);
    picture.text((left + lines.room, first), &told, 18.0, lines.ink, Anchor::End);
    let name = fitted(&plain(&placed.item.label), 20.0, true, lines.room - wide - 12.0);
    picture.bold((left, first), &name, 20.0, lines.ink, Anchor::Start);
    if !is_low {
        picture.text((left, placed.top + 45.0), &fitted(&lines.kind, 16.0, false, lines.room), 16.0, lines.ink, Anchor::Start);
    }
}

/// Those that lie above or beside each other so closely that they touch are moved apart.
fn draw_labels(picture: &mut Picture, mut labels: Vec<Label>) {
    let half = |label: &Label| font::width(&label.1, 17.0, false) / 2.0 + 6.0;
    labels.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
    let mut columns: Vec<Vec<Label>> = Vec::new();
    for label in labels {
        match columns.last_mut() {
            Some(column) if column.iter().any(|other| label.0.0 - other.0.0 < half(&label) + half(other)) => column.push(label),
            _ => columns.push(vec![label]),
        }
    }
    for column in columns {
        let wanted: Vec<f64> = column.iter().map(|((_, y), _)| *y).collect();
        for (((x, _), text), y) in column.iter().zip(apart(&wanted, 23.0, 0.0, picture.height)) {
            picture.label((*x, y), text, 17.0, DARK, Anchor::Middle);
        }
    }
}

/// Light to dark blue: one hue, so that it reads without telling colors apart.
pub fn ramp(share: f64) -> Color {
    let stops = [(0xf7, 0xfb, 0xff), (0xc6, 0xdb, 0xef), (0x6b, 0xae, 0xd6), (0x21, 0x71, 0xb5), (0x08, 0x30, 0x6b)];
    let at = if share.is_finite() { share.clamp(0.0, 1.0) * 4.0 } else { 4.0 };
    let index = (at as usize).min(3);
    let mix = |a: i32, b: i32| (f64::from(a) + f64::from(b - a) * (at - index as f64)).round() as u8;
    let (a, b) = (stops[index], stops[index + 1]);
    Color(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

fn draw_legend(picture: &mut Picture, y: f64, has_broken: bool) {
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
    if has_broken {
        picture.hatch((start + 560.0, y - 10.0), (34.0, 20.0), DARK, 2.0);
        picture.frame((start + 560.0, y - 10.0), (34.0, 20.0), FAINT, 1.5);
        picture.text((start + 606.0, y), "broken for a while", 17.0, MUTED, Anchor::Start);
    }
}
