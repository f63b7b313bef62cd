//! The waist of the house: one serde value that holds all that a report needs and no cell value.
//!
//! Everything before [`ScanResult`] computes it, everything after it only shows or stores it. The field names are
//! a public contract: `reidrisk schema` prints the JSON Schema that is generated from these types.
//! [`Measures`], `findings` and [`Verdict`] are the same bytes for the same records, plan, seed and version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Version of the shape of `result.json`: additive within a major version.
pub const SCHEMA_VERSION: &str = "1.0.0";

/// One finished scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanResult {
    /// Version of this shape, [`SCHEMA_VERSION`] when written.
    pub schema_version: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// When and with what resources it ran. The only part that differs between two runs on the same input.
    pub run: Run,
    /// What was read.
    pub dataset: Dataset,
    /// The answer.
    pub verdict: Verdict,
    /// The limits the answer was judged by.
    pub policy: Policy,
    /// The figures.
    pub measures: Measures,
    /// What the judge found, worst first.
    pub findings: Vec<Finding>,
    /// Measures and gates without a figure, each with its reason.
    pub not_measured: Vec<NotMeasured>,
    /// What to change; empty until advice is computed.
    pub advice: Vec<Advice>,
}

/// Name and version of the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `reidrisk`.
    pub name: String,
    /// Semantic version.
    pub version: String,
}

/// Circumstances of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Identifier of the run: UTC start time and the first digits of a hash of the input and the plan.
    pub id: String,
    /// Start, UTC, RFC 3339.
    pub started_at: String,
    /// End, UTC, RFC 3339.
    pub finished_at: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Wall time of each stage.
    pub stages: Vec<Stage>,
    /// Peak resident memory of the process in bytes, where the system tells it.
    pub peak_memory_bytes: Option<u64>,
    /// Seed of everything that is drawn by chance.
    pub seed: u64,
    /// Worker threads.
    pub threads: usize,
    /// What counted: `local`.
    pub engine: String,
    /// SHA-256 of the configuration file that was read, if any.
    pub config_sha256: Option<String>,
}

/// Wall time of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// `read`, `treat`, `measure`, `judge`.
    pub stage: String,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dataset {
    /// Name of the dataset: from the configuration, else from the first file.
    pub name: String,
    /// The files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Records read, with and without a subject.
    pub records: u64,
    /// Distinct subjects; equal to `records` when no subject column is declared.
    pub subjects: u64,
    /// Records whose subject is missing: left out of every crowd and every denominator.
    pub records_without_subject: u64,
    /// Subject values that the subject map does not hold, each counted as a person; null without a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_not_in_map: Option<u64>,
    /// Name of the column that names the subject; null when each record is its own subject.
    pub subject: Option<String>,
    /// The columns in file order.
    pub columns: Vec<DatasetColumn>,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// File name without its folder; `-` for standard input.
    pub name: String,
    /// Bytes read, as stored (before decompression).
    pub bytes: u64,
    /// SHA-256 of those bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Records in the file.
    pub records: u64,
}

/// One column of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetColumn {
    /// Name in the header, trimmed.
    pub name: String,
    /// What the column is to the subject.
    pub role: Role,
    /// Whether the role was guessed rather than declared.
    pub guessed: bool,
    /// Why the role was guessed, in words without cell values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess_reason: Option<String>,
    /// For a column that nobody named and nothing guessed: the role that its heading suggests, when leaving it
    /// unnamed would be dangerous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<Role>,
    /// What its values are.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Distinct values after coarsening, a missing cell not counted; null for a column that is not coded.
    pub distinct: Option<u64>,
    /// Missing cells.
    pub missing: u64,
    /// Whether every subject has one value in it (a missing cell is a value); null without a subject or for a
    /// column that is not coded.
    pub constant_per_subject: Option<bool>,
    /// The coarsening rules that were applied, as written.
    pub coarsen: Vec<String>,
}

/// What a column is to the subject of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The person or account that records belong to.
    Subject,
    /// Names the person outright.
    DirectIdentifier,
    /// May be known to others and helps to single a person out.
    QuasiIdentifier,
    /// What nobody should learn.
    Sensitive,
    /// Sampling weight; never a count of a crowd.
    Weight,
    /// Not used.
    Ignore,
}

impl Role {
    /// Every role, in the order documentation lists them.
    pub const ALL: [Self; 6] =
        [Self::Subject, Self::DirectIdentifier, Self::QuasiIdentifier, Self::Sensitive, Self::Weight, Self::Ignore];

    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::DirectIdentifier => "direct-identifier",
            Self::QuasiIdentifier => "quasi-identifier",
            Self::Sensitive => "sensitive",
            Self::Weight => "weight",
            Self::Ignore => "ignore",
        }
    }
}

/// What the values of a column are, found from all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnType {
    /// Whole numbers.
    Integer,
    /// Decimal numbers, compared exactly.
    Decimal,
    /// Calendar dates.
    Date,
    /// Dates with a time of day, without a zone.
    Timestamp,
    /// Instants: a date and a time with a zone or an offset, compared in UTC.
    ZonedTimestamp,
    /// A time of day.
    Time,
    /// True or false.
    Boolean,
    /// Anything else, compared byte for byte.
    Text,
    /// No cell holds a value.
    Empty,
}

impl ColumnType {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::ZonedTimestamp => "zoned-timestamp",
            Self::Time => "time",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Empty => "empty",
        }
    }
}

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

/// A measure or gate without a figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotMeasured {
    /// Name of the measure or gate.
    pub measure: String,
    /// Why there is no figure, in words.
    pub reason: String,
}

/// One proposal; filled by a later version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// What to do, in a sentence.
    pub action: String,
}

/// What a count counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Distinct persons or accounts.
    Subject,
    /// Rows of the extract.
    Record,
}

/// How a measure ended. `Undefined` and `Incomplete` never pass a gate and are never shown as 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome<T> {
    /// There is a figure.
    Measured {
        /// What the counts count.
        unit: Unit,
        /// The figure.
        value: T,
    },
    /// The definition gives no figure for this input.
    Undefined {
        /// Stable kebab-case code.
        reason: String,
        /// The reason in words.
        explanation: String,
    },
    /// The computation was cut off.
    Incomplete {
        /// Stable kebab-case code: `timeout` or `memory`.
        reason: String,
        /// The reason in words.
        explanation: String,
    },
}

/// The figures, one field a measure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measures {
    /// Crowds of every column set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uniqueness: Option<Outcome<Uniqueness>>,
}

/// How a crowd is counted on a column set; never mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Every column of the set is constant within every subject: one unit a subject.
    SubjectAttributes,
    /// Some column varies within a subject: a subject is exposed if any of its records is.
    AnyRecord,
    /// No subject is declared: the record is the subject.
    Record,
}

/// What a missing cell matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MissingMode {
    /// Missing equals missing only.
    #[default]
    OwnCategory,
    /// Missing matches everything, on either side.
    Wildcard,
}

/// Value of the measure `uniqueness`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Uniqueness {
    /// All quasi-identifiers, in file order.
    pub quasi_identifiers: Vec<String>,
    /// The largest set size of the lattice in `sets`.
    pub max_set: usize,
    /// What a missing cell matches.
    pub missing: MissingMode,
    /// The set of all quasi-identifiers.
    pub full: SetStatistics,
    /// The set of all static quasi-identifiers; null when there is none.
    #[serde(rename = "static")]
    pub static_set: Option<SetStatistics>,
    /// With `wildcard`: the smallest crowds of `full` and `static` under `own-category`, so that both are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_category: Option<OwnCategory>,
    /// Every set of 1 to `max_set` columns, by size, then in file order of the columns.
    pub sets: Vec<SetStatistics>,
    /// What each column adds to `unique_subjects` / `subjects`.
    pub column_effects: Vec<ColumnEffect>,
    /// How `column_effects[].shapley` was computed.
    pub shapley_method: ShapleyMethod,
}

/// The stricter reading of missing cells beside `wildcard`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnCategory {
    /// Smallest class of all quasi-identifiers.
    pub full_smallest_class: Option<u64>,
    /// Smallest class of the static quasi-identifiers.
    pub static_smallest_class: Option<u64>,
}

/// Crowds of one column set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SetStatistics {
    /// The columns, in file order.
    pub columns: Vec<String>,
    /// How the crowd is counted.
    pub reading: Reading,
    /// Non-empty classes; null under `wildcard`, where there are no classes.
    pub classes: Option<u64>,
    /// Subjects in the smallest class (under `wildcard`: the smallest crowd of a record).
    pub smallest_class: Option<u64>,
    /// Classes with one subject.
    pub unique_classes: Option<u64>,
    /// Records whose crowd is one subject.
    pub unique_records: u64,
    /// Subjects with at least one record whose crowd is one subject.
    pub unique_subjects: u64,
    /// Records and subjects in crowds of fewer than `k` subjects.
    pub below: Vec<Below>,
    /// Chances of picking the right subject in a crowd.
    pub risk: Risk,
    /// Classes / records.
    pub distinction: Option<f64>,
    /// Share of record pairs that the set tells apart.
    pub separation: Option<f64>,
    /// How many classes of each size, ascending; null under `wildcard`.
    pub class_sizes: Option<Vec<ClassSize>>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// Records and subjects in crowds of fewer than `k` subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Below {
    /// The bound; a crowd of exactly `k` is not below it.
    pub k: u32,
    /// Records in such crowds.
    pub records: u64,
    /// Subjects with at least one such record.
    pub subjects: u64,
}

/// Chances of picking the right subject in a crowd (prosecutor risk).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// 1 / `smallest_class`.
    pub highest: Option<f64>,
    /// Mean over records of 1 / crowd.
    pub average_record: Option<f64>,
    /// Mean over subjects of the largest 1 / crowd among the subject's records.
    pub average_subject: Option<f64>,
    /// Records and subjects with 1 / crowd strictly above each threshold.
    pub at_risk: Vec<AtRisk>,
}

/// Records and subjects with 1 / crowd strictly above `threshold`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtRisk {
    /// The threshold on 1 / crowd.
    pub threshold: f64,
    /// Records above it.
    pub records: u64,
    /// Subjects with at least one record above it.
    pub subjects: u64,
}

/// Classes of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassSize {
    /// Distinct subjects in a class.
    pub size: u64,
    /// Classes of that size.
    pub classes: u64,
    /// Records in those classes.
    pub records: u64,
}

/// A null field and why it is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UndefinedField {
    /// Dotted name of the field.
    pub field: String,
    /// Stable kebab-case code: `empty`, `wildcard`, `single-record`, `too-costly`.
    pub reason: String,
}

/// What one column adds to the share of unique subjects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ColumnEffect {
    /// The column.
    pub column: String,
    /// v(all) - v(all without it).
    pub leave_one_out: Option<f64>,
    /// Its Shapley value; the values sum to v(all).
    pub shapley: Option<f64>,
    /// 95 % interval of a sampled Shapley value; null when it is exact.
    pub interval: Option<[f64; 2]>,
    /// Fields that are null, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undefined: Vec<UndefinedField>,
}

/// How Shapley values were computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "kebab-case")]
pub enum ShapleyMethod {
    /// Over the whole lattice.
    Exact,
    /// Over seeded random orders of the columns.
    Sampled {
        /// How many orders.
        orders: u32,
    },
    /// Not computed: the sets needed exceed the work budget.
    NotComputed,
}
