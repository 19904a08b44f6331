//! A histogram of spans: percentiles of any number of values in bounded memory, mergeable without loss.
//!
//! Log-linear buckets over nanoseconds: 128 to a power of two, so that a bucket is at most 1/128 as wide as its values are large
//! and a percentile, interpolated within its bucket, errs by at most [`RELATIVE_ERROR`]. Count, mean and maximum are
//! exact. Own code because it is recorded in the hottest loop; `cargo bench` has hdrhistogram beside it.
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
    /// Small, because what is touched at every record has to stay near the processor.
    counts: Vec<u32>,
    /// Of the others.
    sum: u128,
    max: u64,
    /// Buckets whose count began again from zero after 2^32.
    overflows: Vec<u32>,
}

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
            let (more, overflow) = count.overflowing_add(1);
            *count = more;
            if overflow {
                self.overflow(value);
            }
            self.sum += value as u128;
            if value > self.max {
                self.max = value;
            }
        } else {
            self.record_rarely(value);
        }
    }

    #[cold]
    #[inline(never)]
    fn overflow(&mut self, value: u64) {
        self.overflows.push(bucket(value) as u32);
    }

    /// The first value of all, or the first of a size beyond all so far.
    #[cold]
    #[inline(never)]
    fn record_rarely(&mut self, value: u64) {
        if self.counts.is_empty() && self.firsts == 0 {
            (self.first, self.firsts) = (value, 1);
            return;
        }
        self.reach(bucket(value));
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
        self.reach(bucket);
        let count = self.counts[bucket] as u64 + more;
        self.counts[bucket] = count as u32;
        self.overflows.extend((0..count >> 32).map(|_| bucket as u32));
    }

    /// Grows by whole octaves, up to this bucket.
    fn reach(&mut self, bucket: usize) {
        if bucket >= self.counts.len() {
            self.counts.resize((bucket | ((1 << BITS) - 1)) + 1, 0);
        }
    }

    /// Buckets that are not empty, in order, with their counts.
    fn filled(&self) -> impl Iterator<Item = (usize, u64)> {
        let whole = |bucket: usize| self.overflows.iter().filter(|other| **other as usize == bucket).count() as u64;
        let (first, firsts) = (bucket(self.first), self.firsts);
        let count = move |(bucket, count): (usize, &u32)| {
            let overflows = if self.overflows.is_empty() { 0 } else { whole(bucket) << 32 };
            (bucket, *count as u64 + overflows + if bucket == first { firsts } else { 0 })
        };
        let beyond = (first >= self.counts.len()).then_some((first, firsts));
        self.counts.iter().enumerate().map(count).chain(beyond).filter(|(_, count)| *count > 0)
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.firsts + self.counts.iter().map(|count| *count as u64).sum::<u64>() + ((self.overflows.len() as u64) << 32)
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
        let counts = &self.counts[buckets.start.min(self.counts.len())..buckets.end.min(self.counts.len())];
        let others: u64 = counts.iter().map(|count| *count as u64).sum();
        let overflows = self.overflows.iter().filter(|bucket| buckets.contains(&(**bucket as usize))).count() as u64;
        others + (overflows << 32) + if buckets.contains(&bucket(self.first)) { self.firsts } else { 0 }
    }
}
