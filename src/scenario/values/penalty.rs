//! `"20% per 1M"`: how much dearer something becomes for each of so many.

use super::simple::text;
use crate::scenario::document::Node;
use crate::scenario::problem::Fault;

const HINT: &str = "write for example \"20% per 1M\": a fifth more for each million messages";

/// The share for a single one, e.g. 2e-7.
pub(in crate::scenario) fn penalty(node: &Node) -> Result<f64, Fault> {
    let text = text(node).map_err(|fault| Fault { hint: HINT.into(), ..fault })?;
    let fault = || Fault::new(format!("\"{text}\" is not a share per count"), HINT);
    let (share, per) = text.split_once(" per ").ok_or_else(fault)?;
    let share = share.trim().strip_suffix('%').ok_or_else(fault)?;
    let (share, per) = (number(share, 0.01).ok_or_else(fault)?, count(per).ok_or_else(fault)?);
    if per < 1.0 {
        return Err(Fault::new("a penalty per less than one message is impossible", HINT));
    }
    Ok(share / per)
}

fn number(text: &str, factor: f64) -> Option<f64> {
    let text = text.trim();
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_');
    text.replace('_', "").parse::<f64>().ok().map(|value| value * factor).filter(|value| is_plain && value.is_finite())
}

fn count(text: &str) -> Option<f64> {
    let text = text.trim();
    let multiples = [("K", 1e3), ("k", 1e3), ("M", 1e6), ("G", 1e9)];
    let (digits, factor) = multiples.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor))).unwrap_or((text, 1.0));
    number(digits, factor)
}
