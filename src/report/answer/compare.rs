//! A comparison of designs, told: who meets what, and the differences that matter first.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::Verdict;
use crate::outcome::compare::{Comparison, DesignResult, Difference, HEADLINES, Pick, Seen, figures, wins};
use crate::report::chart::beside;
use crate::report::chart::forest::{self, Row};
use crate::report::text::{quoted, verdict};
use crate::units::{Unit, three_digits};

pub fn compare(comparison: &Comparison) -> Answer {
    let first = &comparison.designs[0];
    let names: Vec<&str> = comparison.designs.iter().map(|design| design.name.as_str()).collect();
    let headlines: Vec<&Difference> = headlines(comparison);
    let mut blocks = vec![Block::Heading("Designs, best first".into()), Block::Table(designs(comparison))];
    let beside = beside_rows(comparison, &headlines);
    if beside.len() > 1 {
        let chart = beside::picture(&who_wins(comparison), &names.iter().map(|name| name.to_string()).collect::<Vec<_>>(), &beside);
        blocks.push(Block::Heading("Side by side: who is best on what".into()));
        blocks.extend(chart.map(|picture| Block::Chart(Chart::of_picture("side_by_side", picture))));
        blocks.push(Block::Table(side_by_side(comparison, &names, &beside)));
    }
    if headlines.is_empty() {
        blocks.push(Block::Text("The designs share none of the metrics that people ask for first.".into()));
    } else {
        let title = format!("Differences from {}", first.name);
        blocks.push(Block::Heading(title));
        let ratios = rows(comparison, &headlines);
        let picture = forest::picture(&chart_title(comparison, &headlines), &subtitle(comparison), &ratios);
        blocks.extend(picture.map(|picture| Block::Chart(Chart::of_picture("differences", picture))));
        blocks.push(Block::Table(differences(comparison, &headlines, 16)));
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
    let columns = ["Metric", design, "First#", "This#", "~Mean difference#", "Difference", "Seen", "Needs more runs#", "~Noise shared#"];
    let mut table = Table::new(&columns, rows_in_terminal);
    for row in rows {
        let unit = row.unit;
        let seen = match row.seen {
            Seen::Higher => "higher",
            Seen::Lower => "lower",
            Seen::Same => "the same",
            Seen::NoDifferenceSeen => "none seen",
        };
        let more = row.replications_needed.map(|needed| needed.saturating_sub(row.n.into()).max(1));
        let needed = more.filter(|more| row.seen == Seen::NoDifferenceSeen && *more < 1_000_000);
        table.row(vec![
            Cell::text(row.metric_there.as_ref().map_or(row.metric.clone(), |there| format!("{} (there {there})", row.metric))),
            Cell::text(&row.design),
            Cell::number(unit.show(row.first), row.first),
            Cell::number(unit.show(row.other), row.other),
            Cell::number(signed(unit, row.difference), row.difference),
            Cell::text(signed_interval(row)),
            Cell::text(seen),
            needed.map_or(Cell::text("-"), |needed| Cell::number(three_digits(needed as f64), needed as f64)),
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

fn chart_title(comparison: &Comparison, headlines: &[&Difference]) -> String {
    let count = |seen: Seen| headlines.iter().filter(|difference| difference.seen == seen).count();
    let first = &comparison.designs[0].name;
    let other = match &comparison.designs[..] {
        [_, other] => format!("{} has", other.name),
        _ => "The other designs have".into(),
    };
    let (lower, higher, all) = (count(Seen::Lower), count(Seen::Higher), headlines.len());
    format!("{other} {lower} of {all} figures lower than {first}, and {higher} higher")
}

/// Headline metrics with the values of all designs, and who is best by more than noise.
fn beside_rows(comparison: &Comparison, headlines: &[&Difference]) -> Vec<beside::Row> {
    let mut metrics: Vec<&str> = Vec::new();
    for difference in headlines {
        if !metrics.contains(&difference.metric.as_str()) {
            metrics.push(&difference.metric);
        }
    }
    let value = |design: &DesignResult, metric: &str| {
        let found = design.metrics.iter().find(|found| found.name == metric)?;
        Some((found.point, found.low.unwrap_or(found.point), found.high.unwrap_or(found.point)))
    };
    let row = |metric: &str| {
        let unit = headlines.iter().find(|difference| difference.metric == metric)?.unit;
        let values: Vec<_> = comparison.designs.iter().map(|design| value(design, metric)).collect();
        let objective = comparison.designs.iter().flat_map(|design| &design.objectives).find(|objective| objective.metric == metric);
        let limit = objective.map(|objective| objective.limit);
        let largest = values.iter().flatten().map(|(point, ..)| *point).fold(0.0, f64::max);
        (largest > 0.0).then(|| beside::Row { metric: metric.into(), unit, values, limit, winner: winner(comparison, metric) })
    };
    metrics.into_iter().filter_map(row).collect()
}

fn pick<'c>(comparison: &'c Comparison, metric: &str) -> Option<&'c Pick> {
    comparison.picks.iter().find(|pick| pick.metric == metric)
}

/// The design that is best by more than noise.
fn winner(comparison: &Comparison, metric: &str) -> Option<usize> {
    let told = pick(comparison, metric).filter(|pick| pick.is_told(comparison.confidence))?;
    comparison.designs.iter().position(|design| told.designs == [design.name.as_str()])
}

fn who_wins(comparison: &Comparison) -> String {
    let wins = |name: &str| wins(&comparison.picks, name, comparison.confidence);
    let mut told: Vec<(usize, &str)> = comparison.designs.iter().map(|design| (wins(&design.name), design.name.as_str())).collect();
    told.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let figures = figures(&comparison.picks);
    let open = figures - told.iter().map(|(count, _)| count).sum::<usize>();
    let winners: Vec<String> = told.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{name} on {count}")).collect();
    match winners.len() {
        0 => format!("No design is better than all others by more than noise on any of {figures} figures"),
        _ => format!("Best by more than noise: {} of {figures} figures; {open} not told apart", winners.join(", ")),
    }
}

/// The same as a table.
fn side_by_side(comparison: &Comparison, names: &[&str], rows: &[beside::Row]) -> Table {
    let mut columns = vec!["Metric".to_string()];
    columns.extend(names.iter().map(|name| format!("{name}#")));
    columns.extend(["Best".into(), "Wrong pick#".into()]);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns, 8);
    for row in rows {
        let mut cells = vec![Cell::text(&row.metric)];
        cells.extend(row.values.iter().map(|value| match value {
            Some((point, ..)) => Cell::number(row.unit.show(*point), *point),
            None => Cell::text("-"),
        }));
        cells.extend(match pick(comparison, &row.metric) {
            Some(pick) if pick.is_told(comparison.confidence) => [Cell::text(pick.designs.join(", ")), wrong(pick)],
            Some(pick) => [Cell::text("not told apart"), wrong(pick)],
            None if is_same(comparison, &row.metric) => [Cell::text("the same"), Cell::text("-")],
            None => [Cell::text("-"), Cell::text("-")],
        });
        table.row(cells);
    }
    table
}

/// All designs have the metric, and the same figures in every replication.
fn is_same(comparison: &Comparison, metric: &str) -> bool {
    let differences = || comparison.differences.iter().filter(|difference| difference.metric == metric);
    differences().count() + 1 == comparison.designs.len() && differences().all(|difference| difference.seen == Seen::Same)
}

/// The chance that a pick is wrong; what is smaller than anyone cares for is told as such.
fn wrong(pick: &Pick) -> Cell {
    const SMALL: f64 = 0.0001;
    match pick.chance_wrong {
        Some(chance) if chance < SMALL => Cell::number(format!("< {}", Unit::Share.show(SMALL)), chance),
        Some(chance) => Cell::number(Unit::Share.show(chance), chance),
        None => Cell::text("unknown"),
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
        "None seen: the interval holds zero; \"needs more runs\" is about how many more replications would tell a difference as large as it looks.".into(),
        "Best is the lowest, or the highest where an objective asks for more than its bound. \"Wrong pick\" is the largest one-sided p of the paired lead over another design, times the number of the others: of comparisons in which another design is truly better no more than this share state so small a chance, as far as the figures are nearly normal.".into(),
        "The ranking goes by objectives missed, then undecided, then by cost, then by on how many figures a design is best; designs without objectives, or without prices, come behind those with.".into(),
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
