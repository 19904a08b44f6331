//! What is wrong with a scenario, where, and what to write instead: data first, text for people second.
//!
//! Knows nothing of the scenario language. Invariant: a [`Place`] lies within the text of its source, on character boundaries.

use crate::units::is_steering;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::{Display, Formatter};
use std::ops::Range;

/// So many problems are shown; the rest is counted.
const SHOWN: usize = 50;
/// A longer sentence is cut.
const SENTENCE_MAX: usize = 500;
/// A longer line is named, not shown.
const LINE_MAX: usize = 500;

/// A stretch of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub(super) source: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A text that problems can point into.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As given or written, e.g. `base.toml`; for an override the whole option.
    pub name: String,
    pub text: String,
    /// Number of the text's first line; more than 1 where only a part of a file is kept.
    pub first_line: usize,
}

impl Source {
    pub fn whole(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source { name: name.into(), text: text.into(), first_line: 1 }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; none when a whole file is meant.
    pub place: Option<Place>,
    /// What is wrong and why, one sentence that begins with the setting's path where there is one.
    pub what: String,
    /// What to write instead; empty when nothing helps.
    pub hint: String,
}

/// Everything that is wrong with a scenario, in the order of its files and lines.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    sources: Vec<Source>,
    list: Vec<Problem>,
}

impl Problems {
    /// Puts the problems in order and removes repetitions.
    pub(super) fn new(mut sources: Vec<Source>, mut list: Vec<Problem>) -> Problems {
        for source in &mut sources {
            source.name = printable(&source.name);
            // The renderer knows the other control characters. As long as these in UTF-8, so that places stay.
            source.text = source.text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{b7}");
        }
        for problem in &mut list {
            problem.what = printable(&problem.what);
            problem.hint = printable(&problem.hint);
        }
        list.sort_by_key(|problem| problem.place.map(|place| (place.source, place.start)));
        list.dedup();
        Problems { sources, list }
    }

    /// All of them, also those that are not shown.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// Name of the file (or the override), line and column of a place, both counted from 1.
    pub fn locate(&self, place: Place) -> (&str, usize, usize) {
        let source = &self.sources[place.source as usize];
        let before = &source.text[..place.start as usize];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + source.first_line;
        (&source.name, line, before[line_start..].chars().count() + 1)
    }

    /// The text for a person; `color` with the terminal's escape codes.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(160);
        let mut text = String::new();
        for problem in self.list.iter().take(SHOWN) {
            text += &renderer.render(&[self.report(problem)]);
            text += "\n\n";
        }
        let hidden = self.list.len().saturating_sub(SHOWN);
        let (noun, more) = if self.list.len() == 1 { ("problem", String::new()) } else { ("problems", more(hidden)) };
        text + &format!("{} {noun}{more}\n", self.list.len())
    }

    fn report<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let mut group = Group::with_title(Level::ERROR.primary_title(problem.what.as_str()));
        if let Some(place) = problem.place {
            let source = &self.sources[place.source as usize];
            let (lines, first) = surrounding(&source.text, place.start as usize..place.end as usize);
            if lines.len() <= LINE_MAX {
                let span = place.start as usize - lines.start..(place.end as usize).min(lines.end) - lines.start;
                let snippet = Snippet::source(&source.text[lines])
                    .path(source.name.as_str())
                    .line_start(first + source.first_line - 1)
                    .annotation(AnnotationKind::Primary.span(span));
                group = group.element(snippet);
            } else {
                let (file, line, column) = self.locate(place);
                group = group.element(annotate_snippets::Origin::path(file).line(line).char_column(column));
            }
        }
        if let (None, Some(entry)) = (problem.place, self.sources.first()) {
            group = group.element(annotate_snippets::Origin::path(entry.name.as_str()));
        }
        if problem.hint.is_empty() { group } else { group.element(Level::HELP.message(problem.hint.as_str())) }
    }
}

/// A sentence that quotes the file can be as long, and as wild, as the file.
fn printable(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() || is_steering(c) { char::REPLACEMENT_CHARACTER } else { c });
    let mut short: String = plain.take(SENTENCE_MAX + 1).collect();
    if short.chars().count() > SENTENCE_MAX {
        short.pop();
        short += "...";
    }
    short
}

fn more(hidden: usize) -> String {
    if hidden == 0 { String::new() } else { format!(", of which the first {SHOWN} are shown") }
}

/// The first line of a place, and its number.
fn surrounding(text: &str, place: Range<usize>) -> (Range<usize>, usize) {
    let start = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[place.start..].find('\n').map_or(text.len(), |at| place.start + at);
    (start..end, text[..start].matches('\n').count() + 1)
}

impl Display for Problems {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

/// Why a value can't be taken; becomes a [`Problem`] when the reader adds path and place.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault {
    /// Where, when not the whole value.
    pub place: Option<Place>,
    /// The part of a text value that is wrong.
    pub within: Option<Range<usize>>,
    pub what: String,
    pub hint: String,
}

impl Fault {
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { place: None, within: None, what: what.into(), hint: hint.into() }
    }

    /// Narrows the fault to a part of the text value, unless it is narrowed already.
    pub fn within(mut self, range: Range<usize>) -> Fault {
        self.within.get_or_insert(range);
        self
    }

    pub fn at(mut self, place: Place) -> Fault {
        self.place.get_or_insert(place);
        self
    }
}

impl From<crate::units::UnitError> for Fault {
    fn from(error: crate::units::UnitError) -> Fault {
        Fault::new(error.what, error.hint)
    }
}

impl From<crate::sim::FitError> for Fault {
    fn from(error: crate::sim::FitError) -> Fault {
        Fault::new(error.what, error.hint)
    }
}
