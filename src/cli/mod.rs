//! The command line: the only place with files, terminal, clock and environment.

/// Words on stderr. Who reads them may be gone: unlike the standard library's, this is no reason to panic.
macro_rules! eprintln {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

/// The same without an end of the line.
macro_rules! eprint {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = write!(std::io::stderr(), $($words)*);
    }};
}

mod annotations;
mod arguments;
mod check;
mod compare;
mod defect;
mod disk;
mod explain;
mod export;
mod find;
mod folder;
mod interrupt;
mod manual;
mod memory;
mod new;
mod planning;
mod progress;
mod questions;
mod report;
mod run;
mod schema;
mod sweep;

pub use arguments::{Command, parse};

use anyhow::Context;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// Done, and no objective missed.
pub const DONE: u8 = 0;
/// An objective missed or undecided.
pub const MISSED: u8 = 1;
/// The input or the command line is wrong.
pub const WRONG: u8 = 2;
/// The run could not be done.
pub const FAILED: u8 = 3;
/// Stopped by the user.
pub const INTERRUPTED: u8 = 130;

/// Does what the command says; the exit code.
pub fn execute(command: Command) -> ExitCode {
    defect::listen();
    let code = defect::told(|| match command {
        Command::Run(options) => run::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Compare(options) => compare::compare(&options),
        Command::Sweep(options) => sweep::run(&options),
        Command::Limit(options) => questions::limit(&options),
        Command::Size(options) => questions::size(&options),
        Command::Forecast(options) => questions::forecast(&options),
        Command::Adverse(options) => questions::adverse(&options),
        Command::Segments(options) => questions::segments(&options),
        Command::Sensitivity(options) => questions::sensitivity(&options),
        Command::Report(options) => report::report(&options),
        Command::Export(options) => export::export(&options),
        Command::New(options) => new::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Completions(options) => manual::completions(&options),
        Command::Man(options) => manual::man(&options),
    });
    match code {
        // Nobody stopped it but the memory's end.
        Ok(INTERRUPTED) if memory::was_exhausted() => ExitCode::from(FAILED),
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Prints on stdout. A closed pipe is nobody's error: who reads has seen enough.
fn say(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

/// Prints where the report is.
fn say_where(place: &Path) -> anyhow::Result<()> {
    say(&format!("Report: {}\n", place.display()))
}

/// Color on stdout.
fn colored() -> bool {
    takes_color(&std::io::stdout())
}

/// A terminal takes color, unless NO_COLOR asks for none or it says that it can't.
fn takes_color(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
