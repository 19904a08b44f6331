//! The battery of bad days, on designs whose fate is known.

use crate::run_help::Nobody;
use busload::experiment::Refusal;
use busload::experiment::adverse::adverse;
use busload::outcome::adverse::{Adverse, Condition};
use busload::scenario::{Design, MemoryFiles};

/// A message a second and a durable subscriber that can do so many a second.
fn text(per_second: f64) -> String {
    format!(
        r#"
        title = "A line"
        [run]
        horizon = "6h"
        replications = 2
        [sor.source]
        [event.change]
        from = "source"
        to = "changes"
        rate = "1/s"
        arrivals = "regular"
        [segment.bus]
        [topic.changes]
        segment = "bus"
        [subscriber.gate]
        from = "changes"
        workers = 1
        prefetch = 1
        work = "{}ms"
        [objective]
        "subscriber.gate.end_to_end.p99" = "< 10s"
        "subscriber.gate.missed" = "= 0"
        "#,
        1000.0 / per_second
    )
}

fn battery(text: &str) -> Result<Option<Adverse>, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text);
    adverse(&Design::new("a.toml", &mut files, Vec::new()), &Nobody)
}

fn found(text: &str) -> Adverse {
    battery(text).unwrap_or_else(|_| panic!("a sound question")).expect("nobody stops it")
}

fn condition<'a>(adverse: &'a Adverse, name: &str) -> &'a Condition {
    adverse.conditions.iter().find(|condition| condition.name == name).unwrap_or_else(|| panic!("there is no {name}"))
}

#[test]
fn with_twice_the_capacity_it_recovers_and_drains_as_long_as_it_was_down() {
    let adverse = found(&text(2.0));
    // An hour of 3600 messages, worked off at one a second net.
    let (whose, drain) = condition(&adverse, "subscriber.gate down").drain_s.clone().unwrap();
    assert_eq!(whose, "subscriber.gate");
    assert!((drain - 3600.0).abs() < 10.0, "{drain}");
    assert!(adverse.conditions[1..].iter().all(|condition| condition.recovers != Some(false)), "{}", adverse.conclusion);
    assert_eq!(condition(&adverse, "subscriber.gate down").missed, 0.0, "it is durable");
}

#[test]
fn with_a_tenth_to_spare_it_is_not_back_in_time() {
    let adverse = found(&text(1.1));
    // Slow by three for an hour leaves 3600 x (1 - 1.1 / 3) = 2280 messages, which a tenth a second net works off in over six hours.
    let slow = condition(&adverse, "subscriber.gate slow x3");
    assert_eq!(slow.recovers, Some(false));
    assert!(slow.still_long.contains(&"subscriber.gate.backlog".to_string()), "{:?}", slow.still_long);
    assert!(adverse.conclusion.contains("does not recover by itself"), "{}", adverse.conclusion);
}

#[test]
fn poison_that_nothing_limits_is_missed() {
    let adverse = found(&text(2.0));
    let poison = condition(&adverse, "1 % poison for subscriber.gate");
    // 1 % of 21,600, each delivered five times.
    assert!((poison.missed - 216.0).abs() < 60.0, "{}", poison.missed);
}

#[test]
fn a_steady_state_has_no_bad_day() {
    let steady = text(2.0).replace("horizon = \"6h\"", "horizon = \"6h\"\nkind = \"steady\"");
    let Err(Refusal::Sentence(sentence)) = battery(&steady) else { panic!("it is no day") };
    assert!(sentence.contains("no steady state"), "{sentence}");
}
