//! The library half: it builds without command line, threads, files and renderers, and uses none of them.

use std::fs;
use std::path::Path;
use std::process::Command;

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("--offline");
    command
}

/// Into a folder of its own, so that it neither waits for the build that runs this test nor spoils it.
#[test]
fn the_library_builds_alone() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("library");
    let mut check = cargo();
    check.env_remove("RUSTFLAGS").env("CARGO_TARGET_DIR", target).args(["check", "--lib", "--no-default-features", "--quiet"]);
    let output = check.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_library_alone_depends_on_nothing_of_terminals_threads_and_files() {
    let output = cargo().args(["tree", "--no-default-features", "--edges", "normal", "--prefix", "none"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let crates: Vec<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains(&"toml") && crates.contains(&"libm"), "{text}");
    for foreign in [
        "clap",
        "indicatif",
        "console",
        "ctrlc",
        "nix",
        "rayon",
        "rayon-core",
        "crossterm",
        "plotters",
        "png",
        "minijinja",
        "libc",
        "rustix",
    ] {
        assert!(!crates.contains(&foreign), "{foreign} in\n{text}");
    }
}

/// What compiles everywhere can still fail where there are no files or threads: `std` has them on every target.
#[test]
fn below_the_command_line_nothing_touches_files_threads_clocks_or_the_environment() {
    const FOREIGN: [&str; 10] = [
        "std::fs",
        "std::thread",
        "std::env::",
        "std::process",
        "std::net",
        "std::io::std",
        "SystemTime::now",
        "Instant::now",
        "println!(",
        "fs::File",
    ];
    fn walk(folder: &Path, broken: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("src/cli") {
                    walk(&path, broken);
                }
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("src/main.rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // A module's own tests are no part of the library.
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                broken.extend(
                    FOREIGN.iter().filter(|word| line.contains(**word)).map(|word| format!("{}:{}: {word}", path.display(), number + 1)),
                );
            }
        }
    }
    let mut broken = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut broken);
    assert!(broken.is_empty(), "not for a library:\n{}", broken.join("\n"));
}

/// What the front page promises is there under these names.
#[test]
fn the_promised_names_are_those_of_the_front_page() {
    let front = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for name in [
        "load",
        "Scenario",
        "Problems",
        "MemoryFiles",
        "Files",
        "run",
        "check",
        "Watch",
        "Nobody",
        "Outcome",
        "Metric",
        "ObjectiveResult",
        "Verdict",
    ] {
        assert!(front.contains(&format!("`{name}`")), "{name} is not on the front page");
    }
}
