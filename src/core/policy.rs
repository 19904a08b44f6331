//! What a queue may hold, in which order it hands out, and what it does with what it can't keep.

use super::message::{Message, QueueId};
use crate::units::{Bytes, Span};

/// Limits and orders of one queue or subscription. The default limits nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Most ready messages; checked after hand-over to a consumer with credit, so 0 is pure loss.
    pub max_length: Option<u64>,
    /// Most bytes of ready messages.
    pub max_bytes: Option<Bytes>,
    /// What gives way at the limit.
    pub overflow: Overflow,
    /// How long a message may stand ready.
    pub time_to_live: Option<Span>,
    /// After so many failed deliveries a message is dead-lettered, or dropped where there is no dead-letter queue.
    pub max_deliveries: Option<u32>,
    /// Where a message goes back to after a nack.
    pub requeue: Requeue,
    /// Where dead letters go.
    pub dead_letter: Option<QueueId>,
    /// Urgent messages first.
    pub priorities: bool,
    /// Which messages may be out at the same time.
    pub ordering: Ordering,
    /// Who of several consumers with credit is next.
    pub dispatch: Dispatch,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            max_length: None,
            max_bytes: None,
            overflow: Overflow::Reject,
            time_to_live: None,
            max_deliveries: None,
            requeue: Requeue::Head,
            dead_letter: None,
            priorities: false,
            ordering: Ordering::None,
            dispatch: Dispatch::RoundRobin,
        }
    }
}

/// What happens when a full queue gets one more message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The publish is refused to its publisher.
    Reject,
    /// The oldest ready message is dropped (dead-lettered where there is a dead-letter queue).
    DropOldest,
    /// The new message goes to the dead-letter queue, or is dropped where there is none.
    DeadLetter,
    /// The publish is held at the door until there is room, and its publisher blocked.
    Block,
}

/// Where a nacked message stands when it is ready again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeue {
    /// Where it stood: before everything that came after it.
    Head,
    /// Behind everything.
    Tail,
}

/// Constraints on concurrent deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordering {
    /// None.
    None,
    /// One message of a resource at a time, in their order (message groups).
    ByResource,
}

/// The next of several consumers with credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// Strictly in turn, whatever is already buffered at them (as RabbitMQ does).
    RoundRobin,
    /// The one with the fewest unacknowledged deliveries; among equals in turn.
    LeastInFlight,
}

/// What a subscription lets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Everything.
    All,
    /// Messages of these kinds.
    Kinds(Vec<u16>),
    /// A share of the messages, decided by each message's own lot and this subscription's salt, so independently of other subscriptions.
    Share {
        /// Lets through `threshold` of 2^32.
        threshold: u32,
        /// Tells subscriptions apart.
        salt: u64,
    },
}

impl Selector {
    /// Whether the subscription wants this message.
    #[inline]
    pub fn admits(&self, message: &Message) -> bool {
        match self {
            Selector::All => true,
            Selector::Kinds(kinds) => kinds.contains(&message.kind),
            Selector::Share { threshold, salt } => ((mix(message.lot ^ salt) >> 32) as u32) < *threshold,
        }
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input moves every bit of the output.
pub(super) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
