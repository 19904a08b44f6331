//! Data files: samples, recorded times and recorded instants from CSV, with a header or bare numbers.
//!
//! Options: `column=` and `unit=` (default s) of the value, `key=` of the message's number, `where="sub=0 and kind=up"` to keep some rows.
//! Rows are read in one pass without an allocation each, as traces have millions.

use super::call::{Call, Piece};
use super::fields::split;
use super::lines::Lines;
use crate::scenario::document::Node;
use crate::scenario::files::{DATA_LIMIT, FileError, resolve};
use crate::scenario::problem::{Fault, Place, Source};
use crate::scenario::reader::Context;
use crate::scenario::similar;
use crate::sim::{Recorder, Recording};
use crate::units::{Span, Time};
use std::ops::Range;

/// A longer span than is counted, in seconds.
const SECONDS_MAX: f64 = 9.2e9;

/// Samples in seconds, each with its weight: one column, or value and weight.
pub(super) fn samples(call: &Call<'_>, context: &Context<'_>, node: &Node, form: &str) -> Result<Vec<(f64, f64)>, Fault> {
    let weight = call.named("weight");
    let table = Table::open(call, context, node, form)?;
    let weight = match weight {
        Some(piece) => Some(table.file.column(&piece)?),
        // Two columns are value and weight, where no header says otherwise.
        None => {
            (table.file.columns == 2 && table.value == 0 && table.file.names().get(1).is_none_or(|name| *name == "weight")).then_some(1)
        }
    };
    let mut samples = Vec::new();
    table.rows(|row, value| {
        samples.push((value, weight.map_or(Ok(1.0), |column| row.number(column))?));
        Ok(())
    })?;
    Ok(samples)
}

/// Recorded times by the message's number, ascending.
pub(super) fn recorded(
    call: &Call<'_>,
    key: &Piece<'_>,
    context: &Context<'_>,
    node: &Node,
    form: &str,
) -> Result<Vec<(u64, Span)>, Fault> {
    let table = Table::open(call, context, node, form)?;
    let key = table.file.column(key)?;
    let mut rows: Vec<(u64, Span, usize)> = Vec::new();
    table.rows(|row, value| {
        rows.push((row.whole(key)?, Span::from_seconds(value), row.line));
        Ok(())
    })?;
    rows.sort_by_key(|(key, _, _)| *key);
    if let Some(twice) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let what = format!("the number {} stands in two rows, lines {} and {}", twice[0].0, twice[0].2, twice[1].2);
        return Err(Fault::new(what, "keep one row a message with where=\"column=value\""));
    }
    Ok(rows.into_iter().map(|(key, span, _)| (key, span)).collect())
}

/// Recorded instants with each event's number (its place in the file where no key is named), ascending.
pub(super) fn instants(call: &Call<'_>, context: &Context<'_>, node: &Node, form: &str) -> Result<Recording, Fault> {
    let key = call.named("key");
    let table = Table::open(call, context, node, form)?;
    let key = key.map(|piece| table.file.column(&piece)).transpose()?;
    let mut rows = Recorder::default();
    table.rows(|row, value| {
        let number = key.map_or(Ok(rows.len() as u64), |column| row.whole(column))?;
        rows.push(Time::ZERO + Span::from_seconds(value), number);
        Ok(())
    })?;
    Ok(rows.finish())
}

/// Seconds in one of the column's units.
fn seconds(unit: Option<Piece<'_>>) -> Result<f64, Fault> {
    let Some(piece) = unit else { return Ok(1.0) };
    let span = format!("1{}", piece.text).parse::<Span>();
    let hint = "write ns, us, ms, s, m, h or d";
    span.map(Span::seconds).map_err(|_| piece.fault(Fault::new(format!("\"{}\" is not a unit of time", piece.text), hint)))
}

/// What a call wants of a file: a column of times, of the rows that fulfill its conditions.
struct Table<'c, 'a> {
    file: File<'c, 'a>,
    value: usize,
    unit: f64,
    keep: Vec<Condition>,
}

impl<'c, 'a> Table<'c, 'a> {
    /// Takes all options that are left in the call.
    fn open(call: &Call<'_>, context: &'c Context<'a>, node: &Node, form: &str) -> Result<Table<'c, 'a>, Fault> {
        let path = call.next().ok_or_else(|| call.needs("a file", form))?;
        let (column, unit, keep) = (call.named("column"), call.named("unit"), call.named("where"));
        call.done(form)?;
        let file = File::open(&path, context, node)?;
        let value = match column {
            Some(piece) => file.column(&piece)?,
            None => {
                file.only_column().map_err(|fault| call.piece.fault(Fault { hint: format!("{}, as in {form}", fault.hint), ..fault }))?
            }
        };
        Ok(Table { value, unit: seconds(unit)?, keep: file.conditions(keep)?, file })
    }

    /// Hands over each row that is kept, with its value in seconds.
    fn rows(self, mut take: impl FnMut(&Row<'_>, f64) -> Result<(), Fault>) -> Result<(), Fault> {
        let Table { file, value, unit, keep } = self;
        let (mut count, path) = (0_u64, file.path.clone());
        file.rows(&keep, |row| {
            count += 1;
            take(row, row.number(value)? * unit)
        })?;
        if count > 0 {
            return Ok(());
        }
        Err(Fault::new(format!("\"{path}\" has no rows to read"), "look at the file, and at where= if it is given"))
    }
}

/// A CSV file and its header.
struct File<'c, 'a> {
    context: &'c Context<'a>,
    /// As shown: relative to the scenario's folder.
    path: String,
    lines: Lines,
    /// The first line that is no comment, which has been read, and its number.
    first: (usize, Vec<u8>),
    header: Option<Vec<String>>,
    columns: usize,
}

/// A column's value that a row must have.
struct Condition {
    column: usize,
    value: String,
}

impl<'c, 'a> File<'c, 'a> {
    fn open(piece: &Piece<'_>, context: &'c Context<'a>, node: &Node) -> Result<File<'c, 'a>, Fault> {
        let from = context.sources.borrow().get(node.place.source as usize).map(|source| source.name.clone()).unwrap_or_default();
        // An override is written where the entry file stands.
        let from = if from == "--set" { context.sources.borrow()[0].name.clone() } else { from };
        let path = resolve(&from, piece.text);
        let unread = |error: FileError| piece.fault(Fault::new(format!("\"{path}\" {}", error.what), elsewhere(error.hint)));
        let contents = context.files.borrow_mut().open(&path, DATA_LIMIT).map_err(unread)?;
        let mut lines = Lines::new(contents);
        let first = lines.next_filled().map_err(unread)?.map_or((0, Vec::new()), |(number, text)| (number, text.to_vec()));
        let mut fields = Vec::new();
        split(&first.1, &mut fields).map_err(|fault| fault.at(place(context, &path, first.0, &first.1)))?;
        let fields: Vec<&[u8]> = fields.into_iter().map(|field| &first.1[field]).collect();
        let bare = fields.iter().all(|field| text(field).is_some_and(|text| text.parse::<f64>().is_ok()));
        let header = (!bare).then(|| fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
        let columns = fields.len();
        Ok(File { context, path, lines, first, header, columns })
    }

    fn names(&self) -> Vec<&str> {
        self.header.iter().flatten().map(String::as_str).collect()
    }

    /// The column of this name, or of this number (from 1) where there is no header.
    fn column(&self, piece: &Piece<'_>) -> Result<usize, Fault> {
        let position = match &self.header {
            Some(names) => {
                let mut places = (0..names.len()).filter(|at| names[*at] == piece.text);
                let first = places.next();
                if let (Some(first), Some(second)) = (first, places.next()) {
                    let what = format!("columns {} and {} of \"{}\" are both named \"{}\"", first + 1, second + 1, self.path, piece.text);
                    return Err(piece.fault(Fault::new(what, "rename one of them in the file's header")));
                }
                first
            }
            None => piece.text.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|column| *column < self.columns),
        };
        position.ok_or_else(|| {
            let otherwise = format!("the file has no header: name a column by its number, 1 to {}", self.columns);
            let named: Vec<&str> = self.names().into_iter().filter(|name| !name.is_empty()).collect();
            let hint = similar::hint(piece.text, &named, &otherwise);
            piece.fault(Fault::new(format!("\"{}\" has no column \"{}\"", self.path, piece.text), hint))
        })
    }

    /// The column that can be meant when none is named.
    fn only_column(&self) -> Result<usize, Fault> {
        if self.columns <= 1 || self.header.is_none() || self.names().get(1) == Some(&"weight") {
            return Ok(0);
        }
        let what = format!("\"{}\" has several columns: {}", self.path, self.names().join(", "));
        Err(Fault::new(what, "say which with column="))
    }

    /// Conditions of `where="column=value and column=value"`.
    fn conditions(&self, piece: Option<Piece<'_>>) -> Result<Vec<Condition>, Fault> {
        let Some(piece) = piece else { return Ok(Vec::new()) };
        let mut conditions = Vec::new();
        for condition in piece.text.split(" and ") {
            let Some((column, value)) = condition.split_once('=') else {
                return Err(piece.fault(Fault::new(format!("\"{condition}\" is not a condition"), "write where=\"column=value\"")));
            };
            let column = self.column(&Piece { text: column.trim(), range: piece.range.clone() })?;
            conditions.push(Condition { column, value: value.trim().to_string() });
        }
        Ok(conditions)
    }

    /// Hands each row that fulfills the conditions to `take`; a fault in it is put at its line.
    fn rows(self, keep: &[Condition], mut take: impl FnMut(&Row<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        let File { context, path, mut lines, first, header, columns } = self;
        let mut fields = Vec::new();
        let mut read = |line: usize, text: &[u8]| {
            split(text, &mut fields)?;
            let row = Row { text, fields: &fields, line };
            row.is_no_longer_than(columns)?;
            let has = |condition: &Condition| row.bytes(condition.column).is_some_and(|field| field == condition.value.as_bytes());
            if keep.iter().all(has) { take(&row) } else { Ok(()) }
        };
        let mut take_line = |line: usize, text: &[u8]| read(line, text).map_err(|fault| fault.at(place(context, &path, line, text)));
        if header.is_none() && first.0 > 0 {
            take_line(first.0, &first.1)?;
        }
        let unread = |error: FileError| Fault::new(format!("\"{path}\" {}", error.what), elsewhere(error.hint));
        while let Some((number, text)) = lines.next_filled().map_err(unread)? {
            take_line(number, text)?;
        }
        context.contents.borrow_mut().insert(path, lines.digest());
        Ok(())
    }
}

/// A place in a data file, of which only this line is kept.
fn place(context: &Context<'_>, path: &str, line: usize, bytes: &[u8]) -> Place {
    let text: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
    let mut sources = context.sources.borrow_mut();
    let place = Place { source: sources.len() as u32, start: 0, end: text.len() as u32 };
    sources.push(Source { name: path.to_string(), text, first_line: line });
    place
}

/// Fields of one line.
struct Row<'r> {
    text: &'r [u8],
    fields: &'r [Range<usize>],
    line: usize,
}

impl Row<'_> {
    /// More fields than columns are a decimal comma more often than not; empty ones at the end are a habit of some programs.
    fn is_no_longer_than(&self, columns: usize) -> Result<(), Fault> {
        if self.fields.len() <= columns || self.fields[columns..].iter().all(Range::is_empty) {
            return Ok(());
        }
        let plural = if columns == 1 { "" } else { "s" };
        let what = format!("this row has {} fields, where the file's first has {columns} column{plural}", self.fields.len());
        Err(Fault::new(what, "write decimals with a point, and text with commas in it in quotes"))
    }

    fn bytes(&self, column: usize) -> Option<&[u8]> {
        self.fields.get(column).map(|field| &self.text[field.clone()])
    }

    fn field(&self, column: usize) -> Result<&str, Fault> {
        let field =
            self.bytes(column).ok_or_else(|| Fault::new(format!("this row has no column {}", column + 1), "complete or remove it"))?;
        text(field).ok_or_else(|| Fault::new("this row is not UTF-8 text", "save the file as UTF-8"))
    }

    /// A number that is not negative.
    fn number(&self, column: usize) -> Result<f64, Fault> {
        let field = self.field(column)?;
        match field.parse::<f64>() {
            Ok(value) if (0.0..=SECONDS_MAX * 1e9).contains(&value) => Ok(value),
            Ok(value) => Err(Fault::new(format!("{value} is impossible here"), "correct the row, or leave it out with where=")),
            Err(_) => Err(Fault::new(format!("\"{field}\" is not a number"), "correct the row, or leave it out with where=")),
        }
    }

    fn whole(&self, column: usize) -> Result<u64, Fault> {
        let field = self.field(column)?;
        field.parse().map_err(|_| Fault::new(format!("\"{field}\" is not a whole number"), "the key column numbers the messages"))
    }
}

/// What to do about a file that can't be read.
fn elsewhere(hint: String) -> String {
    if hint.is_empty() { "paths are relative to the scenario file".into() } else { hint }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
