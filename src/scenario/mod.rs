//! Text to a checked description.
pub mod spec;
pub use spec::Scenario;
