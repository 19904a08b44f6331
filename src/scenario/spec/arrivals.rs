//! When the events of a kind are raised, as the file says it.

use crate::sim::{Distribution, Pattern, Profile};
use crate::units::Rate;

#[derive(Clone, Debug)]
pub struct Arrivals {
    pub pattern: Pattern,
    /// Events per second averaged over the profile. Where the pattern carries its own rate (gaps, mmpp, trace), that times the
    /// events that one arrival of the pattern stands for: `batch` times the changes of a lifecycle.
    pub rate: f64,
    /// The rate as written, where it was.
    pub written: Option<Rate>,
    /// How the rate varies: weights of mean 1, and surges.
    pub profile: Profile,
    /// Events raised together.
    pub batch: u32,
}

/// What independent gaps of one distribution look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gaps {
    /// Squared coefficient of variation.
    pub scv: f64,
    /// They are exponential.
    pub poisson: bool,
}

impl Arrivals {
    /// The gaps between events where they are a renewal process: not where the rate varies, where several events come at once, or where
    /// gaps depend on each other.
    pub fn renewal_gaps(&self) -> Option<Gaps> {
        if self.batch != 1 || self.profile != Profile::default() {
            return None;
        }
        let scv = |gap: &Distribution| gap.variance() / (gap.mean() * gap.mean());
        let gaps = match &self.pattern {
            Pattern::Poisson => Gaps { scv: 1.0, poisson: true },
            Pattern::Regular => Gaps { scv: 0.0, poisson: false },
            Pattern::Gaps(gap) => Gaps { scv: scv(gap), poisson: gap.is_exponential() },
            Pattern::Sine { .. } | Pattern::Mmpp(_) | Pattern::Trace(_) => return None,
        };
        gaps.scv.is_finite().then_some(gaps)
    }
}
