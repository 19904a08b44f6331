//! `busload run`: simulate, print the summary, write the report folder.

use super::arguments::RunOptions;
use super::progress::Progress;
use super::{DONE, FAILED, INTERRUPTED, MISSED, WRONG, disk, folder, interrupt};
use crate::experiment;
use crate::outcome::{Outcome, Verdict};
use crate::report;
use crate::scenario::{self, Scenario};
use anyhow::Result;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Runs a scenario.
pub fn run(options: &RunOptions) -> Result<u8> {
    let Some(scenario) = load(options) else { return Ok(WRONG) };
    let target = (!options.no_report).then(|| options.out.clone().unwrap_or_else(|| default_folder(&options.file)));
    if let Some(Err(problem)) = target.as_deref().map(folder::may_replace) {
        eprintln!("error: {problem}");
        return Ok(WRONG);
    }
    interrupt::listen();
    if let Some(threads) = options.threads {
        // Only the first call counts, and this is the only one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    let progress = Progress::new(options.quiet);
    let outcome = experiment::run(&scenario, &progress);
    let (elapsed, notices) = progress.finish();
    let Some(outcome) = outcome else {
        eprintln!("stopped before the first replication was done: there is nothing to keep");
        return Ok(INTERRUPTED);
    };
    // The figures come first: a full disk must not swallow them.
    print(&outcome, options)?;
    if let Some(target) = target {
        if let Err(error) = folder::replace(&target, &report::render(&outcome)) {
            eprintln!("error: {error:#}");
            return Ok(FAILED);
        }
        if !options.quiet && !options.json {
            super::say_where(&target)?;
        }
    }
    if !options.quiet && std::io::stderr().is_terminal() {
        eprintln!("{notices} notices in {:.1} s", elapsed.as_secs_f64());
    }
    Ok(code(&outcome))
}

/// The checked scenario, or its problems on stderr.
fn load(options: &RunOptions) -> Option<Scenario> {
    let mut settings = options.settings.clone();
    settings.extend(options.seed.map(|seed| ("run.seed".to_string(), seed.to_string())));
    settings.extend(options.replications.map(|count| ("run.replications".to_string(), count.to_string())));
    let mut files = disk::Disk;
    match scenario::load(&options.file.to_string_lossy(), &mut files, &settings) {
        Ok(scenario) => Some(scenario),
        Err(problems) => {
            eprint!("{}", problems.render(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()));
            None
        }
    }
}

fn default_folder(file: &Path) -> PathBuf {
    Path::new("reports").join(file.file_stem().unwrap_or_default())
}

/// The outcome or the summary on stdout.
fn print(outcome: &Outcome, options: &RunOptions) -> Result<()> {
    let text = match (options.json, options.quiet) {
        (true, _) => report::json(outcome),
        (false, true) => return Ok(()),
        (false, false) => report::terminal(outcome, super::colored()),
    };
    super::say(&text)
}

/// What the verdicts say to a script.
pub fn code(outcome: &Outcome) -> u8 {
    match outcome {
        outcome if outcome.run.partial => INTERRUPTED,
        outcome if outcome.objectives.iter().all(|objective| objective.verdict == Verdict::Met) => DONE,
        _ => MISSED,
    }
}
