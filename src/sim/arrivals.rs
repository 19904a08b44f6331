//! When things come.
//!
//! A pattern makes gaps in operational time, a clock that runs faster in busy hours, days and surges and stands still in empty
//! ones; the [`Profile`] maps it to simulated time. For a Poisson process this is the exact inversion of its
//! cumulative rate (E. Cinlar, Introduction to Stochastic Processes, 1975, sec. 4.7). Positions carry their fraction of a
//! nanosecond along ([`position`]), so that the rate is kept over any length of time.
//!
//! Knows nothing of what arrives.

mod position;
mod profile;
mod recording;

use super::{Distribution, Stream};
use crate::units::{Span, Time};
use position::Position;
use profile::Cursor;
pub use profile::{Profile, Surge};
pub use recording::{Recorder, Recording};
use std::sync::Arc;

const NANOS: f64 = 1e9;
const TURN: f64 = 2.0 * std::f64::consts::PI;

/// The shape of an arrival process. The rate comes with [`Arrivals::new`] where the pattern does not carry one itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Independent of each other; with a profile a Poisson process whose rate is constant within each of its pieces.
    Poisson,
    /// Evenly spaced, the first after one gap; with a profile evenly spaced within each of its pieces.
    Regular,
    /// Independent gaps; a profile stretches them in quiet hours and shortens them in busy ones.
    Gaps(Distribution),
    /// Poisson whose rate swings: rate x (1 + amplitude x sin(2 pi t / period)), times the profile where there is one.
    Sine {
        /// 0 to 1.
        amplitude: f64,
        /// Of one swing.
        period: Span,
    },
    /// Poisson whose rate jumps between phases of exponential length: (rate per second, mean length), in turn, forever. It
    /// starts in the midst of a phase, as if it had run forever. No profile touches it.
    Mmpp(Vec<(f64, Span)>),
    /// Recorded instants with the sequence number of each. No profile touches them.
    Trace(Arc<Recording>),
}

impl Pattern {
    /// The same shape with so many times as many arrivals, where the pattern carries its own rate; the others come with
    /// [`Arrivals::new`]. None for recorded instants, which are what they are.
    pub fn faster(&self, factor: f64) -> Option<Pattern> {
        Some(match self {
            Pattern::Gaps(gaps) => Pattern::Gaps(gaps.times(1.0 / factor)),
            Pattern::Mmpp(phases) => Pattern::Mmpp(phases.iter().map(|(rate, length)| (rate * factor, *length)).collect()),
            Pattern::Trace(_) => return None,
            Pattern::Poisson | Pattern::Regular | Pattern::Sine { .. } => self.clone(),
        })
    }

    /// A profile acts on it.
    pub fn is_stretched(&self) -> bool {
        !matches!(self, Pattern::Mmpp(_) | Pattern::Trace(_))
    }
}

/// An arrival process at work.
#[derive(Clone, Debug)]
pub struct Arrivals {
    process: Process,
    profile: Option<Box<Cursor>>,
    at: Position,
}

#[derive(Clone, Debug)]
enum Process {
    Never,
    Poisson { gap: f64 },
    Regular { gap: f64, count: u64 },
    Gaps(Distribution),
    Sine { gap: f64, amplitude: f64, period: f64 },
    Mmpp(Mmpp),
    Trace(Box<Replay>),
}

/// A recording on its way.
#[derive(Clone, Debug)]
struct Replay {
    rows: Arc<Recording>,
    place: recording::Place,
    /// Of the row before.
    number: Option<u64>,
}

impl Replay {
    fn next(&mut self) -> Option<Time> {
        let (at, number) = self.rows.next(&mut self.place)?;
        self.number = Some(number);
        Some(at)
    }
}

impl Arrivals {
    /// `rate` in arrivals per second, averaged over the profile's hours and days; not looked at for gaps, mmpp and trace. Without
    /// a rate above zero, or without an hour of weight above zero, nothing ever arrives.
    pub fn new(pattern: &Pattern, rate: f64, profile: &Profile) -> Arrivals {
        let gap = NANOS / rate;
        let comes = rate > 0.0 && gap < u64::MAX as f64;
        let process = match pattern {
            Pattern::Poisson if comes => Process::Poisson { gap },
            Pattern::Regular if comes => Process::Regular { gap, count: 0 },
            Pattern::Sine { amplitude, period } if comes => {
                let amplitude = amplitude.clamp(0.0, 1.0);
                Process::Sine { gap: gap / (1.0 + amplitude), amplitude, period: period.0.max(1) as f64 }
            }
            Pattern::Poisson | Pattern::Regular | Pattern::Sine { .. } => Process::Never,
            Pattern::Gaps(gaps) => Process::Gaps(gaps.clone()),
            Pattern::Mmpp(phases) => Mmpp::new(phases).map_or(Process::Never, Process::Mmpp),
            Pattern::Trace(rows) => {
                Process::Trace(Box::new(Replay { rows: rows.clone(), place: recording::Place::default(), number: None }))
            }
        };
        if profile.is_flat() || !pattern.is_stretched() {
            return Arrivals { process, profile: None, at: Position::START };
        }
        match Cursor::new(profile) {
            Some(cursor) => Arrivals { process, profile: Some(Box::new(cursor)), at: Position::START },
            None => Arrivals { process: Process::Never, profile: None, at: Position::START },
        }
    }

    /// The next arrival, not before the one before; none when there will be none.
    #[inline(always)]
    pub fn next(&mut self, stream: &mut Stream) -> Option<Time> {
        if let Process::Poisson { gap } = self.process {
            self.at.advance(gap * stream.exponential())?;
            return self.now();
        }
        self.next_unusual(stream)
    }

    /// The sequence number on record of the arrival that [`Arrivals::next`] gave last; none where arrivals are drawn.
    pub fn sequence(&self) -> Option<u64> {
        match &self.process {
            Process::Trace(replay) => replay.number,
            _ => None,
        }
    }

    fn next_unusual(&mut self, stream: &mut Stream) -> Option<Time> {
        match &mut self.process {
            Process::Never => return None,
            Process::Poisson { gap } => self.at.advance(*gap * stream.exponential())?,
            Process::Regular { gap, count } => {
                // From the start each time: the error of one product does not add up.
                *count += 1;
                self.at = Position::START;
                self.at.advance(*gap * *count as f64)?;
            }
            Process::Gaps(gaps) => self.at.advance_span(gaps.sample(stream))?,
            Process::Sine { gap, amplitude, period } => {
                let (gap, amplitude, period) = (*gap, *amplitude, *period);
                return self.next_of_sine(stream, gap, amplitude, period);
            }
            Process::Mmpp(mmpp) => mmpp.advance(&mut self.at, stream)?,
            Process::Trace(replay) => return replay.next(),
        }
        self.now()
    }

    /// Thinning of a process at the peak rate (P. Lewis and G. Shedler, "Simulation of nonhomogeneous Poisson processes by
    /// thinning", Naval Research Logistics Quarterly 26, 1979).
    fn next_of_sine(&mut self, stream: &mut Stream, gap: f64, amplitude: f64, period: f64) -> Option<Time> {
        loop {
            self.at.advance(gap * stream.exponential())?;
            let now = self.now()?;
            let turns = now.0 as f64 / period;
            let rate = 1.0 + amplitude * libm::sin(TURN * (turns - turns.floor()));
            if stream.unit() * (1.0 + amplitude) < rate {
                return Some(now);
            }
        }
    }

    /// The simulated time of the present position.
    #[inline]
    fn now(&mut self) -> Option<Time> {
        match &mut self.profile {
            None => Some(self.at.rounded()),
            Some(profile) => profile.time(self.at),
        }
    }
}

/// A Markov-modulated Poisson process: rates and mean lengths of its phases, and where it is.
#[derive(Clone, Debug)]
struct Mmpp {
    /// (mean gap in nanoseconds, infinite for none; mean length in nanoseconds).
    phases: Vec<(f64, f64)>,
    phase: usize,
    /// Nanoseconds of the present phase still to come; none before the first draw.
    left: Option<f64>,
}

impl Mmpp {
    /// None where nothing would ever arrive. Phases without length are left out.
    fn new(phases: &[(f64, Span)]) -> Option<Mmpp> {
        let phases: Vec<(f64, f64)> = phases
            .iter()
            .filter(|(_, length)| !length.is_zero())
            .map(|(rate, length)| (if *rate > 0.0 { NANOS / rate } else { f64::INFINITY }, length.0 as f64))
            .collect();
        phases.iter().any(|(gap, _)| gap.is_finite()).then_some(Mmpp { phases, phase: 0, left: None })
    }

    fn advance(&mut self, at: &mut Position, stream: &mut Stream) -> Option<()> {
        let mut left = match self.left {
            Some(left) => left,
            None => self.start(stream),
        };
        loop {
            let (gap, _) = self.phases[self.phase];
            // Drawn afresh after every change of phase, which changes nothing: an exponential has no memory.
            let wait = if gap.is_finite() { gap * stream.exponential() } else { f64::INFINITY };
            if wait < left {
                self.left = Some(left - wait);
                return at.advance(wait);
            }
            at.advance(left)?;
            self.phase = (self.phase + 1) % self.phases.len();
            left = self.phases[self.phase].1 * stream.exponential();
        }
    }

    /// A phase met at a random instant is met in proportion to its mean length; what is left of it is exponential.
    fn start(&mut self, stream: &mut Stream) -> f64 {
        let total: f64 = self.phases.iter().map(|(_, length)| length).sum();
        let mut point = stream.unit() * total;
        while self.phase + 1 < self.phases.len() && point >= self.phases[self.phase].1 {
            point -= self.phases[self.phase].1;
            self.phase += 1;
        }
        self.phases[self.phase].1 * stream.exponential()
    }
}
