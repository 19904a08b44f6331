//! `[event.NAME]` and `[feed.NAME]`.

use super::{Kind, Name, Section, default, optional, required};

pub(super) const EVENT: Section = Section {
    path: "event.NAME",
    meaning: "A business event that a system of record raises: light-weight (the identifier only) or heavy-weight (the whole resource).",
    keys: &[
        required("from", Kind::Name(Name::Sor), "\"ticketing\"", "Who raises it, and is called back about it."),
        optional("to", Kind::Name(Name::TopicOrQueue), "needed, unless a feed carries the event", "\"tickets\"", "Where it is published."),
        optional(
            "rate",
            Kind::Rate,
            "needed, unless `arrivals` carry their own or subscribers raise it",
            "\"500K/day\"",
            "How often it comes, on average over `hourly` and `weekly`. Counts events, also in a `lifecycle` and in a `batch`.",
        ),
        default(
            "arrivals",
            Kind::Arrivals,
            "\"poisson\"",
            "\"regular\"",
            "When events come: at random, at equal distances, in bursts, or as recorded. See Values.",
        ),
        optional(
            "hourly",
            Kind::Several(&Kind::Number(0.0, 1e12), 24, 24),
            "the same all day",
            "[1, 1, 1, 1, 1, 2, 4, 8, 15, 19, 13, 9, 8, 8, 8, 9, 10, 9, 8, 6, 4, 3, 1, 1]",
            "Relative weights of the 24 hours of a day; constant within the hour.",
        ),
        optional(
            "weekly",
            Kind::Several(&Kind::Number(0.0, 1e12), 7, 7),
            "the same every day",
            "[5, 5, 5, 5, 6, 9, 8]",
            "Relative weights of the seven days; the first one is the first day of the run, a Monday.",
        ),
        default(
            "weight",
            Kind::Word(&["light", "heavy"]),
            "\"light\"",
            "\"heavy\"",
            "The switch: a light event makes its subscribers call back, a heavy one carries all that they need to know.",
        ),
        optional(
            "size",
            Kind::Table(&SIZE),
            "0 B; needed where the event is heavy",
            "{ light = \"300B\", heavy = \"4KiB\" }",
            "Size of one message, in either weight.",
        ),
        optional(
            "kinds",
            Kind::Several(&Kind::Text, 1, 1000),
            "there is but one kind",
            "[\"create\", \"upgrade\"]",
            "For selectors: the steps of the `lifecycle` in order; without one, drawn evenly.",
        ),
        default("priority", Kind::Whole(0, 9), "0", "4", "9 is most urgent; acts in queues and subscriptions with `priorities = true`."),
        optional(
            "confirm",
            Kind::Table(&CONFIRM),
            "the publisher never waits",
            "{ in_flight = 1000 }",
            "The publisher waits for the broker's confirms.",
        ),
        optional(
            "resources",
            Kind::Whole(1, 1_000_000_000),
            "every event (or lifecycle) has a resource of its own",
            "200_000",
            "Distinct resources that the events are about, which so change more than once.",
        ),
        default("popularity", Kind::Popularity, "\"uniform\"", "\"zipf(1.1)\"", "Which of the `resources` an event is about."),
        optional(
            "lifecycle",
            Kind::Table(&LIFECYCLE),
            "events come one by one",
            "{ changes = 3, spacing = \"exp(20s)\" }",
            "Bursts of changes of one resource.",
        ),
        default("batch", Kind::Whole(1, 100_000), "1", "5", "Events that are raised together."),
        default(
            "refused",
            Kind::Either(&Kind::Word(&["drop"]), &Kind::Table(&REFUSED)),
            "{ backoff = \"exp(1s)\", factor = 2 }",
            "\"drop\"",
            "What the publisher does with a publish that the broker refuses: try again, or `\"drop\"` it (lost, and counted).",
        ),
    ],
    rest: None,
};

const SIZE: Section = Section {
    path: "event.NAME.size",
    meaning: "Size of one message. The one in the event's present weight is needed.",
    keys: &[
        optional("light", Kind::Bytes, "needed where the event is light", "\"300B\"", "The identifier only."),
        optional(
            "heavy",
            Kind::Bytes,
            "needed where the event is heavy",
            "\"4KiB\"",
            "The whole resource; also the size of a callback's answer.",
        ),
    ],
    rest: None,
};

const CONFIRM: Section = Section {
    path: "event.NAME.confirm",
    meaning: "The publisher's window.",
    keys: &[required("in_flight", Kind::Whole(1, u32::MAX as u64), "1000", "Publishes that may be unconfirmed; the next one waits.")],
    rest: None,
};

const LIFECYCLE: Section = Section {
    path: "event.NAME.lifecycle",
    meaning: "A burst of changes of one resource. `rate` still counts events, so lifecycles begin less often by the factor of `changes`.",
    keys: &[
        required("changes", Kind::Whole(1, 100_000), "3", "Events of one resource."),
        default("spacing", Kind::Distribution, "0", "\"exp(20s)\"", "From one change to the next."),
    ],
    rest: None,
};

const REFUSED: Section = Section {
    path: "event.NAME.refused",
    meaning: "How the publisher tries again.",
    keys: &[
        default("backoff", Kind::Distribution, "\"exp(1s)\"", "\"exp(5s)\"", "Before the first new try."),
        default("factor", Kind::Number(1.0, 1000.0), "2", "1.5", "Each further back-off is so many times longer, up to an hour."),
        optional("retries", Kind::Whole(0, 65_534), "without end", "10", "Tries after the first one; then the event is lost, and counted."),
    ],
    rest: None,
};

pub(super) const FEED: Section = Section {
    path: "feed.NAME",
    meaning: "An Atom feed: the system of record appends each event, and pollers ask for what is new.",
    keys: &[
        required("of", Kind::Name(Name::Event), "\"ticket_changed\"", "The event that it carries."),
        optional("page", Kind::Whole(1, u32::MAX as u64), "all there are", "50", "Most entries in one answer."),
        default(
            "page_service",
            Kind::Distribution,
            "0",
            "\"exp(12ms)\"",
            "Time of one of the system's workers for an answer with entries.",
        ),
        default(
            "not_modified_service",
            Kind::Distribution,
            "0",
            "\"exp(2ms)\"",
            "The same for an answer that nothing is new (conditional GET).",
        ),
    ],
    rest: None,
};
