//! The architecture as a Graphviz digraph: segments as clusters, boxes filled by utilization, pens as wide as the rate.

use crate::outcome::{Edge, Outcome};
use crate::report::chart::{CALLBACKS, Drawing, Item, ramp, whole};
use crate::report::text::plain;
use crate::units::Unit;
use std::collections::BTreeSet;

/// For `dot`.
pub fn graphviz(outcome: &Outcome) -> String {
    let Drawing { items, edges } = whole(&outcome.architecture);
    let mut out = format!(
        "digraph busload {{\n  graph [rankdir=LR, label={}, labelloc=t, fontname=\"Helvetica\", nodesep=0.3, ranksep=1.0]\n  node [shape=box, style=filled, fillcolor=white, fontname=\"Helvetica\", color=\"#b9c0c8\"]\n  edge [fontname=\"Helvetica\", fontsize=10, color=\"#8a94a0\"]\n",
        quoted(&[&outcome.scenario.title])
    );
    for segment in items.iter().filter(|item| item.is_segment()) {
        out += &format!(
            "  subgraph {} {{\n    label={}\n    style=filled\n    color=\"#f3f4f6\"\n",
            quoted(&["cluster_", &segment.name]),
            text(segment)
        );
        let inside: Vec<&Item> = items.iter().filter(|item| item.home.as_ref() == Some(&segment.name)).collect();
        // A box of its own carries arrows of the segment itself, and keeps a frame without destinations.
        let has_arrows = edges.iter().any(|edge| edge.from == segment.name || edge.to == segment.name);
        let own = Some(segment).filter(|_| has_arrows || inside.is_empty());
        out += &inside.into_iter().chain(own).map(|item| format!("  {}", node(item))).collect::<String>();
        out += "  }\n";
    }
    let known: BTreeSet<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let stands_alone = |item: &&Item| !item.is_segment() && item.home.as_ref().is_none_or(|home| !known.contains(home.as_str()));
    out += &items.iter().filter(stands_alone).map(node).collect::<String>();
    let largest = edges.iter().map(|edge| edge.rate).fold(0.0, f64::max);
    let drawn = edges.iter().filter(|edge| known.contains(edge.from.as_str()) && known.contains(edge.to.as_str()));
    out += &drawn.map(|edge| arrow(edge, largest)).collect::<String>();
    out + "}\n"
}

fn node(item: &Item) -> String {
    let fill = item.utilization.map_or(String::new(), |peak| {
        let color = ramp(peak);
        format!(", fillcolor=\"{}\", fontcolor=\"{}\"", color.hex(), color.ink().hex())
    });
    format!("  {} [label={}{fill}]\n", quoted(&[&item.name]), text(item))
}

fn text(item: &Item) -> String {
    let load = item.utilization.map(|peak| format!("{} at the peak", Unit::Share.show(peak)));
    let lines: Vec<&str> = [item.kind.as_str(), &item.label].into_iter().chain(load.as_deref()).collect();
    lines_of(&lines)
}

fn arrow(edge: &Edge, largest: f64) -> String {
    let width = if largest > 0.0 && edge.rate.is_finite() { (6.0 * edge.rate / largest).clamp(0.8, 6.0) } else { 0.8 };
    let call = if edge.is_call() { format!(", style=dashed, color=\"{}\", constraint=false", CALLBACKS.hex()) } else { String::new() };
    format!(
        "  {} -> {} [label={}, penwidth={width:.1}{call}]\n",
        quoted(&[&edge.from]),
        quoted(&[&edge.to]),
        lines_of(&[&edge.kind.replace('_', " "), &Unit::PerSecond.show(edge.rate)])
    )
}

/// A quoted string of the dot language, in which only quotes and backslashes mean something.
fn quoted(parts: &[&str]) -> String {
    format!("\"{}\"", parts.iter().map(|part| escaped(part)).collect::<String>())
}

fn lines_of(lines: &[&str]) -> String {
    format!("\"{}\"", lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("\\n"))
}

fn escaped(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('"', "\\\"")
}
