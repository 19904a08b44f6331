//! A design that is loaded again and again with other settings: its files are read once, so that all variants see the same text.

use super::estimate::{self, Estimates};
use super::files::{CHUNK, Contents, FileError, Files};
use super::problem::Problems;
use super::spec::Scenario;
use super::{document, setting};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

/// Path and value, as of `--set`.
pub type Setting = (String, String);

/// Larger files are read again each time rather than kept.
const KEPT_MAX: usize = 8 << 20;

/// A scenario's file and the overrides that all of its variants share.
pub struct Design<'f> {
    entry: String,
    settings: Vec<Setting>,
    files: RefCell<Kept<'f>>,
}

impl<'f> Design<'f> {
    /// Nothing is read before it is loaded.
    pub fn new(entry: &str, files: &'f mut dyn Files, settings: Vec<Setting>) -> Design<'f> {
        Design { entry: entry.to_string(), settings, files: RefCell::new(Kept { files, contents: BTreeMap::new() }) }
    }

    /// The file's path as given.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// The scenario with these further settings, which win over earlier ones.
    ///
    /// # Errors
    /// All problems, as of [`super::load()`].
    pub fn load(&self, more: &[Setting]) -> Result<Scenario, Problems> {
        super::load(&self.entry, &mut *self.files.borrow_mut(), &self.settings_and(more))
    }

    /// What somebody has estimated in this design, which is this scenario, a share below and above where its file does not say better.
    pub fn estimates(&self, scenario: &Scenario, share: f64) -> Estimates {
        let (mut document, _) = document::read(&self.entry, &mut *self.files.borrow_mut());
        setting::apply(&mut document, &self.settings_and(&[]));
        estimate::estimates(&document.root, &scenario.assumptions, share)
    }

    fn settings_and(&self, more: &[Setting]) -> Vec<Setting> {
        let mut settings: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, value) in self.settings.iter().chain(more) {
            settings.insert(path, value);
        }
        settings.into_iter().map(|(path, value)| (path.into(), value.into())).collect()
    }
}

/// Files that are read once.
struct Kept<'f> {
    files: &'f mut dyn Files,
    contents: BTreeMap<String, Arc<[u8]>>,
}

impl Files for Kept<'_> {
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        self.open(path, limit)?.read_all()
    }

    fn open(&mut self, path: &str, limit: u64) -> Result<Contents, FileError> {
        if let Some(contents) = self.contents.get(path) {
            return Ok(Contents::plain(Cursor::new(contents.clone()), limit));
        }
        let mut contents = self.files.open(path, limit)?;
        let (mut start, mut buffer) = (Vec::new(), vec![0; CHUNK]);
        while start.len() <= KEPT_MAX {
            match contents.read(&mut buffer)? {
                0 => {
                    let start: Arc<[u8]> = start.into();
                    self.contents.insert(path.to_string(), start.clone());
                    return Ok(Contents::plain(Cursor::new(start), limit));
                }
                size => start.extend_from_slice(&buffer[..size]),
            }
        }
        Ok(contents.after(start))
    }
}
