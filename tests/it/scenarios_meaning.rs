//! The scenarios that ship: each runs, and shows what it is there to show.

use crate::designs::{all_shipped, shipped};
use crate::run_help::{agree, agrees, metric, outcome, point};
use busload::outcome::{Outcome, Verdict};
use busload::theory::{Md1, Mg1, Mm1, Mmc, ServiceMoments};

#[test]
fn each_runs_and_raises() {
    for scenario in all_shipped() {
        let outcome = outcome(&scenario);
        let (raised, delivered) = (point(&outcome, "total.raised"), point(&outcome, "total.delivered"));
        assert!(raised > 0.0 && delivered > 0.0, "{}", outcome.scenario.title);
        let lost = point(&outcome, "total.missed") > 0.0;
        let losing = ["poison-message.toml", "durable-outage.toml", "lost-segment.toml"];
        assert_eq!(lost, losing.contains(&outcome.scenario.file.as_str()), "{}", outcome.scenario.title);
        let bottleneck = outcome.findings.iter().any(|finding| finding.kind == "bottleneck");
        assert!(bottleneck, "{}", outcome.scenario.title);
    }
}

/// Three callbacks an event; 2.023 ms at the broker, 22.618 at the subscriber, 30.0 at the registry and 10 on the network.
#[test]
fn the_benchmark_has_the_figures_of_its_head() {
    let outcome = outcome(&shipped("bench-ticketing-day.toml", &[("run.horizon", "20m"), ("run.replications", "20")]));
    let (raised, callbacks) = (point(&outcome, "total.raised"), point(&outcome, "total.callbacks"));
    assert!((callbacks / raised - 3.0).abs() < 0.001, "{callbacks} callbacks about {raised} events");
    agrees(&outcome, "sor.registry.utilization.mean", 500_000.0 / 86_400.0 * 3.0 * 0.03 / 8.0);
    for subscriber in ["guest_profile", "analytics", "access_gate"] {
        agree(
            &outcome,
            &[
                (&format!("subscriber.{subscriber}.end_to_end.mean"), 0.06464),
                (&format!("subscriber.{subscriber}.hop.work.mean"), 0.02),
                (&format!("subscriber.{subscriber}.hop.wait.mean"), 0.002618),
            ],
        );
    }
    assert_eq!(point(&outcome, "subscriber.access_gate.missed"), 0.0);
}

#[test]
fn the_small_ones_agree_with_theory() {
    let sojourn = |name: &str, hours: &str| outcome(&shipped(name, &[("run.horizon", hours)]));
    let mean = "subscriber.server.end_to_end.mean";
    agrees(&sojourn("mm1.toml", "8h"), mean, Mm1::new(0.5, 1.0).unwrap().mean_sojourn());
    agrees(&sojourn("md1.toml", "8h"), mean, Md1::new(0.9, 1.0).unwrap().means().mean_sojourn());
    agrees(&sojourn("mg1.toml", "3h"), mean, Mg1::new(5.0, ServiceMoments::lognormal(0.1, 4.0)).unwrap().mean_sojourn());
    agrees(&sojourn("mmc.toml", "3h"), mean, Mmc::new(500_000.0 / 86_400.0, 2.0, 4).unwrap().mean_sojourn());
    agrees(&sojourn("tandem.toml", "8h"), mean, 7.5);
}

/// Heavy events spare the system of record, load the network, and overtake each other unless a guard looks at versions.
#[test]
fn light_and_heavy_tickets_differ() {
    let settings = [("run.horizon", "6h"), ("run.replications", "2")];
    let light = outcome(&shipped("ticketing-light.toml", &settings));
    let heavy = outcome(&shipped("ticketing-heavy.toml", &settings));
    let peak = "sor.ticketing.utilization.peak";
    assert!(point(&heavy, peak) < point(&light, peak));
    assert_eq!(point(&heavy, "total.callbacks"), 0.0);
    assert!(point(&light, "total.callbacks") >= 3.0 * point(&light, "total.raised") - 100.0);
    let end_to_end = "subscriber.access_gate.end_to_end.mean";
    assert!(point(&heavy, end_to_end) < point(&light, end_to_end));
    assert!(metric(&light, "subscriber.access_gate.callback.latency.p99").point > 0.0);
}

/// Twenty seconds apart changes overtake each other seldom; on a whole day some do all the same, and nobody notices without a guard.
#[test]
fn a_day_of_heavy_tickets_is_seldom_wrong_and_with_versions_never() {
    const WHO: [&str; 3] = ["guest_profile", "analytics", "access_gate"];
    let day = ("run.replications", "1");
    let plain = outcome(&shipped("ticketing-heavy.toml", &[day]));
    let guards = WHO.map(|who| (format!("subscriber.{who}.guard"), "version"));
    let settings: Vec<(&str, &str)> = guards.iter().map(|(path, guard)| (path.as_str(), *guard)).chain([day]).collect();
    let guarded = outcome(&shipped("ticketing-heavy.toml", &settings));
    for who in WHO {
        let of = |quantity: &str| format!("subscriber.{who}.{quantity}");
        let seldom = point(&plain, &of("stale_overwrites"));
        assert!(seldom > 0.0 && seldom < 0.001 * point(&plain, "total.raised"), "{who}: {seldom}");
        for quantity in ["stale_overwrites", "stale_final", "time_wrong"] {
            assert!(point(&plain, &of(quantity)) > 0.0, "{who} {quantity}");
            assert_eq!(point(&guarded, &of(quantity)), 0.0, "{who} {quantity}");
        }
    }
}

/// Changes in quick succession overtake each other often, on four workers without order.
#[test]
fn heavy_tickets_become_stale_without_a_guard() {
    let settings = |guard| {
        [
            ("run.horizon", "6h"),
            ("run.replications", "2"),
            ("event.ticket_changed.lifecycle.spacing", "exp(50ms)"),
            ("subscriber.guest_profile.guard", guard),
        ]
    };
    let stale = outcome(&shipped("ticketing-heavy.toml", &settings("none")));
    assert!(point(&stale, "subscriber.guest_profile.stale_overwrites") > 0.0);
    assert!(point(&stale, "subscriber.guest_profile.time_wrong") > 0.0);
    assert!(stale.findings.iter().any(|finding| finding.kind == "stale_data"));
    let guarded = outcome(&shipped("ticketing-heavy.toml", &settings("version")));
    assert_eq!(point(&guarded, "subscriber.guest_profile.stale_overwrites"), 0.0);
    assert_eq!(point(&guarded, "subscriber.guest_profile.time_wrong"), 0.0);
    assert_eq!(point(&guarded, "subscriber.guest_profile.stale_final"), 0.0);
}

/// Back-pressure leaves at the broker what the fraud check can't take; without bounds it all comes in.
#[test]
fn mailboxes_keep_the_rush_hour_out() {
    let bounded = outcome(&shipped("actors.toml", &[("run.replications", "2")]));
    let unlimited = [
        ("run.replications", "2"),
        ("subscriber.fraud.prefetch", "1_000_000"),
        ("subscriber.fraud.stage.1.mailbox", "1_000_000"),
        ("subscriber.fraud.stage.2.mailbox", "1_000_000"),
    ];
    let unbounded = outcome(&shipped("actors.toml", &unlimited));
    let (score, backlog) = ("subscriber.fraud.stage.score.waiting_line.max", "subscriber.fraud.backlog.max");
    assert!(point(&bounded, score) <= 40.0 && point(&bounded, backlog) > 10_000.0);
    assert!(point(&unbounded, score) > 10_000.0 && point(&unbounded, backlog) < 10.0);
    assert_eq!(point(&bounded, "subscriber.fraud.in_flight.max"), 200.0);
    assert!(bounded.findings.iter().any(|finding| finding.kind == "held_back"));
    // Two tasks that some cards share unevenly are held up no longer than twice.
    assert!(point(&bounded, "subscriber.fraud.unfinished") < 100.0 && point(&bounded, "subscriber.fraud.order_violations") == 0.0);
}

/// Pending trees are to be fewer than what the slowest stage does until they are replayed: 20/s x 30 s = 600.
#[test]
fn replays_snowball_when_too_much_is_pending() {
    let storm = outcome(&shipped("topology.toml", &[("run.replications", "2")]));
    let calm = outcome(&shipped("topology.toml", &[("run.replications", "2"), ("subscriber.fraud.max_pending", "300")]));
    let storms = |outcome: &busload::outcome::Outcome| outcome.findings.iter().any(|finding| finding.kind == "retry_storm");
    assert!(storms(&storm) && point(&storm, "subscriber.fraud.unfinished") > 1_000.0);
    assert!(!storms(&calm) && point(&calm, "subscriber.fraud.replayed") < 10.0);
    assert!(point(&calm, "subscriber.fraud.unfinished") < 50.0);
}

/// One word changes: the subscriber's work, and the wait for the service that it calls, move onto the bus, and everybody waits there.
#[test]
fn a_workflow_is_paid_by_everybody_on_its_segment() {
    let settings = |runs| [("run.horizon", "20m"), ("subscriber.profile.runs", runs)];
    let listener = outcome(&shipped("workflow-or-listener.toml", &settings("listener")));
    let workflow = outcome(&shipped("workflow-or-listener.toml", &settings("workflow")));
    // Per event 1 ms to take in, 1 for each of two copies, 0.2 for each ack, on three threads.
    agrees(&listener, "segment.bus.utilization.mean", 30.0 * 0.0034 / 3.0);
    // Besides, the work and the call, as long as it takes with its link there and back within the datacenter.
    let held = 0.02 + point(&workflow, "subscriber.profile.calls.latency.mean");
    agrees(&workflow, "segment.bus.utilization.mean", 30.0 * (0.0034 + held) / 3.0);
    for (metric, more) in [("subscriber.gate.end_to_end.mean", 1.3), ("subscriber.gate.hop.segment_wait.mean", 20.0)] {
        assert!(point(&workflow, metric) > more * point(&listener, metric), "{metric}");
    }
    let bytes = |outcome| point(outcome, "link.lan.bytes");
    // Of what crosses the link, the gate's copies and acks are left: 4 KiB and 64 B.
    agrees(&workflow, "link.lan.bytes", 30.0 * (4096.0 + 64.0));
    assert!(bytes(&listener) > 2.0 * bytes(&workflow));
    assert!(workflow.metric("subscriber.profile.hop.delivery_link.mean").is_none());
}

#[test]
fn a_noisy_neighbor_is_felt_on_one_segment_and_not_on_eight() {
    let settings = [("run.horizon", "30m"), ("run.replications", "3")];
    let one = outcome(&shipped("segments-1.toml", &settings));
    let eight = outcome(&shipped("segments-8.toml", &settings));
    for subscriber in ["orders", "shifts"] {
        let late = format!("subscriber.{subscriber}.end_to_end.p99");
        assert!(point(&one, &late) > 30.0, "{}", point(&one, &late));
        assert!(point(&eight, &late) < 1.0, "{}", point(&eight, &late));
    }
    // The noisy one pays: an eighth of the threads is all that it has now.
    let catalog = "subscriber.catalog.end_to_end.mean";
    assert!(point(&eight, catalog) > 3.0 * point(&one, catalog));
    let verdict = |outcome: &Outcome| outcome.objectives[0].verdict;
    assert_eq!((verdict(&one), verdict(&eight)), (Verdict::Missed, Verdict::Met));
}

#[test]
fn an_esb_costs_its_threads_and_a_broker_its_machines() {
    let settings = [("run.horizon", "20m")];
    let esb = outcome(&shipped("esb-or-broker.toml", &settings));
    let plain = outcome(&shipped("esb-or-broker-plain.toml", &settings));
    // Four licensed threads; one thread and five workers of listeners.
    assert_eq!(point(&esb, "total.cost"), 4.0 * 400.0);
    assert_eq!(point(&plain, "total.cost"), 40.0 + 5.0 * 60.0);
    assert_eq!(metric(&plain, "total.cost").unit.symbol(), "USD");
    let verdicts = |outcome: &Outcome| outcome.objectives.iter().map(|objective| objective.verdict).collect::<Vec<_>>();
    assert_eq!(verdicts(&esb), [Verdict::Missed, Verdict::Met]);
    assert_eq!(verdicts(&plain), [Verdict::Met, Verdict::Met]);
    // What is saved is paid in latency on the way to the machines and back.
    let late = "subscriber.profile.end_to_end.mean";
    assert!(point(&plain, late) > point(&esb, late) + 0.004);
    // Of tickets a fifth of a second apart, four in ten change the profile.
    agrees(&plain, "event.profile_changed.raised", 20.0 * 0.4 * 1200.0);
    agrees(&plain, "subscriber.search.utilization.mean", 20.0 * 0.4 * 0.025);
}

/// Half the interval later, and hardly any work for the pages: what costs is that light entries call back like light events.
#[test]
fn an_atom_feed_is_later_than_the_bus_by_half_its_interval() {
    let settings = [("run.horizon", "6h"), ("run.replications", "2")];
    let light = outcome(&shipped("atom-feed.toml", &settings));
    let later = point(&light, "poller.polling_profile.hop.poll_wait.mean");
    assert!((later - 30.0).abs() < 0.5, "half of 60 s, as the jitter moves polls and not their distance, not {later}");
    assert!(point(&light, "poller.polling_profile.end_to_end.mean") > later);
    assert!(point(&light, "subscriber.listening_profile.end_to_end.mean") < 1.0);
    let polls = "sor.ticketing.utilization.polls.mean";
    let callbacks = "sor.ticketing.utilization.callbacks.mean";
    assert!(point(&light, polls) < 0.1 * point(&light, callbacks));
    let often = outcome(&shipped("atom-feed.toml", &[settings[0], settings[1], ("poller.polling_profile.every", "5s")]));
    assert!(point(&often, polls) > 2.0 * point(&light, polls));
    assert!(point(&often, "poller.polling_profile.end_to_end.mean") < 0.2 * point(&light, "poller.polling_profile.end_to_end.mean"));
    let heavy = outcome(&shipped("atom-feed.toml", &[settings[0], settings[1], ("event.ticket_changed.weight", "heavy")]));
    assert_eq!(point(&heavy, "total.callbacks"), 0.0);
    assert_eq!(point(&heavy, "poller.polling_profile.missed"), 0.0);
}

/// Once a night everything is a day old at worst; by hand, twice in working hours, it is younger.
#[test]
fn an_overnight_batch_is_a_day_late() {
    let night = outcome(&shipped("overnight-batch.toml", &[("run.replications", "2")]));
    let freshness = "poller.accounting.freshness.max";
    assert!(point(&night, freshness) > 23.0 * 3600.0 && point(&night, freshness) < 25.0 * 3600.0);
    assert_eq!(point(&night, "poller.accounting.polls"), 4.0, "three nights, and one to drain");
    assert_eq!(point(&night, "poller.accounting.unfinished"), 0.0);
    let by_hand =
        outcome(&shipped("overnight-batch.toml", &[("run.replications", "2"), ("poller.accounting.at", "[\"09:00\", \"15:00\"]")]));
    let mean = "poller.accounting.end_to_end.mean";
    assert!(point(&by_hand, mean) < point(&night, mean));
    assert!(point(&by_hand, freshness) < 18.5 * 3600.0);
}
