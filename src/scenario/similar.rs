//! Did you mean: the nearest of the names that would have been right.

/// Longer names are not compared.
const LENGTH_MAX: usize = 64;
/// No more candidates than this are compared.
const CANDIDATES_MAX: usize = 2_000;
/// So many names are listed where none is near: as many as a scenario has sections.
const LISTED_MAX: usize = 24;

/// The nearest candidate, when it is near enough to be meant.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LENGTH_MAX {
        return None;
    }
    let allowed = 1 + name.chars().count() / 4;
    candidates
        .into_iter()
        .take(CANDIDATES_MAX)
        .filter(|candidate| candidate.len() <= LENGTH_MAX && candidate.len().abs_diff(name.len()) <= 2 * allowed)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= allowed || contains(name, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or the names there are, or what else to do.
pub fn hint(name: &str, candidates: &[&str], otherwise: &str) -> String {
    if let Some(near) = nearest(name, candidates.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match candidates {
        [] => otherwise.to_string(),
        names if names.len() <= LISTED_MAX => format!("possible here: {}", list(names)),
        _ => otherwise.to_string(),
    }
}

/// "`a`, `b` and `c`".
pub fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// One name is a part of the other, as with `worker_count` for `workers`.
fn contains(name: &str, candidate: &str) -> bool {
    name.len() >= 4 && candidate.len() >= 4 && (name.contains(candidate) || candidate.contains(name))
}

/// Fewest insertions, deletions, replacements and swaps of neighbors that make one name the other (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_of_neighbors_is_one_step() {
        assert_eq!(distance("wrokers", "workers"), 1);
    }

    #[test]
    fn a_name_that_is_far_from_all_has_no_nearest() {
        assert_eq!(nearest("color", ["workers", "zone"]), None);
    }
}
