mod arrivals;
mod distributions;
mod random;
mod sampling;
mod scenario_files;
