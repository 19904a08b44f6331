//! Links: how long a message is under way between two zones.
//!
//! A message waits until the link's transmitter of its direction is free (first come, first served), is put on the wire, and
//! arrives a latency later. A lost message is sent again after a timeout that doubles with each loss, as TCP does (RFC 6298): it is late, never
//! gone. What is sent again takes the transmitter's time once more, all of it right behind the first time, although it is sent later: so
//! the link carries what it can, and the others wait for it somewhat too early. On a connection with order nothing overtakes.
//! While a link is down nothing is put on it: messages wait until it is up; those that are on their way arrive. While it is slow,
//! transmission and latency both take so many times as long.
//!
//! Knows neither what it carries nor when anything else happens.

use super::disruption::{Window, slowed};
use super::probe::LinkProbe;
use super::weather::Weather;
use crate::scenario::disruption::Target;
use crate::scenario::spec::{Scenario, ZoneIndex};
use crate::sim::{Distribution, Stream};
use crate::units::{Bandwidth, Bytes, Span, Time};
use std::collections::VecDeque;

/// Least time before a lost message is sent again (the usual minimum of TCP stacks).
const RESEND_MIN: Span = Span::from_millis(200);

/// The way from one place to another.
#[derive(Clone, Debug)]
pub struct Path {
    latency: Distribution,
    /// Link and direction.
    link: Option<(u32, u8)>,
    /// Among the probes, where it is within a zone whose network takes time.
    zone: Option<u32>,
    loss: f64,
    in_order: bool,
    resend_after: Span,
    pace: Pace,
}

/// How much there is to find out about a message's time on a path.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// Nothing on it takes time.
    Free,
    /// A link on which every message takes this long: nothing is drawn, nothing waits, so nothing overtakes either.
    Steady { link: u32, latency: Span },
    /// Latencies are drawn, messages may wait for the transmitter; nothing is lost and the link is never disrupted.
    Calm,
    /// Anything else.
    Varying,
}

#[derive(Clone, Debug)]
struct Transmitter {
    bandwidth: Bandwidth,
    free_at: Time,
    /// When it sends nothing before it is free, because the link is down.
    pauses: VecDeque<Window>,
}

/// All links' transmitters.
#[derive(Clone, Debug)]
pub struct Network {
    /// By link, then direction.
    transmitters: Vec<Option<[Transmitter; 2]>>,
    /// By link; empty where none is ever disrupted.
    weather: Vec<Option<Box<Weather>>>,
}

impl Path {
    /// The way between two zones; a place without a zone is next to every other.
    ///
    /// # Panics
    /// When no link joins them, which a checked scenario excludes.
    pub fn between(scenario: &Scenario, from: Option<ZoneIndex>, to: Option<ZoneIndex>) -> Path {
        let (Some(from), Some(to)) = (from, to) else { return Path::nearby(Distribution::default(), None) };
        if from == to {
            let zone = &scenario.zones[from];
            return Path::nearby(zone.latency.clone(), zone.has_network().then_some((scenario.links.len() + from) as u32));
        }
        let joins = |pair: (ZoneIndex, ZoneIndex)| pair == (from, to) || pair == (to, from);
        let (index, link) = scenario.links.iter().enumerate().find(|(_, link)| joins(link.between)).expect("zones that talk have a link");
        let direction = (link.between != (from, to)) as u8;
        let is_calm = link.loss == 0.0 && !scenario.is_ever_disrupted(Target::Link(index));
        Path {
            latency: link.latency.clone(),
            link: Some((index as u32, direction)),
            zone: None,
            loss: link.loss,
            in_order: link.in_order,
            resend_after: RESEND_MIN.max(Span::from_seconds(link.latency.mean() * 4.0)),
            pace: match link.latency.as_constant() {
                Some(latency) if is_calm && link.bandwidth.is_none() => Pace::Steady { link: index as u32, latency },
                _ if is_calm => Pace::Calm,
                _ => Pace::Varying,
            },
        }
    }

    fn nearby(latency: Distribution, zone: Option<u32>) -> Path {
        let pace = if latency.is_zero() { Pace::Free } else { Pace::Varying };
        Path { pace, latency, link: None, zone, loss: 0.0, in_order: true, resend_after: RESEND_MIN }
    }

    /// Takes no time, whatever is sent.
    #[inline]
    pub fn is_free(&self) -> bool {
        matches!(self.pace, Pace::Free)
    }
}

impl Network {
    /// Idle links, and the weather on them.
    pub fn new(scenario: &Scenario, weather: Vec<Option<Box<Weather>>>) -> Network {
        let idle = |bandwidth| Transmitter { bandwidth, free_at: Time::ZERO, pauses: VecDeque::new() };
        Network {
            weather,
            transmitters: scenario.links.iter().map(|link| link.bandwidth.map(|bandwidth| [idle(bandwidth), idle(bandwidth)])).collect(),
        }
    }

    /// Sends a message; when it arrives. `last` is the latest arrival on its connection so far.
    #[inline(always)]
    pub fn send(&mut self, path: &Path, now: Time, size: Bytes, last: &mut Time, stream: &mut Stream, probes: &mut [LinkProbe]) -> Time {
        match path.pace {
            Pace::Free => now,
            Pace::Steady { link, latency } => {
                probes[link as usize].passed(now, size, latency);
                now + latency
            }
            Pace::Calm | Pace::Varying => self.send_far(path, now, size, last, stream, probes),
        }
    }

    #[inline(never)]
    fn send_far(&mut self, path: &Path, now: Time, size: Bytes, last: &mut Time, stream: &mut Stream, probes: &mut [LinkProbe]) -> Time {
        let mut arrival = match path.link {
            None => pass(path, now, size, stream, probes),
            Some(link) if matches!(path.pace, Pace::Calm) => self.transmit_calmly(path, link, now, size, stream, probes),
            Some(link) => self.transmit(path, link, now, size, stream, probes),
        };
        if path.in_order {
            arrival = arrival.max(*last);
            *last = arrival;
        }
        arrival
    }

    /// The same as [`Network::transmit`] where neither loss nor weather has to be asked.
    #[inline]
    fn transmit_calmly(
        &mut self,
        path: &Path,
        (link, direction): (u32, u8),
        now: Time,
        size: Bytes,
        stream: &mut Stream,
        probes: &mut [LinkProbe],
    ) -> Time {
        let probe = &mut probes[link as usize];
        probe.bytes.add(size.0);
        let sent = match &mut self.transmitters[link as usize] {
            None => now,
            Some(transmitters) => {
                let transmitter = &mut transmitters[direction as usize];
                let length = transmitter.bandwidth.transmission(size);
                probe.assigned[direction as usize] += length;
                transmitter.free_at = transmitter.free_at.max(now) + length;
                transmitter.free_at
            }
        };
        let arrival = sent + path.latency.sample(stream);
        probe.carried(now, arrival.since(now));
        arrival
    }

    #[inline]
    fn transmit(
        &mut self,
        path: &Path,
        (link, direction): (u32, u8),
        now: Time,
        size: Bytes,
        stream: &mut Stream,
        probes: &mut [LinkProbe],
    ) -> Time {
        let (mut sent, length) = self.put_on_wire(link, direction, now, size, &mut probes[link as usize]);
        let (mut resend_after, mut again) = (path.resend_after, Span::ZERO);
        while stream.chance(path.loss) || self.weather(link).is_some_and(|weather| weather.loses(now, sent)) {
            sent = self.up_from(link, now, sent + resend_after) + length;
            resend_after += resend_after;
            again += length;
            probes[link as usize].bytes.add(size.0);
        }
        if !again.is_zero() {
            self.occupy(link, direction, again, &mut probes[link as usize]);
        }
        let slowness = self.weather(link).map_or(1.0, |weather| weather.slowness(now, sent));
        let arrival = sent + slowed(path.latency.sample(stream), slowness);
        probes[link as usize].carried(now, arrival.since(now));
        arrival
    }

    /// When the message is on the wire, and how long that alone took.
    fn put_on_wire(&mut self, link: u32, direction: u8, now: Time, size: Bytes, probe: &mut LinkProbe) -> (Time, Span) {
        probe.bytes.add(size.0);
        let free_at = self.transmitters[link as usize].as_ref().map_or(now, |both| both[direction as usize].free_at.max(now));
        let starts = self.up_from(link, now, free_at);
        let slowness = self.weather(link).map_or(1.0, |weather| weather.slowness(now, starts));
        let Some(transmitters) = &mut self.transmitters[link as usize] else { return (starts, Span::ZERO) };
        let transmitter = &mut transmitters[direction as usize];
        if starts > free_at {
            transmitter.pauses.push_back(Window { from: free_at, to: starts });
        }
        transmitter.free_at = starts;
        let length = slowed(transmitter.bandwidth.transmission(size), slowness);
        (self.occupy(link, direction, length, probe), length)
    }

    /// The transmitter works so much longer; until when.
    fn occupy(&mut self, link: u32, direction: u8, length: Span, probe: &mut LinkProbe) -> Time {
        let Some(transmitters) = &mut self.transmitters[link as usize] else { return Time::ZERO };
        probe.assigned[direction as usize] += length;
        let free_at = &mut transmitters[direction as usize].free_at;
        *free_at = *free_at + length;
        *free_at
    }

    #[inline]
    fn weather(&mut self, link: u32) -> Option<&mut Weather> {
        self.weather.get_mut(link as usize)?.as_deref_mut()
    }

    #[inline]
    fn up_from(&mut self, link: u32, now: Time, at: Time) -> Time {
        self.weather(link).map_or(at, |weather| weather.up_from(now, at))
    }

    /// Whether a message would not even be put on its link until then, because that is down.
    #[inline]
    pub fn is_down_until(&mut self, path: &Path, now: Time, then: Time) -> bool {
        path.link.is_some_and(|(link, _)| self.weather(link).is_some_and(|weather| weather.up_from(now, now) >= then))
    }

    /// How much each direction of a link has still to send of what it was given; the network of a zone nothing.
    pub fn left(&mut self, link: usize, now: Time) -> [Span; 2] {
        let Some(Some(transmitters)) = self.transmitters.get_mut(link) else { return [Span::ZERO; 2] };
        transmitters.each_mut().map(|transmitter| {
            while transmitter.pauses.front().is_some_and(|pause| pause.to <= now) {
                transmitter.pauses.pop_front();
            }
            let pauses = transmitter.pauses.iter().map(|pause| pause.to.since(pause.from.max(now)));
            pauses.fold(transmitter.free_at.since(now), |left, pause| left - pause)
        })
    }
}

/// Within a zone, or between places of which one is nowhere in particular.
fn pass(path: &Path, now: Time, size: Bytes, stream: &mut Stream, probes: &mut [LinkProbe]) -> Time {
    let latency = path.latency.sample(stream);
    if let Some(zone) = path.zone {
        probes[zone as usize].passed(now, size, latency);
    }
    now + latency
}
