//! The command line: the only place with files, terminal, clock and environment.

mod adverse;
mod arguments;
mod check;
mod compare;
mod disk;
mod export;
mod folder;
mod forecast;
mod interrupt;
mod limit;
mod planning;
mod progress;
mod report;
mod run;
mod segments;
mod sensitivity;
mod size;
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
    let code = match command {
        Command::Run(options) => run::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Compare(options) => compare::compare(&options),
        Command::Sweep(options) => sweep::run(&options),
        Command::Limit(options) => limit::run(&options),
        Command::Size(options) => size::run(&options),
        Command::Forecast(options) => forecast::run(&options),
        Command::Adverse(options) => adverse::run(&options),
        Command::Segments(options) => segments::run(&options),
        Command::Sensitivity(options) => sensitivity::run(&options),
        Command::Report(options) => report::report(&options),
        Command::Export(options) => export::export(&options),
    };
    match code {
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

/// Color on stdout: on a terminal, unless NO_COLOR asks for none.
fn colored() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
