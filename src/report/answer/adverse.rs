//! The battery of bad days, told: conditions by objectives, drains, and what does not recover.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::adverse::{Adverse, Condition, StillLong};
use crate::outcome::{ObjectiveResult, Verdict};
use crate::report::chart::matrix::{Cell as Shown, Matrix};
use crate::report::text::{clock, quoted, verdict};
use crate::units::Unit;

pub fn adverse(outcome: &Adverse) -> Answer {
    let mut blocks: Vec<Block> = Vec::new();
    let picture = matrix(outcome).picture().map(|picture| Block::Chart(Chart::of_picture("adverse_matrix", picture)));
    blocks.extend(picture.into_iter().flat_map(|chart| [Block::Heading("At a glance".into()), chart]));
    blocks.extend([Block::Heading("Conditions".into()), Block::Table(conditions(outcome))]);
    blocks.extend([Block::Heading("Objectives under each condition".into()), Block::Table(objectives(outcome))]);
    for condition in outcome.conditions.iter().filter(|condition| !condition.still_long.is_empty()) {
        let lines: Vec<String> = condition.still_long.iter().map(long).collect();
        blocks.push(Block::Text(format!("After {} these are still long at the end of the run: {}.", condition.name, lines.join(", "))));
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

fn long(long: &StillLong) -> String {
    let length = Unit::Count.show(long.length);
    match long.clears_in_s {
        Some(seconds) => {
            format!("{} ({length}, as usual after {} more if it goes on shrinking like this)", long.line, Unit::Seconds.show(seconds))
        }
        None => format!("{} ({length}, not shrinking: metastable)", long.line),
    }
}

/// A row for each condition, a column for each objective and one for whether the design recovers.
fn matrix(outcome: &Adverse) -> Matrix {
    let objectives = outcome.conditions.first().map_or(&[][..], |condition| &condition.objectives);
    let mut columns = vec!["Recovers".to_string()];
    columns.extend(objectives.iter().map(|objective| format!("{} {}", objective.metric, objective.bound)));
    let row = |condition: &Condition| {
        let recovers = match condition.recovers {
            Some(true) => Shown { text: "yes".into(), verdict: Some(Verdict::Met) },
            Some(false) if condition.is_metastable => Shown { text: "no, stays bad".into(), verdict: Some(Verdict::Missed) },
            Some(false) => Shown { text: "not yet".into(), verdict: Some(Verdict::Missed) },
            None => Shown { text: "–".into(), verdict: None },
        };
        let seen = |objective: &ObjectiveResult| Shown {
            text: objective.point.map_or("no value".into(), |point| objective.unit.show(point)),
            verdict: Some(objective.verdict),
        };
        (condition.name.clone(), std::iter::once(recovers).chain(condition.objectives.iter().map(seen)).collect())
    };
    Matrix {
        title: title(outcome),
        about: "Each row is one thing that goes wrong alone; each column an objective and what was seen for it".into(),
        columns,
        rows: outcome.conditions.iter().map(row).collect(),
    }
}

fn title(outcome: &Adverse) -> String {
    let bad = || outcome.conditions.iter().skip(1);
    let stands = bad().filter(|condition| condition.verdict == Verdict::Met && condition.recovers != Some(false)).count();
    let lasting: Vec<&str> = bad().filter(|each| each.recovers == Some(false)).map(|each| each.name.as_str()).collect();
    let recovery = match lasting[..] {
        [] => "it recovers from all that end".to_string(),
        [one] => format!("it does not recover from {one}"),
        _ => format!("it does not recover from {} of them", lasting.len()),
    };
    format!("The design keeps its objectives on {stands} of {} bad days; {recovery}", outcome.conditions.len().saturating_sub(1))
}

fn conditions(outcome: &Adverse) -> Table {
    let mut table = Table::new(
        &["Condition", "Objectives", "Recovers", "Longest drain#", "Missed#", "Highest backlog#", "~Whose backlog", "~Replications#"],
        12,
    );
    for (index, condition) in outcome.conditions.iter().enumerate() {
        let (shape, word) = verdict(condition.verdict);
        let verdict = if condition.objectives.is_empty() { "-".to_string() } else { format!("{shape} {word}") };
        let backlog = condition.backlog.as_ref();
        table.row(vec![
            Cell::text(if index == 0 { condition.name.clone() } else { format!("{index} {}", condition.name) }),
            Cell::text(verdict),
            Cell::text(recovers(condition)),
            drain(condition),
            Cell::number(Unit::Count.show(condition.missed), condition.missed),
            backlog.map_or(Cell::text("-"), |(_, most)| Cell::number(Unit::Count.show(*most), *most)),
            Cell::text(backlog.map_or("-", |(whose, _)| whose.as_str())),
            Cell::number(condition.replications.to_string(), f64::from(condition.replications)),
        ]);
    }
    table
}

/// How long the slowest line takes to be as it was, where that is known.
pub fn drain(condition: &Condition) -> Cell {
    match (&condition.undrained, &condition.drain_s) {
        (Some(_), _) => Cell::text("not over"),
        (None, Some((_, drain))) => Cell::number(Unit::Seconds.show(*drain), *drain),
        (None, None) => Cell::text("-"),
    }
}

fn recovers(condition: &Condition) -> &'static str {
    match condition.recovers {
        Some(true) => "yes",
        Some(false) if condition.is_metastable => "NO, stays",
        Some(false) => "not yet",
        None => "-",
    }
}

/// A row for each objective, a column for each condition; the conditions are numbered where there is no room for their names.
fn objectives(outcome: &Adverse) -> Table {
    let mut columns = vec!["Objective".to_string()];
    columns.extend((0..outcome.conditions.len()).map(|index| if index == 0 { "as it is".to_string() } else { index.to_string() }));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns, 12);
    let first = outcome.conditions.first().map_or(&[][..], |condition| &condition.objectives);
    for (index, objective) in first.iter().enumerate() {
        let mut row = vec![Cell::text(format!("{} {}", objective.metric, objective.bound))];
        for condition in &outcome.conditions {
            let told = |result: &ObjectiveResult| {
                let seen = result.point.map_or("no value".to_string(), |point| result.unit.show(point));
                format!("{} {seen}", verdict(result.verdict).0)
            };
            row.push(Cell::text(condition.objectives.get(index).map_or("-".to_string(), told)));
        }
        table.row(row);
    }
    table
}

fn method(outcome: &Adverse) -> Vec<String> {
    vec![
        format!(
            "One thing goes wrong at a time, from {} to {}, at the busiest time that leaves as long to recover, and is over then.",
            clock(outcome.from_s),
            clock(outcome.to_s)
        ),
        format!(
            "{} replications of the design as it is and of every condition that leaves a verdict open, fewer of the others, all with the same random numbers.",
            outcome.run.replications
        ),
        "The segment, the subscriber and the system of record are those that are busiest in their worst five minutes.".into(),
        "A design recovers when, in the last twentieth of the run, no line is longer than twice its usual length there and five more. \
         It is metastable where such a line has not shrunk since half-way from the end of the trouble."
            .into(),
        "Where the design sets no max_deliveries, a poison message is delivered five times.".into(),
    ]
}

fn reproduce(outcome: &Adverse) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload adverse {}{}", quoted(&outcome.scenario.file), outcome.scenario.settings.iter().map(option).collect::<String>())
}
