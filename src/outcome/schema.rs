//! JSON Schemas (draft 2020-12) of everything that `--json` prints and `outcome.json` holds, from the types themselves.
//!
//! Each allows fields that it does not name: a version may add some without a new number.

use super::{Outcome, SCHEMA, adverse, check, compare, forecast, limit, segments, sensitivity, size, sweep};
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

/// Of `busload run`.
pub fn run() -> Value {
    of::<Outcome>(SCHEMA)
}

/// Of `busload check`.
pub fn check() -> Value {
    of::<check::CheckOutcome>(check::SCHEMA)
}

/// Of `busload compare`.
pub fn compare() -> Value {
    of::<compare::Comparison>(compare::SCHEMA)
}

/// Of `busload sweep`.
pub fn sweep() -> Value {
    of::<sweep::Sweep>(sweep::SCHEMA)
}

/// Of `busload limit`.
pub fn limit() -> Value {
    of::<limit::LimitOutcome>(limit::SCHEMA)
}

/// Of `busload size`.
pub fn size() -> Value {
    of::<size::SizeOutcome>(size::SCHEMA)
}

/// Of `busload adverse`.
pub fn adverse() -> Value {
    of::<adverse::Adverse>(adverse::SCHEMA)
}

/// Of `busload forecast`.
pub fn forecast() -> Value {
    of::<forecast::Forecast>(forecast::SCHEMA)
}

/// Of `busload segments`.
pub fn segments() -> Value {
    of::<segments::SegmentsOutcome>(segments::SCHEMA)
}

/// Of `busload sensitivity`.
pub fn sensitivity() -> Value {
    of::<sensitivity::Sensitivity>(sensitivity::SCHEMA)
}

fn of<T: JsonSchema>(name: &str) -> Value {
    let mut schema = Value::from(schema_for!(T));
    schema["$id"] = json!(format!("urn:{}", name.replace('/', ":")));
    schema["title"] = json!(name);
    schema["properties"]["schema"] = json!({ "const": name, "description": "Name and version of this schema." });
    schema
}
