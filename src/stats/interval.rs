//! Intervals: how well a mean is known, what one more run may show, what a count or a share allows to say.
//!
//! Two intervals are never confused here: [`mean_interval`] narrows with every replication, [`next_run_interval`] does not
//! fall below the spread of the runs themselves.

use super::Tally;
use super::special::{beta_cdf, poisson_above, poisson_at_most};

/// From `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    fn around(center: f64, half: f64) -> Interval {
        Interval { low: center - half, high: center + half }
    }

    /// Half of its width.
    pub fn half_width(&self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// Both ends so many times as large, by a factor that is not negative.
    pub fn scaled(&self, by: f64) -> Interval {
        Interval { low: self.low * by, high: self.high * by }
    }

    /// The smallest interval that holds both.
    pub fn hull(&self, other: Interval) -> Interval {
        Interval { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// True for a value within it.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Student's interval of the mean of independent replications: mean -+ t s / sqrt(n) (A. Law, Simulation Modeling and
/// Analysis, 5th ed. 2015, sec. 4.5). None for fewer than two values or a confidence outside (0, 1).
pub fn mean_interval(tally: &Tally, confidence: f64) -> Option<Interval> {
    spread(tally, confidence).map(|(mean, spread, n)| Interval::around(mean, spread / n.sqrt()))
}

/// Prediction interval for one further run: mean -+ t s sqrt(1 + 1/n), exact for normal figures (G. Hahn and W. Meeker,
/// Statistical Intervals, 1991, sec. 4.7). None as for [`mean_interval`].
pub fn next_run_interval(tally: &Tally, confidence: f64) -> Option<Interval> {
    spread(tally, confidence).map(|(mean, spread, n)| Interval::around(mean, spread * (1.0 + 1.0 / n).sqrt()))
}

/// Prediction interval for one further run from the runs themselves, whatever their distribution: the r-th smallest and the r-th
/// largest of n hold it with probability (n + 1 - 2 r) / (n + 1); r is the largest that gives the confidence (S. Wilks,
/// "Determination of sample sizes for setting tolerance limits", Annals of Mathematical Statistics 12, 1941). None where even
/// the extremes do not: 95 % takes 39 runs.
pub fn next_run_by_order(runs: &[f64], confidence: f64) -> Option<Interval> {
    upper(confidence)?;
    // A breath more, so that 0.05 x 40 / 2 is 1.
    let rank = ((runs.len() as f64 + 1.0) * (1.0 - confidence) / 2.0 + 1e-9) as usize;
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    (rank > 0).then(|| Interval { low: sorted[rank - 1], high: sorted[sorted.len() - rank] })
}

/// Mean, t times standard deviation, count.
fn spread(tally: &Tally, confidence: f64) -> Option<(f64, f64, f64)> {
    let (mean, sd, n) = (tally.mean()?, tally.sd()?, tally.count() as f64);
    Some((mean, t_quantile(upper(confidence)?, n - 1.0)? * sd, n))
}

/// The probability up to the upper end of a two-sided interval; none outside (0, 1).
fn upper(confidence: f64) -> Option<f64> {
    (confidence > 0.0 && confidence < 1.0).then_some(0.5 + 0.5 * confidence)
}

/// Interval of the mean of `after - before` over pairs that share their chance (Law, sec. 10.2.1). None unless both have the
/// same length of two or more.
pub fn paired_difference(before: &[f64], after: &[f64], confidence: f64) -> Option<Interval> {
    if before.len() != after.len() {
        return None;
    }
    let differences: Tally = before.iter().zip(after).map(|(before, after)| after - before).collect();
    mean_interval(&differences, confidence)
}

/// One-sided p of a mean above zero: the chance that values whose true mean is zero have a mean this far above it,
/// P(T >= mean sqrt(n) / s) with n - 1 degrees of freedom (Law, sec. 4.5). Values that are all the same are taken
/// to be so always, unless they are zero. None for fewer than two values.
pub fn chance_of_sign(tally: &Tally) -> Option<f64> {
    let (mean, sd, n) = (tally.mean()?, tally.sd()?, tally.count() as f64);
    if mean == 0.0 {
        return Some(0.5);
    }
    let (t, freedom) = (mean * n.sqrt() / sd, n - 1.0);
    let beyond = if t.is_finite() { 0.5 * beta_cdf(freedom / 2.0, 0.5, freedom / (freedom + t * t)) } else { 0.0 };
    Some(if mean > 0.0 { beyond } else { 1.0 - beyond })
}

/// The confidence that each of so many intervals needs for all to hold at once with the given one (Bonferroni's inequality).
pub fn bonferroni(confidence: f64, intervals: usize) -> f64 {
    1.0 - (1.0 - confidence) / intervals.max(1) as f64
}

/// Exact interval of the mean of a Poisson count, e.g. of losses in a run (F. Garwood, "Fiducial limits for the Poisson
/// distribution", Biometrika 28, 1936). None for a confidence outside (0, 1).
pub fn count_interval(count: u64, confidence: f64) -> Option<Interval> {
    let tail = 1.0 - upper(confidence)?;
    let n = count as f64;
    // Wide enough for any tail above 1e-300: a Poisson count is nearly normal, its upper tail at most exponential.
    let far = n + 40.0 * n.sqrt() + 800.0;
    let low = if count == 0 { 0.0 } else { bisect(0.0, n, |mean| poisson_above(count - 1, mean) > tail) };
    let high = bisect(n, far, |mean| poisson_at_most(count, mean) < tail);
    Some(Interval { low, high })
}

/// Prediction interval for the count of one further run, from the sum of so many equal runs before it, for Poisson counts: given the sum
/// of all, what of it falls into the further run is binomial with 1 / (runs + 1), whatever the mean (G. Hahn and W. Meeker, Statistical
/// Intervals, 1991, sec. 7.6). Both ends are counts. None without runs or for a confidence outside (0, 1).
pub fn next_count_interval(sum: u64, runs: u32, confidence: f64) -> Option<Interval> {
    let tail = 1.0 - upper(confidence)?;
    if runs == 0 {
        return None;
    }
    let share = 1.0 / (f64::from(runs) + 1.0);
    // Of sum + y things in all, at least and at most y fall into the further run.
    let at_least = |y: u64| beta_cdf(y as f64, sum as f64 + 1.0, share);
    let at_most = |y: u64| if sum == 0 { 1.0 } else { 1.0 - beta_cdf(y as f64 + 1.0, sum as f64, share) };
    let (mut low, mut high) = (sum / u64::from(runs), sum / u64::from(runs));
    while at_least(high + 1) > tail {
        high += 1;
    }
    while low > 0 && at_most(low - 1) > tail {
        low -= 1;
    }
    Some(Interval { low: low as f64, high: high as f64 })
}

/// Exact interval of a share, `hits` of `trials` (C. Clopper and E. Pearson, "The use of confidence or fiducial limits",
/// Biometrika 26, 1934). None without trials, with more hits than trials, or for a confidence outside (0, 1).
pub fn share_interval(hits: u64, trials: u64, confidence: f64) -> Option<Interval> {
    if trials == 0 || hits > trials {
        return None;
    }
    let tail = 1.0 - upper(confidence)?;
    let (k, misses) = (hits as f64, (trials - hits) as f64);
    let low = if hits == 0 { 0.0 } else { bisect(0.0, 1.0, |p| beta_cdf(k, misses + 1.0, p) > tail) };
    let high = if hits == trials { 1.0 } else { bisect(0.0, 1.0, |p| beta_cdf(k + 1.0, misses, p) > 1.0 - tail) };
    Some(Interval { low, high })
}

/// Quantile of Student's t with so many degrees of freedom, to about 12 digits: P(T <= t) = p. None unless 0 < p < 1 and
/// there is at least one degree of freedom.
///
/// From P(|T| > t) = I(f / (f + t^2); f / 2, 1 / 2) (M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.1).
pub fn t_quantile(p: f64, freedom: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && freedom >= 1.0 && freedom.is_finite()) {
        return None;
    }
    if p < 0.5 {
        return t_quantile(1.0 - p, freedom).map(|t| -t);
    }
    let both = 2.0 * (1.0 - p);
    let beyond = |t: f64| beta_cdf(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    let mut high = 1.0;
    while beyond(high) > both && high < 1e300 {
        high *= 2.0;
    }
    Some(bisect(0.0, high, |t| beyond(t) <= both))
}

/// Where a condition that is false at `low` and true at `high` changes: halves until the ends are neighbors.
fn bisect(mut low: f64, mut high: f64, reached: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        // A difference that no figure shows ends the search near zero, where floats are dense.
        if middle <= low || middle >= high || high < 1e-300 {
            return middle;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}
