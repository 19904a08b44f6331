//! A segment: one broker, the threads that pay for its operations, and its journal.
//!
//! Knows what an operation costs and who waits for a thread; what an operation does, the broker and the world know.

use super::disruption::slowed;
use super::notice::Job;
use crate::core::{Broker, Output};
use crate::scenario::spec::{self, Cost, Persist};
use crate::sim::{Distribution, Station, Stream};
use crate::units::{Bytes, Span, Time};
use std::collections::VecDeque;

/// One isolated share of broker capacity.
pub struct Segment {
    pub broker: Broker,
    pub station: Station<Job>,
    pub prices: Prices,
    /// By how much each ready message lengthens an operation.
    pub penalty: Option<f64>,
    pub journal: Option<Journal>,
    /// Answers of the broker that are still to be worked off, oldest first; see `World::tell`.
    pub outputs: Vec<Output>,
    /// Room for those that are being worked off.
    pub working: Vec<Output>,
    pub draining: bool,
    /// The earliest Wake in the calendar.
    pub wake_at: Time,
    /// Some queue has deadlines.
    pub timed: bool,
    pub blocked_publishers: u32,
    /// How many disruptions keep it down, and how often it was.
    pub down: u32,
    pub life: u32,
}

/// What operations cost, each with a stream of its own.
#[derive(Clone, Debug)]
pub struct Prices {
    receive: (Distribution, Stream),
    select: (Distribution, Stream),
    deliver: (Distribution, Stream),
    acknowledge: (Distribution, Stream),
    per_kib: (Distribution, Stream),
    /// Operations that cost nothing don't wait for a thread.
    pub receive_free: bool,
    pub deliver_free: bool,
    pub acknowledge_free: bool,
    /// What starts now takes so many times as long.
    pub slow: f64,
}

impl Prices {
    fn new(cost: &Cost, stream: &impl Fn(&str) -> Stream) -> Prices {
        let priced = |distribution: &Distribution, purpose| (distribution.clone(), stream(purpose));
        let per_kib_free = cost.per_kib.is_zero();
        Prices {
            receive: priced(&cost.receive, "receive"),
            select: priced(&cost.select, "select"),
            deliver: priced(&cost.deliver, "deliver"),
            acknowledge: priced(&cost.acknowledge, "acknowledge"),
            per_kib: priced(&cost.per_kib, "per_kib"),
            receive_free: cost.receive.is_zero() && cost.select.is_zero() && per_kib_free,
            deliver_free: cost.deliver.is_zero() && per_kib_free,
            acknowledge_free: cost.acknowledge.is_zero(),
            slow: 1.0,
        }
    }

    /// Taking in a message of this size past so many selectors (Menth and Henjes 2006: t_receive + n t_filter).
    #[inline]
    pub fn receive(&mut self, size: Bytes, selectors: u32) -> Span {
        let mut time = draw(&mut self.receive) + self.sized(size);
        for _ in 0..selectors {
            time += draw(&mut self.select);
        }
        slowed(time, self.slow)
    }

    /// Handing over one copy.
    #[inline]
    pub fn deliver(&mut self, size: Bytes) -> Span {
        let time = draw(&mut self.deliver) + self.sized(size);
        slowed(time, self.slow)
    }

    /// Taking in an ack or nack.
    #[inline]
    pub fn acknowledge(&mut self) -> Span {
        slowed(draw(&mut self.acknowledge), self.slow)
    }

    #[inline]
    fn sized(&mut self, size: Bytes) -> Span {
        if self.per_kib.0.is_zero() { Span::ZERO } else { draw(&mut self.per_kib).times(size.kib()) }
    }
}

#[inline]
fn draw((distribution, stream): &mut (Distribution, Stream)) -> Span {
    distribution.sample(stream)
}

/// The journal: one write at a time, up to a group of messages in it.
#[derive(Clone, Debug)]
pub struct Journal {
    write: Distribution,
    stream: Stream,
    group: usize,
    waiting: VecDeque<u32>,
    writing: Vec<u32>,
}

impl Journal {
    fn new(persist: &Persist, stream: Stream) -> Journal {
        Journal { write: persist.write.clone(), stream, group: persist.group as usize, waiting: VecDeque::new(), writing: Vec::new() }
    }

    /// A message to be written; how long the write takes that starts at once, none while another is under way.
    pub fn put(&mut self, change: u32) -> Option<Span> {
        self.waiting.push_back(change);
        if self.writing.is_empty() { self.start() } else { None }
    }

    /// The write under way is done: swaps what was written into `written`.
    pub fn finish(&mut self, written: &mut Vec<u32>) {
        std::mem::swap(&mut self.writing, written);
        self.writing.clear();
    }

    /// What was not written yet is gone.
    pub fn clear(&mut self) -> Vec<u32> {
        self.writing.drain(..).chain(self.waiting.drain(..)).collect()
    }

    /// Starts the next write, if anything waits.
    pub fn start(&mut self) -> Option<Span> {
        let group = self.group.min(self.waiting.len());
        self.writing.extend(self.waiting.drain(..group));
        if group > 0 { Some(self.write.sample(&mut self.stream)) } else { None }
    }
}

impl Segment {
    /// The broker has nothing to say and nothing to do by itself.
    #[inline]
    pub fn is_quiet(&self) -> bool {
        self.outputs.is_empty() && !self.draining && !self.timed
    }

    /// How long an operation takes at the present depth of the backlog.
    #[inline]
    pub fn deepened(&self, length: Span) -> Span {
        match self.penalty {
            None => length,
            Some(each) => length.times(1.0 + each * self.broker.ready_in_all() as f64),
        }
    }

    /// A segment with an empty broker.
    pub fn new(segment: &spec::Segment, broker: Broker, timed: bool, stream: impl Fn(&str) -> Stream) -> Segment {
        Segment {
            broker,
            station: Station::new(segment.threads, None),
            prices: Prices::new(&segment.cost, &stream),
            penalty: segment.backlog_penalty,
            journal: segment.persist.as_ref().map(|persist| Journal::new(persist, stream("journal"))),
            outputs: Vec::new(),
            working: Vec::new(),
            draining: false,
            wake_at: Time::MAX,
            timed,
            blocked_publishers: 0,
            down: 0,
            life: 0,
        }
    }
}
