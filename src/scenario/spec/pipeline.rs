//! Pipelines inside a subscriber: stages, and what bounds what is under way in them.

use super::{EventIndex, Service, Subscriber};
use crate::units::Span;

/// What a message passes within a subscriber.
#[derive(Clone, Debug)]
pub struct Pipeline {
    pub stages: Vec<Stage>,
    /// Most trees of each consumer's spout that are not complete; none: as many as the prefetch lets come.
    pub max_pending: Option<u32>,
    /// A tree that is not complete so long after it was emitted is emitted again; none: never.
    pub replay_after: Option<Span>,
}

/// A tree is not replayed while so many of its tuples are under way: more of them would change nothing but the memory they take.
pub const TUPLES_OF_A_TREE_MAX: u32 = 100;

/// A step of a pipeline: tasks of one server each, with a mailbox before each.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: String,
    pub tasks: u32,
    /// Of one message.
    pub work: Service,
    pub group_by: Grouping,
    /// Most messages that wait before one task, the one in work aside; none is unlimited.
    pub mailbox: Option<u64>,
}

/// Which task of a stage takes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// All of one resource the same, by a hash.
    Resource,
    /// In turn, among those whose mailbox has room.
    Shuffle,
}

impl Subscriber {
    /// Everything that works on a message of this event, one after the other.
    pub fn works_on(&self, event: EventIndex) -> impl Iterator<Item = &Service> {
        let stages = self.pipeline.iter().flat_map(|pipeline| &pipeline.stages).map(|stage| &stage.work);
        stages.chain(self.work.get(event).filter(|_| self.pipeline.is_none()))
    }

    /// Most messages that it holds unfinished, all consumers together; none: no limit.
    pub fn credit(&self) -> Option<u64> {
        let pending = self.pipeline.as_ref().and_then(|pipeline| pipeline.max_pending);
        let each = pending.into_iter().chain(self.prefetch).min()?;
        Some(u64::from(each) * u64::from(self.consumers))
    }
}

impl Pipeline {
    /// A message that is through this stage may have to wait on its task until there is room in the next one's mailboxes.
    pub fn may_block(&self, stage: usize) -> bool {
        self.stages.get(stage + 1).is_some_and(|next| next.mailbox.is_some())
    }
}
