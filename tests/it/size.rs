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

/// Each of two hosts has half of the workers, so that twice as many are needed when one is to be lost.
#[test]
fn a_host_takes_its_workers_along() {
    let hosts = text("")
        .replace("\"subscriber.fast.end_to_end.mean\" = \"< 1.5s\"", "\"subscriber.fast.utilization.mean\" = \"< 80%\"")
        .replace("\"subscriber.slow.end_to_end.mean\" = \"< 3s\"", "")
        .replacen("workers = 1\n        work = \"exp(1s)\"", "workers = 2\n        consumers = 2\n        work = \"exp(1s)\"", 1);
    let mut files = MemoryFiles::default().with("a.toml", hosts);
    let axes = [Axis::parse("subscriber.fast.workers", "2..8").unwrap()];
    let outcome = size(&Design::new("a.toml", &mut files, Vec::new()), &axes, 1, &Nobody).unwrap_or_else(|_| panic!("sound")).unwrap();
    // 2.1 of them are busy: 3 are 70 % busy, and of 6 a host leaves 3, of 5 only 2.
    assert_eq!((numbers(&outcome.best.unwrap().settings), numbers(&outcome.survivor.unwrap().settings)), (vec![3], vec![6]));
    let lost = outcome.losses.iter().find(|loss| loss.what.contains("hosts of subscriber.fast")).unwrap();
    assert_eq!((lost.verdict, lost.metric.as_str()), (busload::outcome::Verdict::Missed, "subscriber.fast.utilization.mean"));
    assert!(outcome.single.contains(&"segment.bus".to_string()) && outcome.conclusion.contains("Nothing takes over from segment.bus"));
}

/// Four queues that ask 0.3 of a segment each, which may be 70 % busy: two segments do, and three where one is to be lost, as its queues
/// are then on the others.
#[test]
fn segments_are_tuned_and_lost() {
    let mut text = format!(
        "{}\n[sor.source]\n[segment.bus]\ncost = {{ receive = \"300ms\" }}\n",
        steady("Queues", 3000).replace("replications = 30", "replications = 6")
    );
    for index in 0..4 {
        text += &format!(
            "[event.e{index}]\nfrom = \"source\"\nto = \"q{index}\"\nrate = \"1/s\"\n[queue.q{index}]\nsegment = \"bus\"\n[subscriber.s{index}]\nfrom = \"q{index}\"\n"
        );
    }
    text += "[objective]\n\"segment.bus.utilization.mean\" = \"< 70%\"\n[price]\ncurrency = \"EUR\"\n\"segment.*.threads\" = 40";
    let mut files = MemoryFiles::default().with("a.toml", text);
    let axes = [Axis::parse("segments", "1..4").unwrap()];
    let outcome = size(&Design::new("a.toml", &mut files, Vec::new()), &axes, 1, &Nobody).unwrap_or_else(|_| panic!("sound")).unwrap();
    let (best, survivor) = (outcome.best.unwrap(), outcome.survivor.unwrap());
    assert_eq!((numbers(&best.settings), best.cost, numbers(&survivor.settings)), (vec![2], 80.0, vec![3]));
    assert_eq!(best.layout.iter().map(|(_, lines)| lines.len()).collect::<Vec<_>>(), [2, 2]);
    assert!(outcome.losses.iter().any(|loss| loss.what.contains("its topics and queues on the others")), "{:?}", outcome.losses);
}

/// A setting without a price of its own is no larger than it must be.
#[test]
fn of_equally_cheap_settings_the_smallest_one_is_taken() {
    let mut files = MemoryFiles::default().with("a.toml", text(&PRICE.replace("\"subscriber.fast.workers\" = 10\n", "")));
    let axes = [Axis::parse("subscriber.fast.workers", "1..8").unwrap()];
    let settings = vec![("subscriber.slow.workers".to_string(), "10".to_string())];
    let outcome = size(&Design::new("a.toml", &mut files, settings), &axes, 0, &Nobody).unwrap_or_else(|_| panic!("sound")).unwrap();
    assert_eq!(numbers(&outcome.best.unwrap().settings), [fewest(1.0, 1.5)]);
}
