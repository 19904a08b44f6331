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
