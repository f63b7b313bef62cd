//! The spine from measure to view: every number a measure gives, flat, and every gate held against one.
//!
//! A measure keeps its nested value; beside it stands a list of [`Figure`]s. The judge compares gates with figures and
//! writes one [`Check`] for each gate and figure, also where the limit holds. Views read both and decide nothing: a row
//! of a table, a tile, the headline and a finding that speak of one number speak of one figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FindingCode;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
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
