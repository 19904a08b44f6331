//! How much memory a run may take: nine tenths of what is free when it begins, or what `--memory` says. What would take more by
//! arithmetic is refused before it begins; what takes more all the same is stopped, and what is finished of it is kept.
//!
//! Reads what Linux tells of itself; where it tells nothing, only `--memory` refuses and nothing is stopped.

use super::FAILED;
use super::arguments::Common;
use crate::experiment;
use crate::scenario::Scenario;
use crate::units::{Bytes, Unit};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Bytes; 0 where nobody knows.
static MOST: AtomicU64 = AtomicU64::new(0);
static EXHAUSTED: AtomicBool = AtomicBool::new(false);

/// From now on this is the limit.
pub fn limit(wanted: Option<Bytes>) {
    let most = wanted.map(|bytes| bytes.0).or_else(|| Some((used()? + free()?) / 10 * 9));
    MOST.store(most.unwrap_or(0), Ordering::Relaxed);
}

/// More is taken than may be: once seen, and said, it stays so.
pub fn exhausted() -> bool {
    let most = MOST.load(Ordering::Relaxed);
    let is_too_much = most > 0 && used().is_some_and(|used| used > most);
    if is_too_much && !EXHAUSTED.swap(true, Ordering::Relaxed) {
        eprintln!(
            "error: this takes more than the {} of memory that it may: stopping, what is finished is kept. Lines that grow without bound are the usual cause (`busload check` names them); fewer --threads or a larger --memory help otherwise",
            show(most)
        );
    }
    was_exhausted()
}

/// Something was stopped by it.
pub fn was_exhausted() -> bool {
    EXHAUSTED.load(Ordering::Relaxed)
}

/// Says why scenarios are not begun that would not find the memory that they need; the exit code then.
pub fn refuses(scenarios: &[&Scenario], common: &Common) -> Option<u8> {
    limit(common.memory);
    let most = MOST.load(Ordering::Relaxed);
    let used = used().unwrap_or(0);
    for scenario in scenarios.iter().filter(|_| most > 0) {
        let Some(burden) = experiment::burden(scenario) else { continue };
        let threads = common.threads.map_or_else(rayon::current_num_threads, usize::from);
        let together = (scenario.run.first_replications() as usize).clamp(1, threads) as f64;
        if used as f64 + burden.bytes * together > most as f64 {
            eprintln!(
                "error: {}: {}.\n{} at a time would take about {} of memory, and {} may be taken: fewer --threads or a larger --memory help too.",
                scenario.file,
                burden.because,
                if together == 1.0 { "One replication".into() } else { format!("{together} replications") },
                Unit::Bytes.show(burden.bytes * together),
                show(most)
            );
            return Some(FAILED);
        }
    }
    None
}

fn show(bytes: u64) -> String {
    Unit::Bytes.show(bytes as f64)
}

/// Memory of this process.
fn used() -> Option<u64> {
    const PAGE: u64 = 4096;
    let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * PAGE)
}

/// What the machine, and the control group that this process is in, still have.
fn free() -> Option<u64> {
    let facts = fs::read_to_string("/proc/meminfo").ok()?;
    let line = facts.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let of_machine = line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024;
    Some(of_group().map_or(of_machine, |of_group| of_group.min(of_machine)))
}

fn of_group() -> Option<u64> {
    let number = |name: &str| fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?.trim().parse::<u64>().ok();
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}
