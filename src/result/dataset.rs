//! What was read: files, columns and their roles, and what the cells say beyond their values: counts that a verdict may
//! rest on, never a cell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dataset {
    /// Name of the dataset: from the configuration, else from the first file.
    pub name: String,
    /// The files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Tables whose columns were brought to the records by a key; absent when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<JoinedTable>,
    /// Records read, with and without a subject.
    pub records: u64,
    /// Distinct subjects; equal to `records` when no subject column is declared.
    pub subjects: u64,
    /// Records whose subject is missing: left out of every class and every denominator.
    pub records_without_subject: u64,
    /// Subject values that the subject map does not hold, each counted as a person; null without a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_not_in_map: Option<u64>,
    /// Offset from UTC of the clock by which moments with a zone were coarsened; null for UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// When a day began for coarsening; null for midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_start: Option<String>,
    /// Name of the column that names the subject; null when each record is its own subject.
    pub subject: Option<String>,
    /// The columns in file order.
    pub columns: Vec<DatasetColumn>,
    /// What the records say beyond their values.
    #[serde(default, flatten)]
    pub facts: DatasetFacts,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// File name without its folder; `-` for standard input.
    pub name: String,
    /// Bytes read, as stored (before decompression).
    pub bytes: u64,
    /// SHA-256 of those bytes, lower-case hexadecimal. Null for a file of a source with fewer than 100 records: whoever
    /// knows most of so few could try what the others are.
    pub sha256: Option<String>,
    /// Records in the file.
    pub records: u64,
    /// Lines that were left out because they are no records; absent when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutLines>,
}

/// A table whose columns were brought to the records of the extract by a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JoinedTable {
    /// Its name: from the configuration, else from its first file.
    pub name: String,
    /// Its files, in the order they were read.
    pub files: Vec<InputFile>,
    /// The column of the extract that holds the key.
    pub key: String,
    /// Its rows.
    pub records: u64,
    /// The columns that it brought, as the extract names them.
    pub columns: Vec<String>,
    /// Records of the extract whose key it lacks; its columns are missing in them.
    pub records_without_row: u64,
    /// Records whose key names several rows that contradict each other; its columns are missing in them.
    pub records_with_several_rows: u64,
    /// Keys that stand in more than one of its rows.
    pub repeated_keys: u64,
    /// Its rows that belong to no record, so that nobody in them is measured.
    pub rows_without_record: u64,
}

/// Lines of a file, or rows of a sheet, that are no records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOutLines {
    /// What they are.
    pub what: NoRecord,
    /// How many.
    pub lines: u64,
}

/// Why a line of a file is no record.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::VariantArray,
    strum::IntoStaticStr
)]
#[serde(rename_all = "kebab-case")]
pub enum NoRecord {
    /// It stands above the heading, or above the first record where there is no heading.
    Above,
    /// `sep=;`, by which a spreadsheet names the delimiter.
    NamesDelimiter,
    /// It begins as comments do.
    Comment,
    /// It holds nothing but blanks.
    Blank,
    /// It is made of dashes.
    Rule,
    /// It is the heading once more.
    RepeatedHeading,
    /// It holds totals.
    Total,
    /// It tells how many records there are.
    RowCount,
    /// It marks the end of the file.
    EndMark,
    /// It is one of those that the plan leaves out at the end.
    Footer,
    /// The plan leaves it out, and it fills more than half of what a record fills: it may be one.
    LikeRecord,
    /// No line: a sheet of the workbook that holds cells and was not chosen.
    UnreadSheet,
    /// No line: the last column, which has no name and no value because every line ends with a delimiter.
    EmptyColumn,
}

impl NoRecord {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether people may be named in it, who are in no figure then: it is text that somebody wrote, a record, or a sheet.
    #[must_use]
    pub const fn may_hold_people(self) -> bool {
        matches!(self, Self::Above | Self::Footer | Self::Comment | Self::LikeRecord | Self::UnreadSheet)
    }

    /// The lines of this kind in words, behind their number.
    #[must_use]
    pub const fn words(self, one: bool) -> &'static str {
        match (self, one) {
            (Self::Above, true) => "line above the heading",
            (Self::Above, false) => "lines above the heading",
            (Self::NamesDelimiter, _) => "line that names the delimiter",
            (Self::Comment, true) => "comment",
            (Self::Comment, false) => "comments",
            (Self::Blank, true) => "line of blanks",
            (Self::Blank, false) => "lines of blanks",
            (Self::Rule, true) => "line of dashes",
            (Self::Rule, false) => "lines of dashes",
            (Self::RepeatedHeading, true) => "repeated heading",
            (Self::RepeatedHeading, false) => "repeated headings",
            (Self::Total, true) => "total",
            (Self::Total, false) => "totals",
            (Self::RowCount, true) => "count of records",
            (Self::RowCount, false) => "counts of records",
            (Self::EndMark, _) => "mark of the end",
            (Self::Footer, true) => "line below the records",
            (Self::Footer, false) => "lines below the records",
            (Self::LikeRecord, true) => "line that may be a record",
            (Self::LikeRecord, false) => "lines that may be records",
            (Self::UnreadSheet, true) => "other sheet with cells",
            (Self::UnreadSheet, false) => "other sheets with cells",
            (Self::EmptyColumn, _) => "empty last column",
        }
    }
}

impl InputFile {
    /// Files with fewer records are not identified by a hash, unless they are the extract itself.
    pub const FEWEST_HASHED: u64 = 100;

    /// What was left out of the file, such as `3 lines above the heading, 1 total`; nothing when all lines are records.
    #[must_use]
    pub fn left_out_in_words(&self) -> Option<String> {
        let told = self
            .left_out
            .iter()
            .map(|left| format!("{} {}", crate::number::count(left.lines), left.what.words(left.lines == 1)));
        Some(told.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
    }

    /// The file as a source is told: without the hash where it is tiny.
    #[must_use]
    pub fn of_source(self) -> Self {
        let sha256 = self.sha256.filter(|_| self.records >= Self::FEWEST_HASHED);
        Self { sha256, ..self }
    }
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
    /// What the cells say beyond their values.
    #[serde(default, flatten)]
    pub facts: ColumnFacts,
}

impl DatasetColumn {
    /// What the column is to the history of a subject. Where that was not decided by share, as for columns that are no
    /// quasi-identifiers, a column is static when every subject has one value in it. None without a subject, and for a
    /// quasi-identifier that holds no value.
    #[must_use]
    pub fn variability(&self) -> Option<Variability> {
        let of_constant = |constant| if constant { Variability::Static } else { Variability::Event };
        let decided = self.facts.variation.or_else(|| self.constant_per_subject.map(of_constant));
        decided.filter(|_| self.facts.measured != Some(false))
    }

    /// Whether it is in the static set whatever becomes of unclear columns. Without a subject every column is.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.facts.measured != Some(false) && self.variability().is_none_or(Variability::is_static)
    }

    /// Whether it is an event column whatever becomes of unclear columns.
    #[must_use]
    pub fn is_event(&self) -> bool {
        self.variability() == Some(Variability::Event)
    }

    /// Whether its rules take it away.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        self.coarsen.iter().any(|rule| rule == "drop")
    }

    /// Whether the data do not say, and nobody declared, if it is static.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        self.variability() == Some(Variability::Unclear)
    }
}

/// What a column is to the subject of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// The person or account that records belong to.
    Subject,
    /// Names the person outright.
    DirectIdentifier,
    /// May be known to others and helps to single a person out.
    QuasiIdentifier,
    /// What nobody should learn.
    Sensitive,
    /// Sampling weight; never a count of a class.
    Weight,
    /// Not used.
    Ignore,
}

impl Role {
    /// Every role, in the order documentation lists them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name used in configuration files and results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What the values of a column are, found from all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
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
        self.into()
    }
}

/// Counts over the cells of one column. `None` means that it was not counted, never that there is none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ColumnFacts {
    /// Whether nobody said what the column is, and nothing was guessed either. It leaves with the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undeclared: bool,
    /// Cells with blanks at their ends that were taken off before cells were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trimmed_cells: Option<u64>,
    /// How many distinct spellings fewer there are for it, or would be where blanks are kept: 1 when `A` and `A ` become one
    /// value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_joined_by_trimming: Option<u64>,
    /// Cells whose spelling often means that a value is missing (`NULL`, `n/a`, `1900-01-01`) and that count as values;
    /// those that the plan declares real are not among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_cells: Option<u64>,
    /// Cells that hold a whole number rounded by a spreadsheet: `1.23457E+11`, or 16 digits and more from a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounded_identifier_cells: Option<u64>,
    /// Cells that do not fit what is declared of the column and count as missing, as far as the plan allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_cells: Option<u64>,
    /// Why a column of which no type is declared is text although cells read otherwise: counts and a place, no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_reason: Option<String>,
    /// The type that would have been found from the cells, where another one is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_type: Option<ColumnType>,
    /// Cells that hold a suppression mark, in records that are not suppressed as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_cells: Option<u64>,
    /// For a quasi-identifier or the subject: spellings that the plan declares missing or suppressed although no list knows
    /// them, where such cells may occur. The file still holds them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted_spellings: Option<u64>,
    /// Cells that the coarsening rules changed, or would drop; null for a column without rules. While there are any, the
    /// file does not hold what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_cells: Option<u64>,
    /// Subjects with at least two records that have a value in the column, after coarsening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparable_subjects: Option<u64>,
    /// Those of them with two values or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varying_subjects: Option<u64>,
    /// `varying_subjects` / `comparable_subjects`; null where no subject can be compared with itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_varying: Option<f64>,
    /// For a quasi-identifier, what it is taken for; null without a subject, and where it holds no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<Variability>,
    /// For a quasi-identifier, whether any record that counts holds a value in it. Without one, as in a column that is
    /// dropped, it is in no static set and in no gated point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<bool>,
    /// For a column that is no quasi-identifier: share of the subjects that hold a value that nobody else holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_with_own_value: Option<f64>,
    /// For a column that is no quasi-identifier: words in a cell with a value, on average.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_words: Option<f64>,
    /// What the spellings say of post codes, ages and years of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forms: Option<CellForms>,
}

/// What a column is to the history of a subject. Found from the share of subjects that vary in it, or declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Variability {
    /// No subject varies, or it is declared to be static.
    Static,
    /// At most 10 % of the subjects that can be compared vary. It counts as static, a subject with each of its values.
    NearlyStatic,
    /// 10 to 90 % vary, or some do and fewer than 20 can be compared: measured as static and as an event column.
    Unclear,
    /// At least 90 % vary, or it is declared to vary.
    Event,
}

impl Variability {
    /// Whether it is in the static set whatever becomes of unclear columns.
    #[must_use]
    pub fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::NearlyStatic)
    }
}

/// Whether the distinct values of a column, as they leave, have the forms that the safe harbor method speaks of.
/// A column may fit several; its heading says which counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct CellForms {
    /// Every value shows three digits at most; signs of masking (`100**`, `100XX`) may follow them.
    pub three_digits_at_most: bool,
    /// Some value shows the first three digits of a post code area in which 20,000 people or fewer live.
    pub restricted_area: bool,
    /// Some value is an age above 89, or a band of ages that ends above 89 without taking in all older ones.
    pub above_89: bool,
    /// Every value is an age, a band of ages (`40-49`) or an open one (`90+`).
    pub ages: bool,
    /// Some value is a year of birth, or a date in one, of somebody who may be above 89 on the day of judgement.
    pub born_above_89: bool,
    /// Every value is a year or coarser.
    pub years: bool,
}

/// Counts over the records of an extract. `None` means that it was not counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatasetFacts {
    /// Records in which every quasi-identifier is missing or a suppression mark: in no class and no denominator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_records: Option<u64>,
    /// A subject with so many records that it may stand for "nobody"; null when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dominant_subject: Option<DominantSubject>,
    /// Columns that are no quasi-identifier and may name the person better than the subject does, in file order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_candidates: Vec<SubjectCandidate>,
}

/// A value of the subject column with at least 5 % of the records and more than the next ten together. Values that the
/// plan declares real are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DominantSubject {
    /// Its records.
    pub records: u64,
    /// The records of the ten subjects that come next.
    pub next_ten_records: u64,
    /// Subjects besides it.
    pub other_subjects: u64,
}

/// A column that may name a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectCandidate {
    /// The column.
    pub column: String,
    /// Its distinct values.
    pub values: u64,
    /// Records with a value in it.
    pub records: u64,
    /// Whether other columns say so: within at least 95 % of its values with two or more records, at least two other
    /// columns of five or more distinct values are constant. Without it, the column only has at least 1.5 records a
    /// value and more values than 1 % of the records.
    pub constant_within: bool,
    /// Whether it groups subjects: at least 95 % of the subjects with a value in it have one only, and there are fewer
    /// values than such subjects; null without a subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_subjects: Option<bool>,
}
