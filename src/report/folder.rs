//! The report folder: which files there are and what is in them. Whoever calls writes them.

use super::chart;
use super::facts::Facts;
use super::{markdown, page, png, svg, table};
use crate::outcome::Outcome;

/// The whole report folder: relative paths and contents.
///
/// # Panics
/// Never for data that the schema allows; a panic here is a bug.
pub fn render(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let facts = Facts::of(outcome);
    let charts = chart::all(&facts);
    let mut files = vec![
        ("outcome.json".to_string(), json(outcome).into_bytes()),
        ("report.html".to_string(), page::page(&facts, &charts).into_bytes()),
        ("summary.md".to_string(), markdown::summary(&facts).into_bytes()),
        ("metrics.csv".to_string(), table::metrics(outcome).into_bytes()),
        ("series.csv".to_string(), table::series(outcome).into_bytes()),
    ];
    for chart in &charts {
        files.push((format!("charts/{}.svg", chart.stem), svg::file(&chart.picture).into_bytes()));
        files.push((format!("charts/{}.png", chart.stem), png::file(&chart.picture)));
    }
    files
}

/// `outcome.json`: pretty, the same bytes for the same outcome.
pub fn json(outcome: &Outcome) -> String {
    serde_json::to_string_pretty(outcome).expect("an outcome is plain data") + "\n"
}
