//! Part 8: a real RabbitMQ, replayed and predicted.
//!
//! Inputs are what the measurements name as inputs and micro-parameters, never anything fitted to a result:
//! the bare latency (write of the publish to the first read of the delivery) at the rate in question, the time to write an ack, the turnaround from an ack to the next delivery,
//! the overhead of a call, and the mean service as measured. The turnaround is two crossings of a wire between bus and consumers.

use super::table::{Report, four};
use super::unbiased::load;
use busload::model::{self, Findings};
use busload::scenario::Scenario;
use busload::stats::{Histogram, next_run_by_order};
use busload::units::{Span, Time};
use flate2::read::GzDecoder;
use rayon::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the measurements lie, where they are there.
pub fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/measurements/rabbitmq");
    path.join("micro.json").exists().then_some(path)
}

/// Replications of a blind prediction.
const PREDICTIONS: u32 = 200;

/// One operating point.
pub struct Point {
    pub name: String,
    folder: PathBuf,
    file: Value,
}

/// One delivery as recorded, in microseconds.
#[derive(Clone, Copy)]
struct Delivery {
    subscription: usize,
    seq: u64,
    sent: u64,
    start: u64,
    service: u64,
    call: u64,
    ack: u64,
}

/// What is compared: seconds, per second, shares.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub mean: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    /// Per subscription.
    pub throughput: f64,
    /// Expired or dropped of what was published.
    pub lost: Option<f64>,
}

impl Figures {
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        let mut all = vec![("mean", self.mean), ("p50", self.p50), ("p90", self.p90), ("p99", self.p99), ("throughput", self.throughput)];
        all.extend(self.lost.map(|lost| ("lost", lost)));
        all
    }
}

/// Points without an outage: their names.
pub const POINTS: [&str; 9] =
    ["u50_p50", "u70_p1", "u90_p50", "k4_p1", "heavy_u80_p50", "light_k1", "light_sorsat", "ttl30_p1", "drophead10_p1"];

impl Point {
    pub fn open(folder: &Path, name: &str) -> Point {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("a point's file");
        Point { name: name.into(), folder: folder.into(), file: serde_json::from_str(&text).expect("JSON") }
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

    fn consumers(&self) -> f64 {
        self.number("consumers_per_subscription")
    }

    fn service_ms(&self) -> f64 {
        self.input("service")["mean_ms_measured"].as_f64().expect("a service")
    }

    fn has_sor(&self) -> bool {
        self.input("sor").is_object()
    }

    /// Zones and wires: bare latency and turnaround of the broker.
    fn places(&self) -> String {
        let turnaround = self.file["micro_parameters"]["ack_to_next_delivery_prefetch1_ms"]["mean"].as_f64().expect("a turnaround");
        let (one_way, first) = (turnaround / 2.0, self.bare_ms() - turnaround / 2.0);
        // Two crossings: of the turnaround's own spread (p50 and p99 as measured are those of a lognormal with cv 0.67) each has 1 / sqrt 2 more.
        let call = self.micro("sor_http_overhead_ms") / 2.0;
        format!(
            "[zone.consumers]\nlatency = \"{}\"\n[link.in]\nbetween = [\"publisher\", \"bus\"]\nlatency = \"{}\"\n[link.out]\nbetween = [\"bus\", \"consumers\"]\nlatency = \"lognormal(mean={}, cv=0.95)\"\n[sor.publisher]\nzone = \"publisher\"\n[segment.bus]\nzone = \"bus\"\n",
            us(call),
            us(first),
            us(one_way)
        )
    }

    fn head(&self) -> String {
        format!(
            "title = \"{}\"\n[run]\nhorizon = \"{}s\"\nwarm_up = \"{}s\"\nending = \"drain\"\nreplications = 1\nseed = 3\n{}",
            self.name,
            self.number("publish_seconds"),
            self.number("warmup_excluded_s"),
            self.places()
        )
    }

    /// What a queue or subscription has as policy.
    fn policy(&self) -> String {
        let mut keys = String::new();
        if let Some(life) = self.input("message_ttl_ms").as_f64() {
            let _ = writeln!(keys, "time_to_live = \"{life}ms\"");
        }
        if let Some(length) = self.input("max_length").as_f64() {
            let _ = writeln!(keys, "max_length = {length}\noverflow = \"drop_oldest\"");
        }
        keys
    }

    fn server(&self, work: &str) -> String {
        let consumers = self.consumers();
        let prefetch = self.number("prefetch");
        let callback = if self.has_sor() { "CALLBACK" } else { "" };
        format!(
            "zone = \"consumers\"\nconsumers = {consumers}\nworkers = {consumers}\nprefetch = {prefetch}\nwork = \"{work}\"\n{callback}\n"
        )
    }

    fn sor(&self, service: &str) -> String {
        match self.input("sor")["slots"].as_f64() {
            Some(slots) => format!("[sor.registry]\nzone = \"consumers\"\nworkers = {slots}\nservice = \"{service}\"\n"),
            None => String::new(),
        }
    }

    /// To write an ack, before anything else can be done; at prefetch 1 the turnaround comes on top.
    fn next_ms(&self) -> f64 {
        self.micro("ack_write_and_next_buffered_ms")
    }

    /// Write of the publish to the first read of the delivery on an idle broker. An idle process wakes up the later the longer it slept,
    /// so it is taken between the bare runs at 50, 200 and 1000 a second (linear in the logarithm of the rate); for large messages from theirs.
    fn bare_ms(&self) -> f64 {
        let text = std::fs::read_to_string(self.folder.join("micro.json")).expect("micro-parameters");
        let file: Value = serde_json::from_str(&text).expect("JSON");
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

    /// Predicted from rates and distributions alone: one event to a topic.
    pub fn blind(&self) -> Scenario {
        let work = format!("{} + exp({})", us(self.next_ms()), us(self.service_ms()));
        let mut text = self.head()
            + &format!(
                "[event.changed]\nfrom = \"publisher\"\nto = \"tickets\"\nrate = \"{}/s\"\n[topic.tickets]\nsegment = \"bus\"\n",
                self.number("rate_per_s")
            )
            + &self.sor(&format!("exp({})", us(self.input("sor")["mean_ms"].as_f64().unwrap_or(0.0))));
        for subscription in 0..3 {
            let server = self.server(&work).replace("CALLBACK", &format!("[subscriber.s{subscription}.callback]\nto = \"registry\""));
            let (own, callback) = server
                .split_once("[subscriber")
                .map_or((server.as_str(), String::new()), |(own, rest)| (own, format!("[subscriber{rest}")));
            text += &format!("[subscriber.s{subscription}]\nfrom = \"tickets\"\n{own}{}{callback}", self.policy());
        }
        load(&text, &[])
    }

    /// The recorded run: each subscription's messages under numbers of their own, so that the system of record's services can be looked
    /// up too.
    pub fn replay(&self) -> Scenario {
        let deliveries = self.deliveries();
        let works = deliveries.iter().map(|delivery| {
            format!("{},{}\n", delivery.seq * 3 + delivery.subscription as u64, delivery.service as f64 + self.next_ms() * 1e3)
        });
        let works = format!("key,us\n{}", works.collect::<String>());
        let sent: Vec<(u64, u64)> = self.published();
        let mut files = vec![("work.csv".to_string(), works)];
        let work = format!("trace(work.csv, column=us, unit=us, key=key, else=\\\"exp({})\\\")", us(self.service_ms()));
        let mut text = self.head();
        if self.has_sor() {
            files.push(("sor.csv".to_string(), self.rebuilt(&deliveries)));
            let mean = self.input("sor")["mean_ms"].as_f64().expect("a mean");
            text += &self.sor(&format!("trace(sor.csv, column=us, unit=us, key=key, else=\\\"exp({})\\\")", us(mean)));
        }
        for subscription in 0..3_u64 {
            let times: String = sent.iter().map(|(seq, at)| format!("{},{at}\n", seq * 3 + subscription)).collect();
            files.push((format!("sent{subscription}.csv"), format!("key,us\n{times}")));
            let server = self.server(&work).replace("CALLBACK", &format!("[subscriber.s{subscription}.callback]\nto = \"registry\""));
            text += &format!(
                "[event.e{subscription}]\nfrom = \"publisher\"\nto = \"q{subscription}\"\narrivals = \"trace(sent{subscription}.csv, column=us, unit=us, key=key)\"\n[queue.q{subscription}]\nsegment = \"bus\"\n{}[subscriber.s{subscription}]\nfrom = \"q{subscription}\"\n{server}",
                self.policy()
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
            (came, came + delivery.call as f64 - overhead, delivery.seq * 3 + delivery.subscription as u64)
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

    fn lines(&self, kind: &str) -> Vec<Vec<u64>> {
        let path = self.folder.join(format!("traces/{}{kind}.csv.gz", self.name));
        let mut text = String::new();
        GzDecoder::new(File::open(&path).expect("a trace")).read_to_string(&mut text).expect("text");
        text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap_or(0)).collect()).collect()
    }

    fn deliveries(&self) -> Vec<Delivery> {
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

    fn published(&self) -> Vec<(u64, u64)> {
        self.lines("_published").into_iter().map(|row| (row[0], row[1])).collect()
    }

    /// The recorded run's own figures, from its trace.
    pub fn recorded(&self) -> Figures {
        let from = (self.number("warmup_excluded_s") * 1e6) as u64;
        let until = (self.number("publish_seconds") * 1e6) as u64;
        let deliveries = self.deliveries();
        let mut latencies: Vec<u64> =
            deliveries.iter().filter(|delivery| delivery.sent >= from).map(|delivery| delivery.ack - delivery.sent).collect();
        latencies.sort_unstable();
        let quantile = |p: f64| latencies[((latencies.len() as f64 * p) as usize).min(latencies.len() - 1)] as f64 / 1e6;
        let done = deliveries.iter().filter(|delivery| (from..until).contains(&delivery.ack)).count();
        let sent = self.published().iter().filter(|(_, at)| *at >= from).count() * 3;
        Figures {
            mean: latencies.iter().sum::<u64>() as f64 / latencies.len() as f64 / 1e6,
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            throughput: done as f64 / 3.0 / ((until - from) as f64 / 1e6),
            lost: (!self.policy().is_empty()).then(|| 1.0 - latencies.len() as f64 / sent as f64),
        }
    }

    /// Repetitions that had the machine to themselves: mean, p50, p90, p99, throughput, loss.
    pub fn measured(&self) -> Vec<Figures> {
        let repetitions = self.file["measured"]["per_repetition"].as_array().expect("repetitions");
        let alone = repetitions.iter().filter(|repetition| repetition["prioritised"] == true);
        let figures = |repetition: &Value| {
            let latency = |name: &str| repetition["latency_ms"][name].as_f64().unwrap_or(f64::NAN) / 1e3;
            Figures {
                mean: latency("mean"),
                p50: latency("p50"),
                p90: latency("p90"),
                p99: latency("p99"),
                throughput: repetition["throughput_per_sub"].as_f64().unwrap_or(f64::NAN),
                lost: repetition["loss_fraction"].as_f64(),
            }
        };
        alone.map(figures).collect()
    }

    /// One simulated run in the same terms.
    pub fn simulated(&self, scenario: &Scenario, replication: u32) -> Figures {
        let warm_up = Time::ZERO + Span::from_seconds(self.number("warmup_excluded_s"));
        let found = model::simulate(scenario, warm_up, replication, &|| false).expect("nobody stops it");
        let figure = |name: &str| found.figures.iter().find(|figure| figure.name == name).and_then(|figure| figure.value).unwrap_or(0.0);
        let each = |quantity: &str| (0..3).map(|s| figure(&format!("subscriber.s{s}.{quantity}"))).sum::<f64>();
        let pooled = pooled(&found);
        let quantile = |p: f64| pooled.quantile(p).unwrap_or(f64::NAN);
        let raised: f64 = found
            .figures
            .iter()
            .filter(|figure| figure.name.starts_with("event.") && figure.name.ends_with(".raised"))
            .filter_map(|figure| figure.value)
            .sum();
        let copies = if scenario.events.len() == 1 { 3.0 * raised } else { raised };
        Figures {
            mean: pooled.mean().unwrap_or(f64::NAN),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            throughput: each("throughput") / 3.0,
            lost: (!self.policy().is_empty()).then(|| each("missed") / copies),
        }
    }
}

fn pooled(found: &Findings) -> Histogram {
    let mut all = Histogram::default();
    found.curves.iter().filter(|(name, _)| name.ends_with(".end_to_end")).for_each(|(_, curve)| all.merge(curve));
    all
}

fn us(milliseconds: f64) -> String {
    format!("{}ns", (milliseconds * 1e6).round() as u64)
}

/// How far a replayed figure may be off.
pub fn tolerance(figure: &str) -> f64 {
    match figure {
        "p99" => 0.10,
        "throughput" => 0.01,
        "lost" => 0.05,
        _ => 0.04,
    }
}

/// The whole part.
pub fn part(report: &mut Report) {
    report.part(
        "8 Reality",
        "A real RabbitMQ under the ticketing scenario, scaled. Replay: the recorded publish and service times of a run drive the simulated broker; mean, p50, p90 within 4 %, p99 within 10 %, throughput within 1 %, lost shares within 5 % of their value. Blind: rates and distributions alone; the measured figure of each repetition that had the machine to itself lies in the 95 % interval for one run at nine of ten figures. Latencies in seconds.",
    );
    let Some(folder) = folder() else {
        report.say("The measurements are not beside this repository (`../shared/measurements/rabbitmq`): SKIPPED.");
        report.check("reality is skipped", false);
        return;
    };
    let points: Vec<Point> = POINTS.iter().map(|name| Point::open(&folder, name)).collect();
    replays(report, &points);
    blind(report, &points);
}

/// The recorded runs of these points once more.
pub fn replays(report: &mut Report, points: &[Point]) {
    let mut lines = Vec::new();
    for point in points {
        let (seen, due) = (point.simulated(&point.replay(), 0), point.recorded());
        for ((name, seen), (_, due)) in seen.named().into_iter().zip(due.named()) {
            let error = seen / due - 1.0;
            let verdict = report.check(&format!("replay of {} {name}", point.name), error.abs() <= tolerance(name));
            lines.push(vec![point.name.clone(), name.into(), four(seen), four(due), format!("{:+.2} %", error * 100.0), verdict]);
        }
    }
    report.say("\nReplay:");
    report.table(&["Point", "Figure", "Simulated", "Recorded", "Error", ""], &lines);
}

fn blind(report: &mut Report, points: &[Point]) {
    let (mut lines, mut inside, mut all) = (Vec::new(), 0, 0);
    for point in points {
        let scenario = point.blind();
        let runs: Vec<Figures> = (0..PREDICTIONS).into_par_iter().map(|number| point.simulated(&scenario, number)).collect();
        let measured = point.measured();
        for (index, (name, _)) in runs[0].named().iter().enumerate() {
            let values: Vec<f64> = runs.iter().map(|run| run.named()[index].1).collect();
            let interval = next_run_by_order(&values, 0.95).expect("runs enough");
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let seen: Vec<f64> = measured.iter().filter_map(|figures| figures.named().get(index).map(|(_, value)| *value)).collect();
            let within = seen.iter().filter(|value| interval.contains(**value)).count();
            (inside, all) = (inside + within, all + seen.len());
            let error = seen.iter().map(|value| format!("{:+.1} %", (mean / value - 1.0) * 100.0)).collect::<Vec<_>>().join(", ");
            lines.push(vec![
                point.name.clone(),
                name.to_string(),
                four(mean),
                format!("{} to {}", four(interval.low), four(interval.high)),
                seen.iter().map(|value| four(*value)).collect::<Vec<_>>().join(", "),
                error,
                format!("{within} of {}", seen.len()),
            ]);
        }
    }
    report.say("\nBlind:");
    report.table(&["Point", "Figure", "Predicted", "Interval of one run", "Measured", "Error", "Inside"], &lines);
    let share = inside as f64 / f64::from(all.max(1) as u32);
    let verdict = report.check("blind predictions", share >= 0.9);
    report.say(&format!("\n{inside} of {all} measured figures lie in their interval: {:.0} % ({verdict}).", share * 100.0));
}
