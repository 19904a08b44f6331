//! One server with any distribution of service (M/G/1), bounds and approximations for any arrivals (G/G/c).

use super::markov::Mmc;
use super::positive;

/// The first three moments of a service time about zero: `E[S]`, `E[S^2]`, `E[S^3]` in seconds, seconds squared and cubed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceMoments {
    /// `E[S]`.
    pub first: f64,
    /// `E[S^2]`.
    pub second: f64,
    /// `E[S^3]`.
    pub third: f64,
}

impl ServiceMoments {
    /// Of a constant.
    pub fn constant(mean: f64) -> ServiceMoments {
        ServiceMoments { first: mean, second: mean * mean, third: mean * mean * mean }
    }

    /// Of an exponential.
    pub fn exponential(mean: f64) -> ServiceMoments {
        ServiceMoments::gamma(mean, 1.0)
    }

    /// Of a gamma; an Erlang with k phases has scv = 1 / k.
    pub fn gamma(mean: f64, scv: f64) -> ServiceMoments {
        let second = mean * mean * (1.0 + scv);
        ServiceMoments { first: mean, second, third: second * mean * (1.0 + 2.0 * scv) }
    }

    /// Of a lognormal.
    pub fn lognormal(mean: f64, scv: f64) -> ServiceMoments {
        let ratio = 1.0 + scv;
        ServiceMoments { first: mean, second: mean * mean * ratio, third: mean * mean * mean * ratio * ratio * ratio }
    }

    /// Of a hyperexponential with two phases of balanced means; scv of 1 or more.
    pub fn hyperexponential(mean: f64, scv: f64) -> ServiceMoments {
        let often = (1.0 + ((scv - 1.0) / (scv + 1.0)).sqrt()) / 2.0;
        let (short, long) = (mean / (2.0 * often), mean / (2.0 * (1.0 - often)));
        let moment = |factorial: f64, power: fn(f64) -> f64| factorial * (often * power(short) + (1.0 - often) * power(long));
        ServiceMoments { first: mean, second: moment(2.0, |x| x * x), third: moment(6.0, |x| x * x * x) }
    }

    /// Squared coefficient of variation.
    pub fn scv(&self) -> f64 {
        self.second / (self.first * self.first) - 1.0
    }
}

/// Poisson arrivals, one server, any service, first come first served.
///
/// F. Pollaczek (1930) and A. Khinchine (1932); the variance after L. Takacs: `E[W^2]` = 2 `E[W]^2` + rate `E[S^3]` / (3 (1 - load))
/// (L. Kleinrock, Queueing Systems 1, 1975, sec. 5.6 and 5.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mg1 {
    rate: f64,
    service: ServiceMoments,
}

impl Mg1 {
    /// Arrivals per second, moments of the service.
    pub fn new(arrival_rate: f64, service: ServiceMoments) -> Option<Mg1> {
        let given = positive(&[arrival_rate, service.first, service.second, service.third]);
        (given && arrival_rate * service.first < 1.0).then_some(Mg1 { rate: arrival_rate, service })
    }

    /// Share of time that the server is busy; also the probability of having to wait.
    pub fn utilization(&self) -> f64 {
        self.rate * self.service.first
    }

    /// Mean wait.
    pub fn mean_wait(&self) -> f64 {
        self.rate * self.service.second / (2.0 * (1.0 - self.utilization()))
    }

    /// Variance of the wait.
    pub fn wait_variance(&self) -> f64 {
        self.mean_wait() * self.mean_wait() + self.rate * self.service.third / (3.0 * (1.0 - self.utilization()))
    }

    /// Mean sojourn.
    pub fn mean_sojourn(&self) -> f64 {
        self.mean_wait() + self.service.first
    }

    /// Variance of the sojourn: wait and service are independent.
    pub fn sojourn_variance(&self) -> f64 {
        self.wait_variance() + self.service.second - self.service.first * self.service.first
    }

    /// Mean number waiting.
    pub fn mean_number_waiting(&self) -> f64 {
        self.rate * self.mean_wait()
    }

    /// Mean number waiting or in service.
    pub fn mean_number(&self) -> f64 {
        self.rate * self.mean_sojourn()
    }
}

/// Between these the mean wait lies for certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// W. Marchal, Operations Research 26 (1978).
    pub lower: f64,
    /// J. Kingman, "Some inequalities for the queue GI/G/1", Biometrika 49 (1962).
    pub upper: f64,
}

/// Bounds of the mean wait at one server, for independent gaps and services of any distribution.
pub fn kingman(arrival_rate: f64, arrival_scv: f64, mean_service: f64, service_scv: f64) -> Option<Bounds> {
    let load = arrival_rate * mean_service;
    if !scvs_exist(arrival_scv, service_scv) || !positive(&[arrival_rate, mean_service]) || load >= 1.0 {
        return None;
    }
    let per_rate = 2.0 * arrival_rate * (1.0 - load);
    let upper = (arrival_scv + load * load * service_scv) / per_rate;
    let lower = (load * load * service_scv + load * (load - 2.0)) / per_rate;
    Some(Bounds { lower: lower.max(0.0), upper })
}

/// Mean wait at c servers for gaps and services of any distribution, approximately: Erlang C's mean wait, scaled by the mean of
/// both scvs (A. Allen, Probability, Statistics and Queueing Theory, 2nd ed. 1990, sec. 5.3.5, after P. Cunneen). Exact for
/// M/M/c and M/G/1; for one server it is Kingman's heavy-traffic formula times the load.
pub fn allen_cunneen(arrival_rate: f64, arrival_scv: f64, mean_service: f64, service_scv: f64, servers: u32) -> Option<f64> {
    if !scvs_exist(arrival_scv, service_scv) || !positive(&[mean_service]) {
        return None;
    }
    let exponential = Mmc::new(arrival_rate, 1.0 / mean_service, servers)?;
    Some(exponential.mean_wait() * (arrival_scv + service_scv) / 2.0)
}

fn scvs_exist(arrival: f64, service: f64) -> bool {
    [arrival, service].iter().all(|scv| *scv >= 0.0 && scv.is_finite())
}
