//! What is asked of a design, and where its numbers come from.

/// A bound on a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// As in the outcome, e.g. `subscriber.gate.end_to_end.p99`.
    pub metric: String,
    /// As written, e.g. `< 5s`.
    pub bound: String,
    pub relation: Relation,
    /// In the metric's SI unit.
    pub limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

/// Low and high.
pub type Ends = (String, String);

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    pub path: String,
    /// The value as written, where the path names one.
    pub value: String,
    pub source: Source,
    pub note: String,
    /// Between which values it is thought to be: values as of settings, or two changes in percent with their signs.
    pub interval: Option<Ends>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Measured,
    Calibrated,
    Assumed,
}
