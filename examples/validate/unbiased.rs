//! Parts 2 and 7: every known answer that a scenario can express, case by case.

use super::cases::{self, Case, Effort};
use super::judge::{FAR, FAR_TRANSIENT, Row, row, spread, widest};
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

pub fn outcome(case: &Case) -> Outcome {
    experiment::run(&load(&case.text, &case.files), &Nobody).expect("nobody stops it")
}

/// Where the cases' seeds begin.
pub const SEED: u64 = 11;

/// Which cases, how long, from which seed.
pub struct Choice<'a> {
    pub share: f64,
    pub seed: u64,
    /// Cases whose names begin like this.
    pub only: &'a str,
}

/// Its figures are of one day.
pub fn is_transient(id: &str) -> bool {
    id.starts_with("diurnal") || id.starts_with("durable-outage") || id.starts_with("drain")
}

/// Part 2.
pub fn part(report: &mut Report, Choice { share, seed, only }: Choice<'_>) {
    report.part(
        "2 Unbiased",
        &format!("Known answers (`tests/closed_forms.json`) against 30 replications each{}; z is the distance in standard errors of the simulation, 3.5 at most. The latency of breakdown-2 is found on two levels (M. Giles 2008): long runs with a fiftieth of the customers and the same outages, and their difference to the real design in runs that share their chance.", if share == 1.0 { String::new() } else { format!(" (of {share} of the usual length)") }),
    );
    let (expressible, others): (Vec<_>, Vec<_>) =
        cases::all(Effort { replications: 30, share, seed }).into_iter().partition(|(_, case)| case.is_ok());
    let (mut all, mut lines, mut wide) = (Vec::new(), Vec::new(), Vec::new());
    let count = expressible.len();
    for case in expressible.into_iter().filter_map(|(id, case)| case.ok().filter(|_| !is_transient(&id) && id.starts_with(only))) {
        let (rows, mut told) = judged(report, &case, FAR);
        lines.append(&mut told);
        wide.extend(rows.iter().filter_map(|row| too_wide(&case, row)));
        all.extend(rows);
    }
    report.table(&["Case", "Metric", "Theory", "Simulated", "Interval (95 %)", "z", ""], &lines);
    let worst = all.iter().map(|row| row.z.abs()).fold(0.0, f64::max);
    let sd = spread(&all);
    let verdict = report.check("spread of z", !only.is_empty() || (0.85..=1.15).contains(&sd));
    report.say(&format!(
        "\n{count} of 81 cases are scenarios (transients in part 7), {} figures: worst |z| {worst:.2}, spread of z {sd:.3} ({verdict}; 1 where intervals are honest).",
        all.len()
    ));
    let verdict = report.check("widths in part 2", wide.is_empty());
    report.say(&format!(
        "\nHalf-widths of means up to a utilization of 0.9 at most 1 %, of 99th percentiles 3 %: {verdict}. Wider: {}.",
        match &wide[..] {
            [] => "none".into(),
            wide => wide.join(", "),
        }
    ));
    let reasons: Vec<Vec<String>> = others.into_iter().filter_map(|(id, case)| Some(vec![id, case.err()?.to_string()])).collect();
    report.say("\nNot expressible:");
    report.table(&["Case", "Why"], &reasons);
}

/// A figure whose interval is wider than it may be up to a utilization of 0.9.
fn too_wide(case: &Case, row: &Row) -> Option<String> {
    let most = widest(&row.metric)?;
    let busiest = case.checks.iter().filter(|(metric, _)| metric.ends_with(".utilization.mean")).map(|(_, truth)| *truth);
    let half = (row.high - row.low) / 2.0 / row.truth;
    (half > most && busiest.fold(0.0, f64::max) <= 0.9)
        .then(|| format!("{} {} ({:.1} %)", case.id, row.metric.rsplit('.').next().unwrap_or(""), half * 100.0))
}

/// Part 7.
pub fn transients(report: &mut Report, Choice { seed, only, .. }: Choice<'_>) {
    report.part("7 Transients", "What changes over the day in 100 replications (of 48 hours in 8), against formulas for each instant (S. Eick, W. Massey and W. Whitt 1993); z at most 3.");
    let cases = cases::all(Effort { replications: 100, share: 1.0, seed });
    let mut lines = Vec::new();
    for case in cases.into_iter().filter_map(|(id, case)| case.ok().filter(|_| is_transient(&id) && id.starts_with(only))) {
        lines.append(&mut judged(report, &case, FAR_TRANSIENT).1);
    }
    report.table(&["Case", "Metric", "Theory", "Simulated", "Interval (95 %)", "z", ""], &lines);
}

/// The case in its figures: what is so many standard errors away fails.
pub fn judged(report: &mut Report, case: &Case, far: f64) -> (Vec<Row>, Vec<Vec<String>>) {
    let outcome = outcome(case);
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for (metric, truth) in &case.checks {
        let levels = case.levels.as_ref().filter(|levels| levels.metric == *metric);
        let Some(row) = levels.map_or_else(|| row(&outcome, metric, *truth), |levels| levels.row(*truth)) else {
            report.check(&format!("{} {metric}", case.id), false);
            lines.push(vec![case.id.clone(), metric.clone(), four(*truth), "absent".into()]);
            continue;
        };
        let verdict = report.check(&format!("{} {metric}", case.id), row.z.abs() <= far);
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
