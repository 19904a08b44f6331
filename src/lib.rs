//! Busload: a capacity planner for event-driven architectures.
#![allow(dead_code)]
pub mod core;
pub mod outcome;
pub mod scenario;
pub mod sim;
pub mod stats;
pub mod theory;
pub mod units;
