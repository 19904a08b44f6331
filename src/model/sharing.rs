//! Who waits for whose callback: several events of one resource share one request and its answer.
//!
//! The first one to ask about a resource leads; whoever comes while its request is not yet served follows it. Which version an
//! answer has is decided when the service begins, so that it tells a follower no less than a request of its own would have.
//! Knows nothing of how a callback fares.

use super::family::ResourceKey;
use super::notice::CopyRef;
use std::collections::BTreeMap;

/// All callbacks of one caller that others may join.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// The latest one about each resource.
    latest: BTreeMap<ResourceKey, CopyRef>,
    /// Who waits for each, in the order of their coming.
    followers: BTreeMap<CopyRef, Followers>,
}

#[derive(Clone, Debug)]
struct Followers {
    about: ResourceKey,
    waiting: Vec<CopyRef>,
}

impl Sharing {
    /// Whose callback is the latest about a resource; it may have been served already.
    pub fn leader(&self, about: ResourceKey) -> Option<CopyRef> {
        self.latest.get(&about).copied()
    }

    /// A callback that others may join from now on.
    pub fn lead(&mut self, about: ResourceKey, leader: CopyRef) {
        self.latest.insert(about, leader);
        self.followers.insert(leader, Followers { about, waiting: Vec::new() });
    }

    /// One more waits for the leader's answer.
    pub fn follow(&mut self, leader: CopyRef, follower: CopyRef) {
        self.followers.get_mut(&leader).expect("a leader has been named").waiting.push(follower);
    }

    /// A callback is over: who waited for it.
    pub fn disband(&mut self, leader: CopyRef) -> Vec<CopyRef> {
        let Some(Followers { about, waiting }) = self.followers.remove(&leader) else { return Vec::new() };
        if self.latest.get(&about) == Some(&leader) {
            self.latest.remove(&about);
        }
        waiting
    }
}
