//! Parts over groups: the fullest group as little full as can be, within a tolerance; of such splits the one that tears least ties
//! apart; of those the most even one (the fullest groups compared in turn).
//!
//! Few parts are split by looking at all ways (restricted growth strings; D. Knuth, The Art of Computer Programming 4A, sec. 7.2.1.5),
//! many by longest processing time first (R. Graham, "Bounds on multiprocessing timing anomalies", SIAM J. Applied Math. 17, 1969),
//! then moves and exchanges while they help.

use std::cmp::Ordering;

/// More ways than this are not all looked at.
const WAYS_MAX: f64 = 40_000.0;
/// The fullest group may be so much fuller than it must be, for the sake of ties.
pub const TOLERANCE: f64 = 1.05;
/// Smaller differences come from rounding.
const EQUAL: f64 = 1e-9;
const ROUNDS_MAX: usize = 200;

/// What is to be split.
pub struct Parts {
    /// By part: what it adds to each of several loads (of other times, of other stations), all of equal number.
    pub loads: Vec<Vec<f64>>,
    /// What it would cost to have two parts in different groups.
    pub ties: Vec<(usize, usize, f64)>,
}

/// A split.
#[derive(Clone, Debug)]
pub struct Split {
    /// By part.
    pub group: Vec<usize>,
    pub is_exact: bool,
}

/// How good a split is.
#[derive(Clone, Debug)]
struct Worth {
    /// By group, the fullest first.
    fullness: Vec<f64>,
    torn: f64,
}

impl Worth {
    fn fullest(&self) -> f64 {
        self.fullness.first().copied().unwrap_or(0.0)
    }

    /// `bound`: up to which the fullest group is no matter.
    fn better(&self, other: &Worth, bound: f64) -> bool {
        let beyond = |worth: &Worth| worth.fullest().max(bound);
        let order = order(beyond(self), beyond(other)).then(order(self.torn, other.torn));
        order.then_with(|| self.evenness(other)) == Ordering::Less
    }

    fn evenness(&self, other: &Worth) -> Ordering {
        let unequal = self.fullness.iter().zip(&other.fullness).map(|(one, other)| order(*one, *other));
        unequal.into_iter().find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
    }
}

fn order(one: f64, other: f64) -> Ordering {
    let near = EQUAL * one.abs().max(other.abs());
    if (one - other).abs() <= near { Ordering::Equal } else { one.total_cmp(&other) }
}

impl Parts {
    /// How full a group of these parts is.
    pub fn fullness(&self, parts: impl Iterator<Item = usize>) -> f64 {
        let mut sum = vec![0.0; self.loads.first().map_or(0, Vec::len)];
        parts.for_each(|part| add(&mut sum, &self.loads[part], 1.0));
        sum.into_iter().fold(0.0, f64::max)
    }

    /// Into so many groups, none of them empty: at most as many as there are parts.
    pub fn split(&self, groups: usize) -> Split {
        if ways(self.loads.len(), groups) <= WAYS_MAX { self.best_of_all(groups) } else { self.searched(groups) }
    }

    fn best_of_all(&self, groups: usize) -> Split {
        let mut least = f64::INFINITY;
        self.each(groups, &mut |_, fullness| least = least.min(fullness.iter().copied().fold(0.0, f64::max)));
        let bound = least * TOLERANCE;
        let mut best: Option<(Vec<usize>, Worth)> = None;
        self.each(groups, &mut |group, fullness| {
            if fullness.iter().any(|full| *full > bound * (1.0 + EQUAL)) {
                return;
            }
            let worth = self.worth_of(group, fullness.to_vec());
            if best.as_ref().is_none_or(|(_, other)| worth.better(other, bound)) {
                best = Some((group.to_vec(), worth));
            }
        });
        Split { group: best.expect("the least full way is one of them").0, is_exact: true }
    }

    /// Every way once, with the fullness of each group.
    fn each(&self, groups: usize, look: &mut impl FnMut(&[usize], &[f64])) {
        let mut sums = vec![vec![0.0; self.loads.first().map_or(0, Vec::len)]; groups];
        let mut fullness = vec![0.0; groups];
        self.descend(&mut Vec::with_capacity(self.loads.len()), 0, &mut sums, &mut fullness, look);
    }

    fn descend(
        &self,
        group: &mut Vec<usize>,
        used: usize,
        sums: &mut [Vec<f64>],
        fullness: &mut [f64],
        look: &mut impl FnMut(&[usize], &[f64]),
    ) {
        let (part, groups) = (group.len(), sums.len());
        if part == self.loads.len() {
            look(group, fullness);
            return;
        }
        // The parts that are left must fill the groups that are empty.
        let must_open = self.loads.len() - part == groups - used;
        for to in if must_open { used } else { 0 }..(used + 1).min(groups) {
            let (before, full) = (sums[to].clone(), fullness[to]);
            add(&mut sums[to], &self.loads[part], 1.0);
            fullness[to] = sums[to].iter().copied().fold(0.0, f64::max);
            group.push(to);
            self.descend(group, used.max(to + 1), sums, fullness, look);
            group.pop();
            // Taken back as it was: adding and subtracting would leave rounding behind.
            (sums[to], fullness[to]) = (before, full);
        }
    }

    fn worth(&self, group: &[usize], groups: usize) -> Worth {
        let fullness = (0..groups).map(|of| self.fullness((0..group.len()).filter(|part| group[*part] == of))).collect();
        self.worth_of(group, fullness)
    }

    fn worth_of(&self, group: &[usize], mut fullness: Vec<f64>) -> Worth {
        fullness.sort_by(|a, b| b.total_cmp(a));
        let torn = self.ties.iter().filter(|(one, other, _)| group[*one] != group[*other]).map(|(.., weight)| weight).sum();
        Worth { fullness, torn }
    }

    fn searched(&self, groups: usize) -> Split {
        let mut group = self.longest_first(groups);
        // First as little full as can be, ties aside, then with them.
        let no_ties = Parts { loads: self.loads.clone(), ties: Vec::new() };
        no_ties.improve(&mut group, groups, 0.0);
        let bound = self.worth(&group, groups).fullest() * TOLERANCE;
        self.improve(&mut group, groups, bound);
        Split { group, is_exact: false }
    }

    fn longest_first(&self, groups: usize) -> Vec<usize> {
        let length = |part: &usize| self.fullness(std::iter::once(*part));
        let mut parts: Vec<usize> = (0..self.loads.len()).collect();
        parts.sort_by(|a, b| length(b).total_cmp(&length(a)));
        let mut group = vec![0; parts.len()];
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); groups];
        for (placed, part) in parts.iter().enumerate() {
            let with = |of: &usize| self.fullness(members[*of].iter().copied().chain([*part]));
            let empty = members
                .iter()
                .position(Vec::is_empty)
                .filter(|_| parts.len() - placed <= members.iter().filter(|all| all.is_empty()).count());
            let to = empty.or_else(|| (0..groups).min_by(|a, b| with(a).total_cmp(&with(b)))).unwrap_or(0);
            members[to].push(*part);
            group[*part] = to;
        }
        group
    }

    /// The first move or exchange that helps, again and again.
    fn improve(&self, group: &mut Vec<usize>, groups: usize, bound: f64) {
        let mut worth = self.worth(group, groups);
        for _ in 0..ROUNDS_MAX {
            let Some((better, with)) = self.better_neighbor(group, groups, &worth, bound) else { return };
            (*group, worth) = (better, with);
        }
    }

    fn better_neighbor(&self, group: &[usize], groups: usize, worth: &Worth, bound: f64) -> Option<(Vec<usize>, Worth)> {
        let count = group.len();
        let is_alone = |part: usize| group.iter().filter(|of| **of == group[part]).count() == 1;
        let moves = (0..count).filter(|part| !is_alone(*part)).flat_map(|part| (0..groups).map(move |to| (part, to)));
        let moved = moves.filter(|(part, to)| group[*part] != *to).map(|(part, to)| {
            let mut other = group.to_vec();
            other[part] = to;
            other
        });
        let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
        let exchanged = pairs.filter(|(one, other)| group[*one] != group[*other]).map(|(one, other)| {
            let mut changed = group.to_vec();
            changed.swap(one, other);
            changed
        });
        moved
            .chain(exchanged)
            .map(|other| (self.worth(&other, groups), other))
            .find(|(other, _)| other.better(worth, bound))
            .map(|(w, g)| (g, w))
    }
}

fn add(sum: &mut [f64], load: &[f64], times: f64) {
    sum.iter_mut().zip(load).for_each(|(sum, load)| *sum += times * load);
}

/// Into so many groups that are not told apart: Stirling numbers of the second kind.
fn ways(parts: usize, groups: usize) -> f64 {
    let mut row = vec![0.0; groups + 1];
    row[0] = 1.0;
    for _ in 0..parts {
        for group in (1..=groups).rev() {
            row[group] = group as f64 * row[group] + row[group - 1];
        }
        row[0] = 0.0;
    }
    row[groups]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(loads: &[f64], ties: &[(usize, usize, f64)]) -> Parts {
        Parts { loads: loads.iter().map(|load| vec![*load]).collect(), ties: ties.to_vec() }
    }

    #[test]
    fn ways_are_stirlings() {
        assert_eq!([ways(4, 2), ways(5, 3), ways(10, 4), ways(3, 3)], [7.0, 25.0, 34105.0, 1.0]);
    }

    /// Graham's bound for longest processing time first, which moves and exchanges only improve on.
    #[test]
    fn loads_are_split_evenly_and_the_search_is_within_its_bound_of_the_best_way() {
        let parts = parts(&[7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 2.0, 1.0], &[]);
        for groups in 1..=8 {
            let fullest = |split: Split| parts.worth(&split.group, groups).fullest();
            let (best, found) = (fullest(parts.best_of_all(groups)), fullest(parts.searched(groups)));
            let bound = best * (4.0 / 3.0 - 1.0 / (3.0 * groups as f64));
            assert!(best <= found && found <= bound + 1e-9, "{groups} groups: {found}, at best {best}");
        }
        assert_eq!(parts.worth(&parts.split(3).group, 3).fullness, [10.0, 10.0, 10.0]);
    }

    #[test]
    fn ties_decide_among_splits_that_are_nearly_as_even() {
        // Four equal parts: which two go together is for the ties to say.
        let parts = parts(&[1.0; 4], &[(0, 3, 1.0), (1, 2, 1.0)]);
        let group = parts.split(2).group;
        assert_eq!((group[0] == group[3], group[1] == group[2], group[0] == group[1]), (true, true, false));
    }

    #[test]
    fn what_is_busy_at_other_times_shares_a_group() {
        let loads = vec![vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0], vec![0.0, 1.0]];
        let group = Parts { loads, ties: Vec::new() }.split(2).group;
        assert!(group[0] != group[1] && group[2] != group[3]);
    }
}
