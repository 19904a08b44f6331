//! Known answers as scenario texts: every case of `tests/closed_forms.json` that the language can express becomes a text and the
//! metrics whose truth the case states; for the others the reason is given.
//!
//! Shared by `cargo run --example validate` (long runs) and the tests (short ones).

use super::levels::Levels;
use super::{networks, outages};
use serde_json::Value;

/// The filed answers: evaluated textbook formulas, each with its source.
pub const FILED: &str = include_str!("../../tests/closed_forms.json");

/// One case as a scenario.
pub struct Case {
    pub id: String,
    pub text: String,
    /// Files that the text names.
    pub files: Vec<(&'static str, String)>,
    /// Metric, truth.
    pub checks: Vec<(String, f64)>,
    /// Metric, and bounds that it must not cross.
    pub bounds: Vec<(String, f64, f64)>,
    /// How one of the metrics is found on two levels.
    pub levels: Option<Levels>,
}

/// How long runs are, in replications and as a share of the usual length.
#[derive(Clone, Copy)]
pub struct Effort {
    pub replications: u32,
    pub share: f64,
    /// Each case has a seed of its own from here on, so that their errors are independent of each other.
    pub seed: u64,
}

/// All cases, those that can't be expressed with their reason.
pub fn all(effort: Effort) -> Vec<(String, Result<Case, &'static str>)> {
    let filed: Value = serde_json::from_str(FILED).expect("the filed answers are JSON");
    let cases = filed["cases"].as_array().expect("a list of cases");
    let seeded = |number: usize| Effort { seed: effort.seed + number as u64, ..effort };
    let one = |(number, case)| (text(case, "id").to_string(), expressed(&Filed { case, effort: seeded(number) }));
    cases.iter().enumerate().map(one).collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A filed answer that is to become a scenario.
pub struct Filed<'v> {
    pub case: &'v Value,
    pub effort: Effort,
}

/// A station's share of a design: what comes, what it takes, how many serve.
struct Line {
    event: String,
    queue: String,
    server: String,
    /// Events per second, mean service, servers, mean of both scvs: for the length of runs.
    rate: f64,
    service: f64,
    servers: f64,
    scv: f64,
}

/// Names of figures in the file, and their metrics at a subscriber.
const STATION: [(&str, &str); 21] = [
    ("utilization", "utilization.mean"),
    ("throughput", "throughput"),
    ("mean_number_in_system", "in_flight.mean"),
    ("mean_number_in_queue", "waiting_line.mean"),
    ("mean_wait", "waiting.mean"),
    ("sd_wait", "waiting.sd"),
    ("mean_sojourn", "end_to_end.mean"),
    ("sd_sojourn", "end_to_end.sd"),
    ("wait_p50", "waiting.p50"),
    ("wait_p90", "waiting.p90"),
    ("wait_p95", "waiting.p95"),
    ("wait_p99", "waiting.p99"),
    ("sojourn_p50", "end_to_end.p50"),
    ("sojourn_p90", "end_to_end.p90"),
    ("sojourn_p95", "end_to_end.p95"),
    ("sojourn_p99", "end_to_end.p99"),
    ("mean_end_to_end", "end_to_end.mean"),
    ("sd_end_to_end", "end_to_end.sd"),
    ("end_to_end_p50", "end_to_end.p50"),
    ("end_to_end_p95", "end_to_end.p95"),
    ("end_to_end_p99", "end_to_end.p99"),
];

impl Filed<'_> {
    pub fn id(&self) -> &str {
        text(self.case, "id")
    }

    pub fn model(&self, name: &str) -> f64 {
        self.case["model"][name].as_f64().unwrap_or_else(|| panic!("{} has no {name}", self.id()))
    }

    pub fn exact(&self, name: &str) -> f64 {
        self.case["exact"][name].as_f64().unwrap_or_else(|| panic!("{} has no exact {name}", self.id()))
    }

    pub fn rate(&self) -> f64 {
        self.model("arrival_rate")
    }

    pub fn poisson(&self) -> String {
        format!("rate = \"{}/s\"", self.rate())
    }

    /// The run: so many replications, long enough for the slowest thing in it, the first part cut. It drains, as what is not shown at the
    /// horizon is what takes long.
    fn run(&self, seconds: f64) -> String {
        let measured = self.measured(seconds);
        self.run_of(measured, seconds.min(measured * 2.0) * 0.1)
    }

    /// The same, so many measured seconds after a warm-up.
    pub fn run_of(&self, measured: f64, warm_up: f64) -> String {
        format!(
            "title = \"{}\"\n[run]\nkind = \"steady\"\nhorizon = \"{}\"\nwarm_up = \"{}\"\nending = \"drain\"\nreplications = {}\nseed = {}\n",
            self.id(),
            nanos(measured + warm_up),
            nanos(warm_up),
            self.effort.replications,
            self.effort.seed
        )
    }

    /// Measured seconds of [`Filed::run`].
    pub fn measured(&self, seconds: f64) -> f64 {
        seconds * self.effort.share
    }

    /// Long against the line's memory, 1 / (mu (1 - sqrt rho)^2) for M/M/1 (L. Takacs), so that 30 replications tell a mean to well below
    /// 1 %; within what a machine does in a moment.
    pub fn length(&self, rate: f64, service: f64, servers: f64, scv: f64) -> f64 {
        let load = (rate * service / servers).min(0.97);
        let memory = service / servers.sqrt() / (1.0 - load.sqrt()).powi(2) * (1.0 + scv) / 2.0;
        let seconds = (30_000.0 / rate).max(2_400.0 * memory).min(480_000.0 / rate);
        // Anything shorter is called too short for its load.
        if load >= 0.95 { seconds.max(86_500.0) } else { seconds }
    }

    pub fn design(&self, seconds: f64, parts: &str) -> String {
        format!("{}[sor.source]\n[segment.bus]\n{parts}\n", self.run(seconds))
    }

    fn line(&self, line: &Line) -> (String, f64) {
        let seconds = self.length(line.rate, line.service, line.servers, line.scv);
        (self.line_of(line, seconds), seconds)
    }

    fn line_of(&self, line: &Line, seconds: f64) -> String {
        let (event, queue, server) = (&line.event, &line.queue, &line.server);
        let parts = format!(
            "[event.customer]\nfrom = \"source\"\nto = \"line\"\n{event}\n[queue.line]\nsegment = \"bus\"\n{queue}\n[subscriber.server]\nfrom = \"line\"\n{server}\n"
        );
        self.design(seconds, &parts)
    }

    /// What the file says of a station.
    pub fn station_figures(&self) -> Vec<(String, f64)> {
        self.known(&STATION)
    }

    /// Every figure of the file that has a metric at the subscriber.
    fn known(&self, metrics: &[(&str, &str)]) -> Vec<(String, f64)> {
        let value = |(name, metric): &(&str, &str)| Some((format!("subscriber.server.{metric}"), self.case["exact"][*name].as_f64()?));
        metrics.iter().filter_map(value).collect()
    }

    pub fn case(&self, text: String, checks: Vec<(String, f64)>) -> Result<Case, &'static str> {
        Ok(Case { id: self.id().into(), text, files: Vec::new(), checks, bounds: Vec::new(), levels: None })
    }

    /// One unlimited line.
    fn station(&self, event: String, service: String, mean: f64, servers: f64, scv: f64, rest: &str) -> Result<Case, &'static str> {
        let server = format!("workers = {servers}\nwork = \"{service}\"\n{rest}");
        let line = Line { event, queue: String::new(), server, rate: self.rate(), service: mean, servers, scv };
        let mut case = self.case(self.line(&line).0, self.known(&STATION))?;
        if servers == 1.0 {
            self.judge_edges_by_bounds(&mut case, mean, scv);
        }
        Ok(case)
    }

    /// Where a share p of all messages does not wait, the p-th percentile of the wait stands on an edge: a sample's is never below it,
    /// and above it in half of all samples, so that it has no standard error. It must stay below the percentile p + 1 %, which is
    /// 1 % / (lambda (1 - rho)) to first order, as the density of the wait begins with lambda (1 - rho) (F. Pollaczek, A. Khinchine).
    fn judge_edges_by_bounds(&self, case: &mut Case, service: f64, scv: f64) {
        let idle = 1.0 - self.rate() * service;
        for (name, metric) in STATION {
            let Some(p) = metric.split_once(".p").and_then(|(_, digits)| digits.parse::<f64>().ok()) else { continue };
            let of_wait = name.starts_with("wait") || (name.starts_with("sojourn") && scv == 0.0);
            if !of_wait || (idle - p / 100.0).abs() > 1e-9 {
                continue;
            }
            let metric = format!("subscriber.server.{metric}");
            if let Some(at) = case.checks.iter().position(|(name, _)| *name == metric) {
                let (metric, truth) = case.checks.remove(at);
                case.bounds.push((metric, truth, truth + 0.01 / (self.rate() * idle)));
            }
        }
    }

    pub fn exponential(&self) -> (String, f64) {
        let mean = 1.0 / self.model("service_rate");
        (format!("exp({})", nanos(mean)), mean)
    }
}

/// As the language writes it.
pub fn nanos(seconds: f64) -> String {
    format!("{}ns", (seconds * 1e9).round() as u64)
}

fn expressed(filed: &Filed) -> Result<Case, &'static str> {
    let id = filed.id();
    let family = id.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('-');
    match family {
        "mm1" | "mmc" => {
            let (service, mean) = filed.exponential();
            filed.station(filed.poisson(), service, mean, filed.model("servers"), 1.0, "")
        }
        "mmck" => loss(filed),
        "md1" => filed.station(filed.poisson(), nanos(filed.model("service_time")), filed.model("service_time"), 1.0, 0.0, ""),
        "mg1-lognormal" | "mg1-h2" | "mg1-erlang" => general(filed),
        "dm1" => {
            let (service, mean) = filed.exponential();
            filed.station(format!("{}\narrivals = \"regular\"", filed.poisson()), service, mean, 1.0, 0.5, "")
        }
        "segments-roundrobin" | "segments-shared" => {
            let (service, mean) = filed.exponential();
            let servers = if family == "segments-shared" { filed.model("servers") } else { filed.model("segments") };
            let turns = if family == "segments-shared" { String::new() } else { format!("consumers = {servers}") };
            let mut case = filed.station(filed.poisson(), service, mean, servers, 1.0, &turns)?;
            if family == "segments-roundrobin" {
                // The file's numbers are of one of the lines.
                let all = |metric: &str| ["in_flight", "waiting_line", "throughput"].iter().any(|level| metric.contains(level));
                case.checks.iter_mut().filter(|(metric, _)| all(metric)).for_each(|(_, truth)| *truth *= servers);
            }
            Ok(case)
        }
        "segments-hash" => split(filed),
        "gg1-bounds" => bounded(filed),
        "priority-np" => priorities(filed),
        "priority-pr" => {
            Err("work that has begun is not interrupted for a more urgent message, as no broker takes a message back from a consumer")
        }
        "batch" => batch(filed),
        "tandem" => tandem(filed),
        "forkjoin2" => fork(filed),
        "erlang-a" | "ttl" => patience(filed, family),
        "retry-immediate" => again(filed),
        "retry-dlq" => dead_letters(filed),
        "retrial" => retrial(filed),
        "mginf" => {
            let mean = filed.model("service_mean");
            let line = Line {
                event: filed.poisson(),
                queue: String::new(),
                server: format!("workers = 1000\nwork = \"lognormal(mean={}, cv=1.2)\"", nanos(mean)),
                rate: filed.rate(),
                service: mean,
                servers: 1000.0,
                scv: 1.0,
            };
            let number = filed.exact("mean_number_in_system");
            let checks =
                vec![("subscriber.server.in_flight.mean".into(), number), ("subscriber.server.utilization.mean".into(), number / 1000.0)];
            filed.case(filed.line(&line).0, checks)
        }
        "reorder-pair" | "reorder-stream" => reorder(filed, family),
        "diurnal-mminf" | "diurnal-mdinf" => diurnal(filed),
        "mmpp" => {
            let (service, mean) = filed.exponential();
            let span = |name: &str| nanos(1.0 / filed.model(name));
            let phases =
                format!("{}/s for {}, {}/s for {}", filed.model("rate1"), span("switch12"), filed.model("rate2"), span("switch21"));
            let line = Line {
                event: format!("arrivals = \"mmpp({phases})\""),
                queue: String::new(),
                server: format!("work = \"{service}\""),
                rate: filed.exact("mean_arrival_rate"),
                service: mean,
                servers: 1.0,
                scv: 40.0,
            };
            filed.case(filed.line(&line).0, filed.known(&STATION))
        }
        "fanout" => fan_out(filed),
        "breakdown" => outages::breakdown(filed),
        "breakdown-active" => Err("nothing fails only while it works: outages come by the clock"),
        "vacation" => Err("a worker takes no pause of its own when its line is empty"),
        "linger-batch" => Err("publishers do not collect messages into batches"),
        "conflation" => networks::conflation(filed),
        "jackson" => networks::jackson(filed),
        "feed-polling" => networks::polling(filed),
        "durable-outage" => outages::durable(filed),
        "drain" => outages::drain(filed),
        "ttl-cache" => cached(filed),
        _ => Err("of a family that nobody has thought about"),
    }
}

fn general(filed: &Filed) -> Result<Case, &'static str> {
    let mean = filed.model("service_mean");
    let (service, scv) = match text(&filed.case["model"], "service") {
        // The spread of its squares: standard deviations and high percentiles come from services that are rare.
        "lognormal" => {
            let scv = filed.model("service_scv");
            (format!("lognormal(mean={}, cv={})", nanos(mean), scv.sqrt()), (1.0 + scv).powi(3))
        }
        "hyperexponential" => {
            let scv = filed.model("service_scv");
            (format!("hyperexp(mean={}, cv={})", nanos(mean), scv.sqrt()), scv * scv / 2.0)
        }
        _ => (format!("erlang({}, mean={})", filed.model("k"), nanos(mean)), 1.0 / filed.model("k")),
    };
    filed.station(filed.poisson(), service, mean, 1.0, scv.max(1.0), "")
}

/// K places, c of them with the servers.
fn loss(filed: &Filed) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let (servers, places) = (filed.model("servers"), filed.model("capacity_in_system"));
    let line = Line {
        event: format!("{}\nrefused = \"drop\"", filed.poisson()),
        queue: format!("max_length = {}\noverflow = \"reject\"", places - servers),
        server: format!("workers = {servers}\nprefetch = {servers}\nwork = \"{service}\""),
        rate: filed.rate(),
        service: mean,
        servers,
        scv: 4.0,
    };
    let (text, seconds) = filed.line(&line);
    let mut checks = filed.known(&[
        ("utilization", "utilization.mean"),
        ("throughput", "throughput"),
        ("mean_number_in_queue", "backlog.mean"),
        ("mean_wait_accepted", "delivery.mean"),
        ("mean_sojourn_accepted", "end_to_end.mean"),
        ("wait_accepted_p50", "delivery.p50"),
        ("wait_accepted_p95", "delivery.p95"),
        ("wait_accepted_p99", "delivery.p99"),
    ]);
    checks.push(("queue.line.rejected".into(), filed.exact("loss_rate") * filed.measured(seconds)));
    filed.case(text, checks)
}

/// A random share of a topic's messages for one of k segments.
fn split(filed: &Filed) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let segments = filed.model("segments");
    let seconds = filed.length(filed.rate() / segments, mean, 1.0, 1.0);
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"all\"\n{}\n[topic.all]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"all\"\nselector = {}\nwork = \"{service}\"\n",
        filed.poisson(),
        1.0 / segments
    );
    filed.case(filed.design(seconds, &parts), filed.known(&STATION))
}

/// Marchal's and Kingman's bounds.
fn bounded(filed: &Filed) -> Result<Case, &'static str> {
    let gap = format!("lognormal(mean={}, cv={})", nanos(1.0 / filed.rate()), filed.model("arrival_scv").sqrt());
    let mean = filed.model("service_mean");
    let line = Line {
        event: format!("arrivals = \"gaps({gap})\""),
        queue: String::new(),
        server: format!("work = \"lognormal(mean={}, cv={})\"", nanos(mean), filed.model("service_scv").sqrt()),
        rate: filed.rate(),
        service: mean,
        servers: 1.0,
        scv: filed.model("service_scv").max(1.0),
    };
    let bound = |name: &str| filed.case["bounds"][name].as_f64().expect("a bound");
    let checks = vec![("subscriber.server.utilization.mean".into(), filed.exact("utilization"))];
    let mut case = filed.case(filed.line(&line).0, checks)?;
    case.bounds = vec![("subscriber.server.waiting.mean".into(), bound("lower_mean_wait"), bound("upper_mean_wait"))];
    Ok(case)
}

fn priorities(filed: &Filed) -> Result<Case, &'static str> {
    let classes = filed.case["model"]["classes"].as_array().expect("classes");
    let number = |class: &Value, name: &str| class[name].as_f64().expect("a number");
    let rate: f64 = classes.iter().map(|class| number(class, "arrival_rate")).sum();
    let load: f64 = classes.iter().map(|class| number(class, "arrival_rate") * number(class, "mean_service")).sum();
    let seconds = filed.length(rate, load / rate, 1.0, 3.0);
    let mut parts = "[queue.line]\nsegment = \"bus\"\npriorities = true\n".to_string();
    let mut works = Vec::new();
    let mut checks = vec![("subscriber.server.utilization.mean".to_string(), filed.exact("utilization"))];
    for (index, class) in classes.iter().enumerate() {
        let of = index + 1;
        parts += &format!(
            "[event.class{of}]\nfrom = \"source\"\nto = \"line\"\nrate = \"{}/s\"\npriority = {}\n",
            number(class, "arrival_rate"),
            9 - index
        );
        works.push(format!("class{of} = \"exp({})\"", nanos(number(class, "mean_service"))));
        checks.push((format!("event.class{of}.end_to_end.mean"), filed.exact(&format!("class{of}_mean_sojourn"))));
    }
    parts += &format!("[subscriber.server]\nfrom = \"line\"\nprefetch = 1\nwork = {{ {} }}\n", works.join(", "));
    filed.case(filed.design(seconds, &parts), checks)
}

fn batch(filed: &Filed) -> Result<Case, &'static str> {
    if text(&filed.case["model"], "batch_size") != "fixed" {
        return networks::geometric_batch(filed);
    }
    let (service, mean) = filed.exponential();
    let (size, rate) = (filed.model("mean_batch"), filed.exact("throughput"));
    let line = Line {
        event: format!("rate = \"{rate}/s\"\nbatch = {size}"),
        queue: String::new(),
        server: format!("work = \"{service}\""),
        rate,
        service: mean,
        servers: 1.0,
        scv: size,
    };
    filed.case(filed.line(&line).0, filed.known(&STATION))
}

/// Two stations: subscriber and system of record; three: the bus before them.
fn tandem(filed: &Filed) -> Result<Case, &'static str> {
    let rates: Vec<f64> = filed.case["model"]["service_rates"].as_array().expect("rates").iter().filter_map(Value::as_f64).collect();
    let slowest = rates.iter().fold(f64::INFINITY, |least, rate| least.min(*rate));
    let seconds = filed.length(filed.rate(), 1.0 / slowest, 1.0, 2.0);
    let work = |rate: f64| format!("exp({})", nanos(1.0 / rate));
    let (bus, own) = if rates.len() == 3 { (Some(rates[0]), &rates[1..]) } else { (None, &rates[..]) };
    let names = [bus.map(|_| "segment.bus"), Some("subscriber.server"), Some("sor.registry")];
    let cost = bus.map_or(String::new(), |rate| format!("cost = {{ receive = \"{}\" }}\n", work(rate)));
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\n{}\n[queue.line]\nsegment = \"bus\"\n[sor.registry]\nservice = \"{}\"\n[subscriber.server]\nfrom = \"line\"\nwork = \"{}\"\n[subscriber.server.callback]\nto = \"registry\"\nholds_worker = false\n",
        filed.poisson(),
        work(own[1]),
        work(own[0])
    );
    let text = filed.design(seconds, &parts).replace("[segment.bus]\n", &format!("[segment.bus]\n{cost}"));
    let mut checks = filed.known(&STATION);
    for (index, name) in names.into_iter().flatten().enumerate() {
        let of = |figure: &str| filed.exact(&format!("station{}_{figure}", index + 1));
        checks.push((format!("{name}.utilization.mean"), of("utilization")));
        checks.push((format!("{name}.waiting.mean"), of("mean_sojourn") - 1.0 / rates[index]));
    }
    filed.case(text, checks)
}

/// A topic whose last subscriber counts.
fn fork(filed: &Filed) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let seconds = filed.length(filed.rate(), mean, 1.0, 1.0);
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"all\"\n{}\n[topic.all]\nsegment = \"bus\"\n[subscriber.one]\nfrom = \"all\"\nwork = \"{service}\"\n[subscriber.other]\nfrom = \"all\"\nwork = \"{service}\"\n",
        filed.poisson()
    );
    let branch = filed.exact("mean_branch_sojourn");
    let checks = vec![
        ("event.customer.end_to_end.mean".into(), filed.exact("mean_fork_join_response")),
        ("subscriber.one.end_to_end.mean".into(), branch),
        ("subscriber.other.end_to_end.mean".into(), branch),
        ("subscriber.one.utilization.mean".into(), filed.exact("utilization")),
    ];
    filed.case(filed.design(seconds, &parts), checks)
}

/// Lifetimes in the ready line, exponential (Erlang A) or constant.
fn patience(filed: &Filed, family: &str) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let servers = filed.model("servers");
    let (life, rate) = match family {
        "erlang-a" => (format!("exp({})", nanos(1.0 / filed.model("patience_rate"))), filed.exact("timeout_rate")),
        _ => (nanos(filed.model("ttl_on_wait")), filed.exact("expiry_rate")),
    };
    let line = Line {
        event: filed.poisson(),
        queue: format!("time_to_live = \"{life}\""),
        server: format!("workers = {servers}\nprefetch = {servers}\nwork = \"{service}\""),
        rate: filed.rate(),
        service: mean,
        servers: servers * 3.0,
        scv: 1.0,
    };
    let (text, seconds) = filed.line(&line);
    let mut checks = filed.known(&[
        ("utilization", "utilization.mean"),
        ("throughput_served", "throughput"),
        ("mean_number_in_queue", "backlog.mean"),
        ("mean_wait_served", "delivery.mean"),
    ]);
    checks.push(("queue.line.expired".into(), rate * filed.measured(seconds)));
    filed.case(text, checks)
}

fn again(filed: &Filed) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let fails = filed.model("p_fail");
    let line = Line {
        event: filed.poisson(),
        queue: "requeue = \"tail\"".into(),
        server: format!("prefetch = 1\nwork = \"{service}\"\nfailure = {fails}"),
        rate: filed.rate() / (1.0 - fails),
        service: mean,
        servers: 1.0,
        scv: 1.5,
    };
    let (text, seconds) = filed.line(&line);
    let mut checks = filed.known(&[("utilization", "utilization.mean"), ("mean_sojourn", "end_to_end.mean")]);
    let redelivered = (filed.exact("mean_deliveries_per_message") - 1.0) * filed.rate() * filed.measured(seconds);
    checks.push(("subscriber.server.redelivered".into(), redelivered));
    filed.case(text, checks)
}

/// Attempts that take no time, and a dead-letter queue that nobody takes from.
fn dead_letters(filed: &Filed) -> Result<Case, &'static str> {
    let rate = 20.0;
    let (fails, attempts) = (filed.model("p_fail"), filed.model("max_attempts") as i32);
    let (base, factor) = (filed.model("backoff_base"), filed.model("backoff_factor"));
    // From the first attempt to redelivery k.
    let until = |redelivery: i32| (0..redelivery).map(|earlier| base * factor.powi(earlier)).sum::<f64>();
    let queue = format!(
        "max_deliveries = {}\nredelivery_delay = \"{}\"\nredelivery_factor = {}\ndead_letter = \"dead\"\n[queue.dead]\nsegment = \"bus\"",
        attempts,
        nanos(base),
        factor
    );
    let line = Line {
        event: format!("rate = \"{rate}/s\""),
        queue,
        server: format!("failure = {fails}"),
        rate,
        service: 1e-3,
        servers: 1.0,
        scv: 1.0,
    };
    let seconds = 10_000.0;
    let text = filed.line_of(&line, seconds);
    let raised = rate * filed.measured(seconds);
    let dead = filed.exact("p_dead_letter");
    // Counts begin with the warm-up and end when all is done that was raised before the horizon: by what is still to come there, they
    // are more than the rate times the measured time.
    let still_redelivered: f64 = rate * (1..attempts).map(|redelivery| fails.powi(redelivery) * until(redelivery)).sum::<f64>();
    let still_dead = rate * dead * filed.exact("delay_to_dead_letter");
    let checks = vec![
        ("queue.line.dead_lettered".into(), dead * raised + still_dead),
        ("subscriber.server.redelivered".into(), (filed.exact("mean_attempts") - 1.0) * raised + still_redelivered),
        ("subscriber.server.end_to_end.mean".into(), filed.exact("mean_delay_delivered")),
        ("subscriber.server.throughput".into(), rate * (1.0 - dead)),
    ];
    filed.case(text, checks)
}

/// A publisher that is refused tries again after exponential times: its orbit.
fn retrial(filed: &Filed) -> Result<Case, &'static str> {
    let (service, mean) = filed.exponential();
    let backoff = nanos(1.0 / filed.model("retry_rate_per_message"));
    let line = Line {
        event: format!("{}\nrefused = {{ backoff = \"exp({backoff})\", factor = 1 }}", filed.poisson()),
        queue: "max_length = 0\noverflow = \"reject\"".into(),
        server: format!("prefetch = 1\nwork = \"{service}\""),
        rate: filed.rate(),
        service: mean,
        servers: 1.0,
        scv: 8.0,
    };
    filed.case(filed.line(&line).0, filed.known(&[("utilization", "utilization.mean"), ("mean_sojourn", "end_to_end.mean")]))
}

/// Updates of one resource over a wire without order.
fn reorder(filed: &Filed, family: &str) -> Result<Case, &'static str> {
    let pair = family == "reorder-pair";
    let rate = if pair { 2.0 } else { filed.rate() };
    let seconds = filed.measured(60_000.0);
    let versions = match pair {
        true => format!("lifecycle = {{ changes = 2, spacing = \"{}\" }}", nanos(filed.model("gap"))),
        false => "resources = 1".into(),
    };
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\nrate = \"{rate}/s\"\n{versions}\nweight = \"heavy\"\nsize = {{ light = \"300B\", heavy = \"4KiB\" }}\n[queue.line]\nsegment = \"bus\"\n[link.wire]\nbetween = [\"here\", \"there\"]\nlatency = \"exp({})\"\nin_order = false\n[subscriber.server]\nfrom = \"line\"\nzone = \"there\"\nworkers = 1000\n",
        nanos(1.0 / filed.model("delay_rate"))
    );
    let text = filed.design(60_000.0, &parts).replace("[sor.source]", "[sor.source]\nzone = \"here\"");
    let text = text.replace("[segment.bus]", "[segment.bus]\nzone = \"here\"");
    let truth = match pair {
        true => filed.exact("p_second_overtakes_first") * rate / 2.0,
        false => filed.exact("p_arrives_after_some_later_message") * rate,
    };
    filed.case(text, vec![("subscriber.server.order_violations".into(), truth * seconds)])
}

/// The second of two sinusoidal days, so that the first has brought it to its periodic state: the mean number from one of its hours.
fn diurnal(filed: &Filed) -> Result<Case, &'static str> {
    let (rate, amplitude) = (filed.model("mean_rate"), filed.model("amplitude"));
    let work = match filed.case["model"]["service_time"].as_f64() {
        Some(time) => nanos(time),
        None => format!("exp({})", nanos(1.0 / filed.model("service_rate"))),
    };
    let head = format!(
        "title = \"{}\"\n[run]\nhorizon = \"48h\"\nwarm_up = \"24h\"\nreplications = {}\nseed = {}\n[sor.source]\n[segment.bus]\n",
        filed.id(),
        filed.effort.replications.min(8),
        filed.effort.seed
    );
    let parts = format!(
        "[event.customer]\nfrom = \"source\"\nto = \"line\"\nrate = \"{rate}/s\"\narrivals = \"sine(amplitude={}, period=24h)\"\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nworkers = 100_000\nwork = \"{work}\"\n",
        amplitude / rate
    );
    // Instants of the file, as steps of the series in the second day.
    let checks = [0, 21_600, 43_200, 64_800]
        .map(|at| (format!("series subscriber.server.utilization {at}"), filed.exact(&format!("mean_number_at_{at}")) / 100_000.0));
    filed.case(head + &parts, checks.to_vec())
}

/// A hundred keys whose answers are kept for a time.
fn cached(filed: &Filed) -> Result<Case, &'static str> {
    let keys = 100.0;
    let rate = filed.model("read_rate_per_key") * keys;
    let seconds = 50_000.0;
    let parts = format!(
        "[sor.registry]\n[event.customer]\nfrom = \"source\"\nto = \"line\"\nrate = \"{rate}/s\"\nresources = {keys}\n[queue.line]\nsegment = \"bus\"\n[subscriber.server]\nfrom = \"line\"\nworkers = 1000\n[subscriber.server.callback]\nto = \"registry\"\ncache = \"{}\"\n",
        nanos(filed.model("ttl"))
    );
    let text = filed.design(seconds, &parts).replace("[sor.registry]", "[sor.registry]\nservice = \"1us\"");
    let measured = filed.measured(seconds);
    let checks = vec![
        ("subscriber.server.callback.cached".into(), filed.exact("hit_ratio") * rate * measured),
        ("subscriber.server.callback.attempts".into(), filed.exact("callback_rate") * keys * measured),
    ];
    filed.case(text, checks)
}

/// The last of n deliveries.
fn fan_out(filed: &Filed) -> Result<Case, &'static str> {
    let subscribers = filed.model("subscribers") as u32;
    let work = format!("exp({})", nanos(filed.model("mean_delivery")));
    let mut parts = "[event.customer]\nfrom = \"source\"\nto = \"all\"\nrate = \"10/s\"\n[topic.all]\nsegment = \"bus\"\n".to_string();
    for number in 1..=subscribers {
        parts += &format!("[subscriber.s{number}]\nfrom = \"all\"\nworkers = 1000\nwork = \"{work}\"\n");
    }
    let figures = [
        ("mean_last_delivery", "mean"),
        ("sd_last_delivery", "sd"),
        ("last_delivery_p50", "p50"),
        ("last_delivery_p90", "p90"),
        ("last_delivery_p95", "p95"),
        ("last_delivery_p99", "p99"),
    ];
    let checks = figures.map(|(name, statistic)| (format!("event.customer.end_to_end.{statistic}"), filed.exact(name)));
    filed.case(filed.design(3_000.0, &parts), checks.to_vec())
}
