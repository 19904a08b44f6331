//! The cheapest setting, told: the answer, why not cheaper, what more money buys.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::size::{Choice, SizeOutcome};
use crate::outcome::{Verdict, farthest_from_met};
use crate::report::chart::front;
use crate::report::text::{quoted, seen, verdict};

pub fn size(outcome: &SizeOutcome) -> Answer {
    let mut blocks = Vec::new();
    if !outcome.rejected.is_empty() {
        blocks.extend([Block::Heading("Why not cheaper".into()), Block::Table(rejected(outcome))]);
    }
    if !outcome.front.is_empty() {
        let metric = outcome.front_metric.clone().unwrap_or_default();
        blocks.extend([Block::Heading(format!("What more buys: {metric}")), Block::Table(front_table(outcome))]);
    }
    if let Some(picture) = front::picture(outcome, |values| cost_of(outcome, values)) {
        blocks.push(Block::Chart(Chart::of_picture("size_front", picture)));
    }
    if !outcome.losses.is_empty() {
        blocks.extend([Block::Heading("What a loss leaves of the cheapest setting".into()), Block::Table(losses(outcome))]);
    }
    if !outcome.single.is_empty() {
        blocks.push(Block::Text(format!("Nothing takes over from these, whatever the setting: {}.", outcome.single.join(", "))));
    }
    if let Some(best) = outcome.best.as_ref().filter(|best| !best.layout.is_empty()) {
        blocks.extend([Block::Heading("What is on which segment".into()), Block::Table(layout(best))]);
    }
    for path in &outcome.not_monotone {
        let warning = format!(
            "Not every step up helps: with one more step of {path} an objective is not met any more, so a cheaper setting may have been missed."
        );
        blocks.push(Block::Text(warning));
    }
    blocks.extend([Block::Heading("Settings that were simulated".into()), Block::Table(points(outcome))]);
    Answer {
        command: "size",
        title: format!("{}: what is the cheapest setting?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: Some(if outcome.best.is_some() { Verdict::Met } else { Verdict::Missed }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

fn told(settings: &[(String, String)]) -> String {
    settings.iter().map(|(path, value)| format!("{path} = {value}")).collect::<Vec<_>>().join(", ")
}

fn cost(outcome: &SizeOutcome, cost: f64) -> Cell {
    Cell::number(outcome.cost_unit.show(cost), cost)
}

fn cost_of(outcome: &SizeOutcome, values: &[String]) -> Option<f64> {
    outcome.costs.iter().find(|(of, _)| of == values).map(|(_, cost)| *cost)
}

fn rejected(outcome: &SizeOutcome) -> Table {
    let mut table = Table::new(&["Setting", "Cost#", "Verdict", "Metric", "Seen#", "Objective"], 12);
    for row in &outcome.rejected {
        table.row(vec![
            Cell::text(told(&row.settings)),
            cost(outcome, row.cost),
            Cell::text(&row.verdict),
            Cell::text(&row.metric),
            Cell::text(&row.seen),
            Cell::text(&row.bound),
        ]);
    }
    table
}

fn losses(outcome: &SizeOutcome) -> Table {
    let mut table = Table::new(&["Lost", "Verdict", "Farthest from met", "Seen#", "Objective"], 12);
    for loss in &outcome.losses {
        let (shape, word) = verdict(loss.verdict);
        let cells = [loss.what.as_str(), &format!("{shape} {word}"), &loss.metric, &loss.seen, &loss.bound].map(Cell::text);
        table.row(cells.to_vec());
    }
    table
}

fn layout(best: &Choice) -> Table {
    let mut table = Table::new(&["Segment", "Topics and queues"], 12);
    for (segment, lines) in &best.layout {
        table.row(vec![Cell::text(segment), Cell::text(lines.join(", "))]);
    }
    table
}

fn front_table(outcome: &SizeOutcome) -> Table {
    let unit = |metric: &String| outcome.points.iter().find_map(|point| point.metric(metric)).map(|metric| metric.unit);
    let unit = outcome.front_metric.as_ref().and_then(unit);
    let mut table = Table::new(&["Setting", "Cost#", "Seen#"], 12);
    for row in &outcome.front {
        let seen = unit.map_or(row.value.to_string(), |unit| unit.show(row.value));
        table.row(vec![Cell::text(told(&row.settings)), cost(outcome, row.cost), Cell::number(seen, row.value)]);
    }
    table
}

fn points(outcome: &SizeOutcome) -> Table {
    let mut columns: Vec<&str> = outcome.axes.iter().map(|axis| axis.path.as_str()).collect();
    columns.extend(["Cost#", "Verdict", "Farthest from met", "Seen#", "Objective", "~Replications#"]);
    // Without an answer these are all there is to see.
    let mut table = Table::new(&columns, if outcome.best.is_some() { 0 } else { 8 });
    for point in &outcome.points {
        let (shape, word) = verdict(point.verdict);
        let mut row: Vec<Cell> = point.values.iter().map(Cell::text).collect();
        row.push(cost_of(outcome, &point.values).map_or(Cell::text("-"), |value| cost(outcome, value)));
        let [metric, seen, bound] = match farthest_from_met(&point.objectives) {
            Some(objective) => [objective.metric.clone(), seen(objective), objective.bound.clone()],
            None => ["-", "-", "-"].map(String::from),
        };
        row.extend([
            Cell::text(format!("{shape} {word}")),
            Cell::text(metric),
            Cell::text(seen),
            Cell::text(bound),
            Cell::number(point.run.replications.to_string(), f64::from(point.run.replications)),
        ]);
        table.row(row);
    }
    table
}

fn method(outcome: &SizeOutcome) -> Vec<String> {
    let mut method = vec![
        format!("Of {} settings {} were simulated; the others are ruled out by these.", outcome.grid, outcome.points.len()),
        "A setting passes when every objective's whole interval is within its bound; what stays undecided does not pass.".into(),
        "More of anything tuned is taken to be never worse; beside the answer this was put to the test.".into(),
        "A setting gets few replications at first and more while it is undecided, all with the same random numbers.".into(),
    ];
    if !outcome.priced {
        method.push("The scenario has no [price], so that every unit counts as one.".into());
    }
    if outcome.survive > 0 {
        method.push(format!(
            "Loss: the objectives are met also when any one tuned number is short by {0}, {0} of several segments of a kind are lost for good (the fullest; its topics and queues move to the others), or {0} of a subscriber's several consumers with their workers.",
            outcome.survive
        ));
    }
    method
}

fn reproduce(outcome: &SizeOutcome) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    let settings: String = outcome.scenario.settings.iter().map(option).collect();
    let axes = outcome.axes.iter().map(|axis| format!(" --tune {}", quoted(&format!("{}={}", axis.path, axis.values.join(",")))));
    let survive = if outcome.survive > 0 { format!(" --survive {}", outcome.survive) } else { String::new() };
    format!("busload size {}{}{survive}{settings}", quoted(&outcome.scenario.file), axes.collect::<String>())
}
