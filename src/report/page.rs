//! `report.html`: one self-contained page. Template, style and script are embedded; nothing is ever fetched.
//!
//! All texts are escaped by the template engine; only the charts, which escape for themselves, go in as markup.

use super::chart::{Chart, Part};
use super::facts::Facts;
use super::text::{command, interval, plain, run_line, seen, verdict, words};
use super::{method, svg};
use crate::outcome::{Finding, Metric, ObjectiveResult, Verdict};
use minijinja::{AutoEscape, Environment, Value, context};

const TEMPLATE: &str = include_str!("assets/report.html.jinja");
pub const STYLE: &str = include_str!("assets/report.css");
pub const SCRIPT: &str = include_str!("assets/report.js");

/// More rows than this make the page heavy and are in the CSV file anyway.
const METRICS_MAX: usize = 2500;

pub fn page(facts: &Facts, charts: &[Chart]) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let outcome = facts.outcome;
    let drawn = |part: Part| -> Vec<Value> {
        charts.iter().filter(|chart| chart.part == part).map(|chart| Value::from_safe_string(svg::inline(&chart.picture))).collect()
    };
    let values = context! {
        style => Value::from_safe_string(STYLE.into()),
        script => Value::from_safe_string(SCRIPT.into()),
        title => plain(&outcome.scenario.title),
        question => plain(&outcome.scenario.question),
        answer => facts.answer(),
        busiest => facts.busiest(),
        tone => tone(facts),
        objectives => objectives(facts),
        findings => outcome.findings.iter().map(|finding| found(facts, finding)).collect::<Vec<_>>(),
        architecture => drawn(Part::Architecture),
        hops => drawn(Part::Hops),
        latency => drawn(Part::Latency),
        day => drawn(Part::Day),
        metrics_left_out => outcome.metrics.len().saturating_sub(METRICS_MAX),
        metrics => outcome.metrics.iter().take(METRICS_MAX).map(|metric| row(facts, metric)).collect::<Vec<_>>(),
        assumptions => assumptions(facts),
        method => method::sentences(outcome),
        command => command(outcome),
        run => run_line(outcome),
        scenario => context! { file => plain(&outcome.scenario.file), digest => plain(&outcome.scenario.digest) },
        core_digest => plain(&outcome.run.core_digest),
    };
    environment.render_str(TEMPLATE, values).expect("the template fits its values")
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
        context! { shape, word, metric => plain(&objective.metric), bound => plain(&objective.bound), seen => seen(objective), reason => plain(&objective.reason) }
    };
    facts.objectives().into_iter().map(value).collect()
}

fn found(facts: &Facts, finding: &Finding) -> Value {
    let told = |name: &String| {
        let metric = facts.named(name)?;
        let interval = interval(metric.unit, metric.low, metric.high).map(|interval| format!(" ({interval})")).unwrap_or_default();
        Some(format!("{} = {}{interval}", plain(name), metric.unit.show(metric.point)))
    };
    let rests_on: Vec<String> = finding.metrics.iter().filter_map(told).collect();
    context! { kind => words(&finding.kind), sentence => plain(&finding.sentence), rests_on => rests_on.join(" · ") }
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
