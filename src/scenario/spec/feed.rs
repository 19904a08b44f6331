//! Atom feeds and those who read them.

use super::{EventIndex, FeedIndex, Subscriber};
use crate::sim::Distribution;
use crate::units::Span;

/// An Atom feed: what a system of record appends to for its readers to ask for.
#[derive(Clone, Debug)]
pub struct Feed {
    pub name: String,
    pub of: EventIndex,
    /// Most entries in one answer; none: all there are.
    pub page: Option<u32>,
    /// Of one answer with entries, on a worker of the system of record.
    pub page_service: Distribution,
    /// Of an answer that nothing is new.
    pub not_modified_service: Distribution,
}

/// Who asks a feed for what is new.
#[derive(Clone, Debug)]
pub struct Poller {
    /// What it does with the entries: a subscriber in everything but how it gets them.
    pub reader: Subscriber,
    pub feed: FeedIndex,
    pub schedule: Schedule,
    /// From the tick to the poll.
    pub jitter: Distribution,
    /// It gives up a request after this time and tries again at its next tick.
    pub timeout: Option<Span>,
}

/// When polls are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// After this span and after every further one.
    Every(Span),
    /// Times of each day, ascending.
    At(Vec<Span>),
}

impl Schedule {
    /// From each tick to the next, over the day.
    pub fn gaps(&self) -> Vec<Span> {
        const DAY: Span = Span::from_secs(86_400);
        match self {
            Schedule::Every(every) => vec![*every],
            Schedule::At(times) => {
                let tomorrow = times.first().map(|first| *first + DAY);
                times.iter().zip(times.iter().skip(1).copied().chain(tomorrow)).map(|(time, next)| next - *time).collect()
            }
        }
    }
}
