//! A subscriber: consumers with their own lines, workers, callbacks through a pool of connections.
//!
//! Knows who waits for a worker or a connection and how long things take; not when, and not from whom messages come.

use super::care::Care;
use super::derive::Raises;
use super::network::Path;
use super::notice::CopyRef;
use super::pipeline::Pipeline;
use super::publisher::service_time;
use crate::core::{Guard, QueueId};
use crate::scenario::spec::{self, Callback, Line, Service};
use crate::sim::{Distribution, Station, Stream};
use crate::units::{Bytes, Span, Time};
use std::collections::VecDeque;

/// Who takes messages of one subscription or queue.
#[derive(Clone, Debug)]
pub struct Subscriber {
    pub consumers: Vec<Consumer>,
    /// The subscription (place in the probe's lines) it takes from, and its number in the broker.
    pub line: u32,
    pub queue: QueueId,
    pub workflow: bool,
    /// By event: it comes here as a dead letter or not at all.
    pub only_dead_letters: Vec<bool>,
    pub guard: Guard,
    /// By event.
    work: Vec<Service>,
    failure: f64,
    poison: f64,
    /// Where nothing poisons more of them for a time.
    poison_usual: f64,
    pub redelivery: Redelivery,
    pub path: Path,
    pub path_back: Path,
    pub caller: Option<Caller>,
    /// Of actors and topologies, whose tasks do the work in place of the consumers' workers.
    pub pipeline: Option<Box<Pipeline>>,
    pub raises: Option<Box<Raises>>,
    work_stream: Stream,
    failure_stream: Stream,
    poison_stream: Stream,
    pub link_stream: Stream,
    pub settle_stream: Stream,
}

/// One connection to the broker, with its share of the workers.
#[derive(Clone, Debug)]
pub struct Consumer {
    pub station: Station<CopyRef>,
    pub last_there: Time,
    pub last_back: Time,
    /// How many disruptions keep it away from the broker.
    pub down: u32,
    /// What starts now takes so many times as long.
    pub slow: f64,
}

/// How long a failed message stays away.
#[derive(Clone, Debug)]
pub struct Redelivery {
    delay: Distribution,
    factor: f64,
    max: Span,
    stream: Stream,
}

impl Redelivery {
    /// As the line of the queue or subscription says.
    pub fn new(line: &Line, stream: Stream) -> Redelivery {
        let max = line.redelivery_delay_max.unwrap_or(Span::MAX);
        Redelivery { delay: line.redelivery_delay.clone(), factor: line.redelivery_factor, max, stream }
    }

    /// After the failure of this attempt (1 is the first).
    pub fn after(&mut self, attempt: u32) -> Span {
        stretched(&self.delay, self.factor, attempt - 1, self.max, &mut self.stream)
    }
}

/// A delay that grows by a factor at each of so many repetitions, up to a bound.
fn stretched(delay: &Distribution, factor: f64, repetitions: u32, max: Span, stream: &mut Stream) -> Span {
    let drawn = delay.sample(stream);
    if repetitions == 0 { drawn.min(max) } else { drawn.times(libm::pow(factor, repetitions as f64)).min(max) }
}

/// The callback's side of the subscriber.
#[derive(Clone, Debug)]
pub struct Caller {
    /// By event: whom to call, none for heavy ones, and the way there and back.
    targets: Vec<Option<Target>>,
    /// Services that it calls after the callback, whatever the event is.
    pub services: Vec<Target>,
    pub request: Bytes,
    pub response: Bytes,
    parsing: Distribution,
    pub holds_worker: bool,
    pub timeout: Option<Span>,
    retries: u32,
    backoff: Distribution,
    backoff_factor: f64,
    backoff_max: Span,
    connections: u32,
    in_use: u32,
    /// Copies that wait for a connection.
    pub waiting: VecDeque<CopyRef>,
    /// Cache, coalescing, breakers: where there are any.
    pub care: Option<Box<Care>>,
    link_stream: Stream,
    back_stream: Stream,
    backoff_stream: Stream,
    parsing_stream: Stream,
}

/// A connection that was given back.
#[derive(Clone, Copy, Debug)]
pub struct Freed {
    /// Somebody waits for one.
    pub is_wanted: bool,
    /// Its caller has a cache, a breaker or others to share with.
    pub is_careful: bool,
}

/// A system of record to call.
#[derive(Clone, Debug)]
pub struct Target {
    pub sor: u32,
    pub path: Path,
    pub path_back: Path,
}

impl Caller {
    /// An idle pool.
    pub fn new(callback: &Callback, targets: Vec<Option<Target>>, services: Vec<Target>, stream: impl Fn(&str) -> Stream) -> Caller {
        Caller {
            care: Care::new(callback, targets.iter().flatten().chain(&services)),
            targets,
            services,
            request: callback.request,
            response: callback.response,
            parsing: callback.parsing.clone(),
            holds_worker: callback.holds_worker,
            timeout: callback.timeout,
            retries: callback.retries,
            backoff: callback.backoff.clone(),
            backoff_factor: callback.backoff_factor,
            backoff_max: callback.backoff_max.unwrap_or(Span::MAX),
            connections: callback.connections.unwrap_or(u32::MAX),
            in_use: 0,
            waiting: VecDeque::new(),
            link_stream: stream("callback link"),
            back_stream: stream("answer link"),
            backoff_stream: stream("callback backoff"),
            parsing_stream: stream("parsing"),
        }
    }

    /// Whom a message of this event asks at this step, with the stream of the way there and that of the way back.
    #[inline(always)]
    pub fn target(&mut self, event: u32, step: u16) -> (&Target, &mut Stream, &mut Stream) {
        let target = match step {
            0 => self.targets[event as usize].as_ref().expect("a light event has somebody to call"),
            step => &self.services[step as usize - 1],
        };
        (target, &mut self.link_stream, &mut self.back_stream)
    }

    /// Takes a connection; false: all are in use.
    #[inline]
    pub fn try_connect(&mut self) -> bool {
        let free = self.in_use < self.connections;
        self.in_use += free as u32;
        free
    }

    /// Gives a connection back.
    #[inline]
    pub fn disconnect(&mut self) -> Freed {
        self.in_use -= 1;
        Freed { is_wanted: !self.waiting.is_empty(), is_careful: self.care.is_some() }
    }

    /// So many connections are cut, and who waits for one and is not `living` does not any more.
    pub fn cut(&mut self, connections: u32, living: impl Fn(CopyRef) -> bool) {
        self.in_use -= connections;
        self.waiting.retain(|at| living(*at));
    }

    /// Somebody waits for a connection though one is free.
    pub fn may_connect(&self) -> bool {
        self.in_use < self.connections && !self.waiting.is_empty()
    }

    /// How long until a request that failed for the `tries`-th time is tried again; none: no more.
    pub fn retry_after(&mut self, tries: u16) -> Option<Span> {
        let repetitions = tries as u32 - 1;
        (repetitions < self.retries)
            .then(|| stretched(&self.backoff, self.backoff_factor, repetitions, self.backoff_max, &mut self.backoff_stream))
    }

    /// What the caller pays for an answer.
    #[inline]
    pub fn parse(&mut self) -> Span {
        self.parsing.sample(&mut self.parsing_stream)
    }
}

/// What only the whole scenario can tell a subscriber.
#[derive(Clone, Debug)]
pub struct Placement {
    pub line: u32,
    pub queue: QueueId,
    pub path: Path,
    pub path_back: Path,
    pub redelivery: Redelivery,
    pub caller: Option<Caller>,
    pub raises: Option<Box<Raises>>,
    pub only_dead_letters: Vec<bool>,
}

impl Subscriber {
    /// A subscriber with idle workers.
    pub fn new(subscriber: &spec::Subscriber, placement: Placement, stream: impl Fn(&str) -> Stream) -> Subscriber {
        let share =
            |consumer: u32| subscriber.workers / subscriber.consumers + (consumer < subscriber.workers % subscriber.consumers) as u32;
        let consumer = |number| Consumer {
            station: Station::new(share(number), None),
            last_there: Time::ZERO,
            last_back: Time::ZERO,
            down: 0,
            slow: 1.0,
        };
        Subscriber {
            consumers: (0..subscriber.consumers).map(consumer).collect(),
            line: placement.line,
            queue: placement.queue,
            workflow: subscriber.runs == spec::Runs::Workflow,
            only_dead_letters: placement.only_dead_letters,
            guard: match subscriber.guard {
                spec::Guard::None => Guard::None,
                spec::Guard::Timestamp => Guard::Timestamp,
                spec::Guard::Version => Guard::Version,
            },
            work: subscriber.work.clone(),
            failure: subscriber.failure,
            poison: subscriber.poison,
            poison_usual: subscriber.poison,
            redelivery: placement.redelivery,
            path: placement.path,
            path_back: placement.path_back,
            caller: placement.caller,
            pipeline: subscriber.pipeline.as_ref().map(|pipeline| Box::new(Pipeline::new(pipeline, subscriber.consumers, &stream))),
            raises: placement.raises,
            work_stream: stream("work"),
            failure_stream: stream("failure"),
            poison_stream: stream("poison"),
            link_stream: stream("link"),
            settle_stream: stream("settle link"),
        }
    }

    /// How long the work on a message takes; its sequence number is asked for only where times are recorded.
    #[inline(always)]
    pub fn work(&mut self, event: u32, sequence: impl FnOnce() -> u64) -> Span {
        service_time(&self.work[event as usize], sequence, &mut self.work_stream)
    }

    /// Whether an attempt fails.
    #[inline]
    pub fn fails(&mut self) -> bool {
        self.failure_stream.chance(self.failure)
    }

    /// Whether a message that comes for the first time is one that it can't take.
    #[inline]
    pub fn is_poisoned(&mut self) -> bool {
        self.poison_stream.chance(self.poison)
    }

    /// From now on at least this share of its messages is such a one, or as many as usual again.
    pub fn poisoned(&mut self, share: Option<f64>) {
        self.poison = share.unwrap_or(0.0).max(self.poison_usual);
    }

    /// The side of it that calls.
    #[inline(always)]
    pub fn caller(&mut self) -> &mut Caller {
        self.caller.as_mut().expect("only a subscriber with callbacks calls")
    }

    /// The first step at which a message of this event asks somebody, if it does at all.
    #[inline(always)]
    pub fn first_call(&self, event: u32) -> Option<u16> {
        let caller = self.caller.as_ref()?;
        match caller.targets[event as usize] {
            Some(_) => Some(0),
            None => (!caller.services.is_empty()).then_some(1),
        }
    }

    /// Callbacks keep their worker.
    #[inline]
    pub fn waits_for_answers(&self) -> bool {
        self.caller.as_ref().is_none_or(|caller| caller.holds_worker)
    }
}
