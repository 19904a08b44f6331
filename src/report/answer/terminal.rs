//! An answer in a terminal: the conclusion first, then tables of at most 100 columns.

use super::{Answer, Block, Table};
use crate::outcome::Verdict;
use crate::report::terminal::{WIDTH, wrapped};
use crate::report::text::{cut, plain, verdict};
use std::ops::Range;

/// One less than a small terminal has: where the report is comes below.
const HEIGHT: usize = 39;

/// Text for a terminal, of the most rows with which it fits 39 lines. Color only adds: the verdict is a word and a shape too. What is
/// left out is in the report; without one it is said how to get one.
pub fn terminal(answer: &Answer, color: bool, has_report: bool) -> String {
    let most = answer.tables().map(|table| table.rows_in_terminal).max().unwrap_or(0);
    let fits = |rows: &usize| lines(answer, *rows).0.len() <= HEIGHT;
    let rows = (1..=most).rev().find(fits).unwrap_or(1);
    let (lines, conclusion) = lines(answer, rows);
    let count = lines.len();
    let colored = |(index, line): (usize, String)| {
        // Whatever it was put together from.
        let line = cut(&plain(&line), WIDTH);
        let line = line.trim_end();
        match answer.tone.filter(|_| color && conclusion.contains(&index)) {
            Some(tone) => format!("\u{1b}[{}m{line}\u{1b}[0m\n", code(tone)),
            None => format!("{line}\n"),
        }
    };
    let kept = if count > HEIGHT { HEIGHT - 1 } else { count };
    let more = (count > kept).then(|| "… more in the report\n".to_string());
    let is_cut = more.is_some() || answer.tables().any(|table| table.rows.len() > table.rows_in_terminal.min(rows));
    let hint = (!has_report && is_cut).then(|| "A report is written with --out FOLDER.\n".to_string());
    lines.into_iter().take(kept).enumerate().map(colored).chain(more).chain(hint).collect()
}

/// With so many rows of each table at most; and which lines the conclusion is.
fn lines(answer: &Answer, rows_max: usize) -> (Vec<String>, Range<usize>) {
    let mut lines = vec![plain(&answer.title)];
    if !answer.question.is_empty() {
        lines.push(plain(&answer.question));
    }
    lines.push(String::new());
    let mark = answer.tone.map_or(String::new(), |tone| format!("{} ", verdict(tone).0));
    let first = lines.len();
    lines.extend(wrapped(&answer.conclusion, &mark, 6));
    let conclusion = first..lines.len();
    let mut elsewhere: Vec<String> = Vec::new();
    for (index, block) in answer.blocks.iter().enumerate() {
        match block {
            Block::Heading(text) if is_over_files(&answer.blocks[index + 1..]) => elsewhere.push(plain(text).to_lowercase()),
            Block::Table(table) if table.rows_in_terminal == 0 && !table.rows.is_empty() => {}
            // What stands over charts alone stands over nothing here.
            Block::Heading(_) if is_over_nothing(&answer.blocks[index + 1..]) => {}
            Block::Heading(text) => lines.extend([String::new(), plain(text)]),
            Block::Text(text) => lines.extend(wrapped(text, "  ", 4)),
            Block::Table(table) => lines.extend(rows(table, rows_max, WIDTH)),
            Block::Chart(_) => {}
        }
    }
    if !elsewhere.is_empty() {
        lines.push(String::new());
        lines.extend(wrapped(&format!("In the report: {}.", elsewhere.join("; ")), "", 2));
    }
    lines.push(String::new());
    (lines, conclusion)
}

/// Over tables alone that are too long for a terminal.
fn is_over_files(below: &[Block]) -> bool {
    let mut own = below.iter().take_while(|block| !matches!(block, Block::Heading(_))).peekable();
    own.peek().is_some() && own.all(|block| matches!(block, Block::Table(table) if table.rows_in_terminal == 0 && !table.rows.is_empty()))
}

fn is_over_nothing(below: &[Block]) -> bool {
    let mut own = below.iter().take_while(|block| !matches!(block, Block::Heading(_)));
    own.all(|block| matches!(block, Block::Chart(_)))
}

fn code(tone: Verdict) -> &'static str {
    match tone {
        Verdict::Met => "32",
        Verdict::Missed => "31",
        Verdict::Undecided => "33",
    }
}

/// Columns as wide as what is shown of them, the widest one cut where the line is too long. A table of which no row is shown is a
/// line that says so.
pub fn rows(table: &Table, most: usize, width: usize) -> Vec<String> {
    let shown = table.rows.len().min(table.rows_in_terminal).min(most);
    let more = table.rows.len() - shown;
    if shown == 0 {
        return if more > 0 { vec![format!("  {more} rows in the report")] } else { vec!["  none".into()] };
    }
    let columns: Vec<usize> = (0..table.columns.len()).filter(|column| !table.columns[*column].is_detail).collect();
    let texts: Vec<Vec<String>> =
        table.rows[..shown].iter().map(|row| columns.iter().map(|column| plain(&row[*column].text)).collect()).collect();
    let mut widths: Vec<usize> = columns.iter().map(|column| table.columns[*column].name.chars().count()).collect();
    for row in &texts {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    while widths.iter().map(|width| width + 2).sum::<usize>() > width {
        let widest = (0..widths.len()).max_by_key(|column| widths[*column]).unwrap_or(0);
        if widths[widest] <= 8 {
            break;
        }
        widths[widest] -= 1;
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let pad = |(index, text): (usize, &str)| {
            let (width, text) = (widths[index], shortened(text, widths[index]));
            if table.columns[columns[index]].is_number { format!("  {text:>width$}") } else { format!("  {text:<width$}") }
        };
        cells.enumerate().map(pad).collect::<String>()
    };
    let mut lines = vec![line(&mut columns.iter().map(|column| table.columns[*column].name.as_str()))];
    lines.extend(texts.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    if more > 0 {
        lines.push(format!("  … {more} more in the report"));
    }
    lines
}

/// What does not fit loses its beginning where it is a metric's or setting's path, whose end says most, else its end.
fn shortened(text: &str, width: usize) -> String {
    let is_path = text.contains('.') && !text.contains(' ');
    let excess = text.chars().count().saturating_sub(width);
    if excess == 0 || !is_path { cut(text, width) } else { format!("…{}", text.chars().skip(excess + 1).collect::<String>()) }
}
