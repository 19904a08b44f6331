//! Part 6: laws that hold at every station whatever its distributions.
//!
//! Conservation and Little's law are checked in integers at the end of every replication, so that a broken one ends the command; here
//! the outcome's own figures are held against each other.

use super::cases::{self, Effort};
use super::table::Report;
use super::unbiased::{SEED, outcome};
use busload::outcome::Outcome;

/// Utilization law and Little's law at a subscriber, both as shares of the figure: what was measured at the edges of the window differs.
pub fn gaps(outcome: &Outcome, mean_service: f64, workers: f64) -> Option<(f64, f64)> {
    let point = |name: &str| outcome.metric(&format!("subscriber.server.{name}")).map(|metric| metric.point);
    let throughput = point("throughput")?;
    let utilization = throughput * mean_service / workers / point("utilization.mean")? - 1.0;
    let line = point("waiting_line.mean")?;
    let little = if line > 0.0 { throughput * point("waiting.mean")? / line - 1.0 } else { 0.0 };
    Some((utilization, little))
}

pub fn part(report: &mut Report, share: f64) {
    report.part(
        "6 Laws",
        "Conservation and Little's law in integers at the end of every replication of every part (a broken one ends the command). Beside it: utilization = throughput x mean service / servers, line = throughput x mean wait, and Marchal's and Kingman's bounds in part 2.",
    );
    let mut lines = Vec::new();
    for case in cases::all(Effort { replications: 30, share, seed: SEED }).into_iter().filter_map(|(_, case)| case.ok()) {
        if !(case.id.starts_with("mm1") || case.id.starts_with("mmc-") || case.id.starts_with("md1") || case.id.starts_with("mg1")) {
            continue;
        }
        let outcome = outcome(&case);
        let truth =
            |name: &str| case.checks.iter().find(|(metric, _)| metric == &format!("subscriber.server.{name}")).map(|(_, truth)| *truth);
        let (Some(sojourn), Some(wait)) = (truth("end_to_end.mean"), truth("waiting.mean")) else { continue };
        let workers = case.text.split("workers = ").nth(1).and_then(|rest| rest.split('\n').next()?.parse::<f64>().ok()).unwrap_or(1.0);
        let Some((utilization, little)) = gaps(&outcome, sojourn - wait, workers) else { continue };
        let verdict = report.check(&format!("laws at {}", case.id), utilization.abs() < 0.01 && little.abs() < 0.01);
        lines.push(vec![case.id.clone(), format!("{:+.3} %", utilization * 100.0), format!("{:+.3} %", little * 100.0), verdict]);
    }
    report.table(&["Case", "Utilization law", "Little's law", ""], &lines);
}
