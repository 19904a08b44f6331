//! Texts of a scenario are its author's: in no file of any command's report do they become markup, a script, a formula or a line of
//! their own, and none reaches the terminal as a command.

use crate::commands::{busload, names};
use std::fs;
use std::path::Path;

/// Markup, formulas, quotes, ends of lines and commands of terminals.
const TITLE: &str = r#"=cmd|' /C calc'!A0</script></title></svg><script>alert(1)</script><img src=x onerror=alert(2)>"'`${7*7}{{7*7}}\u001b[31m\r\n# x\n| a | b |\n![x](javascript:alert(3)) \u202egpj.exe"#;

/// Every text that a person may write, hostile.
fn scenario() -> String {
    let text = TITLE.replace('"', "\\\"");
    format!(
        r#"
        title = "{text}"
        question = "{text}"
        [run]
        horizon = "5m"
        replications = 2
        [sor.source]
        service = "1ms"
        own_load = "1/s"
        own_service = "1ms"
        [event.customer]
        from = "source"
        to = "line"
        rate = "5/s"
        kinds = ["{text}", "other"]
        [segment.bus]
        threads = 2
        [topic.line]
        segment = "bus"
        [subscriber.server]
        from = "line"
        workers = 2
        work = "exp(50ms)"
        selector = {{ kinds = ["{text}"] }}
        [objective]
        "subscriber.server.end_to_end.p99" = "< 5s"
        [growth]
        rate = "30% per year"
        [price]
        currency = "USD"
        "segment.*.threads" = 40
        [assumption]
        "segment.bus" = "measured: {text}"
        "#
    )
}

/// Also the file's name, which reports tell.
const FILE: &str = "=1+1;<script>alert(4)<&'\u{1b}[31m\u{202e}.toml";

#[test]
fn hostile_texts_stay_texts_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), scenario()).unwrap();
    fs::write(folder.path().join("a.toml"), scenario()).unwrap();
    let mut looked_at = 0;
    for command in COMMANDS {
        let _ = fs::remove_dir_all(folder.path().join("out"));
        let mut arguments: Vec<&str> = command.split_whitespace().map(|word| if word == "FILE" { FILE } else { word }).collect();
        arguments.extend(["--out", "out"]);
        let mut program = assert_cmd::Command::cargo_bin("busload").unwrap();
        let output = program.current_dir(folder.path()).args(&arguments).output().unwrap();
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(matches!(output.status.code(), Some(0 | 1)), "{command}: {stderr}");
        for text in [&stdout, &stderr] {
            assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{command} steers the terminal: {text:?}");
        }
        looked_at += look_through(&folder.path().join("out"), command);
    }
    assert!(looked_at > 30, "{looked_at} files");
}

const COMMANDS: [&str; 8] = [
    "run FILE",
    "check FILE",
    "compare FILE a.toml",
    "sweep FILE --vary segment.bus.threads=1,2",
    "limit FILE",
    "size FILE --tune segment.bus.threads=1..2",
    "adverse FILE",
    "forecast FILE",
];

/// Looks at every file below a folder; how many there were.
fn look_through(folder: &Path, command: &str) -> usize {
    let mut count = 0;
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            count += look_through(&path, command);
            continue;
        }
        let place = format!("{command}: {name}");
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if ending == "png" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        // Data for programs carries its texts as they are, quoted.
        assert!(!text.contains(['\u{1b}', '\u{202e}']) || matches!(ending.as_str(), "json" | "csv"), "{place} steers");
        match ending.as_str() {
            "html" => html(&text, &place),
            "svg" => svg(&text, &place),
            "csv" => csv(&text, &place),
            "md" => markdown(&text, &place),
            "json" => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
            "prom" | "om" => prometheus(&text, &place),
            "dot" | "mmd" => graph(&text, &place),
            other => panic!("{place}: nobody looks at .{other}"),
        }
        count += 1;
    }
    count
}

fn html(text: &str, place: &str) {
    let own = text.matches("<script").count();
    assert_eq!(own, text.matches("</script").count(), "{place}: scripts");
    for bad in ["<script>alert", "<img src=x", "</title></svg>", "onerror=alert(2)>\""] {
        assert!(!text.contains(bad), "{place}: {bad}");
    }
    // Within the data of the page, an end of the script would be one.
    for part in text.split("<script").skip(1) {
        let script = part.split("</script").next().unwrap_or_default();
        assert!(!script.contains("<!--"), "{place}: a comment begins in a script");
    }
}

fn svg(text: &str, place: &str) {
    for bad in ["<script", "<img", "<foreignObject", "javascript:alert(3)\""] {
        assert!(!text.contains(bad), "{place}: {bad}");
    }
    // Everything between tags is escaped: an ampersand begins an entity, and no quote ends an attribute early.
    for (at, _) in text.match_indices('&') {
        let entity: String = text[at + 1..].chars().take_while(|c| *c != ';').take(8).collect();
        assert!(matches!(entity.as_str(), "amp" | "lt" | "gt" | "quot") || entity.starts_with('#'), "{place}: &{entity}");
    }
}

fn csv(text: &str, place: &str) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(false).from_reader(text.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap_or_else(|error| panic!("{place}: {error}")) {
            let is_number = cell.parse::<f64>().is_ok();
            assert!(is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{place}: {cell:?}");
        }
    }
}

fn markdown(text: &str, place: &str) {
    // The command that gives it again stands in a block of code, in which nothing marks up.
    let text: String = text.lines().filter(|line| !line.trim_start().starts_with("busload ")).map(|line| format!("{line}\n")).collect();
    for bad in ["<script", "<img", "![x](javascript", "\n# x", "\n| a | b |"] {
        assert!(!text.contains(bad), "{place}: {bad}");
    }
    // Every row of a table has as many cells as its head.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut wanted = None;
    for line in text.lines() {
        let count = line.starts_with('|').then(|| cells(line));
        assert!(count.is_none() || wanted.is_none() || wanted == count, "{place}: {line}");
        wanted = count.and(wanted.or(count));
    }
}

/// A line is a comment, or a name with labels in quotes and a number.
fn prometheus(text: &str, place: &str) {
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let plain = line.replace("\\\\", "").replace("\\\"", "").replace("\\n", "");
        assert!(plain.matches('"').count().is_multiple_of(2), "{place}: {line}");
        let value = plain.rsplit(' ').next().unwrap_or_default();
        assert!(value.parse::<f64>().is_ok() || ["NaN", "+Inf", "-Inf"].contains(&value), "{place}: {line}");
    }
}

/// Labels are in quotes, and no quote ends one early.
fn graph(text: &str, place: &str) {
    for line in text.lines() {
        assert!(line.replace("\\\\", "").replace("\\\"", "").matches('"').count().is_multiple_of(2), "{place}: {line}");
    }
}

/// What is wrong with a hostile file is told in one's own words.
#[test]
fn problems_of_hostile_files_do_not_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        format!("{}\n[sor.\"\u{202e}x\u{1b}[2J\"]\n", scenario()),
        scenario().replace("[segment.bus]", "[segment.bus]\nzone = \"\u{1b}]0;owned\u{7}\u{9b}2J\""),
        scenario().replace("rate = \"5/s\"", "rate = \"\u{202e}5/s\u{8}\u{8}\""),
        "\u{1b}[31m = 1\n".to_string(),
    ] {
        fs::write(folder.path().join("a.toml"), text).unwrap();
        let done = busload(&crate::commands::folder(""), &format!("check {}", folder.path().join("a.toml").display()));
        assert_eq!(done.code, 2);
        let steers =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        assert!(!done.stderr.contains(steers), "{:?}", done.stderr);
    }
}

/// The same of an outcome that somebody edited: rendered again, and exported for other tools.
#[cfg(feature = "report")]
#[test]
fn hostile_outcomes_stay_texts_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = serde_json::to_string(&crate::report_samples::hostile()).unwrap();
    fs::write(folder.path().join("outcome.json"), outcome).unwrap();
    let run = |arguments: &[&str]| {
        let mut program = assert_cmd::Command::cargo_bin("busload").unwrap();
        program.current_dir(folder.path()).args(arguments).output().unwrap()
    };
    let rendered = run(&["report", "outcome.json", "--out", "out"]);
    let printed = String::from_utf8(rendered.stdout).unwrap();
    assert!(!printed.contains(['\u{1b}', '\r', '\u{202e}']), "{printed:?}");
    assert!(look_through(&folder.path().join("out"), "report") > 4);
    for (format, ending) in [("openmetrics", "om"), ("graphviz", "dot"), ("mermaid", "mmd")] {
        let file = format!("exported.{ending}");
        let done = run(&["export", "outcome.json", "--format", format, "--out", &file]);
        assert_eq!(done.status.code(), Some(0), "{format}: {}", String::from_utf8_lossy(&done.stderr));
        let text = fs::read_to_string(folder.path().join(&file)).unwrap();
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{format}");
        match ending {
            "om" => prometheus(&text, format),
            _ => graph(&text, format),
        }
    }
    let hdr = run(&["export", "outcome.json", "--format", "hdr"]);
    assert!(!String::from_utf8_lossy(&hdr.stdout).contains(['\u{1b}', '\r', '\u{202e}']));
    assert_eq!(names(folder.path()), ["exported.dot", "exported.mmd", "exported.om", "out", "outcome.json"]);
}
