//! The waist of the house: one serde value that holds all that a report needs and no cell value.
//!
//! Everything before [`ScanResult`] computes it, everything after it only shows or stores it. The field names are
//! a public contract: `reidrisk schema` prints the JSON Schema that is generated from these types.
//! [`Measures`], `findings` and [`Verdict`] are the same bytes for the same records, plan, seed and version.

mod advice;
mod certificate;
mod dataset;
mod declarations;
mod figure;
mod identifiers;
mod linkage;
mod policy;
mod unicity;
mod uniqueness;
mod verdict;

pub use advice::*;
pub use certificate::*;
pub use dataset::*;
pub use declarations::*;
pub use figure::*;
pub use identifiers::*;
pub use linkage::*;
pub use policy::*;
pub use unicity::*;
pub use uniqueness::*;
pub use verdict::*;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the shape of `result.json`: additive within a major version.
pub const SCHEMA_VERSION: &str = "1.1.0";

/// One finished scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanResult {
    /// Version of this shape, [`SCHEMA_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// When and with what resources it ran. The only part that differs between two runs on the same input.
    pub run: Run,
    /// What was read.
    pub dataset: Dataset,
    /// The sources that the extract was joined with, in the order of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<LinkedSource>,
    /// Who is to receive it, and under which agreement; null when the configuration names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// The answer.
    pub verdict: Verdict,
    /// The limits the answer was judged by.
    pub policy: Policy,
    /// What a person declared about the extract, beside roles and limits.
    #[serde(default)]
    pub declarations: Declarations,
    /// The figures.
    pub measures: Measures,
    /// The numbers of every measure, flat, in the order of the measures. Results of version 1.0 have none.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// Every gate held against its figures, in the order of the policy. Results of version 1.0 have none.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// What measures have to say for which a view may have no part of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// What the judge found, worst first.
    pub findings: Vec<Finding>,
    /// Waivers that were declared, each with what became of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRecord>,
    /// Measures and gates without a figure, each with its reason.
    pub not_measured: Vec<NotMeasured>,
    /// What to change, best first; empty when nothing needs to be, or nothing was tried.
    pub advice: Vec<Advice>,
}

/// What `inspect` says: the columns of an extract. Holds no risk and no verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inspection {
    /// Version of this shape, [`SCHEMA_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// What was read; the same as in the result of a scan.
    pub dataset: Dataset,
}

/// Name and version of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `reidrisk`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// A setting in force, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedSetting {
    /// Its dotted key in the configuration, such as `policy.k`; of a flag without a key its name.
    pub setting: String,
    /// Its value, in words. What stands in cells is counted, and files are named without their folders.
    pub value: String,
    /// The flag, the environment variable, the configuration file, the preset, or `default`.
    pub origin: String,
}

/// Circumstances of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Identifier of the run: UTC start time and the first digits of a hash of the input and the plan.
    pub id: String,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Wall time of each stage.
    pub stages: Vec<Stage>,
    /// Peak resident memory of the process in bytes, where the system tells it.
    pub peak_memory_bytes: Option<u64>,
    /// Seed of everything that is drawn by chance.
    pub seed: u64,
    /// Worker threads.
    pub threads: usize,
    /// What counted: `local`.
    pub engine: String,
    /// SHA-256 of the configuration file that was read, if any.
    pub config_sha256: Option<String>,
    /// Where that file says something about a column, for views that point there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigPlaces>,
    /// Who may read the views of this result.
    #[serde(default)]
    pub audience: Audience,
    /// Every setting in force and where it came from, in the order of the help. Results of version 1.0 have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlannedSetting>,
}

/// Where the configuration file speaks of columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ConfigPlaces {
    /// The file: its path as found when that is relative, else its name without the folder.
    pub file: String,
    /// The line of the entry of each column that has one, counted from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, u64>,
}

/// Who may read the views of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Audience {
    /// Whoever decides or works on the release: counts and names only.
    #[default]
    Overview,
    /// The team that holds the data: every view is stamped RESTRICTED and readable by its owner alone.
    Internal,
}

impl Audience {
    /// The word that views are stamped with; none for an overview.
    #[must_use]
    pub fn stamp(self) -> Option<&'static str> {
        match self {
            Self::Overview => None,
            Self::Internal => Some("RESTRICTED"),
        }
    }
}

/// Wall time of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// `read`, `treat`, `measure`, `judge`, `advise`.
    pub stage: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
}

/// A measure or gate without a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotMeasured {
    /// Name of the measure or gate.
    pub measure: String,
    /// Why there is no figure, in words.
    pub reason: String,
}

/// What a count counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Distinct persons or accounts.
    Subject,
    /// Rows of the extract.
    Record,
}

/// How a measure ended. `Undefined` and `Incomplete` never pass a gate and are never shown as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome<T> {
    /// There is a figure.
    Measured {
        /// What the counts count.
        unit: Unit,
        /// The figure.
        value: T,
    },
    /// The definition gives no figure for this input.
    Undefined {
        /// Stable kebab-case code.
        reason: String,
        /// The reason in words.
        explanation: String,
    },
    /// The computation was cut off.
    Incomplete {
        /// Stable kebab-case code: `timeout` or `memory`.
        reason: String,
        /// The reason in words.
        explanation: String,
    },
}

impl<T> Outcome<T> {
    /// Its value, where it was measured.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Measured { value, .. } => Some(value),
            Self::Undefined { .. } | Self::Incomplete { .. } => None,
        }
    }

    /// No figure, for this reason.
    #[must_use]
    pub fn undefined(reason: &str, explanation: &str) -> Self {
        Self::Undefined { reason: reason.to_owned(), explanation: explanation.to_owned() }
    }

    /// No figure yet, for this reason.
    #[must_use]
    pub fn incomplete(reason: &str, explanation: &str) -> Self {
        Self::Incomplete { reason: reason.to_owned(), explanation: explanation.to_owned() }
    }

    /// How it ended, without the value.
    #[must_use]
    pub fn without_value(&self) -> Outcome<()> {
        match self {
            Self::Measured { unit, .. } => Outcome::Measured { unit: *unit, value: () },
            Self::Undefined { reason, explanation } => {
                Outcome::Undefined { reason: reason.clone(), explanation: explanation.clone() }
            }
            Self::Incomplete { reason, explanation } => {
                Outcome::Incomplete { reason: reason.clone(), explanation: explanation.clone() }
            }
        }
    }
}

/// The figures, one field a measure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measures {
    /// Classes of every column set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniqueness: Option<Outcome<Uniqueness>>,
    /// What names a person outright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<Outcome<Identifiers>>,
    /// How many known points single a subject out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unicity: Option<Outcome<Unicity>>,
    /// What a recipient can join to what it already holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linkage: Option<Outcome<Linkage>>,
    /// Further measures, by name.
    #[serde(flatten)]
    pub further: BTreeMap<String, Outcome<serde_json::Value>>,
}

impl Measures {
    /// How the measure of this name ended, without its value; `None` where it was not measured.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<Outcome<()>> {
        match name {
            "uniqueness" => self.uniqueness.as_ref().map(Outcome::without_value),
            "unicity" => self.unicity.as_ref().map(Outcome::without_value),
            "identifiers" => self.identifiers.as_ref().map(Outcome::without_value),
            "linkage" => self.linkage.as_ref().map(Outcome::without_value),
            name => self.further.get(name).map(Outcome::without_value),
        }
    }
}
