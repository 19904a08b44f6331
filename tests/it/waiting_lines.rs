//! What waits at the broker: how much and how old, exactly, between the instants at which series are cut too.

use crate::disruptions::{every_second, near};
use crate::run_help::{agree, metric, outcome, run, scenario, scenario_set};
use busload::experiment::check;
use busload::outcome::{ObjectiveResult, Verdict};

/// Away from 36.01 to 36.28 minutes: the oldest of 270 messages is 270 s old when all are handed over, and no tick of five minutes sees it.
#[test]
fn a_backlog_between_two_ticks_is_seen() {
    let outcome = run(r#"
        [run]
        horizon = "24h"
        replications = 2
        [sor.source]
        [event.customer]
        from = "source"
        to = "line"
        rate = "1/s"
        arrivals = "regular"
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        prefetch = 1
        [[disruption]]
        what = "subscriber.server"
        kind = "down"
        at = "36010s"
        for = "270s"
        [objective]
        "queue.line.age.max" = "< 10s"
    "#);
    near(&outcome, "queue.line.age.max", 270.0);
    // One that waits is handed over with the others: the age grows for 270 s.
    near(&outcome, "queue.line.age.mean", 270.0 * 270.0 / 2.0 / 86_400.0);
    assert_eq!(outcome.objectives[0].verdict, Verdict::Missed);
}

/// Three that fall behind alike: what the topic holds is what all three hold.
#[test]
fn a_topics_backlog_is_of_all_its_subscriptions_together() {
    let slow = |name: &str| format!("[subscriber.{name}]\nfrom = \"line\"\nprefetch = 1\nwork = \"2s\"\n");
    let outcome = every_second("1h", &["x", "y", "z"].map(slow).concat());
    for statistic in ["mean", "max", "peak"] {
        let one = metric(&outcome, &format!("subscriber.x.backlog.{statistic}")).point;
        assert!(one > 800.0);
        near(&outcome, &format!("topic.line.backlog.{statistic}"), 3.0 * one);
    }
}

/// Verdicts by metric.
fn verdicts(text: &str) -> Vec<ObjectiveResult> {
    run(text).objectives
}

const AWAY: &str = r#"
    [run]
    horizon = "24h"
    replications = 3
    [sor.source]
    service = "exp(100ms)"
    own_load = "0.2/s"
    own_service = "exp(100ms)"
    [event.e]
    from = "source"
    to = "line"
    rate = "0.5/s"
    [segment.bus]
    [topic.line]
    segment = "bus"
    [subscriber.x]
    from = "line"
    selector = "20%"
    work = "exp(100ms)"
    [subscriber.x.callback]
"#;

/// A tenth of the changes come while it is away for good: what it has not shown may not make anything look good.
#[test]
fn what_never_came_to_its_end_keeps_no_objective() {
    let text = format!(
        "{AWAY}
        [[disruption]]
        what = \"subscriber.x\"
        kind = \"down\"
        at = \"21:36\"
        for = \"10h\"
        [objective]
        \"subscriber.x.end_to_end.p95\" = \"< 5s\"
        \"subscriber.x.end_to_end.mean\" = \"< 5s\"
        \"subscriber.x.end_to_end.max\" = \"< 100s\"
        \"subscriber.x.end_to_end.p50\" = \"< 5s\"
        \"subscriber.x.delivery.p95\" = \"< 5s\"
        \"subscriber.x.hop.backlog.p95\" = \"< 5s\"
        \"event.e.end_to_end.p95\" = \"< 5s\"
        \"total.end_to_end.p95\" = \"< 5s\"
        \"sor.source.own_latency.p95\" = \"< 5s\"
        "
    );
    for objective in verdicts(&text) {
        let has_them_all = ["subscriber.x.end_to_end.p50", "sor.source.own_latency.p95"].contains(&objective.metric.as_str());
        let wanted = if has_them_all { Verdict::Met } else { Verdict::Undecided };
        assert_eq!(objective.verdict, wanted, "{objective:?}");
        assert!(has_them_all || objective.reason.contains("more a run were still under way at its end"), "{objective:?}");
    }
    let outcome = run(&text);
    let unfinished = outcome.findings.iter().find(|finding| finding.kind == "unfinished").unwrap();
    assert!(unfinished.sentence.contains(" of 86"), "of the fifth that its selector lets through: {}", unfinished.sentence);
}

/// A system that is slow at the end leaves its own users without an answer.
#[test]
fn users_without_an_answer_keep_no_objective() {
    let slow = "[[disruption]]\nwhat = \"sor.source\"\nkind = \"slow\"\nfactor = 1000\nat = \"20:00\"\nfor = \"4h\"\n";
    let objectives = "[objective]\n\"sor.source.own_latency.p95\" = \"< 5s\"\n\"sor.source.waiting.p95\" = \"< 5s\"";
    assert!(verdicts(&format!("{AWAY}{slow}{objectives}")).iter().all(|objective| objective.verdict == Verdict::Undecided));
    assert!(verdicts(&format!("{AWAY}{objectives}")).iter().all(|objective| objective.verdict == Verdict::Met));
}

/// What a poller has not read by the end of the run counts, be it of another day.
#[test]
fn a_poller_that_has_read_little_keeps_no_objective() {
    let outcome = run(r#"
        [run]
        replications = 2
        [sor.source]
        [event.e]
        from = "source"
        rate = "0.1/s"
        [feed.f]
        of = "e"
        [poller.p]
        feed = "f"
        at = ["02:00"]
        [objective]
        "poller.p.end_to_end.p95" = "< 3h"
        "total.end_to_end.max" = "< 3h"
    "#);
    assert!(outcome.objectives.iter().all(|objective| objective.verdict == Verdict::Undecided), "{:?}", outcome.objectives);
}

/// Of twenty exponential times the 99.9th percentile is 6.9 s, and their maximum 3.6 s on average.
#[test]
fn a_percentile_of_a_few_is_no_percentile() {
    let outcome = run(r#"
        [run]
        replications = 20
        [sor.source]
        [event.e]
        from = "source"
        to = "line"
        rate = "20/day"
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        workers = 100
        work = "exp(1s)"
        [objective]
        "subscriber.server.end_to_end.p999" = "< 6s"
        "subscriber.server.end_to_end.p90" = "< 6s"
        "subscriber.server.end_to_end.mean" = "< 6s"
    "#);
    let [p999, p90, mean]: &[ObjectiveResult; 3] = outcome.objectives.as_slice().try_into().unwrap();
    assert_eq!((p999.verdict, p90.verdict, mean.verdict), (Verdict::Undecided, Verdict::Met, Verdict::Met));
    assert!(p999.reason.contains("its p999 is next to its maximum"), "{}", p999.reason);
}

/// Each change of a lifecycle is a day after the one before: on the first day only first ones come.
#[test]
fn lifecycles_that_take_longer_than_the_run_are_told() {
    let of = |spacing: &str| {
        let text = format!(
            "[run]\nreplications = 2\n[sor.source]\n[event.e]\nfrom = \"source\"\nto = \"line\"\nrate = \"300/h\"\n\
            lifecycle = {{ changes = 3, spacing = \"{spacing}\" }}\n[segment.bus]\n[queue.line]\nsegment = \"bus\"\n[subscriber.x]\nfrom = \"line\"\n"
        );
        let scenario = scenario(&text);
        let is_left_out = check(std::slice::from_ref(&scenario)).designs[0].left_out.iter().any(|note| note.path == "event.e.lifecycle");
        let told = outcome(&scenario).findings.iter().any(|finding| finding.kind == "slow_lifecycles");
        (is_left_out, told)
    };
    assert_eq!((of("24h"), of("20s")), ((true, true), (false, false)));
}

const COMPETING: &str = r#"
    [run]
    horizon = "4h"
    replications = 4
    [sor.source]
    [event.e]
    from = "source"
    to = "line"
    rate = "6/s"
    [segment.bus]
    [queue.line]
    segment = "bus"
    [subscriber.fast]
    from = "line"
    prefetch = 1
    work = "exp(200ms)"
    [subscriber.slow]
    from = "line"
    prefetch = 1
    workers = 4
    consumers = 4
    work = "exp(2s)"
"#;

/// By turns the slow one would get more than it can do; without credit it is passed over: together they can do 7/s.
#[test]
fn who_has_no_credit_leaves_the_load_to_the_others() {
    for (rate, bears) in [("6/s", true), ("7.5/s", false)] {
        let scenario = scenario_set(COMPETING, &[("event.e.rate", rate)]);
        let design = check(std::slice::from_ref(&scenario)).designs.remove(0);
        assert_eq!(design.stations.iter().all(|station| station.load_mean < 1.0), bears, "{rate}");
        // Half a message a second too much adds up to 7200.
        let left = metric(&outcome(&scenario), "subscriber.fast.unfinished").point;
        assert_eq!(left < 100.0, bears, "{rate}: {left}");
    }
    let light = check(&[scenario_set(COMPETING, &[("event.e.rate", "2/s")])]).designs.remove(0);
    let first = light.bottleneck.unwrap().bears_times;
    assert!((first - 3.5).abs() < 0.01, "{first}");
    // By turns, as there is nearly always credit: an estimate.
    assert!(light.stations.iter().filter(|station| station.servers_are == "workers").all(|station| !station.exact));
}

/// The only worker of the only workflow finds its thread free.
#[test]
fn a_workflow_does_not_wait_for_itself() {
    let text = r#"
        [run]
        horizon = "6h"
        replications = 5
        [sor.source]
        [event.e]
        from = "source"
        to = "line"
        rate = "6/s"
        [segment.bus]
        [queue.line]
        segment = "bus"
        [subscriber.x]
        from = "line"
        runs = "workflow"
        work = "exp(100ms)"
    "#;
    let design = check(&[scenario(text)]).designs.remove(0);
    let busy = design.stations.iter().find(|station| station.name == "subscriber.x").unwrap();
    assert!((busy.busy_mean - 0.6).abs() < 1e-9 && busy.exact, "{busy:?}");
    agree(&run(text), &[("subscriber.x.utilization.mean", 0.6)]);
}

/// One direction is busier on average, the other one in its only hour.
#[test]
fn a_links_peak_is_of_the_direction_that_is_busier_then() {
    let hours: Vec<&str> = (0..24).map(|hour| if hour == 2 { "1" } else { "0" }).collect();
    let event = |name: &str, from: &str, to: &str, rate: &str| {
        format!("[event.{name}]\nfrom = \"{from}\"\nto = \"{to}\"\nweight = \"heavy\"\nsize = {{ heavy = \"10kB\" }}\n{rate}\n")
    };
    let text = format!(
        "[run]\nreplications = 3\n[zone.a]\n[zone.b]\n[link.wan]\nbetween = [\"a\", \"b\"]\nbandwidth = \"1MB/s\"\n\
        [sor.near]\nzone = \"a\"\n[sor.far]\nzone = \"b\"\n{}{}\
        [segment.far]\nzone = \"b\"\n[segment.near]\nzone = \"a\"\n[queue.there]\nsegment = \"far\"\n[queue.back]\nsegment = \"near\"\n\
        [subscriber.x]\nzone = \"b\"\nfrom = \"there\"\n[subscriber.y]\nzone = \"a\"\nfrom = \"back\"\n",
        event("all_day", "near", "there", "rate = \"50/s\""),
        event("at_two", "far", "back", &format!("rate = \"3.75/s\"\nhourly = [{}]", hours.join(", "))),
    );
    let outcome = run(&text);
    agree(&outcome, &[("link.wan.utilization.mean", 0.5)]);
    let peak = metric(&outcome, "link.wan.utilization.peak").point;
    let series = outcome.series.iter().find(|series| series.name == "link.wan.utilization").unwrap();
    let highest = series.mean.iter().fold(0.0_f64, |most, value| most.max(*value));
    assert!((0.88..0.97).contains(&peak) && (highest - 0.9).abs() < 0.03, "{peak} {highest}");
}
