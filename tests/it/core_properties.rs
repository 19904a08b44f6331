//! Generated logs of commands under generated policies: after every command the broker's answers are those of the naive one,
//! and the laws hold that need no second broker.

use super::core_naive::{Naive, Place};
use busload::core::*;
use busload::units::{Bytes, Span, Time};
use proptest::prelude::*;
use std::collections::HashMap;

const QUEUES: u32 = 3;
const ALL_QUEUES: u32 = 6;

fn policy(may_block: bool) -> impl Strategy<Value = Policy> {
    let overflow = prop_oneof![
        Just(Overflow::Reject),
        Just(Overflow::DropOldest),
        Just(Overflow::DeadLetter),
        Just(if may_block { Overflow::Block } else { Overflow::Reject })
    ];
    let limits = (
        prop::option::weighted(0.4, 0..4u64),
        prop::option::weighted(0.2, 100..900u64),
        overflow,
        prop::option::weighted(0.3, 0..40u64),
        prop::option::weighted(0.3, 1..4u32),
        prop::option::weighted(0.4, 0..ALL_QUEUES),
    );
    (limits, any::<[bool; 4]>()).prop_map(|((length, bytes, overflow, life, deliveries, dead), [tail, urgent, grouped, least])| Policy {
        max_length: length,
        max_bytes: bytes.map(Bytes),
        overflow,
        time_to_live: life.map(Span),
        max_deliveries: deliveries,
        requeue: if tail { Requeue::Tail } else { Requeue::Head },
        dead_letter: dead.map(QueueId),
        priorities: urgent,
        ordering: if grouped { Ordering::ByResource } else { Ordering::None },
        dispatch: if least { Dispatch::LeastInFlight } else { Dispatch::RoundRobin },
    })
}

/// A command, still to be decoded against what exists: what, and three numbers.
type Command = (u8, u32, u32, u32);

struct Run {
    broker: Broker,
    naive: Naive,
    now: Time,
    messages: u64,
    /// What was handed over, settled or not: the delivery of each broker.
    deliveries: Vec<(Delivery, u64)>,
    answered: HashMap<PublisherId, u64>,
}

impl Run {
    fn new(limit: Option<u64>, queues: &[Policy], subscriptions: &[(Policy, bool, bool)]) -> Run {
        let mut broker = Broker::new(Settings { memory_limit: limit.map(Bytes) });
        let mut naive = Naive::new(limit);
        let topic = broker.declare_topic();
        for policy in queues {
            broker.declare_queue(policy.clone());
            naive.declare(policy.clone(), None, true);
        }
        let mut run = Run { broker, naive, now: Time(0), messages: 0, deliveries: vec![], answered: HashMap::new() };
        for (place, (policy, durable, picky)) in subscriptions.iter().enumerate() {
            let queue = QueueId(QUEUES + place as u32);
            let selector = if *picky { Selector::Kinds(vec![0, 2]) } else { Selector::All };
            run.both(Input::Subscribe { topic, queue, selector, durable: *durable, policy: Box::new(policy.clone()) });
        }
        run
    }

    fn both(&mut self, input: Input) {
        let mut out = vec![];
        self.broker.handle(self.now, input.clone(), &mut out);
        self.naive.handle(self.now, input);
        self.compare(out);
    }

    fn step(&mut self, (what, a, b, c): Command) {
        let queue = QueueId(a % ALL_QUEUES);
        match what {
            0..=39 => self.publish(a, b, c),
            40..=59 => self.settle(a, None),
            60..=69 => self.settle(a, Some(Span(u64::from(b % 4) * 5))),
            70..=79 => {
                let prefetch = if c % 4 == 0 { None } else { Some(c % 4) };
                match b % 16 {
                    0..=12 => self.both(Input::Attach { consumer: ConsumerId(b % 8), queue, prefetch }),
                    _ => self
                        .both(Input::AttachAll { consumers: several(c).into_iter().map(|consumer| (consumer, prefetch)).collect(), queue }),
                }
            }
            80..=83 => self.both(Input::Detach { consumer: ConsumerId(b % 8) }),
            84 => self.both(Input::DetachAll { consumers: several(b) }),
            85..=87 => {
                let time_to_live = (b % 3 > 0).then_some(Span(u64::from(c % 30)));
                self.both(Input::Lifetime { queue, time_to_live });
            }
            88 => self.both(Input::Crash),
            89..=90 => self.both(Input::Recover),
            91 => self.both(Input::Unsubscribe { queue }),
            _ => {
                self.now = self.now + Span(u64::from(a % 12));
                self.both(Input::Wake);
            }
        }
        self.check();
    }

    fn publish(&mut self, a: u32, b: u32, c: u32) {
        self.messages += 1;
        let to = if a.is_multiple_of(2) {
            Destination::Topic(TopicId(a / 2 % 16 / 15))
        } else {
            Destination::Queue(QueueId(a / 2 % (ALL_QUEUES + 1)))
        };
        let message = Message {
            id: self.messages,
            resource: u64::from(b % 3),
            lot: 0,
            size: Bytes(u64::from(c % 5) * 100),
            kind: (c / 5 % 3) as u16,
            priority: (b / 3 % 10) as u8,
            persistent: !(b / 30).is_multiple_of(3),
        };
        self.both(Input::Publish { publisher: PublisherId(c / 15 % 3), to, message });
    }

    /// Acks or nacks any of the deliveries so far, so that many are stale.
    fn settle(&mut self, which: u32, nack: Option<Span>) {
        let recent = self.deliveries.len().min(12);
        if recent == 0 {
            return;
        }
        let (delivery, naive) = self.deliveries[self.deliveries.len() - 1 - which as usize % recent];
        let input = match nack {
            None => Input::Ack { delivery: delivery.id },
            Some(delay) => Input::Nack { delivery: delivery.id, delay },
        };
        let mut out = vec![];
        self.broker.handle(self.now, input, &mut out);
        self.naive.settle(self.now, delivery.queue, naive, nack);
        self.compare(out);
    }

    /// The same outputs in the same order; only the numbers of the deliveries are each broker's own.
    fn compare(&mut self, out: Vec<Output>) {
        let expected = std::mem::take(&mut self.naive.out);
        let mut plain = out.clone();
        let mut naive = expected.clone();
        for output in plain.iter_mut().chain(&mut naive) {
            if let Output::Deliver(delivery) = output {
                delivery.id = DeliveryId { copy: 0, stamp: 0 };
            }
        }
        assert_eq!(plain, naive, "the brokers differ");
        for (real, naive) in out.into_iter().zip(expected) {
            match (real, naive) {
                (Output::Deliver(real), Output::Deliver(naive)) => self.deliveries.push((real, u64::from(naive.id.stamp))),
                (Output::Confirm { publisher, id, .. } | Output::Refuse { publisher, id, .. }, _) => {
                    let before = self.answered.insert(publisher, id);
                    assert!(before.is_none_or(|before| before < id), "a publisher's messages were overtaken");
                }
                _ => {}
            }
        }
    }

    fn check(&self) {
        let broker = &self.broker;
        assert_eq!(broker.memory().0, self.naive.memory(), "memory");
        assert_eq!(broker.next_deadline(), self.naive.next_deadline(), "next deadline");
        assert!(broker.next_deadline().is_none_or(|due| due > self.now), "a deadline is in the past");
        assert_eq!(broker.held(), self.naive.held.len(), "held");
        for publisher in (0..3).map(PublisherId) {
            assert_eq!(broker.is_blocked(publisher), self.naive.blocked.contains(&publisher), "blocked");
        }
        for number in 0..self.naive.queues.len() as u32 {
            self.check_queue(QueueId(number));
        }
    }

    fn check_queue(&self, number: QueueId) {
        let (broker, totals) = (&self.broker, self.broker.totals(number));
        let Some(queue) = &self.naive.queues[number.0 as usize] else {
            assert_eq!((broker.ready(number), *totals), (0, Totals::default()));
            return;
        };
        let (ready, in_flight, delayed) = (broker.ready(number), broker.in_flight(number), broker.delayed(number));
        let gone = totals.acked + totals.dead_lettered + totals.expired + totals.dropped;
        assert_eq!(totals.published + totals.received, ready + in_flight + delayed + gone, "conservation");
        assert_eq!(ready, queue.ready().count() as u64);
        assert_eq!(broker.ready_bytes(number).0, queue.ready().map(|copy| copy.message.size.0).sum::<u64>());
        assert_eq!(in_flight, queue.consumers.iter().map(|consumer| consumer.in_flight).sum::<u64>());
        assert_eq!(delayed, queue.copies.iter().filter(|copy| matches!(copy.place, Place::Delayed(_))).count() as u64);
        assert!(queue.consumers.iter().all(|consumer| consumer.in_flight <= consumer.prefetch), "prefetch");
        assert_eq!(broker.oldest_ready(number).is_some(), ready > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_broker_does_what_the_naive_one_does(
        limit in prop::option::weighted(0.3, 200..2000u64),
        queues in prop::collection::vec(policy(true), QUEUES as usize),
        subscriptions in prop::collection::vec((policy(false), any::<bool>(), any::<bool>()), (ALL_QUEUES - QUEUES) as usize),
        commands in prop::collection::vec((0..100u8, any::<u32>(), any::<u32>(), any::<u32>()), 1..150),
    ) {
        let mut run = Run::new(limit, &queues, &subscriptions);
        commands.into_iter().for_each(|command| run.step(command));
    }
}

/// Some of the eight consumers, one of them perhaps twice.
fn several(of: u32) -> Vec<ConsumerId> {
    (0..2 + of % 4).map(|step| ConsumerId((of + 3 * step) % 8)).collect()
}
