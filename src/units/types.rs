//! The five quantities and their arithmetic.

use std::ops::{Add, AddAssign, Sub};

const NANOS: f64 = 1e9;

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of simulated time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// A size in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

/// Occurrences per span, as written: 500 000 per day keeps its day, so that it prints as it was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many occurrences.
    pub count: f64,
    /// In how long.
    pub per: Span,
}

/// Transmission capacity in bits per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bandwidth(pub u64);

/// A fraction; `0.7` is 70 %.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(pub f64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than anything that can happen.
    pub const MAX: Time = Time(u64::MAX);

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS
    }

    /// How long after `earlier` this is, which it is not before.
    #[inline]
    pub fn after(self, earlier: Time) -> Span {
        debug_assert!(earlier <= self);
        Span(self.0.wrapping_sub(earlier.0))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[inline]
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest span there is, 584 years.
    pub const MAX: Span = Span(u64::MAX);

    /// A span of so many seconds, rounded to the nearest nanosecond; negative and NaN become zero, too long the longest.
    #[inline]
    pub fn from_seconds(seconds: f64) -> Span {
        // `as` saturates and takes NaN to zero; adding a half rounds what is positive.
        Span((seconds * NANOS + 0.5) as u64)
    }

    /// A span of so many milliseconds.
    pub const fn from_millis(millis: u64) -> Span {
        Span(millis * 1_000_000)
    }

    /// A span of so many whole seconds.
    pub const fn from_secs(seconds: u64) -> Span {
        Span(seconds * 1_000_000_000)
    }

    /// Length in seconds.
    #[inline]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS
    }

    /// True for no time at all.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This span times a factor that is not negative, rounded to the nearest nanosecond.
    #[inline]
    pub fn times(self, factor: f64) -> Span {
        Span((self.0 as f64 * factor + 0.5) as u64)
    }
}

impl Add<Span> for Time {
    type Output = Time;
    #[inline]
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    #[inline]
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    #[inline]
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Span;
    /// The difference, zero when `other` is longer.
    #[inline]
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl Add for Bytes {
    type Output = Bytes;
    fn add(self, other: Bytes) -> Bytes {
        Bytes(self.0.saturating_add(other.0))
    }
}

impl Bytes {
    /// Size in KiB, fractions kept.
    #[inline]
    pub fn kib(self) -> f64 {
        self.0 as f64 / 1024.0
    }
}

impl Rate {
    /// So many occurrences a second.
    pub fn per_second(count: f64) -> Rate {
        Rate { count, per: Span::from_secs(1) }
    }

    /// Occurrences per second.
    pub fn hertz(self) -> f64 {
        self.count / self.per.seconds()
    }
}

impl Bandwidth {
    /// How long so many bytes take to be put on the wire.
    #[inline]
    pub fn transmission(self, size: Bytes) -> Span {
        const NANOS_OF_BITS: u64 = 8_000_000_000;
        if let Some(bits) = size.0.checked_mul(NANOS_OF_BITS) {
            return Span(bits / self.0);
        }
        let nanos = size.0 as u128 * NANOS_OF_BITS as u128 / self.0 as u128;
        Span(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}
