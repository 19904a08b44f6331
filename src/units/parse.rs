//! Text to quantity. Every error names what was wrong and what to write instead.

use super::{Bandwidth, Bytes, Rate, Share, Span};
use std::str::FromStr;

/// Why a text is not the quantity that was asked for, and what would be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct UnitError {
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

fn error(what: impl Into<String>, hint: impl Into<String>) -> UnitError {
    UnitError { what: what.into(), hint: hint.into() }
}

const SPANS: &[(&str, f64)] =
    &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 6e10), ("m", 6e10), ("h", 3.6e12), ("d", 8.64e13)];
const SPAN_HINT: &str = "write a span with its unit: \"250ms\", \"1.5s\", \"90us\", \"10m\", \"24h\", \"2d\"";

const BYTES: &[(&str, f64)] = &[
    ("B", 1.0),
    ("KiB", 1024.0),
    ("MiB", 1048576.0),
    ("GiB", 1073741824.0),
    ("TiB", 1099511627776.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
];
const BYTES_HINT: &str = "write a size with its unit: \"300B\", \"4KiB\", \"2MB\", \"1GiB\"";

const BANDWIDTHS: &[(&str, f64)] = &[
    ("bit/s", 1.0),
    ("kbit/s", 1e3),
    ("Kbit/s", 1e3),
    ("Mbit/s", 1e6),
    ("Gbit/s", 1e9),
    ("Tbit/s", 1e12),
    ("B/s", 8.0),
    ("KB/s", 8e3),
    ("MB/s", 8e6),
    ("GB/s", 8e9),
    ("KiB/s", 8192.0),
    ("MiB/s", 8388608.0),
    ("GiB/s", 8589934592.0),
];
const BANDWIDTH_HINT: &str = "write a bandwidth per second: \"100Mbit/s\", \"1Gbit/s\", \"20MB/s\"";

const RATE_HINT: &str = "write a count per span: \"35/s\", \"500K/day\", \"2M/h\", \"120/min\"";

/// Splits "12.5ms" into its number and its unit; underscores between digits are allowed.
fn split(text: &str, hint: &str) -> Result<(f64, String), UnitError> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '.' || *c == '_' || (*i == 0 && (*c == '-' || *c == '+'))))
        .map_or(text.len(), |(i, _)| i);
    // "1e3s" is a number with an exponent when a digit or a sign follows the e.
    let bytes = text.as_bytes();
    let end = if end < text.len()
        && (bytes[end] | 32) == b'e'
        && bytes.get(end + 1).is_some_and(|c| c.is_ascii_digit() || *c == b'-' || *c == b'+')
    {
        text[end + 2..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |i| end + 2 + i)
    } else {
        end
    };
    let number = text[..end].replace('_', "");
    let unit = text[end..].trim().to_string();
    let value: f64 = number.parse().map_err(|_| error(format!("\"{text}\" does not begin with a number"), hint))?;
    if value < 0.0 {
        return Err(error(format!("\"{text}\" is negative"), hint));
    }
    if !value.is_finite() {
        return Err(error(format!("\"{text}\" is too large"), hint));
    }
    Ok((value, unit))
}

fn scaled(text: &str, units: &[(&str, f64)], kind: &str, hint: &str) -> Result<f64, UnitError> {
    let (value, unit) = split(text, hint)?;
    if unit.is_empty() {
        return if value == 0.0 { Ok(0.0) } else { Err(error(format!("\"{}\" has no unit", text.trim()), hint)) };
    }
    match units.iter().find(|(name, _)| *name == unit) {
        Some((_, factor)) => Ok(value * factor),
        None => Err(error(format!("\"{unit}\" is not a unit of {kind}"), hint)),
    }
}

fn whole(value: f64, text: &str, hint: &str) -> Result<u64, UnitError> {
    let rounded = libm::round(value);
    if rounded >= 9.2e18 {
        return Err(error(format!("\"{}\" is too large", text.trim()), hint));
    }
    if rounded == 0.0 && value > 0.0 {
        return Err(error(format!("\"{}\" is below the smallest step that is counted", text.trim()), hint));
    }
    Ok(rounded as u64)
}

impl FromStr for Span {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Span, UnitError> {
        whole(scaled(text, SPANS, "time", SPAN_HINT)?, text, SPAN_HINT).map(Span)
    }
}

impl FromStr for Bytes {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Bytes, UnitError> {
        whole(scaled(text, BYTES, "size", BYTES_HINT)?, text, BYTES_HINT).map(Bytes)
    }
}

impl FromStr for Bandwidth {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Bandwidth, UnitError> {
        let bits = whole(scaled(text, BANDWIDTHS, "bandwidth", BANDWIDTH_HINT)?, text, BANDWIDTH_HINT)?;
        if bits == 0 { Err(error("a bandwidth of nothing lets nothing through", BANDWIDTH_HINT)) } else { Ok(Bandwidth(bits)) }
    }
}

impl FromStr for Rate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Rate, UnitError> {
        let Some((count, per)) = text.split_once('/') else {
            return Err(error(format!("\"{}\" does not say per what", text.trim()), RATE_HINT));
        };
        let (value, scale) = split(count, RATE_HINT)?;
        let factor = match scale.as_str() {
            "" => 1.0,
            "K" | "k" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            other => return Err(error(format!("\"{other}\" is not a multiple of a count"), RATE_HINT)),
        };
        let per = match per.trim() {
            "s" | "sec" | "second" => Span::from_secs(1),
            "ms" => Span::from_millis(1),
            "m" | "min" | "minute" => Span::from_secs(60),
            "h" | "hour" => Span::from_secs(3600),
            "d" | "day" => Span::from_secs(86_400),
            "week" => Span::from_secs(7 * 86_400),
            other => return Err(error(format!("\"{other}\" is not a span that a rate can be per"), RATE_HINT)),
        };
        let rate = Rate { count: value * factor, per };
        if rate.hertz() > 1e9 { Err(error(format!("\"{}\" is more than one a nanosecond", text.trim()), RATE_HINT)) } else { Ok(rate) }
    }
}

impl FromStr for Share {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Share, UnitError> {
        const HINT: &str = "write a share from 0 to 1 as \"70%\" or 0.7";
        let (value, unit) = split(text, HINT)?;
        let value = match unit.as_str() {
            "" => value,
            "%" => value / 100.0,
            other => return Err(error(format!("\"{other}\" is not a unit of share"), HINT)),
        };
        if value > 1.0 { Err(error(format!("\"{}\" is more than the whole", text.trim()), HINT)) } else { Ok(Share(value)) }
    }
}
