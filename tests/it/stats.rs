//! Statistics: tallies, intervals against tables and by coverage, batches, warm-up, bands.

use crate::sampling::{assert_share, stream};
use busload::stats::{
    BATCHES, Band, BatchMeans, Interval, Tally, bonferroni, chance_of_sign, count_interval, independence, mean_interval,
    next_count_interval, next_run_by_order, next_run_interval, paired_difference, share_interval, t_quantile, warm_up,
};
use proptest::prelude::*;
use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, StudentsT};

fn close(is: f64, wanted: f64, relative: f64) -> bool {
    (is - wanted).abs() <= relative * wanted.abs()
}

#[test]
fn a_tally_knows_its_figures_and_what_does_not_exist() {
    let tally: Tally = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter().collect();
    assert_eq!((tally.count(), tally.mean(), tally.sum()), (8, Some(5.0), 40.0));
    assert!(close(tally.variance().unwrap(), 32.0 / 7.0, 1e-15));
    assert_eq!((tally.min(), tally.max()), (Some(2.0), Some(9.0)));
    let none = Tally::default();
    assert_eq!((none.mean(), none.variance(), none.sd(), none.min(), none.max(), none.sum()), (None, None, None, None, None, 0.0));
    let one: Tally = [3.0].into_iter().collect();
    assert_eq!((one.mean(), one.variance(), one.min()), (Some(3.0), None, Some(3.0)));
}

#[test]
fn a_tally_survives_a_large_offset() {
    let tally: Tally = (0..10_000).map(|i| 1e9 + f64::from(i % 2)).collect();
    assert!(close(tally.variance().unwrap(), 0.25 * 10_000.0 / 9_999.0, 1e-9));
}

proptest! {
    #[test]
    fn merged_tallies_equal_one_that_saw_all(a in prop::collection::vec(-1e3..1e3f64, 0..40), b in prop::collection::vec(-1e3..1e3f64, 0..40)) {
        let mut merged: Tally = a.iter().copied().collect();
        merged.merge(&b.iter().copied().collect());
        let whole: Tally = a.iter().chain(&b).copied().collect();
        prop_assert_eq!((merged.count(), merged.min(), merged.max()), (whole.count(), whole.min(), whole.max()));
        prop_assert!((merged.mean().unwrap_or(0.0) - whole.mean().unwrap_or(0.0)).abs() < 1e-9);
        prop_assert!((merged.variance().unwrap_or(0.0) - whole.variance().unwrap_or(0.0)).abs() < 1e-6);
    }
}

#[test]
fn t_quantiles_equal_the_printed_tables_and_a_second_library() {
    for (p, freedom, t) in [
        (0.975, 1.0, 12.706_204_736),
        (0.975, 2.0, 4.302_652_730),
        (0.975, 9.0, 2.262_157_163),
        (0.95, 19.0, 1.729_132_812),
        (0.975, 29.0, 2.045_229_642),
        (0.995, 4.0, 4.604_094_871),
        (0.9995, 1.0, 636.619_248_769),
        (0.975, 1e6, 1.959_966_356),
    ] {
        assert!(close(t_quantile(p, freedom).unwrap(), t, 1e-9), "t({p}, {freedom}) = {:?}", t_quantile(p, freedom));
    }
    for freedom in [1.0, 1.5, 2.0, 3.0, 7.0, 19.0, 100.0, 12_345.0] {
        for p in [0.55, 0.9, 0.975, 0.999, 0.999_999] {
            let other = StudentsT::new(0.0, 1.0, freedom).unwrap();
            let t = t_quantile(p, freedom).unwrap();
            assert!((other.cdf(t) - p).abs() < 1e-10, "t({p}, {freedom}) = {t}");
            assert_eq!(t_quantile(1.0 - p, freedom), t_quantile(1.0 - (1.0 - p), freedom).map(|t| -t));
        }
    }
    for (p, freedom) in [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.9, 0.0), (0.9, f64::NAN)] {
        assert_eq!(t_quantile(p, freedom), None);
    }
    assert!(t_quantile(0.5, 5.0).unwrap().abs() < 1e-100);
}

#[test]
fn intervals_follow_their_formulas() {
    let tally: Tally = [4.0, 6.0, 5.0, 7.0, 8.0].into_iter().collect();
    let (t, s) = (t_quantile(0.975, 4.0).unwrap(), 2.5_f64.sqrt());
    let mean = mean_interval(&tally, 0.95).unwrap();
    assert!(close(mean.half_width(), t * s / 5.0_f64.sqrt(), 1e-12) && close(mean.low + mean.high, 12.0, 1e-12));
    let next = next_run_interval(&tally, 0.95).unwrap();
    assert!(close(next.half_width(), t * s * 1.2_f64.sqrt(), 1e-12) && next.contains(6.0) && !next.contains(20.0));
    let same: Tally = [3.0; 4].into_iter().collect();
    assert_eq!(mean_interval(&same, 0.95), Some(Interval { low: 3.0, high: 3.0 }));
    let one: Tally = [3.0].into_iter().collect();
    for tally in [&Tally::default(), &one] {
        assert_eq!((mean_interval(tally, 0.95), next_run_interval(tally, 0.95)), (None, None));
    }
    for confidence in [0.0, 1.0, -1.0, f64::NAN] {
        assert_eq!(mean_interval(&tally, confidence), None);
    }
}

#[test]
fn pairs_that_share_their_chance_are_compared_by_their_differences() {
    let before = [10.0, 20.0, 30.0, 40.0];
    let after = [11.0, 21.5, 30.5, 41.0];
    let interval = paired_difference(&before, &after, 0.95).unwrap();
    assert!(interval.low > 0.0 && interval.contains(1.0));
    assert_eq!(paired_difference(&before, &after[1..], 0.95), None);
    assert_eq!(paired_difference(&[1.0], &[2.0], 0.95), None);
    assert!(close(bonferroni(0.95, 5), 0.99, 1e-15) && bonferroni(0.95, 0) == 0.95);
}

#[test]
fn t_intervals_cover_the_mean_and_the_next_run_as_often_as_they_say() {
    let mut stream = stream("coverage");
    let (mut means, mut next_runs, trials) = (0, 0, 10_000);
    for _ in 0..trials {
        let tally: Tally = (0..10).map(|_| 5.0 + 2.0 * stream.normal()).collect();
        means += usize::from(mean_interval(&tally, 0.95).unwrap().contains(5.0));
        next_runs += usize::from(next_run_interval(&tally, 0.9).unwrap().contains(5.0 + 2.0 * stream.normal()));
    }
    assert_share("mean", means, trials, 0.95);
    assert_share("next run", next_runs, trials, 0.9);
}

/// Of an exponential, whose lower half has less room than the upper one.
#[test]
fn intervals_by_order_cover_the_next_run_whatever_its_distribution() {
    let mut stream = stream("order");
    let (mut inside, mut above, trials) = (0, 0, 10_000);
    for _ in 0..trials {
        let runs: Vec<f64> = (0..39).map(|_| stream.exponential()).collect();
        let interval = next_run_by_order(&runs, 0.95).unwrap();
        let next = stream.exponential();
        inside += usize::from(interval.contains(next));
        above += usize::from(next > interval.high);
    }
    assert_share("inside", inside, trials, 0.95);
    assert_share("above", above, trials, 0.025);
    let hundred: Vec<f64> = (1..=119).rev().map(f64::from).collect();
    assert_eq!(next_run_by_order(&hundred, 0.95), Some(Interval { low: 3.0, high: 117.0 }));
    assert_eq!((next_run_by_order(&hundred[..38], 0.95), next_run_by_order(&hundred, 1.0)), (None, None));
}

#[test]
fn exact_intervals_equal_a_second_library() {
    assert_eq!(count_interval(0, 0.95).unwrap().low, 0.0);
    assert!(close(count_interval(0, 0.95).unwrap().high, 3.688_879_454_113_936, 1e-12));
    for count in [1u64, 2, 5, 30, 1000, 1_000_000] {
        let interval = count_interval(count, 0.95).unwrap();
        let n = count as f64;
        let low = ChiSquared::new(2.0 * n).unwrap().cdf(2.0 * interval.low);
        let high = ChiSquared::new(2.0 * n + 2.0).unwrap().cdf(2.0 * interval.high);
        assert!((low - 0.025).abs() < 1e-8 && (high - 0.975).abs() < 1e-8, "{count}: {low} {high}");
    }
    for (hits, trials) in [(1u64, 10u64), (5, 10), (10, 10), (0, 10), (3, 1000), (999_000, 1_000_000)] {
        let interval = share_interval(hits, trials, 0.99).unwrap();
        let (k, misses) = (hits as f64, (trials - hits) as f64);
        match hits {
            0 => assert_eq!(interval.low, 0.0),
            _ => assert!((Beta::new(k, misses + 1.0).unwrap().cdf(interval.low) - 0.005).abs() < 1e-9),
        }
        match trials - hits {
            0 => assert_eq!(interval.high, 1.0),
            _ => assert!((Beta::new(k + 1.0, misses).unwrap().cdf(interval.high) - 0.995).abs() < 1e-9),
        }
    }
    assert_eq!((share_interval(0, 0, 0.95), share_interval(3, 2, 0.95), count_interval(3, 1.0)), (None, None, None));
}

#[test]
fn batches_are_equal_and_their_independence_is_tested() {
    let values: Vec<f64> = (0..43).map(f64::from).collect();
    let batches = BatchMeans::new(&values, BATCHES).unwrap();
    assert_eq!((batches.means.len(), batches.size, batches.means[0]), (20, 2, 3.5));
    assert_eq!(batches.tally().mean(), Some(22.5));
    assert!(independence(&batches.means).unwrap().correlated);
    assert_eq!((BatchMeans::new(&values, 44), BatchMeans::new(&values, 0), BatchMeans::new(&[], 20)), (None, None, None));
    let same = independence(&[1.0; 20]).unwrap();
    assert_eq!((same.correlation, same.correlated, independence(&[1.0; 7])), (0.0, false, None));
    // Independent figures are accused in one of twenty cases.
    let (mut stream, trials) = (stream("independence"), 20_000);
    let accused = (0..trials).filter(|_| independence(&std::array::from_fn::<f64, 20, _>(|_| stream.normal())).unwrap().correlated);
    let share = accused.count() as f64 / f64::from(trials);
    assert!((share - 0.05).abs() < 0.01, "accused {share}");
}

#[test]
fn the_warm_up_ends_where_a_known_transient_does() {
    // 10 exp(-t / 40) above noise of 1: after 200 values it is below a tenth of the noise.
    let mut stream = stream("transient");
    let mut values = |n: usize| -> Vec<f64> { (0..n).map(|t| 10.0 * (-(t as f64) / 40.0).exp() + stream.normal()).collect() };
    let cut = warm_up(&values(2000)).unwrap();
    assert!((60..=350).contains(&cut) && cut.is_multiple_of(5), "cut at {cut}");
    let steady: Vec<f64> = (0..2000).map(|_| stream.normal()).collect();
    assert!(warm_up(&steady).unwrap() < 500);
    // A backlog that grows for good is no transient, nor is one that grows more and more slowly as a line does that is nearly full.
    let growing: Vec<f64> = (0..2000).map(f64::from).collect();
    let slowing: Vec<f64> = (0..2000).map(|t| f64::from(t).sqrt() + stream.normal()).collect();
    assert_eq!((warm_up(&growing), warm_up(&slowing)), (None, None));
    // Where nothing changes, the best cut lies anywhere; that says nothing.
    let lost = (0..500).filter(|_| warm_up(&(0..500).map(|_| stream.normal()).collect::<Vec<f64>>()).is_none()).count();
    assert!(lost <= 5, "of 500 steady courses {lost} are called too short");
    assert_eq!(warm_up(&[1.0; 100]), Some(0));
    assert_eq!((warm_up(&[1.0; 49]), warm_up(&[])), (None, None));
}

#[test]
fn a_band_holds_mean_and_interval_of_every_step() {
    let band = Band::new(&[vec![1.0, 10.0, 5.0], vec![3.0, 10.0]], 0.95);
    assert_eq!(band.mean, [2.0, 10.0]);
    let half = t_quantile(0.975, 1.0).unwrap();
    assert!(close(band.low[0], 2.0 - half, 1e-12) && close(band.high[0], 2.0 + half, 1e-12) && band.low[1] == 10.0);
    let single = Band::new(&[vec![1.0, 2.0]], 0.95);
    assert_eq!((single.mean, single.low.len(), single.high.len()), (vec![1.0, 2.0], 0, 0));
    assert_eq!(Band::new::<Vec<f64>>(&[], 0.95), Band::default());
}

/// Over all sums of so many runs and all counts of the next one: covered at least as often as it says, and not by far more.
#[test]
fn the_next_count_is_covered_whatever_the_mean() {
    use statrs::distribution::{Discrete, Poisson};
    for (mean, runs) in [(0.02, 10), (0.2, 10), (1.0, 10), (3.0, 5), (2.5, 40)] {
        let (sum, next) = (Poisson::new(mean * f64::from(runs)).unwrap(), Poisson::new(mean).unwrap());
        let covered = |sum: u64| {
            let interval = next_count_interval(sum, runs, 0.95).unwrap();
            (interval.low as u64..=interval.high as u64).map(|count| next.pmf(count)).sum::<f64>()
        };
        let share: f64 = (0..200).map(|count| sum.pmf(count) * covered(count)).sum();
        assert!(share >= 0.95 && (mean < 0.5 || share < 0.995), "{share} at {mean} of {runs} runs");
    }
    assert_eq!(next_count_interval(0, 10, 0.95), Some(Interval { low: 0.0, high: 1.0 }));
    assert_eq!(next_count_interval(0, 40, 0.95), Some(Interval { low: 0.0, high: 0.0 }));
    assert_eq!((next_count_interval(1, 0, 0.95), next_count_interval(1, 1, 1.0)), (None, None));
}

/// A two-sided interval of a mean that just touches zero leaves half of its doubt on that side.
#[test]
fn the_chance_of_a_sign_is_what_an_interval_leaves() {
    let tally: Tally = [1.0, 2.0, 4.0, 8.0].into_iter().collect();
    let chance = chance_of_sign(&tally).unwrap();
    let interval = mean_interval(&tally, 1.0 - 2.0 * chance).unwrap();
    assert!(interval.low.abs() < 1e-9, "{interval:?} at {chance}");
    let below: Tally = [-1.0, -2.0, -4.0, -8.0].into_iter().collect();
    assert!((chance_of_sign(&below).unwrap() - (1.0 - chance)).abs() < 1e-12);
    let of = |values: &[f64]| chance_of_sign(&values.iter().copied().collect::<Tally>());
    assert_eq!((of(&[3.0, 3.0]), of(&[0.0, 0.0]), of(&[-3.0, -3.0]), of(&[3.0])), (Some(0.0), Some(0.5), Some(1.0), None));
}
