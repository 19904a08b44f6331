//! `busload sweep`: a grid of settings. Finished points lie in the report folder, so that a sweep that was stopped, or killed, goes on.

use super::arguments::SweepOptions;
use super::planning::{Told, begin, default_folder, design, finish, refuse, target};
use super::{FAILED, INTERRUPTED, WRONG, disk, find, folder};
use crate::experiment::sweep::{Store, grid, sweep};
use crate::outcome::sweep::Point;
use crate::report;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Sweeps over settings.
pub fn run(options: &SweepOptions) -> Result<u8> {
    let common = &options.common;
    let Some(file) = find::named(options.file.as_deref(), "sweep") else { return Ok(WRONG) };
    let mut files = disk::Disk;
    let grid = match grid(&design(file, &mut files, common), options.axes.clone()) {
        Ok(grid) => grid,
        Err(refusal) => {
            refuse(&refusal, common);
            return Ok(WRONG);
        }
    };
    let target = match target(common, || default_folder("sweep", &[file])) {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let store = Points::new(target.as_deref());
    let progress = begin(common);
    let sweep = sweep(grid, &store, &progress);
    progress.finish();
    if store.failed.load(Ordering::Relaxed) {
        eprintln!("warning: finished points can't be kept on this disk: a stopped sweep would begin anew");
    }
    let Some(sweep) = sweep else {
        eprintln!("stopped before the first point was done: there is nothing to keep");
        return Ok(INTERRUPTED);
    };
    let told = Told { answer: report::answer::sweep(&sweep), partial: sweep.partial, passed: sweep.passed() };
    let code = finish(&sweep, &told, target, common)?;
    if !sweep.partial && code != FAILED {
        store.remove();
    }
    Ok(code)
}

/// A folder beside the report, with a file for each finished point.
struct Points {
    folder: Option<PathBuf>,
    failed: AtomicBool,
}

impl Points {
    fn new(target: Option<&Path>) -> Points {
        Points { folder: target.map(|target| folder::sibling(target, "points")), failed: AtomicBool::new(false) }
    }

    fn write(&self, key: &str, point: &Point) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        fs::create_dir_all(folder)?;
        // Renamed when it is whole, so that a point that is there is finished.
        let new = folder.join(format!("{key}.new"));
        fs::write(&new, serde_json::to_vec(point)?)?;
        Ok(fs::rename(&new, folder.join(format!("{key}.json")))?)
    }

    /// The report holds them all.
    fn remove(&self) {
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Store for Points {
    fn known(&self, key: &str) -> Option<Point> {
        let bytes = fs::read(self.folder.as_ref()?.join(format!("{key}.json"))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn keep(&self, key: &str, point: &Point) {
        if self.write(key, point).is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
    }
}
