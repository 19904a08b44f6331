//! The families: how one term is drawn, its mean and its variance. Seconds throughout.

use super::special::{normal_cdf, normal_density};
use super::{FitError, Stream};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Exponential {
        mean: f64,
    },
    Uniform {
        from: f64,
        width: f64,
    },
    /// Given that it is not negative.
    Normal {
        mu: f64,
        sigma: f64,
    },
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    Gamma(Gamma),
    /// scale x E^power with E exponential; power is one over the usual shape.
    Weibull {
        power: f64,
        scale: f64,
    },
    Hyperexponential {
        often: f64,
        short: f64,
        long: f64,
    },
    Pareto {
        min: f64,
        alpha: f64,
    },
    Empirical(Arc<Samples>),
}

impl Shape {
    pub fn normal(mu: f64, sigma: f64) -> Shape {
        Shape::Normal { mu, sigma }
    }

    pub fn gamma(shape: f64, scale: f64) -> Shape {
        Shape::Gamma(Gamma::new(shape, scale))
    }

    pub fn sample(&self, stream: &mut Stream) -> f64 {
        match self {
            Shape::Exponential { mean } => mean * stream.exponential(),
            Shape::Uniform { from, width } => from + width * stream.unit(),
            Shape::Normal { mu, sigma } => loop {
                let value = mu + sigma * stream.normal();
                if value >= 0.0 {
                    break value;
                }
            },
            Shape::Lognormal { mu, sigma } => libm::exp(mu + sigma * stream.normal()),
            Shape::Gamma(gamma) => gamma.sample(stream),
            Shape::Weibull { power, scale } => scale * libm::exp(power * libm::log(stream.exponential())),
            Shape::Hyperexponential { often, short, long } => (if stream.chance(*often) { short } else { long }) * stream.exponential(),
            Shape::Pareto { min, alpha } => min * libm::exp(stream.exponential() / alpha),
            Shape::Empirical(samples) => samples.sample(stream),
        }
    }

    /// The same shape, so many times as long.
    pub fn times(&self, factor: f64) -> Shape {
        match self {
            Shape::Exponential { mean } => Shape::Exponential { mean: mean * factor },
            Shape::Uniform { from, width } => Shape::Uniform { from: from * factor, width: width * factor },
            Shape::Normal { mu, sigma } => Shape::Normal { mu: mu * factor, sigma: sigma * factor },
            Shape::Lognormal { mu, sigma } => Shape::Lognormal { mu: mu + libm::log(factor), sigma: *sigma },
            Shape::Gamma(gamma) => Shape::gamma(gamma.shape, gamma.scale * factor),
            Shape::Weibull { power, scale } => Shape::Weibull { power: *power, scale: scale * factor },
            Shape::Hyperexponential { often, short, long } => {
                Shape::Hyperexponential { often: *often, short: short * factor, long: long * factor }
            }
            Shape::Pareto { min, alpha } => Shape::Pareto { min: min * factor, alpha: *alpha },
            Shape::Empirical(samples) => Shape::Empirical(samples.times(factor)),
        }
    }

    /// The value where there is no spread.
    pub fn as_constant(&self) -> Option<f64> {
        match self {
            Shape::Exponential { mean } if *mean == 0.0 => Some(0.0),
            Shape::Uniform { from, width } if *width == 0.0 => Some(*from),
            Shape::Normal { mu, sigma } if *sigma == 0.0 => Some(*mu),
            Shape::Gamma(gamma) if gamma.scale == 0.0 => Some(0.0),
            Shape::Hyperexponential { short, .. } if *short == 0.0 => Some(0.0),
            Shape::Pareto { min, .. } if *min == 0.0 => Some(0.0),
            Shape::Empirical(samples) if samples.slots.len() == 1 => Some(samples.slots[0].value),
            _ => None,
        }
    }

    pub fn mean(&self) -> f64 {
        match self {
            Shape::Exponential { mean } => *mean,
            Shape::Uniform { from, width } => from + width / 2.0,
            Shape::Normal { mu, sigma } => mu + sigma * hazard(*mu, *sigma),
            Shape::Lognormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Shape::Gamma(gamma) => gamma.shape * gamma.scale,
            Shape::Weibull { power, scale } => scale * libm::exp(libm::lgamma(1.0 + power)),
            Shape::Hyperexponential { often, short, long: _ } => 2.0 * often * short,
            Shape::Pareto { min, alpha } => {
                if *alpha > 1.0 {
                    min * alpha / (alpha - 1.0)
                } else {
                    f64::INFINITY
                }
            }
            Shape::Empirical(samples) => samples.mean,
        }
    }

    pub fn variance(&self) -> f64 {
        match self {
            Shape::Exponential { mean } => mean * mean,
            Shape::Uniform { width, .. } => width * width / 12.0,
            Shape::Normal { mu, sigma } => {
                // N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions 1 (1994), sec. 13.10.1.
                let hazard = hazard(*mu, *sigma);
                sigma * sigma * (1.0 - hazard * (mu / sigma + hazard))
            }
            Shape::Lognormal { sigma, .. } => self.mean() * self.mean() * libm::expm1(sigma * sigma),
            Shape::Gamma(gamma) => gamma.shape * gamma.scale * gamma.scale,
            Shape::Weibull { power, .. } => {
                let ratio = libm::lgamma(1.0 + 2.0 * power) - 2.0 * libm::lgamma(1.0 + power);
                self.mean() * self.mean() * libm::expm1(ratio)
            }
            Shape::Hyperexponential { short, long, .. } => {
                // Both phases contribute half of the mean: E[X^2] = mean x (short + long).
                let mean = self.mean();
                mean * (short + long) - mean * mean
            }
            Shape::Pareto { min, alpha } => {
                if *alpha > 2.0 {
                    min * min * alpha / ((alpha - 1.0) * (alpha - 1.0) * (alpha - 2.0))
                } else {
                    f64::INFINITY
                }
            }
            Shape::Empirical(samples) => samples.variance,
        }
    }
}

/// How far the cut at 0 moves the mean of a normal, in sigmas: density over survival at the cut.
fn hazard(mu: f64, sigma: f64) -> f64 {
    let cut = mu / sigma;
    normal_density(cut) / normal_cdf(cut)
}

/// Gamma by G. Marsaglia and W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000).
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
    /// Of the shape, or of the shape plus one where it is below one.
    third_less: f64,
    slope: f64,
}

impl Gamma {
    fn new(shape: f64, scale: f64) -> Gamma {
        let third_less = if shape < 1.0 { shape + 2.0 / 3.0 } else { shape - 1.0 / 3.0 };
        Gamma { shape, scale, third_less, slope: 1.0 / libm::sqrt(9.0 * third_less) }
    }

    fn sample(&self, stream: &mut Stream) -> f64 {
        let value = self.scale * self.unscaled(stream);
        if self.shape < 1.0 {
            // U^(1 / shape), since -ln U is exponential.
            return value * libm::exp(-stream.exponential() / self.shape);
        }
        value
    }

    fn unscaled(&self, stream: &mut Stream) -> f64 {
        loop {
            let z = stream.normal();
            let root = 1.0 + self.slope * z;
            if root <= 0.0 {
                continue;
            }
            let cube = root * root * root;
            let square = z * z;
            let unit = stream.unit();
            let surely = unit < 1.0 - 0.0331 * square * square;
            if surely || libm::log(unit) < 0.5 * square + self.third_less * (1.0 - cube + libm::log(cube)) {
                return self.third_less * cube;
            }
        }
    }
}

/// Weighted samples, drawn by the alias method (A. Walker 1974; M. Vose, "A linear algorithm for generating random numbers
/// with a given distribution", IEEE Trans. Software Engineering 17, 1991).
#[derive(Debug, PartialEq)]
pub struct Samples {
    slots: Vec<Slot>,
    mean: f64,
    variance: f64,
}

/// One of n equally likely slots: its own value with probability `keep`, else the other one.
#[derive(Debug, PartialEq)]
struct Slot {
    value: f64,
    other: f64,
    keep: f64,
}

impl Samples {
    /// Of (seconds, weight); those without weight are left out.
    pub fn new(samples: &[(f64, f64)]) -> Result<Arc<Samples>, FitError> {
        let hint = "give one or more values that are not negative, each with a weight above 0";
        if let Some((value, _)) = samples.iter().find(|(value, _)| !(*value >= 0.0 && value.is_finite())) {
            return Err(FitError::new(format!("an empirical distribution of spans has no value of {value} s"), hint));
        }
        if let Some((_, weight)) = samples.iter().find(|(_, weight)| !(*weight >= 0.0 && weight.is_finite())) {
            return Err(FitError::new(format!("a sample of an empirical distribution has no weight of {weight}"), hint));
        }
        let largest = samples.iter().fold(0.0, |largest: f64, (_, weight)| largest.max(*weight));
        if largest == 0.0 {
            return Err(FitError::new("an empirical distribution has no samples", hint));
        }
        let kept: Vec<(f64, f64)> =
            samples.iter().filter(|(_, weight)| *weight > 0.0).map(|(value, weight)| (*value, weight / largest)).collect();
        let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
        let mean = kept.iter().map(|(value, weight)| value * weight / total).sum::<f64>();
        let variance = kept.iter().map(|(value, weight)| (value - mean) * (value - mean) * weight / total).sum();
        Ok(Arc::new(Samples { slots: slots(&kept, total), mean, variance }))
    }

    fn times(&self, factor: f64) -> Arc<Samples> {
        let slot = |slot: &Slot| Slot { value: slot.value * factor, other: slot.other * factor, keep: slot.keep };
        let slots = self.slots.iter().map(slot).collect();
        Arc::new(Samples { slots, mean: self.mean * factor, variance: self.variance * factor * factor })
    }

    fn sample(&self, stream: &mut Stream) -> f64 {
        let slot = &self.slots[stream.below(self.slots.len() as u64) as usize];
        if stream.chance(slot.keep) { slot.value } else { slot.other }
    }
}

/// Vose's tables: slots with too little weight are filled up by slots with too much.
fn slots(samples: &[(f64, f64)], total: f64) -> Vec<Slot> {
    let average = total / samples.len() as f64;
    let mut shares: Vec<f64> = samples.iter().map(|(_, weight)| weight / average).collect();
    let mut slots: Vec<Slot> = samples.iter().map(|(value, _)| Slot { value: *value, other: *value, keep: 1.0 }).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..samples.len()).partition(|i| shares[*i] < 1.0);
    while let (Some(poor), Some(rich)) = (small.pop(), large.last().copied()) {
        slots[poor].keep = shares[poor];
        slots[poor].other = samples[rich].0;
        shares[rich] -= 1.0 - shares[poor];
        if shares[rich] < 1.0 {
            large.pop();
            small.push(rich);
        }
    }
    // Whatever is left over differs from 1 by rounding only and keeps its own value.
    slots
}
