//! Poisson arrivals, exponential service, first come first served: one server (M/M/1) or several on one waiting line (M/M/c).
//!
//! L. Kleinrock, Queueing Systems 1 (1975), ch. 3.

use super::loss::erlang_b;
use super::{positive, quantile};

/// One server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mm1 {
    rate: f64,
    service_rate: f64,
}

impl Mm1 {
    /// Arrivals and services per second.
    pub fn new(arrival_rate: f64, service_rate: f64) -> Option<Mm1> {
        let stable = positive(&[arrival_rate, service_rate]) && arrival_rate < service_rate;
        stable.then_some(Mm1 { rate: arrival_rate, service_rate })
    }

    /// Share of time that the server is busy; also the probability of having to wait.
    pub fn utilization(&self) -> f64 {
        self.rate / self.service_rate
    }

    /// Mean wait.
    pub fn mean_wait(&self) -> f64 {
        self.utilization() * self.mean_sojourn()
    }

    /// Mean sojourn; also its standard deviation (it is exponential), and the mean length of a busy period.
    pub fn mean_sojourn(&self) -> f64 {
        1.0 / (self.service_rate - self.rate)
    }

    /// Mean number waiting.
    pub fn mean_number_waiting(&self) -> f64 {
        self.rate * self.mean_wait()
    }

    /// Mean number waiting or in service.
    pub fn mean_number(&self) -> f64 {
        self.rate * self.mean_sojourn()
    }

    /// Variance of the number in the system (it is geometric).
    pub fn number_variance(&self) -> f64 {
        let idle = 1.0 - self.utilization();
        self.utilization() / (idle * idle)
    }

    /// Probability of so many or more in the system.
    pub fn p_number_at_least(&self, n: u32) -> f64 {
        libm::pow(self.utilization(), f64::from(n))
    }

    /// Variance of the time average of the number in the system, times the length of the run, for long runs: how wide an
    /// interval from one run must be (W. Whitt, "Planning queueing simulations", Management Science 35, 1989).
    pub fn asymptotic_variance(&self) -> f64 {
        let load = self.utilization();
        let idle = 1.0 - load;
        2.0 * load * (1.0 + load) / (idle * idle * idle * idle * self.service_rate)
    }

    /// The share p of all customers waits no longer.
    pub fn wait_quantile(&self, p: f64) -> f64 {
        (self.mean_sojourn() * libm::log(self.utilization() / (1.0 - p))).max(0.0)
    }

    /// The share p of all customers is through no later.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        -self.mean_sojourn() * libm::log1p(-p)
    }
}

/// Probability of having to wait for one of so many servers that are offered so many erlangs, M/M/c (A. Erlang, 1917).
/// 1 where the load is c or more.
pub fn erlang_c(servers: u32, erlangs: f64) -> f64 {
    let load = erlangs / f64::from(servers);
    if load >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(servers, erlangs);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// Several servers on one waiting line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mmc {
    rate: f64,
    service_rate: f64,
    servers: f64,
    p_wait: f64,
}

impl Mmc {
    /// Arrivals per second, services per second of one server, servers.
    pub fn new(arrival_rate: f64, service_rate: f64, servers: u32) -> Option<Mmc> {
        let stable = positive(&[arrival_rate, service_rate]) && arrival_rate < service_rate * f64::from(servers);
        stable.then(|| Mmc {
            rate: arrival_rate,
            service_rate,
            servers: f64::from(servers),
            p_wait: erlang_c(servers, arrival_rate / service_rate),
        })
    }

    /// Share of time that a server is busy.
    pub fn utilization(&self) -> f64 {
        self.rate / (self.service_rate * self.servers)
    }

    /// Probability of having to wait (Erlang C).
    pub fn p_wait(&self) -> f64 {
        self.p_wait
    }

    /// Mean wait, those who need not wait included.
    pub fn mean_wait(&self) -> f64 {
        self.p_wait / self.spare()
    }

    /// Mean wait of those who have to.
    pub fn mean_wait_given_wait(&self) -> f64 {
        1.0 / self.spare()
    }

    /// Mean sojourn.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service_rate
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
        (libm::log(self.p_wait / (1.0 - p)) / self.spare()).max(0.0)
    }

    /// The share p of all customers is through no later.
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        quantile(p, self.mean_sojourn(), |t| self.p_sojourn_above(t))
    }

    /// Service rate of all servers beyond the arrival rate.
    fn spare(&self) -> f64 {
        self.service_rate * self.servers - self.rate
    }

    /// D. Gross et al., Fundamentals of Queueing Theory, 4th ed. 2008, sec. 2.3.
    fn p_sojourn_above(&self, t: f64) -> f64 {
        // By how much the waiting line drains faster than one service, in service rates.
        let faster = self.servers - 1.0 - self.rate / self.service_rate;
        let service = libm::exp(-self.service_rate * t);
        let exponent = -self.service_rate * t * faster;
        if exponent.abs() < 1.0 {
            let ratio = if faster == 0.0 { self.service_rate * t } else { -libm::expm1(exponent) / faster };
            return service * (1.0 + self.p_wait * ratio);
        }
        // The same, without an overflow where the exponent is large.
        let share = self.p_wait / faster;
        service * (1.0 + share) - share * libm::exp(-self.spare() * t)
    }
}
