//! `[zone.NAME]`, `[link.NAME]` and `[sor.NAME]`.

use super::{Kind, Name, Section, default, optional, required};

pub(super) const ZONE: Section = Section {
    path: "zone.NAME",
    meaning: "A place, such as a data center. One that is only mentioned exists too.",
    keys: &[default(
        "latency",
        Kind::Distribution,
        "0",
        "\"lognormal(p50=300us, p99=2ms)\"",
        "From one thing to another within the zone, one way.",
    )],
    rest: None,
};

pub(super) const LINK: Section = Section {
    path: "link.NAME",
    meaning: "What is between two zones, the same in both directions.",
    keys: &[
        required("between", Kind::Several(&Kind::Name(Name::Zone), 2, 2), "[\"datacenter\", \"park\"]", "The two zones."),
        default("latency", Kind::Distribution, "0", "\"lognormal(p50=12ms, p99=40ms)\"", "One way."),
        optional(
            "bandwidth",
            Kind::Bandwidth,
            "unlimited",
            "\"100Mbit/s\"",
            "Of each direction. Messages that are sent wait for those before them.",
        ),
        default("loss", Kind::Share, "\"0%\"", "\"0.01%\"", "Share of messages that are lost and sent again after a time-out; below 100%."),
        default("in_order", Kind::Boolean, "true", "false", "Per connection, as TCP does. `false`: messages may overtake each other."),
    ],
    rest: None,
};

pub(super) const SOR: Section = Section {
    path: "sor.NAME",
    meaning: "A system of record: owner of a resource. It raises events and answers callbacks, calls and polls, on workers that its own users load too.",
    keys: &[
        optional("zone", Kind::Name(Name::Zone), "no distance to anything", "\"datacenter\"", "Where it stands."),
        default("workers", Kind::Whole(1, 100_000), "1", "8", "Requests that it serves at once."),
        optional(
            "service",
            Kind::Service,
            "needed as soon as somebody calls it",
            "\"lognormal(p50=18ms, p99=120ms)\"",
            "Time of a worker for one callback.",
        ),
        optional("own_load", Kind::Rate, "no users of its own", "\"30/s\"", "Requests of its own users, on the same workers."),
        optional("own_service", Kind::Distribution, "needed with `own_load`", "\"exp(25ms)\"", "Time of a worker for one of them."),
        optional(
            "max_waiting",
            Kind::Whole(0, u64::MAX),
            "no limit",
            "500",
            "Requests that may wait for a worker; further ones are refused, as with HTTP 503.",
        ),
        optional(
            "clock_skew",
            Kind::Distribution,
            "its clock is right",
            "\"uniform(0, 2s)\"",
            "By how much each of its time stamps is off, early or late with equal chance: what `guard = \"timestamp\"` is fooled by.",
        ),
    ],
    rest: None,
};
