//! The spine from measure to view: every number a measure gives, flat, and every gate held against one.
//!
//! A measure keeps its nested value; beside it stands a list of [`Figure`]s. The judge compares gates with figures and
//! writes one [`Check`] for each gate and figure, also where the limit holds. Views read both and decide nothing: a row
//! of a table, a tile, the headline and a finding that speak of one number speak of one figure.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FindingCode, Outcome};
use crate::number::as_float;

/// One figure of a measure. `id`, `columns` and `about` together identify it; no two figures of a result share all
/// three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Figure {
    /// Stable name: the measure and its part, separated by dots, such as `uniqueness.static.smallest_class`.
    pub id: String,
    /// Its description, such as `smallest equivalence class`.
    pub label: String,
    /// The columns it was measured on; empty if it applies to the whole extract.
    pub columns: Vec<String>,
    /// Distinguishes figures that share id and columns: an attack and its source, known points, a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Unit of the number.
    pub unit: FigureUnit,
    /// The number, or why there is none.
    pub value: FigureValue,
}

impl Figure {
    /// A figure about the whole extract.
    #[must_use]
    pub fn new(id: impl Into<String>, label: impl Into<String>, unit: FigureUnit, value: FigureValue) -> Self {
        Self { id: id.into(), label: label.into(), columns: Vec::new(), about: None, unit, value }
    }

    /// The same on some columns.
    #[must_use]
    pub fn on(self, columns: &[String]) -> Self {
        Self { columns: columns.to_vec(), ..self }
    }

    /// The same, distinguished from others of its name.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }

    /// The measure, which is all of `id` but its last part, and that part.
    #[must_use]
    pub fn name(&self) -> (&str, &str) {
        self.id.rsplit_once('.').unwrap_or(("", &self.id))
    }
}

/// Unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FigureUnit {
    /// A share, 0 to 1.
    Share,
    /// Distinct persons or accounts.
    Subjects,
    /// Rows of the extract.
    Records,
    /// Equivalence classes.
    Classes,
    /// Columns of the extract.
    Columns,
    /// Links between two tables.
    Links,
    /// Distinct values of a column.
    Values,
    /// A number without a unit.
    Number,
}

/// The number of a figure, or why there is none. Only `Measured` can meet a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(tag = "status", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FigureValue {
    /// There is a number.
    Measured {
        /// The number; finite.
        value: f64,
        /// 95 % interval, if it is an estimate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval: Option<[f64; 2]>,
    },
    /// The number is undefined for this input.
    Undefined {
        /// Why, as text.
        reason: String,
    },
    /// The computation was stopped by a limit.
    Incomplete {
        /// Why, as text.
        reason: String,
    },
}

impl FigureValue {
    /// A number without an interval; undefined where it is not finite.
    #[must_use]
    pub fn number(value: f64) -> Self {
        Self::estimate(value, None)
    }

    /// A number with the interval of an estimate. An interval that is the number itself is none; one that is not finite
    /// leaves the figure undefined, because nothing can be compared with it.
    #[must_use]
    pub fn estimate(value: f64, interval: Option<[f64; 2]>) -> Self {
        if !value.is_finite() || interval.is_some_and(|bounds| bounds.iter().any(|bound| !bound.is_finite())) {
            return Self::undefined("the computation gave no finite number");
        }
        let interval = interval.filter(|[low, high]| *low < value || *high > value);
        Self::Measured { value, interval }
    }

    /// A count.
    #[must_use]
    pub fn count(number: u64) -> Self {
        Self::number(as_float(number))
    }

    /// A number that may not exist; `reason` says why, in words.
    #[must_use]
    pub fn perhaps(value: Option<f64>, reason: impl FnOnce() -> String) -> Self {
        value.map_or_else(|| Self::Undefined { reason: reason() }, Self::number)
    }

    /// No number by definition.
    #[must_use]
    pub fn undefined(reason: impl Into<String>) -> Self {
        Self::Undefined { reason: reason.into() }
    }

    /// The number; none where there is none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Measured { value, .. } => Some(*value),
            Self::Undefined { .. } | Self::Incomplete { .. } => None,
        }
    }

    /// The interval of an estimate.
    #[must_use]
    pub fn interval(&self) -> Option<[f64; 2]> {
        match self {
            Self::Measured { interval, .. } => *interval,
            Self::Undefined { .. } | Self::Incomplete { .. } => None,
        }
    }

    /// The largest number that may be true: the upper end of the interval of an estimate, else the number.
    #[must_use]
    pub fn upper(&self) -> Option<f64> {
        let value = self.value()?;
        Some(self.interval().map_or(value, |[_, high]| high.max(value)))
    }

    /// Why there is no number, in words.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Measured { .. } => None,
            Self::Undefined { reason } | Self::Incomplete { reason } => Some(reason),
        }
    }

    /// The number of a measure that has its value, as `figure` reads it; else why it has none.
    #[must_use]
    pub fn of<T>(outcome: &Outcome<T>, figure: impl FnOnce(&T) -> Self) -> Self {
        match outcome {
            Outcome::Measured { value, .. } => figure(value),
            Outcome::Undefined { explanation, .. } => Self::undefined(explanation.as_str()),
            Outcome::Incomplete { explanation, .. } => Self::Incomplete { reason: explanation.clone() },
        }
    }
}

/// One gate compared with one figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Check {
    /// The gate, as `policy.gates[].id`.
    pub gate: String,
    /// `id` of the compared figure; null if the gate has none.
    pub figure: Option<String>,
    /// `columns` of that figure, or those that violate a rule of form.
    pub columns: Vec<String>,
    /// `about` of that figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The compared number: the worse end of the interval if the figure is an estimate.
    pub compared: Option<f64>,
    /// The limit in the unit of `compared`; null if none is declared, and for a rule of form.
    pub limit: Option<f64>,
    /// Outcome of the check.
    pub outcome: CheckOutcome,
    /// Reason for the outcome, as text; null if the limit is met or breached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The finding about the same figure; null only if nothing is breached.
    pub finding: Option<FindingCode>,
    /// Whether a waiver covers that finding.
    pub waived: bool,
}

impl Check {
    /// Whether it is about this figure.
    #[must_use]
    pub fn is_of(&self, figure: &Figure) -> bool {
        self.figure.as_ref() == Some(&figure.id) && self.columns == figure.columns && self.about == figure.about
    }
}

/// Outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The figure meets the limit; equality passes.
    Holds,
    /// The figure breaches the limit.
    Breaks,
    /// There is no figure, or no limit was declared; never a pass.
    Unknown,
    /// The measure was stopped by the time or memory limit, or is none that a cluster measures.
    CutOff,
    /// The gate does not apply to this extract.
    NotApplicable,
}

/// The content of a measure, without layout. Numbers are referenced, not written: a view takes them from `figures` and
/// their outcome from `checks`, so every view shows them alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Section {
    /// Name of the measure.
    pub measure: String,
    /// The heading.
    pub title: String,
    /// The question that the section answers, in one sentence.
    pub answer: String,
    /// The figures it shows, in this order.
    pub rows: Vec<SectionRow>,
    /// How to read the numbers, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub how_to_read: Vec<String>,
    /// What to do if they are too high, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_to_do: Vec<String>,
}

/// A figure of a section, by its full name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SectionRow {
    /// `id` of the figure.
    pub figure: String,
    /// `columns` of the figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `about` of the figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}
