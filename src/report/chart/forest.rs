//! Ratios with their intervals, one row each, around the line of no difference.

use crate::report::picture::{Anchor, Color, DARK, FAINT, GRID, MUTED, Picture, WHITE, fitted};
use crate::report::plot::titled;
use crate::report::text::plain;
use crate::units::three_digits;

/// A ratio to the reference: 1 is no difference.
pub struct Row {
    pub label: String,
    pub low: f64,
    pub point: f64,
    pub high: f64,
    pub is_seen: bool,
}

const SHOWN: usize = 18;
const LEFT: f64 = 560.0;
const RIGHT: f64 = 1400.0;
const TOP: f64 = 170.0;
const BLUE: Color = Color(0x00, 0x72, 0xb2);

/// None without rows. What lies beyond a hundred times, or is below nothing, ends at the edge.
pub fn picture(title: &str, subtitle: &str, rows: &[Row]) -> Option<Picture> {
    let shown = &rows[..rows.len().min(SHOWN)];
    let reach = shown.iter().flat_map(|row| [row.low, row.point, row.high]).map(distance).fold(0.0, f64::max);
    let reach = if shown.is_empty() { return None } else { reach.clamp(0.05, 100f64.log10()) * 1.08 };
    let row = (620.0 / shown.len() as f64).clamp(30.0, 70.0);
    let bottom = TOP + row * shown.len() as f64;
    let left_out = if rows.len() > SHOWN { format!("; {} more rows in the table", rows.len() - SHOWN) } else { String::new() };
    let mut picture = titled(&plain(title), &format!("{subtitle}{left_out}"), (bottom + 100.0).max(420.0));
    let place = |ratio: f64| {
        let along = if ratio > 0.0 { ratio.log10() } else { -reach };
        (LEFT + RIGHT) / 2.0 + along.clamp(-reach, reach) / reach * (RIGHT - LEFT) / 2.0
    };
    for tick in ticks(reach) {
        picture.line(vec![(place(tick), TOP - 8.0), (place(tick), bottom)], GRID, 1.0);
        picture.text((place(tick), bottom + 22.0), &format!("{}x", three_digits(tick)), 18.0, MUTED, Anchor::Middle);
    }
    picture.line(vec![(place(1.0), TOP - 14.0), (place(1.0), bottom + 4.0)], FAINT, 2.5);
    picture.text(((LEFT + RIGHT) / 2.0, bottom + 58.0), "Ratio; the thick line is no difference", 18.0, MUTED, Anchor::Middle);
    for (index, each) in shown.iter().enumerate() {
        draw(&mut picture, each, TOP + row * (index as f64 + 0.5), place);
    }
    Some(picture)
}

fn draw(picture: &mut Picture, row: &Row, at: f64, place: impl Fn(f64) -> f64) {
    let color = if row.is_seen { BLUE } else { MUTED };
    picture.text((LEFT - 20.0, at), &fitted(&plain(&row.label), 19.0, false, LEFT - 60.0), 19.0, DARK, Anchor::End);
    picture.line(vec![(place(row.low), at), (place(row.high), at)], color, 3.0);
    let (x, half) = (place(row.point), 8.0);
    picture.rect((x - half, at - half), (2.0 * half, 2.0 * half), color);
    if !row.is_seen {
        picture.rect((x - half + 3.0, at - half + 3.0), (2.0 * half - 6.0, 2.0 * half - 6.0), WHITE);
    }
    picture.text((RIGHT + 24.0, at), &format!("{}x", three_digits(row.point)), 19.0, DARK, Anchor::Start);
}

/// How far from no difference, in powers of ten.
fn distance(ratio: f64) -> f64 {
    if ratio > 0.0 { ratio.log10().abs() } else { f64::INFINITY }
}

/// Round ratios on both sides of one, as many as there is room for.
fn ticks(reach: f64) -> Vec<f64> {
    let sets: [&[f64]; 4] = [&[1.05, 1.1], &[1.1, 1.2, 1.5], &[1.5, 2.0, 3.0, 5.0, 10.0], &[3.0, 10.0, 30.0, 100.0]];
    let fits = |set: &&[f64]| set.last().is_some_and(|last| last.log10() >= reach * 0.8);
    let set = sets.into_iter().find(fits).unwrap_or(sets[3]);
    let above: Vec<f64> = set.iter().copied().filter(|tick| tick.log10() <= reach).collect();
    above.iter().rev().map(|tick| 1.0 / tick).chain([1.0]).chain(above.iter().copied()).collect()
}
