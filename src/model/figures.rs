//! What one replication found: named figures, series and the histograms for curves. The names are those of the outcome.

use super::build;
use super::change;
use super::hop::{self, Hop};
use super::left_out::{LeftOut, Worst};
use super::probe::{Count, Gauge, LineProbe, LinkProbe, Missed, SorProbe, SubscriberProbe};
use super::steps::{self, Steps};
use super::world::World;
use crate::scenario::disruption::Target;
use crate::scenario::spec::{Destination, Runs, Subscriber};
use crate::scenario::{self, Calls, Scenario};
use crate::stats::{Clock, Histogram, Track};
use crate::units::{Span, Unit};

/// A figure of one replication; no value where there was nothing to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub name: String,
    pub unit: Unit,
    pub value: Option<f64>,
    /// Of a share of things that were counted, and of a latency: how many there were.
    pub of: Option<u64>,
    /// Of a latency: what it leaves out.
    pub worst: Option<Worst>,
}

/// A quantity over the steps of the clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    pub name: String,
    pub unit: Unit,
    pub values: Vec<f64>,
}

/// Everything that one replication found.
#[derive(Clone, Debug)]
pub struct Findings {
    pub figures: Vec<Figure>,
    pub courses: Vec<Course>,
    pub curves: Vec<(String, Histogram)>,
    /// Of a run that is to be cut into batches.
    pub steps: Vec<Steps>,
    /// Mean number of changes under way in each step, for the warm-up.
    pub under_way: Vec<f64>,
    pub step: Span,
    pub notices: u64,
}

struct Sheet {
    clock: Clock,
    /// By line: changes that are not shown.
    unshown: Vec<LeftOut>,
    figures: Vec<Figure>,
    courses: Vec<Course>,
    curves: Vec<(String, Histogram)>,
}

impl Sheet {
    fn figure(&mut self, name: String, unit: Unit, value: Option<f64>) {
        self.figures.push(Figure { name, unit, value, of: None, worst: None });
    }

    /// The share that so many are of all.
    fn share(&mut self, name: String, part: u64, of: u64) {
        let value = (of > 0).then(|| part as f64 / of as f64);
        self.figures.push(Figure { name, unit: Unit::Share, value, of: Some(of), worst: None });
    }

    fn count(&mut self, name: String, value: u64) {
        self.figure(name, Unit::Count, Some(value as f64));
    }

    fn latency(&mut self, name: &str, histogram: &Histogram, left: LeftOut) {
        self.time(name, ("mean", None), histogram.mean(), (histogram, left));
        self.time(name, ("sd", None), histogram.sd(), (histogram, left));
        self.quantiles(name, histogram, left);
    }

    fn quantiles(&mut self, name: &str, histogram: &Histogram, left: LeftOut) {
        for (statistic, probability) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)] {
            self.time(name, (statistic, Some(probability)), histogram.quantile(probability), (histogram, left));
        }
        self.time(name, ("max", None), histogram.max(), (histogram, left));
    }

    fn time(
        &mut self,
        name: &str,
        (statistic, probability): (&str, Option<f64>),
        value: Option<f64>,
        (counted, left): (&Histogram, LeftOut),
    ) {
        let worst = left.worst(statistic, probability, counted);
        self.figures.push(Figure { name: format!("{name}.{statistic}"), unit: Unit::Seconds, value, of: Some(counted.count()), worst });
    }

    /// Mean, peak and (where it is a number of things) maximum of a level of which `whole` is one.
    fn level(&mut self, name: &str, unit: Unit, track: &Track, whole: f64, with_max: bool) {
        let clock = self.clock;
        self.figure(format!("{name}.mean"), unit, Some(track.mean(&clock) / whole));
        if with_max {
            self.figure(format!("{name}.max"), unit, Some(track.max() as f64 / whole));
        }
        self.figure(format!("{name}.peak"), unit, Some(track.peak() / whole));
    }

    fn gauge(&mut self, name: &str, unit: Unit, gauge: &Gauge) {
        self.level(name, unit, &gauge.track, 1.0, true);
    }

    fn course(&mut self, name: String, unit: Unit, track: &Track, whole: f64) {
        self.courses.push(Course { name, unit, values: track.series().iter().map(|value| value / whole).collect() });
    }
}

/// Reads the probes of a world that has run.
pub fn read(scenario: &Scenario, world: &World, notices: u64) -> Findings {
    let unshown = (0..world.probe.lines.len()).map(|line| world.unshown(line)).collect();
    let mut sheet = Sheet { clock: world.probe.clock, unshown, figures: Vec::new(), courses: Vec::new(), curves: Vec::new() };
    for index in 0..scenario.subscribers.len() {
        subscriber(&mut sheet, scenario, world, index);
    }
    for index in 0..scenario.pollers.len() {
        poller(&mut sheet, scenario, world, index);
    }
    for index in scenario::asked_sors(scenario) {
        sor(&mut sheet, scenario, world, index);
    }
    for index in 0..scenario.segments.len() {
        segment(&mut sheet, scenario, world, index);
    }
    for (index, topic) in scenario.topics.iter().enumerate() {
        self::topic(&mut sheet, scenario, world, index, &format!("topic.{}", topic.name));
    }
    for (index, queue) in scenario.queues.iter().enumerate() {
        self::queue(&mut sheet, &format!("queue.{}", queue.name), &world.probe.lines[index]);
    }
    for (index, link) in scenario.links.iter().enumerate() {
        self::link(&mut sheet, scenario, world, index, &format!("link.{}", link.name));
    }
    for (index, zone) in scenario.zones.iter().enumerate().filter(|(_, zone)| zone.has_network()) {
        wire(&mut sheet, &world.probe.links[scenario.links.len() + index], &format!("zone.{}", zone.name));
    }
    for (index, event) in scenario.events.iter().enumerate() {
        let probe = &world.probe.events[index];
        let name = format!("event.{}", event.name);
        sheet.count(format!("{name}.raised"), probe.raised.measured());
        sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &probe.line);
        sheet.count(format!("{name}.refused"), probe.refused.measured());
        sheet.latency(&format!("{name}.end_to_end"), &probe.end_to_end, world.unshown_of(index as u32));
        sheet.course(format!("{name}.raised"), Unit::PerSecond, &probe.raised.track, 1.0);
        sheet.course(format!("{name}.waiting_line"), Unit::Count, &probe.line.track, 1.0);
    }
    total(&mut sheet, scenario, world);
    Findings {
        figures: sheet.figures,
        courses: sheet.courses,
        curves: sheet.curves,
        steps: steps::read(scenario, &world.probe),
        under_way: world.probe.living.track.series().to_vec(),
        step: world.probe.clock.step,
        notices,
    }
}

fn subscriber(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize) {
    let subscriber = &scenario.subscribers[index];
    let probe: &SubscriberProbe = &world.probe.subscribers[index];
    let name = format!("subscriber.{}", subscriber.name);
    let line = build::line_of_subscriber(scenario, index);
    let workers = subscriber.workers as f64;
    let (unshown, ready, in_line) = (sheet.unshown[line], world.ready(line), world.in_line(index));
    sheet.latency(&format!("{name}.end_to_end"), &probe.end_to_end, unshown);
    sheet.curves.push((format!("{name}.end_to_end"), probe.end_to_end.clone()));
    freshness(sheet, &name, &world.probe.lines[line]);
    sheet.latency(&format!("{name}.delivery"), &probe.delivery, ready);
    hops(sheet, scenario, subscriber, probe, (unshown, ready));
    sheet.gauge(&format!("{name}.backlog"), Unit::Count, &world.probe.lines[line].backlog);
    sheet.gauge(&format!("{name}.in_flight"), Unit::Count, &world.probe.lines[line].in_flight);
    sheet.figure(format!("{name}.throughput"), Unit::PerSecond, Some(probe.done.rate(&world.probe.clock)));
    sheet.level(&format!("{name}.utilization"), Unit::Share, &probe.station.busy.track, workers, false);
    sheet.latency(&format!("{name}.waiting"), &probe.station.waits, in_line);
    sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &probe.station.line);
    sheet.count(format!("{name}.redelivered"), probe.redelivered.measured());
    missed(sheet, world, line, &name);
    if scenario.is_ever_down(Target::Segment(world.segment_of(index) as usize)) {
        sheet.count(format!("{name}.missed.crashed"), world.probe.missed[line].crashed);
    }
    sheet.count(format!("{name}.unfinished"), unshown.count);
    drain(sheet, &world.probe.lines[line], index, &name);
    shown(sheet, scenario, world, subscriber, (probe, line));
    courses(sheet, world, subscriber, (probe, line));
}

/// How a subscriber or poller gets over disruptions, where it feels any.
fn drain(sheet: &mut Sheet, line: &LineProbe, who: usize, name: &str) {
    if let Some(recovery) = line.recoveries.iter().find(|recovery| recovery.who as usize == who) {
        sheet.latency(&format!("{name}.drain"), &recovery.drains, LeftOut::default());
        sheet.count(format!("{name}.drain.unfinished"), recovery.unfinished());
    }
}

fn poller(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize) {
    let reader = &scenario.pollers[index].reader;
    let (polls, asks) = (&world.probe.pollers[index], &world.feeds.pollers[index]);
    let (probe, line) = (&world.probe.subscribers[asks.who as usize], asks.line as usize);
    let name = reader.entity();
    let (unshown, in_line) = (sheet.unshown[line], world.in_line(asks.who as usize));
    sheet.latency(&format!("{name}.end_to_end"), &probe.end_to_end, unshown);
    sheet.curves.push((format!("{name}.end_to_end"), probe.end_to_end.clone()));
    freshness(sheet, &name, &world.probe.lines[line]);
    hops(sheet, scenario, reader, probe, (unshown, LeftOut::ageless(unshown.count)));
    sheet.gauge(&format!("{name}.backlog"), Unit::Count, &world.probe.lines[line].backlog);
    sheet.figure(format!("{name}.throughput"), Unit::PerSecond, Some(probe.done.rate(&world.probe.clock)));
    sheet.level(&format!("{name}.utilization"), Unit::Share, &probe.station.busy.track, reader.workers as f64, false);
    sheet.latency(&format!("{name}.waiting"), &probe.station.waits, in_line);
    sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &probe.station.line);
    sheet.count(format!("{name}.redelivered"), probe.redelivered.measured());
    sheet.count(format!("{name}.missed"), missed_on(world, line).all());
    sheet.count(format!("{name}.unfinished"), unshown.count);
    for (quantity, count) in
        [("polls", &polls.polls), ("empty_polls", &polls.empty), ("failed_polls", &polls.failed), ("skipped_polls", &polls.skipped)]
    {
        sheet.count(format!("{name}.{quantity}"), count.measured());
    }
    drain(sheet, &world.probe.lines[line], asks.who as usize, &name);
    shown(sheet, scenario, world, reader, (probe, line));
    courses(sheet, world, reader, (probe, line));
}

/// What the view shows, and what callbacks bring to it.
fn shown(sheet: &mut Sheet, scenario: &Scenario, world: &World, taker: &Subscriber, (probe, line): (&SubscriberProbe, usize)) {
    let name = taker.entity();
    if scenario::tracks_versions(scenario, taker) {
        views(sheet, scenario, world, taker, (probe, line), &name);
    }
    if taker.callback.is_some() {
        let asked = scenario::called_back(scenario, taker).into_iter();
        let called = asked.map(|sor| world.called(sor)).fold(LeftOut::default(), LeftOut::and);
        sheet.latency(&format!("{name}.callback.latency"), &probe.callback_latency, called);
        sheet.count(format!("{name}.callback.attempts"), probe.callback_attempts.measured());
        sheet.count(format!("{name}.callback.failed"), probe.callback_failed.measured());
        sheet.count(format!("{name}.callback.cached"), probe.callback_cached.measured());
        sheet.count(format!("{name}.callback.coalesced"), probe.callback_coalesced.measured());
        sheet.count(format!("{name}.callback.short_circuited"), probe.callback_short_circuited.measured());
    }
    calls(sheet, scenario, world, taker, probe, &name);
    pipeline(sheet, &name, taker, probe);
    if scenario.gets_derived(taker) {
        sheet.latency(&format!("{name}.since_origin"), &probe.since_origin, sheet.unshown[line]);
    }
    if !taker.raises.is_empty() {
        sheet.count(format!("{name}.raised"), probe.raised.iter().map(Count::measured).sum());
        for (raise, count) in taker.raises.iter().zip(&probe.raised) {
            sheet.count(format!("{name}.raised.{}", scenario.events[raise.event].name), count.measured());
        }
    }
}

fn courses(sheet: &mut Sheet, world: &World, taker: &Subscriber, (probe, line): (&SubscriberProbe, usize)) {
    let name = taker.entity();
    sheet.course(format!("{name}.throughput"), Unit::PerSecond, &probe.done.track, 1.0);
    sheet.course(format!("{name}.backlog"), Unit::Count, &world.probe.lines[line].backlog.track, 1.0);
    sheet.course(format!("{name}.waiting_line"), Unit::Count, &probe.station.line.track, 1.0);
    sheet.course(format!("{name}.utilization"), Unit::Share, &probe.station.busy.track, taker.workers as f64);
}

/// The stages of a pipeline, each a station of its own.
fn pipeline(sheet: &mut Sheet, name: &str, subscriber: &Subscriber, probe: &SubscriberProbe) {
    let (Some(pipeline), Some(probe)) = (&subscriber.pipeline, &probe.pipeline) else { return };
    for (index, (stage, seen)) in pipeline.stages.iter().zip(&probe.stages).enumerate() {
        let (name, tasks) = (format!("{name}.stage.{}", stage.name), stage.tasks as f64);
        sheet.level(&format!("{name}.utilization"), Unit::Share, &seen.station.busy.track, tasks, false);
        sheet.latency(&format!("{name}.waiting"), &seen.station.waits, LeftOut::ageless(seen.station.line.level.value()));
        sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &seen.station.line);
        if pipeline.may_block(index) {
            sheet.level(&format!("{name}.blocked"), Unit::Share, &seen.blocked.track, tasks, false);
        }
        sheet.course(format!("{name}.utilization"), Unit::Share, &seen.station.busy.track, tasks);
        sheet.course(format!("{name}.waiting_line"), Unit::Count, &seen.station.line.track, 1.0);
    }
    if subscriber.runs == Runs::Topology {
        sheet.gauge(&format!("{name}.pending"), Unit::Count, &probe.pending);
    }
    if pipeline.replay_after.is_some() {
        sheet.count(format!("{name}.replayed"), probe.replayed.measured());
        sheet.course(format!("{name}.replayed"), Unit::PerSecond, &probe.replayed.track, 1.0);
    }
}

/// Requests to further services, together and by system of record.
fn calls(sheet: &mut Sheet, scenario: &Scenario, world: &World, subscriber: &Subscriber, probe: &SubscriberProbe, name: &str) {
    if subscriber.calls.is_empty() {
        return;
    }
    let called = scenario::called_services(subscriber).into_iter().map(|sor| world.called(sor)).fold(LeftOut::default(), LeftOut::and);
    sheet.latency(&format!("{name}.calls.latency"), &probe.calls_latency, called);
    sheet.count(format!("{name}.calls.failed"), probe.calls_failed.measured());
    sheet.count(format!("{name}.calls.attempts"), probe.calls.iter().map(Count::measured).sum());
    for sor in scenario::called_services(subscriber) {
        let requests = subscriber.calls.iter().zip(&probe.calls).filter(|(called, _)| **called == sor).map(|(_, count)| count.measured());
        sheet.count(format!("{name}.calls.attempts.{}", scenario.sors[sor].name), requests.sum());
    }
}

fn freshness(sheet: &mut Sheet, name: &str, line: &LineProbe) {
    age(sheet, &format!("{name}.freshness"), line.stale_area, line.stale_max);
}

/// Means are over all changes shown, so that they add up to the mean end-to-end latency. A stage that only another weight of the
/// events would use has no figures.
fn hops(sheet: &mut Sheet, scenario: &Scenario, subscriber: &Subscriber, probe: &SubscriberProbe, (unshown, ready): (LeftOut, LeftOut)) {
    let name = subscriber.entity();
    let possible = scenario::stages(scenario, subscriber, Calls::InAnyWeight);
    let (shown, nothing) = (probe.end_to_end.count(), Histogram::default());
    for (hop, word, _) in hop::ALL {
        let overtakes = hop == Hop::Overtaken && scenario::tracks_versions(scenario, subscriber);
        if !(possible.contains(&word) || overtakes) {
            continue;
        }
        let taken = probe.stages.iter().find(|(of, _)| *of == hop).map(|(_, spent)| spent);
        let overtaken = (hop == Hop::Overtaken && probe.overtaken.count() > 0).then_some(&probe.overtaken);
        let spent = taken.or(overtaken);
        // Nothing overtaken in this run: no time, where another run may have some, so that the means add up.
        let sum = spent.map(Histogram::sum).or_else(|| (hop == Hop::Overtaken && overtakes).then_some(0));
        let mean = sum.filter(|_| shown > 0).map(|sum| sum as f64 / shown as f64 / 1e9);
        sheet.figure(format!("{name}.hop.{word}.mean"), Unit::Seconds, mean);
        // Of a change on its way nobody knows how long its stages will take.
        let left = if hop == Hop::Backlog { ready } else { LeftOut::ageless(unshown.count) };
        sheet.quantiles(&format!("{name}.hop.{word}"), spent.unwrap_or(&nothing), left);
    }
}

fn missed(sheet: &mut Sheet, world: &World, line: usize, name: &str) {
    let missed = missed_on(world, line);
    sheet.count(format!("{name}.missed"), missed.all());
    sheet.count(format!("{name}.missed.not_durable"), missed.not_durable);
    sheet.count(format!("{name}.missed.expired"), missed.expired);
    sheet.count(format!("{name}.missed.dropped"), missed.dropped);
    sheet.count(format!("{name}.missed.refused"), missed.refused);
    sheet.count(format!("{name}.missed.dead_lettered"), missed.dead_lettered);
}

/// What was lost to a queue or subscription, with what never came there because its publishes were refused.
fn missed_on(world: &World, line: usize) -> Missed {
    let places = (0..world.audiences.len() as u32).map(|event| (event, world.ledger.place(event, line)));
    let refused =
        places.filter(|(_, place)| *place != change::NONE).map(|(event, place)| world.ledger.account(event, place).unreached).sum();
    Missed { refused, ..world.probe.missed[line] }
}

fn views(sheet: &mut Sheet, scenario: &Scenario, world: &World, taker: &Subscriber, (probe, line): (&SubscriberProbe, usize), name: &str) {
    let mut wrong = Span::ZERO;
    let (mut finals, mut stale) = (0, 0);
    for event in scenario.events_reaching(taker) {
        let place = world.ledger.place(event as u32, line);
        let account = world.ledger.account(event as u32, place);
        wrong += world.ledger.time_wrong(world.now, event as u32, place);
        finals += account.finals;
        stale += account.finals_stale;
    }
    sheet.count(format!("{name}.stale_overwrites"), probe.stale_overwrites.measured());
    if scenario::sees_lifecycles(scenario, taker) {
        sheet.share(format!("{name}.stale_final"), stale, finals);
    }
    sheet.figure(format!("{name}.time_wrong"), Unit::ItemSeconds, Some(wrong.seconds()));
    sheet.count(format!("{name}.order_violations"), probe.order_violations.measured());
}

fn sor(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize) {
    let (sor, probe): (_, &SorProbe) = (&scenario.sors[index], &world.probe.sors[index]);
    let (name, workers) = (format!("sor.{}", sor.name), sor.workers as f64);
    let is_polled = scenario::is_polled(scenario, index);
    sheet.level(&format!("{name}.utilization"), Unit::Share, &probe.utilization, workers, false);
    sheet.level(&format!("{name}.utilization.callbacks"), Unit::Share, &probe.busy_callbacks.track, workers, false);
    sheet.level(&format!("{name}.utilization.own"), Unit::Share, &probe.busy_own.track, workers, false);
    sheet.latency(&format!("{name}.waiting"), &probe.waits, world.waiting(&world.sors[index].station, |_| true));
    sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &probe.line);
    sheet.figure(format!("{name}.callbacks"), Unit::PerSecond, Some(probe.callbacks.rate(&sheet.clock)));
    if is_polled {
        sheet.level(&format!("{name}.utilization.polls"), Unit::Share, &probe.busy_polls.track, workers, false);
        sheet.figure(format!("{name}.polls"), Unit::PerSecond, Some(probe.polls.rate(&sheet.clock)));
        sheet.course(format!("{name}.utilization.polls"), Unit::Share, &probe.busy_polls.track, workers);
    }
    if sor.own_load.is_some() {
        sheet.latency(&format!("{name}.own_latency"), &probe.own_latency, world.unanswered(index));
    }
    if let Some(alone) = &probe.alone {
        sheet.latency(&format!("{name}.own_latency.alone"), &alone.latency, LeftOut::default());
    }
    sheet.count(format!("{name}.refused"), probe.refused.measured());
    let wasted = probe.wasted.rate(&sheet.clock) / 1e9 / workers;
    sheet.figure(format!("{name}.wasted"), Unit::Share, Some(wasted));
    sheet.course(format!("{name}.utilization.callbacks"), Unit::Share, &probe.busy_callbacks.track, workers);
    sheet.course(format!("{name}.utilization.own"), Unit::Share, &probe.busy_own.track, workers);
    sheet.course(format!("{name}.waiting_line"), Unit::Count, &probe.line.track, 1.0);
    sheet.course(format!("{name}.wasted"), Unit::Share, &probe.wasted.track, 1e9 * workers);
}

fn segment(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize) {
    let segment = &scenario.segments[index];
    let probe = &world.probe.segments[index];
    let name = format!("segment.{}", segment.name);
    sheet.level(&format!("{name}.utilization"), Unit::Share, &probe.station.busy.track, segment.threads as f64, false);
    sheet.latency(&format!("{name}.waiting"), &probe.station.waits, world.waiting(&world.segments[index].station, |_| true));
    sheet.gauge(&format!("{name}.waiting_line"), Unit::Count, &probe.station.line);
    sheet.gauge(&format!("{name}.memory"), Unit::Bytes, &probe.memory);
    sheet.figure(format!("{name}.blocked"), Unit::Share, Some(probe.blocked.track.mean(&world.probe.clock)));
    sheet.count(format!("{name}.published"), probe.published.measured());
    sheet.count(format!("{name}.delivered"), probe.delivered.measured());
    if segment.persist.is_some() {
        sheet.level(&format!("{name}.persist.utilization"), Unit::Share, &probe.journal.track, 1.0, false);
    }
    sheet.course(format!("{name}.utilization"), Unit::Share, &probe.station.busy.track, segment.threads as f64);
    sheet.course(format!("{name}.waiting_line"), Unit::Count, &probe.station.line.track, 1.0);
    sheet.course(format!("{name}.memory"), Unit::Bytes, &probe.memory.track, 1.0);
}

fn queue(sheet: &mut Sheet, name: &str, line: &LineProbe) {
    sheet.count(format!("{name}.published"), line.published.measured());
    sheet.gauge(&format!("{name}.backlog"), Unit::Count, &line.backlog);
    ages(sheet, name, std::slice::from_ref(line));
    losses(sheet, name, std::slice::from_ref(line));
    sheet.course(format!("{name}.backlog"), Unit::Count, &line.backlog.track, 1.0);
}

fn topic(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize, name: &str) {
    let to_topic = |event: &usize| scenario.events[*event].to == Some(Destination::Topic(index));
    let published: u64 = (0..scenario.events.len()).filter(to_topic).map(|event| world.probe.events[event].published.measured()).sum();
    let subscribers =
        (0..scenario.subscribers.len()).filter(|subscriber| scenario.subscribers[*subscriber].from == Destination::Topic(index));
    let lines: Vec<LineProbe> =
        subscribers.map(|subscriber| world.probe.lines[build::line_of_subscriber(scenario, subscriber)].clone()).collect();
    sheet.count(format!("{name}.published"), published);
    sheet.gauge(&format!("{name}.backlog"), Unit::Count, &world.probe.topics[index]);
    ages(sheet, name, &lines);
    losses(sheet, name, &lines);
}

/// Age of the oldest ready message; of several lines that of the worst.
fn ages(sheet: &mut Sheet, name: &str, lines: &[LineProbe]) {
    let (area, max) = lines.iter().fold((0, Span::ZERO), |(area, max), line| (line.age_area.max(area), line.age_max.max(max)));
    age(sheet, &format!("{name}.age"), area, max);
}

/// The integral was kept doubled, in integers.
fn age(sheet: &mut Sheet, name: &str, area_twice: u128, max: Span) {
    let measured = sheet.clock.horizon.since(sheet.clock.warm_up).0 as f64;
    sheet.figure(format!("{name}.mean"), Unit::Seconds, Some(area_twice as f64 / 2.0 / measured / 1e9));
    sheet.figure(format!("{name}.max"), Unit::Seconds, Some(max.seconds()));
}

fn losses(sheet: &mut Sheet, name: &str, lines: &[LineProbe]) {
    let sum = |value: fn(&LineProbe) -> u64| lines.iter().map(value).sum();
    sheet.count(format!("{name}.expired"), sum(|line| line.expired.measured()));
    sheet.count(format!("{name}.dropped"), sum(|line| line.dropped.measured()));
    sheet.count(format!("{name}.rejected"), sum(|line| line.rejected.measured()));
    sheet.count(format!("{name}.dead_lettered"), sum(|line| line.dead_lettered.measured()));
}

fn link(sheet: &mut Sheet, scenario: &Scenario, world: &World, index: usize, name: &str) {
    let probe = &world.probe.links[index];
    if scenario.links[index].bandwidth.is_none() {
        return wire(sheet, probe, name);
    }
    sheet.figure(format!("{name}.bytes"), Unit::BytesPerSecond, Some(probe.bytes.rate(&world.probe.clock)));
    // Of the busier direction, which may be the one on average and the other in the worst minutes.
    let name_of = |statistic: &str| format!("{name}.utilization.{statistic}");
    let busier = |value: &dyn Fn(&Track) -> f64| probe.utilization.iter().map(value).fold(0.0, f64::max);
    sheet.figure(name_of("mean"), Unit::Share, Some(busier(&|track| track.mean(&world.probe.clock))));
    sheet.figure(name_of("peak"), Unit::Share, Some(busier(&Track::peak)));
    let [one, other] = probe.utilization.each_ref().map(Track::series);
    let values = one.iter().zip(other).map(|(one, other)| one.max(*other)).collect();
    sheet.courses.push(Course { name: format!("{name}.utilization"), unit: Unit::Share, values });
    sheet.latency(&format!("{name}.latency"), &probe.latency, LeftOut::default());
}

/// A link without limit, or the network of a zone.
fn wire(sheet: &mut Sheet, probe: &LinkProbe, name: &str) {
    sheet.figure(format!("{name}.bytes"), Unit::BytesPerSecond, Some(probe.bytes.rate(&sheet.clock)));
    sheet.latency(&format!("{name}.latency"), &probe.latency, LeftOut::default());
}

fn total(sheet: &mut Sheet, scenario: &Scenario, world: &World) {
    let probe = &world.probe;
    sheet.count("total.raised".into(), probe.events.iter().map(|event| event.raised.measured()).sum());
    sheet.count("total.delivered".into(), probe.subscribers.iter().map(|subscriber| subscriber.done.measured()).sum());
    let missed = (0..probe.lines.len()).map(|line| missed_on(world, line).all()).sum();
    sheet.count("total.missed".into(), missed);
    sheet.count("total.callbacks".into(), probe.subscribers.iter().map(|subscriber| subscriber.callback_attempts.measured()).sum());
    let mut shown = Histogram::default();
    probe.subscribers.iter().for_each(|subscriber| shown.merge(&subscriber.end_to_end));
    let unshown = sheet.unshown.iter().copied().fold(LeftOut::default(), LeftOut::and);
    sheet.latency("total.end_to_end", &shown, unshown);
    if let Some(price) = &scenario.price {
        sheet.figure("total.cost".into(), Unit::Currency(price.currency), Some(price.total()));
    }
}
