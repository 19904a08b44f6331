//! `[[disruption]]` and `[[surge]]`.

use super::{Kind, Name, Section, optional, required};

pub(super) const DISRUPTION: Section = Section {
    path: "disruption.N",
    meaning: "Something that is down, slow or lossy: once (`at`) or again and again (`every`). Overlapping ones add up: factors multiply, and a thing is up again when the last one ends.",
    keys: &[
        required(
            "what",
            Kind::Target,
            "\"subscriber.guest_profile\"",
            "What it happens to: a subscriber, one consumer of it, a segment, a sor or a link.",
        ),
        required(
            "kind",
            Kind::Word(&["down", "slow", "lossy"]),
            "\"down\"",
            "`\"down\"`: does nothing. `\"slow\"`: what starts meanwhile takes `factor` times as long. `\"lossy\"`: a link loses a share of `loss`.",
        ),
        optional("factor", Kind::Number(1.0, 1000.0), "needed where it is slow", "3", "How many times as long everything takes."),
        optional(
            "loss",
            Kind::Share,
            "needed where it is lossy",
            "\"5%\"",
            "Share of messages that are lost and sent again, besides what the link loses anyway; at most 99%.",
        ),
        optional("at", Kind::Instant, "`every` says when", "\"11:00\"", "When it begins."),
        optional(
            "every",
            Kind::Distribution,
            "`at` says when",
            "\"exp(30d)\"",
            "From the end of one, or the start of the run, to the start of the next.",
        ),
        required("for", Kind::Distribution, "\"2h\"", "How long it lasts: with `at` a span, with `every` a distribution."),
    ],
    rest: None,
};

pub(super) const SURGE: Section = Section {
    path: "surge.N",
    meaning: "For a while an event comes more often.",
    keys: &[
        required("event", Kind::Name(Name::Event), "\"ticket_changed\"", "Which one."),
        required("at", Kind::Instant, "\"19:00\"", "When it begins."),
        required("for", Kind::SpanAboveZero, "\"30m\"", "How long it lasts."),
        required("factor", Kind::Number(0.0, 1e6), "4", "How many times as often the event comes."),
    ],
    rest: None,
};
