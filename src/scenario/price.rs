//! What capacity costs, and how the load grows.

use crate::units::{Currency, Span};

/// What the capacity of a design costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    pub currency: Currency,
    pub charges: Vec<Charge>,
}

/// Some units of capacity.
#[derive(Clone, Debug, PartialEq)]
pub struct Charge {
    /// E.g. `segment.bus.threads`.
    pub path: String,
    /// A unit and month.
    pub each: f64,
    pub count: u32,
}

/// So much more load after every such span, compounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// 0.3 for 30 %.
    pub share: f64,
    pub per: Span,
}

impl Price {
    /// Of everything, a month.
    pub fn total(&self) -> f64 {
        self.charges.iter().map(|charge| charge.each * f64::from(charge.count)).sum()
    }
}
