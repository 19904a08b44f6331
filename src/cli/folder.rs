//! Report folders: written beside their place and renamed, so that no crash leaves half a report or destroys the last one.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// What a report folder holds, and nothing else.
const CONTENTS: [&str; 6] = ["outcome.json", "report.html", "summary.md", "metrics.csv", "series.csv", "charts"];

/// How the folders are named by which is found out whether a place can be written to.
const TRIAL: &str = ".busload-";

/// Whether a report may be put there: nothing is there yet, or a report, or an empty folder. It will be replaced as a whole, so
/// nothing else may be in it.
///
/// # Errors
/// Says what is there instead and what to do.
pub fn may_replace(folder: &Path) -> std::result::Result<(), String> {
    const REMEDY: &str = "name a folder of its own with --out";
    let Ok(facts) = fs::symlink_metadata(folder) else {
        let named = folder.file_name().is_some();
        return if named { Ok(()) } else { Err(format!("{} can't become a report folder; {REMEDY}", folder.display())) };
    };
    if facts.is_symlink() && folder.is_dir() {
        return Err(format!(
            "{} is a link to a folder, in whose place a report would stand; name the folder itself with --out",
            folder.display()
        ));
    }
    if !facts.is_dir() {
        return Err(format!("{} exists and is not a folder; {REMEDY}", folder.display()));
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("{} can't be read ({error}); {REMEDY}", folder.display()))?;
    let foreign = |name: &str| !CONTENTS.contains(&name) && !name.starts_with(TRIAL);
    match entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| foreign(name)).min() {
        None => Ok(()),
        Some(name) => Err(format!("{} is not a report folder, as it holds {name}; {REMEDY}", folder.display())),
    }
}

/// Whether the disk takes anything there, as far as can be known before hours are spent on what is to be written.
///
/// # Errors
/// Says why not and what to do.
pub fn can_be_written(folder: &Path) -> std::result::Result<(), String> {
    let there = folder.ancestors().map(shown).find(|place| place.exists()).unwrap_or(Path::new("."));
    takes_files(there).map_err(|error| {
        let place = if there == folder { String::new() } else { format!(" in {}", there.display()) };
        format!("{} can't be written{place} ({error}); name another folder with --out, or write none with --no-report", folder.display())
    })
}

/// Puts these files into a folder in place of what was there.
///
/// # Errors
/// When the disk refuses; then what was there before still is.
pub fn replace(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let parent = parent(folder);
    if is_worked_in(folder) || (folder.is_dir() && takes_files(parent).is_err()) {
        return replace_within(folder, files);
    }
    fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
    remove_leftovers(folder);
    let new = of_this_process(folder, "new");
    let result = write(&new, files).and_then(|()| exchange(folder, &new));
    if result.is_err() {
        let _ = fs::remove_dir_all(&new);
    }
    result
}

fn parent(folder: &Path) -> &Path {
    folder.parent().map_or(Path::new("."), shown)
}

/// The working folder has no name in a relative path.
fn shown(place: &Path) -> &Path {
    if place.as_os_str().is_empty() { Path::new(".") } else { place }
}

/// Whether anything can be put into a folder, which is found out by trying.
fn takes_files(folder: &Path) -> std::io::Result<()> {
    let trial = folder.join(format!("{TRIAL}{}", std::process::id()));
    fs::create_dir(&trial)?;
    fs::remove_dir(&trial)
}

/// What processes that were killed on their way have left beside a folder. Only where it is known that a process is gone.
fn remove_leftovers(folder: &Path) {
    let processes = Path::new("/proc");
    if !processes.join(std::process::id().to_string()).exists() {
        return;
    }
    for entry in fs::read_dir(parent(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let of_process = ["new", "old"].iter().find_map(|word| name.strip_prefix(&format!("{}-", hidden(folder, word))));
        let of_process = of_process.or_else(|| name.strip_prefix(TRIAL));
        let is_gone = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit()) && !processes.join(number).exists();
        if of_process.is_some_and(is_gone) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Puts these files into a folder and leaves the others there as they are, but for charts where there are new ones.
///
/// # Errors
/// When the disk refuses; then each file is the new one or the old one, none is half of one.
pub fn update(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    replace_within(folder, files)
}

/// Somebody who stands in a folder would be left in one that is gone if it were moved.
fn is_worked_in(folder: &Path) -> bool {
    let place = || Some(std::env::current_dir().ok()?.canonicalize().ok()?.starts_with(folder.canonicalize().ok()?));
    place().unwrap_or(false)
}

/// The same file by file, each written beside its place and renamed.
fn replace_within(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    may_replace(folder).map_err(anyhow::Error::msg)?;
    let new = folder.join(format!(".new-{}", std::process::id()));
    let result = write(&new, files).and_then(|()| move_into(folder, &new, files));
    let _ = fs::remove_dir_all(&new);
    result
}

fn move_into(folder: &Path, new: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let (charts, is_chart) = (folder.join("charts"), |(name, _): &(String, Vec<u8>)| name.starts_with("charts/"));
    if !files.iter().any(is_chart) {
        return rename_all(folder, new, files);
    }
    fs::create_dir_all(&charts).with_context(|| format!("cannot make the folder {}", charts.display()))?;
    rename_all(folder, new, files)?;
    // Charts of the last report that this one has not.
    for entry in fs::read_dir(&charts).into_iter().flatten().flatten() {
        let name = format!("charts/{}", entry.file_name().to_string_lossy());
        if files.iter().all(|(file, _)| *file != name) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn rename_all(folder: &Path, new: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    for (name, _) in files {
        fs::rename(new.join(name), folder.join(name)).with_context(|| format!("cannot put {name} into {}", folder.display()))?;
    }
    Ok(())
}

/// Writes a single file: beside its place, then renamed, unless it is a pipe or a device.
///
/// # Errors
/// When the disk refuses; then what was there before still is.
pub fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::metadata(file).is_ok_and(|facts| !facts.is_file()) {
        return fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()));
    }
    let new = of_this_process(file, "new");
    let result = fs::write(&new, bytes).and_then(|()| fs::rename(&new, file));
    if result.is_err() {
        let _ = fs::remove_file(&new);
    }
    result.with_context(|| format!("cannot write {}", file.display()))
}

fn of_this_process(folder: &Path, word: &str) -> PathBuf {
    sibling(folder, &format!("{word}-{}", std::process::id()))
}

/// A hidden neighbor of a folder.
pub fn sibling(folder: &Path, word: &str) -> PathBuf {
    folder.with_file_name(hidden(folder, word))
}

fn hidden(folder: &Path, word: &str) -> String {
    let name = folder.file_name().map_or_else(|| "report".into(), |name| name.to_string_lossy().into_owned());
    format!(".{name}.{word}")
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

fn exchange(folder: &Path, new: &Path) -> Result<()> {
    if folder.exists() {
        // Once more, as time has passed since the first look.
        may_replace(folder).map_err(anyhow::Error::msg)?;
        // In one step where the system can: whoever is killed meanwhile leaves the last report or the new one.
        if swap(folder, new) {
            let _ = fs::remove_dir_all(new);
            return Ok(());
        }
        let old = of_this_process(folder, "old");
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

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> bool {
    false
}
