//! Poisson arrivals, constant service, one server (M/D/1), percentiles included.

use super::bisect;
use super::general::{Mg1, ServiceMoments};
use super::loss::poisson;

/// Customers up to which the distribution of the number in the system is followed: enough for p99.9 at a load of 0.999.
const MOST: usize = 5000;

/// Constant service; its means are those of [`Mg1`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Md1 {
    rate: f64,
    service: f64,
    means: Mg1,
}

impl Md1 {
    /// Arrivals per second, service time.
    pub fn new(arrival_rate: f64, service: f64) -> Option<Md1> {
        let means = Mg1::new(arrival_rate, ServiceMoments::constant(service))?;
        Some(Md1 { rate: arrival_rate, service, means })
    }

    /// Means and variances, by Pollaczek and Khinchine.
    pub fn means(&self) -> &Mg1 {
        &self.means
    }

    /// The share p of all customers waits no longer; none for p of 1 and where that takes more than 5000 customers in the system.
    ///
    /// G. Franx, "A simple solution for the M/D/c waiting time distribution", Operations Research Letters 29 (2001): all terms are
    /// positive, where Erlang's own series cancels.
    pub fn wait_quantile(&self, p: f64) -> Option<f64> {
        let load = self.means.utilization();
        if p <= 1.0 - load {
            return Some(0.0);
        }
        if p >= 1.0 {
            return None;
        }
        // A wait of at most k services means at most k in the system: so the quantile lies in the last of these services.
        let at_most = self.number_at_most(p)?;
        let k = at_most.len() - 1;
        let within = |t: f64| {
            let mean = self.rate * (k as f64 * self.service - t);
            (0..k).map(|j| at_most[k - j] * poisson(j as f64, mean)).sum::<f64>()
        };
        let start = (k as f64 - 1.0) * self.service;
        Some(bisect(start, start + self.service, |t| within(t) >= p))
    }

    /// The share p of all customers is through no later; none as for [`Md1::wait_quantile`].
    pub fn sojourn_quantile(&self, p: f64) -> Option<f64> {
        self.wait_quantile(p).map(|wait| wait + self.service)
    }

    /// P(N <= n) for n = 0, 1, ... up to the first that reaches p.
    ///
    /// What crosses from n to n + 1 equals what crosses back, so the probability of n + 1 is a sum of positive terms
    /// (H. Tijms, A First Course in Stochastic Models, 2003, sec. 9.2.2).
    fn number_at_most(&self, p: f64) -> Option<Vec<f64>> {
        let load = self.means.utilization();
        let none_arrive = libm::exp(-load);
        // Probability of more than n arrivals in one service.
        let mut more = vec![-libm::expm1(-load)];
        let mut number = vec![1.0 - load];
        let mut at_most = vec![1.0 - load];
        while *at_most.last()? < p {
            let n = number.len() - 1;
            if n == MOST {
                return None;
            }
            let crossings: f64 = number[0] * more[n] + (1..=n).map(|i| number[i] * more[n + 1 - i]).sum::<f64>();
            number.push(crossings / none_arrive);
            at_most.push(at_most[n] + number[n + 1]);
            more.push((more[n] - poisson(n as f64 + 1.0, load)).max(0.0));
        }
        Some(at_most)
    }
}
