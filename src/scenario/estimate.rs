//! The quantities of a design that somebody has estimated, and what else they may be: for questions about which of them decides.
//!
//! Works on texts, as overrides do: another value of a quantity is a setting, checked like all others when a scenario is loaded with it.
//! What is decided rather than estimated (workers, prefetch, retries, objectives) is one only where `[assumption]` lists it.

use super::document::{Node, Table, Value};
use super::names::section;
use super::spec::{Assumption, Source};

/// A quantity and the ends of what it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    pub path: String,
    /// As a setting, like both ends.
    pub value: String,
    pub low: String,
    pub high: String,
    pub source: Source,
    pub note: String,
    /// `[assumption]` gives the ends; else they are a share below and above.
    pub is_given: bool,
}

/// All of a design: those that `[assumption]` lists first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimates {
    pub all: Vec<Estimate>,
    /// Listed ones that can't be varied, each with the reason.
    pub left_out: Vec<(String, String)>,
}

/// Keys of each kind of entity that are estimated.
const ESTIMATED: [(&str, &[&str]); 8] = [
    ("event", &["rate", "size", "resources", "lifecycle.spacing"]),
    ("sor", &["service", "own_load", "own_service", "clock_skew"]),
    ("segment", &["cost", "persist.write", "backlog_penalty"]),
    ("subscriber", &["work", "failure", "poison", "selector", "callback.request", "callback.response", "callback.parsing"]),
    ("feed", &["page_service", "not_modified_service"]),
    ("poller", &["work", "failure", "callback.request", "callback.response", "callback.parsing"]),
    ("link", &["latency", "bandwidth", "loss"]),
    ("zone", &["latency"]),
];

/// Of these merged files, `share` being e.g. 0.2 for a fifth below and above.
pub(super) fn estimates(root: &Table, assumptions: &[Assumption], share: f64) -> Estimates {
    let mut estimates = Estimates::default();
    for assumption in assumptions {
        // An assumption about nothing was refused with the file.
        let Some(value) = find(root, &assumption.path) else { continue };
        match listed(assumption, value, share) {
            Ok(estimate) => estimates.all.push(estimate),
            Err(reason) => estimates.left_out.push((assumption.path.clone(), reason)),
        }
    }
    let is_listed = |path: &str| assumptions.iter().any(|assumption| overlaps(&assumption.path, path));
    for path in usual(root).into_iter().filter(|path| !is_listed(path)) {
        let Some(value) = find(root, &path) else { continue };
        if let (Some(low), Some(high)) = (scaled(value, 1.0 - share), scaled(value, 1.0 + share)) {
            let (value, source, note) = (written(value), Source::Assumed, String::new());
            estimates.all.push(Estimate { path, value, low, high, source, note, is_given: false });
        }
    }
    estimates
}

fn listed(assumption: &Assumption, value: &Value, share: f64) -> Result<Estimate, String> {
    let ends = match &assumption.interval {
        Some((low, high)) => match (change(low), change(high)) {
            (Some(low), Some(high)) => scaled(value, low).zip(scaled(value, high)),
            _ => Some((low.clone(), high.clone())),
        },
        None => scaled(value, 1.0 - share).zip(scaled(value, 1.0 + share)),
    };
    let (low, high) = ends.ok_or("it has no quantity that can be scaled: give its ends, as \"assumed LOW to HIGH: why\"")?;
    Ok(Estimate {
        path: assumption.path.clone(),
        value: written(value),
        low,
        high,
        source: assumption.source,
        note: assumption.note.clone(),
        is_given: assumption.interval.is_some(),
    })
}

/// `+50%` as 1.5.
fn change(text: &str) -> Option<f64> {
    let percent: f64 = text.starts_with(['+', '-']).then(|| text.strip_suffix('%')?.trim().parse().ok()).flatten()?;
    (percent > -100.0).then_some(1.0 + percent / 100.0)
}

/// One is the other, or a part of it.
fn overlaps(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Paths at which estimated quantities may stand.
fn usual(root: &Table) -> Vec<String> {
    let mut paths = Vec::new();
    for (kind, keys) in ESTIMATED {
        for (name, entry) in section(root, kind) {
            paths.extend(keys.iter().map(|key| format!("{kind}.{name}.{key}")));
            if let Some(Value::Array(stages)) = entry.node.table().and_then(|table| table.get("stage")).map(|entry| &entry.node.value) {
                paths.extend((0..stages.len()).map(|stage| format!("{kind}.{name}.stage.{stage}.work")));
            }
        }
    }
    if let Some(Value::Array(surges)) = root.get("surge").map(|entry| &entry.node.value) {
        paths.extend((0..surges.len()).map(|surge| format!("surge.{surge}.factor")));
    }
    paths
}

/// Elements of arrays are numbered from 0.
fn find<'t>(root: &'t Table, path: &str) -> Option<&'t Value> {
    let mut parts = path.split('.');
    let mut value = &root.get(parts.next()?)?.node.value;
    for part in parts {
        value = match value {
            Value::Table(table) => &table.get(part)?.node.value,
            Value::Array(items) => &items.get(part.parse::<usize>().ok()?)?.value,
            _ => return None,
        };
    }
    Some(value)
}

/// So many times as much, as a setting; none where nothing in it is a quantity.
fn scaled(value: &Value, factor: f64) -> Option<String> {
    match value {
        Value::Text(text) => scaled_text(text, factor),
        Value::Integer(0) => None,
        Value::Integer(number) => {
            let scaled = (*number as f64 * factor).round() as i128;
            let step = if factor < 1.0 { -1 } else { 1 };
            Some(if scaled == *number { number + step } else { scaled }.to_string())
        }
        Value::Float(number) => (*number != 0.0).then(|| told(number * factor)),
        Value::Table(table) => {
            let part = |node: &Node| if let Value::Integer(_) = node.value { None } else { scaled(&node.value, factor) };
            let parts = table.entries().into_iter().map(|(name, entry)| (name, &entry.node, part(&entry.node)));
            let parts: Vec<(&str, &Node, Option<String>)> = parts.collect();
            let is_any = parts.iter().any(|(.., scaled)| scaled.is_some());
            let told = parts.into_iter().map(|(name, node, scaled)| match (scaled, &node.value) {
                (Some(text), Value::Text(_)) => format!("{name} = {}", quoted(&text)),
                (Some(text), _) => format!("{name} = {text}"),
                (None, value) => format!("{name} = {}", as_toml(value)),
            });
            is_any.then(|| format!("{{ {} }}", told.collect::<Vec<_>>().join(", ")))
        }
        Value::Boolean(_) | Value::Date(_) | Value::Array(_) => None,
    }
}

/// As a setting: a text needs no quotes there.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        value => as_toml(value),
    }
}

fn as_toml(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Boolean(value) => value.to_string(),
        Value::Date(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(|item| as_toml(&item.value)).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let part = |(name, entry): (&str, &super::document::Entry)| format!("{name} = {}", as_toml(&entry.node.value));
            format!("{{ {} }}", table.entries().into_iter().map(part).collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Every number with a unit times the factor: spans, sizes, rates, shares. A distribution whose spans are all so many times as long
/// is so many times as long itself, as its other numbers (cv, alpha, shape) have no unit. Recorded data are what they are.
fn scaled_text(text: &str, factor: f64) -> Option<String> {
    if ["trace(", "empirical(", "mmpp("].iter().any(|word| text.contains(word)) {
        return None;
    }
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while at < chars.len() {
        let is_within_word = at > 0 && (chars[at - 1].is_alphanumeric() || matches!(chars[at - 1], '_' | '.'));
        if !chars[at].is_ascii_digit() || is_within_word {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let number_end = number_end(&chars, at);
        let number: String = chars[at..number_end].iter().filter(|c| **c != '_').collect();
        let spaces = chars[number_end..].iter().take_while(|c| **c == ' ').count();
        let unit: String = chars[number_end + spaces..].iter().take_while(|c| c.is_alphabetic() || matches!(c, '%' | '/')).collect();
        match number.parse::<f64>() {
            Ok(value) if has_dimension(&unit) => out.push_str(&multiplied(value, factor, &unit)),
            _ => out.extend(&chars[at..number_end]),
        }
        at = number_end;
    }
    (out != text).then_some(out)
}

/// Digits, points, underscores and an exponent.
fn number_end(chars: &[char], start: usize) -> usize {
    let is_digit = |at: usize| chars.get(at).is_some_and(|c| c.is_ascii_digit() || matches!(c, '.' | '_'));
    let mut at = start;
    while is_digit(at) {
        at += 1;
    }
    let sign = usize::from(chars.get(at + 1).is_some_and(|c| matches!(c, '+' | '-')));
    if chars.get(at).is_some_and(|c| matches!(c, 'e' | 'E')) && chars.get(at + 1 + sign).is_some_and(char::is_ascii_digit) {
        at += 1 + sign;
        while chars.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
    }
    at
}

/// A thousand and a million are none, a rate of them is.
fn has_dimension(unit: &str) -> bool {
    !unit.is_empty() && !matches!(unit, "K" | "k" | "M" | "G")
}

fn multiplied(value: f64, factor: f64, unit: &str) -> String {
    match unit {
        "%" if value <= 100.0 => told((value * factor).min(100.0)),
        "B" => told((value * factor).round()),
        _ => told(value * factor),
    }
}

/// Six digits are enough for an estimate.
fn told(value: f64) -> String {
    let digits = if value == 0.0 { 0.0 } else { 5.0 - libm::floor(libm::log10(value.abs())) };
    let text = format!("{value:.*}", digits.clamp(0.0, 15.0) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_unit_is_scaled_and_nothing_else() {
        for (text, expected) in [
            ("lognormal(p50=25ms, p99=160ms)", "lognormal(p50=30ms, p99=192ms)"),
            ("27us + exp(5ms)", "32.4us + exp(6ms)"),
            ("erlang(4, mean=20ms)", "erlang(4, mean=24ms)"),
            ("pareto(min=5ms, alpha=2.5)", "pareto(min=6ms, alpha=2.5)"),
            ("500K/day", "600K/day"),
            ("100Mbit/s", "120Mbit/s"),
            ("304B", "365B"),
            ("0.1%", "0.12%"),
            ("95%", "100%"),
            ("20% per 1M", "24% per 1M"),
            ("1_000 ms", "1200 ms"),
            ("1e-3s", "0.0012s"),
        ] {
            assert_eq!(scaled_text(text, 1.2).as_deref(), Some(expected), "{text}");
        }
        for text in ["trace(day.csv, column=sent_us, unit=us)", "none", "0", "zipf(1.1)"] {
            assert_eq!(scaled_text(text, 1.2), None, "{text}");
        }
    }

    #[test]
    fn a_change_has_a_sign() {
        assert_eq!((change("+50%"), change("-20%"), change("20%"), change("-100%")), (Some(1.5), Some(0.8), None, None));
    }

    #[test]
    fn a_part_overlaps_the_whole_and_a_longer_name_does_not() {
        assert!(overlaps("segment.bus.cost", "segment.bus.cost.receive") && overlaps("a.b", "a.b"));
        assert!(!overlaps("segment.bus", "segment.bus_two.cost"));
    }
}
