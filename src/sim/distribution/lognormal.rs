//! One lognormal term, drawn in nanoseconds: the usual shape of latencies and service times, so the draw is worth code of its own.
//!
//! A power of two is put together from a table of 64 steps of its exponent and a polynomial for what is left, 2^r = e^(r ln 2) with |r| up to
//! 1/128 (P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15, 1989): within
//! 10^-15 of `libm`'s, with few branches, and like that nothing but the basic operations of IEEE 754, so the same bits everywhere.

use crate::sim::Stream;
use crate::units::Span;
use std::f64::consts::LN_2;

/// 2^(i / 64).
const STEPS: [f64; 64] = {
    let mut steps = [1.0; 64];
    let mut i = 0;
    while i < 64 {
        steps[i] = power_series(i as f64 / 64.0 * LN_2);
        i += 1;
    }
    steps
};
/// Added to a float below 2^51, leaves the nearest integer in its low bits.
const ROUNDS: f64 = 1.5 * (1u64 << 52) as f64;
/// Draws between 2^LEAST and 2^MOST nanoseconds (26 days) take the short way.
const LEAST: i64 = -64;
const MOST: i64 = 51;
/// See [`super::UNIT`].
const UNIT: f64 = super::UNIT;

/// e^x for small x.
const fn power_series(x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 24;
    while term > 0 {
        sum = 1.0 + x / term as f64 * sum;
        term -= 1;
    }
    sum
}

/// e^(mu + sigma Z) seconds, Z standard normal.
#[derive(Clone, Debug, PartialEq)]
pub struct Lognormal {
    pub mu: f64,
    pub sigma: f64,
    /// The same in nanoseconds and powers of two.
    log2_scale: f64,
    log2_spread: f64,
}

impl Lognormal {
    pub fn new(mu: f64, sigma: f64) -> Lognormal {
        Lognormal { mu, sigma, log2_scale: (mu + libm::log(super::NANOS)) / LN_2, log2_spread: sigma / LN_2 }
    }

    /// One draw.
    #[inline(never)]
    pub fn sample(&self, stream: &mut Stream) -> Span {
        let z = stream.normal();
        match power_of_two(self.log2_scale + self.log2_spread * z) {
            Some(nanos) => Span((nanos + UNIT).to_bits() - UNIT.to_bits()),
            None => self.far(z),
        }
    }

    #[cold]
    fn far(&self, z: f64) -> Span {
        Span::from_seconds(libm::exp(self.mu + self.sigma * z))
    }
}

/// 2^x; none where x is not between [`LEAST`] and [`MOST`].
#[inline(always)]
fn power_of_two(x: f64) -> Option<f64> {
    let rounded = x * 64.0 + ROUNDS;
    let steps = rounded.to_bits().wrapping_sub(ROUNDS.to_bits()) as i64;
    if steps.wrapping_sub(LEAST * 64) as u64 >= ((MOST - LEAST) * 64) as u64 {
        return None;
    }
    let r = (x - (rounded - ROUNDS) * (1.0 / 64.0)) * LN_2;
    let square = r * r;
    let series = (1.0 + r) + square * ((0.5 + r * (1.0 / 6.0)) + square * (1.0 / 24.0 + r * (1.0 / 120.0)));
    let step = STEPS[(steps & 63) as usize].to_bits();
    Some(f64::from_bits(step.wrapping_add(((steps & !63) as u64) << 46)) * series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_those_of_libm() {
        let mut stream = Stream::new(1, 0, "power", "test");
        for _ in 0..1_000_000 {
            let x = (LEAST as f64 + 0.5) + stream.unit() * (MOST - LEAST - 1) as f64;
            let (seen, wanted) = (power_of_two(x).expect("within"), libm::exp2(x));
            assert!((seen / wanted - 1.0).abs() < 1e-15, "2^{x}: {seen} is not {wanted}");
        }
        for x in [-65.0, 51.0, 52.0, 1e6, -1e300, 1e300, f64::INFINITY, f64::NAN] {
            assert_eq!(power_of_two(x), None, "2^{x}");
        }
        assert_eq!((power_of_two(0.0), power_of_two(50.0)), (Some(1.0), Some((1u64 << 50) as f64)));
    }

    #[test]
    fn draws_are_those_of_the_exponential_function() {
        for (mu, sigma) in [(-4.0, 0.8), (-8.3, 0.77), (0.0, 0.0), (3.0, 2.5), (15.0, 3.0), (-60.0, 4.0), (900.0, 1.0)] {
            let (mut drawn, mut normals) = (Stream::new(3, 0, "lognormal", "test"), Stream::new(3, 0, "lognormal", "test"));
            let lognormal = Lognormal::new(mu, sigma);
            for _ in 0..10_000 {
                let (seen, wanted) = (lognormal.sample(&mut drawn), Span::from_seconds(libm::exp(mu + sigma * normals.normal())));
                let apart = seen.0.abs_diff(wanted.0);
                assert!(apart <= 1 + (wanted.0 as f64 * 2e-14) as u64, "{mu} {sigma}: {seen:?} is not {wanted:?}");
            }
        }
    }
}
