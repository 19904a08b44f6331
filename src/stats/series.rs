//! A quantity over time, from several replications.

use super::{Tally, mean_interval};

/// Mean and interval of the mean at each step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Band {
    /// Over replications.
    pub mean: Vec<f64>,
    /// Lower end of the interval of the mean; empty with fewer than two replications.
    pub low: Vec<f64>,
    /// Upper end.
    pub high: Vec<f64>,
}

impl Band {
    /// From one row of steps per replication. Rows of different length count as far as the shortest one.
    pub fn new<R: AsRef<[f64]>>(replications: &[R], confidence: f64) -> Band {
        let steps = replications.iter().map(|row| row.as_ref().len()).min().unwrap_or(0);
        let mut band = Band::default();
        for step in 0..steps {
            let tally: Tally = replications.iter().map(|row| row.as_ref()[step]).collect();
            band.mean.extend(tally.mean());
            if let Some(interval) = mean_interval(&tally, confidence) {
                band.low.push(interval.low);
                band.high.push(interval.high);
            }
        }
        band
    }
}
