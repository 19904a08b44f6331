//! Sensitivity, told: a tornado for each objective, and what is best measured first.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::Verdict;
use crate::outcome::sensitivity::{Bar, Sensitivity, Side, Tornado};
use crate::report::chart::tornado;
use crate::report::text::{quoted, verdict};
use crate::units::three_digits;

/// Objectives of which a terminal shows the table, and rows of each.
const TABLES: usize = 3;
const ROWS: usize = 6;

pub fn sensitivity(outcome: &Sensitivity) -> Answer {
    let mut blocks = Vec::new();
    let (moved, still): (Vec<&Tornado>, Vec<&Tornado>) = outcome.tornados.iter().partition(|tornado| !tornado.bars.is_empty());
    for (index, tornado) in moved.iter().enumerate() {
        let (shape, word) = verdict(tornado.verdict);
        let point = tornado.point.map_or("no value".into(), |point| tornado.unit.show(point));
        let heading = format!("{} {}: {point}, {shape} {word}", tornado.metric, tornado.bound);
        let rows = if index < TABLES { ROWS } else { 0 };
        blocks.extend([Block::Heading(heading), Block::Table(bars(outcome, tornado, rows))]);
        let stem = format!("tornado_{}_{}", index + 1, tornado.metric);
        blocks.extend(tornado::picture(outcome, tornado).map(|picture| Block::Chart(Chart::of_picture(&stem, picture))));
    }
    if !still.is_empty() {
        let names: Vec<&str> = still.iter().map(|tornado| tornado.metric.as_str()).collect();
        blocks.push(Block::Text(format!("Nothing that was varied moves {}.", names.join(", "))));
    }
    blocks.extend([Block::Heading("What was varied".into()), Block::Table(assumptions(outcome))]);
    blocks.extend(outcome.left_out.iter().map(|(path, reason)| Block::Text(format!("Not varied: {path}, as {reason}."))));
    Answer {
        command: "sensitivity",
        title: format!("{}: which assumption decides?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: outcome.first.as_ref().map(|first| if first.verdict == Verdict::Missed { Verdict::Missed } else { Verdict::Undecided }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

fn bars(outcome: &Sensitivity, tornado: &Tornado, rows: usize) -> Table {
    let columns =
        ["Assumption", "Low", "gives#", "~difference from", "~to", "High", "gives#", "~difference from", "~to", "Noise?", "Turns"];
    let mut table = Table::new(&columns, rows);
    for bar in &tornado.bars {
        let mut row = vec![Cell::text(&bar.path)];
        for side in [&bar.low, &bar.high] {
            let number = |value: Option<f64>| value.map_or(Cell::text("-"), |value| Cell::number(signed(tornado, value), value));
            row.push(Cell::text(end(outcome, bar, side)));
            row.push(side.point.map_or(Cell::text("-"), |point| Cell::number(tornado.unit.show(point), point)));
            row.extend([number(side.low), number(side.high)]);
        }
        row.extend([Cell::text(if bar.is_seen { "no" } else { "maybe" }), Cell::text(turns(tornado, bar))]);
        table.row(row);
    }
    table
}

/// The value that the scenario gives, or the change.
fn end(outcome: &Sensitivity, bar: &Bar, side: &Side) -> String {
    let is_given = outcome.assumptions.iter().any(|assumption| assumption.path == bar.path && assumption.is_given);
    match (is_given, side.setting == bar.low.setting) {
        (true, _) => side.setting.clone(),
        (false, true) => "-20 %".into(),
        (false, false) => "+20 %".into(),
    }
}

fn signed(tornado: &Tornado, value: f64) -> String {
    format!("{}{}", if value < 0.0 { "-" } else { "+" }, tornado.unit.show(value.abs()))
}

/// To which other verdict, and at which end.
fn turns(tornado: &Tornado, bar: &Bar) -> String {
    let end = |side: &Side, word: &str| (side.verdict != tornado.verdict).then(|| format!("{word}: {}", verdict(side.verdict).1));
    let ends: Vec<String> = [end(&bar.low, "low"), end(&bar.high, "high")].into_iter().flatten().collect();
    if ends.is_empty() { "-".into() } else { ends.join(", ") }
}

fn assumptions(outcome: &Sensitivity) -> Table {
    let mut table = Table::new(&["Assumption", "Value", "Low", "High", "Source", "~Ends", "~Note"], 0);
    for assumption in &outcome.assumptions {
        table.row(vec![
            Cell::text(&assumption.path),
            Cell::text(&assumption.value),
            Cell::text(&assumption.low),
            Cell::text(&assumption.high),
            Cell::text(&assumption.source),
            Cell::text(if assumption.is_given { "of the scenario" } else { "20 % less and more" }),
            Cell::text(&assumption.note),
        ]);
    }
    table
}

fn method(outcome: &Sensitivity) -> Vec<String> {
    vec![
        "Each assumption is set to both ends by itself: the ends that [assumption] gives, else 20 % less and 20 % more; a distribution is stretched as a whole.".into(),
        format!(
            "{} replications of the design as it is. Each assumption gets a few of them first, those that move an objective most get all, with the same random numbers.",
            outcome.run.replications
        ),
        format!(
            "A difference is taken replication by replication; its interval has {} %, so that all of one objective hold at once with {} %.",
            three_digits(outcome.confidence_each * 100.0),
            outcome.confidence * 100.0
        ),
        "Measured first: what turns a verdict, then what goes farthest on the way to an objective's bound, of what is not measured and more than noise.".into(),
        "Assumptions are varied one at a time: what two do together is not in it.".into(),
    ]
}

fn reproduce(outcome: &Sensitivity) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload sensitivity {}{}", quoted(&outcome.scenario.file), outcome.scenario.settings.iter().map(option).collect::<String>())
}
