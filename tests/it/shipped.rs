//! The reports of the shipped scenarios are those of this version. If not: `cargo run --release --example reports`.

#[path = "../../examples/reports/gallery.rs"]
mod gallery;

use gallery::{FOLDER, index, made, scenario, scenarios, stem};
use std::fs;
use std::path::{Path, PathBuf};

const REMEDY: &str = "make the reports again: cargo run --release --example reports";
/// Quick ones, run again.
const RUN_AGAIN: [&str; 2] = ["mm1", "tandem"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

#[test]
fn every_shipped_scenario_has_its_report() {
    let mut names: Vec<String> = scenarios().iter().map(|file| stem(file)).collect();
    names.sort();
    let mut found: Vec<String> = fs::read_dir(root())
        .unwrap_or_else(|_| panic!("{REMEDY}"))
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into())
        .collect();
    found.sort();
    assert_eq!(found, names, "{REMEDY}");
    for file in scenarios() {
        let summary = fs::read_to_string(root().join(stem(&file)).join("summary.md")).unwrap_or_default();
        let says = |what: &str| assert!(summary.contains(what), "{} does not say {what}: {REMEDY}", file.display());
        says(&format!("Scenario digest `{}`", scenario(&file).digest));
        says(&format!("busload {}", env!("CARGO_PKG_VERSION")));
        says("```mermaid");
        assert!(root().join(stem(&file)).join("charts/architecture.svg").exists(), "{}: {REMEDY}", file.display());
    }
    assert_eq!(fs::read_to_string(root().join("README.md")).unwrap_or_default(), index(&root()), "{REMEDY}");
}

/// Title, question, answer and the verdict on each objective.
fn answers(summary: &str) -> Vec<String> {
    let bold = |line: &str| line.strip_prefix("**").and_then(|rest| rest.split_once("**")).map(|(answer, _)| answer.to_string());
    let verdict = |line: &str| line.starts_with(['|']).then(|| line.split(" | ").take(3).collect::<Vec<_>>().join(" | "));
    let is_verdict = |line: &String| ["✔", "✘", "?"].iter().any(|shape| line.starts_with(&format!("| {shape} ")));
    let told = |line: &str| match line {
        line if line.starts_with("# ") || line.starts_with("> ") => Some(line.to_string()),
        line => bold(line).or_else(|| verdict(line).filter(is_verdict)),
    };
    summary.lines().filter_map(told).collect()
}

#[test]
fn quick_reports_give_the_same_answers_again() {
    for file in scenarios().into_iter().filter(|file| RUN_AGAIN.contains(&stem(file).as_str())) {
        let kept = fs::read_to_string(root().join(stem(&file)).join("summary.md")).unwrap_or_default();
        let again = made(&file).into_iter().find(|(path, _)| path == "summary.md").expect("there is a summary").1;
        assert_eq!(answers(&kept), answers(&String::from_utf8(again).unwrap()), "{}: {REMEDY}", file.display());
    }
}
