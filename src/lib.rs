//! Busload: a capacity planner for event-driven architectures.
#![allow(dead_code)]
pub mod core;
pub mod outcome;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod sim;
pub mod units;
