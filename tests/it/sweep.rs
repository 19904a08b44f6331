//! Sweeps: the grid's order, what a point says, and going on after a stop.

use crate::run_help::{Nobody, metric, one_line, outcome, scenario_set};
use busload::experiment::sweep::{Grid, Store, grid, sweep};
use busload::experiment::{Refusal, Watch};
use busload::outcome::sweep::{Point, Sweep};
use busload::scenario::{Axis, Design, MemoryFiles};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

fn text() -> String {
    let line = one_line("M/M/c", 400, "rate = \"1.5/s\"", "", "workers = 2\nwork = \"exp(1s)\"");
    format!("{line}\n[objective]\n\"subscriber.server.utilization.mean\" = \"< 60%\"").replace("replications = 30", "replications = 3")
}

fn axes() -> Vec<Axis> {
    vec![Axis::parse("subscriber.server.workers", "2..4").unwrap(), Axis::parse("load", "0.5,1").unwrap()]
}

fn over(axes: Vec<Axis>) -> Result<Grid, Refusal> {
    let mut files = MemoryFiles::default().with("a.toml", text());
    grid(&Design::new("a.toml", &mut files, Vec::new()), axes)
}

/// Keeps points in memory and counts those that are new.
#[derive(Default)]
struct Memory {
    points: Mutex<BTreeMap<String, Point>>,
    kept: AtomicU32,
}

impl Store for Memory {
    fn known(&self, key: &str) -> Option<Point> {
        self.points.lock().unwrap().get(key).cloned()
    }
    fn keep(&self, key: &str, point: &Point) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        self.points.lock().unwrap().insert(key.into(), point.clone());
    }
}

fn all(store: &Memory, watch: &dyn Watch) -> Sweep {
    sweep(over(axes()).unwrap_or_else(|_| panic!("a sound grid")), store, watch).expect("a point or more is done")
}

#[test]
fn a_point_is_what_a_run_with_its_settings_finds() {
    let sweep = all(&Memory::default(), &Nobody);
    let values: Vec<&[String]> = sweep.points.iter().map(|point| &point.values[..]).collect();
    assert_eq!(values, [["2", "0.5"], ["2", "1"], ["3", "0.5"], ["3", "1"], ["4", "0.5"], ["4", "1"]]);
    for point in &sweep.points {
        let settings = [("subscriber.server.workers", point.values[0].as_str()), ("load", point.values[1].as_str())];
        let alone = outcome(&scenario_set(&text(), &settings));
        assert_eq!(alone.metrics, point.metrics);
        // Utilization is load x 1.5/s x 1 s / workers.
        let truth = point.values[1].parse::<f64>().unwrap() * 1.5 / point.values[0].parse::<f64>().unwrap();
        let seen = metric(&alone, "subscriber.server.utilization.mean").point;
        assert!((seen / truth - 1.0).abs() < 0.15, "{:?}: {seen} for {truth}", point.values);
    }
}

/// Asks to stop once so many replications are done.
struct Impatient(AtomicU32);

impl Watch for Impatient {
    fn expect(&self, _: u32) {}
    fn done(&self, _: u64) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
    fn stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn a_sweep_that_was_stopped_goes_on_to_the_same_result() {
    let whole = all(&Memory::default(), &Nobody);
    let store = Memory::default();
    let part = all(&store, &Impatient(AtomicU32::new(6)));
    assert!(part.partial && part.conclusion.starts_with("Interrupted: 2 of 6 points"), "{}", part.conclusion);
    let rest = all(&store, &Nobody);
    assert_eq!(serde_json::to_string(&rest).unwrap(), serde_json::to_string(&whole).unwrap());
    assert_eq!(store.kept.load(Ordering::Relaxed), 6, "no point is simulated twice");
}

#[test]
fn a_grid_with_an_unsound_point_is_refused_before_anything_is_simulated() {
    let axes = vec![Axis::parse("subscriber.server.workers", "2,0").unwrap()];
    let Err(Refusal::Problems(settings, problems)) = over(axes) else { panic!("no workers is no scenario") };
    assert_eq!(settings, [("subscriber.server.workers".to_string(), "0".to_string())]);
    assert_eq!(problems.list().len(), 1);
}

#[test]
fn a_grid_that_nobody_could_wait_for_is_refused() {
    let axis = |path: &str| Axis::parse(path, "1..500").unwrap();
    let Err(Refusal::Sentence(sentence)) = over(vec![axis("run.seed"), axis("subscriber.server.workers")]) else { panic!("too large") };
    assert!(sentence.contains("250000 points"), "{sentence}");
}
