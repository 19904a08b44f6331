//! Experiments: how many runs, and what they say together.

pub mod adverse;
mod advice;
mod architecture;
mod batches;
mod burden;
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
mod pick;
mod probing;
mod replicate;
pub mod segments;
pub mod sensitivity;
pub mod size;
mod storm;
mod study;
pub mod sweep;

pub use burden::{Burden, burden};
pub use check::check;
pub use compare::compare;
pub use replicate::{Nobody, Watch, run};
pub use study::{Refusal, Study, together};
