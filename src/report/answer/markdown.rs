//! An answer as Markdown, for pull requests and wikis.

use super::{Answer, Block, Table};
use crate::report::text::markdown;

pub fn summary(answer: &Answer) -> String {
    let mut out = format!("# {}\n", markdown(&answer.title));
    if !answer.question.is_empty() {
        out += &format!("\n> {}\n", markdown(&answer.question));
    }
    out += &format!("\n**{}**\n", markdown(&answer.conclusion));
    for block in &answer.blocks {
        out += &match block {
            Block::Heading(text) => format!("\n## {}\n", markdown(text)),
            Block::Text(text) => format!("\n{}\n", markdown(text)),
            Block::Table(rows) => format!("\n{}", table(rows)),
            Block::Chart(chart) => format!("\n![{}](charts/{}.png)\n", markdown(&chart.picture.name), chart.stem),
        };
    }
    out += "\n## Method\n\n";
    out += &answer.method.iter().map(|sentence| format!("- {}\n", markdown(sentence))).collect::<String>();
    format!("{out}\n## How to reproduce\n\n    {}\n", answer.reproduce)
}

fn table(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = line(table.columns.iter().map(|column| markdown(&column.name)).collect());
    let rule = line(table.columns.iter().map(|column| if column.is_number { "---:".into() } else { "---".into() }).collect());
    let row = |row: &Vec<super::Cell>| line(row.iter().map(|cell| markdown(&cell.text)).collect());
    head + &rule + &table.rows.iter().map(row).collect::<String>()
}
