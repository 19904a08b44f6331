//! Time, spans, bytes, rates and shares: what a scenario writes, what the engine counts in, what a person reads.
//!
//! Time is an integer number of nanoseconds (`u64`, 584 years), so that sums are exact and ties are ties on every
//! machine. Values parse from the scenario language's text ("250ms", "500K/day", "4KiB", "70%") and print back to a
//! text that parses to the same value (`Display`); [`Time::seconds`] and friends give floats for arithmetic that ends in a figure.
//!
//! Knows nothing of files, distributions or metrics.

mod parse;
mod print;
mod types;

pub use parse::UnitError;
pub use print::{Currency, Unit, is_steering, three_digits};
pub use types::{Bandwidth, Bytes, Rate, Share, Span, Time};
