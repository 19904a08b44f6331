//! `[[disruption]]`: what is down, slow or lossy, and when.

use crate::scenario::disruption::{Disruption, Effect, Target, When};
use crate::scenario::document::Node;
use crate::scenario::metrics::asked_sors;
use crate::scenario::names::Names;
use crate::scenario::problem::Fault;
use crate::scenario::reader::Reader;
use crate::scenario::spec::{self, Cost, Scenario, Segment, Service, Subscriber};
use crate::scenario::values::{choice, distribution, factor, instant, is_instant, share, span_above_zero, text};
use crate::sim::{Distribution, Stream};
use crate::units::Time;

/// Each one asks all others whether they last too.
const DISRUPTIONS_MAX: usize = 1_000;
/// So many outages of one thing within a run are taken for endless.
const OCCURRENCES_MAX: f64 = 100_000.0;
const EXAMPLE: &str = "[[disruption]] with what, kind, at and for below it";
const WHAT: &str =
    "what = \"subscriber.guest_profile\", or a segment, sor or link, or one consumer: \"subscriber.guest_profile.consumer.2\"";

pub(super) fn disruptions(root: &mut Reader<'_>, scenario: &Scenario) -> Vec<Disruption> {
    let readers = root.list("disruption", EXAMPLE);
    if readers.len() > DISRUPTIONS_MAX {
        root.complain(
            "disruption",
            &format!("{} of them", readers.len()),
            &format!("write at most {DISRUPTIONS_MAX}, or random ones (`every`)"),
        );
        return Vec::new();
    }
    let names = Others::of(scenario);
    readers.into_iter().filter_map(|reader| disruption(reader, scenario, &names)).collect()
}

/// Names that nothing else refers to.
struct Others {
    subscribers: Names,
    links: Names,
}

impl Others {
    fn of(scenario: &Scenario) -> Others {
        Others {
            subscribers: Names::new("subscriber", scenario.subscribers.iter().map(|subscriber| subscriber.name.clone())),
            links: Names::new("link", scenario.links.iter().map(|link| link.name.clone())),
        }
    }
}

/// None where something in it is wrong.
fn disruption(mut reader: Reader<'_>, scenario: &Scenario, names: &Others) -> Option<Disruption> {
    let context = reader.context;
    let what = reader.require("what", WHAT, |node| {
        let text = text(node)?;
        let target = match target(text, scenario, names, (&context.sors, &context.segments)) {
            Ok(target) => target,
            Err(fault) => return Err(fault.at(node.place)),
        };
        Ok((text.to_string(), target))
    });
    let effect = effect(&mut reader, what.as_ref().map(|(_, target)| *target));
    let when = when(&mut reader, scenario);
    if let (Some((_, target)), Some(effect)) = (&what, effect) {
        idle(&reader, scenario, *target, effect);
    }
    reader.done();
    let (what, target) = what?;
    Some(Disruption { what, target, effect: effect?, when: when? })
}

fn target(text: &str, scenario: &Scenario, names: &Others, (sors, segments): (&Names, &Names)) -> Result<Target, Fault> {
    let find = |names: &Names, name: &str| names.number(name).ok_or_else(|| names.unknown(name));
    let parts: Vec<&str> = text.split('.').collect();
    match parts[..] {
        ["subscriber", name] => find(&names.subscribers, name).map(Target::Subscriber),
        ["subscriber", name, "consumer", number] => {
            let subscriber = find(&names.subscribers, name)?;
            let most = scenario.subscribers[subscriber].consumers;
            let number = number.parse::<u32>().ok().filter(|number| (1..=most).contains(number)).ok_or_else(|| {
                let hint = format!("its consumers are counted from 1 to {most}");
                Fault::new(format!("`{name}` has no consumer {number}"), hint)
            })?;
            Ok(Target::Consumer(subscriber, number - 1))
        }
        ["segment", name] => find(segments, name).map(Target::Segment),
        ["sor", name] => find(sors, name).map(Target::Sor),
        ["link", name] => find(&names.links, name).map(Target::Link),
        _ => Err(Fault::new(format!("\"{text}\" is nothing that can be disrupted"), format!("write for example: {WHAT}"))),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Down,
    Slow,
    Lossy,
}

fn effect(reader: &mut Reader<'_>, target: Option<Target>) -> Option<Effect> {
    let kinds = &[("down", Kind::Down), ("slow", Kind::Slow), ("lossy", Kind::Lossy)];
    let kind = reader.require("kind", "kind = \"down\", or \"slow\" with a factor, or \"lossy\" with a loss", |node| {
        match (choice(kinds)(node)?, target) {
            (Kind::Lossy, Some(target)) if !matches!(target, Target::Link(_)) => {
                Err(Fault::new("only a link can be lossy", "write \"down\" or \"slow\", or disrupt a link"))
            }
            (kind, _) => Ok(kind),
        }
    });
    let factor = reader.get("factor", factor);
    let loss = reader.get("loss", loss);
    if kind != Some(Kind::Slow) && kind.is_some() {
        reader.no_effect("factor", "only what is \"slow\" has a factor", "write kind = \"slow\", or remove it");
    }
    if kind != Some(Kind::Lossy) && kind.is_some() {
        reader.no_effect("loss", "only what is \"lossy\" loses a share", "write kind = \"lossy\", or remove it");
    }
    match kind? {
        Kind::Down => Some(Effect::Down),
        Kind::Slow if !reader.writes("factor") => {
            reader.missing("factor", "factor = 3, by which everything takes longer");
            None
        }
        Kind::Slow => factor.map(Effect::Slow),
        Kind::Lossy if !reader.writes("loss") => {
            reader.missing("loss", "loss = \"5%\", the share of messages that is lost and sent again");
            None
        }
        Kind::Lossy => loss.map(Effect::Lossy),
    }
}

fn loss(node: &Node) -> Result<f64, Fault> {
    match share(node)? {
        loss if loss <= 0.99 => Ok(loss),
        _ => Err(Fault::new("a link that loses nearly everything is down", "write at most \"99%\", or kind = \"down\"")),
    }
}

fn when(reader: &mut Reader<'_>, scenario: &Scenario) -> Option<When> {
    let context = reader.context;
    match (reader.writes("at"), reader.writes("every")) {
        (true, true) => {
            reader.get("at", |_| Ok(()));
            reader.get("for", |_| Ok(()));
            reader.get("every", |_| {
                Err::<(), _>(Fault::new("a disruption comes once (`at`) or again and again (`every`)", "remove one of the two"))
            });
            None
        }
        (false, false) => {
            reader.get("for", |_| Ok(()));
            reader.missing("at", "at = \"11:00\" for a single one, or every = \"exp(30d)\" from the end of one to the start of the next");
            None
        }
        (true, false) => once(reader, scenario),
        (false, true) => {
            let every = reader.get("every", |node| above_zero(distribution(context)(node)?));
            let length = reader.require("for", "for = \"exp(20m)\"", |node| above_zero(distribution(context)(node)?));
            let (every, length) = (every?, length?);
            let occurrences = occurrences(scenario.horizon(), &every, &length);
            if occurrences > OCCURRENCES_MAX {
                let what = format!("about {occurrences:.0} times within the horizon of {} would not end", scenario.run.horizon);
                reader.complain("every", &what, "write a longer span, or a shorter `horizon` in [run]");
                return None;
            }
            Some(When::Random { every, length })
        }
    }
}

/// About how many there will be. Means say little of distributions with long tails: what is beyond the horizon does not count.
fn occurrences(horizon: Time, every: &Distribution, length: &Distribution) -> f64 {
    const SAMPLES: u32 = 1_000;
    let mut stream = Stream::new(0, 0, "disruption", "occurrences");
    let mut cycle = || (Time::ZERO + every.sample(&mut stream) + length.sample(&mut stream)).min(horizon).seconds();
    f64::from(SAMPLES) * horizon.seconds() / (0..SAMPLES).map(|_| cycle()).sum::<f64>().max(1e-9)
}

fn once(reader: &mut Reader<'_>, scenario: &Scenario) -> Option<When> {
    let at = reader.get("at", instant);
    let length = reader.require("for", "for = \"2h\"", |node| {
        span_above_zero(node).map_err(|fault| match node.text() {
            Some(text) if text.contains('(') => Fault::new(
                "a disruption at a given time lasts a given span",
                "write for example \"2h\"; random ones have `every` instead of `at`",
            ),
            _ => fault,
        })
    });
    let (at, length) = (at?, length?);
    if at >= scenario.horizon() {
        let what = format!("it would begin at {at}, and the run ends at its horizon of {}", scenario.run.horizon);
        reader.complain("at", &what, "write an earlier one, or a longer `horizon` in [run]");
        return None;
    }
    if scenario.run.kind == spec::Kind::Steady {
        let what = "a single disruption has no steady state, and run.kind is \"steady\"";
        reader.complain("at", what, "write random ones (`every` instead of `at`), or kind = \"day\"");
    }
    Some(When::Once { at, length })
}

/// Nobody would feel it, whatever the switches say.
fn idle(reader: &Reader<'_>, scenario: &Scenario, target: Target, effect: Effect) {
    let slow = matches!(effect, Effect::Slow(_));
    let (because, hint) = match target {
        Target::Subscriber(who) | Target::Consumer(who, _) if slow && is_instant_at(&scenario.subscribers[who]) => {
            ("nothing that the subscriber does takes time", "give it `work`, or remove the disruption")
        }
        Target::Consumer(who, _) if slow && scenario.subscribers[who].pipeline.is_some() => {
            ("the stages do the work, and they belong to no consumer", "disrupt the subscriber as a whole, or write kind = \"down\"")
        }
        Target::Segment(segment) if slow && scenario.segments.get(segment).is_some_and(costs_nothing) => {
            ("nothing that the segment does takes time", "give it a `cost` or `persist`, or remove the disruption")
        }
        Target::Sor(sor) if sor < scenario.sors.len() && !asked_sors(scenario).contains(&sor) => {
            ("nobody asks this system of record anything", "give it `own_load`, let somebody call back, or remove the disruption")
        }
        Target::Link(link) if slow && scenario.links[link].latency.is_zero() && scenario.links[link].bandwidth.is_none() => {
            ("nothing that the link does takes time", "give it a `latency` or a `bandwidth`, or remove the disruption")
        }
        _ => return,
    };
    reader.no_effect("what", because, hint);
}

fn is_instant_at(subscriber: &Subscriber) -> bool {
    let takes_time = |work: &Service| !matches!(work, Service::Drawn(distribution) if distribution.is_zero());
    let parses = subscriber.manner().is_some_and(|manner| !manner.parsing.is_zero());
    let stages = subscriber.pipeline.iter().flat_map(|pipeline| &pipeline.stages);
    !subscriber.work.iter().chain(stages.map(|stage| &stage.work)).any(takes_time) && !parses
}

fn costs_nothing(segment: &Segment) -> bool {
    let Cost { receive, select, deliver, acknowledge, per_kib } = &segment.cost;
    segment.persist.is_none() && [receive, select, deliver, acknowledge, per_kib].into_iter().all(Distribution::is_zero)
}

fn above_zero(distribution: Distribution) -> Result<Distribution, Fault> {
    if is_instant(&distribution) {
        return Err(Fault::new("no time at all is impossible here", "write a span longer than 0, such as \"exp(20m)\""));
    }
    Ok(distribution)
}
