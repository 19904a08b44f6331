//! Who may import whom, and what never stands where: rules that matter are tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may import of this crate.
const MAY_IMPORT: [(&str, &[&str]); 11] = [
    ("units", &[]),
    ("core", &["units"]),
    ("sim", &["units"]),
    ("stats", &["units"]),
    ("theory", &["units"]),
    ("scenario", &["units", "core", "sim"]),
    ("outcome", &["units", "stats"]),
    ("model", &["units", "core", "sim", "stats", "scenario"]),
    ("experiment", &["units", "stats", "theory", "scenario", "outcome", "model"]),
    ("report", &["units", "outcome"]),
    ("cli", &["units", "theory", "scenario", "outcome", "experiment", "report"]),
];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let named = files.into_iter().map(|path| {
        let first = path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        (first.trim_end_matches(".rs").to_string(), path, text)
    });
    named.collect()
}

/// Lines of code: comments and documentation left out.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(number, line)| (number + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn modules_import_only_what_lies_below_them() {
    let mut broken = Vec::new();
    for (module, path, text) in sources() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else { continue };
        for (number, line) in code(&text) {
            for (at, _) in line.match_indices("crate::") {
                let target: String = line[at + 7..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if target != module && MAY_IMPORT.iter().any(|(name, _)| *name == target) && !allowed.contains(&target.as_str()) {
                    broken.push(format!("{}:{number}: {module} -> {target}; {module} may import only {allowed:?}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "arrows that the architecture does not have:\n{}", broken.join("\n"));
}

#[test]
fn every_source_file_belongs_to_a_module_of_the_table() {
    for (module, path, _) in sources() {
        let known = ["lib", "main"].contains(&module.as_str()) || MAY_IMPORT.iter().any(|(name, _)| *name == module);
        assert!(known, "{} is in no module of the table", path.display());
    }
}

/// Inside the engine nothing may depend on the platform's maths, on hash order, clocks, the operating system or floats' own maths.
#[test]
fn the_engine_uses_nothing_that_differs_between_machines() {
    const ENGINE: [&str; 6] = ["core", "sim", "model", "stats", "experiment", "theory"];
    const FORBIDDEN: [&str; 26] = [
        ".ln()",
        ".exp()",
        ".powf(",
        ".powi(",
        ".sin()",
        ".cos()",
        ".tan()",
        ".log10()",
        ".log2()",
        ".log(",
        ".exp_m1()",
        ".ln_1p()",
        ".cbrt()",
        ".hypot(",
        "f64::ln",
        "f64::exp",
        "f64::pow",
        "HashMap<",
        "HashSet<",
        "std::time",
        "Instant::now",
        "SystemTime",
        "std::env",
        "std::fs",
        "std::thread",
        "thread_rng",
    ];
    let mut broken = Vec::new();
    for (module, path, text) in sources().into_iter().filter(|(module, ..)| ENGINE.contains(&module.as_str())) {
        for (number, line) in code(&text) {
            // A map that names its hasher, and that nobody iterates, is the same everywhere.
            let fixed = line.contains("HashMap<") && line.matches(',').count() >= 2;
            for word in FORBIDDEN.iter().filter(|word| line.contains(**word) && !(fixed && word.starts_with("Hash"))) {
                broken.push(format!("{}:{number}: {word} in {module}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "not the same on every machine:\n{}", broken.join("\n"));
}

#[test]
fn the_core_has_no_floats() {
    for (_, path, text) in sources().into_iter().filter(|(module, ..)| module == "core") {
        for (number, line) in code(&text) {
            assert!(!line.contains("f64") && !line.contains("f32"), "{}:{number}: a float in the broker", path.display());
        }
    }
}

/// Comments explain a file's subject; a file of this length has two.
#[test]
fn files_have_one_subject() {
    const LINES_MAX: usize = 600;
    for (_, path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines: look for two subjects", path.display());
    }
}

#[test]
fn every_module_says_what_it_is() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//!"), "{} has no module documentation", path.display());
    }
}
