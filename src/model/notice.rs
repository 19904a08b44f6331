//! The closed list of all that can happen: the calendar's entries. Sixteen bytes, no pointers.

use crate::units::Time;

/// A delivery of a copy: where it is kept, and which hand-over; stale once the copy has been handed over anew. Aligned, so that it lies
/// at the same place in every [`Notice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(align(8))]
pub struct CopyRef {
    pub slot: u32,
    pub stamp: u32,
}

/// What a thread of a segment is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Take in a publish.
    Receive { change: u32 },
    /// Hand a copy over.
    Deliver { at: CopyRef },
    /// Take in an ack (done) or nack.
    Settle { done: bool, at: CopyRef },
    /// Run a workflow.
    Work { at: CopyRef },
}

impl Job {
    /// That it is done.
    #[inline(always)]
    pub fn served(self, segment: u16, life: u32) -> Notice {
        match self {
            Job::Receive { change } => Notice::Received { segment, life, change: change as u64 },
            Job::Deliver { at } => Notice::Delivered { segment, life, at },
            Job::Settle { done, at } => Notice::Settled { done, segment, life, at },
            Job::Work { at } => Notice::Ran { segment, life, at },
        }
    }
}

/// A step in the course of a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Poll {
    /// A tick of the poller's clock.
    Due,
    /// The jitter is over.
    Begins,
    /// A request reaches the SOR.
    Arrives,
    /// The SOR has served it.
    Served,
    /// The answer reaches the poller.
    Answered,
    /// So does the answer that the line is full.
    Refused,
    /// The poller gives up waiting.
    TimedOut,
}

impl Poll {
    /// Of a request of a poller.
    pub fn notice(self, poller: u16, call: u16) -> Notice {
        Notice::Poll { poller: poller as u32, call, step: self, began: Time::ZERO }
    }

    fn numbered(number: u8) -> Poll {
        use Poll::*;
        [Due, Begins, Arrives, Served, Answered, Refused, TimedOut][number as usize]
    }
}

/// An entry of the calendar. A `life` counts how often its place had been down when it was entered: what a former life began is void.
///
/// In every variant the fields are a `bool`, a `u16`, a `u32` and a word of 64 bits, or fewer of these: then
/// they lie at the same places and [`Packed::notice`] costs nothing. Where they overlap, the compiler takes them apart byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Confirmed { publisher: u32 },
    /// A thread has taken in a publish.
    Received { segment: u16, life: u32, change: u64 },
    /// A thread has handed a copy over.
    Delivered { segment: u16, life: u32, at: CopyRef },
    /// A thread has taken in an ack (done) or nack.
    Settled { done: bool, segment: u16, life: u32, at: CopyRef },
    /// A thread has run a workflow.
    Ran { segment: u16, life: u32, at: CopyRef },
    /// A group of messages is in the journal.
    JournalWritten { segment: u16, life: u32 },
    /// A deadline of the broker.
    Wake { segment: u16 },
    /// A delivery reaches its consumer.
    Handed { at: CopyRef },
    /// A worker is done with its own work.
    Worked { at: CopyRef },
    /// A callback reaches the SOR.
    CallArrives { call: u16, sor: u32, at: CopyRef },
    /// The SOR has served a callback.
    CallServed { call: u16, sor: u32, at: CopyRef },
    /// The answer reaches the caller; refused where the line was full.
    Answered { call: u16, refused: bool, at: CopyRef },
    /// The caller gives up waiting.
    CallTimeout { call: u16, at: CopyRef },
    /// The back-off is over.
    CallAgain { call: u16, at: CopyRef },
    /// The answer is parsed.
    Parsed { at: CopyRef },
    /// An ack (done) or nack reaches the segment.
    SettleArrives { done: bool, at: CopyRef },
    /// A task of a pipeline is done with a message.
    StageWorked { stage: u16, task: u32, at: CopyRef },
    /// The oldest tree of a topology may be too old.
    ReplayDue { subscriber: u32 },
    /// One of the SOR's own users asks.
    OwnRequest { sor: u32 },
    /// And is answered.
    OwnServed { sor: u16, life: u32, arrived: Time },
    /// Something is down, slow or lossy from now on.
    Disrupt { disruption: u32 },
    /// And is no more.
    Restore { disruption: u32 },
    /// A poll goes on; a service says when it began.
    Poll { poller: u32, call: u16, step: Poll, began: Time },
}

/// A notice as the calendar keeps it: two words that travel in registers. An enum of this size is written to the stack in parts and
/// read back whole, which stalls the processor at every entry.
#[derive(Clone, Copy, Debug)]
pub struct Packed {
    /// Which notice, then up to three small numbers: bits 0..8, 8..16, 16..32 and 32..64.
    head: u64,
    body: u64,
}

#[inline(always)]
fn pack(tag: u8, flag: bool, small: u16, middle: u32, body: u64) -> Packed {
    Packed { head: tag as u64 | (flag as u64) << 8 | (small as u64) << 16 | (middle as u64) << 32, body }
}

impl From<[u64; 2]> for Packed {
    #[inline(always)]
    fn from([head, body]: [u64; 2]) -> Packed {
        Packed { head, body }
    }
}

impl From<Packed> for [u64; 2] {
    #[inline(always)]
    fn from(packed: Packed) -> [u64; 2] {
        [packed.head, packed.body]
    }
}

impl CopyRef {
    #[inline(always)]
    fn word(self) -> u64 {
        self.slot as u64 | (self.stamp as u64) << 32
    }

    #[inline(always)]
    fn from_word(word: u64) -> CopyRef {
        CopyRef { slot: word as u32, stamp: (word >> 32) as u32 }
    }
}

impl Notice {
    /// For the calendar.
    #[inline(always)]
    pub fn packed(self) -> Packed {
        match self {
            Notice::Raise { event } => pack(0, false, 0, event, 0),
            Notice::Change { event, lifecycle } => pack(1, false, 0, event, lifecycle as u64),
            Notice::PublishArrives { change } => pack(2, false, 0, change, 0),
            Notice::PublishAgain { change } => pack(3, false, 0, change, 0),
            Notice::Confirmed { publisher } => pack(4, false, 0, publisher, 0),
            Notice::Received { segment, life, change } => pack(5, false, segment, life, change),
            Notice::Delivered { segment, life, at } => pack(6, false, segment, life, at.word()),
            Notice::Settled { done, segment, life, at } => pack(7, done, segment, life, at.word()),
            Notice::Ran { segment, life, at } => pack(8, false, segment, life, at.word()),
            Notice::JournalWritten { segment, life } => pack(9, false, segment, life, 0),
            Notice::Wake { segment } => pack(10, false, segment, 0, 0),
            Notice::Handed { at } => pack(11, false, 0, 0, at.word()),
            Notice::Worked { at } => pack(12, false, 0, 0, at.word()),
            Notice::CallArrives { call, sor, at } => pack(13, false, call, sor, at.word()),
            Notice::CallServed { call, sor, at } => pack(14, false, call, sor, at.word()),
            Notice::Answered { call, refused, at } => pack(15, refused, call, 0, at.word()),
            Notice::CallTimeout { call, at } => pack(16, false, call, 0, at.word()),
            Notice::CallAgain { call, at } => pack(17, false, call, 0, at.word()),
            Notice::Parsed { at } => pack(18, false, 0, 0, at.word()),
            Notice::SettleArrives { done, at } => pack(19, done, 0, 0, at.word()),
            Notice::OwnRequest { sor } => pack(20, false, 0, sor, 0),
            Notice::OwnServed { sor, life, arrived } => pack(21, false, sor, life, arrived.0),
            Notice::Disrupt { disruption } => pack(22, false, 0, disruption, 0),
            Notice::Restore { disruption } => pack(23, false, 0, disruption, 0),
            Notice::Poll { poller, call, step, began } => pack(24, false, call, poller | (step as u32) << 16, began.0),
            Notice::StageWorked { stage, task, at } => pack(25, false, stage, task, at.word()),
            Notice::ReplayDue { subscriber } => pack(26, false, 0, subscriber, 0),
        }
    }
}

impl Packed {
    /// As it was entered.
    #[inline(always)]
    pub fn notice(self) -> Notice {
        let (flag, small, middle) = (self.head >> 8 & 1 == 1, (self.head >> 16) as u16, (self.head >> 32) as u32);
        let at = CopyRef::from_word(self.body);
        match self.head as u8 {
            0 => Notice::Raise { event: middle },
            1 => Notice::Change { event: middle, lifecycle: self.body as u32 },
            2 => Notice::PublishArrives { change: middle },
            3 => Notice::PublishAgain { change: middle },
            4 => Notice::Confirmed { publisher: middle },
            5 => Notice::Received { segment: small, life: middle, change: self.body },
            6 => Notice::Delivered { segment: small, life: middle, at },
            7 => Notice::Settled { done: flag, segment: small, life: middle, at },
            8 => Notice::Ran { segment: small, life: middle, at },
            9 => Notice::JournalWritten { segment: small, life: middle },
            10 => Notice::Wake { segment: small },
            11 => Notice::Handed { at },
            12 => Notice::Worked { at },
            13 => Notice::CallArrives { call: small, sor: middle, at },
            14 => Notice::CallServed { call: small, sor: middle, at },
            15 => Notice::Answered { call: small, refused: flag, at },
            16 => Notice::CallTimeout { call: small, at },
            17 => Notice::CallAgain { call: small, at },
            18 => Notice::Parsed { at },
            19 => Notice::SettleArrives { done: flag, at },
            20 => Notice::OwnRequest { sor: middle },
            21 => Notice::OwnServed { sor: small, life: middle, arrived: Time(self.body) },
            22 => Notice::Disrupt { disruption: middle },
            23 => Notice::Restore { disruption: middle },
            24 => Notice::Poll { poller: middle & 0xffff, call: small, step: Poll::numbered((middle >> 16) as u8), began: Time(self.body) },
            25 => Notice::StageWorked { stage: small, task: middle, at },
            _ => Notice::ReplayDue { subscriber: middle },
        }
    }
}
