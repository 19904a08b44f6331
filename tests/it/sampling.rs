//! What tests of chance share: moments of samples, distances between laws, a fingerprint.

use busload::sim::Stream;

/// Tolerance in standard errors: a right answer fails once in 150 000 times, and the seed is fixed.
pub const ERRORS: f64 = 4.5;

pub fn stream(purpose: &str) -> Stream {
    Stream::new(2013, 0, "test", purpose)
}

/// Mean, variance, and the standard errors of both.
pub struct Moments {
    pub mean: f64,
    pub variance: f64,
    pub mean_error: f64,
    pub variance_error: f64,
}

pub fn moments(sample: &[f64]) -> Moments {
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let power = |k: i32| sample.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
    let (variance, fourth) = (power(2), power(4));
    Moments { mean, variance, mean_error: (variance / n).sqrt(), variance_error: ((fourth - variance * variance).max(0.0) / n).sqrt() }
}

/// Fails unless `seen` successes of `n` trials agree with probability `p`.
pub fn assert_share(what: &str, seen: usize, n: usize, p: f64) {
    let n = n as f64;
    let z = (seen as f64 - n * p) / (n * p * (1.0 - p)).sqrt();
    assert!(z.abs() < ERRORS, "{what}: {seen} of {n} where {} were due (z = {z:.1})", n * p);
}

/// Fails unless two samples come from the same law (two-sample Kolmogorov-Smirnov at level 1e-5).
pub fn assert_same_law(what: &str, mut a: Vec<f64>, mut b: Vec<f64>) {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j, mut distance) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let x = a[i].min(b[j]);
        while i < a.len() && a[i] <= x {
            i += 1;
        }
        while j < b.len() && b[j] <= x {
            j += 1;
        }
        distance = distance.max((i as f64 / n - j as f64 / m).abs());
    }
    let limit = (-(1e-5_f64 / 2.0).ln() / 2.0).sqrt() * ((n + m) / (n * m)).sqrt();
    assert!(distance < limit, "{what}: distance {distance}, limit {limit}");
}

/// Fails unless counts agree with what was expected (chi-square at about 4.5 standard deviations, Wilson and Hilferty).
pub fn assert_counts(what: &str, seen: &[u64], expected: &[f64]) {
    let chi_square: f64 = seen.iter().zip(expected).map(|(o, e)| (*o as f64 - e).powi(2) / e).sum();
    let freedom = seen.len() as f64;
    let z = ((chi_square / freedom).cbrt() - (1.0 - 2.0 / (9.0 * freedom))) / (2.0 / (9.0 * freedom)).sqrt();
    assert!(z < ERRORS, "{what}: chi-square {chi_square} with {freedom} degrees of freedom");
}

/// FNV-1a over 64-bit words.
pub fn fingerprint(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(0xcbf2_9ce4_8422_2325, |hash, word| (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23))
}
