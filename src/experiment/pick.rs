//! Which of several designs is best on one figure, and the chance that this pick is wrong.
//!
//! Replications of all designs share their chance, so each rival is held against the pick by paired differences. The stated chance is
//! (k - 1) times the largest one-sided p of Student's t over the k - 1 rivals (Bonferroni): a pick that is wrong is stated with a chance
//! of at most a in no more than the share a of all comparisons, whatever the true figures are.

use super::Study;
use crate::outcome::compare::{Aim, HEADLINES, Pick};
use crate::outcome::{Metric, ObjectiveResult};
use crate::stats::{Tally, chance_of_sign};

/// Figures of one design, replication by replication.
type Values = Vec<Option<f64>>;

/// What a figure should be, by the objective on it or, for those people ask for first, by its kind; none where nobody said.
pub fn aim<'o>(metric: &str, mut objectives: impl Iterator<Item = &'o ObjectiveResult>) -> Option<Aim> {
    let asked = objectives.find(|objective| objective.metric == metric).map(|objective| objective.bound.trim_start().as_bytes()[0]);
    match asked {
        Some(b'>') => Some(Aim::Highest),
        Some(b'<') => Some(Aim::Lowest),
        _ => HEADLINES.iter().any(|end| metric.ends_with(end)).then_some(Aim::Lowest),
    }
}

/// The pick of one figure that every design has; none where no design has an edge: all equal the best in every replication.
pub fn pick(metric: &Metric, aim: Aim, designs: &[(&str, Values)]) -> Option<Pick> {
    let sign = if aim == Aim::Lowest { 1.0 } else { -1.0 };
    let mean = |values: &Values| values.iter().copied().flatten().collect::<Tally>().mean().map(|mean| sign * mean);
    let means: Vec<f64> = designs.iter().map(|(_, values)| mean(values)).collect::<Option<_>>()?;
    let best = (0..designs.len()).min_by(|a, b| means[*a].total_cmp(&means[*b]))?;
    let rivals = || designs.iter().enumerate().filter(|(index, _)| *index != best).map(|(_, (_, values))| values);
    if rivals().all(|rival| *rival == designs[best].1) {
        return None;
    }
    let against = |rival: &Values| {
        let pairs = designs[best].1.iter().zip(rival);
        chance_of_sign(&pairs.filter_map(|(pick, rival)| Some(sign * ((*rival)? - (*pick)?))).collect())
    };
    let largest = rivals().map(against).collect::<Option<Vec<f64>>>().map(|chances| chances.into_iter().fold(0.0, f64::max));
    Some(Pick {
        metric: metric.name.clone(),
        design: designs[best].0.into(),
        aim,
        chance_wrong: largest.map(|largest| (largest * (designs.len() - 1) as f64).min(1.0)),
    })
}

/// The picks of all figures that have an aim and that every design has.
pub fn picks<'m>(
    metrics: impl Iterator<Item = &'m Metric>,
    objectives: &[&ObjectiveResult],
    studies: &[(String, Study)],
    values: impl Fn(&str, &Study) -> Values,
) -> Vec<Pick> {
    let of = |metric: &Metric| {
        let aim = aim(&metric.name, objectives.iter().copied())?;
        let designs: Vec<(&str, Values)> = studies.iter().map(|(name, study)| (name.as_str(), values(&metric.name, study))).collect();
        pick(metric, aim, &designs)
    };
    metrics.filter_map(of).collect()
}
