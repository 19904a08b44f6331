//! Files on the disk, with clear words when there is none, or none that can be read.

use crate::scenario::{Contents, FileError, Files, is_packed};
use std::fs;
use std::io::BufReader;
use std::path::Path;

/// Largest outcome that `report` reads.
const OUTCOME_LIMIT: u64 = 512 << 20;

/// The disk, from the working folder.
pub struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        self.open(path, limit)?.read_all()
    }

    fn open(&mut self, path: &str, limit: u64) -> Result<Contents, FileError> {
        let file = open(Path::new(path))?;
        if is_packed(path) {
            return Ok(Contents::packed(BufReader::new(file), limit));
        }
        if file.metadata().is_ok_and(|facts| facts.len() > limit) {
            return Err(FileError::too_large(limit));
        }
        Ok(Contents::plain(file, limit))
    }
}

/// A plain file, opened. A pipe is refused before it is opened: opening one waits for somebody to write.
fn open(path: &Path) -> Result<fs::File, FileError> {
    let facts = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            let otherwise = || "check the name and the folder that it is looked for in".to_string();
            FileError::new("doesn't exist", super::find::near(path).map_or_else(otherwise, |near| format!("did you mean `{near}`?")))
        }
        std::io::ErrorKind::PermissionDenied => FileError::new("may not be read", "check its permissions"),
        _ => FileError::new(format!("can't be read: {error}"), ""),
    })?;
    match facts {
        facts if facts.is_dir() => Err(FileError::new("is a folder", "name a file in it")),
        facts if !facts.is_file() => {
            Err(FileError::new("is not a plain file", "a pipe or device can't be read twice: copy it into a file"))
        }
        _ => fs::File::open(path).map_err(|error| FileError::new(format!("can't be opened: {error}"), "check its permissions")),
    }
}

/// A saved outcome's bytes, or why there are none.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    Disk.read(&path.to_string_lossy(), OUTCOME_LIMIT)
        .map_err(|error| [error.what, error.hint].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "))
}
