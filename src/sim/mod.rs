//! The simulation kernel; knows nothing of brokers.
//!
//! `calendar` says what happens next, `random` draws by name, `distribution` and `zipf` shape what is drawn, `arrivals` says when
//! things come, `station` who waits for whom, in a `ring`.

mod arrivals;
mod calendar;
mod distribution;
mod random;
mod ring;
mod station;
mod zipf;

pub use arrivals::{Arrivals, Pattern, Profile, Recorder, Recording, Surge};
pub use calendar::Calendar;
pub use distribution::{Distribution, FitError, Moment};
pub use random::Stream;
pub use ring::Ring;
pub use station::{Admission, Station};
pub use zipf::Zipf;
