//! Two-parameter families from any two moments.
//!
//! All but the normal are scale families: one parameter, the spread, decides about the ratio of any two moments, and the
//! scale follows. So every pair comes down to one equation in the spread, solved in closed form where there is one, else
//! by a scan from small spreads to large ones and bisection: of several solutions the one with the smallest cv is taken.
//! Two moments that a constant has (sd = 0, p50 = p99) give the constant.

use super::special::{ln_gamma_quantile, normal_quantile};
use super::{FitError, Moment};
use crate::units::{Span, Unit};

/// What two moments come down to.
#[derive(Clone, Copy)]
pub struct Pair {
    family: &'static str,
    a: Moment,
    b: Moment,
    kind: Kind,
}

/// Probabilities rise: `low` is the quantile of the smaller one.
#[derive(Clone, Copy)]
enum Kind {
    MeanSd { mean: f64, sd: f64 },
    Quantiles { low: (f64, f64), high: (f64, f64) },
    MeanQuantile { mean: f64, p: f64, value: f64 },
    SdQuantile { sd: f64, p: f64, value: f64 },
    CvQuantile { cv: f64, p: f64, value: f64 },
}

impl Pair {
    /// Refuses moments that no distribution has, and two that say the same.
    pub fn new(family: &'static str, a: Moment, b: Moment) -> Result<Pair, FitError> {
        check(a)?;
        check(b)?;
        let (first, second) = if rank(a) <= rank(b) { (a, b) } else { (b, a) };
        let kind = match (first, second) {
            (Moment::Mean(mean), Moment::Sd(sd)) => Kind::MeanSd { mean, sd },
            (Moment::Mean(mean), Moment::Cv(cv)) => Kind::MeanSd { mean, sd: cv * mean },
            (Moment::Sd(sd), Moment::Cv(cv)) if cv > 0.0 && sd > 0.0 => Kind::MeanSd { mean: sd / cv, sd },
            (Moment::Sd(_), Moment::Cv(_)) => {
                return Err(FitError::new("sd and cv give the mean by division, and one of them is 0", "give the mean"));
            }
            (Moment::Mean(mean), Moment::Quantile { probability: p, value }) => Kind::MeanQuantile { mean, p, value },
            (Moment::Sd(sd), Moment::Quantile { probability: p, value }) => Kind::SdQuantile { sd, p, value },
            (Moment::Cv(cv), Moment::Quantile { probability: p, value }) => Kind::CvQuantile { cv, p, value },
            (Moment::Quantile { probability: p, value: v }, Moment::Quantile { probability: q, value: w }) if p != q => {
                let (low, high) = if p < q { ((p, v), (q, w)) } else { ((q, w), (p, v)) };
                if high.1 < low.1 {
                    let what = format!("the {} is below the {}", told(quantile(high)), told(quantile(low)));
                    return Err(FitError::new(what, "a higher percentile is never below a lower one"));
                }
                Kind::Quantiles { low, high }
            }
            _ => {
                let what = format!("{} and {} are the same moment twice", told(a), told(b));
                return Err(FitError::new(what, "give two different ones of mean, sd, cv and percentiles"));
            }
        };
        Ok(Pair { family, a, b, kind })
    }

    fn impossible(&self, hint: impl Into<String>) -> FitError {
        FitError::new(format!("no {} distribution has {} and {}", self.family, told(self.a), told(self.b)), hint)
    }

    /// The value of a constant that has both moments.
    fn constant(&self) -> Option<f64> {
        match self.kind {
            Kind::MeanSd { mean, sd } => (sd == 0.0).then_some(mean),
            Kind::Quantiles { low, high } => (low.1 == high.1).then_some(low.1),
            Kind::MeanQuantile { mean, value, .. } => (mean == value).then_some(mean),
            Kind::SdQuantile { sd, value, .. } => (sd == 0.0).then_some(value),
            Kind::CvQuantile { cv, value, .. } => (cv == 0.0).then_some(value),
        }
    }
}

fn check(moment: Moment) -> Result<(), FitError> {
    let (ok, hint) = match moment {
        Moment::Mean(mean) => (mean > 0.0 && mean.is_finite(), "a mean is above 0"),
        Moment::Sd(sd) => (sd >= 0.0 && sd.is_finite(), "a standard deviation is 0 or more"),
        Moment::Cv(cv) => (cv >= 0.0 && cv.is_finite(), "a coefficient of variation is 0 or more"),
        Moment::Quantile { probability: p, value } => (
            p > 0.0 && p < 1.0 && value > 0.0 && value.is_finite(),
            "a percentile lies between p0 and p100 (excluded) and its value is above 0",
        ),
    };
    if ok { Ok(()) } else { Err(FitError::new(format!("{} is not possible", told(moment)), hint)) }
}

fn rank(moment: Moment) -> u8 {
    match moment {
        Moment::Mean(_) => 0,
        Moment::Sd(_) => 1,
        Moment::Cv(_) => 2,
        Moment::Quantile { .. } => 3,
    }
}

fn quantile((probability, value): (f64, f64)) -> Moment {
    Moment::Quantile { probability, value }
}

/// "mean 20ms", "p99 120ms".
fn told(moment: Moment) -> String {
    let span = |seconds: f64| {
        if seconds >= 0.0 && seconds.is_finite() { Span::from_seconds(seconds).to_string() } else { format!("{seconds}s") }
    };
    match moment {
        Moment::Mean(mean) => format!("mean {}", span(mean)),
        Moment::Sd(sd) => format!("sd {}", span(sd)),
        Moment::Cv(cv) => format!("cv {cv}"),
        // Rounded, since 0.99 times 100 has a tail of digits.
        Moment::Quantile { probability, value } => format!("p{} {}", (probability * 1e8).round() / 1e6, span(value)),
    }
}

/// Mean and sd of a normal; closed form for every pair.
pub fn normal(pair: Pair) -> Result<(f64, f64), FitError> {
    if let Some(value) = pair.constant() {
        return Ok((value, 0.0));
    }
    let (mean, sd) = match pair.kind {
        Kind::MeanSd { mean, sd } => (mean, sd),
        Kind::Quantiles { low, high } => {
            let sd = (high.1 - low.1) / (normal_quantile(high.0) - normal_quantile(low.0));
            (low.1 - sd * normal_quantile(low.0), sd)
        }
        Kind::MeanQuantile { mean, p, value } => (mean, (value - mean) / normal_quantile(p)),
        Kind::SdQuantile { sd, p, value } => (value - sd * normal_quantile(p), sd),
        Kind::CvQuantile { cv, p, value } => {
            let mean = value / (1.0 + cv * normal_quantile(p));
            (mean, cv * mean)
        }
    };
    if !(sd > 0.0 && sd.is_finite()) {
        return Err(pair.impossible("its mean is its p50; percentiles above p50 are larger than the mean, those below smaller"));
    }
    if !(mean >= 0.0 && mean.is_finite()) {
        return Err(pair.impossible("its mean would be negative; lognormal, gamma and weibull have no negative part"));
    }
    Ok((mean, sd))
}

/// What a fit of a scale family finds.
pub enum Fit {
    Constant(f64),
    Scaled { spread: f64, ln_scale: f64 },
}

/// A scale family at scale 1, by its spread: a parameter above 0 with which the cv grows.
pub trait Family {
    const NAME: &'static str;
    /// Spreads that are looked at where there is no closed form.
    const SPREADS: (f64, f64);
    fn ln_mean(spread: f64) -> f64;
    fn ln_cv(spread: f64) -> f64;
    fn ln_quantile(spread: f64, p: f64) -> f64;
    /// Spread for a cv in closed form.
    fn spread_of_cv(_cv: f64) -> Option<f64> {
        None
    }
    /// The factor f(p) where the logarithm of the quantile is spread x f(p).
    fn slope(_p: f64) -> Option<f64> {
        None
    }
}

pub struct Lognormal;

impl Family for Lognormal {
    const NAME: &'static str = "lognormal";
    const SPREADS: (f64, f64) = (1e-4, 20.0);
    fn ln_mean(sigma: f64) -> f64 {
        sigma * sigma / 2.0
    }
    fn ln_cv(sigma: f64) -> f64 {
        libm::log(libm::expm1(sigma * sigma)) / 2.0
    }
    fn ln_quantile(sigma: f64, p: f64) -> f64 {
        sigma * normal_quantile(p)
    }
    fn spread_of_cv(cv: f64) -> Option<f64> {
        Some(libm::sqrt(libm::log1p(cv * cv)))
    }
    fn slope(p: f64) -> Option<f64> {
        Some(normal_quantile(p))
    }
}

/// Its spread is its cv; the shape is 1 / cv^2.
pub struct Gamma;

impl Family for Gamma {
    const NAME: &'static str = "gamma";
    const SPREADS: (f64, f64) = (0.005, 30.0);
    fn ln_mean(cv: f64) -> f64 {
        -2.0 * libm::log(cv)
    }
    fn ln_cv(cv: f64) -> f64 {
        libm::log(cv)
    }
    fn ln_quantile(cv: f64, p: f64) -> f64 {
        ln_gamma_quantile(1.0 / (cv * cv), p)
    }
    fn spread_of_cv(cv: f64) -> Option<f64> {
        Some(cv)
    }
}

/// Its spread is one over its shape.
pub struct Weibull;

impl Family for Weibull {
    const NAME: &'static str = "weibull";
    const SPREADS: (f64, f64) = (1e-4, 50.0);
    fn ln_mean(power: f64) -> f64 {
        libm::lgamma(1.0 + power)
    }
    fn ln_cv(power: f64) -> f64 {
        libm::log(libm::expm1(libm::lgamma(1.0 + 2.0 * power) - 2.0 * libm::lgamma(1.0 + power))) / 2.0
    }
    fn ln_quantile(power: f64, p: f64) -> f64 {
        power * libm::log(-libm::log1p(-p))
    }
    fn slope(p: f64) -> Option<f64> {
        Some(libm::log(-libm::log1p(-p)))
    }
}

/// Fits a scale family.
pub fn scaled<F: Family>(a: Moment, b: Moment) -> Result<Fit, FitError> {
    let pair = Pair::new(F::NAME, a, b)?;
    if let Some(value) = pair.constant() {
        return Ok(Fit::Constant(value));
    }
    let spread = closed_form::<F>(pair.kind).or_else(|| first_root(F::SPREADS, |spread| gap::<F>(pair.kind, spread)));
    let Some(spread) = spread.filter(|spread| *spread > 0.0 && spread.is_finite()) else {
        return Err(pair.impossible(possible::<F>(pair.kind)));
    };
    let ln_scale = match pair.kind {
        Kind::MeanSd { mean, .. } | Kind::MeanQuantile { mean, .. } => libm::log(mean) - F::ln_mean(spread),
        Kind::Quantiles { low: (p, value), .. } | Kind::SdQuantile { p, value, .. } | Kind::CvQuantile { p, value, .. } => {
            libm::log(value) - F::ln_quantile(spread, p)
        }
    };
    Ok(Fit::Scaled { spread, ln_scale })
}

fn closed_form<F: Family>(kind: Kind) -> Option<f64> {
    match kind {
        Kind::MeanSd { mean, sd } => F::spread_of_cv(sd / mean),
        Kind::CvQuantile { cv, .. } => F::spread_of_cv(cv),
        Kind::Quantiles { low, high } => Some(libm::log(high.1 / low.1) / (F::slope(high.0)? - F::slope(low.0)?)),
        Kind::MeanQuantile { .. } | Kind::SdQuantile { .. } => None,
    }
}

/// Logarithm of the ratio that the pair fixes, in the family minus as wanted: zero where the spread fits.
fn gap<F: Family>(kind: Kind, spread: f64) -> f64 {
    match kind {
        Kind::MeanSd { mean, sd } => F::ln_cv(spread) - libm::log(sd / mean),
        Kind::CvQuantile { cv, .. } => F::ln_cv(spread) - libm::log(cv),
        Kind::Quantiles { low, high } => F::ln_quantile(spread, high.0) - F::ln_quantile(spread, low.0) - libm::log(high.1 / low.1),
        Kind::MeanQuantile { mean, p, value } => F::ln_quantile(spread, p) - F::ln_mean(spread) - libm::log(value / mean),
        Kind::SdQuantile { sd, p, value } => F::ln_quantile(spread, p) - F::ln_mean(spread) - F::ln_cv(spread) - libm::log(value / sd),
    }
}

const STEPS: u32 = 240;

fn grid((from, to): (f64, f64)) -> impl Iterator<Item = f64> {
    let factor = libm::log(to / from) / f64::from(STEPS);
    (0..=STEPS).map(move |step| from * libm::exp(factor * f64::from(step)))
}

/// The smallest root on the grid, by bisection of the first change of sign.
fn first_root(spreads: (f64, f64), gap: impl Fn(f64) -> f64) -> Option<f64> {
    let mut before: Option<(f64, f64)> = None;
    for spread in grid(spreads) {
        let here = gap(spread);
        if here == 0.0 {
            return Some(spread);
        }
        if let Some((low, below)) = before
            && here.is_finite()
            && (below < 0.0) != (here < 0.0)
        {
            return Some(bisect(low, spread, below < 0.0, gap));
        }
        before = here.is_finite().then_some((spread, here));
    }
    None
}

/// Halves until the two ends are neighbors; `rising` where the function is negative at the low end.
fn bisect(mut low: f64, mut high: f64, rising: bool, gap: impl Fn(f64) -> f64) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if (gap(middle) < 0.0) == rising {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// What the second moment might be, given the first one.
fn possible<F: Family>(kind: Kind) -> String {
    let reach = grid(F::SPREADS).map(|spread| gap::<F>(kind, spread)).filter(|gap| gap.is_finite());
    let (least, most) = reach.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), gap| (least.min(gap), most.max(gap)));
    let span = |seconds: f64| Unit::Seconds.show(seconds);
    match kind {
        Kind::MeanQuantile { mean, p, value } => {
            let given = told(Moment::Mean(mean));
            let name = told(quantile((p, value)));
            let name = name.split(' ').next().unwrap_or_default();
            if most > 0.0 {
                format!("with {given} the {name} is at least {}", span(value * libm::exp(least)))
            } else {
                format!("with {given} the {name} is at most {}", span(value * libm::exp(most)))
            }
        }
        Kind::SdQuantile { .. } if most < 0.0 => "the sd is next to nothing beside the percentile; write a constant".to_string(),
        Kind::SdQuantile { .. } => "the percentile is next to nothing beside the sd; check their units".to_string(),
        _ if most < 0.0 => "the two are too far apart; check their units".to_string(),
        _ => "the two are too close together; a constant would fit better".to_string(),
    }
}
