//! The battery of bad days, told: conditions by objectives, drains, and what does not recover.

use super::{Answer, Block, Cell, Table};
use crate::outcome::Verdict;
use crate::outcome::adverse::{Adverse, Condition};
use crate::report::text::{clock, quoted, verdict};
use crate::units::Unit;

pub fn adverse(outcome: &Adverse) -> Answer {
    let mut blocks = vec![Block::Heading("Conditions".into()), Block::Table(conditions(outcome))];
    blocks.extend([Block::Heading("Objectives under each condition".into()), Block::Table(objectives(outcome))]);
    for condition in outcome.conditions.iter().filter(|condition| !condition.still_long.is_empty()) {
        blocks.push(Block::Text(format!("After {} these are still long at the end: {}.", condition.name, condition.still_long.join(", "))));
    }
    for left_out in &outcome.left_out {
        blocks.push(Block::Text(format!("Left out: {left_out}.")));
    }
    let lasting = outcome.conditions.iter().any(|condition| condition.recovers == Some(false));
    let missed = outcome.conditions.iter().any(|condition| condition.verdict == Verdict::Missed);
    Answer {
        command: "adverse",
        title: format!("{}: what is left on a bad day?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: Some(if lasting || missed { Verdict::Missed } else { Verdict::Met }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

fn conditions(outcome: &Adverse) -> Table {
    let mut table =
        Table::new(&["Condition", "Objectives", "Recovers", "Longest drain#", "Missed#", "Highest backlog#", "~Whose backlog"], 12);
    for condition in &outcome.conditions {
        let (shape, word) = verdict(condition.verdict);
        let verdict = if condition.objectives.is_empty() { "-".to_string() } else { format!("{shape} {word}") };
        let drain = condition.drain_s.as_ref().map_or(Cell::text("-"), |(_, drain)| Cell::number(Unit::Seconds.show(*drain), *drain));
        let backlog = condition.backlog.as_ref();
        table.row(vec![
            Cell::text(&condition.name),
            Cell::text(verdict),
            Cell::text(recovers(condition)),
            drain,
            Cell::number(Unit::Count.show(condition.missed), condition.missed),
            backlog.map_or(Cell::text("-"), |(_, most)| Cell::number(Unit::Count.show(*most), *most)),
            Cell::text(backlog.map_or("-", |(whose, _)| whose.as_str())),
        ]);
    }
    table
}

fn recovers(condition: &Condition) -> &'static str {
    match condition.recovers {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "-",
    }
}

/// A row for each objective, a column for each condition.
fn objectives(outcome: &Adverse) -> Table {
    let mut columns = vec!["Metric".to_string(), "Objective".to_string()];
    columns.extend(outcome.conditions.iter().map(|condition| condition.name.clone()));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns, 0);
    let first = outcome.conditions.first().map_or(&[][..], |condition| &condition.objectives);
    for (index, objective) in first.iter().enumerate() {
        let mut row = vec![Cell::text(&objective.metric), Cell::text(&objective.bound)];
        for condition in &outcome.conditions {
            let result = &condition.objectives[index];
            let (shape, _) = verdict(result.verdict);
            let seen = result.point.map_or("no value".to_string(), |point| result.unit.show(point));
            row.push(Cell::text(format!("{shape} {seen}")));
        }
        table.row(row);
    }
    table
}

fn method(outcome: &Adverse) -> Vec<String> {
    vec![
        format!(
            "One thing goes wrong at a time, from {} to {}, around the busiest time; poison lasts all the run.",
            clock(outcome.from_s),
            clock(outcome.to_s)
        ),
        format!("{} replications of each condition, with the same random numbers.", outcome.run.replications),
        "The segment, the subscriber and the system of record are those that are busiest in their worst five minutes.".into(),
        "A design recovers when, in the last twentieth of the run, no line is longer than twice its usual length there and five more."
            .into(),
        "Where the design sets no max_deliveries, a poison message is delivered five times.".into(),
    ]
}

fn reproduce(outcome: &Adverse) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload adverse {}{}", quoted(&outcome.scenario.file), outcome.scenario.settings.iter().map(option).collect::<String>())
}
