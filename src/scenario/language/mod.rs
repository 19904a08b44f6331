//! The words of the scenario language: every section, every key with its kind of value, what is so without it, and what it does.
//!
//! One table, from which the JSON Schema, the reference (`docs/language.md`) and `busload explain` are made. The reader takes no key
//! that is not here, and tests hold each entry against it: the example loads, the default written out changes nothing, bounds and words
//! are those that it takes.
//!
//! Knows no values and no scenario.

mod answer;
mod broker;
mod event;
mod forms;
mod kind;
mod place;
mod reference;
mod root;
mod schema;
mod subscriber;
mod trouble;

pub use forms::{FORMS, Form};
pub use kind::{Kind, Name};
pub use reference::reference;
pub use schema::schema;

/// A table of the language.
#[derive(Debug)]
pub struct Section {
    /// Where it stands, with NAME for a name of one's own: `subscriber.NAME.callback`. Empty for the whole file.
    pub path: &'static str,
    /// What it describes.
    pub meaning: &'static str,
    pub keys: &'static [Key],
    /// Keys of one's own besides these: what they are, and what they are set to.
    pub rest: Option<(&'static str, Kind)>,
}

/// A key of a section.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub absent: Absent,
    /// A value as the file writes it.
    pub example: &'static str,
    /// What it does.
    pub effect: &'static str,
}

/// What is so where a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It can't be.
    Required,
    /// The same as with this value, as the file would write it.
    Default(&'static str),
    /// Something that no value says, in words.
    Else(&'static str),
}

/// The whole file.
pub static LANGUAGE: Section = root::ROOT;

impl Section {
    /// The key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// This section and all below it, each once, in the order of the reference.
    pub fn all(&'static self) -> Vec<&'static Section> {
        let mut sections = vec![self];
        for key in self.keys {
            for below in key.kind.sections().into_iter().flat_map(|section| section.all()) {
                if sections.iter().all(|known| known.path != below.path) {
                    sections.push(below);
                }
            }
        }
        sections
    }

    /// The section that a key opens.
    pub(super) fn below(&self, name: &str) -> &'static Section {
        self.key(name).and_then(|key| key.kind.sections().into_iter().next()).unwrap_or(&UNKNOWN)
    }
}

/// Below a key that opens none.
static UNKNOWN: Section = Section { path: "", meaning: "", keys: &[], rest: None };

const fn required(name: &'static str, kind: Kind, example: &'static str, effect: &'static str) -> Key {
    Key { name, kind, absent: Absent::Required, example, effect }
}

const fn default(name: &'static str, kind: Kind, value: &'static str, example: &'static str, effect: &'static str) -> Key {
    Key { name, kind, absent: Absent::Default(value), example, effect }
}

const fn optional(name: &'static str, kind: Kind, otherwise: &'static str, example: &'static str, effect: &'static str) -> Key {
    Key { name, kind, absent: Absent::Else(otherwise), example, effect }
}
