//! An answer as one self-contained HTML page, in the looks of a run's report.

use super::{Answer, Block, Table};
use crate::outcome::Verdict;
use crate::report::page::{SCRIPT, STYLE};
use crate::report::svg;
use crate::report::text::{plain, verdict};
use minijinja::{AutoEscape, Environment, Value, context};

const TEMPLATE: &str = include_str!("../assets/answer.html.jinja");
/// More rows than this make the page heavy and are in the CSV file anyway.
const ROWS_MAX: usize = 2500;

pub fn page(answer: &Answer) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // The longest table gets the filter box.
    let longest = answer.tables().map(|table| table.rows.len()).max().unwrap_or(0);
    let values = context! {
        style => Value::from_safe_string(STYLE.into()),
        script => Value::from_safe_string(SCRIPT.into()),
        command => answer.command,
        title => plain(&answer.title),
        question => plain(&answer.question),
        answer => plain(&answer.conclusion),
        tone => answer.tone.map_or("none", |tone: Verdict| verdict(tone).1),
        blocks => answer.blocks.iter().map(|part| block(part, longest)).collect::<Vec<_>>(),
        method => answer.method.iter().map(|sentence| plain(sentence)).collect::<Vec<_>>(),
        reproduce => plain(&answer.reproduce),
    };
    environment.render_str(TEMPLATE, values).expect("the template fits its values")
}

fn block(block: &Block, longest: usize) -> Value {
    match block {
        Block::Heading(text) => context! { heading => plain(text) },
        Block::Text(text) => context! { text => plain(text) },
        Block::Chart(chart) => context! { chart => Value::from_safe_string(svg::inline(&chart.picture)) },
        Block::Table(table) => context! { table => rows(table, table.rows.len() == longest && longest > 12) },
    }
}

fn rows(table: &Table, is_filtered: bool) -> Value {
    let columns: Vec<Value> =
        table.columns.iter().map(|column| context! { name => plain(&column.name), number => column.is_number }).collect();
    let cell = |cell: &super::Cell| context! { text => plain(&cell.text), sort => cell.value.map(|value| value.to_string()) };
    let rows: Vec<Vec<Value>> = table.rows.iter().take(ROWS_MAX).map(|row| row.iter().map(cell).collect()).collect();
    context! { columns, rows, is_filtered, left_out => table.rows.len().saturating_sub(ROWS_MAX) }
}
