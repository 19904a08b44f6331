//! One server that takes all who wait at once: a journal with group commit.

use super::positive;

/// Share of time that such a server is busy: it starts as soon as anybody waits and takes all of them together, without limit.
///
/// After each service, anybody has come during it or the server idles for the mean gap; so of Poisson arrivals at this rate the share
/// is `E[S] / (E[S] + L(rate) / rate)`, L being the Laplace transform of the service (after N. Bailey, "On queueing processes with bulk
/// service", Journal of the Royal Statistical Society B 16, 1954). L is that of a gamma with the same mean and scv: exact for constants
/// and exponentials. None without a service or arrivals.
pub fn group_utilization(arrival_rate: f64, mean_service: f64, service_scv: f64) -> Option<f64> {
    let given = positive(&[arrival_rate, mean_service]) && service_scv >= 0.0 && service_scv.is_finite();
    let erlangs = arrival_rate * mean_service;
    let nobody = match service_scv {
        0.0 => libm::exp(-erlangs),
        scv => libm::exp(-libm::log1p(erlangs * scv) / scv),
    };
    given.then(|| erlangs / (erlangs + nobody))
}
