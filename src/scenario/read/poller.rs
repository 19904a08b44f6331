//! `[poller.NAME]`: who asks a feed for what is new, and what it does with it.

use super::callback::callback;
use super::event::SizedEvent;
use super::sor::SERVERS_MAX;
use super::subscriber::calls;
use super::{NOWHERE, entities, zone};
use crate::core::{Dispatch, Ordering};
use crate::scenario::document::{Node, Value};
use crate::scenario::problem::Fault;
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Destination, Feed, Guard, Line, Poller, Runs, Schedule, Selector, Service, Subscriber};
use crate::scenario::values::{choice, count, distribution, instant, service, share, span_above_zero, texts};
use crate::sim::Distribution;
use crate::units::{Span, Time};

/// More polls a day at named times than anybody names.
const TIMES_MAX: usize = 1440;
const DAY: Span = Span::from_secs(86_400);

pub(super) fn pollers(root: &mut Reader<'_>, events: &[SizedEvent], feeds: &[Feed]) -> Vec<Poller> {
    let context = root.context;
    entities(root, "poller").into_iter().map(|(name, reader)| poller(context, name, reader, events, feeds)).collect()
}

fn poller<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>, events: &[SizedEvent], feeds: &[Feed]) -> Poller {
    let feed = reader.require("feed", "feed = \"tickets_atom\"", |node| context.feeds.refer(node)).unwrap_or(NOWHERE);
    let of = feeds.get(feed).and_then(|feed| events.get(feed.of));
    let written = schedule(&mut reader);
    let jitter = reader.get("jitter", distribution(context)).unwrap_or_default();
    if let Some(schedule) = &written {
        check_jitter(&reader, schedule, &jitter);
    }
    // One that is wrong makes no further problems.
    let schedule = written.unwrap_or(Schedule::Every(Span::from_secs(1)));
    let work = reader.get("work", service(context)).unwrap_or(Service::Drawn(Distribution::default()));
    let takes = Subscriber {
        name: name.to_string(),
        zone: zone(&mut reader),
        from: Destination::Feed(feed),
        durable: true,
        runs: Runs::Listener,
        pipeline: None,
        workers: reader.get("workers", count(1..=SERVERS_MAX)).unwrap_or(1),
        prefetch: None,
        consumers: 1,
        line: line(),
        work: events.iter().map(|_| work.clone()).collect(),
        failure: reader.get("failure", share).unwrap_or(0.0),
        poison: reader.get("poison", share).unwrap_or(0.0),
        guard: reader
            .get("guard", choice(&[("none", Guard::None), ("timestamp", Guard::Timestamp), ("version", Guard::Version)]))
            .unwrap_or(Guard::None),
        selector: Selector::All,
        callback: reader
            .inner("callback", "callback = { style = \"rest\", connections = 8 }")
            .map(|inner| callback(context, inner, &Vec::from_iter(of))),
        raises: Vec::new(),
        calls: reader.get("calls", |node| calls(context, node)).unwrap_or_default(),
    };
    let timeout = reader.get("timeout", span_above_zero);
    reader.done();
    Poller { reader: takes, feed, schedule, jitter, timeout }
}

/// Entries wait in the feed, which keeps them all: none of a broker's policies is in between.
fn line() -> Line {
    let mut line = Line { redelivery_factor: 1.0, ..Line::default() };
    (line.policy.ordering, line.policy.dispatch) = (Ordering::None, Dispatch::RoundRobin);
    line
}

/// None where it is reported as wrong.
fn schedule(reader: &mut Reader<'_>) -> Option<Schedule> {
    let every = reader.get("every", span_above_zero);
    let at = reader.get("at", times_of_day);
    match (reader.writes("every"), reader.writes("at")) {
        (true, true) => reader.complain("at", "polls either `every` so often or `at` times of day", "remove one of the two"),
        (false, false) => reader.missing("every", "every = \"60s\", or times of day: at = [\"02:00\"]"),
        _ => {}
    }
    at.map(Schedule::At).or(every.map(Schedule::Every))
}

/// A poll that is still to begin at the next tick lets that one pass.
fn check_jitter(reader: &Reader<'_>, schedule: &Schedule, jitter: &Distribution) {
    let shortest = schedule.gaps().into_iter().min().unwrap_or(DAY);
    if jitter.mean() >= shortest.seconds() {
        let mean = Span::from_seconds(jitter.mean());
        let what = format!("{mean} on average is no shorter than the {shortest} from one poll to the next, so polls would be left out");
        reader.complain("jitter", &what, "write a shorter one, such as \"exp(1s)\"");
    }
}

const TIMES: &str = "write times of day as at = [\"09:00\", \"15:00\"]";

/// Times of day, ascending.
fn times_of_day(node: &Node) -> Result<Vec<Span>, Fault> {
    let Value::Array(items) = &node.value else {
        return Err(Fault::new(format!("must be an array of times of day, not {}", node.value.kind()), TIMES));
    };
    if items.is_empty() || items.len() > TIMES_MAX {
        return Err(Fault::new(format!("{} times of day", items.len()), format!("write 1 to {TIMES_MAX} of them")));
    }
    let mut times = Vec::new();
    for (text, item) in texts(node)? {
        if !text.contains(':') {
            return Err(Fault::new(format!("\"{text}\" is not a time of day"), TIMES).at(item.place));
        }
        let time = instant(item).map_err(|fault| fault.at(item.place))?.since(Time::ZERO);
        if times.last().is_some_and(|last| *last >= time) {
            let what = format!("\"{text}\" is not after the time before it");
            return Err(Fault::new(what, "write the times in the order of the day, each once").at(item.place));
        }
        times.push(time);
    }
    Ok(times)
}
