//! Busload: a capacity planner for event-driven architectures.
//!
//! One text file describes systems of record, events, topics, queues, segments, subscribers, networks and objectives; Busload
//! simulates it as discrete events while executing the real broker logic of [`mod@core`], and says whether it bears the load,
//! what gives way first and where the time goes.
//!
//! # The house
//!
//! Each floor knows only those below it; a test reads the imports.
//!
//! | floor | module | what it is |
//! |---|---|---|
//! | 7 | `main.rs` | parse, run, exit code |
//! | 6 | `cli` | the words a person types; the only place with files, terminal, clock and environment |
//! | 5 | [`experiment`] | how many runs, and what they say together |
//! | 4 | [`model`] | the world of events: binds the broker to the kernel |
//! | 4 | `report` | outcome to terminal, Markdown, HTML, CSV, charts, and other tools' formats |
//! | 3 | [`scenario`] | text to a checked description |
//! | 3 | [`outcome`] | what an experiment found: plain data |
//! | 2 | [`mod@core`] | the broker: pure, one input, all its outputs, one call |
//! | 2 | [`sim`] | the kernel: calendar, streams, distributions, arrivals, stations; knows no events |
//! | 2 | [`stats`] | numbers about numbers: histograms, levels, intervals, warm-up |
//! | 2 | [`theory`] | formulas with their sources: the oracle of the tests |
//! | 1 | [`units`] | time, spans, bytes, rates, shares: parse, print, arithmetic |
//!
//! # What never happens here
//!
//! Below the command line nothing reads a clock, a file or the environment, nothing depends on the number of threads, on hash
//! order or on the platform's mathematics: an outcome is a pure function of scenario, settings, seed and version.

//! # As a library
//!
//! Load a scenario, run it, read the outcome. What this needs is named at the root and documented, and changes only with a new
//! version: `load` reads a `Scenario` through `Files` (in memory: `MemoryFiles`) or answers all `Problems`; `check` says what arithmetic
//! says of it; `run` simulates it, under the eyes of a `Watch` that may stop it (or `Nobody`), and gives an `Outcome`: its `Metric`s,
//! each `ObjectiveResult` with its `Verdict`, findings, series. The modules below are public for tests and the curious, and change.
//!
//! ```
//! use busload::{MemoryFiles, Nobody, load, run};
//!
//! let design = r#"
//!     [run]
//!     horizon = "1h"
//!     [sor.ticketing]                      # raises events, and answers callbacks
//!     workers = 2
//!     service = "exp(20ms)"
//!     [event.ticket_changed]
//!     from = "ticketing"
//!     to   = "tickets"
//!     rate = "5/s"
//!     [segment.bus]
//!     [topic.tickets]
//!     segment = "bus"
//!     [subscriber.gate]
//!     from = "tickets"
//!     work = "exp(30ms)"
//!     [subscriber.gate.callback]
//!     connections = 4
//! "#;
//! let mut files = MemoryFiles::default().with("design.toml", design);
//! // The same as `busload run design.toml --set subscriber.gate.workers=2`.
//! let settings = [("subscriber.gate.workers".to_string(), "2".to_string())];
//! let scenario = load("design.toml", &mut files, &settings)?;
//! let outcome = run(&scenario, &Nobody).expect("nobody stops it");
//!
//! let latency = outcome.metric("subscriber.gate.end_to_end.mean").expect("changes were shown");
//! // A callback and the work take 50 ms; some changes wait.
//! assert!(latency.point > 0.05 && latency.point < 0.1, "{} s", latency.point);
//! // Every figure has its interval, here at 95 %.
//! assert!(latency.low.unwrap() < latency.point && latency.point < latency.high.unwrap());
//! # Ok::<(), busload::Problems>(())
//! ```
//!
//! `default-features = false` leaves the library alone: no terminal, files, threads or clock, and so it runs wherever Rust does. The
//! features: `threads` (replications on all cores), `report` (Markdown, CSV, HTML, charts), `schema` (JSON Schemas of outcomes), `cli`
//! (the command, with all of these).

#[cfg(feature = "cli")]
pub mod cli;
pub mod core;
pub mod experiment;
pub mod model;
pub mod outcome;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod sim;
pub mod stats;
pub mod theory;
pub mod units;

pub use experiment::{Nobody, Watch, check, run};
pub use outcome::{Metric, ObjectiveResult, Outcome, Verdict};
pub use scenario::{FileError, Files, MemoryFiles, Problems, Scenario, load};
