//! Mutated scenarios, settings, traces, samples and outcomes: whatever comes in ends in a value or in problems, never in a panic,
//! and soon.
//!
//! A case is a pure function of target, seed and number, so what a failure names is all that it takes to see it again:
//!
//! ```sh
//! BUSLOAD_FUZZ_CASES=1000000 BUSLOAD_FUZZ_SEED=7 cargo test --release --test it -- --nocapture fuzz::
//! BUSLOAD_FUZZ_ONLY=4711 BUSLOAD_FUZZ_SEED=7 cargo test --release --test it -- --nocapture fuzz::scenarios   # one case, printed
//! ```
//!
//! What was found is kept as a test of its own in `scenario_hostile`.

use crate::designs::SHIPPED;
use crate::fuzz_mutate::{Chance, mutated};
use crate::scenario_help::BASE;
use busload::experiment::{self, Watch};
use busload::outcome::Outcome;
use busload::scenario::{MemoryFiles, Problems, Scenario, load, metric_catalog};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Without a wish: enough to see that the targets work.
const CASES: u64 = 300;
/// A case that takes longer hangs, even on a busy machine.
const SOON: Duration = Duration::from_secs(20);

fn wish(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the cases of a target; `every` thins out those of slow ones.
fn fuzz(name: &str, every: u64, make: impl Fn(&mut Chance) -> Vec<u8>, target: impl Fn(&[u8])) {
    let seed = wish("BUSLOAD_FUZZ_SEED").unwrap_or(1);
    let only = wish("BUSLOAD_FUZZ_ONLY");
    let count = wish("BUSLOAD_FUZZ_CASES").unwrap_or(CASES).div_ceil(every);
    let (mut slowest, mut failed) = ((Duration::ZERO, 0), Vec::new());
    let began = Instant::now();
    for number in only.map_or(0..count, |number| number..number + 1) {
        let input = make(&mut Chance::new(&[seed, number], name));
        if only.is_some() {
            println!("{}", String::from_utf8_lossy(&input));
        }
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        slowest = slowest.max((start.elapsed(), number));
        if let Err(panic) = outcome {
            failed.push(format!("case {number}: {}", words(&*panic)));
        }
        if failed.len() >= 20 {
            break;
        }
    }
    println!("{name}: {count} cases of seed {seed} in {:.0?}, the slowest ({}) in {:.1?}", began.elapsed(), slowest.1, slowest.0);
    assert!(failed.is_empty(), "{name}, seed {seed}: {} cases panic\n{}", failed.len(), failed.join("\n"));
    assert!(slowest.0 < SOON, "{name}, seed {seed}: case {} took {:?}", slowest.1, slowest.0);
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}

/// Everything that looks at a scenario without simulating it, of one in so many; problems are shown in both ways.
fn look(result: Result<Scenario, Problems>, input: &[u8], one_in: usize) {
    if !input.iter().map(|byte| usize::from(*byte)).sum::<usize>().is_multiple_of(one_in) {
        return;
    }
    match result {
        Ok(scenario) => {
            metric_catalog(&scenario);
            experiment::check(std::slice::from_ref(&scenario));
            experiment::burden(&scenario);
        }
        Err(problems) => {
            assert!(!problems.list().is_empty(), "refused without a reason");
            assert!(problems.list().iter().all(|problem| !problem.what.is_empty()), "a problem without words");
            let (plain, _) = (problems.render(false), problems.render(true));
            assert!(plain.len() < 200_000, "{} bytes of problems", plain.len());
            assert!(!plain.contains(|c: char| c.is_control() && c != '\n'), "control characters reach the terminal: {plain:?}");
        }
    }
}

/// Every scenario that ships, beside the text `a.toml`.
fn shipped() -> MemoryFiles {
    SHIPPED.iter().fold(MemoryFiles::default(), |files, (name, text)| files.with(name, *text))
}

fn texts() -> Vec<&'static [u8]> {
    SHIPPED.iter().map(|(_, text)| text.as_bytes()).chain([BASE.as_bytes()]).collect()
}

#[test]
fn scenarios() {
    let texts = texts();
    let files = shipped();
    fuzz(
        "scenarios",
        1,
        |chance| mutated(&texts, chance),
        |text| {
            look(load("a.toml", &mut files.clone().with("a.toml", text), &[]), text, 4);
        },
    );
}

/// Paths that there are, paths that there might be, and values of all kinds.
#[test]
fn settings() {
    let paths: Vec<&[u8]> = SETTINGS.iter().map(|(path, _)| path.as_bytes()).collect();
    let values: Vec<&[u8]> = SETTINGS.iter().map(|(_, value)| value.as_bytes()).collect();
    let make = |chance: &mut Chance| {
        let path = if chance.below(4) == 0 { mutated(&paths, chance) } else { paths[chance.below(paths.len())].to_vec() };
        [path, b"=".to_vec(), mutated(&values, chance)].concat()
    };
    let files = MemoryFiles::default().with("a.toml", BASE);
    fuzz("settings", 1, make, |setting| {
        let text = String::from_utf8_lossy(setting);
        let (path, value) = text.split_once('=').unwrap_or_default();
        look(load("a.toml", &mut files.clone(), &[(path.into(), value.into())]), setting, 16);
    });
}

#[test]
fn traces() {
    let kept: &[&[u8]] = &[
        b"sent_us,sub,kind,ms\n10,0,up,5\n20,1,down,6\n30,0,up,0.25\n",
        b"1\n2\n3.5\n",
        b"# recorded\n\"at\",\"work\"\n0.5,0.01\n0.25,0.02\n",
        b"1,2,3\n4,5,6\n\n7,8,9",
    ];
    let calls = [
        "trace(day.csv)",
        "trace(day.csv, column=sent_us, unit=us, where=\"sub=0\")",
        "trace(day.csv, column=ms, unit=ms, key=sub, else=\"exp(5ms)\")",
        "trace(day.csv, column=1, key=2)",
        "trace(day.csv, column=at, unit=s, where=\"work=0.01 and at=0.5\")",
    ];
    let base = SMALL.replacen("rate = \"1/s\"", "arrivals = 'HERE'", 1);
    let served = SMALL.replacen("work = \"5ms\"", "work = 'HERE'", 1);
    let data = |chance: &mut Chance| [vec![chance.below(32) as u8], mutated(kept, chance)].concat();
    fuzz("traces", 1, data, |data| {
        let (way, csv) = (data[0] as usize, &data[1..]);
        let text = if way.is_multiple_of(2) { &base } else { &served }.replacen("HERE", calls[way / 2 % calls.len()], 1);
        look(load("a.toml", &mut MemoryFiles::default().with("a.toml", text).with("day.csv", csv), &[]), data, 64);
    });
}

#[test]
fn samples() {
    let kept: &[&[u8]] = &[b"0.010\n0.020\n0.5\n", b"value,weight\n0.01,3\n0.02,1\n", b"ms,n\n10,3\n20,0\n", b"# none\n1e-9,1\n1e9,2\n"];
    let calls = [
        "empirical(work.csv)",
        "empirical(work.csv, column=ms, unit=ms, weight=n)",
        "empirical(work.csv, column=1, unit=us)",
        "5ms + empirical(work.csv, weight=2)",
    ];
    let base = SMALL.replacen("work = \"5ms\"", "work = 'HERE'", 1);
    let data = |chance: &mut Chance| [vec![chance.below(32) as u8], mutated(kept, chance)].concat();
    fuzz("samples", 1, data, |data| {
        let text = base.replacen("HERE", calls[data[0] as usize % calls.len()], 1);
        look(load("a.toml", &mut MemoryFiles::default().with("a.toml", text).with("work.csv", &data[1..]), &[]), data, 64);
    });
}

/// Looks on for a short while.
struct Briefly(AtomicU32);

impl Watch for Briefly {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {}
    fn stopped(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) > 8
    }
}

/// A minute of what a scenario does, where it takes no more than a moment.
fn short(text: &[u8], files: &MemoryFiles) -> Option<Outcome> {
    let settings = [("run.horizon", "60s"), ("run.replications", "2")].map(|(path, value)| (path.to_string(), value.to_string()));
    let scenario = load("a.toml", &mut files.clone().with("a.toml", text), &settings).ok()?;
    let resources: u64 = scenario.events.iter().filter_map(|event| event.resources).sum();
    let consumers: u64 = scenario.subscribers.iter().map(|subscriber| u64::from(subscriber.consumers)).sum();
    let raised: f64 = scenario.traffic.events.iter().sum();
    let asked: f64 = scenario.sors.iter().filter_map(|sor| Some(sor.own_load?.hertz())).sum();
    (resources + 100 * consumers < 2_000_000 && raised + asked < 20_000.0).then_some(())?;
    experiment::run(&scenario, &Briefly(AtomicU32::new(0)))
}

/// What is accepted can be simulated: no law breaks, whatever the numbers are.
#[test]
fn runs() {
    let texts = texts();
    let files = shipped();
    fuzz(
        "runs",
        100,
        |chance| mutated(&texts, chance),
        |text| {
            let Some(outcome) = short(text, &files) else { return };
            let json = serde_json::to_string(&outcome).unwrap();
            assert!(serde_json::from_str::<Outcome>(&json).is_ok_and(|again| again == outcome), "an outcome is not read back as it was");
        },
    );
}

/// A saved outcome that somebody edited, or that a disk spoiled, is refused or rendered.
#[cfg(feature = "report")]
#[test]
fn outcomes() {
    use crate::report_samples;
    let kept: Vec<String> =
        [report_samples::rich(), report_samples::hostile()].iter().map(|o| serde_json::to_string(&small(o)).unwrap()).collect();
    let kept: Vec<&[u8]> = kept.iter().map(|text| text.as_bytes()).collect();
    fuzz(
        "outcomes",
        10,
        |chance| mutated(&kept, chance),
        |bytes| {
            let Ok(outcome) = serde_json::from_slice::<Outcome>(bytes) else { return };
            let text = busload::report::terminal(&outcome, false);
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "control characters reach the terminal: {text:?}");
            if bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>().is_multiple_of(20) {
                busload::report::render(&outcome);
            }
        },
    );
}

/// A little of everything in it.
#[cfg(feature = "report")]
fn small(outcome: &Outcome) -> Outcome {
    let mut small = outcome.clone();
    small.metrics.truncate(12);
    small.hops.truncate(6);
    small.series.truncate(3);
    small.curves.truncate(2);
    for series in &mut small.series {
        [&mut series.mean, &mut series.low, &mut series.high].into_iter().for_each(|values| values.truncate(4));
    }
    small
}

/// What data files are read into.
const SMALL: &str = r#"
[sor.a]
[event.e]
from = "a"
to = "q"
rate = "1/s"
[segment.bus]
[queue.q]
segment = "bus"
[subscriber.s]
from = "q"
work = "5ms"
"#;

/// Settings of the base that are right, to begin with.
const SETTINGS: [(&str, &str); 40] = [
    ("load", "1.5"),
    ("run.horizon", "2h"),
    ("run.kind", "steady"),
    ("run.warm_up", "auto"),
    ("run.ending", "drain"),
    ("run.replications", "auto"),
    ("run.precision", "2%"),
    ("run.confidence", "99%"),
    ("run.seed", "7"),
    ("link.wan.latency", "lognormal(p50=12ms, p99=40ms)"),
    ("link.wan.bandwidth", "100Mbit/s"),
    ("link.wan.loss", "0.01%"),
    ("link.wan.between", "[\"hall\", \"gate\"]"),
    ("sor.registry.workers", "8"),
    ("sor.registry.service", "27us + gamma(mean=20ms, cv=0.5)"),
    ("sor.registry.own_load", "30/s"),
    ("sor.registry.max_waiting", "500"),
    ("sor.registry.clock_skew", "normal(0ms, sd=4ms)"),
    ("event.changed.rate", "500K/day"),
    ("event.changed.hourly", "[1,1,1,1,1,2,4,8,14,16,12,9,8,8,9,10,11,10,8,6,4,3,2,1]"),
    ("event.changed.weight", "heavy"),
    ("event.changed.size", "{ light = \"300B\", heavy = \"4KiB\" }"),
    ("event.changed.arrivals", "mmpp(2/s for 20s, 0.2/s for 50s)"),
    ("event.changed.popularity", "zipf(1.1)"),
    ("event.changed.lifecycle", "{ changes = 3, spacing = \"exp(20s)\" }"),
    ("event.changed.batch", "5"),
    ("event.billed.refused", "{ backoff = \"exp(1s)\", factor = 2, retries = 10 }"),
    ("segment.bus.threads", "4"),
    ("segment.bus.cost", "{ receive = \"180us\", select = \"10us\", per_kib = \"4us\" }"),
    ("segment.bus.persist", "{ write = \"lognormal(p50=1ms, p99=6ms)\", group = 64 }"),
    ("segment.bus.backlog_penalty", "20% per 1M"),
    ("queue.bills.time_to_live", "pareto(min=5ms, alpha=2.5)"),
    ("queue.bills.overflow", "drop_oldest"),
    ("queue.bills.max_bytes", "4MiB"),
    ("subscriber.profile.work", "hyperexp(mean=20ms, cv=2)"),
    ("subscriber.profile.selector", "{ kinds = [\"create\"] }"),
    ("subscriber.profile.callback.breaker", "{ failures = 20, open_for = \"30s\" }"),
    ("subscriber.billing.raises", "[{ event = \"changed\", share = \"40%\" }]"),
    ("objective.subscriber.profile.end_to_end.p99", "< 5s"),
    ("price.segment.*.threads", "40"),
];
