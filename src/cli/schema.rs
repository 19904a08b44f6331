//! `busload schema`: JSON Schemas of what goes in and of what comes out.

use super::arguments::{OutcomeOf, SchemaOptions};
use super::{DONE, say};
use crate::outcome::schema as of;
use crate::scenario::language;
use anyhow::Result;

/// Prints a schema.
pub fn run(options: &SchemaOptions) -> Result<u8> {
    let schema = match options.outcome {
        None => language::schema(),
        Some(OutcomeOf::Run) => of::run(),
        Some(OutcomeOf::Check) => of::check(),
        Some(OutcomeOf::Compare) => of::compare(),
        Some(OutcomeOf::Sweep) => of::sweep(),
        Some(OutcomeOf::Limit) => of::limit(),
        Some(OutcomeOf::Size) => of::size(),
        Some(OutcomeOf::Adverse) => of::adverse(),
        Some(OutcomeOf::Forecast) => of::forecast(),
        Some(OutcomeOf::Segments) => of::segments(),
        Some(OutcomeOf::Sensitivity) => of::sensitivity(),
    };
    say(&(serde_json::to_string_pretty(&schema)? + "\n"))?;
    Ok(DONE)
}
