//! `busload segments`: which topics and queues belong together.

use super::arguments::SegmentsOptions;
use super::planning::{begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk};
use crate::experiment::segments::segments;
use crate::report;
use anyhow::Result;

/// Proposes splits over segments.
pub fn run(options: &SegmentsOptions) -> Result<u8> {
    let common = &options.common;
    let mut files = disk::Disk;
    let target = match target(common, || default_folder("segments", &[&options.file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let progress = begin(common);
    let found = segments(&design(&options.file, &mut files, common), options.up_to, &progress);
    progress.finish();
    match found {
        Err(refusal) => {
            refuse(&refusal);
            Ok(WRONG)
        }
        Ok(None) => {
            eprintln!("stopped before the first proposal was done: there is nothing to keep");
            Ok(INTERRUPTED)
        }
        Ok(Some(outcome)) => finish(&outcome, &report::answer::segments(&outcome), outcome.partial, outcome.passed(), target, common),
    }
}
