//! Value of the measure `uniqueness`: classes of every column set.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reading of an equivalence class on a column set; readings are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Every column of the set is constant within every subject: one unit per subject.
    SubjectAttributes,
    /// Some column varies within a subject: a subject is exposed if any of its records is.
    AnyRecord,
    /// No subject is declared: the record is the subject.
    Record,
}

/// What a missing cell matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum MissingMode {
    /// Missing matches missing only.
    #[default]
    OwnCategory,
    /// Missing matches every value, on either side.
    Wildcard,
}

/// Value of the measure `uniqueness`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Uniqueness {
    /// All quasi-identifiers, in file order.
    pub quasi_identifiers: Vec<String>,
    /// The largest set size of the lattice in `sets`.
    pub max_set: usize,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// The set of all quasi-identifiers.
    pub full: SetStatistics,
    /// The set of all static quasi-identifiers; null if there are none.
    #[serde(rename = "static")]
    pub static_set: Option<SetStatistics>,
    /// The same including unclear columns, which the data show neither as static nor as event columns; null if there
    /// are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub static_unclear: Option<SetStatistics>,
    /// With `wildcard`: the smallest classes of `full` and `static` under `own-category`, so that both are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_category: Option<OwnCategory>,
    /// Every set of 1 to `max_set` columns, by size, then in file order of the columns.
    pub sets: Vec<SetStatistics>,
    /// Contribution of each column to `unique_subjects` / `subjects`.
    pub column_effects: Vec<ColumnEffect>,
    /// Method of computing `column_effects[].shapley`.
    pub shapley_method: ShapleyMethod,
}

/// The stricter reading of missing cells beside `wildcard`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct OwnCategory {
    /// Smallest class of all quasi-identifiers.
    pub full_smallest_class: Option<u64>,
    /// Smallest class of the static quasi-identifiers.
    pub static_smallest_class: Option<u64>,
}

/// Equivalence classes of one column set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct SetStatistics {
    /// The columns, in file order.
    pub columns: Vec<String>,
    /// Reading of the class.
    pub reading: Reading,
    /// Non-empty classes; null under `wildcard`, where there are no classes.
    pub classes: Option<u64>,
    /// Subjects in the smallest equivalence class (under `wildcard`: the smallest class of a record).
    pub smallest_class: Option<u64>,
    /// Classes with one subject.
    pub unique_classes: Option<u64>,
    /// Records in a class of one subject.
    pub unique_records: u64,
    /// Sample uniques: subjects with at least one record in a class of one subject.
    pub unique_subjects: u64,
    /// Records and subjects in classes of fewer than `k` subjects.
    pub below: Vec<Below>,
    /// Prosecutor risk: the chance of picking the right subject in a class.
    pub risk: Risk,
    /// Distinction: classes / records.
    pub distinction: Option<f64>,
    /// Separation: share of record pairs that the set distinguishes.
    pub separation: Option<f64>,
    /// Number of classes of each size, ascending; null under `wildcard`.
    pub class_sizes: Option<Vec<ClassSize>>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// Records and subjects in classes of fewer than `k` subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Below {
    /// The bound; a class of exactly `k` is not below it.
    pub k: u32,
    /// Records in such classes.
    pub records: u64,
    /// Subjects with at least one such record.
    pub subjects: u64,
}

/// Prosecutor risk: the chance of picking the right subject in a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Risk {
    /// 1 / `smallest_class`.
    pub highest: Option<f64>,
    /// Mean over records of 1 / class size.
    pub average_record: Option<f64>,
    /// Mean over subjects of the largest 1 / class size among the subject's records.
    pub average_subject: Option<f64>,
    /// Records and subjects with 1 / class size strictly above each threshold.
    pub at_risk: Vec<AtRisk>,
}

/// Records and subjects with 1 / class size strictly above `threshold`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct AtRisk {
    /// The threshold on 1 / class size.
    pub threshold: f64,
    /// Records above it.
    pub records: u64,
    /// Subjects with at least one record above it.
    pub subjects: u64,
}

/// Classes of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ClassSize {
    /// Distinct subjects in a class.
    pub size: u64,
    /// Classes of that size.
    pub classes: u64,
    /// Records in those classes.
    pub records: u64,
}

/// A null field and why it is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct UndefinedField {
    /// Dotted name of the field.
    pub field: String,
    /// Stable kebab-case code: `empty`, `wildcard`, `single-record`, `too-costly`.
    pub reason: String,
}

impl UndefinedField {
    /// A field that is null, and the code of its reason.
    #[must_use]
    pub fn new(field: &str, reason: &str) -> Self {
        Self { field: field.to_owned(), reason: reason.to_owned() }
    }

    /// The reason as text; the code itself if it has none.
    #[must_use]
    pub fn in_words(&self) -> &str {
        match self.reason.as_str() {
            "signed-table" => {
                "amounts may be below zero, and suppressed cells of a finished table are only audited from 0 up"
            }
            "negative-amounts" => "some contributions are below zero, and `negatives` is not declared",
            "amounts-too-large" => "the amounts are too large to be added exactly",
            "too-many-decimals" => "some amounts have more decimals than `decimals` allows",
            "no-rule" => "no rule says when a cell is unsafe",
            "nothing-kept" => "the folder that keeps contributors between releases has no key, so nobody is recognised",
            "no-earlier-release" => "no earlier release is known, so nothing was compared",
            "table-not-read" => "the table was not read",
            "not-the-extract" => "the file is not the table of the extract",
            "quantile" => "the statistic is a quantile",
            "not-audited" => "suppressed cells were not audited",
            "no-contributors" => "the table does not say how many contribute to its cells",
            "not-a-sum" => "the statistic is no sum, so its margins are no sums of cells",
            "inconsistent-margins" => "what is published does not add up",
            "empty" => "there is no record with a subject",
            "wildcard" => "missing cells match everything, so there are no classes",
            "single-record" => "one record has no pair to be told apart from",
            "too-costly" => "counting it exceeds the work limit",
            "smaller-sets" => "sets of up to 3 columns were not all searched; `max_msu` is smaller",
            "no-sampling-fraction" => "no single sampling fraction or population size is declared",
            "overlap" => "a subject can be in several classes, so the classes are no sample of a population",
            "nobody-unique" => "nobody is unique",
            "no-special-unique" => "nobody has a score",
            "all-missing" => "no cell of the column has a value",
            "no-tail" => "a class has too few values, so no constant is large enough",
            "gain-beyond-logarithm" => "the share of a value grows by more than the negative logarithm of its share",
            "absent-value" => "a value of the release is absent from a class, so it is ruled out there",
            "no-distance" => "the values have no such distance",
            "few-people" => "there are fewer than 20 people to guess about",
            "constant" => "everybody has the same value",
            "one-class" => "everybody is the same in every quasi-identifier, so there is nothing to guess from",
            "right-of-everybody" => "one value is right of everybody, so there is nothing to gain",
            "nothing-known" => "there is no quasi-identifier to guess from",
            "single-member" => "there is nobody else to guess from",
            "too-many-columns" => "the formula holds for up to 28 columns",
            code => super::undefined_in_words(code).unwrap_or(code),
        }
    }
}

/// Contribution of one column to the share of unique subjects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ColumnEffect {
    /// The column.
    pub column: String,
    /// v(all) - v(all without it).
    pub leave_one_out: Option<f64>,
    /// Its Shapley value; the values sum to v(all).
    pub shapley: Option<f64>,
    /// 95 % interval of a sampled Shapley value; null if exact.
    pub interval: Option<[f64; 2]>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// Method of computing Shapley values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(tag = "method", rename_all = "kebab-case")]
pub enum ShapleyMethod {
    /// Exact, over the whole lattice.
    Exact,
    /// Over seeded random orders of the columns.
    Sampled {
        /// Number of orders.
        orders: u32,
    },
    /// Not computed: the sets needed exceed the work budget.
    NotComputed,
}
