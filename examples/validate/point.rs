//! An operating point of a real RabbitMQ as scenarios: predicted from its inputs and micro-parameters alone, or replayed.
//!
//! The recipe, also in `docs/real-broker.md` (never anything fitted to a result):
//!
//! | of the point's file | in the scenario |
//! |---|---|
//! | `rate_per_s`, Poisson | one event to a topic with three durable subscriptions |
//! | `publish_seconds`, `warmup_excluded_s` | `horizon`, `warm_up`; `ending = "drain"` |
//! | bare latency: write of the publish to the first read of the delivery, on an idle broker at that rate | the two wires of the way together |
//! | turnaround: ack to the next delivery, at prefetch 1 | two crossings of the wire between bus and consumers |
//! | time to write an ack, mean service as measured | `work = "ack + exp(service)"` |
//! | `consumers_per_subscription`, `prefetch` | `consumers` and as many `workers`, `prefetch` |
//! | SOR: slots, mean, overhead of a call | `workers`, `service`; two crossings of the consumers' zone |
//! | time to live, length, drop-head or reject-publish, outage | `time_to_live`, `max_length`, `overflow`, a disruption |

use super::figures::{Figures, Run, latencies};
use super::unbiased::load;
use busload::model;
use busload::scenario::Scenario;
use busload::units::{Span, Time};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Subscriptions of every point.
pub const SUBSCRIPTIONS: usize = 3;

/// One operating point.
pub struct Point {
    pub name: String,
    folder: PathBuf,
    file: Value,
}

/// One delivery as recorded, in microseconds.
#[derive(Clone, Copy)]
pub struct Delivery {
    pub subscription: usize,
    seq: u64,
    pub sent: u64,
    start: u64,
    service: u64,
    call: u64,
    pub ack: u64,
}

impl Point {
    /// All points of a folder, by name.
    pub fn all(folder: &Path) -> Vec<Point> {
        let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.strip_suffix(".json").map(String::from));
        let mut names: Vec<String> = names.filter(|name| name != "micro").collect();
        names.sort();
        names.iter().map(|name| Point::open(folder, name)).collect()
    }

    pub fn open(folder: &Path, name: &str) -> Point {
        Point { name: name.into(), folder: folder.into(), file: json(&folder.join(format!("{name}.json"))) }
    }

    fn input(&self, name: &str) -> &Value {
        &self.file["inputs"][name]
    }

    fn number(&self, name: &str) -> f64 {
        self.input(name).as_f64().unwrap_or_else(|| panic!("{} has no input {name}", self.name))
    }

    fn micro(&self, name: &str) -> f64 {
        self.file["micro_parameters"][name].as_f64().unwrap_or_else(|| panic!("{} has no micro-parameter {name}", self.name))
    }

    fn service_ms(&self) -> f64 {
        let service = self.input("service");
        service["mean_ms_measured"].as_f64().or(service["mean_ms_nominal"].as_f64()).expect("a mean service")
    }

    fn turnaround_ms(&self) -> f64 {
        self.file["micro_parameters"]["ack_to_next_delivery_prefetch1_ms"]["mean"].as_f64().expect("a turnaround")
    }

    fn has_sor(&self) -> bool {
        self.input("sor").is_object()
    }

    /// Messages may be lost by rule.
    pub fn loses(&self) -> bool {
        !self.policy().is_empty()
    }

    /// The subscription whose consumer is away for a time.
    pub fn away(&self) -> Option<usize> {
        self.input("consumer_outage")["subscription"].as_u64().map(|number| number as usize)
    }

    /// From the measured part to the end of publishing, in microseconds.
    pub fn window(&self) -> (u64, u64) {
        ((self.number("warmup_excluded_s") * 1e6) as u64, (self.number("publish_seconds") * 1e6) as u64)
    }

    /// Write of the publish to the first read of the delivery on an idle broker. An idle process wakes up the later the longer it slept,
    /// so it is taken between the bare runs at 50, 200 and 1000 a second (linear in the logarithm of the rate); for large messages from theirs.
    fn bare_ms(&self) -> f64 {
        let file = json(&self.folder.join("micro.json"));
        let bare = |name: &str| {
            let repetitions = file["runs"][name]["reps"].as_array().expect("repetitions");
            let all: Vec<f64> = repetitions.iter().filter_map(|one| one["publish_to_delivery_ms"]["mean"].as_f64()).collect();
            all.iter().sum::<f64>() / all.len() as f64
        };
        if self.number("payload_bytes") > 1024.0 {
            return bare("bare_200_2k");
        }
        let rate = self.number("rate_per_s").clamp(50.0, 1000.0);
        let (low, high) =
            if rate < 200.0 { ((50.0_f64, "bare_50"), (200.0_f64, "bare_200")) } else { ((200.0, "bare_200"), (1000.0, "bare_1000")) };
        let part = (rate / low.0).ln() / (high.0 / low.0).ln();
        bare(low.1) * (1.0 - part) + bare(high.1) * part
    }

    /// The run, the places and the wires between them, the outage.
    fn head(&self, question: &str, replications: u32) -> String {
        let one_way = self.turnaround_ms() / 2.0;
        let mut text = format!(
            "title    = \"RabbitMQ, {}\"\nquestion = \"{question}\"\n\n[run]\nhorizon      = \"{}s\"\nwarm_up      = \"{}s\"\nending       = \"drain\"\nreplications = {replications}\nseed         = 3\n\n",
            self.name,
            self.number("publish_seconds"),
            self.number("warmup_excluded_s"),
        );
        let _ = write!(
            text,
            "[link.in]\nbetween = [\"publisher\", \"bus\"]\nlatency = \"{}\" # bare latency less one crossing of the other wire\n[link.out]\nbetween = [\"bus\", \"consumers\"]\nlatency = \"lognormal(mean={}, cv=0.95)\" # half a turnaround, whose own cv is 0.67\n",
            us(self.bare_ms() - one_way),
            us(one_way),
        );
        if self.has_sor() {
            let _ = writeln!(
                text,
                "[zone.consumers]\nlatency = \"{}\" # half the overhead of a call",
                us(self.micro("sor_http_overhead_ms") / 2.0)
            );
        }
        text += "\n[sor.publisher]\nzone = \"publisher\"\n[segment.bus]\nzone = \"bus\"\n";
        if let Some(away) = self.away() {
            let outage = self.input("consumer_outage");
            let span = |name: &str| outage[name].as_f64().expect("a span");
            let _ = write!(
                text,
                "\n[[disruption]]\nwhat = \"subscriber.s{away}\"\nkind = \"down\"\nat   = \"{}s\"\nfor  = \"{}s\"\n",
                span("at_s"),
                span("for_s")
            );
        }
        text + "\n"
    }

    /// What a queue or subscription has as policy.
    fn policy(&self) -> String {
        let mut keys = String::new();
        if let Some(life) = self.input("message_ttl_ms").as_f64() {
            let _ = writeln!(keys, "time_to_live = \"{life}ms\"");
        }
        if let Some(length) = self.input("max_length").as_f64() {
            let overflow = match self.input("overflow").as_str() {
                Some("reject-publish") => "reject",
                _ => "drop_oldest",
            };
            let _ = writeln!(keys, "max_length = {length}\noverflow = \"{overflow}\"");
        }
        keys
    }

    /// A publish that is refused is not made again.
    fn refused(&self) -> &str {
        if self.input("overflow") == "reject-publish" { "refused = \"drop\"\n" } else { "" }
    }

    /// One subscription's consumers.
    fn server(&self, subscription: usize, from: &str, policy: &str, work: &str) -> String {
        let (consumers, prefetch) = (self.number("consumers_per_subscription"), self.number("prefetch"));
        let mut text = format!(
            "[subscriber.s{subscription}]\nzone = \"consumers\"\nfrom = \"{from}\"\nconsumers = {consumers}\nworkers = {consumers}\nprefetch = {prefetch}\nwork = \"{work}\"\n{policy}"
        );
        if self.has_sor() {
            let _ = write!(text, "[subscriber.s{subscription}.callback]\nto = \"registry\"\n");
        }
        text
    }

    fn sor(&self, service: &str) -> String {
        match self.input("sor")["slots"].as_f64() {
            Some(slots) => format!("[sor.registry]\nzone = \"consumers\"\nworkers = {slots}\nservice = \"{service}\"\n"),
            None => String::new(),
        }
    }

    fn sor_mean(&self) -> String {
        format!("exp({})", us(self.input("sor")["mean_ms"].as_f64().unwrap_or(0.0)))
    }

    /// To write an ack, before anything else can be done; at prefetch 1 the turnaround comes on top.
    fn ack_ms(&self) -> f64 {
        self.micro("ack_write_and_next_buffered_ms")
    }

    /// Predicted from rates and distributions alone: one event to a topic.
    pub fn blind(&self, replications: u32) -> String {
        let question = "What does one run of this length show, before anybody has measured it?";
        let mut text = self.head(question, replications)
            + &format!(
                "[event.changed]\nfrom = \"publisher\"\nto   = \"tickets\"\nrate = \"{}/s\"\n{}[topic.tickets]\nsegment = \"bus\"\n",
                self.number("rate_per_s"),
                self.refused()
            )
            + &self.sor(&self.sor_mean());
        let work = format!("{} + exp({})", us(self.ack_ms()), us(self.service_ms()));
        for subscription in 0..SUBSCRIPTIONS {
            text += &format!("\n{}", self.server(subscription, "tickets", &self.policy(), &work));
        }
        text + "\n[assumption]\n\"link.in.latency\" = \"measured: publish to delivery on an idle broker, at this rate\"\n\"link.out.latency\" = \"measured: ack to next delivery at prefetch 1\"\n\"subscriber.s0.work\" = \"measured: mean service, time to write an ack\"\n"
    }

    /// One run of the point was recorded, delivery by delivery.
    pub fn is_recorded(&self) -> bool {
        self.trace("").exists() && self.trace("_published").exists()
    }

    /// The recorded run: each subscription's messages under numbers of their own, so that the system of record's services can be looked
    /// up too.
    pub fn replay(&self) -> Scenario {
        let deliveries = self.deliveries();
        let key = |seq: u64, subscription: usize| seq * SUBSCRIPTIONS as u64 + subscription as u64;
        let works = deliveries
            .iter()
            .map(|delivery| format!("{},{}\n", key(delivery.seq, delivery.subscription), delivery.service as f64 + self.ack_ms() * 1e3));
        let works = format!("key,us\n{}", works.collect::<String>());
        let sent = self.published();
        let mut files = vec![("work.csv".to_string(), works)];
        let work = format!("trace(work.csv, column=us, unit=us, key=key, else=\\\"exp({})\\\")", us(self.service_ms()));
        let mut text = self.head("Does the model do what the broker did in the recorded run?", 1);
        if self.has_sor() {
            files.push(("sor.csv".to_string(), self.rebuilt(&deliveries)));
            text += &self.sor(&format!("trace(sor.csv, column=us, unit=us, key=key, else=\\\"{}\\\")", self.sor_mean()));
        }
        for subscription in 0..SUBSCRIPTIONS {
            let times: String = sent.iter().map(|(seq, at)| format!("{},{at}\n", key(*seq, subscription))).collect();
            files.push((format!("sent{subscription}.csv"), format!("key,us\n{times}")));
            let queue = format!("q{subscription}");
            text += &format!(
                "[event.e{subscription}]\nfrom = \"publisher\"\nto = \"{queue}\"\n{}arrivals = \"trace(sent{subscription}.csv, column=us, unit=us, key=key)\"\n[queue.{queue}]\nsegment = \"bus\"\n{}{}",
                self.refused(),
                self.policy(),
                self.server(subscription, &queue, "", &work)
            );
        }
        let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
        load(&text, &files)
    }

    /// Service times of the system of record from whole calls: first come first served on its slots, the overhead of a call taken off.
    fn rebuilt(&self, deliveries: &[Delivery]) -> String {
        let overhead = self.micro("sor_http_overhead_ms") * 1e3;
        let slots = self.input("sor")["slots"].as_f64().expect("slots") as usize;
        let call = |delivery: &Delivery| {
            let came = (delivery.start + delivery.service) as f64 + overhead / 2.0;
            let key = delivery.seq * SUBSCRIPTIONS as u64 + delivery.subscription as u64;
            (came, came + delivery.call as f64 - overhead, key)
        };
        let mut calls: Vec<(f64, f64, u64)> = deliveries.iter().map(call).collect();
        calls.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = vec![0.0_f64; slots];
        let mut rows = "key,us\n".to_string();
        for (came, done, key) in calls {
            let slot = (0..slots).min_by(|a, b| free[*a].total_cmp(&free[*b])).expect("a slot");
            let _ = writeln!(rows, "{key},{:.3}", (done - free[slot].max(came)).max(0.0));
            free[slot] = done;
        }
        rows
    }

    fn trace(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("traces/{}{kind}.csv.gz", self.name))
    }

    fn lines(&self, kind: &str) -> Vec<Vec<u64>> {
        let mut text = String::new();
        GzDecoder::new(File::open(self.trace(kind)).expect("a trace")).read_to_string(&mut text).expect("text");
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap_or(0)).collect()).collect()
    }

    /// All deliveries of the recorded run.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let delivery = |row: Vec<u64>| Delivery {
            subscription: row[0] as usize,
            seq: row[1],
            sent: row[3],
            start: row[4],
            service: row[5],
            call: row[6],
            ack: row[7],
        };
        self.lines("").into_iter().map(delivery).collect()
    }

    /// Its publishes: number and microsecond.
    pub fn published(&self) -> Vec<(u64, u64)> {
        self.lines("_published").into_iter().map(|row| (row[0], row[1])).collect()
    }

    fn repetitions(&self) -> &[Value] {
        self.file["measured"]["per_repetition"].as_array().map_or(&[], |all| all)
    }

    /// What was measured in each repetition that had the machine to itself.
    pub fn measured(&self) -> Vec<Figures> {
        self.repetitions().iter().filter(|repetition| repetition["prioritised"] == true).map(|one| self.figures_of(one)).collect()
    }

    /// What was measured in the recorded repetition.
    pub fn measured_when_recorded(&self) -> Figures {
        let number = self.file["measured"]["traced_repetition"].as_u64().expect("its number") as usize;
        self.figures_of(&self.repetitions()[number - 1])
    }

    fn figures_of(&self, repetition: &Value) -> Figures {
        let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
        if self.away().is_some() {
            let (recovery, others) = (&repetition["recovery"], &repetition["unaffected_latency_ms"]);
            let mut figures = latencies(|name| number(&others[name]) / 1e3);
            figures.extend([
                ("catch-up", number(&recovery["catch_up_s"])),
                ("backlog", number(&recovery["peak_backlog"])),
                ("longest", number(&recovery["max_latency_s"])),
            ]);
            return figures;
        }
        let mut figures = latencies(|name| number(&repetition["latency_ms"][name]) / 1e3);
        figures.push(("throughput", number(&repetition["throughput_per_sub"])));
        figures.extend(self.loses().then(|| ("lost", number(&repetition["loss_fraction"]))));
        figures
    }

    /// One simulated run.
    pub fn simulated(&self, scenario: &Scenario, replication: u32) -> Figures {
        let warm_up = Time::ZERO + Span::from_seconds(self.number("warmup_excluded_s"));
        let found = model::simulate(scenario, warm_up, replication, &|| false).expect("nobody stops it");
        Run { point: self, found }.figures()
    }

    /// The scenario of a prediction.
    pub fn prediction(&self) -> Scenario {
        load(&self.blind(1), &[])
    }
}

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Milliseconds as the language writes them, to the nanosecond.
fn us(milliseconds: f64) -> String {
    format!("{}us", (milliseconds * 1e6).round() / 1e3)
}
