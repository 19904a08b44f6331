//! An answer as one self-contained HTML page, in the looks of a run's report.

use super::{Answer, Block, Table};
use crate::outcome::Verdict;
use crate::report::shell::{self, figure};
use crate::report::text::{html, plain, verdict};
use minijinja::{Value, context};

const TEMPLATE: &str = include_str!("../assets/answer.html.jinja");
/// More rows than this make the page heavy and are in the CSV file anyway.
const ROWS_MAX: usize = 1600;

pub fn page(answer: &Answer) -> String {
    // The longest table gets the filter box.
    let longest = answer.tables().map(|table| table.rows.len()).max().unwrap_or(0);
    let headings = answer.blocks.iter().enumerate().filter_map(|(index, block)| match block {
        Block::Heading(text) => Some((format!("part-{index}"), plain(text))),
        _ => None,
    });
    let last = [("method", "Method"), ("reproduce", "Reproduce")].map(|(id, title)| (id.to_string(), title.to_string()));
    let values = context! {
        command => answer.command,
        contents => headings.chain(last).map(|(id, title)| context! { id, title }).collect::<Vec<_>>(),
        title => plain(&answer.title),
        question => plain(&answer.question),
        answer => Value::from_safe_string(html(&answer.conclusion)),
        tone => answer.tone.map_or("none", |tone: Verdict| verdict(tone).1),
        blocks => answer.blocks.iter().enumerate().map(|(index, part)| block(index, part, longest)).collect::<Vec<_>>(),
        method => answer.method.iter().map(|sentence| plain(sentence)).collect::<Vec<_>>(),
        reproduce => plain(&answer.reproduce),
    };
    let panels = answer.charts().filter_map(|chart| Some((chart.stem.as_str(), chart.panel.as_deref()?)));
    shell::page(TEMPLATE, values, panels, true)
}

fn block(index: usize, block: &Block, longest: usize) -> Value {
    match block {
        Block::Heading(text) => context! { heading => plain(text), id => format!("part-{index}") },
        Block::Text(text) => context! { text => Value::from_safe_string(html(text)) },
        Block::Chart(chart) => context! { chart => figure(&chart.stem, &chart.picture) },
        Block::Table(table) => context! { table => rows(table, table.rows.len() == longest && longest > 12) },
    }
}

fn rows(table: &Table, is_filtered: bool) -> Value {
    let columns: Vec<Value> =
        table.columns.iter().map(|column| context! { name => plain(&column.name), number => column.is_number }).collect();
    let rows: Vec<Vec<Value>> = table.rows.iter().take(ROWS_MAX).map(|row| row.iter().map(cell).collect()).collect();
    context! { columns, rows, is_filtered, left_out => table.rows.len().saturating_sub(ROWS_MAX) }
}

fn cell(cell: &super::Cell) -> Value {
    let tone = [Verdict::Met, Verdict::Missed, Verdict::Undecided].map(verdict).into_iter().find(|(shape, _)| cell.text.starts_with(shape));
    let is_name = cell.value.is_none() && cell.text.contains('.') && !cell.text.contains(' ');
    context! { text => plain(&cell.text), sort => cell.value.map(|value| value.to_string()), tone => tone.map(|(_, word)| word), is_name }
}
