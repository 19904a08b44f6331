//! Where the time goes: a stacked bar of the hops' means per subscriber, and beside it the hops' own 99th percentiles.
//!
//! Waits are saturated, work is pale, distance is gray. The two sides have scales of their own: percentiles do not add up.

use crate::outcome::Hop;
use crate::report::facts::Facts;
use crate::report::font;
use crate::report::picture::{Anchor, Color, DARK, GRID, MUTED, Picture, fitted};
use crate::report::plot::{WIDTH, titled};
use crate::report::scale::Scale;
use crate::report::text::{plain, words};
use crate::units::Unit;

const SHOWN: usize = 12;
const TOP: f64 = 190.0;
const LEGEND: f64 = 110.0;

pub fn picture(facts: &Facts) -> Option<Picture> {
    let all: Vec<(&str, Vec<&Hop>)> =
        facts.subscribers.iter().map(|name| (*name, facts.hops(name))).filter(|(_, hops)| !hops.is_empty()).collect();
    let shown = &all[..all.len().min(SHOWN)];
    let (slowest, hops) = shown.first()?;
    let row = (480.0 / shown.len() as f64).clamp(44.0, 104.0);
    let bottom = TOP + row * shown.len() as f64;
    let height = (bottom + LEGEND + 70.0).max(520.0);
    let more = if all.len() > shown.len() { format!("; {} faster subscribers not shown", all.len() - shown.len()) } else { String::new() };
    let subtitle =
        format!("End-to-end latency hop by hop; saturated: waiting, which capacity can buy away; pale: work; gray: distance{more}");
    let mut picture = titled(&title(slowest, hops), &subtitle, height);
    side(&mut picture, shown, (250.0, 860.0), (row, bottom), ("Mean: the hops add up to the end-to-end mean", |hop| hop.mean));
    side(&mut picture, shown, (960.0, 1500.0), (row, bottom), ("Each hop's own p99: these do not add up", |hop| hop.p99));
    for (index, (name, _)) in shown.iter().enumerate() {
        let at = TOP + row * (index as f64 + 0.5);
        picture.text((235.0, at), &fitted(&plain(name), 20.0, false, 195.0), 20.0, DARK, Anchor::End);
    }
    legend(&mut picture, shown, bottom + 76.0);
    Some(picture)
}

fn title(name: &str, hops: &[&Hop]) -> String {
    let total: f64 = hops.iter().map(|hop| hop.mean).sum();
    let waiting: f64 = hops.iter().filter(|hop| hop.waiting).map(|hop| hop.mean).sum();
    let largest = hops.iter().copied().reduce(|top, hop| if hop.mean > top.mean { hop } else { top });
    let largest =
        largest.map(|hop| format!("; its longest hop is {} ({})", words(&hop.hop), Unit::Seconds.show(hop.mean))).unwrap_or_default();
    let share = if total > 0.0 { waiting / total } else { 0.0 };
    format!("{} waits {} of its mean {}{largest}", plain(name), Unit::Share.show(share), Unit::Seconds.show(total))
}

type Side = (&'static str, fn(&Hop) -> f64);

fn side(picture: &mut Picture, shown: &[(&str, Vec<&Hop>)], (left, right): (f64, f64), (row, bottom): (f64, f64), (title, value): Side) {
    let sum = |hops: &[&Hop]| hops.iter().map(|hop| value(hop)).filter(|value| *value > 0.0).sum::<f64>();
    let top = shown.iter().map(|(_, hops)| sum(hops)).fold(0.0, f64::max);
    let mut scale = Scale::of_values(Unit::Seconds, 0.0, top, f64::INFINITY).between(left, right);
    scale.ticks.retain(|(at, _)| *at <= top.max(scale.to * 0.2) * 1.12);
    picture.bold((left, TOP - 36.0), title, 20.0, DARK, Anchor::Start);
    for (tick, text) in &scale.ticks {
        let at = scale.place(*tick);
        picture.line(vec![(at, TOP - 8.0), (at, bottom)], GRID, 1.0);
        picture.text((at, bottom + 18.0), text, 18.0, MUTED, Anchor::Middle);
    }
    for (index, (_, hops)) in shown.iter().enumerate() {
        let (at, thick) = (TOP + row * (index as f64 + 0.5), (row * 0.56).min(52.0));
        let mut from = 0.0;
        for hop in hops.iter().filter(|hop| value(hop) > 0.0) {
            let (start, end) = (scale.place(from), scale.place(from + value(hop)));
            bar(picture, hop, (start, at - thick / 2.0), (end - start, thick));
            from += value(hop);
        }
        if title.starts_with("Mean") {
            picture.label((scale.place(from) + 8.0, at), &Unit::Seconds.show(from), 19.0, DARK, Anchor::Start);
        }
    }
}

fn bar(picture: &mut Picture, hop: &Hop, at: (f64, f64), (width, height): (f64, f64)) {
    let color = color(hop);
    picture.rect(at, ((width - 1.0).max(0.5), height), color);
    let name = words(&hop.hop);
    if height > 30.0 && font::width(&name, 16.0, false) < width - 10.0 {
        picture.text((at.0 + width / 2.0, at.1 + height / 2.0), &name, 16.0, color.ink(), Anchor::Middle);
    }
}

/// A station has one hue: saturated for the wait before it, pale for its work. So have pauses after a failure, which are at no station.
fn color(hop: &Hop) -> Color {
    let hue = match hop.hop.as_str() {
        "backlog" | "poll_wait" | "overtaken" => Color(0x5b, 0x4b, 0x9a),
        name if name.starts_with("segment") || name.starts_with("deliver_") || name == "journal" => Color(0xe6, 0x9f, 0x00),
        "feed_wait" | "feed_service" => Color(0xd5, 0x5e, 0x00),
        name if name.starts_with("sor") => Color(0xd5, 0x5e, 0x00),
        "backoff" | "publish_wait" => Color(0x7a, 0x5c, 0x3e),
        "redelivery" | "dead_letter" => Color(0x00, 0x9e, 0x73),
        name if name.starts_with("connection") => Color(0xcc, 0x79, 0xa7),
        name if name.ends_with("link") => return Color(0xc4, 0xca, 0xd1),
        _ => Color(0x00, 0x72, 0xb2),
    };
    if hop.waiting { hue } else { hue.paler(0.65) }
}

fn legend(picture: &mut Picture, shown: &[(&str, Vec<&Hop>)], top: f64) {
    let mut known: Vec<&Hop> = Vec::new();
    for hop in shown.iter().flat_map(|(_, hops)| hops) {
        if !known.iter().any(|other| other.hop == hop.hop) && known.len() < 24 {
            known.push(hop);
        }
    }
    let (mut x, mut y) = (250.0, top);
    for hop in known {
        let name = words(&hop.hop);
        let width = 22.0 + 8.0 + font::width(&name, 18.0, false) + 28.0;
        if x + width > WIDTH - 60.0 {
            (x, y) = (250.0, y + 32.0);
        }
        picture.rect((x, y - 9.0), (22.0, 18.0), color(hop));
        picture.text((x + 30.0, y), &name, 18.0, DARK, Anchor::Start);
        x += width;
    }
}
