//! Which of several designs is best on one figure, and the chance that this pick is wrong.
//!
//! Replications of all designs share their chance, so each rival is held against the pick by paired differences. The stated chance is
//! (k - 1) times the largest one-sided p of Student's t over the k - 1 rivals (Bonferroni). For nearly normal figures a wrong pick is
//! stated with a chance of at most a in no more than the share a of all comparisons, whatever the true figures are; counts of rare
//! losses are not nearly normal in a few replications, and no test makes them so.

use super::Study;
use super::compare::counterpart;
use crate::outcome::ObjectiveResult;
use crate::outcome::compare::{Aim, HEADLINES, Pick};
use crate::stats::{Tally, chance_of_sign};

/// Figures of one design, replication by replication.
type Values = Vec<Option<f64>>;

/// The picks of all these figures that have an aim and that every design has.
pub fn picks<'m>(
    metrics: impl Iterator<Item = &'m str>,
    objectives: &[&ObjectiveResult],
    studies: &[(String, Study)],
    values: impl Fn(&str, &Study) -> Values,
) -> Vec<Pick> {
    let (mut picks, mut seen): (Vec<Pick>, Vec<Vec<Values>>) = Default::default();
    for metric in metrics {
        let Some(aim) = aim(metric, objectives) else { continue };
        let figures: Vec<Values> = studies.iter().map(|(_, study)| values(metric, study)).collect();
        let Some((best, chance_wrong)) = pick(aim, &figures) else { continue };
        picks.push(Pick {
            metric: metric.into(),
            designs: best.into_iter().map(|index| studies[index].0.clone()).collect(),
            aim,
            chance_wrong,
            repeats: seen.contains(&figures),
        });
        seen.push(figures);
    }
    picks
}

/// What a figure should be, by the objectives on it (under whichever of its names) or, for those people ask for first, by its kind; none where nobody said, or where
/// designs want opposite things.
fn aim(metric: &str, objectives: &[&ObjectiveResult]) -> Option<Aim> {
    let of = |objective: &&ObjectiveResult| match objective.bound.trim_start().bytes().next() {
        Some(b'<') => Some(Aim::Lowest),
        Some(b'>') => Some(Aim::Highest),
        _ => (objective.limit == 0.0).then_some(Aim::Lowest),
    };
    let is_of = |name: &str| name == metric || counterpart(name).is_some_and(|there| there == metric);
    let mut asked = objectives.iter().filter(|objective| is_of(&objective.metric)).map(of).peekable();
    match asked.peek() {
        Some(&first) => first.filter(|_| asked.all(|other| other == first)),
        None => HEADLINES.iter().any(|end| metric.ends_with(end)).then_some(Aim::Lowest),
    }
}

/// The best designs, several where they are the same in every replication, and the chance that another one is truly better. None
/// where all are the same, or where there is no replication in which all have the figure.
fn pick(aim: Aim, designs: &[Values]) -> Option<(Vec<usize>, Option<f64>)> {
    let sign = if aim == Aim::Lowest { 1.0 } else { -1.0 };
    let shared = |index: &usize| designs.iter().all(|values| values.get(*index).is_some_and(Option::is_some));
    let common: Vec<usize> = (0..designs.first()?.len()).filter(shared).collect();
    let figures = |values: &Values| common.iter().filter_map(|index| values[*index]).map(|value| sign * value).collect::<Vec<f64>>();
    let figures: Vec<Vec<f64>> = designs.iter().map(figures).collect();
    let mean = |values: &[f64]| values.iter().copied().collect::<Tally>().mean();
    let means: Vec<f64> = figures.iter().map(|values| mean(values)).collect::<Option<_>>()?;
    let best = (0..means.len()).min_by(|a, b| means[*a].total_cmp(&means[*b]))?;
    let (equals, rivals): (Vec<usize>, Vec<usize>) = (0..figures.len()).partition(|index| figures[*index] == figures[best]);
    if rivals.is_empty() {
        return None;
    }
    let chances: Option<Vec<f64>> = rivals.iter().map(|rival| chance_of_lead(&figures[best], &figures[*rival])).collect();
    let largest = chances.map(|chances| chances.into_iter().fold(0.0, f64::max));
    Some((equals, largest.map(|largest| (largest * (designs.len() - 1) as f64).min(1.0))))
}

/// One-sided p of a lead over a rival. A lead that is the same in every replication is sure where the figures themselves never vary, as
/// costs do not; where they do, as counts that happen to differ by the same, it is as likely as a sign test says: 2^-n.
fn chance_of_lead(best: &[f64], rival: &[f64]) -> Option<f64> {
    let gaps: Tally = best.iter().zip(rival).map(|(best, rival)| rival - best).collect();
    let varies = |values: &[f64]| values.windows(2).any(|pair| pair[0] != pair[1]);
    let least = if gaps.sd()? == 0.0 && varies(best) { libm::exp2(-(gaps.count() as f64)) } else { 0.0 };
    chance_of_sign(&gaps).map(|chance| chance.max(least))
}

#[cfg(test)]
mod tests {
    use super::{Aim, Values, pick};

    fn of(values: &[f64]) -> Values {
        values.iter().copied().map(Some).collect()
    }

    /// Gaps of 1, 2 and 3: t = 2 sqrt(3) with two degrees of freedom, of which 3.7 % lie above: 1/2 - t / (2 sqrt(2 + t^2)).
    #[test]
    fn the_chance_is_the_largest_p_times_the_number_of_rivals() {
        let (base, near, far) = (of(&[1.0, 2.0, 3.0]), of(&[2.0, 4.0, 6.0]), of(&[20.0, 31.0, 40.0]));
        let t = 12.0_f64.sqrt();
        let p = 0.5 - t / (2.0 * (2.0 + t * t).sqrt());
        let (best, chance) = pick(Aim::Lowest, &[near.clone(), base.clone()]).unwrap();
        assert_eq!(best, [1]);
        assert!((chance.unwrap() - p).abs() < 1e-9, "{chance:?} {p}");
        let (best, chance) = pick(Aim::Lowest, &[far.clone(), base.clone(), near.clone()]).unwrap();
        assert_eq!(best, [1]);
        assert!((chance.unwrap() - 2.0 * p).abs() < 1e-9, "{chance:?} {p}");
        assert_eq!(pick(Aim::Highest, &[far, base, near]).unwrap().0, [0]);
    }

    #[test]
    fn equal_leaders_share_the_pick_and_equal_designs_have_none() {
        let (none, some) = (of(&[0.0, 0.0, 0.0, 0.0]), of(&[30.0, 35.0, 40.0, 33.0]));
        let (best, chance) = pick(Aim::Lowest, &[none.clone(), some, none.clone()]).unwrap();
        assert!(best == [0, 2] && chance.unwrap() < 0.01, "{best:?} {chance:?}");
        assert_eq!(pick(Aim::Lowest, &[none.clone(), none]), None);
    }

    #[test]
    fn a_lead_that_never_varies_is_sure_for_costs_and_a_sign_test_for_counts() {
        let chance = |one: &[f64], other: &[f64]| pick(Aim::Lowest, &[of(one), of(other)]).unwrap().1;
        assert_eq!(chance(&[90.0, 90.0, 90.0], &[80.0, 80.0, 80.0]), Some(0.0));
        assert_eq!(chance(&[3.0, 5.0, 4.0], &[2.0, 4.0, 3.0]), Some(0.125));
        assert_eq!(chance(&[3.0], &[2.0]), None);
    }

    /// What one design lacks in a replication counts for none there.
    #[test]
    fn only_replications_that_all_share_count() {
        let holed = vec![Some(1.0), None, Some(1.5), Some(1.0)];
        let (best, _) = pick(Aim::Lowest, &[holed, of(&[2.0, 0.0, 2.0, 2.5])]).unwrap();
        assert_eq!(best, [0]);
        assert_eq!(pick(Aim::Lowest, &[of(&[1.0, 2.0]), Vec::new()]), None);
    }
}
