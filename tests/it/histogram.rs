//! Histograms against the sorted values themselves.

use busload::stats::{Histogram, RELATIVE_ERROR};
use busload::units::Span;
use proptest::prelude::*;

fn histogram(values: &[u64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(Span(*value)));
    histogram
}

/// Count, sum and maximum are exact; a quantile lies within its bucket of the value of that rank.
fn says(histogram: &Histogram, values: &[u64]) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    assert_eq!(histogram.count(), sorted.len() as u64);
    assert_eq!(histogram.sum(), sorted.iter().map(|value| *value as u128).sum::<u128>());
    assert_eq!(histogram.max(), sorted.last().map(|value| *value as f64 / 1e9));
    for probability in [0.001, 0.25, 0.5, 0.9, 0.99, 1.0] {
        let Some(says) = histogram.quantile(probability) else { return assert!(sorted.is_empty()) };
        let rank = (probability * sorted.len() as f64).ceil().max(1.0) as usize - 1;
        let (is, says) = (sorted[rank] as f64, says * 1e9);
        assert!((says - is).abs() <= is * RELATIVE_ERROR + 1.0, "p {probability}: says {says}, is {is}");
    }
}

/// 180,000 spans of about a millisecond and 300 of each of 200 others, in turns, so that many buckets pass 256 and one passes 2 * 65,536.
fn crowd() -> Vec<u64> {
    let other = |i: u64| 1_000 * (1 + i % 200) * (1 + i % 200);
    (0..60_000).flat_map(|i| [3, 1_000_000, 1_000_001, 1_000_000, other(i)]).collect()
}

#[test]
fn a_bucket_counts_far_beyond_its_byte() {
    let values = crowd();
    says(&histogram(&values), &values);
    let mut same = histogram(&[7, 5]);
    (0..200_000).for_each(|_| same.record(Span(9_999_999)));
    assert_eq!((same.count(), same.sum()), (200_002, 12 + 200_000 * 9_999_999));
    // Each bucket of the crowd's small values is of one nanosecond.
    let small: Vec<u64> = (0..1_000_000).map(|i| 1 + i % 255).collect();
    let exact = histogram(&small);
    for place in 1..=254 {
        assert_eq!(exact.quantile((place as f64 - 0.5) / 255.0), Some(place as f64 / 1e9));
    }
    assert_eq!(exact.sd().map(|sd| (sd * 1e9 * 1e6).round()), {
        let mean = small.iter().sum::<u64>() as f64 / 1e6;
        let square: f64 = small.iter().map(|value| (*value as f64 - mean).powi(2)).sum();
        Some(((square / 1e6).sqrt() * 1e6).round())
    });
}

#[test]
fn histograms_that_carry_merge_without_loss() {
    let values = crowd();
    let (one, other) = values.split_at(123_457);
    let mut merged = histogram(one);
    merged.merge(&histogram(other));
    says(&merged, &values);
    let (whole, probabilities) = (histogram(&values), (1..1000).map(|i| i as f64 / 1000.0));
    probabilities.for_each(|probability| assert_eq!(merged.quantile(probability), whole.quantile(probability)));
    // Bytes that are nearly full on both sides.
    let mut many = Histogram::default();
    (0..300).for_each(|_| many.merge(&histogram(&[[50_u64; 255].as_slice(), &[60; 255], &[1]].concat())));
    assert_eq!((many.count(), many.sum()), (300 * 511, 300 * (255 * 110 + 1)));
    assert_eq!((many.quantile(0.25), many.quantile(0.75)), (Some(50e-9), Some(60e-9)));
}

proptest! {
    #[test]
    fn a_histogram_agrees_with_the_values_whatever_they_are(
        exponents in prop::collection::vec((0..44_u32, any::<u64>()), 0..600),
        cut in 0..600_usize,
    ) {
        let values: Vec<u64> = exponents.iter().map(|(bits, value)| value & ((1 << bits) - 1)).collect();
        says(&histogram(&values), &values);
        let (one, other) = values.split_at(cut.min(values.len()));
        let mut merged = histogram(one);
        merged.merge(&histogram(other));
        says(&merged, &values);
    }
}
