//! `busload sensitivity`: which assumption decides the answer.

use super::arguments::SensitivityOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::sensitivity::sensitivity;
use crate::report;
use anyhow::Result;

/// Varies every assumption.
pub fn run(options: &SensitivityOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("sensitivity", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = sensitivity(&design(&options.file, &mut files, common), &progress);
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
        Ok(Some(outcome)) => finish(&outcome, &report::answer::sensitivity(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
