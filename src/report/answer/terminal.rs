//! An answer in a terminal: the conclusion first, then tables of at most 100 columns.

use super::{Answer, Block, Table};
use crate::outcome::Verdict;
use crate::report::terminal::{WIDTH, wrapped};
use crate::report::text::{cut, plain, verdict};

/// Text for a terminal. Color only adds: the verdict is a word and a shape too.
pub fn terminal(answer: &Answer, color: bool) -> String {
    let mut lines = vec![plain(&answer.title)];
    if !answer.question.is_empty() {
        lines.push(plain(&answer.question));
    }
    lines.push(String::new());
    let mark = answer.tone.map_or(String::new(), |tone| format!("{} ", verdict(tone).0));
    let first = lines.len();
    lines.extend(wrapped(&answer.conclusion, &mark, 6));
    let last = lines.len();
    for (index, block) in answer.blocks.iter().enumerate() {
        match block {
            // What stands over charts alone stands over nothing here.
            Block::Heading(_) if matches!(answer.blocks.get(index + 1), None | Some(Block::Chart(_))) => {}
            Block::Heading(text) => lines.extend([String::new(), plain(text)]),
            Block::Text(text) => lines.extend(wrapped(text, "  ", 4)),
            Block::Table(table) => lines.extend(rows(table, WIDTH)),
            Block::Chart(_) => {}
        }
    }
    lines.push(String::new());
    let colored = |(index, line): (usize, String)| {
        let line = cut(&line, WIDTH);
        let line = line.trim_end();
        match answer.tone.filter(|_| color && (first..last).contains(&index)) {
            Some(tone) => format!("\u{1b}[{}m{line}\u{1b}[0m\n", code(tone)),
            None => format!("{line}\n"),
        }
    };
    lines.into_iter().enumerate().map(colored).collect()
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
pub fn rows(table: &Table, width: usize) -> Vec<String> {
    let shown = table.rows.len().min(table.rows_in_terminal);
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
