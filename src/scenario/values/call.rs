//! The form `name(first, key=value, ...)` that distributions, arrivals and files are written in.
//!
//! Knows only the form. Invariant: every range lies within the text that was given.

use crate::scenario::problem::Fault;
use crate::scenario::similar;
use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

/// A piece of a text, trimmed, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub range: Range<usize>,
}

impl<'a> Piece<'a> {
    pub fn new(text: &'a str, offset: usize) -> Piece<'a> {
        let start = text.len() - text.trim_start().len();
        let trimmed = text.trim();
        Piece { text: trimmed, range: offset + start..offset + start + trimmed.len() }
    }

    /// Splits at a character that stands outside parentheses and quotes.
    pub fn split(&self, at: impl Fn(&str, usize) -> bool) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let (mut depth, mut quote, mut start) = (0_usize, None, 0);
        for (index, c) in self.text.char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => depth = depth.saturating_sub(1),
                (None, _) if depth == 0 && at(self.text, index) => {
                    pieces.push(Piece::new(&self.text[start..index], self.range.start + start));
                    start = index + c.len_utf8();
                }
                _ => {}
            }
        }
        pieces.push(Piece::new(&self.text[start..], self.range.start + start));
        pieces
    }

    pub fn parse<T: FromStr<Err = crate::units::UnitError>>(&self) -> Result<T, Fault> {
        self.text.parse().map_err(|error: T::Err| self.fault(Fault::from(error)))
    }

    pub fn number(&self) -> Result<f64, Fault> {
        let value: Option<f64> = self.text.replace('_', "").parse().ok();
        value
            .filter(|value| value.is_finite())
            .ok_or_else(|| self.fault(Fault::new(format!("\"{}\" is not a number", self.text), "write a number such as 1.5")))
    }

    /// Puts a fault at this piece.
    pub fn fault(&self, fault: Fault) -> Fault {
        fault.within(self.range.clone())
    }
}

/// A name with arguments; each is taken once, what is left over is a fault.
pub(super) struct Call<'a> {
    pub name: &'a str,
    /// The whole call.
    pub piece: Piece<'a>,
    rest: RefCell<Vec<(Option<&'a str>, Piece<'a>)>>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Call<'a> {
    /// The call that a text is; none when it has no parentheses.
    pub fn read(piece: &Piece<'a>) -> Result<Option<Call<'a>>, Fault> {
        let Some(open) = piece.text.find('(') else { return Ok(None) };
        let Some(inner) = piece.text[open + 1..].strip_suffix(')') else {
            return Err(
                piece.fault(Fault::new(format!("\"{}\" does not end with its closing parenthesis", piece.text), "write ) at the end"))
            );
        };
        let inner = Piece::new(inner, piece.range.start + open + 1);
        let arguments = if inner.text.is_empty() { Vec::new() } else { inner.split(|text, at| text.as_bytes()[at] == b',') };
        let rest = arguments.into_iter().map(argument).collect();
        Ok(Some(Call { name: piece.text[..open].trim(), piece: piece.clone(), rest: RefCell::new(rest), asked: RefCell::default() }))
    }

    /// The argument of this name.
    pub fn named(&self, name: &'static str) -> Option<Piece<'a>> {
        self.asked.borrow_mut().push(name);
        let mut rest = self.rest.borrow_mut();
        let at = rest.iter().position(|(key, _)| *key == Some(name))?;
        Some(rest.remove(at).1)
    }

    /// The next argument without a name.
    pub fn next(&self) -> Option<Piece<'a>> {
        let mut rest = self.rest.borrow_mut();
        let at = rest.iter().position(|(key, _)| key.is_none())?;
        Some(rest.remove(at).1)
    }

    /// The argument of this name, or the next without one.
    pub fn either(&self, name: &'static str, form: &str) -> Result<Piece<'a>, Fault> {
        self.named(name).or_else(|| self.next()).ok_or_else(|| self.needs(name, form))
    }

    pub fn needs(&self, what: &str, form: &str) -> Fault {
        self.piece.fault(Fault::new(format!("{} needs {what}", self.name), format!("write it as {form}")))
    }

    /// Names of all arguments that are left.
    pub fn left(&self) -> Vec<(Option<&'a str>, Piece<'a>)> {
        self.rest.borrow_mut().drain(..).collect()
    }

    /// That nothing is left over.
    pub fn done(&self, form: &str) -> Result<(), Fault> {
        let Some((name, piece)) = self.left().into_iter().next() else { return Ok(()) };
        let what = match name {
            Some(name) => format!("{} takes no `{name}`", self.name),
            None => format!("{} takes no further value \"{}\"", self.name, piece.text),
        };
        let near = name.and_then(|name| similar::nearest(name, self.asked.borrow().iter().copied()));
        let hint = near.map_or_else(|| format!("write it as {form}"), |near| format!("did you mean `{near}`?"));
        Err(piece.fault(Fault::new(what, hint)))
    }
}

/// Splits `key=value`; quotes around a value are taken off.
fn argument(piece: Piece<'_>) -> (Option<&str>, Piece<'_>) {
    let equals = piece.text.find('=').filter(|at| piece.text[..*at].chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ' '));
    let (name, value) = match equals {
        Some(at) => (Some(piece.text[..at].trim()), Piece::new(&piece.text[at + 1..], piece.range.start + at + 1)),
        None => (None, piece),
    };
    (name, unquoted(value))
}

fn unquoted(piece: Piece<'_>) -> Piece<'_> {
    for quote in ['"', '\''] {
        if let Some(inner) = piece.text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return Piece { text: inner, range: piece.range.start + 1..piece.range.end - 1 };
        }
    }
    piece
}
