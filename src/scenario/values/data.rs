//! Data files: samples, recorded times and recorded instants from CSV, with a header or bare numbers.
//!
//! Options: `column=` and `unit=` (default s) of the value, `key=` of the message's number, `where="sub=0 and kind=up"` to keep some rows.
//! Rows are read in one pass without an allocation each, as traces have millions.

use super::call::{Call, Piece};
use crate::scenario::document::Node;
use crate::scenario::files::{DATA_LIMIT, resolve};
use crate::scenario::problem::{Fault, Place, Source};
use crate::scenario::reader::Context;
use crate::scenario::similar;
use crate::units::{Span, Time};
use sha2::{Digest, Sha256};

/// A longer span than is counted, in seconds.
const SECONDS_MAX: f64 = 9.2e9;
/// More columns than this are not looked at.
const COLUMNS_MAX: usize = 1024;

/// Samples in seconds, each with its weight: one column, or value and weight.
pub(super) fn samples(call: &Call<'_>, context: &Context<'_>, node: &Node, form: &str) -> Result<Vec<(f64, f64)>, Fault> {
    let weight = call.named("weight");
    let file = File::open(call, context, node, form)?;
    let value = file.value_column(call, form)?;
    let weight = match weight {
        Some(piece) => Some(file.column(&piece)?),
        // Two bare columns are value and weight.
        None => (file.columns() == 2 && value == 0 && (file.header.is_none() || file.names().get(1) == Some(&"weight"))).then_some(1),
    };
    let keep = file.filter(call)?;
    let unit = unit(call)?;
    call.done(form)?;
    let mut samples = Vec::new();
    file.rows(&keep, |row| {
        let weight = weight.map_or(Ok(1.0), |column| row.number(column))?;
        samples.push((row.number(value)? * unit, weight));
        Ok(())
    })?;
    if samples.is_empty() { Err(file.empty()) } else { Ok(samples) }
}

/// Recorded times by the message's number, ascending.
pub(super) fn recorded(
    call: &Call<'_>,
    key: &Piece<'_>,
    context: &Context<'_>,
    node: &Node,
    form: &str,
) -> Result<Vec<(u64, Span)>, Fault> {
    let file = File::open(call, context, node, form)?;
    let (value, key) = (file.value_column(call, form)?, file.column(key)?);
    let keep = file.filter(call)?;
    let unit = unit(call)?;
    call.done(form)?;
    let mut rows: Vec<(u64, Span, usize)> = Vec::new();
    file.rows(&keep, |row| {
        rows.push((row.whole(key)?, Span::from_seconds(row.number(value)? * unit), row.line));
        Ok(())
    })?;
    rows.sort_by_key(|(key, _, _)| *key);
    if let Some(twice) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let what = format!("the number {} stands in two rows, lines {} and {}", twice[0].0, twice[0].2, twice[1].2);
        return Err(Fault::new(what, "keep one row a message with where=\"column=value\""));
    }
    if rows.is_empty() { Err(file.empty()) } else { Ok(rows.into_iter().map(|(key, span, _)| (key, span)).collect()) }
}

/// Recorded instants with each event's number (its place in the file where no key is named), ascending.
pub(super) fn instants(call: &Call<'_>, context: &Context<'_>, node: &Node, form: &str) -> Result<Vec<(Time, u64)>, Fault> {
    let key = call.named("key");
    let file = File::open(call, context, node, form)?;
    let value = file.value_column(call, form)?;
    let key = key.map(|piece| file.column(&piece)).transpose()?;
    let keep = file.filter(call)?;
    let unit = unit(call)?;
    call.done(form)?;
    let mut rows: Vec<(Time, u64)> = Vec::new();
    file.rows(&keep, |row| {
        let number = key.map_or(Ok(rows.len() as u64), |column| row.whole(column))?;
        rows.push((Time::ZERO + Span::from_seconds(row.number(value)? * unit), number));
        Ok(())
    })?;
    rows.sort_by_key(|(instant, _)| *instant);
    if rows.is_empty() { Err(file.empty()) } else { Ok(rows) }
}

/// Seconds in one of the column's units.
fn unit(call: &Call<'_>) -> Result<f64, Fault> {
    let Some(piece) = call.named("unit") else { return Ok(1.0) };
    let span = format!("1{}", piece.text).parse::<Span>();
    let hint = "write ns, us, ms, s, m, h or d";
    span.map(Span::seconds).map_err(|_| piece.fault(Fault::new(format!("\"{}\" is not a unit of time", piece.text), hint)))
}

/// A CSV file and its header.
struct File<'c, 'a> {
    context: &'c Context<'a>,
    /// As shown: relative to the scenario's folder.
    path: String,
    bytes: Vec<u8>,
    header: Option<Vec<String>>,
    columns: usize,
}

/// A column's value that a row must have.
struct Condition {
    column: usize,
    value: String,
}

impl<'c, 'a> File<'c, 'a> {
    fn open(call: &Call<'_>, context: &'c Context<'a>, node: &Node, form: &str) -> Result<File<'c, 'a>, Fault> {
        let piece = call.next().ok_or_else(|| call.needs("a file", form))?;
        let from = context.sources.borrow().get(node.place.source as usize).map(|source| source.name.clone()).unwrap_or_default();
        // An override is written where the entry file stands.
        let from = if from == "--set" { context.sources.borrow()[0].name.clone() } else { from };
        let path = resolve(&from, piece.text);
        let bytes = context.files.borrow_mut().read(&path, DATA_LIMIT);
        let bytes = bytes.map_err(|error| piece.fault(Fault::new(format!("\"{path}\" {}", error.what), elsewhere(error.hint))))?;
        context.contents.borrow_mut().insert(path.clone(), Sha256::digest(&bytes).into());
        let first = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !is_blank(line)).unwrap_or_default();
        let mut fields = Vec::new();
        split(first, &mut fields);
        let bare = fields.iter().all(|field| text(field).is_some_and(|text| text.parse::<f64>().is_ok()));
        let header = (!bare).then(|| fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect());
        let columns = fields.len();
        Ok(File { context, path, bytes, header, columns })
    }

    fn columns(&self) -> usize {
        self.columns
    }

    fn names(&self) -> Vec<&str> {
        self.header.iter().flatten().map(String::as_str).collect()
    }

    fn empty(&self) -> Fault {
        Fault::new(format!("\"{}\" has no rows to read", self.path), "look at the file, and at where= if it is given")
    }

    /// The column of this name, or of this number (from 1) where there is no header.
    fn column(&self, piece: &Piece<'_>) -> Result<usize, Fault> {
        let position = match &self.header {
            Some(names) => names.iter().position(|name| name == piece.text),
            None => piece.text.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|column| *column < self.columns),
        };
        position.ok_or_else(|| {
            let otherwise = format!("the file has no header: name a column by its number, 1 to {}", self.columns);
            let hint = similar::hint(piece.text, &self.names(), &otherwise);
            piece.fault(Fault::new(format!("\"{}\" has no column \"{}\"", self.path, piece.text), hint))
        })
    }

    fn value_column(&self, call: &Call<'_>, form: &str) -> Result<usize, Fault> {
        match call.named("column") {
            Some(piece) => self.column(&piece),
            None if self.columns <= 1 || self.header.is_none() => Ok(0),
            None if self.names().get(1) == Some(&"weight") => Ok(0),
            None => {
                let names = self.names().join(", ");
                Err(call.piece.fault(Fault::new(
                    format!("\"{}\" has several columns: {names}", self.path),
                    format!("say which with column=, as in {form}"),
                )))
            }
        }
    }

    /// Conditions of `where="column=value and column=value"`.
    fn filter(&self, call: &Call<'_>) -> Result<Vec<Condition>, Fault> {
        let Some(piece) = call.named("where") else { return Ok(Vec::new()) };
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
    fn rows(&self, keep: &[Condition], mut take: impl FnMut(&Row<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        let mut header = self.header.is_some();
        let mut fields = Vec::new();
        for (index, line) in self.bytes.split(|byte| *byte == b'\n').enumerate() {
            let line_text = line.trim_ascii();
            if is_blank(line_text) {
                continue;
            }
            if std::mem::take(&mut header) {
                continue;
            }
            split(line_text, &mut fields);
            let row = Row { fields: &fields, line: index + 1 };
            if keep.iter().all(|condition| row.fields.get(condition.column).is_some_and(|field| *field == condition.value.as_bytes())) {
                take(&row).map_err(|fault| fault.at(self.place(index + 1, line_text)))?;
            }
        }
        Ok(())
    }

    /// A place in the data file, of which only this line is kept.
    fn place(&self, line: usize, bytes: &[u8]) -> Place {
        let text: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
        let mut sources = self.context.sources.borrow_mut();
        let place = Place { source: sources.len() as u32, start: 0, end: text.len() as u32 };
        sources.push(Source { name: self.path.clone(), text, first_line: line });
        place
    }
}

/// Fields of one line.
struct Row<'r> {
    fields: &'r [&'r [u8]],
    line: usize,
}

impl Row<'_> {
    fn field(&self, column: usize) -> Result<&str, Fault> {
        let field =
            self.fields.get(column).ok_or_else(|| Fault::new(format!("this row has no column {}", column + 1), "complete or remove it"))?;
        text(field).ok_or_else(|| Fault::new("this row is not UTF-8 text", ""))
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

/// An empty line or a comment.
fn is_blank(line: &[u8]) -> bool {
    line.is_empty() || line[0] == b'#'
}

/// Fields between commas, without blanks and quotes around them.
fn split<'r>(line: &'r [u8], fields: &mut Vec<&'r [u8]>) {
    fields.clear();
    let mut rest = line;
    while fields.len() < COLUMNS_MAX {
        let quoted = rest.first() == Some(&b'"');
        let close = if quoted { rest[1..].iter().position(|byte| *byte == b'"').map_or(0, |at| at + 1) } else { 0 };
        let end = rest[close..].iter().position(|byte| *byte == b',').map(|at| close + at);
        let field = rest[..end.unwrap_or(rest.len())].trim_ascii();
        fields.push(field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field));
        match end {
            Some(end) => rest = &rest[end + 1..],
            None => return,
        }
    }
}
