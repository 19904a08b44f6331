//! `busload completions` and `busload man`: made from the command line itself.

use super::arguments::{CompletionsOptions, ManOptions, command_line};
use super::{DONE, WRONG, say};
use crate::scenario::similar;
use anyhow::Result;

/// Prints the completions for a shell.
pub fn completions(options: &CompletionsOptions) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(options.shell, &mut command_line(), "busload", &mut text);
    say(&String::from_utf8(text)?)?;
    Ok(DONE)
}

/// Prints a manual page.
pub fn man(options: &ManOptions) -> Result<u8> {
    let mut all = command_line();
    all.build();
    let Some(wanted) = &options.command else { return page(all) };
    let names: Vec<String> = all.get_subcommands().map(|command| command.get_name().to_string()).collect();
    match all.find_subcommand(wanted) {
        Some(command) => page(command.clone()),
        None => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            eprintln!("error: there is no command `{wanted}`\nhelp: {}", similar::hint(wanted, &names, "see busload --help"));
            Ok(WRONG)
        }
    }
}

fn page(command: clap::Command) -> Result<u8> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command).render(&mut text)?;
    say(&String::from_utf8(text)?)?;
    Ok(DONE)
}
