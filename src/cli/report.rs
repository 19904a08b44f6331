//! `busload report`: render a saved outcome again.

use super::arguments::ReportOptions;
use super::{WRONG, folder, run};
use crate::outcome::{Outcome, SCHEMA};
use crate::report;
use anyhow::Result;
use std::path::Path;

/// Renders an outcome.
pub fn report(options: &ReportOptions) -> Result<u8> {
    let outcome = match read(&options.outcome) {
        Ok(outcome) => outcome,
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
    folder::replace(target, &report::render(&outcome))?;
    if !options.quiet {
        super::say(&report::terminal(&outcome, super::colored()))?;
        super::say_where(target)?;
    }
    run::gate(&outcome, Path::new(""), options.marks);
    Ok(run::code(&outcome))
}

fn read(path: &Path) -> Result<Outcome, String> {
    let bytes = super::disk::read(path)?;
    let outcome: Outcome =
        serde_json::from_slice(&bytes).map_err(|error| format!("not an outcome of this version ({error}); run the scenario again"))?;
    if outcome.schema != SCHEMA {
        return Err(format!("its schema is {}, this version reads {SCHEMA}; run the scenario again", outcome.schema));
    }
    Ok(outcome)
}
