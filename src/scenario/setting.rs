//! Overrides from outside the file: `sor.ticketing.workers=16`, applied before anything is checked.
//!
//! An override may set any key of an entity that is there, but makes no new entities: a misspelled name must not pass as a new one.
//! Whether the key exists is the reader's business, as with everything that stands in the file.

use super::document::{Document, Node, Table, Value, parse_value};
use super::names::{ENTITIES, Names};
use super::problem::{Fault, Place, Problem, Source};
use super::similar;
use std::ops::Range;

/// Sections whose keys contain dots.
const FLAT: &[&str] = &["objective", "assumption", "price"];

/// Applies all overrides in turn.
pub(super) fn apply(document: &mut Document, settings: &[(String, String)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, value) in settings {
        let source = document.sources.len() as u32;
        document.sources.push(Source::whole("--set", format!("{path}={value}")));
        if let Err(fault) = (Setting { path, value, source }).apply(&mut document.root) {
            let range = fault.within.unwrap_or(0..path.len());
            problems.push(Problem { place: Some(place(source, range)), what: fault.what, hint: fault.hint });
        }
    }
    problems
}

fn place(source: u32, range: Range<usize>) -> Place {
    Place { source, start: range.start as u32, end: range.end as u32 }
}

/// A name of a path and where it stands.
type Part = (String, Range<usize>);

struct Setting<'a> {
    path: &'a str,
    value: &'a str,
    source: u32,
}

impl Setting<'_> {
    fn apply(&self, root: &mut Table) -> Result<(), Fault> {
        let parts = self.parts()?;
        if self.path == "extends" {
            return Err(Fault::new("extends: can't be overridden, as overrides come after it", "name another file instead"));
        }
        self.check_entity(root, &parts)?;
        let node = self.node()?;
        self.put(root, &parts, node)
    }

    /// The path's names, each with its place; quotes keep dots together, as in TOML.
    fn parts(&self) -> Result<Vec<Part>, Fault> {
        let mut parts = Vec::new();
        let mut start = 0;
        while start <= self.path.len() {
            let rest = &self.path[start..];
            let flat = parts.len() == 1 && FLAT.contains(&parts.first().map_or("", |(name, _): &(String, _)| name.as_str()));
            let (name, length) = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => match rest[1..].find(quote) {
                    Some(end) => (&rest[1..end + 1], end + 2),
                    None => ("", rest.len()),
                },
                _ if flat => (rest, rest.len()),
                _ => (&rest[..rest.find('.').unwrap_or(rest.len())], rest.find('.').unwrap_or(rest.len())),
            };
            if name.is_empty() || !(rest.len() == length || rest[length..].starts_with('.')) {
                return Err(Fault::new(
                    format!("\"{}\" is not a path", self.path),
                    "write names with dots between, as sor.ticketing.workers=16",
                ));
            }
            parts.push((name.to_string(), start..start + length));
            start += length + 1;
        }
        Ok(parts)
    }

    fn check_entity(&self, root: &Table, parts: &[Part]) -> Result<(), Fault> {
        let [(kind, _), (name, place), ..] = parts else { return Ok(()) };
        let Some(kind) = ENTITIES.iter().find(|known| **known == kind.as_str()) else { return Ok(()) };
        let names = Names::declared(root, kind);
        if names.contains(&name.as_str()) {
            return Ok(());
        }
        let hint =
            similar::hint(name, &names, &format!("an override changes what the file has; put `[{kind}.{name}]` into the file first"));
        Err(Fault::new(format!("{}: there is no {kind} `{name}`", self.path), hint).within(place.clone()))
    }

    /// The value, as TOML where it is, else as a text without quotes.
    fn node(&self) -> Result<Node, Fault> {
        let offset = self.path.len() + 1;
        let range = offset..offset + self.value.len();
        let value = match parse_value(self.value, self.source, offset) {
            // 10:30 and 2026-11-23 are dates to TOML.
            None | Some(Value::Date(_)) if !self.value.trim_start().starts_with(['[', '{', '"', '\'']) => {
                Value::Text(self.value.trim().to_string())
            }
            None | Some(Value::Date(_)) => {
                let hint = "close every quote and bracket; a value that begins with one of them is read as TOML";
                return Err(Fault::new(format!("{}: this value is not TOML", self.path), hint).within(range));
            }
            Some(value) => value,
        };
        Ok(Node { value, place: place(self.source, range) })
    }

    /// Descends along the path, making the tables that are not there, and sets its last part.
    fn put(&self, table: &mut Table, parts: &[Part], node: Node) -> Result<(), Fault> {
        let Some(((name, range), rest)) = parts.split_first() else { return Ok(()) };
        let key = place(self.source, range.clone());
        if rest.is_empty() {
            table.put(name, key, node);
            return Ok(());
        }
        if table.get(name).is_none() {
            table.put(name, key, Node { value: Value::Table(Table::default()), place: key });
        }
        match table.get_mut(name) {
            Some(entry) => self.put_inside(&mut entry.node, (name, range), rest, node),
            None => Ok(()),
        }
    }

    /// Sets what the path says below `inside`, a table or an array.
    fn put_inside(&self, inside: &mut Node, of: (&str, &Range<usize>), parts: &[Part], node: Node) -> Result<(), Fault> {
        let kind = inside.value.kind();
        match (&mut inside.value, parts) {
            (Value::Table(table), _) => self.put(table, parts, node),
            (Value::Array(items), [(index, range), rest @ ..]) => {
                let last = items.len().saturating_sub(1);
                let Some(item) = index.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else {
                    let what = format!("{}: `{}` has the elements 0 to {last}, not `{index}`", self.path, of.0);
                    return Err(Fault::new(what, "elements are counted from 0").within(range.clone()));
                };
                if rest.is_empty() {
                    *item = node;
                    return Ok(());
                }
                self.put_inside(item, (index, range), rest, node)
            }
            _ => {
                let what = format!("{}: `{}` is {kind} and has no keys", self.path, of.0);
                Err(Fault::new(what, "set it as a whole").within(of.1.clone()))
            }
        }
    }
}
