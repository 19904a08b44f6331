//! Scenario -> World: names become numbers, every entity gets its place, its ways and its named streams.

use super::alone::Alone;
use super::change::{FamilyPlan, Ledger};
use super::clock::{Clocks, WrongClock};
use super::derive::Raises;
use super::disruption::{Disruptions, Process};
use super::feed::Feeds;
use super::hop::Hop;
use super::network::{Network, Path};
use super::poller::{self, Poller};
use super::probe::{Count, PipelineProbe, Probe, Sizes};
use super::publisher::{self, Publisher};
use super::recovery::Recovery;
use super::segment::Segment;
use super::subscriber::{self, Caller, Redelivery, Subscriber, Target};
use super::system_of_record::SystemOfRecord;
use super::weather::Weather;
use super::world::{LineMap, Seat, Wiring, World};
use crate::core::{self, Broker, ConsumerId, Input, Policy, QueueId, Settings};
use crate::scenario::disruption::{self as disrupted, Disruption};
use crate::scenario::spec::{self, Destination, Runs, Scenario, Weight};
use crate::scenario::{self, Calls};
use crate::sim::Stream;
use crate::stats::{Clock, Histogram};
use crate::units::Time;

/// A subscription or queue of the scenario.
struct LinePlan<'a> {
    name: String,
    segment: usize,
    line: &'a spec::Line,
    /// The subscriber whose subscription it is, none for a queue.
    of: Option<usize>,
}

/// The world of one replication, everything idle and empty, consumers attached.
pub fn build(scenario: &Scenario, clock: Clock, seed: u64, replication: u32) -> World {
    let stream = |entity: &str, purpose: &str| Stream::new(seed, replication, entity, purpose);
    let plans = line_plans(scenario);
    let mut segments = segments(scenario, &plans, &stream);
    let wiring = wiring(scenario, &plans, &mut segments, &stream);
    let families = families(scenario, &plans);
    let mut subscribers = subscribers(scenario, &plans, &stream);
    subscribers.extend(readers(scenario, plans.len(), &stream));
    let publishers = publishers(scenario, &plans, &wiring, &stream);
    let times_out = || scenario.takers().filter_map(|subscriber| subscriber.callback.as_ref()).any(|callback| callback.timeout.is_some());
    let gives_up = !scenario.disruptions.is_empty() || times_out();
    let sors = scenario
        .sors
        .iter()
        .map(|sor| SystemOfRecord::new(sor, gives_up, |purpose| stream(&format!("sor.{}", sor.name), purpose)))
        .collect();
    let sizes = Sizes {
        events: scenario.events.len(),
        links: scenario.links.len() + scenario.zones.len(),
        segments: scenario.segments.len(),
        lines: plans.len(),
        topics: scenario.topics.len(),
        subscribers: scenario.subscribers.len(),
        pollers: scenario.pollers.len(),
        sors: scenario.sors.len(),
    };
    let mut probe = Probe::new(clock, sizes);
    for (index, (watched, sor)) in probe.sors.iter_mut().zip(&scenario.sors).enumerate() {
        let is_shared = sor.own_load.is_some() && scenario::is_asked_by_others(scenario, index);
        watched.alone = is_shared.then(|| Box::new(Alone::new(sor.workers, clock.warm_up)));
    }
    for (watched, plan) in probe.lines.iter_mut().zip(&plans) {
        watched.topic = plan.of.and_then(|subscriber| match scenario.subscribers[subscriber].from {
            Destination::Topic(topic) => Some(topic as u32),
            Destination::Queue(_) | Destination::Feed(_) => None,
        });
    }
    probe.marks = scenario.run.is_cut_into_batches().then(Vec::new);
    for (watched, subscriber) in probe.subscribers.iter_mut().zip(scenario.takers()) {
        watched.stages = stages(scenario, subscriber);
        watched.pipeline = subscriber.pipeline.as_ref().map(|pipeline| Box::new(PipelineProbe::new(&clock, pipeline.stages.len())));
        watched.raised = vec![Count::default(); subscriber.raises.len()];
        watched.calls = vec![Count::default(); subscriber.calls.len()];
    }
    let feeds = Feeds::new(scenario, pollers(scenario, &plans, &families, &stream));
    let derives = scenario.events.iter().any(|event| !event.raised_by.is_empty());
    let mut ledger = Ledger::new(&families, plans.len() + scenario.pollers.len(), derives);
    ledger.clocks = Clocks::new(clocks(scenario, &stream));
    let mut disruptions = disruptions(scenario, &stream);
    recoveries(scenario, &mut disruptions, &mut probe);
    let network = Network::new(scenario, weather(scenario, &disruptions, &stream));
    let drains = scenario.run.ending == spec::Ending::Drain;
    World::assemble(ledger, network, publishers, segments, subscribers, sors, feeds, wiring, probe, disruptions, drains)
}

/// Queues first, in the order of the file, then the subscriptions of topics: the order of the broker's queue numbers on each segment.
fn line_plans(scenario: &Scenario) -> Vec<LinePlan<'_>> {
    let queues = scenario.queues.iter().map(|queue| LinePlan {
        name: format!("queue.{}", queue.name),
        segment: queue.segment,
        line: &queue.line,
        of: None,
    });
    let subscriptions = scenario.subscribers.iter().enumerate().filter_map(|(index, subscriber)| match subscriber.from {
        Destination::Topic(topic) => Some(LinePlan {
            name: format!("subscriber.{}", subscriber.name),
            segment: scenario.topics[topic].segment,
            line: &subscriber.line,
            of: Some(index),
        }),
        Destination::Queue(_) | Destination::Feed(_) => None,
    });
    queues.chain(subscriptions).collect()
}

/// The line that a subscriber takes from.
pub(super) fn line_of_subscriber(scenario: &Scenario, subscriber: usize) -> usize {
    match scenario.subscribers[subscriber].from {
        Destination::Queue(queue) => queue,
        Destination::Topic(_) | Destination::Feed(_) => {
            let is_subscription = |subscriber: &&spec::Subscriber| matches!(subscriber.from, Destination::Topic(_));
            scenario.queues.len() + scenario.subscribers[..subscriber].iter().filter(is_subscription).count()
        }
    }
}

/// The broker's number of a topic: its place among those of its segment.
fn topic_id(scenario: &Scenario, topic: usize) -> core::TopicId {
    let segment = scenario.topics[topic].segment;
    core::TopicId(scenario.topics[..topic].iter().filter(|other| other.segment == segment).count() as u32)
}

/// The broker's number of a line: its place among those of its segment.
fn queue_id(plans: &[LinePlan<'_>], line: usize) -> QueueId {
    let segment = plans[line].segment;
    QueueId(plans[..line].iter().filter(|other| other.segment == segment).count() as u32)
}

fn segments(scenario: &Scenario, plans: &[LinePlan<'_>], stream: &impl Fn(&str, &str) -> Stream) -> Vec<Segment> {
    let build = |(index, segment): (usize, &spec::Segment)| {
        let mut broker = Broker::new(Settings { memory_limit: segment.memory });
        for topic in &scenario.topics {
            if topic.segment == index {
                broker.declare_topic();
            }
        }
        let here = || plans.iter().filter(|plan| plan.segment == index);
        let mut timed = false;
        for plan in here() {
            let policy = policy(plans, plan.line);
            timed |= policy.time_to_live.is_some() || plan.line.drawn_time_to_live.is_some() || !plan.line.redelivery_delay.is_zero();
            if plan.of.is_none() {
                broker.declare_queue(policy);
            }
        }
        let name = format!("segment.{}", segment.name);
        Segment::new(segment, broker, timed, |purpose| stream(&name, purpose))
    };
    scenario.segments.iter().enumerate().map(build).collect()
}

/// The policy with the dead-letter queue under the broker's number.
fn policy(plans: &[LinePlan<'_>], line: &spec::Line) -> Policy {
    let dead_letter = line.policy.dead_letter.map(|queue| queue_id(plans, queue.0 as usize));
    Policy { dead_letter, ..line.policy.clone() }
}

fn wiring(scenario: &Scenario, plans: &[LinePlan<'_>], segments: &mut [Segment], stream: &impl Fn(&str, &str) -> Stream) -> Wiring {
    let mut line_of = vec![Vec::new(); segments.len()];
    let mut lines = Vec::new();
    for (index, plan) in plans.iter().enumerate() {
        line_of[plan.segment].push(index as u32);
        let lifetime = plan.line.drawn_time_to_live.clone().map(|distribution| (distribution, stream(&plan.name, "lifetime")));
        lines.push(LineMap { segment: plan.segment as u16, queue: queue_id(plans, index), lifetime });
        if let Some(subscriber) = plan.of {
            subscribe(scenario, plans, index, subscriber, &mut segments[plan.segment]);
        }
    }
    let mut consumer_of = Vec::new();
    for (index, subscriber) in scenario.subscribers.iter().enumerate() {
        let line = &lines[line_of_subscriber(scenario, index)];
        for number in 0..subscriber.consumers {
            let consumer = ConsumerId(consumer_of.len() as u32);
            consumer_of.push((index as u32, number));
            let attach = Input::Attach { consumer, queue: line.queue, prefetch: subscriber.prefetch };
            segments[line.segment as usize].broker.handle(Time::ZERO, attach, &mut Vec::new());
        }
    }
    let audiences = (0..scenario.events.len()).map(|event| seats(scenario, plans, event)).collect();
    Wiring { lines, line_of, consumer_of, audiences }
}

fn subscribe(scenario: &Scenario, plans: &[LinePlan<'_>], line: usize, subscriber: usize, segment: &mut Segment) {
    let subscriber = &scenario.subscribers[subscriber];
    let Destination::Topic(topic) = subscriber.from else { return };
    let input = Input::Subscribe {
        topic: topic_id(scenario, topic),
        queue: queue_id(plans, line),
        selector: selector(scenario, subscriber),
        durable: subscriber.durable,
        policy: Box::new(policy(plans, plans[line].line)),
    };
    segment.broker.handle(Time::ZERO, input, &mut Vec::new());
}

/// All kinds of all events; the same word is the same kind.
fn kind_number(scenario: &Scenario, name: &str) -> u16 {
    let mut seen: Vec<&str> = Vec::new();
    for kind in scenario.events.iter().flat_map(|event| &event.kinds) {
        if kind == name {
            return seen.len() as u16;
        }
        if !seen.contains(&kind.as_str()) {
            seen.push(kind);
        }
    }
    seen.len() as u16
}

fn selector(scenario: &Scenario, subscriber: &spec::Subscriber) -> core::Selector {
    match &subscriber.selector {
        spec::Selector::All => core::Selector::All,
        spec::Selector::Share(share) if *share >= 1.0 => core::Selector::All,
        spec::Selector::Share(share) => {
            let salt = Stream::new(0, 0, &format!("subscriber.{}", subscriber.name), "selector").bits();
            core::Selector::Share { threshold: (share * 4_294_967_296.0) as u32, salt }
        }
        spec::Selector::Kinds(kinds) => core::Selector::Kinds(kinds.iter().map(|kind| kind_number(scenario, kind)).collect()),
    }
}

/// Lines that get an event right away, in the order of places; dead-letter queues stand behind them.
fn direct_lines(scenario: &Scenario, plans: &[LinePlan<'_>], event: usize) -> Vec<usize> {
    match scenario.events[event].to {
        None => Vec::new(),
        Some(Destination::Queue(queue)) => vec![queue],
        Some(to) => {
            (0..plans.len()).filter(|line| plans[*line].of.is_some_and(|subscriber| scenario.subscribers[subscriber].from == to)).collect()
        }
    }
}

/// Everybody who may get an event: the direct lines, then the dead-letter queues behind them.
fn audience(scenario: &Scenario, plans: &[LinePlan<'_>], event: usize) -> Vec<usize> {
    let mut lines = direct_lines(scenario, plans, event);
    let mut next = 0;
    while next < lines.len() {
        if let Some(queue) = plans[lines[next]].line.policy.dead_letter
            && !lines.contains(&(queue.0 as usize))
        {
            lines.push(queue.0 as usize);
        }
        next += 1;
    }
    // A line without anybody who takes from it shows nothing to anybody.
    let taken = |line: &usize| (0..scenario.subscribers.len()).any(|subscriber| line_of_subscriber(scenario, subscriber) == *line);
    lines.into_iter().filter(taken).collect()
}

fn seats(scenario: &Scenario, plans: &[LinePlan<'_>], event: usize) -> Vec<Seat> {
    let direct = direct_lines(scenario, plans, event);
    let audience = audience(scenario, plans, event);
    let seat = |(place, line): (usize, &usize)| {
        direct.contains(line).then(|| Seat {
            line: *line as u32,
            place: place as u32,
            selector: plans[*line].of.map_or(core::Selector::All, |subscriber| selector(scenario, &scenario.subscribers[subscriber])),
        })
    };
    audience.iter().enumerate().filter_map(seat).collect()
}

fn clocks(scenario: &Scenario, stream: &impl Fn(&str, &str) -> Stream) -> Vec<Option<WrongClock>> {
    let clock = |event: &spec::Event| {
        let skew = scenario.sors[event.from].clock_skew.clone()?;
        Some(WrongClock { skew, stream: stream(&format!("event.{}", event.name), "clock skew") })
    };
    scenario.events.iter().map(clock).collect()
}

fn families(scenario: &Scenario, plans: &[LinePlan<'_>]) -> Vec<FamilyPlan> {
    // Pollers stand behind all lines.
    let reads = |poller: &spec::Poller, event| scenario.feeds[poller.feed].of == event;
    let polling =
        |event| (0..scenario.pollers.len()).filter(move |poller| reads(&scenario.pollers[*poller], event)).map(|p| plans.len() + p);
    let family = |(index, event): (usize, &spec::Event)| FamilyPlan {
        resources: event.resources,
        tracked: event.is_tracked(),
        audience: audience(scenario, plans, index).into_iter().chain(polling(index)).map(|line| line as u32).collect(),
    };
    scenario.events.iter().enumerate().map(family).collect()
}

fn publishers(scenario: &Scenario, plans: &[LinePlan<'_>], wiring: &Wiring, stream: &impl Fn(&str, &str) -> Stream) -> Vec<Publisher> {
    let build = |(index, name, ways): (usize, String, [Path; 2])| {
        let event = &scenario.events[index];
        let segment = event.to.and_then(|to| scenario.segment_of(to));
        let [path, path_back] = ways;
        let seats = &wiring.audiences[index];
        let tested = match event.to {
            Some(Destination::Topic(_)) => seats.iter().filter(|seat| seat.selector != core::Selector::All).count(),
            _ => 0,
        };
        let placement = publisher::Placement {
            event: index as u32,
            has_bus: segment.is_some(),
            segment: segment.map_or(u32::MAX, |segment| segment as u32),
            to: match event.to {
                Some(Destination::Topic(topic)) => core::Destination::Topic(topic_id(scenario, topic)),
                Some(Destination::Queue(queue)) => core::Destination::Queue(queue_id(plans, queue)),
                Some(Destination::Feed(_)) | None => core::Destination::Queue(QueueId(u32::MAX)),
            },
            path,
            path_back,
            kinds: event.kinds.iter().map(|kind| kind_number(scenario, kind)).collect(),
            persistent: segment.is_some_and(|segment| scenario.segments[segment].persist.is_some()),
            draws_lot: seats.iter().any(|seat| matches!(seat.selector, core::Selector::Share { .. })),
            draws_lifetimes: seats.iter().any(|seat| wiring.lines[seat.line as usize].lifetime.is_some()),
            selectors: tested as u32,
        };
        Publisher::new(event, placement, |purpose| stream(&name, purpose))
    };
    let own = scenario.events.iter().enumerate().map(|(index, event)| {
        let bus = event.to.and_then(|to| scenario.segment_of(to)).and_then(|segment| scenario.segments[segment].zone);
        // Where only subscribers raise it, there may be no link on this way.
        let home = scenario.sors[event.from].zone.filter(|_| event.has_rate());
        (index, format!("event.{}", event.name), there_and_back(scenario, home, bus))
    });
    let derived = scenario.subscribers.iter().flat_map(|subscriber| {
        subscriber.raises.iter().map(move |raise| {
            let event = &scenario.events[raise.event];
            (raise.event, format!("subscriber.{} raises {}", subscriber.name, event.name), way_of_raise(scenario, subscriber, event))
        })
    });
    own.chain(derived).map(build).collect()
}

fn there_and_back(scenario: &Scenario, from: Option<usize>, to: Option<usize>) -> [Path; 2] {
    [Path::between(scenario, from, to), Path::between(scenario, to, from)]
}

/// From where a subscriber works to where an event is published; a workflow is on its segment already.
fn way_of_raise(scenario: &Scenario, subscriber: &spec::Subscriber, event: &spec::Event) -> [Path; 2] {
    let segment = event.to.and_then(|to| scenario.segment_of(to));
    if subscriber.runs == Runs::Workflow && segment == scenario.segment_of(subscriber.from) {
        return there_and_back(scenario, None, None);
    }
    there_and_back(scenario, home(scenario, subscriber), segment.and_then(|segment| scenario.segments[segment].zone))
}

/// The publishers of a subscriber's derived events stand behind those of all events, in the order of the file.
fn raises(scenario: &Scenario, subscriber: usize, stream: Stream) -> Option<Box<Raises>> {
    let before: usize = scenario.subscribers[..subscriber].iter().map(|subscriber| subscriber.raises.len()).sum();
    let first = (scenario.events.len() + before) as u32;
    let shares = scenario.subscribers[subscriber].raises.iter().map(|raise| raise.share);
    let list = Raises::new(shares.zip(first..), stream);
    (!scenario.subscribers[subscriber].raises.is_empty()).then(|| Box::new(list))
}

fn subscribers(scenario: &Scenario, plans: &[LinePlan<'_>], stream: &impl Fn(&str, &str) -> Stream) -> Vec<Subscriber> {
    let build = |(index, subscriber): (usize, &spec::Subscriber)| {
        let line = line_of_subscriber(scenario, index);
        let segment = plans[line].segment;
        let name = format!("subscriber.{}", subscriber.name);
        // A workflow is where its messages are.
        let [path, path_back] = match subscriber.runs {
            Runs::Listener | Runs::Actors | Runs::Topology => there_and_back(scenario, scenario.segments[segment].zone, subscriber.zone),
            Runs::Workflow => there_and_back(scenario, None, None),
        };
        let placement = subscriber::Placement {
            line: line as u32,
            queue: queue_id(plans, line),
            path,
            path_back,
            raises: raises(scenario, index, stream(&name, "raises")),
            only_dead_letters: scenario.events.iter().map(|event| event.to != Some(subscriber.from)).collect(),
            redelivery: Redelivery::new(plans[line].line, stream(&name, "redelivery")),
            caller: subscriber.manner().map(|callback| caller(scenario, subscriber, &callback, |purpose| stream(&name, purpose))),
        };
        Subscriber::new(subscriber, placement, |purpose| stream(&name, purpose))
    };
    scenario.subscribers.iter().enumerate().map(build).collect()
}

/// What pollers do with entries: the work of subscribers, behind whom they stand, without a broker.
fn readers(scenario: &Scenario, lines: usize, stream: &impl Fn(&str, &str) -> Stream) -> Vec<Subscriber> {
    let build = |(index, reader): (usize, &spec::Subscriber)| {
        let name = reader.entity();
        let placement = subscriber::Placement {
            line: (lines + index) as u32,
            queue: QueueId(u32::MAX),
            path: Path::between(scenario, None, None),
            path_back: Path::between(scenario, None, None),
            raises: None,
            only_dead_letters: Vec::new(),
            redelivery: Redelivery::new(&reader.line, stream(&name, "redelivery")),
            caller: reader.manner().map(|callback| caller(scenario, reader, &callback, |purpose| stream(&name, purpose))),
        };
        Subscriber::new(reader, placement, |purpose| stream(&name, purpose))
    };
    scenario.pollers.iter().map(|poller| &poller.reader).enumerate().map(build).collect()
}

fn pollers(scenario: &Scenario, plans: &[LinePlan<'_>], families: &[FamilyPlan], stream: &impl Fn(&str, &str) -> Stream) -> Vec<Poller> {
    let build = |(index, poller): (usize, &spec::Poller)| {
        let line = (plans.len() + index) as u32;
        let audience = &families[scenario.feeds[poller.feed].of].audience;
        let place = audience.iter().position(|at| *at == line).expect("a poller is in the audience of its event") as u32;
        let placement = poller::Placement { place, line, who: (scenario.subscribers.len() + index) as u32 };
        let name = poller.reader.entity();
        Poller::new(scenario, poller, placement, |purpose| stream(&name, purpose))
    };
    scenario.pollers.iter().enumerate().map(build).collect()
}

/// Where a subscriber's work is done: a workflow's on the segment.
pub(super) fn home(scenario: &Scenario, subscriber: &spec::Subscriber) -> Option<usize> {
    match subscriber.runs {
        Runs::Listener | Runs::Actors | Runs::Topology => subscriber.zone,
        Runs::Workflow => scenario.segment_of(subscriber.from).and_then(|segment| scenario.segments[segment].zone),
    }
}

fn caller(scenario: &Scenario, subscriber: &spec::Subscriber, callback: &spec::Callback, stream: impl Fn(&str) -> Stream) -> Caller {
    let home = home(scenario, subscriber);
    let asked = |sor: usize| {
        let zone = scenario.sors[sor].zone;
        Target { sor: sor as u32, path: Path::between(scenario, home, zone), path_back: Path::between(scenario, zone, home) }
    };
    let calls_back = |event: &spec::Event| event.weight == Weight::Light && subscriber.callback.is_some();
    let target = |event: &spec::Event| calls_back(event).then(|| asked(callback.to.unwrap_or(event.from)));
    let reached = scenario.events_reaching(subscriber);
    let targets =
        scenario.events.iter().enumerate().map(|(index, event)| if reached.contains(&index) { target(event) } else { None }).collect();
    let services = subscriber.calls.iter().map(|sor| asked(*sor)).collect();
    Caller::new(callback, targets, services, stream)
}

/// The processes of all disruptions. Those of the same kind on the same thing are told apart by their order.
fn disruptions(scenario: &Scenario, stream: &impl Fn(&str, &str) -> Stream) -> Disruptions {
    let name = |index: usize| {
        let disruption: &Disruption = &scenario.disruptions[index];
        let word = disruption.effect.word();
        let is_alike = |other: &&Disruption| other.what == disruption.what && other.effect.word() == word;
        format!("disruption.{}.{word}.{}", disruption.what, scenario.disruptions[..index].iter().filter(is_alike).count())
    };
    let process = |(index, disruption)| Process::new(disruption, stream(&name(index), "times"));
    Disruptions::new(scenario.disruptions.iter().enumerate().map(process).collect(), scenario)
}

/// By link: what disruptions do to it; nothing where there are none.
fn weather(scenario: &Scenario, disruptions: &Disruptions, stream: &impl Fn(&str, &str) -> Stream) -> Vec<Option<Box<Weather>>> {
    let horizon = scenario.horizon();
    let on = |index: usize| {
        let processes: Vec<Process> = disruptions.processes_on(disrupted::Target::Link(index)).cloned().collect();
        let loss = || stream(&format!("link.{}", scenario.links[index].name), "disruption loss");
        (!processes.is_empty()).then(|| Box::new(Weather::new(processes, loss(), horizon)))
    };
    let all: Vec<_> = (0..scenario.links.len()).map(on).collect();
    if all.iter().any(Option::is_some) { all } else { Vec::new() }
}

/// Every subscriber that is ever disrupted is watched.
fn recoveries(scenario: &Scenario, disruptions: &mut Disruptions, probe: &mut Probe) {
    let from = probe.clock.warm_up;
    let lines = probe.lines.len() - scenario.pollers.len();
    for (who, taker) in scenario.takers().enumerate().filter(|(_, taker)| scenario.is_disrupted(taker)) {
        let poller = who.checked_sub(scenario.subscribers.len());
        let line = poller.map_or_else(|| line_of_subscriber(scenario, who), |poller| lines + poller);
        let place = probe.lines[line].recoveries.len();
        probe.lines[line].recoveries.push(Recovery::new(who as u32, from));
        for (disruption, concerned) in scenario.disruptions.iter().zip(&mut disruptions.concerned) {
            if scenario.concerns(disruption.target, taker) {
                concerned.push((line as u32, place as u32));
            }
        }
    }
}

/// The stages in which a change can spend time on its way to a subscriber.
fn stages(scenario: &Scenario, subscriber: &spec::Subscriber) -> Vec<(Hop, Histogram)> {
    let words = scenario::stages(scenario, subscriber, Calls::Now);
    super::hop::ALL.iter().filter(|(_, word, _)| words.contains(word)).map(|(hop, ..)| (*hop, Histogram::default())).collect()
}
