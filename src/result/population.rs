//! Value of the measure `population`: how many are unique in the population that the extract is a sample of.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;

/// Value of the measure `population`. All counts are of subjects; without a subject, of records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Population {
    /// The quasi-identifiers that are constant within every subject, in file order.
    pub columns: Vec<String>,
    /// Reading of the equivalence classes: `subject-attributes` or `record`.
    pub reading: Reading,
    /// Members of the sample: subjects of the extract.
    pub members: u64,
    /// Equivalence classes of the sample.
    pub classes: u64,
    /// Classes with one member, the sample uniques.
    pub sample_uniques: u64,
    /// Classes with two members.
    pub pairs: u64,
    /// Where the size of the population comes from.
    pub source: PopulationSource,
    /// Whether the members were declared to be drawn at random, each alike. All models assume it.
    pub random_sample: bool,
    /// The estimates for the declared size; for a range, for its smallest size and for its largest.
    pub estimates: Vec<PopulationEstimate>,
    /// The share of the population that is unique by its size, up to thousands of millions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<PopulationPoint>,
    /// Model of the columns as a Gaussian copula; null if it was not fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copula: Option<CopulaFit>,
}

/// Where the size of a population comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PopulationSource {
    /// How it was given.
    pub kind: PopulationSourceKind,
    /// Its source as declared; for a sum of weights the name of the column.
    pub stated: String,
}

/// How the size of a population was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PopulationSourceKind {
    /// A number or a range.
    Size,
    /// The share of the population that the sample is.
    SamplingFraction,
    /// The sum of the weights.
    Weights,
}

/// A figure that is null, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct NoEstimate {
    /// Stable kebab-case code.
    pub reason: String,
    /// The reason as text.
    pub explanation: String,
}

impl NoEstimate {
    /// With a code and words.
    #[must_use]
    pub fn new(reason: &str, explanation: &str) -> Self {
        Self { reason: reason.to_owned(), explanation: explanation.to_owned() }
    }
}

/// Everything that is estimated for a population of one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PopulationEstimate {
    /// Members of the population.
    pub population: u64,
    /// Share of it that was sampled; null if it is smaller than the sample.
    pub fraction: Option<f64>,
    /// The model that the decision rule chooses; null if none has an estimate.
    pub chosen: Option<PopulationModel>,
    /// Classes of one member in the population by that model.
    pub unique_classes: Option<f64>,
    /// The same as a share of the population; also the expected share of the sample that is unique in the population.
    pub unique_share: Option<f64>,
    /// Of the sample uniques, the share that is unique in the population.
    pub unique_if_sample_unique: Option<f64>,
    /// Why the four above are null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NoEstimate>,
    /// Every model with its value or the reason why it has none.
    pub models: Vec<ModelEstimate>,
    /// Risk of single members.
    pub individual: IndividualRisk,
    /// Risk of groups of members, such as households; null if no column of groups is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<GroupRisk>,
    /// Expected population uniques and correct matches among the sample uniques, by log-linear models; null if not
    /// computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_linear: Option<LogLinear>,
    /// By the Gaussian copula; null if it was not fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copula: Option<CopulaRisk>,
}

/// A model of class sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum PopulationModel {
    /// The sample is the population: counted.
    Count,
    /// No sample unique, so no member of the sample is unique in the population.
    NoSampleUniques,
    /// Pitman, exact expectation.
    Pitman,
    /// Pitman, limit for large populations.
    PitmanAsymptotic,
    /// Ewens: Pitman at the border where its second parameter is 0.
    Ewens,
    /// Zayatz.
    Zayatz,
    /// Slide negative binomial.
    SlideNegativeBinomial,
}

impl PopulationModel {
    /// Its name in a sentence.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::NoSampleUniques => "no sample unique",
            Self::Pitman => "Pitman",
            Self::PitmanAsymptotic => "Pitman, asymptotic",
            Self::Ewens => "Ewens",
            Self::Zayatz => "Zayatz",
            Self::SlideNegativeBinomial => "slide negative binomial",
        }
    }
}

/// One model and its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ModelEstimate {
    /// The model.
    pub model: PopulationModel,
    /// Classes of one member in the population; null if the model has no estimate.
    pub unique_classes: Option<f64>,
    /// The same as a share of the population.
    pub unique_share: Option<f64>,
    /// Its parameters by name, where it has some.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, f64>,
    /// Why there is no estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NoEstimate>,
}

/// The share that is unique in a population of some size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct PopulationPoint {
    /// Members of the population.
    pub population: u64,
    /// The model that the decision rule chooses.
    pub chosen: Option<PopulationModel>,
    /// The share by that model; null if none has an estimate.
    pub unique_share: Option<f64>,
    /// The share by the Gaussian copula; null if it was not fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copula_share: Option<f64>,
}

/// Risk of single members of the sample (Benedetti and Franconi): the expected value of one over the class in the
/// population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct IndividualRisk {
    /// Whether the weights of the members are used; otherwise each stands for population / sample.
    pub weighted: bool,
    /// The highest risk of a member.
    pub highest: Option<f64>,
    /// The mean risk.
    pub mean: Option<f64>,
    /// The sum of the risks: expected correct re-identifications.
    pub expected: Option<f64>,
    /// Members with a risk above each threshold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<RiskAbove>,
    /// Why they are null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NoEstimate>,
}

/// Members with a risk above a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct RiskAbove {
    /// The threshold.
    pub threshold: f64,
    /// Members above it.
    pub members: u64,
}

/// Risk that at least one member of a group is re-identified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct GroupRisk {
    /// The column that says who belongs together.
    pub column: String,
    /// Groups of at least one member; a member with a missing cell is a group of its own.
    pub groups: u64,
    /// The highest risk of a group.
    pub highest: Option<f64>,
    /// The mean risk over groups.
    pub mean: Option<f64>,
    /// The sum of the risks: groups expected to have a member re-identified.
    pub expected: Option<f64>,
    /// Why they are null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NoEstimate>,
}

/// Expected population uniques and correct matches among the sample uniques.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LogLinear {
    /// With independent columns: overstates typical combinations and understates correlated ones.
    pub independence: Option<ExpectedMatches>,
    /// With all interactions of two columns.
    pub two_way: Option<ExpectedMatches>,
    /// Why one of them is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NoEstimate>,
}

/// Two expected numbers among the sample uniques.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ExpectedMatches {
    /// Sample uniques that are unique in the population, tau 1.
    pub population_uniques: f64,
    /// Correct matches of sample uniques with the population, tau 2.
    pub correct_matches: f64,
}

/// How the Gaussian copula was fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CopulaFit {
    /// Draws from the model that the shares are means of.
    pub draws: u64,
    /// The correlation of each pair of columns, in the order of the pairs.
    pub correlations: Vec<f64>,
    /// Pairs of columns whose mutual information no correlation gives; they are taken as independent or as nearly equal.
    pub unmatched_pairs: u64,
}

/// Uniqueness and correctness by the Gaussian copula.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct CopulaRisk {
    /// Expected share of the population that is unique.
    pub uniqueness: f64,
    /// Expected share of the population that is matched correctly: classes over members.
    pub correctness: f64,
    /// Expected share of the members of the sample that are unique in the population: the mean of their individual
    /// uniqueness, 0 for a member that has company in the sample.
    pub sample_uniqueness: f64,
}
