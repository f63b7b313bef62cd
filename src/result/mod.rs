//! The waist of the house: one serde value that holds all that a report needs and no cell value.
//!
//! Everything before [`ScanResult`] computes it, everything after it only shows or stores it. The field names are
//! a public contract: `reidrisk schema` prints the JSON Schema that a test makes from these types.
//! [`Measures`], `findings` and [`Verdict`] are the same bytes for the same records, plan, seed and version.

mod advice;
mod advisory;
mod aggregates;
mod attribute;
mod baseline;
mod certificate;
mod chain;
mod comparison;
mod dataset;
mod declarations;
mod facts;
mod figure;
mod fingerprint;
mod histories;
mod history;
mod identifiers;
mod inference;
mod linkage;
mod night;
mod original;
mod policy;
mod population;
mod record;
mod special_uniques;
mod spellings;
mod unicity;
mod uniqueness;
mod verdict;

pub use advice::*;
pub use advisory::*;
pub use aggregates::*;
pub use attribute::*;
pub use baseline::*;
pub use certificate::*;
pub(crate) use chain::*;
pub use comparison::*;
pub use dataset::*;
pub use declarations::*;
pub use facts::*;
pub use figure::*;
pub use fingerprint::Fingerprint;
pub use histories::*;
pub use history::*;
pub use identifiers::*;
pub use inference::*;
pub use linkage::*;
pub use night::*;
pub use original::*;
pub use policy::*;
pub use population::*;
pub use record::*;
pub use special_uniques::*;
pub use spellings::Spellings;
pub use unicity::*;
pub use uniqueness::*;
pub use verdict::*;

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the `result.json` format; additive within a major version.
pub const SCHEMA_VERSION: &str = "1.1.0";

/// One finished scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ScanResult {
    /// Version of this format, [`SCHEMA_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// When and with which resources it ran. The only part that differs between two runs on the same input.
    pub run: Run,
    /// The dataset that was read.
    pub dataset: Dataset,
    /// The sources that the extract was linked with, in the order of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<LinkedSource>,
    /// The recipient and the agreement; null if the configuration names no recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// The verdict.
    pub verdict: Verdict,
    /// The limits behind the verdict.
    pub policy: Policy,
    /// Declarations about the extract, besides roles and limits.
    #[serde(default)]
    pub declarations: Declarations,
    /// The value of each measure.
    pub measures: Measures,
    /// The figures of all measures as a flat list, in the order of the measures. Results of version 1.0 have none.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// Every gate compared with its figures, in the order of the policy. Results of version 1.0 have none.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Sections of measures that a view may have no dedicated part for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Section>,
    /// The findings, most severe first.
    pub findings: Vec<Finding>,
    /// The earlier run that it was compared with; absent if none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineUsed>,
    /// Declared waivers, each with its state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverRecord>,
    /// Measures and gates without a figure, each with the reason.
    pub not_measured: Vec<NotMeasured>,
    /// Proposed changes, best first; empty if none is needed or none was tried.
    pub advice: Vec<Advice>,
}

/// The output of `inspect`: the columns of an extract. Contains no risk and no verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Inspection {
    /// Version of this format, [`SCHEMA_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The dataset that was read; the same as in the result of a scan.
    pub dataset: Dataset,
}

/// Name and version of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Tool {
    /// Always `reidrisk`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// An effective setting and its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PlannedSetting {
    /// Dotted key in the configuration, such as `policy.k`; the name of a flag that has no key.
    pub setting: String,
    /// Its value as text. Cell values are only counted, and files are named without their folders.
    pub value: String,
    /// The flag, the environment variable, the configuration file, the preset, or `default`.
    pub origin: String,
}

/// Circumstances of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
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
    /// Peak resident memory of the process in bytes, if the system reports it.
    pub peak_memory_bytes: Option<u64>,
    /// Seed of all random draws.
    pub seed: u64,
    /// Worker threads.
    pub threads: usize,
    /// Where it was counted: `local`, or `cluster`.
    pub engine: String,
    /// SHA-256 of the configuration file that was read, if any.
    pub config_sha256: Option<String>,
    /// SHA-256 of the waiver file that was read, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers_sha256: Option<String>,
    /// The program as built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// Limits of time, memory or work that a measure ran into, as `measure: reason`; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits_hit: Vec<String>,
    /// Where that file mentions each column, for views that point there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigPlaces>,
    /// Audience of the views of this result.
    #[serde(default)]
    pub audience: Audience,
    /// Every effective setting and its source, in the order of the help. Results of version 1.0 have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlannedSetting>,
}

/// The program as built.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Build {
    /// Commit that it was built from, if whoever built it set `REIDRISK_COMMIT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Processor and system that it was built for, such as `x86_64-linux`.
    pub target: String,
    /// Optional features that are compiled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

/// Where the configuration file mentions columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ConfigPlaces {
    /// The file: its path as found if relative, otherwise its name without the folder.
    pub file: String,
    /// The line of the entry of each column that has one, counted from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, u64>,
}

/// Audience of the views of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Audience {
    /// Those who decide or work on the release: counts and names only.
    #[default]
    Overview,
    /// The team that holds the data: every view is marked RESTRICTED and readable by its owner only.
    Internal,
}

impl Audience {
    /// The word that marks views; none for an overview.
    #[must_use]
    pub fn stamp(self) -> Option<&'static str> {
        match self {
            Self::Overview => None,
            Self::Internal => Some("RESTRICTED"),
        }
    }
}

/// Wall time of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Stage {
    /// `read`, `treat`, `measure`, `judge`, `advise`.
    pub stage: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
}

/// A measure or gate without a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct NotMeasured {
    /// Name of the measure or gate.
    pub measure: String,
    /// Why there is no figure, as text.
    pub reason: String,
}

/// Unit of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Distinct persons or accounts.
    Subject,
    /// Rows of the extract.
    Record,
}

/// Outcome of a measure. `Undefined` and `Incomplete` never pass a gate and are never shown as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome<T> {
    /// There is a figure.
    Measured {
        /// Unit of the counts.
        unit: Unit,
        /// The figure.
        value: T,
    },
    /// The figure is undefined for this input.
    Undefined {
        /// Stable kebab-case code.
        reason: String,
        /// The reason as text.
        explanation: String,
    },
    /// The computation was stopped by a limit.
    Incomplete {
        /// Stable kebab-case code: `timeout` or `memory`.
        reason: String,
        /// The reason as text.
        explanation: String,
    },
}

impl<T> Outcome<T> {
    /// Its value, if measured.
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

    /// The outcome without the value.
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

/// Declares [`Measures`] with one field for each measure, called as the measure is.
macro_rules! measures {
    ($($(#[$said:meta])* $name:ident: $value:ty,)*) => {
        /// The values of the measures, one field per measure.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(test, derive(JsonSchema))]
        pub struct Measures {
            $(
                $(#[$said])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<Outcome<$value>>,
            )*
            /// Further measures, by name.
            #[serde(flatten)]
            pub further: BTreeMap<String, Outcome<serde_json::Value>>,
        }

        impl Measures {
            /// Outcome of the measure of this name, without its value; `None` if not measured.
            #[must_use]
            pub fn outcome(&self, name: &str) -> Option<Outcome<()>> {
                match name {
                    $(stringify!($name) => self.$name.as_ref().map(Outcome::without_value),)*
                    name => self.further.get(name).map(Outcome::without_value),
                }
            }

            /// Measures that a limit stopped, as `measure: reason`, in the order of the results.
            #[must_use]
            pub fn limits_hit(&self) -> Vec<String> {
                let names = [$(stringify!($name)),*].into_iter().chain(self.further.keys().map(String::as_str));
                names
                    .filter_map(|name| match self.outcome(name)? {
                        Outcome::Incomplete { reason, .. } => Some(format!("{name}: {reason}")),
                        _ => None,
                    })
                    .collect()
            }
        }
    };
}

measures! {
    /// Equivalence classes of every column set.
    uniqueness: Uniqueness,
    /// Direct identifiers found in cells.
    identifiers: Identifiers,
    /// Unicity: subjects singled out by known points.
    unicity: Unicity,
    /// Record linkage with data that the recipient already holds.
    linkage: Linkage,
    /// The smallest sets of columns on which somebody is alone.
    special_uniques: SpecialUniques,
    /// Uniqueness in the population that the extract is a sample of.
    population: Population,
    /// Tables of totals.
    aggregates: Aggregates,
    /// What a class tells of sensitive columns.
    attribute: Attribute,
    /// The crowd of those whose records are all the same.
    histories: Histories,
    /// What a model built on some people guesses of a sensitive column of others.
    inference: Inference,
    /// What a release tells of the people in the file that it was made from.
    original: Original,
}
