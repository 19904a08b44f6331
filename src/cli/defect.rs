//! A panic is a defect of the program: it is told in one sentence that says where, and ends with the exit code of what could not be
//! done. Reports are renamed into place when they are whole, so the last one is as it was.

use anyhow::{Result, bail};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Mutex;

/// Where the last panic was, on any thread.
static PLACE: Mutex<String> = Mutex::new(String::new());

/// From now on a panic prints nothing by itself, unless RUST_BACKTRACE asks for its way.
pub fn listen() {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        set_hook(Box::new(|panic| {
            let place = panic.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
            *PLACE.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = place;
        }));
    }
}

/// Does something; a panic on the way is an error like others.
///
/// # Errors
/// Those of `work`, and one for a panic.
pub fn told(work: impl FnOnce() -> Result<u8>) -> Result<u8> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(code) => code,
        Err(panic) => {
            let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            let place = PLACE.lock().map(|place| place.clone()).unwrap_or_default();
            bail!(
                "a defect of busload {}, not of the scenario: {}{place}\nNo report was written, the last one is as it was. Please report it with the scenario, its settings and this message",
                env!("CARGO_PKG_VERSION"),
                words.unwrap_or("a panic without words")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_panic_is_an_error_and_other_results_are_what_they_are() {
        let said = told(|| panic!("things {} broken", "are")).unwrap_err().to_string();
        assert!(said.starts_with("a defect of busload ") && said.contains(": things are broken\n"), "{said}");
        assert_eq!(told(|| Ok(7)).unwrap(), 7);
        assert_eq!(told(|| anyhow::bail!("no disk")).unwrap_err().to_string(), "no disk");
    }
}
