//! Special functions that fitting needs, on `libm`, so that a fit has the same bits everywhere.

const SQRT_2: f64 = std::f64::consts::SQRT_2;
/// 1 / sqrt(2 pi).
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// Density of the standard normal.
pub fn normal_density(x: f64) -> f64 {
    DENSITY_AT_0 * libm::exp(-0.5 * x * x)
}

/// P(Z <= x) of the standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / SQRT_2)
}

/// The standard normal's quantile: P(Z <= z) = p, 0 < p < 1, to about 16 digits.
///
/// M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        return q * rational(&CENTER, 0.180625 - q * q);
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let tail = if r <= 5.0 { rational(&MIDDLE, r - 1.6) } else { rational(&FAR, r - 5.0) };
    if q < 0.0 { -tail } else { tail }
}

/// Numerator and denominator, constant term first.
type Rational = ([f64; 8], [f64; 8]);

fn rational((above, below): &Rational, x: f64) -> f64 {
    let polynomial = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    polynomial(above) / polynomial(below)
}

const CENTER: Rational = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_545,
    ],
);
const MIDDLE: Rational = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);
const FAR: Rational = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

/// Regularized lower incomplete gamma function P(a, x): the probability that a gamma variable of shape a is at most x.
///
/// Series below a + 1, continued fraction above (W. Press et al., Numerical Recipes, 3rd ed. 2007, sec. 6.2).
pub fn gamma_cdf(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return front * sum;
    }
    1.0 - front * upper_fraction(a, x)
}

/// Lentz's evaluation of the continued fraction of the upper incomplete gamma function.
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut fraction = d;
    let mut i = 0.0;
    loop {
        i += 1.0;
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b, TINY);
        c = away_from_zero(b + numerator / c, TINY);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-15 || i > 1e6 {
            return fraction;
        }
    }
}

fn away_from_zero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// Logarithm of the quantile of a gamma variable of shape a and scale 1: P(a, exp(y)) = p. A logarithm, since for a small
/// shape the quantile itself is too small for a float.
pub fn ln_gamma_quantile(a: f64, p: f64) -> f64 {
    // P(a, x) -> x^a / Gamma(a + 1) as x -> 0.
    let leading = (libm::log(p) + libm::lgamma(a + 1.0)) / a;
    if leading < -36.0 {
        return leading;
    }
    // E. Wilson and M. Hilferty (1931): the cube root of a gamma variable is nearly normal.
    let cube_root = 1.0 - 1.0 / (9.0 * a) + normal_quantile(p) / (3.0 * libm::sqrt(a));
    let start = if cube_root > 0.1 { libm::log(a * cube_root * cube_root * cube_root) } else { leading };
    let excess = |y: f64| gamma_cdf(a, libm::exp(y)) - p;
    let (mut low, mut high) = (start - 0.1, start + 0.1);
    while excess(low) > 0.0 {
        low -= (start - low) * 2.0;
    }
    while excess(high) < 0.0 {
        high += (high - start) * 2.0;
    }
    let mut y = start;
    for _ in 0..100 {
        let error = excess(y);
        if error > 0.0 {
            high = y;
        } else {
            low = y;
        }
        let slope = libm::exp(a * y - libm::exp(y) - libm::lgamma(a));
        let newton = y - error / slope;
        // Newton where it stays inside the bracket, else halving.
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - y).abs() <= 1e-15 * (1.0 + y.abs()) {
            return next;
        }
        y = next;
    }
    y
}
