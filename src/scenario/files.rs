//! How the language gets at files without knowing a file system.

use std::collections::BTreeMap;

/// Largest TOML file in bytes; a design of ten thousand subscribers fits.
pub const TEXT_LIMIT: u64 = 2 << 20;
/// Largest data file (samples, traces) in bytes, unpacked.
pub const DATA_LIMIT: u64 = 1 << 30;

/// Where a scenario's files come from: the disk in the command line, memory in tests and in a browser.
pub trait Files {
    /// The contents of the file at `path` ([`resolve`]d already), unpacked where its name ends with `.gz`.
    ///
    /// Refuses what is not a plain file and what is larger than `limit` bytes, before it is read.
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError>;
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
    parts.join("/")
}

/// True when [`Files::read`] has to unpack.
pub fn is_packed(path: &str) -> bool {
    path.ends_with(".gz")
}

/// The contents of a gzip file, refused as soon as they exceed `limit` bytes.
#[cfg(feature = "cli")]
pub fn unpack(packed: impl std::io::Read, limit: u64) -> Result<Vec<u8>, FileError> {
    use std::io::Read;
    let mut contents = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(packed).take(limit + 1).read_to_end(&mut contents);
    match read {
        Err(error) => Err(FileError::new(format!("can't be unpacked: {error}"), "a name that ends with .gz promises a gzip file")),
        Ok(size) if size as u64 > limit => Err(FileError::too_large(limit)),
        Ok(_) => Ok(contents),
    }
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
        assert_eq!(resolve("a/b.toml", "../c.csv"), "c.csv");
        assert_eq!(resolve("a/b.toml", "/c.csv"), "/c.csv");
        assert_eq!(resolve("../b.toml", "../c.csv"), "../../c.csv");
    }
}
