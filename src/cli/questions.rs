//! The commands that ask one question about one design: `limit`, `size`, `adverse`, `forecast`, `segments`, `sensitivity`.
//!
//! They differ in the question alone; how it is asked, and what is done with the answer, stands in [`Ask::put`].

use super::arguments::{AdverseOptions, Common, ForecastOptions, LimitOptions, SegmentsOptions, SensitivityOptions, SizeOptions};
use super::planning::{Told, begin, default_folder, design, finish, refuse, target};
use super::{INTERRUPTED, WRONG, disk, find};
use crate::experiment::{self, Refusal, Watch};
use crate::report::answer;
use crate::scenario::Design;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

/// The highest load that meets every objective.
pub fn limit(options: &LimitOptions) -> Result<u8> {
    let ask = Ask { command: "limit", first: "first load", file: options.file.as_deref(), common: &options.common };
    ask.put(
        |design, watch| experiment::limit::limit(design, &options.scale, watch),
        |found| Told { answer: answer::limit(found), partial: found.partial, passed: found.passed() },
    )
}

/// The cheapest setting that meets the objectives.
pub fn size(options: &SizeOptions) -> Result<u8> {
    let ask = Ask { command: "size", first: "first setting", file: options.file.as_deref(), common: &options.common };
    ask.put(
        |design, watch| experiment::size::size(design, &options.axes, options.survive, watch),
        |found| Told { answer: answer::size(found), partial: found.partial, passed: found.passed() },
    )
}

/// The standing battery of bad days.
pub fn adverse(options: &AdverseOptions) -> Result<u8> {
    let ask = Ask { command: "adverse", first: "design as it is", file: options.file.as_deref(), common: &options.common };
    ask.put(experiment::adverse::adverse, |found| Told { answer: answer::adverse(found), partial: found.partial, passed: found.passed() })
}

/// When growth breaks which objective.
pub fn forecast(options: &ForecastOptions) -> Result<u8> {
    let ask = Ask { command: "forecast", first: "first load", file: options.file.as_deref(), common: &options.common };
    ask.put(experiment::forecast::forecast, |found| Told {
        answer: answer::forecast(found),
        partial: found.partial,
        passed: found.passed(),
    })
}

/// Which topics and queues belong together.
pub fn segments(options: &SegmentsOptions) -> Result<u8> {
    let ask = Ask { command: "segments", first: "first proposal", file: options.file.as_deref(), common: &options.common };
    ask.put(
        |design, watch| experiment::segments::segments(design, options.up_to, watch),
        |found| Told { answer: answer::segments(found), partial: found.partial, passed: found.passed() },
    )
}

/// Which assumption decides the answer.
pub fn sensitivity(options: &SensitivityOptions) -> Result<u8> {
    let ask = Ask { command: "sensitivity", first: "design as it is", file: options.file.as_deref(), common: &options.common };
    ask.put(experiment::sensitivity::sensitivity, |found| Told {
        answer: answer::sensitivity(found),
        partial: found.partial,
        passed: found.passed(),
    })
}

/// Who asks about which file; `first` is what must be done before there is anything to tell.
struct Ask<'o> {
    command: &'static str,
    first: &'static str,
    file: Option<&'o Path>,
    common: &'o Common,
}

impl Ask<'_> {
    /// Puts the question to the design; prints the answer and writes its folder. The exit code.
    fn put<T: Serialize>(
        self,
        question: impl FnOnce(&Design<'_>, &dyn Watch) -> Result<Option<T>, Refusal>,
        told: impl FnOnce(&T) -> Told,
    ) -> Result<u8> {
        let Some(file) = find::named(self.file, self.command) else { return Ok(WRONG) };
        let target = match target(self.common, || default_folder(self.command, &[file])) {
            Ok(target) => target,
            Err(code) => return Ok(code),
        };
        let mut files = disk::Disk;
        let progress = begin(self.common);
        let found = question(&design(file, &mut files, self.common), &progress);
        progress.finish();
        match found {
            Err(refusal) => {
                refuse(&refusal, self.common);
                Ok(WRONG)
            }
            Ok(None) => {
                eprintln!("stopped before the {} was done: there is nothing to keep", self.first);
                Ok(INTERRUPTED)
            }
            Ok(Some(outcome)) => finish(&outcome, &told(&outcome), target, self.common),
        }
    }
}
