//! Objectives under each condition of a bad day: a cell for each, its verdict as color, shape and value.

use crate::outcome::Verdict;
use crate::outcome::adverse::{Adverse, Condition};
use crate::report::font;
use crate::report::picture::{Anchor, Color, DARK, MUTED, Picture, WHITE, fitted};
use crate::report::plot::{WIDTH, titled};
use crate::report::text::{plain, verdict};
use crate::units::Unit;

const COLUMNS: usize = 7;
const LEFT: f64 = 400.0;
const RIGHT: f64 = WIDTH - 40.0;
const TOP: f64 = 250.0;
const ROW: f64 = 62.0;
const MET: Color = Color(0xd6, 0xe8, 0xf3);
const MISSED: Color = Color(0xf3, 0xc3, 0xa6);
const OPEN: Color = Color(0xf1, 0xec, 0xd2);

/// None without objectives.
pub fn picture(outcome: &Adverse) -> Option<Picture> {
    let objectives = &outcome.conditions.first()?.objectives;
    if objectives.is_empty() {
        return None;
    }
    let shown = objectives.len().min(COLUMNS);
    let left_out =
        if objectives.len() > shown { format!("; {} more objectives in the table", objectives.len() - shown) } else { String::new() };
    let missed = outcome.conditions[1..].iter().filter(|condition| condition.verdict == Verdict::Missed).count();
    let title = format!("{missed} of {} bad days miss an objective", outcome.conditions.len() - 1);
    let subtitle =
        format!("Blue: met, orange: missed, yellow: undecided; the last column: how long the longest line takes to recover{left_out}");
    let mut picture = titled(&title, &subtitle, TOP + ROW * outcome.conditions.len() as f64 + 40.0);
    let width = (RIGHT - LEFT) / (shown + 1) as f64;
    for (index, objective) in objectives.iter().take(shown).enumerate() {
        heading(&mut picture, &plain(&objective.metric), &plain(&objective.bound), (LEFT + width * index as f64, width));
    }
    heading(&mut picture, "recovers", "", (LEFT + width * shown as f64, width));
    for (index, condition) in outcome.conditions.iter().enumerate() {
        let top = TOP + ROW * index as f64;
        let name = fitted(&plain(&condition.name), 19.0, false, LEFT - 70.0);
        picture.text((LEFT - 18.0, top + ROW / 2.0), &name, 19.0, DARK, Anchor::End);
        for (column, result) in condition.objectives.iter().take(shown).enumerate() {
            let seen = result.point.map_or("no value".to_string(), |point| result.unit.show(point));
            let text = format!("{} {seen}", verdict(result.verdict).0);
            cell(&mut picture, &text, color(result.verdict), (LEFT + width * column as f64, top), width);
        }
        let (text, color) = recovery(condition);
        cell(&mut picture, &text, color, (LEFT + width * shown as f64, top), width);
    }
    Some(picture)
}

/// A metric's name broken at its points into up to four lines, its bound below.
fn heading(picture: &mut Picture, metric: &str, bound: &str, (left, width): (f64, f64)) {
    let mut lines: Vec<String> = Vec::new();
    for part in metric.split_inclusive('.') {
        match lines.last_mut().filter(|line| font::width(&format!("{line}{part}"), 16.0, false) <= width - 10.0) {
            Some(line) => line.push_str(part),
            None => lines.push(part.to_string()),
        }
    }
    lines.extend((!bound.is_empty()).then(|| bound.to_string()));
    let first = TOP - 16.0 - 20.0 * (lines.len() as f64 - 1.0);
    for (index, line) in lines.iter().enumerate() {
        let text = fitted(line, 16.0, false, width - 8.0);
        picture.text((left + width / 2.0, first + 20.0 * index as f64), &text, 16.0, MUTED, Anchor::Middle);
    }
}

fn cell(picture: &mut Picture, text: &str, color: Color, (left, top): (f64, f64), width: f64) {
    picture.rect((left + 2.0, top + 2.0), (width - 4.0, ROW - 4.0), color);
    picture.text((left + width / 2.0, top + ROW / 2.0), &fitted(text, 19.0, false, width - 12.0), 19.0, DARK, Anchor::Middle);
}

fn color(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Met => MET,
        Verdict::Missed => MISSED,
        Verdict::Undecided => OPEN,
    }
}

fn recovery(condition: &Condition) -> (String, Color) {
    match (condition.recovers, &condition.drain_s) {
        (None, _) => ("-".into(), WHITE),
        (Some(false), _) if condition.is_metastable => ("✘ stays bad".into(), MISSED),
        (Some(false), _) => ("✘ not yet".into(), MISSED),
        (Some(true), Some((_, seconds))) => (format!("✔ {}", Unit::Seconds.show(*seconds)), MET),
        (Some(true), None) => ("✔".into(), MET),
    }
}
