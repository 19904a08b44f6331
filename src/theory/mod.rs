//! What queueing theory knows without simulation: first answers, cross-checks, oracles of tests.
//!
//! Units throughout: seconds, and occurrences per second; an scv is a squared coefficient of variation. "Wait" is the time
//! from arrival to start of service, "sojourn" is wait plus service, "number" is a long-run time average. Every model is
//! built by a `new` that answers `None` where the model has no steady state (load of 1 or more) or its parameters mean
//! nothing (negative, not finite); its figures then always exist.
//!
//! Knows nothing of brokers' logic, of the simulator, or of scenarios.

mod broker;
mod bulk;
mod deterministic;
mod general;
mod infinite;
mod laws;
mod loss;
mod markov;
mod renewal;

pub use broker::BrokerCost;
pub use bulk::group_utilization;
pub use deterministic::Md1;
pub use general::{Bounds, Mg1, ServiceMoments, allen_cunneen, kingman};
pub use infinite::MgInfinity;
pub use laws::{little_number, little_sojourn, utilization};
pub use loss::{Mmck, erlang_b};
pub use markov::{Mm1, Mmc, erlang_c};
pub use renewal::Gm1;

/// True for a rate or a time that a model can have.
fn positive(values: &[f64]) -> bool {
    values.iter().all(|value| *value > 0.0 && value.is_finite())
}

/// Where a condition that is false at `low` and true at `high` changes: halves until the ends are neighbors.
fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// The smallest time that a variable exceeds with probability 1 - p at most, given P(X > t); 0 where p is 0 or less, infinite
/// where it is 1 or more.
fn quantile(p: f64, scale: f64, tail: impl Fn(f64) -> f64) -> f64 {
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if tail(0.0) <= 1.0 - p {
        return 0.0;
    }
    let mut high = scale;
    while tail(high) > 1.0 - p {
        high *= 2.0;
    }
    bisect(0.0, high, |t| tail(t) <= 1.0 - p)
}
