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

/// What was rendered is what this version renders, to the byte.
#[test]
fn quick_reports_come_out_the_same_again() {
    for file in scenarios().into_iter().filter(|file| RUN_AGAIN.contains(&stem(file).as_str())) {
        for (path, bytes) in made(&file) {
            let kept = fs::read(root().join(stem(&file)).join(&path)).unwrap_or_default();
            assert!(kept == bytes, "{}: {path} is not what comes out now: {REMEDY}", file.display());
        }
    }
}

#[test]
fn pages_are_light_enough_to_be_sent_around() {
    for file in scenarios() {
        if let Ok(page) = fs::metadata(root().join(stem(&file)).join("report.html")) {
            assert!(page.len() < 1_500_000, "{}: {} bytes", file.display(), page.len());
        }
    }
}
