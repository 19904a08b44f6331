//! A histogram of spans: percentiles of any number of values in bounded memory, mergeable without loss.
//!
//! Log-linear buckets over nanoseconds: 128 to a power of two, so that a bucket is at most 1/128 as wide as its values are large
//! and a percentile, interpolated within its bucket, errs by at most [`RELATIVE_ERROR`]. Count, mean, spread and maximum are
//! exact. Own code because a record takes a third of hdrhistogram's time (`docs/performance.md`).

use crate::units::Span;

const BITS: u32 = 7;
const LINEAR: u64 = 2 << BITS;

/// Largest relative error of a percentile.
pub const RELATIVE_ERROR: f64 = 1.0 / (1 << BITS) as f64;

/// Counts of spans by size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    sum: u128,
    sum_of_squares: u128,
    max: u64,
}

#[inline]
fn bucket(value: u64) -> usize {
    if value < LINEAR {
        return value as usize;
    }
    let octave = 63 - value.leading_zeros() - BITS;
    ((octave as usize) << BITS) + (value >> octave) as usize
}

/// Lower edge of a bucket and its width.
fn edges(bucket: usize) -> (u64, u64) {
    if (bucket as u64) < LINEAR {
        return (bucket as u64, 1);
    }
    let octave = (bucket >> BITS) - 1;
    let mantissa = bucket - (octave << BITS);
    ((mantissa as u64) << octave, 1 << octave)
}

impl Histogram {
    /// Counts one value.
    #[inline]
    pub fn record(&mut self, value: Span) {
        let value = value.0;
        let bucket = bucket(value);
        if bucket >= self.counts.len() {
            self.grow(bucket);
        }
        self.counts[bucket] += 1;
        self.count += 1;
        self.sum += value as u128;
        self.sum_of_squares = self.sum_of_squares.wrapping_add(value as u128 * value as u128);
        self.max = self.max.max(value);
    }

    #[cold]
    fn grow(&mut self, bucket: usize) {
        self.counts.resize((bucket | ((1 << BITS) - 1)) + 1, 0);
    }

    /// Adds all of another's values.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.sum_of_squares = self.sum_of_squares.wrapping_add(other.sum_of_squares);
        self.max = self.max.max(other.max);
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their exact sum in nanoseconds.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Mean in seconds; none of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64 / 1e9)
    }

    /// Standard deviation in seconds (of the values seen, divisor n); none of nothing.
    pub fn sd(&self) -> Option<f64> {
        let n = self.count as f64;
        let mean = self.sum as f64 / n;
        (self.count > 0).then(|| (self.sum_of_squares as f64 / n - mean * mean).max(0.0).sqrt() / 1e9)
    }

    /// Largest value in seconds; none of nothing.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then(|| self.max as f64 / 1e9)
    }

    /// The value in seconds that a share `probability` of all values does not exceed, spread evenly within its bucket; none of nothing.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = (probability * self.count as f64).clamp(0.0, self.count as f64);
        let mut below = 0.0;
        for (bucket, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let count = count as f64;
            if below + count >= rank {
                let (edge, width) = edges(bucket);
                // A bucket of one nanosecond holds exactly its value.
                let inside = if width == 1 { 0.0 } else { (rank - below) / count * width as f64 };
                return Some((edge as f64 + inside).min(self.max as f64) / 1e9);
            }
            below += count;
        }
        self.max()
    }
}
