//! Distributions of spans: what is drawn for a service time, a latency, a gap.
//!
//! A distribution is a constant plus independent terms, so that "27us + exp(5ms)" is one value. Nothing here panics or
//! overflows: what is too long for [`Span`] becomes [`Span::MAX`]. Bits do not depend on the platform: `libm` only.
//!
//! Knows nothing of the text that it is read from, nor of what its spans are for.

mod fit;
mod lognormal;
mod shape;
mod special;

use super::Stream;
use crate::units::Span;
use fit::{Fit, Gamma, Pair, Weibull};
use lognormal::Lognormal;
use shape::Shape;

const NANOS: f64 = 1e9;
/// Longest constant and longest mean, in nanoseconds, of the usual exponential: seven hours. A draw of more than 90 times the mean (one
/// in 10^39) would be too long for what its spans are computed in, see [`UNIT`].
const EXPONENTIAL_MAX: f64 = UNIT / 2.0 / 90.0;
/// Between this and its double a float's last bit counts 1, so that a sum of it and something less is rounded to an integer, which
/// stands in the low bits: this takes one instruction where a checked conversion takes eight.
const UNIT: f64 = (1u64 << 52) as f64;

/// A sum of independent terms; the default is the constant zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    constant: Span,
    terms: Terms,
}

/// What is drawn, the usual cases first; its tag has a place of its own, because it is asked for at every draw.
#[derive(Clone, Debug, Default, PartialEq)]
#[repr(u8)]
enum Terms {
    #[default]
    None,
    Exponential {
        mean_nanos: f64,
        /// What is to be added to the bits of [`UNIT`] plus nanoseconds.
        offset: u64,
    },
    Lognormal(Lognormal),
    Many(Vec<Shape>),
}

/// One thing known of a distribution; two fit a two-parameter one. Seconds where not a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    /// The expectation.
    Mean(f64),
    /// The standard deviation.
    Sd(f64),
    /// The coefficient of variation: standard deviation over mean.
    Cv(f64),
    /// The share `probability` of all draws is at most `value`.
    Quantile {
        /// Between 0 and 1, both excluded.
        probability: f64,
        /// Seconds.
        value: f64,
    },
}

/// Why no distribution of this family has these two moments; a sentence, and what would be possible.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct FitError {
    /// What is wrong, as a sentence.
    pub what: String,
    /// What would be possible.
    pub hint: String,
}

impl FitError {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> FitError {
        FitError { what: what.into(), hint: hint.into() }
    }
}

impl Distribution {
    /// Always this span; draws nothing.
    pub fn constant(span: Span) -> Distribution {
        Distribution { constant: span, terms: Terms::None }
    }

    /// Exponential with this mean; constant zero for a mean of zero.
    pub fn exponential(mean: Span) -> Distribution {
        Distribution::of(Shape::Exponential { mean: mean.seconds() })
    }

    /// Uniform between two spans.
    pub fn uniform(from: Span, to: Span) -> Result<Distribution, FitError> {
        if to < from {
            let what = format!("a uniform distribution from {from} to {to} ends before it begins");
            return Err(FitError::new(what, format!("write the smaller one first: uniform({to}, {from})")));
        }
        Ok(Distribution::of(Shape::Uniform { from: from.seconds(), width: (to - from).seconds() }))
    }

    /// Normal, cut at 0: what would be negative is drawn again.
    ///
    /// The two moments are those of the normal before the cut, [`Distribution::mean`] and [`Distribution::variance`] those
    /// of what is drawn. They differ by less than one in a thousand while the sd is below 0.3 of the mean. A mean of 0 beside
    /// an sd is the size of a normal error: what it is without its sign.
    pub fn normal(a: Moment, b: Moment) -> Result<Distribution, FitError> {
        if let (Moment::Mean(0.0), Moment::Sd(sd)) | (Moment::Sd(sd), Moment::Mean(0.0)) = (a, b)
            && sd > 0.0
            && sd.is_finite()
        {
            return Ok(Distribution::of(Shape::normal(0.0, sd)));
        }
        let (mean, sd) = fit::normal(Pair::new("normal", a, b)?)?;
        Ok(Distribution::of(Shape::normal(mean, sd)))
    }

    /// Lognormal. Where two of them have the given mean and quantile, the one with the smaller sigma, that is the smaller cv.
    pub fn lognormal(a: Moment, b: Moment) -> Result<Distribution, FitError> {
        Ok(match fit::scaled::<fit::Lognormal>(a, b)? {
            Fit::Constant(value) => Distribution::constant(Span::from_seconds(value)),
            Fit::Scaled { spread, ln_scale } => Distribution::of(Shape::Lognormal { mu: ln_scale, sigma: spread }),
        })
    }

    /// Gamma. Where two of them have the given mean and quantile, the one with the smaller cv.
    pub fn gamma(a: Moment, b: Moment) -> Result<Distribution, FitError> {
        Ok(match fit::scaled::<Gamma>(a, b)? {
            Fit::Constant(value) => Distribution::constant(Span::from_seconds(value)),
            Fit::Scaled { spread, ln_scale } => Distribution::of(Shape::gamma(1.0 / (spread * spread), libm::exp(ln_scale))),
        })
    }

    /// Weibull. Where two of them have the given mean and quantile, the one with the smaller cv.
    pub fn weibull(a: Moment, b: Moment) -> Result<Distribution, FitError> {
        Ok(match fit::scaled::<Weibull>(a, b)? {
            Fit::Constant(value) => Distribution::constant(Span::from_seconds(value)),
            Fit::Scaled { spread, ln_scale } => Distribution::of(Shape::Weibull { power: spread, scale: libm::exp(ln_scale) }),
        })
    }

    /// Weibull with this mean and this shape; below 1 its tail is heavier than the exponential's, at 1 it is the exponential.
    pub fn weibull_shape(mean: Span, shape: f64) -> Result<Distribution, FitError> {
        positive("weibull", "shape", shape)?;
        let power = 1.0 / shape;
        let scale = libm::exp(libm::log(mean.seconds()) - libm::lgamma(1.0 + power));
        Ok(Distribution::of(if mean.is_zero() { Shape::Exponential { mean: 0.0 } } else { Shape::Weibull { power, scale } }))
    }

    /// The sum of so many exponential phases with this mean in all; one phase is the exponential.
    pub fn erlang(phases: u32, mean: Span) -> Result<Distribution, FitError> {
        Ok(match phases {
            0 => return Err(FitError::new("an erlang distribution has no phases", "give it one or more: erlang(4, mean=20ms)")),
            1 => Distribution::exponential(mean),
            _ => Distribution::of(Shape::gamma(f64::from(phases), mean.seconds() / f64::from(phases))),
        })
    }

    /// One of two exponentials, each of which contributes half of the mean ("balanced means"; W. Whitt, "Approximating a
    /// point process by a renewal process", Operations Research 30, 1982); at cv = 1 the exponential.
    pub fn hyperexponential(mean: Span, cv: f64) -> Result<Distribution, FitError> {
        if !(cv >= 1.0 && cv.is_finite()) {
            let what = format!("a hyperexponential distribution has no cv of {cv}");
            return Err(FitError::new(what, "its cv is 1 or more; below 1 use gamma or erlang"));
        }
        if cv == 1.0 {
            return Ok(Distribution::exponential(mean));
        }
        let scv = cv * cv;
        let often = (1.0 + libm::sqrt((scv - 1.0) / (scv + 1.0))) / 2.0;
        // 1 - often, without cancellation for a large cv.
        let seldom = 1.0 / ((scv + 1.0) * 2.0 * often);
        let half = mean.seconds() / 2.0;
        Ok(Distribution::of(Shape::Hyperexponential { often, short: half / often, long: half / seldom }))
    }

    /// Pareto: never below `min`, beyond it P(X > x) = (min / x)^alpha. No mean for alpha up to 1, no variance up to 2.
    pub fn pareto(min: Span, alpha: f64) -> Result<Distribution, FitError> {
        positive("pareto", "alpha", alpha)?;
        Ok(Distribution::of(Shape::Pareto { min: min.seconds(), alpha }))
    }

    /// Exactly these samples, (seconds, weight); nothing in between.
    pub fn empirical(samples: Vec<(f64, f64)>) -> Result<Distribution, FitError> {
        Ok(Distribution::of(Shape::Empirical(shape::Samples::new(&samples)?)))
    }

    fn of(shape: Shape) -> Distribution {
        Distribution::default().with(vec![shape])
    }

    /// The sum of this and an independent other one.
    pub fn plus(self, other: Distribution) -> Distribution {
        let mut shapes = self.terms.shapes();
        shapes.extend(other.terms.shapes());
        Distribution::constant(self.constant + other.constant).with(shapes)
    }

    /// The same shape, so many times as long: a factor above 0.
    pub fn times(&self, factor: f64) -> Distribution {
        let shapes = self.terms.clone().shapes().iter().map(|shape| shape.times(factor)).collect();
        Distribution::constant(self.constant.times(factor)).with(shapes)
    }

    /// Adds terms to a constant, in the plainest form.
    fn with(mut self, shapes: Vec<Shape>) -> Distribution {
        let mut drawn = Vec::new();
        for shape in shapes {
            match shape.as_constant() {
                Some(value) => self.constant += Span::from_seconds(value),
                None => drawn.push(shape),
            }
        }
        self.terms = match drawn[..] {
            [] => Terms::None,
            [Shape::Exponential { mean }] if mean * NANOS <= EXPONENTIAL_MAX && (self.constant.0 as f64) <= EXPONENTIAL_MAX => {
                Terms::Exponential { mean_nanos: mean * NANOS, offset: self.constant.0.wrapping_sub(UNIT.to_bits()) }
            }
            [Shape::Lognormal { mu, sigma }] => Terms::Lognormal(Lognormal::new(mu, sigma)),
            _ => Terms::Many(drawn),
        };
        self
    }

    /// One draw.
    #[inline(always)]
    pub fn sample(&self, stream: &mut Stream) -> Span {
        match &self.terms {
            Terms::Exponential { mean_nanos, offset } => Span((mean_nanos * stream.exponential() + UNIT).to_bits().wrapping_add(*offset)),
            Terms::None => self.constant,
            Terms::Lognormal(lognormal) => self.constant + lognormal.sample(stream),
            Terms::Many(shapes) => self.constant + Distribution::sum(shapes, stream),
        }
    }

    /// Out of line, so that the usual cases stay small enough to be inlined.
    #[inline(never)]
    fn sum(shapes: &[Shape], stream: &mut Stream) -> Span {
        Span::from_seconds(shapes.iter().map(|shape| shape.sample(stream)).sum())
    }

    /// Always zero: costs nothing, draws nothing.
    #[inline]
    pub fn is_zero(&self) -> bool {
        self.constant.is_zero() && matches!(self.terms, Terms::None)
    }

    /// Nothing but one exponential.
    pub fn is_exponential(&self) -> bool {
        self.constant.is_zero() && matches!(self.terms, Terms::Exponential { .. })
    }

    /// The value where it is a constant.
    pub fn as_constant(&self) -> Option<Span> {
        matches!(self.terms, Terms::None).then_some(self.constant)
    }

    /// Seconds; infinite where it does not exist.
    pub fn mean(&self) -> f64 {
        self.constant.seconds() + self.terms.clone().shapes().iter().map(Shape::mean).sum::<f64>()
    }

    /// Seconds squared; infinite where it does not exist.
    pub fn variance(&self) -> f64 {
        self.terms.clone().shapes().iter().map(Shape::variance).fold(0.0, |sum, term| sum + term)
    }
}

impl Terms {
    fn shapes(self) -> Vec<Shape> {
        match self {
            Terms::None => Vec::new(),
            Terms::Exponential { mean_nanos, .. } => vec![Shape::Exponential { mean: mean_nanos / NANOS }],
            Terms::Lognormal(Lognormal { mu, sigma, .. }) => vec![Shape::Lognormal { mu, sigma }],
            Terms::Many(shapes) => shapes,
        }
    }
}

fn positive(family: &str, name: &str, value: f64) -> Result<(), FitError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(FitError::new(format!("a {family} distribution has no {name} of {value}"), format!("its {name} is above 0")))
}
