//! What all commands share that simulate: loading with the common options, threads, and what is done with an answer.

use super::arguments::Common;
use super::progress::Progress;
use super::{DONE, FAILED, INTERRUPTED, WRONG, annotations, folder, interrupt, memory};
use crate::experiment::Refusal;
use crate::report;
use crate::report::answer::Answer;
use crate::scenario::{Design, Files, Problems, Setting};
use anyhow::Result;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The design of a file under the common options.
pub fn design<'f>(file: &Path, files: &'f mut dyn Files, common: &Common) -> Design<'f> {
    Design::new(&file.to_string_lossy(), files, settings(common))
}

/// `--set`, and the options that are settings too.
fn settings(common: &Common) -> Vec<Setting> {
    let mut settings = common.settings.clone();
    settings.extend(common.seed.map(|seed| ("run.seed".to_string(), seed.to_string())));
    settings.extend(common.replications.map(|count| ("run.replications".to_string(), count.to_string())));
    settings
}

/// All problems on stderr.
pub fn complain(problems: &Problems, common: &Common) {
    annotations::problems(problems, common.marks);
    eprint!("{}", problems.render(super::takes_color(&std::io::stderr())));
}

/// Why nothing was begun, on stderr.
pub fn refuse(refusal: &Refusal, common: &Common) {
    match refusal {
        Refusal::Sentence(sentence) => eprintln!("error: {sentence}"),
        Refusal::Problems(settings, problems) => {
            if !settings.is_empty() {
                let at: Vec<String> = settings.iter().map(|(path, value)| format!("{path}={value}")).collect();
                eprintln!("error: with {} the scenario is not sound", at.join(", "));
            }
            complain(problems, common);
        }
    }
}

/// Where the report goes, unless none is wanted; an exit code where it can't go there.
pub fn target(common: &Common, default: impl FnOnce() -> PathBuf) -> std::result::Result<Option<PathBuf>, u8> {
    if common.no_report {
        return Ok(None);
    }
    let target = common.out.clone().unwrap_or_else(default);
    let wrong = folder::may_replace(&target).map_err(|problem| (problem, WRONG));
    match wrong.and_then(|()| folder::can_be_written(&target).map_err(|problem| (problem, FAILED))) {
        Ok(()) => Ok(Some(target)),
        Err((problem, code)) => {
            eprintln!("error: {problem}");
            Err(code)
        }
    }
}

/// `reports/<command>-<stems>`.
pub fn default_folder(command: &str, files: &[&Path]) -> PathBuf {
    let stems: Vec<String> = files.iter().map(|file| stem(file)).collect();
    Path::new("reports").join(format!("{command}-{}", stems.join("-")))
}

/// A file's name without folder and ending.
pub fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Ready to simulate: Ctrl-C is heard, threads are set, progress is shown.
pub fn begin(common: &Common) -> Progress {
    interrupt::listen();
    memory::limit(common.memory);
    if let Some(threads) = common.threads {
        // Only the first call counts, and this is the only one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
    }
    Progress::new(common.quiet)
}

/// What the command line needs to know of an outcome.
pub struct Told {
    pub answer: Answer,
    /// Interrupted: what was finished is in it.
    pub partial: bool,
    /// The question has the answer that was hoped for.
    pub passed: bool,
}

/// As [`deliver`], and marks an answer that was not hoped for.
pub fn finish<T: Serialize>(outcome: &T, told: &Told, target: Option<PathBuf>, common: &Common) -> Result<u8> {
    if !told.partial && !told.passed {
        annotations::answer(&told.answer, common.marks);
    }
    deliver(outcome, told, target, common)
}

/// Prints an answer and writes its folder; the exit code.
pub fn deliver<T: Serialize>(outcome: &T, told: &Told, target: Option<PathBuf>, common: &Common) -> Result<u8> {
    let answer = &told.answer;
    let json = serde_json::to_string_pretty(outcome)? + "\n";
    // The figures come first: a full disk must not swallow them. Nor must a stdout that takes nothing swallow the report.
    let said = match (common.json, common.quiet) {
        (true, _) => super::say(&json),
        (false, true) => Ok(()),
        (false, false) => super::say(&report::answer::terminal(answer, super::colored(), target.is_some())),
    };
    if let Some(target) = target {
        if let Err(error) = folder::replace(&target, &report::answer::render(answer, &json)) {
            eprintln!("error: {error:#}");
            return Ok(FAILED);
        }
        if !common.quiet && !common.json && said.is_ok() {
            super::say_where(&target.join("report.html"))?;
        }
    }
    said?;
    Ok(match (told.partial, told.passed) {
        (true, _) => INTERRUPTED,
        (_, true) => DONE,
        (_, false) => super::MISSED,
    })
}
