//! Resources of which some change more often than others.

use crate::run_help::{agree, run, steady};
use busload::sim::{Stream, Zipf};

/// Probabilities of the ranks: proportional to 1 / rank^exponent.
fn probabilities(ranks: u32, exponent: f64) -> Vec<f64> {
    let weights: Vec<f64> = (1..=ranks).map(|rank| f64::from(rank).powf(-exponent)).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// Chi-squared against the definition; with k degrees of freedom it has mean k and variance 2k.
#[test]
fn ranks_come_as_often_as_zipf_says() {
    for (ranks, exponent) in [(1, 1.1), (2, 0.5), (50, 1.0), (1000, 1.1), (1000, 0.999), (300, 3.0)] {
        const DRAWS: u32 = 400_000;
        let zipf = Zipf::new(u64::from(ranks), exponent);
        let mut stream = Stream::new(5, 0, "event.test", "popularity");
        let mut seen = vec![0_u32; ranks as usize];
        (0..DRAWS).for_each(|_| seen[zipf.sample(&mut stream) as usize] += 1);
        // Ranks that are rarely drawn count together.
        let (mut statistic, mut classes, mut rest) = (0.0, 0.0, (0.0, 0.0));
        for (seen, probability) in seen.into_iter().zip(probabilities(ranks, exponent)) {
            rest = (rest.0 + f64::from(seen), rest.1 + probability * f64::from(DRAWS));
            if rest.1 >= 10.0 {
                statistic += (rest.0 - rest.1).powi(2) / rest.1;
                (classes, rest) = (classes + 1.0, (0.0, 0.0));
            }
        }
        let freedom: f64 = classes - 1.0;
        assert!((statistic - freedom).abs() <= 4.0 * (2.0 * freedom).sqrt() + 1e-9, "{ranks} ranks, {exponent}: {statistic} of {freedom}");
    }
}

/// A cache under unequal popularity: each resource by itself is hit lambda T / (1 + lambda T) of the time (ttl-cache of closed_forms.json).
#[test]
fn popular_resources_are_found_in_the_cache() {
    const RATE: f64 = 5.0;
    const KEPT: f64 = 60.0;
    let run_section = steady("cache under Zipf popularity", 20_000);
    let outcome = run(&format!(
        r#"{run_section}
        [sor.registry]
        workers = 1000
        service = "0"
        [event.changed]
        from = "registry"
        to = "line"
        rate = "{RATE}/s"
        resources = 500
        popularity = "zipf(1.1)"
        [segment.bus]
        [topic.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        [subscriber.server.callback]
        cache = "{KEPT}s"
        "#
    ));
    let hits: f64 = probabilities(500, 1.1)
        .into_iter()
        .map(|probability| {
            let asked = RATE * probability * KEPT;
            probability * asked / (1.0 + asked)
        })
        .sum();
    agree(&outcome, &[("subscriber.server.callback.cached", hits * RATE * 18_000.0), ("sor.registry.callbacks", (1.0 - hits) * RATE)]);
}
