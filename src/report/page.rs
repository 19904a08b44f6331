//! `report.html` of a run: the question and its answer, findings, architecture, time, latency, the day, all metrics, assumptions, method.

use super::chart::{self, Chart, Part};
use super::facts::{Facts, split};
use super::method;
use super::shell::{self, drawing, figure};
use super::text::{clock, command, html, interval, plain, run_line, seen, verdict, words};
use crate::outcome::{Finding, Metric, ObjectiveResult, Verdict};
use minijinja::{Value, context};

const TEMPLATE: &str = include_str!("assets/report.html.jinja");
/// More rows than this make the page heavy and are in the CSV file anyway.
const METRICS_MAX: usize = 1600;
/// Sections, as the page's contents list them.
const CONTENTS: [(&str, &str); 9] = [
    ("findings", "Findings"),
    ("architecture", "Architecture"),
    ("hops", "Where the time goes"),
    ("latency", "Latency"),
    ("day", "Over time"),
    ("metrics", "All metrics"),
    ("assumptions", "Assumptions"),
    ("method", "Method"),
    ("reproduce", "Reproduce"),
];

pub fn page(facts: &Facts, charts: &[Chart]) -> String {
    let outcome = facts.outcome;
    let drawn = |part: Part| -> Vec<Value> {
        charts.iter().filter(|chart| chart.part == part).map(|chart| figure(&chart.stem, &chart.picture)).collect()
    };
    let details = chart::details(facts);
    let detail = |detail: &chart::Detail| {
        context! { entity => plain(&detail.entity), summary => plain(&detail.summary), picture => drawing(&detail.picture) }
    };
    let metrics = metrics(facts);
    let values = context! {
        command => "report",
        contents => CONTENTS.map(|(id, title)| context! { id, title }),
        title => plain(&outcome.scenario.title),
        question => plain(&outcome.scenario.question),
        answer => facts.answer(),
        tone => tone(facts),
        tiles => tiles(facts),
        objectives => objectives(facts),
        findings => outcome.findings.iter().map(|finding| found(facts, charts, finding)).collect::<Vec<_>>(),
        architecture => drawn(Part::Architecture),
        details => details.iter().map(detail).collect::<Vec<_>>(),
        hops => drawn(Part::Hops),
        latency => drawn(Part::Latency),
        day => drawn(Part::Day),
        metrics_left_out => outcome.metrics.len() - metrics.len(),
        metrics => metrics.into_iter().map(|metric| row(facts, metric)).collect::<Vec<_>>(),
        assumptions => assumptions(facts),
        method => method::sentences(outcome),
        reproduce => command(outcome),
        run => run_line(outcome),
        scenario => context! { file => plain(&outcome.scenario.file), digest => plain(&outcome.scenario.digest) },
        core_digest => plain(&outcome.run.core_digest),
    };
    let panels = charts.iter().filter_map(|chart| Some((chart.stem.as_str(), chart.panel.as_ref()?)));
    shell::page(TEMPLATE, values, panels, outcome.run.kind == "day")
}

/// The figures that are asked for first.
fn tiles(facts: &Facts) -> Vec<Value> {
    let tile = |label: &str, value: String, note: String| context! { label, value, note };
    let mut tiles = Vec::new();
    if let Some((name, p99)) = facts.subscribers.iter().find_map(|name| Some((name, facts.metric("subscriber", name, "end_to_end.p99")?))) {
        let label = if facts.subscribers.len() > 1 { "Slowest p99, change to view" } else { "p99, change to view" };
        let unshown = facts.unshown(name).map(|unshown| format!(", without {} not shown", unshown.unit.show(unshown.point)));
        tiles.push(tile(label, p99.unit.show(p99.point), plain(name) + &unshown.unwrap_or_default()));
    }
    if let Some((name, peak)) = facts.bottleneck() {
        let value = peak.unit.show(peak.point);
        tiles.push(tile("Busiest station, worst 5 minutes", value, plain(name)));
    }
    let loads = facts.sors.iter().filter_map(|sor| Some((sor, facts.sor_peak(sor)?)));
    if let Some((sor, peak)) = loads.filter(|(_, peak)| peak.callbacks > 0.0).max_by(|a, b| a.1.total().total_cmp(&b.1.total())) {
        let share = crate::units::Unit::Share.show(peak.callback_share());
        let when = if outcome_is_day(facts) { format!(" at {}", clock(peak.at_s)) } else { String::new() };
        tiles.push(tile("Callbacks' part of the load", share, format!("of {}{when}", plain(sor))));
    }
    let missed: Vec<&Metric> = facts.subscribers.iter().filter_map(|name| facts.metric("subscriber", name, "missed")).collect();
    if !missed.is_empty() {
        let all: f64 = missed.iter().map(|metric| metric.point).sum();
        tiles.push(tile("Missed events, a run", crate::units::Unit::Count.show(all), "by all subscribers together".into()));
    }
    tiles
}

fn outcome_is_day(facts: &Facts) -> bool {
    facts.outcome.run.kind == "day"
}

/// All, or those that say most where they are too many, in their own order.
fn metrics<'a>(facts: &Facts<'a>) -> Vec<&'a Metric> {
    let all = &facts.outcome.metrics;
    let asked = |name: &str| facts.outcome.objectives.iter().any(|objective| objective.metric == name);
    let weight = |metric: &Metric| match metric.name.rsplit('.').next() {
        _ if asked(&metric.name) => 0,
        Some("p50" | "p90" | "p95" | "p999" | "max" | "sd") if metric.name.contains(".hop.") => 4,
        _ if metric.name.contains(".hop.") => 3,
        Some("p50" | "p90" | "p95" | "sd") => 2,
        _ => 1,
    };
    let mut order: Vec<usize> = (0..all.len()).collect();
    if all.len() > METRICS_MAX {
        order.sort_by_key(|index| weight(&all[*index]));
        order.truncate(METRICS_MAX);
        order.sort_unstable();
    }
    order.into_iter().map(|index| &all[index]).collect()
}

fn tone(facts: &Facts) -> &'static str {
    match () {
        () if facts.outcome.objectives.is_empty() => "none",
        () if facts.count(Verdict::Missed) > 0 => "missed",
        () if facts.count(Verdict::Undecided) > 0 => "undecided",
        () => "met",
    }
}

fn objectives(facts: &Facts) -> Vec<Value> {
    let value = |objective: &ObjectiveResult| {
        let (shape, word) = verdict(objective.verdict);
        context! { shape, word, entity => entity_of(&objective.metric), metric => plain(&objective.metric), bound => plain(&objective.bound), seen => seen(objective), reason => plain(&objective.reason) }
    };
    facts.objectives().into_iter().map(value).collect()
}

fn found(facts: &Facts, charts: &[Chart], finding: &Finding) -> Value {
    let told = |name: &String| {
        let metric = facts.named(name)?;
        let interval = interval(metric.unit, metric.low, metric.high).map(|interval| format!(" ({interval})")).unwrap_or_default();
        Some(format!("{} = {}{interval}", plain(name), metric.unit.show(metric.point)))
    };
    let rests_on: Vec<String> = finding.metrics.iter().filter_map(told).collect();
    let chart = finding.metrics.iter().find_map(|metric| chart_of(facts, charts, metric));
    context! { chart, kind => words(&finding.kind), sentence => Value::from_safe_string(html(&finding.sentence)), rests_on => rests_on.join(" · ") }
}

/// `kind.name` of a metric.
fn entity_of(metric: &str) -> String {
    split(metric).map_or(String::new(), |(kind, name, _)| plain(&format!("{kind}.{name}")))
}

/// The chart that shows the metric best, as the page's anchor.
fn chart_of(facts: &Facts, charts: &[Chart], metric: &str) -> Option<String> {
    let (kind, name, quantity) = split(metric)?;
    let stem = match quantity.split('.').next()? {
        "end_to_end" => "latency".to_string(),
        "hop" => "hops".into(),
        "backlog" | "throughput" => quantity.split('.').next()?.into(),
        _ if kind == "sor" => chart::load_stem(facts, name)?,
        "utilization" => "utilization".into(),
        _ => return None,
    };
    charts.iter().any(|chart| chart.stem == stem).then(|| format!("chart-{stem}"))
}

fn row(facts: &Facts, metric: &Metric) -> Value {
    let theory = facts.outcome.theory.iter().find(|theory| theory.metric == metric.name).map(|theory| {
        let agrees = if theory.agrees { "agrees" } else { "differs" };
        let kind = if theory.exact { "exact" } else { "approximate" };
        format!("{} ({}, {kind}): {agrees}", metric.unit.show(theory.value), plain(&theory.model))
    });
    context! {
        name => plain(&metric.name),
        point => metric.unit.show(metric.point),
        sort => metric.point.to_string(),
        interval => interval(metric.unit, metric.low, metric.high),
        one_run => interval(metric.unit, metric.one_run_low, metric.one_run_high),
        n => metric.n,
        theory,
    }
}

fn assumptions(facts: &Facts) -> Vec<Value> {
    let of_source = |source: &str| {
        let facts: Vec<Value> = (facts.outcome.assumptions.iter())
            .filter(|fact| fact.source == source)
            .map(|fact| context! { path => plain(&fact.path), value => plain(&fact.value), note => plain(&fact.note) })
            .collect();
        (!facts.is_empty()).then(|| context! { source => plain(source), facts })
    };
    let mut sources: Vec<&str> = vec!["measured", "calibrated", "assumed"];
    for fact in &facts.outcome.assumptions {
        if !sources.contains(&fact.source.as_str()) {
            sources.push(&fact.source);
        }
    }
    sources.into_iter().filter_map(of_source).collect()
}
