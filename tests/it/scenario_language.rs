//! What the language says, and that it is understood: values, defaults, `extends`, overrides, data files, digests, metrics.

use crate::scenario_help::{BASE, changed, load_set, load_text, seen};
use busload::core::{Ordering, QueueId};
use busload::scenario::spec::{Destination, Refused, Relation, Replications, Selector, Service, Source, Style, WarmUp};
use busload::scenario::{MemoryFiles, Scenario, load, metric_catalog};
use busload::sim::{Distribution, Pattern};
use busload::units::{Bytes, Span, Time};

fn good(text: &str) -> Scenario {
    load_text(text).unwrap_or_else(|problems| panic!("{problems}"))
}

fn set(path: &str, value: &str) -> Scenario {
    load_set(BASE, &[(path, value)]).unwrap_or_else(|problems| panic!("{path}={value}\n{problems}"))
}

fn mean(service: &Service) -> f64 {
    match service {
        Service::Drawn(distribution) => distribution.mean(),
        Service::Recorded { .. } => panic!("recorded"),
    }
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-9), "{a} is not {b}");
}

#[test]
fn defaults_are_harmless() {
    let text = r#"
        [sor.s]
        [event.e]
        from = "s"
        to = "q"
        rate = "1/s"
        [segment.g]
        [queue.q]
        segment = "g"
        [subscriber.x]
        from = "q"
        [subscriber.x.callback]
        to = "s"
    "#
    .replace("[sor.s]", "[sor.s]\nservice = \"1ms\"");
    let scenario = good(&text);
    assert_eq!((scenario.title.as_str(), scenario.question.as_str(), scenario.file.as_str()), ("a", "", "a.toml"));
    assert_eq!((scenario.run.horizon, scenario.run.confidence, scenario.run.seed), (Span::from_secs(86_400), 0.95, 1));
    assert_eq!((scenario.run.replications, scenario.run.warm_up), (Replications::Fixed(10), WarmUp::Fixed(Span::ZERO)));
    assert!(scenario.segments[0].cost.receive.is_zero() && scenario.segments[0].persist.is_none());
    let subscriber = &scenario.subscribers[0];
    assert_eq!((subscriber.workers, subscriber.consumers, subscriber.prefetch, subscriber.durable), (1, 1, None, true));
    let callback = subscriber.callback.as_ref().unwrap();
    assert_eq!((callback.request, callback.response, callback.retries, callback.holds_worker), (Bytes(400), Bytes(2048), 0, true));
    assert!(callback.parsing.is_zero() && callback.timeout.is_none() && callback.connections.is_none());
    let Refused::Retry { factor, retries, .. } = &scenario.events[0].refused else { panic!("drop") };
    assert_eq!((*factor, *retries), (2.0, None));
}

#[test]
fn entities_keep_the_order_of_the_file_and_names_become_numbers() {
    let scenario = good(BASE);
    let names: Vec<&str> = scenario.queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, ["bills", "dead"]);
    assert_eq!(scenario.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["changed", "billed"]);
    assert_eq!(scenario.events[1].to, Some(Destination::Queue(0)));
    assert_eq!(scenario.queues[0].line.policy.dead_letter, Some(QueueId(1)));
    assert_eq!(scenario.zones.iter().map(|zone| zone.name.as_str()).collect::<Vec<_>>(), ["hall", "gate"]);
}

#[test]
fn distributions_are_fitted_from_what_people_know() {
    for (text, expected) in [
        ("20ms", 0.020),
        ("0", 0.0),
        ("27us + exp(5ms)", 0.005027),
        ("exp(mean=5ms)", 0.005),
        ("uniform(5ms, 9ms)", 0.007),
        ("lognormal(mean=20ms, cv=1.5)", 0.020),
        ("lognormal(20ms, sd=4ms)", 0.020),
        ("gamma(mean=20ms, cv=0.5)", 0.020),
        ("erlang(4, mean=20ms)", 0.020),
        ("hyperexp(mean=20ms, cv=2)", 0.020),
        ("pareto(min=5ms, alpha=2.5)", 0.005 * 2.5 / 1.5),
        ("weibull(mean=20ms, shape=0.8)", 0.020),
        ("1e+1ms + 1ms", 0.011),
    ] {
        close(mean(set("sor.registry.service", text).sors[0].service.as_ref().unwrap()), expected);
    }
}

#[test]
fn arrivals_carry_their_rate_or_follow_it() {
    let with = |arrivals: &str| good(&changed("rate = \"35/s\"", &format!("arrivals = \"{arrivals}\""))).events.remove(0).arrivals;
    close(with("gaps(exp(2s))").rate, 0.5);
    close(with("mmpp(2/s for 20s, 0.2/s for 50s)").rate, (2.0 * 20.0 + 0.2 * 50.0) / 70.0);
    let sine = set("event.changed.arrivals", "sine(amplitude=80%, period=24h)").events.remove(0).arrivals;
    assert!(matches!(sine.pattern, Pattern::Sine { amplitude: 0.8, period } if period == Span::from_secs(86_400)));
    close(sine.rate, 35.0);
    let hours =
        set("event.changed.hourly", "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,6,6]").events.remove(0).arrivals.profile.hourly.unwrap();
    assert_eq!((hours[0], hours[23]), (0.0, 12.0));
}

#[test]
fn a_lifecycle_and_a_batch_multiply_what_a_gap_stands_for() {
    let text = changed("rate = \"35/s\"", "arrivals = \"gaps(exp(2s))\"\nbatch = 5\nlifecycle = { changes = 3, spacing = \"1s\" }");
    close(good(&text).events[0].arrivals.rate, 0.5 * 15.0);
}

#[test]
fn soap_is_rest_with_an_envelope() {
    let callback = set("subscriber.profile.callback.style", "soap").subscribers.remove(0).callback.unwrap();
    assert_eq!((callback.style, callback.request, callback.response), (Style::Soap, Bytes(2048), Bytes(3 * 4096)));
    close(callback.parsing.mean(), 0.002);
    let rest = good(BASE).subscribers.remove(0).callback.unwrap();
    assert_eq!(rest.response, Bytes(4096));
}

#[test]
fn objectives_are_bounds_in_si_units() {
    let text = format!(
        "{BASE}\"sor.registry.utilization.peak\" = \"<= 70%\"\n\"subscriber.profile.missed\" = \"= 0\"\n\
         \"subscriber.profile.throughput\" = \">= 120/min\"\n\"segment.bus.memory.max\" = \"< 1KiB\"\n\
         \"link.wan.bytes\" = \"< 8kbit/s\"\n\"subscriber.profile.callback.attempts\" = \"> 2K\"\n"
    );
    let limits: Vec<(Relation, f64)> = good(&text).objectives.iter().map(|objective| (objective.relation, objective.limit)).collect();
    let expected = [
        (Relation::Less, 5.0),
        (Relation::AtMost, 0.7),
        (Relation::Equal, 0.0),
        (Relation::AtLeast, 2.0),
        (Relation::Less, 1024.0),
        (Relation::Less, 1000.0),
        (Relation::Greater, 2000.0),
    ];
    assert_eq!(limits, expected);
}

#[test]
fn assumptions_say_where_numbers_come_from() {
    let text = format!("{BASE}[assumption]\n\"segment.bus.cost\" = \"measured: on a laptop\"\n\"sor.registry.service\" = \"a guess\"\n");
    let assumptions = good(&text).assumptions;
    assert_eq!((assumptions[0].source, assumptions[0].note.as_str()), (Source::Measured, "on a laptop"));
    assert_eq!(assumptions[0].value, "{ receive = \"180us\" }");
    assert_eq!(
        (assumptions[1].source, assumptions[1].note.as_str(), assumptions[1].value.as_str()),
        (Source::Assumed, "a guess", "exp(20ms)")
    );
}

#[test]
fn overrides_are_written_as_in_the_language() {
    assert_eq!(set("sor.registry.workers", "16").sors[0].workers, 16);
    assert_eq!(set("event.changed.weight", "heavy").events[0].size, Bytes(4096));
    assert_eq!(set("run.horizon", "1h").run.horizon, Span::from_secs(3600));
    assert_eq!(set("run.horizon", "\"2h\"").run.horizon, Span::from_secs(7200));
    close(set("segment.bus.cost.deliver", "2ms").segments[0].cost.deliver.mean(), 0.002);
    close(set("segment.bus.cost", "{ receive = \"3ms\" }").segments[0].cost.receive.mean(), 0.003);
    assert!(!set("link.wan.in_order", "false").links[0].in_order);
    assert_eq!(set("event.changed.kinds.0", "made").events[0].kinds, ["made", "upgrade"]);
    assert_eq!(
        set("subscriber.profile.selector", "{ kinds = [\"create\"] }").subscribers[0].selector,
        Selector::Kinds(vec!["create".into()])
    );
    assert_eq!(set("objective.subscriber.profile.missed", "= 0").objectives[1].metric, "subscriber.profile.missed");
    let zones = set("zone.gate.latency", "1ms").zones;
    close(zones.iter().find(|zone| zone.name == "gate").unwrap().latency.mean(), 0.001);
    assert_eq!(set("subscriber.profile.ordering", "by_resource").subscribers[0].line.policy.ordering, Ordering::ByResource);
}

#[test]
fn overrides_are_kept_in_path_order() {
    let scenario = load_set(BASE, &[("sor.registry.workers", "16"), ("run.seed", "7")]).unwrap();
    let paths: Vec<&str> = scenario.settings.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["run.seed", "sor.registry.workers"]);
}

#[test]
fn a_file_that_extends_another_merges_tables_and_replaces_arrays() {
    let child =
        "extends = \"../base.toml\"\n[event.changed]\nweight = \"heavy\"\nkinds = [\"only\"]\n[sor.second]\n[sor.registry]\nworkers = 9\n";
    let mut files = MemoryFiles::default().with("base.toml", BASE).with("deep/a.toml", child);
    let scenario = load("deep/a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((scenario.title.as_str(), scenario.file.as_str()), ("Base", "a.toml"));
    assert_eq!((scenario.events[0].size, scenario.events[0].kinds.len()), (Bytes(4096), 1));
    let sors: Vec<(&str, u32)> = scenario.sors.iter().map(|sor| (sor.name.as_str(), sor.workers)).collect();
    assert_eq!(sors, [("registry", 9), ("second", 1)]);
}

#[test]
fn recorded_times_are_found_by_the_messages_number() {
    let csv = "sub,seq,sent_us,work_us\n0,2,300,30\n1,2,300,99\n0,1,100,10\n";
    let text = BASE
        .replace("rate = \"35/s\"", "arrivals = 'trace(day.csv, column=sent_us, unit=us, where=\"sub=0\", key=seq)'")
        .replace("work = \"exp(20ms)\"", "work = 'trace(day.csv, column=work_us, unit=us, where=\"sub=0\", key=seq, else=\"exp(5ms)\")'");
    let mut files = MemoryFiles::default().with("a.toml", text.clone()).with("day.csv", csv);
    let scenario = load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let Pattern::Trace(rows) = &scenario.events[0].arrivals.pattern else { panic!("a trace") };
    assert!(rows.iter().eq([(Time(100_000), 1), (Time(300_000), 2)]));
    let Service::Recorded { rows, otherwise } = &scenario.subscribers[0].work[0] else { panic!("recorded") };
    assert_eq!(**rows, [(1, Span(10_000)), (2, Span(30_000))]);
    close(otherwise.mean(), 0.005);
    let mut changed = MemoryFiles::default().with("a.toml", text).with("day.csv", csv.replace("0,1,100,10", "0,1,100,11"));
    assert_ne!(scenario.digest, load("a.toml", &mut changed, &[]).unwrap().digest);
}

#[test]
fn samples_are_bare_numbers_or_columns() {
    for (csv, call, expected) in [
        ("1\n3\n", "empirical(s.csv)", 2.0),
        ("1,3\n5,1\n", "empirical(s.csv)", 2.0),
        ("# seconds\nvalue,weight\n1,3\n5,1\n", "empirical(s.csv)", 2.0),
        ("name,took_ms\n\"a, b\",1\r\nc,3\r\n", "empirical(s.csv, column=took_ms, unit=ms)", 0.002),
    ] {
        let text = changed("service = \"exp(20ms)\"", &format!("service = \"{call}\""));
        let mut files = MemoryFiles::default().with("a.toml", text).with("s.csv", csv);
        let scenario = load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        close(mean(scenario.sors[0].service.as_ref().unwrap()), expected);
    }
}

#[test]
fn a_trace_of_a_million_rows_loads_soon() {
    let rows: String = (0..1_000_000).map(|row| format!("0,{row},{},5\n", row * 86)).collect();
    let text = changed("rate = \"35/s\"", "arrivals = \"trace(day.csv, column=sent_us, unit=us, key=seq)\"");
    let mut files = MemoryFiles::default().with("a.toml", text).with("day.csv", format!("sub,seq,sent_us,work_us\n{rows}"));
    let start = std::time::Instant::now();
    load("a.toml", &mut files, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(start.elapsed().as_secs() < 60, "{:?} in a build without optimization", start.elapsed());
}

#[test]
fn the_digest_is_of_the_content_alone() {
    let digest = good(BASE).digest;
    assert_eq!(digest.len(), 64);
    assert_eq!(good(&BASE.replace("workers = 4", "workers   =  0x4  # four").replace("1000", "1_000")).digest, digest);
    assert_ne!(good(&changed("workers = 4", "workers = 5")).digest, digest);
    assert_ne!(set("sor.registry.workers", "5").digest, digest);
}

#[test]
fn a_constant_lifetime_is_the_brokers_and_a_drawn_one_is_not() {
    let line = |text: &str| good(&changed("[queue.dead]", &format!("[queue.dead]\ntime_to_live = \"{text}\""))).queues.remove(1).line;
    assert_eq!((line("1h").policy.time_to_live, line("1h").drawn_time_to_live.is_none()), (Some(Span::from_secs(3600)), true));
    assert_eq!((line("exp(1h)").policy.time_to_live, line("exp(1h)").drawn_time_to_live.is_some()), (None, true));
}

#[test]
fn what_is_only_idle_under_the_present_switches_is_accepted() {
    for (path, value) in [
        ("event.changed.weight", "heavy"),
        ("run.precision", "2%"),
        ("subscriber.profile.runs", "workflow"),
        ("subscriber.profile.durable", "false"),
        ("subscriber.billing.failure", "0%"),
        ("event.changed.priority", "4"),
        ("run.ending", "drain"),
    ] {
        set(path, value);
    }
}

#[test]
fn the_catalog_has_what_this_scenario_has_and_nothing_twice() {
    let scenario = good(BASE);
    let names: Vec<String> = metric_catalog(&scenario).into_iter().map(|metric| metric.name).collect();
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let has = |name: &str| names.iter().any(|known| known == name);
    assert!(has("subscriber.profile.callback.latency.p99") && !has("subscriber.billing.callback.latency.p99"));
    assert!(has("sor.registry.own_latency.mean") && !has("segment.bus.persist.utilization.peak"));
    assert!(has("link.wan.latency.p99") && !has("link.wan.utilization.mean"));
    assert!(has("total.raised") && has("event.billed.end_to_end.p50"));
}

#[test]
fn the_catalog_of_the_ticketing_scenario() {
    let mut files = MemoryFiles::default().with("a.toml", include_str!("../../scenarios/ticketing-light.toml"));
    let scenario = load("a.toml", &mut files, &[]).unwrap();
    let name = |metric: &busload::scenario::MetricDefinition| format!("{} [{}]", metric.name, metric.unit.symbol());
    let folded = fold(
        metric_catalog(&scenario).iter().filter(|metric| !metric.name.contains("analytics") && !metric.name.contains("gate")).map(name),
    );
    insta::assert_snapshot!(folded, @"
    subscriber.guest_profile.end_to_end: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.freshness: mean [s], max [s]
    subscriber.guest_profile.delivery: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.publish_link: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.segment_wait: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.segment_work: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.journal: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.backlog: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.deliver_wait: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.deliver_work: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.delivery_link: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.wait: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.work: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.connection: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.callback_link: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.sor_wait: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.sor_service: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.hop.overtaken: mean [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.backlog: mean [1], max [1], peak [1]
    subscriber.guest_profile.in_flight: mean [1], max [1], peak [1]
    subscriber.guest_profile: throughput [1/s]
    subscriber.guest_profile.utilization: mean [share], peak [share]
    subscriber.guest_profile.waiting: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.waiting_line: mean [1], max [1], peak [1]
    subscriber.guest_profile: redelivered [1], missed [1]
    subscriber.guest_profile.missed: not_durable [1], expired [1], dropped [1], refused [1], dead_lettered [1]
    subscriber.guest_profile: unfinished [1], stale_overwrites [1], stale_final [share], time_wrong [item*s], order_violations [1]
    subscriber.guest_profile.callback.latency: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    subscriber.guest_profile.callback: attempts [1], failed [1], cached [1], coalesced [1], short_circuited [1]
    sor.ticketing.utilization: mean [share], peak [share]
    sor.ticketing.utilization.callbacks: mean [share], peak [share]
    sor.ticketing.utilization.own: mean [share], peak [share]
    sor.ticketing.waiting: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    sor.ticketing.waiting_line: mean [1], max [1], peak [1]
    sor.ticketing: callbacks [1/s]
    sor.ticketing.own_latency: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    sor.ticketing.own_latency.alone: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    sor.ticketing: refused [1], wasted [share]
    segment.bus.utilization: mean [share], peak [share]
    segment.bus.waiting: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    segment.bus.waiting_line: mean [1], max [1], peak [1]
    segment.bus.memory: mean [B], max [B], peak [B]
    segment.bus: blocked [share], published [1], delivered [1]
    segment.bus.persist.utilization: mean [share], peak [share]
    topic.tickets: published [1]
    topic.tickets.backlog: mean [1], max [1], peak [1]
    topic.tickets.age: mean [s], max [s]
    topic.tickets: expired [1], dropped [1], rejected [1], dead_lettered [1]
    link.wan: bytes [B/s]
    link.wan.utilization: mean [share], peak [share]
    link.wan.latency: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    zone.datacenter: bytes [B/s]
    zone.datacenter.latency: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    zone.park: bytes [B/s]
    zone.park.latency: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    event.ticket_changed: raised [1]
    event.ticket_changed.waiting_line: mean [1], max [1], peak [1]
    event.ticket_changed: refused [1]
    event.ticket_changed.end_to_end: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    total: raised [1], delivered [1], missed [1], callbacks [1]
    total.end_to_end: mean [s], sd [s], p50 [s], p90 [s], p95 [s], p99 [s], p999 [s], max [s]
    ");
}

/// Statistics of one quantity on one line.
fn fold(names: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for name in names {
        let (quantity, statistic) = name.rsplit_once('.').unwrap();
        match lines.last_mut() {
            Some((last, statistics)) if last == quantity => statistics.push(statistic.into()),
            _ => lines.push((quantity.into(), vec![statistic.into()])),
        }
    }
    lines.into_iter().map(|(quantity, statistics)| format!("{quantity}: {}", statistics.join(", "))).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_distribution_without_a_value_is_zero() {
    assert!(Distribution::default().is_zero());
    assert_eq!(seen(load_text(BASE)), "no problem");
}
