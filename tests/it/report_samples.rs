//! Invented outcomes for the report's tests: a rich day, sixty subscribers, a hostile scenario, and next to nothing.

use busload::outcome::*;
use busload::units::Unit;
use std::collections::BTreeMap;

const STEP: f64 = 300.0;
const STEPS: usize = 288;

/// The day's shape: quiet at night, a peak in the morning, a second hump in the afternoon; its largest value is about 1.
pub fn shape(step: usize) -> f64 {
    let hour = step as f64 * STEP / 3600.0;
    let hump = |at: f64, wide: f64| (-((hour - at) / wide).powi(2)).exp();
    0.06 + 0.94 * hump(9.2, 1.9) + 0.62 * hump(15.8, 2.8)
}

/// A repeatable wobble between -1 and 1.
fn wobble(step: usize, salt: usize) -> f64 {
    let mixed = (step as u64)
        .wrapping_mul(6364136223846793005)
        .wrapping_add((salt as u64).wrapping_mul(1442695040888963407))
        .wrapping_mul(2862933555777941757);
    (mixed >> 40) as f64 / f64::from(1u32 << 23) - 1.0
}

fn series(name: &str, unit: Unit, salt: usize, value: impl Fn(usize) -> f64) -> Series {
    let mean: Vec<f64> = (0..STEPS).map(|step| (value(step) * (1.0 + 0.03 * wobble(step, salt))).max(0.0)).collect();
    let side = |factor: f64| mean.iter().map(|value| value * factor).collect();
    Series { name: name.into(), unit, step_s: STEP, low: side(0.94), high: side(1.06), mean }
}

pub fn metric(name: &str, unit: Unit, point: f64) -> Metric {
    let around = |share: f64| (Some(point * (1.0 - share)), Some(point * (1.0 + share)));
    let ((low, high), (one_run_low, one_run_high)) = (around(0.021), around(0.067));
    Metric { name: name.into(), unit, point, low, high, one_run_low, one_run_high, n: 10 }
}

fn curve(name: &str, scale: f64) -> Curve {
    let marks = [0.0, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1.0];
    let value = |at: f64| scale * (0.35 + 0.55 * (-(1.0 - at).max(3e-5).ln()).powf(1.35));
    let quantiles: Vec<(f64, f64)> = marks.into_iter().map(|at| (at, value(at))).collect();
    let spread = |at: f64| 0.01 + 0.05 * -(1.0 - at).max(3e-5).log10();
    let side = |sign: f64| quantiles.iter().map(|(at, value)| value * (1.0 + sign * spread(*at))).collect();
    Curve { name: name.into(), unit: Unit::Seconds, low: side(-1.0), high: side(1.0), hdr: String::new(), quantiles }
}

fn hop(subscriber: &str, hop: &str, mean: f64, waiting: bool) -> Hop {
    let p99 = mean * if waiting { 7.5 } else { 3.0 };
    Hop { subscriber: subscriber.into(), hop: hop.into(), mean, p99, waiting }
}

fn hops(name: &str, scale: f64) -> Vec<Hop> {
    let parts = [
        ("publish_link", 0.0006, false),
        ("segment_wait", 0.0011, true),
        ("segment_work", 0.0005, false),
        ("backlog", 0.021 * scale, true),
        ("deliver_wait", 0.0007, true),
        ("deliver_work", 0.0003, false),
        ("delivery_link", 0.0128, false),
        ("wait", 0.014 * scale, true),
        ("work", 0.02, false),
        ("connection", 0.004 * scale, true),
        ("callback_link", 0.0252, false),
        ("sor_wait", 0.031 * scale, true),
        ("sor_service", 0.024, false),
    ];
    parts.into_iter().map(|(hop_name, mean, waiting)| hop(name, hop_name, mean, waiting)).collect()
}

fn node(name: &str, zone: &str, segment: Option<&str>, utilization: Option<f64>) -> Node {
    let kind = name.split('.').next().unwrap_or_default().to_string();
    Node { name: name.into(), kind, zone: Some(zone.into()), segment: segment.map(String::from), utilization_peak: utilization }
}

fn edge(from: &str, to: &str, kind: &str, rate: f64) -> Edge {
    Edge { from: from.into(), to: to.into(), kind: kind.into(), event: None, rate, bytes_rate: rate * 300.0 }
}

fn run() -> RunFacts {
    RunFacts {
        version: "0.1.0".into(),
        core_digest: "5c1e0a9b77".into(),
        seed: 2013,
        kind: "day".into(),
        horizon_s: 86_400.0,
        warm_up_s: 0.0,
        warm_up_by: "none".into(),
        replications: 10,
        confidence: 0.95,
        notices: 183_402_117,
        histogram_error: 0.001,
        partial: false,
        replications_wanted: None,
        precision: None,
        batches: None,
        unstable: Vec::new(),
    }
}

fn empty() -> Outcome {
    Outcome {
        schema: SCHEMA.into(),
        scenario: ScenarioFacts {
            title: "Nothing yet".into(),
            question: "Is anything there?".into(),
            file: "empty.toml".into(),
            digest: "00".into(),
            settings: BTreeMap::new(),
        },
        run: run(),
        metrics: vec![],
        objectives: vec![],
        findings: vec![],
        series: vec![],
        architecture: Architecture::default(),
        hops: vec![],
        curves: vec![],
        disruptions: vec![],
        theory: vec![],
        assumptions: vec![],
    }
}

/// Nothing but the facts that are always there.
pub fn bare() -> Outcome {
    empty()
}

fn subscriber(outcome: &mut Outcome, name: &str, scale: f64, salt: usize, rate: f64) {
    let of = |quantity: &str| format!("subscriber.{name}.{quantity}");
    let hops = hops(name, scale);
    let mean: f64 = hops.iter().map(|hop| hop.mean).sum();
    let curve = curve(&of("end_to_end"), mean);
    let at = |wanted: f64| curve.quantiles.iter().find(|(at, _)| *at == wanted).map_or(0.0, |(_, value)| *value);
    let utilization = (0.3 * scale).min(0.92);
    outcome.metrics.extend([
        metric(&of("end_to_end.mean"), Unit::Seconds, mean),
        metric(&of("end_to_end.p50"), Unit::Seconds, at(0.5)),
        metric(&of("end_to_end.p90"), Unit::Seconds, at(0.9)),
        metric(&of("end_to_end.p99"), Unit::Seconds, at(0.99)),
        metric(&of("end_to_end.p999"), Unit::Seconds, at(0.999)),
        metric(&of("utilization.peak"), Unit::Share, utilization),
        metric(&of("backlog.max"), Unit::Count, 40.0 * scale),
        metric(&of("missed"), Unit::Count, 0.0),
    ]);
    outcome.hops.extend(hops);
    outcome.curves.push(curve);
    outcome.series.extend([
        series(&of("throughput"), Unit::PerSecond, salt, |step| rate * shape(step)),
        series(&of("backlog"), Unit::Count, salt + 1, |step| 30.0 * scale * (shape(step) - 0.3).max(0.0).powi(3)),
        series(&of("utilization"), Unit::Share, salt + 2, |step| utilization * shape(step)),
    ]);
}

fn system_of_record(outcome: &mut Outcome, name: &str, callbacks: f64, own: f64, salt: usize) {
    let of = |quantity: &str| format!("sor.{name}.{quantity}");
    outcome.metrics.extend([
        metric(&of("utilization.mean"), Unit::Share, (callbacks + own) * 0.41),
        metric(&of("utilization.peak"), Unit::Share, callbacks + own),
        metric(&of("callbacks"), Unit::PerSecond, 34.7 * callbacks),
        metric(&of("own_latency.mean"), Unit::Seconds, 0.0412),
    ]);
    outcome.series.extend([
        series(&of("utilization.callbacks"), Unit::Share, salt, |step| callbacks * shape(step)),
        series(&of("utilization.own"), Unit::Share, salt + 1, |step| own * (0.4 + 0.6 * shape(step))),
        series(&of("waiting_line"), Unit::Count, salt + 2, |step| 3.0 * shape(step).powi(3)),
    ]);
}

fn objective(metric: &str, bound: &str, limit: f64, unit: Unit, verdict: Verdict, point: Option<f64>) -> ObjectiveResult {
    let reason = match verdict {
        Verdict::Met => "The whole interval is on the good side.",
        Verdict::Missed => "The whole interval is beyond the bound.",
        Verdict::Undecided => "The bound lies inside the interval.",
    };
    let side = |factor: f64| point.map(|point| point * factor);
    ObjectiveResult {
        metric: metric.into(),
        bound: bound.into(),
        limit,
        unit,
        verdict,
        point,
        low: side(0.979),
        high: side(1.021),
        reason: reason.into(),
    }
}

fn finding(kind: &str, sentence: &str, metrics: &[&str]) -> Finding {
    Finding { kind: kind.into(), sentence: sentence.into(), metrics: metrics.iter().map(|name| (*name).to_string()).collect() }
}

fn assumption(path: &str, value: &str, source: &str, note: &str) -> AssumptionFacts {
    AssumptionFacts { path: path.into(), value: value.into(), source: source.into(), note: note.into(), interval: None }
}

/// Three subscribers, two systems of record, one met, one missed and one undecided objective among five.
pub fn rich() -> Outcome {
    let mut outcome = empty();
    outcome.scenario.title = "Ticketing: 500K light-weight events a day".into();
    outcome.scenario.question = "Can the ticketing system bear the callbacks of three durable subscribers in the peak hour?".into();
    outcome.scenario.file = "ticketing.toml".into();
    outcome.scenario.digest = "9f2c41d07be3".into();
    outcome.scenario.settings.insert("sor.ticketing.workers".into(), "8".into());
    subscriber(&mut outcome, "guest_profile", 2.4, 10, 15.6);
    subscriber(&mut outcome, "gate", 0.8, 20, 15.6);
    subscriber(&mut outcome, "analytics", 1.3, 30, 7.8);
    system_of_record(&mut outcome, "ticketing", 0.52, 0.21, 40);
    system_of_record(&mut outcome, "crm", 0.18, 0.24, 50);
    outcome.metrics.extend([metric("segment.bus.utilization.peak", Unit::Share, 0.31), metric("total.missed", Unit::Count, 0.0)]);
    outcome.series.extend([
        series("event.ticket_changed.raised", Unit::PerSecond, 60, |step| 15.6 * shape(step)),
        series("segment.bus.utilization", Unit::Share, 61, |step| 0.31 * shape(step)),
        series("segment.bus.memory", Unit::Bytes, 62, |step| 2e6 * shape(step)),
    ]);
    outcome.objectives = vec![
        objective("subscriber.gate.end_to_end.p99", "< 2s", 2.0, Unit::Seconds, Verdict::Met, Some(0.51)),
        objective("subscriber.guest_profile.end_to_end.p99", "< 1s", 1.0, Unit::Seconds, Verdict::Missed, Some(1.24)),
        objective("subscriber.analytics.end_to_end.p99", "< 2s", 2.0, Unit::Seconds, Verdict::Met, Some(0.66)),
        objective("sor.ticketing.utilization.peak", "< 72%", 0.72, Unit::Share, Verdict::Undecided, Some(0.73)),
        objective("subscriber.guest_profile.missed", "= 0", 0.0, Unit::Count, Verdict::Met, Some(0.0)),
    ];
    outcome.findings = vec![
        finding(
            "bottleneck",
            "The ticketing system gives way first: 73 % of its workers are busy in the worst five minutes.",
            &["sor.ticketing.utilization.peak"],
        ),
        finding(
            "callback_load",
            "Callbacks are 71 % of the ticketing system's load at the peak. Heavy-weight events would take it from 73 % to 21 %, and cost stale overwrites unless subscribers check versions.",
            &["sor.ticketing.callbacks", "sor.ticketing.utilization.peak"],
        ),
        finding(
            "objective_missed",
            "guest_profile waits for its own workers: 4 are 72 % busy at the peak. Try 6.",
            &["subscriber.guest_profile.end_to_end.p99"],
        ),
    ];
    outcome.disruptions = vec![Disruption { what: "subscriber.gate".into(), kind: "slow".into(), from_s: 43_200.0, to_s: 50_400.0 }];
    outcome.theory = vec![Theory {
        metric: "segment.bus.utilization.peak".into(),
        model: "utilization law".into(),
        value: 0.312,
        exact: true,
        agrees: true,
    }];
    outcome.assumptions = vec![
        assumption("segment.bus.cost", "receive 180us, deliver 120us", "measured", "RabbitMQ 3.10 on 2 vCPU, March"),
        assumption("sor.ticketing.service", "lognormal(p50=18ms, p99=120ms)", "calibrated", "access log, one week"),
        assumption("subscriber.gate.work", "exp(20ms)", "assumed", ""),
    ];
    outcome.architecture = architecture();
    outcome
}

fn architecture() -> Architecture {
    let (topic, queue) = ("topic.tickets", "queue.billing_dead");
    let nodes = vec![
        node("sor.ticketing", "datacenter", None, Some(0.73)),
        node("sor.crm", "datacenter", None, Some(0.42)),
        node("segment.bus", "datacenter", None, Some(0.31)),
        node(topic, "datacenter", Some("bus"), None),
        node(queue, "datacenter", Some("bus"), None),
        node("subscriber.guest_profile", "park", None, Some(0.72)),
        node("subscriber.gate", "park", None, Some(0.24)),
        node("subscriber.analytics", "cloud", None, Some(0.39)),
    ];
    let edges = vec![
        edge("sor.ticketing", topic, "publish", 5.79),
        edge(topic, "subscriber.guest_profile", "deliver", 5.79),
        edge(topic, "subscriber.gate", "deliver", 5.79),
        edge(topic, "subscriber.analytics", "deliver", 2.9),
        edge("subscriber.analytics", queue, "dead_letter", 0.003),
        edge("subscriber.guest_profile", "sor.ticketing", "callback", 5.79),
        edge("subscriber.gate", "sor.ticketing", "callback", 5.79),
        edge("subscriber.analytics", "sor.ticketing", "callback", 2.9),
        edge("subscriber.guest_profile", "sor.crm", "callback", 2.1),
    ];
    Architecture { nodes, edges }
}

/// Sixty subscribers on eight topics.
pub fn sixty() -> Outcome {
    let mut outcome = rich();
    outcome.scenario.title = "A whole company on one bus".into();
    for index in 0..57 {
        let name = format!("department_{index:02}");
        subscriber(&mut outcome, &name, 0.3 + 0.045 * ((index * 23) % 57) as f64, 100 + index * 3, 4.0 + index as f64 * 0.1);
        let (full, topic) = (format!("subscriber.{name}"), format!("topic.t{}", index % 12));
        outcome.architecture.nodes.push(node(&full, "park", None, Some((0.3 + 0.01 * index as f64).min(0.7))));
        outcome.architecture.edges.push(edge(&topic, &full, "deliver", 4.0));
        outcome.architecture.edges.push(edge(&full, "sor.ticketing", "callback", 1.0));
        let p99 = format!("{full}.end_to_end.p99");
        let seen = outcome.metric(&p99).map(|metric| metric.point);
        let verdict = if index % 9 == 0 { Verdict::Missed } else { Verdict::Met };
        outcome.objectives.push(objective(&p99, "< 1s", 1.0, Unit::Seconds, verdict, seen));
    }
    for index in 0..12 {
        let topic = format!("topic.t{index}");
        outcome.architecture.nodes.push(node(&topic, "datacenter", Some("bus"), None));
        outcome.architecture.edges.push(edge("sor.crm", &topic, "publish", 4.0));
    }
    for index in 0..9 {
        let sentence = format!(
            "Department {index} is slower than it needs to be, because its prefetch starves its workers while the broker holds messages for it."
        );
        outcome.findings.push(finding("prefetch_starves", &sentence, &[]));
    }
    outcome
}

/// A steady run with event boxes, a workflow on the segment, a derived event and dead letters from queue to queue.
pub fn steady() -> Outcome {
    let mut outcome = rich();
    (outcome.run.kind, outcome.run.warm_up_s, outcome.run.warm_up_by) = ("steady".into(), 600.0, "mser5".into());
    outcome.run.horizon_s = STEPS as f64 * 60.0;
    for series in &mut outcome.series {
        series.step_s = 60.0;
    }
    outcome.disruptions.clear();
    let architecture = &mut outcome.architecture;
    architecture.edges.retain(|edge| edge.from != "sor.ticketing");
    architecture.nodes.extend([
        node("event.ticket_changed", "datacenter", None, None),
        node("queue.billing", "datacenter", Some("bus"), None),
        node("subscriber.audit", "datacenter", Some("bus"), Some(0.12)),
    ]);
    architecture.edges.extend([
        edge("sor.ticketing", "event.ticket_changed", "raise", 5.79),
        edge("event.ticket_changed", "topic.tickets", "publish", 5.79),
        edge("topic.tickets", "subscriber.audit", "deliver", 5.79),
        edge("subscriber.audit", "sor.crm", "callback", 0.9),
        edge("subscriber.gate", "queue.billing", "publish", 1.2),
        edge("queue.billing", "queue.billing_dead", "dead_letter", 0.01),
    ]);
    outcome
}

/// Markup, formulas and terminal commands wherever a scenario may write text.
pub const HOSTILE: &str = "=1+1|<script>alert(1)</script>\"'`&]);--\u{1b}[31m\n# **x** [y](javascript:z) @all";

pub fn hostile() -> Outcome {
    let mut outcome = rich();
    let swap = |text: &mut String, name: &str| *text = text.replace(name, HOSTILE);
    outcome.scenario.title = HOSTILE.into();
    outcome.scenario.question = HOSTILE.into();
    outcome.scenario.file = HOSTILE.into();
    outcome.scenario.digest = HOSTILE.into();
    outcome.scenario.settings.insert(HOSTILE.into(), HOSTILE.into());
    for metric in &mut outcome.metrics {
        swap(&mut metric.name, "gate");
    }
    outcome.metrics.push(metric(HOSTILE, Unit::Count, -3.0));
    for series in &mut outcome.series {
        swap(&mut series.name, "gate");
        swap(&mut series.name, "crm");
    }
    for node in &mut outcome.architecture.nodes {
        swap(&mut node.name, "gate");
        swap(&mut node.name, "tickets");
        node.zone = Some(HOSTILE.into());
    }
    for edge in &mut outcome.architecture.edges {
        swap(&mut edge.to, "gate");
        swap(&mut edge.to, "tickets");
    }
    for hop in &mut outcome.hops {
        swap(&mut hop.subscriber, "gate");
        swap(&mut hop.hop, "backlog");
    }
    for objective in &mut outcome.objectives {
        objective.bound = HOSTILE.into();
        objective.reason = HOSTILE.into();
    }
    for finding in &mut outcome.findings {
        (finding.kind, finding.sentence) = (HOSTILE.into(), HOSTILE.into());
    }
    for curve in &mut outcome.curves {
        swap(&mut curve.name, "gate");
    }
    for fact in &mut outcome.assumptions {
        (fact.path, fact.value, fact.source, fact.note) = (HOSTILE.into(), HOSTILE.into(), HOSTILE.into(), HOSTILE.into());
    }
    outcome.disruptions[0].what = HOSTILE.into();
    outcome.theory[0].model = HOSTILE.into();
    outcome.run.version = HOSTILE.into();
    outcome
}

/// One replication: figures without intervals.
pub fn single() -> Outcome {
    let mut outcome = rich();
    outcome.run.replications = 1;
    for metric in &mut outcome.metrics {
        (metric.low, metric.high, metric.one_run_low, metric.one_run_high, metric.n) = (None, None, None, None, 1);
    }
    for series in &mut outcome.series {
        (series.low, series.high) = (vec![], vec![]);
    }
    for curve in &mut outcome.curves {
        (curve.low, curve.high) = (vec![], vec![]);
    }
    for objective in &mut outcome.objectives {
        (objective.low, objective.high) = (None, None);
    }
    outcome
}
