//! Tails of the beta, binomial and Poisson distributions, on `libm`.

/// Regularized incomplete beta function I(x; a, b): the probability that a beta variable is at most x.
///
/// Continued fraction by Lentz's method (W. Press et al., Numerical Recipes, 3rd ed. 2007, sec. 6.4).
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let ln_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(ln_front);
    // The fraction converges fast on this side of the mean only; the other side by symmetry.
    if x < (a + 1.0) / (a + b + 2.0) { front * fraction(a, b, x) / a } else { 1.0 - front * fraction(b, a, 1.0 - x) / b }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let mut m = 0.0;
    loop {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < 1e-15 || m > 1e6 {
            return value;
        }
    }
}

fn away_from_zero(x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    if x.abs() < TINY { TINY } else { x }
}

/// P(N <= n) of a Poisson count with this mean.
pub fn poisson_at_most(n: u64, mean: f64) -> f64 {
    if mean > n as f64 { lower_sum(n, mean) } else { 1.0 - upper_sum(n, mean) }
}

/// P(N > n) of a Poisson count with this mean.
pub fn poisson_above(n: u64, mean: f64) -> f64 {
    if mean > n as f64 { 1.0 - lower_sum(n, mean) } else { upper_sum(n, mean) }
}

/// P(N = n), n at least 0.
fn poisson(n: f64, mean: f64) -> f64 {
    if mean <= 0.0 {
        return if n == 0.0 { 1.0 } else { 0.0 };
    }
    libm::exp(n * libm::log(mean) - mean - libm::lgamma(n + 1.0))
}

/// From n downwards, below the mean: terms fall.
fn lower_sum(n: u64, mean: f64) -> f64 {
    let mut k = n as f64;
    let mut term = poisson(k, mean);
    let mut sum = term;
    while k > 0.0 && term > sum * 1e-17 {
        term *= k / mean;
        k -= 1.0;
        sum += term;
    }
    sum.min(1.0)
}

/// From n + 1 upwards, above the mean: terms fall.
fn upper_sum(n: u64, mean: f64) -> f64 {
    let mut k = n as f64 + 1.0;
    let mut term = poisson(k, mean);
    let mut sum = term;
    while term > sum * 1e-17 {
        k += 1.0;
        term *= mean / k;
        sum += term;
    }
    sum.min(1.0)
}
