//! Parts 2 and 7: every known answer that a scenario can express, case by case.

use super::cases::{self, Case, Effort};
use super::judge::{FAR, Row, row, spread};
use super::table::{Report, four};
use busload::experiment::{self, Watch};
use busload::outcome::Outcome;
use busload::scenario::{self, MemoryFiles, Scenario};

/// Nobody looks on.
pub struct Nobody;

impl Watch for Nobody {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// The scenario of a text and the files that it names.
pub fn load(text: &str, files: &[(&str, String)]) -> Scenario {
    let files = files.iter().fold(MemoryFiles::default().with("a.toml", text), |files, (name, text)| files.with(name, text.clone()));
    let mut files = files;
    scenario::load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

pub fn outcome(text: &str) -> Outcome {
    experiment::run(&load(text, &[]), &Nobody).expect("nobody stops it")
}

fn is_transient(id: &str) -> bool {
    id.starts_with("diurnal") || id.starts_with("durable-outage") || id.starts_with("drain")
}

/// Part 2.
pub fn part(report: &mut Report, share: f64) {
    report.part(
        "2 Unbiased",
        &format!("Known answers (`tests/closed_forms.json`) against 30 replications each (of {share} of the usual length); z is the distance in standard errors of the simulation, 3.5 at most."),
    );
    let (expressible, others): (Vec<_>, Vec<_>) =
        cases::all(Effort { replications: 30, share }).into_iter().partition(|(_, case)| case.is_ok());
    let mut all = Vec::new();
    let mut lines = Vec::new();
    let count = expressible.len();
    for case in expressible.into_iter().filter_map(|(id, case)| case.ok().filter(|_| !is_transient(&id))) {
        let (rows, mut told) = judged(report, &case);
        lines.append(&mut told);
        all.extend(rows);
    }
    report.table(&["Case", "Metric", "Theory", "Simulated", "Interval (95 %)", "z", ""], &lines);
    let worst = all.iter().map(|row| row.z.abs()).fold(0.0, f64::max);
    let sd = spread(&all);
    let verdict = report.check("spread of z", (0.85..=1.15).contains(&sd));
    report.say(&format!(
        "\n{count} of 81 cases are scenarios (transients in part 7), {} figures: worst |z| {worst:.2}, spread of z {sd:.3} ({verdict}; 1 where intervals are honest).",
        all.len()
    ));
    let reasons: Vec<Vec<String>> = others.into_iter().filter_map(|(id, case)| Some(vec![id, case.err()?.to_string()])).collect();
    report.say("\nNot expressible:");
    report.table(&["Case", "Why"], &reasons);
}

/// Part 7.
pub fn transients(report: &mut Report) {
    report.part("7 Transients", "What changes over the day, against formulas for each instant (S. Eick, W. Massey and W. Whitt 1993).");
    let cases = cases::all(Effort { replications: 30, share: 1.0 });
    let mut lines = Vec::new();
    for case in cases.into_iter().filter_map(|(id, case)| case.ok().filter(|_| is_transient(&id))) {
        lines.append(&mut judged(report, &case).1);
    }
    report.table(&["Case", "Metric", "Theory", "Simulated", "Interval (95 %)", "z", ""], &lines);
}

/// The case in its figures: what is far away fails.
pub fn judged(report: &mut Report, case: &Case) -> (Vec<Row>, Vec<Vec<String>>) {
    let outcome = outcome(&case.text);
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for (metric, truth) in &case.checks {
        let Some(row) = row(&outcome, metric, *truth) else {
            report.check(&format!("{} {metric}", case.id), false);
            lines.push(vec![case.id.clone(), metric.clone(), four(*truth), "absent".into()]);
            continue;
        };
        let verdict = report.check(&format!("{} {metric}", case.id), row.z.abs() <= FAR);
        let interval = format!("{} to {}", four(row.low), four(row.high));
        lines.push(vec![case.id.clone(), metric.clone(), four(row.truth), four(row.point), interval, format!("{:.2}", row.z), verdict]);
        rows.push(row);
    }
    for (metric, low, high) in &case.bounds {
        let Some(seen) = outcome.metric(metric) else { continue };
        let holds = seen.high.is_some_and(|end| end >= *low) && seen.low.is_some_and(|end| end <= *high);
        let verdict = report.check(&format!("{} {metric}", case.id), holds);
        lines.push(vec![
            case.id.clone(),
            metric.clone(),
            format!("{} to {}", four(*low), four(*high)),
            four(seen.point),
            "bounds".into(),
            String::new(),
            verdict,
        ]);
    }
    (rows, lines)
}
