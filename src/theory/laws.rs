//! Laws that hold for every station, whatever its distributions.

/// Utilization law: the share of its time that a server is busy, or the load offered to it where that is above 1
/// (P. Denning and J. Buzen, "The operational analysis of queueing network models", Computing Surveys 10, 1978).
pub fn utilization(arrival_rate: f64, mean_service: f64, servers: u32) -> f64 {
    arrival_rate * mean_service / f64::from(servers)
}

/// Little's law: mean number in a system from throughput and mean sojourn (J. Little, Operations Research 9, 1961).
pub fn little_number(throughput: f64, mean_sojourn: f64) -> f64 {
    throughput * mean_sojourn
}

/// Little's law the other way: mean sojourn from throughput and mean number; none without throughput.
pub fn little_sojourn(throughput: f64, mean_number: f64) -> Option<f64> {
    (throughput > 0.0).then(|| mean_number / throughput)
}
