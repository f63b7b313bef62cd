//! What to change so that the extract may leave.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One proposed change. Its figures are recomputed with the change applied, not estimated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Advice {
    /// The action, in one sentence.
    pub action: String,
    /// Rules that the proposal applies; empty for an alternative to sharing records at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<AdviceChange>,
    /// The lines for `reidrisk.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// The same as flags of `scan`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flags: Option<String>,
    /// The headline figures of the current extract.
    pub before: Option<Headline>,
    /// The headline figures with the change.
    pub after: Option<Headline>,
    /// Share of the headline risk that the change removes: the share of exposed subjects that are no longer exposed.
    pub risk_removed: Option<f64>,
    /// Share of the detail of the quasi-identifiers that remains, 0 to 1.
    pub detail_kept: Option<f64>,
    /// Whether the whole verdict was recomputed with the change and every limit is met. Always false in this version,
    /// which does not recompute it: a proposal covers only the figures in `after`.
    pub reaches_limits: bool,
    /// Whether this is the first thing to try.
    pub recommended: bool,
}

/// One rule on one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct AdviceChange {
    /// The column.
    pub column: String,
    /// The rule as written for `--coarsen`, such as `month` or `drop`.
    pub rule: String,
}

/// The figures for judging a proposal: those of the scan, with the same names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Headline {
    /// `measures.uniqueness.value.full.smallest_class`; null if no quasi-identifier remains.
    pub full_smallest_class: Option<u64>,
    /// `…full.unique_subjects`.
    pub full_unique_subjects: Option<u64>,
    /// Subjects below the policy's `k` on the full set.
    pub full_subjects_below_k: Option<u64>,
    /// `…static.smallest_class`; null when there is no static set.
    pub static_smallest_class: Option<u64>,
    /// `…static.unique_subjects`.
    pub static_unique_subjects: Option<u64>,
    /// Subjects below the policy's `k` on the static set.
    pub static_subjects_below_k: Option<u64>,
    /// Unicity at the gate's known points, if measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unicity: Option<f64>,
    /// The largest share of subjects that an attack with a source of the recipient links to the right person, if measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<f64>,
}
