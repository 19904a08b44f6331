//! Ctrl-C: the first asks for a clean stop, the second ends at once.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C only sets a mark, and says so.
pub fn listen() {
    // Where no handler can be set, Ctrl-C ends the program at once, as it does everywhere.
    let _ = ctrlc::set_handler(|| {
        if STOPPED.swap(true, Ordering::Relaxed) {
            std::process::exit(super::INTERRUPTED.into());
        }
        let _ = writeln!(std::io::stderr(), "\nstopping: what is finished is kept (again to end at once)");
    });
}

/// The mark is set.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}
