//! What Busload is built of: licenses that may be given on with it, listed in docs/licenses.md, and a binary of bearable size.

use crate::language::current;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Licenses under which a binary can be given away, with a note of each.
const ALLOWED: [&str; 12] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
    "CC0-1.0",
];

const HEAD: &str = "\
# Licenses

Busload itself is under the MIT license. The command is built of these crates (default features, on Linux; those that only build it, as
procedural macros do, are among them). The list is made from `cargo metadata`, and a test keeps it current.

The font in the charts is under the SIL Open Font License 1.1 (`src/report/assets/OFL.txt`), uPlot in the report's page under the MIT
license (`src/report/assets/uplot-LICENSE.txt`).

| crate | version | license |
|---|---|---|
";

/// Name, version and license of everything that the command is built of.
fn crates() -> Vec<(String, String, String)> {
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["metadata", "--offline", "--locked", "--format-version", "1"]);
    let output = command.args(["--filter-platform", "x86_64-unknown-linux-gnu"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let nodes: BTreeMap<&str, &Value> =
        metadata["resolve"]["nodes"].as_array().unwrap().iter().map(|node| (node["id"].as_str().unwrap(), node)).collect();
    let mut wanted = vec![metadata["resolve"]["root"].as_str().unwrap()];
    let mut found = BTreeSet::new();
    while let Some(id) = wanted.pop() {
        let normal = |dependency: &&Value| dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"] != "dev");
        for dependency in nodes[id]["deps"].as_array().unwrap().iter().filter(normal) {
            let id = dependency["pkg"].as_str().unwrap();
            if found.insert(id) {
                wanted.push(id);
            }
        }
    }
    let packages = metadata["packages"].as_array().unwrap().iter().filter(|package| found.contains(package["id"].as_str().unwrap()));
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or("none").to_string();
    let mut crates: Vec<_> = packages.map(|package| (text(package, "name"), text(package, "version"), text(package, "license"))).collect();
    crates.sort();
    crates
}

/// Of alternatives one is enough; of what is joined by AND all are needed.
fn is_allowed(license: &str) -> bool {
    let plain = license.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" AND ").all(|part| part.split(" OR ").any(|one| ALLOWED.contains(&one.trim())))
}

#[test]
fn every_license_may_be_given_on_and_is_listed() {
    let crates = crates();
    assert!(crates.len() > 50, "only {}", crates.len());
    let foreign: Vec<_> = crates.iter().filter(|(.., license)| !is_allowed(license)).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    let rows: String = crates.iter().map(|(name, version, license)| format!("| {name} | {version} | {license} |\n")).collect();
    current("docs/licenses.md", &format!("{HEAD}{rows}"));
}

#[test]
fn the_binary_is_of_bearable_size() {
    let size = std::fs::metadata(assert_cmd::cargo::cargo_bin("busload")).unwrap().len();
    // Without optimization it is another program.
    if !cfg!(debug_assertions) {
        assert!(size < 15_000_000, "{size} bytes");
    }
}
