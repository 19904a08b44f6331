//! A mean on two levels, for designs whose chance lies in few rare things, while most of the work goes into many customers that tell little
//! (M. Giles, "Multilevel Monte Carlo path simulation", Operations Research 56, 2008): the mean of long cheap runs with fewer customers and
//! the same rare things, plus the mean difference to the real design in runs that share their chance. Unbiased whatever the cheap runs say.

use super::coverage::values;
use super::judge::Row;
use super::unbiased::load;
use busload::stats::{Tally, t_quantile};

/// Texts of the two designs over the same time, and of the cheap one over a longer time from another seed.
pub struct Levels {
    pub metric: String,
    pub real: String,
    pub cheap: String,
    pub cheap_long: String,
}

impl Levels {
    /// Compares with the truth.
    pub fn row(&self, truth: f64) -> Option<Row> {
        let of = |text: &str| {
            let scenario = load(text, &[]);
            let count = scenario.run.first_replications();
            let each = values(&scenario, warm_up(text), count, &[&self.metric]);
            each.into_iter().map(|values| values[0]).collect::<Vec<f64>>()
        };
        let (real, cheap, long) = (of(&self.real), of(&self.cheap), of(&self.cheap_long));
        let differences: Tally = real.iter().zip(&cheap).map(|(real, cheap)| real - cheap).collect();
        let long: Tally = long.into_iter().collect();
        let variance = |tally: &Tally| Some(tally.variance()? / tally.count() as f64);
        let point = long.mean()? + differences.mean()?;
        let error = (variance(&long)? + variance(&differences)?).sqrt();
        let half = error * t_quantile(0.975, differences.count() as f64 - 1.0)?;
        let z = (point - truth) / error;
        Some(Row { metric: self.metric.clone(), truth, point, low: point - half, high: point + half, z })
    }
}

/// Seconds, as the text has them.
fn warm_up(text: &str) -> f64 {
    let nanos = text.split("warm_up = \"").nth(1).and_then(|rest| rest.split("ns\"").next()?.parse::<f64>().ok());
    nanos.expect("a fixed warm-up in nanoseconds") / 1e9
}
