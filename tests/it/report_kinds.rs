//! A report of every command, of a small design.

use assert_cmd::Command;
use std::fs;
use std::path::Path;

const DESIGN: &str = r#"
    title = "A <b>small</b> design"
    question = "Does it hold?"
    [run]
    horizon = "10m"
    replications = 2
    [sor.source]
    workers = 2
    service = "exp(20ms)"
    own_load = "5/s"
    own_service = "exp(20ms)"
    [event.change]
    from = "source"
    to = "changes"
    rate = "20/s"
    [segment.bus]
    threads = 2
    cost = { receive = "200us", deliver = "200us" }
    [topic.changes]
    segment = "bus"
    [subscriber.gate]
    from = "changes"
    workers = 4
    work = "exp(20ms)"
    [subscriber.gate.callback]
    [event.note]
    from = "source"
    to = "notes"
    rate = "1/s"
    [queue.notes]
    segment = "bus"
    [subscriber.clerk]
    from = "notes"
    work = "exp(20ms)"
    [objective]
    "subscriber.gate.end_to_end.p99" = "< 2s"
    "sor.source.utilization.peak" = "< 80%"
    [growth]
    rate = "60% per year"
    [price]
    currency = "EUR"
    "sor.source.workers" = 90
    "subscriber.gate.workers" = 20
    "segment.*.threads" = 40
"#;

/// Each command with what it is asked, but for files.
pub const COMMANDS: [(&str, &str); 10] = [
    ("run", "run a.toml"),
    ("check", "check a.toml b.toml"),
    ("compare", "compare a.toml b.toml"),
    ("sweep", "sweep a.toml --vary sor.source.workers=1,2,4 --vary subscriber.gate.workers=3,4"),
    ("limit", "limit a.toml"),
    ("size", "size a.toml --tune sor.source.workers=1..4 --tune subscriber.gate.workers=2..5"),
    ("adverse", "adverse a.toml"),
    ("forecast", "forecast a.toml"),
    ("segments", "segments a.toml --up-to 2"),
    ("sensitivity", "sensitivity a.toml"),
];

/// What a command printed, and how it ended.
pub struct Printed {
    pub code: i32,
    pub text: String,
}

/// Calls the program in a folder.
pub fn busload(folder: &Path, arguments: &[&str]) -> Printed {
    let output = Command::cargo_bin("busload").unwrap().current_dir(folder).args(arguments).output().unwrap();
    let code = output.status.code().unwrap();
    assert!(matches!(code, 0 | 1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Printed { code, text: String::from_utf8(output.stdout).unwrap() }
}

/// A report of each command in a folder of its name; what they printed.
pub fn made(folder: &Path) -> Vec<(&'static str, Printed)> {
    fs::write(folder.join("a.toml"), DESIGN).unwrap();
    fs::write(folder.join("b.toml"), DESIGN.replace("workers = 4", "workers = 3").replace("20/s", "18/s")).unwrap();
    let one = |(name, command): (&'static str, &str)| {
        let arguments: Vec<&str> = command.split(' ').chain(["--out", name]).collect();
        (name, busload(folder, &arguments))
    };
    COMMANDS.into_iter().map(one).collect()
}
