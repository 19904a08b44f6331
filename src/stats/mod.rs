//! stats
mod histogram;
mod level;
pub use histogram::{Histogram, RELATIVE_ERROR};
pub use level::{Clock, Level, PEAK_WINDOW, Track};
