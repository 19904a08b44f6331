//! Arrival processes: counts against rates, exactness, no drift, sameness.

use crate::sampling::{ERRORS, assert_counts, assert_same_law, fingerprint, moments, stream};
use busload::sim::{Arrivals, Distribution, Pattern, Profile};
use busload::units::{Span, Time};
use std::sync::Arc;

const HOUR: u64 = 3_600_000_000_000;
const DAY: u64 = 24 * HOUR;
const PER_DAY: f64 = 500_000.0 / 86_400.0;
const PROFILE: [f64; 24] =
    [1.0, 1.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 14.0, 16.0, 12.0, 9.0, 8.0, 8.0, 9.0, 10.0, 11.0, 10.0, 8.0, 6.0, 4.0, 3.0, 2.0, 0.0];

/// The same every day.
fn daily(hourly: Option<[f64; 24]>) -> Profile {
    Profile { hourly, ..Profile::default() }
}

/// All arrivals before this time.
fn until(end: u64, pattern: &Pattern, rate: f64, hourly: Option<[f64; 24]>) -> Vec<u64> {
    let mut stream = stream("arrivals");
    let mut arrivals = Arrivals::new(pattern, rate, &daily(hourly));
    let times: Vec<u64> = std::iter::from_fn(|| arrivals.next(&mut stream)).map(|time| time.0).take_while(|time| *time < end).collect();
    assert!(times.is_sorted());
    times
}

fn by_hour(times: &[u64]) -> [u64; 24] {
    let mut counts = [0; 24];
    for time in times {
        counts[(time / HOUR % 24) as usize] += 1;
    }
    counts
}

/// Expected counts of the busy hours, and what was seen in them; nothing may be seen in the others.
fn assert_profile(what: &str, times: &[u64], total: f64) {
    let weights: f64 = PROFILE.iter().sum();
    let seen = by_hour(times);
    let (busy, idle): (Vec<usize>, Vec<usize>) = (0..24).partition(|hour| PROFILE[*hour] > 0.0);
    assert!(idle.iter().all(|hour| seen[*hour] == 0), "{what}: arrivals in an empty hour");
    let seen: Vec<u64> = busy.iter().map(|hour| seen[*hour]).collect();
    let expected: Vec<f64> = busy.iter().map(|hour| PROFILE[*hour] / weights * total).collect();
    assert_counts(what, &seen, &expected);
}

#[test]
fn poisson_keeps_its_rate_and_its_exponential_gaps() {
    let times = until(2 * DAY, &Pattern::Poisson, PER_DAY, None);
    let z = (times.len() as f64 - 1e6) / 1e3;
    assert!(z.abs() < ERRORS, "{} arrivals", times.len());
    let mut other = stream("gaps");
    let gaps = times.windows(2).take(200_000).map(|pair| (pair[1] - pair[0]) as f64 * 1e-9 * PER_DAY).collect();
    assert_same_law("gaps", gaps, (0..200_000).map(|_| other.exponential()).collect());
}

#[test]
fn poisson_follows_the_profile() {
    let times = until(3 * DAY, &Pattern::Poisson, PER_DAY, Some(PROFILE));
    assert_profile("poisson", &times, 1_500_000.0);
    // Within an hour the rate is constant: quarters are equal.
    let mut quarters = [0; 4];
    for time in times.iter().filter(|time| **time / HOUR % 24 == 9) {
        quarters[(time % HOUR / (HOUR / 4)) as usize] += 1;
    }
    let quarter = 1_500_000.0 * 16.0 / PROFILE.iter().sum::<f64>() / 4.0;
    assert_counts("quarters", &quarters, &[quarter; 4]);
}

#[test]
fn a_flat_profile_changes_nothing() {
    for pattern in [Pattern::Poisson, Pattern::Regular, Pattern::Gaps(Distribution::exponential(Span::from_millis(170)))] {
        let (plain, flat) = (until(DAY, &pattern, PER_DAY, None), until(DAY, &pattern, PER_DAY, Some([3.0; 24])));
        assert_eq!(plain.len(), flat.len());
        assert!(plain.iter().zip(&flat).all(|(a, b)| a.abs_diff(*b) <= 1));
    }
}

#[test]
fn regular_is_exact_over_thirty_days() {
    let times = until(30 * DAY + 1, &Pattern::Regular, PER_DAY, None);
    assert_eq!(times.len(), 15_000_000);
    assert!(times.iter().enumerate().all(|(i, time)| *time == (i as u64 + 1) * 172_800_000));
    // A gap that is no whole number of nanoseconds: the nearest one, each time.
    let times = until(DAY, &Pattern::Regular, 3.0, None);
    assert!(times.iter().enumerate().all(|(i, time)| *time == ((i as u64 + 1) * 2_000_000_000 + 3) / 6));
}

#[test]
fn regular_follows_the_profile() {
    let weights: f64 = PROFILE.iter().sum();
    let seen = by_hour(&until(10 * DAY, &Pattern::Regular, PER_DAY, Some(PROFILE)));
    for (hour, count) in seen.iter().enumerate() {
        let expected = PROFILE[hour] / weights * 5_000_000.0;
        assert!((*count as f64 - expected).abs() <= 10.0, "hour {hour}: {count} for {expected}");
    }
}

#[test]
fn gaps_keep_their_own_rate_and_stretch_with_the_profile() {
    let pattern = Pattern::Gaps(Distribution::constant(Span::from_millis(250)));
    let times = until(DAY, &pattern, f64::NAN, None);
    assert!(times.iter().enumerate().all(|(i, time)| *time == (i as u64 + 1) * 250_000_000));
    let pattern = Pattern::Gaps(Distribution::erlang(4, Span::from_millis(172)).unwrap());
    let times = until(DAY, &pattern, 0.0, Some(PROFILE));
    let expected = 86_400.0 / 0.172;
    // An erlang renewal process has a quarter of Poisson's variance.
    assert!((times.len() as f64 - expected).abs() < ERRORS * (expected / 4.0).sqrt());
    assert_profile("gaps", &times, expected);
}

#[test]
fn sine_swings_around_its_rate() {
    let pattern = Pattern::Sine { amplitude: 0.8, period: Span(DAY) };
    let times = until(2 * DAY, &pattern, PER_DAY, None);
    let turn = |hour: usize| hour as f64 / 24.0 * std::f64::consts::TAU;
    let hour = |h: usize| 1e6 / 24.0 + 0.8 * 1e6 / std::f64::consts::TAU * (turn(h).cos() - turn(h + 1).cos());
    assert_counts("sine", &by_hour(&times), &std::array::from_fn::<f64, 24, _>(hour));
    let flat = Pattern::Sine { amplitude: 0.0, period: Span(DAY) };
    let times = until(DAY, &flat, PER_DAY, Some(PROFILE));
    assert_profile("sine with a profile", &times, 500_000.0);
}

/// Index of dispersion of counts, in the limit: 1 + 2 (a - b)^2 s t / ((s + t)^2 (a t + b s)) for rates a, b that are left
/// at rates s, t (W. Fischer and K. Meier-Hellstern, Performance Evaluation 18, 1993).
#[test]
fn mmpp_has_its_rate_and_its_dispersion_and_starts_stationary() {
    let pattern = Pattern::Mmpp(vec![(2.0, Span::from_secs(20)), (0.2, Span::from_secs(50))]);
    let (a, b, s, t) = (2.0, 0.2, 1.0 / 20.0, 1.0 / 50.0);
    let rate = (a * t + b * s) / (s + t);
    let dispersion: f64 = 1.0 + 2.0 * (a - b) * (a - b) * s * t / ((s + t) * (s + t) * (a * t + b * s));
    let window = 10_000_000_000_000;
    let (mut counts, mut early) = (Vec::new(), Vec::new());
    for replication in 0..2000 {
        let mut stream = busload::sim::Stream::new(1, replication, "mmpp", "arrivals");
        let mut arrivals = Arrivals::new(&pattern, 0.0, &Profile::default());
        let times = std::iter::from_fn(|| arrivals.next(&mut stream)).map(|time| time.0).take_while(|time| *time < window);
        let times: Vec<u64> = times.collect();
        early.push(times.iter().filter(|time| **time < 5_000_000_000).count() as f64);
        counts.push(times.len() as f64);
    }
    let seen = moments(&counts);
    assert!((seen.mean - rate * 1e4).abs() < ERRORS * seen.mean_error, "{} arrivals", seen.mean);
    let error = ERRORS * seen.variance_error / seen.mean;
    assert!((seen.variance / seen.mean - dispersion).abs() < error + 0.01 * dispersion, "dispersion {}", seen.variance / seen.mean);
    let seen = moments(&early);
    assert!((seen.mean - rate * 5.0).abs() < ERRORS * seen.mean_error, "{} early arrivals", seen.mean);
}

#[test]
fn an_mmpp_may_be_silent_in_a_phase() {
    let pattern = Pattern::Mmpp(vec![(0.0, Span::from_secs(10)), (5.0, Span::from_secs(10)), (1e9, Span::ZERO)]);
    let count = until(10 * DAY, &pattern, 0.0, None).len() as f64;
    assert!((count / (2.5 * 864_000.0) - 1.0).abs() < 0.03, "{count} arrivals");
}

#[test]
fn a_trace_is_replayed_with_its_sequence_numbers_and_draws_nothing() {
    let mut drawn = stream("trace");
    let mut untouched = drawn.clone();
    let rows = [(Time(5), 70), (Time(5), 71), (Time(9), 80)];
    let mut arrivals = Arrivals::new(&Pattern::Trace(Arc::new(rows.into_iter().collect())), 0.0, &daily(Some([0.0; 24])));
    assert_eq!(arrivals.sequence(), None);
    for (time, sequence) in [(5, 70), (5, 71), (9, 80)] {
        assert_eq!(arrivals.next(&mut drawn), Some(Time(time)));
        assert_eq!(arrivals.sequence(), Some(sequence));
    }
    assert_eq!(arrivals.next(&mut drawn), None);
    assert_eq!(drawn.bits(), untouched.bits());
}

#[test]
fn nothing_comes_without_a_rate_or_a_busy_hour() {
    let mut stream = stream("never");
    let mut never = |pattern: &Pattern, rate, hourly| assert_eq!(Arrivals::new(pattern, rate, &daily(hourly)).next(&mut stream), None);
    for rate in [0.0, -1.0, f64::NAN, 1e-300] {
        never(&Pattern::Poisson, rate, None);
        never(&Pattern::Regular, rate, None);
        never(&Pattern::Sine { amplitude: 0.5, period: Span(DAY) }, rate, None);
    }
    for pattern in [Pattern::Poisson, Pattern::Regular, Pattern::Gaps(Distribution::constant(Span(1)))] {
        never(&pattern, 1.0, Some([0.0; 24]));
    }
    never(&Pattern::Gaps(Distribution::constant(Span::MAX).plus(Distribution::exponential(Span(1)))), 1.0, Some(PROFILE));
    never(&Pattern::Mmpp(vec![]), 1.0, None);
    never(&Pattern::Mmpp(vec![(0.0, Span(1))]), 1.0, None);
    never(&Pattern::Trace(Arc::default()), 1.0, None);
}

#[test]
fn a_single_busy_hour_takes_all_arrivals() {
    let mut hourly = [0.0; 24];
    hourly[13] = 0.5;
    let times = until(5 * DAY, &Pattern::Poisson, 1.0, Some(hourly));
    assert_eq!(by_hour(&times)[13], times.len() as u64);
    assert!((times.len() as f64 - 432_000.0).abs() < ERRORS * 432_000.0_f64.sqrt());
}

#[test]
fn rounding_to_nanoseconds_does_not_drift() {
    // 0.7 ns on average: rounded one by one, such gaps would be off by tens of percent.
    let mut stream = stream("fast");
    let mut arrivals = Arrivals::new(&Pattern::Poisson, 1e9 / 0.7, &Profile::default());
    let last = (0..1_000_000).map(|_| arrivals.next(&mut stream).unwrap().0).last().unwrap();
    assert!((last as f64 / 0.7e6 - 1.0).abs() < ERRORS * 1e-3);
    // Thirty days of gaps of a third of a millisecond: the same draws summed up exactly.
    let mut arrivals = Arrivals::new(&Pattern::Poisson, 3.0, &Profile::default());
    let (mut stream, mut copy, mut sum) = (crate::sampling::stream("drift"), crate::sampling::stream("drift"), 0.0);
    let mut lost = 0.0;
    for _ in 0..3_000_000 {
        let time = arrivals.next(&mut stream).unwrap().0;
        // Kahan's summation.
        let gap = copy.exponential() * (1e9 / 3.0) - lost;
        let next: f64 = sum + gap;
        lost = next - sum - gap;
        sum = next;
        assert!((time as f64 - sum).abs() <= 0.6);
    }
}

/// Guards sameness over builds and machines; change it only together with a note that results change.
#[test]
fn arrivals_have_the_same_nanoseconds_everywhere() {
    let phases = vec![(20.0, Span::from_secs(20)), (2.0, Span::from_secs(50)), (0.0, Span::from_secs(5))];
    let patterns = [
        ("poisson", Pattern::Poisson),
        ("regular", Pattern::Regular),
        ("gaps", Pattern::Gaps(Distribution::erlang(4, Span::from_millis(172)).unwrap())),
        ("sine", Pattern::Sine { amplitude: 0.9, period: Span(DAY) }),
        ("mmpp", Pattern::Mmpp(phases)),
    ];
    let mut seen = Vec::new();
    for (name, pattern) in patterns {
        for (with, hourly) in [("without", None), ("with", Some(PROFILE))] {
            let mut stream = stream(name);
            let mut arrivals = Arrivals::new(&pattern, PER_DAY, &daily(hourly));
            let print = fingerprint((0..1_000_000).map(|_| arrivals.next(&mut stream).unwrap().0));
            seen.push(format!("{name} {with} profile: {print:016x}"));
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    poisson without profile: 8084d877d703b3db
    poisson with profile: 1b2d50aa9a51a33b
    regular without profile: ca64fcf29c3ad9b1
    regular with profile: d353805f302dadbb
    gaps without profile: 0ad7b95ceaf4b976
    gaps with profile: fe4ea34e46876b54
    sine without profile: d2d8de21af89a4d3
    sine with profile: b5b63aa84a7faec2
    mmpp without profile: 7436a8912d717261
    mmpp with profile: 7436a8912d717261
    "#);
}
