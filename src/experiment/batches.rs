//! One long steady run instead of replications: what was measured is cut into batches, whose means are taken for independent unless
//! they show that neighbors are correlated.
//!
//! Only means have intervals so: of levels and rates over time, and of latencies. Percentiles, extremes and counts of a single run have
//! none.

use super::merge::possible;
use crate::model::Findings;
use crate::outcome::{Batches, Metric};
use crate::stats::{BATCHES, BatchMeans, Interval, independence, mean_interval};
use crate::units::{Span, Time};

/// The measured part in steps of the series, the first of them not before the warm-up's end, the last one whole.
struct Cut<'f> {
    found: &'f Findings,
    steps: std::ops::Range<usize>,
}

/// Gives every mean of a single run its interval, where its batches allow it.
pub fn fill(metrics: &mut [Metric], found: &Findings, (warm_up, horizon): (Time, Span), confidence: f64) -> Batches {
    let steps = warm_up.0.div_ceil(found.step.0) as usize..(horizon.0 / found.step.0) as usize;
    let cut = Cut { found, steps };
    let mut too_short = Vec::new();
    for metric in metrics {
        let Some(batches) = cut.means(&metric.name) else { continue };
        if is_short(&batches) {
            too_short.push(metric.name.clone());
            continue;
        }
        let Some(half) = mean_interval(&batches.tally(), confidence).map(|interval| interval.half_width()) else { continue };
        let around = |half: f64| possible(Interval { low: metric.point - half, high: metric.point + half }, metric.unit, metric.point);
        // A further run of this length has as much chance in it as this one.
        let (mean, one_run) = (around(half), around(half * std::f64::consts::SQRT_2));
        (metric.low, metric.high) = (Some(mean.low), Some(mean.high));
        (metric.one_run_low, metric.one_run_high) = (Some(one_run.low), Some(one_run.high));
        metric.n = BATCHES as u32;
    }
    Batches { count: BATCHES as u32, too_short }
}

/// A batch of some of a line's memories has a smaller standard deviation than this part of its mean; twenty say too little of their
/// correlation to be trusted alone.
const SCATTER: f64 = 0.5;

fn is_short(batches: &BatchMeans) -> bool {
    let tally = batches.tally();
    let scattered = tally.sd().zip(tally.mean()).is_some_and(|(sd, mean)| sd > SCATTER * mean);
    scattered || independence(&batches.means).is_none_or(|test| test.correlated)
}

impl Cut<'_> {
    fn means(&self, metric: &str) -> Option<BatchMeans> {
        let of = metric.strip_suffix(".mean").unwrap_or(metric);
        if let Some(steps) = self.found.steps.iter().find(|steps| steps.name == of && of != metric) {
            return self.of_latencies(&steps.counts, &steps.sums);
        }
        // A count has a rate as its course, which is another figure.
        let is_mean = of != metric || metric.ends_with(".throughput");
        let course = self.found.courses.iter().find(|course| is_mean && course.name == of)?;
        BatchMeans::new(course.values.get(self.steps.clone())?, BATCHES)
    }

    /// Of each batch the sum over the number of what was recorded in it; none where that is nothing in any.
    fn of_latencies(&self, counts: &[u64], sums: &[f64]) -> Option<BatchMeans> {
        let size = self.steps.len() / BATCHES;
        let ends = || (0..=BATCHES).map(|batch| self.steps.end - (BATCHES - batch) * size);
        let at = |end: usize| Some(if end == 0 { (0, 0.0) } else { (*counts.get(end - 1)?, *sums.get(end - 1)?) });
        let mean = |(from, to): (usize, usize)| {
            let ((count, sum), (counts, sums)) = (at(from)?, at(to)?);
            (counts > count).then(|| (sums - sum) / (counts - count) as f64)
        };
        let means = ends().zip(ends().skip(1)).map(mean).collect::<Option<Vec<f64>>>()?;
        (size > 0).then_some(BatchMeans { means, size })
    }
}
