//! `[assumption]`: where a number comes from.

use crate::scenario::document::{Entry, Value};
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::similar;
use crate::scenario::spec::{Assumption, Ends, Source};
use crate::scenario::values::text;

pub(super) fn assumptions(root: &mut Reader<'_>) -> Vec<Assumption> {
    let Some(section) = root.inner("assumption", "[assumption] and the paths below") else { return Vec::new() };
    let mut assumptions = Vec::new();
    for (path, entry) in section.each() {
        let context = section.context;
        if let (Value::Table(_), None) = (&entry.node.value, path.find('.')) {
            context.report(
                entry.key,
                format!("assumption: the path {path}... is without quotes"),
                "write it in quotes, as its dots belong to it: \"segment.bus.cost\" = \"measured: ...\"",
            );
            continue;
        }
        let named = match find(root, path) {
            Ok(named) => named,
            Err(fault) => {
                context.fault("assumption", &entry.node, fault.at(entry.key));
                continue;
            }
        };
        let value = context.written(named);
        match text(&entry.node) {
            Ok(note) => assumptions.push(assumption(path, value, note)),
            Err(fault) => context.fault(&format!("assumption \"{path}\""), &entry.node, fault),
        }
    }
    assumptions
}

fn assumption(path: &str, value: String, text: &str) -> Assumption {
    let (source, interval, note) = provenance(text).unwrap_or((Source::Assumed, None, text));
    Assumption { path: path.to_string(), value, source, note: note.trim().to_string(), interval }
}

/// `SOURCE: note` or `SOURCE LOW to HIGH: note`; none where the text is but a note.
fn provenance(text: &str) -> Option<(Source, Option<Ends>, &str)> {
    let (head, note) = text.split_once(':').unwrap_or((text, ""));
    let (word, rest) = head.split_once(' ').unwrap_or((head, ""));
    let source = match word {
        "measured" => Source::Measured,
        "calibrated" => Source::Calibrated,
        "assumed" => Source::Assumed,
        _ => return None,
    };
    if rest.trim().is_empty() {
        return text.contains(':').then_some((source, None, note));
    }
    let (low, high) = rest.split_once(" to ")?;
    let has_number = |end: &str| end.contains(|c: char| c.is_ascii_digit());
    (has_number(low) && has_number(high)).then(|| (source, Some((low.trim().to_string(), high.trim().to_string())), note))
}

/// What the file writes at a path.
fn find<'a>(root: &Reader<'a>, path: &str) -> Result<&'a Entry, Fault> {
    let mut table = Some(root.context.root);
    let mut found = None;
    for name in path.split('.') {
        let entry = table.and_then(|table| table.get(name));
        let Some(entry) = entry else {
            let names: Vec<&str> = table.map(|table| table.entries().into_iter().map(|(name, _)| name).collect()).unwrap_or_default();
            let hint = similar::hint(name, &names, "name a setting that this scenario writes, or one of its tables");
            return Err(Fault::new(format!("the scenario does not write \"{path}\": there is no `{name}`"), hint));
        };
        table = entry.node.table();
        found = Some(entry);
    }
    found.ok_or_else(|| Fault::new("an empty path", ""))
}
