//! The answer of a planning command (compare, sweep, limit, ...), as every renderer needs it: a conclusion, then text, tables and charts in
//! order. Each command's file turns its outcome into an [`Answer`]; terminal, Markdown, HTML and CSV are written here once for all.
//!
//! Knows no experiment: what is said was found before. All texts are plain until a renderer escapes them.

mod adverse;
mod check;
mod compare;
mod files;
mod forecast;
mod limit;
mod markdown;
mod page;
mod segments;
mod sensitivity;
mod size;
mod sweep;
mod terminal;

pub use adverse::adverse;
pub use check::check;
pub use compare::compare;
pub use files::{render, render_only};
pub use forecast::forecast;
pub use limit::limit;
pub use segments::segments;
pub use sensitivity::sensitivity;
pub use size::size;
pub use sweep::sweep;
pub use terminal::terminal;

use super::chart::Panel;
use super::picture::Picture;
use crate::outcome::Verdict;
use crate::outcome::saved::Saved;

/// A saved answer of a planning command; none of a run, which has a report of its own.
pub fn of(saved: &Saved) -> Option<Answer> {
    Some(match saved {
        Saved::Run(_) => return None,
        Saved::Check(outcome) => check(outcome),
        Saved::Compare(outcome) => compare(outcome),
        Saved::Sweep(outcome) => sweep(outcome),
        Saved::Limit(outcome) => limit(outcome),
        Saved::Size(outcome) => size(outcome),
        Saved::Adverse(outcome) => adverse(outcome),
        Saved::Forecast(outcome) => forecast(outcome),
        Saved::Segments(outcome) => segments(outcome),
        Saved::Sensitivity(outcome) => sensitivity(outcome),
    })
}

/// What a command found, ready to be shown.
pub struct Answer {
    /// E.g. "compare".
    pub command: &'static str,
    pub title: String,
    pub question: String,
    /// The answer in one or two sentences: it comes first everywhere.
    pub conclusion: String,
    pub tone: Option<Verdict>,
    pub blocks: Vec<Block>,
    /// How the figures were made, a sentence each.
    pub method: Vec<String>,
    /// The command that gives this answer again.
    pub reproduce: String,
}

/// A part of an answer.
pub enum Block {
    Heading(String),
    Text(String),
    Table(Table),
    Chart(Chart),
}

/// A picture and the stem of its file name.
pub struct Chart {
    pub stem: String,
    pub picture: Picture,
    /// Where a page can draw it live.
    pub panel: Option<Box<Panel>>,
}

/// Rows under named columns. The first table of an answer becomes `metrics.csv`.
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// So many rows are shown in a terminal, the rest is counted; all are in the files.
    pub rows_in_terminal: usize,
}

pub struct Column {
    pub name: String,
    pub is_number: bool,
    /// Only in the files: a terminal has no room for it.
    pub is_detail: bool,
}

/// A cell as people read it, and the number behind it with all digits.
#[derive(Clone)]
pub struct Cell {
    pub text: String,
    pub value: Option<f64>,
}

impl Answer {
    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }
}

impl Chart {
    pub fn of_panel(stem: &str, panel: Panel) -> Chart {
        Chart { stem: safe(stem), picture: panel.picture(), panel: Some(Box::new(panel)) }
    }

    pub fn of_picture(stem: &str, picture: Picture) -> Chart {
        Chart { stem: safe(stem), picture, panel: None }
    }
}

/// A stem that is a file name on every system, whatever a metric is called.
fn safe(stem: &str) -> String {
    let char = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
    stem.chars().take(80).map(char).collect()
}

impl Table {
    /// An empty table. A column whose name ends with '#' holds numbers, one that begins with '~' is a detail (marks are taken off).
    pub fn new(columns: &[&str], rows_in_terminal: usize) -> Table {
        let column = |name: &&str| Column {
            name: name.trim_end_matches('#').trim_start_matches('~').into(),
            is_number: name.ends_with('#'),
            is_detail: name.starts_with('~'),
        };
        Table { columns: columns.iter().map(column).collect(), rows: Vec::new(), rows_in_terminal }
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        self.rows.push(cells);
    }
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), value: None }
    }

    /// A number as it is told, and as it is.
    pub fn number(text: impl Into<String>, value: f64) -> Cell {
        Cell { text: text.into(), value: Some(value) }
    }
}
