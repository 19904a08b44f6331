//! What people look at: an outcome as terminal text, Markdown, CSV, JSON, charts and one HTML page.
//!
//! Reads nothing but an [`Outcome`]: no file, no clock, no terminal. Equal outcomes give equal bytes. Whatever text
//! comes from a scenario is escaped for the format it goes to (`text`). Figures are told by [`crate::units::Unit`],
//! three digits for people; CSV and JSON carry all of them.
//!
//! `facts` looks things up, so that all renderers tell the same story; `chart` makes pictures (`picture`), which `svg`
//! and `png` write; `terminal`, `markdown`, `table` and `page` put it together.
mod chart;
mod facts;
mod font;
mod markdown;
mod page;
mod picture;
mod plot;
mod png;
mod scale;
mod svg;
mod table;
mod terminal;
mod text;

use crate::outcome::Outcome;
use facts::Facts;

/// The summary for a terminal of 100 columns and 40 lines. Color only adds: every verdict is a word and a shape too.
pub fn terminal(outcome: &Outcome, color: bool) -> String {
    terminal::summary(&Facts::of(outcome), color)
}

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
