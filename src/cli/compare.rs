//! `busload compare`: several designs under the same chance.

use super::arguments::CompareOptions;
use super::planning::{Told, begin, complain, default_folder, design, finish, stem, target};
use super::{INTERRUPTED, WRONG, disk, find, memory};
use crate::experiment;
use crate::report;
use crate::scenario::{Scenario, Setting};
use anyhow::Result;
use std::path::Path;

/// Compares scenarios.
pub fn compare(options: &CompareOptions) -> Result<u8> {
    if options.files.is_empty() {
        find::list("compare");
        return Ok(WRONG);
    }
    let Some(designs) = load(options) else { return Ok(WRONG) };
    let paths: Vec<&Path> = options.files.iter().map(|file| file.as_path()).collect();
    let target = match target(&options.common, || default_folder("compare", &paths)) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let scenarios: Vec<&Scenario> = designs.iter().map(|(_, scenario)| scenario).collect();
    if let Some(code) = memory::refuses(&scenarios, &options.common) {
        return Ok(code);
    }
    let progress = begin(&options.common);
    let comparison = experiment::compare(designs, &progress);
    progress.finish();
    match comparison {
        Err(problem) => {
            eprintln!("error: {problem}");
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before each design had a replication: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(comparison)) => {
            let answer = report::answer::compare(&comparison);
            let told = Told { answer, partial: comparison.partial, passed: comparison.passed() };
            finish(&comparison, &told, target, &options.common)
        }
    }
}

/// All designs with unique names, on the seed and the replications of the first; problems go to stderr.
fn load(options: &CompareOptions) -> Option<Vec<(String, Scenario)>> {
    let mut designs: Vec<(String, Scenario)> = Vec::new();
    let mut shared: Vec<Setting> = Vec::new();
    let mut sound = true;
    for file in &options.files {
        let mut files = disk::Disk;
        match design(file, &mut files, &options.common).load(&shared) {
            Ok(scenario) => {
                if designs.is_empty() {
                    let seed = ("run.seed".to_string(), scenario.run.seed.to_string());
                    shared.push(seed);
                }
                designs.push((unique(&stem(file), &designs), scenario));
            }
            Err(problems) => {
                complain(&problems, &options.common);
                sound = false;
            }
        }
    }
    sound.then_some(designs)
}

/// A file given twice, or two of one name, are told apart by numbers.
fn unique(name: &str, known: &[(String, Scenario)]) -> String {
    let taken = |name: &str| known.iter().any(|(known, _)| known == name);
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    std::iter::once(name.to_string()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}
