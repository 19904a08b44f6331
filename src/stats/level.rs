//! A level over time (a waiting line's length, busy servers, bytes): its exact integral, and what is made of it.
//!
//! [`Level`] is the hot half: one addition a change. [`Track`] is the cold half, fed once a step of the clock: the mean over
//! the measured window, the worst aligned five minutes, and the series for the picture. Invariant: the area is exact (integers).

use crate::units::{Span, Time};

/// The window of [`Track::peak`].
pub const PEAK_WINDOW: Span = Span::from_secs(300);

/// A level that jumps.
///
/// The integral of a level is what it is now times now, less every jump times its instant: so a jump costs one addition, and only a cut
/// multiplies. The sums wrap; what comes out of their difference does not.
#[derive(Clone, Debug, Default)]
pub struct Level {
    value: u64,
    max: u64,
    /// Jumps times their instants since the last cut, which counts as a jump from zero; negative, as wrapping integers are.
    jumps: u128,
}

impl Level {
    /// The level is `value` from now on.
    #[inline]
    pub fn set(&mut self, now: Time, value: u64) {
        self.jumps = self.jumps.wrapping_add(self.value as u128 * now.0 as u128).wrapping_sub(value as u128 * now.0 as u128);
        self.value = value;
        if value > self.max {
            self.max = value;
        }
    }

    /// One more.
    #[inline]
    pub fn rise(&mut self, now: Time) {
        self.jumps = self.jumps.wrapping_sub(now.0 as u128);
        self.value += 1;
        if self.value > self.max {
            self.max = self.value;
        }
    }

    /// One less.
    #[inline]
    pub fn fall(&mut self, now: Time) {
        self.jumps = self.jumps.wrapping_add(now.0 as u128);
        self.value -= 1;
    }

    /// The level is `value` from now on, which is most often the same, one more or one less.
    #[inline(always)]
    pub fn follow(&mut self, now: Time, value: u64) {
        if value == self.value {
            return;
        }
        if value == self.value + 1 {
            self.rise(now);
        } else if value + 1 == self.value {
            self.fall(now);
        } else {
            self.set(now, value);
        }
    }

    /// The level now.
    #[inline]
    pub fn value(&self) -> u64 {
        self.value
    }

    /// The area (level times nanoseconds) since the last cut, and a new beginning.
    pub fn cut(&mut self, now: Time) -> u128 {
        let weight = self.value as u128 * now.0 as u128;
        let area = self.jumps.wrapping_add(weight);
        self.jumps = weight.wrapping_neg();
        area
    }

    /// The highest level since the last call, which starts anew from the present one.
    pub fn cut_max(&mut self) -> u64 {
        std::mem::replace(&mut self.max, self.value)
    }
}

/// The steps of a series and which of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Length of a step of the series.
    pub step: Span,
    /// How often levels are cut: divides both the step and the peak's window where it can.
    pub tick: Span,
    /// Steps before it are drawn but not averaged.
    pub warm_up: Time,
    /// The end of averages and series.
    pub horizon: Time,
}

impl Clock {
    /// A clock with at most about 300 steps over the horizon.
    pub fn new(warm_up: Time, horizon: Time) -> Clock {
        const SECOND: u64 = 1_000_000_000;
        let wanted = horizon.0 / 300 + 1;
        let below_second = (0..9).flat_map(|power| [1, 2, 5].map(|digit| digit * 10u64.pow(power)));
        let seconds = [1, 2, 5, 10, 15, 20, 30, 60, 100, 150, 300].map(|seconds| seconds * SECOND);
        let step = below_second.chain(seconds).find(|step| *step >= wanted).unwrap_or(wanted.div_ceil(PEAK_WINDOW.0) * PEAK_WINDOW.0);
        Clock { step: Span(step), tick: Span(step.min(PEAK_WINDOW.0)), warm_up, horizon }
    }

    /// A step of the series ends at this instant.
    #[inline]
    pub fn ends_step(&self, now: Time) -> bool {
        now.0.is_multiple_of(self.step.0) || now == self.horizon
    }

    /// The first instant after `now` at which levels are cut.
    pub fn next(&self, now: Time) -> Time {
        if now >= self.horizon {
            return Time::MAX;
        }
        let tick = Time((now.0 / self.tick.0 + 1).saturating_mul(self.tick.0)).min(self.horizon);
        if now < self.warm_up { tick.min(self.warm_up) } else { tick }
    }
}

/// Averages, peak and series of one level or count.
#[derive(Clone, Debug, Default)]
pub struct Track {
    area: u128,
    window_area: u128,
    window_length: u64,
    whole_peak: Option<f64>,
    cut_peak: Option<f64>,
    step_area: u128,
    step_length: u64,
    series: Vec<f64>,
    max: u64,
}

impl Track {
    /// Takes the area between two instants that [`Clock::next`] named one after the other, and the highest level between them.
    pub fn push(&mut self, clock: &Clock, from: Time, to: Time, area: u128, max: u64) {
        let length = to.0 - from.0;
        if from >= clock.warm_up {
            self.area += area;
            self.max = self.max.max(max);
            self.window_area += area;
            self.window_length += length;
        }
        self.step_area += area;
        self.step_length += length;
        if to.0.is_multiple_of(PEAK_WINDOW.0) || to == clock.horizon {
            self.close_window();
        }
        if clock.ends_step(to) {
            self.series.push(self.step_area as f64 / self.step_length as f64);
            (self.step_area, self.step_length) = (0, 0);
        }
    }

    /// A window that the warm-up or the horizon cut short counts only where there is no whole one.
    fn close_window(&mut self) {
        if self.window_length > 0 {
            let mean = self.window_area as f64 / self.window_length as f64;
            let peak = if self.window_length == PEAK_WINDOW.0 { &mut self.whole_peak } else { &mut self.cut_peak };
            *peak = Some(peak.unwrap_or(0.0).max(mean));
        }
        (self.window_area, self.window_length) = (0, 0);
    }

    /// Mean level from the warm-up to the horizon.
    pub fn mean(&self, clock: &Clock) -> f64 {
        self.area as f64 / clock.horizon.since(clock.warm_up).0 as f64
    }

    /// The largest mean over five aligned minutes; over the whole where it is shorter.
    pub fn peak(&self) -> f64 {
        self.whole_peak.or(self.cut_peak).unwrap_or(0.0)
    }

    /// The highest level from the warm-up to the horizon.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// Mean level of each step from the start.
    pub fn series(&self) -> &[f64] {
        &self.series
    }
}
