//! The text as a tree in which every node remembers its file and place: parsed, with everything it extends merged in.
//!
//! Knows TOML and `extends`, nothing else of the language. Invariant: entries keep the order of the files, the base's first.

use super::files::{FileError, Files, TEXT_LIMIT, resolve};
use super::problem::{Place, Problem, Source};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Longest chain of files that extend each other.
const CHAIN_MAX: usize = 16;
/// Deepest dotted key; the parser itself bounds the depth of brackets.
const DOTS_MAX: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub value: Value,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    /// A date or time of TOML's own, as written.
    Date(String),
    Array(Vec<Node>),
    Table(Table),
}

/// Named values.
#[derive(Clone, Debug, Default)]
pub(super) struct Table(BTreeMap<String, Entry>);

#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Where the name stands.
    pub key: Place,
    order: (u32, u32),
    pub node: Node,
}

impl Value {
    /// What it is, for "..., not a text".
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Date(_) => "a date or time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }
}

impl Table {
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.0.get_mut(name)
    }

    /// Sets a value; a new name goes behind all others, a known one stays in its place.
    pub fn put(&mut self, name: &str, key: Place, node: Node) {
        let last = self.0.values().map(|entry| entry.order).max().unwrap_or_default();
        let order = self.0.get(name).map_or((last.0, last.1.saturating_add(1)), |entry| entry.order);
        self.0.insert(name.to_string(), Entry { key, order, node });
    }

    /// Names and values in the order of the file.
    pub fn entries(&self) -> Vec<(&str, &Entry)> {
        let mut entries: Vec<(&str, &Entry)> = self.0.iter().map(|(name, entry)| (name.as_str(), entry)).collect();
        entries.sort_by_key(|(_, entry)| entry.order);
        entries
    }

    /// Takes over everything that `other` says: tables merge, anything else replaces.
    fn merge(&mut self, other: Table) {
        for (name, new) in other.0 {
            match self.0.get_mut(&name) {
                None => {
                    self.0.insert(name, new);
                }
                Some(old) => {
                    old.key = new.key;
                    match (&mut old.node.value, new.node.value) {
                        (Value::Table(old), Value::Table(new)) => old.merge(new),
                        (value, new) => *value = new,
                    }
                    old.node.place = new.node.place;
                }
            }
        }
    }
}

/// A scenario's text with everything that it extends.
pub(super) struct Document {
    pub root: Table,
    /// The entry file first, then what it extends, in turn.
    pub sources: Vec<Source>,
}

/// Reads the file and what it extends; the sources are there also when it fails, so that problems can be shown.
pub(super) fn read(entry: &str, files: &mut dyn Files) -> (Document, Vec<Problem>) {
    let mut document = Document { root: Table::default(), sources: Vec::new() };
    let mut problems = Vec::new();
    let mut chain: Vec<Table> = Vec::new();
    let mut next = Some((entry.to_string(), None));
    while let Some((path, asked_at)) = next.take() {
        let text = match files.read(&path, TEXT_LIMIT).and_then(decode) {
            Ok(text) => text,
            Err(error) => {
                problems.push(unreadable(&path, asked_at, error));
                break;
            }
        };
        let index = document.sources.len() as u32;
        document.sources.push(Source::whole(&path, text));
        let source = &document.sources[index as usize];
        let Some(table) = parse(&source.text, index, &mut problems) else { break };
        let extends = table.get("extends").and_then(|entry| Some((resolve(&path, entry.node.text()?), entry.node.place)));
        chain.push(table);
        if let Some((base, place)) = extends {
            match refused(&base, &document.sources) {
                Some((what, hint)) => problems.push(Problem { place: Some(place), what, hint }),
                None => next = Some((base, Some(place))),
            }
        }
    }
    for table in chain.into_iter().rev() {
        document.root.merge(table);
    }
    (document, problems)
}

const TOO_DEEP: &str = "nothing in the language is that deep";

/// Why a file can't be extended, if so.
fn refused(base: &str, sources: &[Source]) -> Option<(String, String)> {
    let names: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    if names.last() == Some(&base) {
        return Some(("extends: the file extends itself".into(), "name another file, or remove `extends`".into()));
    }
    if let Some(at) = names.iter().position(|name| *name == base) {
        let circle: Vec<&str> = names[at..].iter().copied().chain([base]).collect();
        return Some((
            format!("extends: these files extend each other in a circle: {}", circle.join(" -> ")),
            "remove one `extends`".into(),
        ));
    }
    let chain = format!("extends: more than {CHAIN_MAX} files extend each other");
    (names.len() >= CHAIN_MAX).then(|| (chain, "merge some of them".into()))
}

fn unreadable(path: &str, asked_at: Option<Place>, error: FileError) -> Problem {
    let (extends, hint) = match asked_at {
        Some(_) if error.hint.is_empty() => ("extends: ", "the path is relative to this file".into()),
        Some(_) => ("extends: ", error.hint),
        None => ("", error.hint),
    };
    Problem { place: asked_at, what: format!("{extends}\"{path}\" {}", error.what), hint }
}

fn decode(bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        FileError::new(format!("is not UTF-8 text (line {line})"), "save the file as UTF-8")
    })
}

/// The tree of one file; none when it is not TOML.
fn parse(text: &str, source: u32, problems: &mut Vec<Problem>) -> Option<Table> {
    let problem =
        |range: Range<usize>, what: String, hint: &str| Problem { place: Some(place(text, source, range)), what, hint: hint.into() };
    if let Some(at) = too_deep(text) {
        problems.push(problem(at..at + 1, format!("a key with more than {DOTS_MAX} parts"), TOO_DEEP));
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Some(table(root.into_inner(), text, source));
    }
    for error in errors.iter().take(1000) {
        problems.push(problem(error.span().unwrap_or(0..0), format!("not TOML: {}", error.message()), syntax_hint(error.message())));
    }
    None
}

/// What is behind the parser's most frequent words.
fn syntax_hint(message: &str) -> &'static str {
    match message {
        _ if message.contains("duplicate key") => {
            "each name once; a second value for the same setting belongs into a file that `extends` this one"
        }
        _ if message.contains("must be quoted") || message.contains("invalid boolean") || message.contains("invalid number") => {
            "write texts in double quotes: \"500K/day\""
        }
        _ if message.contains("recursion") => TOO_DEEP,
        _ => "the file is TOML: key = value, texts in double quotes, sections in [brackets], each with its end",
    }
}

fn table(table: DeTable<'_>, text: &str, source: u32) -> Table {
    let convert = |(key, node): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| {
        let key_place = place(text, source, key.span());
        // The base has the larger source number and comes first.
        let entry = Entry { key: key_place, order: (u32::MAX - source, key_place.start), node: self::node(node, text, source) };
        (key.into_inner().into_owned(), entry)
    };
    Table(table.into_iter().map(convert).collect())
}

fn node(node: Spanned<DeValue<'_>>, text: &str, source: u32) -> Node {
    let place = place(text, source, node.span());
    Node { value: value(node.into_inner(), text, source), place }
}

fn value(value: DeValue<'_>, text: &str, source: u32) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            // Beyond 128 bits: out of every range, like infinity.
            Err(_) => Value::Float(f64::INFINITY),
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::Array(items.into_iter().map(|item| node(item, text, source)).collect()),
        DeValue::Table(inner) => Value::Table(table(inner, text, source)),
    }
}

/// Parses the value of an override; none when it is no TOML, and so a text without quotes.
pub(super) fn parse_value(text: &str, source: u32, offset: usize) -> Option<Value> {
    if too_deep(text).is_some() {
        return None;
    }
    let parsed = DeValue::parse(text).ok()?;
    // Places in the value's own text are moved to its place in the option.
    Some(moved(value(parsed.into_inner(), text, source), offset as u32))
}

fn moved(value: Value, offset: u32) -> Value {
    let shift = |place: Place| Place { start: place.start + offset, end: place.end + offset, ..place };
    let node = |node: Node| Node { place: shift(node.place), value: moved(node.value, offset) };
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(node).collect()),
        Value::Table(Table(entries)) => {
            let entry = |entry: Entry| Entry { key: shift(entry.key), node: node(entry.node), ..entry };
            Value::Table(Table(entries.into_iter().map(|(name, inner)| (name, entry(inner))).collect()))
        }
        plain => plain,
    }
}

/// A place on character boundaries, at least one character long where there is one.
fn place(text: &str, source: u32, range: Range<usize>) -> Place {
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start.min(text.len()));
    let end = floor(range.end.clamp(start, text.len()));
    Place { source, start: start as u32, end: end as u32 }
}

/// Where a key has too many dotted parts. The parser nests a table for each, and taking down a deep nest would exhaust the stack.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut dots) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\'' => at = string_end(bytes, at),
            b'#' => at = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length),
            b'.' if dots >= DOTS_MAX => return Some(at),
            byte => {
                dots = match byte {
                    b'.' => dots + 1,
                    b'=' | b',' | b'[' | b']' | b'{' | b'}' | b'\n' => 0,
                    _ => dots,
                };
                at += 1;
            }
        }
    }
    None
}

/// Behind the string that begins here.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let many = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if many { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !many => return at,
            byte if byte == quote && (!many || bytes[at..].starts_with(&[quote; 3])) => return at + if many { 3 } else { 1 },
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
