//! `[[disruption]]` as checked: what is down, slow or lossy, and when. Overlapping ones on one thing add up: it is up again when the
//! last one ends, and factors multiply.

use super::metrics::target;
use super::spec::{Destination, Event, EventIndex, LinkIndex, Scenario, SegmentIndex, SorIndex, Subscriber, SubscriberIndex, ZoneIndex};
use crate::sim::Distribution;
use crate::units::{Span, Time};

/// Something that happens to a part of the design.
#[derive(Clone, Debug)]
pub struct Disruption {
    /// As written, e.g. `subscriber.guest_profile`.
    pub what: String,
    pub target: Target,
    pub effect: Effect,
    pub when: When,
}

/// What is disrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Subscriber(SubscriberIndex),
    /// One connection of a subscriber, counted from 0.
    Consumer(SubscriberIndex, u32),
    Segment(SegmentIndex),
    Sor(SorIndex),
    Link(LinkIndex),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    Down,
    /// What starts meanwhile takes so many times as long.
    Slow(f64),
    /// So large a share of messages is lost and sent again, besides what the link loses anyway.
    Lossy(f64),
    /// Of a subscriber: on this share of the messages that come meanwhile every attempt fails. No word of the language, of `adverse` only.
    Poison(f64),
}

#[derive(Clone, Debug)]
pub enum When {
    Once {
        at: Time,
        length: Span,
    },
    /// Again and again.
    Random {
        /// From the end of one (or the start of the run) to the start of the next.
        every: Distribution,
        length: Distribution,
    },
}

impl Effect {
    /// Its word in the language.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Down => "down",
            Effect::Slow(_) => "slow",
            Effect::Lossy(_) => "lossy",
            Effect::Poison(_) => "poisoned",
        }
    }
}

impl Target {
    /// The subscriber to which it belongs.
    pub fn subscriber(self) -> Option<SubscriberIndex> {
        match self {
            Target::Subscriber(subscriber) | Target::Consumer(subscriber, _) => Some(subscriber),
            _ => None,
        }
    }
}

impl Scenario {
    /// The segment that carries a destination, which may lead nowhere.
    pub(super) fn segment_of_line(&self, to: Destination) -> Option<SegmentIndex> {
        match to {
            Destination::Topic(topic) => self.topics.get(topic).map(|topic| topic.segment),
            Destination::Queue(queue) => self.queues.get(queue).map(|queue| queue.segment),
            Destination::Feed(_) => None,
        }
    }

    /// Whether anything ever happens to this itself.
    pub fn is_ever_disrupted(&self, target: Target) -> bool {
        self.disruptions.iter().any(|disruption| disruption.target == target)
    }

    /// Whether a segment, system of record or link goes down at some time.
    pub fn is_ever_down(&self, target: Target) -> bool {
        self.disruptions.iter().any(|disruption| disruption.effect == Effect::Down && disruption.target == target)
    }

    /// Whether a subscriber or poller feels what happens to this: it, its consumers, its segment, a system of record that it
    /// asks, or a link on the way.
    pub fn concerns(&self, disrupted: Target, taker: &Subscriber) -> bool {
        match disrupted {
            Target::Subscriber(other) | Target::Consumer(other, _) => self.subscribers.get(other).is_some_and(|other| taker.is(other)),
            Target::Segment(segment) => self.segment_of_line(taker.from) == Some(segment),
            Target::Sor(sor) => {
                let calls_back = || self.events_reaching(taker).into_iter().any(|event| target(self, taker, event) == sor);
                let is_polled = || self.source_of(taker) == Some(sor);
                taker.calls.contains(&sor) || (taker.callback.is_some() && calls_back()) || is_polled()
            }
            Target::Link(link) => self.uses_link(taker, link),
        }
    }

    /// The system of record that a poller asks for the feed.
    fn source_of(&self, taker: &Subscriber) -> Option<SorIndex> {
        let Destination::Feed(feed) = taker.from else { return None };
        self.feeds.get(feed).and_then(|feed| self.events.get(feed.of)).map(|event| event.from)
    }

    /// Whether anything that a subscriber waits for crosses a link: its messages to the bus or from there, or its calls.
    fn uses_link(&self, subscriber: &Subscriber, link: LinkIndex) -> bool {
        let Some(between) = self.links.get(link).map(|link| link.between) else { return false };
        let joins = |from: Option<ZoneIndex>, to: Option<ZoneIndex>| {
            from.zip(to).is_some_and(|(from, to)| between == (from, to) || between == (to, from))
        };
        let of_sor = |sor: SorIndex| self.sors.get(sor).and_then(|sor| sor.zone);
        let bus = self.segment_of_line(subscriber.from).and_then(|segment| self.segments.get(segment)).and_then(|segment| segment.zone);
        let home = subscriber.zone;
        let publishes = |event: EventIndex| {
            let derived = |raiser: &SubscriberIndex| self.subscribers.get(*raiser).and_then(|raiser| raiser.zone);
            let Event { from, raised_by, .. } = &self.events[event];
            if raised_by.is_empty() { joins(of_sor(*from), bus) } else { raised_by.iter().any(|raiser| joins(derived(raiser), bus)) }
        };
        let reaching = self.events_reaching(subscriber);
        joins(bus, home)
            || self.source_of(subscriber).is_some_and(|sor| joins(home, of_sor(sor)))
            || reaching.iter().any(|event| publishes(*event))
            || subscriber.calls.iter().any(|sor| joins(home, of_sor(*sor)))
            || (subscriber.callback.is_some() && reaching.iter().any(|event| joins(home, of_sor(target(self, subscriber, *event)))))
    }

    /// Whether a subscriber has poisoned messages at some time.
    pub fn is_ever_poisoned(&self, subscriber: &Subscriber) -> bool {
        let is_own = |index: usize| self.subscribers.get(index).is_some_and(|other| subscriber.is(other));
        let poisons =
            |disruption: &Disruption| matches!(disruption.effect, Effect::Poison(_)) && disruption.target.subscriber().is_some_and(is_own);
        subscriber.poison > 0.0 || self.disruptions.iter().any(poisons)
    }

    /// Whether a subscriber or poller feels any disruption.
    pub fn is_disrupted(&self, taker: &Subscriber) -> bool {
        self.disruptions.iter().any(|disruption| self.concerns(disruption.target, taker))
    }

    /// Whether some consumer of a subscriber loses its connection at some time, so that what it has comes back to the line.
    pub fn loses_connections(&self, subscriber: &Subscriber) -> bool {
        let is_own = |index: usize| self.subscribers.get(index).is_some_and(|other| subscriber.is(other));
        let own = |target: Target| target.subscriber().is_some_and(is_own);
        let own_down = self.disruptions.iter().any(|disruption| disruption.effect == Effect::Down && own(disruption.target));
        own_down || self.segment_of_line(subscriber.from).is_some_and(|segment| self.is_ever_down(Target::Segment(segment)))
    }
}
