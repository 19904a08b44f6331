//! The world of events: binds the broker of [`crate::core`] to the kernel of [`crate::sim`].
//!
//! [`simulate`] is a pure function of scenario, window, seed and replication.

mod alone;
mod attempt;
mod breaker;
mod build;
mod cache;
mod callback;
mod care;
mod change;
mod clock;
mod copy;
mod deliver;
mod derive;
mod disruption;
mod family;
mod feed;
mod figures;
mod freshness;
mod held_back;
mod hop;
mod laws;
mod left_open;
mod left_out;
mod network;
mod notice;
mod outage;
mod pipeline;
mod poller;
mod probe;
mod publish;
mod publisher;
mod recovery;
mod segment;
mod sharing;
mod steps;
mod subscriber;
mod system_of_record;
mod tuple;
mod weather;
mod world;

pub use attempt::SETTLE_SIZE;
pub use figures::{Course, Figure, Findings};
pub use hop::ALL as HOPS;
pub use poller::{REQUEST_SIZE as POLL_SIZE, SHORT_ANSWER_SIZE};
pub use publish::ANSWER_SIZE as CONFIRM_SIZE;
pub use steps::Steps;

use crate::scenario::Scenario;
use crate::stats::Clock;
use crate::units::Time;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One replication from an empty start to the horizon (or until it is drained), measured from the warm-up on. None when `stopped`,
/// which is asked now and then, says so before its end.
///
/// # Panics
/// When a law is broken or time stands still: a defect, named with seed, replication and simulated time.
pub fn simulate(scenario: &Scenario, warm_up: Time, replication: u32, stopped: &dyn Fn() -> bool) -> Option<Findings> {
    let seed = scenario.run.seed;
    let mut world = build::build(scenario, Clock::new(warm_up, scenario.horizon()), seed, replication);
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let end = world.run(stopped)?;
        world.check().map_or_else(|broken| panic!("{broken}"), |()| Some(end))
    }));
    match ran {
        Ok(end) => Some(figures::read(scenario, &world, end?.notices)),
        Err(panic) => panic!("{} (seed {seed}, replication {replication}, at {} of simulated time)", words(&*panic), world.now()),
    }
}

/// What a panic says.
fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}
