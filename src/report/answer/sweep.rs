//! A sweep, told: the objectives' metrics over the grid.

use super::{Answer, Block, Cell, Chart, Table};
use crate::outcome::sweep::{Point, Sweep};
use crate::outcome::{Metric, Verdict};
use crate::report::chart::curve;
use crate::report::text::{interval, quoted, verdict};

/// Metrics beside those of the objectives.
const USUAL: [&str; 2] = [".end_to_end.p99", ".utilization.peak"];
/// Columns of metrics in a terminal, and charts.
const COLUMNS: usize = 3;
const CHARTS: usize = 8;

pub fn sweep(sweep: &Sweep) -> Answer {
    let names = names(sweep);
    let paths: Vec<&str> = sweep.axes.iter().map(|axis| axis.path.as_str()).collect();
    let mut blocks = vec![Block::Heading("Points".into()), Block::Table(points(sweep, &names))];
    let panels = names.iter().filter_map(|name| Some((*name, curve::panel(sweep, name)?)));
    for (index, (name, panel)) in panels.take(CHARTS).enumerate() {
        if index == 0 {
            blocks.push(Block::Heading("How it changes".into()));
        }
        blocks.push(Block::Chart(Chart::of_panel(&format!("sweep_{}_{name}", index + 1), panel)));
    }
    blocks.extend(knees(sweep).into_iter().map(Block::Text));
    let all_met = sweep.points.iter().all(|point| point.verdict == Verdict::Met);
    Answer {
        command: "sweep",
        title: format!("{}: {}", sweep.scenario.title, paths.join(" and ")),
        question: sweep.scenario.question.clone(),
        conclusion: sweep.conclusion.clone(),
        tone: all_met.then_some(Verdict::Met),
        blocks,
        method: method(sweep),
        reproduce: reproduce(sweep),
    }
}

/// A sentence for each latency that has knees, the places where it has one without repetition.
fn knees(sweep: &Sweep) -> Vec<String> {
    let of_a_subscriber = || sweep.knees.iter().filter(|knee| knee.metric.starts_with("subscriber."));
    let mut metrics: Vec<&str> = of_a_subscriber().map(|knee| knee.metric.as_str()).collect();
    metrics.dedup();
    let told = |metric: &str| {
        let mut places: Vec<&str> = of_a_subscriber().filter(|knee| knee.metric == metric).map(|knee| knee.at.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        format!("{metric} has its knee at {} = {}.", sweep.axes[0].path, places.join(" or "))
    };
    metrics.into_iter().map(told).collect()
}

/// Metrics of the objectives, then the usual ones, as far as any point has them.
fn names(sweep: &Sweep) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    let mut add = |name| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    for objective in sweep.points.iter().flat_map(|point| &point.objectives) {
        add(&objective.metric);
    }
    // What is zero at every point tells nothing, and an event's latency is that of its slowest subscriber.
    for metric in sweep.points.iter().flat_map(|point| &point.metrics).filter(|metric| metric.point > 0.0) {
        if USUAL.iter().any(|usual| metric.name.ends_with(usual)) && !metric.name.starts_with("event.") {
            add(&metric.name);
        }
    }
    names
}

fn points(sweep: &Sweep, names: &[&str]) -> Table {
    let mut columns: Vec<String> = sweep.axes.iter().map(|axis| axis.path.clone()).collect();
    columns.push("Verdict".into());
    for (index, name) in names.iter().enumerate() {
        let detail = if index < COLUMNS { "" } else { "~" };
        columns.extend([format!("{detail}{name}#"), format!("~{name}: interval")]);
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut table = Table::new(&columns, 30);
    for point in &sweep.points {
        table.row(row(point, names));
    }
    table
}

fn row(point: &Point, names: &[&str]) -> Vec<Cell> {
    let (shape, word) = verdict(point.verdict);
    let told = if point.objectives.is_empty() { "-".to_string() } else { format!("{shape} {word}") };
    let mut row: Vec<Cell> = point.values.iter().map(Cell::text).collect();
    row.push(Cell::text(told));
    for name in names {
        let cell = |metric: &Metric| Cell::number(metric.unit.show(metric.point), metric.point);
        let side = |metric: &Metric| Cell::text(interval(metric.unit, metric.low, metric.high).unwrap_or_default());
        row.push(point.metric(name).map_or(Cell::text("-"), cell));
        row.push(point.metric(name).map_or(Cell::text(""), side));
    }
    row
}

fn method(sweep: &Sweep) -> Vec<String> {
    let run = sweep.points.first().map(|point| &point.run);
    let mut method: Vec<String> = run.map_or(Vec::new(), |run| {
        vec![format!(
            "{} replications at each point, with the same random numbers at all points; intervals by Student's t at {} %.",
            run.replications,
            run.confidence * 100.0
        )]
    });
    method.push("Intervals are of each point by itself: to tell two points apart use compare, which takes paired differences.".into());
    if !sweep.knees.is_empty() {
        method.push("A knee is the point farthest below the straight line between the ends, both axes scaled to one (Kneedle).".into());
    }
    method
}

fn reproduce(sweep: &Sweep) -> String {
    let option = |(path, value): (&String, &String)| format!(" --set {}", quoted(&format!("{path}={value}")));
    let settings: String = sweep.scenario.settings.iter().map(option).collect();
    let axes = sweep.axes.iter().map(|axis| format!(" --vary {}", quoted(&format!("{}={}", axis.path, axis.values.join(",")))));
    format!("busload sweep {}{}{settings}", quoted(&sweep.scenario.file), axes.collect::<String>())
}
