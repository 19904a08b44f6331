//! A broker written for clearness alone: lists that are searched from end to end. What the real one is compared with.

use busload::core::*;
use busload::units::{Bytes, Span, Time};

#[derive(Clone, Copy, PartialEq)]
pub enum Place {
    Ready,
    Out(ConsumerId, u64),
    Delayed(Time),
}

#[derive(Clone, Copy)]
pub struct Copied {
    pub message: Message,
    pub place: Place,
    accepted: Time,
    deadline: Time,
    rank: u64,
    position: u64,
    attempts: u32,
    failures: u32,
}

pub struct Queue {
    pub policy: Policy,
    pub copies: Vec<Copied>,
    /// Attached ones, those with credit in the order of their turns.
    pub consumers: Vec<Consumer>,
    topic: Option<TopicId>,
    durable: bool,
    positions: u64,
}

pub struct Consumer {
    pub id: ConsumerId,
    pub prefetch: u64,
    pub in_flight: u64,
    turn: u64,
}

#[derive(Default)]
pub struct Naive {
    pub queues: Vec<Option<Queue>>,
    topics: Vec<Vec<(QueueId, Selector)>>,
    limit: Option<u64>,
    alarm: bool,
    down: bool,
    pub held: Vec<(PublisherId, Destination, Message)>,
    pub blocked: Vec<PublisherId>,
    counter: u64,
    now: Time,
    pub out: Vec<Output>,
}

impl Queue {
    fn listens(&self) -> bool {
        self.durable || !self.consumers.is_empty()
    }
    pub fn ready(&self) -> impl Iterator<Item = &Copied> {
        self.copies.iter().filter(|copy| copy.place == Place::Ready)
    }
    fn closed(&self, resource: u64) -> bool {
        let grouped = self.policy.ordering == Ordering::ByResource;
        grouped && self.copies.iter().any(|copy| copy.place != Place::Ready && copy.message.resource == resource)
    }
    /// First of the line, among those that may be handed out or among all.
    fn first(&self, any: bool) -> Option<usize> {
        let grouped = self.policy.ordering == Ordering::ByResource;
        let is_first_of_resource = |copy: &Copied| {
            !grouped || !self.ready().any(|other| other.message.resource == copy.message.resource && other.position < copy.position)
        };
        (0..self.copies.len())
            .filter(|place| self.copies[*place].place == Place::Ready)
            .filter(|place| is_first_of_resource(&self.copies[*place]))
            .filter(|place| any || !self.closed(self.copies[*place].message.resource))
            .min_by_key(|place| (self.copies[*place].rank, self.copies[*place].position))
    }
    fn next_consumer(&self) -> Option<usize> {
        let least = self.policy.dispatch == Dispatch::LeastInFlight;
        (0..self.consumers.len())
            .filter(|place| self.consumers[*place].in_flight < self.consumers[*place].prefetch)
            .min_by_key(|place| (if least { self.consumers[*place].in_flight } else { 0 }, self.consumers[*place].turn))
    }
    fn fits(&self, size: Bytes) -> bool {
        let bytes: u64 = self.ready().map(|copy| copy.message.size.0).sum();
        self.policy.max_length.is_none_or(|most| (self.ready().count() as u64) < most)
            && self.policy.max_bytes.is_none_or(|most| bytes + size.0 <= most.0)
    }
    fn could_fit(&self, size: Bytes) -> bool {
        self.policy.max_length != Some(0) && self.policy.max_bytes.is_none_or(|most| size <= most)
    }
    fn passes(&self, message: &Message) -> bool {
        self.next_consumer().is_some() && !self.closed(message.resource)
    }
    fn room(&self, message: &Message) -> bool {
        self.passes(message) || self.fits(message.size) || (self.ready().count() == 0 && self.policy.max_length != Some(0))
    }
}

impl Naive {
    pub fn new(limit: Option<u64>) -> Naive {
        Naive { limit, topics: vec![Vec::new()], ..Naive::default() }
    }
    pub fn declare(&mut self, policy: Policy, topic: Option<TopicId>, durable: bool) {
        self.queues.push(Some(Queue { policy, copies: vec![], consumers: vec![], topic, durable, positions: 0 }));
    }
    fn queue(&mut self, number: QueueId) -> &mut Queue {
        self.queues[number.0 as usize].as_mut().unwrap()
    }
    fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
    pub fn memory(&self) -> u64 {
        let mut bodies: Vec<(u64, u64)> = vec![];
        let mut copies = 0;
        for copy in self.queues.iter().flatten().flat_map(|queue| &queue.copies) {
            bodies.push((copy.message.id, copy.message.size.0));
            copies += 1;
        }
        bodies.sort_unstable();
        bodies.dedup();
        bodies.iter().map(|(_, size)| size).sum::<u64>() + copies * COPY_OVERHEAD.0
    }
    pub fn next_deadline(&self) -> Option<Time> {
        let due = |copy: &Copied| match copy.place {
            Place::Ready => Some(copy.deadline).filter(|due| *due != Time::MAX),
            Place::Delayed(due) => Some(due),
            Place::Out(..) => None,
        };
        if self.down { None } else { self.queues.iter().flatten().flat_map(|queue| &queue.copies).filter_map(due).min() }
    }

    pub fn handle(&mut self, now: Time, input: Input) {
        self.now = now;
        match (self.down, &input) {
            (true, Input::Recover) => self.down = false,
            (true, Input::Publish { publisher, message, .. }) => {
                return self.out.push(Output::Refuse { publisher: *publisher, id: message.id, copies: 0, cause: Refusal::Down });
            }
            (true, _) => return,
            _ => {}
        }
        self.fire();
        match input {
            Input::Publish { publisher, to, message } => self.publish(publisher, to, message),
            Input::Subscribe { topic, selector, durable, policy, queue } => {
                self.topics[topic.0 as usize].push((queue, selector));
                self.declare(*policy, Some(topic), durable);
            }
            Input::Unsubscribe { queue } => self.unsubscribe(queue),
            Input::Attach { consumer, queue, prefetch } => self.attach(&[(consumer, prefetch)], queue),
            Input::AttachAll { consumers, queue } => self.attach(&consumers, queue),
            Input::Detach { consumer } => self.detach(&[consumer]),
            Input::DetachAll { consumers } => self.detach(&consumers),
            Input::Lifetime { queue, time_to_live } => {
                if let Some(queue) = self.queues[queue.0 as usize].as_mut() {
                    queue.policy.time_to_live = time_to_live;
                }
            }
            Input::Crash => self.crash(),
            Input::Recover | Input::Wake | Input::Ack { .. } | Input::Nack { .. } => {}
        }
        self.door();
    }

    /// An ack (no delay) or a nack of what a consumer got as its n-th hand-over.
    pub fn settle(&mut self, now: Time, number: QueueId, hand_over: u64, nack: Option<Span>) {
        self.now = now;
        if self.down {
            return;
        }
        self.fire();
        self.settle_copy(number, hand_over, nack);
        self.door();
    }

    fn settle_copy(&mut self, number: QueueId, hand_over: u64, nack: Option<Span>) {
        let now = self.now;
        let Some(queue) = self.queues[number.0 as usize].as_mut() else { return };
        let is_it = |copy: &Copied| matches!(copy.place, Place::Out(_, found) if found == hand_over);
        let Some(place) = queue.copies.iter().position(is_it) else { return };
        let Place::Out(id, _) = queue.copies[place].place else { unreachable!() };
        self.counter += 1;
        let consumer = queue.consumers.iter_mut().find(|consumer| consumer.id == id).unwrap();
        if consumer.in_flight == consumer.prefetch {
            consumer.turn = self.counter;
        }
        consumer.in_flight -= 1;
        match nack {
            None => drop(queue.copies.remove(place)),
            Some(delay) => {
                queue.copies[place].failures += 1;
                if queue.policy.max_deliveries.is_some_and(|most| queue.copies[place].failures >= most) {
                    let copy = queue.copies.remove(place);
                    self.discard(number, copy, Cause::Deliveries, true);
                } else if delay.is_zero() {
                    let copy = queue.copies.remove(place);
                    self.requeue(number, copy);
                } else {
                    queue.copies[place].place = Place::Delayed(now + delay);
                }
            }
        }
        self.dispatch(number);
    }

    fn requeue(&mut self, number: QueueId, mut copy: Copied) {
        let (now, queue) = (self.now, self.queue(number));
        if copy.deadline <= now {
            return self.discard(number, copy, Cause::Expired, true);
        }
        if queue.policy.requeue == Requeue::Tail {
            queue.positions += 1;
            copy.position = queue.positions;
        }
        queue.copies.push(Copied { place: Place::Ready, ..copy });
    }

    fn fire(&mut self) {
        let now = self.now;
        let mut due: Vec<(Time, QueueId, u64, u64)> = vec![];
        for (number, queue) in self.queues.iter().enumerate().filter_map(|(number, queue)| Some((number, queue.as_ref()?))) {
            for copy in &queue.copies {
                let time = match copy.place {
                    Place::Ready => copy.deadline,
                    Place::Delayed(time) => time,
                    Place::Out(..) => continue,
                };
                if time <= now {
                    due.push((time, QueueId(number as u32), copy.rank, copy.position));
                }
            }
        }
        due.sort_unstable();
        let (mut expired, mut touched) = (vec![], vec![]);
        for (_, number, _, position) in due {
            let queue = self.queue(number);
            let place = queue.copies.iter().position(|copy| copy.position == position).unwrap();
            let copy = queue.copies.remove(place);
            if copy.place != Place::Ready {
                touched.push(number);
            }
            if copy.deadline <= now { expired.push((number, copy)) } else { self.requeue(number, copy) }
        }
        expired.into_iter().for_each(|(number, copy)| self.discard(number, copy, Cause::Expired, true));
        touched.into_iter().for_each(|number| self.dispatch(number));
    }

    fn dispatch(&mut self, number: QueueId) {
        loop {
            let queue = self.queues[number.0 as usize].as_mut().unwrap();
            let (Some(consumer), Some(place)) = (queue.next_consumer(), queue.first(false)) else { return };
            self.counter += 1;
            let consumer = &mut queue.consumers[consumer];
            consumer.in_flight += 1;
            consumer.turn = self.counter;
            let copy = &mut queue.copies[place];
            copy.attempts += 1;
            copy.place = Place::Out(consumer.id, self.counter);
            self.out.push(Output::Deliver(Delivery {
                id: DeliveryId { copy: 0, stamp: self.counter as u32 },
                consumer: consumer.id,
                queue: number,
                attempt: copy.attempts,
                redelivered: copy.attempts > 1,
                accepted: copy.accepted,
                message: copy.message,
            }));
        }
    }

    fn publish(&mut self, publisher: PublisherId, to: Destination, message: Message) {
        let is_behind = self.held.iter().any(|(other, ..)| *other == publisher);
        if is_behind || self.alarm || self.is_held(to, &message, self.held.len()) {
            self.held.push((publisher, to, message));
            if !self.blocked.contains(&publisher) {
                self.blocked.push(publisher);
                self.out.push(Output::Block { publisher });
            }
        } else {
            self.accept(publisher, to, message);
        }
    }

    /// Whether this one, which stands at a place of the door, has to wait for a full queue. Only queues block here, no topics.
    fn is_held(&self, to: Destination, message: &Message, place: usize) -> bool {
        let Destination::Queue(number) = to else { return false };
        let Some(queue) = self.queues.get(number.0 as usize).and_then(Option::as_ref) else { return false };
        let firsts = (0..place).filter(|first| !self.held[..*first].iter().any(|other| other.0 == self.held[*first].0));
        queue.policy.overflow == Overflow::Block
            && (!queue.room(message) || firsts.map(|first| self.held[first].1).any(|other| other == to))
    }

    fn door(&mut self) {
        if self.down {
            return;
        }
        loop {
            if let (true, Some(limit)) = (self.alarm, self.limit) {
                self.alarm = self.memory() * 5 >= limit * 4 && self.memory() > 0;
            }
            let free = (0..self.held.len()).find(|place| {
                let (publisher, to, message) = &self.held[*place];
                let is_first = !self.held[..*place].iter().any(|(other, ..)| other == publisher);
                !self.alarm && is_first && !self.is_held(*to, message, *place)
            });
            let Some(place) = free else { break };
            let (publisher, to, message) = self.held.remove(place);
            self.accept(publisher, to, message);
            // Rid of all: goes behind those that were rid of all before.
            if !self.held.iter().any(|(other, ..)| *other == publisher) {
                self.blocked.retain(|other| *other != publisher);
                self.blocked.push(publisher);
            }
        }
        let (alarm, held) = (self.alarm, &self.held);
        let (stay, go) = self.blocked.iter().partition(|publisher| alarm || held.iter().any(|(other, ..)| other == *publisher));
        self.blocked = stay;
        let go: Vec<PublisherId> = go;
        self.out.extend(go.into_iter().map(|publisher| Output::Unblock { publisher }));
    }

    fn accept(&mut self, publisher: PublisherId, to: Destination, message: Message) {
        let (id, answer) = (message.id, self.out.len());
        let numbers: Option<Vec<QueueId>> = match to {
            Destination::Topic(topic) => self
                .topics
                .get(topic.0 as usize)
                .map(|topic| topic.iter().filter(|(_, selector)| selector.admits(&message)).map(|(number, _)| *number).collect()),
            Destination::Queue(number) => self.queues.get(number.0 as usize).and_then(Option::as_ref).map(|_| vec![number]),
        };
        let mut cause = numbers.is_none().then_some(Refusal::Unknown);
        let mut copies = 0;
        for number in numbers.unwrap_or_default() {
            if self.queue(number).listens() {
                if self.offer(number, message) { copies += 1 } else { cause = cause.or(Some(Refusal::Full(number))) }
            }
        }
        self.out.insert(
            answer,
            match cause {
                None => Output::Confirm { publisher, id, copies },
                Some(cause) => Output::Refuse { publisher, id, copies, cause },
            },
        );
        self.alarm |= self.limit.is_some_and(|limit| self.memory() > limit);
    }

    fn offer(&mut self, number: QueueId, message: Message) -> bool {
        let queue = self.queue(number);
        let overflow = queue.policy.overflow;
        if queue.passes(&message) || queue.fits(message.size) || overflow == Overflow::Block {
            self.place(number, message);
        } else if overflow == Overflow::Reject {
            return false;
        } else if overflow == Overflow::DropOldest && queue.could_fit(message.size) {
            self.make_place(number, &message, true);
            self.place(number, message);
        } else {
            let copy = self.new_copy(number, message);
            self.discard(number, copy, Cause::Overflow, true);
        }
        true
    }

    fn make_place(&mut self, number: QueueId, message: &Message, may_move: bool) {
        while !self.queue(number).fits(message.size) {
            let queue = self.queue(number);
            let head = queue.first(true).unwrap();
            let copy = queue.copies.remove(head);
            self.discard(number, copy, Cause::Overflow, may_move);
        }
    }

    fn new_copy(&mut self, number: QueueId, message: Message) -> Copied {
        let now = self.now;
        let queue = self.queue(number);
        queue.positions += 1;
        let deadline = queue.policy.time_to_live.map_or(Time::MAX, |span| now + span);
        let rank = if queue.policy.priorities { 9 - u64::from(message.priority) } else { 0 };
        let (position, accepted) = (queue.positions, now);
        Copied { message, place: Place::Ready, accepted, deadline, rank, position, attempts: 0, failures: 0 }
    }

    fn place(&mut self, number: QueueId, message: Message) {
        let copy = self.new_copy(number, message);
        let (now, queue) = (self.now, self.queue(number));
        if queue.passes(&message) || copy.deadline > now {
            queue.copies.push(copy);
            self.dispatch(number);
        } else {
            self.discard(number, copy, Cause::Expired, true);
        }
    }

    fn discard(&mut self, number: QueueId, copy: Copied, cause: Cause, may_move: bool) {
        let (message, now) = (copy.message, self.now);
        let to = self.queue(number).policy.dead_letter.filter(|to| may_move && (cause != Cause::Overflow || *to != number));
        if let Some(to) = to.filter(|to| self.queues.get(to.0 as usize).is_some_and(Option::is_some)) {
            self.dispatch(to);
            let queue = self.queue(to);
            let fits = queue.fits(message.size) || (queue.policy.overflow == Overflow::DropOldest && queue.could_fit(message.size));
            let stays = fits && queue.policy.time_to_live.is_none_or(|span| now + span > now);
            if queue.listens() && (queue.passes(&message) || stays) {
                self.out.push(Output::DeadLetter { queue: number, to, message, cause });
                if !self.queue(to).passes(&message) {
                    self.make_place(to, &message, false);
                }
                return self.place(to, message);
            }
        }
        self.out.push(Output::Drop { queue: number, message, cause });
    }

    fn attach(&mut self, coming: &[(ConsumerId, Option<u32>)], number: QueueId) {
        if self.queues[number.0 as usize].is_none() {
            return;
        }
        for &(id, prefetch) in coming {
            let is_known = self.queues.iter().flatten().any(|queue| queue.consumers.iter().any(|consumer| consumer.id == id));
            let turn = self.count();
            let prefetch = prefetch.map_or(u64::MAX, |prefetch| u64::from(prefetch.max(1)));
            if !is_known {
                self.queue(number).consumers.push(Consumer { id, prefetch, in_flight: 0, turn });
            }
        }
        self.dispatch(number);
    }

    fn detach(&mut self, ids: &[ConsumerId]) {
        let (mut left, mut expired) = (Vec::new(), Vec::new());
        for id in ids {
            let has_him = |queue: &Queue| queue.consumers.iter().any(|consumer| consumer.id == *id);
            let Some(number) = self.queues.iter().position(|queue| queue.as_ref().is_some_and(has_him)) else { continue };
            left.push(QueueId(number as u32));
            expired.extend(self.leave(*id, QueueId(number as u32)).into_iter().map(|copy| (number as u32, copy)));
        }
        for (number, copy) in expired {
            self.discard(QueueId(number), copy, Cause::Expired, true);
        }
        left.into_iter().for_each(|number| self.dispatch(number));
    }

    /// What of it has expired meanwhile.
    fn leave(&mut self, id: ConsumerId, number: QueueId) -> Vec<Copied> {
        let now = self.now;
        let queue = self.queue(number);
        queue.consumers.retain(|consumer| consumer.id != id);
        if !queue.listens() {
            self.purge(number, Cause::NotDurable, |_| false);
            return Vec::new();
        }
        let is_his = |copy: &Copied| matches!(copy.place, Place::Out(holder, _) if holder == id);
        let (mut his, rest): (Vec<Copied>, Vec<Copied>) = queue.copies.iter().partition(|copy| is_his(copy));
        queue.copies = rest;
        his.sort_by_key(|copy| if let Place::Out(_, order) = copy.place { order } else { 0 });
        let (expired, back): (Vec<Copied>, Vec<Copied>) = his.into_iter().partition(|copy| copy.deadline <= now);
        for copy in back {
            self.queue(number).copies.push(Copied { place: Place::Ready, ..copy });
        }
        expired
    }

    fn purge(&mut self, number: QueueId, cause: Cause, keeps: impl Fn(&Message) -> bool) {
        let queue = self.queue(number);
        queue.copies.sort_by_key(|copy| (copy.rank, copy.position));
        let (mut kept, gone): (Vec<Copied>, Vec<Copied>) = queue.copies.iter().partition(|copy| keeps(&copy.message));
        kept.iter_mut().for_each(|copy| copy.place = Place::Ready);
        queue.copies = kept;
        self.out.extend(gone.into_iter().map(|copy| Output::Drop { queue: number, message: copy.message, cause }));
    }

    fn unsubscribe(&mut self, number: QueueId) {
        let Some(queue) = self.queues[number.0 as usize].as_ref().filter(|queue| queue.topic.is_some()) else { return };
        let topic = queue.topic.unwrap().0 as usize;
        self.purge(number, Cause::NotDurable, |_| false);
        self.topics[topic].retain(|(other, _)| *other != number);
        self.queues[number.0 as usize] = None;
    }

    fn crash(&mut self) {
        for number in 0..self.queues.len() as u32 {
            if self.queues[number as usize].is_some() {
                let durable = self.queue(QueueId(number)).durable;
                self.purge(QueueId(number), Cause::Crash, |message| durable && message.persistent);
                self.queue(QueueId(number)).consumers.clear();
            }
        }
        for (publisher, _, message) in std::mem::take(&mut self.held) {
            self.out.push(Output::Refuse { publisher, id: message.id, copies: 0, cause: Refusal::Down });
        }
        self.blocked.sort();
        self.out.extend(self.blocked.drain(..).map(|publisher| Output::Unblock { publisher }));
        self.alarm = self.limit.is_some_and(|limit| self.memory() > limit);
        self.down = true;
    }
}
