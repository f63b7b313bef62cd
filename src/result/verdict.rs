//! The answer, the limits it was judged by, and what was found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// May it leave?
    pub outcome: VerdictOutcome,
    /// 0 pass, 1 review or fail, 4 incomplete. Unchanged by `--exit-zero`.
    pub exit_code: u8,
    /// Why, in sentences, most important first.
    pub reasons: Vec<String>,
}

/// May the dataset leave?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictOutcome {
    /// Every gate was measured and holds, on declared roles.
    Pass,
    /// Nothing failed, but a person must look.
    Review,
    /// A gate does not hold, or its measure is undefined.
    Fail,
    /// A gate's measure was cut off by time or memory.
    Incomplete,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Low,
    /// Should be looked at.
    Medium,
    /// Must not leave as it is.
    High,
    /// Must not leave at all.
    Critical,
}

/// The limits a scan is judged by. Defaults are house policy, not law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Name of the policy: `house-default`, or `custom` when a limit was changed.
    pub name: String,
    /// Smallest allowed class of the static quasi-identifiers, in subjects.
    pub k: u32,
    /// Whether the worst case of one known event (`any-record`) is gated with `k` as well.
    pub gate_any_record: bool,
    /// Findings of this severity or above make the verdict `fail`.
    pub fail_on: Severity,
    /// Whether `review` exits with 0.
    pub allow_review: bool,
}

/// One thing the judge found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Stable kebab-case code.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The measure it comes from.
    pub measure: String,
    /// The columns it speaks of.
    pub columns: Vec<String>,
    /// One sentence with the figure, its unit and the limit.
    pub message: String,
    /// The figure, where there is one.
    pub measured: Option<f64>,
    /// The limit, where there is one.
    pub limit: Option<f64>,
    /// Whether a waiver covers it.
    pub waived: bool,
}

/// Codes of findings. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// The smallest class of the gated set holds fewer subjects than `k`.
    SmallClass,
    /// A measure under a gate is undefined.
    UnknownRisk,
    /// A measure under a gate was cut off.
    IncompleteMeasure,
    /// Some records have no subject.
    RecordsWithoutSubject,
    /// Some subject values are not in the subject map.
    SubjectsNotInMap,
    /// No subject is declared although a column looks like one.
    NoSubject,
    /// Roles were guessed, not declared.
    GuessedRoles,
    /// No risk gate could be applied.
    NoRiskGate,
    /// A column declared or guessed as a direct identifier is in the extract.
    DirectIdentifierPresent,
    /// Reading missing cells as wildcards enlarges the smallest crowd.
    WildcardLowersRisk,
}

impl FindingCode {
    /// The kebab-case code, as in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SmallClass => "small-class",
            Self::UnknownRisk => "unknown-risk",
            Self::IncompleteMeasure => "incomplete-measure",
            Self::RecordsWithoutSubject => "records-without-subject",
            Self::SubjectsNotInMap => "subjects-not-in-map",
            Self::NoSubject => "no-subject",
            Self::GuessedRoles => "guessed-roles",
            Self::NoRiskGate => "no-risk-gate",
            Self::DirectIdentifierPresent => "direct-identifier-present",
            Self::WildcardLowersRisk => "wildcard-lowers-risk",
        }
    }
}
