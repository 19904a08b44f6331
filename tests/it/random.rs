//! Streams: their keys, their numbers, the ziggurats' bodies and tails.

use crate::sampling::{assert_counts, assert_same_law, assert_share, fingerprint, moments, stream};
use busload::sim::Stream;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

#[test]
fn equal_keys_give_equal_numbers_and_every_part_of_a_key_matters() {
    let first = |seed, replication, entity, purpose| Stream::new(seed, replication, entity, purpose).bits();
    let keys = [
        first(1, 0, "ab", "c"),
        first(1, 0, "a", "bc"),
        first(1, 0, "abc", ""),
        first(1, 0, "", "abc"),
        first(1, 0, "ab", "c\0"),
        first(2, 0, "ab", "c"),
        first(1, 1, "ab", "c"),
        first(0, 1, "ab", "c"),
        first(1, 0, "ab", "d"),
        first(1, 0, "a name of more than eight letters", "c"),
        first(1, 0, "a name of more than eight lettert", "c"),
    ];
    for (i, key) in keys.iter().enumerate() {
        assert!(!keys[..i].contains(key), "key {i} is not distinct");
    }
    assert_eq!(first(1, 0, "ab", "c"), keys[0]);
    assert_eq!(size_of::<Stream>(), 32);
}

#[test]
fn neighboring_streams_are_independent() {
    let mut bits = [0u64; 64];
    for replication in 0..10_000 {
        let word = Stream::new(7, replication, "subscriber", "work").bits();
        for (place, count) in bits.iter_mut().enumerate() {
            *count += word >> place & 1;
        }
    }
    for (place, count) in bits.iter().enumerate() {
        assert_share(&format!("bit {place}"), *count as usize, 10_000, 0.5);
    }
}

#[test]
fn below_is_uniform_and_in_range() {
    let mut stream = stream("below");
    let mut counts = [0; 7];
    for _ in 0..700_000 {
        counts[stream.below(7) as usize] += 1;
    }
    assert_counts("below 7", &counts, &[100_000.0; 7]);
    // Two thirds of all words: a draw by remainder would favor the lower half.
    let n = u64::MAX / 3 * 2;
    let low = (0..100_000).filter(|_| stream.below(n) < n / 2).count();
    assert_share("lower half", low, 100_000, 0.5);
    assert_eq!(stream.below(1), 0);
    assert_eq!(stream.below(0), 0);
}

#[test]
fn chance_draws_nothing_where_there_is_none() {
    let mut drawn = stream("chance");
    let mut untouched = drawn.clone();
    assert!(!drawn.chance(0.0) && drawn.chance(1.0) && !drawn.chance(-1.0) && drawn.chance(2.0) && !drawn.chance(f64::NAN));
    assert_eq!(drawn.bits(), untouched.bits());
    let hits = (0..100_000).filter(|_| drawn.chance(0.3)).count();
    assert_share("chance", hits, 100_000, 0.3);
}

#[test]
fn unit_lies_in_the_half_open_interval_and_is_uniform() {
    let mut stream = stream("unit");
    let mut counts = [0; 100];
    for _ in 0..1_000_000 {
        counts[(stream.unit() * 100.0) as usize] += 1;
    }
    assert_counts("unit", &counts, &[10_000.0; 100]);
}

#[test]
fn exponential_has_its_moments_its_layers_and_its_tail() {
    let mut stream = stream("exponential");
    let n = 2_000_000;
    let sample: Vec<f64> = (0..n).map(|_| stream.exponential()).collect();
    let seen = moments(&sample);
    assert!((seen.mean - 1.0).abs() < 4.5 * seen.mean_error && (seen.variance - 1.0).abs() < 4.5 * seen.variance_error);
    // 7.697 is where the table ends; the points between are in wedges and in the body.
    for x in [1e-6_f64, 0.01, 0.0638, 0.5, 1.0, 3.0, 6.9, 7.697_117_470_131_05, 8.5, 10.0] {
        assert_share(&format!("P(X > {x})"), sample.iter().filter(|value| **value > x).count(), n, (-x).exp());
    }
}

#[test]
fn normal_has_its_moments_its_layers_and_both_tails() {
    let mut stream = stream("normal");
    let n = 2_000_000;
    let sample: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
    let seen = moments(&sample);
    assert!(seen.mean.abs() < 4.5 * seen.mean_error && (seen.variance - 1.0).abs() < 4.5 * seen.variance_error);
    for x in [0.0, 0.2, 0.215, 1.0, 2.0, 3.0, 3.5, 3.654_152_885_361_009, 4.2] {
        let p = libm::erfc(x / 2.0_f64.sqrt()) / 2.0;
        assert_share(&format!("P(X > {x})"), sample.iter().filter(|value| **value > x).count(), n, p);
        assert_share(&format!("P(X < -{x})"), sample.iter().filter(|value| **value < -x).count(), n, p);
    }
}

#[test]
fn a_second_library_draws_the_same_laws() {
    let n = 300_000;
    let mut other = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut own = stream("second opinion");
    let theirs = (0..n).map(|_| Exp1.sample(&mut other)).collect();
    assert_same_law("exponential", (0..n).map(|_| own.exponential()).collect(), theirs);
    let theirs = (0..n).map(|_| StandardNormal.sample(&mut other)).collect();
    assert_same_law("normal", (0..n).map(|_| own.normal()).collect(), theirs);
}

/// Guards sameness over builds and machines; change it only together with a note that results change.
#[test]
fn a_million_draws_have_the_same_bits_everywhere() {
    let mut s = stream("golden");
    let seen = [
        fingerprint((0..1_000_000).map(|_| s.bits())),
        fingerprint((0..1_000_000).map(|_| s.exponential().to_bits())),
        fingerprint((0..1_000_000).map(|_| s.normal().to_bits())),
        fingerprint((0..1_000_000).map(|n| s.below(n + 1))),
    ];
    insta::assert_snapshot!(seen.map(|hash| format!("{hash:016x}")).join(" "), @"287c6401abf1ec29 e91e8b7747cbc12c 923d027d75f0a665 7706761e02acd9fe");
}
