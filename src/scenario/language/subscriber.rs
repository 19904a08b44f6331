//! `[subscriber.NAME]` with its callback and stages, and `[poller.NAME]`.

use super::broker::{
    DEAD_LETTER, MAX_BYTES, MAX_DELIVERIES, MAX_LENGTH, OVERFLOW, PRIORITIES, REDELIVERY_DELAY, REDELIVERY_DELAY_MAX, REDELIVERY_FACTOR,
    REQUEUE, TIME_TO_LIVE,
};
use super::{Key, Kind, Name, Section, default, optional, required};

pub(super) const SUBSCRIBER: Section = Section {
    path: "subscriber.NAME",
    meaning: "Who gets the messages of a topic (a copy of each) or of a queue (competing for them), and what that takes. A subscription to a topic has the policies of a queue too.",
    keys: &[
        ZONE,
        required("from", Kind::Name(Name::TopicOrQueue), "\"tickets\"", "Where its messages come from."),
        default("durable", Kind::Boolean, "true", "false", "Topics only: what comes while it is away is kept."),
        default(
            "runs",
            Kind::Word(&["listener", "workflow", "actors", "topology"]),
            "\"listener\"",
            "\"workflow\"",
            "`\"listener\"`: on a machine of its own. `\"workflow\"`: on the segment's threads. `\"actors\"`: stages with bounded mailboxes, which push back. `\"topology\"`: stages behind a spout, which replays what is late.",
        ),
        WORKERS,
        optional(
            "prefetch",
            Kind::Whole(1, u32::MAX as u64),
            "unlimited",
            "20",
            "Of each consumer: messages that it may have unacknowledged, those in work included. Workers beyond it starve.",
        ),
        default(
            "consumers",
            Kind::Whole(1, 10_000),
            "1",
            "2",
            "Connections, at most as many as workers, which are split evenly over them; each has its own prefetch and line.",
        ),
        default(
            "dispatch",
            Kind::Word(&["round_robin", "least_in_flight"]),
            "\"round_robin\"",
            "\"least_in_flight\"",
            "Which of the consumers with credit gets the next message: strictly in turn, where one that has got a message, or credit again, joins the end; or the one with the fewest in flight.",
        ),
        default(
            "ordering",
            Kind::Word(&["none", "by_resource"]),
            "\"none\"",
            "\"by_resource\"",
            "`\"by_resource\"`: one message of a resource at a time (message groups).",
        ),
        optional(
            "work",
            Kind::Either(&Kind::Service, &Kind::Each("event", &Kind::Service)),
            "none",
            "\"exp(20ms)\"",
            "Time of a worker for one message, the same for all or by event.",
        ),
        FAILURE,
        POISON,
        GUARD,
        default(
            "selector",
            Kind::Either(&Kind::Share, &Kind::Table(&SELECTOR)),
            "\"100%\"",
            "\"50%\"",
            "Topics only: what the subscription lets through, a share of the messages or the kinds that are named.",
        ),
        optional(
            "callback",
            Kind::Table(&CALLBACK),
            "it is content with what the event says",
            "{ connections = 8, timeout = \"2s\" }",
            "How it asks a system of record about a light-weight event.",
        ),
        CALLS,
        optional(
            "raises",
            Kind::List(&RAISES),
            "none",
            "[{ event = \"profile_changed\", share = \"40%\" }]",
            "Derived events, published when it is done with a message: at most one of the list. A message that is done once more (its ack was lost, its tree replayed) raises once more.",
        ),
        optional(
            "stage",
            Kind::List(&STAGE),
            "needed with `runs = \"actors\"` or `\"topology\"`",
            "[{ name = \"enrich\", tasks = 4, work = \"exp(3ms)\" }]",
            "The steps of a pipeline, in order.",
        ),
        optional(
            "max_pending",
            Kind::Whole(1, u32::MAX as u64),
            "what the prefetch lets come",
            "1000",
            "Topologies: messages of each consumer's spout that may be incomplete.",
        ),
        optional(
            "replay_after",
            Kind::SpanAboveZero,
            "never",
            "\"30s\"",
            "Topologies: a message that is not complete by then is emitted again, while the old one goes on.",
        ),
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

const ZONE: Key = optional("zone", Kind::Name(Name::Zone), "no distance to anything", "\"park\"", "Where it stands.");
const WORKERS: Key = default("workers", Kind::Whole(1, 100_000), "1", "4", "Messages that it works on at once.");
const FAILURE: Key = default(
    "failure",
    Kind::Share,
    "\"0%\"",
    "\"0.1%\"",
    "Share of attempts that fail at their end, all costs paid: the message is delivered again.",
);
const POISON: Key = default("poison", Kind::Share, "\"0%\"", "\"0.5%\"", "Share of messages on which every attempt fails.");
const GUARD: Key = default(
    "guard",
    Kind::Word(&["none", "timestamp", "version"]),
    "\"none\"",
    "\"version\"",
    "How its view takes an older version than it shows: overwrites, compares the system's time stamps (which `clock_skew` fools), or compares versions.",
);
const CALLS: Key = optional(
    "calls",
    Kind::Several(&Kind::Name(Name::Sor), 1, 100),
    "none",
    "[\"crm\"]",
    "Services of other systems of record that it calls after its callback, one after the other. Its worker, or a workflow's thread of the segment, waits for the answers unless `holds_worker` is `false`.",
);

const SELECTOR: Section = Section {
    path: "subscriber.NAME.selector",
    meaning: "A selector by kind.",
    keys: &[required("kinds", Kind::Several(&Kind::Name(Name::Kind), 1, usize::MAX), "[\"create\"]", "The kinds that are let through.")],
    rest: None,
};

const RAISES: Section = Section {
    path: "subscriber.NAME.raises.N",
    meaning: "A derived event. Shares of one list add up to at most 100%.",
    keys: &[
        required("event", Kind::Name(Name::Event), "\"profile_changed\"", "What is raised; such an event needs no `rate`."),
        default("share", Kind::Share, "\"100%\"", "\"40%\"", "Of the messages that come."),
    ],
    rest: None,
};

const STAGE: Section = Section {
    path: "subscriber.NAME.stage.N",
    meaning: "A step of a pipeline (`runs = \"actors\"` or `\"topology\"`), of up to 100.",
    keys: &[
        required("name", Kind::Name(Name::Own), "\"enrich\"", "Its name, in metrics too."),
        default("tasks", Kind::Whole(1, 100_000), "1", "4", "Tasks that work at once, each with a mailbox of its own."),
        optional("work", Kind::Service, "none", "\"exp(3ms)\"", "Time of a task for one message."),
        default(
            "group_by",
            Kind::Word(&["shuffle", "resource"]),
            "\"shuffle\"",
            "\"resource\"",
            "Which task takes a message: in turn, or always the same for one resource.",
        ),
        optional("mailbox", Kind::Whole(0, u64::MAX), "unlimited", "200", "Messages that may wait before one task, the one in work aside."),
    ],
    rest: None,
};

const CALLBACK: Section = Section {
    path: "subscriber.NAME.callback",
    meaning: "What a light-weight event makes a subscriber, or a poller (`poller.NAME.callback`), do.",
    keys: &[
        optional("to", Kind::Name(Name::Sor), "the system that raised the event", "\"ticketing\"", "Whom it calls."),
        default("style", Kind::Word(&["rest", "soap"]), "\"rest\"", "\"soap\"", "The defaults of `request`, `response` and `parsing`."),
        optional("request", Kind::Bytes, "400 B with REST, 2 KiB with SOAP", "\"1KiB\"", "Size of a request."),
        optional(
            "response",
            Kind::Bytes,
            "the event's heavy size, or 2 KiB where it has none; three times that with SOAP",
            "\"4KiB\"",
            "Size of an answer.",
        ),
        optional(
            "parsing",
            Kind::Distribution,
            "none with REST, 2 ms with SOAP",
            "\"1ms\"",
            "Time of the worker for each answer. With `holds_worker = false` it passes without one: no worker is busy with it.",
        ),
        optional("connections", Kind::Whole(1, 100_000), "unlimited", "8", "Requests that may be under way at once."),
        default("holds_worker", Kind::Boolean, "true", "false", "`false`: the worker is free again while the answer is awaited."),
        optional(
            "timeout",
            Kind::SpanAboveZero,
            "waits for ever",
            "\"2s\"",
            "After it the caller gives up; the system works on for it in vain.",
        ),
        default(
            "retries",
            Kind::Whole(0, 65_534),
            "0",
            "3",
            "Further requests after one that failed; then the attempt on the message has failed.",
        ),
        default("backoff", Kind::Distribution, "\"exp(100ms)\"", "\"exp(500ms)\"", "Before the first of them."),
        default("backoff_factor", Kind::Number(1.0, 1000.0), "2", "1.5", "Each further back-off is so many times longer."),
        optional("backoff_max", Kind::SpanAboveZero, "no limit", "\"30s\"", "The longest of them."),
        optional(
            "breaker",
            Kind::Table(&BREAKER),
            "none",
            "{ failures = 20, open_for = \"30s\" }",
            "A circuit breaker: callbacks that are not even tried.",
        ),
        optional(
            "cache",
            Kind::SpanAboveZero,
            "answers are not used again",
            "\"30s\"",
            "How long an answer is used again for its resource.",
        ),
        default("coalesce", Kind::Boolean, "false", "true", "Events of one resource share a callback that is not yet served."),
    ],
    rest: None,
};

const BREAKER: Section = Section {
    path: "subscriber.NAME.callback.breaker",
    meaning: "A circuit breaker.",
    keys: &[
        required("failures", Kind::Whole(1, u32::MAX as u64), "20", "Failures in a row that open it."),
        required("open_for", Kind::SpanAboveZero, "\"30s\"", "How long every callback then fails at once; after it one is tried."),
    ],
    rest: None,
};

pub(super) const POLLER: Section = Section {
    path: "poller.NAME",
    meaning: "Who asks a feed for what is new, and what it does with each entry. Either `every` or `at` is needed.",
    keys: &[
        ZONE,
        required("feed", Kind::Name(Name::Feed), "\"tickets_atom\"", "The feed that it asks."),
        optional(
            "every",
            Kind::SpanAboveZero,
            "`at` says when",
            "\"60s\"",
            "From one poll to the next, by a fixed clock; ticks during a poll are skipped.",
        ),
        optional(
            "at",
            Kind::Several(&Kind::TimeOfDay, 1, 1440),
            "`every` says how often",
            "[\"09:00\", \"15:00\"]",
            "Times of day, in order: overnight batches, or somebody by hand.",
        ),
        default("jitter", Kind::Distribution, "0", "\"exp(1s)\"", "From the tick to the poll; on average shorter than from poll to poll."),
        optional(
            "timeout",
            Kind::SpanAboveZero,
            "waits for ever",
            "\"10s\"",
            "After it a request is given up, and made again at the next tick.",
        ),
        WORKERS,
        optional("work", Kind::Service, "none", "\"exp(5ms)\"", "Time of a worker for one entry."),
        FAILURE,
        POISON,
        GUARD,
        optional(
            "callback",
            Kind::Table(&CALLBACK),
            "it is content with what the entry says",
            "{ connections = 8, timeout = \"2s\" }",
            "How it asks a system of record about a light-weight entry.",
        ),
        CALLS,
    ],
    rest: None,
};
