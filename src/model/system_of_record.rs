//! A system of record: one line, in which its own users' requests, callbacks and polls stand alike, before its workers.

use super::disruption::slowed;
use super::notice::CopyRef;
use super::publisher::service_time;
use crate::scenario::spec::{self, Service};
use crate::sim::{Admission, Arrivals, Distribution, Pattern, Profile, Ring, Station, Stream};
use crate::units::{Span, Time};

/// Somebody who asks.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    /// One of its own users.
    Own,
    /// A subscriber.
    Callback { call: u16, at: CopyRef },
    /// A poller.
    Poll { poller: u16, call: u16 },
}

/// The owner and source of truth.
#[derive(Clone, Debug)]
pub struct SystemOfRecord {
    pub station: Station<Request>,
    service: Option<Service>,
    own_service: Distribution,
    own_arrivals: Option<Arrivals>,
    /// Callbacks in service and how long that takes, kept only where callers may give up.
    in_service: Vec<(CopyRef, u16, Span)>,
    abandonable: bool,
    /// How many disruptions keep it down, and how often it was.
    pub down: u32,
    pub life: u32,
    stopped_at: Time,
    /// What starts now takes so many times as long.
    pub slow: f64,
    service_stream: Stream,
    own_stream: Stream,
    own_service_stream: Stream,
}

/// Whom it leaves unanswered when it stops.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Callbacks in service.
    pub served: Vec<(CopyRef, u16, Span)>,
    /// Who stood in line and when they came.
    pub line: Ring<(Time, Request)>,
}

impl SystemOfRecord {
    /// An idle one; `abandonable` where callers may give up, or it may.
    pub fn new(sor: &spec::Sor, abandonable: bool, stream: impl Fn(&str) -> Stream) -> SystemOfRecord {
        SystemOfRecord {
            station: Station::new(sor.workers, sor.max_waiting),
            service: sor.service.clone(),
            own_service: sor.own_service.clone(),
            own_arrivals: sor
                .own_load
                .filter(|rate| rate.hertz() > 0.0)
                .map(|rate| Arrivals::new(&Pattern::Poisson, rate.hertz(), &Profile::default())),
            in_service: Vec::new(),
            abandonable,
            down: 0,
            life: 0,
            stopped_at: Time::ZERO,
            slow: 1.0,
            service_stream: stream("service"),
            own_stream: stream("own arrivals"),
            own_service_stream: stream("own service"),
        }
    }

    /// Somebody asks; nobody is let in while it is down.
    #[inline(always)]
    pub fn arrive(&mut self, now: Time, request: Request) -> Admission {
        if self.down > 0 { Admission::Refused } else { self.station.arrive(now, request) }
    }

    /// Whether a service that began then was lost. Nothing is served at the instant at which it stops.
    pub fn has_lost(&self, began: Time) -> bool {
        self.life > 0 && began <= self.stopped_at
    }

    /// It stops at once.
    pub fn stop(&mut self, now: Time) -> Stopped {
        self.life += 1;
        self.stopped_at = now;
        Stopped { served: std::mem::take(&mut self.in_service), line: self.station.clear() }
    }

    /// The next request of its own users.
    #[inline]
    pub fn next_own(&mut self) -> Option<Time> {
        self.own_arrivals.as_mut()?.next(&mut self.own_stream)
    }

    /// How long one of its own users' requests takes.
    #[inline]
    pub fn own_service(&mut self) -> Span {
        slowed(self.own_service.sample(&mut self.own_service_stream), self.slow)
    }

    /// A callback about the event with this sequence number is served: how long that takes.
    #[inline(always)]
    pub fn serve(&mut self, sequence: u64, call: u16, at: CopyRef) -> Span {
        let length = match &self.service {
            Some(service) => service_time(service, || sequence, &mut self.service_stream),
            None => Span::ZERO,
        };
        let length = slowed(length, self.slow);
        if self.abandonable {
            self.in_service.push((at, call, length));
        }
        length
    }

    /// A callback has been served: how long that took, where that may be of interest. None where it was lost in service.
    #[inline]
    pub fn served(&mut self, call: u16, at: CopyRef) -> Option<Span> {
        if !self.abandonable {
            return Some(Span::ZERO);
        }
        let place = self.in_service.iter().position(|(of, number, _)| (*of, *number) == (at, call))?;
        Some(self.in_service.swap_remove(place).2)
    }
}
