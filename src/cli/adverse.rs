//! `busload adverse`: the standing battery of bad days.

use super::arguments::AdverseOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::adverse::adverse;
use crate::report;
use anyhow::Result;

/// Goes through the battery.
pub fn run(options: &AdverseOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("adverse", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = adverse(&design(&options.file, &mut files, common), &progress);
    progress.finish();
    match found {
        Err(refusal) => {
            refuse(&refusal);
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before the design as it is was done: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(outcome)) => finish(&outcome, &report::answer::adverse(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
