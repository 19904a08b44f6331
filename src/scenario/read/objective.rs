//! `[objective]`: bounds on metrics.

use crate::scenario::document::{Node, Value};
use crate::scenario::metrics::{MetricDefinition, metric_catalog};
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::similar;
use crate::scenario::spec::{Objective, Relation, Replications, Scenario};
use crate::units::{Bandwidth, Bytes, Rate, Share, Span, Unit};
use std::collections::BTreeMap;

/// Longer ones first, as `<` begins `<=`.
const RELATIONS: [(&str, Relation); 5] =
    [("<=", Relation::AtMost), (">=", Relation::AtLeast), ("<", Relation::Less), (">", Relation::Greater), ("=", Relation::Equal)];

pub(super) fn objectives(root: &mut Reader<'_>, scenario: &Scenario) -> Vec<Objective> {
    if matches!(scenario.run.replications, Replications::Auto { .. }) && !root.writes("objective") {
        let what = "run.replications: \"auto\" runs until the objectives' metrics are precise, and there is no objective";
        if let Some(place) = root.context.place_of(&["run", "replications"]) {
            root.context.report(place, what, "add an `[objective]`, or write a number of replications");
        }
    }
    let Some(section) = root.inner("objective") else { return Vec::new() };
    let catalog = metric_catalog(scenario);
    let units: BTreeMap<&str, Unit> = catalog.iter().map(|metric| (metric.name.as_str(), metric.unit)).collect();
    let mut objectives = Vec::new();
    for (name, entry) in section.each() {
        let path = format!("objective \"{name}\"");
        let Some(unit) = units.get(name) else {
            if let (Value::Table(_), None) = (&entry.node.value, name.find('.')) {
                section.context.report(
                    entry.key,
                    format!("objective: the metric's name {name}... is without quotes"),
                    "write it in quotes, as its dots belong to it: \"subscriber.gate.missed\" = \"= 0\"",
                );
            } else {
                section.context.fault("objective", &entry.node, unknown(name, &catalog).at(entry.key));
            }
            continue;
        };
        match bound(&entry.node, *unit) {
            Ok((bound, relation, limit)) => objectives.push(Objective { metric: name.to_string(), bound, relation, limit }),
            Err(fault) => section.context.fault(&path, &entry.node, fault),
        }
    }
    objectives
}

/// The nearest metric: of the same entity when there is one, so that the whole catalog need not be compared.
fn unknown(name: &str, catalog: &[MetricDefinition]) -> Fault {
    let entity: String = name.splitn(3, '.').take(2).collect::<Vec<_>>().join(".") + ".";
    let own: Vec<&str> = catalog.iter().map(|metric| metric.name.as_str()).filter(|metric| metric.starts_with(&entity)).collect();
    let what = format!("this scenario has no metric \"{name}\"");
    let begun = own.iter().filter(|metric| metric.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    let statistics: Vec<&str> = begun.filter_map(|metric| metric[name.len() + 1..].split('.').next()).collect();
    if !statistics.is_empty() {
        return Fault::new(what, format!("add one of its statistics: {}", similar::list(&statistics)));
    }
    if own.is_empty() {
        let entities = catalog.iter().filter_map(|metric| metric.name.match_indices('.').nth(1).map(|(at, _)| &metric.name[..at]));
        let mut entities: Vec<&str> = entities.collect();
        entities.dedup();
        let near = similar::nearest(entity.trim_end_matches('.'), entities);
        return Fault::new(
            what,
            near.map_or_else(
                || "a metric's name is KIND.NAME.QUANTITY, with .STATISTIC where it has several".into(),
                |near| format!("did you mean `{near}`?"),
            ),
        );
    }
    let mut quantities: Vec<&str> = own.iter().map(|metric| quantity(&metric[entity.len()..])).collect();
    quantities.dedup();
    let near = similar::nearest(name, own.iter().copied());
    Fault::new(
        what,
        near.map_or_else(
            || format!("`{}` has {}", entity.trim_end_matches('.'), similar::list(&quantities)),
            |near| format!("did you mean \"{near}\"?"),
        ),
    )
}

/// A metric's name without its statistic; hops are one quantity here.
fn quantity(rest: &str) -> &str {
    match rest.split_once('.') {
        Some(("hop", _)) => "hop",
        Some((first, _)) => first,
        None => rest,
    }
}

/// The bound as written, its relation, and the limit in the metric's SI unit.
fn bound(node: &Node, unit: Unit) -> Result<(String, Relation, f64), Fault> {
    let hint = format!("write a relation and a value: {}", example(unit));
    let Some(text) = node.text() else { return Err(Fault::new(format!("must be a text, not {}", node.value.kind()), hint)) };
    let found = RELATIONS.iter().find_map(|(sign, relation)| Some((text.trim().strip_prefix(sign)?, *relation)));
    let Some((value, relation)) = found else { return Err(Fault::new("the bound has no relation: one of <, <=, =, >=, >", hint)) };
    let limit =
        limit(value.trim(), unit).map_err(|fault| Fault { hint: format!("{}; for example {}", fault.hint, example(unit)), ..fault })?;
    Ok((text.trim().to_string(), relation, limit))
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "\"< 5s\"",
        Unit::PerSecond => "\">= 20/s\"",
        Unit::Bytes => "\"< 500MiB\"",
        Unit::BytesPerSecond => "\"< 10Mbit/s\"",
        Unit::Share => "\"< 70%\"",
        Unit::Count | Unit::ItemSeconds => "\"= 0\"",
    }
}

fn limit(text: &str, unit: Unit) -> Result<f64, Fault> {
    Ok(match unit {
        Unit::Seconds => text.parse::<Span>()?.seconds(),
        Unit::PerSecond if text == "0" => 0.0,
        Unit::PerSecond => text.parse::<Rate>()?.hertz(),
        Unit::Bytes => text.parse::<Bytes>()?.0 as f64,
        Unit::BytesPerSecond if text == "0" => 0.0,
        Unit::BytesPerSecond => text.parse::<Bandwidth>()?.0 as f64 / 8.0,
        Unit::Share => text.parse::<Share>()?.0,
        // A count with its multiple is a rate without its span.
        Unit::Count | Unit::ItemSeconds => match format!("{text}/s").parse::<Rate>() {
            Ok(rate) => rate.count,
            Err(_) => return Err(Fault::new(format!("\"{text}\" is not a count"), "write a number without a unit")),
        },
    })
}
