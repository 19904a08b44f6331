//! A subscriber's picture of one resource: which version it shows, and for how long it showed an older one than before.
//!
//! Knows nothing of messages and of who asks; versions count from one, and a view that has seen nothing shows version zero.

use crate::units::{Span, Time};

/// How a view takes an older version than it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Shows whatever comes: an older version overwrites a newer one.
    None,
    /// Discards what bears an earlier time stamp than what it shows; wrong stamps can fool it.
    Timestamp,
    /// Discards older versions: exact.
    Version,
}

/// What a view did with what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It shows a newer version than before. `wrong` is the time that ended now, during which it had shown an older version than
    /// once before; zero in the normal case, and while it stays wrong.
    Shown {
        /// Length of the wrong time that is over.
        wrong: Span,
    },
    /// It shows this version already.
    Repeated,
    /// The guard kept it out.
    Discarded,
    /// It replaced a newer version: the view is wrong until it shows that one, or a newer one, again.
    StaleOverwrite,
}

/// What one subscriber shows of one resource. The default shows nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    shown: u32,
    newest_shown: u32,
    stamp: Time,
    wrong_since: Time,
}

impl View {
    /// A version of the resource arrives with the stamp that its system of record gave it.
    pub fn apply(&mut self, now: Time, version: u32, stamp: Time, guard: Guard) -> Applied {
        let is_kept_out = match guard {
            Guard::None => false,
            Guard::Timestamp => stamp < self.stamp,
            Guard::Version => version < self.shown,
        };
        if is_kept_out {
            return Applied::Discarded;
        }
        let was_wrong = self.is_wrong();
        let before = std::mem::replace(&mut self.shown, version);
        self.stamp = stamp;
        if version == before {
            return Applied::Repeated;
        }
        if version < before {
            if !was_wrong {
                self.wrong_since = now;
            }
            return Applied::StaleOverwrite;
        }
        self.newest_shown = self.newest_shown.max(version);
        let is_healed = was_wrong && !self.is_wrong();
        Applied::Shown { wrong: if is_healed { now.since(self.wrong_since) } else { Span::ZERO } }
    }

    /// The version that it shows; zero for none.
    pub fn shown(&self) -> u32 {
        self.shown
    }

    /// The newest version that it has ever shown.
    pub fn newest_shown(&self) -> u32 {
        self.newest_shown
    }

    /// Whether it shows an older version than it has shown.
    pub fn is_wrong(&self) -> bool {
        self.shown < self.newest_shown
    }

    /// For how long it has been wrong; what a window of measurement that ends now has to add for a view that is still wrong.
    pub fn wrong_for(&self, now: Time) -> Span {
        if self.is_wrong() { now.since(self.wrong_since) } else { Span::ZERO }
    }
}
