//! Independent gaps of any distribution, exponential service, one server (G/M/1), for regular and for Erlang gaps.

use super::{bisect, positive};

/// Solved by the probability `sigma` of having to wait, the root in (0, 1) of sigma = A(service rate x (1 - sigma)) with A the
/// Laplace transform of the gaps; the sojourn is exponential (L. Kleinrock, Queueing Systems 1, 1975, sec. 6.4).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gm1 {
    rate: f64,
    service_rate: f64,
    sigma: f64,
}

impl Gm1 {
    /// D/M/1: evenly spaced arrivals.
    pub fn regular(arrival_rate: f64, service_rate: f64) -> Option<Gm1> {
        Gm1::new(arrival_rate, service_rate, |s| libm::exp(-s / arrival_rate))
    }

    /// E_k/M/1: gaps of k exponential phases, as each of k segments sees of a Poisson stream that is dealt in turn.
    pub fn erlang(phases: u32, arrival_rate: f64, service_rate: f64) -> Option<Gm1> {
        let k = f64::from(phases);
        if phases == 0 {
            return None;
        }
        Gm1::new(arrival_rate, service_rate, |s| libm::exp(-k * libm::log1p(s / (k * arrival_rate))))
    }

    fn new(rate: f64, service_rate: f64, transform: impl Fn(f64) -> f64) -> Option<Gm1> {
        if !positive(&[rate, service_rate]) || rate >= service_rate {
            return None;
        }
        // Above the root the transform lies below the diagonal, up to 1 where they meet.
        let sigma = bisect(0.0, 1.0, |sigma| transform(service_rate * (1.0 - sigma)) <= sigma);
        (sigma < 1.0).then_some(Gm1 { rate, service_rate, sigma })
    }

    /// Share of time that the server is busy.
    pub fn utilization(&self) -> f64 {
        self.rate / self.service_rate
    }

    /// Probability of having to wait.
    pub fn p_wait(&self) -> f64 {
        self.sigma
    }

    /// Mean wait.
    pub fn mean_wait(&self) -> f64 {
        self.sigma * self.mean_sojourn()
    }

    /// Mean sojourn.
    pub fn mean_sojourn(&self) -> f64 {
        1.0 / (self.service_rate * (1.0 - self.sigma))
    }

    /// Mean number waiting.
    pub fn mean_number_waiting(&self) -> f64 {
        self.rate * self.mean_wait()
    }

    /// Mean number waiting or in service.
    pub fn mean_number(&self) -> f64 {
        self.rate * self.mean_sojourn()
    }

    /// The share p of all customers waits no longer.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        (self.mean_sojourn() * libm::log(self.sigma / (1.0 - p))).max(0.0)
    }

    /// The share p of all customers is through no later.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        -self.mean_sojourn() * libm::log1p(-p)
    }
}
