//! One number for all that a run depends on: the merged text without comments and blanks, the overrides, the files it names.

use super::document::{Node, Table, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(root: &Table, settings: &[(String, String)], contents: &BTreeMap<String, [u8; 32]>) -> String {
    let mut hash = Sha256::new();
    table(&mut hash, root);
    for (path, value) in settings {
        text(&mut hash, "set", path);
        text(&mut hash, "to", value);
    }
    // By content alone, so that a scenario and its data can be moved together.
    for digest in contents.values() {
        hash.update(digest);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Tag, length and bytes, so that no two trees write the same.
fn text(hash: &mut Sha256, tag: &str, text: &str) {
    hash.update(tag.as_bytes());
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn table(hash: &mut Sha256, table: &Table) {
    let entries = table.entries();
    hash.update(b"table");
    hash.update((entries.len() as u64).to_le_bytes());
    for (name, entry) in entries {
        text(hash, "key", name);
        node(hash, &entry.node);
    }
}

fn node(hash: &mut Sha256, node: &Node) {
    match &node.value {
        Value::Text(value) => text(hash, "text", value),
        Value::Date(value) => text(hash, "date", value),
        Value::Integer(value) => text(hash, "number", &value.to_string()),
        // 2.0 is the number 2.
        Value::Float(value) => text(hash, "number", &value.to_string()),
        Value::Boolean(value) => text(hash, "boolean", &value.to_string()),
        Value::Table(inner) => table(hash, inner),
        Value::Array(items) => {
            hash.update(b"array");
            hash.update((items.len() as u64).to_le_bytes());
            for item in items {
                self::node(hash, item);
            }
        }
    }
}
