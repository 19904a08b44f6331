//! Outcomes for the tools that people already have: a day as OpenMetrics, latencies as an HdrHistogram log, the architecture as Graphviz or
//! Mermaid. Text in each tool's own format; names of a scenario are escaped as that format asks.

mod graphviz;
mod hdr;
pub mod mermaid;
mod openmetrics;

pub use graphviz::graphviz;
pub use hdr::hdr;
pub use openmetrics::openmetrics;

use super::chart::{Drawing, whole};
use crate::outcome::Outcome;

/// The whole architecture as a Mermaid flowchart.
pub fn mermaid(outcome: &Outcome) -> String {
    let Drawing { items, edges } = whole(&outcome.architecture);
    mermaid::flowchart(&items, &edges)
}
