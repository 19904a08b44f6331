//! The command as a person or a script meets it: exit codes, what is printed where, what is written.

use crate::designs::BARE;
use assert_cmd::Command;
use busload::outcome::{Outcome, SCHEMA};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A working folder with the scenario `a.toml`, its only file.
pub fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.toml"), text).unwrap();
    folder
}

/// The scenario with an objective.
pub fn with_objective(metric: &str, bound: &str) -> String {
    format!("{BARE}\n[objective]\n\"{metric}\" = \"{bound}\"")
}

/// What a command did.
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

pub fn busload(folder: &TempDir, arguments: &str) -> Done {
    let output = Command::cargo_bin("busload").unwrap().current_dir(folder.path()).args(arguments.split_whitespace()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Names in a folder, in order, those that are hidden too.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into()).collect();
    names.sort();
    names
}

/// Every file below a folder with its bytes.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        match path.is_dir() {
            true => all.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes))),
            false => all.push((name, fs::read(&path).unwrap())),
        }
    }
    all
}

/// One clear error with these words, exit 2, and nothing is written.
pub fn is_wrong(folder: &TempDir, arguments: &str, words: &[&str]) {
    let before = names(folder.path());
    let done = busload(folder, arguments);
    assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{arguments}: {}", done.stderr);
    for word in words {
        assert!(done.stderr.contains(word), "{arguments}: no \"{word}\" in\n{}", done.stderr);
    }
    assert_eq!(names(folder.path()), before, "{arguments}");
}

pub const REPORT: [&str; 6] = ["charts", "metrics.csv", "outcome.json", "report.html", "series.csv", "summary.md"];

#[test]
fn a_run_prints_a_summary_and_writes_a_report() {
    let folder = folder(BARE);
    let done = busload(&folder, "run a.toml");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("server") && done.stdout.contains("Report: reports/a/report.html"), "{}", done.stdout);
    assert_eq!(names(&folder.path().join("reports/a")), REPORT);
    assert_eq!(names(&folder.path().join("reports")), ["a"]);
}

#[test]
fn verdicts_are_exit_codes() {
    for (bound, code) in [("> 0s", 1), ("< 1s", 0), ("<= 0s", 0)] {
        let folder = folder(&with_objective("subscriber.server.end_to_end.mean", bound));
        assert_eq!(busload(&folder, "run a.toml --no-report --quiet").code, code, "{bound}");
    }
    let one_run = folder(&with_objective("subscriber.server.end_to_end.mean", "< 1s"));
    assert_eq!(busload(&one_run, "run a.toml --no-report --quiet --replications 1").code, 1, "undecided");
}

/// A reader who has seen enough, as `head` has.
#[test]
fn a_closed_pipe_is_nobodys_error() {
    let folder = folder(BARE);
    for arguments in ["run a.toml", "run a.toml --json", "report reports/a/outcome.json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("busload"));
        let output = command.current_dir(folder.path()).args(arguments.split(' ')).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""), "{arguments}");
        assert_eq!(names(&folder.path().join("reports/a")), REPORT, "{arguments}");
    }
}

#[test]
fn json_is_all_of_stdout() {
    let folder = folder(BARE);
    let done = busload(&folder, "run a.toml --json");
    let outcome: Outcome = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!((outcome.schema.as_str(), done.code, done.stderr.as_str()), (SCHEMA, 0, ""));
    assert_eq!(done.stdout.into_bytes(), fs::read(folder.path().join("reports/a/outcome.json")).unwrap());
    let text = fs::read_to_string(folder.path().join("reports/a/outcome.json")).unwrap();
    assert!(!text.contains(&*folder.path().to_string_lossy()), "no path is in it");
}

#[test]
fn quiet_and_no_report_leave_nothing() {
    let folder = folder(BARE);
    let done = busload(&folder, "run a.toml --quiet --no-report");
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
    assert_eq!(names(folder.path()), ["a.toml"]);
    assert!(!busload(&folder, "run a.toml --no-report").stdout.is_empty());
    assert_eq!(names(folder.path()), ["a.toml"]);
    assert_eq!(busload(&folder, "run a.toml --quiet --out there").stdout, "");
    assert_eq!(names(folder.path()), ["a.toml", "there"]);
}

#[test]
fn seed_replications_and_threads() {
    let folder = folder(BARE);
    let json = |options: &str| busload(&folder, &format!("run a.toml --no-report --json {options}")).stdout;
    assert_eq!(json("--threads 1"), json("--threads 2"));
    assert_ne!(json("--seed 5"), json("--seed 6"));
    let outcome: Outcome = serde_json::from_str(&json("--replications 4 --seed 9 --set run.horizon=5m")).unwrap();
    assert_eq!((outcome.run.replications, outcome.run.seed, outcome.run.horizon_s), (4, 9, 300.0));
    assert_eq!(json("--set run.seed=5 --set run.horizon=5m"), json("--set run.horizon=5m --set run.seed=5"));
}

#[test]
fn what_is_wrong_is_said_once_with_a_remedy() {
    let folder = folder(BARE);
    is_wrong(&folder, "run b.toml", &["b.toml", "doesn't exist"]);
    is_wrong(&folder, "run .", &["is a folder", "name a file in it"]);
    is_wrong(&folder, "run a.toml --set subscriber.server.wokers=3", &["wokers", "did you mean", "workers"]);
    is_wrong(&folder, "run a.toml --set subscriber.sever.workers=3", &["sever", "did you mean", "server"]);
    is_wrong(&folder, "run a.toml --set subscriber.server.work=5parsecs", &["subscriber.server.work", "5parsecs"]);
    is_wrong(&folder, "run a.toml --set event.customer.rate=-1/s", &["event.customer.rate", "-1/s"]);
    is_wrong(&folder, "run a.toml --set event.customer.to=nowhere", &["nowhere"]);
    is_wrong(&folder, "run a.toml --set nothing", &["PATH=VALUE", "sor.ticketing.workers=16"]);
    is_wrong(&folder, "run a.toml --threads 0", &["--threads"]);
    is_wrong(&folder, "run a.toml --threads 65535", &["--threads", "1024"]);
    is_wrong(&folder, "sweep a.toml --vary load=1,2 --vary load=3,4", &["load is varied twice"]);
    is_wrong(&folder, "walk a.toml", &["walk"]);
    let no_metric = self::folder(&with_objective("subscriber.server.end_to_end.p98", "< 1s"));
    is_wrong(&no_metric, "run a.toml", &["a.toml", "end_to_end.p98", "p99"]);
}

#[test]
fn a_folder_that_is_no_report_is_left_alone() {
    let folder = folder(BARE);
    fs::create_dir(folder.path().join("thesis")).unwrap();
    fs::write(folder.path().join("thesis/chapter1"), "all I have").unwrap();
    let forever = "--set run.horizon=300d --set run.replications=1000";
    is_wrong(&folder, &format!("run a.toml --out thesis {forever}"), &["thesis", "not a report folder", "chapter1", "--out"]);
    is_wrong(&folder, &format!("run a.toml --out a.toml {forever}"), &["a.toml", "not a folder", "--out"]);
    is_wrong(&folder, &format!("run a.toml --out . {forever}"), &["--out"]);
    // Not even where an outcome lies among other things.
    busload(&folder, "run a.toml --out report");
    fs::copy(folder.path().join("report/outcome.json"), folder.path().join("thesis/outcome.json")).unwrap();
    is_wrong(&folder, &format!("run a.toml --out thesis {forever}"), &["thesis", "chapter1"]);
    is_wrong(&folder, "report thesis/outcome.json", &["thesis", "chapter1", "--out"]);
    assert_eq!(fs::read_to_string(folder.path().join("thesis/chapter1")).unwrap(), "all I have");
}

#[test]
fn a_report_takes_the_place_of_the_last_one() {
    let folder = folder(BARE);
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert_eq!(busload(&folder, "run a.toml --quiet --out empty").code, 0);
    let first = files(&folder.path().join("empty"));
    fs::remove_file(folder.path().join("empty/report.html")).unwrap();
    assert_eq!(busload(&folder, "run a.toml --quiet --out empty").code, 0);
    assert_eq!(files(&folder.path().join("empty")), first);
    assert_eq!(names(folder.path()), ["a.toml", "empty"], "nothing temporary is left");
}

#[test]
fn a_report_is_rendered_again_to_the_same_bytes() {
    let folder = folder(&with_objective("subscriber.server.end_to_end.mean", "> 1h"));
    let first = busload(&folder, "run a.toml --out first");
    let again = busload(&folder, "report first/outcome.json --out again");
    assert_eq!((first.code, again.code), (1, 1));
    assert_eq!(first.stdout.replace("first", "again"), again.stdout);
    let report = files(&folder.path().join("first"));
    assert_eq!(report, files(&folder.path().join("again")));
    assert_eq!(busload(&folder, "report first/outcome.json --quiet").stdout, "");
    assert_eq!(files(&folder.path().join("first")), report);
}

/// Neither moved from under somebody's feet nor left with an old chart.
#[test]
fn a_report_can_be_rendered_from_within_its_folder() {
    let folder = folder(BARE);
    busload(&folder, "run a.toml --quiet --out report");
    let (place, before) = (folder.path().join("report"), files(&folder.path().join("report")));
    for (within, outcome) in [("report", "outcome.json"), ("report/charts", "../outcome.json")] {
        fs::remove_file(place.join("report.html")).unwrap();
        fs::write(place.join("charts/old.svg"), "").unwrap();
        let mut command = Command::cargo_bin("busload").unwrap();
        let output = command.current_dir(folder.path().join(within)).args(["report", outcome]).output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""), "{within}");
        assert_eq!(files(&place), before, "{within}");
    }
    assert_eq!(names(folder.path()), ["a.toml", "report"]);
}

#[test]
fn what_is_no_outcome_is_not_rendered() {
    let folder = folder(BARE);
    is_wrong(&folder, "report nothing.json", &["nothing.json", "doesn't exist"]);
    is_wrong(&folder, "report a.toml", &["a.toml", "not an outcome", "run the command again"]);
    is_wrong(&folder, "report .", &["is a folder"]);
}

#[test]
fn an_export_does_not_replace_what_it_reads() {
    let folder = folder(BARE);
    busload(&folder, "run a.toml --quiet --out report");
    let before = files(folder.path());
    for out in ["report/outcome.json", "./report/../report/outcome.json"] {
        is_wrong(
            &folder,
            &format!("export report/outcome.json --format openmetrics --out {out}"),
            &["outcome.json", "that is read", "--out"],
        );
    }
    assert_eq!(files(folder.path()), before);
    assert_eq!(busload(&folder, "export report/outcome.json --format openmetrics --out figures.txt").code, 0);
}

#[test]
fn a_disk_that_refuses_is_no_fault_of_the_input() {
    let folder = folder(BARE);
    let done = busload(&folder, "run a.toml --out a.toml/below");
    assert_eq!(done.code, 3);
    assert!(
        done.stderr.contains("a.toml/below can't be written in a.toml") && done.stdout.is_empty(),
        "before hours are spent: {}",
        done.stderr
    );
    assert_eq!(names(folder.path()), ["a.toml"]);
}

/// Waits until a program has a handler for Ctrl-C.
#[cfg(target_os = "linux")]
fn listens(program: u32) -> bool {
    const INTERRUPT: u64 = 1 << 1;
    let caught = || {
        let status = fs::read_to_string(format!("/proc/{program}/status")).ok()?;
        let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"))?.trim().to_string();
        u64::from_str_radix(&mask, 16).ok()
    };
    (0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        caught().is_some_and(|mask| mask & INTERRUPT != 0)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_keeps_what_is_finished() {
    use std::process::Stdio;
    let folder = folder(BARE);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("busload"));
    command.args("run a.toml --set run.horizon=12h --replications 1000".split(' ')).current_dir(folder.path());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert!(listens(child.id()));
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("stopping: what is finished is kept (again to end at once)"), "{stderr}");
    assert!(stdout.contains("interrupted: ") && stdout.contains(" of 1000 replications"), "{stdout}");
    assert_eq!(names(&folder.path().join("reports/a")), REPORT);
}

#[test]
fn a_check_prints_and_says_by_its_exit_code_what_it_found() {
    let folder = folder(&format!("{BARE}\nwork = \"exp(100ms)\""));
    let sound = busload(&folder, "check a.toml");
    assert_eq!(sound.code, 0, "{}", sound.stderr);
    assert!(sound.stdout.contains("By arithmetic the design bears its load"), "{}", sound.stdout);
    let full = busload(&folder, "check a.toml --set load=1000 --json");
    assert_eq!(full.code, 1, "{}", full.stdout);
    assert!(full.stdout.contains("\"schema\": \"busload/check/1\"") && full.stdout.contains("\"bears\": false"), "{}", full.stdout);
    // What is sound is told even where another file is not.
    fs::write(folder.path().join("b.toml"), "title = 1").unwrap();
    let wrong = busload(&folder, "check a.toml b.toml");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stdout.contains("By arithmetic") && wrong.stderr.contains("b.toml"), "{} {}", wrong.stdout, wrong.stderr);
    assert_eq!(names(folder.path()), ["a.toml", "b.toml"]);
}
