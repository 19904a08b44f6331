//! Experiments: how many runs, and what they say together.

mod architecture;
mod cross_check;
mod doubt;
mod findings;
mod merge;
mod objectives;
mod replicate;

pub use replicate::{Watch, run};
