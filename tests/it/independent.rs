//! A design with everything around callbacks at once, beside a simulation of it that was written for this test alone: from the words of
//! the language, without the broker, the kernel or any other code of the model. No formula knows this design.
//!
//! A segment's thread that receives, delivers and acknowledges, prefetch, a line, attempts that fail, redelivery after a delay,
//! dead letters, a pool of connections, time-outs, retries with back-off, a system of record with users of its own that refuses
//! what does not fit.

use crate::run_help::{FAR, metric, run};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const DESIGN: &str = r#"
    [run]
    horizon = "1h"
    replications = 12
    [zone.dc]
    [zone.cloud]
    [link.wan]
    between = ["dc", "cloud"]
    latency = "5ms"
    [sor.desk]
    zone = "dc"
    workers = 2
    service = "exp(80ms)"
    own_load = "11/s"
    own_service = "exp(60ms)"
    max_waiting = 12
    [event.changed]
    from = "desk"
    to = "changes"
    rate = "11/s"
    weight = "light"
    [segment.bus]
    zone = "dc"
    cost = { receive = "exp(3ms)", deliver = "exp(1ms)", acknowledge = "exp(0.5ms)" }
    [topic.changes]
    segment = "bus"
    [subscriber.view]
    zone = "cloud"
    from = "changes"
    prefetch = 6
    workers = 3
    work = "exp(60ms)"
    failure = "5%"
    max_deliveries = 3
    redelivery_delay = "exp(500ms)"
    [subscriber.view.callback]
    connections = 2
    timeout = "400ms"
    retries = 2
    backoff = "exp(100ms)"
"#;

const HORIZON: f64 = 3600.0;
const LATENCY: f64 = 0.005;
const WORKERS: f64 = 3.0;
const SERVERS: f64 = 2.0;

#[derive(Clone, Copy)]
enum What {
    Raise,
    Own,
    SegmentDone(Task),
    Arrives(usize),
    Worked(usize),
    /// Who asks (a message and its request, or a user since when), and for how long.
    Asks(Asker),
    Served(Asker, f64),
    Answer(usize, u32, bool),
    Timeout(usize, u32),
    Again(usize),
    Settles(usize, bool),
    Back(usize),
}

#[derive(Clone, Copy)]
enum Asker {
    Message(usize, u32),
    User(f64),
}

#[derive(Clone, Copy)]
enum Task {
    Receive(usize),
    Deliver(usize),
    Acknowledge(usize, bool),
}

#[derive(Default)]
struct Message {
    born: f64,
    attempts: u32,
    request: u32,
    tries: u32,
    work_began: f64,
    call_began: f64,
}

#[derive(Default)]
struct Seen {
    latencies: Vec<f64>,
    own: Vec<f64>,
    calls: Vec<f64>,
    requests: u32,
    given_up: u32,
    refused: u32,
    redelivered: u32,
    dead: u32,
    served: f64,
    wasted: f64,
    worked: f64,
    carried: f64,
}

struct Naive {
    draws: Xoshiro256PlusPlus,
    now: f64,
    agenda: BinaryHeap<Reverse<(u64, usize)>>,
    due: Vec<What>,
    messages: Vec<Message>,
    carrying: bool,
    to_carry: VecDeque<Task>,
    ready: VecDeque<usize>,
    credit: u32,
    idle: u32,
    line: VecDeque<usize>,
    connections: u32,
    unconnected: VecDeque<usize>,
    servers: u32,
    asking: VecDeque<Asker>,
    seen: Seen,
}

impl Naive {
    fn new(seed: u64) -> Naive {
        Naive {
            draws: Xoshiro256PlusPlus::seed_from_u64(seed),
            now: 0.0,
            agenda: BinaryHeap::new(),
            due: Vec::new(),
            messages: Vec::new(),
            carrying: false,
            to_carry: VecDeque::new(),
            ready: VecDeque::new(),
            credit: 6,
            idle: WORKERS as u32,
            line: VecDeque::new(),
            connections: 2,
            unconnected: VecDeque::new(),
            servers: SERVERS as u32,
            asking: VecDeque::new(),
            seen: Seen::default(),
        }
    }

    fn run(mut self) -> Seen {
        self.after_exp(1.0 / 11.0, What::Raise);
        self.after_exp(1.0 / 11.0, What::Own);
        while let Some(Reverse((at, number))) = self.agenda.pop() {
            self.now = f64::from_bits(at);
            if self.now >= HORIZON {
                break;
            }
            self.happen(self.due[number]);
        }
        self.seen
    }

    fn exp(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.draws.random::<f64>()).ln()
    }

    /// Times above zero are ordered as their bits are.
    fn after(&mut self, delay: f64, what: What) {
        self.agenda.push(Reverse(((self.now + delay).to_bits(), self.due.len())));
        self.due.push(what);
    }

    fn after_exp(&mut self, mean: f64, what: What) {
        let delay = self.exp(mean);
        self.after(delay, what);
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Raise => {
                self.after_exp(1.0 / 11.0, What::Raise);
                self.messages.push(Message { born: self.now, ..Message::default() });
                self.carry(Task::Receive(self.messages.len() - 1));
            }
            What::Own => {
                self.after_exp(1.0 / 11.0, What::Own);
                self.happen(What::Asks(Asker::User(self.now)));
            }
            What::SegmentDone(task) => {
                self.carrying = false;
                self.carried(task);
                self.carry_next();
            }
            What::Arrives(message) if self.idle > 0 => {
                self.idle -= 1;
                self.work(message);
            }
            What::Arrives(message) => self.line.push_back(message),
            What::Worked(message) => {
                (self.messages[message].tries, self.messages[message].call_began) = (0, self.now);
                self.call(message);
            }
            What::Asks(asker) if self.servers > 0 => {
                self.servers -= 1;
                self.serve(asker);
            }
            What::Asks(asker) if self.asking.len() < 12 => self.asking.push_back(asker),
            What::Asks(asker) => {
                self.seen.refused += 1;
                if let Asker::Message(message, request) = asker {
                    self.after(LATENCY, What::Answer(message, request, true));
                }
            }
            What::Served(asker, length) => self.served(asker, length),
            What::Answer(message, request, refused) if self.messages[message].request == request => {
                self.hang_up(message);
                if refused {
                    return self.call_failed(message);
                }
                self.seen.calls.push(self.now - self.messages[message].call_began);
                let fails = self.draws.random::<f64>() < 0.05;
                self.finish(message, !fails);
            }
            What::Timeout(message, request) if self.messages[message].request == request => {
                self.hang_up(message);
                self.call_failed(message);
            }
            What::Answer(..) | What::Timeout(..) => {}
            What::Again(message) => self.call(message),
            What::Settles(message, done) => self.carry(Task::Acknowledge(message, done)),
            What::Back(message) => {
                self.ready.push_front(message);
                self.hand_out();
            }
        }
    }

    fn carry(&mut self, task: Task) {
        self.to_carry.push_back(task);
        self.carry_next();
    }

    fn carry_next(&mut self) {
        if self.carrying {
            return;
        }
        let Some(task) = self.to_carry.pop_front() else { return };
        let length = match task {
            Task::Receive(_) => self.exp(0.003),
            Task::Deliver(_) => self.exp(0.001),
            Task::Acknowledge(..) => self.exp(0.0005),
        };
        self.carrying = true;
        self.seen.carried += length;
        self.after(length, What::SegmentDone(task));
    }

    fn carried(&mut self, task: Task) {
        match task {
            Task::Receive(message) => self.ready.push_back(message),
            Task::Deliver(message) => return self.after(LATENCY, What::Arrives(message)),
            Task::Acknowledge(message, done) => {
                self.credit += 1;
                match done {
                    true => {}
                    false if self.messages[message].attempts == 3 => self.seen.dead += 1,
                    false => self.after_exp(0.5, What::Back(message)),
                }
            }
        }
        self.hand_out();
    }

    fn hand_out(&mut self) {
        while self.credit > 0
            && let Some(message) = self.ready.pop_front()
        {
            self.credit -= 1;
            self.messages[message].attempts += 1;
            self.seen.redelivered += u32::from(self.messages[message].attempts > 1);
            self.carry(Task::Deliver(message));
        }
    }

    fn work(&mut self, message: usize) {
        self.messages[message].work_began = self.now;
        self.after_exp(0.06, What::Worked(message));
    }

    fn call(&mut self, message: usize) {
        if self.connections == 0 {
            return self.unconnected.push_back(message);
        }
        self.connections -= 1;
        self.request(message);
    }

    fn request(&mut self, message: usize) {
        self.seen.requests += 1;
        self.messages[message].request += 1;
        let request = self.messages[message].request;
        self.after(0.4, What::Timeout(message, request));
        self.after(LATENCY, What::Asks(Asker::Message(message, request)));
    }

    /// The connection goes to whoever waits for one; what still comes of the request is not listened to.
    fn hang_up(&mut self, message: usize) {
        self.messages[message].request += 1;
        match self.unconnected.pop_front() {
            Some(next) => self.request(next),
            None => self.connections += 1,
        }
    }

    fn serve(&mut self, asker: Asker) {
        let mean = if matches!(asker, Asker::User(_)) { 0.06 } else { 0.08 };
        let length = self.exp(mean);
        self.seen.served += length;
        self.after(length, What::Served(asker, length));
    }

    fn served(&mut self, asker: Asker, length: f64) {
        match self.asking.pop_front() {
            Some(next) => self.serve(next),
            None => self.servers += 1,
        }
        match asker {
            Asker::User(since) => self.seen.own.push(self.now - since),
            Asker::Message(message, request) if self.messages[message].request == request => {
                self.after(LATENCY, What::Answer(message, request, false));
            }
            Asker::Message(..) => self.seen.wasted += length,
        }
    }

    fn call_failed(&mut self, message: usize) {
        self.messages[message].tries += 1;
        match self.messages[message].tries {
            1 => self.after_exp(0.1, What::Again(message)),
            2 => self.after_exp(0.2, What::Again(message)),
            _ => {
                self.seen.given_up += 1;
                self.finish(message, false);
            }
        }
    }

    fn finish(&mut self, message: usize, done: bool) {
        let Message { born, work_began, .. } = self.messages[message];
        self.seen.worked += self.now - work_began;
        if done {
            self.seen.latencies.push(self.now - born);
        }
        self.after(LATENCY, What::Settles(message, done));
        match self.line.pop_front() {
            Some(next) => self.work(next),
            None => self.idle += 1,
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(p * sorted.len() as f64) as usize]
}

impl Seen {
    fn figures(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("subscriber.view.end_to_end.mean", mean(&self.latencies)),
            ("subscriber.view.end_to_end.p50", quantile(&self.latencies, 0.5)),
            ("subscriber.view.end_to_end.p99", quantile(&self.latencies, 0.99)),
            ("subscriber.view.callback.latency.mean", mean(&self.calls)),
            ("subscriber.view.callback.latency.p99", quantile(&self.calls, 0.99)),
            ("subscriber.view.callback.attempts", self.requests.into()),
            ("subscriber.view.callback.failed", self.given_up.into()),
            ("subscriber.view.redelivered", self.redelivered.into()),
            ("subscriber.view.missed.dropped", self.dead.into()),
            ("subscriber.view.utilization.mean", self.worked / HORIZON / WORKERS),
            ("segment.bus.utilization.mean", self.carried / HORIZON),
            ("sor.desk.utilization.mean", self.served / HORIZON / SERVERS),
            ("sor.desk.wasted", self.wasted / HORIZON / SERVERS),
            ("sor.desk.refused", self.refused.into()),
            ("sor.desk.own_latency.mean", mean(&self.own)),
            ("sor.desk.own_latency.p99", quantile(&self.own, 0.99)),
        ]
    }
}

/// Means of both over their replications differ by no more than their spread explains.
#[test]
fn everything_around_callbacks_is_as_an_independent_simulation_has_it() {
    const RUNS: usize = 12;
    let outcome = run(DESIGN);
    let naive: Vec<Vec<(&str, f64)>> = (0..RUNS as u64).map(|seed| Naive::new(seed).run().figures()).collect();
    for (number, (name, _)) in naive[0].iter().enumerate() {
        let values: Vec<f64> = naive.iter().map(|figures| figures[number].1).collect();
        let truth = mean(&values);
        let variance = values.iter().map(|value| (value - truth) * (value - truth)).sum::<f64>() / (RUNS - 1) as f64;
        let metric = metric(&outcome, name);
        let half_width = (metric.high.unwrap() - metric.low.unwrap()) / 2.0;
        let error = half_width / busload::stats::t_quantile(0.975, f64::from(metric.n) - 1.0).unwrap();
        let z = (metric.point - truth) / (error * error + variance / RUNS as f64).sqrt();
        println!("z {z:6.2}  {name} = {:.6} beside {truth:.6}", metric.point);
        assert!(z.abs() <= FAR, "{name} is {}, by the other simulation {truth}: z = {z:.2}", metric.point);
    }
}
