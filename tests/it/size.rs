//! The cheapest setting, where Erlang's formula says which one it is.

use crate::run_help::{Nobody, steady};
use busload::experiment::Refusal;
use busload::experiment::size::size;
use busload::outcome::size::SizeOutcome;
use busload::scenario::{Axis, Design, MemoryFiles};
use busload::theory::Mmc;

/// Two M/M/c stations in a row: a topic's subscriber, and another one's; prices differ.
fn text(price: &str) -> String {
    format!(
        r#"{}
        [sor.source]
        [event.change]
        from = "source"
        to = "changes"
        rate = "2.1/s"
        [segment.bus]
        [topic.changes]
        segment = "bus"
        [subscriber.fast]
        from = "changes"
        workers = 1
        work = "exp(1s)"
        [subscriber.slow]
        from = "changes"
        workers = 1
        work = "exp(2s)"
        [objective]
        "subscriber.fast.end_to_end.mean" = "< 1.5s"
        "subscriber.slow.end_to_end.mean" = "< 3s"
        {price}
        "#,
        steady("Two stations", 6000).replace("replications = 30", "replications = 10")
    )
}

const PRICE: &str = "[price]\ncurrency = \"EUR\"\n\"subscriber.fast.workers\" = 10\n\"subscriber.slow.workers\" = 25";

fn search(text: &str, survive: u32) -> Result<Option<SizeOutcome>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    let axes = [Axis::parse("subscriber.fast.workers", "1..8").unwrap(), Axis::parse("subscriber.slow.workers", "1..10").unwrap()];
    size(&Design::new("a.toml", &mut files, Vec::new()), &axes, survive, &Nobody)
}

fn found(text: &str, survive: u32) -> SizeOutcome {
    search(text, survive).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

/// Fewest servers at which the mean sojourn is below the bound (Erlang C).
fn fewest(service: f64, bound: f64) -> u64 {
    let met = |servers: &u32| Mmc::new(2.1, 1.0 / service, *servers).is_some_and(|station| station.mean_sojourn() < bound);
    u64::from((1..20).find(met).expect("some number is enough"))
}

fn numbers(settings: &[(String, String)]) -> Vec<u64> {
    settings.iter().map(|(_, value)| value.parse().unwrap()).collect()
}

#[test]
fn the_cheapest_setting_is_the_one_that_theory_names() {
    let outcome = found(&text(PRICE), 0);
    let best = outcome.best.expect("one is enough");
    let truth = vec![fewest(1.0, 1.5), fewest(2.0, 3.0)];
    assert_eq!(numbers(&best.settings), truth);
    assert_eq!(best.cost, 10.0 * truth[0] as f64 + 25.0 * truth[1] as f64);
    assert_eq!(outcome.rejected.len(), 2, "both smaller neighbors fail");
    assert!(outcome.not_monotone.is_empty());
    assert!(outcome.points.len() < 40, "{} of 80 settings are simulated", outcome.points.len());
}

#[test]
fn what_is_to_survive_a_loss_has_one_more_of_each() {
    let outcome = found(&text(PRICE), 1);
    let truth = vec![fewest(1.0, 1.5) + 1, fewest(2.0, 3.0) + 1];
    assert_eq!(numbers(&outcome.survivor.expect("the grid is large enough").settings), truth);
}

#[test]
fn without_prices_every_unit_counts_as_one() {
    let outcome = found(&text(""), 0);
    let best = outcome.best.expect("one is enough");
    assert_eq!(best.cost, numbers(&best.settings).iter().sum::<u64>() as f64);
    assert!(!outcome.priced);
}

#[test]
fn where_nothing_is_enough_that_is_the_answer() {
    let outcome = found(&text(PRICE).replace("< 3s", "< 1.9s"), 0);
    assert!(outcome.best.is_none());
    assert!(outcome.conclusion.starts_with("No setting of 80 meets every objective"), "{}", outcome.conclusion);
}

#[test]
fn words_are_not_tuned() {
    let mut files = MemoryFiles::default().with("a.toml", text(""));
    let axes = [Axis::parse("subscriber.fast.guard", "none,version").unwrap()];
    let Err(Refusal::Sentence(sentence)) = size(&Design::new("a.toml", &mut files, Vec::new()), &axes, 0, &Nobody) else {
        panic!("a guard is no number")
    };
    assert!(sentence.contains("only whole numbers"), "{sentence}");
}
