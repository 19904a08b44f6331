//! One long run cut into batches, whose means are taken for independent; and whether they may be.

use super::Tally;

/// Batches to cut a run into: more of them are shorter, so correlated, and their interval is too narrow (B. Schmeiser, "Batch
/// size effects in the analysis of simulation output", Operations Research 30, 1982: 10 to 30 suffice).
pub const BATCHES: usize = 20;

/// Means of equal stretches of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchMeans {
    /// In order of time.
    pub means: Vec<f64>,
    /// Values in each.
    pub size: usize,
}

impl BatchMeans {
    /// Cuts values into so many batches; what does not fill them is left out at the beginning. None for fewer values than
    /// batches or for no batches.
    pub fn new(values: &[f64], batches: usize) -> Option<BatchMeans> {
        let size = values.len().checked_div(batches).filter(|size| *size > 0)?;
        let cut = &values[values.len() - size * batches..];
        let means = cut.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
        Some(BatchMeans { means, size })
    }

    /// The batch means as a sample; [`super::mean_interval`] of it is the interval of the run's mean.
    pub fn tally(&self) -> Tally {
        self.means.iter().copied().collect()
    }
}

/// What speaks against independent batches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Independence {
    /// Estimate of the correlation of neighbors.
    pub correlation: f64,
    /// More than chance alone shows in one of twenty independent runs.
    pub correlated: bool,
}

/// One-sided 5 % point of the standard normal.
const ONE_IN_TWENTY: f64 = 1.644_853_626_951_472_2;

/// Tests whether neighboring figures are correlated: C = 1 - R / 2 with von Neumann's ratio R of squared differences of
/// neighbors to squared distances from the mean. Under independence C has mean 0 and variance (n - 2) / (n^2 - 1) and is
/// nearly normal (J. von Neumann, Annals of Mathematical Statistics 12, 1941; G. Fishman, "Grouping observations in digital
/// simulation", Management Science 24, 1978). None for fewer than eight figures; equal figures are not correlated.
pub fn independence(figures: &[f64]) -> Option<Independence> {
    if figures.len() < 8 {
        return None;
    }
    let n = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / n;
    let squares: f64 = figures.iter().map(|figure| (figure - mean) * (figure - mean)).sum();
    if squares == 0.0 {
        return Some(Independence { correlation: 0.0, correlated: false });
    }
    let steps: f64 = figures.windows(2).map(|pair| (pair[1] - pair[0]) * (pair[1] - pair[0])).sum();
    let correlation = 1.0 - steps / squares / 2.0;
    let limit = ONE_IN_TWENTY * ((n - 2.0) / (n * n - 1.0)).sqrt();
    Some(Independence { correlation, correlated: correlation > limit })
}
