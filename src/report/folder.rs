//! The report folder: which files there are and what is in them. Whoever calls writes them.

use super::chart;
use super::facts::Facts;
use super::picture::Picture;
use super::{markdown, page, png, svg, table};
use crate::outcome::Outcome;

/// What `report --only` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `charts/*.svg` and `charts/*.png`.
    Charts,
    /// `report.html`.
    Html,
    /// `summary.md`.
    Markdown,
    /// `metrics.csv` and, of a run, `series.csv`.
    Csv,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Html, Kind::Markdown, Kind::Csv, Kind::Charts];
}

/// The whole report folder: relative paths and contents.
///
/// # Panics
/// Never for data that the schema allows; a panic here is a bug.
pub fn render(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("outcome.json".to_string(), json(outcome).into_bytes())];
    files.extend(render_only(outcome, &Kind::ALL));
    files
}

/// The files of these kinds: relative paths and contents.
pub fn render_only(outcome: &Outcome, kinds: &[Kind]) -> Vec<(String, Vec<u8>)> {
    let facts = Facts::of(outcome);
    let needs_charts = kinds.iter().any(|kind| matches!(kind, Kind::Charts | Kind::Html));
    let charts = if needs_charts { chart::all(&facts) } else { Vec::new() };
    let of_kind = |kind: &Kind| match kind {
        Kind::Html => vec![("report.html".to_string(), page::page(&facts, &charts).into_bytes())],
        Kind::Markdown => vec![("summary.md".to_string(), markdown::summary(&facts).into_bytes())],
        Kind::Csv => vec![
            ("metrics.csv".to_string(), table::metrics(outcome).into_bytes()),
            ("series.csv".to_string(), table::series(outcome).into_bytes()),
        ],
        Kind::Charts => charts.iter().flat_map(|chart| drawn(&chart.stem, &chart.picture)).collect(),
    };
    kinds.iter().flat_map(of_kind).collect()
}

/// A picture as both kinds of file.
pub fn drawn(stem: &str, picture: &Picture) -> [(String, Vec<u8>); 2] {
    [(format!("charts/{stem}.svg"), svg::file(picture).into_bytes()), (format!("charts/{stem}.png"), png::file(picture))]
}

/// `outcome.json`: pretty, the same bytes for the same outcome.
pub fn json(outcome: &Outcome) -> String {
    serde_json::to_string_pretty(outcome).expect("an outcome is plain data") + "\n"
}
