//! Kinds of values: what a key may be set to, and how that is written.

use super::Section;
use super::forms::{self, Form};

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number; no greatest one where that is `u64::MAX`.
    Whole(u64, u64),
    /// A number.
    Number(f64, f64),
    /// A length of time, also none.
    Span,
    /// A length of time, not none.
    SpanAboveZero,
    Rate,
    Bytes,
    Bandwidth,
    /// From 0 to 1.
    Share,
    /// Between 0 and 1, neither included.
    OpenShare,
    /// Of lengths of time.
    Distribution,
    /// A distribution, or times looked up in a trace.
    Service,
    Arrivals,
    Popularity,
    Penalty,
    Growth,
    Currency,
    /// A time of the first day, or a span from the start.
    Instant,
    /// A time of day, `HH:MM`.
    TimeOfDay,
    /// A bound of an objective.
    Bound,
    /// The name of something.
    Name(Name),
    /// What can be disrupted: `sor.ticketing`, `subscriber.gate.consumer.2`.
    Target,
    /// A list with so many values at least and at most.
    Several(&'static Kind, usize, usize),
    /// A table.
    Table(&'static Section),
    /// A table for each name of one's own.
    Named(&'static Section),
    /// A list of tables.
    List(&'static Section),
    /// A value for each name: `{ gold = "exp(100ms)" }`.
    Each(&'static str, &'static Kind),
    /// A value of either kind.
    Either(&'static Kind, &'static Kind),
}

/// What a name may be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    Zone,
    Sor,
    Event,
    Segment,
    Queue,
    TopicOrQueue,
    Feed,
    /// Chosen here.
    Own,
    /// Of an event: one of its `kinds`.
    Kind,
}

impl Name {
    /// "the name of a ...".
    pub fn of(self) -> &'static str {
        match self {
            Name::Zone => "a zone",
            Name::Sor => "a system of record",
            Name::Event => "an event",
            Name::Segment => "a segment",
            Name::Queue => "a queue",
            Name::TopicOrQueue => "a topic or a queue",
            Name::Feed => "a feed",
            Name::Own => "one's own",
            Name::Kind => "a kind",
        }
    }
}

impl Kind {
    /// The sections that a value of this kind opens.
    pub fn sections(&self) -> Vec<&'static Section> {
        match *self {
            Kind::Table(section) | Kind::Named(section) | Kind::List(section) => vec![section],
            Kind::Either(one, other) => [one.sections(), other.sections()].concat(),
            _ => Vec::new(),
        }
    }

    /// How its texts are written, where it has any of its own.
    pub fn form(&self) -> Option<&'static Form> {
        Some(match *self {
            Kind::Span | Kind::SpanAboveZero => &forms::SPAN,
            Kind::Rate => &forms::RATE,
            Kind::Bytes => &forms::BYTES,
            Kind::Bandwidth => &forms::BANDWIDTH,
            Kind::Share | Kind::OpenShare => &forms::SHARE,
            Kind::Distribution => &forms::DISTRIBUTION,
            Kind::Service => &forms::SERVICE,
            Kind::Arrivals => &forms::ARRIVALS,
            Kind::Popularity => &forms::POPULARITY,
            Kind::Penalty => &forms::PENALTY,
            Kind::Growth => &forms::GROWTH,
            Kind::Currency => &forms::CURRENCY,
            Kind::Instant => &forms::INSTANT,
            Kind::TimeOfDay => &forms::TIME_OF_DAY,
            Kind::Bound => &forms::BOUND,
            Kind::Target => &forms::TARGET,
            Kind::Name(Name::Kind) => return None,
            Kind::Name(_) => &forms::NAME,
            _ => return None,
        })
    }

    /// In a few words, with its unit where it has one.
    pub fn words(&self) -> String {
        match *self {
            Kind::Text => "text".into(),
            Kind::Boolean => "true or false".into(),
            Kind::Word(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(" or "),
            Kind::Whole(least, most) if most >= u64::from(u32::MAX) => format!("whole number from {least}"),
            Kind::Whole(least, most) => format!("whole number, {least} to {}", grouped(most)),
            Kind::Number(least, most) => format!("number, {least} to {}", grouped(most as u64)),
            Kind::Span => "span".into(),
            Kind::SpanAboveZero => "span above 0".into(),
            Kind::Rate => "rate".into(),
            Kind::Bytes => "bytes".into(),
            Kind::Bandwidth => "bandwidth".into(),
            Kind::Share => "share".into(),
            Kind::OpenShare => "share, neither 0 nor 1".into(),
            Kind::Distribution => "distribution of spans".into(),
            Kind::Service => "distribution of spans, or trace".into(),
            Kind::Arrivals => "arrivals".into(),
            Kind::Popularity => "`\"uniform\"` or `\"zipf(EXPONENT)\"`".into(),
            Kind::Penalty => "share per count".into(),
            Kind::Growth => "share per year, month, week or day".into(),
            Kind::Currency => "code of three capital letters".into(),
            Kind::Instant => "time of day, or span from the start".into(),
            Kind::TimeOfDay => "time of day".into(),
            Kind::Bound => "relation (`<`, `<=`, `=`, `>=`, `>`) and value".into(),
            Kind::Name(Name::Own) => "name".into(),
            Kind::Name(name) => format!("name of {}", name.of()),
            Kind::Target => "path of a subscriber, one of its consumers, a segment, sor or link".into(),
            Kind::Several(of, least, most) if least == most => format!("list of {least}, each: {}", of.words()),
            Kind::Several(of, ..) => format!("list, each: {}", of.words()),
            Kind::Table(_) => "table".into(),
            Kind::Named(_) => "a table for each name".into(),
            Kind::List(_) => "list of tables".into(),
            Kind::Each(what, of) => format!("for each {what}: {}", of.words()),
            Kind::Either(one, other) => format!("{}; or {}", one.words(), other.words()),
        }
    }
}

/// 1000000 as 1,000,000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
