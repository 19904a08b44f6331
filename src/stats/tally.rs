//! Count, mean, variance and extremes of a stream of values, in constant memory.

/// What was seen, without keeping it. Two tallies merge to what one would hold that had seen both streams.
///
/// B. Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4 (1962); the merge
/// after T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    count: u64,
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
    min: f64,
    max: f64,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { count: 0, mean: 0.0, squares: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl FromIterator<f64> for Tally {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Tally {
        let mut tally = Tally::default();
        for value in values {
            tally.record(value);
        }
        tally
    }
}

impl Tally {
    /// Takes one more value, which must be finite.
    #[inline]
    pub fn record(&mut self, value: f64) {
        debug_assert!(value.is_finite(), "a tally takes finite numbers only");
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Adds what another one has seen.
    pub fn merge(&mut self, other: &Tally) {
        if self.count == 0 || other.count == 0 {
            if self.count == 0 {
                *self = *other;
            }
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        self.count += other.count;
        self.mean += apart * (others / (own + others));
        self.squares += other.squares + apart * apart * (own * others / (own + others));
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// How many values were seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// None before the first value.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// Of the values as a sample, so divided by n - 1; none before the second value.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// Standard deviation of the values as a sample; none before the second value.
    pub fn sd(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The smallest value; none before the first one.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value; none before the first one.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// Sum of all values.
    pub fn sum(&self) -> f64 {
        self.mean * self.count as f64
    }
}
