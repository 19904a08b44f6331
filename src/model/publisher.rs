//! The publisher of one event: when changes come, of which resource, and which publishes are held back at its side.
//!
//! Knows nothing of the broker beyond "you may send" and "you may not".

use super::network::Path;
use crate::scenario::spec::{Event, Popularity, Refused, Service};
use crate::sim::{Arrivals, Distribution, Pattern, Stream, Zipf};
use crate::units::{Bytes, Span, Time};
use std::collections::VecDeque;

/// The longest back-off after a refusal.
const BACKOFF_MAX: Span = Span::from_secs(3600);

/// Publisher and source of one event.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub event: u32,
    /// The event has recorded arrivals.
    pub is_recorded: bool,
    arrivals: Arrivals,
    pub batch: u32,
    pub changes: u32,
    spacing: Distribution,
    resources: Option<u64>,
    zipf: Option<Zipf>,
    /// Numbers of the kinds, in the order of the lifecycle.
    kinds: Vec<u16>,
    draws_lot: bool,
    /// Some subscription's lifetimes are drawn.
    pub draws_lifetimes: bool,
    /// Selectors that the broker tests for each publish.
    pub selectors: u32,
    pub size: Bytes,
    pub priority: u8,
    pub persistent: bool,
    /// False: only feeds carry its event, and it publishes nothing.
    pub has_bus: bool,
    pub segment: u32,
    pub to: crate::core::Destination,
    pub path: Path,
    pub path_back: Path,
    /// Latest arrival on its connection, there and back.
    pub last_there: Time,
    pub last_back: Time,
    refused: Refused,
    window: u32,
    unconfirmed: u32,
    pub confirms: bool,
    pub blocked: bool,
    /// The number on record of the arrival that is being raised, where arrivals are recorded.
    pub number: Option<u64>,
    /// Changes that may not be sent yet.
    pub held: VecDeque<u32>,
    arrival_stream: Stream,
    spacing_stream: Stream,
    resource_stream: Stream,
    kind_stream: Stream,
    lot_stream: Stream,
    pub link_stream: Stream,
    backoff_stream: Stream,
}

/// What only the whole scenario can tell a publisher.
#[derive(Clone, Debug)]
pub struct Placement {
    pub event: u32,
    pub has_bus: bool,
    pub segment: u32,
    pub to: crate::core::Destination,
    pub path: Path,
    pub path_back: Path,
    pub kinds: Vec<u16>,
    pub persistent: bool,
    /// Some subscription lets through a share.
    pub draws_lot: bool,
    pub draws_lifetimes: bool,
    pub selectors: u32,
}

impl Publisher {
    /// A publisher before its first event; `stream` gives it its named streams.
    pub fn new(event: &Event, placement: Placement, stream: impl Fn(&str) -> Stream) -> Publisher {
        let changes = event.lifecycle.as_ref().map_or(1, |lifecycle| lifecycle.changes);
        let batch = event.arrivals.batch;
        let rate = match event.arrivals.pattern {
            Pattern::Poisson | Pattern::Regular | Pattern::Sine { .. } => event.arrivals.rate / (changes as f64 * batch as f64),
            _ => event.arrivals.rate,
        };
        Publisher {
            event: placement.event,
            is_recorded: matches!(event.arrivals.pattern, Pattern::Trace(_)),
            arrivals: Arrivals::new(&event.arrivals.pattern, rate, &event.arrivals.profile),
            batch,
            changes,
            spacing: event.lifecycle.as_ref().map(|lifecycle| lifecycle.spacing.clone()).unwrap_or_default(),
            resources: event.resources,
            zipf: match (event.popularity, event.resources) {
                (Popularity::Zipf(exponent), Some(n)) => Some(Zipf::new(n, exponent)),
                _ => None,
            },
            kinds: placement.kinds,
            draws_lot: placement.draws_lot,
            draws_lifetimes: placement.draws_lifetimes,
            selectors: placement.selectors,
            size: event.size,
            priority: event.priority,
            persistent: placement.persistent,
            has_bus: placement.has_bus,
            segment: placement.segment,
            to: placement.to,
            path: placement.path,
            path_back: placement.path_back,
            last_there: Time::ZERO,
            last_back: Time::ZERO,
            refused: event.refused.clone(),
            window: event.confirm_in_flight.unwrap_or(u32::MAX),
            confirms: event.confirm_in_flight.is_some(),
            unconfirmed: 0,
            blocked: false,
            number: None,
            held: VecDeque::new(),
            arrival_stream: stream("arrivals"),
            spacing_stream: stream("spacing"),
            resource_stream: stream("resource"),
            kind_stream: stream("kind"),
            lot_stream: stream("lot"),
            link_stream: stream("link"),
            backoff_stream: stream("backoff"),
        }
    }

    /// The next instant at which something is raised.
    #[inline]
    pub fn next_arrival(&mut self) -> Option<Time> {
        self.arrivals.next(&mut self.arrival_stream)
    }

    /// The number on record of the arrival that [`Publisher::next_arrival`] gave last.
    #[inline]
    pub fn number_of_last(&self) -> Option<u64> {
        self.arrivals.sequence()
    }

    /// From one change of a lifecycle to the next.
    pub fn next_spacing(&mut self) -> Span {
        self.spacing.sample(&mut self.spacing_stream)
    }

    /// Which resource a new lifecycle is about; none: one of its own.
    #[inline]
    pub fn next_resource(&mut self) -> Option<u64> {
        let n = self.resources?;
        Some(match &self.zipf {
            Some(zipf) => zipf.sample(&mut self.resource_stream),
            None => self.resource_stream.below(n),
        })
    }

    /// The kind of a change: the lifecycle's steps in order, or drawn evenly. `u16::MAX` where the event has no kinds.
    #[inline]
    pub fn kind(&mut self, step: u32) -> u16 {
        match self.kinds.len() {
            0 => u16::MAX,
            1 => self.kinds[0],
            n if self.changes > 1 => self.kinds[step as usize % n],
            n => self.kinds[self.kind_stream.below(n as u64) as usize],
        }
    }

    /// The message's lot, where a selector looks at it.
    #[inline]
    pub fn lot(&mut self) -> u64 {
        if self.draws_lot { self.lot_stream.bits() } else { 0 }
    }

    /// Takes a place in the window of unconfirmed publishes; false: it has to wait.
    #[inline]
    pub fn try_send(&mut self) -> bool {
        let free = !self.blocked && self.unconfirmed < self.window;
        self.unconfirmed += free as u32;
        free
    }

    /// A publish was confirmed or refused.
    #[inline]
    pub fn answered(&mut self) {
        self.unconfirmed -= 1;
    }

    /// How long until a publish that was refused for the `refusals`-th time is tried again; none: it is lost.
    pub fn retry_after(&mut self, refusals: u32) -> Option<Span> {
        let Refused::Retry { backoff, factor, retries } = &self.refused else { return None };
        if retries.is_some_and(|most| refusals > most) {
            return None;
        }
        let stretch = libm::pow(*factor, (refusals - 1) as f64);
        Some(backoff.sample(&mut self.backoff_stream).times(stretch).min(BACKOFF_MAX))
    }
}

/// Draws or looks up a service time.
#[inline(always)]
pub fn service_time(service: &Service, sequence: impl FnOnce() -> u64, stream: &mut Stream) -> Span {
    match service {
        Service::Drawn(distribution) => distribution.sample(stream),
        Service::Recorded { rows, otherwise } => recorded(rows, otherwise, sequence(), stream),
    }
}

/// Out of line, so that the usual case stays small.
#[inline(never)]
fn recorded(rows: &[(u64, Span)], otherwise: &Distribution, sequence: u64, stream: &mut Stream) -> Span {
    match rows.binary_search_by_key(&sequence, |row| row.0) {
        Ok(row) => rows[row].1,
        Err(_) => otherwise.sample(stream),
    }
}
