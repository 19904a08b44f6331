//! A circuit breaker: after so many failures in a row nobody is let through for a while; then one request probes, and its fate
//! decides (M. Nygard, Release It!, 2nd ed. 2018, ch. 5).
//!
//! Knows nothing of what is called. What comes back from requests that were sent before it opened changes nothing any more.

use super::notice::CopyRef;
use crate::units::{Span, Time};

/// What a breaker does at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Lets everybody through; so many failures since the last success.
    Closed { failures: u32 },
    /// Lets nobody through before this instant, and one then.
    Open { until: Time },
    /// One is through; all others wait for its fate.
    HalfOpen { probe: CopyRef },
}

/// One caller's breaker for one system of record.
#[derive(Clone, Debug)]
pub struct Breaker {
    failures: u32,
    open_for: Span,
    state: State,
}

impl Breaker {
    /// A closed one.
    pub fn new(failures: u32, open_for: Span) -> Breaker {
        Breaker { failures, open_for, state: State::Closed { failures: 0 } }
    }

    /// Nobody is let through now.
    pub fn refuses(&self, now: Time) -> bool {
        match self.state {
            State::Closed { .. } => false,
            State::Open { until } => now < until,
            State::HalfOpen { .. } => true,
        }
    }

    /// The request whose fate decides.
    pub fn probe(&self) -> Option<CopyRef> {
        match self.state {
            State::HalfOpen { probe } => Some(probe),
            _ => None,
        }
    }

    /// Nothing will ever be heard of the probe: the next one is let through.
    pub fn lose_probe(&mut self, now: Time) {
        self.state = State::Open { until: now };
    }

    /// A request goes out, which must not have been refused; the first after the open time is the probe.
    pub fn pass(&mut self, at: CopyRef) {
        if let State::Open { .. } = self.state {
            self.state = State::HalfOpen { probe: at };
        }
    }

    /// How a request ended.
    pub fn hear(&mut self, now: Time, at: CopyRef, succeeded: bool) {
        self.state = match self.state {
            State::Closed { .. } if succeeded => State::Closed { failures: 0 },
            State::Closed { failures } if failures + 1 < self.failures => State::Closed { failures: failures + 1 },
            State::Closed { .. } => State::Open { until: now + self.open_for },
            State::HalfOpen { probe } if probe == at && succeeded => State::Closed { failures: 0 },
            State::HalfOpen { probe } if probe == at => State::Open { until: now + self.open_for },
            other => other,
        };
    }
}
