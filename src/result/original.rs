//! Value of the measure `original`: what a release tells of the people in the file that it was made from.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of the measure `original`. The release is the extract as treated; the original is the file that it was made from; the
/// control holds people of the same population who are not in the original.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Original {
    /// The columns that were compared, in file order.
    pub columns: Vec<String>,
    /// Quasi-identifiers and sensitive columns of the release that could not be compared: the original lacks them, or no value
    /// occurs on both sides. While there are any, no risk is given.
    pub not_compared: Vec<String>,
    /// Records and people of the release.
    pub release: OriginalSide,
    /// Records and people of the original.
    pub original: OriginalSide,
    /// Records and people of the control; null without one.
    pub control: Option<OriginalSide>,
    /// Records of the release that equal one of the original.
    pub copies: OriginalCopies,
    /// The same of the control: how many coincide without having been used; null without one.
    pub control_copies: Option<OriginalCopies>,
    /// From records of the release to the nearest of the original.
    pub distances: OriginalDistances,
    /// From records of the control to the nearest of the original; null without one.
    pub control_distances: Option<OriginalDistances>,
    /// The attacks, each with baseline, control and what is left.
    pub attacks: Vec<OriginalAttack>,
    /// Remarks on the comparison; counts and names of columns only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Size of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OriginalSide {
    /// Records that were compared.
    pub records: u64,
    /// People; equal to `records` where each record is a person.
    pub people: u64,
}

/// Records that equal one of the original on all compared columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OriginalCopies {
    /// Records that were looked at.
    pub records: u64,
    /// Those that equal a record of the original.
    pub copied: u64,
    /// Those that equal only records of a single person of the original.
    pub copied_of_one: u64,
}

/// Distances from records to the nearest record of the original, as shares of the largest possible one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OriginalDistances {
    /// Records that were compared; fewer than there are where they were sampled.
    pub records: u64,
    /// Distance to the closest record: the quantiles from 0 % to 100 % in steps of 5 %.
    pub closest: Vec<f64>,
    /// Distance to the closest record divided by that to the second closest, 1 where both are 0: the same quantiles.
    pub ratio: Vec<f64>,
}

/// What is tried against the people in the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OriginalAttackKind {
    /// A statement about one column, drawn from the release, that holds for exactly one person of the original.
    SinglingOutUnivariate,
    /// The same about several columns at once.
    SinglingOutMultivariate,
    /// Two halves of the columns of a person, brought together through the release.
    Linkability,
    /// A sensitive value of a person, taken from the nearest record of the release.
    Inference,
    /// Whether records of the release lie closer to the original than to as many people of the control.
    Closeness,
    /// Whether a person was in the original, told by how near the release comes.
    Membership,
}

impl OriginalAttackKind {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How often something succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OriginalRate {
    /// Successes; of closeness the expected number, which need not be whole.
    pub successes: f64,
    /// Attempts.
    pub attempts: u64,
    /// Successes divided by attempts.
    pub rate: f64,
    /// 95 % interval (Wilson).
    pub interval: [f64; 2],
}

/// What may be said of an attack. It never says that a release is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum OriginalEvidence {
    /// It succeeds more often than a guess, and more often with people in the original than with others, beyond chance.
    Evidence,
    /// It does not.
    NoEvidence,
    /// It succeeds more often than a guess, but without a control it cannot be told whether that is due to the people in the
    /// original or to what holds for everybody.
    NoControl,
    /// It could not be tried.
    Undefined,
}

impl OriginalEvidence {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// An attack on the people in the original.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OriginalAttack {
    /// What is tried.
    pub kind: OriginalAttackKind,
    /// The sensitive column that is inferred; null for every other attack.
    pub secret: Option<String>,
    /// On people in the original.
    pub attack: Option<OriginalRate>,
    /// On a sample of them as large as the control, where the number of people decides the rate; it is held against the control.
    pub attack_at_control_size: Option<OriginalRate>,
    /// A guess that does not look at the release, or not at the person.
    pub baseline: Option<OriginalRate>,
    /// On people who are not in the original.
    pub control: Option<OriginalRate>,
    /// (attack - control) / (1 - control), from 0 to 1: what is due to being in the original.
    pub residual_risk: Option<f64>,
    /// 95 % interval of the residual risk.
    pub residual_interval: Option<[f64; 2]>,
    /// What may be said.
    pub evidence: OriginalEvidence,
    /// Why something is null, as text.
    pub reason: Option<String>,
}
