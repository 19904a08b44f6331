mod arrivals;
mod distributions;
mod random;
mod sampling;
mod stats;
mod theory;
