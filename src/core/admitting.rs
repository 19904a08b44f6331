//! A publish arrives: it is accepted, refused, or held at the door until what hinders it is gone.

use super::broker::Broker;
use super::door::{Held, Obstacle};
use super::input::{Output, Refusal};
use super::message::{Destination, Message, PublisherId, QueueId, TopicId};
use super::policy::Overflow;
use crate::units::Time;

impl Broker {
    pub(super) fn publish(&mut self, now: Time, publisher: PublisherId, to: Destination, message: Message, out: &mut Vec<Output>) {
        let is_behind = !self.door.is_quiet() && self.door.has_held(publisher);
        let obstacle = self.obstacle(to, &message, u64::MAX);
        if !is_behind && obstacle.is_none() {
            return self.accept(now, publisher, to, message, out);
        }
        let (held, is_newly_blocked) = self.door.hold(publisher, to, message);
        if let (false, Some(obstacle)) = (is_behind, obstacle) {
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

    fn accept(&mut self, now: Time, publisher: PublisherId, to: Destination, message: Message, out: &mut Vec<Output>) {
        // The answer comes first but is known last: its place is taken now and filled in below.
        let answer = out.len();
        let id = message.id;
        out.push(Output::Refuse { publisher, id, copies: 0, cause: Refusal::Unknown });
        let placed = match to {
            Destination::Topic(topic) => self.fan_out(now, topic, message, out),
            Destination::Queue(queue) => self.place_one(now, queue, message, out),
        };
        out[answer] = match placed {
            (copies, None) => Output::Confirm { publisher, id, copies },
            (copies, Some(cause)) => Output::Refuse { publisher, id, copies, cause },
        };
        if self.store.memory() > self.memory_limit {
            self.door.alarm = true;
        }
    }

    /// One copy for each subscription that wants it: how many were placed, and which queue refused first.
    fn fan_out(&mut self, now: Time, topic: TopicId, message: Message, out: &mut Vec<Output>) -> (u32, Option<Refusal>) {
        let Some(subscriptions) = self.topics.get(topic.0 as usize).map(|topic| topic.queues.len()) else {
            return (0, Some(Refusal::Unknown));
        };
        let stored = self.store.put(message);
        let (mut copies, mut refusal) = (0, None);
        for place in 0..subscriptions {
            let topic = &self.topics[topic.0 as usize];
            let number = topic.queues[place];
            if !topic.selectors[place].admits(&message) || !self.queues[number].is_listening() {
                continue;
            }
            if self.offer(now, number, stored, &message, out) {
                copies += 1;
            } else {
                refusal = refusal.or(Some(Refusal::Full(number)));
            }
        }
        self.store.settle(stored);
        (copies, refusal)
    }

    fn place_one(&mut self, now: Time, number: QueueId, message: Message, out: &mut Vec<Output>) -> (u32, Option<Refusal>) {
        let Some(queue) = self.queues.get(number) else {
            return (0, Some(Refusal::Unknown));
        };
        if !queue.is_listening() {
            return (0, None);
        }
        let stored = self.store.put(message);
        let is_placed = self.offer(now, number, stored, &message, out);
        self.store.settle(stored);
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
                self.accept(now, publisher, held.to, held.message, out);
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
