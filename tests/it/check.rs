//! Arithmetic alone against the simulation, and against numbers that a pencil gives.

use crate::run_help::{metric, outcome, scenario, scenario_set};
use busload::experiment::check;
use busload::outcome::Outcome;
use busload::outcome::check::{DesignCheck, Station};
use busload::scenario::{FileError, Files, MemoryFiles, Scenario, load};
use busload::sim::Stream;
use busload::stats::t_quantile;
use std::fs;

/// Standard errors for one of several hundred figures.
const FAR: f64 = 4.5;
/// How far the estimate of waiting may put a figure off, as a share of it: steps of one message follow each other, which the formula
/// does not know.
const ESTIMATED: f64 = 0.10;

struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        fs::read(path).map_err(|error| FileError::new(error.to_string(), ""))
    }
}

fn shipped(name: &str, settings: &[(&str, &str)]) -> Scenario {
    let settings: Vec<(String, String)> = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
    load(&format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR")), &mut Disk, &settings)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn checked(scenario: &Scenario) -> DesignCheck {
    check(std::slice::from_ref(scenario)).designs.remove(0)
}

fn station<'c>(check: &'c DesignCheck, name: &str, servers_are: &str) -> &'c Station {
    let found = check.stations.iter().find(|station| station.name == name && station.servers_are == servers_are);
    found.unwrap_or_else(|| panic!("no station {name} ({servers_are})"))
}

/// A simulated value with its interval beside what was reckoned.
fn near(what: &str, (point, low, high): (f64, f64, f64), n: u32, truth: f64, off: f64) {
    let t = t_quantile(0.975, f64::from(n) - 1.0).expect("two replications or more");
    let error = (high - low) / 2.0 / t;
    let away = ((point - truth).abs() - off * truth.abs()).max(0.0);
    println!("{what}: {point:.6} simulated, {truth:.6} reckoned, z {:.2}", (point - truth) / error);
    assert!(away <= FAR * error || away < 1e-12, "{what}: {point} simulated, {truth} reckoned: z = {:.2}", (point - truth) / error);
}

/// Every station that a run has a figure for; how many there were.
fn all_agree(check: &DesignCheck, run: &Outcome) -> usize {
    let mut count = 0;
    for station in &check.stations {
        let Some(name) = &station.metric else { continue };
        let simulated = metric(run, &format!("{name}.mean"));
        let interval = (simulated.point, simulated.low.unwrap(), simulated.high.unwrap());
        let off = if station.exact { 1e-9 } else { ESTIMATED };
        near(&format!("{}: {name}", run.scenario.title), interval, simulated.n, station.busy_mean, off);
        count += 1;
    }
    for link in &check.links {
        let simulated = metric(run, &format!("link.{}.bytes", link.link));
        near(&link.link, (simulated.point, simulated.low.unwrap(), simulated.high.unwrap()), simulated.n, link.bytes_mean, 1e-9);
    }
    count
}

/// The same in a step of the run's series: half an hour after the peak began.
fn peaks_agree(check: &DesignCheck, run: &Outcome) -> usize {
    let mut count = 0;
    for station in &check.stations {
        let Some(series) = run.series.iter().find(|series| Some(&series.name) == station.metric.as_ref()) else { continue };
        let step = ((station.peak_at_s + 1800.0) / series.step_s) as usize;
        let off = if station.exact { 1e-9 } else { ESTIMATED };
        let interval = (series.mean[step], series.low[step], series.high[step]);
        near(&format!("{} at the peak", series.name), interval, run.run.replications, station.busy_peak, off);
        count += 1;
    }
    count
}

#[test]
fn shipped_queues_are_as_busy_as_reckoned() {
    for name in ["mm1", "mmc", "md1", "mg1", "tandem"] {
        let scenario = shipped(name, &[("run.horizon", "2h"), ("run.warm_up", "10m"), ("run.replications", "20")]);
        assert!(all_agree(&checked(&scenario), &outcome(&scenario)) >= 1, "{name}");
    }
}

#[test]
fn shipped_days_are_as_busy_as_reckoned_on_average_and_at_the_peak() {
    for (name, stations, peaks) in [("ticketing-light", 7, 4), ("ticketing-heavy", 6, 4), ("atom-feed", 2, 1)] {
        let scenario = shipped(name, &[("run.replications", "10"), ("run.horizon", "12h")]);
        let (check, run) = (checked(&scenario), outcome(&scenario));
        assert!(all_agree(&check, &run) >= stations, "{name}");
        assert!(peaks_agree(&check, &run) >= peaks, "{name}");
    }
}

/// Rows of a recording after the horizon are no load, and a run of less than five minutes is its own busiest time.
#[test]
fn a_trace_loads_no_longer_than_the_run_lasts() {
    let rows: String = (1..100).map(|second| format!("{second}\n")).collect();
    let text = |horizon: &str| {
        format!(
            "[run]\nhorizon = \"{horizon}\"\n[sor.source]\n[event.customer]\nfrom = \"source\"\nto = \"line\"\narrivals = \"trace(day.csv)\"\n\
             [segment.bus]\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"500ms\"\n"
        )
    };
    for (horizon, mean, peak) in [("10s", 0.45, 0.45), ("50s", 0.49, 0.49), ("500s", 0.099, 0.165)] {
        let mut files = MemoryFiles::default().with("a.toml", text(horizon)).with("day.csv", rows.clone());
        let scenario = load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let check = checked(&scenario);
        let server = station(&check, "subscriber.server", "workers");
        assert!((server.busy_mean - mean).abs() < 1e-9 && (server.busy_peak - peak).abs() < 1e-9, "{horizon}: {server:?}");
        let run = outcome(&scenario);
        assert!((metric(&run, "subscriber.server.utilization.peak").point - peak).abs() < 2e-3, "{horizon}");
    }
}

#[test]
fn an_overnight_batch_is_as_much_work_as_reckoned() {
    let scenario = shipped("overnight-batch", &[("run.replications", "10")]);
    let check = checked(&scenario);
    assert_eq!(all_agree(&check, &outcome(&scenario)), 2);
    let accounting = station(&check, "poller.accounting", "workers");
    assert!(accounting.busy_peak == 1.0 && accounting.load_peak < 0.01 && check.bears, "a burst is no overload");
}

/// One of many designs: some events to a topic and a queue, with selectors, failures, dead letters, callbacks and workflows.
fn generated(number: u64) -> String {
    let mut stream = Stream::new(number, 0, "design", "shape");
    let mut pick = |from: f64, to: f64| from + (to - from) * stream.unit();
    let (rate, other) = (pick(5.0, 30.0), pick(2.0, 10.0));
    let share = pick(20.0, 90.0);
    let (failure, deliveries) = (pick(0.0, 30.0), pick(1.0, 4.0) as u32 + 1);
    let (receive, deliver, select, per_kib) = (pick(0.1, 3.0), pick(0.1, 3.0), pick(0.0, 1.0), pick(0.0, 0.5));
    let (service, own, work) = (pick(5.0, 30.0), pick(1.0, 20.0), pick(5.0, 40.0));
    let (holds, runs) = (pick(0.0, 1.0) < 0.5, if pick(0.0, 1.0) < 0.5 { "workflow" } else { "listener" });
    let zone = if runs == "workflow" { "" } else { "zone = \"away\"" };
    let (bandwidth, group) = (pick(1.0, 10.0), pick(1.0, 3.0) as u32);
    format!(
        r#"
        title = "generated {number}"
        [run]
        kind = "steady"
        horizon = "2000s"
        warm_up = "200s"
        replications = 30
        seed = {number}
        [zone.home]
        latency = "1ms"
        [link.wan]
        between = ["home", "away"]
        latency = "exp(5ms)"
        bandwidth = "{bandwidth}Mbit/s"
        loss = "1%"
        in_order = false
        [sor.registry]
        zone = "home"
        workers = 3
        service = "exp({service}ms)"
        own_load = "{own}/s"
        own_service = "gamma(mean=20ms, cv=0.7)"
        [sor.crm]
        zone = "away"
        workers = 4
        service = "uniform(5ms, 25ms)"
        [event.changed]
        from = "registry"
        to = "changes"
        rate = "{rate}/s"
        size = {{ light = "700B", heavy = "6KiB" }}
        kinds = ["a", "b", "c"]
        lifecycle = {{ changes = 4, spacing = "exp(1s)" }}
        [event.billed]
        from = "crm"
        to = "bills"
        rate = "{other}/s"
        weight = "heavy"
        size = {{ heavy = "3KiB" }}
        [event.audited]
        from = "crm"
        to = "audits"
        weight = "heavy"
        size = {{ heavy = "1KiB" }}
        [queue.audits]
        segment = "bus"
        [subscriber.auditor]
        zone = "home"
        from = "audits"
        runs = "actors"
        [[subscriber.auditor.stage]]
        name = "parse"
        tasks = 2
        work = "exp(5ms)"
        [[subscriber.auditor.stage]]
        name = "file"
        tasks = 3
        work = "exp(9ms)"
        [segment.bus]
        zone = "home"
        threads = 2
        cost = {{ receive = "exp({receive}ms)", select = "{select}ms", deliver = "{deliver}ms", acknowledge = "0.2ms", per_kib = "{per_kib}ms" }}
        persist = {{ write = "exp(2ms)", group = {group} }}
        [topic.changes]
        segment = "bus"
        [queue.bills]
        segment = "bus"
        max_deliveries = {deliveries}
        dead_letter = "dead"
        [queue.dead]
        segment = "bus"
        [subscriber.profile]
        {zone}
        runs = "{runs}"
        from = "changes"
        workers = 12
        work = "exp({work}ms)"
        selector = "{share}%"
        [subscriber.profile.callback]
        holds_worker = {holds}
        connections = 40
        [subscriber.kinds]
        zone = "away"
        from = "changes"
        workers = 8
        work = "10ms"
        selector = {{ kinds = ["a", "c"] }}
        calls = ["crm"]
        [subscriber.billing]
        zone = "away"
        from = "bills"
        workers = 6
        work = "uniform(5ms, 30ms)"
        failure = "{failure}%"
        raises = [{{ event = "audited", share = "40%" }}]
        [subscriber.undertaker]
        zone = "home"
        from = "dead"
        workers = 2
        work = "exp(20ms)"
        "#
    )
}

#[test]
fn generated_designs_are_as_busy_as_reckoned() {
    for number in 1..=8 {
        let scenario = scenario(&generated(number));
        let check = checked(&scenario);
        assert!(check.bears, "{}", check.conclusion);
        assert!(all_agree(&check, &outcome(&scenario)) >= 8);
    }
}

/// An M/M/3 queue in front of a system of record with two callers.
const SMALL: &str = r#"
    title = "Small"
    [run]
    kind = "day"
    horizon = "24h"
    [link.wan]
    between = ["here", "there"]
    latency = "10ms"
    bandwidth = "8Mbit/s"
    [sor.registry]
    zone = "here"
    workers = 2
    service = "20ms"
    own_load = "10/s"
    own_service = "30ms"
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "5/s"
    size = { light = "1000B", heavy = "10KiB" }
    hourly = [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    [segment.bus]
    zone = "here"
    memory = "1MiB"
    [topic.changes]
    segment = "bus"
    [subscriber.one]
    zone = "there"
    from = "changes"
    workers = 2
    work = "50ms"
    [subscriber.one.callback]
    timeout = "10s"
    retries = 3
    [subscriber.two]
    zone = "here"
    from = "changes"
    work = "10ms"
    selector = "50%"
    [subscriber.two.callback]
    "#;

#[test]
fn a_small_design_is_reckoned_as_with_a_pencil() {
    let check = checked(&scenario(SMALL));
    let is = |value: f64, truth: f64| assert!((value - truth).abs() < 1e-9 * truth, "{value}, not {truth}");
    // 24 hours of weight 24 in all: the first one has twice the mean rate.
    is(check.events[0].mean, 5.0);
    is(check.events[0].peak, 10.0);
    is(check.events[0].copies, 1.5);
    // 7.5 callbacks of 20 ms and 10 requests of 30 ms, on two workers.
    let registry = station(&check, "sor.registry", "workers");
    is(registry.load_mean, (7.5 * 0.02 + 10.0 * 0.03) / 2.0);
    is(registry.load_peak, (15.0 * 0.02 + 10.0 * 0.03) / 2.0);
    assert_eq!(registry.peak_at_s, 0.0);
    let callbacks = &check.callbacks[0];
    is(callbacks.requests_per_event, 1.5);
    // Three retries at one caller, none at the other.
    is(callbacks.requests_per_event_worst, 4.5);
    is(callbacks.share_peak, 15.0 * 0.02 / 2.0);
    is(callbacks.share_peak_worst, 45.0 * 0.02 / 2.0);
    // Request 400 B, answer 10 KiB at 8 Mbit/s, 10 ms each way.
    let out = 0.02 + (400.0 + 10240.0) / 1e6;
    is(station(&check, "subscriber.one", "workers").load_mean, 5.0 * (0.05 + out + 0.02) / 2.0);
    // Towards the registry: acks and requests; the other way: events and answers, which are more.
    is(station(&check, "link.wan", "bandwidth").load_mean, 5.0 * (1000.0 + 10240.0) / 1e6);
    is(check.links[0].bytes_mean, 5.0 * (1000.0 + 10240.0 + 64.0 + 400.0));
    // A copy takes its message and 64 B.
    let outage = &check.outages[0];
    is(outage.messages_per_hour_peak, 36_000.0);
    is(outage.bytes_per_hour_mean, 18_000.0 * 1064.0);
    is(outage.full_after_s.unwrap(), 1048576.0 / 10.0 / 1064.0);
    // The workers could do 1 / load times as much.
    let load = station(&check, "subscriber.one", "workers").load_mean;
    is(outage.drain_s.unwrap(), 3600.0 / (1.0 / load - 1.0));
}

#[test]
fn what_does_not_keep_up_is_named_with_its_growth() {
    let check = checked(&scenario_set(SMALL, &[("subscriber.one.workers", "1"), ("event.changed.rate", "12/s")]));
    assert!(!check.bears);
    // At the peak 24 a second come, and one worker does 1 / 0.10064 a second.
    let one = station(&check, "subscriber.one", "workers");
    let truth = (24.0 - 1.0 / (0.05 + 0.02 + 10640.0 / 1e6 + 0.02)) * 3600.0;
    assert!((one.growth_per_hour.unwrap() - truth).abs() < 1e-6 * truth, "{:?} {truth}", one.growth_per_hour);
    assert!(check.conclusion.starts_with("The design does not bear its load: subscriber.one (workers)"), "{}", check.conclusion);
    assert!(check.unstable[0].sentence.contains("more than it can ever catch up with"), "{}", check.unstable[0].sentence);
    let calm = checked(&scenario(SMALL));
    assert!(calm.bears && calm.unstable.is_empty());
}

#[test]
fn a_surge_is_the_peak_and_the_bottleneck_follows_from_it() {
    let surge = "[[surge]]\nevent = \"changed\"\nat = \"12:02\"\nfor = \"8m\"\nfactor = 3";
    let check = checked(&scenario(&format!("{SMALL}\n{surge}")));
    // 12:05 to 12:10 is the first window that lies within it.
    let one = station(&check, "subscriber.one", "workers");
    assert_eq!(one.peak_at_s, 12.0 * 3600.0 + 300.0);
    assert!((check.events[0].peak - 15.0).abs() < 1e-9);
    let first = check.bottleneck.as_ref().unwrap();
    assert_eq!((first.station.as_str(), first.servers_are.as_str()), ("subscriber.one", "workers"));
    assert!((first.bears_times * one.load_peak - 1.0).abs() < 1e-3, "{} {}", first.bears_times, one.load_peak);
}

#[test]
fn what_is_idle_or_left_at_zero_is_told() {
    let heavy = checked(&scenario_set(SMALL, &[("event.changed.weight", "heavy")]));
    let told = |notes: &[busload::outcome::check::Note], path: &str| notes.iter().any(|note| note.path == path);
    assert!(told(&heavy.idle, "subscriber.one.callback") && told(&heavy.idle, "subscriber.two.callback"), "{:?}", heavy.idle);
    assert!(told(&heavy.idle, "segment.bus.threads") && told(&heavy.zeros, "segment.bus.cost"), "{:?}", heavy.zeros);
    let light = checked(&scenario(SMALL));
    assert!(!told(&light.idle, "subscriber.one.callback"), "{:?}", light.idle);
    assert!(told(&light.zeros, "subscriber.two.callback.timeout") && !told(&light.zeros, "subscriber.one.callback.timeout"));
    let nobody = checked(&scenario(&format!("{SMALL}\n[sor.spare]\nservice = \"1s\"\n[queue.lonely]\nsegment = \"bus\"")));
    assert!(told(&nobody.idle, "sor.spare") && told(&nobody.idle, "queue.lonely"), "{:?}", nobody.idle);
}

/// Keys that another value of a switch, or another part of the design, would make act.
#[test]
fn what_only_another_switch_would_make_act_is_told() {
    let idle = [
        ("event.changed.priority", ("queue.bills.priorities", "true")),
        ("event.changed.kinds", ("subscriber.board.selector", "{ kinds = [\"a\"] }")),
        ("sor.registry.clock_skew", ("subscriber.board.guard", "timestamp")),
        ("subscriber.board.durable", ("disruption", "[{ what = \"subscriber.board\", kind = \"down\", at = \"1h\", for = \"1h\" }]")),
        ("subscriber.flow.zone", ("subscriber.flow.runs", "listener")),
        ("segment.bus.cost.select", ("subscriber.board.selector", "50%")),
        ("link.spare", ("subscriber.flow.runs", "listener")),
        ("zone.gate.latency", ("sor.registry.zone", "gate")),
        ("run.precision", ("run.replications", "auto")),
    ];
    let text = |key: &str| {
        let to = if key.ends_with("priority") { "bills" } else { "changes" };
        let registry = if key.starts_with("zone") { "hall" } else { "gate" };
        format!(
            r#"
            [run]
            precision = "2%"
            [zone.gate]
            latency = "1ms"
            [zone.hall]
            [link.wire]
            between = ["gate", "hall"]
            [link.spare]
            between = ["hall", "annex"]
            [sor.registry]
            zone = "{registry}"
            clock_skew = "exp(10ms)"
            [event.changed]
            from = "registry"
            to = "{to}"
            rate = "1/s"
            resources = 10
            priority = 4
            kinds = ["a", "b"]
            [segment.bus]
            zone = "hall"
            cost = {{ receive = "1ms", select = "1ms" }}
            [topic.changes]
            segment = "bus"
            [queue.bills]
            segment = "bus"
            [subscriber.board]
            zone = "gate"
            from = "changes"
            durable = false
            [subscriber.biller]
            zone = "hall"
            from = "bills"
            [subscriber.flow]
            from = "changes"
            runs = "workflow"
            zone = "annex"
            [objective]
            "subscriber.board.redelivered" = "< 5"
            "#
        )
    };
    for (key, setting) in idle {
        let text = text(key);
        let told = |scenario| checked(&scenario).idle.iter().any(|note| note.path == key);
        assert!(told(scenario(&text)), "{key}");
        // The zone talks to itself where a subscriber next to the registry calls it back.
        let called = if key.starts_with("zone") {
            format!("{text}\n[subscriber.board.callback]\n").replace("clock_skew", "service = \"1ms\"\nclock_skew")
        } else {
            text
        };
        assert!(!told(scenario_set(&called, &[setting])), "{key}");
    }
}

#[test]
fn every_shipped_design_has_finite_figures_that_survive_json() {
    for scenario in crate::designs::all_shipped() {
        let outcome = check(std::slice::from_ref(&scenario));
        let text = serde_json::to_string(&outcome).unwrap();
        // What is not finite is null in JSON, and no number to its reader.
        assert_eq!(serde_json::from_str::<busload::outcome::check::CheckOutcome>(&text).unwrap(), outcome, "{}", scenario.file);
        assert!(!outcome.designs[0].stations.is_empty(), "{}", scenario.file);
    }
}
