//! Named random streams.
/// A stream of random numbers of its own for every purpose.
#[derive(Clone, Debug)]
pub struct Stream;
impl Stream {
    /// The stream of this name: same key, same numbers, on every machine.
    pub fn new(_seed: u64, _replication: u32, _entity: &str, _purpose: &str) -> Stream {
        todo!()
    }
    /// Uniform over all 64-bit numbers.
    pub fn bits(&mut self) -> u64 {
        todo!()
    }
    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        todo!()
    }
    /// Uniform in 0..n (unbiased).
    pub fn below(&mut self, _n: u64) -> u64 {
        todo!()
    }
    /// True with this probability; draws nothing for 0 and 1.
    pub fn chance(&mut self, _probability: f64) -> bool {
        todo!()
    }
    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        todo!()
    }
    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        todo!()
    }
}
