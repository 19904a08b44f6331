//! Values to places on an axis, and the round numbers that are written along it.

use super::text::clock;
use crate::units::Unit;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Linear,
    Log,
    /// Probabilities by the nines they have: 0.9, 0.99 and 0.999 stand at equal distances.
    Nines,
}

/// One axis: from value to pixel.
#[derive(Clone, Debug)]
pub struct Scale {
    pub kind: Kind,
    pub from: f64,
    pub to: f64,
    pub start: f64,
    pub end: f64,
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// From zero, or logarithmic where the values span more than `log_above` times.
    pub fn of_values(unit: Unit, low: f64, high: f64, log_above: f64) -> Self {
        let high = if high > 0.0 && high.is_finite() { high } else { 1.0 };
        if low > 0.0 && high / low > log_above {
            return Scale::log(unit, low, high);
        }
        // A share of one stands at the upper edge.
        let high = if unit == Unit::Share && high <= 1.0 + 1e-9 { high.min(1.0 / 1.05) } else { high };
        let step = round_step(unit, high * 1.05 / 5.0, high);
        let count = (high * 1.02 / step).ceil().max(1.0) as usize;
        let ticks = (0..=count).map(|index| (index as f64 * step, unit.show(index as f64 * step))).collect();
        Scale { kind: Kind::Linear, from: 0.0, to: count as f64 * step, start: 0.0, end: 0.0, ticks }
    }

    /// Around values that need not reach down to zero, with some room at both ends; logarithmic where they span more than thirty times.
    pub fn around(unit: Unit, low: f64, high: f64) -> Self {
        if low > 0.0 && high / low > 30.0 {
            return Scale::log(unit, low, high);
        }
        let room = 0.06 * (high - low).max(high.abs() * 1e-6).max(1e-12);
        let (from, to) = (if low >= 0.0 { (low - room).max(0.0) } else { low - room }, high + room);
        let step = round_step(unit, (to - from) / 5.0, high.abs());
        let (first, last) = ((from / step).ceil() as i64, (to / step).floor() as i64);
        let ticks = (first..=last).map(|index| index as f64 * step).map(|value| (value, unit.show(value))).collect();
        Scale { kind: Kind::Linear, from, to, start: 0.0, end: 0.0, ticks }
    }

    fn log(unit: Unit, low: f64, high: f64) -> Self {
        // No figure of interest is a trillionth of another; what is stands at the edge.
        let low = low.max(high * 1e-12);
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        let parts: &[f64] = if last - first > 4 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let powers = (first..=last).flat_map(|power| parts.iter().map(move |part| part * 10f64.powi(power)));
        let values: Vec<f64> = match unit {
            // Beyond ten seconds round numbers are of minutes, hours and days.
            Unit::Seconds => powers.filter(|value| *value <= 10.5).chain(LONG).collect(),
            _ => powers.collect(),
        };
        let from = values.iter().copied().rfind(|value| *value <= low).unwrap_or(low);
        let to = values.iter().copied().find(|value| *value >= high).unwrap_or(high);
        let ticks = values.iter().filter(|value| (from..=to).contains(*value)).map(|value| (*value, unit.show(*value))).collect();
        Scale { kind: Kind::Log, from, to, start: 0.0, end: 0.0, ticks }
    }

    /// Simulated time: hours of the day, or time since the start of a steady run.
    pub fn of_time(from: f64, to: f64, is_day: bool) -> Self {
        let span = (to - from).max(1e-9);
        let steps = [1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0, 604_800.0];
        let step = steps.into_iter().find(|step| span / step <= 12.5).unwrap_or(span / 10.0);
        let (first, last) = ((from / step).ceil() as i64, (to / step + 1e-9).floor() as i64);
        let told = |at: f64| match is_day {
            true if at == 86_400.0 && to <= 86_400.0 => "24:00".to_string(),
            true => clock(at),
            false => Unit::Seconds.show(at),
        };
        let ticks = (first..=last).map(|index| (index as f64 * step, told(index as f64 * step))).collect();
        Scale { kind: Kind::Linear, from, to, start: 0.0, end: 0.0, ticks }
    }

    /// Percentiles from 50 % on.
    pub fn of_nines(to: f64) -> Self {
        let marks = [(0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %"), (0.99999, "99.999 %")];
        let ticks = marks.into_iter().filter(|(at, _)| *at <= to + 1e-12).map(|(at, text)| (at, text.to_string())).collect();
        Scale { kind: Kind::Nines, from: 0.5, to, start: 0.0, end: 0.0, ticks }
    }

    /// Places with their own texts, with some room at both ends; texts that would touch are left out. Logarithmic where the places
    /// are above zero and their span is wide.
    pub fn of_marks(mut marks: Vec<(f64, String)>) -> Self {
        const TEXTS_MAX: usize = 16;
        marks.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (first, last) = (marks.first().map_or(0.0, |mark| mark.0), marks.last().map_or(1.0, |mark| mark.0));
        let kind = if first > 0.0 && last / first > 20.0 { Kind::Log } else { Kind::Linear };
        let (from, to) = match kind {
            Kind::Log => (first * (first / last).powf(0.04), last * (last / first).powf(0.04)),
            _ => (first - 0.04 * (last - first), last + 0.04 * (last - first)),
        };
        let every = marks.len().div_ceil(TEXTS_MAX).max(1);
        let ticks = marks.into_iter().enumerate().filter(|(index, _)| index % every == 0).map(|(_, mark)| mark).collect();
        Scale { kind, from, to, start: 0.0, end: 0.0, ticks }
    }

    pub fn between(mut self, start: f64, end: f64) -> Self {
        (self.start, self.end) = (start, end);
        self
    }

    /// The value's place; what lies outside stands at the edge.
    pub fn place(&self, value: f64) -> f64 {
        let along = |value: f64| match self.kind {
            Kind::Linear => value,
            Kind::Log => value.max(1e-300).ln(),
            Kind::Nines => -(1.0 - value).max(1e-12).log10(),
        };
        let (from, to) = (along(self.from), along(self.to));
        let share = if to > from { (along(value) - from) / (to - from) } else { 0.0 };
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        self.start + (self.end - self.start) * share
    }
}

/// Seconds that stand on a logarithmic axis of time: 1 and 10 minutes, 1 and 6 hours, 1, 10 and 100 days.
const LONG: [f64; 7] = [60.0, 600.0, 3600.0, 21_600.0, 86_400.0, 864_000.0, 8_640_000.0];

/// A step of 1, 2 or 5 in the unit in which people are told a value of this size.
fn round_step(unit: Unit, step: f64, largest: f64) -> f64 {
    let factors: &[f64] = match unit {
        Unit::Seconds => &[60.0, 3600.0, 86_400.0],
        Unit::Bytes | Unit::BytesPerSecond => &[1024.0, 1_048_576.0, 1_073_741_824.0],
        _ => &[],
    };
    let factor = factors.iter().copied().rfind(|factor| largest >= *factor).unwrap_or(1.0);
    let power = 10f64.powf((step / factor).log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].into_iter().find(|round| round * power >= step / factor * 0.999).unwrap_or(10.0);
    round * power * factor
}

#[cfg(test)]
mod tests {
    use super::Scale;
    use crate::units::Unit;

    fn texts(low: f64, high: f64) -> Vec<String> {
        Scale::of_values(Unit::Seconds, low, high, 30.0).ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_wide_axis_of_time_is_in_minutes_and_hours_beyond_ten_seconds() {
        assert_eq!(texts(0.08, 7000.0), ["10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "6 h"]);
    }

    #[test]
    fn a_figure_of_nearly_nothing_does_not_stretch_the_axis() {
        assert_eq!(texts(1e-300, 1.0), texts(1e-12, 1.0));
        assert!(texts(1e-300, 1.0).len() <= 14);
    }
}
