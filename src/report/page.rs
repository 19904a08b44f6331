//! `report.html`: one self-contained page. Template, style and script are embedded; nothing is ever fetched.
//!
//! All texts are escaped by the template engine; only the charts, which escape for themselves, go in as markup.

use super::chart::{self, Chart, Part};
use super::facts::{Facts, split};
use super::text::{command, interval, plain, run_line, seen, verdict, words};
use super::{method, svg};
use crate::outcome::{Finding, Metric, ObjectiveResult, Verdict};
use minijinja::{AutoEscape, Environment, Value, context};
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("assets/report.html.jinja");
pub const STYLE: &str = include_str!("assets/report.css");
pub const SCRIPT: &str = include_str!("assets/report.js");
const LIVE_SCRIPT: &str = include_str!("assets/live.js");
/// uPlot 1.6.32 with its style sheet and license (MIT).
const PLOTTER: [&str; 3] =
    [include_str!("assets/uplot-LICENSE.txt"), include_str!("assets/uplot.min.js"), include_str!("assets/uplot.min.css")];

/// More rows than this make the page heavy and are in the CSV file anyway.
const METRICS_MAX: usize = 2500;

pub fn page(facts: &Facts, charts: &[Chart]) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let outcome = facts.outcome;
    let drawn = |part: Part| -> Vec<Value> { charts.iter().filter(|chart| chart.part == part).map(drawing).collect() };
    let (live, plotter) = live(facts, charts);
    let values = context! {
        style => Value::from_safe_string(format!("{}\n{STYLE}", if live.is_some() { PLOTTER[2] } else { "" })),
        live => live.map(Value::from_safe_string),
        live_script => Value::from_safe_string(LIVE_SCRIPT.into()),
        plotter => Value::from_safe_string(plotter),
        script => Value::from_safe_string(SCRIPT.into()),
        title => plain(&outcome.scenario.title),
        question => plain(&outcome.scenario.question),
        answer => facts.answer(),
        busiest => facts.busiest(),
        tone => tone(facts),
        objectives => objectives(facts),
        findings => outcome.findings.iter().map(|finding| found(facts, charts, finding)).collect::<Vec<_>>(),
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

fn drawing(chart: &Chart) -> Value {
    context! { stem => &chart.stem, picture => Value::from_safe_string(svg::inline(&chart.picture)) }
}

/// The data of the charts that the page draws live, and the plotter with its license instead of its address.
fn live(facts: &Facts, charts: &[Chart]) -> (Option<String>, String) {
    let is_day = facts.outcome.run.kind == "day";
    let data: BTreeMap<&str, _> =
        charts.iter().filter_map(|chart| Some((chart.stem.as_str(), chart.panel.as_ref()?.data(is_day)))).collect();
    // Inside a script element nothing is escaped but what could end it.
    let json = serde_json::to_string(&data).expect("charts are plain data").replace('<', "\\u003c");
    let [license, code, _] = PLOTTER;
    let code = code.split_once('\n').map_or(code, |(_, code)| code);
    ((!data.is_empty()).then_some(json), format!("/*! uPlot 1.6.32\n\n{license}*/\n{code}"))
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
    context! { chart, kind => words(&finding.kind), sentence => plain(&finding.sentence), rests_on => rests_on.join(" · ") }
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
