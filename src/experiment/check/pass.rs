//! One way through a design at given rates, upstream first: what everybody sends, asks and is held by.

mod competing;

use super::flow::{self, Flow, Moments, Request, Way, way};
use super::polls;
use super::stations::{Asked, Bursts, Course, Load, Loads, Place, Stations};
use crate::model::{CONFIRM_SIZE, POLL_SIZE, SETTLE_SIZE, SHORT_ANSWER_SIZE};
use crate::scenario::Scenario;
use crate::scenario::rhythm::share_before;
use crate::scenario::spec::{Destination, Distribution, Runs, Selector, Subscriber};
use crate::theory::{allen_cunneen, group_utilization};
use crate::units::Bytes;

/// Arrivals at a line with the moments of their services.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    rate: f64,
    work: f64,
    square: f64,
}

impl Stream {
    fn add(&mut self, rate: f64, service: Moments) {
        self.rate += rate;
        self.work += rate * service.mean;
        self.square += rate * service.square;
    }

    /// Without this part of another one that is in it.
    fn less(&self, other: &Stream, part: f64) -> Stream {
        let without = |all: f64, of: f64| (all - part * of).max(0.0);
        Stream { rate: without(self.rate, other.rate), work: without(self.work, other.work), square: without(self.square, other.square) }
    }

    /// Mean wait for one of so many servers; none where that does not exist.
    fn wait(&self, servers: u32) -> Option<f64> {
        if self.work <= 1e-12 {
            return Some(0.0);
        }
        let mean = self.work / self.rate;
        allen_cunneen(self.rate, 1.0, mean, (self.square / self.rate / (mean * mean) - 1.0).max(0.0), servers)
    }
}

/// What one segment is asked to do.
#[derive(Clone, Copy, Debug, Default)]
struct Threads {
    all: Stream,
    receive: f64,
    deliver: f64,
    acknowledge: f64,
    workflows: f64,
    published: f64,
    /// Threads of workflows that wait for answers.
    waiting: f64,
}

/// The work of a taker's workers, in busy servers.
#[derive(Clone, Copy, Debug, Default)]
struct Workers {
    attempts: f64,
    work: f64,
    answers: f64,
    /// For a thread, a connection, or in the line of a system of record.
    waiting: f64,
    /// Requests, each with the time that it is out.
    requests: Stream,
    /// Connections that wait in the line of a system of record.
    requests_waiting: f64,
    /// What a workflow asks of its segment's threads.
    workflow: Stream,
    unacknowledged: f64,
    estimated: bool,
}

/// One way through the design, upstream first.
pub struct Pass<'a, 's> {
    stations: &'a Stations<'s>,
    scenario: &'s Scenario,
    rates: &'a [f64],
    /// Messages per second, by course.
    messages: Vec<f64>,
    sors: Vec<Stream>,
    own: Vec<f64>,
    polls: Vec<f64>,
    asked: Vec<Asked>,
    threads: Vec<Threads>,
    workers: Vec<Workers>,
    /// By link: bytes per second, and busy transmitters of both directions.
    links: Vec<(f64, [f64; 2])>,
    sor_waits: Vec<Option<f64>>,
}

impl<'a, 's> Pass<'a, 's> {
    pub fn new(stations: &'a Stations<'s>, rates: &'a [f64]) -> Pass<'a, 's> {
        let scenario = stations.scenario;
        Pass {
            stations,
            scenario,
            rates,
            messages: stations.courses.iter().map(|course| rates[course.flow.event] * course.flow.messages).collect(),
            sors: vec![Stream::default(); scenario.sors.len()],
            own: vec![0.0; scenario.sors.len()],
            polls: vec![0.0; scenario.sors.len()],
            asked: vec![Asked::default(); scenario.sors.len()],
            threads: vec![Threads::default(); scenario.segments.len()],
            workers: vec![Workers::default(); scenario.takers().count()],
            links: vec![(0.0, [0.0; 2]); scenario.links.len()],
            sor_waits: Vec::new(),
        }
    }

    fn send(&mut self, way: Way, rate: f64, size: Bytes) {
        let Some((index, direction)) = way.link else { return };
        let link = &self.scenario.links[index];
        // What is lost is sent again.
        let sent = rate / (1.0 - link.loss);
        self.links[index].0 += sent * size.0 as f64;
        self.links[index].1[direction] += link.bandwidth.map_or(0.0, |bandwidth| sent * bandwidth.transmission(size).seconds());
    }

    fn transmission(&self, way: Way, size: Bytes) -> f64 {
        let bandwidth = way.link.and_then(|(index, _)| self.scenario.links[index].bandwidth);
        way.latency + bandwidth.map_or(0.0, |bandwidth| bandwidth.transmission(size).seconds())
    }

    /// From the change to the broker.
    pub fn publish(&mut self) {
        let scenario = self.scenario;
        let own = self.derive();
        for (index, (event, rate)) in scenario.events.iter().zip(self.rates).enumerate() {
            let Some((to, segment)) = event.to.and_then(|to| Some((to, scenario.segment_of(to)?))) else { continue };
            let (home, bus) = (scenario.sors[event.from].zone, scenario.segments[segment].zone);
            self.send(way(scenario, home, bus), own[index].max(0.0), event.size);
            if event.confirm_in_flight.is_some() {
                self.send(way(scenario, bus, home), *rate, CONFIRM_SIZE);
            }
            let asks = |subscriber: &&Subscriber| subscriber.from == to && subscriber.selector != Selector::All;
            let tested = match to {
                Destination::Topic(_) => scenario.subscribers.iter().filter(asks).count(),
                _ => 0,
            };
            let cost = &scenario.segments[segment].cost;
            let select = Moments { mean: cost.select.mean() * tested as f64, square: 0.0 };
            let several = Moments { square: select.mean * select.mean + cost.select.variance() * tested as f64, ..select };
            let service = Moments::of(&cost.receive).plus(several).plus(sized(&cost.per_kib, event.size));
            let threads = &mut self.threads[segment];
            threads.all.add(*rate, service);
            threads.receive += rate * service.mean;
            threads.published += rate;
        }
    }

    /// What subscribers raise goes from where they are; what is left of each event's rate its system of record raises.
    fn derive(&mut self) -> Vec<f64> {
        let (stations, scenario) = (self.stations, self.scenario);
        let mut own = self.rates.to_vec();
        for (index, course) in stations.courses.iter().enumerate() {
            let taker = stations.taker(course.flow.taker);
            for raise in &taker.raises {
                let rate = self.messages[index] * course.flow.done * raise.share;
                own[raise.event] -= rate;
                let event = &scenario.events[raise.event];
                let segment = event.to.and_then(|to| scenario.segment_of(to));
                // A workflow raises where it runs.
                let at_home = taker.runs == Runs::Workflow && segment == scenario.segment_of(taker.from);
                if let Some(segment) = segment.filter(|_| !at_home) {
                    self.send(way(scenario, flow::home(scenario, taker), scenario.segments[segment].zone), rate, event.size);
                }
            }
        }
        own
    }

    /// The systems' own users.
    pub fn own(&mut self, scale: f64) {
        for (index, sor) in self.scenario.sors.iter().enumerate() {
            let rate = scale * sor.own_load.map_or(0.0, |load| load.hertz());
            let service = Moments::of(&sor.own_service);
            self.sors[index].add(rate, service);
            self.own[index] = rate * service.mean;
        }
    }

    pub fn poll(&mut self, mean_rates: &[f64], bursts: Bursts) {
        let scenario = self.scenario;
        for (index, poller) in scenario.pollers.iter().enumerate() {
            let (feed, sor) = (&scenario.feeds[poller.feed], scenario.sor_of(poller.feed));
            let event = &scenario.events[feed.of];
            let (there, back) =
                (way(scenario, poller.reader.zone, scenario.sors[sor].zone), way(scenario, scenario.sors[sor].zone, poller.reader.zone));
            let service = Moments::of(&feed.page_service);
            let asks = match bursts {
                _ if !polls::comes_in_bursts(poller) => polls::steadily(poller, feed.page, self.rates[feed.of]),
                Bursts::Even => polls::steadily(poller, feed.page, mean_rates[feed.of]),
                Bursts::Read => {
                    let read = share_before(scenario, event, polls::last_tick(poller, scenario.horizon()));
                    let all = polls::steadily(poller, feed.page, mean_rates[feed.of]);
                    polls::Polls { pages: all.pages * read, entries: all.entries * read, ..all }
                }
                Bursts::In(from) => {
                    let page = feed.page.map_or(0, |page| event.size.0.saturating_mul(u64::from(page)));
                    let cycle = self.transmission(there, POLL_SIZE) + self.transmission(back, Bytes(page)) + service.mean;
                    let hold = self.shortest(scenario.subscribers.len() + index);
                    polls::in_window(poller, feed.page, mean_rates[feed.of], (from, cycle, hold))
                }
            };
            for (course, messages) in self.stations.courses.iter().zip(&mut self.messages) {
                if course.flow.taker == scenario.subscribers.len() + index {
                    *messages = asks.entries;
                }
            }
            let nothing_new = Moments::of(&feed.not_modified_service);
            self.sors[sor].add(asks.pages, service);
            self.sors[sor].add(asks.empty, nothing_new);
            self.polls[sor] += asks.pages * service.mean + asks.empty * nothing_new.mean;
            self.send(there, asks.pages + asks.empty, POLL_SIZE);
            self.send(back, asks.empty, SHORT_ANSWER_SIZE);
            self.send(back, asks.entries, event.size);
        }
    }

    /// Mean time that an attempt takes of a worker where it waits for nobody.
    fn shortest(&self, taker: usize) -> f64 {
        let course = self.stations.courses.iter().find(|course| course.flow.taker == taker);
        course.map_or(0.0, |course| course.work.mean + self.answers(course).unwrap_or(0.0))
    }

    /// Mean time that an attempt waits for answers where these wait for nobody; none where no worker is held for them.
    fn answers(&self, course: &Course) -> Option<f64> {
        let (_, requests) = course.calls.as_ref().filter(|(manner, _)| manner.holds_worker)?;
        Some(requests.iter().map(|request| self.out(course, request) + request.service.mean + request.parsing).sum())
    }

    /// Mean time that a request and its answer are under way.
    fn out(&self, course: &Course, request: &Request) -> f64 {
        let (there, back) = self.ways(course, request);
        self.transmission(there, request.size) + self.transmission(back, request.answer)
    }

    fn ways(&self, course: &Course, request: &Request) -> (Way, Way) {
        let (home, sor) = (flow::home(self.scenario, self.stations.taker(course.flow.taker)), self.scenario.sors[request.sor].zone);
        (way(self.scenario, home, sor), way(self.scenario, sor, home))
    }

    /// From the broker to the takers and on to the systems of record.
    pub fn take(&mut self) {
        self.compete();
        let stations = self.stations;
        for (index, course) in stations.courses.iter().enumerate() {
            let Flow { event, taker, attempts, .. } = course.flow;
            let attempts = self.messages[index] * attempts;
            let subscriber = stations.taker(taker);
            let size = self.scenario.events[event].size;
            if let Some(segment) = self.scenario.segment_of(subscriber.from) {
                let cost = &self.scenario.segments[segment].cost;
                let (deliver, acknowledge) = (Moments::of(&cost.deliver).plus(sized(&cost.per_kib, size)), Moments::of(&cost.acknowledge));
                let threads = &mut self.threads[segment];
                threads.all.add(attempts, deliver);
                threads.all.add(attempts, acknowledge);
                threads.deliver += attempts * deliver.mean;
                threads.acknowledge += attempts * acknowledge.mean;
                self.send(course.deliver, attempts, size);
                self.send(course.settle, attempts, SETTLE_SIZE);
            }
            let Some((manner, requests)) = &course.calls else { continue };
            for request in requests {
                let worst = attempts * f64::from(1 + manner.retries);
                self.sors[request.sor].add(attempts, request.service);
                let asked = &mut self.asked[request.sor];
                asked.requests += attempts;
                asked.busy += attempts * request.service.mean;
                asked.requests_worst += worst;
                asked.busy_worst += worst * request.service.mean;
                asked.by_taker.push((taker, attempts * request.service.mean));
                let (there, back) = self.ways(course, request);
                self.send(there, attempts, request.size);
                self.send(back, attempts, request.answer);
            }
        }
        self.count_events();
    }

    /// Events that lead to requests, each once for each system that is asked.
    fn count_events(&mut self) {
        for (event, rate) in self.rates.iter().enumerate() {
            let courses = || self.stations.courses.iter().filter(|course| course.flow.event == event);
            let asks = |sor: usize| {
                courses().filter_map(|course| course.calls.as_ref()).any(|(_, requests)| requests.iter().any(|request| request.sor == sor))
            };
            let asked: Vec<bool> = (0..self.asked.len()).map(asks).collect();
            self.asked.iter_mut().zip(asked).filter(|(_, is_asked)| *is_asked).for_each(|(asked, _)| asked.events += rate);
        }
    }

    pub fn wait(&mut self) {
        self.sor_waits = self.sors.iter().zip(&self.scenario.sors).map(|(stream, sor)| stream.wait(sor.workers)).collect();
    }

    /// How long workers, threads and connections are held.
    pub fn hold(&mut self) {
        let stations = self.stations;
        for (index, course) in stations.courses.iter().enumerate() {
            self.ask(course, self.messages[index] * course.flow.attempts);
        }
        let waits: Vec<f64> = stations.courses.iter().map(|course| self.waiting(course)).collect();
        for (index, course) in stations.courses.iter().enumerate() {
            let attempts = self.messages[index] * course.flow.attempts;
            let subscriber = stations.taker(course.flow.taker);
            let Some(segment) = self.scenario.segment_of(subscriber.from).filter(|_| subscriber.runs == Runs::Workflow) else { continue };
            let answers = self.answers(course).unwrap_or(0.0);
            let held = Moments { mean: answers + waits[index], square: (answers + waits[index]) * (answers + waits[index]) };
            let threads = &mut self.threads[segment];
            threads.all.add(attempts, course.work.plus(held));
            self.workers[course.flow.taker].workflow.add(attempts, course.work.plus(held));
            threads.workflows += attempts * (course.work.mean + answers);
            threads.waiting += attempts * waits[index];
        }
        for (index, course) in stations.courses.iter().enumerate() {
            self.work(course, self.messages[index] * course.flow.attempts, waits[index]);
        }
    }

    /// Mean wait of a workflow for a thread. It never waits for itself: a worker of few finds the threads as they are with one worker
    /// less (P. Schweitzer's approximation of the arrival theorem, 1979).
    fn thread_wait(&self, taker: usize) -> Option<f64> {
        let subscriber = self.stations.taker(taker);
        let Some(segment) = self.scenario.segment_of(subscriber.from).filter(|_| subscriber.runs == Runs::Workflow) else {
            return Some(0.0);
        };
        let seen = self.threads[segment].all.less(&self.workers[taker].workflow, 1.0 / f64::from(subscriber.workers));
        seen.wait(self.scenario.segments[segment].threads)
    }

    fn work(&mut self, course: &Course, attempts: f64, wait: f64) {
        let subscriber = self.stations.taker(course.flow.taker);
        let segment = self.scenario.segment_of(subscriber.from);
        let size = self.scenario.events[course.flow.event].size;
        let thread = self.thread_wait(course.flow.taker);
        let way = segment.map_or(0.0, |segment| {
            let cost = &self.scenario.segments[segment].cost;
            let operations = cost.deliver.mean() + cost.per_kib.mean() * size.kib() + cost.acknowledge.mean();
            operations + self.transmission(course.deliver, size) + self.transmission(course.settle, SETTLE_SIZE)
        });
        let answers = self.answers(course).unwrap_or(0.0);
        // An answer that no worker is held for keeps its message unacknowledged too.
        let answered = course.calls.as_ref().map_or(0.0, |(_, requests)| {
            requests.iter().map(|request| self.out(course, request) + request.service.mean + request.parsing).sum()
        });
        let workers = &mut self.workers[course.flow.taker];
        workers.attempts += attempts;
        workers.work += attempts * course.work.mean;
        workers.answers += attempts * answers;
        workers.waiting += attempts * (wait + thread.unwrap_or(0.0));
        workers.estimated |= wait > 0.0 || thread != Some(0.0);
        workers.unacknowledged += attempts * (way + course.work.mean + answered);
    }

    /// Puts the requests of a course on the connections of its taker.
    fn ask(&mut self, course: &Course, attempts: f64) {
        let Some((manner, requests)) = &course.calls else { return };
        for request in requests {
            let wait = self.sor_waits[request.sor];
            let out = self.out(course, request) + request.service.mean;
            let workers = &mut self.workers[course.flow.taker];
            workers.estimated |= wait.is_none() || manner.timeout.is_some() || manner.cache.is_some() || manner.coalesce;
            workers.requests.add(attempts, Moments { mean: out, square: out * out });
            workers.requests_waiting += attempts * wait.unwrap_or(0.0);
        }
    }

    /// Mean time that an attempt keeps its worker waiting for others: in the lines of systems of record, and for connections that are
    /// fewer than the workers.
    fn waiting(&self, course: &Course) -> f64 {
        let Some((manner, requests)) = course.calls.as_ref().filter(|(manner, _)| manner.holds_worker) else { return 0.0 };
        let in_line: f64 = requests.iter().map(|request| self.sor_waits[request.sor].unwrap_or(0.0)).sum();
        let workers = &self.workers[course.flow.taker];
        let scarce = manner.connections.filter(|connections| *connections < self.stations.taker(course.flow.taker).workers);
        let busy = Stream { work: workers.requests.work + workers.requests_waiting, ..workers.requests };
        in_line + scarce.and_then(|connections| busy.wait(connections)).unwrap_or(0.0) * requests.len() as f64
    }

    pub fn conclude(self) -> Loads {
        let stations = self.stations.places.iter().map(|place| self.load(*place)).collect();
        let taken = |taker: usize| {
            let mine = self.stations.courses.iter().zip(&self.messages).filter(move |(course, _)| course.flow.taker == taker);
            mine.map(|(_, messages)| messages).sum()
        };
        Loads {
            stations,
            messages: (0..self.workers.len()).map(taken).collect(),
            bytes: self.links.iter().map(|link| link.0).collect(),
            asked: self.asked,
        }
    }

    fn load(&self, place: Place) -> Load {
        let load = |parts: &[(&'static str, f64)], arrivals| Load { parts: parts.to_vec(), arrivals, waiting: 0.0, exact: true };
        match place {
            Place::Workers(taker) => {
                let workers = &self.workers[taker];
                let parts = [("work", workers.work), ("answers", workers.answers)];
                Load { waiting: workers.waiting, exact: !workers.estimated, ..load(&parts, workers.attempts) }
            }
            Place::Stage(taker, stage) => self.stage(taker, stage),
            Place::Prefetch(taker) => {
                Load { exact: false, ..load(&[("messages", self.workers[taker].unacknowledged)], self.workers[taker].attempts) }
            }
            Place::Connections(taker) => {
                let workers = &self.workers[taker];
                let load = load(&[("requests", workers.requests.work)], workers.requests.rate);
                Load { waiting: workers.requests_waiting, exact: workers.requests_waiting == 0.0, ..load }
            }
            Place::Sor(sor) => {
                let parts = [("callbacks", self.asked[sor].busy), ("own", self.own[sor]), ("polls", self.polls[sor])];
                load(&parts, self.sors[sor].rate)
            }
            Place::Threads(segment) => {
                let threads = &self.threads[segment];
                let operations = [("receive", threads.receive), ("deliver", threads.deliver), ("acknowledge", threads.acknowledge)];
                let parts: Vec<(&str, f64)> = operations.into_iter().chain([("workflows", threads.workflows)]).collect();
                Load { waiting: threads.waiting, exact: threads.waiting == 0.0, ..load(&parts, threads.all.rate) }
            }
            Place::Journal(segment) => self.journal(segment),
            Place::Link(link) => {
                let busy = self.links[link].1;
                load(&[("bytes", busy[0].max(busy[1]))], 0.0)
            }
        }
    }

    /// The last stage is held while answers are waited for; who waits for room in the next mailbox is held too, which is not known here.
    fn stage(&self, taker: usize, stage: usize) -> Load {
        let (workers, Some(pipeline)) = (&self.workers[taker], &self.stations.taker(taker).pipeline) else { return Load::default() };
        let work = workers.attempts * Moments::of_service(&pipeline.stages[stage].work).mean;
        let is_last = stage + 1 == pipeline.stages.len();
        let (answers, waiting) = if is_last { (workers.answers, workers.waiting) } else { (0.0, 0.0) };
        let parts = vec![("work", work), ("answers", answers)];
        Load { parts, arrivals: workers.attempts, waiting, exact: !(pipeline.may_block(stage) || is_last && workers.estimated) }
    }

    /// Its capacity is that of full groups; how long it is busy depends on how many come together.
    fn journal(&self, segment: usize) -> Load {
        let Some(persist) = &self.scenario.segments[segment].persist else { return Load::default() };
        let (rate, write) = (self.threads[segment].published, &persist.write);
        let (mean, group) = (write.mean(), f64::from(persist.group));
        let scv = if mean > 0.0 { write.variance() / (mean * mean) } else { 0.0 };
        let least = rate * mean / group;
        let busy = if group == 1.0 { least } else { group_utilization(rate, mean, scv).unwrap_or(0.0).max(least) };
        Load { parts: vec![("writes", least)], arrivals: rate, waiting: busy - least, exact: group == 1.0 }
    }
}

/// What a size costs.
fn sized(per_kib: &Distribution, size: Bytes) -> Moments {
    Moments::of(per_kib).times(size.kib())
}
