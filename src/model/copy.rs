//! What is known of one copy of a message between its first delivery and its end: which stage it is in and how long it was in each.

use super::change::PUBLISH_HOPS;
use super::hop::{HOPS, Hop};
use crate::units::{Bytes, Time};

/// A copy on its way through a subscriber.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The latest delivery.
    pub stamp: u32,
    pub change: u32,
    /// Of its event's audience.
    pub place: u32,
    pub subscriber: u32,
    pub consumer: u32,
    pub attempt: u32,
    /// When the stage it is in began.
    pub mark: Time,
    /// When the callback was asked for first.
    pub call_began: Time,
    /// Nanoseconds in each stage; those before the broker as they were at the first delivery.
    hops: [u64; HOPS],
    /// Which request of the callback is current; answers to earlier ones come too late.
    pub call: u16,
    pub tries: u16,
    /// What the callback answered.
    pub version: u32,
    pub size: Bytes,
    /// When the broker took it into its queue.
    pub accepted: Time,
    /// Runs on a thread of the segment, which it keeps until the attempt is over.
    pub holds_thread: bool,
}

impl Context {
    /// A copy of a change whose last stage before the broker began at `mark`.
    #[inline]
    pub fn begin(change: u32, place: u32, mark: Time, hops: &[u64; PUBLISH_HOPS]) -> Context {
        let mut context = Context { change, place, mark, ..Context::default() };
        context.hops[..PUBLISH_HOPS].copy_from_slice(hops);
        context
    }

    /// The stage ends now; the next begins.
    #[inline]
    pub fn pass(&mut self, now: Time, hop: Hop) {
        self.hops[hop as usize] += now.since(self.mark).0;
        self.mark = now;
    }

    /// Nanoseconds spent in a stage so far.
    #[inline]
    pub fn spent(&self, hop: Hop) -> u64 {
        self.hops[hop as usize]
    }
}
