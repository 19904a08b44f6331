//! A caller's kept answers: each is good for a span from when it came, whatever happens to its resource meanwhile.
//!
//! Knows nothing of callbacks. Invariant: what has expired is gone at the next look, so that no more is kept than came within one span.

use super::family::ResourceKey;
use crate::units::{Span, Time};
use std::collections::{BTreeMap, VecDeque};

/// What a system of record said of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub version: u32,
    /// The time stamp that the version bears, where clocks are wrong.
    pub claimed: Time,
}

/// Answers by resource.
#[derive(Clone, Debug)]
pub struct Cache {
    lifetime: Span,
    answers: BTreeMap<ResourceKey, (Time, Answer)>,
    /// Every answer that came, by when it expires; lifetimes are equal, so oldest first.
    expiries: VecDeque<(Time, ResourceKey)>,
}

impl Cache {
    /// An empty one, for answers that live so long.
    pub fn new(lifetime: Span) -> Cache {
        Cache { lifetime, answers: BTreeMap::new(), expiries: VecDeque::new() }
    }

    /// The answer about a resource that is still good.
    pub fn get(&mut self, now: Time, key: ResourceKey) -> Option<Answer> {
        self.expire(now);
        self.answers.get(&key).map(|(_, answer)| *answer)
    }

    /// An answer has come; it replaces an earlier one.
    pub fn put(&mut self, now: Time, key: ResourceKey, answer: Answer) {
        self.expire(now);
        let until = now + self.lifetime;
        self.answers.insert(key, (until, answer));
        self.expiries.push_back((until, key));
    }

    fn expire(&mut self, now: Time) {
        while let Some((until, key)) = self.expiries.front().copied().filter(|(until, _)| *until <= now) {
            self.expiries.pop_front();
            // One that has been replaced lives on.
            if self.answers.get(&key).is_some_and(|(latest, _)| *latest == until) {
                self.answers.remove(&key);
            }
        }
    }
}
