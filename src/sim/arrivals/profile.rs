//! An hourly profile: operational time to simulated time.
//!
//! Within hour h the operational clock runs at the speed weight(h) / mean weight, so it advances 24 h in a day and stands
//! still in hours of weight zero. Positions must come in ascending order.

use super::position::Position;
use crate::units::Time;

const HOUR: u64 = 3_600_000_000_000;
const DAY: u64 = 24 * HOUR;

#[derive(Clone, Debug)]
pub struct Profile {
    speeds: [f64; 24],
    /// Operational nanoseconds at the end of each hour.
    ends: [f64; 24],
    /// The last hour that is not empty.
    last: usize,
    /// Where the last position was: a cursor.
    day: u64,
    hour: usize,
}

impl Profile {
    /// None where all hours are empty. What is not a positive number counts as empty.
    pub fn new(hourly: [f64; 24]) -> Option<Profile> {
        let weights = hourly.map(|weight| if weight > 0.0 && weight.is_finite() { weight } else { 0.0 });
        let last = weights.iter().rposition(|weight| *weight > 0.0)?;
        let total: f64 = weights.iter().sum();
        let speeds = weights.map(|weight| weight / total * 24.0);
        let mut sum = 0.0;
        let ends = weights.map(|weight| {
            sum += weight;
            sum / total * DAY as f64
        });
        Some(Profile { speeds, ends, last, day: 0, hour: 0 })
    }

    /// The instant at which the operational clock shows this position; none at the end of all time.
    pub fn time(&mut self, position: Position) -> Option<Time> {
        let day = position.whole / DAY;
        let rest = (position.whole % DAY) as f64 + position.fraction;
        if day != self.day {
            (self.day, self.hour) = (day, 0);
        }
        // Never past the last busy hour: a rest just below a day may round up to it.
        while self.hour < self.last && rest >= self.ends[self.hour] {
            self.hour += 1;
        }
        let begin = if self.hour == 0 { 0.0 } else { self.ends[self.hour - 1] };
        let within = ((rest - begin) / self.speeds[self.hour]).clamp(0.0, HOUR as f64);
        let start = day.checked_mul(DAY)?.checked_add(self.hour as u64 * HOUR)?;
        start.checked_add((within + 0.5) as u64).map(Time)
    }
}
