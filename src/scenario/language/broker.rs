//! `[segment.NAME]`, `[topic.NAME]`, `[queue.NAME]`, and the policies that queues and subscriptions share.

use super::{Key, Kind, Name, Section, default, optional, required};

pub(super) const SEGMENT: Section = Section {
    path: "segment.NAME",
    meaning: "An isolated share of broker capacity, which serves some topics and queues.",
    keys: &[
        optional("zone", Kind::Name(Name::Zone), "no distance to anything", "\"datacenter\"", "Where it stands."),
        default("threads", Kind::Whole(1, 100_000), "1", "2", "Broker operations that it does at once."),
        optional(
            "cost",
            Kind::Table(&COST),
            "the broker's operations take no time",
            "{ receive = \"180us\", deliver = \"120us\" }",
            "Time of a thread for each operation.",
        ),
        optional(
            "persist",
            Kind::Table(&PERSIST),
            "messages are not written",
            "{ write = \"lognormal(p50=1ms, p99=6ms)\", group = 64 }",
            "A journal, written before the confirm. What it holds survives the loss of the segment.",
        ),
        optional("memory", Kind::Bytes, "unlimited", "\"1GiB\"", "Above it publishers are blocked, until it falls below 80 % of it."),
        optional(
            "backlog_penalty",
            Kind::Penalty,
            "none",
            "\"20% per 1M\"",
            "So much longer takes every operation for so many messages that are ready on the segment.",
        ),
    ],
    rest: None,
};

const COST: Section = Section {
    path: "segment.NAME.cost",
    meaning: "What each operation takes of a thread.",
    keys: &[
        default("receive", Kind::Distribution, "0", "\"180us\"", "A publish."),
        default("select", Kind::Distribution, "0", "\"10us\"", "A selector tested."),
        default("deliver", Kind::Distribution, "0", "\"120us\"", "A copy handed over."),
        default("acknowledge", Kind::Distribution, "0", "\"30us\"", "An ack or a nack."),
        default("per_kib", Kind::Distribution, "0", "\"4us\"", "Each KiB of a message, at receive and at deliver."),
    ],
    rest: None,
};

const PERSIST: Section = Section {
    path: "segment.NAME.persist",
    meaning: "The journal.",
    keys: &[
        required("write", Kind::Distribution, "\"lognormal(p50=1ms, p99=6ms)\"", "One write."),
        default("group", Kind::Whole(1, 1_000_000), "1", "64", "Most messages in one write (group commit)."),
    ],
    rest: None,
};

pub(super) const TOPIC: Section = Section {
    path: "topic.NAME",
    meaning: "A topic: each subscription gets its own copy of every message. It keeps none itself.",
    keys: &[SEGMENT_OF],
    rest: None,
};

const SEGMENT_OF: Key = required("segment", Kind::Name(Name::Segment), "\"bus\"", "The segment that serves it.");

pub(super) const QUEUE: Section = Section {
    path: "queue.NAME",
    meaning: "A queue: point to point, its consumers compete. Names are unique across topics and queues.",
    keys: &[
        SEGMENT_OF,
        MAX_LENGTH,
        MAX_BYTES,
        OVERFLOW,
        TIME_TO_LIVE,
        MAX_DELIVERIES,
        REDELIVERY_DELAY,
        REDELIVERY_FACTOR,
        REDELIVERY_DELAY_MAX,
        REQUEUE,
        DEAD_LETTER,
        PRIORITIES,
    ],
    rest: None,
};

pub(super) const MAX_LENGTH: Key = optional(
    "max_length",
    Kind::Whole(0, u64::MAX),
    "unlimited",
    "100_000",
    "Messages that may be ready, counted after the hand-over to consumers with credit: 0 is a pure loss system.",
);
pub(super) const MAX_BYTES: Key = optional("max_bytes", Kind::Bytes, "unlimited", "\"64MiB\"", "The same in bytes.");
pub(super) const OVERFLOW: Key = default(
    "overflow",
    Kind::Word(&["reject", "drop_oldest", "dead_letter", "block"]),
    "\"reject\"",
    "\"drop_oldest\"",
    "Where the limit is reached: `\"reject\"` tells the publisher, `\"dead_letter\"` moves the new message, `\"drop_oldest\"` loses the head, `\"block\"` holds the publisher.",
);
pub(super) const TIME_TO_LIVE: Key = optional(
    "time_to_live",
    Kind::Distribution,
    "for ever",
    "\"1h\"",
    "After it a message that is still ready expires, wherever it stands. Not none.",
);
pub(super) const MAX_DELIVERIES: Key = optional(
    "max_deliveries",
    Kind::Whole(1, u32::MAX as u64),
    "without end",
    "5",
    "Deliveries of one message, the first one included; then it is a dead letter, or dropped where there is no `dead_letter`.",
);
pub(super) const REDELIVERY_DELAY: Key =
    default("redelivery_delay", Kind::Distribution, "0", "\"exp(1s)\"", "After a failed attempt, before the message is ready again.");
pub(super) const REDELIVERY_FACTOR: Key =
    default("redelivery_factor", Kind::Number(1.0, 1000.0), "1", "2", "Each further delay of a message is so many times longer.");
pub(super) const REDELIVERY_DELAY_MAX: Key =
    optional("redelivery_delay_max", Kind::Span, "no limit", "\"1m\"", "The longest of these delays.");
pub(super) const REQUEUE: Key =
    default("requeue", Kind::Word(&["head", "tail"]), "\"head\"", "\"tail\"", "Where a message that failed goes back to.");
pub(super) const DEAD_LETTER: Key = optional(
    "dead_letter",
    Kind::Name(Name::Queue),
    "dead letters are dropped",
    "\"dead\"",
    "The queue, on the same segment, that dead letters go to.",
);
pub(super) const PRIORITIES: Key = default("priorities", Kind::Boolean, "false", "true", "Messages of a higher `priority` first.");
