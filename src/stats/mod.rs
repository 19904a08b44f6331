//! Numbers about numbers: what was seen, how well it is known, from when on it counts.
//!
//! Everything here takes plain figures and gives plain figures; what they measure is the caller's affair. Inputs are finite
//! numbers. Where a figure does not exist (the variance of one value, an interval without replications) the answer is
//! `None`, never NaN. All functions have the same bits on every machine: `libm` and the basic operations only.
//!
//! Knows nothing of simulation, messages or units.

mod age;
mod batch_means;
mod histogram;
mod interval;
mod level;
mod series;
mod special;
mod tally;
mod warm_up;

pub use age::Age;
pub use batch_means::{BATCHES, BatchMeans, Independence, independence};
pub use histogram::{Histogram, RELATIVE_ERROR};
pub use interval::{
    Interval, bonferroni, chance_of_sign, count_interval, mean_interval, next_count_interval, next_run_by_order, next_run_interval,
    paired_difference, share_interval, t_quantile,
};
pub use level::{Clock, Level, PEAK_WINDOW, Track};
pub use series::Band;
pub use tally::Tally;
pub use warm_up::warm_up;
