//! What a replication takes of memory, by arithmetic, before it is begun: what it keeps from its start, messages that nobody takes,
//! and lines of stations that are asked for more than they can do.
//!
//! A lower bound: of several overloaded stations behind one another the worst counts, and what a limit or a lifetime bounds does
//! not. These bound what is ready at the broker; what consumers take without a bound to their credit they don't. Whoever can tell how much memory there is refuses a run by it.

use super::check;
use crate::outcome::check::Station;
use crate::scenario::spec::{Destination, Line, Subscriber};
use crate::scenario::{Scenario, kept};
use crate::units::{Unit, three_digits};

/// Of a message that waits at the broker, and of one that waits at its consumer, with what growing tables keep in reserve: the peak
/// memory of runs that end with one, two and four million messages in line, which grows by 256 and by 593 bytes for each.
const WAITING_BYTES: f64 = 255.0;
const HANDED_BYTES: f64 = 590.0;

/// Less than this is not worth a word.
const LITTLE: u64 = 16 << 20;

/// How much a replication takes of memory, where that is much.
#[derive(Clone, Debug, PartialEq)]
pub struct Burden {
    /// That wait at its end.
    pub messages: f64,
    /// In all.
    pub bytes: f64,
    /// Why, and what to do about it: two sentences.
    pub because: String,
}

/// The heaviest line of one replication and what it keeps beside it; none where both are small.
pub fn burden(scenario: &Scenario) -> Option<Burden> {
    let kept = from_the_start(scenario);
    let Some(line) = heaviest_line(scenario) else { return kept };
    let Some(kept) = kept else { return Some(line) };
    let because = if line.bytes < kept.bytes { kept.because } else { line.because };
    Some(Burden { messages: line.messages, bytes: line.bytes + kept.bytes, because })
}

fn from_the_start(scenario: &Scenario) -> Option<Burden> {
    let kept = kept(scenario).filter(|kept| kept.bytes >= LITTLE)?;
    let because = format!(
        "a replication keeps {} from its start, most of it because of {}: {}",
        Unit::Bytes.show(kept.bytes as f64),
        kept.key.join("."),
        kept.hint
    );
    Some(Burden { messages: 0.0, bytes: kept.bytes as f64, because })
}

fn heaviest_line(scenario: &Scenario) -> Option<Burden> {
    let hours = scenario.run.horizon.seconds() / 3600.0;
    let design = check(std::slice::from_ref(scenario)).designs.remove(0);
    let overloaded = design.stations.iter().filter(|station| !is_bounded(scenario, station)).filter_map(|station| {
        let messages = growth_per_hour(station)? * hours;
        let (bytes, bound) = match is_handed(scenario, station) {
            true => (HANDED_BYTES, "`prefetch`, with `max_length` or `time_to_live`"),
            false => (WAITING_BYTES, "`max_length`, `time_to_live`"),
        };
        let because = format!(
            "{} is asked for {} times what it can do, so about {} messages wait at the end of a replication. Give it more servers, bound its line ({bound}), or write a shorter `horizon`",
            station.name,
            three_digits(station.load_mean),
            Unit::Count.show(messages),
        );
        Some(Burden { messages, bytes: messages * bytes, because })
    });
    let untaken = (0..scenario.queues.len()).filter_map(|queue| untaken(scenario, queue, hours));
    overloaded.chain(untaken).max_by(|a, b| a.bytes.total_cmp(&b.bytes))
}

/// Customers an hour by which a line grows over the whole run: the flow at the peak, scaled to the mean, less what is served.
fn growth_per_hour(station: &Station) -> Option<f64> {
    let arrivals_at_peak = station.growth_per_hour? / (1.0 - 1.0 / station.load_peak);
    let arrivals = arrivals_at_peak * station.load_mean / station.load_peak;
    (station.load_mean > 1.0).then(|| arrivals * (1.0 - 1.0 / station.load_mean))
}

fn is_bounded(scenario: &Scenario, station: &Station) -> bool {
    if let Some(subscriber) = subscriber(scenario, station) {
        return match subscriber.from {
            _ if is_handed(scenario, station) => false,
            Destination::Queue(queue) => is_limited(&scenario.queues[queue].line),
            Destination::Topic(_) | Destination::Feed(_) => is_limited(&subscriber.line) || !subscriber.durable,
        };
    }
    let sor = station.name.strip_prefix("sor.").and_then(|name| scenario.sors.iter().find(|sor| sor.name == name));
    sor.is_some_and(|sor| sor.max_waiting.is_some())
}

/// The subscriber whose workers, tasks or credit a station is.
fn subscriber<'s>(scenario: &'s Scenario, station: &Station) -> Option<&'s Subscriber> {
    let name = station.name.strip_prefix("subscriber.")?.split('.').next();
    scenario.subscribers.iter().find(|subscriber| Some(subscriber.name.as_str()) == name)
}

/// Without a bound of its credit a subscriber's messages wait at its consumers.
fn is_handed(scenario: &Scenario, station: &Station) -> bool {
    subscriber(scenario, station).is_some_and(|subscriber| subscriber.credit().is_none())
}

fn is_limited(line: &Line) -> bool {
    let policy = &line.policy;
    policy.max_length.is_some() || policy.max_bytes.is_some() || policy.time_to_live.is_some() || line.drawn_time_to_live.is_some()
}

/// A queue that events go to and nobody takes from.
fn untaken(scenario: &Scenario, queue: usize, hours: f64) -> Option<Burden> {
    let (place, line) = (Some(Destination::Queue(queue)), &scenario.queues[queue].line);
    if is_limited(line) || scenario.subscribers.iter().any(|subscriber| Some(subscriber.from) == place) {
        return None;
    }
    let rates = scenario.events.iter().zip(&scenario.traffic.events).filter(|(event, _)| event.to == place);
    let messages = rates.map(|(_, rate)| rate).sum::<f64>() * hours * 3600.0;
    let because = format!(
        "nobody takes from queue.{}, so about {} messages wait at the end of a replication. Add a subscriber, bound the queue (`max_length`, `time_to_live`), or write a shorter `horizon`",
        scenario.queues[queue].name,
        Unit::Count.show(messages),
    );
    (messages > 0.0).then_some(Burden { messages, bytes: messages * WAITING_BYTES, because })
}
