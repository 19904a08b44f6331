//! Reading tables: typed getters that remember which keys were asked for, so that what is left over is a problem.
//!
//! Knows nothing of single keys. Invariant: a getter that answers none for a key that is there has reported why.

use super::document::{Entry, Node, Table, Value};
use super::files::Files;
use super::language::Section;
use super::names::Names;
use super::problem::{Fault, Place, Problem, Source};
use super::similar;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// After so many problems no more near names are looked for.
const SUGGESTIONS_MAX: u32 = 500;

/// What all readers of one scenario share.
pub(super) struct Context<'a> {
    pub root: &'a Table,
    pub zones: Names,
    pub sors: Names,
    pub events: Names,
    pub segments: Names,
    pub topics: Names,
    pub queues: Names,
    pub feeds: Names,
    pub sources: RefCell<Vec<Source>>,
    pub problems: RefCell<Vec<Problem>>,
    pub files: RefCell<&'a mut dyn Files>,
    /// Contents' digests of the files that the scenario names, by path.
    pub contents: RefCell<BTreeMap<String, [u8; 32]>>,
    pub suggestions: Cell<u32>,
}

impl Context<'_> {
    pub fn report(&self, place: Place, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.borrow_mut().push(Problem { place: Some(place), what: what.into(), hint: hint.into() });
    }

    /// Reports that the value of `path` can't be taken.
    pub fn fault(&self, path: &str, node: &Node, fault: Fault) {
        let place = fault.place.unwrap_or_else(|| fault.within.map_or(node.place, |part| self.part(node, part)));
        self.report(place, format!("{path}: {}", fault.what), fault.hint);
    }

    /// The place of a part of a text value, or all of it where the text is written with escapes.
    fn part(&self, node: &Node, part: std::ops::Range<usize>) -> Place {
        let sources = self.sources.borrow();
        let Some(text) = node.text() else { return node.place };
        let written =
            sources.get(node.place.source as usize).and_then(|source| source.text.get(node.place.start as usize..node.place.end as usize));
        let Some(offset) = written.and_then(|written| written.find(text)) else { return node.place };
        let start = node.place.start + (offset + part.start) as u32;
        Place { source: node.place.source, start, end: start + part.len() as u32 }
    }

    /// A value as the file writes it; empty for a table of its own section.
    pub fn written(&self, entry: &Entry) -> String {
        if let Value::Text(text) = &entry.node.value {
            return text.clone();
        }
        let place = entry.node.place;
        let sources = self.sources.borrow();
        let text = sources.get(place.source as usize).and_then(|source| source.text.get(place.start as usize..place.end as usize));
        text.filter(|text| !text.starts_with('[') || matches!(entry.node.value, Value::Array(_))).unwrap_or_default().to_string()
    }

    /// A near name to write instead of `name`.
    fn suggestion(&self, name: &str, candidates: &[&str], otherwise: &str) -> String {
        if self.suggestions.get() >= SUGGESTIONS_MAX {
            return otherwise.to_string();
        }
        self.suggestions.set(self.suggestions.get() + 1);
        similar::hint(name, candidates, otherwise)
    }

    /// What stands at a path, as deep as the path goes.
    pub fn place_of(&self, path: &[&str]) -> Option<Place> {
        let mut table = Some(self.root);
        let mut place = None;
        for name in path {
            let Some(entry) = table.and_then(|table| table.get(name)) else { break };
            place = Some(entry.key);
            table = entry.node.table();
        }
        place
    }

    /// True when the file writes this key.
    pub fn writes(&self, path: &[&str]) -> bool {
        let mut table = Some(self.root);
        path.iter().all(|name| {
            let entry = table.and_then(|table| table.get(name));
            table = entry.and_then(|entry| entry.node.table());
            entry.is_some()
        })
    }
}

/// One table on its way to being read. [`Reader::done`] must end it.
pub(super) struct Reader<'a> {
    pub context: &'a Context<'a>,
    pub path: String,
    /// Where the table's name stands.
    pub place: Place,
    table: &'a Table,
    section: &'static Section,
    asked: Vec<&'static str>,
    /// Keys of other sections, which have been reported.
    misplaced: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub fn new(context: &'a Context<'a>, path: impl Into<String>, place: Place, table: &'a Table, section: &'static Section) -> Reader<'a> {
        Reader { context, path: path.into(), place, table, section, asked: Vec::new(), misplaced: Vec::new() }
    }

    /// The words of the language that this table is written in.
    pub fn section(&self) -> &'static Section {
        self.section
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key)
    }

    /// True when the table writes this key.
    pub fn writes(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The key's node, whatever it is.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The key's value, where it is written and can be taken.
    pub fn get<T>(&mut self, key: &'static str, parse: impl FnOnce(&'a Node) -> Result<T, Fault>) -> Option<T> {
        let entry = self.entry(key)?;
        match parse(&entry.node) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.context.fault(&format!("{}{key}", self.prefix()), &entry.node, fault);
                None
            }
        }
    }

    /// The value of a key that can't be left out.
    pub fn require<T>(&mut self, key: &'static str, example: &str, parse: impl FnOnce(&'a Node) -> Result<T, Fault>) -> Option<T> {
        if !self.writes(key) {
            self.asked.push(key);
            self.missing(key, example);
            return None;
        }
        self.get(key, parse)
    }

    /// Reports that a key is missing.
    pub fn missing(&self, key: &str, example: &str) {
        self.context.report(self.place, format!("{} needs `{key}`", self.path), format!("write for example: {example}"));
    }

    /// A table within the table; `example` is what to write where something else stands.
    pub fn inner(&mut self, key: &'static str, example: &str) -> Option<Reader<'a>> {
        let path = format!("{}{key}", self.prefix());
        let entry = self.entry(key)?;
        let Value::Table(table) = &entry.node.value else {
            let what = format!("{path} must be a table, not {}", entry.node.value.kind());
            self.context.report(entry.node.place, what, format!("write for example: {example}"));
            return None;
        };
        Some(Reader::new(self.context, path, entry.key, table, self.section.below(key)))
    }

    /// The tables of an array; `example` is what to write where something else stands.
    pub fn list(&mut self, key: &'static str, example: &str) -> Vec<Reader<'a>> {
        let path = format!("{}{key}", self.prefix());
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let wrong = |node: &Node| {
            let what = format!("{path} must be a list of tables, not {}", node.value.kind());
            self.context.report(node.place, what, format!("write for example: {example}"));
        };
        let Value::Array(items) = &entry.node.value else {
            wrong(&entry.node);
            return Vec::new();
        };
        let section = self.section.below(key);
        let open = |(number, item): (usize, &'a Node)| match item.table() {
            Some(table) => Some(Reader::new(self.context, format!("{path}.{number}"), item.place, table, section)),
            None => {
                wrong(item);
                None
            }
        };
        items.iter().enumerate().filter_map(open).collect()
    }

    /// Entries under names of the person's own choice, in the order of the file: nothing of them is unknown.
    pub fn each(&self) -> Vec<(&'a str, &'a Entry)> {
        self.table.entries()
    }

    /// Reports a key that is there but can't act.
    pub fn no_effect(&self, key: &str, because: &str, hint: &str) {
        if let Some(entry) = self.table.get(key) {
            self.context.report(entry.key, format!("{}{key} has no effect because {because}", self.prefix()), hint);
        }
    }

    /// Reports a key that belongs to another section.
    pub fn misplaced(&mut self, key: &'static str, because: &str, hint: &str) {
        self.misplaced.push(key);
        self.no_effect(key, because, hint);
    }

    /// Reports something about a key (or the whole table, where the key is not written).
    pub fn complain(&self, key: &str, what: &str, hint: &str) {
        let place = self.table.get(key).map_or(self.place, |entry| entry.node.place);
        self.context.report(place, format!("{}{key}: {what}", self.prefix()), hint);
    }

    /// Ends the reading: what nobody asked for is unknown, and what the language does not list too, as it would be documented nowhere.
    pub fn done(self) {
        for (name, entry) in self.table.entries() {
            let known = self.asked.contains(&name) && self.section.key(name).is_some();
            if known || self.misplaced.contains(&name) {
                continue;
            }
            let of = if self.path.is_empty() { "the scenario".to_string() } else { format!("`{}`", self.path) };
            let hint = self.context.suggestion(name, &self.asked, "remove it");
            self.context.report(entry.key, format!("{of} has no key `{name}`"), hint);
        }
    }

    fn prefix(&self) -> String {
        if self.path.is_empty() { String::new() } else { format!("{}.", self.path) }
    }
}
