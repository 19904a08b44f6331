//! What is known of one copy of a message between its first delivery and its end: which stage it is in and how long it was in each.

use super::change::{Change, PUBLISH_HOPS};
use super::hop::{HOPS, Hop};
use super::notice::CopyRef;
use crate::units::{Bytes, Time};
use std::hint::cold_path;

/// The segment of what came from a feed.
pub const FEED: u16 = u16::MAX;

/// A copy on its way through a subscriber. What every step looks at lies in the first line of the processor's cache, then the stages.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Context {
    /// The latest delivery.
    pub stamp: u32,
    pub subscriber: u32,
    /// When the stage it is in began.
    pub mark: Time,
    pub consumer: u32,
    pub event: u32,
    pub change: u32,
    /// Of its event's audience.
    pub place: u32,
    /// The broker's number of the copy, and the segment that it is on; [`FEED`] for an entry of a feed.
    pub copy: u32,
    pub segment: u16,
    /// Which request of the callback is current; answers to earlier ones come too late.
    pub call: u16,
    pub tries: u16,
    /// Whom it asks: 0 the callback, then the services that it calls, in order.
    pub step: u16,
    /// Every attempt on it fails, here.
    pub poisoned: bool,
    /// Its own work is done on a thread of the segment, which it keeps while it calls back.
    pub holds_thread: bool,
    /// A worker has it: not any more where that takes the next message while this one calls back.
    pub has_worker: bool,
    /// A request of it is under way, on one of its subscriber's connections.
    pub connected: bool,
    /// The resource of its change can change again.
    pub tracked: bool,
    /// Of a topology: its tree was replayed, so that nobody waits for this tuple of it any more.
    pub is_duplicate: bool,
    /// When the broker took it into its queue.
    pub accepted: Time,
    /// Nanoseconds in each stage; those before the broker as they were at the first delivery.
    hops: [u64; HOPS],
    pub size: Bytes,
    /// When the callback was asked for first.
    pub call_began: Time,
    /// What the callback answered; zero before that, where others may join it.
    pub version: u32,
    pub attempt: u32,
    /// The time stamp that this version bears, where clocks are wrong.
    pub claimed: Time,
    /// The task of a pipeline that has it.
    pub task: u32,
}

/// The contexts of all copies that were ever handed over; the place of one is the same as long as the run lasts, and is used again
/// with the broker's number of the copy.
#[derive(Clone, Debug)]
pub struct Copies {
    contexts: Vec<Context>,
    /// By segment, then by the broker's number.
    slot_of: Vec<Vec<u32>>,
    /// By segment: slots of duplicates that are gone. Hand-overs of one segment never have the same stamp twice.
    spare: Vec<Vec<u32>>,
    /// Slots of entries of feeds that are in nobody's hands.
    free_entries: Vec<u32>,
}

const NONE: u32 = u32::MAX;
/// The broker counts its hand-overs from 1.
const NO_DELIVERY: u32 = 0;

impl Copies {
    /// Nothing handed over yet on so many segments.
    pub fn new(segments: usize) -> Copies {
        Copies { contexts: Vec::new(), slot_of: vec![Vec::new(); segments], free_entries: Vec::new(), spare: vec![Vec::new(); segments] }
    }

    /// Where the context of a broker's copy is kept.
    #[inline]
    pub fn slot(&mut self, segment: u16, copy: u32) -> u32 {
        match self.slot_of[segment as usize].get(copy as usize) {
            Some(&slot) if slot != NONE => slot,
            _ => self.grow(segment, copy),
        }
    }

    #[cold]
    fn grow(&mut self, segment: u16, copy: u32) -> u32 {
        let slots = &mut self.slot_of[segment as usize];
        if slots.len() <= copy as usize {
            slots.resize(copy as usize + 1, NONE);
        }
        let slot = self.contexts.len() as u32;
        slots[copy as usize] = slot;
        self.contexts.push(Context { copy, segment, ..Context::default() });
        slot
    }

    /// The delivery begins anew in a context of its own; the old context is a duplicate's from now on, until it is [`Copies::free`]d.
    pub fn replay(&mut self, at: CopyRef) -> CopyRef {
        let old = &mut self.contexts[at.slot as usize];
        let (segment, copy) = (old.segment as usize, old.copy as usize);
        old.is_duplicate = true;
        let new = Context { is_duplicate: false, tries: 0, version: 0, ..*old };
        let slot = match self.spare[segment].pop() {
            Some(slot) => {
                // Answers to what this slot asked for in an earlier use still come too late.
                let call = self.contexts[slot as usize].call.wrapping_add(1);
                self.contexts[slot as usize] = Context { call, ..new };
                slot
            }
            None => {
                self.contexts.push(new);
                self.contexts.len() as u32 - 1
            }
        };
        self.slot_of[segment][copy] = slot;
        CopyRef { slot, stamp: at.stamp }
    }

    /// Where the latest delivery of a duplicate's copy is kept.
    pub fn original(&self, duplicate: u32) -> u32 {
        let context = &self.contexts[duplicate as usize];
        self.slot_of[context.segment as usize][context.copy as usize]
    }

    /// A duplicate is gone.
    pub fn free(&mut self, slot: u32) {
        let context = &mut self.contexts[slot as usize];
        context.call = context.call.wrapping_add(1);
        context.is_duplicate = false;
        self.spare[context.segment as usize].push(slot);
    }

    /// Duplicates under way of which these consumers had emitted the tree.
    pub fn duplicates(&self, who: u32, consumers: &[u32]) -> Vec<CopyRef> {
        let emitted_here = |context: &Context| context.is_duplicate && context.subscriber == who && consumers.contains(&context.consumer);
        let all = self.contexts.iter().enumerate().filter(|(_, context)| emitted_here(context));
        all.map(|(slot, context)| CopyRef { slot: slot as u32, stamp: context.stamp }).collect()
    }

    /// A place for an entry of a feed, which somebody has in hand until [`Copies::free_entry`].
    pub fn entry(&mut self) -> CopyRef {
        let slot = self.free_entries.pop().unwrap_or_else(|| {
            self.contexts.push(Context { segment: FEED, ..Context::default() });
            self.contexts.len() as u32 - 1
        });
        CopyRef { slot, stamp: self.contexts[slot as usize].stamp }
    }

    /// Nobody has the entry in hand any more.
    pub fn free_entry(&mut self, at: CopyRef) {
        self.contexts[at.slot as usize].stamp = at.stamp.wrapping_add(1);
        self.free_entries.push(at.slot);
    }

    /// The context at a slot, whichever delivery it is in.
    #[inline]
    pub fn at(&mut self, slot: u32) -> &mut Context {
        &mut self.contexts[slot as usize]
    }

    /// The latest delivery is void: whatever is still on its way about it comes too late.
    pub fn void(&mut self, at: CopyRef) -> &mut Context {
        let context = &mut self.contexts[at.slot as usize];
        debug_assert_eq!(context.stamp, at.stamp);
        context.stamp = NO_DELIVERY;
        context
    }

    /// Whether this is still the latest delivery of its copy.
    pub fn is_current(&self, at: CopyRef) -> bool {
        self.contexts.get(at.slot as usize).is_some_and(|context| context.stamp == at.stamp)
    }

    /// What is known of a delivery, unless the copy has been handed over anew.
    #[inline(always)]
    pub fn current(&mut self, at: CopyRef) -> Option<&mut Context> {
        match self.contexts.get_mut(at.slot as usize) {
            Some(context) if context.stamp == at.stamp => Some(context),
            _ => {
                cold_path();
                None
            }
        }
    }

    /// The same, while the request `call` is the one that its caller waits for.
    #[inline(always)]
    pub fn calling(&mut self, call: u16, at: CopyRef) -> Option<&mut Context> {
        let context = self.current(at)?;
        if context.call != call {
            cold_path();
            return None;
        }
        Some(context)
    }
}

impl Context {
    /// Starts anew for the first delivery of a change to a place of its audience.
    #[inline]
    pub fn begin(&mut self, slot: u32, place: u32, change: &Change) {
        (self.change, self.place, self.mark, self.event) = (slot, place, change.mark, change.event);
        self.hops[..PUBLISH_HOPS].copy_from_slice(&change.hops);
        self.hops[PUBLISH_HOPS..].fill(0);
        (self.holds_thread, self.tracked) = (false, change.is_tracked());
    }

    /// Starts anew for an entry that a poller has read.
    pub fn begin_entry(&mut self, slot: u32, place: u32, who: u32, change: &Change) {
        (self.change, self.place, self.mark, self.event) = (slot, place, change.raised, change.event);
        self.hops.fill(0);
        (self.holds_thread, self.tracked) = (false, change.is_tracked());
        (self.subscriber, self.consumer, self.attempt) = (who, 0, 1);
        self.call = self.call.wrapping_add(1);
        self.tries = 0;
    }

    /// The stage ends now; the next begins.
    #[inline]
    pub fn pass(&mut self, now: Time, hop: Hop) {
        self.hops[hop as usize] += now.0 - self.mark.0;
        self.mark = now;
    }

    /// The broker took this copy at another instant than that at which its change last came to it: later where it was held at the door
    /// or came as a dead letter, earlier where its change was published again because another queue had refused it.
    #[cold]
    pub fn align(&mut self, accepted: Time, is_dead_letter: bool) {
        if accepted > self.mark {
            return self.pass(accepted, if is_dead_letter { Hop::DeadLetter } else { Hop::PublishWait });
        }
        let mut excess = self.mark.0 - accepted.0;
        for hop in &mut self.hops[..PUBLISH_HOPS] {
            let share = excess.min(*hop);
            *hop -= share;
            excess -= share;
        }
        self.mark = accepted;
    }

    /// Nanoseconds spent in a stage so far.
    #[inline]
    pub fn spent(&self, hop: Hop) -> u64 {
        self.hops[hop as usize]
    }
}
