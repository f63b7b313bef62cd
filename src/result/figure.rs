//! The spine from measure to view: every number a measure gives, flat, and every gate held against one.
//!
//! A measure keeps its nested value; beside it stands a list of [`Figure`]s. The judge compares gates with figures and
//! writes one [`Check`] for each gate and figure, also where the limit holds. Views read both and decide nothing: a row
//! of a table, a tile, the headline and a finding that speak of one number speak of one figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FindingCode, Outcome};
use crate::number::as_float;

/// One number of a measure. `id`, `columns` and `about` together name it; no two figures of a result share all three.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// Stable name: the measure and what of it, parted by dots, such as `uniqueness.static.smallest_class`.
    pub id: String,
    /// What it is, in words, such as `smallest equivalence class`.
    pub label: String,
    /// The columns it was counted on; empty where it is about the whole extract.
    pub columns: Vec<String>,
    /// Which of several it is, where columns do not say so: an attack and its source, known points, a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What the number counts.
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

    /// The same, told apart from others of its name.
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

/// What the number of a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
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

/// The number of a figure, or why there is none. Only `Measured` can hold a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(tag = "status", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FigureValue {
    /// There is a number.
    Measured {
        /// The number; finite.
        value: f64,
        /// 95 % interval, where it is an estimate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interval: Option<[f64; 2]>,
    },
    /// The definition gives no number for this input.
    Undefined {
        /// Why, in words.
        reason: String,
    },
    /// The computation was cut off.
    Incomplete {
        /// Why, in words.
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

/// One gate held against one figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The gate, as `policy.gates[].id`.
    pub gate: String,
    /// `id` of the figure that was compared; null where the gate has none.
    pub figure: Option<String>,
    /// `columns` of that figure, or those that break a rule of form.
    pub columns: Vec<String>,
    /// `about` of that figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The number that was compared: the worse end of the interval where the figure is an estimate.
    pub compared: Option<f64>,
    /// The limit in the unit of `compared`; null where none is declared, and for a rule of form.
    pub limit: Option<f64>,
    /// How it ended.
    pub outcome: CheckOutcome,
    /// Why it ended so, in words; null where it holds or breaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The finding that speaks of it, with the same figure; null only where nothing breaks.
    pub finding: Option<FindingCode>,
    /// Whether a waiver covers that finding.
    pub waived: bool,
}

impl Check {
    /// Whether it speaks of this figure.
    #[must_use]
    pub fn is_of(&self, figure: &Figure) -> bool {
        self.figure.as_ref() == Some(&figure.id) && self.columns == figure.columns && self.about == figure.about
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// The figure keeps to the limit; equality does.
    Holds,
    /// It does not.
    Breaks,
    /// There is no figure, or no limit was declared: never a pass.
    Unknown,
    /// The measure was cut off by time or memory.
    CutOff,
    /// The gate has nothing to speak of in this extract.
    NotApplicable,
}

/// What a measure has to say, without layout. Numbers are named, not written: a view takes them from `figures` and what
/// became of them from `checks`, so that every view shows them alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Name of the measure.
    pub measure: String,
    /// The heading.
    pub title: String,
    /// What the section answers, in one sentence.
    pub answer: String,
    /// The figures it shows, in this order.
    pub rows: Vec<SectionRow>,
    /// How the numbers are to be read, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub how_to_read: Vec<String>,
    /// What helps where they are too high, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what_to_do: Vec<String>,
}

/// A figure of a section, by its whole name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
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
