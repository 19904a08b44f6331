//! `busload report`: render a saved outcome of any command again.

use super::arguments::ReportOptions;
use super::{DONE, WRONG, folder, run};
use crate::outcome::{Outcome, SCHEMA, adverse, check, compare, forecast, limit, segments, sensitivity, size, sweep};
use crate::report;
use crate::report::answer::{self, Answer};
use anyhow::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Renders an outcome. The exit code is that of the run; of a planning command's outcome 0, as rendering answers no question.
pub fn report(options: &ReportOptions) -> Result<u8> {
    let saved = match read(&options.outcome) {
        Ok(saved) => saved,
        Err(problem) => {
            eprintln!("error: {}: {problem}", options.outcome.display());
            return Ok(WRONG);
        }
    };
    let own = options.outcome.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let target = options.out.as_deref().unwrap_or(own);
    if let Err(problem) = folder::may_replace(target) {
        eprintln!("error: {problem}");
        return Ok(WRONG);
    }
    let (files, summary, code) = match &saved {
        Saved::Run(outcome) => (report::render(outcome), report::terminal(outcome, super::colored()), run::code(outcome)),
        Saved::Answer(answer, json) => (answer::render(answer, json), answer::terminal(answer, super::colored()), DONE),
    };
    folder::replace(target, &files)?;
    if !options.quiet {
        super::say(&summary)?;
        super::say_where(target)?;
    }
    Ok(code)
}

/// What an outcome.json holds.
enum Saved {
    Run(Box<Outcome>),
    /// Of a planning command, with its text.
    Answer(Answer, String),
}

fn read(path: &Path) -> Result<Saved, String> {
    let bytes = super::disk::read(path)?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    let schema = value.get("schema").and_then(|schema| schema.as_str()).unwrap_or_default();
    match schema {
        SCHEMA => Ok(Saved::Run(Box::new(parse(&bytes)?))),
        adverse::SCHEMA => told(&bytes, answer::adverse),
        check::SCHEMA => told(&bytes, answer::check),
        compare::SCHEMA => told(&bytes, answer::compare),
        forecast::SCHEMA => told(&bytes, answer::forecast),
        limit::SCHEMA => told(&bytes, answer::limit),
        segments::SCHEMA => told(&bytes, answer::segments),
        sensitivity::SCHEMA => told(&bytes, answer::sensitivity),
        size::SCHEMA => told(&bytes, answer::size),
        sweep::SCHEMA => told(&bytes, answer::sweep),
        "" => Err("not an outcome of this version (it names no schema); run the scenario again".into()),
        other => Err(format!("its schema is {other}, this version reads {SCHEMA} and those of its other commands; run the scenario again")),
    }
}

fn told<T: DeserializeOwned + Serialize>(bytes: &[u8], answer: fn(&T) -> Answer) -> Result<Saved, String> {
    let outcome: T = parse(bytes)?;
    let json = serde_json::to_string_pretty(&outcome).map_err(|error| wrong(&error))? + "\n";
    Ok(Saved::Answer(answer(&outcome), json))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| wrong(&error))
}

fn wrong(error: &serde_json::Error) -> String {
    format!("not an outcome of this version ({error}); run the scenario again")
}
