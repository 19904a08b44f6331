//! A publish arrives: it is accepted, refused, or held at the door until what hinders it is gone.

use super::broker::Broker;
use super::door::{Held, Obstacle};
use super::input::{Output, Refusal};
use super::message::{Destination, Message, PublisherId, QueueId, TopicId};
use super::policy::Overflow;
use crate::units::Time;

impl Broker {
    #[inline(always)]
    pub(super) fn publish(&mut self, now: Time, publisher: PublisherId, to: Destination, message: &Message, out: &mut Vec<Output>) {
        let is_behind = !self.door.is_quiet() && self.door.has_held(publisher);
        let obstacle = self.obstacle(to, message, u64::MAX);
        if is_behind || obstacle.is_some() {
            return self.hold(publisher, to, message, obstacle.filter(|_| !is_behind), out);
        }
        self.accept(now, publisher, to, message, out);
    }

    /// Holds a publish at the door, where it waits for an obstacle or behind earlier ones of its publisher.
    #[cold]
    fn hold(&mut self, publisher: PublisherId, to: Destination, message: &Message, obstacle: Option<Obstacle>, out: &mut Vec<Output>) {
        let (held, is_newly_blocked) = self.door.hold(publisher, to, *message);
        if let Some(obstacle) = obstacle {
            self.wait(publisher, held.arrival, obstacle);
        }
        if is_newly_blocked {
            out.push(Output::Block { publisher });
        }
    }

    /// What hinders a publish, if anything does; `arrival` is its number at the door, or later than all for a new one.
    #[inline]
    fn obstacle(&self, to: Destination, message: &Message, arrival: u64) -> Option<Obstacle> {
        if self.door.alarm {
            return Some(Obstacle::Memory);
        }
        match to {
            Destination::Queue(number) => self.holds(number, message, arrival).then_some(Obstacle::Queue(number)),
            Destination::Topic(number) => {
                let topic = self.topics.get(number.0 as usize).filter(|topic| topic.blocking > 0)?;
                let admitting = topic.queues.iter().zip(&topic.selectors).filter(|(_, selector)| selector.admits(message));
                let full = admitting.map(|(queue, _)| *queue).find(|queue| self.holds(*queue, message, arrival));
                full.map(Obstacle::Queue)
            }
        }
    }

    /// Whether a queue holds a publish back: it has no room, or others came earlier and wait for it.
    #[inline]
    fn holds(&self, number: QueueId, message: &Message, arrival: u64) -> bool {
        let Some(queue) = self.queues.get(number) else { return false };
        queue.policy.overflow == Overflow::Block
            && queue.is_listening()
            && (!queue.has_room(message) || (queue.waiting > 0 && self.door.is_passed(Obstacle::Queue(number), arrival)))
    }

    #[inline(always)]
    fn accept(&mut self, now: Time, publisher: PublisherId, to: Destination, message: &Message, out: &mut Vec<Output>) {
        // The answer comes first but is known last: its place is taken now, and what is known then is put in below.
        let (answer, id) = (out.len(), message.id);
        out.push(Output::Confirm { publisher, id, copies: 0 });
        let (placed, refusal) = match to {
            Destination::Topic(topic) => self.fan_out(now, topic, message, out),
            Destination::Queue(queue) => self.place_one(now, queue, message, out),
        };
        match (refusal, &mut out[answer]) {
            (None, Output::Confirm { copies, .. }) => *copies = placed,
            (None, _) => {}
            (Some(cause), answer) => *answer = Output::Refuse { publisher, id, copies: placed, cause },
        }
        if self.store.memory() > self.memory_limit {
            self.door.alarm = true;
        }
    }

    /// One copy for each subscription that wants it: how many were placed, and which queue refused first.
    #[inline(always)]
    fn fan_out(&mut self, now: Time, number: TopicId, message: &Message, out: &mut Vec<Output>) -> (u32, Option<Refusal>) {
        let number = number.0 as usize;
        let Some(topic) = self.topics.get(number) else { return (0, Some(Refusal::Unknown)) };
        let is_selective = topic.selective > 0;
        let stored = self.store.put(message);
        let (mut passed, mut lined_up, mut refusal) = (0, 0, None);
        let mut place = 0;
        while let Some(&queue) = self.topics[number].queues.get(place) {
            place += 1;
            if is_selective && !self.topics[number].selectors[place - 1].admits(message) {
                continue;
            }
            // Where a consumer takes it at once, somebody listens.
            if self.pass(now, queue, stored, message, |totals| totals.published += 1, out) {
                passed += 1;
            } else if self.offer(now, queue, stored, message, out) {
                lined_up += 1;
            } else if self.queues[queue].is_listening() {
                refusal = refusal.or(Some(Refusal::Full(queue)));
            }
        }
        self.store.settle(stored, passed);
        (passed + lined_up, refusal)
    }

    fn place_one(&mut self, now: Time, number: QueueId, message: &Message, out: &mut Vec<Output>) -> (u32, Option<Refusal>) {
        let Some(queue) = self.queues.get(number) else {
            return (0, Some(Refusal::Unknown));
        };
        if !queue.is_listening() {
            return (0, None);
        }
        let stored = self.store.put(message);
        let passes = self.pass(now, number, stored, message, |totals| totals.published += 1, out);
        let is_placed = passes || self.offer(now, number, stored, message, out);
        self.store.settle(stored, u32::from(passes));
        if is_placed { (1, None) } else { (0, Some(Refusal::Full(number))) }
    }

    /// Lets in from the door what may come in now, in the order of arrival, and unblocks those of whom nothing is held any more.
    pub(super) fn serve_door(&mut self, now: Time, out: &mut Vec<Output>) {
        loop {
            if self.door.alarm && self.is_memory_low() {
                self.door.alarm = false;
                while self.retry_first(Obstacle::Memory) {}
            }
            while let Some(queue) = self.door.freed.pop() {
                self.let_try_first(queue);
            }
            let Some((publisher, origin, held)) = self.door.pop_retrying() else { break };
            self.retry(now, publisher, origin, held, out);
        }
        if !self.door.alarm {
            while let Some(publisher) = self.door.pop_rid() {
                out.push(Output::Unblock { publisher });
            }
        }
    }

    fn retry(&mut self, now: Time, publisher: PublisherId, origin: Option<QueueId>, held: Held, out: &mut Vec<Output>) {
        let obstacle = self.obstacle(held.to, &held.message, held.arrival);
        match obstacle {
            Some(obstacle) => self.wait(publisher, held.arrival, obstacle),
            None => {
                self.accept(now, publisher, held.to, &held.message, out);
                self.door.settle(publisher);
            }
        }
        // Who has left a queue's waiting line lets the next one try.
        if let Some(queue) = origin.filter(|queue| obstacle != Some(Obstacle::Queue(*queue))) {
            self.door.freed.push(queue);
        }
    }

    /// The first one waiting for this queue tries again if there is room for its message.
    fn let_try_first(&mut self, number: QueueId) {
        let obstacle = Obstacle::Queue(number);
        let Some((_, held)) = self.door.first_waiting(obstacle) else { return };
        if self.queues.get(number).is_some_and(|queue| queue.has_room(&held.message) || !queue.is_listening()) {
            self.retry_first(obstacle);
        }
    }

    fn wait(&mut self, publisher: PublisherId, arrival: u64, obstacle: Obstacle) {
        self.door.wait(publisher, arrival, obstacle);
        if let Obstacle::Queue(number) = obstacle {
            self.queues[number].waiting += 1;
        }
    }

    /// The first one waiting for this may try again; false when nobody does.
    pub(super) fn retry_first(&mut self, obstacle: Obstacle) -> bool {
        let is_found = self.door.retry_first(obstacle);
        if let (true, Obstacle::Queue(number)) = (is_found, obstacle) {
            self.queues[number].waiting -= 1;
        }
        is_found
    }
}
