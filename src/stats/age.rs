//! The age of the oldest of several things over time: its exact integral and its maximum.

use crate::units::{Span, Time};

/// Told of every change of who is the oldest. Invariant: the area is exact (integers).
#[derive(Clone, Copy, Debug, Default)]
pub struct Age {
    since: Time,
    /// Twice the integral, ns^2.
    area_twice: u128,
    max: Span,
}

impl Age {
    /// From the last time until now, what came at this instant was the oldest; nothing was there where none.
    #[inline]
    pub fn account(&mut self, now: Time, oldest: Option<Time>) {
        if let Some(came) = oldest {
            let (from, to) = (self.since.max(came).0 - came.0, now.0 - came.0);
            // to^2 - from^2 in one multiplication.
            self.area_twice += (to - from) as u128 * (to + from) as u128;
            self.max = self.max.max(Span(to));
        }
        self.since = now;
    }

    /// Twice the integral and the maximum since the last cut, and a new beginning.
    pub fn cut(&mut self) -> (u128, Span) {
        (std::mem::take(&mut self.area_twice), std::mem::take(&mut self.max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_grows_until_another_is_the_oldest() {
        let mut age = Age::default();
        age.account(Time(10), None);
        age.account(Time(14), Some(Time(10)));
        assert_eq!(age.cut(), (16, Span(4)));
        // It goes on growing from 4 to 6; then one that came at 13 is the oldest, from 3 to 5.
        age.account(Time(16), Some(Time(10)));
        age.account(Time(18), Some(Time(13)));
        assert_eq!(age.cut(), (36 - 16 + 25 - 9, Span(6)));
        assert_eq!(age.cut(), (0, Span(0)));
    }
}
