//! What moves one objective: a bar for each assumption from its low end to its high end, the widest on top, around the design as it is.

use crate::outcome::compare::Seen;
use crate::outcome::sensitivity::{Bar, Sensitivity, Side, Tornado};
use crate::report::chart::colors::CYCLE;
use crate::report::picture::{Anchor, Color, DARK, FAINT, GRID, MUTED, Picture, fitted};
use crate::report::plot::titled;
use crate::report::scale::Scale;
use crate::report::text::plain;

const SHOWN: usize = 14;
const LEFT: f64 = 560.0;
const RIGHT: f64 = 1440.0;
const TOP: f64 = 185.0;
const TEXT: f64 = 19.0;

/// None where nothing moves the objective.
pub fn picture(outcome: &Sensitivity, tornado: &Tornado) -> Option<Picture> {
    let as_is = tornado.point?;
    let shown = &tornado.bars[..tornado.bars.len().min(SHOWN)];
    let ends = || shown.iter().flat_map(|bar| [&bar.low, &bar.high]).filter_map(|side| side.point);
    if shown.is_empty() {
        return None;
    }
    let (low, high) = ends().fold((as_is, as_is), |(low, high), end| (low.min(end), high.max(end)));
    // The bound is drawn where it is not far out of the picture.
    let is_near = |limit: f64| limit >= low - (high - low) && limit <= high + (high - low);
    let limit = Some(tornado.limit).filter(|limit| is_near(*limit));
    let (low, high) = limit.map_or((low, high), |limit| (low.min(limit), high.max(limit)));
    let scale = Scale::around(tornado.unit, low, high).between(LEFT, RIGHT);
    let row = (600.0 / shown.len() as f64).clamp(34.0, 64.0);
    let bottom = TOP + row * shown.len() as f64;
    let mut picture = titled(&title(outcome, tornado), &subtitle(outcome, tornado), (bottom + 100.0).max(420.0));
    for (value, text) in &scale.ticks {
        picture.line(vec![(scale.place(*value), TOP - 8.0), (scale.place(*value), bottom)], GRID, 1.0);
        picture.text((scale.place(*value), bottom + 22.0), text, 18.0, MUTED, Anchor::Middle);
    }
    for (index, bar) in shown.iter().enumerate() {
        draw(&mut picture, bar, (TOP + row * index as f64, row), |value| scale.place(value), as_is);
    }
    let center = scale.place(as_is);
    picture.line(vec![(center, TOP - 10.0), (center, bottom + 4.0)], DARK, 2.0);
    picture.text((center, TOP - 24.0), &format!("as it is: {}", tornado.unit.show(as_is)), 18.0, DARK, Anchor::Middle);
    if let Some(limit) = limit {
        let at = scale.place(limit);
        picture.dashes((at, TOP - 10.0), (at, bottom + 4.0), DARK, 2.0);
        picture.label(
            (at.clamp(LEFT + 100.0, RIGHT - 60.0), bottom - 14.0),
            &format!("objective {}", plain(&tornado.bound)),
            18.0,
            DARK,
            Anchor::Middle,
        );
    }
    picture.text(((LEFT + RIGHT) / 2.0, bottom + 60.0), &plain(&tornado.metric), 18.0, MUTED, Anchor::Middle);
    Some(picture)
}

/// Blue at the low end, orange at the high one, gray where it is no more than noise; each end with its setting.
fn draw(picture: &mut Picture, bar: &Bar, (top, row): (f64, f64), place: impl Fn(f64) -> f64, as_is: f64) {
    let at = top + row / 2.0;
    picture.text((LEFT - 24.0, at), &fitted(&plain(&bar.path), TEXT, false, LEFT - 70.0), TEXT, DARK, Anchor::End);
    picture.line(vec![(LEFT, top + row), (RIGHT, top + row)], GRID, 1.0);
    let half = row * 0.17;
    // Of two ends on one side the nearer one lies below, so that both are seen.
    let center = place(as_is);
    for (side, color, shift) in [(&bar.low, CYCLE[0], -half), (&bar.high, CYCLE[1], half)] {
        let Some(end) = side.point.map(&place) else { continue };
        let color = if is_seen(side) { color } else { FAINT };
        let (left, right) = (end.min(center), end.max(center));
        picture.rect((left, at + shift - half), ((right - left).max(1.5), 2.0 * half), color);
        whisker(picture, side, (at + shift, half), &place, (as_is, color));
    }
}

fn is_seen(side: &Side) -> bool {
    matches!(side.seen, Seen::Higher | Seen::Lower)
}

/// The interval of the difference, at the bar's end.
fn whisker(picture: &mut Picture, side: &Side, (at, half): (f64, f64), place: &impl Fn(f64) -> f64, (as_is, color): (f64, Color)) {
    let (Some(low), Some(high)) = (side.low, side.high) else { return };
    let (low, high) = (place(as_is + low), place(as_is + high));
    let ink = color.darker().darker();
    picture.line(vec![(low, at), (high, at)], ink, 1.6);
    for end in [low, high] {
        picture.line(vec![(end, at - half * 0.5), (end, at + half * 0.5)], ink, 1.6);
    }
}

fn title(outcome: &Sensitivity, tornado: &Tornado) -> String {
    let first = tornado.bars.iter().find(|bar| bar.is_seen);
    let count = outcome.assumptions.len();
    match first {
        Some(bar) => format!("{} moves {} most of {count} assumptions", plain(&bar.path), plain(&tornado.metric)),
        None => format!("None of {count} assumptions moves {} by more than noise", plain(&tornado.metric)),
    }
}

fn subtitle(outcome: &Sensitivity, tornado: &Tornado) -> String {
    let more = tornado.bars.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("; {more} more in the table") } else { String::new() };
    let confidence = outcome.confidence * 100.0;
    format!(
        "Blue: at its low end, orange: at its high end, gray: no more than noise; whiskers: simultaneous {confidence} % intervals{more}"
    )
}
