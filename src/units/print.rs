//! Quantity to text: `Display` parses back to the same value; [`Unit::show`] is for people, three significant digits.

use super::{Bandwidth, Bytes, Rate, Share, Span, Time};
use std::fmt::{Display, Formatter, Result};

/// The units that metrics are told in: SI in data, scaled for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Occurrences per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// A fraction of one.
    Share,
    /// A number of things.
    Count,
    /// Things times seconds.
    ItemSeconds,
    /// Money.
    Currency(Currency),
}

/// A currency by its code of three letters (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency([u8; 3]);

impl std::str::FromStr for Currency {
    type Err = ();

    fn from_str(code: &str) -> std::result::Result<Currency, ()> {
        match code.as_bytes() {
            &[a, b, c] if code.bytes().all(|letter| letter.is_ascii_uppercase()) => Ok(Currency([a, b, c])),
            _ => Err(()),
        }
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.symbol().into()
    }
}

impl TryFrom<String> for Unit {
    type Error = String;

    fn try_from(symbol: String) -> std::result::Result<Unit, String> {
        let known = Unit::PLAIN.into_iter().find(|unit| unit.symbol() == symbol);
        known.or_else(|| symbol.parse().ok().map(Unit::Currency)).ok_or_else(|| format!("there is no unit \"{symbol}\""))
    }
}

impl Unit {
    /// All but currencies.
    const PLAIN: [Unit; 7] =
        [Unit::Seconds, Unit::PerSecond, Unit::Bytes, Unit::BytesPerSecond, Unit::Share, Unit::Count, Unit::ItemSeconds];

    /// The unit's name in data files.
    pub fn symbol(&self) -> &str {
        match self {
            Unit::Seconds => "s",
            Unit::PerSecond => "1/s",
            Unit::Bytes => "B",
            Unit::BytesPerSecond => "B/s",
            Unit::Share => "share",
            Unit::Count => "1",
            Unit::ItemSeconds => "item*s",
            Unit::Currency(Currency(code)) => std::str::from_utf8(code).unwrap_or_default(),
        }
    }

    /// A value of this unit for people: three significant digits and the unit, "41.3 ms", "12.5 %", "1.24 MiB".
    pub fn show(self, value: f64) -> String {
        let scaled = |steps: &[(f64, &str)]| {
            let size = value.abs();
            let (factor, unit) = steps.iter().rev().find(|(factor, _)| size >= factor * 0.9995).unwrap_or(&steps[0]);
            format!("{} {unit}", three_digits(value / factor))
        };
        match self {
            _ if value == 0.0 => match self {
                Unit::Share => "0 %".into(),
                Unit::Count => "0".into(),
                other => format!("0 {}", if other == Unit::PerSecond { "/s" } else { other.symbol() }),
            },
            Unit::Seconds => scaled(&[(1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86_400.0, "d")]),
            Unit::PerSecond => format!("{} /s", three_digits(value)),
            Unit::Bytes => scaled(&[(1.0, "B"), (1024.0, "KiB"), (1048576.0, "MiB"), (1073741824.0, "GiB")]),
            Unit::BytesPerSecond => scaled(&[(1.0, "B/s"), (1024.0, "KiB/s"), (1048576.0, "MiB/s"), (1073741824.0, "GiB/s")]),
            Unit::Share => format!("{} %", three_digits(value * 100.0)),
            Unit::Count => three_digits(value),
            Unit::ItemSeconds | Unit::Currency(_) => format!("{} {}", three_digits(value), self.symbol()),
        }
    }
}

/// Three significant digits, thousands as K and M: 0.0413, 41.3, 4.13K.
pub fn three_digits(value: f64) -> String {
    let size = value.abs();
    let (value, suffix) = match size {
        s if !s.is_finite() => return format!("{value}"),
        s if s >= 999.5e6 => (value / 1e9, "G"),
        s if s >= 999.5e3 => (value / 1e6, "M"),
        s if s >= 9999.5 => (value / 1e3, "K"),
        s if s >= 99.95 => return format!("{}", libm::round(value)),
        _ => (value, ""),
    };
    if value == 0.0 {
        return "0".into();
    }
    let decimals = (2 - libm::floor(libm::log10(value.abs() * 1.0005)) as i32).max(0) as usize;
    let mut text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    format!("{text}{suffix}")
}

/// The largest unit in which the value is whole, so that the text parses back to it.
fn exact(f: &mut Formatter<'_>, value: u64, units: &[(&str, u64)]) -> Result {
    let (name, factor) =
        units.iter().find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor)).unwrap_or(&units[units.len() - 1]);
    write!(f, "{}{name}", value / factor)
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if self.0 == 0 {
            return f.write_str("0");
        }
        let units = [
            ("d", 86_400_000_000_000),
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ];
        exact(f, self.0, &units)
    }
}

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        Display::fmt(&Span(self.0), f)
    }
}

impl Display for Bytes {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        exact(f, self.0, &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)])
    }
}

impl Display for Bandwidth {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        exact(f, self.0, &[("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1_000), ("bit/s", 1)])
    }
}

impl Display for Rate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let per = match self.per.0 {
            1_000_000 => "ms",
            1_000_000_000 => "s",
            60_000_000_000 => "min",
            3_600_000_000_000 => "h",
            86_400_000_000_000 => "day",
            _ => "week",
        };
        let whole = |factor: f64| self.count >= factor && (self.count / factor).fract() == 0.0;
        match () {
            _ if whole(1e6) => write!(f, "{}M/{per}", self.count / 1e6),
            _ if whole(1e3) => write!(f, "{}K/{per}", self.count / 1e3),
            _ => write!(f, "{}/{per}", self.count),
        }
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let percent = self.0 * 100.0;
        if percent / 100.0 == self.0 { write!(f, "{percent}%") } else { write!(f, "{}", self.0) }
    }
}

/// Marks that turn the direction of text or hide in it: nobody sees them, and what they surround reads as something else.
pub fn is_steering(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
