//! Many replications into one figure, one band, one curve: always in the order of the replications.

use super::packed::packed;
use crate::model::{self, Findings};
use crate::outcome::{Curve, Hop, Metric, Series};
use crate::scenario::Scenario;
use crate::stats::{
    Band, Histogram, Interval, Tally, count_interval, mean_interval, next_count_interval, next_run_by_order, next_run_interval,
    share_interval,
};
use crate::units::Unit;
use std::collections::BTreeMap;

/// Every figure that at least one replication has, with its intervals. All replications list the same.
pub fn metrics(done: &[Findings], confidence: f64) -> Vec<Metric> {
    let Some(first) = done.first() else { return Vec::new() };
    let metric = |(index, figure): (usize, &model::Figure)| {
        let values: Vec<f64> = done.iter().filter_map(|findings| findings.figures[index].value).collect();
        let tally: Tally = values.iter().copied().collect();
        let point = tally.mean()?;
        let rare = if is_count(&figure.name, figure.unit) {
            rare_count(&values, confidence)
        } else {
            rare_share(done.iter().map(|findings| &findings.figures[index]), confidence)
        };
        let widened =
            |interval: Interval, rare: Option<Interval>| possible(rare.map_or(interval, |rare| interval.hull(rare)), figure.unit, point);
        let interval = mean_interval(&tally, confidence).map(|interval| widened(interval, rare.mean));
        let one_run = next_run_by_order(&values, confidence).or_else(|| next_run_interval(&tally, confidence));
        let one_run = one_run.map(|interval| widened(interval, rare.one_run));
        Some(Metric {
            name: figure.name.clone(),
            unit: figure.unit,
            point,
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
            one_run_low: one_run.map(|interval| interval.low),
            one_run_high: one_run.map(|interval| interval.high),
            n: tally.count() as u32,
        })
    };
    first.figures.iter().enumerate().filter_map(metric).collect()
}

/// So few in all replications together that their spread tells little.
const RARE: f64 = 30.0;

/// What few things say beside their spread over replications: of the mean, and of one further run.
#[derive(Default)]
struct Rare {
    mean: Option<Interval>,
    one_run: Option<Interval>,
}

/// The exact Poisson interval of a mean count where few were seen: none in ten replications does not say that there never is one.
/// Things that come in bunches spread more than that, so it only ever widens what the replications say.
fn rare_count(values: &[f64], confidence: f64) -> Rare {
    let (all, runs) = (values.iter().sum::<f64>(), values.len() as u32);
    if all >= RARE {
        return Rare::default();
    }
    let mean = count_interval(all as u64, confidence).map(|interval| interval.scaled(1.0 / f64::from(runs)));
    Rare { mean, one_run: next_count_interval(all as u64, runs, confidence) }
}

/// The same of a share of things that were counted, where few are, or few are not: the exact binomial interval.
fn rare_share<'f>(figures: impl Iterator<Item = &'f model::Figure>, confidence: f64) -> Rare {
    let counted: Vec<(f64, u64)> =
        figures.filter(|figure| figure.unit == Unit::Share).filter_map(|figure| Some((figure.value?, figure.of?))).collect();
    let trials: u64 = counted.iter().map(|(_, of)| of).sum();
    let hits = counted.iter().map(|(share, of)| share * *of as f64).sum::<f64>().round() as u64;
    let few = hits.min(trials - hits);
    if trials == 0 || few as f64 >= RARE {
        return Rare::default();
    }
    let runs = counted.len() as u32;
    let one_run = next_count_interval(few, runs, confidence).map(|interval| interval.scaled(f64::from(runs) / trials as f64));
    let one_run = one_run.map(|share| if few == hits { share } else { Interval { low: 1.0 - share.high, high: 1.0 - share.low } });
    Rare { mean: share_interval(hits, trials, confidence), one_run }
}

/// A number of things that happened, not a level over time.
pub fn is_count(name: &str, unit: Unit) -> bool {
    unit == Unit::Count && ![".mean", ".max", ".peak"].iter().any(|statistic| name.ends_with(statistic))
}

/// The part of an interval that figures of this unit can have: nothing is below zero, no share above one.
pub(super) fn possible(interval: Interval, unit: Unit, point: f64) -> Interval {
    let most = if unit == Unit::Share { 1.0 } else { f64::INFINITY };
    Interval { low: interval.low.max(0.0).min(point), high: interval.high.min(most).max(point) }
}

/// Every course as mean and band.
pub fn series(done: &[Findings], confidence: f64) -> Vec<Series> {
    let Some(first) = done.first() else { return Vec::new() };
    let one = |(index, course): (usize, &model::Course)| {
        let runs: Vec<&[f64]> = done.iter().map(|findings| &findings.courses[index].values[..]).collect();
        let mut band = Band::new(&runs, confidence);
        for (mean, (low, high)) in band.mean.iter().zip(band.low.iter_mut().zip(&mut band.high)) {
            let interval = possible(Interval { low: *low, high: *high }, course.unit, *mean);
            (*low, *high) = (interval.low, interval.high);
        }
        Series {
            name: course.name.clone(),
            unit: course.unit,
            step_s: first.step.seconds(),
            mean: band.mean,
            low: band.low,
            high: band.high,
        }
    };
    first.courses.iter().enumerate().map(one).collect()
}

/// Probabilities of a curve on an axis of nines: ten to each, from the least to 99.99 %.
fn probabilities() -> Vec<f64> {
    let nines = (0..=40).map(|tenth| 1.0 - libm::pow(10.0, -(tenth as f64) / 10.0));
    let named = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];
    let mut all: Vec<f64> = nines.filter(|p| named.iter().all(|named| (named - p).abs() > 1e-9)).chain(named).collect();
    all.sort_by(f64::total_cmp);
    all
}

/// Pooled over replications, with a band from the replications' own quantiles.
pub fn curves(done: &[Findings], confidence: f64) -> Vec<Curve> {
    let Some(first) = done.first() else { return Vec::new() };
    let one = |(index, (name, _)): (usize, &(String, Histogram))| {
        let each: Vec<&Histogram> = done.iter().map(|findings| &findings.curves[index].1).collect();
        let mut pooled = Histogram::default();
        each.iter().for_each(|histogram| pooled.merge(histogram));
        let quantiles: Vec<(f64, f64)> = probabilities().into_iter().filter_map(|p| Some((p, pooled.quantile(p)?))).collect();
        let interval = |p: f64| mean_interval(&each.iter().filter_map(|histogram| histogram.quantile(p)).collect(), confidence);
        let within = |(p, value): &(f64, f64)| Some(possible(interval(*p)?, Unit::Seconds, *value));
        let (low, high) = quantiles.iter().filter_map(within).map(|interval| (interval.low, interval.high)).unzip();
        Curve { name: name.clone(), unit: Unit::Seconds, quantiles, low, high, hdr: packed(&pooled) }
    };
    first.curves.iter().enumerate().map(one).collect()
}

/// The stages of each subscriber, in order.
pub fn hops(scenario: &Scenario, metrics: &[Metric]) -> Vec<Hop> {
    let points: BTreeMap<&str, f64> = metrics.iter().map(|metric| (metric.name.as_str(), metric.point)).collect();
    let point = |name: String| points.get(name.as_str()).copied();
    let mut hops = Vec::new();
    for taker in scenario.takers() {
        let entity = taker.entity();
        for (_, word, waiting) in model::HOPS {
            let name = format!("{entity}.hop.{word}");
            // What nothing was overtaken in takes no place in a picture.
            if let Some(mean) = point(format!("{name}.mean")).filter(|mean| *mean > 0.0 || word != "overtaken") {
                let p99 = point(format!("{name}.p99")).unwrap_or(0.0);
                hops.push(Hop { subscriber: taker.label(), hop: word.into(), mean, p99, waiting });
            }
        }
    }
    hops
}
