//! All tests in one crate: they link once.

mod adverse;
mod advice;
mod architecture;
mod arrivals;
mod backlog_penalty;
mod batches;
#[cfg(feature = "cli")]
mod browser;
mod calendar;
mod callback_care;
mod calls;
#[cfg(feature = "cli")]
mod check;
#[cfg(feature = "cli")]
mod ci;
mod clock_skew;
mod commands;
mod compare;
mod core_feed;
mod core_live;
mod core_naive;
mod core_properties;
mod core_speed;
mod core_transcript;
mod core_view;
#[cfg(feature = "report")]
mod cross_check;
mod derived;
mod designs;
mod determinism;
mod disruptions;
#[cfg(feature = "report")]
mod disruptions_laws;
mod disruptions_links;
mod disruptions_pipelines;
mod disruptions_segments;
mod distributions;
mod faults;
mod feeds;
#[cfg(feature = "report")]
mod findings;
#[cfg(feature = "cli")]
mod first_minutes;
mod forecast;
mod fuzz;
mod fuzz_mutate;
mod histogram;
#[cfg(feature = "cli")]
mod hostile_files;
mod hostile_names;
mod independent;
mod interrupted;
mod language;
mod laws;
mod laws_broker;
mod laws_workload;
#[cfg(feature = "cli")]
mod library;
#[cfg(feature = "cli")]
mod licenses;
mod limit;
mod long_trace;
mod many_kinds;
mod memory_alarm;
mod metrics_catalog;
mod objectives;
#[cfg(feature = "cli")]
mod outcome_schema;
mod pipelines;
#[cfg(feature = "cli")]
mod planning_commands;
mod poison;
mod popularity;
mod prices;
mod problem_texts;
mod problems;
mod problems_callback;
mod problems_disruptions;
mod problems_feeds;
mod problems_files;
mod problems_pipelines;
mod problems_surges;
mod profiles;
mod random;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "cli")]
mod report_again;
mod report_arrows;
#[cfg(feature = "cli")]
mod report_kinds;
#[cfg(feature = "report")]
mod report_samples;
mod run_help;
mod sampling;
mod scenario_files;
mod scenario_help;
mod scenario_hostile;
mod scenario_language;
mod scenarios_callbacks;
mod scenarios_large;
mod scenarios_meaning;
mod scenarios_outages;
mod segments;
mod sensitivity;
#[cfg(feature = "cli")]
mod shipped;
mod size;
mod stats;
mod sweep;
mod theory;
#[cfg(feature = "cli")]
mod validation;
mod waiting_lines;
mod zones;
