//! Distributions of spans.
use super::Stream;
use crate::units::Span;
/// A sum of independent terms; the default is the constant zero.
#[derive(Clone, Debug, Default)]
pub struct Distribution;
/// One thing known of a distribution; two fit a two-parameter one. Seconds where not a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    Mean(f64),
    Sd(f64),
    Cv(f64),
    Quantile { probability: f64, value: f64 },
}
/// Why no distribution of this family has these two moments; a sentence, and what would be possible.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{what}")]
pub struct FitError {
    pub what: String,
    pub hint: String,
}
impl Distribution {
    pub fn constant(_span: Span) -> Distribution {
        todo!()
    }
    pub fn exponential(_mean: Span) -> Distribution {
        todo!()
    }
    pub fn uniform(_from: Span, _to: Span) -> Result<Distribution, FitError> {
        todo!()
    }
    /// Cut at 0.
    pub fn normal(_a: Moment, _b: Moment) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn lognormal(_a: Moment, _b: Moment) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn gamma(_a: Moment, _b: Moment) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn weibull(_a: Moment, _b: Moment) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn weibull_shape(_mean: Span, _shape: f64) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn erlang(_phases: u32, _mean: Span) -> Result<Distribution, FitError> {
        todo!()
    }
    /// Two phases with balanced means.
    pub fn hyperexponential(_mean: Span, _cv: f64) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn pareto(_min: Span, _alpha: f64) -> Result<Distribution, FitError> {
        todo!()
    }
    /// (seconds, weight)
    pub fn empirical(_samples: Vec<(f64, f64)>) -> Result<Distribution, FitError> {
        todo!()
    }
    pub fn plus(self, _other: Distribution) -> Distribution {
        todo!()
    }
    #[inline]
    pub fn sample(&self, _stream: &mut Stream) -> Span {
        todo!()
    }
    /// Always zero: costs nothing, draws nothing.
    pub fn is_zero(&self) -> bool {
        todo!()
    }
    /// The value where it is a constant.
    pub fn as_constant(&self) -> Option<Span> {
        todo!()
    }
    /// Seconds; infinite where it does not exist.
    pub fn mean(&self) -> f64 {
        todo!()
    }
    /// Seconds squared.
    pub fn variance(&self) -> f64 {
        todo!()
    }
}
