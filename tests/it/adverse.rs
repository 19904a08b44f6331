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
    assert_eq!((slow.recovers, slow.is_metastable), (Some(false), false));
    let long = slow.still_long.iter().find(|long| long.line == "subscriber.gate.backlog").unwrap();
    // After 5 hours of the drain 480 are left on average of the last twentieth, or a few more, a tenth a second less each second.
    let (length, clears) = (long.length, long.clears_in_s.unwrap());
    assert!((length - 480.0).abs() < 100.0 && (clears - length / 0.1).abs() < 0.1 * clears, "{length} {clears}");
    assert!(adverse.conclusion.contains("does not recover by itself"), "{}", adverse.conclusion);
}

#[test]
fn poison_that_nothing_limits_is_missed() {
    let adverse = found(&text(2.0));
    let poison = condition(&adverse, "1 % poison for subscriber.gate");
    // 1 % of the 3600 of one hour, each delivered five times; then it is over.
    assert!((poison.missed - 36.0).abs() < 20.0, "{}", poison.missed);
    assert_eq!(poison.recovers, Some(true));
}

#[test]
fn a_steady_state_has_no_bad_day() {
    let steady = text(2.0).replace("horizon = \"6h\"", "horizon = \"6h\"\nkind = \"steady\"");
    let Err(Refusal::Sentence(sentence)) = battery(&steady) else { panic!("it is no day") };
    assert!(sentence.contains("no steady state"), "{sentence}");
}

/// Time-outs and retries keep a system of record overloaded after the cause is gone; with a breaker it recovers.
#[test]
fn a_retry_storm_is_named_metastable() {
    let storm = |settings: &[(&str, &str)]| {
        let mut files = MemoryFiles::default().with("a.toml", include_str!("../../scenarios/retry-storm.toml"));
        let settings = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
        adverse(&Design::new("a.toml", &mut files, settings), &Nobody).unwrap_or_else(|_| panic!("sound")).expect("nobody stops it")
    };
    let outcome = storm(&[("surge.0.factor", "1"), ("run.replications", "2")]);
    assert_eq!(outcome.conditions[0].verdict, busload::outcome::Verdict::Met, "without the surge it is calm: {}", outcome.conclusion);
    let twice = condition(&outcome, "twice the events");
    assert!(twice.is_metastable, "{}", outcome.conclusion);
    assert!(outcome.conclusion.contains("metastable"), "{}", outcome.conclusion);
}

/// The segment's outage is waited out at the publisher: 3600 changes, the last of which come after a back-off of up to an hour.
#[test]
fn a_lost_segment_leaves_its_backlog_at_the_publisher() {
    let adverse = found(&text(2.0));
    let lost = condition(&adverse, "segment.bus down");
    assert_eq!(lost.backlog, Some(("event.change".into(), 3600.0)));
}

/// The busiest hour is the last one: the trouble comes before it, so that recovery can be seen at all.
#[test]
fn trouble_leaves_as_long_to_recover() {
    let rising = text(4.0)
        .replace("rate = \"1/s\"", "rate = \"1/s\"\nhourly = [1, 1, 1, 1, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]");
    let adverse = found(&rising);
    assert_eq!((adverse.from_s, adverse.to_s), (14_400.0, 18_000.0));
}
