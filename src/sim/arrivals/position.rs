//! A position in time that is finer than a nanosecond.

use crate::units::{Span, Time};

/// Whole nanoseconds and the rest, 0 <= fraction < 1: adding up gaps loses nothing, whatever their size.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    pub whole: u64,
    pub fraction: f64,
}

impl Position {
    pub const START: Position = Position { whole: 0, fraction: 0.0 };

    /// Moves on by so many nanoseconds; none at the end of all time.
    #[inline]
    pub fn advance(&mut self, nanos: f64) -> Option<()> {
        let sum = self.fraction + nanos;
        if sum >= i64::MAX as f64 {
            return None;
        }
        // Signed, because that conversion is one instruction.
        let whole = sum as i64;
        self.fraction = sum - whole as f64;
        self.whole = self.whole.checked_add(whole as u64)?;
        Some(())
    }

    /// Moves on by a span; none at the end of all time.
    pub fn advance_span(&mut self, span: Span) -> Option<()> {
        self.whole = self.whole.checked_add(span.0).filter(|whole| *whole < u64::MAX)?;
        Some(())
    }

    /// The nearest instant.
    #[inline]
    pub fn rounded(self) -> Time {
        Time(self.whole.saturating_add(u64::from(self.fraction >= 0.5)))
    }
}
