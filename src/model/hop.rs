//! The stages between a change and its being shown. Their times add up to the end-to-end latency.

/// A stage. The first [`super::change::PUBLISH_HOPS`] are common to all copies of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Hop {
    PublishWait,
    PublishLink,
    SegmentWait,
    SegmentWork,
    Journal,
    /// From the broker's first taking it to its becoming a dead letter.
    DeadLetter,
    Backlog,
    DeliverWait,
    DeliverWork,
    DeliveryLink,
    /// From the change to the request that brings it.
    PollWait,
    /// Request and page on their way.
    FeedLink,
    FeedWait,
    FeedService,
    Wait,
    Work,
    Connection,
    CallbackLink,
    SorWait,
    SorService,
    Backoff,
    /// For the answer to another event's callback.
    Coalesced,
    Parsing,
    Redelivery,
    Overtaken,
}

/// How many stages there are.
pub const HOPS: usize = 25;

/// All stages in order: name as in metrics, and whether it is waiting (which capacity can buy away).
pub const ALL: [(Hop, &str, bool); HOPS] = [
    (Hop::PublishWait, "publish_wait", true),
    (Hop::PublishLink, "publish_link", false),
    (Hop::SegmentWait, "segment_wait", true),
    (Hop::SegmentWork, "segment_work", false),
    (Hop::Journal, "journal", false),
    (Hop::DeadLetter, "dead_letter", false),
    (Hop::Backlog, "backlog", true),
    (Hop::DeliverWait, "deliver_wait", true),
    (Hop::DeliverWork, "deliver_work", false),
    (Hop::DeliveryLink, "delivery_link", false),
    (Hop::PollWait, "poll_wait", true),
    (Hop::FeedLink, "feed_link", false),
    (Hop::FeedWait, "feed_wait", true),
    (Hop::FeedService, "feed_service", false),
    (Hop::Wait, "wait", true),
    (Hop::Work, "work", false),
    (Hop::Connection, "connection", true),
    (Hop::CallbackLink, "callback_link", false),
    (Hop::SorWait, "sor_wait", true),
    (Hop::SorService, "sor_service", false),
    (Hop::Backoff, "backoff", true),
    (Hop::Coalesced, "coalesced", true),
    (Hop::Parsing, "parsing", false),
    (Hop::Redelivery, "redelivery", true),
    (Hop::Overtaken, "overtaken", false),
];
