//! Which objectives are not met, and by how much: the table that a pipeline's log ends with.

use super::answer::{Cell, Table, rows};
use super::text::{plain, seen, verdict};
use crate::outcome::{ObjectiveResult, Outcome, Verdict};
use crate::units::{Unit, three_digits};

/// More rows are counted; all are in the outcome.
const SHOWN: usize = 50;

/// A log is no terminal: names are worth more than its width.
const WIDTH: usize = 200;

/// The table; nothing where every objective is met.
pub fn unmet(outcome: &Outcome) -> String {
    let unmet: Vec<&ObjectiveResult> = outcome.objectives.iter().filter(|objective| objective.verdict != Verdict::Met).collect();
    if unmet.is_empty() {
        return String::new();
    }
    let count = |wanted: Verdict| unmet.iter().filter(|objective| objective.verdict == wanted).count();
    let (missed, undecided) = (count(Verdict::Missed), count(Verdict::Undecided));
    let told = [(missed, "missed"), (undecided, "undecided")].into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, word)| format!("{count} {word}")).collect();
    let head = format!("Of {} objectives {}:", outcome.objectives.len(), told.join(", "));
    let mut table = Table::new(&["verdict", "objective", "bound", "seen", "off by"], SHOWN);
    unmet.into_iter().for_each(|objective| table.row(row(objective)));
    let lines: Vec<String> = rows(&table, SHOWN, WIDTH).iter().map(|line| line.trim_end().to_string()).collect();
    format!("{head}\n{}\n", lines.join("\n"))
}

fn row(objective: &ObjectiveResult) -> Vec<Cell> {
    let (shape, word) = verdict(objective.verdict);
    let off = off(objective).unwrap_or_else(|| "-".into());
    let texts = [format!("{shape} {word}"), plain(&objective.metric), plain(&objective.bound), seen(objective), off];
    texts.map(Cell::text).into()
}

/// How far the figure lies beyond its bound, "2.2 s (110 %) over"; nothing where it does not, or there is none.
pub fn off(objective: &ObjectiveResult) -> Option<String> {
    let (limit, beyond) = (objective.limit, objective.point? - objective.limit);
    let is_within = (objective.is_upper() && beyond < 0.0) || (objective.is_lower() && beyond > 0.0);
    if beyond == 0.0 || is_within {
        return None;
    }
    let size = match objective.unit {
        Unit::Share => format!("{} points", three_digits(beyond.abs() * 100.0)),
        unit => unit.show(beyond.abs()),
    };
    let relative = if limit == 0.0 { String::new() } else { format!(" ({} %)", three_digits(beyond.abs() / limit.abs() * 100.0)) };
    Some(format!("{size}{relative} {}", if beyond > 0.0 { "over" } else { "under" }))
}
