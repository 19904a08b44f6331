//! Experiments: how many runs, and what they say together.

pub mod adverse;
mod architecture;
mod batches;
mod check;
mod compare;
mod cross_check;
mod doubt;
mod findings;
pub mod forecast;
pub mod limit;
mod merge;
mod objectives;
mod packed;
mod probing;
mod replicate;
pub mod segments;
pub mod sensitivity;
pub mod size;
mod storm;
mod study;
pub mod sweep;

pub use check::check;
pub use compare::compare;
pub use replicate::{Watch, run};
pub use study::{Refusal, Study, together};
