//! `busload report`: render a saved outcome of any command again.

use super::arguments::{Part, ReportOptions};
use super::{DONE, INTERRUPTED, MISSED, WRONG, disk, folder, run};
use crate::outcome::saved::Saved;
use crate::report::{self, Kind, answer};
use anyhow::Result;
use std::path::Path;

/// Renders an outcome.
pub fn report(options: &ReportOptions) -> Result<u8> {
    let saved = match read(&options.outcome) {
        Ok(saved) => saved,
        Err(code) => return Ok(code),
    };
    let own = options.outcome.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let target = options.out.as_deref().unwrap_or(own);
    if let Err(problem) = folder::may_replace(target) {
        eprintln!("error: {problem}");
        return Ok(WRONG);
    }
    let answer = answer::of(&saved);
    let text = match (&saved, &answer) {
        (Saved::Run(outcome), _) => report::terminal(outcome, super::colored()),
        (_, Some(answer)) => answer::terminal(answer, super::colored(), true),
        _ => String::new(),
    };
    let kinds: Vec<Kind> = if options.only.is_empty() { Kind::ALL.to_vec() } else { options.only.iter().map(kind).collect() };
    let mut files = match (&saved, &answer) {
        (Saved::Run(outcome), _) => report::render_only(outcome, &kinds),
        (_, Some(answer)) => answer::render_only(answer, &kinds),
        _ => Vec::new(),
    };
    if options.only.is_empty() {
        files.push(("outcome.json".into(), json(&saved, &options.outcome)?));
        folder::replace(target, &files)?;
    } else {
        folder::update(target, &files)?;
    }
    if !options.quiet {
        super::say(&text)?;
        super::say_where(&if kinds.contains(&Kind::Html) { target.join("report.html") } else { target.to_path_buf() })?;
    }
    if let Saved::Run(outcome) = &saved {
        run::gate(outcome, Path::new(""), options.marks);
    }
    Ok(match () {
        () if saved.is_partial() => INTERRUPTED,
        () if saved.passed() => DONE,
        () => MISSED,
    })
}

/// The outcome, or the exit code where it is none; why is on stderr.
pub fn read(path: &Path) -> Result<Saved, u8> {
    disk::read(path).and_then(|bytes| Saved::read(&bytes)).map_err(|problem| {
        eprintln!("error: {}: {problem}", path.display());
        WRONG
    })
}

/// A run's is written anew, so that what this version adds is there; an answer's is kept as it was.
fn json(saved: &Saved, path: &Path) -> Result<Vec<u8>> {
    match saved {
        Saved::Run(outcome) => Ok(report::json(outcome).into_bytes()),
        _ => disk::read(path).map_err(anyhow::Error::msg),
    }
}

fn kind(part: &Part) -> Kind {
    match part {
        Part::Charts => Kind::Charts,
        Part::Html => Kind::Html,
        Part::Markdown => Kind::Markdown,
        Part::Csv => Kind::Csv,
    }
}
