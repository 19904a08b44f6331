//! Conditions by objectives: a cell each, with the verdict as shape, word of its value and shade.

use crate::outcome::Verdict;
use crate::report::picture::{Anchor, Color, DARK, GRID, MUTED, Picture, WHITE, fitted};
use crate::report::plot::{HEIGHT, titled};
use crate::report::text::{plain, verdict};

/// What is written in a cell, and how it is meant.
pub struct Cell {
    pub text: String,
    pub verdict: Option<Verdict>,
}

pub struct Matrix {
    pub title: String,
    pub about: String,
    /// Names of columns, and of rows with their cells.
    pub columns: Vec<String>,
    pub rows: Vec<(String, Vec<Cell>)>,
}

const COLUMNS_MAX: usize = 9;
const ROWS_MAX: usize = 14;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 1560.0;
const TOP: f64 = 266.0;

impl Matrix {
    /// None without cells. What is beyond so many columns or rows is told of.
    pub fn picture(&self) -> Option<Picture> {
        let (columns, rows) = (&self.columns[..self.columns.len().min(COLUMNS_MAX)], &self.rows[..self.rows.len().min(ROWS_MAX)]);
        if columns.is_empty() || rows.is_empty() {
            return None;
        }
        let hidden = (self.columns.len() - columns.len(), self.rows.len() - rows.len());
        let more = if hidden == (0, 0) { "" } else { "; more in the table" };
        let tall = ((HEIGHT - TOP - 30.0) / rows.len() as f64).min(64.0);
        let mut picture = titled(&self.title, &format!("{}{more}", self.about), TOP + tall * rows.len() as f64 + 24.0);
        let wide = ((RIGHT - LEFT) / columns.len() as f64).min(300.0);
        for (index, name) in columns.iter().enumerate() {
            head(&mut picture, name, LEFT + wide * index as f64 + 10.0, wide - 16.0);
        }
        for (index, (name, cells)) in rows.iter().enumerate() {
            let top = TOP + tall * index as f64;
            picture.line(vec![(40.0, top), (LEFT + wide * columns.len() as f64, top)], GRID, 1.0);
            let name = fitted(&plain(name), 19.0, index == 0, LEFT - 60.0);
            picture.text((44.0, top + tall / 2.0), &name, 19.0, DARK, Anchor::Start);
            for (column, cell) in cells.iter().take(columns.len()).enumerate() {
                draw(&mut picture, cell, (LEFT + wide * column as f64 + 3.0, top + 3.0), (wide - 6.0, tall - 6.0));
            }
        }
        Some(picture)
    }
}

/// A name over several lines, broken at its dots and blanks, standing on the table.
fn head(picture: &mut Picture, name: &str, left: f64, room: f64) {
    let mut lines: Vec<String> = vec![String::new()];
    for part in plain(name).split_inclusive(['.', ' ']) {
        let last = lines.last_mut().expect("there is a first line");
        let joined = format!("{last}{part}");
        if last.is_empty() || crate::report::font::width(&joined, 17.0, false) <= room { *last = joined } else { lines.push(part.into()) }
    }
    let first = lines.len().saturating_sub(5);
    for (index, line) in lines[first..].iter().rev().enumerate() {
        picture.text((left, TOP - 20.0 - 23.0 * index as f64), &fitted(line.trim_end(), 17.0, false, room), 17.0, MUTED, Anchor::Start);
    }
}

fn draw(picture: &mut Picture, cell: &Cell, at: (f64, f64), size: (f64, f64)) {
    let fill = cell.verdict.map_or(WHITE, shade);
    picture.rect(at, size, fill);
    let (shape, ink) = cell.verdict.map_or(("", DARK), |seen| (verdict(seen).0, fill.ink()));
    let text = format!("{shape}{}{}", if shape.is_empty() { "" } else { " " }, plain(&cell.text));
    picture.text((at.0 + 10.0, at.1 + size.1 / 2.0), &fitted(&text, 18.0, false, size.0 - 16.0), 18.0, ink, Anchor::Start);
}

/// Dark where it is missed, so that print without color tells it too.
fn shade(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Met => Color(0xd5, 0xee, 0xe6),
        Verdict::Undecided => Color(0xdd, 0xd8, 0xf0),
        Verdict::Missed => Color(0xb5, 0x46, 0x00),
    }
}
