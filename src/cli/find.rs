//! Which scenario? What lies in the working folder and in `scenarios/`, with what each one asks; and names near one that is not there.

use super::disk::Disk;
use crate::scenario::{Files, TEXT_LIMIT, similar};
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are looked in: the working folder, and where a project keeps its designs.
const FOLDERS: [&str; 2] = ["", "scenarios"];
/// More files of a folder are not looked at.
const FILES_MAX: usize = 2_000;
/// More scenarios are counted, not listed.
const LISTED_MAX: usize = 40;

/// The file that a command was given; without one it says on stderr which there are.
pub fn named<'a>(file: Option<&'a Path>, command: &str) -> Option<&'a Path> {
    if file.is_none() {
        list(command);
    }
    file
}

/// Says that a file is needed, and lists the scenarios that are here with what they ask.
pub fn list(command: &str) {
    let found: Vec<(PathBuf, String)> = FOLDERS.iter().flat_map(|folder| scenarios(Path::new(folder))).collect();
    if found.is_empty() {
        eprintln!(
            "error: which scenario? There is none here or in scenarios/.\nhelp: `busload new design.toml` writes one to start from, then: busload {command} design.toml"
        );
        return;
    }
    eprintln!("error: which scenario? These are here:\n");
    for (path, asks) in found.iter().take(LISTED_MAX) {
        eprintln!("  {}\n      {asks}", path.display());
    }
    if found.len() > LISTED_MAX {
        eprintln!("  … {} more", found.len() - LISTED_MAX);
    }
    let example = if command == "compare" && found.len() > 1 {
        format!("{} {}", found[0].0.display(), found[1].0.display())
    } else {
        found[0].0.display().to_string()
    };
    eprintln!("\nhelp: for example: busload {command} {example}");
}

/// Scenarios of a folder by name, each with its question or title.
fn scenarios(folder: &Path) -> Vec<(PathBuf, String)> {
    entries(folder).into_iter().filter_map(|name| asks(&folder.join(name))).collect()
}

/// Names in a folder, in order; none where it can't be read.
fn entries(folder: &Path) -> Vec<String> {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(place).into_iter().flatten().flatten().take(FILES_MAX);
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// What a file asks, where it is a scenario.
fn asks(path: &Path) -> Option<(PathBuf, String)> {
    if path.extension().is_none_or(|extension| extension != "toml") {
        return None;
    }
    let text = String::from_utf8(Disk.read(&path.to_string_lossy(), TEXT_LIMIT).ok()?).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    if !["event", "extends"].iter().any(|key| table.contains_key(*key)) {
        return None;
    }
    let says = |key: &str| table.get(key).and_then(toml::Value::as_str).filter(|text| !text.trim().is_empty()).map(one_line);
    Some((path.to_path_buf(), says("question").or_else(|| says("title")).unwrap_or_else(|| "(asks nothing)".into())))
}

/// No terminal obeys what a file says.
fn one_line(text: &str) -> String {
    crate::report::plain(text).trim().to_string()
}

/// What may have been meant by a path that leads to nothing: a file of nearly this name, in its folder or in `scenarios/`.
pub fn near(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let places = [folder, Path::new("scenarios")];
    places.into_iter().find_map(|place| {
        let names = entries(place);
        let stems = names.iter().filter_map(|known| known.strip_suffix(".toml"));
        let found = if name.contains('.') {
            similar::nearest(name, names.iter().map(String::as_str)).map(String::from)
        } else {
            similar::nearest(name, stems).map(|stem| format!("{stem}.toml"))
        };
        found.map(|found| place.join(found).display().to_string())
    })
}
