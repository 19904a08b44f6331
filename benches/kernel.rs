//! What the hot loop is made of, each beside the library it could have been: calendar, histogram, draws, broker.
//!
//! `cargo bench` prints all; only ratios of one run mean anything on a shared machine.

use busload::core::{Broker, ConsumerId, Destination, Input, Message, Output, Policy, PublisherId, QueueId, Selector, Settings};
use busload::sim::{Calendar, Stream};
use busload::stats::Histogram;
use busload::units::{Bytes, Span, Time};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use dary_heap::QuaternaryHeap;
use rand_distr::Distribution;
use rand_xoshiro::rand_core::SeedableRng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

/// Gaps as in a day of events: nine of ten 5 ms, most others a second, one in a hundred an hour.
fn gap(stream: &mut Stream) -> u64 {
    let mean = match stream.below(100) {
        0..90 => 5e6,
        90..99 => 1e9,
        _ => 3.6e12,
    };
    (stream.exponential() * mean) as u64
}

/// One pop and one push at a steady number of pending notices.
fn calendar(criterion: &mut Criterion) {
    for pending in [8, 64, 1_000, 10_000] {
        let mut group = criterion.benchmark_group(format!("calendar, {pending} pending"));
        let mut stream = Stream::new(1, 0, "bench", "gaps");
        let mut ours = Calendar::default();
        (0..pending).for_each(|_| ours.schedule(Time(gap(&mut stream)), [0u64; 2]));
        group.bench_function("busload", |bench| {
            bench.iter(|| {
                let (now, notice) = ours.pop().unwrap();
                ours.schedule(now + Span(gap(&mut stream)), notice);
            })
        });
        let mut quaternary: QuaternaryHeap<Reverse<u128>> = (0..pending).map(|n| key(gap(&mut stream), n)).collect();
        let mut n = pending;
        group.bench_function("dary_heap", |bench| {
            bench.iter(|| {
                let Reverse(first) = quaternary.pop().unwrap();
                n += 1;
                quaternary.push(key((first >> 64) as u64 + gap(&mut stream), n));
            })
        });
        let mut binary: BinaryHeap<Reverse<u128>> = (0..pending).map(|n| key(gap(&mut stream), n)).collect();
        group.bench_function("std", |bench| {
            bench.iter(|| {
                let Reverse(first) = binary.pop().unwrap();
                n += 1;
                binary.push(key((first >> 64) as u64 + gap(&mut stream), n));
            })
        });
    }
}

fn key(at: u64, n: u64) -> Reverse<u128> {
    Reverse((at as u128) << 64 | n as u128)
}

fn histogram(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("histogram, one record");
    let mut stream = Stream::new(1, 0, "bench", "values");
    let values: Vec<u64> = (0..4096).map(|_| (stream.exponential() * 2e7) as u64).collect();
    let (mut ours, mut at) = (Histogram::default(), 0);
    group.bench_function("busload", |bench| {
        bench.iter(|| {
            at = (at + 1) & 4095;
            ours.record(Span(values[at]));
        })
    });
    let mut hdr = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 86_400_000_000_000, 2).unwrap();
    group.bench_function("hdrhistogram, 2 digits", |bench| {
        bench.iter(|| {
            at = (at + 1) & 4095;
            hdr.record(values[at]).unwrap();
        })
    });
}

fn draws(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one exponential draw");
    let mut stream = Stream::new(1, 0, "bench", "draws");
    group.bench_function("busload", |bench| bench.iter(|| stream.exponential()));
    let mut generator = rand_xoshiro::Xoshiro256PlusPlus::seed_from_u64(1);
    group.bench_function("rand_distr", |bench| {
        bench.iter(|| {
            let value: f64 = rand_distr::Exp1.sample(&mut generator);
            value
        })
    });
}

/// A publish to three subscriptions, three deliveries, three acks.
fn broker(criterion: &mut Criterion) {
    let message = |id| Message { id, resource: id, lot: 0, size: Bytes(300), kind: 0, priority: 4, persistent: false };
    let build = || {
        let mut broker = Broker::new(Settings::default());
        let topic = broker.declare_topic();
        let mut out = Vec::new();
        for n in 0..3 {
            let queue = QueueId(n);
            let policy = Box::new(Policy::default());
            broker.handle(Time::ZERO, Input::Subscribe { topic, queue, selector: Selector::All, durable: true, policy }, &mut out);
            broker.handle(Time::ZERO, Input::Attach { consumer: ConsumerId(n), queue, prefetch: None }, &mut out);
        }
        (broker, topic, Vec::new(), Vec::new())
    };
    criterion.bench_function("broker, 1000 publishes to 3 subscriptions, delivered and acked", |bench| {
        bench.iter_batched_ref(
            build,
            |(broker, topic, out, acks)| {
                for id in 0..1000 {
                    let publish = Input::Publish { publisher: PublisherId(0), to: Destination::Topic(*topic), message: message(id) };
                    broker.handle(Time(id), publish, out);
                    acks.extend(out.drain(..).filter_map(|output| match output {
                        Output::Deliver(delivery) => Some(delivery.id),
                        _ => None,
                    }));
                    for delivery in acks.drain(..) {
                        broker.handle(Time(id), Input::Ack { delivery }, out);
                    }
                }
                black_box(out.len())
            },
            BatchSize::SmallInput,
        )
    });
}

criterion_group!(kernel, calendar, histogram, draws, broker);
criterion_main!(kernel);
