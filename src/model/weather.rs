//! What disruptions do to one link: when it is up again, how slow it is, what it loses.
//!
//! A message asks for instants that lie ahead, as it may wait for others or be sent again. So the times of the link's disruptions are
//! drawn ahead of the run too, from streams of the same names: they are the same.

use super::disruption::{Process, Window};
use crate::scenario::disruption::Effect;
use crate::sim::Stream;
use crate::units::Time;
use std::collections::VecDeque;

/// All disruptions of one link.
#[derive(Clone, Debug)]
pub struct Weather {
    forecasts: Vec<Forecast>,
    stream: Stream,
    horizon: Time,
}

/// One of them, as far ahead as anybody has asked.
#[derive(Clone, Debug)]
struct Forecast {
    process: Process,
    windows: VecDeque<Window>,
    /// The last one drawn; none before the first.
    last: Option<Window>,
    has_more: bool,
}

impl Forecast {
    /// Draws what begins up to an instant, and forgets what is over.
    fn look(&mut self, now: Time, ahead: Time, horizon: Time) {
        while self.windows.front().is_some_and(|window| window.to <= now) {
            self.windows.pop_front();
        }
        while self.has_more && self.last.is_none_or(|window| window.from <= ahead) {
            let next = self.process.next(self.last.map(|window| window.to)).filter(|window| window.from < horizon);
            self.has_more = next.is_some();
            self.last = next.or(self.last);
            self.windows.extend(next);
        }
    }

    fn at(&self, at: Time) -> Option<Window> {
        self.windows.iter().find(|window| window.from <= at && at < window.to).copied()
    }
}

impl Weather {
    /// Fair until the first one; none begins from the horizon on.
    pub fn new(processes: Vec<Process>, stream: Stream, horizon: Time) -> Weather {
        let forecast = |process| Forecast { process, windows: VecDeque::new(), last: None, has_more: true };
        Weather { forecasts: processes.into_iter().map(forecast).collect(), stream, horizon }
    }

    /// Those that last at an instant from now on.
    fn lasting(&mut self, now: Time, at: Time) -> impl Iterator<Item = (Effect, Window)> {
        let horizon = self.horizon;
        self.forecasts.iter_mut().filter_map(move |forecast| {
            forecast.look(now, at, horizon);
            forecast.at(at).map(|window| (forecast.process.effect, window))
        })
    }

    /// The first instant, this one or a later one, at which the link is up.
    pub fn up_from(&mut self, now: Time, mut at: Time) -> Time {
        while let Some((_, window)) = self.lasting(now, at).find(|(effect, _)| *effect == Effect::Down) {
            at = window.to;
        }
        at
    }

    /// By what factor it is slow then.
    pub fn slowness(&mut self, now: Time, at: Time) -> f64 {
        self.lasting(now, at).map(|(effect, _)| if let Effect::Slow(factor) = effect { factor } else { 1.0 }).product()
    }

    /// Whether a message that is sent then is lost.
    pub fn loses(&mut self, now: Time, at: Time) -> bool {
        let kept: f64 = self.lasting(now, at).map(|(effect, _)| if let Effect::Lossy(loss) = effect { 1.0 - loss } else { 1.0 }).product();
        self.stream.chance(1.0 - kept)
    }
}
