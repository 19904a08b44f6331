//! Designs side by side: for each metric a bar for each design, with its interval, as parts of the largest.

use super::colors::CYCLE;
use crate::report::picture::{Anchor, DARK, FAINT, GRID, Picture, fitted};
use crate::report::plot::titled;
use crate::report::text::plain;
use crate::units::Unit;

/// One metric of all designs.
pub struct Row {
    pub metric: String,
    pub unit: Unit,
    /// In the order of the designs: point, low, high; none where a design has no such figure.
    pub values: Vec<Option<(f64, f64, f64)>>,
    /// An objective's limit.
    pub limit: Option<f64>,
    /// Which design is best by more than noise.
    pub winner: Option<usize>,
}

const BARS_MAX: usize = 21;
const LEFT: f64 = 520.0;
const RIGHT: f64 = 1240.0;
const TOP: f64 = 176.0;

/// None without rows.
pub fn picture(title: &str, designs: &[String], rows: &[Row]) -> Option<Picture> {
    let count = (BARS_MAX / designs.len().max(1)).clamp(1, 10);
    let shown = &rows[..rows.len().min(count)];
    if shown.is_empty() {
        return None;
    }
    let bar = (640.0 / (shown.len() * (designs.len() + 1)) as f64).clamp(13.0, 30.0);
    let tall = bar * (designs.len() + 1) as f64;
    let about = "Each metric on a scale of its own from zero; thin line: interval; dashed: objective; ← best by more than noise";
    let mut picture = titled(title, about, TOP + 40.0 + tall * shown.len() as f64);
    let mut x = LEFT;
    for (name, color) in designs.iter().zip(CYCLE.into_iter().cycle()) {
        let name = fitted(&plain(name), 19.0, true, 320.0);
        picture.rect((x, TOP - 36.0), (20.0, 20.0), color);
        picture.bold((x + 28.0, TOP - 26.0), &name, 19.0, color.darker(), Anchor::Start);
        x += 28.0 + crate::report::font::width(&name, 19.0, true) + 36.0;
    }
    for (index, row) in shown.iter().enumerate() {
        draw(&mut picture, row, TOP + tall * index as f64, bar);
    }
    Some(picture)
}

fn draw(picture: &mut Picture, row: &Row, top: f64, bar: f64) {
    let tall = bar * row.values.len() as f64;
    let largest = row.values.iter().flatten().map(|(_, _, high)| *high).fold(0.0, f64::max);
    let scale = |value: f64| if largest > 0.0 { LEFT + (RIGHT - LEFT) * (value / largest).clamp(0.0, 1.0) } else { LEFT };
    picture.line(vec![(40.0, top), (1560.0, top)], GRID, 1.0);
    let middle = top + bar * 0.35 + tall / 2.0;
    picture.text((LEFT - 18.0, middle), &fitted(&plain(&row.metric), 18.0, false, LEFT - 60.0), 18.0, DARK, Anchor::End);
    for (index, (value, color)) in row.values.iter().zip(CYCLE.into_iter().cycle()).enumerate() {
        let at = top + bar * (0.35 + index as f64);
        let Some((point, low, high)) = value else {
            picture.text((LEFT + 8.0, at + bar / 2.0), "–", bar.min(18.0) * 0.9, DARK, Anchor::Start);
            continue;
        };
        picture.rect((LEFT, at + 1.0), ((scale(*point) - LEFT).max(1.0), bar - 2.0), color);
        if high > low {
            picture.line(vec![(scale(*low), at + bar / 2.0), (scale(*high), at + bar / 2.0)], DARK, 1.6);
        }
        let mark = if row.winner == Some(index) { " ←" } else { "" };
        let text = format!("{}{mark}", row.unit.show(*point));
        picture.text((scale(high.max(*point)) + 10.0, at + bar / 2.0), &text, bar.min(19.0) * 0.95, DARK, Anchor::Start);
    }
    picture.line(vec![(LEFT, top + 4.0), (LEFT, top + tall + bar * 0.6)], FAINT, 1.5);
    if let Some(limit) = row.limit.filter(|limit| *limit <= largest && *limit > 0.0) {
        picture.dashes((scale(limit), top + 3.0), (scale(limit), top + tall + bar * 0.7), DARK, 1.8);
    }
}
