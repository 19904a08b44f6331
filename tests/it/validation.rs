//! Short forms of the validation bar, part by part; `cargo run --release --example validate -- all` is the long one.
#![allow(dead_code)]

#[path = "../../examples/validate/cases.rs"]
mod cases;
#[path = "../../examples/validate/coverage.rs"]
mod coverage;
#[path = "../../examples/validate/exact.rs"]
mod exact;
#[path = "../../examples/validate/figures.rs"]
mod figures;
#[path = "../../examples/validate/judge.rs"]
mod judge;
#[path = "../../examples/validate/laws.rs"]
mod laws;
#[path = "../../examples/validate/levels.rs"]
mod levels;
#[path = "../../examples/validate/networks.rs"]
mod networks;
#[path = "../../examples/validate/outages.rs"]
mod outages;
#[path = "../../examples/validate/point.rs"]
mod point;
#[path = "../../examples/validate/reality.rs"]
mod reality;
#[path = "../../examples/validate/table.rs"]
mod table;
#[path = "../../examples/validate/unbiased.rs"]
mod unbiased;

use cases::{Case, Effort};
use table::Report;
use unbiased::SEED;

fn passes(report: &Report) {
    assert!(report.passed(), "{}", report.page(""));
}

#[test]
fn part_1_deterministic_designs_are_exact() {
    let mut report = Report::default();
    exact::part(&mut report);
    passes(&report);
}

/// Every text is a scenario and has the metrics that the case speaks of; the others have a reason.
#[test]
fn most_known_answers_are_scenarios() {
    let all = cases::all(Effort { replications: 2, share: 0.01, seed: SEED });
    assert_eq!(all.len(), 81);
    let expressed: Vec<Case> = all.into_iter().filter_map(|(_, case)| case.ok()).collect();
    assert!(expressed.len() >= 75, "{}", expressed.len());
    for case in &expressed {
        let scenario = unbiased::load(&case.text, &case.files);
        let catalog: Vec<String> = busload::scenario::metric_catalog(&scenario).into_iter().map(|definition| definition.name).collect();
        assert!(!case.checks.is_empty(), "{}", case.id);
        for (metric, _) in case.checks.iter().filter(|(metric, _)| !metric.starts_with("series ")) {
            assert!(catalog.contains(metric), "{}: {metric}", case.id);
        }
    }
}

/// One case of each family, their means: percentiles take longer runs.
#[test]
fn part_2_means_are_unbiased() {
    let mut report = Report::default();
    let mut seen = Vec::new();
    for (id, case) in cases::all(Effort { replications: 30, share: 0.1, seed: SEED }) {
        let family = id.trim_end_matches(|c: char| c.is_ascii_digit()).to_string();
        let Ok(mut case) = case else { continue };
        if seen.contains(&family) || unbiased::is_transient(&family) {
            continue;
        }
        seen.push(family);
        case.checks.retain(|(metric, _)| ![".p50", ".p90", ".p95", ".p99", ".sd"].iter().any(|statistic| metric.ends_with(statistic)));
        unbiased::judged(&mut report, &case, judge::FAR);
    }
    assert!(seen.len() >= 25, "{seen:?}");
    passes(&report);
}

#[test]
fn parts_3_and_4_intervals_cover_and_are_as_wide_as_they_should_be() {
    let mut report = Report::default();
    coverage::tabulated(&mut report, &[coverage::mm1("M/M/1, 0.5", 0.5, 4_000.0)], 60);
    coverage::widths(&mut report, &[(0.5, 2_000.0)], 100);
    passes(&report);
}

#[test]
fn part_5_a_bad_start_is_cut() {
    let mut report = Report::default();
    coverage::warm_up(&mut report, 2);
    passes(&report);
}

#[test]
fn part_6_laws_hold_between_figures() {
    let cases = cases::all(Effort { replications: 5, share: 0.75, seed: SEED });
    let case = cases.into_iter().find_map(|(id, case)| case.ok().filter(|_| id == "mmc-2")).expect("it is expressible");
    let (utilization, little) = laws::gaps(&unbiased::outcome(&case), 0.5, 4.0).expect("both figures are there");
    assert!(utilization.abs() < 0.02 && little.abs() < 0.02, "{utilization} {little}");
}

#[test]
fn part_7_a_backlog_drains_as_it_should() {
    for only in ["drain", "durable-outage-2"] {
        let mut report = Report::default();
        unbiased::transients(&mut report, unbiased::Choice { share: 1.0, seed: SEED, only });
        passes(&report);
    }
}

/// Every measured point is a scenario of its inputs and micro-parameters, and what was measured falls where it says.
#[test]
fn part_8_a_real_run_is_predicted() {
    let Some(folder) = reality::folder() else {
        eprintln!("SKIPPED: the measurements are not at ../shared/measurements/rabbitmq");
        return;
    };
    let points = point::Point::all(&folder);
    assert!(points.len() >= 10);
    for point in &points {
        assert_eq!(point.prediction().subscribers.len(), point::SUBSCRIPTIONS, "{}", point.name);
    }
    let mut report = Report::default();
    let chosen: Vec<point::Point> = points.into_iter().filter(|point| point.name == "u50_p50").collect();
    reality::blind(&mut report, &chosen);
    passes(&report);
}

#[test]
fn part_8_a_recorded_run_is_replayed() {
    let Some(folder) = reality::folder() else {
        eprintln!("SKIPPED: the measurements are not at ../shared/measurements/rabbitmq");
        return;
    };
    let mut report = Report::default();
    let points = ["u90_p50", "k4_p1", "light_sorsat", "drophead10_p1", "down30_l80"].map(|name| point::Point::open(&folder, name));
    reality::replays(&mut report, &points);
    passes(&report);
}
