//! `busload export`: a saved run in the formats of other tools.

use super::arguments::{ExportOptions, Format};
use super::{DONE, FAILED, WRONG, folder, report};
use crate::outcome::saved::Saved;
use crate::report::export as formats;
use anyhow::Result;
use std::path::Path;

/// Writes one file, or prints it.
pub fn export(options: &ExportOptions) -> Result<u8> {
    let outcome = match report::read(&options.outcome) {
        Ok(Saved::Run(outcome)) => outcome,
        Ok(_) => {
            eprintln!("error: {}: not the outcome of a run; export one that `busload run` wrote", options.outcome.display());
            return Ok(WRONG);
        }
        Err(code) => return Ok(code),
    };
    let start = options.start as f64;
    let text = match options.format {
        Format::Openmetrics => Ok(formats::openmetrics(&outcome, start)),
        Format::Hdr => formats::hdr(&outcome, start),
        Format::Graphviz => Ok(formats::graphviz(&outcome)),
        Format::Mermaid => Ok(formats::mermaid(&outcome)),
    };
    let text = match text {
        Ok(text) => text,
        Err(problem) => {
            eprintln!("error: {}: {problem}", options.outcome.display());
            return Ok(WRONG);
        }
    };
    let Some(file) = &options.out else {
        super::say(&text)?;
        return Ok(DONE);
    };
    let place = |path: &Path| path.canonicalize().ok();
    if place(file).is_some_and(|file| Some(file) == place(&options.outcome)) {
        eprintln!("error: {} is the outcome that is read; name another file with --out", file.display());
        return Ok(WRONG);
    }
    if let Err(error) = folder::write_file(file, text.as_bytes()) {
        eprintln!("error: {error:#}");
        return Ok(FAILED);
    }
    Ok(DONE)
}
