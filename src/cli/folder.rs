//! Report folders: written beside their place and renamed, so that no crash leaves half a report or destroys the last one.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Puts these files into a folder in place of what was there.
///
/// # Errors
/// When the disk refuses; then what was there before still is.
pub fn replace(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
    let new = sibling(folder, "new");
    let result = write(&new, files).and_then(|()| exchange(folder, &new));
    if result.is_err() {
        let _ = fs::remove_dir_all(&new);
    }
    result
}

fn sibling(folder: &Path, word: &str) -> PathBuf {
    let name = folder.file_name().map_or_else(|| "report".into(), |name| name.to_string_lossy().into_owned());
    folder.with_file_name(format!(".{name}.{word}-{}", std::process::id()))
}

fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The old folder is only taken away when it is a report (or empty): `--out` may name anything.
fn exchange(folder: &Path, new: &Path) -> Result<()> {
    if folder.exists() {
        let is_report = folder.join("outcome.json").is_file() || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        anyhow::ensure!(is_report, "{} exists and is not a report folder; name another one with --out", folder.display());
        let old = sibling(folder, "old");
        fs::rename(folder, &old).with_context(|| format!("cannot move the last report {} aside", folder.display()))?;
        if let Err(error) = fs::rename(new, folder) {
            let _ = fs::rename(&old, folder);
            return Err(error).with_context(|| format!("cannot put the report at {}", folder.display()));
        }
        let _ = fs::remove_dir_all(&old);
        return Ok(());
    }
    fs::rename(new, folder).with_context(|| format!("cannot put the report at {}", folder.display()))
}
