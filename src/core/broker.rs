//! The broker: routes each input to what it concerns, and answers questions about its state.
//!
//! Knows no clock (time comes with each input), no randomness, no input or output, no cost of its own operations.

use super::door::{Door, Obstacle};
use super::input::{Cause, Input, Output, Refusal};
use super::message::{ConsumerId, DeliveryId, Destination, Message, PublisherId, QueueId, TopicId};
use super::policy::{Overflow, Policy, Selector};
use super::queue::{Queue, Queues, Totals};
use super::store::{Slab, Store};
use super::timers::Timers;
use super::topic::Topic;
use super::turns::Consumer;
use crate::units::{Bytes, Time};
use std::collections::BTreeMap;
use std::hint::cold_path;

/// What holds for the broker as a whole. The default limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Above it every publish is held at the door, until the memory falls below 80 % of it. See [`Broker::memory`].
    pub memory_limit: Option<Bytes>,
}

/// A message broker with topics, queues and consumers, as a value: [`Broker::handle`] takes what happens and when, and says what
/// the broker does.
///
/// What is due by its own deadlines happens at the next input, so the caller sends [`Input::Wake`] at [`Broker::next_deadline`].
///
/// ```
/// use busload::core::{Broker, ConsumerId, Destination, Input, Message, Output, Policy, PublisherId, Settings};
/// use busload::units::{Bytes, Time};
///
/// let mut broker = Broker::new(Settings::default());
/// let billing = broker.declare_queue(Policy::default());
/// let mut out = Vec::new();
/// broker.handle(Time(0), Input::Attach { consumer: ConsumerId(0), queue: billing, prefetch: Some(1) }, &mut out);
/// let message = Message { id: 7, resource: 0, lot: 0, size: Bytes(300), kind: 0, priority: 0, persistent: true };
/// let publish = Input::Publish { publisher: PublisherId(0), to: Destination::Queue(billing), message };
/// broker.handle(Time(5), publish, &mut out);
/// assert!(matches!(out[0], Output::Confirm { id: 7, copies: 1, .. }));
/// let Output::Deliver(delivery) = out[1] else { panic!() };
/// broker.handle(Time(9), Input::Ack { delivery: delivery.id }, &mut out);
/// assert_eq!(broker.totals(billing).acked, 1);
/// ```
pub struct Broker {
    pub(super) queues: Queues,
    pub(super) topics: Vec<Topic>,
    pub(super) consumers: Slab<Consumer>,
    pub(super) attached: BTreeMap<ConsumerId, u32>,
    pub(super) store: Store,
    pub(super) timers: Timers,
    pub(super) door: Door,
    pub(super) memory_limit: u64,
    pub(super) stamp: u32,
    is_down: bool,
    /// Copies that have expired and are still to be discarded; empty between inputs, as the next one.
    pub(super) expired: Vec<u32>,
    /// Queues in which something came back and that are still to be served.
    pub(super) touched: Vec<QueueId>,
}

impl Broker {
    /// A broker without topics and queues.
    pub fn new(settings: Settings) -> Broker {
        Broker {
            queues: Queues::new(),
            topics: Vec::new(),
            consumers: Slab::new(),
            attached: BTreeMap::new(),
            store: Store::new(),
            timers: Timers::new(),
            door: Door::default(),
            memory_limit: settings.memory_limit.map_or(u64::MAX, |limit| limit.0),
            stamp: 0,
            is_down: false,
            expired: Vec::new(),
            touched: Vec::new(),
        }
    }

    /// A new topic; numbers are dense from zero.
    pub fn declare_topic(&mut self) -> TopicId {
        self.topics.push(Topic::default());
        TopicId(self.topics.len() as u32 - 1)
    }

    /// A new point-to-point queue, which is durable, under the next number after all that were ever in use.
    pub fn declare_queue(&mut self, policy: Policy) -> QueueId {
        let number = self.queues.next_number();
        self.queues.put(number, Queue::new(policy, None, true));
        number
    }

    /// Takes one input and appends all that the broker does in answer. What is due at `now` happens first. An input for something
    /// unknown, gone or stale is ignored; a publish to it is refused. While the broker is down it refuses publishes and ignores all
    /// else but [`Input::Recover`].
    pub fn handle(&mut self, now: Time, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Publish { publisher, to, message } => self.handle_publish(now, publisher, to, &message, out),
            Input::Ack { delivery } => self.handle_ack(now, delivery, out),
            Input::Recover if self.is_down => self.recover(now, out),
            _ if self.is_down => {}
            input => self.served(now, out, |broker, out| broker.handle_rare(now, input, out)),
        }
    }

    /// [`Broker::handle`] for [`Input::Publish`], by far the most frequent one beside the ack: no input is built and taken apart.
    #[inline(always)]
    pub fn handle_publish(&mut self, now: Time, publisher: PublisherId, to: Destination, message: &Message, out: &mut Vec<Output>) {
        if self.is_down {
            return out.push(Output::Refuse { publisher, id: message.id, copies: 0, cause: Refusal::Down });
        }
        self.served(now, out, |broker, out| broker.publish(now, publisher, to, message, out));
    }

    /// The same for [`Input::Ack`].
    #[inline(always)]
    pub fn handle_ack(&mut self, now: Time, delivery: DeliveryId, out: &mut Vec<Output>) {
        if !self.is_down {
            self.served(now, out, |broker, out| broker.ack(delivery, out));
        }
    }

    /// An input in the midst of what comes with every one: what is due before it, who may come in at the door after it.
    #[inline(always)]
    fn served(&mut self, now: Time, out: &mut Vec<Output>, serve: impl FnOnce(&mut Broker, &mut Vec<Output>)) {
        if self.timers.is_due(now) {
            cold_path();
            self.fire(now, out);
        }
        serve(self, out);
        if !self.door.is_quiet() {
            cold_path();
            self.serve_door(now, out);
        }
    }

    fn handle_rare(&mut self, now: Time, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Publish { .. } | Input::Ack { .. } | Input::Recover | Input::Wake => {}
            Input::Nack { delivery, delay } => self.nack(now, delivery, delay, out),
            Input::Attach { consumer, queue, prefetch } => self.attach(&[(consumer, prefetch)], queue, out),
            Input::AttachAll { consumers, queue } => self.attach(&consumers, queue, out),
            Input::Detach { consumer } => self.detach(now, &[consumer], out),
            Input::DetachAll { consumers } => self.detach(now, &consumers, out),
            Input::Subscribe { topic, queue, selector, durable, policy } => self.subscribe(topic, queue, selector, durable, *policy),
            Input::Unsubscribe { queue } => self.unsubscribe(queue, out),
            Input::Lifetime { queue, time_to_live } => {
                if let Some(queue) = self.queues.get_mut(queue) {
                    queue.set_time_to_live(time_to_live);
                }
            }
            Input::Crash => self.crash(out),
        }
    }

    fn recover(&mut self, now: Time, out: &mut Vec<Output>) {
        self.is_down = false;
        self.fire(now, out);
        self.serve_door(now, out);
    }

    fn subscribe(&mut self, topic: TopicId, number: QueueId, selector: Selector, durable: bool, policy: Policy) {
        let Some(subscribed) = self.topics.get_mut(topic.0 as usize) else { return };
        let is_blocking = policy.overflow == Overflow::Block;
        if self.queues.put(number, Queue::new(policy, Some(topic), durable)) {
            subscribed.add(number, selector, is_blocking);
        }
    }

    fn unsubscribe(&mut self, number: QueueId, out: &mut Vec<Output>) {
        let Some(queue) = self.queues.get(number) else { return };
        let Some(topic) = queue.topic else { return };
        self.topics[topic.0 as usize].remove(number, queue.policy.overflow == Overflow::Block);
        self.recall(number);
        self.purge(number, Cause::NotDurable, |_| false, out);
        while self.retry_first(Obstacle::Queue(number)) {}
        self.queues.take(number);
    }

    fn crash(&mut self, out: &mut Vec<Output>) {
        for number in self.queues.numbers() {
            self.recall(number);
            let durable = self.queues[number].durable;
            self.purge(number, Cause::Crash, |message| durable && message.persistent, out);
            self.queues[number].waiting = 0;
        }
        for (publisher, id) in self.door.all_held() {
            out.push(Output::Refuse { publisher, id, copies: 0, cause: Refusal::Down });
        }
        out.extend(self.door.all_blocked().map(|publisher| Output::Unblock { publisher }));
        self.door.clear();
        self.door.alarm = self.store.memory() > self.memory_limit;
        self.is_down = true;
    }

    /// Memory is far enough below the limit for publishers to go on. A broker that holds nothing always is.
    pub(super) fn is_memory_low(&self) -> bool {
        let mark = self.memory_limit - self.memory_limit / 5;
        self.store.memory() < mark || self.store.memory() == 0
    }

    /// When the broker has something to do by itself: a message expires or comes back from its delay. None while it is down.
    #[inline]
    pub fn next_deadline(&self) -> Option<Time> {
        if self.is_down { None } else { self.timers.first() }
    }

    /// Messages that wait for a consumer; zero, as below, for a queue that does not exist.
    #[inline]
    pub fn ready(&self, queue: QueueId) -> u64 {
        self.queues.get(queue).map_or(0, |queue| queue.ready)
    }

    /// Ready messages of all queues.
    pub fn ready_in_all(&self) -> u64 {
        self.queues.all().map(|queue| queue.ready).sum()
    }

    /// Sum of the bodies of the ready messages.
    pub fn ready_bytes(&self, queue: QueueId) -> Bytes {
        Bytes(self.queues.get(queue).map_or(0, |queue| queue.ready_bytes))
    }

    /// Messages that consumers have and have not acknowledged.
    #[inline]
    pub fn in_flight(&self, queue: QueueId) -> u64 {
        self.queues.get(queue).map_or(0, |queue| queue.in_flight)
    }

    /// [`Broker::ready`] and [`Broker::in_flight`] in one look.
    #[inline]
    pub fn load(&self, queue: QueueId) -> (u64, u64) {
        self.queues.get(queue).map_or((0, 0), |queue| (queue.ready, queue.in_flight))
    }

    /// Nacked messages that stay away from the line for a while.
    pub fn delayed(&self, queue: QueueId) -> u64 {
        self.queues.get(queue).map_or(0, |queue| queue.delayed_count)
    }

    /// Accept time of the head of the line; with priorities, the earliest of the heads of all urgencies.
    pub fn oldest_ready(&self, queue: QueueId) -> Option<Time> {
        self.queues.get(queue)?.line.oldest(&self.store)
    }

    /// What a consumer has and has not acknowledged, in the order of its hand-over.
    pub fn unacked(&self, consumer: ConsumerId) -> impl Iterator<Item = DeliveryId> {
        let held = self.attached.get(&consumer).map(|place| self.consumers[*place].unacked);
        let copies = held.into_iter().flat_map(|held| held.iter(&self.store.copies));
        copies.map(|copy| DeliveryId { copy, stamp: self.store.copies[copy].stamp })
    }

    /// What has happened in a queue so far; it is forgotten when the subscription ends.
    pub fn totals(&self, queue: QueueId) -> &Totals {
        const NOTHING: &Totals = &Totals {
            published: 0,
            received: 0,
            refused: 0,
            delivered: 0,
            redelivered: 0,
            acked: 0,
            dead_lettered: 0,
            expired: 0,
            dropped: 0,
        };
        self.queues.get(queue).map_or(NOTHING, |queue| &queue.totals)
    }

    /// What all messages take: each body once, however many copies there are, and [`super::COPY_OVERHEAD`] for each copy.
    /// What is held at the door is not in here.
    #[inline]
    pub fn memory(&self) -> Bytes {
        Bytes(self.store.memory())
    }

    /// Publishes that are held at the door.
    pub fn held(&self) -> usize {
        self.door.held()
    }

    /// Whether the publisher has been told to wait.
    pub fn is_blocked(&self, publisher: PublisherId) -> bool {
        self.door.is_blocked(publisher)
    }

    /// Whether the broker has crashed and not recovered.
    #[inline]
    pub fn is_down(&self) -> bool {
        self.is_down
    }

    /// The subscriptions of a topic, in the order in which they came.
    pub fn subscriptions(&self, topic: TopicId) -> &[QueueId] {
        self.topics.get(topic.0 as usize).map_or(&[], |topic| &topic.queues)
    }
}
