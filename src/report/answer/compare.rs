//! A comparison of designs, told: who meets what, and the differences that matter first.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::Verdict;
use crate::outcome::compare::{Comparison, DesignResult, Difference, Seen};
use crate::report::chart::forest::{self, Row};
use crate::report::text::{quoted, verdict};
use crate::units::{Unit, three_digits};

/// What people ask of a comparison first; the objectives' own metrics come before these.
const HEADLINES: [&str; 8] = [
    ".end_to_end.mean",
    ".end_to_end.p99",
    ".utilization.peak",
    ".missed",
    ".stale_overwrites",
    ".time_wrong",
    ".drain.mean",
    "total.cost",
];

pub fn compare(comparison: &Comparison) -> Answer {
    let first = &comparison.designs[0];
    let names: Vec<&str> = comparison.designs.iter().map(|design| design.name.as_str()).collect();
    let headlines: Vec<&Difference> = headlines(comparison);
    let mut blocks = vec![Block::Heading("Designs, best first".into()), Block::Table(designs(comparison))];
    if headlines.is_empty() {
        blocks.push(Block::Text("The designs share none of the metrics that people ask for first.".into()));
    } else {
        let title = format!("Differences from {}", first.name);
        blocks.extend([Block::Heading(title), Block::Table(differences(comparison, &headlines, 16))]);
        blocks.extend(forest::picture(&chart_title(comparison), &subtitle(comparison), &rows(comparison, &headlines)).map(|picture| {
            let stem = "differences".into();
            Block::Chart(Chart { stem, picture })
        }));
    }
    let others: Vec<&Difference> = comparison.differences.iter().filter(|difference| !headlines.contains(difference)).collect();
    blocks.extend([Block::Heading("All other metrics".into()), Block::Table(differences(comparison, &others, 0))]);
    if !comparison.unshared.is_empty() {
        let mut table = Table::new(&["Metric", "Only in"], 0);
        for (metric, of) in &comparison.unshared {
            table.row(vec![Cell::text(metric), Cell::text(of.join(", "))]);
        }
        blocks.extend([Block::Heading("Metrics that not all have".into()), Block::Table(table)]);
    }
    Answer {
        command: "compare",
        title: format!("{}: compared", names.join(" or ")),
        question: first.scenario.question.clone(),
        conclusion: comparison.conclusion.clone(),
        tone: None,
        blocks,
        method: method(comparison),
        reproduce: reproduce(comparison),
    }
}

fn designs(comparison: &Comparison) -> Table {
    let mut table = Table::new(&["Design", "Verdict", "Met#", "Missed#", "Undecided#", "Cost a month#"], 10);
    for name in &comparison.ranking {
        let Some(design) = comparison.designs.iter().find(|design| design.name == *name) else { continue };
        let count = |verdict| design.objectives.iter().filter(|objective| objective.verdict == verdict).count();
        let number = |verdict| Cell::number(count(verdict).to_string(), count(verdict) as f64);
        let cost = design.metrics.iter().find(|metric| metric.name == "total.cost");
        table.row(vec![
            Cell::text(&design.name),
            Cell::text(word(design)),
            number(Verdict::Met),
            number(Verdict::Missed),
            number(Verdict::Undecided),
            cost.map_or(Cell::text("-"), |cost| Cell::number(cost.unit.show(cost.point), cost.point)),
        ]);
    }
    table
}

fn word(design: &DesignResult) -> String {
    match design.objectives.len() {
        0 => "no objectives".into(),
        _ => {
            let (shape, word) = verdict(design.verdict);
            format!("{shape} {word}")
        }
    }
}

/// Metrics of objectives first, then the usual ones, in the order of the metrics.
fn headlines(comparison: &Comparison) -> Vec<&Difference> {
    let asked = |metric: &str| comparison.designs.iter().flat_map(|design| &design.objectives).any(|objective| objective.metric == metric);
    let usual = |metric: &str| HEADLINES.iter().any(|end| metric.ends_with(end));
    let (mut first, second): (Vec<&Difference>, Vec<&Difference>) = comparison
        .differences
        .iter()
        .filter(|difference| asked(&difference.metric) || usual(&difference.metric))
        .partition(|difference| asked(&difference.metric));
    first.extend(second);
    first
}

fn differences(comparison: &Comparison, rows: &[&Difference], rows_in_terminal: usize) -> Table {
    // With two designs there is but one other.
    let design = if comparison.designs.len() > 2 { "Design" } else { "~Design" };
    let columns = ["Metric", design, "First#", "This#", "~Mean difference#", "Difference", "Seen", "~Noise shared#"];
    let mut table = Table::new(&columns, rows_in_terminal);
    for row in rows {
        let unit = row.unit;
        let seen = match row.seen {
            Seen::Higher => "higher".into(),
            Seen::Lower => "lower".into(),
            Seen::Same => "the same".into(),
            Seen::NoDifferenceSeen => {
                let more =
                    row.replications_needed.map(|needed| needed.saturating_sub(row.n.into()).max(1)).filter(|more| *more < 1_000_000);
                more.map_or("none seen".to_string(), |more| format!("none seen; +{} runs", three_digits(more as f64)))
            }
        };
        table.row(vec![
            Cell::text(row.metric_there.as_ref().map_or(row.metric.clone(), |there| format!("{} (there {there})", row.metric))),
            Cell::text(&row.design),
            Cell::number(unit.show(row.first), row.first),
            Cell::number(unit.show(row.other), row.other),
            Cell::number(signed(unit, row.difference), row.difference),
            Cell::text(signed_interval(row)),
            Cell::text(seen),
            row.variance_reduction.map_or(Cell::text("-"), |share| Cell::number(Unit::Share.show(share), share)),
        ]);
    }
    table
}

fn signed(unit: Unit, value: f64) -> String {
    format!("{}{}", if value < 0.0 { "-" } else { "+" }, unit.show(value.abs()))
}

fn signed_interval(row: &Difference) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) if row.seen != Seen::Same => format!("{} to {}", signed(row.unit, low), signed(row.unit, high)),
        _ => signed(row.unit, row.difference),
    }
}

/// Ratios to the first design, where both are above zero.
fn rows(comparison: &Comparison, headlines: &[&Difference]) -> Vec<Row> {
    let several = comparison.designs.len() > 2;
    let row = |difference: &&Difference| {
        let ratio = |gap: f64| (difference.first + gap) / difference.first;
        let (low, high) = (difference.low.unwrap_or(difference.difference), difference.high.unwrap_or(difference.difference));
        (difference.first > 0.0 && difference.other > 0.0).then(|| Row {
            label: if several { format!("{}, {}", difference.metric, difference.design) } else { difference.metric.clone() },
            low: ratio(low),
            point: ratio(difference.difference),
            high: ratio(high),
            is_seen: matches!(difference.seen, Seen::Higher | Seen::Lower),
        })
    };
    headlines.iter().filter_map(row).collect()
}

fn chart_title(comparison: &Comparison) -> String {
    match &comparison.designs[..] {
        [first, other] => format!("{} as a multiple of {}", other.name, first.name),
        _ => format!("All designs as multiples of {}", comparison.designs[0].name),
    }
}

fn subtitle(comparison: &Comparison) -> String {
    let confidence = comparison.confidence * 100.0;
    format!("Paired {confidence} % intervals; filled: a difference that is more than noise; hollow: none seen")
}

fn method(comparison: &Comparison) -> Vec<String> {
    let (replications, confidence) = (comparison.designs[0].run.replications, comparison.confidence * 100.0);
    let mut method = vec![
        format!("{replications} replications of each design, with the same random numbers wherever both have the same part."),
        "A difference is taken replication by replication (this design less the first one), its interval by Student's t.".into(),
        "\"Noise shared\" is the part of the variance of an unpaired difference that the common random numbers took away.".into(),
        "None seen: the interval holds zero; \"+N runs\" is about how many more replications would tell a difference as large as it looks.".into(),
        "The ranking goes by objectives missed, then undecided, then by cost; designs without objectives, or without prices, come behind those with.".into(),
    ];
    if comparison.designs.len() > 2 {
        let each = three_digits(comparison.confidence_each * 100.0);
        method
            .push(format!("Each interval has {each} %, so that one metric's intervals hold for all designs at once with {confidence} %."));
    }
    method
}

fn reproduce(comparison: &Comparison) -> String {
    let files: Vec<String> = comparison.designs.iter().map(|design| quoted(&design.scenario.file)).collect();
    let first = &comparison.designs[0];
    let settings: Vec<String> =
        first.scenario.settings.iter().map(|(path, value)| format!(" --set {}", quoted(&format!("{path}={value}")))).collect();
    format!("busload compare {}{}", files.join(" "), settings.concat())
}
