//! Text to a checked description.
//!
//! [`load()`] reads a file of the scenario language through [`Files`] and answers either a [`Scenario`], in which every name is
//! resolved, every quantity parsed and nothing contradictory left, or all [`Problems`] at once, each with its place and what to write.
//!
//! The way: `document` (text to a tree that remembers places; `extends`), `setting` (overrides), `read` (one file per section,
//! through `reader`, which finds unknown keys; single values in `values`), `validate` (what only the whole scenario can tell),
//! `digest`. [`language`] is the table of all keys, [`metric_catalog`] says which figures a scenario has, [`stages()`] where its events can spend time.
//!
//! Knows no file system, no terminal and no simulation beyond the values that it makes.

mod axis;
mod callback;
mod design;
mod digest;
pub mod disruption;
mod document;
mod estimate;
mod files;
pub mod language;
mod load;
mod metrics;
mod names;
mod price;
mod problem;
mod reach;
mod read;
mod reader;
pub mod rhythm;
mod setting;
pub mod similar;
pub mod spec;
mod stages;
pub mod traffic;
mod validate;
mod values;

pub use axis::Axis;
pub use design::{Design, Setting};
pub use estimate::{Estimate, Estimates};
pub use files::{Contents, DATA_LIMIT, FileError, Files, MemoryFiles, TEXT_LIMIT, is_packed, resolve};
pub use load::{load, locate};
pub use metrics::{
    MetricDefinition, QUANTITIES, Quantity, STATISTICS, asked_sors, called_back, called_services, is_asked_by_others, is_polled,
    metric_catalog,
};
pub use problem::{Place, Problem, Problems};
pub use spec::Scenario;
pub use stages::{Calls, HOPS, sees_lifecycles, stages, tracks_versions};
pub use validate::{Kept, kept, talking_zones};
