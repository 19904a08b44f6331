//! Distributions: moments by sampling, second opinions, fits and their refusals, sameness.

use crate::sampling::{ERRORS, assert_same_law, assert_share, fingerprint, moments, stream};
use busload::sim::{Distribution, FitError, Moment};
use busload::units::Span;
use rand::SeedableRng;
use rand_distr::Distribution as _;
use rand_xoshiro::Xoshiro256PlusPlus;

const MS: f64 = 1e-3;

fn ms(millis: u64) -> Span {
    Span::from_millis(millis)
}

fn quantile(probability: f64, value: f64) -> Moment {
    Moment::Quantile { probability, value }
}

fn draw(distribution: &Distribution, n: usize) -> Vec<f64> {
    let mut stream = stream("distribution");
    (0..n).map(|_| distribution.sample(&mut stream).seconds()).collect()
}

/// One of each family, with variances (and fourth moments, where the tolerance needs them) that exist.
fn families() -> Vec<(&'static str, Distribution)> {
    let (mean, cv) = (Moment::Mean(20.0 * MS), Moment::Cv);
    let all = || -> Result<Vec<(&'static str, Distribution)>, FitError> {
        Ok(vec![
            ("constant", Distribution::constant(ms(20))),
            ("exponential", Distribution::exponential(ms(20))),
            ("uniform", Distribution::uniform(ms(5), ms(9))?),
            ("normal", Distribution::normal(mean, Moment::Sd(4.0 * MS))?),
            ("normal, deeply cut", Distribution::normal(mean, Moment::Sd(30.0 * MS))?),
            ("lognormal", Distribution::lognormal(mean, cv(0.8))?),
            ("gamma above 1", Distribution::gamma(mean, cv(0.5))?),
            ("gamma below 1", Distribution::gamma(mean, cv(1.6))?),
            ("erlang", Distribution::erlang(4, ms(20))?),
            ("hyperexponential", Distribution::hyperexponential(ms(20), 2.0)?),
            ("pareto", Distribution::pareto(ms(5), 9.0)?),
            ("weibull", Distribution::weibull_shape(ms(20), 0.8)?),
            ("empirical", Distribution::empirical(vec![(0.001, 1.0), (0.002, 2.5), (0.01, 0.5), (0.5, 0.25)])?),
            ("sum", Distribution::constant(Span(27_000)).plus(Distribution::exponential(ms(5)))),
            (
                "sum of three",
                Distribution::erlang(3, ms(9))?.plus(Distribution::exponential(ms(5))).plus(Distribution::uniform(ms(0), ms(2))?),
            ),
        ])
    };
    all().unwrap()
}

#[test]
fn every_family_is_drawn_with_the_mean_and_the_variance_it_states() {
    for (name, distribution) in families() {
        let seen = moments(&draw(&distribution, 300_000));
        let (mean, variance) = (distribution.mean(), distribution.variance());
        assert!((seen.mean - mean).abs() <= ERRORS * seen.mean_error + 1e-12, "{name}: mean {} for {mean}", seen.mean);
        let error = ERRORS * seen.variance_error + 1e-20;
        assert!((seen.variance - variance).abs() <= error, "{name}: variance {} for {variance}", seen.variance);
    }
}

#[test]
fn a_second_library_draws_the_same_laws() {
    let n = 200_000;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut compare = |name: &str, own: Result<Distribution, FitError>, theirs: &dyn Fn(&mut Xoshiro256PlusPlus) -> f64| {
        assert_same_law(name, draw(&own.unwrap(), n), (0..n).map(|_| theirs(&mut rng)).collect());
    };
    let mean = Moment::Mean(1.0);
    let other = rand_distr::Gamma::new(4.0, 0.25).unwrap();
    compare("gamma 4", Distribution::gamma(mean, Moment::Cv(0.5)), &|rng| other.sample(rng));
    let other = rand_distr::Gamma::new(0.3, 1.0 / 0.3).unwrap();
    compare("gamma 0.3", Distribution::gamma(mean, Moment::Sd((1.0_f64 / 0.3).sqrt())), &|rng| other.sample(rng));
    let other = rand_distr::LogNormal::new(0.0, 1.25).unwrap();
    let p = 0.975;
    let own = Distribution::lognormal(quantile(0.5, 1.0), quantile(p, (1.25_f64 * 1.959_963_984_540_054).exp()));
    compare("lognormal", own, &|rng| other.sample(rng));
    let other = rand_distr::Weibull::new(1.0, 0.7).unwrap();
    let one = 1.0 - (-1.0_f64).exp();
    compare("weibull", Distribution::weibull(quantile(one, 1.0), quantile(0.5, 2.0_f64.ln().powf(1.0 / 0.7))), &|rng| other.sample(rng));
    let other = rand_distr::Pareto::new(1.0, 1.5).unwrap();
    compare("pareto", Distribution::pareto(Span::from_secs(1), 1.5), &|rng| other.sample(rng));
    let other = rand_distr::Normal::new(1.0, 0.8).unwrap();
    let cut = move |rng: &mut Xoshiro256PlusPlus| std::iter::repeat_with(|| other.sample(rng)).find(|x| *x >= 0.0).unwrap();
    compare("normal, cut", Distribution::normal(mean, Moment::Sd(0.8)), &cut);
}

/// Builds a two-parameter family from two moments.
type Build = fn(Moment, Moment) -> Result<Distribution, FitError>;
const SCALED: [(&str, Build); 3] =
    [("lognormal", Distribution::lognormal), ("gamma", Distribution::gamma), ("weibull", Distribution::weibull)];

#[test]
fn fits_return_the_moments_that_they_were_given() {
    let n = 200_000;
    let p = |probability, value| quantile(probability, value * MS);
    let (mean, sd) = (Moment::Mean(20.0 * MS), Moment::Sd(15.0 * MS));
    let pairs = [
        (mean, sd),
        (mean, Moment::Cv(0.4)),
        (Moment::Cv(1.7), mean),
        (sd, Moment::Cv(0.6)),
        (p(0.5, 18.0), p(0.99, 120.0)),
        (p(0.95, 30.0), p(0.5, 18.0)),
        (p(0.9, 25.0), p(0.999, 27.0)),
        (mean, p(0.99, 60.0)),
        (mean, p(0.5, 12.0)),
        (p(0.9, 45.0), mean),
        (sd, p(0.95, 50.0)),
        (p(0.99, 80.0), Moment::Cv(0.9)),
        (p(0.5, 20.0), Moment::Cv(0.05)),
    ];
    for (name, build) in SCALED {
        for (a, b) in pairs {
            let fitted = build(a, b).unwrap_or_else(|error| panic!("{name} {a:?} {b:?}: {error} ({})", error.hint));
            let sample = draw(&fitted, n);
            for moment in [a, b] {
                assert_has(name, &fitted, &sample, moment);
            }
        }
    }
}

fn assert_has(name: &str, fitted: &Distribution, sample: &[f64], moment: Moment) {
    let close = |is: f64, wanted: f64| assert!((is / wanted - 1.0).abs() < 1e-9, "{name} {moment:?}: {is}");
    match moment {
        Moment::Mean(mean) => close(fitted.mean(), mean),
        Moment::Sd(sd) => close(fitted.variance().sqrt(), sd),
        Moment::Cv(cv) => close(fitted.variance().sqrt() / fitted.mean(), cv),
        Moment::Quantile { probability, value } => {
            let below = sample.iter().filter(|x| **x <= value).count();
            assert_share(&format!("{name} {moment:?}"), below, sample.len(), probability);
        }
    }
}

#[test]
fn normals_are_fitted_from_any_pair() {
    let expected = Distribution::normal(Moment::Mean(1.0), Moment::Sd(0.1)).unwrap();
    let p99 = quantile(0.99, 1.0 + 0.1 * 2.326_347_874_040_841);
    for (a, b) in [
        (Moment::Mean(1.0), Moment::Cv(0.1)),
        (Moment::Sd(0.1), Moment::Cv(0.1)),
        (Moment::Mean(1.0), p99),
        (Moment::Sd(0.1), p99),
        (p99, Moment::Cv(0.1)),
        (p99, quantile(0.5, 1.0)),
        (quantile(0.01, 1.0 - 0.1 * 2.326_347_874_040_841), p99),
    ] {
        let fitted = Distribution::normal(a, b).unwrap();
        assert!((fitted.mean() - expected.mean()).abs() < 1e-12 && (fitted.variance() - expected.variance()).abs() < 1e-12, "{a:?} {b:?}");
    }
}

#[test]
fn of_two_lognormals_the_one_with_the_smaller_sigma_is_taken() {
    // p99 = 60 ms at mean 20 ms: sigma = z - sqrt(z^2 - 2 ln 3) or z + the same.
    let fitted = Distribution::lognormal(Moment::Mean(20.0 * MS), quantile(0.99, 60.0 * MS)).unwrap();
    let z = 2.326_347_874_040_841_f64;
    let sigma = z - (z * z - 2.0 * 3.0_f64.ln()).sqrt();
    let cv = (sigma * sigma).exp_m1().sqrt();
    assert!((fitted.variance().sqrt() / fitted.mean() / cv - 1.0).abs() < 1e-9);
}

#[test]
fn moments_of_a_constant_give_the_constant() {
    let (mean, value) = (Moment::Mean(0.02), quantile(0.99, 0.02));
    for (a, b) in [(mean, Moment::Sd(0.0)), (mean, Moment::Cv(0.0)), (mean, value), (value, quantile(0.5, 0.02)), (Moment::Cv(0.0), value)]
    {
        for build in [Distribution::normal, Distribution::lognormal, Distribution::gamma, Distribution::weibull] {
            assert_eq!(build(a, b).unwrap().as_constant(), Some(ms(20)), "{a:?} {b:?}");
        }
    }
}

#[test]
fn impossible_moments_are_refused_with_a_sentence_and_a_hint() {
    let mean = Moment::Mean(20.0 * MS);
    let p = |probability, value| quantile(probability, value * MS);
    let told = |result: Result<Distribution, FitError>| {
        let error = result.unwrap_err();
        format!("{error}; {}", error.hint)
    };
    let cases = [
        told(Distribution::lognormal(p(0.5, 18.0), p(0.99, 12.0))),
        told(Distribution::lognormal(mean, Moment::Mean(1.0))),
        told(Distribution::gamma(p(0.99, 1.0), p(0.99, 1.0))),
        told(Distribution::lognormal(mean, p(0.99, 400.0))),
        told(Distribution::gamma(mean, p(0.5, 30.0))),
        told(Distribution::weibull(mean, p(0.99, 1000.0))),
        told(Distribution::lognormal(Moment::Sd(1.0), Moment::Cv(0.0))),
        told(Distribution::normal(mean, p(0.5, 30.0))),
        told(Distribution::normal(mean, p(0.99, 12.0))),
        told(Distribution::normal(p(0.9, 1.0), p(0.99, 10.0))),
        told(Distribution::lognormal(Moment::Mean(-1.0), Moment::Cv(1.0))),
        told(Distribution::lognormal(Moment::Mean(f64::NAN), Moment::Cv(1.0))),
        told(Distribution::lognormal(mean, p(1.0, 3.0))),
        told(Distribution::uniform(ms(9), ms(5))),
        told(Distribution::erlang(0, ms(5))),
        told(Distribution::hyperexponential(ms(5), 0.5)),
        told(Distribution::pareto(ms(5), 0.0)),
        told(Distribution::weibull_shape(ms(5), -1.0)),
        told(Distribution::empirical(vec![])),
        told(Distribution::empirical(vec![(0.1, 0.0)])),
        told(Distribution::empirical(vec![(-0.1, 1.0)])),
        told(Distribution::empirical(vec![(0.1, f64::INFINITY)])),
    ];
    insta::assert_snapshot!(cases.join("\n"), @r#"
    the p99 12ms is below the p50 18ms; a higher percentile is never below a lower one
    mean 20ms and mean 1s are the same moment twice; give two different ones of mean, sd, cv and percentiles
    p99 1ms and p99 1ms are the same moment twice; give two different ones of mean, sd, cv and percentiles
    no lognormal distribution has mean 20ms and p99 400ms; with mean 20ms the p99 is at most 299 ms
    no gamma distribution has mean 20ms and p50 30ms; with mean 20ms the p50 is at most 20 ms
    no weibull distribution has mean 20ms and p99 1s; with mean 20ms the p99 is at most 375 ms
    sd and cv give the mean by division, and one of them is 0; give the mean
    no normal distribution has mean 20ms and p50 30ms; its mean is its p50; percentiles above p50 are larger than the mean, those below smaller
    no normal distribution has mean 20ms and p99 12ms; its mean is its p50; percentiles above p50 are larger than the mean, those below smaller
    no normal distribution has p90 1ms and p99 10ms; its mean would be negative; lognormal, gamma and weibull have no negative part
    mean -1s is not possible; a mean is above 0
    mean NaNs is not possible; a mean is above 0
    p100 3ms is not possible; a percentile lies between p0 and p100 (excluded) and its value is above 0
    a uniform distribution from 9ms to 5ms ends before it begins; write the smaller one first: uniform(5ms, 9ms)
    an erlang distribution has no phases; give it one or more: erlang(4, mean=20ms)
    a hyperexponential distribution has no cv of 0.5; its cv is 1 or more; below 1 use gamma or erlang
    a pareto distribution has no alpha of 0; its alpha is above 0
    a weibull distribution has no shape of -1; its shape is above 0
    an empirical distribution has no samples; give one or more values that are not negative, each with a weight above 0
    an empirical distribution has no samples; give one or more values that are not negative, each with a weight above 0
    an empirical distribution of spans has no value of -0.1 s; give one or more values that are not negative, each with a weight above 0
    a sample of an empirical distribution has no weight of inf; give one or more values that are not negative, each with a weight above 0
    "#);
}

#[test]
fn samples_are_drawn_exactly_and_in_proportion() {
    let weights = [(0.001, 1.0), (0.002, 2.0), (0.003, 0.0), (0.001, 3.0), (7.0, 0.01)];
    let distribution = Distribution::empirical(weights.to_vec()).unwrap();
    let n = 300_000;
    let sample = draw(&distribution, n);
    let count = |value: f64| sample.iter().filter(|x| **x == value).count();
    assert_share("1 ms", count(0.001), n, 4.0 / 6.01);
    assert_share("2 ms", count(0.002), n, 2.0 / 6.01);
    assert_share("7 s", count(7.0), n, 0.01 / 6.01);
    assert_eq!(count(0.001) + count(0.002) + count(7.0), n);
    assert_eq!(Distribution::empirical(vec![(0.5, 2.0)]).unwrap().as_constant(), Some(ms(500)));
}

#[test]
fn constants_and_zeros_are_known_as_such_and_draw_nothing() {
    let mut drawn = stream("constant");
    let mut untouched = drawn.clone();
    assert!(Distribution::default().is_zero());
    assert!(Distribution::exponential(Span::ZERO).is_zero());
    let two = Distribution::constant(ms(1)).plus(Distribution::constant(ms(2)));
    assert_eq!((two.as_constant(), two.is_zero(), two.sample(&mut drawn)), (Some(ms(3)), false, ms(3)));
    assert_eq!(Distribution::default().sample(&mut drawn), Span::ZERO);
    assert_eq!(drawn.bits(), untouched.bits());
    let sum = two.plus(Distribution::exponential(ms(4)));
    assert_eq!((sum.as_constant(), sum.is_zero()), (None, false));
    assert!((sum.mean() - 7.0 * MS).abs() < 1e-15 && (sum.variance() - 16e-6).abs() < 1e-15);
}

#[test]
fn what_does_not_exist_is_infinite() {
    let pareto = |alpha| Distribution::pareto(ms(5), alpha).unwrap();
    assert_eq!(pareto(1.0).mean(), f64::INFINITY);
    assert!((pareto(1.5).mean() - 0.015).abs() < 1e-15);
    assert_eq!(pareto(2.0).variance(), f64::INFINITY);
    assert!((pareto(3.0).variance() - 0.005_f64.powi(2) * 0.75).abs() < 1e-15);
}

#[test]
fn extreme_values_neither_panic_nor_wrap() {
    let extremes = [
        Distribution::exponential(Span::MAX),
        Distribution::exponential(Span(1)),
        Distribution::constant(Span::MAX).plus(Distribution::exponential(Span::MAX)),
        Distribution::uniform(Span::ZERO, Span::MAX).unwrap(),
        Distribution::lognormal(Moment::Mean(1e300), Moment::Cv(1e8)).unwrap(),
        Distribution::lognormal(Moment::Mean(1e-300), Moment::Cv(1e-100)).unwrap(),
        Distribution::gamma(Moment::Mean(1e300), Moment::Cv(1e-5)).unwrap(),
        Distribution::gamma(Moment::Mean(1e-300), Moment::Cv(1e5)).unwrap(),
        Distribution::weibull_shape(Span::MAX, 1e-3).unwrap(),
        Distribution::weibull_shape(Span(1), 1e5).unwrap(),
        Distribution::pareto(Span::MAX, 1e-9).unwrap(),
        Distribution::hyperexponential(Span::MAX, 1e6).unwrap(),
        Distribution::erlang(u32::MAX, Span::MAX).unwrap(),
        Distribution::empirical(vec![(1e300, 1e300), (0.0, 1e-300)]).unwrap(),
        Distribution::normal(Moment::Mean(1e-9), Moment::Sd(1e9)).unwrap(),
    ];
    let mut stream = stream("extreme");
    for distribution in &extremes {
        for _ in 0..1000 {
            distribution.sample(&mut stream);
        }
    }
    let longest = (0..1000).map(|_| extremes[2].sample(&mut stream)).min();
    assert_eq!(longest, Some(Span::MAX));
}

/// Guards sameness over builds and machines; change it only together with a note that results change.
#[test]
fn a_million_draws_have_the_same_nanoseconds_everywhere() {
    let seen: Vec<String> = families()
        .into_iter()
        .map(|(name, distribution)| {
            let mut stream = stream(name);
            format!("{name}: {:016x}", fingerprint((0..1_000_000).map(|_| distribution.sample(&mut stream).0)))
        })
        .collect();
    insta::assert_snapshot!(seen.join("\n"), @r#"
    constant: 61b3d1703a7cd193
    exponential: b31c3e42ea9ff1fb
    uniform: 3944f3b22e849378
    normal: f195f28c5fe7b561
    normal, deeply cut: 361507ae365ffa04
    lognormal: 8a0d586aa4cc9aea
    gamma above 1: f748beb5e9434dd4
    gamma below 1: da66c41bc2ebe158
    erlang: 25dd8101824a6781
    hyperexponential: 492253764c202e23
    pareto: 1c11c8f739057114
    weibull: bd6d9ab7dc5d4a79
    empirical: 972e6b9a0c01eb67
    sum: d37946c5beff3b24
    sum of three: a262c2415816b471
    "#);
}
