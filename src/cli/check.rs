//! `busload check`: problems, and what arithmetic says. It prints; a folder is written only where one is asked for.

use super::arguments::{CheckOptions, Common};
use super::planning::{Told, complain, deliver, design, target};
use super::{WRONG, annotations, disk, find};
use crate::experiment;
use crate::report;
use crate::scenario::Scenario;
use anyhow::Result;
use std::path::{Path, PathBuf};

/// Checks scenarios: those without problems are told of even where others have some.
pub fn run(options: &CheckOptions) -> Result<u8> {
    let common = common(options);
    if options.files.is_empty() {
        find::list("check");
        return Ok(WRONG);
    }
    let (mut sound, mut files): (Vec<Scenario>, Vec<&Path>) = Default::default();
    for file in &options.files {
        match design(file, &mut disk::Disk, &common).load(&[]) {
            Ok(scenario) => {
                sound.push(scenario);
                files.push(file);
            }
            Err(problems) => complain(&problems, &common),
        }
    }
    let target = match target(&common, PathBuf::new) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let is_complete = sound.len() == options.files.len();
    if sound.is_empty() || (common.json && !is_complete) {
        return Ok(WRONG);
    }
    let outcome = experiment::check(&sound);
    let target = target.filter(|_| is_complete);
    let told = Told { answer: report::answer::check(&outcome), partial: false, passed: outcome.passed() };
    let code = deliver(&outcome, &told, target, &common)?;
    // Which design it is, and why: stdout tells it to people, unless it is quiet.
    for (file, design) in files.into_iter().zip(&outcome.designs).filter(|(_, design)| !design.bears) {
        for note in &design.unstable {
            if common.quiet || common.json {
                eprintln!("{}: {}", file.display(), note.sentence);
            }
            annotations::overload(file, &note.sentence, common.marks);
        }
    }
    Ok(if is_complete { code } else { WRONG })
}

fn common(options: &CheckOptions) -> Common {
    Common {
        settings: options.settings.clone(),
        seed: None,
        replications: None,
        threads: None,
        memory: None,
        out: options.out.clone(),
        json: options.json,
        no_report: options.out.is_none(),
        quiet: options.quiet,
        marks: options.marks,
    }
}
