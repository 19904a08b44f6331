//! `busload size`: the cheapest setting that meets the objectives.

use super::arguments::SizeOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::size::size;
use crate::report;
use anyhow::Result;

/// Searches for the cheapest setting.
pub fn run(options: &SizeOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("size", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = size(&design(&options.file, &mut files, common), &options.axes, options.survive, &progress);
    progress.finish();
    match found {
        Err(refusal) => {
            refuse(&refusal);
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before the first setting was done: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(outcome)) => finish(&outcome, &report::answer::size(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
