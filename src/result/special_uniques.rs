//! Value of the measure `special_uniques`: the smallest sets of columns on which somebody is alone, and what follows from them.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, UndefinedField};

/// Quasi-identifiers that an attacker knows at most in the share that a limit is compared with. No setting changes it.
pub const GATED_COLUMNS: usize = 3;

/// Value of the measure `special_uniques`. A set of columns is minimal unique (an MSU) for a record if its class on the set has one
/// subject, and on no proper subset. A subject is alone on a set if one of its records is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SpecialUniques {
    /// All quasi-identifiers, in file order.
    pub quasi_identifiers: Vec<String>,
    /// The largest sets that were searched.
    pub max_msu: usize,
    /// Whether larger sets could add no special unique: all sets but that of all quasi-identifiers were searched.
    pub complete: bool,
    /// Reading of a class on all quasi-identifiers.
    pub reading: Reading,
    /// Records with a subject.
    pub records: u64,
    /// Subjects; records if no subject is declared.
    pub subjects: u64,
    /// Records in a class of one subject on all quasi-identifiers.
    pub unique_records: u64,
    /// Subjects with such a record.
    pub unique_subjects: u64,
    /// Special uniques among the records: in a class of one subject on a proper subset of at most `max_msu` columns. A lower bound
    /// unless `complete`.
    pub special_records: u64,
    /// Subjects with such a record.
    pub special_subjects: u64,
    /// Share of the subjects with an MSU of at most 3 columns; null if smaller sets only were searched. Limits are compared with it.
    pub gated_share: Option<f64>,
    /// MSUs by number of columns, from 1 to `max_msu`.
    pub by_size: Vec<MsuSize>,
    /// SUDA scores with the weights of Elliot et al. (2005).
    pub elliot: SudaScores,
    /// SUDA scores with the weights of the guide of the International Household Survey Network.
    pub ihsn: SudaScores,
    /// Probability that a unique match is correct, and what follows from it for each subject.
    pub dis: DataIntrusion,
    /// Contribution of each quasi-identifier, in file order.
    pub columns: Vec<MsuColumn>,
    /// Contribution of each pair of quasi-identifiers that is part of an MSU, the largest first.
    pub pairs: Vec<MsuPair>,
    /// Sets that are an MSU of somebody, those of most subjects first.
    pub sets: Vec<MsuSet>,
    /// Further such sets, not listed.
    pub sets_left_out: u64,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// MSUs of one number of columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct MsuSize {
    /// Number of columns.
    pub columns: usize,
    /// Sets that are an MSU of at least one subject.
    pub sets: u64,
    /// MSUs of records: pairs of a record and a set that is an MSU of it.
    pub record_msus: u64,
    /// MSUs of subjects.
    pub subject_msus: u64,
    /// Records whose smallest MSU has this size.
    pub records: u64,
    /// Subjects whose smallest MSU has this size.
    pub subjects: u64,
}

/// SUDA scores of the subjects; of the records if no subject is declared. The score is the sum of the weights of all MSUs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SudaScores {
    /// Weight of an MSU of 1, 2, … columns. It depends on `max_msu` and on the number of quasi-identifiers, so scores of
    /// scans that differ in either cannot be compared.
    pub weights: Vec<f64>,
    /// Sum of all scores.
    pub total: f64,
    /// Mean over all subjects.
    pub mean: f64,
    /// Highest score.
    pub highest: f64,
    /// Subjects by score, as a share of the weight of a single column that is an MSU.
    pub bands: Vec<ScoreBand>,
}

/// Subjects with a score in a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ScoreBand {
    /// Least share of the weight of a single column; not included if 0, unless `to` is 0 as well.
    pub from: f64,
    /// The share it stays below; null if there is none.
    pub to: Option<f64>,
    /// Subjects.
    pub subjects: u64,
}

/// Data intrusion simulation (Skinner & Elliot 2002) and DIS-SUDA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DataIntrusion {
    /// Share of the population that is in the extract, as declared; null if it is not.
    pub sampling_fraction: Option<f64>,
    /// Classes of one subject on all quasi-identifiers.
    pub unique_classes: u64,
    /// Classes of two subjects.
    pub pair_classes: u64,
    /// Probability that a match with a unique record is correct.
    pub correct_match: Option<f64>,
    /// Highest DIS-SUDA score of a subject.
    pub highest: Option<f64>,
    /// Mean of the DIS-SUDA scores over all subjects.
    pub mean: Option<f64>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// Contribution of one column: the weights of the MSUs that contain it, as a share of all. An MSU counts for each of its
/// columns, so the shares do not sum to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct MsuColumn {
    /// The column.
    pub column: String,
    /// Subjects of whom it is part of an MSU, one for each MSU.
    pub msus: u64,
    /// Its share with the weights of Elliot et al.; null if nobody has an MSU.
    pub elliot: Option<f64>,
    /// Its share with the weights of the IHSN; null if they are all 0.
    pub ihsn: Option<f64>,
}

/// Contribution of two columns that are in one MSU together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct MsuPair {
    /// The columns, in file order.
    pub columns: Vec<String>,
    /// MSUs of subjects that contain both.
    pub msus: u64,
    /// Subjects of whom the two columns alone are an MSU.
    pub subjects: u64,
    /// Share of the weights of Elliot et al.
    pub elliot: Option<f64>,
}

/// A set of columns that is an MSU of somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct MsuSet {
    /// The columns, in file order.
    pub columns: Vec<String>,
    /// Records of which it is an MSU.
    pub records: u64,
    /// Subjects of whom it is an MSU.
    pub subjects: u64,
}
