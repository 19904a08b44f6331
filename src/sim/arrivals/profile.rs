//! How the rate of arrivals varies: operational time to simulated time.
//!
//! The rate is constant within pieces: hours of the day or days of the week, in a cycle, cut where a surge begins or ends. Within
//! a piece the operational clock runs at the piece's weight over the mean weight of the cycle, times the factors of the surges; it
//! stands still where that is zero. Without a surge it advances a cycle in a cycle. Positions must come in ascending order.

use super::position::Position;
use crate::units::Time;

const DAY: u64 = 24 * 3_600_000_000_000;

/// What multiplies a rate, and when. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// Relative weights of the 24 hours.
    pub hourly: Option<[f64; 24]>,
    /// Relative weights of the seven days; the first day of a run is the first of them.
    pub weekly: Option<[f64; 7]>,
    /// In any order; the factors of those that overlap multiply.
    pub surges: Vec<Surge>,
}

/// For a while everything comes so many times as often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surge {
    /// First instant.
    pub from: Time,
    /// First instant after it.
    pub to: Time,
    /// Not negative.
    pub factor: f64,
}

impl Profile {
    /// The rate is the same all the time.
    pub fn is_flat(&self) -> bool {
        self.hourly.is_none() && self.weekly.is_none() && self.surges.is_empty()
    }

    /// What an arrival process of rate 1 per second counts on average up to an instant.
    pub fn expected(&self, until: Time) -> f64 {
        let Some(mut cursor) = Cursor::new(self) else { return 0.0 };
        while until.0.saturating_sub(cursor.start) >= cursor.length {
            if cursor.enter_next().is_none() {
                break;
            }
            cursor.skip(until.0.saturating_sub(cursor.start));
        }
        let rest = until.0.saturating_sub(cursor.start) as f64;
        let begun = cursor.pieces.iter().take_while(|piece| piece.start < rest);
        let within: f64 = begun.map(|piece| (rest - piece.start).min(piece.length) * piece.speed).sum();
        (cursor.begin.whole as f64 + cursor.begin.fraction + within) / 1e9
    }
}

/// A stretch of a cycle during which the operational clock runs at one speed, which is above zero.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Nanoseconds from the start of the cycle.
    start: f64,
    length: f64,
    speed: f64,
    /// Operational nanoseconds of the cycle at its end.
    end: f64,
}

/// A profile with the place of the last position.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// Of the hours or days of a cycle, all equally long.
    weights: Vec<f64>,
    surges: Vec<Surge>,
    /// When the last surge is over.
    calm: u64,
    /// Of a cycle, in nanoseconds.
    length: u64,
    /// The present cycle: when it starts in simulated time, and in operational time starts and ends.
    start: u64,
    begin: Position,
    end: Position,
    pieces: Vec<Piece>,
    /// A surge has cut the pieces.
    is_cut: bool,
    at: usize,
}

impl Cursor {
    /// None where nothing ever comes. What is not a positive number counts as zero.
    pub fn new(profile: &Profile) -> Option<Cursor> {
        let positive = |weight: f64| if weight > 0.0 && weight.is_finite() { weight } else { 0.0 };
        let days = profile.weekly.map_or(vec![1.0], |days| days.map(positive).to_vec());
        let hours = profile.hourly.map_or(vec![1.0], |hours| hours.map(positive).to_vec());
        let weights: Vec<f64> = days.iter().flat_map(|day| hours.iter().map(move |hour| day * hour)).collect();
        if weights.iter().all(|weight| *weight <= 0.0) {
            return None;
        }
        let mut cursor = Cursor {
            length: DAY * days.len() as u64,
            weights,
            surges: profile.surges.clone(),
            calm: profile.surges.iter().map(|surge| surge.to.0).max().unwrap_or(0),
            start: 0,
            begin: Position::START,
            end: Position::START,
            pieces: Vec::new(),
            is_cut: true,
            at: 0,
        };
        cursor.open();
        Some(cursor)
    }

    /// The instant at which the operational clock shows this position; none at the end of all time.
    #[inline]
    pub fn time(&mut self, position: Position) -> Option<Time> {
        while position.whole >= self.end.whole && (position.whole > self.end.whole || position.fraction >= self.end.fraction) {
            self.enter_next()?;
            self.skip(position.whole.saturating_sub(self.begin.whole));
        }
        let rest = (position.whole - self.begin.whole) as f64 + (position.fraction - self.begin.fraction);
        // Never past the last piece: a rest just below the end may round up to it.
        while self.at + 1 < self.pieces.len() && rest >= self.pieces[self.at].end {
            self.at += 1;
        }
        let before = if self.at == 0 { 0.0 } else { self.pieces[self.at - 1].end };
        let piece = self.pieces[self.at];
        let within = ((rest - before) / piece.speed).clamp(0.0, piece.length);
        self.start.checked_add(piece.start as u64)?.checked_add((within + 0.5) as u64).map(Time)
    }

    /// Goes on to the next cycle; none at the end of all time.
    #[cold]
    fn enter_next(&mut self) -> Option<()> {
        self.start = self.start.checked_add(self.length)?;
        self.begin = self.end;
        self.open();
        Some(())
    }

    /// Where no surge is to come, leaves out the whole cycles in so many nanoseconds.
    fn skip(&mut self, nanos: u64) {
        let nanos = nanos / self.length * self.length;
        if nanos == 0 || self.start < self.calm {
            return;
        }
        self.start = self.start.saturating_add(nanos);
        self.begin.whole = self.begin.whole.saturating_add(nanos);
        self.end.whole = self.end.whole.saturating_add(nanos);
    }

    /// Makes the pieces of the cycle that begins.
    fn open(&mut self) {
        self.at = 0;
        let here = |surge: &&Surge| surge.from.0 < self.start.saturating_add(self.length) && surge.to.0 > self.start;
        let inside = |at: Time| at.0.saturating_sub(self.start).min(self.length);
        let surges: Vec<(u64, u64, f64)> =
            self.surges.iter().filter(here).map(|surge| (inside(surge.from), inside(surge.to), surge.factor)).collect();
        if self.is_cut || !surges.is_empty() {
            self.cut(&surges);
        }
        self.is_cut = !surges.is_empty();
        self.end = self.begin;
        let length = self.pieces.last().map_or(0.0, |piece| piece.end);
        if self.end.advance(length).is_none() {
            self.end.whole = u64::MAX;
        }
    }

    fn cut(&mut self, surges: &[(u64, u64, f64)]) {
        self.pieces.clear();
        let total: f64 = self.weights.iter().sum();
        let (count, cycle) = (self.weights.len() as u64, self.length as f64);
        let step = self.length / count;
        // What surges add is summed up by itself, so that without them a cycle has exactly its length.
        let (mut sum, mut added) = (0.0, 0.0);
        for (number, weight) in (0..count).zip(&self.weights) {
            sum += weight;
            let speed = weight / total * count as f64;
            let last = (number + 1) * step;
            for (start, end, factor) in stretches(number * step, last, surges) {
                let length = (end - start) as f64;
                added += length * speed * (factor - 1.0);
                let end = sum / total * cycle - (last - end) as f64 * speed + added;
                if speed * factor > 0.0 {
                    self.pieces.push(Piece { start: start as f64, length, speed: speed * factor, end });
                }
            }
        }
    }
}

/// The parts of a stretch of time between which surges begin or end: from, to and factor.
fn stretches(from: u64, to: u64, surges: &[(u64, u64, f64)]) -> Vec<(u64, u64, f64)> {
    let edges = surges.iter().flat_map(|surge| [surge.0, surge.1]).filter(|edge| *edge > from && *edge < to);
    let mut edges: Vec<u64> = edges.chain([from, to]).collect();
    edges.sort_unstable();
    edges.dedup();
    let factor = |at: u64| surges.iter().filter(|surge| surge.0 <= at && at < surge.1).map(|surge| surge.2).product();
    edges.windows(2).map(|pair| (pair[0], pair[1], factor(pair[0]))).collect()
}
