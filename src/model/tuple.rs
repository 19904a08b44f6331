//! From the consumer through the stages of a pipeline: emitting, mailboxes, work, blocking after service, replay.
//!
//! A message keeps its context on the way; the time before a task takes it and the time a task holds it back count as waiting. When
//! a topology's tree is replayed, its new tuple gets a context of its own and is what the broker waits for; the old one goes on as a
//! duplicate with all its costs: its callback is made, what it brings is shown, but nobody is told of its end.

use super::disruption::slowed;
use super::hop::Hop;
use super::notice::{CopyRef, Notice};
use super::pipeline::{Pipeline, Sender, Source, Spout, Stage};
use super::probe::{PipelineProbe, StageProbe};
use super::subscriber::Subscriber;
use super::world::World;
use crate::units::Time;

impl World {
    fn pipeline(&mut self, who: u32) -> &mut Pipeline {
        self.subscribers[who as usize].pipeline.as_mut().expect("only a pipeline has stages")
    }

    fn stage(&mut self, who: u32, stage: usize) -> &mut Stage {
        &mut self.pipeline(who).stages[stage]
    }

    fn spout(&mut self, who: u32, consumer: u32) -> &mut Spout {
        &mut self.pipeline(who).spouts[consumer as usize]
    }

    fn watched(&mut self, who: u32) -> &mut PipelineProbe {
        self.probe.subscribers[who as usize].pipeline.as_mut().expect("a pipeline is watched")
    }

    fn watched_stage(&mut self, who: u32, stage: usize) -> &mut StageProbe {
        &mut self.watched(who).stages[stage]
    }

    /// A message has reached a consumer.
    #[inline(never)]
    pub(super) fn enter_pipeline(&mut self, at: CopyRef) {
        let (now, context) = (self.now, self.copies.at(at.slot));
        let (who, consumer) = (context.subscriber, context.consumer);
        self.pipeline(who).waiting += 1;
        self.spout(who, consumer).line.push_back((now, at));
        self.feed(who, consumer);
    }

    /// A consumer hands to the first stage what that has room for.
    fn feed(&mut self, who: u32, consumer: u32) {
        let max_pending = self.pipeline(who).max_pending;
        while let Some((source, at)) = self.spout(who, consumer).next(max_pending) {
            match self.choose(who, 0, at) {
                Ok(task) => self.emit(who, consumer, source, task),
                Err(line) => {
                    self.stage(who, 0).wait(line, Sender::Spout(consumer));
                    self.spout(who, consumer).waits_for = Some(source);
                }
            }
        }
        let (now, waiting) = (self.now, self.pipeline(who).waiting);
        let line = &mut self.probe.subscribers[who as usize].station.line.level;
        if line.value() != waiting {
            line.set(now, waiting);
        }
    }

    /// The task of a stage that takes this message, or the line to wait in.
    fn choose(&mut self, who: u32, stage: usize, at: CopyRef) -> Result<usize, usize> {
        let context = self.copies.at(at.slot);
        let (ledger, change, event) = (&self.ledger, context.change, context.event);
        let pipeline = self.subscribers[who as usize].pipeline.as_mut().expect("only a pipeline has stages");
        pipeline.stages[stage].choose(|| u64::from(event) << 40 ^ ledger.resource_number(change))
    }

    /// A consumer's next message goes into the first stage.
    fn emit(&mut self, who: u32, consumer: u32, source: Source, task: usize) {
        let now = self.now;
        let spout = self.spout(who, consumer);
        let at = match source {
            Source::Replays => spout.replays.pop_front().expect("a replay is there to be emitted"),
            Source::Line => {
                let (came, at) = spout.line.pop_front().expect("a message is there to be emitted");
                spout.pending += 1;
                self.pipeline(who).waiting -= 1;
                self.probe.subscribers[who as usize].station.started(now, came);
                self.watched(who).pending.level.rise(now);
                at
            }
        };
        if let Some(trees) = &mut self.pipeline(who).trees {
            trees.emitted(now, at, source == Source::Line);
            self.watch_trees(who);
        }
        self.put(who, 0, task, at);
    }

    /// A message comes to a task that has room.
    fn put(&mut self, who: u32, stage: usize, task: usize, at: CopyRef) {
        let now = self.now;
        self.watched_stage(who, stage).entered += 1;
        if self.stage(who, stage).admit(now, task, at) {
            self.start_task(who, stage, task, at, now);
        } else {
            self.watched_stage(who, stage).station.line.level.rise(now);
        }
    }

    /// A task takes a message that came to it then.
    fn start_task(&mut self, who: u32, stage: usize, task: usize, at: CopyRef, came: Time) {
        let now = self.now;
        let context = self.copies.at(at.slot);
        context.pass(now, Hop::Wait);
        context.task = task as u32;
        let (ledger, change) = (&self.ledger, context.change);
        let Subscriber { pipeline, consumers, .. } = &mut self.subscribers[who as usize];
        let pipeline = pipeline.as_mut().expect("only a pipeline has stages");
        let slow = consumers[context.consumer as usize].slow;
        let length = slowed(pipeline.stages[stage].work(|| ledger.change(change).sequence), slow);
        self.probe.subscribers[who as usize].station.busy.level.rise(now);
        let station = &mut self.watched_stage(who, stage).station;
        station.busy.level.rise(now);
        station.started(now, came);
        self.calendar.schedule(now + length, Notice::StageWorked { stage: stage as u16, task: task as u32, at }.packed());
    }

    /// A task is done with a message: it goes on, or out of the pipeline.
    pub(super) fn stage_worked(&mut self, stage: u16, task: u32, at: CopyRef) {
        let (now, stage, task) = (self.now, stage as usize, task as usize);
        let Some(context) = self.copies.current(at) else { return };
        let who = context.subscriber;
        context.pass(now, Hop::Work);
        if stage + 1 == self.pipeline(who).stages.len() {
            return self.through(at);
        }
        self.rest(who, stage);
        match self.choose(who, stage + 1, at) {
            Ok(next) => {
                self.put(who, stage + 1, next, at);
                self.vacate(who, stage, task);
            }
            Err(line) => {
                self.watched_stage(who, stage).blocked.level.rise(now);
                self.stage(who, stage + 1).wait(line, Sender::Task(task as u32));
            }
        }
    }

    /// The last stage has worked on it; its task is free when the callback is over, or before that where callbacks hold no worker.
    fn through(&mut self, at: CopyRef) {
        let context = self.copies.at(at.slot);
        let (change, place, who, tracked) = (context.change, context.place, context.subscriber, context.tracked);
        if tracked && self.ledger.handed(change, place) {
            self.probe.subscribers[who as usize].order_violations.add(1);
        }
        self.worked(at);
    }

    /// One task less is at work.
    fn rest(&mut self, who: u32, stage: usize) {
        let now = self.now;
        self.probe.subscribers[who as usize].station.busy.level.fall(now);
        self.watched_stage(who, stage).station.busy.level.fall(now);
    }

    /// A message has gone on: its task takes the next one, and there is room for somebody else.
    fn vacate(&mut self, who: u32, stage: usize, task: usize) {
        let now = self.now;
        self.watched_stage(who, stage).left += 1;
        if let Some((came, next)) = self.stage(who, stage).leave(task) {
            self.watched_stage(who, stage).station.line.level.fall(now);
            self.start_task(who, stage, task, next, came);
        }
        if let Some(sender) = self.stage(who, stage).invite(task) {
            self.let_in(who, stage, task, sender);
        }
    }

    /// There is room in a task for the message of somebody who waited.
    fn let_in(&mut self, who: u32, stage: usize, task: usize, sender: Sender) {
        match sender {
            Sender::Spout(consumer) => {
                let source = self.spout(who, consumer).waits_for.take().expect("it waited with something");
                self.emit(who, consumer, source, task);
                self.feed(who, consumer);
            }
            Sender::Task(sender) => {
                let at = self.stage(who, stage - 1).tasks[sender as usize].at_work.expect("it was held back");
                let now = self.now;
                self.watched_stage(who, stage - 1).blocked.level.fall(now);
                self.put(who, stage, task, at);
                self.vacate(who, stage - 1, sender as usize);
            }
        }
    }

    /// All that these consumers had emitted or were about to emit is lost, as their deliveries (`voided`) are void: what has become of
    /// their duplicates, which are void now as well.
    #[cold]
    pub(super) fn lose_tuples(&mut self, who: u32, consumers: &[u32], voided: &[CopyRef]) -> Vec<CopyRef> {
        let duplicates = self.copies.duplicates(who, consumers);
        let World { now, copies, subscribers, probe, .. } = self;
        let Some(pipeline) = &mut subscribers[who as usize].pipeline else { return Vec::new() };
        duplicates.iter().for_each(|at| _ = copies.void(*at));
        if let Some(trees) = &mut pipeline.trees {
            voided.iter().for_each(|at| trees.ended(at.slot));
        }
        pipeline.duplicates -= duplicates.len() as u64;
        let lost = pipeline.lose(consumers, |at| copies.is_current(at));
        probe.subscribers[who as usize].lost_in_pipeline(*now, &lost);
        duplicates
    }

    /// Tasks that have nothing to do take what is in their mailboxes, and whoever waits for room that is there comes in.
    #[cold]
    pub(super) fn resume_pipeline(&mut self, who: u32) {
        let Some(pipeline) = &self.subscribers[who as usize].pipeline else { return };
        let spouts = pipeline.spouts.len() as u32;
        let sizes: Vec<usize> = pipeline.stages.iter().map(|stage| stage.tasks.len()).collect();
        let now = self.now;
        for (stage, task) in sizes.iter().enumerate().flat_map(|(stage, tasks)| (0..*tasks).map(move |task| (stage, task))) {
            if let Some((came, next)) = self.stage(who, stage).wake(task) {
                self.watched_stage(who, stage).station.line.level.fall(now);
                self.start_task(who, stage, task, next, came);
            }
        }
        for (stage, tasks) in sizes.iter().enumerate().rev() {
            for task in 0..*tasks {
                while let Some(sender) = self.stage(who, stage).invite(task) {
                    self.let_in(who, stage, task, sender);
                }
            }
        }
        (0..spouts).for_each(|consumer| self.feed(who, consumer));
    }

    /// The last task of a message is free.
    pub(super) fn leave_task(&mut self, at: CopyRef) {
        let context = self.copies.at(at.slot);
        let (who, task) = (context.subscriber, context.task as usize);
        let last = self.pipeline(who).stages.len() - 1;
        self.rest(who, last);
        self.vacate(who, last, task);
    }

    /// An attempt is over; true where the broker does not wait for its end, because it was a duplicate's.
    pub(super) fn leave_pipeline(&mut self, at: CopyRef, who: u32, has_worker: bool) -> bool {
        if has_worker {
            self.leave_task(at);
        }
        let context = self.copies.at(at.slot);
        let (is_duplicate, consumer, change) = (context.is_duplicate, context.consumer, context.change);
        if is_duplicate {
            self.bury(who, at, change);
            return true;
        }
        let now = self.now;
        self.watched(who).pending.level.fall(now);
        self.spout(who, consumer).pending -= 1;
        if let Some(trees) = &mut self.pipeline(who).trees {
            trees.ended(at.slot);
        }
        self.feed(who, consumer);
        false
    }

    /// A duplicate has come to its end.
    fn bury(&mut self, who: u32, at: CopyRef, change: u32) {
        let original = self.copies.original(at.slot);
        let lives = self.copies.at(original).stamp == at.stamp;
        let pipeline = self.pipeline(who);
        pipeline.duplicates -= 1;
        if let Some(trees) = pipeline.trees.as_mut().filter(|_| lives) {
            trees.one_less(original);
        }
        self.copies.free(at.slot);
        self.release(change);
    }

    /// Enters the oldest tree's deadline, unless an earlier instant is entered already.
    fn watch_trees(&mut self, who: u32) {
        let Some(trees) = &mut self.pipeline(who).trees else { return };
        if trees.is_watched {
            return;
        }
        if let Some(at) = trees.next_deadline() {
            trees.is_watched = true;
            self.calendar.schedule(at, Notice::ReplayDue { subscriber: who }.packed());
        }
    }

    /// Trees may be too old: they are emitted again.
    pub(super) fn replay_due(&mut self, who: u32) {
        let now = self.now;
        while let Some(old) = self.pipeline(who).trees.as_mut().and_then(|trees| trees.overdue(now)) {
            self.replay(who, old);
        }
        if let Some(trees) = &mut self.pipeline(who).trees {
            trees.is_watched = false;
        }
        self.watch_trees(who);
    }

    /// A tree is emitted again from the spout.
    fn replay(&mut self, who: u32, old: CopyRef) {
        let now = self.now;
        let new = self.copies.replay(old);
        let context = self.copies.at(new.slot);
        context.pass(now, Hop::Redelivery);
        let (consumer, change) = (context.consumer, context.change);
        self.ledger.hold(change, 1);
        self.watched(who).replayed.add(1);
        let pipeline = self.pipeline(who);
        pipeline.duplicates += 1;
        if let Some(trees) = &mut pipeline.trees {
            trees.replayed(old.slot, new.slot);
        }
        self.spout(who, consumer).replays.push_back(new);
        self.feed(who, consumer);
    }
}
