//! `[[subscriber.NAME.stage]]`: pipelines of actors and topologies inside a subscriber.

use super::check_name;
use super::sor::SERVERS_MAX;
use crate::scenario::document::{Node, Value};
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Grouping, Pipeline, Runs, Service, Stage};
use crate::scenario::values::{choice, count, service, span_above_zero, text, whole};
use crate::sim::Distribution;

const STAGES_MAX: usize = 100;

/// The stages of a subscriber that runs as a pipeline; the keys of pipelines have no effect on any other.
pub(super) fn pipeline(reader: &mut Reader<'_>, runs: Runs) -> Option<Pipeline> {
    let stages = reader.node("stage");
    let max_pending = reader.get("max_pending", count(1..=u32::MAX));
    let replay_after = reader.get("replay_after", span_above_zero);
    if runs != Runs::Topology {
        for key in ["max_pending", "replay_after"] {
            reader.no_effect(key, "only a topology has a spout", "write runs = \"topology\", or remove it");
        }
    }
    if !matches!(runs, Runs::Actors | Runs::Topology) {
        let because = "a listener or workflow does its `work` in one step";
        reader.no_effect("stage", because, "write runs = \"actors\" or runs = \"topology\", or remove it");
        return None;
    }
    for (key, of_stage) in [("work", "work"), ("workers", "tasks")] {
        reader.node(key);
        let hint = format!("write `{of_stage}` below `[[{}.stage]]`", reader.path);
        reader.no_effect(key, "the stages have `work` and `tasks` of their own", &hint);
    }
    let bounded = reader.writes("max_pending") || reader.writes("prefetch");
    if runs == Runs::Topology && reader.writes("replay_after") && !bounded {
        reader.missing("max_pending", "max_pending = 1000, as without it nothing bounds what is replayed");
    }
    Some(Pipeline { stages: read_stages(reader, stages), max_pending, replay_after })
}

fn read_stages<'a>(reader: &Reader<'a>, written: Option<&'a Node>) -> Vec<Stage> {
    let context = reader.context;
    let example = format!("[[{}.stage]] with name = \"enrich\", tasks = 4, work = \"exp(3ms)\"", reader.path);
    let Some(node) = written else {
        reader.missing("stage", &example);
        return Vec::new();
    };
    let Value::Array(items) = &node.value else {
        reader.complain("stage", "the stages are a list", &format!("write {example}, once for each stage"));
        return Vec::new();
    };
    if items.is_empty() || items.len() > STAGES_MAX {
        reader.complain("stage", &format!("{} stages are impossible", items.len()), &format!("write 1 to {STAGES_MAX} stages"));
        return Vec::new();
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("{}.stage.{index}", reader.path);
        let Some(table) = item.table() else {
            context.report(item.place, format!("{path} must be a table, not {}", item.value.kind()), format!("write {example}"));
            continue;
        };
        let inner = Reader::new(context, path, item.place, table, reader.section().below("stage"));
        let stage = stage(context, inner);
        if stages.iter().any(|other| other.name == stage.name && !stage.name.is_empty()) {
            let what = format!("{}.stage.{index}.name: there is a stage `{}` already", reader.path, stage.name);
            let place = table.get("name").map_or(item.place, |entry| entry.node.place);
            context.report(place, what, "give each stage of a subscriber a name of its own");
        }
        stages.push(stage);
    }
    stages
}

fn stage<'a>(context: &'a Context<'a>, mut reader: Reader<'a>) -> Stage {
    let name = reader.require("name", "name = \"enrich\"", |node| {
        let name = text(node)?;
        check_name(name, "stage").map(|()| name.to_string())
    });
    let stage = Stage {
        name: name.unwrap_or_default(),
        tasks: reader.get("tasks", count(1..=SERVERS_MAX)).unwrap_or(1),
        work: reader.get("work", service(context)).unwrap_or_else(|| Service::Drawn(Distribution::default())),
        group_by: reader
            .get("group_by", choice(&[("resource", Grouping::Resource), ("shuffle", Grouping::Shuffle)]))
            .unwrap_or(Grouping::Shuffle),
        mailbox: reader.get("mailbox", whole(0..=u64::MAX)),
    };
    reader.done();
    stage
}
