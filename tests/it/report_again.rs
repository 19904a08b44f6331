//! Saved outcomes rendered again, and exported: the same bytes, the parts that were asked for, formats that their own tools read.

use crate::report_kinds::{busload, made};
use crate::report_samples::{hostile, rich};
use assert_cmd::Command;
use busload::outcome::Outcome;
use busload::report::{export, json};
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{self, Stdio};
use tempfile::TempDir;

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            all.extend(files(&entry.path()).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

#[test]
fn the_outcome_of_every_command_is_rendered_again_to_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    for (name, first) in made(folder.path()) {
        let again = busload(folder.path(), &["report", &format!("{name}/outcome.json"), "--out", "again"]);
        assert_eq!(again.code, first.code, "{name}");
        assert_eq!(again.text.replace("again/", &format!("{name}/")), first.text, "{name}");
        let (made, rendered) = (files(&folder.path().join(name)), files(&folder.path().join("again")));
        assert!(made.keys().eq(rendered.keys()), "{name}: {:?} {:?}", made.keys(), rendered.keys());
        for (file, bytes) in &made {
            assert!(rendered[file] == *bytes, "{name}: {file}");
        }
        fits_a_terminal(name, &first.text);
        for chart in made.keys().filter(|file| file.ends_with(".png")) {
            let size = |at: usize| u32::from_be_bytes(made[chart][at..at + 4].try_into().unwrap());
            assert_eq!((size(16), size(20)), (1600, 900), "{name}: {chart}");
        }
        fs::remove_dir_all(folder.path().join("again")).unwrap();
    }
}

/// Where the report is, is printed below.
fn fits_a_terminal(name: &str, text: &str) {
    assert!(text.lines().count() <= 40, "{name} prints {} lines:\n{text}", text.lines().count());
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(widest <= 100 && !text.contains('\u{1b}'), "{name} is {widest} wide:\n{text}");
}

#[test]
fn only_what_is_asked_for_is_written() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("outcome.json"), json(&rich())).unwrap();
    let place = |name: &str| folder.path().join(name);
    for (kind, wanted) in [("html", vec!["report.html"]), ("markdown", vec!["summary.md"]), ("csv", vec!["metrics.csv", "series.csv"])] {
        busload(folder.path(), &["report", "outcome.json", "--only", kind, "--out", kind]);
        assert!(files(&place(kind)).keys().eq(wanted), "{kind}");
    }
    busload(folder.path(), &["report", "outcome.json", "--only", "charts", "--out", "slides"]);
    let charts = files(&place("slides"));
    assert!(charts.len() > 8 && charts.keys().all(|file| file.starts_with("charts/")), "{:?}", charts.keys());
    // What is there already stays as it is, but for charts of another report.
    fs::write(place("slides").join("summary.md"), "mine").unwrap();
    fs::write(place("slides").join("charts/old.svg"), "old").unwrap();
    busload(folder.path(), &["report", "outcome.json", "--only", "charts,html", "--out", "slides", "--quiet"]);
    let after = files(&place("slides"));
    assert_eq!((after["summary.md"].as_slice(), after.contains_key("charts/old.svg")), (b"mine".as_slice(), false));
    assert_eq!(after.len(), charts.len() + 2);
}

#[test]
fn a_file_that_is_no_outcome_is_told() {
    let folder = TempDir::new().unwrap();
    let hollow = r#"{"schema":"busload/compare/1","conclusion":"","designs":[],"ranking":[],"differences":[],"confidence_each":0.95,"confidence":0.95,"unshared":[],"partial":false}"#;
    for (text, told) in [("[]", "not an outcome"), ("{\"schema\":\"x/2\"}", "its schema is x/2"), (hollow, "parts of it are missing")] {
        fs::write(folder.path().join("o.json"), text).unwrap();
        let output =
            Command::cargo_bin("busload").unwrap().current_dir(folder.path()).args(["report", "o.json", "--out", "r"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(told) && !folder.path().join("r").exists(), "{text}: {said}");
    }
}

/// An outcome with histograms, as a run makes them.
fn simulated() -> Outcome {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.toml"), crate::designs::BARE).unwrap();
    serde_json::from_str(&busload(folder.path(), &["run", "a.toml", "--json", "--no-report"]).text).unwrap()
}

#[test]
fn an_exported_histogram_has_the_quantiles_of_the_curve() {
    let outcome = simulated();
    let log = export::hdr(&outcome, 1000.0).expect("it has histograms");
    let entries: Vec<LogEntry> =
        IntervalLogIterator::new(log.as_bytes()).map(|entry| entry.expect("every line is of the format")).collect();
    let found: Vec<_> = entries.iter().filter_map(|entry| if let LogEntry::Interval(line) = entry { Some(line) } else { None }).collect();
    assert_eq!(found.len(), outcome.curves.len());
    for (line, curve) in found.iter().zip(&outcome.curves) {
        let tag = line.tag().expect("it is tagged");
        assert_eq!(format!("{}.end_to_end", tag.as_str()), curve.name);
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, line.encoded_histogram()).unwrap();
        let histogram: hdrhistogram::Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
        for (probability, value) in curve.quantiles.iter().filter(|(probability, _)| (0.5..0.999).contains(probability)) {
            let told = histogram.value_at_quantile(*probability) as f64 / 1e9;
            assert!((told - value).abs() <= 0.02 * value, "{probability}: {told} is not {value}");
        }
    }
    assert!(export::hdr(&rich(), 0.0).is_err(), "an older outcome has none, which is said");
}

/// A sample: its name with labels, its value and its time.
fn sample(line: &str) -> (&str, f64, f64) {
    let (rest, at) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no time: {line}"));
    let (name, value) = rest.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
    (name, value.parse().unwrap_or_else(|_| panic!("{line}")), at.parse().unwrap_or_else(|_| panic!("{line}")))
}

/// 7000 s are 233 steps of 30 s and a third of one.
#[test]
fn a_step_that_the_horizon_cuts_counts_as_it_is() {
    let outcome = crate::disruptions::every_second("7000s", "[subscriber.server]\nfrom = \"line\"");
    let text = export::openmetrics(&outcome, 0.0);
    let last = text.lines().rfind(|line| line.starts_with("busload_event_published_messages_total{")).map(sample).unwrap();
    assert!((last.1 - 6999.0).abs() < 0.01 && last.2 == 7000.0, "{last:?}");
}

#[test]
fn open_metrics_are_the_series_with_times() {
    let outcome = rich();
    let text = export::openmetrics(&outcome, 1000.0);
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1);
    let series = outcome.series.iter().find(|series| series.name == "subscriber.gate.throughput").unwrap();
    let named: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("busload_subscriber_messages_acknowledged_total{subscriber=\"gate\"}"))
        .map(sample)
        .collect();
    assert_eq!(named.len(), series.mean.len() + 1);
    for (index, mean) in series.mean.iter().enumerate() {
        let ((_, before, _), (_, after, at)) = (named[index], named[index + 1]);
        assert_eq!(at, 1000.0 + (index + 1) as f64 * series.step_s);
        assert!(((after - before) / series.step_s - mean).abs() <= 1e-6 * mean.max(1e-3), "a counter's growth is the rate");
    }
    // Families are whole, and times of one series ascend.
    let mut families: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).map(|line| line.split(' ').next().unwrap()).collect();
    let count = families.len();
    families.sort_unstable();
    families.dedup();
    assert!(count == families.len() && count >= 6, "{families:?}");
    let mut last: BTreeMap<&str, f64> = BTreeMap::new();
    for (name, _, at) in text.lines().filter(|line| !line.starts_with('#')).map(sample) {
        assert!(last.insert(name, at).is_none_or(|before| before < at), "{name} goes back in time");
    }
}

#[test]
fn names_are_escaped_in_every_export() {
    let outcome = hostile();
    let metrics = export::openmetrics(&outcome, 0.0);
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        let (labels, _) = bare.split_once('{').and_then(|(_, rest)| rest.rsplit_once('}')).expect("it has labels");
        assert_eq!(labels.matches('"').count() % 2, 0, "{line}");
        sample(line);
    }
    for line in export::graphviz(&outcome).lines().chain(export::mermaid(&outcome).lines()) {
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert!(bare.matches('"').count().is_multiple_of(2) && !line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn dot_reads_the_graph() {
    if process::Command::new("dot").arg("-V").output().is_err() {
        eprintln!("SKIPPED: no dot on this machine, so no graph was drawn by it");
        return;
    }
    for outcome in [rich(), hostile(), crate::report_samples::sixty()] {
        let mut dot =
            process::Command::new("dot").arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let graph = export::graphviz(&outcome);
        let mut input = dot.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(graph.as_bytes()));
        let output = dot.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("syntax"), "{said}");
        // A segment is a frame around what it holds.
        let svg = String::from_utf8_lossy(&output.stdout).into_owned();
        let drawn: usize = ["class=\"node\"", "class=\"cluster\""].iter().map(|kind| svg.matches(kind).count()).sum();
        assert!(drawn >= outcome.architecture.nodes.len(), "{drawn} boxes of {}", outcome.architecture.nodes.len());
    }
}
