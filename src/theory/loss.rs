//! Bounded stations: who finds all places taken is lost (M/M/c/K; Erlang B where nobody may wait).

use super::{positive, quantile};

/// Probability that all of so many servers are taken when so many erlangs are offered and nobody waits (A. Erlang, 1917).
/// Holds for any distribution of service. By the recursion B(k) = a B(k-1) / (k + a B(k-1)), which does not overflow.
pub fn erlang_b(servers: u32, erlangs: f64) -> f64 {
    (1..=servers).fold(1.0, |blocked, k| erlangs * blocked / (f64::from(k) + erlangs * blocked))
}

/// Poisson arrivals, exponential service, c servers and K places in all, in service included. Steady at any load.
///
/// By the balance of the birth and death process (D. Gross et al., Fundamentals of Queueing Theory, 4th ed. 2008, sec. 2.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Mmck {
    rate: f64,
    service_rate: f64,
    servers: usize,
    /// Probability of n in the system, n from 0 to K.
    number: Vec<f64>,
}

impl Mmck {
    /// Arrivals per second, services per second of one server, servers, places. None also for fewer places than servers.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32, places: u32) -> Option<Mmck> {
        if !positive(&[arrival_rate, service_rate]) || servers == 0 || places < servers {
            return None;
        }
        let mut logs = vec![0.0];
        for n in 1..=places {
            let step = libm::log(arrival_rate / (service_rate * f64::from(n.min(servers))));
            logs.push(logs[n as usize - 1] + step);
        }
        let largest = logs.iter().fold(0.0, |largest: f64, log| largest.max(*log));
        let weights: Vec<f64> = logs.iter().map(|log| libm::exp(log - largest)).collect();
        let total: f64 = weights.iter().sum();
        let number = weights.iter().map(|weight| weight / total).collect();
        Some(Mmck { rate: arrival_rate, service_rate, servers: servers as usize, number })
    }

    /// Share of arrivals that are lost.
    pub fn p_loss(&self) -> f64 {
        self.number[self.places()]
    }

    /// Arrivals per second that are accepted.
    pub fn throughput(&self) -> f64 {
        // 1 - p_loss, without cancellation at high loss.
        self.rate * self.number[..self.places()].iter().sum::<f64>()
    }

    /// Share of time that a server is busy.
    pub fn utilization(&self) -> f64 {
        self.throughput() / (self.service_rate * self.servers as f64)
    }

    /// Probability of an empty system.
    pub fn p_empty(&self) -> f64 {
        self.number[0]
    }

    /// Mean number waiting or in service.
    pub fn mean_number(&self) -> f64 {
        self.number.iter().enumerate().map(|(n, p)| n as f64 * p).sum()
    }

    /// Mean number waiting.
    pub fn mean_number_waiting(&self) -> f64 {
        self.number.iter().enumerate().map(|(n, p)| n.saturating_sub(self.servers) as f64 * p).sum()
    }

    /// Mean wait of those who are accepted.
    pub fn mean_wait(&self) -> f64 {
        self.mean_number_waiting() / self.throughput()
    }

    /// Mean sojourn of those who are accepted.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_number() / self.throughput()
    }

    /// Share of those who are accepted that have to wait.
    pub fn p_wait(&self) -> f64 {
        self.seen_by_accepted().map(|(_, p)| p).sum()
    }

    /// The share p of those who are accepted waits no longer.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        quantile(p, 1.0 / self.service_rate, |t| self.p_wait_above(t))
    }

    fn places(&self) -> usize {
        self.number.len() - 1
    }

    /// How many are waiting already when an accepted one finds all servers busy, and how probable that is.
    fn seen_by_accepted(&self) -> impl Iterator<Item = (usize, f64)> {
        let accepted = self.throughput() / self.rate;
        self.number[self.servers..self.places()].iter().map(move |p| p / accepted).enumerate()
    }

    /// Who finds n waiting waits for n + 1 services: longer than t if no more than n happen in t.
    fn p_wait_above(&self, t: f64) -> f64 {
        let services = self.service_rate * self.servers as f64 * t;
        let mut at_most = 0.0;
        self.seen_by_accepted()
            .map(|(n, p)| {
                at_most += poisson(n as f64, services);
                p * at_most
            })
            .sum()
    }
}

/// P(N = n) of a Poisson count.
pub fn poisson(n: f64, mean: f64) -> f64 {
    if mean == 0.0 {
        return if n == 0.0 { 1.0 } else { 0.0 };
    }
    libm::exp(n * libm::log(mean) - mean - libm::lgamma(n + 1.0))
}
