//! The planning commands as a person meets them: each has a schema of its own, prints what it writes, and renders again.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const TEXT: &str = r#"
    title = "A line of two hours"
    [run]
    horizon = "2h"
    replications = 3
    [sor.source]
    [event.change]
    from = "source"
    to = "changes"
    rate = "360/h"
    [event.other]
    from = "source"
    to = "others"
    rate = "36/h"
    [queue.others]
    segment = "bus"
    [subscriber.clerk]
    from = "others"
    work = "exp(1s)"
    [segment.bus]
    cost = { receive = "1s" }
    [topic.changes]
    segment = "bus"
    [subscriber.gate]
    from = "changes"
    workers = 3
    work = "exp(5s)"
    [objective]
    "subscriber.gate.end_to_end.mean" = "< 9s"
    [growth]
    rate = "40% per year"
    [price]
    currency = "EUR"
    "subscriber.*.workers" = 50
    "#;

const COMMANDS: [(&str, &str); 9] = [
    ("check a.toml --out out", "busload/check/1"),
    ("compare a.toml a.toml --out out", "busload/compare/1"),
    ("sweep a.toml --vary subscriber.gate.workers=2..5 --out out", "busload/sweep/1"),
    ("limit a.toml --out out", "busload/limit/1"),
    ("size a.toml --tune subscriber.gate.workers=1..4 --survive 1 --out out", "busload/size/1"),
    ("segments a.toml --up-to 8 --out out", "busload/segments/1"),
    ("adverse a.toml --out out", "busload/adverse/1"),
    ("forecast a.toml --out out", "busload/forecast/1"),
    ("sensitivity a.toml --out out", "busload/sensitivity/1"),
];

struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

fn busload(folder: &TempDir, arguments: &str) -> Done {
    let output = Command::cargo_bin("busload").unwrap().current_dir(folder.path()).args(arguments.split_whitespace()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn charts(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join("charts"))
        .map_or(Vec::new(), |entries| entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into()).collect());
    names.sort();
    names
}

#[test]
fn each_has_a_schema_prints_what_it_writes_and_renders_again() {
    for (command, schema) in COMMANDS {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.toml"), TEXT).unwrap();
        let done = busload(&folder, &format!("{command} --json"));
        assert!(done.code <= 1 && done.stderr.is_empty(), "{command}: {} {}", done.code, done.stderr);
        let json: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
        assert_eq!(json["schema"], schema);
        let out = folder.path().join("out");
        let written = |name: &str| fs::read_to_string(out.join(name)).unwrap();
        assert_eq!(done.stdout, written("outcome.json"), "{command}");
        let told = busload(&folder, command).stdout;
        // A title, perhaps a question, and then the conclusion.
        let conclusion = json["conclusion"].as_str().or(json["designs"][0]["conclusion"].as_str()).unwrap();
        let opening: String = told.split_whitespace().take(40).collect::<Vec<_>>().join(" ");
        let first: String = conclusion.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
        assert!(opening.contains(&first), "{command}: no \"{first}\" in the first words of {told}");
        assert!(!charts(&out).is_empty(), "{command} has a chart");
        let (page, pictures) = (written("report.html"), charts(&out));
        let again = busload(&folder, "report out/outcome.json --out again");
        assert_eq!((again.code, again.stderr.as_str()), (done.code, ""), "{command}");
        let again = folder.path().join("again");
        assert_eq!((fs::read_to_string(again.join("report.html")).unwrap(), charts(&again)), (page, pictures), "{command}");
        assert_eq!(fs::read_to_string(again.join("outcome.json")).unwrap(), written("outcome.json"), "{command}");
    }
}

#[test]
fn a_schema_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("outcome.json"), "{ \"schema\": \"busload/limit/99\" }").unwrap();
    let done = busload(&folder, "report outcome.json --out again");
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("busload/limit/99") && done.stderr.contains("run the command again"), "{}", done.stderr);
}
