//! How fast the broker is. Not a test of anything: run it with `--release -- --ignored --nocapture core_speed`.

use busload::core::*;
use busload::units::{Bytes, Span, Time};
use std::collections::VecDeque;
use std::time::Instant;

const ROUNDS: u64 = 2_000_000;

/// Nanoseconds for a publish to three subscriptions, three deliveries and three acks, with `backlog` messages ready all the time.
fn round(policy: Policy, prefetch: Option<u32>, backlog: u64, resources: u64) -> f64 {
    let mut broker = Broker::new(Settings::default());
    let topic = broker.declare_topic();
    let mut out = Vec::with_capacity(64);
    for number in 0..3 {
        let (queue, policy) = (QueueId(number), Box::new(policy.clone()));
        broker.handle(Time(0), Input::Subscribe { topic, queue, selector: Selector::All, durable: true, policy }, &mut out);
        broker.handle(Time(0), Input::Attach { consumer: ConsumerId(number), queue, prefetch }, &mut out);
    }
    let mut acks: VecDeque<DeliveryId> = VecDeque::with_capacity(64);
    let mut start = Instant::now();
    for id in 0..ROUNDS + backlog {
        if id == backlog {
            start = Instant::now();
        }
        let message = Message { id, resource: id % resources, lot: id, size: Bytes(300), kind: 0, priority: 4, persistent: true };
        broker.handle(Time(id), Input::Publish { publisher: PublisherId(0), to: Destination::Topic(topic), message }, &mut out);
        acks.extend(out.iter().filter_map(|output| match output {
            Output::Deliver(delivery) => Some(delivery.id),
            _ => None,
        }));
        out.clear();
        if id >= backlog {
            // Three, the oldest: what an ack hands out is acknowledged in a later round, so that the backlog stays.
            for delivery in acks.drain(..3) {
                broker.handle(Time(id), Input::Ack { delivery }, &mut out);
            }
        }
    }
    start.elapsed().as_nanos() as f64 / ROUNDS as f64
}

#[test]
#[ignore = "a measurement"]
fn core_speed() {
    let plain = Policy::default;
    println!("unlimited prefetch        {:6.1} ns", round(plain(), None, 0, 1000));
    println!("prefetch 10, backlog 1000 {:6.1} ns", round(plain(), Some(10), 1000, 1000));
    let aging = Policy { time_to_live: Some(Span::from_secs(3600)), ..plain() };
    println!("the same with a lifetime  {:6.1} ns", round(aging, Some(10), 1000, 1000));
    let urgent = Policy { priorities: true, ..plain() };
    println!("the same with priorities  {:6.1} ns", round(urgent, Some(10), 1000, 1000));
    let grouped = Policy { ordering: Ordering::ByResource, ..plain() };
    println!("the same by resource      {:6.1} ns", round(grouped.clone(), Some(10), 1000, 500));
    println!("by resource, backlog 100K {:6.1} ns", round(grouped, Some(10), 100_000, 20_000));
}
