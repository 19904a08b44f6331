//! Where the transient of a run that started empty ends.

/// Values that MSER-5 averages before it looks.
const GROUP: usize = 5;
/// Fewer groups than this say nothing.
const LEAST_GROUPS: usize = 10;

/// How many leading values to leave out, by MSER-5: the cut at which the mean of the rest has the smallest standard error.
///
/// K. White, M. Cobb and S. Spratt, "A comparison of five steady-state truncation heuristics for simulation", Winter
/// Simulation Conference 2000. None when there are fewer than 50 values, or when the best cut lies in the second half: then
/// the run is too short to tell (or not steady at all). Values that do not fill a group of five are ignored at the end.
pub fn warm_up(values: &[f64]) -> Option<usize> {
    let groups: Vec<f64> = values.chunks_exact(GROUP).map(|group| group.iter().sum::<f64>() / GROUP as f64).collect();
    let n = groups.len();
    if n < LEAST_GROUPS {
        return None;
    }
    let (mut mean, mut squares, mut kept) = (0.0, 0.0, 0.0);
    let mut best = (f64::INFINITY, n);
    for (cut, group) in groups.iter().enumerate().rev() {
        kept += 1.0;
        let before = group - mean;
        mean += before / kept;
        squares += before * (group - mean);
        // The error of the last few groups is chance: two of them may well be equal.
        if n - cut >= GROUP && squares / (kept * kept) <= best.0 {
            best = (squares / (kept * kept), cut);
        }
    }
    (best.1 <= n / 2).then_some(best.1 * GROUP)
}
