//! A simulated figure against the truth: how many of its own standard errors it is away.

use busload::outcome::Outcome;
use busload::stats::t_quantile;

/// One line of a table.
pub struct Row {
    pub metric: String,
    pub truth: f64,
    pub point: f64,
    pub low: f64,
    pub high: f64,
    pub z: f64,
}

/// Standard errors that a sound figure may be away.
pub const FAR: f64 = 3.5;
/// The same for a figure of what changes over the day.
pub const FAR_TRANSIENT: f64 = 3.0;

/// Compares; none where the outcome has no such figure with an interval.
pub fn row(outcome: &Outcome, metric: &str, truth: f64) -> Option<Row> {
    let (point, low, high, n) = match metric.strip_prefix("series ") {
        Some(named) => step(outcome, named)?,
        None => {
            let found = outcome.metric(metric)?;
            (found.point, found.low?, found.high?, found.n)
        }
    };
    let t = t_quantile(0.5 + outcome.run.confidence / 2.0, f64::from(n) - 1.0)?;
    let error = (high - point).max(point - low) / t;
    let z = if point == truth { 0.0 } else { (point - truth) / error };
    Some(Row { metric: metric.into(), truth, point, low, high, z })
}

/// "name seconds": the steps on both sides of that instant of the last day of a run.
fn step(outcome: &Outcome, named: &str) -> Option<(f64, f64, f64, u32)> {
    let (name, at) = named.rsplit_once(' ')?;
    let series = outcome.series.iter().find(|series| series.name == name)?;
    let instant = at.parse::<f64>().ok()? + (outcome.run.horizon_s - 86_400.0);
    let after = (instant / series.step_s) as usize;
    let both = |values: &[f64]| (values[after - 1] + values[after]) / 2.0;
    Some((both(&series.mean), both(&series.low), both(&series.high), outcome.run.replications))
}

/// How wide intervals may be, as a share of the figure: means 1 %, 99th percentiles 3 %. None for other figures.
pub fn widest(metric: &str) -> Option<f64> {
    let (_, statistic) = metric.split_once(".end_to_end.")?;
    match statistic {
        "mean" => Some(0.01),
        "p99" => Some(0.03),
        _ => None,
    }
}

/// Standard deviation of all z, which is 1 where intervals are honest.
pub fn spread(rows: &[Row]) -> f64 {
    let mean = rows.iter().map(|row| row.z).sum::<f64>() / rows.len() as f64;
    (rows.iter().map(|row| (row.z - mean).powi(2)).sum::<f64>() / (rows.len() as f64 - 1.0)).sqrt()
}
