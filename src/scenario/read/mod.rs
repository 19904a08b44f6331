//! From the tree to the [`Scenario`]: one file per section of the language, each reading its keys and their own rules.
//!
//! What a section can't decide alone (links between zones, circles, effects that need another section) is `super::validate`'s.
//! A reference that can't be resolved becomes [`NOWHERE`], which only a scenario with problems can contain.

mod assumption;
mod broker;
mod callback;
mod disruption;
mod event;
mod feed;
mod line;
mod load;
mod objective;
mod pipeline;
mod place;
mod poller;
mod price;
mod raises;
mod run;
mod sor;
mod subscriber;
mod surge;

use super::document::{Entry, Node, Value};
use super::language::LANGUAGE;
use super::names::{ENTITIES, Names};
use super::problem::{Fault, Place};
use super::reach::reach;
use super::reader::{Context, Reader};
use super::spec::{Destination, Scenario, Traffic};

/// The number of an entity that does not exist.
pub(super) const NOWHERE: usize = usize::MAX;
/// Tries are counted in 16 bits, the first one included.
const RETRIES_MAX: u32 = u16::MAX as u32 - 1;
/// More repetitions than this at one instant are taken for endless.
pub(super) const AT_ONCE_MAX: u32 = 1_000;
/// Most entities of one kind.
const ENTITIES_MAX: usize = 5_000;

/// Reads everything; the result is right only where nothing was reported.
pub(super) fn scenario<'a>(context: &'a Context<'a>, file: &str) -> Scenario {
    let mut reader = Reader::new(context, "", start(), context.root, &LANGUAGE);
    let stem = file.split('.').next().unwrap_or(file);
    let title = reader.get("title", super::values::text).unwrap_or(stem).to_string();
    let question = reader.get("question", super::values::text).unwrap_or_default().to_string();
    reader.get("extends", super::values::text);
    let run = run::run(&mut reader);
    let mut events = event::events(&mut reader);
    surge::surges(&mut reader, &run, &mut events);
    let feeds = feed::feeds(&mut reader);
    let mut scenario = Scenario {
        title,
        question,
        file: file.to_string(),
        digest: String::new(),
        settings: Vec::new(),
        run,
        zones: place::zones(&mut reader),
        links: place::links(&mut reader),
        sors: sor::sors(&mut reader),
        segments: broker::segments(&mut reader),
        topics: broker::topics(&mut reader),
        queues: broker::queues(&mut reader),
        subscribers: subscriber::subscribers(&mut reader, &events),
        pollers: poller::pollers(&mut reader, &events, &feeds),
        feeds,
        events: events.into_iter().map(|sized| sized.event).collect(),
        disruptions: Vec::new(),
        objectives: Vec::new(),
        assumptions: Vec::new(),
        price: None,
        growth: price::growth(&mut reader),
        load: 1.0,
        traffic: Traffic::default(),
        reach: Vec::new(),
    };
    scenario.load = load::load(&mut reader, &mut scenario.events, &mut scenario.sors);
    scenario.reach = reach(&scenario);
    raises::derive(&reader, &mut scenario);
    scenario.disruptions = disruption::disruptions(&mut reader, &scenario);
    scenario.price = price::price(&mut reader, &scenario);
    scenario.objectives = objective::objectives(&mut reader, &scenario);
    scenario.assumptions = assumption::assumptions(&mut reader);
    reader.done();
    scenario
}

fn start() -> Place {
    Place { source: 0, start: 0, end: 0 }
}

/// One reader for each entity of a section, in the order of the file, after a look at the names.
fn entities<'a>(reader: &mut Reader<'a>, kind: &'static str) -> Vec<(&'a str, Reader<'a>)> {
    debug_assert!(ENTITIES.contains(&kind));
    let Some(section) = reader.inner(kind, &format!("[{kind}.NAME] and its keys below")) else { return Vec::new() };
    let count = section.each().len();
    if count > ENTITIES_MAX {
        section.context.report(
            section.place,
            format!("{kind}: {count} of them are more than the {ENTITIES_MAX} that can be simulated"),
            "let one stand for several that are alike",
        );
        return Vec::new();
    }
    for (name, entry) in section.each() {
        if let Err(fault) = check_name(name, kind) {
            section.context.report(entry.key, fault.what, fault.hint);
        }
        // A key written straight into [sor] instead of [sor.NAME] is a common slip.
        if !matches!(entry.node.value, Value::Table(_)) {
            section.context.report(
                entry.key,
                format!("{kind}.{name} must be a table"),
                format!("the section of a {kind} is `[{kind}.NAME]`, with its keys below"),
            );
        }
    }
    let open = |(name, entry): (&'a str, &'a Entry)| {
        Some((name, Reader::new(section.context, format!("{kind}.{name}"), entry.key, entry.node.table()?, section.section())))
    };
    section.each().into_iter().filter_map(open).collect()
}

fn check_name(name: &str, kind: &str) -> Result<(), Fault> {
    let rest_is_fine = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if rest_is_fine && name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Ok(());
    }
    let hint = "a name begins with a lowercase letter and goes on with lowercase letters, digits and _";
    Err(Fault::new(format!("`{name}` can't be the name of a {kind}"), hint))
}

/// The zone that an entity stands in; a zone that is only mentioned exists.
fn zone(reader: &mut Reader<'_>) -> Option<usize> {
    let context = reader.context;
    reader.get("zone", |node| {
        check_name(super::values::text(node)?, "zone")?;
        context.zones.refer(node)
    })
}

/// A topic or a queue by its name.
fn destination(context: &Context<'_>, node: &Node) -> Result<Destination, Fault> {
    let name = super::values::text(node)?;
    if let Some(topic) = context.topics.number(name) {
        return Ok(Destination::Topic(topic));
    }
    if let Some(queue) = context.queues.number(name) {
        return Ok(Destination::Queue(queue));
    }
    let both = context.topics.list().iter().chain(context.queues.list()).cloned();
    Err(Names::new("topic or queue", both).unknown(name))
}
