//! The same broker under threads and a real clock: no simulator is needed to run it.

use busload::core::*;
use busload::units::{Bytes, Span, Time};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const PUBLISHERS: u32 = 3;
const EACH: u64 = 400;

/// The broker behind a lock, with the mailboxes of its consumers.
struct Server {
    state: Mutex<State>,
    changed: Condvar,
    start: Instant,
}

struct State {
    broker: Broker,
    mailboxes: Vec<Sender<Delivery>>,
    confirmed: u64,
    dropped: Vec<(Cause, u64)>,
    is_closing: bool,
}

impl Server {
    fn send(&self, input: Input) {
        let state = &mut *self.state.lock().unwrap();
        let now = Time(self.start.elapsed().as_nanos() as u64);
        let mut out = Vec::new();
        state.broker.handle(now, input, &mut out);
        for output in out {
            match output {
                // A mailbox that is gone belongs to a consumer that has gone: the broker takes its messages back.
                Output::Deliver(delivery) => drop(state.mailboxes[delivery.consumer.0 as usize].send(delivery)),
                Output::Confirm { .. } => state.confirmed += 1,
                Output::Drop { message, cause, .. } => state.dropped.push((cause, message.id)),
                other => panic!("not expected: {other:?}"),
            }
        }
        self.changed.notify_all();
    }

    /// Wakes the broker at its deadlines until the server closes.
    fn keep_time(&self) {
        loop {
            let state = self.state.lock().unwrap();
            if state.is_closing {
                return;
            }
            let now = Time(self.start.elapsed().as_nanos() as u64);
            let rest = state.broker.next_deadline().map_or(Duration::from_millis(20), |due| Duration::from_nanos(due.since(now).0));
            if rest.is_zero() {
                drop(state);
                self.send(Input::Wake);
            } else {
                drop(self.changed.wait_timeout(state, rest).unwrap());
            }
        }
    }
}

/// Acks what comes, nacks every seventh message at its first attempt, and notes what it has done.
fn consume(server: &Server, mailbox: Receiver<Delivery>) -> Vec<(u64, u32)> {
    let mut done = Vec::new();
    for delivery in mailbox {
        if delivery.message.id % 7 == 0 && delivery.attempt == 1 {
            server.send(Input::Nack { delivery: delivery.id, delay: Span::from_millis(2) });
        } else {
            done.push((delivery.message.id, delivery.attempt));
            server.send(Input::Ack { delivery: delivery.id });
        }
    }
    done
}

fn message(publisher: u32, number: u64) -> Message {
    let id = u64::from(publisher) * 1000 + number;
    Message { id, resource: u64::from(publisher), lot: 0, size: Bytes(200), kind: 0, priority: 0, persistent: true }
}

#[test]
fn threads_and_a_real_clock_lose_nothing_and_keep_the_order() {
    let mut broker = Broker::new(Settings::default());
    let topic = broker.declare_topic();
    let ordered = Policy { ordering: Ordering::ByResource, ..Policy::default() };
    let aging = broker.declare_queue(Policy { time_to_live: Some(Span::from_millis(30)), ..Policy::default() });
    let mut out = Vec::new();
    let (first, second) = (QueueId(1), QueueId(2));
    for (queue, policy) in [(first, ordered), (second, Policy::default())] {
        let subscribe = Input::Subscribe { topic, queue, selector: Selector::All, durable: true, policy: Box::new(policy) };
        broker.handle(Time(0), subscribe, &mut out);
    }
    let (mailboxes, receivers): (Vec<_>, Vec<_>) = (0..3).map(|_| channel()).unzip();
    let state = State { broker, mailboxes, confirmed: 0, dropped: Vec::new(), is_closing: false };
    let server = Arc::new(Server { state: Mutex::new(state), changed: Condvar::new(), start: Instant::now() });

    let clock = thread::spawn({
        let server = server.clone();
        move || server.keep_time()
    });
    for (consumer, queue) in [(0, first), (1, first), (2, second)] {
        server.send(Input::Attach { consumer: ConsumerId(consumer), queue, prefetch: Some(8) });
    }
    let consumers: Vec<_> = receivers
        .into_iter()
        .map(|mailbox| {
            let server = server.clone();
            thread::spawn(move || consume(&server, mailbox))
        })
        .collect();
    let publishers: Vec<_> = (0..PUBLISHERS)
        .map(|number| {
            let server = server.clone();
            thread::spawn(move || {
                for place in 0..EACH {
                    let (publisher, to) = (PublisherId(number), Destination::Topic(topic));
                    server.send(Input::Publish { publisher, to, message: message(number, place) });
                }
            })
        })
        .collect();
    publishers.into_iter().for_each(|publisher| publisher.join().unwrap());
    let (publisher, to) = (PublisherId(0), Destination::Queue(aging));
    server.send(Input::Publish { publisher, to, message: message(9, 0) });

    let all = u64::from(PUBLISHERS) * EACH;
    let mut state = server.state.lock().unwrap();
    while state.broker.totals(first).acked < all || state.broker.totals(second).acked < all || state.dropped.is_empty() {
        let (next, waited) = server.changed.wait_timeout(state, Duration::from_secs(20)).unwrap();
        assert!(!waited.timed_out(), "nothing happens any more");
        state = next;
    }
    assert_eq!(state.confirmed, all + 1);
    assert_eq!(state.dropped, [(Cause::Expired, 9000)]);
    assert_eq!(state.broker.memory(), Bytes(0));
    state.is_closing = true;
    state.mailboxes.clear();
    drop(state);
    server.changed.notify_all();
    clock.join().unwrap();

    let done: Vec<Vec<(u64, u32)>> = consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect();
    let mut seen: Vec<u64> = done[0].iter().chain(&done[1]).map(|(id, _)| *id).collect();
    seen.sort_unstable();
    let expected: Vec<u64> = (0..PUBLISHERS).flat_map(|publisher| (0..EACH).map(move |place| message(publisher, place).id)).collect();
    assert_eq!(seen, expected, "each message is done once");
    // Both consumers of the grouped queue see each resource's messages in their order; the other queue keeps it but for redeliveries.
    for publisher in 0..u64::from(PUBLISHERS) {
        for consumer in &done[..2] {
            let ids: Vec<u64> = consumer.iter().map(|(id, _)| *id).filter(|id| id / 1000 == publisher).collect();
            assert!(ids.is_sorted());
        }
        let straight = |(id, attempt): &&(u64, u32)| id / 1000 == publisher && *attempt == 1;
        assert!(done[2].iter().filter(straight).map(|(id, _)| *id).is_sorted());
    }
}
