//! The JSON Schema of scenario files (draft 7, which editors of TOML read), from the table of keys.
//!
//! It refuses nothing that the reader takes. What only the whole file can tell (references, units of bounds, keys without effect) is the
//! reader's alone.

use super::forms::{self, Form};
use super::{Absent, Key, Kind, LANGUAGE, Section};
use serde_json::{Map, Value, json};

/// The schema's address; nothing is fetched from it.
const ID: &str = "urn:busload:scenario:1";

/// The schema of a whole scenario.
pub fn schema() -> Value {
    let mut schema = object(&LANGUAGE);
    let definitions: Map<String, Value> = DEFINED.iter().map(|(name, form)| (name.to_string(), text(form))).collect();
    let own = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID,
        "title": "Busload scenario",
        // Where a file extends another one, that may have what it does not.
        "if": { "not": { "required": ["extends"] } },
        "then": needs(&LANGUAGE).unwrap_or(json!(true)),
        "definitions": definitions,
    });
    if let (Value::Object(schema), Value::Object(own)) = (&mut schema, own) {
        schema.extend(own);
    }
    schema
}

/// Forms that many keys share.
const DEFINED: [(&str, &Form); 4] =
    [("distribution", &forms::DISTRIBUTION), ("service", &forms::SERVICE), ("span", &forms::SPAN), ("share", &forms::SHARE)];

/// A table with these keys and no others.
fn object(section: &Section) -> Value {
    let properties: Map<String, Value> = section.keys.iter().map(|key| (key.name.to_string(), property(key))).collect();
    let rest = section.rest.map_or(json!(false), |(_, kind)| value(&kind));
    json!({ "type": "object", "description": section.meaning, "properties": properties, "additionalProperties": rest })
}

fn property(key: &Key) -> Value {
    let mut schema = value(&key.kind);
    let (absent, default) = match key.absent {
        Absent::Required => ("Needed.".to_string(), None),
        Absent::Default(value) => (format!("Without it: {value}."), literal(value)),
        Absent::Else(words) => (format!("Without it: {words}."), None),
    };
    // A reference stands alone in this draft.
    if schema.get("$ref").is_some() {
        schema = json!({ "allOf": [schema] });
    }
    schema["description"] = json!(format!("{} {absent}", key.effect));
    if let Some(default) = default {
        schema["default"] = default;
    }
    if let Some(example) = literal(key.example) {
        schema["examples"] = json!([example]);
    }
    schema
}

/// A value as the file writes it.
fn literal(written: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {written}")).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

fn value(kind: &Kind) -> Value {
    match *kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Whole(least, u64::MAX) => json!({ "type": "integer", "minimum": least }),
        Kind::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Kind::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Kind::Span => definition("span"),
        Kind::Share => definition("share"),
        Kind::OpenShare => json!({ "anyOf": [
            { "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1 },
            text_of(kind.form()),
        ] }),
        Kind::Distribution => definition("distribution"),
        Kind::Service => definition("service"),
        Kind::Bytes | Kind::Instant => or_zero(text_of(kind.form())),
        Kind::Rate
        | Kind::SpanAboveZero
        | Kind::Bandwidth
        | Kind::Arrivals
        | Kind::Popularity
        | Kind::Penalty
        | Kind::Growth
        | Kind::Currency
        | Kind::TimeOfDay
        | Kind::Bound
        | Kind::Target
        | Kind::Name(_) => text_of(kind.form()),
        Kind::Several(of, least, usize::MAX) => json!({ "type": "array", "items": value(of), "minItems": least }),
        Kind::Several(of, least, most) => json!({ "type": "array", "items": value(of), "minItems": least, "maxItems": most }),
        Kind::Table(section) => object(section),
        Kind::Named(section) => named(object(section)),
        Kind::List(section) => json!({ "type": "array", "items": object(section) }),
        Kind::Each(_, of) => json!({ "type": "object", "additionalProperties": value(of) }),
        Kind::Either(one, other) => json!({ "anyOf": [value(one), value(other)] }),
    }
}

fn named(table: Value) -> Value {
    json!({ "type": "object", "patternProperties": { (forms::NAME.pattern): table }, "additionalProperties": false })
}

fn definition(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A text, of this form where it has one.
fn text_of(form: Option<&Form>) -> Value {
    form.map_or(json!({ "type": "string" }), |form| json!({ "type": "string", "pattern": form.pattern }))
}

/// Nothing needs no unit.
fn or_zero(text: Value) -> Value {
    json!({ "anyOf": [text, { "const": 0 }] })
}

fn text(form: &Form) -> Value {
    let bare =
        if std::ptr::eq(form, &forms::SHARE) { json!({ "type": "number", "minimum": 0, "maximum": 1 }) } else { json!({ "const": 0 }) };
    let examples: Vec<&str> = form.written.iter().map(|(written, _)| *written).collect();
    json!({ "description": form.meaning, "anyOf": [text_of(Some(form)), bare], "examples": examples })
}

/// The keys that can't be left out, here and below; none where there are none.
fn needs(section: &Section) -> Option<Value> {
    let required: Vec<&str> = section.keys.iter().filter(|key| key.absent == Absent::Required).map(|key| key.name).collect();
    let below: Map<String, Value> = section.keys.iter().filter_map(|key| Some((key.name.to_string(), needs_below(&key.kind)?))).collect();
    let mut schema = Map::new();
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    if !below.is_empty() {
        schema.insert("properties".into(), Value::Object(below));
    }
    (!schema.is_empty()).then_some(Value::Object(schema))
}

fn needs_below(kind: &Kind) -> Option<Value> {
    match *kind {
        Kind::Table(section) => needs(section),
        Kind::Named(section) => Some(json!({ "additionalProperties": needs(section)? })),
        Kind::List(section) => Some(json!({ "items": needs(section)? })),
        // Only where it is the table that is meant: other kinds of value have no keys.
        Kind::Either(_, Kind::Table(section)) => needs(section),
        _ => None,
    }
}
