//! Busload
#![allow(dead_code)]
pub mod core;
pub mod model;
pub mod outcome;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod sim;
pub mod stats;
pub mod theory;
pub mod units;
