//! The report folder of an answer: which files there are and what is in them.

use super::{Answer, Table, markdown, page};
use crate::report::text::cell;
use crate::report::{png, svg};

/// Relative paths and contents, `json` (the outcome as it is) among them.
pub fn render(answer: &Answer, json: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("outcome.json".to_string(), json.as_bytes().to_vec()),
        ("report.html".to_string(), page::page(answer).into_bytes()),
        ("summary.md".to_string(), markdown::summary(answer).into_bytes()),
    ];
    files.extend(answer.tables().next().map(|table| ("metrics.csv".to_string(), csv(table).into_bytes())));
    for chart in answer.charts() {
        files.push((format!("charts/{}.svg", chart.stem), svg::file(&chart.picture).into_bytes()));
        files.push((format!("charts/{}.png", chart.stem), png::file(&chart.picture)));
    }
    files
}

/// All digits where there is a number.
fn csv(table: &Table) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = table.rows.iter().map(|row| row.iter().map(|each| each.value.map_or_else(|| cell(&each.text), |value| value.to_string())));
    let head: Vec<String> = table.columns.iter().map(|column| cell(&column.name)).collect();
    writer.write_record(&head).expect("memory takes every row");
    for row in rows {
        writer.write_record(row).expect("memory takes every row, and all have one length");
    }
    String::from_utf8(writer.into_inner().expect("memory can be flushed")).expect("rows are text")
}
