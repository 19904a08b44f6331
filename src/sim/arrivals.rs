//! When things come.
use super::{Distribution, Stream};
use crate::units::{Span, Time};
use std::sync::Arc;
/// The shape of an arrival process. The rate comes with [`Arrivals::new`] where the pattern does not carry one itself.
#[derive(Clone, Debug)]
pub enum Pattern {
    Poisson,
    Regular,
    /// Independent gaps.
    Gaps(Distribution),
    /// Poisson whose rate swings: rate x (1 + amplitude x sin(2 pi t / period)).
    Sine {
        amplitude: f64,
        period: Span,
    },
    /// Poisson whose rate jumps between phases of exponential length: (rate per second, mean length).
    Mmpp(Vec<(f64, Span)>),
    /// Recorded instants, ascending, with the sequence number of each.
    Trace(Arc<Vec<(Time, u64)>>),
}
/// An arrival process at work.
#[derive(Clone, Debug)]
pub struct Arrivals;
impl Arrivals {
    /// `rate` in arrivals per second, averaged over the profile; not looked at for gaps, mmpp and trace.
    pub fn new(_pattern: &Pattern, _rate: f64, _hourly: Option<[f64; 24]>) -> Arrivals {
        todo!()
    }
    /// The next arrival, not before the one before; none when there will be none.
    #[inline]
    pub fn next(&mut self, _stream: &mut Stream) -> Option<Time> {
        todo!()
    }
}
