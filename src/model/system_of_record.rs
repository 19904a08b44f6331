//! A system of record: one line, in which its own users' requests and the callbacks stand alike, before its workers.

use super::notice::CopyRef;
use super::publisher::service_time;
use crate::scenario::spec::{self, Service};
use crate::sim::{Arrivals, Distribution, Pattern, Station, Stream};
use crate::units::{Span, Time};

/// Somebody who asks.
#[derive(Clone, Copy, Debug)]
pub enum Request {
    /// One of its own users.
    Own,
    /// A subscriber.
    Callback { call: u16, at: CopyRef },
}

/// The owner and source of truth.
#[derive(Clone, Debug)]
pub struct SystemOfRecord {
    pub station: Station<Request>,
    service: Option<Service>,
    own_service: Distribution,
    own_arrivals: Option<Arrivals>,
    service_stream: Stream,
    own_stream: Stream,
    own_service_stream: Stream,
}

impl SystemOfRecord {
    /// An idle one.
    pub fn new(sor: &spec::Sor, stream: impl Fn(&str) -> Stream) -> SystemOfRecord {
        SystemOfRecord {
            station: Station::new(sor.workers, sor.max_waiting),
            service: sor.service.clone(),
            own_service: sor.own_service.clone(),
            own_arrivals: sor.own_load.filter(|rate| rate.hertz() > 0.0).map(|rate| Arrivals::new(&Pattern::Poisson, rate.hertz(), None)),
            service_stream: stream("service"),
            own_stream: stream("own arrivals"),
            own_service_stream: stream("own service"),
        }
    }

    /// The next request of its own users.
    #[inline]
    pub fn next_own(&mut self) -> Option<Time> {
        self.own_arrivals.as_mut()?.next(&mut self.own_stream)
    }

    /// How long one of its own users' requests takes.
    #[inline]
    pub fn own_service(&mut self) -> Span {
        self.own_service.sample(&mut self.own_service_stream)
    }

    /// How long a callback about the event with this sequence number takes.
    #[inline]
    pub fn service(&mut self, sequence: u64) -> Span {
        self.service.as_ref().map_or(Span::ZERO, |service| service_time(service, || sequence, &mut self.service_stream))
    }
}
