//! `busload forecast`: when growth breaks which objective.

use super::arguments::ForecastOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::forecast::forecast;
use crate::report;
use anyhow::Result;

/// Looks ahead.
pub fn run(options: &ForecastOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("forecast", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = forecast(&design(&options.file, &mut files, common), &progress);
    progress.finish();
    match found {
        Err(refusal) => {
            refuse(&refusal);
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before the first load was done: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(outcome)) => finish(&outcome, &report::answer::forecast(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
