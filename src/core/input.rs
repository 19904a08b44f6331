//! What can be told to the broker and what it answers: the whole interface of the core.

use super::message::{ConsumerId, Delivery, DeliveryId, Destination, Message, PublisherId, QueueId, TopicId};
use super::policy::{Policy, Selector};
use crate::units::Span;

/// Something that happens to the broker, at the `now` it is handed with.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A publisher's message has arrived and is to be accepted.
    Publish {
        /// Who.
        publisher: PublisherId,
        /// Where to.
        to: Destination,
        /// What; `message.id` comes back in [`Output::Confirm`] and [`Output::Refuse`].
        message: Message,
    },
    /// A new subscription to a topic, with a queue of its own under a number that is not in use.
    Subscribe {
        /// Of which topic.
        topic: TopicId,
        /// The number of its queue from now on.
        queue: QueueId,
        /// What it lets through.
        selector: Selector,
        /// Keeps messages while its consumers are away.
        durable: bool,
        /// Limits and orders of its queue.
        policy: Box<Policy>,
    },
    /// Ends a subscription; what it holds is dropped.
    Unsubscribe {
        /// The subscription's queue.
        queue: QueueId,
    },
    /// A consumer connects.
    Attach {
        /// Its number, not in use by another attached consumer.
        consumer: ConsumerId,
        /// To which queue.
        queue: QueueId,
        /// Bound of its unacknowledged deliveries; none is unlimited, zero is invalid and taken as one.
        prefetch: Option<u32>,
    },
    /// A consumer's connection ends: its unacknowledged messages go back to the head, in their old order, with the redelivered mark.
    Detach {
        /// Which.
        consumer: ConsumerId,
    },
    /// Several consumers connect to a queue at one instant: all of them are there before the first of them is served.
    AttachAll {
        /// Each with its prefetch, as in [`Input::Attach`]; numbers in use by attached consumers are passed over.
        consumers: Vec<(ConsumerId, Option<u32>)>,
        /// To which queue.
        queue: QueueId,
    },
    /// Several connections end at one instant: nothing of what one of them had is handed to another.
    DetachAll {
        /// Which.
        consumers: Vec<ConsumerId>,
    },
    /// A delivery is done.
    Ack {
        /// Which.
        delivery: DeliveryId,
    },
    /// A delivery failed: back to the line after `delay`, or to its end when the delivery limit is reached.
    Nack {
        /// Which.
        delivery: DeliveryId,
        /// How long it stays away from the line.
        delay: Span,
    },
    /// From the next publish on, messages in this queue live so long (a policy change, as operators make; also how drawn lifetimes come in).
    Lifetime {
        /// Which queue or subscription.
        queue: QueueId,
        /// None: for ever.
        time_to_live: Option<Span>,
    },
    /// The broker stops at once: consumers are gone, messages that are not persistent are lost, publishes at the door are refused.
    Crash,
    /// The broker is back: persistent messages are ready again, consumers have to attach anew.
    Recover,
    /// A deadline that [`super::Broker::next_deadline`] named has come.
    Wake,
}

/// What the broker does in answer to an input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// The publish was accepted and so many copies of it placed (0 where no subscription wanted it). Comes before their deliveries.
    Confirm {
        /// Whose.
        publisher: PublisherId,
        /// The message's id.
        id: u64,
        /// Copies placed in queues.
        copies: u32,
    },
    /// The publish was refused by at least one queue; so many others took it all the same.
    Refuse {
        /// Whose.
        publisher: PublisherId,
        /// The message's id.
        id: u64,
        /// Copies placed in other queues.
        copies: u32,
        /// Why.
        cause: Refusal,
    },
    /// The publisher has to wait: its message is held at the door (it will be confirmed or refused later) and it should send no more.
    Block {
        /// Whom.
        publisher: PublisherId,
    },
    /// Nothing of the publisher is held any more; it may send again.
    Unblock {
        /// Whom.
        publisher: PublisherId,
    },
    /// A copy is handed to a consumer.
    Deliver(Delivery),
    /// A copy is gone for good without having been acknowledged.
    Drop {
        /// From which queue.
        queue: QueueId,
        /// The message.
        message: Message,
        /// Why.
        cause: Cause,
    },
    /// A copy was moved to the dead-letter queue.
    DeadLetter {
        /// From which queue.
        queue: QueueId,
        /// Into which.
        to: QueueId,
        /// The message.
        message: Message,
        /// Why.
        cause: Cause,
    },
}

/// Why a copy left its queue without an ack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Its time to live ran out.
    Expired,
    /// The line was full.
    Overflow,
    /// It reached the delivery limit.
    Deliveries,
    /// The subscription was not durable and its consumer went away, or it was ended.
    NotDurable,
    /// The broker crashed and the message was not persistent.
    Crash,
}

/// Why a publish was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// A queue was full.
    Full(QueueId),
    /// There is no such topic or queue.
    Unknown,
    /// The broker is down.
    Down,
}
