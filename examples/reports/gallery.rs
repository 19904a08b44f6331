//! The reports of the shipped scenarios: which there are and what is in them. Used by the example that writes them and by the test
//! that checks them.

use busload::experiment::{self, Watch};
use busload::report::{Kind, render_only};
use busload::scenario::{FileError, Files, Scenario, load};
use std::fs;
use std::path::{Path, PathBuf};

pub const FOLDER: &str = "reports/shipped";
/// Those that have the whole page and charts for slides; the others have their charts as SVG, to keep the repository small.
const WHOLE: [&str; 3] = ["ticketing-light", "durable-outage", "enterprise"];

struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let bytes = fs::read(path).map_err(|error| FileError::new(error.to_string(), ""))?;
        if bytes.len() as u64 > limit { Err(FileError::too_large(limit)) } else { Ok(bytes) }
    }
}

struct Nobody;

impl Watch for Nobody {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// In order of their names.
pub fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = fs::read_dir(folder).expect("the scenarios are there");
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files
}

pub fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

pub fn scenario(file: &Path) -> Scenario {
    load(&file.to_string_lossy(), &mut Disk, &[]).unwrap_or_else(|problems| panic!("{}: {problems}", file.display()))
}

/// The files of a scenario's report that are kept.
pub fn made(file: &Path) -> Vec<(String, Vec<u8>)> {
    let outcome = experiment::run(&scenario(file), &Nobody).expect("nobody stops it");
    let is_whole = WHOLE.contains(&stem(file).as_str());
    let kinds: &[Kind] = if is_whole { &[Kind::Html, Kind::Markdown, Kind::Charts] } else { &[Kind::Markdown, Kind::Charts] };
    let mut files = render_only(&outcome, kinds);
    files.retain(|(name, _)| is_whole || !name.ends_with(".png"));
    files
}

/// All reports with their questions and answers, from their summaries.
pub fn index(root: &Path) -> String {
    let mut out = "# Reports of the shipped scenarios\n\nMade by `cargo run --release --example reports`.\n".to_string();
    for file in scenarios() {
        let name = stem(&file);
        let summary = fs::read_to_string(root.join(&name).join("summary.md")).unwrap_or_default();
        let line = |mark: &str| summary.lines().find_map(|line| line.strip_prefix(mark)).unwrap_or_default().to_string();
        let page = if WHOLE.contains(&name.as_str()) { format!(", [page]({name}/report.html)") } else { String::new() };
        out += &format!("\n## {}\n\n> {}\n\n**{}\n\n[Summary]({name}/summary.md){page}\n", line("# "), line("> "), line("**"));
        if root.join(&name).join("charts/architecture.svg").exists() {
            out += &format!("\n![Architecture]({name}/charts/architecture.svg)\n");
        }
    }
    out
}
