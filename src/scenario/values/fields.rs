//! The fields of one line of a data file.

use crate::scenario::problem::Fault;
use std::ops::Range;

/// More columns than this are not looked at.
const COLUMNS_MAX: usize = 1024;

/// Where the fields between commas lie, without blanks and quotes around them. Within quotes a comma separates nothing, and two quotes
/// stand for one, which is left as it is.
///
/// # Errors
/// When a quote is not closed in this line.
pub(super) fn split(line: &[u8], fields: &mut Vec<Range<usize>>) -> Result<(), Fault> {
    fields.clear();
    let mut start = 0;
    while fields.len() < COLUMNS_MAX {
        let rest = &line[start..];
        let close = match rest.trim_ascii_start().first() {
            Some(b'"') => closing_quote(rest)?,
            _ => 0,
        };
        let comma = rest[close..].iter().position(|byte| *byte == b',').map(|at| start + close + at);
        fields.push(trimmed(line, start..comma.unwrap_or(line.len())));
        match comma {
            Some(comma) => start = comma + 1,
            None => break,
        }
    }
    Ok(())
}

/// Where the quote ends that begins this text.
fn closing_quote(text: &[u8]) -> Result<usize, Fault> {
    let mut quotes = (0..text.len()).filter(|at| text[*at] == b'"').skip(1);
    while let Some(quote) = quotes.next() {
        if text.get(quote + 1) != Some(&b'"') {
            return Ok(quote);
        }
        quotes.next();
    }
    Err(Fault::new("a quote in this row is not closed", "close it in the same line, or leave quotes out"))
}

fn trimmed(line: &[u8], field: Range<usize>) -> Range<usize> {
    let text = &line[field.clone()];
    let start = field.start + (text.len() - text.trim_ascii_start().len());
    let end = start + text.trim_ascii().len();
    let is_quoted = end - start > 1 && line[start] == b'"' && line[end - 1] == b'"';
    if is_quoted { start + 1..end - 1 } else { start..end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<&str> {
        let mut fields = Vec::new();
        split(line.as_bytes(), &mut fields).unwrap();
        fields.into_iter().map(|field| &line[field]).collect()
    }

    #[test]
    fn commas_separate_but_not_in_quotes() {
        assert_eq!(of("a, b ,c"), ["a", "b", "c"]);
        assert_eq!(of("1,,"), ["1", "", ""]);
        assert_eq!(of(r#""a,b", "c" ,d"#), ["a,b", "c", "d"]);
        assert_eq!(of(r#""he said ""no, never""",2"#), [r#"he said ""no, never"""#, "2"]);
        assert_eq!(of(r#""",x"#), ["", "x"]);
        assert_eq!(of(""), [""]);
    }

    #[test]
    fn a_quote_must_be_closed() {
        let unclosed = |line: &str| split(line.as_bytes(), &mut Vec::new()).is_err();
        assert!(unclosed("1,\"two,3") && unclosed("\"\"\"") && unclosed("1, \""));
        assert!(!unclosed(r#"five" pipe,3"#), "a quote within a field is no quote");
    }
}
