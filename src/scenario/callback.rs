//! How a subscriber asks systems of record.

use super::spec::SorIndex;
use crate::sim::Distribution;
use crate::units::{Bytes, Span};

/// One REST request.
pub(super) const REST_REQUEST: Bytes = Bytes(400);
/// One REST answer where no event that comes has a heavy size.
pub(super) const REST_RESPONSE: Bytes = Bytes(2048);

/// What a light-weight event makes a subscriber do.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Whom it calls; none: the SOR that raised the event.
    pub to: Option<SorIndex>,
    pub style: Style,
    /// Of one request; not given: 400 B for REST, 2 KiB for SOAP.
    pub request: Bytes,
    /// Of one answer; not given: for REST the largest heavy size of the events that come, or 2 KiB where none has one; for SOAP
    /// three times that.
    pub response: Bytes,
    /// Paid by the caller for each answer; not given: nothing for REST, 2 ms for SOAP.
    pub parsing: Distribution,
    /// None: unlimited.
    pub connections: Option<u32>,
    pub holds_worker: bool,
    pub timeout: Option<Span>,
    pub retries: u32,
    pub backoff: Distribution,
    pub backoff_factor: f64,
    pub backoff_max: Option<Span>,
    /// How long an answer is used again for its resource.
    pub cache: Option<Span>,
    /// Events of one resource share a callback that is not yet served.
    pub coalesce: bool,
    pub breaker: Option<Breaker>,
}

/// When callbacks are not even tried.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    /// Consecutive ones that open it.
    pub failures: u32,
    pub open_for: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Rest,
    Soap,
}

impl Callback {
    /// REST through as many connections as it takes, without giving up and without trying again.
    pub fn plain() -> Callback {
        Callback {
            to: None,
            style: Style::Rest,
            request: REST_REQUEST,
            response: REST_RESPONSE,
            parsing: Distribution::default(),
            connections: None,
            holds_worker: true,
            timeout: None,
            retries: 0,
            backoff: Distribution::default(),
            backoff_factor: 1.0,
            backoff_max: None,
            cache: None,
            coalesce: false,
            breaker: None,
        }
    }
}
