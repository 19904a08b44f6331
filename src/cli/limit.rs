//! `busload limit`: the highest load that meets every objective.

use super::arguments::LimitOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::limit::limit;
use crate::report;
use anyhow::Result;

/// Searches for the limit.
pub fn run(options: &LimitOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("limit", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = limit(&design(&options.file, &mut files, common), &options.scale, &progress);
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
        Ok(Some(outcome)) => finish(&outcome, &report::answer::limit(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
