//! A small scenario without problems, and ways to spoil it.

use busload::scenario::{MemoryFiles, Problems, Scenario, load};

/// Uses most sections once.
pub const BASE: &str = r#"
title = "Base"
question = "Does it load?"

[run]
horizon = "1h"

[link.wan]
between = ["hall", "gate"]
latency = "12ms"

[sor.registry]
zone = "hall"
workers = 4
service = "exp(20ms)"
own_load = "30/s"
own_service = "exp(25ms)"

[event.changed]
from = "registry"
to = "changes"
rate = "35/s"
weight = "light"
size = { light = "300B", heavy = "4KiB" }
kinds = ["create", "upgrade"]
resources = 1000

[event.billed]
from = "registry"
to = "bills"
rate = "2/s"

[segment.bus]
zone = "hall"
threads = 2
cost = { receive = "180us" }

[topic.changes]
segment = "bus"

[queue.bills]
segment = "bus"
max_deliveries = 5
redelivery_delay = "exp(1s)"
dead_letter = "dead"

[queue.dead]
segment = "bus"

[subscriber.profile]
zone = "gate"
from = "changes"
workers = 4
work = "exp(20ms)"

[subscriber.profile.callback]
timeout = "2s"
retries = 3

[subscriber.billing]
from = "bills"
failure = "1%"
work = "5ms"

[objective]
"subscriber.profile.end_to_end.p99" = "< 5s"
"#;

/// The base with one piece of text replaced.
pub fn changed(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "the base has no {from:?}");
    BASE.replacen(from, to, 1)
}

/// The base with more text at its end.
pub fn with(more: &str) -> String {
    format!("{BASE}{more}")
}

pub fn load_text(text: &str) -> Result<Scenario, Problems> {
    load_set(text, &[])
}

pub fn load_set(text: &str, settings: &[(&str, &str)]) -> Result<Scenario, Problems> {
    let settings: Vec<(String, String)> = settings.iter().map(|(path, value)| (path.to_string(), value.to_string())).collect();
    load("a.toml", &mut MemoryFiles::default().with("a.toml", text), &settings)
}

/// What a person sees, without blanks at line ends.
pub fn seen(result: Result<Scenario, Problems>) -> String {
    match result {
        Ok(_) => "no problem".into(),
        Err(problems) => problems.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n"),
    }
}
