//! Where the transient of a run that started empty ends.

use super::{BatchMeans, Tally};

/// Values that MSER-5 averages before it looks.
const GROUP: usize = 5;
/// Fewer groups than this say nothing.
const LEAST_GROUPS: usize = 10;
/// Batches of each half of what is left, whose means are compared.
const HALF: usize = 5;
/// Halves whose means are so many standard errors apart are not of one level: by chance once in sixty times (Student's t, 8 degrees of
/// freedom).
const APART: f64 = 3.0;

/// How many leading values to leave out, by MSER-5: the cut at which the mean of the rest has the smallest standard error.
///
/// K. White, M. Cobb and S. Spratt, "A comparison of five steady-state truncation heuristics for simulation", Winter
/// Simulation Conference 2000. Where the best cut lies in the second half, which where there is no transient it does by chance in one run
/// of ten, it is the best of the first quarter, unless what follows that still rises or falls. None then, and when there are fewer than 50
/// values: the run is too short to tell (or not steady at all). Values that do not fill a group of five are ignored at the end.
pub fn warm_up(values: &[f64]) -> Option<usize> {
    let groups: Vec<f64> = values.chunks_exact(GROUP).map(|group| group.iter().sum::<f64>() / GROUP as f64).collect();
    let n = groups.len();
    if n < LEAST_GROUPS {
        return None;
    }
    // The error of the last few groups is chance: two of them may well be equal.
    let errors = &errors(&groups)[..=n - GROUP];
    let best = least(errors);
    if best <= n / 2 {
        return Some(best * GROUP);
    }
    let best = least(&errors[..=n / 4]);
    is_level(&groups[best..]).then_some(best * GROUP)
}

/// By cut: the squared standard error of the mean of the rest, but for a factor that all share.
fn errors(groups: &[f64]) -> Vec<f64> {
    let (mut mean, mut squares, mut kept) = (0.0, 0.0, 0.0);
    let mut errors = vec![0.0; groups.len()];
    for (cut, group) in groups.iter().enumerate().rev() {
        kept += 1.0;
        let before = group - mean;
        mean += before / kept;
        squares += before * (group - mean);
        errors[cut] = squares / (kept * kept);
    }
    errors
}

/// The first of the least.
fn least(errors: &[f64]) -> usize {
    (0..errors.len()).reduce(|best, cut| if errors[cut] < errors[best] { cut } else { best }).unwrap_or(0)
}

/// Both halves have the same mean, as far as their batches tell.
fn is_level(groups: &[f64]) -> bool {
    let Some(batches) = BatchMeans::new(groups, 2 * HALF) else { return false };
    let (first, second) = batches.means.split_at(HALF);
    let [first, second] = [first, second].map(|half| half.iter().copied().collect::<Tally>());
    let gap = second.mean().zip(first.mean()).map(|(second, first)| second - first);
    let variance = first.variance().zip(second.variance()).map(|(first, second)| (first + second) / HALF as f64);
    gap.zip(variance).is_some_and(|(gap, variance)| gap * gap <= APART * APART * variance)
}
