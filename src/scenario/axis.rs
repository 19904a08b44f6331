//! A setting and the values that it is to take: `sor.ticketing.workers=4,8,16`, `prefetch=1..8`.
//!
//! Knows nothing of what the path means; each value is checked when the scenario is loaded with it.

/// More values than anybody looks at.
const VALUES_MAX: usize = 1000;

/// A path and its values, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    pub path: String,
    pub values: Vec<String>,
}

impl Axis {
    /// Reads `values`: a list with commas (those inside brackets, parentheses and quotes don't split), each entry a value or a
    /// range of whole numbers `1..8`, both ends included.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what to write.
    pub fn parse(path: &str, values: &str) -> Result<Axis, String> {
        let mut all = Vec::new();
        for entry in split(values) {
            match range(entry)? {
                Some((from, to)) if to - from < VALUES_MAX as u64 => all.extend((from..=to).map(|value| value.to_string())),
                Some(_) => return Err(format!("{path}={entry} is more than {VALUES_MAX} values: name the ones that matter")),
                None => all.push(entry.to_string()),
            }
        }
        if all.iter().any(String::is_empty) || all.len() > VALUES_MAX {
            return Err(format!("{path}={values}: write 1 to {VALUES_MAX} values with commas between, as 4,8,16 or 1..8"));
        }
        for (index, value) in all.iter().enumerate() {
            if all[..index].contains(value) {
                return Err(format!("{path}={values}: {value} stands there twice"));
            }
        }
        Ok(Axis { path: path.to_string(), values: all })
    }
}

/// At commas outside of brackets, parentheses and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = (open != c).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth <= 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Two whole numbers with two dots between.
fn range(text: &str) -> Result<Option<(u64, u64)>, String> {
    let Some((from, to)) = text.split_once("..") else { return Ok(None) };
    match (from.trim().parse::<u64>(), to.trim().parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => Ok(Some((from, to))),
        (Ok(_), Ok(_)) => Err(format!("{text} ends before it begins: write the smaller number first")),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        Axis::parse("a.b", text).unwrap().values
    }

    #[test]
    fn lists_and_ranges_mix_and_parentheses_keep_their_commas() {
        assert_eq!(values("4, 8,16"), ["4", "8", "16"]);
        assert_eq!(values("1..3,8"), ["1", "2", "3", "8"]);
        assert_eq!(values("\"exp(5ms)\",uniform(1ms, 2ms)"), ["\"exp(5ms)\"", "uniform(1ms, 2ms)"]);
        assert_eq!(values("{ light = \"1B\", heavy = \"2B\" },1"), ["{ light = \"1B\", heavy = \"2B\" }", "1"]);
    }

    #[test]
    fn what_is_empty_doubled_endless_or_backward_is_refused() {
        for text in ["", "4,,8", "4,4", "1..5000", "8..1", "1..3,2"] {
            assert!(Axis::parse("a.b", text).is_err(), "{text}");
        }
    }
}
