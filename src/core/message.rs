//! What travels through the broker, and the names (dense numbers) of everything in it.

use crate::units::{Bytes, Time};

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
    )+ };
}

identifiers! {
    /// A topic of this broker.
    TopicId,
    /// A waiting place of messages: a point-to-point queue, or a subscription's own queue behind a topic.
    QueueId,
    /// A consumer attached to one queue.
    ConsumerId,
    /// Whoever publishes; what the broker blocks, confirms and refuses to.
    PublisherId,
}

/// A message as the broker sees it. The body stays with the caller, who finds it again by `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// The caller's own name of it; the broker never looks inside.
    pub id: u64,
    /// What it is about: the message group for [`super::Ordering::ByResource`].
    pub resource: u64,
    /// A number drawn by the publisher for selectors that let a share through; zero where none does.
    pub lot: u64,
    /// Size on the wire and in memory.
    pub size: Bytes,
    /// Which step of its lifecycle, for selectors by kind.
    pub kind: u16,
    /// 0 to 9, 9 is most urgent; only queues with priorities look at it.
    pub priority: u8,
    /// Survives a crash of the broker.
    pub persistent: bool,
}

/// Where a publish goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To every subscription whose selector admits the message.
    Topic(TopicId),
    /// To one queue.
    Queue(QueueId),
}

/// One hand-over of one copy. Acks of anything else than the latest hand-over are stale and ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// The copy's place in the broker: the same at each of its deliveries, reused after it is settled. Dense from zero, so that a
    /// caller may keep a table beside it.
    pub copy: u32,
    /// Which hand-over, counted over the whole broker.
    pub stamp: u32,
}

/// A delivery as the consumer receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To be named in the ack or nack.
    pub id: DeliveryId,
    /// Who gets it.
    pub consumer: ConsumerId,
    /// From which queue.
    pub queue: QueueId,
    /// 1 for the first hand-over of this copy.
    pub attempt: u32,
    /// May have been seen before (redelivered mark): true from the second attempt on, and after a crash for persistent unacked ones.
    pub redelivered: bool,
    /// When the broker accepted it into this queue.
    pub accepted: Time,
    /// The message.
    pub message: Message,
}
