//! What was read: files, columns and their roles, and what the cells say beyond their values: counts that a verdict may
//! rest on, never a cell.

#[cfg(test)]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DatasetFacts, SubjectSpelling};

/// The dataset that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct Dataset {
    /// Name of the dataset: from the configuration, otherwise from the first file.
    pub name: String,
    /// The files, in the order they were read.
    pub files: Vec<InputFile>,
    /// Tables whose columns were joined to the records by a key; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<JoinedTable>,
    /// Records read, with and without a subject.
    pub records: u64,
    /// Distinct subjects; equal to `records` when no subject column is declared.
    pub subjects: u64,
    /// Records whose subject is missing: excluded from every class and every denominator.
    pub records_without_subject: u64,
    /// Subject values missing from the subject map, each counted as a person; null without a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subjects_not_in_map: Option<u64>,
    /// Offset from UTC of the clock by which moments with a zone were generalised; null for UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Start of the day for generalisation; null for midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_start: Option<String>,
    /// The subject column; null if each record is its own subject.
    pub subject: Option<String>,
    /// The columns in file order.
    pub columns: Vec<DatasetColumn>,
    /// Counts over the records.
    #[serde(default, flatten)]
    pub facts: DatasetFacts,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct InputFile {
    /// File name without its folder; `-` for standard input.
    pub name: String,
    /// Bytes read, as stored (before decompression).
    pub bytes: u64,
    /// SHA-256 of those bytes, lower-case hexadecimal. Null for a file of a source with fewer than 100 records: anyone
    /// who knows most of so few could find the others by trial.
    pub sha256: Option<String>,
    /// Records in the file.
    pub records: u64,
    /// Lines that were skipped because they are not records; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutLines>,
}

/// A table whose columns were joined to the records of the extract by a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct JoinedTable {
    /// Its name: from the configuration, otherwise from its first file.
    pub name: String,
    /// Its files, in the order they were read.
    pub files: Vec<InputFile>,
    /// The column of the extract that holds the key.
    pub key: String,
    /// Its rows.
    pub records: u64,
    /// The columns that it added, as the extract names them.
    pub columns: Vec<String>,
    /// Records of the extract whose key is missing from the table; its columns are missing in them.
    pub records_without_row: u64,
    /// Records whose key names several rows that contradict each other; its columns are missing in them.
    pub records_with_several_rows: u64,
    /// Keys that occur in more than one of its rows.
    pub repeated_keys: u64,
    /// Its rows that match no record, so that nobody in them is measured.
    pub rows_without_record: u64,
}

/// Lines of a file, or rows of a sheet, that are not records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct LeftOutLines {
    /// Kind of line.
    pub what: NoRecord,
    /// Number of lines.
    pub lines: u64,
}

/// Why a line of a file is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::VariantArray, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoRecord {
    /// It is above the heading, or above the first record if there is no heading.
    Above,
    /// `sep=;`, by which a spreadsheet names the delimiter.
    NamesDelimiter,
    /// It begins with the comment prefix.
    Comment,
    /// It contains only blanks.
    Blank,
    /// It consists of dashes.
    Rule,
    /// It repeats the heading.
    RepeatedHeading,
    /// It holds totals.
    Total,
    /// It states the number of records.
    RowCount,
    /// It marks the end of the file.
    EndMark,
    /// It is one of those that the plan skips at the end.
    Footer,
    /// It may be a record: the plan skips it although it fills more than half of the fields of one, it is a total with cells that
    /// are no amounts, or it repeats a heading that is in doubt.
    LikeRecord,
    /// Not a line: a sheet of the workbook that holds cells and was not selected.
    UnreadSheet,
    /// Not a line: a part of the file that holds no cells and was not read as a table: another file of an archive, a cached
    /// copy of data, a picture, comments on cells, bytes that belong to nothing.
    OtherPart,
    /// Not a line: another file in the folder of the extract, which was not read: a hidden file, notes, the log of another program.
    OtherFile,
    /// Not a line: the name of the file, which holds an e-mail address, an account or a card number.
    FileName,
    /// Not a line: the last column, which has no name and no value because every line ends with a delimiter.
    EmptyColumn,
}

impl NoRecord {
    /// Every kind, in the order of declaration.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether it may name people, whom no figure then covers: free text, a record, or a sheet.
    #[must_use]
    pub const fn may_hold_people(self) -> bool {
        matches!(
            self,
            Self::Above
                | Self::Footer
                | Self::Comment
                | Self::LikeRecord
                | Self::UnreadSheet
                | Self::OtherPart
                | Self::OtherFile
                | Self::FileName
        )
    }

    /// The lines of this kind as text, after their number.
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
            (Self::OtherPart, true) => "part that is no table",
            (Self::OtherPart, false) => "parts that are no tables",
            (Self::OtherFile, true) => "other file in the folder",
            (Self::OtherFile, false) => "other files in the folder",
            (Self::FileName, _) => "name with an identifier",
            (Self::EmptyColumn, _) => "empty last column",
        }
    }
}

impl InputFile {
    /// Files with fewer records are not identified by a hash, unless they are the extract itself.
    pub const FEWEST_HASHED: u64 = 100;

    /// What was skipped in the file, such as `3 lines above the heading, 1 total`; nothing if all lines are records.
    #[must_use]
    pub fn left_out_in_words(&self) -> Option<String> {
        let parts = self
            .left_out
            .iter()
            .map(|left| format!("{} {}", crate::number::count(left.lines), left.what.words(left.lines == 1)));
        Some(parts.collect::<Vec<_>>().join(", ")).filter(|words| !words.is_empty())
    }

    /// The file as reported for a source: without the hash if it is tiny.
    #[must_use]
    pub fn of_source(self) -> Self {
        let sha256 = self.sha256.filter(|_| self.records >= Self::FEWEST_HASHED);
        Self { sha256, ..self }
    }
}

/// One column of the input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct DatasetColumn {
    /// Name in the header, trimmed.
    pub name: String,
    /// Role of the column.
    pub role: Role,
    /// Whether the role was guessed rather than declared.
    pub guessed: bool,
    /// Why the role was guessed, as text without cell values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guess_reason: Option<String>,
    /// For a column whose role is neither declared nor guessed: the role that its heading suggests, if leaving it
    /// undeclared would be dangerous. For a declared subject: direct identifier, if its heading says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<Role>,
    /// Type of its values.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Distinct values after generalisation, not counting missing cells; null for a column that is not coded.
    pub distinct: Option<u64>,
    /// Missing cells.
    pub missing: u64,
    /// Whether every subject has one value in it (a missing cell is a value); null without a subject or for a
    /// column that is not coded.
    pub constant_per_subject: Option<bool>,
    /// The applied generalisation rules, as written.
    pub coarsen: Vec<String>,
    /// Counts over the cells.
    #[serde(default, flatten)]
    pub facts: ColumnFacts,
}

impl DatasetColumn {
    /// Whether the column is static or an event column. Where no share decided it, as for columns that are not
    /// quasi-identifiers, a column is static if every subject has one value in it. None without a subject, and for a
    /// quasi-identifier without values.
    #[must_use]
    pub fn variability(&self) -> Option<Variability> {
        let of_constant = |constant| if constant { Variability::Static } else { Variability::Event };
        let decided = self.facts.variation.or_else(|| self.constant_per_subject.map(of_constant));
        decided.filter(|_| self.facts.measured != Some(false))
    }

    /// Whether it is in the static set however unclear columns are treated. Without a subject, every column is.
    #[must_use]
    pub fn is_static(&self) -> bool {
        self.facts.measured != Some(false) && self.variability().is_none_or(Variability::is_static)
    }

    /// Whether it is an event column however unclear columns are treated.
    #[must_use]
    pub fn is_event(&self) -> bool {
        self.variability() == Some(Variability::Event)
    }

    /// Whether its rules drop it.
    #[must_use]
    pub fn is_dropped(&self) -> bool {
        self.coarsen.iter().any(|rule| rule == "drop")
    }

    /// Whether neither the data nor a declaration decides if it is static.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        self.variability() == Some(Variability::Unclear)
    }
}

/// Role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[derive(Serialize, Deserialize, strum::IntoStaticStr, strum::VariantArray)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// The person or account that records belong to.
    Subject,
    /// Direct identifier: names the person outright.
    DirectIdentifier,
    /// Quasi-identifier: may be known to others and helps to single out a person.
    QuasiIdentifier,
    /// Sensitive attribute: nobody should learn it about a known person.
    Sensitive,
    /// Sampling weight; never part of a class size.
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

/// Type of a column, determined from all of its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr)]
#[cfg_attr(test, derive(JsonSchema))]
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
    /// No cell has a value.
    Empty,
}

impl ColumnType {
    /// The name used in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Counts over the cells of one column. `None` means not counted, never zero.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ColumnFacts {
    /// Whether the column has neither a declared nor a guessed role. It leaves with the others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undeclared: bool,
    /// Cells whose spaces at the ends were trimmed before comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trimmed_cells: Option<u64>,
    /// Reduction in distinct values through trimming, actual or, if spaces are kept, hypothetical: 1 if `A` and `A `
    /// become one value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_joined_by_trimming: Option<u64>,
    /// Reduction in distinct values because different spellings were read as one value of the type, as `5.0` and `5`, or
    /// moments with different offsets. The file still tells them apart. Null if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values_joined_by_reading: Option<u64>,
    /// For a text subject column without a subject map: values that equal another one but for letter case, accents, signs
    /// or the spelling of a number. Each counts as a subject. Null if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled_alike: Option<u64>,
    /// Cells whose text often stands for a missing value (`NULL`, `n/a`, `1900-01-01`) but that count as values; those
    /// that the plan declares real are excluded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placeholder_cells: Option<u64>,
    /// Spellings that often stand for a missing value and are in the column as values: words and signs of a published list
    /// as they are, numbers and dates by kind. Null where cells were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_spellings: Option<Vec<String>>,
    /// For the subject column, how its values are spelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_spelling: Option<SubjectSpelling>,
    /// Cells with a whole number rounded by a spreadsheet: `1.23457E+11`, or 16 or more digits from a sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounded_identifier_cells: Option<u64>,
    /// Cells that violate the declaration of the column and count as missing, up to the number that the plan allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid_cells: Option<u64>,
    /// Why a column without a declared type is text although cells suggest another type: counts and a place, no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_reason: Option<String>,
    /// The type that the cells suggest, if another one is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_type: Option<ColumnType>,
    /// Cells with a suppression mark, in records that are not fully suppressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed_cells: Option<u64>,
    /// What the column shows in suppressed records; null for quasi-identifiers and the subject, and where it shows nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_in_suppressed: Option<ShownInSuppressed>,
    /// For a quasi-identifier or the subject: values that the plan declares missing or suppressed although they are on
    /// no list, where such cells may occur. The file still contains them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted_spellings: Option<u64>,
    /// Cells that the generalisation rules changed, or would drop; null for a column without rules. If there are any,
    /// the file differs from what was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_cells: Option<u64>,
    /// Subjects with at least two records that have a value in the column, after generalisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparable_subjects: Option<u64>,
    /// Those with at least two distinct values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varying_subjects: Option<u64>,
    /// `varying_subjects` / `comparable_subjects`; null if no subject can be compared with itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_varying: Option<f64>,
    /// For a quasi-identifier, how it is treated; null without a subject, and if it has no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<Variability>,
    /// For a quasi-identifier, whether any counted record has a value in it. Without one, as in a dropped column, it is
    /// in no static set and in no gated point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<bool>,
    /// For a column that is not a quasi-identifier: share of the subjects with a value that no other subject has. If records
    /// are suppressed, the larger of the shares with and without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_with_own_value: Option<f64>,
    /// For a column that is not a quasi-identifier: mean number of words per cell with a value. If records are suppressed,
    /// the larger of the means with and without them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_words: Option<f64>,
    /// What the values show about postcodes, ages and years of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forms: Option<CellForms>,
}

/// Share of the subjects with a value of their own from which on a column looks identifying, and columns do together.
pub const IDENTIFYING_SHARE: f64 = 0.2;

/// What a column shows in suppressed records, in which no quasi-identifier has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub struct ShownInSuppressed {
    /// Cells with a value that is no suppression mark.
    pub cells: u64,
    /// Subjects with such a cell; records where each is its own subject.
    pub subjects: u64,
    /// Distinct values in them.
    pub values: u64,
    /// Whether others may know the column: it is in a declared point, or a source is joined on it.
    pub known: bool,
}

/// Whether a column is static or an event column. Determined from the share of subjects that vary in it, or declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Variability {
    /// No subject varies, or it is declared static.
    Static,
    /// At most 10 % of the comparable subjects vary. Treated as static; a subject counts with each of its values.
    NearlyStatic,
    /// 10 to 90 % vary, or some do and fewer than 20 are comparable: measured both as static and as an event column.
    Unclear,
    /// At least 90 % vary, or it is declared to vary.
    Event,
}

impl Variability {
    /// Whether it is in the static set however unclear columns are treated.
    #[must_use]
    pub fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::NearlyStatic)
    }
}

/// Whether the distinct values of a column, as they leave, have the forms that the safe harbor method covers. A column
/// may fit several; its heading decides which one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub struct CellForms {
    /// Every value shows at most three digits; masking characters (`100**`, `100XX`) may follow.
    pub three_digits_at_most: bool,
    /// Some value shows the first three digits of a postcode area with 20,000 or fewer inhabitants.
    pub restricted_area: bool,
    /// Some value is an age above 89, or a band of ages that ends above 89 without including all older ages.
    pub above_89: bool,
    /// Every value is an age, a band of ages (`40-49`) or an open one (`90+`).
    pub ages: bool,
    /// Some value is a year of birth, or a date in one, of somebody who may be over 89 on the judgement date.
    pub born_above_89: bool,
    /// Every value is a year or coarser.
    pub years: bool,
}
