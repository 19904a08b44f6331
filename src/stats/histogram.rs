//! A histogram of spans: percentiles of any number of values in bounded memory, mergeable without loss.
//!
//! Log-linear buckets over nanoseconds: 128 to a power of two, so that a bucket is at most 1/128 as wide as its values are large
//! and a percentile, interpolated within its bucket, errs by at most [`RELATIVE_ERROR`]. Count, mean and maximum are
//! exact. Own code because it is recorded in the hottest loop; `cargo bench` has hdrhistogram beside it.
//!
//! What is recorded into is small, because a run has hundreds of histograms and all of them have to stay near the processor: a
//! bucket's count is a byte, and what it carries is kept elsewhere, touched once in 256 records.
//!
//! The first value of all is counted apart: a wait is mostly zero, a link's latency mostly one constant, and each of these costs
//! one comparison and one addition.

use crate::units::Span;
use std::ops::Range;

const BITS: u32 = 7;
const LINEAR: u64 = 2 << BITS;
const OCTAVE: usize = 1 << BITS;

/// Largest relative error of a percentile.
pub const RELATIVE_ERROR: f64 = 1.0 / (1 << BITS) as f64;

/// Counts of spans by size.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// The value that came first, and how often it came; not among the others.
    first: u64,
    firsts: u64,
    /// The low eight bits of every bucket's count.
    counts: Vec<u8>,
    /// The bits above them; empty until the first is needed.
    carries: Vec<u32>,
    /// Of the others.
    sum: u128,
    max: u64,
}

/// Bits of a count that its byte holds.
const LOW: u32 = u8::BITS;

#[inline(always)]
fn bucket(value: u64) -> usize {
    // The octave is 0 for all that is below LINEAR.
    let octave = 63 - BITS - (value | (1 << BITS)).leading_zeros();
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
    #[inline(always)]
    pub fn record(&mut self, value: Span) {
        if value.0 == self.first {
            self.firsts += 1;
        } else {
            self.record_other(value.0);
        }
    }

    #[inline(always)]
    fn record_other(&mut self, value: u64) {
        if let Some(count) = self.counts.get_mut(bucket(value)) {
            *count = count.wrapping_add(1);
            if *count == 0 {
                carry(&mut self.carries, bucket(value), 1);
            }
            self.sum += value as u128;
            if value > self.max {
                self.max = value;
            }
        } else {
            self.record_rarely(value);
        }
    }

    /// The first value of all, or the first of a size beyond all so far.
    #[cold]
    #[inline(never)]
    fn record_rarely(&mut self, value: u64) {
        if self.counts.is_empty() && self.firsts == 0 {
            (self.first, self.firsts) = (value, 1);
            return;
        }
        reach(&mut self.counts, bucket(value));
        self.record_other(value);
    }

    /// Adds all of another's values. What came first to either is one among the others then.
    pub fn merge(&mut self, other: &Histogram) {
        let (sum, max) = (self.sum() + other.sum(), self.greatest().max(other.greatest()));
        let firsts = std::mem::take(&mut self.firsts);
        if firsts > 0 {
            self.add(bucket(self.first), firsts);
        }
        for (bucket, count) in other.filled() {
            self.add(bucket, count);
        }
        (self.sum, self.max) = (sum, max);
    }

    fn add(&mut self, bucket: usize, more: u64) {
        reach(&mut self.counts, bucket);
        let count = self.counts[bucket] as u64 + more;
        self.counts[bucket] = count as u8;
        if count >> LOW > 0 {
            carry(&mut self.carries, bucket, count >> LOW);
        }
    }

    /// Buckets that are not empty, in order, with their counts.
    fn filled(&self) -> impl Iterator<Item = (usize, u64)> {
        let end = self.counts.len().max(bucket(self.first) + 1);
        (0..end).map(|bucket| (bucket, self.within(bucket..bucket + 1))).filter(|(_, count)| *count > 0)
    }

    /// Buckets that are not empty, in order: a value in nanoseconds that lies in it, and how many values do.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        self.filled().map(|(bucket, count)| (edges(bucket).0, count))
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.firsts + self.others(0..self.counts.len())
    }

    /// Their exact sum in nanoseconds.
    pub fn sum(&self) -> u128 {
        self.sum + self.first as u128 * self.firsts as u128
    }

    /// The largest value, zero of nothing.
    fn greatest(&self) -> u64 {
        if self.firsts > 0 { self.max.max(self.first) } else { self.max }
    }

    /// Mean in seconds, exact; none of nothing.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum() as f64 / count as f64 / 1e9)
    }

    /// Standard deviation in seconds (of the values seen, divisor n), each value taken at the middle of its bucket: too large by less than
    /// one part in 10^4 unless all values share a bucket. None of nothing.
    pub fn sd(&self) -> Option<f64> {
        let mean = self.mean()? * 1e9;
        if self.is_constant() {
            return Some(0.0);
        }
        let square = |(bucket, count): (usize, u64)| {
            let (edge, width) = edges(bucket);
            let distance = edge as f64 + (width - 1) as f64 / 2.0 - mean;
            distance * distance * count as f64
        };
        let squares: f64 = self.filled().map(square).sum();
        Some((squares / self.count() as f64).sqrt() / 1e9)
    }

    /// All values are the same.
    fn is_constant(&self) -> bool {
        self.sum() == self.greatest() as u128 * self.count() as u128
    }

    /// Largest value in seconds; none of nothing.
    pub fn max(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.greatest() as f64 / 1e9)
    }

    /// The value in seconds that a share `probability` of all values does not exceed, spread evenly within its bucket; none of nothing.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        if self.is_constant() {
            return self.max();
        }
        let rank = (probability * count as f64).clamp(0.0, count as f64);
        let (octave, below) = self.reaching(rank, 0, OCTAVE, 0)?;
        let (bucket, below) = self.reaching(rank, octave, 1, below)?;
        let (edge, width) = edges(bucket);
        // A bucket of one nanosecond holds exactly its value.
        let share = (rank - below as f64) / self.within(bucket..bucket + 1) as f64;
        let inside = if width == 1 { 0.0 } else { share * width as f64 };
        Some((edge as f64 + inside).min(self.greatest() as f64) / 1e9)
    }

    /// Of ranges of so many buckets from there on, before which are so many values, the one that reaches a rank, and how many are
    /// before that.
    fn reaching(&self, rank: f64, from: usize, width: usize, mut below: u64) -> Option<(usize, u64)> {
        let end = self.counts.len().max(bucket(self.first) + 1);
        for start in (from..end).step_by(width) {
            let count = self.within(start..start + width);
            if count > 0 && (below + count) as f64 >= rank {
                return Some((start, below));
            }
            below += count;
        }
        None
    }

    /// How many values are in these buckets.
    fn within(&self, buckets: Range<usize>) -> u64 {
        self.others(buckets.clone()) + if buckets.contains(&bucket(self.first)) { self.firsts } else { 0 }
    }

    /// How many of them are not the first value.
    fn others(&self, buckets: Range<usize>) -> u64 {
        let low: u64 = part(&self.counts, &buckets).iter().map(|count| *count as u64).sum();
        let high: u64 = part(&self.carries, &buckets).iter().map(|count| *count as u64).sum();
        low + (high << LOW)
    }
}

/// Grows by whole octaves, up to this bucket.
fn reach<T: Clone + Default>(counts: &mut Vec<T>, bucket: usize) {
    if bucket >= counts.len() {
        counts.resize((bucket | (OCTAVE - 1)) + 1, T::default());
    }
}

#[cold]
#[inline(never)]
fn carry(carries: &mut Vec<u32>, bucket: usize, more: u64) {
    reach(carries, bucket);
    let sum = carries[bucket] as u64 + more;
    carries[bucket] = u32::try_from(sum).expect("a bucket holds less than 2^40 values");
}

/// What there is of a range.
fn part<'a, T>(counts: &'a [T], range: &Range<usize>) -> &'a [T] {
    &counts[range.start.min(counts.len())..range.end.min(counts.len())]
}
