mod arrivals;
mod distributions;
mod random;
mod sampling;
