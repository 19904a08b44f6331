//! Workloads that vary, against theory: how many are in an infinite system while the rate rises and falls, week, surge, batches.
//!
//! The infinite systems carry a 25th of the load of `closed_forms.json`, to which their figures are proportional.

use crate::run_help::{agree, agrees, agrees_in_step, one_line, outcome, run, scenario_set};
use busload::outcome::Outcome;
use std::f64::consts::TAU;

const DAY: f64 = 86_400.0;
/// Of 500K events a day.
const PART: f64 = 1.0 / 25.0;
const RATE: f64 = 500_000.0 * PART / DAY;
const SERVERS: f64 = 10_000.0;

/// An infinite system over so many days.
fn infinite(title: &str, days: u32, event: &str, work: &str) -> Outcome {
    let text = one_line(title, 600, event, "", &format!("workers = {SERVERS}\nwork = \"{work}\""));
    let horizon = format!("{days}d");
    outcome(&scenario_set(&text, &[("run.kind", "day"), ("run.warm_up", "none"), ("run.horizon", &horizon)]))
}

/// The mean number in the system agrees with `number` in the steps of five minutes that begin at these instants.
fn agrees_at(outcome: &Outcome, instants: &[f64], number: impl Fn(f64) -> f64) {
    let step = outcome.series[0].step_s;
    for instant in instants {
        let index = (instant / step).round();
        // By Simpson's rule over the step.
        let at = |share: f64| number((index + share) * step);
        let mean = (at(0.0) + 4.0 * at(0.5) + at(1.0)) / 6.0;
        agrees_in_step(outcome, "subscriber.server.utilization", index as usize, mean / SERVERS);
    }
}

/// S. Eick, W. Massey and W. Whitt, "M(t)/G/infinity queues with sinusoidal arrival rates", Management Science 39, 1993, p. 241:
/// periodic steady state with mean service 1 / mu, rate a + b sin(w t).
fn exponential(t: f64) -> f64 {
    let (a, b, w, mu) = (RATE, 0.8 * RATE, TAU / DAY, 1.0 / 1800.0);
    a / mu + b * (mu * (w * t).sin() - w * (w * t).cos()) / (mu * mu + w * w)
}

/// The same with constant service d: the integral of the rate over the last d.
fn constant(t: f64) -> f64 {
    let (a, w, d) = (RATE, TAU / DAY, 7200.0);
    a * d + a / w * ((w * (t - d)).cos() - (w * t).cos())
}

/// Cases diurnal-mminf-1 and diurnal-mdinf-1 of `closed_forms.json`, on the second day, when the start is forgotten.
#[test]
fn a_day_swings_as_eick_massey_and_whitt_say() {
    let instants = [0.0, 21_600.0, 43_200.0, 64_800.0];
    let exact = [9344.212103402095, 18609.616025947467, 11489.121229931243, 2223.7173073858685];
    for (t, number) in instants.iter().zip(exact) {
        assert!((exponential(*t) / PART / number - 1.0).abs() < 1e-9);
    }
    let exact = [31005.307048443006, 81455.4024396405, 52328.02628489032, 1877.9308936928137];
    for (t, number) in instants.iter().zip(exact) {
        assert!((constant(*t) / PART / number - 1.0).abs() < 1e-9);
    }
    let second_day = [1.0, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875].map(|day| day * DAY);
    let event = |amplitude| format!("rate = \"20K/day\"\narrivals = \"sine(amplitude={amplitude}, period=24h)\"");
    let outcome = infinite("M(t)/M/infinity", 2, &event("80%"), "exp(30m)");
    agrees_at(&outcome, &second_day, exponential);
    let outcome = infinite("M(t)/D/infinity", 2, &event("100%"), "2h");
    agrees_at(&outcome, &second_day, constant);
    agrees(&outcome, "event.customer.raised", 40_000.0);
}

/// M(t)/M/infinity with a rate that is four times as high for two hours: each change of the rate is forgotten exponentially
/// (Eick, Massey and Whitt, "The physics of the M(t)/G/infinity queue", Operations Research 41, 1993, sec. 3).
#[test]
fn a_surge_fills_and_empties_an_infinite_system() {
    let text = one_line("surge", 600, "rate = \"20K/day\"", "", &format!("workers = {SERVERS}\nwork = \"exp(30m)\""));
    let text = format!("{text}\n[[surge]]\nevent = \"customer\"\nat = \"10:00\"\nfor = \"2h\"\nfactor = 4\n");
    let outcome = outcome(&scenario_set(&text, &[("run.kind", "day"), ("run.warm_up", "none"), ("run.horizon", "16h")]));
    let filled = |since: f64| if since > 0.0 { RATE * 1800.0 * (1.0 - (-since / 1800.0).exp()) } else { 0.0 };
    let number = |t: f64| filled(t) + 3.0 * filled(t - 36_000.0) - 3.0 * filled(t - 43_200.0);
    agrees_at(&outcome, &[0.0, 3_600.0, 34_200.0, 36_000.0, 37_800.0, 42_900.0, 43_200.0, 45_000.0, 54_000.0], number);
    agrees(&outcome, "event.customer.raised", RATE * 3600.0 * (16.0 + 3.0 * 2.0));
}

/// Two weeks: Monday carries a twelfth of the week, Saturday a quarter, Sunday a half.
#[test]
fn a_week_has_its_days() {
    let event = "rate = \"2K/day\"\nweekly = [1, 1, 0, 0, 1, 3, 6]";
    let outcome = infinite("week", 14, event, "1s");
    let step = outcome.series[0].step_s;
    for (day, share) in [1.0, 1.0, 0.0, 0.0, 1.0, 3.0, 6.0].iter().cycle().take(14).enumerate() {
        // The first step of a day may hold the end of what the day before began.
        let index = (day as f64 * DAY / step).round() as usize + 2;
        agrees_in_step(&outcome, "subscriber.server.throughput", index, 14_000.0 / DAY * share / 12.0);
    }
    agrees(&outcome, "event.customer.raised", 28_000.0);
}

/// Case batch-3 of `closed_forms.json`: an overnight job's fifties.
#[test]
fn large_batches_wait_for_themselves() {
    let outcome = run(&one_line("M^X/M/1 of 50", 40_000, "rate = \"500K/day\"\nbatch = 50", "", "work = \"exp(100ms)\""));
    agree(
        &outcome,
        &[
            ("subscriber.server.utilization.mean", 0.5787037037037037),
            ("subscriber.server.end_to_end.mean", 6.0527472527472534),
            ("subscriber.server.waiting.mean", 5.952747252747254),
            ("subscriber.server.in_flight.mean", 35.02747252747253),
        ],
    );
}
