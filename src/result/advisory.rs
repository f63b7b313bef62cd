//! What `advise` says: plans that were judged, the one to take, and what it rests on.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Advice, Headline, Removal, Tool};

/// Version of the format that `advise --format json` writes; additive within a major version.
pub const ADVISORY_VERSION: &str = "1.0.0";

/// The way from an extract to a file that may leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Advisory {
    /// Version of this format, [`ADVISORY_VERSION`] when written.
    pub advisory_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// Name of the dataset.
    pub dataset: String,
    /// Records that were read.
    pub records: u64,
    /// Subjects that they belong to; records where no subject is declared.
    pub subjects: u64,
    /// The policy's smallest class.
    pub k: u32,
    /// Whether the extract may leave without a change of its quasi-identifiers.
    pub passes_now: bool,
    /// Its figures.
    pub now: Headline,
    /// The largest share of subjects that a limit finds exposed now; see [`PlannedRelease::exposed`].
    pub exposed_now: Option<f64>,
    /// What stands in the way now, in words.
    pub objections: Vec<String>,
    /// Columns that are left out because of what they are.
    pub must_go: Vec<ColumnGone>,
    /// Plans that the moves allow.
    pub possible: f64,
    /// Plans that were measured and judged, each as a whole.
    pub judged: u64,
    /// Whether the search came to its end: no plan that keeps more detail passes, or none at all. A share of known points or
    /// links that rises when values are merged is the exception (see `docs/advice.md`).
    pub complete: bool,
    /// The plans that no other beats in both detail and exposure, most detail first.
    pub plans: Vec<PlannedRelease>,
    /// The place of the plan to take; null if none that was judged passes.
    pub recommended: Option<usize>,
    /// What stood in the way of every plan, in words; empty if one passes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remains: Vec<String>,
    /// Quasi-identifiers that the recommended plan keeps and that would have to go if nobody were left out; null without a
    /// budget for leaving subjects out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved_by_removal: Option<Vec<String>>,
}

/// A column that is left out because of what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ColumnGone {
    /// Its name.
    pub column: String,
    /// Why.
    pub reason: String,
}

/// Another pseudonym for each person in each period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PlannedRotation {
    /// The period of one pseudonym: `month`, `quarter` or `year`.
    pub every: String,
    /// The column that tells the period.
    pub column: String,
    /// Of the pairs of records of one subject the share that keeps one pseudonym. What is missing to 1 counts in
    /// `detail_kept` like that share of one quasi-identifier.
    pub links_kept: f64,
}

/// One plan, measured and judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PlannedRelease {
    /// What it does; `after` has its figures, and `reaches_limits` says whether it passes.
    #[serde(flatten)]
    pub advice: Advice,
    /// The largest share of subjects that a limit finds exposed: in classes below `k`, singled out by known points, or
    /// linked by an attack, each where the policy has a limit for it.
    pub exposed: Option<f64>,
    /// The rotation of pseudonyms that is part of it; null if it proposes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<PlannedRotation>,
    /// Who is left out; null without a budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<Removal>,
}
