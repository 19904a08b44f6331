//! Busload
#![allow(dead_code)]
pub mod core;
pub mod model;
pub mod outcome;
pub mod scenario;
pub mod sim;
pub mod stats;
pub mod units;
