//! The report: every figure on it is the outcome's, every format is safe, and little data is said plainly.

use crate::report_samples::{HOSTILE, bare, hostile, rich, single, sixty};
use busload::outcome::{Outcome, Verdict};
use busload::report::{json, render, terminal};
use std::collections::BTreeMap;

fn folder(outcome: &Outcome) -> BTreeMap<String, Vec<u8>> {
    render(outcome).into_iter().collect()
}

fn text(folder: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    String::from_utf8(folder[path].clone()).expect("the file is text")
}

/// Writes the sample folders for looking at them: `cargo test --test it report::write -- --ignored`.
#[test]
#[ignore = "for the eye"]
fn write_the_samples() {
    for (name, outcome) in [("rich", rich()), ("sixty", sixty()), ("hostile", hostile()), ("bare", bare()), ("single", single())] {
        let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report").join(name);
        for (path, bytes) in render(&outcome) {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is made");
            std::fs::write(path, bytes).expect("the file is written");
        }
        std::fs::write(root.join("terminal.txt"), terminal(&outcome, false)).expect("the file is written");
    }
}
