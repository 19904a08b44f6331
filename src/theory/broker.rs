//! What one message costs a broker.

use super::general::ServiceMoments;

/// Seconds per message, per filter that is checked, and per copy that is sent: `E[B]` = receive + filters x filter + copies x
/// transmit (M. Menth and R. Henjes, "Analysis of the message waiting time for the FioranoMQ JMS server", ICDCS 2006).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrokerCost {
    /// To take a message in.
    pub receive: f64,
    /// To check one filter.
    pub filter: f64,
    /// To send one copy.
    pub transmit: f64,
}

impl BrokerCost {
    /// Mean service time of a message that is checked against so many filters and sent in so many copies on average.
    pub fn mean(&self, filters: u32, mean_copies: f64) -> f64 {
        self.receive + f64::from(filters) * self.filter + mean_copies * self.transmit
    }

    /// Messages per second that one thread bears; infinite where nothing costs anything.
    pub fn capacity(&self, filters: u32, mean_copies: f64) -> f64 {
        1.0 / self.mean(filters, mean_copies)
    }

    /// Moments of the service time where each filter matches independently with this probability, so that the number of
    /// copies is binomial.
    pub fn moments(&self, filters: u32, match_probability: f64) -> ServiceMoments {
        let (n, p) = (f64::from(filters), match_probability);
        let (fixed, copies, variance) = (self.mean(filters, 0.0), n * p, n * p * (1.0 - p));
        let first = fixed + copies * self.transmit;
        let spread = variance * self.transmit * self.transmit;
        // Third central moment of a binomial: n p (1 - p) (1 - 2 p).
        let skew = variance * (1.0 - 2.0 * p) * self.transmit * self.transmit * self.transmit;
        ServiceMoments { first, second: first * first + spread, third: first * first * first + 3.0 * first * spread + skew }
    }
}
