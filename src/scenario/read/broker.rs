//! `[segment.NAME]`, `[topic.NAME]` and `[queue.NAME]`: the broker and its capacity.

use super::line::{POLICIES, line};
use super::sor::SERVERS_MAX;
use super::{NOWHERE, entities, zone};
use crate::scenario::document::Node;
use crate::scenario::problem::Fault;
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Cost, Persist, Queue, Segment, Topic};
use crate::scenario::values::{bytes, count, distribution, penalty};
use crate::units::Bytes;

pub(super) fn segments(root: &mut Reader<'_>) -> Vec<Segment> {
    let context = root.context;
    entities(root, "segment").into_iter().map(|(name, reader)| segment(context, name, reader)).collect()
}

fn segment<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>) -> Segment {
    let segment = Segment {
        name: name.to_string(),
        zone: zone(&mut reader),
        threads: reader.get("threads", count(1..=SERVERS_MAX)).unwrap_or(1),
        cost: reader
            .inner("cost", "cost = { receive = \"180us\", deliver = \"120us\" }")
            .map(|inner| cost(context, inner))
            .unwrap_or_default(),
        persist: reader.inner("persist", PERSIST).map(|inner| persist(context, inner)),
        memory: reader.get("memory", memory),
        backlog_penalty: reader.get("backlog_penalty", penalty),
    };
    if !reader.writes("cost") {
        reader.no_effect(
            "backlog_penalty",
            "no operation costs anything here",
            "add for example cost = { receive = \"180us\" }, or remove it",
        );
    }
    reader.done();
    segment
}

fn cost<'a>(context: &'a Context<'a>, mut reader: Reader<'a>) -> Cost {
    let mut part = |key| reader.get(key, distribution(context)).unwrap_or_default();
    let cost = Cost {
        receive: part("receive"),
        select: part("select"),
        deliver: part("deliver"),
        acknowledge: part("acknowledge"),
        per_kib: part("per_kib"),
    };
    reader.done();
    cost
}

const PERSIST: &str = "persist = { write = \"lognormal(p50=1ms, p99=6ms)\", group = 64 }";

fn persist<'a>(context: &'a Context<'a>, mut reader: Reader<'a>) -> Persist {
    let write = reader.require("write", PERSIST, distribution(context));
    let group = reader.get("group", count(1..=1_000_000)).unwrap_or(1);
    reader.done();
    Persist { write: write.unwrap_or_default(), group }
}

fn memory(node: &Node) -> Result<Bytes, Fault> {
    match bytes(node)? {
        Bytes(0) => Err(Fault::new("a segment without memory takes no message", "write for example \"1GiB\", or leave it out: unlimited")),
        size => Ok(size),
    }
}

pub(super) fn topics(root: &mut Reader<'_>) -> Vec<Topic> {
    let context = root.context;
    let topic = |(name, mut reader): (&str, Reader<'_>)| {
        let segment = own_segment(context, &mut reader);
        for policy in POLICIES {
            if reader.writes(policy) {
                reader.misplaced(policy, "a topic keeps no messages", "each subscription has its own: write it below `[subscriber.NAME]`");
            }
        }
        reader.done();
        Topic { name: name.to_string(), segment }
    };
    entities(root, "topic").into_iter().map(topic).collect()
}

pub(super) fn queues(root: &mut Reader<'_>) -> Vec<Queue> {
    let context = root.context;
    let queue = |(name, mut reader): (&str, Reader<'_>)| {
        if context.topics.number(name).is_some() {
            context.report(
                reader.place,
                format!("`{name}` is a topic and a queue"),
                "give one of them another name: events and subscribers name them alike",
            );
        }
        let segment = own_segment(context, &mut reader);
        let line = line(&mut reader);
        reader.done();
        Queue { name: name.to_string(), segment, line }
    };
    entities(root, "queue").into_iter().map(queue).collect()
}

fn own_segment(context: &Context<'_>, reader: &mut Reader<'_>) -> usize {
    reader.require("segment", "segment = \"bus\"", |node| context.segments.refer(node)).unwrap_or(NOWHERE)
}
