//! A search for the limit, told: the answer, the objectives over the load, every load that was simulated.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::limit::LimitOutcome;
use crate::outcome::sweep::{Axis, Point, Sweep};
use crate::outcome::{Verdict, farthest_from_met};
use crate::report::chart::{Panel, curve};
use crate::report::text::{quoted, seen, verdict};
use crate::units::three_digits;

/// Charts of so many objectives.
const CHARTS: usize = 6;

pub fn limit(outcome: &LimitOutcome) -> Answer {
    let sweep = as_sweep(outcome);
    let mut blocks = vec![Block::Heading("Loads that were simulated".into()), Block::Table(loads(outcome))];
    let mut metrics: Vec<&String> =
        outcome.points.first().map_or(Vec::new(), |point| point.objectives.iter().map(|objective| &objective.metric).collect());
    // What gives way comes first.
    metrics.sort_by_key(|metric| outcome.limit.gives_way.as_ref().is_none_or(|first| first.objective != **metric));
    let panels = metrics.into_iter().filter_map(|metric| Some((metric, curve::panel(&sweep, metric)?)));
    for (index, (metric, panel)) in panels.take(CHARTS).enumerate() {
        if index == 0 {
            blocks.push(Block::Heading("Objectives over the load".into()));
        }
        blocks.push(Block::Chart(Chart::of_panel(
            &format!("limit_{}_{metric}", index + 1),
            Panel { title: title(outcome, metric), ..panel },
        )));
    }
    Answer {
        command: "limit",
        title: format!("{}: how much load does it bear?", outcome.scenario.title),
        question: outcome.scenario.question.clone(),
        conclusion: outcome.conclusion.clone(),
        tone: Some(match outcome.limit.low {
            Some(low) if low >= 1.0 => Verdict::Met,
            _ => outcome.limit.today.unwrap_or(Verdict::Missed),
        }),
        blocks,
        method: method(outcome),
        reproduce: reproduce(outcome),
    }
}

/// Up to which load an objective is met, and from which on it is missed.
fn title(outcome: &LimitOutcome, metric: &str) -> String {
    let at = |wanted: Verdict| {
        let is_so =
            move |point: &&Point| point.objectives.iter().any(|objective| objective.metric == metric && objective.verdict == wanted);
        outcome.points.iter().filter(is_so).filter_map(|point| point.values[0].parse::<f64>().ok())
    };
    let (met, missed) = (at(Verdict::Met).reduce(f64::max), at(Verdict::Missed).reduce(f64::min));
    let times = |load: f64| format!("{} times today's load", three_digits(load));
    match (met, missed) {
        (Some(met), Some(missed)) => {
            format!("{metric} is within its objective up to {}, beyond it from {} on", times(met), three_digits(missed))
        }
        (Some(met), None) => format!("{metric} is within its objective up to {}, as far as was looked", times(met)),
        (None, Some(missed)) => format!("{metric} is beyond its objective at {} already", times(missed)),
        (None, None) => format!("{metric} over the load"),
    }
}

/// The points as a sweep over the load, for its charts.
fn as_sweep(outcome: &LimitOutcome) -> Sweep {
    let values: Vec<String> = outcome.points.iter().map(|point| point.values[0].clone()).collect();
    let numbers = values.iter().map(|value| value.parse().ok()).collect();
    Sweep {
        schema: String::new(),
        conclusion: String::new(),
        scenario: outcome.scenario.clone(),
        axes: vec![Axis { path: "load".into(), values, numbers }],
        points: outcome.points.clone(),
        knees: Vec::new(),
        partial: outcome.partial,
    }
}

fn loads(outcome: &LimitOutcome) -> Table {
    let mut table = Table::new(&["Load#", "Verdict", "Replications#", "Farthest from met", "Seen", "Objective"], 30);
    for point in &outcome.points {
        let (shape, word) = verdict(point.verdict);
        let worst = farthest_from_met(&point.objectives);
        let load = point.values[0].parse().unwrap_or(1.0);
        table.row(vec![
            Cell::number(three_digits(load), load),
            Cell::text(format!("{shape} {word}")),
            Cell::number(point.run.replications.to_string(), f64::from(point.run.replications)),
            Cell::text(worst.map_or("-", |objective| objective.metric.as_str())),
            Cell::text(worst.map_or("-".into(), seen)),
            Cell::text(worst.map_or("-", |objective| objective.bound.as_str())),
        ]);
    }
    table
}

fn method(outcome: &LimitOutcome) -> Vec<String> {
    let resolution = three_digits((outcome.limit.resolution - 1.0) * 100.0);
    vec![
        "Load is a factor on every rate of events and of the systems' own users; what follows from them follows.".into(),
        "A load is met when every objective's whole interval is within its bound, missed when one's is beyond it.".into(),
        format!(
            "The search goes where intervals are expected to cross bounds, until met and missed are within {resolution} %, or only undecided loads lie between."
        ),
        "Every load gets few replications at first and more while it is undecided, all loads with the same random numbers.".into(),
        "It takes for granted that more load never helps.".into(),
    ]
}

fn reproduce(outcome: &LimitOutcome) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    format!("busload limit {}{}", quoted(&outcome.scenario.file), outcome.scenario.settings.iter().map(option).collect::<String>())
}
