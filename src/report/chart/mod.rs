//! The charts: each from one part of the outcome to one picture, or none where that part is empty.
mod architecture;
pub mod beside;
mod callbacks;
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
mod overview;
mod panel;
pub mod runout;
pub mod stations;
pub mod tornado;

pub use architecture::{Detail, details, ramp};
pub use colors::CALLBACKS;
pub use layout::Item;
pub use list::{Chart, Part, all, load_stem};
pub use overview::{BOXES_MAX, Drawing, overview, whole};
pub use panel::Panel;
