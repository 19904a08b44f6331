mod arrivals;
mod distributions;
mod problems;
mod random;
mod sampling;
mod scenario_files;
mod scenario_help;
