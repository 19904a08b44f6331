//! What can go wrong around a run: a disk that is full, a folder that can't be written, a process that is killed, a reader that has
//! gone. Nothing is half-written, the last report is intact, and the exit code says whose fault it was.

use crate::commands::{REPORT, busload, files, folder, names};
use crate::designs::BARE;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn program() -> std::path::PathBuf {
    assert_cmd::cargo::cargo_bin("busload")
}

fn started(folder: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(program());
    command.args(arguments.split_whitespace()).current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Through a shell that sets the stage; `$BUSLOAD` is the program.
pub fn shell(folder: &TempDir, script: &str) -> Output {
    Command::new("sh").args(["-c", script]).env("BUSLOAD", program()).current_dir(folder.path()).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Numbers from 0 to 1, always the same.
fn chance(number: u64) -> f64 {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Killed at fifty moments, and gone on with each time: the bytes at the end are those of a sweep that nobody disturbed, and at no
/// moment is there half a report.
#[test]
fn a_sweep_that_is_killed_goes_on_to_the_same_bytes() {
    const SWEEP: &str = "sweep a.toml --vary subscriber.server.workers=1..4 --vary load=0.5,1 --set run.horizon=1h --set subscriber.server.work=exp(600ms) --threads 1 --quiet";
    let quiet = folder(BARE);
    let began = Instant::now();
    assert_eq!(busload(&quiet, SWEEP).code, 0);
    let whole = began.elapsed();
    let report = |folder: &TempDir| folder.path().join("reports/sweep-a");
    let wanted = files(&report(&quiet));
    let disturbed = folder(BARE);
    let (mut kills, mut ends, mut resumed) = (0, 0, 0);
    for attempt in 0.. {
        assert!(attempt < 1000, "{kills} kills and {ends} ends only");
        let points = disturbed.path().join("reports/.sweep-a.points");
        resumed += u32::from(fs::read_dir(&points).is_ok_and(|mut found| found.next().is_some()));
        let mut child = started(&disturbed, SWEEP).spawn().unwrap();
        // Short moments mostly, so that a sweep is stopped more than once; at last none.
        let patience = if kills < 50 { whole.mul_f64(0.7 * chance(attempt)) } else { Duration::MAX };
        let deadline = Instant::now().checked_add(patience);
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if deadline.is_some_and(|deadline| Instant::now() >= deadline) => break None,
                None => std::thread::sleep(Duration::from_millis(1)),
            }
        };
        match status {
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
                // All of the report or nothing of it, and of a point all or nothing.
                if report(&disturbed).exists() {
                    assert_eq!(files(&report(&disturbed)), wanted, "after kill {kills}");
                }
                for name in fs::read_dir(&points).into_iter().flatten().map(|entry| entry.unwrap().path()) {
                    let is_whole = || serde_json::from_slice::<serde_json::Value>(&fs::read(&name).unwrap()).is_ok();
                    assert!(name.extension().is_some_and(|end| end == "new") || is_whole(), "{} is half a point", name.display());
                }
            }
            Some(status) => {
                assert_eq!(status.code(), Some(0));
                assert_eq!(files(&report(&disturbed)), wanted, "after {kills} kills");
                ends += 1;
                fs::remove_dir_all(report(&disturbed)).unwrap();
                if kills >= 50 {
                    break;
                }
            }
        }
    }
    assert!(resumed > 10, "only {resumed} of the sweeps went on with points of an earlier one");
    assert_eq!(names(&disturbed.path().join("reports")), Vec::<String>::new(), "leftovers of the killed are cleared away");
}

/// Killed while it writes: the last report is there, whole.
#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_leaves_the_last_report() {
    let folder = folder(BARE);
    let began = Instant::now();
    assert_eq!(busload(&folder, "run a.toml --quiet").code, 0);
    let whole = began.elapsed();
    let (place, first) = (folder.path().join("reports/a"), files(&folder.path().join("reports/a")));
    assert_eq!(busload(&folder, "run a.toml --quiet --seed 2 --out other").code, 0);
    let second = files(&folder.path().join("other"));
    for attempt in 0..30 {
        let mut child = started(&folder, "run a.toml --quiet --seed 2").spawn().unwrap();
        std::thread::sleep(whole.mul_f64(0.5 + 0.7 * chance(attempt)));
        let _ = child.kill();
        child.wait().unwrap();
        let now = files(&place);
        assert!(now == first || now == second, "attempt {attempt} left {:?}", names(&place));
    }
    // One that was killed while it tried whether the place can be written to; no process has such a number.
    fs::create_dir(folder.path().join("reports/.busload-4999999999")).unwrap();
    assert_eq!(busload(&folder, "run a.toml --quiet").code, 0);
    assert_eq!(files(&place), first);
    assert_eq!(names(&folder.path().join("reports")), ["a"], "leftovers of the killed are cleared away");
}

/// A file may have ten kilobytes, which is how a full disk looks to the program.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_last_report() {
    let folder = folder(BARE);
    assert_eq!(busload(&folder, "run a.toml --quiet").code, 0);
    let before = files(&folder.path().join("reports/a"));
    for command in ["run a.toml --seed 2", "compare a.toml a.toml --seed 2 --out reports/a", "report reports/a/outcome.json"] {
        let output = shell(&folder, &format!("trap '' XFSZ; ulimit -f 20; exec $BUSLOAD {command}"));
        assert_eq!(output.status.code(), Some(3), "{command}: {}", told(&output));
        assert!(told(&output).contains("cannot write") && told(&output).contains("too large"), "{command}: {}", told(&output));
        assert!(command.starts_with("report") || !output.stdout.is_empty(), "{command}: the figures are printed all the same");
        assert_eq!(files(&folder.path().join("reports/a")), before, "{command}");
        assert_eq!(names(&folder.path().join("reports")), ["a"], "{command}");
    }
}

/// A file system of a few blocks, where one may be mounted.
#[cfg(target_os = "linux")]
#[test]
fn a_small_file_system_that_is_full_leaves_the_last_report() {
    let folder = folder(BARE);
    fs::create_dir(folder.path().join("small")).unwrap();
    let stage = "mount -t tmpfs -o size=600k none small && $BUSLOAD run a.toml --quiet --out small/report || exit 9
        cp -r small/report before; head -c 2M /dev/zero > small/filler 2>/dev/null
        $BUSLOAD run a.toml --quiet --seed 2 --out small/report; code=$?
        diff -r before small/report && test \"$(ls -A small)\" = \"$(printf 'filler\\nreport')\" && exit $code; exit 8";
    let output = shell(&folder, &format!("unshare -rm sh -c '{}'", stage.replace('\'', "'\\''")));
    match output.status.code() {
        Some(1 | 9) => eprintln!("SKIPPED: no file system can be mounted here: {}", told(&output)),
        code => assert_eq!(code, Some(3), "{} {}", String::from_utf8_lossy(&output.stdout), told(&output)),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_not_be_written_is_said_before_anything_is_simulated() {
    let folder = folder(BARE);
    for command in ["run a.toml", "compare a.toml a.toml", "sweep a.toml --vary load=1,2", "limit a.toml --set objective.total.missed==0"] {
        let done = busload(&folder, &format!("{command} --out /proc/no/report"));
        assert!(matches!(done.code, 3), "{command}: {} {}", done.code, done.stderr);
        assert!(done.stderr.contains("/proc/no/report can't be written in /proc") && done.stdout.is_empty(), "{command}: {}", done.stderr);
        assert!(done.stderr.contains("--no-report"), "{command}: {}", done.stderr);
        assert_eq!(names(folder.path()), ["a.toml"], "{command}");
    }
}

/// A stdout that takes nothing swallows no report; the exit code tells of it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_does_not_swallow_the_report() {
    let folder = folder(BARE);
    for command in ["run a.toml", "run a.toml --json", "compare a.toml a.toml --out reports/a", "check a.toml --out reports/a"] {
        let _ = fs::remove_dir_all(folder.path().join("reports"));
        let output = shell(&folder, &format!("exec $BUSLOAD {command} > /dev/full"));
        assert_eq!(output.status.code(), Some(3), "{command}: {}", told(&output));
        assert!(told(&output).contains("cannot print"), "{command}: {}", told(&output));
        assert!(folder.path().join("reports/a/outcome.json").exists(), "{command}");
    }
    let output = shell(&folder, "exec $BUSLOAD report reports/a/outcome.json > /dev/full");
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
}

/// Neither a stderr that nobody reads nor none at all is a reason to fail.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_stderr_changes_no_exit_code() {
    let folder = folder(BARE);
    for (command, code) in [("run a.toml --no-report", 0), ("run b.toml", 2), ("run a.toml --set x=1", 2), ("report a.toml", 2)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut gone = Command::new(program());
        let status = gone.args(command.split(' ')).current_dir(folder.path()).stdout(Stdio::null()).stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(code), "{command}");
        assert_eq!(shell(&folder, &format!("exec $BUSLOAD {command} >&- 2>&-")).status.code(), Some(code), "{command}, closed");
    }
}

/// Without a home, a terminal or an environment, and with a window that changes its size.
#[cfg(target_os = "linux")]
#[test]
fn neither_home_nor_terminal_nor_environment_is_needed() {
    let folder = folder(BARE);
    let mut bare = Command::new(program());
    let output = bare.args(["run", "a.toml"]).env_clear().env("HOME", "/proc").current_dir(folder.path()).stdin(Stdio::null());
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert_eq!(names(&folder.path().join("reports/a")), REPORT);
    let resized = "run a.toml --set run.horizon=6h --replications 40 --no-report --quiet";
    let child = started(&folder, resized).spawn().unwrap();
    let mut child = child;
    while child.try_wait().unwrap().is_none() {
        let _ = Command::new("kill").args(["-WINCH", &child.id().to_string()]).stderr(Stdio::null()).status();
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A terminal that is narrow, or changes its size meanwhile: `script` has one.
#[cfg(target_os = "linux")]
#[test]
fn a_narrow_terminal_gets_its_summary() {
    let folder = folder(BARE);
    if !Path::new("/usr/bin/script").exists() {
        eprintln!("SKIPPED: there is no `script` here");
        return;
    }
    for columns in [1, 20, 500] {
        let command = format!("stty cols {columns} rows 2; $BUSLOAD run a.toml --no-report");
        let output = shell(&folder, &format!("script -qec '{command}' /dev/null < /dev/null"));
        assert_eq!(output.status.code(), Some(0), "{columns}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("server"), "{columns}");
    }
}

#[test]
fn a_link_is_not_replaced() {
    let folder = folder(BARE);
    let output = shell(&folder, "mkdir there && ln -s there here && $BUSLOAD run a.toml --out here");
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("here is a link to a folder"), "{}", told(&output));
    assert_eq!(names(folder.path()), ["a.toml", "here", "there"]);
}

/// What would not fit is refused before it is begun, with the reason; what does not fit all the same is stopped, and kept.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded() {
    let folder = folder(BARE);
    let overload = "--set event.customer.rate=2000/s --set subscriber.server.work=1s --no-report";
    let refused = busload(&folder, &format!("run a.toml {overload} --set run.horizon=24h --memory 2GiB"));
    assert_eq!((refused.code, refused.stdout.as_str()), (3, ""), "{}", refused.stderr);
    for word in [
        "a.toml: subscriber.server is asked for 2000 times",
        "173M messages wait",
        "max_length",
        "at a time would take about",
        "2 GiB may be taken",
    ] {
        assert!(refused.stderr.contains(word), "no {word:?} in {}", refused.stderr);
    }
    // A limit bounds it, and so does a life time, unless the consumer takes all before it is long or old.
    for bound in ["queue.line.max_length=100", "queue.line.time_to_live=1s"] {
        let bounded =
            format!("run a.toml {overload} --set run.horizon=1m --set {bound} --set subscriber.server.prefetch=10 --memory 100MiB");
        let bounded = busload(&folder, &bounded);
        assert_eq!(bounded.code, 0, "{}", bounded.stderr);
        let handed = busload(&folder, &format!("run a.toml {overload} --set run.horizon=24h --set {bound} --memory 2GiB"));
        assert_eq!((handed.code, handed.stdout.as_str()), (3, ""), "{}", handed.stderr);
        assert!(handed.stderr.contains("`prefetch`, with `max_length` or `time_to_live`"), "{}", handed.stderr);
    }
    let stopped = busload(&folder, &format!("run a.toml {overload} --set run.horizon=1h --memory 300MiB --threads 1 --replications 9"));
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    // What it keeps from its start is foretold too.
    let kept = busload(&folder, "run a.toml --no-report --set event.customer.resources=20_000_000 --memory 100MiB");
    assert_eq!((kept.code, kept.stdout.as_str()), (3, ""), "{}", kept.stderr);
    assert!(kept.stderr.contains("from its start, most of it because of event.customer.resources"), "{}", kept.stderr);
    for (absurd, word) in [("lots", "1GiB"), ("0B", "no memory")] {
        let absurd = busload(&folder, &format!("run a.toml --memory {absurd}"));
        assert_eq!(absurd.code, 2);
        assert!(absurd.stderr.contains(word), "{}", absurd.stderr);
    }
}

/// What the guard says of a line and what the line takes agree as far as its refusals need.
#[cfg(target_os = "linux")]
#[test]
fn the_memory_that_is_foretold_is_taken() {
    let burdened = |more: &str, horizon: &str| {
        let settings = [("event.customer.rate", "20K/s"), ("run.horizon", horizon), ("run.replications", "1")];
        let scenario = crate::run_help::scenario_set(&format!("{BARE}\n{more}"), &settings);
        busload::experiment::burden(&scenario).expect("it does not keep up").bytes
    };
    for more in ["work = \"1s\"", "work = \"1s\"\nprefetch = 10"] {
        let foretold = burdened(more, "60s");
        let folder = folder(&format!("{BARE}\n{more}"));
        let settings = "--set event.customer.rate=20K/s --set run.horizon=60s --replications 1 --no-report --quiet";
        let run = |memory: f64| busload(&folder, &format!("run a.toml {settings} --memory {memory:.0}B")).code;
        assert_eq!((run(1.6 * foretold), run(0.8 * foretold)), (0, 3), "{more}: {foretold} bytes");
    }
}

/// A law that is broken says where, so that it can be seen again.
#[test]
fn a_defect_of_the_model_says_seed_replication_and_simulated_time() {
    let scenario = crate::run_help::scenario_set(BARE, &[("event.customer.rate", "5K/s"), ("run.seed", "17")]);
    let simulate = || busload::model::simulate(&scenario, busload::units::Time::ZERO, 4, &|| panic!("a law is broken"));
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(simulate)).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.starts_with("a law is broken (seed 17, replication 4, at ") && said.ends_with(" of simulated time)"), "{said}");
    assert!(!said.contains("at 0 of"), "{said}");
}
