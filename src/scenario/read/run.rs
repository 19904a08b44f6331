//! `[run]`: how long, how often, from which seed.

use crate::scenario::document::Node;
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::spec::{Ending, Kind, Replications, Run, WarmUp};
use crate::scenario::values::{choice, count, open_share, span, span_above_zero, whole};
use crate::units::Span;

/// A run of more than ten years is not what anybody means.
const HORIZON_MAX: Span = Span::from_secs(10 * 366 * 86_400);
const REPLICATIONS_MAX: u32 = 10_000;

pub(super) fn run(root: &mut Reader<'_>) -> Run {
    let day = Run {
        kind: Kind::Day,
        horizon: Span::from_secs(86_400),
        warm_up: WarmUp::Fixed(Span::ZERO),
        ending: Ending::Cut,
        replications: Replications::Fixed(10),
        precision_is_idle: false,
        confidence: 0.95,
        seed: 1,
    };
    let Some(mut reader) = root.inner("run", "[run] and its keys below") else { return day };
    let kind = reader.get("kind", choice(&[("day", Kind::Day), ("steady", Kind::Steady)])).unwrap_or(day.kind);
    let horizon = reader.get("horizon", horizon).unwrap_or(day.horizon);
    let warm_up =
        reader.get("warm_up", |node| warm_up(node, kind)).unwrap_or(if kind == Kind::Steady { WarmUp::Auto } else { day.warm_up });
    if matches!(warm_up, WarmUp::Fixed(span) if span >= horizon) {
        reader.complain(
            "warm_up",
            &format!("nothing of the horizon of {horizon} is left to be measured"),
            "make it shorter than `horizon`",
        );
    }
    let ending = reader.get("ending", choice(&[("cut", Ending::Cut), ("drain", Ending::Drain)])).unwrap_or(day.ending);
    let replications = replications(&mut reader).unwrap_or(day.replications);
    let precision_is_idle = matches!(replications, Replications::Fixed(_)) && reader.writes("precision");
    let confidence = reader.get("confidence", open_share).unwrap_or(day.confidence);
    let seed = reader.get("seed", whole(0..=u64::MAX)).unwrap_or(day.seed);
    reader.done();
    Run { kind, horizon, warm_up, ending, replications, precision_is_idle, confidence, seed }
}

fn horizon(node: &Node) -> Result<Span, Fault> {
    let span = span_above_zero(node)?;
    if span > HORIZON_MAX { Err(Fault::new(format!("{span} is too long"), format!("write at most {HORIZON_MAX}"))) } else { Ok(span) }
}

fn warm_up(node: &Node, kind: Kind) -> Result<WarmUp, Fault> {
    match (node.text(), kind) {
        (Some("auto"), Kind::Steady) => Ok(WarmUp::Auto),
        (Some("auto"), Kind::Day) => {
            Err(Fault::new("a day has no steady state to be found", "write a span, or leave it out: everything is measured"))
        }
        (Some("none"), _) => Ok(WarmUp::Fixed(Span::ZERO)),
        _ => span(node).map(WarmUp::Fixed),
    }
}

fn replications(reader: &mut Reader<'_>) -> Option<Replications> {
    let precision = reader.get("precision", open_share);
    if reader.node("replications").and_then(Node::text) != Some("auto") {
        return reader.get("replications", replication_count).map(Replications::Fixed);
    }
    if !reader.writes("precision") {
        reader.missing("precision", "precision = \"2%\", because replications = \"auto\" runs until this is reached");
    }
    Some(Replications::Auto { precision: precision.unwrap_or(0.05) })
}

fn replication_count(node: &Node) -> Result<u32, Fault> {
    match node.text() {
        Some(text) => Err(Fault::new(format!("\"{text}\" is none of its values"), "write a whole number, or \"auto\"")),
        None => count(1..=REPLICATIONS_MAX)(node),
    }
}
