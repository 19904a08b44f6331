//! The charts: each from one part of the outcome to one picture, or none where that part is empty.
mod architecture;
mod colors;
pub mod curve;
mod day;
pub mod forest;
pub mod front;
mod hops;
mod latency;
mod layout;
mod list;
mod load;
pub mod matrix;
mod panel;
pub mod stations;
pub mod tornado;

pub use list::{Chart, Part, all, load_stem};
