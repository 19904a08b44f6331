//! Progress on stderr, only on a terminal: bar, time left, notices a second.

use super::{interrupt, memory};
use crate::experiment::Watch;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A bar that a run moves on.
pub struct Progress {
    bar: ProgressBar,
    notices: AtomicU64,
    began: Instant,
}

impl Progress {
    /// A visible bar where there is a terminal to show it.
    pub fn new(quiet: bool) -> Progress {
        let bar = if quiet || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} replications, {eta} left, {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Progress { bar, notices: AtomicU64::new(0), began: Instant::now() }
    }

    /// Takes the bar away; how long it all took and how many notices.
    pub fn finish(&self) -> (std::time::Duration, u64) {
        self.bar.finish_and_clear();
        (self.began.elapsed(), self.notices.load(Ordering::Relaxed))
    }
}

impl Watch for Progress {
    fn expect(&self, replications: u32) {
        self.bar.inc_length(replications as u64);
        self.bar.tick();
    }

    fn done(&self, notices: u64) {
        let all = self.notices.fetch_add(notices, Ordering::Relaxed) + notices;
        let per_second = all as f64 / self.began.elapsed().as_secs_f64().max(1e-9);
        self.bar.set_message(format!("{:.1} M notices/s", per_second / 1e6));
        self.bar.inc(1);
    }

    fn stopped(&self) -> bool {
        interrupt::stopped() || memory::exhausted()
    }
}
