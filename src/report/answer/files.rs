//! The report folder of an answer: which files there are and what is in them.

use super::{Answer, Table, markdown, page};
use crate::report::folder::{Kind, drawn};
use crate::report::text::{cell, plain};

/// Relative paths and contents, `json` (the outcome as it is) among them.
pub fn render(answer: &Answer, json: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("outcome.json".to_string(), json.as_bytes().to_vec())];
    files.extend(render_only(answer, &Kind::ALL));
    files
}

/// The files of these kinds: relative paths and contents.
pub fn render_only(answer: &Answer, kinds: &[Kind]) -> Vec<(String, Vec<u8>)> {
    let of_kind = |kind: &Kind| match kind {
        Kind::Html => vec![("report.html".to_string(), page::page(answer).into_bytes())],
        Kind::Markdown => vec![("summary.md".to_string(), markdown::summary(answer).into_bytes())],
        Kind::Csv => answer.tables().next().map(|table| ("metrics.csv".to_string(), csv(table).into_bytes())).into_iter().collect(),
        Kind::Charts => answer.charts().flat_map(|chart| drawn(&chart.stem, &chart.picture)).collect::<Vec<_>>(),
    };
    kinds.iter().flat_map(of_kind).collect()
}

/// All digits where there is a number.
fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows =
        table.rows.iter().map(|row| row.iter().map(|each| each.value.map_or_else(|| cell(&plain(&each.text)), |value| value.to_string())));
    let head: Vec<String> = table.columns.iter().map(|column| cell(&plain(&column.name))).collect();
    writer.write_record(&head).expect("memory takes every row");
    for row in rows {
        writer.write_record(row).expect("memory takes every row, and all have one length");
    }
    String::from_utf8(writer.into_inner().expect("memory can be flushed")).expect("rows are text")
}
