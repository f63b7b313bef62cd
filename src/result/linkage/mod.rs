//! Value of the measure `linkage`: what a recipient can join to what it already holds.

mod details;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use details::*;

use super::{AtRisk, InputFile, Reading, UndefinedField};
use crate::number::as_float;

/// Value of the measure `linkage`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Linkage {
    /// One entry for each source and attack, in the order of the plan.
    pub attacks: Vec<LinkageAttack>,
    /// One entry for each pseudonym column tested against identifiers supplied by the operator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pseudonyms: Vec<PseudonymCheck>,
}

/// A source that the extract was linked with, for the record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LinkedSource {
    /// Its name, as in `attacks[].with`.
    pub name: String,
    /// Its files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Records read, with and without a subject.
    pub records: u64,
    /// Distinct subjects; equal to `records` if no subject column is named.
    pub subjects: u64,
    /// Records whose subject is missing.
    pub records_without_subject: u64,
    /// Its subject column; null if each record is its own subject.
    pub subject: Option<String>,
    /// People whom it does not hold, to measure what an attack claims of strangers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<HoldOut>,
}

/// A hold-out, for the record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct HoldOut {
    /// Its files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Distinct subjects.
    pub subjects: u64,
}

/// How the two sides are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum AttackKind {
    /// Equal values on every shared column.
    #[default]
    Exact,
    /// Dates and numbers within a tolerance, text after normalisation.
    Tolerant,
    /// The nearest neighbour in numbers and dates.
    Distance,
    /// Agreement of individual columns, weighted by evidence (Fellegi and Sunter).
    Probabilistic,
    /// A few noisy events of a person against whole histories (Narayanan and Shmatikov).
    Scoreboard,
    /// Two releases with the same pseudonyms.
    Intersection,
    /// Two releases with new pseudonyms in the second.
    Release,
}

impl AttackKind {
    /// Every attack, in the order in which they are shown.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in flags, keys and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Whether an attack beats guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The attack beats its baseline, and its control if there is one.
    Found,
    /// It does not. Other attacks may still do so.
    None,
    /// There is no figure to decide.
    #[default]
    Unknown,
}

/// What an attack was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Yardstick {
    /// Guessing without the shared columns; for `intersection`, the extract alone.
    Baseline,
    /// People whom the source does not hold.
    Control,
}

/// One attack on one source. Counts are of subjects of the extract unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LinkageAttack {
    /// How the sides are joined.
    pub attack: AttackKind,
    /// Name of the source.
    pub with: String,
    /// Shared columns, as the extract names them.
    pub columns: Vec<String>,
    /// Reading of the class of a subject on those columns.
    pub reading: Option<Reading>,
    /// Subjects of the extract.
    pub subjects: u64,
    /// Subjects of the source.
    pub source_subjects: u64,
    /// `expected_correct` / `subjects`, for `intersection` / the subjects of both releases; null with a reason if there
    /// is none. Limits apply to it.
    pub attack_rate: Option<f64>,
    /// 95 % interval of `attack_rate`, or that same value twice if all subjects were counted.
    pub interval: Option<[f64; 2]>,
    /// Share found by guessing without the shared columns.
    pub baseline_rate: Option<f64>,
    /// The attack rate of a hold-out, people whom the source does not hold: the share that the attack would be expected
    /// to link correctly if they were the extract, all of it wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_rate: Option<f64>,
    /// Share of subjects for whom the attack claims a single link, right or wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_rate: Option<f64>,
    /// (attack - control) / (1 - control), at least 0, each the centre of its Wilson interval. For explanation only; no
    /// limit applies to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual_risk: Option<f64>,
    /// 95 % interval of `residual_risk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residual_interval: Option<[f64; 2]>,
    /// Whether the attack beats its baseline, and its control if there is one.
    pub evidence: Evidence,
    /// If there is no evidence: what the attack does not beat. Absent from results of version 1.0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_better_than: Option<Yardstick>,
    /// Subjects who match exactly one subject of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique: Option<u64>,
    /// Subjects who match several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambiguous: Option<u64>,
    /// Subjects who match nobody, including those without a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_match: Option<u64>,
    /// Subjects unique on their values on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_to_one: Option<u64>,
    /// Expected correct links if the attacker picks at random among the claimed persons: the sum over subjects of 1 /
    /// their number, and 0 only if the right person is known and not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_correct: Option<f64>,
    /// k-map: minimum number of subjects of the source that share the values of a matched subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k_map: Option<u64>,
    /// Delta-presence: smallest and largest share of a class of the source that is in the extract; above 1 it is shown
    /// as 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_presence: Option<DeltaPresence>,
    /// Journalist risk: the risk of a subject looked up in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journalist: Option<JournalistRisk>,
    /// Marketer risk: the mean over subjects of 1 / the larger of their class on both sides, whatever the truth says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketer: Option<f64>,
    /// Classes in which the extract has more subjects than the source, so the source is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population_mismatch: Option<u64>,
    /// Links that the attack claims; if persons of the source are looked up, one subject may have several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<u64>,
    /// Subjects with a claimed link that is right, by the truth column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct: Option<u64>,
    /// Coverage of the truth; present if a truth column was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_truth: Option<KnownTruth>,
    /// Share of the claimed links that are right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<f64>,
    /// `correct` / subjects whose true partner is in the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<f64>,
    /// Every subset of the shared columns, by size, then in the order of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub column_sets: Vec<LinkedSet>,
    /// Calibration of stated probabilities; present if the attack states any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calibration: Vec<CalibrationBin>,
    /// Details of a distance attack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance: Option<DistanceDetail>,
    /// Details of a probabilistic attack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probabilistic: Option<ProbabilisticDetail>,
    /// Details of a scoreboard attack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoreboard: Option<ScoreboardDetail>,
    /// The contribution of the second of two releases with the same pseudonyms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intersection: Option<IntersectionDetail>,
    /// How subjects were re-linked from release to release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseDetail>,
    /// What was found over all periods; present if pseudonyms are rotated, and the figures are those of the worst pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<FollowedPeriods>,
    /// Whether the source holds the same records as the extract.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub source_equals_extract: bool,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
    /// Notes needed to read the figures, such as fewer columns than requested; no cell value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl LinkageAttack {
    /// Whether it re-links people from release to release, rather than to a table that names them.
    #[must_use]
    pub fn follows(&self) -> bool {
        matches!(self.attack, AttackKind::Intersection | AttackKind::Release)
    }

    /// Whether its links were counted, each against the known truth, rather than expected.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        let is_whole =
            |correct: u64| self.expected_correct.is_none_or(|links| (links - as_float(correct)).abs() < 1e-9);
        let is_known = self.known_truth.is_none_or(|known| known.subjects == self.subjects);
        self.correct.is_some_and(is_whole) && is_known
    }

    /// What it does not beat, as text, such as `no better than guessing`; none if there is evidence, or no figure to
    /// decide.
    #[must_use]
    pub fn no_evidence(&self) -> Option<&'static str> {
        match (self.evidence, self.no_better_than, self.attack) {
            (Evidence::Found | Evidence::Unknown, ..) => None,
            (Evidence::None, Some(Yardstick::Control), _) => {
                Some("no more than it claims of people whom the source does not hold")
            }
            (Evidence::None, _, AttackKind::Intersection) => Some("no more than the extract alone"),
            (Evidence::None, ..) => Some("no better than guessing"),
        }
    }
}

/// Smallest and largest share of a class of the source that is in the extract.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DeltaPresence {
    /// Over all classes of the source; 0 if some class has nobody in the extract.
    pub min: f64,
    /// Over all classes of the source.
    pub max: f64,
}

/// Journalist risk, with the source as the population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct JournalistRisk {
    /// 1 / the smallest class of the source among those that occur in the extract.
    pub highest: Option<f64>,
    /// The larger of classes / subjects of the source in them, and the mean over subjects of 1 / class.
    pub average: Option<f64>,
    /// Subjects with 1 / class strictly above each threshold; `records` counts the records of those classes.
    pub at_risk: Vec<AtRisk>,
}

/// Why a figure of an attack is null: the text for its reason code. `None` for a code of another measure, and for a
/// reason that is already a sentence.
#[must_use]
pub fn undefined_in_words(code: &str) -> Option<&'static str> {
    let words = match code {
        "constant" => "no shared column has two different values",
        "empty" => "one side has no subjects",
        "empty-source" => "the source has no subjects",
        "event-columns" => "the shared columns change from record to record",
        "no-blocking" => "no set of shared columns brings some pairs, but few enough to compare",
        "no-claims" | "no-links" => "no link was claimed",
        "no-columns" => "no column is shared",
        "no-common-subjects" => "no subject is in both releases",
        "no-item" => "no shared column holds text, such as the merchant, by which events could be compared",
        "no-key" => "no subject has a value in every shared column",
        "no-matches" => "hardly any pair looks like a match, so that nothing can be learned",
        "no-number" => "no shared column holds numbers or dates, by which a distance could be measured",
        "no-overlap" => "the shared columns have nothing in common on both sides",
        "no-pseudonyms" => "the two sides have no pseudonyms in common",
        "no-subject" => "a history needs a subject column on both sides",
        "no-true-partners" => "by the truth nobody is on both sides",
        "no-values" => "the values of a shared column are not at hand",
        "no-truth" => "nobody said who is who",
        "nobody-in-common" => "nothing shows that anybody is in both releases",
        "nobody" => "no person of the source has an event that could be compared",
        "same-records" => "the source holds the same records as the extract",
        "too-costly" => "there are more pairs of records to compare than the work limit allows",
        "too-few-columns" => "fewer than three shared columns can be compared, and two do not tell matches from others",
        "too-few-subjects" => "a side has fewer than two subjects",
        _ => return None,
    };
    Some(words)
}

/// What one set of shared columns links.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LinkedSet {
    /// The columns, as the extract names them.
    pub columns: Vec<String>,
    /// Subjects who match exactly one subject of the source.
    pub unique: u64,
    /// Subjects who match several.
    pub ambiguous: u64,
    /// Subjects who match nobody.
    pub no_match: u64,
    /// Subjects unique on their values on both sides.
    pub one_to_one: u64,
    /// Expected correct links.
    pub expected_correct: f64,
    /// k-map: minimum number of subjects of the source that share the values of a matched subject; null if nobody
    /// matches.
    pub k_map: Option<u64>,
}

/// Links whose stated probability lies in one range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CalibrationBin {
    /// Smallest probability in it.
    pub from: f64,
    /// Largest probability in it.
    pub to: f64,
    /// Links.
    pub links: u64,
    /// The sum of their probabilities.
    pub expected: f64,
    /// Those that are right, by the truth column; null without one.
    pub correct: Option<u64>,
}

/// Whether a pseudonym column is a plain or commonly hashed form of identifiers. Counts only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PseudonymCheck {
    /// The column of the extract.
    pub column: String,
    /// The file of identifiers.
    pub identifiers: String,
    /// Identifiers in it.
    pub supplied: u64,
    /// Distinct values of the column.
    pub values: u64,
    /// Distinct values that are a form of a supplied identifier.
    pub reversed: u64,
    /// Subjects with such a value.
    pub subjects: u64,
    /// The forms that were found, such as `sha-256`, each with the values it explains.
    pub forms: Vec<PseudonymForm>,
}

/// A form of an identifier and how many values it explains.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PseudonymForm {
    /// Such as `plain`, `md5`, `sha-256`.
    pub form: String,
    /// Distinct values of the column.
    pub values: u64,
}
