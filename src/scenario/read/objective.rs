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
    let Some(section) = root.inner("objective", "[objective] and the bounds below") else { return Vec::new() };
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

/// What there is instead: statistics of the quantity, quantities of the entity, or entities.
fn unknown(name: &str, catalog: &[MetricDefinition]) -> Fault {
    let what = format!("this scenario has no metric \"{name}\"");
    for quantity in [Some(name), name.rsplit_once('.').map(|(quantity, _)| quantity)].into_iter().flatten() {
        let statistics: Vec<&str> = below(quantity, catalog).filter(|rest| !rest.contains('.')).collect();
        if !statistics.is_empty() && quantity.matches('.').count() > 1 {
            return Fault::new(what, format!("`{quantity}` has the statistics {}", similar::list(&statistics)));
        }
    }
    let entity = name.match_indices('.').nth(1).map_or(name, |(at, _)| &name[..at]);
    let mut quantities: Vec<&str> = below(entity, catalog).map(quantity).collect();
    quantities.dedup();
    if quantities.is_empty() {
        let mut entities: Vec<&str> =
            catalog.iter().filter_map(|metric| metric.name.match_indices('.').nth(1).map(|(at, _)| &metric.name[..at])).collect();
        entities.dedup();
        return Fault::new(
            what,
            similar::hint(entity, &entities, "a metric's name is KIND.NAME.QUANTITY, with .STATISTIC where it has several"),
        );
    }
    let near = similar::nearest(name.get(entity.len() + 1..).map_or("", quantity), quantities.iter().copied());
    let otherwise = || format!("`{entity}` has {}", similar::list(&quantities));
    Fault::new(what, near.map_or_else(otherwise, |near| format!("did you mean `{entity}.{near}`?")))
}

/// What follows a name and a dot, in all metrics that begin with them.
fn below<'c>(name: &'c str, catalog: &'c [MetricDefinition]) -> impl Iterator<Item = &'c str> {
    catalog.iter().filter_map(move |metric| metric.name.strip_prefix(name)?.strip_prefix('.'))
}

/// A metric's name without its statistic; hops are one quantity here.
fn quantity(rest: &str) -> &str {
    match rest.split_once('.') {
        Some(("hop", _)) => "hop",
        Some(("stage", _)) => "stage",
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
        Unit::Currency(_) => "\"< 5000\"",
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
        Unit::Count | Unit::ItemSeconds | Unit::Currency(_) => match format!("{text}/s").parse::<Rate>() {
            Ok(rate) => rate.count,
            Err(_) => return Err(Fault::new(format!("\"{text}\" is not a count"), "write a number without a unit")),
        },
    })
}
