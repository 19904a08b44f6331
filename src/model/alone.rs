//! What a system of record's own users would feel if nobody else asked it: the same requests, each as long, before the same workers.
//!
//! First come, first served: a request starts when it has come and a worker is free (J. Kiefer and J. Wolfowitz, On the theory of queues
//! with many servers, 1955). Takes what happens and draws nothing. Requests that the real line refuses are not here either.

use crate::stats::Histogram;
use crate::units::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The line without callbacks and polls.
#[derive(Clone, Debug)]
pub struct Alone {
    /// When each worker is free.
    free_at: BinaryHeap<Reverse<Time>>,
    measured_from: Time,
    /// From a request's coming to its end.
    pub latency: Histogram,
}

impl Alone {
    /// Workers at rest.
    pub fn new(workers: u32, measured_from: Time) -> Alone {
        Alone { free_at: vec![Reverse(Time::ZERO); workers as usize].into(), measured_from, latency: Histogram::default() }
    }

    /// A request that came then takes so long; requests are told in the order of their coming.
    pub fn served(&mut self, came: Time, length: Span) {
        let Some(mut first) = self.free_at.peek_mut() else { return };
        let ends = first.0.max(came) + length;
        *first = Reverse(ends);
        if came >= self.measured_from {
            self.latency.record(ends.since(came));
        }
    }

    /// The system stops, and starts anew with nobody in it.
    pub fn stopped(&mut self) {
        self.free_at = vec![Reverse(Time::ZERO); self.free_at.len()].into();
    }
}
