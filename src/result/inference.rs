//! Value of the measure `inference`: what a model built on some people guesses of a sensitive column of others.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Evidence, SensitiveValue, UndefinedField, Yardstick};

/// Value of the measure `inference`. Somebody knows the sensitive value of some people of the extract and, of all, the
/// quasi-identifiers; a model built on the ones is asked about the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Inference {
    /// The quasi-identifiers that a guess is made from.
    pub columns: Vec<String>,
    /// Subjects of the extract; without a subject, records.
    pub subjects: u64,
    /// How many of them the attacks look at: all, or a sample that the seed and the values decide.
    pub sampled: u64,
    /// Parts that the sampled are dealt into; each is asked about by a model built on the others.
    pub folds: u64,
    /// What is guessed of each sensitive column, in file order.
    pub secrets: Vec<InferredColumn>,
    /// The smallest segments that can be addressed; empty where missing cells match everything.
    pub segments: Vec<Segments>,
}

/// What is guessed of one sensitive column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct InferredColumn {
    /// The column.
    pub column: String,
    /// Which value a subject has; of several with `any` that of most records, and each that it holds is right.
    pub value: SensitiveValue,
    /// Distinct values among those looked at; missing cells are one of them.
    pub values: u64,
    /// Whether a number is guessed right within 5 %.
    pub within: bool,
    /// The attacks; empty where nothing can be guessed, for the reasons in `undefined`.
    pub attacks: Vec<InferenceAttack>,
    /// The group of people about whom the trees are right more often than a guess without the extract, by the lower end
    /// of the interval. It is named by its column and its size, never by its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_group: Option<InferenceGroup>,
    /// Groups of at least 20 people that were looked at.
    pub groups: u64,
    /// People whose value the trees guess with at least 90 % of their votes: those that can be addressed by it.
    pub sure: u64,
    /// For how many of them the guess is right.
    pub sure_right: u64,
    /// Why there is no attack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// How a value is guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum InferenceMethod {
    /// By a random forest.
    Trees,
    /// By the nearest known person, by Gower's distance.
    NearestNeighbour,
}

impl InferenceMethod {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One attack on one sensitive column. Rates are shares of `asked`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct InferenceAttack {
    /// How.
    pub method: InferenceMethod,
    /// Most people that a model is built on.
    pub known: u64,
    /// People who are asked about; none of them is among those whom the guess is made from.
    pub asked: u64,
    /// Right guesses.
    pub right: u64,
    /// `right` / `asked`.
    pub attack_rate: f64,
    /// Its 95 % interval (Wilson).
    pub interval: [f64; 2],
    /// Right guesses of the one value that is right most often: what is guessed without the extract's columns.
    pub baseline_right: u64,
    /// `baseline_right` / `asked`.
    pub baseline_rate: f64,
    /// Control: the same guesses, each held against another of those who were left out.
    pub control_right: u64,
    /// `control_right` / `asked`.
    pub control_rate: f64,
    /// Its 95 % interval (Wilson).
    pub control_interval: [f64; 2],
    /// Right guesses about people of whom the baseline is wrong.
    pub gained: u64,
    /// (attack - baseline) / (1 - baseline), at least 0: of those of whom the baseline is wrong, the share that is
    /// gained, less what is lost.
    pub advantage: f64,
    /// Its interval, from the 95 % intervals (Wilson) of what is gained and what is lost.
    pub advantage_interval: [f64; 2],
    /// (attack - control) / (1 - control), cut to 0 and 1.
    pub residual_risk: f64,
    /// Its 95 % interval.
    pub residual_interval: [f64; 2],
    /// Whether the lower end of the interval is above the baseline and above the control.
    pub evidence: Evidence,
    /// Without evidence, what the attack was no better than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_better_than: Option<Yardstick>,
}

/// People who share a value of one quasi-identifier, or of its numbers a tenth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct InferenceGroup {
    /// The quasi-identifier.
    pub column: String,
    /// People in the group who were asked about.
    pub people: u64,
    /// Right guesses of the trees.
    pub right: u64,
    /// `right` / `people`.
    pub attack_rate: f64,
    /// Its 95 % interval (Wilson).
    pub interval: [f64; 2],
    /// Share of the group that has the value which is right most often of all people.
    pub baseline_rate: f64,
}

/// Everybody who has given values on so many quasi-identifiers: whom an advertiser can address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Segments {
    /// How many quasi-identifiers a predicate names.
    pub columns: u64,
    /// Subjects in the smallest segment that is not empty.
    pub smallest: u64,
    /// The most subjects that predicates on one set of so many columns reach in segments below `k` of the policy.
    pub below_k: u64,
}
