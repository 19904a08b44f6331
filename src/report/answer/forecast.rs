//! A forecast, told: which objective breaks when, what the cheapest step is, the objectives over the months.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::Verdict;
use crate::outcome::forecast::{Forecast, Outlook};
use crate::outcome::sweep::{Axis, Sweep};
use crate::report::chart::{Panel, curve, runout};
use crate::report::text::{quoted, verdict};
use crate::units::three_digits;

/// Charts of so many objectives.
const CHARTS: usize = 6;

pub fn forecast(outcome: &Forecast) -> Answer {
    let sweep = over_months(outcome);
    let mut blocks = vec![Block::Heading("Objectives, first to break first".into())];
    blocks.extend(runout::picture(outcome).map(|picture| Block::Chart(Chart::of_picture("forecast_runout", picture))));
    blocks.push(Block::Table(outlooks(outcome)));
    if !outcome.fixes.is_empty() {
        blocks.extend([Block::Heading("Single steps that buy a year more".into()), Block::Table(fixes(outcome))]);
    }
    if !outcome.no_help.is_empty() {
        blocks.push(Block::Text(format!("No step of these by itself is enough: {}.", outcome.no_help.join(", "))));
    }
    let panels = outcome.objectives.iter().filter_map(|objective| Some((&objective.metric, curve::panel(&sweep, &objective.metric)?)));
    for (index, (metric, panel)) in panels.take(CHARTS).enumerate() {
        blocks.push(Block::Chart(Chart::of_panel(
            &format!("forecast_{}_{metric}", index + 1),
            Panel { title: title(outcome, metric), ..panel },
        )));
    }
    Answer {
        command: "forecast",
        title: format!("{}: when does growth break it?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: outcome.objectives.first().map(|first| if first.months_to.is_some() { Verdict::Missed } else { Verdict::Met }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

fn outlooks(outcome: &Forecast) -> Table {
    let mut table = Table::new(&["Metric", "Objective", "Today", "Breaks in months#", "Load then#"], 20);
    for objective in &outcome.objectives {
        let (shape, word) = verdict(objective.verdict);
        table.row(vec![
            Cell::text(&objective.metric),
            Cell::text(&objective.bound),
            Cell::text(format!("{shape} {word}")),
            between(objective, objective.months_from, objective.months_to, &format!("not in {} years", outcome.years)),
            between(objective, objective.met_up_to, objective.missed_from, "-"),
        ]);
    }
    table
}

fn title(outcome: &Forecast, metric: &str) -> String {
    let outlook = outcome.objectives.iter().find(|objective| objective.metric == metric);
    match outlook.map(|outlook| (outlook, outlook.months_from, outlook.months_to)) {
        Some((outlook, ..)) if outlook.verdict == Verdict::Missed => format!("{metric} is beyond its objective today"),
        Some((_, Some(from), Some(to))) => {
            format!("{metric} leaves its objective {} to {} months from now", three_digits(from), three_digits(to))
        }
        Some((_, None, Some(to))) => format!("{metric} leaves its objective within {} months", three_digits(to)),
        _ => format!("{metric} stays within its objective for {} years", three_digits(outcome.years)),
    }
}

/// The later end is what it is sorted by.
fn between(objective: &Outlook, from: Option<f64>, to: Option<f64>, never: &str) -> Cell {
    match (from, to) {
        _ if objective.verdict == Verdict::Missed => Cell::text("already"),
        (Some(from), Some(to)) => Cell::number(format!("{} to {}", three_digits(from), three_digits(to)), to),
        (None, Some(to)) => Cell::number(format!("up to {}", three_digits(to)), to),
        (_, None) => Cell::text(never),
    }
}

fn fixes(outcome: &Forecast) -> Table {
    let mut table = Table::new(&["Setting", "From#", "To#", "More a month#"], 12);
    for fix in &outcome.fixes {
        table.row(vec![
            Cell::text(&fix.path),
            Cell::number(fix.from.to_string(), f64::from(fix.from)),
            Cell::number(fix.to.to_string(), f64::from(fix.to)),
            Cell::number(outcome.cost_unit.show(fix.cost), fix.cost),
        ]);
    }
    table
}

/// The points as a sweep over the months from now, for its charts.
fn over_months(outcome: &Forecast) -> Sweep {
    let load = |value: &String| value.parse::<f64>().unwrap_or(1.0);
    let months = |load: f64| 12.0 * load.ln() / (1.0 + outcome.growth_a_year).ln();
    let values: Vec<String> = outcome.points.iter().map(|point| point.values[0].clone()).collect();
    let numbers = Some(values.iter().map(|value| months(load(value))).collect());
    let texts: Vec<String> = values.iter().map(|value| three_digits(months(load(value)))).collect();
    let points = outcome.points.iter().zip(&texts).map(|(point, text)| {
        let mut point = point.clone();
        point.values = vec![text.clone()];
        point
    });
    Sweep {
        schema: String::new(),
        conclusion: String::new(),
        scenario: outcome.scenario.clone(),
        points: points.collect(),
        axes: vec![Axis { path: "Months from now".into(), values: texts, numbers }],
        knees: Vec::new(),
        partial: outcome.partial,
    }
}

fn method(outcome: &Forecast) -> Vec<String> {
    vec![
        format!("The load grows by {} % a year, compounded, on every rate of events and of the systems' own users.", three_digits(outcome.growth_a_year * 100.0)),
        format!("It was looked {} years ahead, with the same random numbers at every load.", outcome.years),
        "An objective breaks between the last load at which its whole interval is within its bound and the first at which it is beyond.".into(),
        "A step is of one setting with a price, alone, taken to be never worse when larger; it has to bear a year's growth beyond the first break.".into(),
    ]
}

fn reproduce(outcome: &Forecast) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload forecast {}{}", quoted(&outcome.scenario.file), outcome.scenario.settings.iter().map(option).collect::<String>())
}
