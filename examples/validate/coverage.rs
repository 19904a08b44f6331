//! Parts 3 to 5: how often intervals hold the truth, how wide they are, what a bad start costs.

use super::table::{Report, four};
use super::unbiased::{Nobody, load};
use busload::experiment;
use busload::model;
use busload::scenario::Scenario;
use busload::stats::{Tally, mean_interval, next_run_by_order, next_run_interval};
use busload::theory::Mm1;
use busload::units::{Span, Time};
use rayon::prelude::*;

/// Replications in an experiment.
const EACH: u32 = 10;

/// A design whose truth is known.
pub struct Design {
    name: &'static str,
    text: String,
    truths: Vec<(&'static str, f64)>,
    /// Measured seconds.
    length: f64,
}

fn text(seconds: f64, event: &str, work: &str, more: &str) -> String {
    format!(
        "[run]\nkind = \"steady\"\nhorizon = \"{}ms\"\nwarm_up = \"{}ms\"\nreplications = {EACH}\nseed = 7\n[sor.source]\n[event.customer]\nfrom = \"source\"\nto = \"line\"\n{event}\n[segment.bus]\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"{work}\"\n{more}\n",
        (seconds * 1100.0) as u64,
        (seconds * 100.0) as u64
    )
}

const MEAN: &str = "subscriber.server.end_to_end.mean";
const P95: &str = "subscriber.server.end_to_end.p95";
const P99: &str = "subscriber.server.end_to_end.p99";

/// One server at this load.
pub fn mm1(name: &'static str, load: f64, length: f64) -> Design {
    let theory = Mm1::new(load, 1.0).expect("stable");
    Design {
        name,
        text: text(length, &format!("rate = \"{load}/s\""), "exp(1s)", ""),
        truths: vec![(MEAN, theory.mean_sojourn()), (P95, theory.sojourn_quantile(0.95)), (P99, theory.sojourn_quantile(0.99))],
        length,
    }
}

/// Of a design whose percentiles would take longer runs.
fn mean_only(mut design: Design) -> Design {
    design.truths.retain(|(metric, _)| *metric == MEAN);
    design
}

/// The time after which M/M/1 with a mean service of a second has forgotten its line: 1 / (1 - sqrt rho)^2 (L. Takacs 1962).
fn memory(load: f64) -> f64 {
    (1.0 - load.sqrt()).powi(-2)
}

/// So many times the line's memory is a replication long: below some hundreds of it a percentile of a replication is skewed, and ten
/// of them are too few for Student's t to hold. For service times that vary more, times (1 + scv) / 2.
const MEMORIES: f64 = 500.0;

fn long(load: f64) -> f64 {
    MEMORIES * memory(load)
}

fn designs() -> Vec<Design> {
    vec![
        mm1("M/M/1, 0.5", 0.5, 2.0 * long(0.5)),
        mm1("M/M/1, 0.8", 0.8, long(0.8)),
        // Its mean only, which needs less.
        mean_only(mm1("M/M/1, 0.9", 0.9, 0.4 * long(0.9))),
        // Case mg1-h2-1 of tests/closed_forms.json.
        Design {
            name: "M/H2/1, 0.8",
            text: text(3.0 * long(0.8), "rate = \"0.8/s\"", "hyperexp(mean=1s, cv=2.23606797749979)", ""),
            truths: vec![(MEAN, 13.0), (P95, 46.285_382_8), (P99, 73.845_459)],
            length: 3.0 * long(0.8),
        },
        // Case tandem-1.
        Design {
            name: "tandem, 0.5 and 0.625",
            text: text(
                2.0 * long(0.625),
                "rate = \"0.5/s\"",
                "exp(1s)",
                "[sor.registry]\nservice = \"exp(1250ms)\"\n[subscriber.server.callback]\nto = \"registry\"\nholds_worker = false",
            ),
            truths: vec![(MEAN, 5.333_333_333), (P99, 18.353_560)],
            length: 2.0 * long(0.625),
        },
    ]
}

/// A figure in each of so many replications.
pub fn values(scenario: &Scenario, warm_up: f64, replications: u32, metrics: &[&str]) -> Vec<Vec<f64>> {
    let start = Time::ZERO + Span::from_seconds(warm_up);
    let one = |number: u32| {
        let findings = model::simulate(scenario, start, number, &|| false).expect("nobody stops it");
        metrics
            .iter()
            .map(|name| findings.figures.iter().find(|figure| figure.name == *name).and_then(|figure| figure.value).unwrap_or(f64::NAN))
            .collect()
    };
    (0..replications).into_par_iter().map(one).collect()
}

/// The share of experiments of ten replications whose 95 % interval holds the truth.
fn covered(values: &[Vec<f64>], metric: usize, truth: f64) -> f64 {
    let holds = |group: &[Vec<f64>]| {
        let tally: Tally = group.iter().map(|values| values[metric]).collect();
        mean_interval(&tally, 0.95).is_some_and(|interval| interval.contains(truth))
    };
    let groups = values.chunks_exact(EACH as usize);
    let count = groups.len() as f64;
    groups.filter(|group| holds(group)).count() as f64 / count
}

/// The share of groups of so many replications whose interval for one run holds the replication after them.
fn predicted(values: &[Vec<f64>], metric: usize, group: usize) -> f64 {
    let all: Vec<f64> = values.iter().map(|values| values[metric]).collect();
    let holds = |runs: &[f64]| {
        let (before, next) = runs.split_at(group);
        let tally: Tally = before.iter().copied().collect();
        let interval = next_run_by_order(before, 0.95).or_else(|| next_run_interval(&tally, 0.95));
        interval.is_some_and(|interval| interval.contains(next[0]))
    };
    let groups = all.chunks_exact(group + 1);
    let count = groups.len() as f64;
    groups.filter(|runs| holds(runs)).count() as f64 / count
}

/// Groups for the interval of one run: as many replications as a person makes, and enough to read it off them.
const GROUPS: [usize; 2] = [EACH as usize, 40];

/// Part 3.
pub fn part(report: &mut Report, runs: u32) {
    report.part(
        "3 Coverage",
        &format!("{runs} experiments of ten replications each: how many of their 95 % intervals hold the truth; 93 to 97 % are right (for fewer than 1000 experiments chance allows more). Beside it how often the interval of one run, made of 10 and of 40 replications, holds the replication after them; 93 % at least (one read off 40 holds 95.1 %), less what chance allows where groups of so many replications are fewer than 900."),
    );
    tabulated(report, &designs(), runs);
    busiest(report, runs.div_ceil(4));
}

/// At 0.95 a day, the least that is not called too short, covers 92 %, and anything shorter is called so.
fn busiest(report: &mut Report, runs: u32) {
    let (short, day) = (mm1("short", 0.95, 50_000.0), mm1("a day", 0.95, 86_400.0));
    let outcome = experiment::run(&load(&short.text, &[]), &Nobody).expect("nobody stops it");
    let said = outcome.findings.iter().any(|finding| finding.kind == "run_too_short");
    let verdict = report.check("a short run at 0.95", said);
    report.say(&format!("\nM/M/1 at 0.95 for 50 000 services is called too short: {verdict}."));
    let values = values(&load(&day.text, &[]), day.length * 0.1, runs * EACH, &[MEAN]);
    let share = covered(&values, 0, day.truths[0].1);
    let slack = 3.0 * (0.08 * 0.92 / f64::from(runs)).sqrt();
    let verdict = report.check("coverage of a day at 0.95", share >= 0.92 - if runs < 1000 { slack } else { 0.0 });
    report.say(&format!(
        "For a day, {runs} experiments: {:.1} % of the intervals of the mean hold it; 92 % at least: {verdict}.",
        share * 100.0
    ));
}

/// These designs in so many experiments each.
pub fn tabulated(report: &mut Report, designs: &[Design], runs: u32) {
    let slack = 0.02_f64.max(3.0 * (0.05 * 0.95 / f64::from(runs)).sqrt());
    let mut lines = Vec::new();
    for design in designs {
        let metrics: Vec<&str> = design.truths.iter().map(|(name, _)| *name).collect();
        let values = values(&load(&design.text, &[]), design.length * 0.1, runs * EACH, &metrics);
        for (index, (metric, truth)) in design.truths.iter().enumerate() {
            let share = covered(&values, index, *truth);
            let all: Tally = values.iter().map(|values| values[index]).collect();
            let bias = all.mean().unwrap_or(f64::NAN) / truth - 1.0;
            let verdict = report.check(&format!("coverage of {metric} at {}", design.name), (share - 0.95).abs() <= slack);
            let mut line = vec![
                design.name.into(),
                metric.to_string(),
                four(*truth),
                format!("{:+.2} %", bias * 100.0),
                format!("{:.1} %", share * 100.0),
                verdict,
            ];
            for group in GROUPS {
                let share = predicted(&values, index, group);
                let groups = values.len() / (group + 1);
                let slack = 3.0 * (0.05 * 0.95 / groups as f64).sqrt();
                let what = format!("one run of {metric} at {} from {group}", design.name);
                let verdict = report.check(&what, share >= 0.93 - if groups < 900 { slack } else { 0.0 });
                line.push(format!("{:.1} % {verdict}", share * 100.0));
            }
            lines.push(line);
        }
    }
    report.table(&["Design", "Metric", "Truth", "Mean of all is off by", "Covered", "", "One run, of 10", "One run, of 40"], &lines);
}

/// Part 4.
pub fn width(report: &mut Report, runs: u32) {
    report.part(
        "4 Width",
        "The variance of the mean number in M/M/1 over replications, times their length, against the exact asymptotic variance (W. Whitt 1989); 10 % off at most.",
    );
    widths(report, &[(0.5, 5_000.0), (0.7, 10_000.0), (0.8, 20_000.0)], runs);
}

/// At these loads, in runs of these lengths.
pub fn widths(report: &mut Report, loads: &[(f64, f64)], runs: u32) {
    let mut lines = Vec::new();
    for &(busy, length) in loads {
        let text = text(length, &format!("rate = \"{busy}/s\""), "exp(1s)", "");
        let replications = (runs * 4).max(40);
        let values = values(&load(&text, &[]), length * 0.1, replications, &["subscriber.server.in_flight.mean"]);
        let tally: Tally = values.iter().map(|values| values[0]).collect();
        let seen = tally.variance().unwrap_or(f64::NAN) * length;
        let due = Mm1::new(busy, 1.0).expect("stable").asymptotic_variance();
        let slack = 0.1_f64.max(4.0 * (2.0 / f64::from(replications)).sqrt());
        let verdict = report.check(&format!("width at {busy}"), (seen / due - 1.0).abs() <= slack);
        lines.push(vec![format!("M/M/1, {busy}"), four(due), four(seen), format!("{:+.1} %", (seen / due - 1.0) * 100.0), verdict]);
    }
    report.table(&["Design", "Exact", "Seen", "Off by", ""], &lines);
}

/// Part 5.
pub fn warm_up(report: &mut Report, runs: u32) {
    report.part(
        "5 Warm-up",
        &format!("{runs} experiments of ten replications of M/M/1 at 0.8 with `warm_up = \"auto\"`, started empty and with ten times the mean backlog: how many 95 % intervals of the mean hold the truth; 93 % at least (for fewer than 1000 experiments chance allows less)."),
    );
    let theory = Mm1::new(0.8, 1.0).expect("stable");
    let backlog = format!("at\n{}", "0\n".repeat((10.0 * theory.mean_number()) as usize));
    let start = "[event.left]\nfrom = \"source\"\nto = \"line\"\narrivals = \"trace(start.csv, column=at)\"\n";
    let mut lines = Vec::new();
    for (name, more) in [("empty", ""), ("ten times the mean backlog", start)] {
        let text = text(20_000.0, "rate = \"0.8/s\"", "exp(1s)", more).replace("warm_up = \"2000000ms\"", "warm_up = \"auto\"");
        let one = |seed: u32| {
            let scenario = load(&text.replace("seed = 7", &format!("seed = {seed}")), &[("start.csv", backlog.clone())]);
            let outcome = experiment::run(&scenario, &Nobody).expect("nobody stops it");
            let metric = outcome.metric(MEAN).expect("it is measured").clone();
            let held = metric.low.zip(metric.high).map(|(low, high)| (low..=high).contains(&theory.mean_sojourn()));
            held.map(|held| (held, metric.point))
        };
        let all: Vec<Option<(bool, f64)>> = (1..=runs).into_par_iter().map(one).collect();
        let told: Vec<(bool, f64)> = all.into_iter().flatten().collect();
        let count = told.len() as f64;
        let share = told.iter().filter(|(held, _)| *held).count() as f64 / count;
        let mean = told.iter().map(|(_, point)| point).sum::<f64>() / count;
        let slack = if runs < 1000 { 3.0 * (0.05 * 0.95 / f64::from(runs)).sqrt() } else { 0.0 };
        let verdict = report.check(&format!("warm-up from {name}"), share >= 0.93 - slack);
        lines.push(vec![
            name.into(),
            format!("{:+.2} %", (mean / theory.mean_sojourn() - 1.0) * 100.0),
            format!("{:.1} %", share * 100.0),
            format!("{}", runs as usize - told.len()),
            verdict,
        ]);
    }
    report.table(&["Start", "Mean of all is off by", "Covered", "Called too short", ""], &lines);
}
