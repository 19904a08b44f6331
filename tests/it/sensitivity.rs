//! Which assumption decides, on M/M/1, where the mean sojourn 1 / (mu - lambda) says what a fifth more or less of each does.

use crate::run_help::{Nobody, one_line};
use busload::experiment::Refusal;
use busload::experiment::sensitivity::sensitivity;
use busload::outcome::compare::Seen;
use busload::outcome::sensitivity::{Bar, Sensitivity, Side};
use busload::outcome::{Verdict, sensitivity::Tornado};
use busload::scenario::{Design, MemoryFiles};

const RATE: f64 = 0.5;

fn text(bound: &str, more: &str) -> String {
    let line = one_line("M/M/1", 20_000, &format!("rate = \"{RATE}/s\""), "", "work = \"exp(1s)\"\nfailure = \"0%\"");
    let line = line.replace("replications = 30", "replications = 12");
    format!("{line}\n[objective]\n\"subscriber.server.end_to_end.mean\" = \"{bound}\"\n{more}")
}

fn ask(text: &str) -> Result<Option<Sensitivity>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    sensitivity(&Design::new("a.toml", &mut files, Vec::new()), &Nobody)
}

fn found(text: &str) -> Sensitivity {
    ask(text).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

fn bar<'t>(tornado: &'t Tornado, path: &str) -> &'t Bar {
    tornado.bars.iter().find(|bar| bar.path == path).unwrap_or_else(|| panic!("there is no {path}"))
}

/// 1 / (mu - lambda), with factors on the rate and the work.
fn sojourn(rate: f64, work: f64) -> f64 {
    1.0 / (1.0 / work - RATE * rate)
}

fn covers(side: &Side, truth: f64) {
    let (low, high) = (side.low.unwrap(), side.high.unwrap());
    assert!(low <= truth && truth <= high, "{truth} in {low} to {high} ({})", side.setting);
}

#[test]
fn a_fifth_of_each_moves_the_sojourn_as_the_formula_says_and_the_work_is_to_be_measured_first() {
    let outcome = found(&text("< 2.6s", ""));
    let tornado = &outcome.tornados[0];
    let (work, rate) = (bar(tornado, "subscriber.server.work"), bar(tornado, "event.customer.rate"));
    let as_is = sojourn(1.0, 1.0);
    covers(&work.high, sojourn(1.0, 1.2) - as_is);
    covers(&work.low, sojourn(1.0, 0.8) - as_is);
    covers(&rate.high, sojourn(1.2, 1.0) - as_is);
    covers(&rate.low, sojourn(0.8, 1.0) - as_is);
    assert_eq!((work.low.seen, work.high.seen), (Seen::Lower, Seen::Higher));
    assert_eq!((rate.low.seen, rate.high.seen), (Seen::Lower, Seen::Higher));
    assert_eq!((work.low.setting.as_str(), work.high.setting.as_str()), ("exp(0.8s)", "exp(1.2s)"));
    assert_eq!(tornado.bars[0].path, "subscriber.server.work", "the widest is on top");
    // Only 1.2 times the work leads from 2 s beyond 2.6 s: 3 s; 1.2 times the rate to 2.5 s.
    let first = outcome.first.as_ref().unwrap();
    assert_eq!((first.path.as_str(), first.setting.as_str(), first.verdict), ("subscriber.server.work", "exp(1.2s)", Verdict::Missed));
    assert!(outcome.conclusion.starts_with("Measure subscriber.server.work first"), "{}", outcome.conclusion);
    assert!(!outcome.passed());
}

#[test]
fn the_interval_of_the_file_counts_and_what_is_measured_is_not_to_be_measured_first() {
    let given = "[assumption]\n\"subscriber.server.work\" = \"measured: for a month\"\n\"event.customer.rate\" = \"assumed 0.25/s to 0.75/s: a guess\"";
    let outcome = found(&text("< 10s", given));
    let rate = bar(&outcome.tornados[0], "event.customer.rate");
    covers(&rate.high, sojourn(1.5, 1.0) - sojourn(1.0, 1.0));
    covers(&rate.low, sojourn(0.5, 1.0) - sojourn(1.0, 1.0));
    assert_eq!(outcome.first.as_ref().unwrap().path, "event.customer.rate");
    assert!(outcome.assumptions.iter().any(|varied| varied.is_given && varied.source == "assumed" && varied.note == "a guess"));
    assert!(outcome.conclusion.contains("which turns no verdict"), "{}", outcome.conclusion);
    assert!(outcome.passed());
    let changes = given.replace("0.25/s to 0.75/s", "-50% to +50%");
    assert_eq!(bar(&found(&text("< 10s", &changes)).tornados[0], "event.customer.rate").high.point, rate.high.point);
}

#[test]
fn what_has_no_effect_is_not_taken_for_one() {
    // The broker costs nothing whatever the size of a message is.
    let outcome = found(&text("< 2.6s", "").replace("rate = ", "size = { light = \"300B\", heavy = \"4KiB\" }\nrate = "));
    assert!(outcome.assumptions.iter().any(|varied| varied.path == "event.customer.size"));
    assert!(outcome.tornados[0].bars.iter().all(|bar| bar.path != "event.customer.size"), "it moves nothing at all");
}

#[test]
fn wrong_ends_and_missing_objectives_are_refused() {
    let Err(Refusal::Problems(settings, _)) = ask(&text("< 3s", "[assumption]\n\"event.customer.rate\" = \"assumed 1 to 2: no unit\""))
    else {
        panic!("a rate has a unit")
    };
    assert_eq!(settings, [("event.customer.rate".to_string(), "1".to_string())]);
    let bare = text("< 3s", "").split("[objective]").next().unwrap().to_string();
    let Err(Refusal::Sentence(sentence)) = ask(&bare) else { panic!("nothing to move") };
    assert!(sentence.contains("no objectives"), "{sentence}");
}

#[test]
fn an_assumption_about_words_is_left_out_and_said() {
    let outcome = found(&text("< 2.6s", "[assumption]\n\"event.customer.to\" = \"assumed: there may be another line\""));
    let (path, reason) = &outcome.left_out[0];
    assert_eq!(path, "event.customer.to");
    assert!(reason.contains("it has no quantity that can be scaled: give its ends, as \"assumed LOW to HIGH: why\""), "{reason}");
}
