//! A pipeline inside a subscriber: a spout at each consumer, and stages of tasks, each with a mailbox of its own.
//!
//! Knows who has which message, who waits for room and which trees are not complete; not when, and not what anything takes.
//! Invariants: who waits for room finds none; a task rests only when its mailbox is empty; mailboxes never exceed their bound.

use super::notice::CopyRef;
use super::publisher::service_time;
use crate::scenario::spec::{self, Grouping, Service, TUPLES_OF_A_TREE_MAX};
use crate::sim::Stream;
use crate::units::{Span, Time};
use std::collections::VecDeque;

/// Stages behind the consumers of one subscriber.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// By consumer.
    pub spouts: Vec<Spout>,
    pub stages: Vec<Stage>,
    /// Messages in the spouts' lines.
    pub waiting: u64,
    /// Of each spout.
    pub max_pending: u32,
    pub trees: Option<Trees>,
    /// Tuples under way that nobody waits for any more.
    pub duplicates: u64,
}

/// What a consumer has taken from the broker and the first stage not yet.
#[derive(Clone, Debug, Default)]
pub struct Spout {
    /// New ones, and when they came.
    pub line: VecDeque<(Time, CopyRef)>,
    /// To be emitted again, before new ones.
    pub replays: VecDeque<CopyRef>,
    /// Emitted and not complete.
    pub pending: u32,
    /// It waits for room for the next from there.
    pub waits_for: Option<Source>,
}

/// Where a spout takes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Line,
    Replays,
}

/// Who waits for room in a stage: with one message each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Spout(u32),
    /// A task of the stage before, which keeps the message and does nothing else.
    Task(u32),
}

#[derive(Clone, Debug)]
pub struct Stage {
    work: Service,
    stream: Stream,
    group_by: Grouping,
    mailbox: usize,
    pub tasks: Vec<Task>,
    /// Whose turn it is.
    next: usize,
    /// Tasks with room.
    roomy: usize,
    /// First come, first served: for any task, or for each task where resources choose.
    senders: Vec<VecDeque<Sender>>,
}

#[derive(Clone, Debug, Default)]
pub struct Task {
    /// In work, or done and held back.
    pub at_work: Option<CopyRef>,
    pub mailbox: VecDeque<(Time, CopyRef)>,
}

/// What a pipeline had in hand and is lost.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    /// Of those in the spouts' lines: when they came.
    pub in_line: Vec<Time>,
    /// Emitted and not complete.
    pub pending: u64,
    /// By stage.
    pub stages: Vec<LostInStage>,
}

/// What one stage of it had.
#[derive(Clone, Debug, Default)]
pub struct LostInStage {
    /// Of those in mailboxes: when they came.
    pub in_mailboxes: Vec<Time>,
    pub at_work: u32,
    /// Done and held back.
    pub held_back: u64,
}

impl Pipeline {
    /// The spouts of these consumers have nothing any more, and what is not `living` is gone from the stages. Tasks that had it rest,
    /// whatever is in their mailboxes, and who waits for room may find some.
    pub fn lose(&mut self, consumers: &[u32], living: impl Fn(CopyRef) -> bool) -> Lost {
        let mut lost = Lost::default();
        for &consumer in consumers {
            let spout = std::mem::take(&mut self.spouts[consumer as usize]);
            lost.in_line.extend(spout.line.iter().map(|(came, _)| *came));
            lost.pending += u64::from(spout.pending);
            if spout.waits_for.is_some() {
                self.stages[0].forget(Sender::Spout(consumer));
            }
        }
        self.waiting -= lost.in_line.len() as u64;
        for number in 0..self.stages.len() {
            let of_stage = self.lose_in_stage(number, &living);
            lost.stages.push(of_stage);
        }
        lost
    }

    fn lose_in_stage(&mut self, number: usize, living: impl Fn(CopyRef) -> bool) -> LostInStage {
        let mut lost = LostInStage::default();
        for task in 0..self.stages[number].tasks.len() {
            let place = &mut self.stages[number].tasks[task];
            place.mailbox.retain(|(came, at)| {
                living(*at) || {
                    lost.in_mailboxes.push(*came);
                    false
                }
            });
            if place.at_work.take_if(|at| !living(*at)).is_none() {
                continue;
            }
            let is_held_back = self.stages.get_mut(number + 1).is_some_and(|next| next.forget(Sender::Task(task as u32)));
            if is_held_back { lost.held_back += 1 } else { lost.at_work += 1 }
        }
        let stage = &mut self.stages[number];
        stage.roomy = (0..stage.tasks.len()).filter(|task| stage.has_room(*task)).count();
        lost
    }

    /// An idle one.
    pub fn new(pipeline: &spec::Pipeline, consumers: u32, stream: &impl Fn(&str) -> Stream) -> Pipeline {
        Pipeline {
            spouts: vec![Spout::default(); consumers as usize],
            stages: pipeline.stages.iter().map(|stage| Stage::new(stage, stream(&format!("stage {} work", stage.name)))).collect(),
            waiting: 0,
            max_pending: pipeline.max_pending.unwrap_or(u32::MAX),
            trees: pipeline.replay_after.map(Trees::new),
            duplicates: 0,
        }
    }
}

impl Spout {
    /// Where its next message comes from, and which; none while it waits for room or may emit no more.
    pub fn next(&self, max_pending: u32) -> Option<(Source, CopyRef)> {
        if self.waits_for.is_some() {
            return None;
        }
        let new = || self.line.front().filter(|_| self.pending < max_pending).map(|(_, at)| (Source::Line, *at));
        self.replays.front().map(|at| (Source::Replays, *at)).or_else(new)
    }
}

impl Stage {
    fn new(stage: &spec::Stage, stream: Stream) -> Stage {
        let tasks = stage.tasks as usize;
        Stage {
            work: stage.work.clone(),
            stream,
            group_by: stage.group_by,
            mailbox: stage.mailbox.map_or(usize::MAX, |places| usize::try_from(places).unwrap_or(usize::MAX)),
            tasks: vec![Task::default(); tasks],
            next: 0,
            roomy: tasks,
            senders: vec![VecDeque::new(); if stage.group_by == Grouping::Resource { tasks } else { 1 }],
        }
    }

    fn has_room(&self, task: usize) -> bool {
        let task = &self.tasks[task];
        task.at_work.is_none() || task.mailbox.len() < self.mailbox
    }

    /// The task that takes the next message, of the resource with this number: by its hash, or in turn as far as there is room
    /// (as Storm's fields and shuffle groupings do). Without room: the line of senders to wait in.
    pub fn choose(&mut self, resource: impl FnOnce() -> u64) -> Result<usize, usize> {
        if self.group_by == Grouping::Resource {
            let task = (mix(resource()) % self.tasks.len() as u64) as usize;
            return if self.has_room(task) { Ok(task) } else { Err(task) };
        }
        if self.roomy == 0 {
            return Err(0);
        }
        let mut task = self.next;
        while !self.has_room(task) {
            task = (task + 1) % self.tasks.len();
        }
        self.next = (task + 1) % self.tasks.len();
        Ok(task)
    }

    /// Somebody for whom there was no room.
    pub fn wait(&mut self, line: usize, sender: Sender) {
        self.senders[line].push_back(sender);
    }

    /// A message comes to a task that has room; true where work on it starts at once.
    pub fn admit(&mut self, now: Time, task: usize, at: CopyRef) -> bool {
        debug_assert!(self.has_room(task));
        let place = &mut self.tasks[task];
        let starts = place.at_work.is_none();
        if starts {
            place.at_work = Some(at);
        } else {
            place.mailbox.push_back((now, at));
        }
        self.roomy -= !self.has_room(task) as usize;
        starts
    }

    /// A task's message has gone on; the next of its mailbox, with the instant it came, starts at once.
    pub fn leave(&mut self, task: usize) -> Option<(Time, CopyRef)> {
        let had_room = self.has_room(task);
        let place = &mut self.tasks[task];
        let next = place.mailbox.pop_front();
        place.at_work = next.map(|(_, at)| at);
        self.roomy += (self.has_room(task) && !had_room) as usize;
        next
    }

    /// Somebody does not wait for room any more; whether it did.
    fn forget(&mut self, sender: Sender) -> bool {
        let before: usize = self.senders.iter().map(VecDeque::len).sum();
        self.senders.iter_mut().for_each(|line| line.retain(|other| *other != sender));
        self.senders.iter().map(VecDeque::len).sum::<usize>() < before
    }

    /// A task that rests though its mailbox is not empty takes the next message.
    pub fn wake(&mut self, task: usize) -> Option<(Time, CopyRef)> {
        if self.tasks[task].at_work.is_some() { None } else { self.leave(task) }
    }

    /// Who may come to a task now.
    pub fn invite(&mut self, task: usize) -> Option<Sender> {
        let line = if self.group_by == Grouping::Resource { task } else { 0 };
        if self.has_room(task) { self.senders[line].pop_front() } else { None }
    }

    /// How long the work on a message takes.
    pub fn work(&mut self, sequence: impl FnOnce() -> u64) -> Span {
        service_time(&self.work, sequence, &mut self.stream)
    }

    /// Messages in the stage.
    pub fn inside(&self) -> u64 {
        self.tasks.iter().map(|task| task.mailbox.len() as u64 + task.at_work.is_some() as u64).sum()
    }

    /// Those in mailboxes: when they came.
    pub fn waiting(&self) -> impl Iterator<Item = Time> {
        self.tasks.iter().flat_map(|task| &task.mailbox).map(|(came, _)| *came)
    }
}

/// Spreads neighboring numbers (the finalizer of SplitMix64: G. Steele, D. Lea and C. Flood, OOPSLA 2014).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// The trees of a topology and when they are too old.
#[derive(Clone, Debug)]
pub struct Trees {
    after: Span,
    /// By the slot of a tree's latest tuple.
    by_slot: Vec<Tree>,
    /// Oldest first; some are of trees that are complete or were emitted again.
    deadlines: VecDeque<Deadline>,
    /// The calendar has an entry for the oldest or one before it.
    pub is_watched: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tree {
    /// Another one at each emission and each end.
    emission: u32,
    /// Under way, duplicates included.
    tuples: u32,
}

#[derive(Clone, Copy, Debug)]
struct Deadline {
    at: Time,
    tuple: CopyRef,
    emission: u32,
}

impl Trees {
    fn new(after: Span) -> Trees {
        Trees { after, by_slot: Vec::new(), deadlines: VecDeque::new(), is_watched: false }
    }

    fn tree(&mut self, slot: u32) -> &mut Tree {
        if self.by_slot.len() <= slot as usize {
            self.by_slot.resize(slot as usize + 1, Tree::default());
        }
        &mut self.by_slot[slot as usize]
    }

    /// A tuple is emitted; of a new tree it is the only one.
    pub fn emitted(&mut self, now: Time, tuple: CopyRef, is_new: bool) {
        let tree = self.tree(tuple.slot);
        if is_new {
            tree.tuples = 1;
        }
        tree.emission = tree.emission.wrapping_add(1);
        let emission = tree.emission;
        self.deadlines.push_back(Deadline { at: now + self.after, tuple, emission });
    }

    /// The tree is complete, or was given up.
    pub fn ended(&mut self, slot: u32) {
        let tree = self.tree(slot);
        tree.emission = tree.emission.wrapping_add(1);
        self.forget_ended();
    }

    fn forget_ended(&mut self) {
        while let Some(oldest) = self.deadlines.front()
            && self.by_slot[oldest.tuple.slot as usize].emission != oldest.emission
        {
            self.deadlines.pop_front();
        }
    }

    /// When the oldest incomplete tree will be too old.
    pub fn next_deadline(&mut self) -> Option<Time> {
        self.forget_ended();
        self.deadlines.front().map(|deadline| deadline.at)
    }

    /// The oldest tree that is too old now and may be emitted again. One that has very many tuples under way is let be for once more.
    pub fn overdue(&mut self, now: Time) -> Option<CopyRef> {
        while self.next_deadline().is_some_and(|at| at <= now) {
            let deadline = self.deadlines.pop_front()?;
            if self.by_slot[deadline.tuple.slot as usize].tuples < TUPLES_OF_A_TREE_MAX {
                return Some(deadline.tuple);
            }
            self.deadlines.push_back(Deadline { at: now + self.after, ..deadline });
        }
        None
    }

    /// The tree goes on with a new tuple; the old one is a duplicate from now on.
    pub fn replayed(&mut self, old: u32, new: u32) {
        let tuples = self.tree(old).tuples;
        self.ended(old);
        self.tree(new).tuples = tuples + 1;
    }

    /// A duplicate of the tree whose latest tuple is there is gone.
    pub fn one_less(&mut self, slot: u32) {
        let tree = self.tree(slot);
        tree.tuples = tree.tuples.saturating_sub(1);
    }
}
