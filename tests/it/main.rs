//! All tests in one crate: they link once.

mod architecture;
mod arrivals;
mod distributions;
mod problems;
mod problems_files;
mod random;
#[cfg(feature = "report")]
mod report;
#[cfg(feature = "report")]
mod report_samples;
mod sampling;
mod stats;
mod theory;
mod scenario_files;
mod scenario_help;
<<<<<<< HEAD
mod core_live;
mod core_naive;
mod core_properties;
mod core_speed;
mod core_transcript;
mod core_view;
=======
mod scenario_hostile;
mod scenario_language;
>>>>>>> scenario
