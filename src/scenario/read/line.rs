//! What queues and subscriptions have in common: limits, lifetimes, redelivery, dead letters.

use crate::core::{Overflow, Policy, QueueId, Requeue};
use crate::scenario::document::Node;
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::spec::Line;
use crate::scenario::values::{boolean, bytes, choice, count, distribution, factor, span, whole};
use crate::sim::Distribution;

/// Keys of the policies.
pub(super) const POLICIES: [&str; 11] = [
    "max_length",
    "max_bytes",
    "overflow",
    "time_to_live",
    "max_deliveries",
    "redelivery_delay",
    "redelivery_factor",
    "redelivery_delay_max",
    "requeue",
    "dead_letter",
    "priorities",
];

const OVERFLOWS: &[(&str, Overflow)] = &[
    ("reject", Overflow::Reject),
    ("drop_oldest", Overflow::DropOldest),
    ("dead_letter", Overflow::DeadLetter),
    ("block", Overflow::Block),
];

/// Reads the policies of a queue or subscription, and the rules among them.
pub(super) fn line(reader: &mut Reader<'_>) -> Line {
    let context = reader.context;
    let lifetime = reader.get("time_to_live", |node| lifetime(distribution(context)(node)?));
    let time_to_live = lifetime.as_ref().and_then(Distribution::as_constant);
    let policy = Policy {
        max_length: reader.get("max_length", whole(0..=u64::MAX)),
        max_bytes: reader.get("max_bytes", bytes),
        overflow: reader.get("overflow", choice(OVERFLOWS)).unwrap_or(Overflow::Reject),
        time_to_live,
        max_deliveries: reader.get("max_deliveries", count(1..=u32::MAX)),
        requeue: reader.get("requeue", choice(&[("head", Requeue::Head), ("tail", Requeue::Tail)])).unwrap_or(Requeue::Head),
        dead_letter: reader.get("dead_letter", |node| dead_letter(context, node)),
        priorities: reader.get("priorities", boolean).unwrap_or(false),
        ..Policy::default()
    };
    let line = Line {
        policy,
        drawn_time_to_live: lifetime.filter(|_| time_to_live.is_none()),
        redelivery_delay: reader.get("redelivery_delay", distribution(context)).unwrap_or_default(),
        redelivery_factor: reader.get("redelivery_factor", factor).unwrap_or(1.0),
        redelivery_delay_max: reader.get("redelivery_delay_max", span),
    };
    effects(reader, line.policy.max_deliveries);
    line
}

/// Keys that can't act because of what else the table says.
fn effects(reader: &Reader<'_>, max_deliveries: Option<u32>) {
    let limited = reader.writes("max_length") || reader.writes("max_bytes");
    if !limited {
        reader.no_effect("overflow", "there is no `max_length` and no `max_bytes`", "set a limit, or remove it");
    }
    if !(limited || reader.writes("time_to_live") || reader.writes("max_deliveries")) {
        let because = "no message ever dies here: there is no `max_deliveries`, `time_to_live`, `max_length` or `max_bytes`";
        reader.no_effect("dead_letter", because, "set one of them, or remove it");
    }
    if max_deliveries == Some(1) {
        for key in ["redelivery_delay", "requeue"] {
            reader.no_effect(key, "max_deliveries = 1 allows no second delivery", "allow more deliveries, or remove it");
        }
    }
    if !reader.writes("redelivery_delay") {
        for key in ["redelivery_factor", "redelivery_delay_max"] {
            reader.no_effect(key, "there is no `redelivery_delay`", "add for example redelivery_delay = \"exp(1s)\", or remove it");
        }
    } else if max_deliveries == Some(2) {
        reader.no_effect("redelivery_factor", "max_deliveries = 2 allows but one redelivery", "allow more deliveries, or remove it");
    }
}

fn lifetime(distribution: Distribution) -> Result<Distribution, Fault> {
    if distribution.is_zero() {
        return Err(Fault::new("a message that lives no time at all", "write a span longer than 0, or leave it out: for ever"));
    }
    Ok(distribution)
}

fn dead_letter(context: &crate::scenario::reader::Context<'_>, node: &Node) -> Result<QueueId, Fault> {
    if let Some(name) = node.text().filter(|name| context.topics.number(name).is_some()) {
        return Err(Fault::new(format!("`{name}` is a topic; dead letters go to a queue"), "name a queue of the same segment"));
    }
    context.queues.refer(node).map(|queue| QueueId(queue as u32))
}
