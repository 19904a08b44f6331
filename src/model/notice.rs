//! The closed list of all that can happen: the calendar's entries. Sixteen bytes, no pointers.

use crate::units::Time;

/// A delivery of a copy, as the model refers to it; stale once the copy has been handed over anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyRef {
    pub copy: u32,
    pub stamp: u32,
    pub segment: u16,
}

/// What a thread of a segment is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Take in a publish.
    Receive { change: u32 },
    /// Hand a copy over.
    Deliver { copy: u32, stamp: u32 },
    /// Take in an ack or nack.
    Settle { copy: u32, stamp: u32, done: bool },
    /// Run a workflow.
    Work { copy: u32, stamp: u32 },
}

/// An entry of the calendar.
#[derive(Clone, Copy, Debug)]
pub enum Notice {
    /// An event (or the first of a lifecycle, or a batch) is raised.
    Raise { event: u32 },
    /// The next change of a lifecycle.
    Change { event: u32, lifecycle: u32 },
    /// A publish reaches its segment.
    PublishArrives { change: u32 },
    /// A refused publish is tried again.
    PublishAgain { change: u32 },
    /// A confirm reaches the publisher.
    Confirmed { event: u32 },
    /// A thread is done with a job.
    SegmentServed { segment: u16, job: Job },
    /// A group of messages is in the journal.
    JournalWritten { segment: u16 },
    /// A deadline of the broker.
    Wake { segment: u16 },
    /// A delivery reaches its consumer.
    Handed { at: CopyRef },
    /// A worker is done with its own work.
    Worked { at: CopyRef },
    /// A callback reaches the SOR.
    CallArrives { call: u16, sor: u16, segment: u16, copy: u32, stamp: u32 },
    /// The SOR has served a callback.
    CallServed { call: u16, sor: u16, segment: u16, copy: u32, stamp: u32 },
    /// The answer reaches the caller; refused where the line was full.
    Answered { call: u16, refused: bool, at: CopyRef },
    /// The caller gives up waiting.
    CallTimeout { call: u16, at: CopyRef },
    /// The back-off is over.
    CallAgain { call: u16, at: CopyRef },
    /// The answer is parsed.
    Parsed { at: CopyRef },
    /// An ack or nack reaches the segment.
    SettleArrives { done: bool, at: CopyRef },
    /// One of the SOR's own users asks.
    OwnRequest { sor: u32 },
    /// And is answered.
    OwnServed { sor: u32, arrived: Time },
}
