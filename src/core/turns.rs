//! Whose turn it is: the consumers of one queue that have credit.
//!
//! Strict turns as RabbitMQ takes them: the first in line is served and goes to the end, whatever is already buffered at it; one
//! without credit leaves the line and joins its end when it has credit again.
//!
//! Knows nothing of messages. Invariant: a consumer is in here exactly while its in-flight count is below its prefetch.

use super::message::{ConsumerId, QueueId};
use super::policy::Dispatch;
use super::store::{Linked, Links, List, Slab};
use std::collections::BTreeSet;

/// An attached consumer.
pub(super) struct Consumer {
    pub(super) id: ConsumerId,
    pub(super) queue: QueueId,
    pub(super) prefetch: u32,
    pub(super) in_flight: u32,
    /// Its unacknowledged copies, in the order of their hand-over.
    pub(super) unacked: List,
    links: Links,
    /// When it was last at the end of the line; orders equals under least in flight.
    turn: u64,
}

impl Consumer {
    pub(super) fn new(id: ConsumerId, queue: QueueId, prefetch: Option<u32>) -> Consumer {
        let prefetch = prefetch.unwrap_or(u32::MAX).max(1);
        Consumer { id, queue, prefetch, in_flight: 0, unacked: List::EMPTY, links: Links::ALONE, turn: 0 }
    }

    #[inline]
    fn has_credit(&self) -> bool {
        self.in_flight < self.prefetch
    }
}

impl Linked for Consumer {
    #[inline]
    fn links(&self) -> &Links {
        &self.links
    }
    #[inline]
    fn links_mut(&mut self) -> &mut Links {
        &mut self.links
    }
}

/// The consumers with credit, next one first.
pub(super) enum Turns {
    /// Strictly in turn.
    RoundRobin(List),
    /// By (in flight, turn, consumer).
    LeastInFlight { line: BTreeSet<(u32, u64, u32)>, turns: u64 },
}

impl Turns {
    pub(super) fn new(dispatch: Dispatch) -> Turns {
        match dispatch {
            Dispatch::RoundRobin => Turns::RoundRobin(List::EMPTY),
            Dispatch::LeastInFlight => Turns::LeastInFlight { line: BTreeSet::new(), turns: 0 },
        }
    }

    #[inline]
    pub(super) fn next(&self) -> Option<u32> {
        match self {
            Turns::RoundRobin(line) => line.first(),
            Turns::LeastInFlight { line, .. } => line.first().map(|(.., consumer)| *consumer),
        }
    }

    /// A consumer that has credit and is not in line goes to its end.
    #[inline(never)]
    pub(super) fn join(&mut self, consumers: &mut Slab<Consumer>, consumer: u32) {
        match self {
            Turns::RoundRobin(line) => line.push_back(consumers, consumer),
            Turns::LeastInFlight { line, turns } => {
                *turns += 1;
                consumers[consumer].turn = *turns;
                line.insert((consumers[consumer].in_flight, *turns, consumer));
            }
        }
    }

    /// A consumer goes away.
    #[inline]
    pub(super) fn leave(&mut self, consumers: &mut Slab<Consumer>, consumer: u32) {
        if !consumers[consumer].has_credit() {
            return;
        }
        match self {
            Turns::RoundRobin(line) => line.remove(consumers, consumer),
            Turns::LeastInFlight { line, .. } => {
                line.remove(&(consumers[consumer].in_flight, consumers[consumer].turn, consumer));
            }
        }
    }

    /// The consumer, which is the next one, gets a message: false when it is to be moved for that by [`Turns::move_back`].
    ///
    /// Who is alone in line stays there: by far the most frequent case, and the only one that is worth its place in the caller.
    #[inline(always)]
    pub(super) fn serve(&self, served: &mut Consumer, consumer: u32) -> bool {
        served.in_flight += 1;
        served.has_credit() && matches!(self, Turns::RoundRobin(line) if line.ends_with(consumer))
    }

    /// A consumer that was served goes to the end of the line, or out of it when that was its last credit.
    #[inline(never)]
    pub(super) fn move_back(&mut self, consumers: &mut Slab<Consumer>, consumer: u32) {
        let Consumer { in_flight, turn, .. } = consumers[consumer];
        match self {
            Turns::RoundRobin(line) => line.remove(consumers, consumer),
            Turns::LeastInFlight { line, .. } => {
                line.remove(&(in_flight - 1, turn, consumer));
            }
        }
        if consumers[consumer].has_credit() {
            self.join(consumers, consumer);
        }
    }

    /// The consumer is rid of one message; with its first credit it joins the line again, else it keeps its turn.
    #[inline(always)]
    pub(super) fn relieve(&mut self, consumers: &mut Slab<Consumer>, consumer: u32) {
        let relieved = &mut consumers[consumer];
        let (had_credit, before, turn) = (relieved.has_credit(), relieved.in_flight, relieved.turn);
        relieved.in_flight = before - 1;
        if !had_credit {
            self.join(consumers, consumer);
        } else if let Turns::LeastInFlight { line, .. } = self {
            rank_again(line, (before, turn, consumer));
        }
    }
}

/// A consumer in line has one message less in flight.
#[inline(never)]
fn rank_again(line: &mut BTreeSet<(u32, u64, u32)>, rank: (u32, u64, u32)) {
    let (in_flight, turn, consumer) = rank;
    line.remove(&rank);
    line.insert((in_flight - 1, turn, consumer));
}
