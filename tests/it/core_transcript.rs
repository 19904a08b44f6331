//! Transcripts of the broker: comments, commands, `----`, and what the broker did. `UPDATE=1 cargo test` rewrites the answers.

use crate::core_feed::Feeds;
use busload::core::*;
use busload::units::{Bytes, Span, Time};
use std::collections::HashMap;
use std::fmt::Write;

/// Numbers for names, in the order in which they turn up.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        let place = self.0.iter().position(|other| other == name).unwrap_or_else(|| {
            self.0.push(name.to_string());
            self.0.len() - 1
        });
        place as u32
    }

    fn name(&self, number: u32) -> &str {
        &self.0[number as usize]
    }
}

/// One transcript being played.
struct Play {
    broker: Broker,
    now: Time,
    queues: Names,
    topics: Names,
    consumers: Names,
    publishers: Names,
    messages: Names,
    resources: Names,
    /// The latest delivery of a message to a consumer.
    deliveries: HashMap<(u32, u64), DeliveryId>,
    feeds: Feeds,
}

/// The words of a command, `key=value` settings apart.
struct Words<'a> {
    plain: Vec<&'a str>,
    settings: HashMap<&'a str, &'a str>,
}

impl<'a> Words<'a> {
    fn new(line: &'a str) -> Words<'a> {
        let (settings, plain): (Vec<&str>, Vec<&str>) = line.split_whitespace().partition(|word| word.contains('='));
        Words { plain, settings: settings.into_iter().map(|word| word.split_once('=').unwrap()).collect() }
    }

    fn get<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.settings.get(key).map(|text| text.parse().unwrap_or_else(|_| panic!("{key}={text}")))
    }

    fn has(&self, word: &str) -> bool {
        self.plain.contains(&word)
    }
}

impl Play {
    fn new() -> Play {
        let broker = Broker::new(Settings::default());
        let (queues, topics, consumers) = Default::default();
        let (publishers, messages, resources) = Default::default();
        Play {
            broker,
            now: Time::ZERO,
            queues,
            topics,
            consumers,
            publishers,
            messages,
            resources,
            deliveries: HashMap::new(),
            feeds: Feeds::default(),
        }
    }

    fn command(&mut self, line: &str, printed: &mut String) {
        let words = Words::new(line);
        if self.feeds.command(&words.plain, words.get("page"), printed) {
            return;
        }
        let word = |place: usize| *words.plain.get(place).unwrap_or_else(|| panic!("too few words in: {line}"));
        let input = match word(0) {
            "broker" => {
                self.broker = Broker::new(Settings { memory_limit: words.get("memory") });
                return;
            }
            "topic" => {
                self.broker.declare_topic();
                self.topics.number(word(1));
                return;
            }
            "queue" => {
                let number = self.queues.number(word(1));
                let policy = self.policy(&words);
                assert_eq!(self.broker.declare_queue(policy).0, number, "declare queues in the order of their first mention");
                return;
            }
            "at" => return self.advance(word(1).parse().unwrap(), printed),
            "show" => return self.show(word(1), printed),
            "broker?" => return self.show_broker(printed),
            "subscribe" => {
                let policy = Box::new(self.policy(&words));
                let (topic, queue) = (TopicId(self.topics.number(word(1))), QueueId(self.queues.number(word(2))));
                let selector = match words.get::<u16>("kind") {
                    Some(kind) => Selector::Kinds(vec![kind]),
                    None => Selector::All,
                };
                Input::Subscribe { topic, queue, selector, durable: !words.has("nondurable"), policy }
            }
            "unsubscribe" => Input::Unsubscribe { queue: self.queue(word(1)) },
            "attach" => {
                let (consumer, queue) = (ConsumerId(self.consumers.number(word(1))), self.queue(word(2)));
                Input::Attach { consumer, queue, prefetch: words.get("prefetch") }
            }
            "detach" => Input::Detach { consumer: ConsumerId(self.consumers.number(word(1))) },
            "attach-all" => {
                let number = |word: &&str| (ConsumerId(self.consumers.number(word)), words.get("prefetch"));
                let consumers = words.plain[2..].iter().map(number).collect();
                Input::AttachAll { consumers, queue: self.queue(word(1)) }
            }
            "detach-all" => {
                let consumers = words.plain[1..].iter().map(|word| ConsumerId(self.consumers.number(word))).collect();
                Input::DetachAll { consumers }
            }
            "publish" => self.publish(&words),
            "ack" => Input::Ack { delivery: self.delivery(word(1), word(2)) },
            "nack" => Input::Nack { delivery: self.delivery(word(1), word(2)), delay: words.get("delay").unwrap_or_default() },
            "lifetime" => Input::Lifetime { queue: self.queue(word(1)), time_to_live: word(2).parse().ok() },
            "crash" => Input::Crash,
            "recover" => Input::Recover,
            other => panic!("no such command: {other}"),
        };
        self.handle(input, printed);
    }

    fn queue(&mut self, name: &str) -> QueueId {
        QueueId(self.queues.number(name))
    }

    fn delivery(&mut self, consumer: &str, message: &str) -> DeliveryId {
        let key = (self.consumers.number(consumer), u64::from(self.messages.number(message)));
        self.deliveries.get(&key).copied().unwrap_or(DeliveryId { copy: 999, stamp: 999 })
    }

    fn publish(&mut self, words: &Words) -> Input {
        let publisher = PublisherId(self.publishers.number(words.plain[1]));
        let to = match self.topics.0.iter().position(|topic| topic == words.plain[2]) {
            Some(topic) => Destination::Topic(TopicId(topic as u32)),
            None => Destination::Queue(self.queue(words.plain[2])),
        };
        let message = Message {
            id: u64::from(self.messages.number(words.plain[3])),
            resource: u64::from(self.resources.number(words.settings.get("resource").unwrap_or(&words.plain[3]))),
            lot: 0,
            size: words.get("size").unwrap_or(Bytes(100)),
            kind: words.get("kind").unwrap_or(0),
            priority: words.get("priority").unwrap_or(0),
            persistent: !words.has("transient"),
        };
        Input::Publish { publisher, to, message }
    }

    fn policy(&mut self, words: &Words) -> Policy {
        let or_default = Policy::default();
        Policy {
            max_length: words.get("max_length"),
            max_bytes: words.get("max_bytes"),
            overflow: match words.settings.get("overflow") {
                Some(&"drop_oldest") => Overflow::DropOldest,
                Some(&"dead_letter") => Overflow::DeadLetter,
                Some(&"block") => Overflow::Block,
                _ => Overflow::Reject,
            },
            time_to_live: words.get("time_to_live"),
            max_deliveries: words.get("max_deliveries"),
            requeue: if words.has("tail") { Requeue::Tail } else { Requeue::Head },
            dead_letter: words.settings.get("dead_letter").map(|name| self.queue(name)),
            priorities: words.has("priorities"),
            ordering: if words.has("by_resource") { Ordering::ByResource } else { or_default.ordering },
            dispatch: if words.has("least_in_flight") { Dispatch::LeastInFlight } else { or_default.dispatch },
        }
    }

    /// Lets time pass, waking the broker at its deadlines as a driver does.
    fn advance(&mut self, time: Span, printed: &mut String) {
        let end = Time(time.0);
        while let Some(due) = self.broker.next_deadline().filter(|due| *due <= end) {
            self.now = due;
            let mut woken = String::new();
            self.handle(Input::Wake, &mut woken);
            woken.lines().for_each(|line| writeln!(printed, "at {due}: {line}").unwrap());
            assert!(self.broker.next_deadline().is_none_or(|next| next > due), "still due after a wake");
        }
        self.now = end;
    }

    fn handle(&mut self, input: Input, printed: &mut String) {
        let mut out = Vec::new();
        self.broker.handle(self.now, input, &mut out);
        for output in out {
            let line = self.line(output);
            writeln!(printed, "{line}").unwrap();
        }
    }

    fn line(&mut self, output: Output) -> String {
        let queue = |queue: QueueId| self.queues.name(queue.0);
        let publisher = |publisher: PublisherId| self.publishers.name(publisher.0);
        let message = |id: u64| self.messages.name(id as u32);
        match output {
            Output::Confirm { publisher: to, id, copies } => format!("confirm {} to {}, copies {copies}", message(id), publisher(to)),
            Output::Refuse { publisher: to, id, copies, cause } => {
                let cause = match cause {
                    Refusal::Full(full) => format!("{} is full", queue(full)),
                    Refusal::Unknown => "unknown".into(),
                    Refusal::Down => "down".into(),
                };
                format!("refuse {} to {}, {cause}, copies {copies}", message(id), publisher(to))
            }
            Output::Block { publisher: to } => format!("block {}", publisher(to)),
            Output::Unblock { publisher: to } => format!("unblock {}", publisher(to)),
            Output::Drop { queue: from, message: dropped, cause } => {
                format!("drop {} {}: {}", queue(from), message(dropped.id), word(cause))
            }
            Output::DeadLetter { queue: from, to, message: moved, cause } => {
                format!("dead letter {} {} to {}: {}", queue(from), message(moved.id), queue(to), word(cause))
            }
            Output::Deliver(delivery) => {
                self.deliveries.insert((delivery.consumer.0, delivery.message.id), delivery.id);
                let again = if delivery.redelivered { format!(" (attempt {}, redelivered)", delivery.attempt) } else { String::new() };
                let consumer = self.consumers.name(delivery.consumer.0);
                format!("deliver {} {} to {consumer}{again}", queue(delivery.queue), message(delivery.message.id))
            }
        }
    }

    fn show(&mut self, name: &str, printed: &mut String) {
        let queue = self.queue(name);
        let broker = &self.broker;
        let (ready, bytes) = (broker.ready(queue), broker.ready_bytes(queue));
        let (in_flight, delayed) = (broker.in_flight(queue), broker.delayed(queue));
        write!(printed, "{name}: ready {ready} ({bytes}), in flight {in_flight}, delayed {delayed}").unwrap();
        if let Some(oldest) = broker.oldest_ready(queue) {
            write!(printed, ", oldest from {oldest}").unwrap();
        }
        let totals = broker.totals(queue);
        let counts = [
            ("published", totals.published),
            ("received", totals.received),
            ("refused", totals.refused),
            ("delivered", totals.delivered),
            ("redelivered", totals.redelivered),
            ("acked", totals.acked),
            ("dead-lettered", totals.dead_lettered),
            ("expired", totals.expired),
            ("dropped", totals.dropped),
        ];
        let told: Vec<String> = counts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}")).collect();
        writeln!(printed, "; {}", if told.is_empty() { "nothing yet".to_string() } else { told.join(", ") }).unwrap();
    }

    fn show_broker(&mut self, printed: &mut String) {
        let deadline = self.broker.next_deadline().map_or("none".to_string(), |due| due.to_string());
        writeln!(printed, "memory {}, held {}, next deadline {deadline}", self.broker.memory(), self.broker.held()).unwrap();
    }
}

fn word(cause: Cause) -> &'static str {
    match cause {
        Cause::Expired => "expired",
        Cause::Overflow => "overflow",
        Cause::Deliveries => "delivery limit",
        Cause::NotDurable => "not durable",
        Cause::Crash => "crash",
    }
}

/// Plays a transcript and returns it with the answers that the broker gives.
fn play(text: &str) -> String {
    let mut play = Play::new();
    let mut result = String::new();
    let mut answer = String::new();
    let mut in_answer = false;
    for line in text.lines() {
        match line.trim() {
            "----" => {
                in_answer = true;
                result.push_str("----\n");
                result.push_str(if answer.is_empty() { "(nothing)\n" } else { &answer });
                answer.clear();
            }
            "" => {
                in_answer = false;
                result.push('\n');
            }
            _ if in_answer => {}
            command => {
                writeln!(result, "{line}").unwrap();
                if !command.starts_with('#') {
                    play.command(command, &mut answer);
                }
            }
        }
    }
    assert!(answer.is_empty(), "the last commands have no ---- after them");
    result
}

#[test]
fn transcripts_are_what_the_broker_does() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/core");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    assert!(files.len() > 10, "transcripts are missing");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let played = play(&text);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, played).unwrap();
        } else {
            assert_eq!(text, played, "{} differs; UPDATE=1 rewrites it", file.display());
        }
    }
}
