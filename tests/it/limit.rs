//! The search for the highest load, where Erlang's formula gives the answer.

use crate::run_help::{Nobody, one_line};
use busload::experiment::Refusal;
use busload::experiment::limit::limit;
use busload::outcome::Verdict;
use busload::outcome::limit::LimitOutcome;
use busload::scenario::{Design, MemoryFiles};
use busload::theory::Mmc;

const WORKERS: u32 = 3;
const RATE: f64 = 1.2;

/// M/M/3 with services of 1 s.
fn text(objective: &str) -> String {
    let line = one_line("M/M/3", 4000, &format!("rate = \"{RATE}/s\""), "", &format!("workers = {WORKERS}\nwork = \"exp(1s)\""));
    format!("{}\n{objective}", line.replace("replications = 30", "replications = 10"))
}

fn search(text: &str) -> Result<Option<LimitOutcome>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    limit(&Design::new("a.toml", &mut files, Vec::new()), "load", &Nobody)
}

fn found(objective: &str) -> LimitOutcome {
    search(&text(objective)).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

/// Mean sojourn of M/M/3 at this load (Erlang C).
fn sojourn(load: f64) -> f64 {
    Mmc::new(RATE * load, 1.0, WORKERS).expect("stable").mean_sojourn()
}

/// The load at which the mean sojourn is this.
fn load_at(sojourn_wanted: f64) -> f64 {
    let (mut low, mut high) = (0.01, 3.0 / RATE - 1e-9);
    while high - low > 1e-9 {
        let middle = 0.5 * (low + high);
        if sojourn(middle) < sojourn_wanted { low = middle } else { high = middle }
    }
    low
}

#[test]
fn the_limit_of_a_station_is_where_theory_says() {
    let outcome = found("[objective]\n\"subscriber.server.end_to_end.mean\" = \"< 1.5s\"");
    let truth = load_at(1.5);
    let (low, high) = (outcome.limit.low.unwrap(), outcome.limit.high.unwrap());
    assert!(low <= truth && truth <= high, "{truth} in {low} to {high}");
    assert!(high / low < 1.15, "the interval tells something: {low} to {high}");
    let way = outcome.limit.gives_way.unwrap();
    assert_eq!((way.objective.as_str(), way.station.as_deref()), ("subscriber.server.end_to_end.mean", Some("subscriber.server")));
}

/// Credit for one message makes M/M/1 of three workers: a third busy is full.
#[test]
fn who_starves_for_credit_gives_way_first() {
    let starving = text("[objective]\n\"subscriber.server.end_to_end.mean\" = \"< 5s\"")
        .replace("rate = \"1.2/s\"", "rate = \"0.6/s\"")
        .replace("workers = 3", "workers = 3\nprefetch = 1");
    let outcome = search(&starving).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it");
    let (low, high) = (outcome.limit.low.unwrap(), outcome.limit.high.unwrap());
    let truth = 0.8 / 0.6;
    assert!(low <= truth && truth <= high, "{truth} in {low} to {high}");
    assert_eq!(outcome.limit.gives_way.unwrap().station.as_deref(), Some("subscriber.server"));
    assert!(outcome.conclusion.contains("of the 33.3 % that its credit lets it be"), "{}", outcome.conclusion);
}

#[test]
fn a_design_that_does_not_bear_its_load_has_a_limit_below_one() {
    let outcome = found("[objective]\n\"subscriber.server.utilization.mean\" = \"< 20%\"");
    let truth = 0.2 * 3.0 / RATE;
    let (low, high) = (outcome.limit.low.unwrap(), outcome.limit.high.unwrap());
    assert!(low < truth && truth < high && high < 1.0, "{truth} in {low} to {high}");
    assert_eq!(outcome.limit.today, Some(Verdict::Missed));
    assert!(outcome.conclusion.starts_with("The design does not bear its load"), "{}", outcome.conclusion);
}

#[test]
fn without_objectives_there_is_no_limit() {
    let Err(Refusal::Sentence(sentence)) = search(&text("")) else { panic!("nothing is too high") };
    assert!(sentence.contains("no objectives"), "{sentence}");
}
