//! Which names a scenario has, before anything of them is read: so that references can point forward.

use super::document::{Node, Table, Value};
use super::problem::Fault;
use super::similar;
use std::collections::BTreeMap;

/// The sections in which every entry is an entity with a name.
pub(super) const ENTITIES: &[&str] = &["zone", "link", "sor", "event", "segment", "topic", "queue", "subscriber", "feed", "poller"];

/// Numbers of the entities of one kind, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// For problems: "topic or queue", "system of record".
    kind: &'static str,
    list: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Names {
    pub fn new(kind: &'static str, names: impl IntoIterator<Item = String>) -> Names {
        let mut all = Names { kind, ..Names::default() };
        for name in names {
            if !all.numbers.contains_key(&name) {
                all.numbers.insert(name.clone(), all.list.len());
                all.list.push(name);
            }
        }
        all
    }

    /// All names that `[kind.NAME]` has in this file; zones also where they are only mentioned.
    pub fn declared<'a>(root: &'a Table, kind: &str) -> Vec<&'a str> {
        let mut names: Vec<&str> = section(root, kind).into_iter().map(|(name, _)| name).collect();
        if kind == "zone" {
            names.extend(mentioned_zones(root));
        }
        names
    }

    pub fn list(&self) -> &[String] {
        &self.list
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The number of the name that a value refers to.
    pub fn refer(&self, node: &Node) -> Result<usize, Fault> {
        let Some(name) = node.text() else {
            return Err(Fault::new(
                format!("must be the name of a {}, not {}", self.kind, node.value.kind()),
                "write a name in double quotes",
            ));
        };
        self.number(name).ok_or_else(|| self.unknown(name))
    }

    /// That there is nothing of this name.
    pub fn unknown(&self, name: &str) -> Fault {
        let names: Vec<&str> = self.list.iter().map(String::as_str).collect();
        let otherwise =
            if names.is_empty() { format!("the file has no {} at all", self.kind) } else { format!("name a {} of this file", self.kind) };
        Fault::new(format!("there is no {} `{name}`", self.kind), similar::hint(name, &names, &otherwise))
    }
}

/// The tables of one section.
pub(super) fn section<'a>(root: &'a Table, kind: &str) -> Vec<(&'a str, &'a super::document::Entry)> {
    root.get(kind).and_then(|entry| entry.node.table()).map(Table::entries).unwrap_or_default()
}

/// Zones that stand after `zone =` or in a link's `between`.
pub(super) fn mentioned_zones(root: &Table) -> Vec<&str> {
    let mut zones = Vec::new();
    for kind in ["sor", "segment", "subscriber", "poller"] {
        zones.extend(section(root, kind).into_iter().filter_map(|(_, entry)| entry.node.table()?.get("zone")?.node.text()));
    }
    for (_, link) in section(root, "link") {
        if let Some(Value::Array(ends)) = link.node.table().and_then(|table| table.get("between")).map(|entry| &entry.node.value) {
            zones.extend(ends.iter().filter_map(Node::text));
        }
    }
    zones
}
