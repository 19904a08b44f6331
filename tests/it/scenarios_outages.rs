//! The scenarios in which something goes down.

use crate::designs::shipped;
use crate::run_help::{agrees, outcome, point};

/// The hours from 11 to 13 have 17 of the day's 150 parts: so many tickets miss the one, and wait for the other.
#[test]
fn a_durable_subscriber_is_late_and_its_twin_misses() {
    let settings = |workers| [("run.horizon", "15h"), ("run.replications", "3"), ("subscriber.guest_profile.workers", workers)];
    let four = outcome(&shipped("durable-outage.toml", &settings("4")));
    assert_eq!(point(&four, "subscriber.guest_profile.missed"), 0.0);
    agrees(&four, "subscriber.departures_board.missed.not_durable", 100_000.0 * 17.0 / 150.0);
    assert!(point(&four, "subscriber.departures_board.end_to_end.max") < 10.0);
    // The first ticket of the outage comes within seconds of its beginning.
    let latest = point(&four, "subscriber.guest_profile.end_to_end.max");
    assert!((7_190.0..7_210.0).contains(&latest), "{latest}");
    // A worker has a ticket for 74 ms where nobody waits: the backlog takes at least as long as four of them need for it.
    let (drain, peak) = ("subscriber.guest_profile.drain.max", "sor.ticketing.utilization.peak");
    let least = point(&four, "subscriber.guest_profile.backlog.max") * 0.074 / 4.0;
    assert!((least..1.5 * least).contains(&point(&four, drain)), "{} s, at least {least}", point(&four, drain));
    let two = outcome(&shipped("durable-outage.toml", &settings("2")));
    assert!(point(&two, drain) > 1.7 * point(&four, drain));
    assert!(point(&two, peak) < point(&four, peak));
    let missed = four.findings.iter().find(|finding| finding.kind == "missed_events").expect("the board missed some");
    assert!(missed.sentence.ends_with("At times subscriber.departures_board is down."), "{}", missed.sentence);
}

#[test]
fn a_lost_segment_takes_only_its_own_with_it() {
    let settings = |segment| [("run.replications", "3"), ("topic.orders.segment", segment), ("topic.prices.segment", segment)];
    let apart = outcome(&shipped("lost-segment.toml", &settings("first")));
    for subscriber in ["kitchen", "shop"] {
        assert!(point(&apart, &format!("subscriber.{subscriber}.end_to_end.max")) < 10.0, "{subscriber}");
        assert_eq!(point(&apart, &format!("subscriber.{subscriber}.missed")), 0.0);
    }
    assert!(point(&apart, "subscriber.guest_profile.end_to_end.max") > 1_800.0);
    assert_eq!(point(&apart, "subscriber.guest_profile.missed"), 0.0);
    assert_eq!(point(&apart, "subscriber.lobby_screen.missed"), point(&apart, "subscriber.lobby_screen.missed.crashed"));
    assert!(point(&apart, "subscriber.lobby_screen.missed") < 20.0);
    // Half an hour of two a second waits, of which 10/3 are done in a second while two more come: a triangle of 75 minutes, spread over six
    // hours of events that take 0.75 s otherwise.
    let late = 0.5 * 3_600.0 * (1_800.0 + 3_600.0 / (10.0 / 3.0 - 2.0)) / (2.0 * 21_600.0) + 0.75;
    let mean = point(&apart, "subscriber.guest_profile.end_to_end.mean");
    assert!((mean - late).abs() < 0.05 * late, "{mean} s, by hand {late}");
    let together = outcome(&shipped("lost-segment.toml", &settings("second")));
    for subscriber in ["kitchen", "shop"] {
        assert!(point(&together, &format!("subscriber.{subscriber}.end_to_end.max")) > 1_800.0 / 2.0, "{subscriber}");
    }
}
