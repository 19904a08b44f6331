//! Values without inner grammar: texts, switches, counts, quantities.

use crate::scenario::document::{Node, Value};
use crate::scenario::problem::Fault;
use crate::scenario::similar;
use crate::units::{Bandwidth, Bytes, Rate, Share, Span, Time};
use std::ops::RangeInclusive;
use std::str::FromStr;

fn wrong(node: &Node, wanted: &str, hint: &str) -> Fault {
    Fault::new(format!("must be {wanted}, not {}", node.value.kind()), hint)
}

pub(in crate::scenario) fn text(node: &Node) -> Result<&str, Fault> {
    node.text().ok_or_else(|| wrong(node, "a text", "write it in double quotes"))
}

/// An array of texts, each with its node.
pub(in crate::scenario) fn texts(node: &Node) -> Result<Vec<(&str, &Node)>, Fault> {
    let Value::Array(items) = &node.value else { return Err(wrong(node, "an array of texts", "write it in brackets: [\"one\", \"two\"]")) };
    items.iter().map(|item| Ok((text(item).map_err(|fault| fault.at(item.place))?, item))).collect()
}

pub(in crate::scenario) fn boolean(node: &Node) -> Result<bool, Fault> {
    match node.value {
        Value::Boolean(value) => Ok(value),
        _ => Err(wrong(node, "true or false", "write true or false, without quotes")),
    }
}

/// One of a few words.
pub(in crate::scenario) fn choice<T: Copy>(words: &'static [(&'static str, T)]) -> impl Fn(&Node) -> Result<T, Fault> {
    move |node| {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let possible = format!("possible here: {}", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "));
        let Some(text) = node.text() else { return Err(wrong(node, "a text", &possible)) };
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let hint = similar::nearest(text, names.iter().copied()).map_or(possible, |near| format!("did you mean \"{near}\"?"));
            Fault::new(format!("\"{text}\" is none of its values"), hint)
        })
    }
}

/// A whole number in a range, e.g. workers.
pub(in crate::scenario) fn count(range: RangeInclusive<u32>) -> impl Fn(&Node) -> Result<u32, Fault> {
    move |node| whole(u64::from(*range.start())..=u64::from(*range.end()))(node).map(|value| value as u32)
}

/// A whole number in a range, also a large one.
pub(in crate::scenario) fn whole(range: RangeInclusive<u64>) -> impl Fn(&Node) -> Result<u64, Fault> {
    move |node| {
        let (start, end) = (range.start(), range.end());
        let most = format!("write a whole number from {start} to {end}");
        let hint = if *end >= u64::from(u32::MAX) { format!("write a whole number from {start}") } else { most.clone() };
        let value = match node.value {
            Value::Integer(value) => value,
            Value::Float(value) if value.fract() == 0.0 => value as i128,
            Value::Float(value) => return Err(Fault::new(format!("{value} is not a whole number"), hint)),
            _ => return Err(wrong(node, "a whole number", &hint)),
        };
        match u64::try_from(value) {
            Ok(value) if range.contains(&value) => Ok(value),
            _ if value < 0 => Err(Fault::new(format!("{value} is negative"), hint)),
            Ok(value) if value < *start => Err(Fault::new(format!("{value} is too small"), hint)),
            Ok(value) => Err(Fault::new(format!("{value} is too large"), most)),
            _ => Err(Fault::new("this number is too large", most)),
        }
    }
}

/// A finite number in a range.
pub(in crate::scenario) fn number(range: RangeInclusive<f64>) -> impl Fn(&Node) -> Result<f64, Fault> {
    move |node| {
        let hint = if range.end().is_finite() {
            format!("write a number from {} to {}", range.start(), range.end())
        } else {
            format!("write a number from {}", range.start())
        };
        let value = match node.value {
            Value::Integer(value) => value as f64,
            Value::Float(value) => value,
            _ => return Err(wrong(node, "a number", &hint)),
        };
        if value.is_finite() && range.contains(&value) { Ok(value) } else { Err(Fault::new(format!("{value} is impossible here"), hint)) }
    }
}

/// What each further back-off is multiplied with.
pub(in crate::scenario) fn factor(node: &Node) -> Result<f64, Fault> {
    number(1.0..=1000.0)(node)
}

fn quantity<T: FromStr<Err = crate::units::UnitError>>(node: &Node, example: &str) -> Result<T, Fault> {
    match &node.value {
        Value::Text(text) => Ok(text.parse()?),
        // Nothing has no unit.
        Value::Integer(0) => Ok("0".parse()?),
        Value::Integer(_) | Value::Float(_) => {
            Err(Fault::new("a bare number has no unit", format!("write it with its unit, in quotes: {example}")))
        }
        _ => Err(wrong(node, "a text", &format!("write for example {example}"))),
    }
}

pub(in crate::scenario) fn span(node: &Node) -> Result<Span, Fault> {
    quantity(node, "\"250ms\", \"24h\"")
}

pub(in crate::scenario) fn span_above_zero(node: &Node) -> Result<Span, Fault> {
    match span(node)? {
        Span::ZERO => Err(Fault::new("no time at all is impossible here", "write a span longer than 0")),
        span => Ok(span),
    }
}

/// A time of day on the first day, or a span from the start.
pub(in crate::scenario) fn instant(node: &Node) -> Result<Time, Fault> {
    const EXAMPLE: &str = "\"10:30\", or a span from the start such as \"34h\"";
    let clock = node.text().filter(|text| text.contains(':'));
    let Some(text) = clock else { return Ok(Time::ZERO + quantity(node, EXAMPLE)?) };
    let parts: Vec<Option<u64>> = text.split(':').map(|part| Some(part).filter(|part| part.len() == 2)?.parse().ok()).collect();
    match parts[..] {
        [Some(hours), Some(minutes)] if hours < 24 && minutes < 60 => Ok(Time::ZERO + Span::from_secs(hours * 3600 + minutes * 60)),
        _ => Err(Fault::new(format!("\"{text}\" is not a time of day"), format!("write for example {EXAMPLE}"))),
    }
}

pub(in crate::scenario) fn bytes(node: &Node) -> Result<Bytes, Fault> {
    quantity(node, "\"300B\", \"4KiB\"")
}

pub(in crate::scenario) fn bandwidth(node: &Node) -> Result<Bandwidth, Fault> {
    if matches!(node.value, Value::Integer(0)) {
        return Err(Fault::new("nothing gets through a bandwidth of 0", "write for example \"100Mbit/s\", or leave it out: unlimited"));
    }
    quantity(node, "\"100Mbit/s\"")
}

pub(in crate::scenario) fn rate(node: &Node) -> Result<Rate, Fault> {
    const EXAMPLE: &str = "\"35/s\", \"500K/day\"";
    let rate = match node.value {
        Value::Integer(0) => Rate::per_second(0.0),
        _ => quantity(node, EXAMPLE)?,
    };
    if rate.hertz() > 0.0 {
        Ok(rate)
    } else {
        Err(Fault::new("a rate of 0: nothing would ever come", format!("write for example {EXAMPLE}")))
    }
}

/// From 0 to 1, as a number or as a text with %.
pub(in crate::scenario) fn share(node: &Node) -> Result<f64, Fault> {
    const HINT: &str = "write a share from 0 to 1 as \"70%\" or 0.7";
    let value = match &node.value {
        Value::Text(text) => text.parse::<Share>()?.0,
        Value::Integer(value) => *value as f64,
        Value::Float(value) => *value,
        _ => return Err(wrong(node, "a share", HINT)),
    };
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(Fault::new(format!("{value} is not a share"), HINT)) }
}

/// Above 0 and below 1.
pub(in crate::scenario) fn open_share(node: &Node) -> Result<f64, Fault> {
    match share(node)? {
        value if value > 0.0 && value < 1.0 => Ok(value),
        value => {
            Err(Fault::new(format!("{}% is impossible here", value * 100.0), "write a share above 0% and below 100%, such as \"95%\""))
        }
    }
}
