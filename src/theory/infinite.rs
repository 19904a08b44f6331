//! As many servers as customers (M/G/infinity): a link's latency, handlers without a limit.

use super::loss::poisson;
use super::positive;

/// The number in the system is Poisson with mean rate x service, whatever the distribution of service
/// (L. Kleinrock, Queueing Systems 1, 1975, sec. 3.3). Steady at any load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MgInfinity {
    erlangs: f64,
}

impl MgInfinity {
    /// Arrivals per second, mean service.
    pub fn new(arrival_rate: f64, mean_service: f64) -> Option<MgInfinity> {
        positive(&[arrival_rate, mean_service]).then_some(MgInfinity { erlangs: arrival_rate * mean_service })
    }

    /// Mean number in the system; also its variance.
    pub fn mean_number(&self) -> f64 {
        self.erlangs
    }

    /// Probability of an empty system.
    pub fn p_empty(&self) -> f64 {
        libm::exp(-self.erlangs)
    }

    /// Probability of more than n in the system.
    pub fn p_number_above(&self, n: u32) -> f64 {
        let n = f64::from(n);
        let mut k = n + 1.0;
        let mut term = poisson(k, self.erlangs);
        let mut sum = 0.0;
        // Terms rise up to the mean and fall beyond it.
        while k < self.erlangs || term > sum * 1e-17 {
            sum += term;
            k += 1.0;
            term = if term > 0.0 { term * self.erlangs / k } else { poisson(k, self.erlangs) };
        }
        sum.min(1.0)
    }
}
