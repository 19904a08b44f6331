//! The scenarios that are about load: the peak hour, and a whole enterprise.

use crate::designs::shipped;
use crate::run_help::{agrees, outcome, point};
use busload::outcome::Verdict;
use busload::scenario::Scenario;
use busload::scenario::spec::{Selector, Subscriber};
use busload::units::Time;

const DAY: f64 = 86_400.0;

/// What a subscriber's selector lets through of all that is raised in a day.
fn deliveries_a_day(scenario: &Scenario, subscriber: &Subscriber) -> f64 {
    let through = |event: usize| {
        let kinds = &scenario.events[event].kinds;
        let share = match &subscriber.selector {
            Selector::All => 1.0,
            Selector::Share(share) => *share,
            Selector::Kinds(wanted) => kinds.iter().filter(|kind| wanted.contains(kind)).count() as f64 / kinds.len().max(1) as f64,
        };
        scenario.events[event].arrivals.rate * DAY * share
    };
    scenario.events_of(subscriber).map(through).sum()
}

#[test]
fn the_enterprise_is_as_large_as_it_says() {
    let scenario = shipped("enterprise.toml", &[]);
    let sizes = (scenario.sors.len(), scenario.events.len(), scenario.subscribers.len(), scenario.segments.len());
    assert_eq!(sizes, (12, 40, 60, 8));
    let deliveries: f64 = scenario.subscribers.iter().map(|subscriber| deliveries_a_day(&scenario, subscriber)).sum();
    assert!((19e6..21e6).contains(&deliveries), "{deliveries} deliveries a day");
}

/// Of every event as much comes as its rate and its hours say; everybody gets it, and only who should is called back.
#[test]
fn the_enterprise_keeps_everybody_informed() {
    let scenario = shipped("enterprise.toml", &[("run.horizon", "40m")]);
    let outcome = outcome(&scenario);
    for event in &scenario.events {
        let expected = event.arrivals.rate * event.arrivals.profile.expected(Time::ZERO + scenario.run.horizon);
        let raised = point(&outcome, &format!("event.{}.raised", event.name));
        // Clusters of changes or of a batch come together; what a lifecycle raises after the horizon is not there.
        let cluster = f64::from(event.arrivals.batch) * event.lifecycle.as_ref().map_or(1.0, |lifecycle| f64::from(lifecycle.changes));
        let error = (expected * cluster / f64::from(outcome.run.replications)).sqrt();
        let late = if event.lifecycle.is_some() { 0.1 * expected } else { 0.0 };
        assert!((raised - expected).abs() <= 4.0 * error + late + 1e-9, "{}: {raised} raised of {expected}", event.name);
    }
    assert_eq!(point(&outcome, "total.missed"), 0.0);
    let unfinished: f64 =
        scenario.subscribers.iter().map(|subscriber| point(&outcome, &format!("subscriber.{}.unfinished", subscriber.name))).sum();
    assert!(unfinished < 0.01 * point(&outcome, "total.delivered"), "{unfinished} unfinished");
    let callers = scenario.subscribers.iter().filter(|subscriber| subscriber.callback.is_some()).count();
    assert_eq!(callers, 20);
    assert!(point(&outcome, "total.callbacks") > 0.0);
    assert!(outcome.metric("subscriber.crowd_map.callback.attempts").is_none(), "heavy events call nobody back");
}

/// Without the coaches theory says how busy the ticketing system is: its users and three callbacks an event. With them it is too busy.
#[test]
fn the_peak_hour_is_borne_and_the_coaches_are_not() {
    let settings = |factor| [("run.replications", "4"), ("surge.0.factor", factor)];
    let plain = outcome(&shipped("peak-hour.toml", &settings("1")));
    let day = shipped("ticketing-light.toml", &[]);
    let event = &day.events[0].arrivals;
    let hour = |hour: u64| Time(hour * 3_600_000_000_000);
    let in_the_hour = event.rate * (event.profile.expected(hour(10)) - event.profile.expected(hour(9)));
    assert!((in_the_hour - 63_333.0).abs() < 1.0, "{in_the_hour}");
    agrees(&plain, "event.ticket_changed.raised", in_the_hour);
    // A log-normal of p50 and p99: its sigma by the quantile of the normal, its mean p50 exp(sigma^2 / 2).
    let sigma = (160.0_f64 / 25.0).ln() / 2.326_347_874_040_841;
    let service = 0.025 * (sigma * sigma / 2.0).exp();
    agrees(&plain, "sor.ticketing.utilization.mean", (30.0 * 0.030 + 3.0 * in_the_hour / 3600.0 * service) / 4.0);
    let coaches = outcome(&shipped("peak-hour.toml", &settings("1.5")));
    agrees(&coaches, "event.ticket_changed.raised", in_the_hour * (1.0 + 0.5 / 6.0));
    let verdict = |outcome: &busload::outcome::Outcome| {
        outcome.objectives.iter().find(|objective| objective.metric == "sor.ticketing.utilization.peak").unwrap().verdict
    };
    assert_eq!((verdict(&plain), verdict(&coaches)), (Verdict::Met, Verdict::Missed));
    assert!(point(&coaches, "sor.ticketing.utilization.peak") < 1.0, "it keeps up all the same");
}
