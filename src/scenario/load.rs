//! The whole way from a file's name to a checked scenario.

use super::document;
use super::files::Files;
use super::names::Names;
use super::problem::Problems;
use super::reader::Context;
use super::spec::Scenario;
use super::{digest, read, setting, validate};
use std::cell::{Cell, RefCell};

/// Loads the scenario at `entry` (a path as given), with `settings` (path and value, in the order given) over what it says.
///
/// Every problem is collected: a scenario without problems needs no further check.
///
/// # Errors
/// All problems at once, each with its place and what to write; [`Problems`] prints them as people read them.
///
/// ```
/// use busload::{MemoryFiles, load};
///
/// let mut files = MemoryFiles::default().with("a.toml", "[sor.office]\nwokers = 4");
/// let problems = load("a.toml", &mut files, &[]).unwrap_err();
/// assert!(problems.to_string().contains("did you mean `workers`?"));
/// ```
pub fn load(entry: &str, files: &mut dyn Files, settings: &[(String, String)]) -> Result<Scenario, Problems> {
    let (mut document, problems) = document::read(entry, files);
    if !problems.is_empty() {
        return Err(Problems::new(document.sources, problems));
    }
    let problems = setting::apply(&mut document, settings);
    let mut sorted = settings.to_vec();
    sorted.sort();
    let root = &document.root;
    let names = |phrase, kind: &str| Names::new(phrase, Names::declared(root, kind).into_iter().map(String::from));
    let context = Context {
        root,
        zones: names("zone", "zone"),
        sors: names("system of record", "sor"),
        events: names("event", "event"),
        segments: names("segment", "segment"),
        topics: names("topic", "topic"),
        queues: names("queue", "queue"),
        feeds: names("feed", "feed"),
        sources: RefCell::new(document.sources),
        problems: RefCell::new(problems),
        files: RefCell::new(files),
        contents: RefCell::default(),
        suggestions: Cell::new(0),
    };
    let name = entry.rsplit(['/', '\\']).next().unwrap_or(entry);
    let mut scenario = read::scenario(&context, name);
    validate::validate(&context, &mut scenario);
    let problems = context.problems.take();
    if !problems.is_empty() {
        return Err(Problems::new(context.sources.take(), problems));
    }
    scenario.digest = digest::digest(root, &sorted, &context.contents.borrow());
    scenario.settings = sorted;
    Ok(scenario)
}

/// Where a file, or one that it extends, writes a setting: file, line and column, both counted from 1. None where nothing does.
pub fn locate(entry: &str, files: &mut dyn Files, path: &[&str]) -> Option<(String, usize, usize)> {
    let (document, _) = document::read(entry, files);
    let (last, tables) = path.split_last()?;
    let table = tables.iter().try_fold(&document.root, |table, name| table.get(name)?.node.table())?;
    let place = table.get(last)?.key;
    let problems = Problems::new(document.sources, Vec::new());
    let (file, line, column) = problems.locate(place);
    Some((file.to_string(), line, column))
}
