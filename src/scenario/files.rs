//! How the language gets at files without knowing a file system.

use std::collections::BTreeMap;
use std::io::Read;

/// Largest TOML file in bytes; a design of ten thousand subscribers fits.
pub const TEXT_LIMIT: u64 = 2 << 20;
/// Largest data file (samples, traces) in bytes, unpacked.
pub const DATA_LIMIT: u64 = 1 << 30;

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 64 << 10;

/// Where a scenario's files come from: the disk in the command line, memory in tests and in a browser.
pub trait Files {
    /// The contents of the file at `path` ([`resolve`]d already), unpacked where its name ends with `.gz`.
    ///
    /// Refuses what is not a plain file and what is larger than `limit` bytes, before it is read.
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError>;

    /// The same, part by part: for files that are too long to be held.
    fn open(&mut self, path: &str, limit: u64) -> Result<Contents, FileError> {
        self.read(path, limit).map(Contents::whole)
    }
}

/// A file's contents, unpacked, from the first byte on.
pub struct Contents {
    reader: Box<dyn Read>,
    is_packed: bool,
    limit: u64,
    left: u64,
}

impl Contents {
    /// Contents of at most `limit` bytes.
    pub fn plain(reader: impl Read + 'static, limit: u64) -> Contents {
        Contents { reader: Box::new(reader), is_packed: false, limit, left: limit }
    }

    /// Those of a gzip file, at most `limit` bytes when they are unpacked.
    #[cfg(feature = "cli")]
    pub fn packed(reader: impl Read + 'static, limit: u64) -> Contents {
        Contents { is_packed: true, ..Contents::plain(flate2::read::MultiGzDecoder::new(reader), limit) }
    }

    /// All that is there already.
    pub fn whole(contents: Vec<u8>) -> Contents {
        Contents::plain(std::io::Cursor::new(contents), u64::MAX)
    }

    /// The same contents anew, of which `start` has been read.
    pub(super) fn after(self, start: Vec<u8>) -> Contents {
        let left = self.left + start.len() as u64;
        Contents { reader: Box::new(std::io::Cursor::new(start).chain(self.reader)), left, ..self }
    }

    /// Reads on into a buffer; how many bytes, zero at the end only.
    ///
    /// # Errors
    /// When there is more than the limit, or what is there can't be read or unpacked.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, FileError> {
        let size = loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if self.is_packed => {
                    return Err(FileError::new(format!("can't be unpacked: {error}"), "a name that ends with .gz promises a gzip file"));
                }
                Err(error) => return Err(FileError::new(format!("can't be read: {error}"), "")),
                Ok(size) => break size,
            }
        };
        self.left = self.left.checked_sub(size as u64).ok_or_else(|| FileError::too_large(self.limit))?;
        Ok(size)
    }

    /// All that is left of it.
    ///
    /// # Errors
    /// As of [`Contents::read`].
    pub fn read_all(mut self) -> Result<Vec<u8>, FileError> {
        let (mut all, mut buffer) = (Vec::new(), vec![0; CHUNK]);
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(all),
                size => all.extend_from_slice(&buffer[..size]),
            }
        }
    }
}

/// Why there are no contents: a clause that goes on after the file's name, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// E.g. "is a folder".
    pub what: String,
    /// Empty when nothing helps.
    pub hint: String,
}

impl FileError {
    /// For [`Files::read`].
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> FileError {
        FileError { what: what.into(), hint: hint.into() }
    }

    /// The file is larger than what is read; `size` where it is known.
    pub fn too_large(limit: u64) -> FileError {
        FileError::new(format!("is larger than {}, the most that is read", crate::units::Bytes(limit)), "")
    }
}

/// `path` as written in the file `from`: relative to that file's folder, unless absolute.
pub fn resolve(from: &str, path: &str) -> String {
    let folder = if path.starts_with('/') { "" } else { &from[..from.rfind('/').map_or(0, |at| at + 1)] };
    let joined = format!("{folder}{path}");
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() { ".".into() } else { parts.join("/") }
}

/// True when [`Files::read`] has to unpack.
pub fn is_packed(path: &str) -> bool {
    path.ends_with(".gz")
}

/// Files that are only in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// One file more.
    pub fn with(mut self, path: &str, contents: impl Into<Vec<u8>>) -> MemoryFiles {
        self.0.insert(path.to_string(), contents.into());
        self
    }
}

impl Files for MemoryFiles {
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        match self.0.get(path) {
            None => Err(FileError::new("does not exist", "")),
            Some(contents) if contents.len() as u64 > limit => Err(FileError::too_large(limit)),
            Some(contents) => Ok(contents.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it() {
        assert_eq!(resolve("a/b.toml", "c.csv"), "a/c.csv");
        assert_eq!(resolve("b.toml", "./c.csv"), "c.csv");
        assert_eq!(resolve("b.toml", "."), ".");
        assert_eq!(resolve("a/b.toml", "../c.csv"), "c.csv");
        assert_eq!(resolve("a/b.toml", "/c.csv"), "/c.csv");
        assert_eq!(resolve("../b.toml", "../c.csv"), "../../c.csv");
    }
}
