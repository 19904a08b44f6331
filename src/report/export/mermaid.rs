//! An architecture as a Mermaid flowchart: segments as frames, callbacks dotted, rates on the arrows.

use crate::outcome::Edge;
use crate::report::chart::Item;
use crate::report::text::mermaid as escaped;
use crate::units::Unit;
use std::collections::BTreeMap;

/// Boxes and arrows; an arrow whose ends are not among the boxes is left out.
pub fn flowchart(items: &[Item], edges: &[Edge]) -> String {
    let ids: BTreeMap<&str, String> = items.iter().enumerate().map(|(index, item)| (item.name.as_str(), format!("n{index}"))).collect();
    let inside = |item: &Item| items.iter().filter(|other| other.home.as_ref() == Some(&item.name)).collect::<Vec<_>>();
    let mut out = "flowchart LR\n".to_string();
    for item in items.iter().filter(|item| item.home.as_ref().is_none_or(|home| !ids.contains_key(home.as_str()))) {
        let id = &ids[item.name.as_str()];
        match inside(item) {
            within if within.is_empty() => out += &format!("  {id}[\"{}\"]\n", label(item)),
            within => {
                let boxes: String = within.iter().map(|item| format!("    {}[\"{}\"]\n", ids[item.name.as_str()], label(item))).collect();
                out += &format!("  subgraph {id}[\"{}\"]\n{boxes}  end\n", label(item));
            }
        }
    }
    out += &edges.iter().filter_map(|edge| arrow(edge, &ids)).collect::<String>();
    out
}

fn label(item: &Item) -> String {
    let load = item.utilization.map(|peak| format!(", {}", Unit::Share.show(peak))).unwrap_or_default();
    let kind = if item.kind.is_empty() { String::new() } else { format!("{} ", item.kind) };
    escaped(&if item.is_group() { format!("{}{load}", item.label) } else { format!("{kind}{}{load}", item.label) })
}

fn arrow(edge: &Edge, ids: &BTreeMap<&str, String>) -> Option<String> {
    let (from, to) = (ids.get(edge.from.as_str())?, ids.get(edge.to.as_str())?);
    let line = if edge.is_call() { "-.->" } else { "-->" };
    let label = escaped(&format!("{} {}", edge.kind.replace('_', " "), Unit::PerSecond.show(edge.rate)));
    Some(format!("  {from} {line}|\"{label}\"| {to}\n"))
}
