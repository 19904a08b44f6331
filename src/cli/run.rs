//! `busload run`: simulate, print the summary, write the report folder.

use super::arguments::{Common, Marks, RunOptions};
use super::planning::{begin, complain, design, stem, target};
use super::{DONE, FAILED, INTERRUPTED, MISSED, WRONG, annotations, disk, find, folder, memory};
use crate::experiment;
use crate::outcome::Outcome;
use crate::report;
use anyhow::Result;
use std::io::IsTerminal;
use std::path::Path;

/// Runs a scenario.
pub fn run(options: &RunOptions) -> Result<u8> {
    let common = &options.common;
    let Some(file) = find::named(options.file.as_deref(), "run") else { return Ok(WRONG) };
    let mut files = disk::Disk;
    let scenario = match design(file, &mut files, common).load(&[]) {
        Ok(scenario) => scenario,
        Err(problems) => {
            complain(&problems, common);
            return Ok(WRONG);
        }
    };
    let target = match target(common, || Path::new("reports").join(stem(file))) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    if let Some(code) = memory::refuses(&[&scenario], common) {
        return Ok(code);
    }
    let progress = begin(common);
    let outcome = experiment::run(&scenario, &progress);
    let (elapsed, notices) = progress.finish();
    let Some(outcome) = outcome else {
        eprintln!("stopped before the first replication was done: there is nothing to keep");
        return Ok(INTERRUPTED);
    };
    // The figures come first: a full disk must not swallow them. Nor must a stdout that takes nothing swallow the report.
    let said = print(&outcome, common);
    if let Some(target) = target {
        if let Err(error) = folder::replace(&target, &report::render(&outcome)) {
            eprintln!("error: {error:#}");
            return Ok(FAILED);
        }
        if !common.quiet && !common.json && said.is_ok() {
            super::say_where(&target.join("report.html"))?;
        }
    }
    gate(&outcome, file, common.marks);
    said?;
    if !common.quiet && std::io::stderr().is_terminal() {
        eprintln!("{notices} notices in {:.1} s", elapsed.as_secs_f64());
    }
    Ok(code(&outcome))
}

/// The outcome or the summary on stdout.
fn print(outcome: &Outcome, options: &Common) -> Result<()> {
    let text = match (options.json, options.quiet) {
        (true, _) => report::json(outcome),
        (false, true) => return Ok(()),
        (false, false) => report::terminal(outcome, super::colored()),
    };
    super::say(&text)
}

/// Tells on stderr which objectives are not met, and by how much; `file` is where they are written, if that is known.
pub fn gate(outcome: &Outcome, file: &Path, marks: Marks) {
    eprint!("{}", report::unmet(outcome));
    annotations::objectives(outcome, file, marks);
}

/// What the verdicts say to a script.
pub fn code(outcome: &Outcome) -> u8 {
    match outcome {
        outcome if outcome.run.partial => INTERRUPTED,
        outcome if outcome.passed() => DONE,
        _ => MISSED,
    }
}
