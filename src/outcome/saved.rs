//! Any outcome that a command saved: which one it is its schema says.

use super::adverse::Adverse;
use super::check::CheckOutcome;
use super::compare::Comparison;
use super::forecast::Forecast;
use super::limit::LimitOutcome;
use super::segments::SegmentsOutcome;
use super::sensitivity::Sensitivity;
use super::size::SizeOutcome;
use super::sweep::{Axis, Point, Sweep};
use super::{Outcome, Verdict};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// An outcome.json of any command.
pub enum Saved {
    Run(Box<Outcome>),
    Check(CheckOutcome),
    Compare(Comparison),
    Sweep(Sweep),
    Limit(LimitOutcome),
    Size(SizeOutcome),
    Adverse(Adverse),
    Forecast(Forecast),
    Segments(Box<SegmentsOutcome>),
    Sensitivity(Box<Sensitivity>),
}

impl Saved {
    /// Reads the text of an outcome.json.
    ///
    /// # Errors
    /// Says in one sentence why it is none that this version reads, and what to do.
    pub fn read(json: &[u8]) -> Result<Saved, String> {
        #[derive(Deserialize)]
        struct Tagged {
            schema: String,
        }
        let Tagged { schema } = parsed(json)?;
        Ok(match schema.as_str() {
            super::SCHEMA => Saved::Run(parsed(json)?),
            super::check::SCHEMA => Saved::Check(filled(parsed(json)?, |outcome: &CheckOutcome| outcome.designs.is_empty())?),
            super::compare::SCHEMA => Saved::Compare(filled(parsed(json)?, |outcome: &Comparison| outcome.designs.is_empty())?),
            super::sweep::SCHEMA => {
                Saved::Sweep(filled(parsed(json)?, |outcome: &Sweep| outcome.axes.is_empty() || is_skewed(&outcome.axes, &outcome.points))?)
            }
            super::limit::SCHEMA => {
                Saved::Limit(filled(parsed(json)?, |outcome: &LimitOutcome| outcome.points.iter().any(|point| point.values.len() != 1))?)
            }
            super::size::SCHEMA => Saved::Size(filled(parsed(json)?, |outcome: &SizeOutcome| is_skewed(&outcome.axes, &outcome.points))?),
            super::adverse::SCHEMA => Saved::Adverse(parsed(json)?),
            super::forecast::SCHEMA => {
                Saved::Forecast(filled(parsed(json)?, |outcome: &Forecast| outcome.points.iter().any(|point| point.values.len() != 1))?)
            }
            super::segments::SCHEMA => Saved::Segments(parsed(json)?),
            super::sensitivity::SCHEMA => Saved::Sensitivity(parsed(json)?),
            other => {
                return Err(format!("its schema is {}, which this version does not read; run the command again", other.escape_debug()));
            }
        })
    }

    /// The command was interrupted; what was finished is there.
    pub fn is_partial(&self) -> bool {
        match self {
            Saved::Run(outcome) => outcome.run.partial,
            Saved::Check(_) => false,
            Saved::Compare(outcome) => outcome.partial,
            Saved::Sweep(outcome) => outcome.partial,
            Saved::Limit(outcome) => outcome.partial,
            Saved::Size(outcome) => outcome.partial,
            Saved::Adverse(outcome) => outcome.partial,
            Saved::Forecast(outcome) => outcome.partial,
            Saved::Segments(outcome) => outcome.partial,
            Saved::Sensitivity(outcome) => outcome.partial,
        }
    }

    /// The question has the answer that was hoped for.
    pub fn passed(&self) -> bool {
        match self {
            Saved::Run(outcome) => outcome.passed(),
            Saved::Check(outcome) => outcome.passed(),
            Saved::Compare(outcome) => outcome.passed(),
            Saved::Sweep(outcome) => outcome.passed(),
            Saved::Limit(outcome) => outcome.passed(),
            Saved::Size(outcome) => outcome.passed(),
            Saved::Adverse(outcome) => outcome.passed(),
            Saved::Forecast(outcome) => outcome.passed(),
            Saved::Segments(outcome) => outcome.passed(),
            Saved::Sensitivity(outcome) => outcome.passed(),
        }
    }
}

fn parsed<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    serde_json::from_slice(json).map_err(|error| match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            format!("not an outcome, nor a whole JSON text ({error}); name the outcome.json of a report folder, or run the command again")
        }
        Category::Data => format!("not an outcome of this version ({error}); run the command again"),
    })
}

/// What no command writes and no renderer can tell.
fn filled<T>(outcome: T, is_hollow: impl Fn(&T) -> bool) -> Result<T, String> {
    if is_hollow(&outcome) {
        Err("not an outcome of this version (parts of it are missing); run the command again".into())
    } else {
        Ok(outcome)
    }
}

/// A point without a value for each axis, or a value without its number.
fn is_skewed(axes: &[Axis], points: &[Point]) -> bool {
    let is_short = |axis: &Axis| axis.numbers.as_ref().is_some_and(|numbers| numbers.len() != axis.values.len());
    points.iter().any(|point| point.values.len() != axes.len()) || axes.iter().any(is_short)
}

impl Outcome {
    /// Every objective is met.
    pub fn passed(&self) -> bool {
        self.objectives.iter().all(|objective| objective.verdict == Verdict::Met)
    }
}

impl CheckOutcome {
    /// Every design bears its load.
    pub fn passed(&self) -> bool {
        self.designs.iter().all(|design| design.bears)
    }
}

impl Comparison {
    /// Somebody asks which is better: it is enough that the best one meets its objectives.
    pub fn passed(&self) -> bool {
        let best = self.designs.iter().find(|design| Some(&design.name) == self.ranking.first());
        best.is_some_and(|design| design.verdict == Verdict::Met)
    }
}

impl Sweep {
    /// Some point meets its objectives.
    pub fn passed(&self) -> bool {
        self.points.iter().any(|point| point.objectives.is_empty() || point.verdict == Verdict::Met)
    }
}

impl LimitOutcome {
    /// The design bears its own load.
    pub fn passed(&self) -> bool {
        self.limit.low.is_some_and(|low| low >= 1.0)
    }
}

impl SizeOutcome {
    /// There is a setting, and one that survives where that was asked.
    pub fn passed(&self) -> bool {
        self.best.is_some() && (self.survive == 0 || self.survivor.is_some())
    }
}

impl Adverse {
    /// Objectives are met under every condition, and the design recovers from each.
    pub fn passed(&self) -> bool {
        self.conditions.iter().all(|condition| condition.verdict == Verdict::Met && condition.recovers != Some(false))
    }
}

impl Forecast {
    /// No objective breaks as far as was looked.
    pub fn passed(&self) -> bool {
        self.objectives.iter().all(|objective| objective.months_to.is_none())
    }
}

impl SegmentsOutcome {
    /// Some proposal meets every objective, or there are none.
    pub fn passed(&self) -> bool {
        self.enough.is_some() || self.proposals.iter().all(|proposal| proposal.point.objectives.is_empty())
    }
}

impl Sensitivity {
    /// Every objective is met, and missed at no end of any assumption.
    pub fn passed(&self) -> bool {
        let sides = self.tornados.iter().flat_map(|tornado| &tornado.bars).flat_map(|bar| [&bar.low, &bar.high]);
        self.objectives.iter().all(|objective| objective.verdict == Verdict::Met)
            && sides.into_iter().all(|side| side.verdict != Verdict::Missed)
    }
}
