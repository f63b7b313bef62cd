//! What single attacks tell besides their rates.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::number::as_float;

/// Method of a distance attack, and how close the true values are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DistanceDetail {
    /// Attack rate of the nearest neighbour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest_rate: Option<f64>,
    /// Attack rate of the one-to-one assignment with the least total distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_to_one_rate: Option<f64>,
    /// Attack rate of the nearest neighbour by Gower's distance over all shared columns, texts and gaps included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gower_rate: Option<f64>,
    /// The same the other way: of each subject the nearest person of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gower_source_rate: Option<f64>,
    /// Attack rate of the one-to-one assignment by Gower's distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gower_one_to_one_rate: Option<f64>,
    /// Columns of numbers and dates, each in standard deviations of the released records.
    pub measured: Vec<String>,
    /// Columns that had to be equal.
    pub equal: Vec<String>,
    /// Persons of the source with at least one candidate.
    pub looked_up: u64,
    /// Half the width of the interval around a released value, in standard deviations.
    pub interval: f64,
    /// Pairs of a subject and the same person in the source; null without truth, and if there were too many pairs of
    /// records to compare.
    pub pairs: Option<u64>,
    /// Share of those pairs with all true values in the interval (`dRisk`).
    pub inside: Option<f64>,
    /// The same with median deviations, which a single outlier does not widen.
    pub inside_robust: Option<f64>,
}

/// What a probabilistic attack learned, without truth.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ProbabilisticDetail {
    /// Share of matches among the candidate pairs.
    pub lambda: f64,
    /// Rounds of expectation and maximisation.
    pub iterations: u32,
    /// Whether the parameters converged.
    pub converged: bool,
    /// Log-likelihood at the end, natural logarithm.
    pub log_likelihood: f64,
    /// Candidate pairs that were compared.
    pub candidate_pairs: u64,
    /// Blocking column sets: a pair is compared if it agrees on at least one of them.
    pub blocking: Vec<Vec<String>>,
    /// Share of true pairs that are candidates; null without truth.
    pub pair_completeness: Option<f64>,
    /// The compared columns.
    pub columns: Vec<ComparedColumn>,
    /// An invented pair, level by level: the contribution of each column to the weight.
    pub example: Vec<WaterfallStep>,
    /// Links of at least this probability, for 0.5, 0.9 and 0.99.
    pub at_least: Vec<LinksAtLeast>,
    /// Parameters that were clamped or swapped during estimation, as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A column and the evidence of its agreement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparedColumn {
    /// Its name in the extract.
    pub column: String,
    /// Whether agreement on a rare value has more weight.
    pub term_frequency: bool,
    /// From the closest to the farthest.
    pub levels: Vec<ComparisonLevel>,
}

/// A level of similarity and its evidence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ComparisonLevel {
    /// As text, such as `exact` or `Jaro-Winkler at least 0.92`.
    pub level: String,
    /// Share of matches at this level.
    pub m: f64,
    /// Share of other pairs at this level.
    pub u: f64,
    /// log2(m / u).
    pub weight: f64,
    /// Candidate pairs at this level.
    pub pairs: u64,
}

/// A step of the example.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct WaterfallStep {
    /// `prior`, or a column and its level.
    pub label: String,
    /// Its contribution, log2.
    pub weight: f64,
}

/// Links of at least some probability.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LinksAtLeast {
    /// The probability.
    pub probability: f64,
    /// Links.
    pub links: u64,
}

/// Method of a scoreboard attack.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ScoreboardDetail {
    /// The column that names the item, such as the merchant.
    pub item: String,
    /// The column of the rating, such as the amount; compared by the logarithm.
    pub rating: Option<String>,
    /// Scale of the rating difference.
    pub rating_scale: Option<f64>,
    /// The column of the time.
    pub time: Option<String>,
    /// Scale of the time difference, in days.
    pub time_scale_days: Option<f64>,
    /// The smallest eccentricity that counts as a match.
    pub eccentricity: f64,
    /// Known events per person: mean over those looked up.
    pub known_events: f64,
    /// Persons of the source looked up.
    pub looked_up: u64,
    /// Persons whose best score stands out.
    pub matched: u64,
    /// Mean over persons of the entropy of the candidates, in bits.
    pub entropy_bits: Option<f64>,
    /// Items that only one subject has, weighted by a declared constant.
    pub single_items: u64,
}

/// The contribution of the second of two releases.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct IntersectionDetail {
    /// Subjects in both releases.
    pub common: u64,
    /// Subjects in the extract only.
    pub joiners: u64,
    /// Subjects in the other release only.
    pub leavers: u64,
    /// Common subjects unique on the shared columns of the extract.
    pub unique_in_extract: u64,
    /// Common subjects unique on the shared columns of the other release.
    pub unique_in_other: u64,
    /// Common subjects unique on the columns of both together.
    pub unique_in_both: u64,
    /// Those who were unique in neither.
    pub newly_unique: u64,
    /// Minimum number of common subjects that share their values in both releases.
    pub smallest_class_in_both: Option<u64>,
    /// For each column: joiners and leavers who are unique on it among joiners or leavers.
    pub alone: Vec<AloneOnColumn>,
}

/// Joiners and leavers who are unique on a column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct AloneOnColumn {
    /// Its name in the extract.
    pub column: String,
    /// Joiners unique on it among the joiners.
    pub joiners: u64,
    /// Leavers unique on it among the leavers.
    pub leavers: u64,
}

/// How subjects were re-linked from one release to another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ReleaseDetail {
    /// Features of a history that were compared, such as `merchant` or `weekday`.
    pub features: Vec<String>,
    /// Candidates per subject that were scored in full.
    pub candidates: u32,
    /// `optimal` for the least-cost assignment, `greedy` if it was too large.
    pub assignment: AssignmentMethod,
    /// Subjects linked by shared merchants alone, each weighted by its rarity; null without truth.
    pub plain_overlap_rate: Option<f64>,
    /// Subjects whose nearest history is the right one, without one-to-one; null without truth.
    pub nearest_rate: Option<f64>,
    /// Subjects in both releases; null without truth.
    pub common: Option<u64>,
}

/// People followed from each period of a pseudonym to the next, over all pairs of consecutive periods.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct FollowedPeriods {
    /// Pairs of consecutive periods, each with subjects.
    pub pairs: u64,
    /// Pairs without a figure, for instance because nothing shows that anybody is in both.
    pub without_figure: u64,
    /// Subjects of the earlier period of each pair.
    pub subjects: u64,
    /// How many of them are linked to the same person in the later one: counted or expected as in `attack_rate`.
    pub followed: f64,
}

/// How links were chosen among candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AssignmentMethod {
    /// The least-cost one-to-one assignment.
    #[default]
    Optimal,
    /// Best pairs first.
    Greedy,
}

/// Coverage of the truth, and what an attack finds among the covered subjects.
///
/// The right person of a subject is known if somebody in the source, and no other subject of the extract, has the truth
/// key of the subject.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct KnownTruth {
    /// Subjects of the extract whose right person is known.
    pub subjects: u64,
    /// Those for whom the attack claims somebody.
    pub claimed: u64,
    /// Those whose right person is among the claimed.
    pub found: u64,
    /// Expected correct links among the subjects whose right person is known.
    pub expected_correct: f64,
    /// Whether it is declared that nobody else of the extract is in the source.
    pub complete: bool,
}

impl KnownTruth {
    /// Expected correct links of those whose right person is known; `None` if there are none.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.subjects > 0).then(|| self.expected_correct / as_float(self.subjects))
    }
}
