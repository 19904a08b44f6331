//! `[event.NAME]`: what is raised, how often, how large, and what happens when it is refused.

use super::feed::is_carried;
use super::raises::raised_names;
use super::{NOWHERE, RETRIES_MAX, destination, entities};
use crate::scenario::document::Node;
use crate::scenario::problem::{Fault, Problem};
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Arrivals, Destination, Event, Lifecycle, Popularity, Refused, Weight};
use crate::scenario::values;
use crate::scenario::values::{bytes, choice, count, distribution, factor, rate, texts, whole};
use crate::sim::{Distribution, Pattern, Profile};
use crate::units::{Bytes, Span};

/// More resources than numbers are kept for.
const RESOURCES_MAX: u64 = 1_000_000_000;
const KINDS_MAX: usize = 1000;

/// An event, and what its subscribers' callbacks need of it.
pub(super) struct SizedEvent {
    pub event: Event,
    /// Size of the whole resource, in whichever weight the event is.
    pub heavy_size: Option<Bytes>,
}

pub(super) fn events(root: &mut Reader<'_>) -> Vec<SizedEvent> {
    let context = root.context;
    let raised = raised_names(context.root);
    let one = |(name, reader)| event(context, name, reader, raised.contains(name));
    let events: Vec<SizedEvent> = entities(root, "event").into_iter().map(one).collect();
    if events.is_empty() && !root.writes("event") {
        let hint = "write `[event.NAME]` with from, to and rate";
        context.problems.borrow_mut().push(Problem { place: None, what: "the scenario raises no events".into(), hint: hint.into() });
    }
    events
}

fn event<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>, is_raised: bool) -> SizedEvent {
    let from = reader.require("from", "from = \"ticketing\", a system of record", |node| context.sors.refer(node));
    if !reader.writes("to") && !is_carried(context, name) {
        reader.missing("to", "to = \"tickets\", a topic or a queue");
    }
    let on_bus = reader.writes("to") || !is_carried(context, name);
    let to = reader.get("to", |node| destination(context, node));
    let weight = reader.get("weight", choice(&[("light", Weight::Light), ("heavy", Weight::Heavy)])).unwrap_or(Weight::Light);
    let (size, heavy_size) = size(&mut reader, weight);
    let kinds = reader.get("kinds", kinds).unwrap_or_default();
    let resources = reader.get("resources", whole(1..=RESOURCES_MAX));
    let popularity = reader.get("popularity", popularity).unwrap_or(Popularity::Uniform);
    if !reader.writes("resources") {
        reader.no_effect(
            "popularity",
            "without `resources` every event has a resource of its own",
            "add for example resources = 200_000, or remove it",
        );
    }
    let lifecycle = lifecycle(&mut reader);
    let batch = reader.get("batch", count(1..=100_000)).unwrap_or(1);
    let together = f64::from(batch) * lifecycle.as_ref().map_or(1.0, |lifecycle| f64::from(lifecycle.changes));
    let arrivals = arrivals(context, &mut reader, batch, together, is_raised);
    let event = Event {
        name: name.to_string(),
        from: from.unwrap_or(NOWHERE),
        to: on_bus.then(|| to.unwrap_or(Destination::Topic(NOWHERE))),
        weight,
        size,
        kinds,
        priority: reader.get("priority", count(0..=9)).unwrap_or(0) as u8,
        confirm_in_flight: confirm(&mut reader),
        resources,
        popularity,
        lifecycle,
        arrivals,
        raised_by: Vec::new(),
        inherits: false,
        refused: refused(&mut reader),
    };
    reader.done();
    SizedEvent { event, heavy_size }
}

/// Size in the present weight, and that of the whole resource.
fn size(reader: &mut Reader<'_>, weight: Weight) -> (Bytes, Option<Bytes>) {
    const EXAMPLE: &str = "size = { light = \"300B\", heavy = \"4KiB\" }";
    if !reader.writes("size") && weight == Weight::Heavy {
        reader.missing("size", &format!("{EXAMPLE}; a heavy event carries its whole resource"));
    }
    let Some(mut sizes) = reader.inner("size", EXAMPLE) else { return (Bytes::default(), None) };
    let light = sizes.get("light", bytes);
    let heavy = sizes.get("heavy", bytes);
    let (present, key) = if weight == Weight::Heavy { (heavy, "heavy") } else { (light, "light") };
    if !sizes.writes(key) {
        sizes.missing(key, &format!("{EXAMPLE}; the event's weight is \"{key}\""));
    }
    sizes.done();
    (present.unwrap_or_default(), heavy)
}

fn kinds(node: &Node) -> Result<Vec<String>, Fault> {
    let kinds = texts(node)?;
    if kinds.is_empty() || kinds.len() > KINDS_MAX {
        return Err(Fault::new(format!("{} kinds", kinds.len()), format!("name 1 to {KINDS_MAX} kinds, or leave `kinds` out")));
    }
    for (index, (kind, node)) in kinds.iter().enumerate() {
        if kinds[..index].iter().any(|(earlier, _)| earlier == kind) {
            return Err(Fault::new(format!("the kind \"{kind}\" stands there twice"), "name each kind once").at(node.place));
        }
    }
    Ok(kinds.into_iter().map(|(kind, _)| kind.to_string()).collect())
}

fn popularity(node: &Node) -> Result<Popularity, Fault> {
    const HINT: &str = "write \"uniform\" or \"zipf(1.1)\"";
    let text = values::text(node)?.trim();
    if text == "uniform" {
        return Ok(Popularity::Uniform);
    }
    let exponent = text.strip_prefix("zipf(").and_then(|rest| rest.strip_suffix(')')).and_then(|number| number.trim().parse::<f64>().ok());
    match exponent {
        Some(exponent) if exponent > 0.0 && exponent <= 10.0 => Ok(Popularity::Zipf(exponent)),
        Some(exponent) => {
            Err(Fault::new(format!("an exponent of {exponent} is impossible here"), "write one above 0 and up to 10, such as zipf(1.1)"))
        }
        None => Err(Fault::new(format!("\"{text}\" is none of its values"), HINT)),
    }
}

fn lifecycle(reader: &mut Reader<'_>) -> Option<Lifecycle> {
    let context = reader.context;
    let mut inner = reader.inner("lifecycle", "lifecycle = { changes = 3, spacing = \"exp(20s)\" }")?;
    let changes = inner.require("changes", "changes = 3", count(1..=100_000));
    let spacing = inner.get("spacing", distribution(context)).unwrap_or_default();
    if changes == Some(1) {
        inner.no_effect("spacing", "there is but one change", "write changes = 2 or more, or remove it");
    }
    inner.done();
    Some(Lifecycle { changes: changes.unwrap_or(1), spacing })
}

/// `together`: events that each arrival of the pattern stands for; `is_raised`: by subscribers, so that it needs no rate.
fn arrivals<'a>(context: &'a Context<'a>, reader: &mut Reader<'a>, batch: u32, together: f64, is_raised: bool) -> Arrivals {
    let written = reader.get("rate", rate);
    let given = reader.get("arrivals", values::arrivals(context));
    let failed = given.is_none() && reader.writes("arrivals");
    let (pattern, own) = given.unwrap_or((Pattern::Poisson, None));
    let hourly = reader.get("hourly", values::hourly);
    let weekly = reader.get("weekly", values::weekly);
    if own.is_some() {
        reader.no_effect("rate", "the `arrivals` carry their own rate", "remove one of the two");
        if !pattern.is_stretched() {
            for key in ["hourly", "weekly"] {
                reader.no_effect(key, "the `arrivals` say themselves when events come", "remove one of the two");
            }
        }
    } else if !reader.writes("rate") && !failed && !is_raised {
        reader.missing("rate", "rate = \"500K/day\"");
    }
    if matches!(pattern, Pattern::Sine { .. }) && reader.writes("hourly") {
        reader.complain("hourly", "two profiles of the day, this one and the sine of `arrivals`", "remove one of the two");
    }
    if matches!(pattern, Pattern::Trace(_)) {
        reader.no_effect("batch", "a trace has a row for each event", "remove it");
        reader.no_effect("lifecycle", "a trace has a row for each event", "remove it");
    }
    let rate = own.map_or(written.map_or(0.0, |rate| rate.hertz()), |own| own * together);
    Arrivals { pattern, rate, written, profile: Profile { hourly, weekly, surges: Vec::new() }, batch }
}

fn confirm(reader: &mut Reader<'_>) -> Option<u32> {
    let mut inner = reader.inner("confirm", "confirm = { in_flight = 1000 }")?;
    let in_flight = inner.require("in_flight", "confirm = { in_flight = 1000 }", count(1..=u32::MAX));
    inner.done();
    in_flight
}

const REFUSED: &str = "refused = { backoff = \"exp(1s)\", factor = 2, retries = 10 }, or refused = \"drop\"";

fn refused(reader: &mut Reader<'_>) -> Refused {
    let default = || Distribution::exponential(Span::from_secs(1));
    match reader.node("refused").and_then(Node::text) {
        Some("drop") => return Refused::Drop,
        Some(text) => {
            reader.complain("refused", &format!("\"{text}\" is none of its values"), REFUSED);
            return Refused::Drop;
        }
        None => {}
    }
    let context = reader.context;
    let Some(mut inner) = reader.inner("refused", REFUSED) else {
        return Refused::Retry { backoff: default(), factor: 2.0, retries: None };
    };
    let backoff = inner.get("backoff", distribution(context)).unwrap_or_else(default);
    let factor = inner.get("factor", factor).unwrap_or(2.0);
    let retries = inner.get("retries", count(0..=RETRIES_MAX));
    if retries == Some(0) {
        inner.no_effect("backoff", "retries = 0", "allow a retry, or remove it");
    }
    if matches!(retries, Some(0 | 1)) {
        inner.no_effect("factor", "it acts from the second retry on", "allow more retries, or remove it");
    }
    inner.done();
    Refused::Retry { backoff, factor, retries }
}
