//! Parse, run, exit code.

use busload::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::execute(cli::parse())
}
