//! A panic is a defect of the program: it is told in one sentence that says where, and ends with the exit code of what could not be
//! done. Reports are renamed into place when they are whole, so the last one is as it was.

use anyhow::{Result, bail};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::Mutex;

/// What the last panic said and where: the last one, as the model says a panic again with seed, replication and simulated time.
static SAID: Mutex<String> = Mutex::new(String::new());

/// Does something; a panic on the way, on any thread, is an error like others.
///
/// # Errors
/// Those of `work`, and one for a panic. With RUST_BACKTRACE set panics also print their way.
pub fn told(work: impl FnOnce() -> Result<u8>) -> Result<u8> {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        set_hook(Box::new(|panic| *SAID.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = sentence(panic)));
    }
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(code) => code,
        Err(_) => {
            let said = SAID.lock().map(|said| said.clone()).unwrap_or_default();
            bail!(
                "a defect of busload {}, not of the scenario: {said}\nNo report was written, the last one is as it was. Please report it with the scenario, its settings and this message",
                env!("CARGO_PKG_VERSION")
            )
        }
    }
}

fn sentence(panic: &PanicHookInfo<'_>) -> String {
    let words = panic.payload_as_str().unwrap_or("a panic without words");
    panic.location().map_or(words.to_string(), |place| format!("{words} ({}:{})", place.file(), place.line()))
}
