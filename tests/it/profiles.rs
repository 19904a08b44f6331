//! Weekdays and surges: what comes when, against counts that can be worked out by hand.

use crate::sampling::{ERRORS, assert_counts, stream};
use busload::sim::{Arrivals, Distribution, Pattern, Profile, Surge};
use busload::units::{Span, Time};

const HOUR: u64 = 3_600_000_000_000;
const DAY: u64 = 24 * HOUR;
const WEEK: [f64; 7] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0];
const HOURS: [f64; 24] =
    [0.0, 1.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 14.0, 16.0, 12.0, 9.0, 8.0, 8.0, 9.0, 10.0, 11.0, 10.0, 8.0, 6.0, 4.0, 3.0, 2.0, 1.0];

fn times(end: u64, pattern: &Pattern, rate: f64, profile: &Profile) -> Vec<u64> {
    let mut stream = stream("profiles");
    let mut arrivals = Arrivals::new(pattern, rate, profile);
    let times: Vec<u64> = std::iter::from_fn(|| arrivals.next(&mut stream)).map(|time| time.0).take_while(|time| *time < end).collect();
    assert!(times.is_sorted());
    times
}

fn surge(from: u64, to: u64, factor: f64) -> Surge {
    Surge { from: Time(from), to: Time(to), factor }
}

/// Counts by hour of two weeks, and what an inhomogeneous Poisson process expects there.
fn assert_hours(what: &str, times: &[u64], expected: impl Fn(u64) -> f64) {
    let mut seen = vec![0; 14 * 24];
    times.iter().for_each(|time| seen[(time / HOUR) as usize] += 1);
    let expected: Vec<f64> = (0..14 * 24).map(expected).collect();
    let (busy, idle): (Vec<usize>, Vec<usize>) = (0..14 * 24).partition(|hour| expected[*hour] > 0.0);
    assert!(idle.iter().all(|hour| seen[*hour] == 0), "{what}: arrivals in an empty hour");
    let of = |hours: &[usize]| hours.iter().map(|hour| (seen[*hour], expected[*hour])).unzip::<u64, f64, Vec<_>, Vec<_>>();
    let (seen, expected) = of(&busy);
    assert_counts(what, &seen, &expected);
}

#[test]
fn a_week_has_its_days_and_its_mean_rate() {
    let week = Profile { weekly: Some(WEEK), ..Profile::default() };
    let day = |hour: u64| WEEK[(hour / 24 % 7) as usize] / 3.0 * 1000.0;
    assert_hours("weekly", &times(14 * DAY, &Pattern::Poisson, 1000.0 / 3600.0, &week), day);
    let both = Profile { hourly: Some(HOURS), ..week };
    let mean = HOURS.iter().sum::<f64>() / 24.0;
    let hour = |hour: u64| day(hour) * HOURS[(hour % 24) as usize] / mean;
    assert_hours("weekly and hourly", &times(14 * DAY, &Pattern::Poisson, 1000.0 / 3600.0, &both), hour);
}

/// Two surges overlap from 26:00 to 27:00, a third stops everything in the second week's first hours.
#[test]
fn a_surge_multiplies_and_surges_multiply_each_other() {
    let surges = vec![surge(25 * HOUR, 27 * HOUR, 4.0), surge(26 * HOUR, 29 * HOUR, 0.5), surge(169 * HOUR, 176 * HOUR, 0.0)];
    let factor = |hour: u64| match hour {
        25 => 4.0,
        26 => 2.0,
        27 | 28 => 0.5,
        169..176 => 0.0,
        _ => 1.0,
    };
    for (what, hourly, weekly) in [("alone", None, None), ("over a profile", Some(HOURS), Some(WEEK))] {
        let profile = Profile { hourly, weekly, surges: surges.clone() };
        let base = |hour: u64| {
            let day = weekly.map_or(1.0, |days| days[(hour / 24 % 7) as usize] / 3.0);
            let mean = HOURS.iter().sum::<f64>() / 24.0;
            1000.0 * day * hourly.map_or(1.0, |hours| hours[(hour % 24) as usize] / mean)
        };
        assert_hours(what, &times(14 * DAY, &Pattern::Poisson, 1000.0 / 3600.0, &profile), |hour| base(hour) * factor(hour));
    }
}

/// Ten a second; five minutes before three the rate trebles for ten minutes. Regular arrivals show each instant.
#[test]
fn a_surge_begins_and_ends_to_the_nanosecond() {
    let (from, to) = (3 * HOUR - 300_000_000_000, 3 * HOUR + 300_000_000_000);
    let profile = Profile { surges: vec![surge(from, to, 3.0)], ..Profile::default() };
    let times = times(4 * HOUR, &Pattern::Regular, 10.0, &profile);
    let within = |from: u64, to: u64| times.iter().filter(|time| **time > from && **time <= to).count();
    assert_eq!((within(0, from), within(from, to)), (105_000, 18_000));
    assert_eq!(times[105_000] - from, 33_333_333);
    assert!(times.windows(2).all(|pair| match pair[1] {
        inside if inside > from && inside <= to => (pair[1] - pair[0]).abs_diff(33_333_333) <= 1,
        _ => (pair[1] - pair[0]).abs_diff(100_000_000) <= 1,
    }));
}

#[test]
fn what_is_expected_is_what_the_pieces_add_up_to() {
    let hours = |h: f64| Time((h * HOUR as f64) as u64);
    let flat = Profile::default();
    assert_eq!(flat.expected(hours(30.0)), 30.0 * 3600.0);
    let week = Profile { weekly: Some(WEEK), ..Profile::default() };
    // Half of the second Wednesday: a week of mean 1 and 1/3 + 2/3 + 1/2 days.
    assert_eq!(week.expected(hours(24.0 * 9.5)), 8.5 * 86_400.0);
    let surges = Profile { surges: vec![surge(HOUR, 2 * HOUR, 4.0), surge(HOUR / 2 * 3, 5 * HOUR, 0.0)], ..Profile::default() };
    assert!((surges.expected(hours(30.0)) - 3600.0 * (1.0 + 2.0 + 25.0)).abs() < 1e-6);
    assert_eq!(surges.expected(hours(1.25)), 3600.0 * 2.0);
    let never = Profile { weekly: Some([0.0; 7]), ..Profile::default() };
    assert_eq!(never.expected(hours(30.0)), 0.0);
    // A year in one leap, and all of time.
    assert!((week.expected(hours(24.0 * 364.0)) - 364.0 * 86_400.0).abs() < 1e-3);
    assert!(week.expected(Time::MAX) > 1.8e10);
}

/// All patterns that a profile acts on.
#[test]
fn a_surge_doubles_every_pattern_that_has_a_rate() {
    let surges = vec![surge(0, 10 * DAY, 2.0)];
    let patterns = [
        Pattern::Poisson,
        Pattern::Regular,
        Pattern::Gaps(Distribution::erlang(4, Span::from_secs(1)).unwrap()),
        Pattern::Sine { amplitude: 0.8, period: Span(DAY) },
    ];
    for pattern in patterns {
        let count = times(10 * DAY, &pattern, 1.0, &Profile { surges: surges.clone(), ..Profile::default() }).len() as f64;
        let expected = 2.0 * 864_000.0;
        assert!((count - expected).abs() < ERRORS * f64::sqrt(expected), "{pattern:?}: {count}");
    }
    let bursts = Pattern::Mmpp(vec![(2.0, Span::from_secs(20)), (0.2, Span::from_secs(50))]);
    let profile = Profile { surges, ..Profile::default() };
    assert_eq!(times(DAY, &bursts, 0.0, &profile), times(DAY, &bursts, 0.0, &Profile::default()));
}

/// Without a surge ahead whole cycles are left out: an event every thousand years costs nothing.
#[test]
fn rare_arrivals_are_found_at_once() {
    let profile = Profile { hourly: Some(HOURS), surges: vec![surge(HOUR, 2 * HOUR, 3.0)], ..Profile::default() };
    let all = times(u64::MAX, &Pattern::Poisson, 1e-9, &profile);
    assert!(all.len() < 60 && all.len() > 2, "{}", all.len());
    let stopped = Profile { surges: vec![surge(0, u64::MAX, 0.0)], ..Profile::default() };
    assert!(times(u64::MAX, &Pattern::Poisson, 1.0, &stopped).is_empty());
}
