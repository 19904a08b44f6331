//! Values as people write them: one function per kind, from a node to the checked value or a fault.

mod arrivals;
mod call;
mod data;
mod distribution;
mod fields;
mod lines;
mod penalty;
mod simple;

pub(super) use arrivals::{arrivals, hourly, weekly};
pub(super) use distribution::{distribution, is_instant, service};
pub(super) use penalty::penalty;
pub(super) use simple::{
    bandwidth, boolean, bytes, choice, count, factor, instant, number, open_share, rate, share, span, span_above_zero, text, texts, whole,
};
