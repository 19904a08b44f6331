//! The simulation kernel; knows nothing of brokers.
mod arrivals;
mod distribution;
mod random;
pub use arrivals::{Arrivals, Pattern};
pub use distribution::{Distribution, FitError, Moment};
pub use random::Stream;
mod calendar;
mod station;
mod zipf;
pub use calendar::Calendar;
pub use station::{Admission, Station};
pub use zipf::Zipf;
