//! `busload forecast`: when growth breaks which objective.

use super::arguments::ForecastOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk, find};
use crate::experiment::forecast::forecast;
use crate::report;
use anyhow::Result;

/// Looks ahead.
pub fn run(options: &ForecastOptions) -> Result<u8> {
    let common = &options.common;
    let Some(file) = find::named(options.file.as_deref(), "forecast") else { return Ok(WRONG) };
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("forecast", &[file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = forecast(&design(file, &mut files, common), &progress);
    progress.finish();
    match found {
        Err(refusal) => {
            refuse(&refusal, common);
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before the first load was done: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(outcome)) => finish(&outcome, &report::answer::forecast(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
