//! Things that are no plain files, files that are no scenarios, and files that are too large: an error that is clear and soon, with
//! exit code 2, or a run that is right; and nothing is written.

use crate::commands::{busload, folder, names};
use crate::designs::BARE;
use std::fs::{self, File};
use std::io::Write;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Within a second on a quiet machine; the limit tells a hang from a busy one.
const SOON: Duration = Duration::from_secs(30);

/// Every command that reads a scenario says the same words, soon.
fn refused(folder: &TempDir, file: &str, words: &[&str]) {
    let before = names(folder.path());
    for command in ["run", "check", "limit", "adverse", "forecast", "sweep --vary load=1,2", "size --tune sor.source.workers=1..2"] {
        let began = Instant::now();
        let done = busload(folder, &format!("{command} {file}"));
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{command} {file}: {}", done.stderr);
        for word in words {
            assert!(done.stderr.contains(word), "{command} {file}: no {word:?} in\n{}", done.stderr);
        }
        assert!(began.elapsed() < SOON, "{command} {file} took {:?}", began.elapsed());
    }
    assert_eq!(names(folder.path()), before, "{file}");
}

fn write(folder: &TempDir, name: &str, text: &str) {
    fs::write(folder.path().join(name), text).unwrap();
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_refused_unopened() {
    let folder = folder(BARE);
    let fifo = std::process::Command::new("mkfifo").arg(folder.path().join("fifo")).status();
    assert!(fifo.is_ok_and(|status| status.success()));
    fs::create_dir(folder.path().join("inner")).unwrap();
    refused(&folder, "fifo", &["is not a plain file", "copy it into a file"]);
    refused(&folder, "inner", &["is a folder"]);
    refused(&folder, "/dev/zero", &["is not a plain file"]);
    refused(&folder, "missing.toml", &["doesn't exist", "check the name"]);
    refused(&folder, "a.toml/below", &["a.toml/below"]);
    for base in ["fifo", "inner", "/dev/zero", "missing.toml"] {
        write(&folder, "b.toml", &format!("extends = \"{base}\"\n"));
        refused(&folder, "b.toml", &["b.toml:1:11", "extends: ", base]);
    }
    for data in ["fifo", "inner", "/dev/zero", "missing.csv", "missing.csv.gz"] {
        write(&folder, "b.toml", &format!("{BARE}work = \"empirical({data})\"\n"));
        refused(&folder, "b.toml", &["subscriber.server.work", data]);
    }
    for outcome in ["fifo", "inner", "/dev/zero", "missing.json", "a.toml"] {
        let done = busload(&folder, &format!("report {outcome}"));
        assert_eq!(done.code, 2, "{outcome}: {}", done.stderr);
    }
}

/// A link may lead anywhere that can be read; a circle of them ends.
#[cfg(unix)]
#[test]
fn links_are_followed_and_circles_end() {
    use std::os::unix::fs::symlink;
    let elsewhere = folder(BARE);
    let folder = folder("extends = \"base.toml\"\n");
    symlink(elsewhere.path().join("a.toml"), folder.path().join("base.toml")).unwrap();
    let done = busload(&folder, "run a.toml --no-report --quiet");
    assert_eq!(done.code, 0, "{}", done.stderr);
    // A file that extends itself under another name, and under ever longer ones.
    write(&folder, "c.toml", "extends = \"d.toml\"\n");
    symlink("c.toml", folder.path().join("d.toml")).unwrap();
    refused(&folder, "c.toml", &["extends itself"]);
    symlink(".", folder.path().join("x")).unwrap();
    write(&folder, "e.toml", "extends = \"x/e.toml\"\n");
    refused(&folder, "e.toml", &["more than 16 files extend each other"]);
    symlink("loop", folder.path().join("loop")).unwrap();
    refused(&folder, "loop", &["can't be read"]);
    symlink("nowhere", folder.path().join("dangling")).unwrap();
    refused(&folder, "dangling", &["doesn't exist"]);
}

#[test]
fn a_file_of_ten_megabytes_is_refused_unread() {
    let folder = folder(BARE);
    write(&folder, "big.toml", &"# nothing\n".repeat(1 << 20));
    refused(&folder, "big.toml", &["is larger than 2MiB"]);
    write(&folder, "b.toml", "extends = \"big.toml\"\n");
    refused(&folder, "b.toml", &["b.toml:1:11", "is larger than 2MiB"]);
    let subscribers: String = (0..100_000).map(|n| format!("[subscriber.s{n}]\n")).collect();
    write(&folder, "many.toml", &subscribers);
    refused(&folder, "many.toml", &["more than the 5000"]);
}

/// What is hidden in a small file is not unpacked into the memory.
#[test]
fn packed_files_are_unpacked_as_far_as_is_read() {
    let folder = folder(BARE);
    let packed = |name: &str, bytes: u64| {
        let mut packer = flate2::write::GzEncoder::new(File::create(folder.path().join(name)).unwrap(), flate2::Compression::fast());
        let zeros = vec![b'0'; 1 << 20];
        (0..bytes >> 20).for_each(|_| packer.write_all(&zeros).unwrap());
        packer.finish().unwrap();
    };
    packed("bomb.toml.gz", 64 << 20);
    refused(&folder, "bomb.toml.gz", &["is larger than 2MiB"]);
    write(&folder, "bomb.csv.gz", "this is no gzip file");
    write(&folder, "b.toml", &format!("{BARE}work = \"empirical(bomb.csv.gz)\"\n"));
    refused(&folder, "b.toml", &["can't be unpacked", "promises a gzip file"]);
}

#[test]
fn bytes_that_are_no_text_are_said_with_their_line() {
    let folder = folder(BARE);
    fs::write(folder.path().join("latin.toml"), b"title = \"a\"\nquestion = \"\xe9\"\n").unwrap();
    refused(&folder, "latin.toml", &["is not UTF-8 text (line 2)", "save the file as UTF-8"]);
    fs::write(folder.path().join("day.csv"), b"at\n1\n\xe9\n").unwrap();
    write(&folder, "b.toml", &BARE.replace("rate = \"1/s\"", "arrivals = \"trace(day.csv)\""));
    refused(&folder, "b.toml", &["day.csv:3:1", "this row is not UTF-8 text"]);
}

/// Far beyond what a counter of nanoseconds holds, and more than anybody waits for.
#[test]
fn times_and_counts_that_are_too_large_are_refused() {
    let folder = folder(BARE);
    for (setting, words) in [
        ("run.horizon=9223372036854775808ns", "too large"),
        ("run.horizon=292y", "not a unit"),
        ("run.horizon=106000d", "too long"),
        ("run.horizon=106751d", "too large"),
        ("run.horizon=nans", "does not begin with a number"),
        ("event.customer.rate=1000000000000/s", "more than one a nanosecond"),
        ("event.customer.rate=1G/s", "would not end"),
        ("event.customer.resources=1000000000000", "too large"),
        ("event.customer.batch=1000000000000", "too large"),
        ("run.replications=1000000000000", "too large"),
        ("run.seed=18446744073709551616", "too large"),
        ("subscriber.server.workers=4294967296", "too large"),
        ("load=1e300", "not a factor"),
        ("load=nan", "not a factor"),
    ] {
        let done = busload(&folder, &format!("run a.toml --set {setting}"));
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{setting}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{setting}: no {words:?} in\n{}", done.stderr);
    }
    assert_eq!(names(folder.path()), ["a.toml"]);
}

/// The longest spans there are may be written everywhere, and do not overflow.
#[test]
fn the_longest_spans_are_simulated() {
    let folder = folder(BARE);
    for setting in [
        "subscriber.server.work=106000d",
        "subscriber.server.work=exp(106000d)",
        "subscriber.server.work=pareto(min=100000d,alpha=0.01)",
        "queue.line.time_to_live=106000d",
        "queue.line.redelivery_delay=106000d",
        "sor.source.clock_skew=normal(106000d,sd=100000d)",
        "segment.bus.cost={receive='106000d'}",
        "run.ending=drain",
    ] {
        let failing = "--set subscriber.server.failure=50% --set event.customer.resources=10";
        let done = busload(&folder, &format!("run a.toml --no-report --quiet {failing} --set {setting}"));
        assert!(matches!(done.code, 0 | 1), "{setting}: {} {}", done.code, done.stderr);
    }
}
