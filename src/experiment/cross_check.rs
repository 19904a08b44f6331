//! Theory beside simulation: for every station that fits a known model, what the model says of the figures that were simulated.
//!
//! Strict about where a model holds: one independent stream of arrivals, one line in order of arrival without limit, independent
//! services, nothing fails, a steady run. Whatever a design has beyond that silences theory at that station. Every description is taken
//! apart in full, so that a key which is added to the language must be judged here before it compiles.

use crate::outcome::{Metric, RunFacts, Theory};
use crate::scenario::Scenario;
use crate::scenario::disruption::Target;
use crate::scenario::spec::{
    Callback, Cost, Destination, Distribution, Event, Gaps, Line, Link, Popularity, Refused, Runs, Segment, Selector, Service, Sor,
    Subscriber, Weight, ZoneIndex,
};
use crate::stats::t_quantile;
use crate::theory::{Gm1, Md1, MgInfinity, Mmc, Mmck, allen_cunneen, erlang_c};

/// The interval that simulation and theory are compared by: of many figures, one in a thousand is beyond it by chance.
const CONFIDENCE: f64 = 0.999;
/// How far approximations are off where they are good.
const APPROXIMATE: f64 = 0.15;
/// A percentile of a run is that of its own messages, read from a histogram, and lies a little below the long-run one.
const PERCENTILE: f64 = 0.02;
/// A chance of waiting that no run shows.
const NEVER: f64 = 1e-9;

/// All figures of all stations that a model knows, in the order of metrics.
pub fn theory(scenario: &Scenario, run: &RunFacts, metrics: &[Metric]) -> Vec<Theory> {
    let check = Check { scenario, run };
    if run.kind != "steady" {
        return Vec::new();
    }
    let mut known = Vec::new();
    for index in (0..scenario.segments.len()).filter(|index| check.is_undisturbed(*index)) {
        known.extend(check.segment(index));
    }
    for subscriber in scenario.subscribers.iter().filter(|subscriber| !scenario.is_disrupted(subscriber)) {
        known.extend(check.subscriber(subscriber));
    }
    // Readers of feeds ask systems of record too; disruptions anywhere change who calls them when.
    for index in (0..scenario.sors.len()).filter(|_| scenario.pollers.is_empty() && scenario.disruptions.is_empty()) {
        known.extend(check.sor(index));
    }
    metrics.iter().flat_map(|metric| known.iter().filter_map(move |known| known.beside(metric, run.confidence))).collect()
}

/// Arrivals at a station.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Flow {
    /// Per second.
    rate: f64,
    /// Of the independent times between them.
    gaps: Gaps,
}

const POISSON: Gaps = Gaps { scv: 1.0, poisson: true };

/// A service time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Work {
    mean: f64,
    scv: f64,
    exponential: bool,
}

/// What a model says of one figure.
struct Known {
    metric: String,
    model: String,
    value: f64,
    exact: bool,
}

impl Known {
    fn beside(&self, metric: &Metric, confidence: f64) -> Option<Theory> {
        if metric.name != self.metric {
            return None;
        }
        let (low, high, freedom) = (metric.low?, metric.high?, f64::from(metric.n) - 1.0);
        let wider = t_quantile(0.5 + CONFIDENCE / 2.0, freedom)? / t_quantile(0.5 + confidence / 2.0, freedom)?;
        let off = match (self.exact, metric.name.ends_with(".p99")) {
            (false, _) => APPROXIMATE * self.value,
            (true, true) => PERCENTILE * self.value,
            (true, false) => 0.0,
        };
        let half = (high - metric.point).max(metric.point - low) * wider.max(1.0) + off;
        let agrees = (metric.point - self.value).abs() <= half;
        Some(Theory { metric: metric.name.clone(), model: self.model.clone(), value: self.value, exact: self.exact, agrees })
    }
}

struct Check<'a> {
    scenario: &'a Scenario,
    run: &'a RunFacts,
}

impl Check<'_> {
    /// No disruption changes what a segment receives or how long that takes.
    fn is_undisturbed(&self, segment: usize) -> bool {
        let changes = |target: Target| target == Target::Segment(segment) || matches!(target, Target::Link(_));
        !self.scenario.disruptions.iter().any(|disruption| changes(disruption.target))
    }

    /// The changes of one event as they come to the broker.
    fn raised(&self, event: &Event) -> Option<Flow> {
        let Event {
            arrivals,
            lifecycle: None,
            confirm_in_flight: None,
            popularity: Popularity::Uniform,
            resources: None,
            name: _,
            from: _,
            to,
            weight: _,
            size: _,
            kinds: _,
            priority: _,
            refused: _,
            raised_by,
            inherits: _,
        } = event
        else {
            return None;
        };
        // What subscribers raise comes in gaps of its own.
        if !raised_by.is_empty() {
            return None;
        }
        let home = self.scenario.sors[event.from].zone;
        let bus = self.scenario.segments[self.scenario.segment_of((*to)?)?].zone;
        let flow = Flow { rate: arrivals.rate, gaps: arrivals.renewal_gaps()? };
        self.calm(home, bus).then_some(flow)
    }

    /// Everything takes equally long between two zones, so that gaps stay as they are.
    fn calm(&self, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> bool {
        let (Some(from), Some(to)) = (from, to) else { return true };
        if from == to {
            return self.scenario.zones[from].latency.as_constant().is_some();
        }
        let joins = |pair: (ZoneIndex, ZoneIndex)| pair == (from, to) || pair == (to, from);
        let steady = |link: &Link| link.latency.as_constant().is_some() && link.bandwidth.is_none() && link.loss == 0.0;
        self.scenario.links.iter().find(|link| joins(link.between)).is_some_and(steady)
    }

    /// Nothing takes any time between two zones.
    fn near(&self, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> bool {
        let (Some(from), Some(to)) = (from, to) else { return true };
        from == to && self.scenario.zones[from].latency.is_zero()
    }

    /// A segment that costs nothing, or something for receiving only: its service then.
    fn receiving(&self, index: usize) -> Option<Option<Work>> {
        let Segment { name: _, zone: _, threads: _, cost, persist: None, memory: None, backlog_penalty: None } =
            &self.scenario.segments[index]
        else {
            return None;
        };
        let Cost { receive, select, deliver, acknowledge, per_kib } = cost;
        let only = [select, deliver, acknowledge, per_kib].iter().all(|cost| cost.is_zero());
        let here = |subscriber: &&Subscriber| self.scenario.segment_of(subscriber.from) == Some(index);
        let workflows = self.scenario.subscribers.iter().filter(here).any(|subscriber| subscriber.runs == Runs::Workflow);
        (only && !workflows).then(|| (!receive.is_zero()).then(|| work(receive)).flatten())
    }

    /// All that a segment receives. Streams of several events are one Poisson process where each is one.
    fn received(&self, index: usize) -> Option<Flow> {
        let comes = |event: &&Event| event.to.and_then(|to| self.scenario.segment_of(to)) == Some(index);
        let events = self.scenario.events.iter().filter(comes);
        together(events.map(|event| self.raised(event)))
    }

    fn segment(&self, index: usize) -> Vec<Known> {
        let Some(Some(work)) = self.receiving(index) else { return Vec::new() };
        let Some(flow) = self.received(index) else { return Vec::new() };
        let segment = &self.scenario.segments[index];
        Station { name: format!("segment.{}", segment.name), flow, work, servers: segment.threads }.known()
    }

    /// An event's messages as they leave the broker: as they came, or as the departures of M/M/c, which are a Poisson process (P. Burke,
    /// "The output of a queueing system", Operations Research 4, 1956).
    fn sent(&self, event: &Event) -> Option<Flow> {
        let flow = self.raised(event)?;
        let segment = self.scenario.segment_of(event.to?)?;
        let Some(work) = self.receiving(segment)? else { return Some(flow) };
        let all = self.received(segment)?;
        let servers = self.scenario.segments[segment].threads;
        (work.exponential && all.gaps.poisson && all.rate * work.mean < f64::from(servers)).then_some(flow)
    }

    /// What comes to a subscriber, and what one message takes of a worker.
    fn taken(&self, subscriber: &Subscriber) -> Option<(Flow, Work)> {
        let Subscriber {
            name: _,
            zone,
            from,
            durable: _,
            runs: Runs::Listener,
            pipeline: None,
            workers: _,
            prefetch: _,
            consumers: _,
            line: _,
            work: services,
            failure: 0.0,
            poison: 0.0,
            guard: _,
            selector,
            callback,
            calls,
            raises: _,
        } = subscriber
        else {
            return None;
        };
        let share = match selector {
            Selector::All => 1.0,
            Selector::Share(share) => *share,
            Selector::Kinds(_) => return None,
        };
        let shared = |other: &&Subscriber| matches!(from, Destination::Queue(_)) && other.from == *from;
        let alone = self.scenario.subscribers.iter().filter(shared).count() <= 1;
        let dead = matches!(from, Destination::Queue(queue) if self.scenario.gets_dead_letters(*queue));
        let events: Vec<usize> = self.scenario.events_of(subscriber).collect();
        let light = events.iter().any(|event| self.scenario.events[*event].weight == Weight::Light);
        let holds = !calls.is_empty() || (light && callback.as_ref().is_some_and(|callback| callback.holds_worker));
        if !alone || dead || holds || !self.calm(self.scenario.segments[self.scenario.segment_of(*from)?].zone, *zone) {
            return None;
        }
        let flow = together(events.iter().map(|event| self.sent(&self.scenario.events[*event])))?;
        // A stream that is not Poisson is no renewal process any more when a selector thins it at random by a drawn share.
        let flow = if share == 1.0 || flow.gaps.poisson { Flow { rate: flow.rate * share, ..flow } } else { return None };
        let mut works = events.iter().map(|event| drawn(&services[*event]));
        let first = works.next()??;
        works.all(|work| work == Some(first)).then_some((flow, first))
    }

    /// The line before a subscriber.
    fn line<'s>(&'s self, subscriber: &'s Subscriber) -> &'s Line {
        match subscriber.from {
            Destination::Queue(queue) => &self.scenario.queues[queue].line,
            Destination::Topic(_) | Destination::Feed(_) => &subscriber.line,
        }
    }

    fn subscriber(&self, subscriber: &Subscriber) -> Vec<Known> {
        let Some((flow, work)) = self.taken(subscriber) else { return Vec::new() };
        let Line { policy, drawn_time_to_live: None, redelivery_delay: _, redelivery_factor: _, redelivery_delay_max: _ } =
            self.line(subscriber)
        else {
            return Vec::new();
        };
        if policy.time_to_live.is_some()
            || policy.max_bytes.is_some()
            || policy.priorities
            || policy.ordering != Line::default().policy.ordering
        {
            return Vec::new();
        }
        let station = Station { name: format!("subscriber.{}", subscriber.name), flow, work, servers: subscriber.workers };
        match (policy.max_length, subscriber.prefetch, subscriber.consumers) {
            (Some(waiting), Some(prefetch), 1) => self.bounded(subscriber, &station, waiting, prefetch),
            (None, None, 1) => {
                let mut known = station.known();
                known.extend(self.end_to_end(subscriber, &station));
                known
            }
            (None, Some(prefetch), 1) if prefetch >= station.servers => self.end_to_end(subscriber, &station),
            (None, None, consumers) if policy.dispatch == Line::default().policy.dispatch => station.in_turn(consumers),
            _ => Vec::new(),
        }
    }

    /// Where nothing else takes time, the whole latency is the sojourn.
    fn end_to_end(&self, subscriber: &Subscriber, station: &Station) -> Vec<Known> {
        let scenario = self.scenario;
        let Some(bus) = scenario.segment_of(subscriber.from) else { return Vec::new() };
        let free = |event: usize| self.near(scenario.sors[scenario.events[event].from].zone, scenario.segments[bus].zone);
        let heavy = |event: usize| scenario.events[event].weight == Weight::Heavy || subscriber.callback.is_none();
        let direct = self.receiving(bus) == Some(None)
            && self.near(scenario.segments[bus].zone, subscriber.zone)
            && scenario.events_of(subscriber).all(|event| free(event) && heavy(event));
        if direct { station.sojourns() } else { Vec::new() }
    }

    /// A line with so many places beside the workers, whose publisher loses what it refuses: Erlang's loss, M/M/c/K.
    fn bounded(&self, subscriber: &Subscriber, station: &Station, waiting: u64, prefetch: u32) -> Vec<Known> {
        let Destination::Queue(queue) = subscriber.from else { return Vec::new() };
        let policy = &self.scenario.queues[queue].line.policy;
        let lost = self.scenario.events_of(subscriber).all(|event| matches!(self.scenario.events[event].refused, Refused::Drop));
        let places = u64::from(station.servers) + waiting;
        let fits = station.flow.gaps.poisson && prefetch == station.servers && (station.work.exponential || waiting == 0);
        let bus = self.scenario.segment_of(subscriber.from);
        let near = bus.is_some_and(|bus| self.near(self.scenario.segments[bus].zone, subscriber.zone));
        if !(fits && lost && near && policy.overflow == Line::default().policy.overflow && places <= 10_000) {
            return Vec::new();
        }
        let model = format!("{}/{}/{places}", if station.work.exponential { "M/M" } else { "M/G" }, station.servers);
        let Some(theory) = Mmck::new(station.flow.rate, 1.0 / station.work.mean, station.servers, places as u32) else { return Vec::new() };
        let measured = self.run.horizon_s - self.run.warm_up_s;
        let known = |metric: String, value: f64| Known { metric, model: model.clone(), value, exact: true };
        vec![
            known(format!("{}.utilization.mean", station.name), theory.utilization()),
            known(format!("{}.throughput", station.name), theory.throughput()),
            known(format!("{}.backlog.mean", station.name), theory.mean_number_waiting()),
            known(format!("queue.{}.rejected", self.scenario.queues[queue].name), theory.p_loss() * station.flow.rate * measured),
        ]
    }

    /// A system of record with its own users, and callbacks that come as the departures of M/M/c.
    fn sor(&self, index: usize) -> Vec<Known> {
        let Sor { name, zone: _, workers, service, own_load, own_service, max_waiting: None, clock_skew: _ } = &self.scenario.sors[index]
        else {
            return Vec::new();
        };
        let own = own_load.map(|load| Flow { rate: load.hertz(), gaps: POISSON }).zip(work(own_service));
        let Some(callers) = self.callers(index) else { return Vec::new() };
        let called = callers.zip(service.as_ref().and_then(drawn));
        let station = |(flow, work): (Flow, Work)| Station { name: format!("sor.{name}"), flow, work, servers: *workers };
        match (own_load.is_some(), callers.is_some(), own, called) {
            (true, false, Some(own), None) => station(own).known(),
            (false, true, None, Some(called)) => station(called).known(),
            (true, true, Some(own), Some(called)) => mixed(own, called).map_or(Vec::new(), |both| station(both).known()),
            _ => Vec::new(),
        }
    }

    /// The callbacks of the one subscriber that calls a system of record; none within where nobody calls, none where that is no
    /// Poisson process.
    fn callers(&self, sor: usize) -> Option<Option<Flow>> {
        let target = |subscriber: &Subscriber, event: usize| {
            let callback = subscriber.callback.as_ref()?;
            let light = self.scenario.events[event].weight == Weight::Light;
            light.then(|| callback.to.unwrap_or(self.scenario.events[event].from))
        };
        let calls = |subscriber: &&Subscriber| {
            let reaching = self.scenario.events_reaching(subscriber);
            subscriber.calls.contains(&sor) || reaching.into_iter().any(|event| target(subscriber, event) == Some(sor))
        };
        let callers: Vec<&Subscriber> = self.scenario.subscribers.iter().filter(calls).collect();
        let [caller] = callers[..] else { return callers.is_empty().then_some(None) };
        let Callback {
            to: _,
            style: _,
            request: _,
            response: _,
            parsing: _,
            connections: None,
            holds_worker: false,
            timeout: None,
            retries: _,
            backoff: _,
            backoff_factor: _,
            backoff_max: _,
            cache: None,
            coalesce: false,
            breaker: None,
        } = caller.callback.as_ref()?
        else {
            return None;
        };
        let everything = self.scenario.events_of(caller).all(|event| target(caller, event) == Some(sor));
        let (flow, work) = self.taken(caller)?;
        let policy = &self.line(caller).policy;
        let unbounded = policy.max_length.is_none() && policy.max_bytes.is_none() && policy.time_to_live.is_none();
        let plain = unbounded && !policy.priorities && caller.prefetch.is_none() && caller.consumers == 1;
        let stable = flow.rate * work.mean < f64::from(caller.workers);
        let poisson = flow.gaps.poisson && work.exponential && stable && everything && plain;
        (poisson && self.calm(caller.zone, self.scenario.sors[sor].zone)).then_some(Some(flow))
    }
}

/// The superposition of streams; one that is not Poisson stands alone.
fn together(flows: impl Iterator<Item = Option<Flow>>) -> Option<Flow> {
    let flows: Vec<Flow> = flows.collect::<Option<Vec<Flow>>>()?;
    match flows[..] {
        [] => None,
        [one] => Some(one),
        _ => flows.iter().all(|flow| flow.gaps.poisson).then(|| Flow { rate: flows.iter().map(|flow| flow.rate).sum(), gaps: POISSON }),
    }
}

/// Two Poisson streams with services of their own: one with the mixture.
fn mixed(one: (Flow, Work), other: (Flow, Work)) -> Option<(Flow, Work)> {
    let ((flow, work), (others, theirs)) = (one, other);
    let rate = flow.rate + others.rate;
    let moment = |of: fn(Work) -> f64| (flow.rate * of(work) + others.rate * of(theirs)) / rate;
    let mean = moment(|work| work.mean);
    let second = moment(|work| work.mean * work.mean * (1.0 + work.scv));
    let exponential = work == theirs && work.exponential;
    (flow.gaps.poisson && others.gaps.poisson)
        .then(|| (Flow { rate, gaps: POISSON }, Work { mean, scv: second / (mean * mean) - 1.0, exponential }))
}

fn work(distribution: &Distribution) -> Option<Work> {
    let (mean, variance) = (distribution.mean(), distribution.variance());
    let given = mean > 0.0 && mean.is_finite() && variance.is_finite();
    given.then(|| Work { mean, scv: variance / (mean * mean), exponential: distribution.is_exponential() })
}

fn drawn(service: &Service) -> Option<Work> {
    match service {
        Service::Drawn(distribution) => work(distribution),
        Service::Recorded { .. } => None,
    }
}

/// One unlimited line before equal servers, first come first served.
struct Station {
    name: String,
    flow: Flow,
    work: Work,
    servers: u32,
}

impl Station {
    fn load(&self) -> f64 {
        self.flow.rate * self.work.mean / f64::from(self.servers)
    }

    fn of(&self, model: &str, exact: bool, figures: &[(&str, f64)]) -> Vec<Known> {
        let known =
            |(metric, value): &(&str, f64)| Known { metric: format!("{}.{metric}", self.name), model: model.into(), value: *value, exact };
        figures.iter().map(known).collect()
    }

    /// What is known of waiting and of being busy.
    fn known(&self) -> Vec<Known> {
        let (Flow { rate, gaps: Gaps { scv, poisson } }, Work { mean, exponential, .. }) = (self.flow, self.work);
        if self.load() >= 1.0 {
            return Vec::new();
        }
        let utilization = ("utilization.mean", self.load());
        let waits = |wait: f64| [utilization, ("waiting.mean", wait), ("waiting_line.mean", rate * wait)];
        let erlangs = rate * mean;
        if poisson && erlang_c(self.servers, erlangs) < NEVER {
            return MgInfinity::new(rate, mean).map_or(Vec::new(), |theory| {
                self.of("M/G/infinity", true, &[("in_flight.mean", theory.mean_number()), utilization, ("waiting.mean", 0.0)])
            });
        }
        if poisson && exponential {
            let model = if self.servers == 1 { "M/M/1".to_string() } else { format!("M/M/{}", self.servers) };
            return Mmc::new(rate, 1.0 / mean, self.servers).map_or(Vec::new(), |theory| {
                let mut known = self.of(&model, true, &waits(theory.mean_wait()));
                known.extend(self.of(&model, true, &[("waiting.p99", theory.wait_quantile(0.99))]));
                known
            });
        }
        let Some(wait) = allen_cunneen(rate, scv, mean, self.work.scv, self.servers) else { return Vec::new() };
        match (poisson, self.servers) {
            (true, 1) => {
                let model = if self.work.scv == 0.0 { "M/D/1" } else { "M/G/1 (Pollaczek and Khinchine)" };
                let mut known = self.of(model, true, &waits(wait));
                let p99 = if self.work.scv == 0.0 { Md1::new(rate, mean).and_then(|theory| theory.wait_quantile(0.99)) } else { None };
                known.extend(p99.map(|p99| self.of(model, true, &[("waiting.p99", p99)])).unwrap_or_default());
                known
            }
            _ if scv == 0.0 && exponential && self.servers == 1 => {
                Gm1::regular(rate, 1.0 / mean).map_or(Vec::new(), |theory| self.of("D/M/1", true, &waits(theory.mean_wait())))
            }
            _ => {
                let mut known = self.of("G/G/c (Allen and Cunneen)", false, &waits(wait)[1..]);
                known.extend(self.of("utilization law", true, &[utilization]));
                known
            }
        }
    }

    /// Latency where it is wait and service alone.
    fn sojourns(&self) -> Vec<Known> {
        let (Flow { rate, gaps }, Work { mean, exponential, .. }) = (self.flow, self.work);
        if !gaps.poisson || self.load() >= 1.0 {
            return Vec::new();
        }
        match Mmc::new(rate, 1.0 / mean, self.servers).filter(|_| exponential) {
            Some(theory) => self.of(
                &format!("M/M/{}", self.servers),
                true,
                &[("end_to_end.mean", theory.mean_sojourn()), ("end_to_end.p99", theory.sojourn_quantile(0.99))],
            ),
            None => {
                let wait = allen_cunneen(rate, 1.0, mean, self.work.scv, self.servers);
                let (model, exact) =
                    if self.servers == 1 { ("M/G/1 (Pollaczek and Khinchine)", true) } else { ("G/G/c (Allen and Cunneen)", false) };
                wait.map_or(Vec::new(), |wait| self.of(model, exact, &[("end_to_end.mean", wait + mean)]))
            }
        }
    }

    /// Messages dealt in turn to consumers with a worker each: as many lines, each with gaps of so many exponential phases.
    fn in_turn(&self, consumers: u32) -> Vec<Known> {
        if self.servers != consumers || !self.flow.gaps.poisson || !self.work.exponential {
            return Vec::new();
        }
        let rate = self.flow.rate / f64::from(consumers);
        Gm1::erlang(consumers, rate, 1.0 / self.work.mean).map_or(Vec::new(), |theory| {
            let line = theory.mean_wait() * self.flow.rate;
            let figures = [("utilization.mean", self.load()), ("waiting.mean", theory.mean_wait()), ("waiting_line.mean", line)];
            self.of(&format!("E{consumers}/M/1 in each of {consumers} lines"), true, &figures)
        })
    }
}
