//! Designs that tests have in common: every scenario that ships, with a short horizon, and odd ones.

use busload::scenario::{MemoryFiles, Scenario, load};

/// The scenarios that ship: name and text.
pub const SHIPPED: [(&str, &str); 25] = [
    ("actors.toml", include_str!("../../scenarios/actors.toml")),
    ("atom-feed.toml", include_str!("../../scenarios/atom-feed.toml")),
    ("bench-ticketing-day.toml", include_str!("../../scenarios/bench-ticketing-day.toml")),
    ("durable-outage.toml", include_str!("../../scenarios/durable-outage.toml")),
    ("enterprise.toml", include_str!("../../scenarios/enterprise.toml")),
    ("esb-or-broker-plain.toml", include_str!("../../scenarios/esb-or-broker-plain.toml")),
    ("legacy-sor.toml", include_str!("../../scenarios/legacy-sor.toml")),
    ("esb-or-broker.toml", include_str!("../../scenarios/esb-or-broker.toml")),
    ("lost-segment.toml", include_str!("../../scenarios/lost-segment.toml")),
    ("md1.toml", include_str!("../../scenarios/md1.toml")),
    ("mg1.toml", include_str!("../../scenarios/mg1.toml")),
    ("mm1.toml", include_str!("../../scenarios/mm1.toml")),
    ("mmc.toml", include_str!("../../scenarios/mmc.toml")),
    ("overnight-batch.toml", include_str!("../../scenarios/overnight-batch.toml")),
    ("peak-hour.toml", include_str!("../../scenarios/peak-hour.toml")),
    ("poison-message.toml", include_str!("../../scenarios/poison-message.toml")),
    ("real-broker.toml", include_str!("../../scenarios/real-broker.toml")),
    ("retry-storm.toml", include_str!("../../scenarios/retry-storm.toml")),
    ("segments-1.toml", include_str!("../../scenarios/segments-1.toml")),
    ("segments-8.toml", include_str!("../../scenarios/segments-8.toml")),
    ("tandem.toml", include_str!("../../scenarios/tandem.toml")),
    ("ticketing-heavy.toml", include_str!("../../scenarios/ticketing-heavy.toml")),
    ("topology.toml", include_str!("../../scenarios/topology.toml")),
    ("ticketing-light.toml", include_str!("../../scenarios/ticketing-light.toml")),
    ("workflow-or-listener.toml", include_str!("../../scenarios/workflow-or-listener.toml")),
];

/// A scenario that ships, with settings over it.
pub fn shipped(name: &str, settings: &[(&str, &str)]) -> Scenario {
    let mut files = SHIPPED.iter().fold(MemoryFiles::default(), |files, (name, text)| files.with(name, *text));
    let settings: Vec<(String, String)> = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
    load(name, &mut files, &settings).unwrap_or_else(|problems| panic!("{problems}"))
}

/// All that ship, each cut down to a few minutes of one of its hours, or to what an outage takes.
pub fn all_shipped() -> Vec<Scenario> {
    let short = |name: &str, text: &str| {
        let horizon = match name {
            "durable-outage.toml" => "14h",
            "lost-segment.toml" => "3h",
            _ => "20m",
        };
        let mut settings = vec![("run.horizon", horizon), ("run.replications", "3")];
        if text.contains("warm_up") {
            settings.push(("run.warm_up", "2m"));
        }
        shipped(name, &settings)
    };
    SHIPPED.iter().map(|(name, text)| short(name, text)).collect()
}

/// A queue with dead letters that somebody takes, a full queue, drawn lifetimes, a workflow, a SOAP callback, a narrow link, a
/// journal, a system of record that nobody asks, a subscriber that no event reaches.
pub const ODD: &str = r#"
    title = "Odd"
    [run]
    horizon = "10m"
    replications = 3
    [zone.hall]
    latency = "exp(1ms)"
    [link.wan]
    between = ["hall", "gate"]
    latency = "12ms"
    bandwidth = "1Mbit/s"
    loss = "1%"
    in_order = false
    [sor.registry]
    zone = "hall"
    workers = 2
    service = "exp(20ms)"
    own_load = "10/s"
    own_service = "exp(25ms)"
    max_waiting = 3
    [sor.unasked]
    workers = 3
    [event.changed]
    from = "registry"
    to = "changes"
    rate = "5/s"
    size = { light = "300B", heavy = "4KiB" }
    kinds = ["create", "upgrade", "cancel"]
    lifecycle = { changes = 3, spacing = "exp(1s)" }
    confirm = { in_flight = 10 }
    [event.billed]
    from = "unasked"
    to = "bills"
    rate = "5/s"
    refused = "drop"
    [segment.bus]
    zone = "hall"
    threads = 2
    cost = { receive = "180us", deliver = "exp(1ms)", acknowledge = "30us" }
    persist = { write = "exp(1ms)", group = 64 }
    memory = "1MiB"
    [segment.second]
    [topic.changes]
    segment = "bus"
    [topic.silent]
    segment = "second"
    [queue.bills]
    segment = "second"
    max_length = 5
    max_deliveries = 2
    time_to_live = "exp(1s)"
    dead_letter = "dead"
    [queue.dead]
    segment = "second"
    [subscriber.profile]
    zone = "gate"
    from = "changes"
    workers = 4
    prefetch = 2
    consumers = 2
    work = "exp(20ms)"
    selector = { kinds = ["create", "cancel"] }
    failure = "1%"
    [subscriber.profile.callback]
    style = "soap"
    connections = 2
    timeout = "100ms"
    retries = 2
    [subscriber.flow]
    runs = "workflow"
    from = "changes"
    durable = false
    work = "exp(2ms)"
    guard = "version"
    [subscriber.bookkeeping]
    from = "bills"
    prefetch = 1
    work = "exp(200ms)"
    failure = "30%"
    [subscriber.clerk]
    from = "dead"
    work = "1s"
    [subscriber.deaf]
    from = "silent"
"#;

/// The smallest one: no work, no callback.
pub const BARE: &str = r#"
    [run]
    horizon = "10m"
    replications = 3
    [sor.source]
    [event.customer]
    from = "source"
    to = "line"
    rate = "1/s"
    [segment.bus]
    [queue.line]
    segment = "bus"
    [subscriber.server]
    from = "line"
"#;
