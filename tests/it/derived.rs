//! Derived events: chains, fan-in, shares, loops; their time counts from their own raising and from the first change.

use crate::run_help::{FAR, agree, outcome, point, run, scenario, scenario_set, steady};
use busload::outcome::Outcome;
use busload::scenario::{MemoryFiles, Scenario, load};

/// An event every ten seconds; who gets it is 5 ms away and raises another one, which goes to a second subscriber there.
const CHAIN: &str = r#"
    [run]
    horizon = "105s"
    replications = 1
    [link.wire]
    between = ["here", "there"]
    latency = "5ms"
    [sor.registry]
    zone = "here"
    service = "20ms"
    [sor.profiles]
    zone = "there"
    service = "40ms"
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "0.1/s"
    arrivals = "regular"
    weight = "heavy"
    size = { light = "0B", heavy = "0B" }
    [event.profile_changed]
    from = "profiles"
    to = "profiles"
    weight = "heavy"
    size = { light = "0B", heavy = "0B" }
    [segment.bus]
    zone = "here"
    [topic.changes]
    segment = "bus"
    [topic.profiles]
    segment = "bus"
    [subscriber.profile]
    zone = "there"
    from = "changes"
    work = "10ms"
    raises = [{ event = "profile_changed" }]
    [subscriber.search]
    zone = "there"
    from = "profiles"
    work = "20ms"
    [subscriber.search.callback]
"#;

fn milliseconds(outcome: &Outcome, truths: &[(&str, f64)]) {
    for (name, truth) in truths {
        let seen = point(outcome, name) * 1e3;
        assert!((seen - truth).abs() < 1e-9, "{name} is {seen} ms, in truth {truth}");
    }
}

#[test]
fn a_derived_event_counts_from_its_own_raising_and_from_the_first_change() {
    let heavy = run(CHAIN);
    milliseconds(
        &heavy,
        &[
            ("subscriber.profile.end_to_end.mean", 15.0),
            ("subscriber.search.end_to_end.mean", 5.0 + 5.0 + 20.0),
            ("subscriber.search.hop.publish_link.mean", 5.0),
            ("subscriber.search.since_origin.mean", 15.0 + 30.0),
            ("subscriber.search.since_origin.max", 45.0),
            ("event.profile_changed.end_to_end.mean", 30.0),
        ],
    );
    assert_eq!(point(&heavy, "event.changed.raised"), 10.0);
    assert_eq!(point(&heavy, "event.profile_changed.raised"), 10.0);
    assert_eq!(point(&heavy, "subscriber.profile.raised"), 10.0);
    assert_eq!(point(&heavy, "subscriber.profile.raised.profile_changed"), 10.0);
    assert!(heavy.metric("subscriber.profile.since_origin.mean").is_none());
    // A light one calls back the system of record that it names.
    let light = outcome(&scenario_set(CHAIN, &[("event.profile_changed.weight", "light")]));
    milliseconds(&light, &[("subscriber.search.since_origin.mean", 45.0 + 40.0)]);
    assert_eq!(point(&light, "subscriber.search.callback.attempts"), 10.0);
    assert!(light.metric("sor.registry.utilization.mean").is_none());
}

#[test]
fn the_picture_shows_who_raises() {
    let edges = run(CHAIN).architecture.edges;
    let raise = edges.iter().find(|edge| edge.kind == "raise").expect("an arrow");
    assert_eq!((raise.from.as_str(), raise.to.as_str()), ("subscriber.profile", "topic.profiles"));
    assert!((raise.rate - 10.0 / 105.0).abs() < 1e-12);
    let publishes: Vec<&str> = edges.iter().filter(|edge| edge.kind == "publish").map(|edge| edge.from.as_str()).collect();
    assert_eq!(publishes, ["sor.registry"]);
}

/// A second raiser beside the bus, which is slower than the first but nearer: its versions come first.
const FAN_IN: &str = r#"
    [subscriber.audit]
    zone = "here"
    from = "changes"
    work = "17ms"
    raises = [{ event = "profile_changed" }]
"#;

#[test]
fn versions_of_a_derived_event_overtake_each_other_on_the_resource_of_its_trigger() {
    let text = format!("{CHAIN}{FAN_IN}").replace("rate = \"0.1/s\"", "rate = \"0.1/s\"\n    resources = 1_000_000");
    let far = text.replace("latency = \"5ms\"", "latency = \"20ms\"").replace("work = \"10ms\"", "work = \"1ms\"");
    // The far one is done after 21 ms and publishes for 20, the near one is done after 17: version 1 comes first; then the other way
    // round, after 16 ms and 5 on the way against 17.
    for (text, stale) in [(&far, 0.0), (&text.replace("work = \"10ms\"", "work = \"11ms\""), 10.0)] {
        let workers = text.replace("work = \"20ms\"", "work = \"20ms\"\n    workers = 2");
        let outcome = run(&workers);
        assert_eq!(point(&outcome, "event.profile_changed.raised"), 20.0);
        assert_eq!(point(&outcome, "subscriber.search.throughput") * 105.0, 20.0);
        assert_eq!(point(&outcome, "subscriber.search.stale_overwrites"), stale);
        assert_eq!(point(&outcome, "subscriber.search.order_violations"), stale);
    }
    let guarded = text
        .replace("work = \"10ms\"", "work = \"11ms\"")
        .replace("from = \"profiles\"\n    work", "from = \"profiles\"\n    guard = \"version\"\n    work");
    assert_eq!(point(&run(&guarded), "subscriber.search.stale_overwrites"), 0.0);
}

#[test]
fn lifecycles_at_the_root_keep_what_derives_from_them_apart() {
    let text =
        format!("{CHAIN}{FAN_IN}").replace("rate = \"0.1/s\"", "rate = \"20/s\"\n    lifecycle = { changes = 3, spacing = \"exp(10ms)\" }");
    let text = text.replace("arrivals = \"regular\"", "").replace("work = \"20ms\"", "work = \"exp(20ms)\"\n    workers = 8");
    let outcome = run(&text);
    let raised = point(&outcome, "event.changed.raised");
    assert!(raised > 1_500.0);
    assert!(point(&outcome, "subscriber.search.stale_overwrites") > 100.0);
    // Without a guard a view is wrong until a newer version comes, or for good: no longer than the run lasts.
    assert!(point(&outcome, "subscriber.search.time_wrong") < 105.0 * raised);
    let guarded = run(&text.replace("from = \"profiles\"\n    work", "from = \"profiles\"\n    guard = \"version\"\n    work"));
    assert_eq!(point(&guarded, "subscriber.search.time_wrong"), 0.0);
    assert!(point(&guarded, "subscriber.search.hop.overtaken.mean") >= 0.0);
}

/// Work, workers, and what is raised by which share.
type Station<'a> = (&'a str, u32, &'a [(&'a str, f64)]);

/// Stations in front of queues without cost: who raises what makes the network.
fn network(title: &str, seconds: u32, rate: &str, stations: &[Station<'_>]) -> Outcome {
    let mut text = format!("{}\n[sor.source]\n[segment.bus]\n", steady(title, seconds));
    for (index, (work, workers, raises)) in stations.iter().enumerate() {
        let station = index + 1;
        let rate = if index == 0 { format!("rate = \"{rate}\"") } else { String::new() };
        let list: Vec<String> = raises.iter().map(|(event, share)| format!("{{ event = \"{event}\", share = {share:?} }}")).collect();
        let raises = if list.is_empty() { String::new() } else { format!("raises = [{}]", list.join(", ")) };
        text += &format!(
            "[event.e{station}]\nfrom = \"source\"\nto = \"q{station}\"\n{rate}\n[queue.q{station}]\nsegment = \"bus\"\n\
             [subscriber.s{station}]\nfrom = \"q{station}\"\nwork = \"{work}\"\nworkers = {workers}\n{raises}\n"
        );
    }
    outcome(&scenario(&text))
}

#[test]
fn a_network_with_feedback_has_the_product_form() {
    // closed_forms.json: jackson-1 (J. Jackson, Operations Research 5, 1957).
    let stations: [Station<'_>; 3] =
        [("exp(400ms)", 1, &[("e2", 0.6), ("e3", 0.4)]), ("exp(333333333ns)", 1, &[("e1", 0.2)]), ("exp(1s)", 1, &[("e2", 0.5)])];
    let outcome = network("jackson-1", 20_000, "1/s", &stations);
    agree(
        &outcome,
        &[
            ("subscriber.s1.throughput", 1.1904761904761905),
            ("subscriber.s1.utilization.mean", 0.47619047619047616),
            ("subscriber.s1.in_flight.mean", 0.909090909090909),
            ("subscriber.s1.end_to_end.mean", 0.7636363636363636),
            ("subscriber.s2.throughput", 0.9523809523809524),
            ("subscriber.s2.in_flight.mean", 0.4651162790697675),
            ("subscriber.s2.end_to_end.mean", 0.48837209302325585),
            ("subscriber.s3.throughput", 0.4761904761904762),
            ("subscriber.s3.in_flight.mean", 0.9090909090909093),
            ("subscriber.s3.end_to_end.mean", 1.9090909090909094),
        ],
    );
}

#[test]
fn callbacks_as_a_station_that_is_visited_again_have_the_product_form() {
    // closed_forms.json: jackson-2.
    let stations: [Station<'_>; 3] =
        [("exp(25ms)", 1, &[("e2", 1.0)]), ("exp(250ms)", 4, &[("e3", 0.4)]), ("exp(100ms)", 1, &[("e2", 1.0)])];
    let outcome = network("jackson-2", 4_000, "500K/day", &stations);
    agree(
        &outcome,
        &[
            ("subscriber.s1.end_to_end.mean", 0.02922868741542625),
            ("subscriber.s2.throughput", 9.645061728395062),
            ("subscriber.s2.utilization.mean", 0.6028163580246914),
            ("subscriber.s2.in_flight.mean", 2.8523946157059807),
            ("subscriber.s2.end_to_end.mean", 0.2957362737563961),
            ("subscriber.s3.utilization.mean", 0.3858024691358025),
            ("subscriber.s3.end_to_end.mean", 0.16281407035175882),
        ],
    );
}

#[test]
fn segments_that_events_are_split_over_at_random_are_lines_of_their_own() {
    // closed_forms.json: segments-hash-2, four segments; the splitter itself takes no time.
    let shares: Vec<String> = (0..4).map(|number| format!("{{ event = \"e{number}\", share = 0.25 }}")).collect();
    let mut text = format!(
        "{}\n[sor.source]\n[segment.front]\n[queue.front]\nsegment = \"front\"\n[event.customer]\nfrom = \"source\"\nto = \"front\"\n\
         rate = \"500K/day\"\n[subscriber.splitter]\nfrom = \"front\"\nworkers = 100\nraises = [{}]\n",
        steady("segments-hash-2", 15_000),
        shares.join(", ")
    );
    for number in 0..4 {
        text += &format!(
            "[event.e{number}]\nfrom = \"source\"\nto = \"q{number}\"\n[segment.b{number}]\ncost = {{ receive = \"exp(500ms)\" }}\n\
             [queue.q{number}]\nsegment = \"b{number}\"\n[subscriber.s{number}]\nfrom = \"q{number}\"\n"
        );
    }
    let outcome = outcome(&scenario(&text));
    agree(
        &outcome,
        &[
            ("segment.b0.utilization.mean", 0.7233796296296297),
            ("segment.b0.waiting.mean", 1.3075313807531381),
            ("segment.b3.waiting_line.mean", 1.891683131876647),
            ("subscriber.s1.end_to_end.mean", 1.8075313807531381),
            ("subscriber.s1.since_origin.p99", 8.32398962488224),
            ("subscriber.s2.since_origin.mean", 1.8075313807531381),
        ],
    );
}

#[test]
fn consumers_in_turn_and_one_shared_line_differ_as_they_should() {
    // closed_forms.json: segments-roundrobin-2 and segments-shared-2.
    let text = |consumers: &str| {
        format!(
            "{}\n[sor.source]\n[segment.bus]\n[queue.line]\nsegment = \"bus\"\n[event.customer]\nfrom = \"source\"\nto = \"line\"\n\
             rate = \"500K/day\"\n[subscriber.server]\nfrom = \"line\"\nworkers = 4\nwork = \"exp(500ms)\"\n{consumers}\n",
            steady("segments dealt in turn", 6_000)
        )
    };
    agree(
        &run(&text("consumers = 4")),
        &[
            ("subscriber.server.end_to_end.mean", 1.2050186615894427),
            ("subscriber.server.end_to_end.p99", 5.549316013910975),
            ("subscriber.server.waiting.p90", 2.1287366017988516),
        ],
    );
    agree(
        &run(&text("")),
        &[("subscriber.server.end_to_end.mean", 0.7104107144578822), ("subscriber.server.end_to_end.p99", 2.850169686875083)],
    );
}

/// Everything at once that a publish can meet: refusals, confirms, full memory, failures, dead letters, a loop on its own resource.
pub const MESSY: &str = r#"
    [run]
    horizon = "3m"
    replications = 3
    ending = "drain"
    [link.wire]
    between = ["here", "there"]
    latency = "exp(5ms)"
    [sor.registry]
    zone = "here"
    service = "2ms"
    workers = 4
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "20/s"
    resources = 50
    [event.other]
    from = "registry"
    to = "changes"
    rate = "5/s"
    lifecycle = { changes = 2, spacing = "exp(1s)" }
    [event.derived]
    from = "registry"
    to = "tight"
    size = { light = "1KiB", heavy = "2KiB" }
    kinds = ["one", "two"]
    confirm = { in_flight = 2 }
    refused = { backoff = "exp(100ms)", retries = 1 }
    [event.again]
    from = "registry"
    to = "changes"
    rate = "1/s"
    resources = 10
    [segment.bus]
    zone = "here"
    cost = { receive = "1ms", deliver = "exp(1ms)" }
    threads = 2
    [segment.small]
    zone = "there"
    memory = "20KiB"
    persist = { write = "exp(2ms)", group = 4 }
    [topic.changes]
    segment = "bus"
    [queue.tight]
    segment = "small"
    max_length = 12
    max_deliveries = 2
    dead_letter = "dead"
    [queue.dead]
    segment = "small"
    [subscriber.flow]
    from = "changes"
    runs = "workflow"
    work = "exp(10ms)"
    workers = 4
    failure = "5%"
    raises = [{ event = "derived", share = "50%" }, { event = "again", share = "20%" }]
    [subscriber.flow.callback]
    [subscriber.side]
    zone = "there"
    from = "changes"
    selector = "50%"
    work = "exp(20ms)"
    raises = [{ event = "derived" }]
    [subscriber.sink]
    zone = "there"
    from = "tight"
    prefetch = 5
    work = "exp(25ms)"
    failure = "20%"
    guard = "version"
    calls = ["registry"]
    [subscriber.clerk]
    zone = "there"
    from = "dead"
    work = "exp(50ms)"
    raises = [{ event = "again", share = "10%" }]
"#;

#[test]
fn refusals_confirms_and_failures_lose_no_count() {
    // Laws are checked at the end of every replication.
    let outcome = run(MESSY);
    let count = |name: &str| point(&outcome, name);
    assert!(count("event.derived.refused") > 0.0 && count("queue.tight.rejected") > count("event.derived.refused"));
    assert!(count("subscriber.clerk.raised") > 0.0 && count("subscriber.flow.redelivered") > 0.0);
    assert_eq!(count("event.derived.raised"), count("subscriber.flow.raised.derived") + count("subscriber.side.raised"));
    for subscriber in ["flow", "side", "sink", "clerk"] {
        assert_eq!(count(&format!("subscriber.{subscriber}.unfinished")), 0.0, "{subscriber}");
    }
    assert!(count("subscriber.sink.missed.refused") > 0.0 && count("segment.small.blocked") > 0.0);
}

fn loaded(text: &str) -> Scenario {
    load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Rates by the equations, and as they come out: dead letters, shares of a queue, selectors, a loop.
#[test]
fn the_traffic_equations_say_what_comes() {
    let traffic = loaded(CHAIN).traffic;
    assert_eq!(traffic.events, [0.1, 0.1]);
    assert_eq!(traffic.subscribers, [0.1, 0.1]);
    let text = MESSY
        .replace("max_length = 12", "")
        .replace("memory = \"20KiB\"", "")
        .replace("refused = { backoff = \"exp(100ms)\", retries = 1 }", "");
    let scenario =
        loaded(&text.replace("\"3m\"", "\"30m\"").replace("exp(25ms)", "exp(5ms)").replace("replications = 3", "replications = 5"));
    let outcome = outcome(&scenario);
    let seconds = 30.0 * 60.0;
    for (event, rate) in scenario.events.iter().zip(&scenario.traffic.events) {
        let metric = outcome.metric(&format!("event.{}.raised", event.name)).unwrap();
        let deviation = (rate * seconds / f64::from(metric.n)).sqrt() * 2.0;
        let far = (metric.point - rate * seconds).abs() / deviation;
        assert!(far < FAR, "{}: {} raised, {} expected", event.name, metric.point, rate * seconds);
    }
    for (subscriber, rate) in scenario.subscribers.iter().zip(&scenario.traffic.subscribers) {
        let name = format!("subscriber.{}", subscriber.name);
        let dead = if subscriber.name == "sink" { 0.2 * 0.2 } else { 0.0 };
        let seen = point(&outcome, &format!("{name}.throughput")) * seconds;
        let truth = rate * seconds * (1.0 - dead);
        assert!((seen - truth).abs() < FAR * 2.0 * (truth / 5.0).sqrt() + 30.0, "{name}: {seen} done, {truth} expected");
    }
}

/// The first line of each problem of the chain with one piece of text replaced.
fn problems(from: &str, to: &str) -> Vec<String> {
    assert!(CHAIN.contains(from), "the chain has no {from:?}");
    let text = CHAIN.replace(from, to);
    let problems = load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]).expect_err("a problem");
    problems
        .render(false)
        .lines()
        .filter(|line| line.starts_with("error: ") || line.contains("= help: "))
        .map(|line| line.trim().into())
        .collect()
}

const SEARCH: &str = "work = \"20ms\"";

#[test]
fn a_loop_that_grows_is_one_clear_error() {
    let back = "work = \"20ms\"\n    raises = [{ event = \"changed\", share = \"100%\" }]";
    let hint = "= help: write lower shares: a loop dies out where a round raises less than one event for each";
    assert_eq!(
        problems(SEARCH, back),
        [
            "error: subscriber.profile.raises: the loop changed -> profile_changed -> changed grows for ever: each of its events leads to 1 more in the next round",
            hint
        ]
    );
    let twice = format!(
        "{back}\n    [subscriber.other]\n    zone = \"there\"\n    from = \"profiles\"\n    raises = [{{ event = \"changed\", share = \"50%\" }}]"
    );
    assert!(problems(SEARCH, &twice)[0].contains("leads to 1.5 more"));
    let own = "work = \"20ms\"\n    raises = [{ event = \"profile_changed\" }]";
    assert!(problems(SEARCH, own)[0].contains("the loop profile_changed -> profile_changed grows"));
    // All but the whole of it comes back: more events than a run comes to the end of.
    let nearly = back.replace("100%", "99.9999%");
    assert!(problems(SEARCH, &nearly)[0].contains("derived events on average, more than can be simulated at once"));
}

#[test]
fn a_loop_that_dies_out_is_solved() {
    let back = "work = \"20ms\"\n    raises = [{ event = \"changed\", share = \"60%\" }]";
    let traffic = loaded(&CHAIN.replace(SEARCH, back)).traffic;
    for rate in traffic.events.iter().chain(&traffic.subscribers) {
        assert!((rate - 0.1 / 0.4).abs() < 1e-12, "{rate}");
    }
}

#[test]
fn what_can_not_be_raised_is_told() {
    let raises = "raises = [{ event = \"profile_changed\" }]";
    // Where it is not raised, the derived event lacks a rate besides.
    let told = |list: &str| {
        let problems = problems(raises, &format!("raises = {list}"));
        problems.into_iter().find(|line| line.contains("raises")).expect("a problem with the list")
    };
    assert_eq!(told("[{ event = \"profile\" }]"), "error: subscriber.profile.raises.0.event: there is no event `profile`");
    assert_eq!(told("[]"), "error: subscriber.profile.raises: 0 events");
    assert_eq!(
        told("[{ event = \"profile_changed\", share = \"60%\" }, { event = \"changed\", share = \"50%\" }]"),
        "error: subscriber.profile.raises: the shares add up to 110.0%, and one message raises at most one of the list"
    );
    assert!(told("[{ event = \"profile_changed\", share = \"10%\" }, { event = \"profile_changed\", share = \"10%\" }]").contains("twice"));
    // Nobody raises it, and it has no rate.
    assert_eq!(problems(raises, "")[0], "error: event.profile_changed needs `rate`");
    for key in ["resources = 10", "batch = 2", "lifecycle = { changes = 2 }", "arrivals = \"regular\""] {
        let with = format!("to = \"profiles\"\n    {key}");
        let name = key.split(' ').next().unwrap();
        assert_eq!(
            problems("to = \"profiles\"", &with)[0],
            format!(
                "error: event.profile_changed.{name} has no effect because the event has no `rate`: it comes when subscribers raise it, about the resource of what they got"
            )
        );
    }
}

#[test]
fn what_is_called_must_be_there_and_have_a_service() {
    assert_eq!(problems(SEARCH, "calls = [\"crm\"]")[0], "error: subscriber.search.calls: there is no system of record `crm`");
    assert_eq!(problems(SEARCH, "calls = []")[0], "error: subscriber.search.calls: 0 services");
    let without = "[sor.crm]\n    [event.changed]";
    let text = CHAIN.replace("[event.changed]", without).replace(SEARCH, "calls = [\"crm\"]");
    let told = load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &[]).expect_err("a problem").render(false);
    assert!(told.contains("error: sor.crm needs `service`, as `search` calls it"), "{told}");
}
