//! The command line: the only place with files, terminal, clock and environment.

mod arguments;
mod disk;
mod folder;
mod interrupt;
mod progress;
mod report;
mod run;

pub use arguments::{Command, parse};

use std::io::IsTerminal;
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
        Command::Report(options) => report::report(&options),
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Color on stdout: on a terminal, unless NO_COLOR asks for none.
fn colored() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
