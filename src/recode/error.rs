//! What can go wrong between reading and counting.

use super::file_name;
use crate::plan::{counted, shown_name};
use crate::result::{ColumnType, Role};

/// Why columns cannot be treated as asked. Names are held as read and shown without control characters; no variant
/// can hold a cell value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreatmentError {
    /// This column is the subject, which cannot be part of what is known of an event.
    #[error(
        "column `{}` is the subject, so it cannot be part of what an attacker knows of an event",
        shown_name(.0)
    )]
    PointIsSubject(String),
    /// The column named for the rotation of pseudonyms does not tell the period.
    #[error("column `{}` as it leaves does not tell the {every}, by which pseudonyms are rotated", shown_name(column))]
    NoPeriod {
        /// The column.
        column: String,
        /// The unit of rotation.
        every: &'static str,
    },
    /// Pseudonyms are rotated, and no column tells the period.
    #[error("no quasi-identifier as it leaves tells the {every}, by which pseudonyms are rotated")]
    NoPeriodColumn {
        /// The unit of rotation.
        every: &'static str,
    },
    /// Pseudonyms are rotated, and several columns tell a period.
    #[error("{columns} quasi-identifiers tell a period by which pseudonyms could be rotated")]
    SeveralPeriodColumns {
        /// How many.
        columns: u64,
    },
    /// Pseudonyms are rotated where there are none.
    #[error("pseudonyms are rotated, but no column has the role `subject`")]
    RotationWithoutSubject,
    /// A tolerance is made for values of another type.
    #[error("tolerance `{}` does not fit column `{}`, which holds {}", shown_name(tolerance), shown_name(column), plural(*.found))]
    ToleranceDoesNotFit {
        /// The column.
        column: String,
        /// The tolerance as written.
        tolerance: String,
        /// What the column holds after its rules.
        found: ColumnType,
    },
    /// The rule is made for values of another type.
    #[error("rule `{}` of column `{}` is for {expected}, but the column holds {}", shown_name(rule), shown_name(column), plural(*.found))]
    RuleDoesNotFit {
        /// The column.
        column: String,
        /// The rule as written.
        rule: String,
        /// What the rule is for, in words.
        expected: &'static str,
        /// What the column holds after the rules before this one.
        found: ColumnType,
    },
    /// Some numbers have too many digits for exact arithmetic.
    #[error(
        "rule `{}` of column `{}` cannot be exact: {} too many digits",
        shown_name(rule),
        shown_name(column),
        counted(*values, "of its values has", "of its values have")
    )]
    NotExact {
        /// The column.
        column: String,
        /// The rule as written.
        rule: String,
        /// How many distinct values.
        values: u64,
    },
    /// Values of the extract are not in the hierarchy.
    #[error(
        "{} of column `{}` {} not in hierarchy `{}`",
        counted(*values, "value", "values"),
        shown_name(column),
        if *values == 1 { "is" } else { "are" },
        shown_name(file)
    )]
    NotInHierarchy {
        /// The column.
        column: String,
        /// Name of the hierarchy file.
        file: String,
        /// How many distinct values.
        values: u64,
    },
    /// The values of a sensitive column have no such distance.
    #[error("column `{}` holds no numbers or dates ({}), so its values have no distance by `{distance}`", shown_name(column), found.name())]
    DistanceDoesNotFit {
        /// The column.
        column: String,
        /// The distance as written.
        distance: String,
        /// The type of its values.
        found: ColumnType,
    },
    /// The hierarchy sends one value to several, or to none.
    #[error(
        "hierarchy `{}` has {} a value differently or {} its level {level}",
        shown_name(file),
        counted(*lines, "line that repeats", "lines that repeat"),
        if *lines == 1 { "lacks" } else { "lack" }
    )]
    HierarchyContradicts {
        /// Name of the hierarchy file.
        file: String,
        /// The level asked for.
        level: usize,
        /// How many lines.
        lines: u64,
    },
    /// A value of a dimension lies in several groups of a coarser column.
    #[error(
        "{} of column `{}` {} in several values of `{}`, so that column does not group it",
        counted(*values, "value", "values"),
        shown_name(column),
        if *values == 1 { "lies" } else { "lie" },
        shown_name(coarser)
    )]
    TornApart {
        /// The column.
        column: String,
        /// The column that should group it.
        coarser: String,
        /// How many distinct values.
        values: u64,
    },
    /// A group of a dimension lies in several groups of the next level.
    #[error(
        "the levels over column `{}` are not nested: a group lies in several groups of the next level",
        shown_name(column)
    )]
    NotNested {
        /// The column.
        column: String,
        /// Its distinct values.
        values: u64,
    },
    /// A column that is added up holds no numbers.
    #[error("column `{}` is added up in a table of totals, but it holds {}", shown_name(column), plural(*.found))]
    NoAmounts {
        /// The column.
        column: String,
        /// What it holds.
        found: ColumnType,
    },
    /// A column that is added up has finer amounts than declared.
    #[error("column `{}` has amounts with {found} decimals, but `decimals` allows {most}", shown_name(column))]
    TooManyDecimals {
        /// The column.
        column: String,
        /// The most that an amount has.
        found: u32,
        /// The most that are allowed.
        most: u32,
    },
    /// The hierarchy has fewer columns.
    #[error("hierarchy `{}` has levels 0 to {highest}, but level {level} was requested", shown_name(file))]
    NoSuchLevel {
        /// Name of the hierarchy file.
        file: String,
        /// The level asked for.
        level: usize,
        /// Its last level.
        highest: usize,
    },
    /// This file, which a rule or the subject map needs, was not handed in.
    #[error("file `{}` is needed but was not read", shown_name(.0))]
    NotRead(String),
    /// The subject map has no such column.
    #[error("subject map `{}` has no column `{}`", shown_name(file), shown_name(column))]
    SubjectMapColumn {
        /// Name of the map file.
        file: String,
        /// The column looked for.
        column: String,
    },
    /// The subject map leads from one subject value to several persons.
    #[error(
        "subject map `{}` leads from {} to more than one person{}",
        shown_name(file),
        counted(*subjects, "value", "values"),
        if *subjects == 1 { "" } else { " each" }
    )]
    SubjectMapContradicts {
        /// Name of the map file.
        file: String,
        /// How many distinct values.
        subjects: u64,
    },
    /// A subject map without a subject column.
    #[error("a subject map is given, but no column has the role `subject`")]
    SubjectMapWithoutSubject,
    /// The consent register has no such column.
    #[error("consent register `{}` has no column `{}`", shown_name(file), shown_name(column))]
    ConsentColumn {
        /// Name of the register.
        file: String,
        /// The column looked for.
        column: String,
    },
    /// A consent register without a subject column.
    #[error("a consent register is given, but no column has the role `subject`")]
    ConsentWithoutSubject,
    /// A rule on this column, which names the subject.
    #[error("column `{}` names the subject and cannot be coarsened", shown_name(.0))]
    SubjectCoarsened(String),
    /// A rule of a column whose role, which was guessed, takes no rules.
    #[error("column `{}` is not a quasi-identifier, so its rule would have no effect", shown_name(column))]
    IdleRule {
        /// The column.
        column: String,
        /// Its role.
        role: Role,
    },
    /// A role or rule speaks of this column, which the extract does not have.
    #[error("there is no column `{}`", shown_name(.0))]
    NoSuchColumn(String),
    /// More than one column has the role `subject`.
    #[error("columns `{}` and `{}` both have the role `subject`", shown_name(first), shown_name(second))]
    TwoSubjects {
        /// The first of them in file order.
        first: String,
        /// The second.
        second: String,
    },
    /// The values of this column are needed but were not kept while reading.
    #[error("the values of column `{}` are needed but were not kept", shown_name(.0))]
    NotCoded(String),
    /// This column has more records or values than 32-bit codes can tell apart.
    #[error("column `{}` has more than 4,294,967,295 records or values", shown_name(.0))]
    TooLarge(String),
}

impl TreatmentError {
    /// That a file was not handed in.
    pub(super) fn not_read(file: &std::path::Path) -> Self {
        Self::NotRead(file_name(file))
    }

    /// Whether the plan is wrong rather than the data: usage, not input.
    #[must_use]
    pub fn is_plan_error(&self) -> bool {
        matches!(
            self,
            Self::RuleDoesNotFit { .. }
                | Self::PointIsSubject(_)
                | Self::NoPeriod { .. }
                | Self::NoPeriodColumn { .. }
                | Self::SeveralPeriodColumns { .. }
                | Self::RotationWithoutSubject
                | Self::ToleranceDoesNotFit { .. }
                | Self::DistanceDoesNotFit { .. }
                | Self::NoSuchLevel { .. }
                | Self::NoAmounts { .. }
                | Self::SubjectMapColumn { .. }
                | Self::SubjectMapWithoutSubject
                | Self::ConsentColumn { .. }
                | Self::ConsentWithoutSubject
                | Self::SubjectCoarsened(_)
                | Self::IdleRule { .. }
                | Self::NoSuchColumn(_)
                | Self::TwoSubjects { .. }
        )
    }

    /// What the user can change.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::RuleDoesNotFit { found, .. } => return Some(rules_for(*found)),
            Self::IdleRule { role, .. } => {
                return Some(format!(
                    "its role is `{}`; remove the rule, or name the column with `--quasi`",
                    role.name()
                ));
            }
            Self::NotExact { .. } => "use `prefix` or `rare`, or leave the column out with `--ignore`",
            Self::TornApart { .. } => "name a column that holds one value for each of them, or write a hierarchy file",
            Self::NotNested { .. } => "give every group one group above it on each level",
            Self::NoAmounts { .. } => {
                "name a column of numbers of at most 18 digits; if its cells are amounts, declare `type = \"decimal\"` for it"
            }
            Self::TooManyDecimals { .. } => "correct the cells, or raise `decimals`",
            Self::DistanceDoesNotFit { .. } => "use `equal`, or `taxonomy:FILE`",
            Self::NotInHierarchy { .. } => "add the missing values to the hierarchy file, spelled as in the extract",
            Self::HierarchyContradicts { .. } => "give every value one line with an entry on every level",
            Self::NoSuchLevel { .. } => "levels are the columns of the file, counted from 0, which is the value itself",
            Self::SubjectMapColumn { .. } => "check `from` and `to` in `[subject] map` against the header of that file",
            Self::SubjectMapContradicts { .. } => "keep one line for each value, or map to the joint account",
            Self::ConsentColumn { .. } => {
                "check `column` and `value_column` in `[recipient] consent` against the header of that file"
            }
            Self::NoPeriod { .. } | Self::NoPeriodColumn { .. } => {
                "keep a date as a quasi-identifier at most as coarse as that, or generalised to exactly that"
            }
            Self::SeveralPeriodColumns { .. } => {
                "name one: `[subject] rotate = { every = \"month\", column = \"day\" }`"
            }
            Self::SubjectMapWithoutSubject | Self::ConsentWithoutSubject | Self::RotationWithoutSubject => {
                "name the column with `--subject` or `[subject] column`"
            }
            Self::SubjectCoarsened(_) => "use `[subject] map` to merge several values of one person",
            Self::TwoSubjects { .. } => "name one with `--subject` and the other with `--ignore` or `--quasi`",
            Self::PointIsSubject(_) => "name columns of the event, such as its date and place",
            Self::ToleranceDoesNotFit { .. } => {
                "dates take `2d`, timestamps `6h`, numbers `5%` or `100`; a coarsened date is a text and takes none"
            }
            Self::TooLarge(_) => "split the extract, or leave the column out with `--ignore`",
            Self::NoSuchColumn(_) => "check its spelling; `reidrisk inspect` lists the columns of the extract",
            Self::NotRead(_) | Self::NotCoded(_) => return None,
        };
        Some(hint.to_owned())
    }
}

pub(super) fn plural(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Integer => "whole numbers",
        ColumnType::Decimal => "decimal numbers",
        ColumnType::Date => "dates",
        ColumnType::Timestamp => "timestamps",
        ColumnType::ZonedTimestamp => "zoned timestamps",
        ColumnType::Time => "times of day",
        ColumnType::Boolean => "booleans",
        ColumnType::Text => "text",
        ColumnType::Empty => "nothing",
    }
}

fn rules_for(column_type: ColumnType) -> String {
    let rules = match column_type {
        ColumnType::Integer | ColumnType::Decimal => "`round:10`, `bins:0,10,50`, `top:500`, ",
        ColumnType::Date => "`day`, `week`, `month`, `quarter`, `year`, ",
        ColumnType::Timestamp | ColumnType::ZonedTimestamp => "`hour`, `day`, `week`, `month`, `quarter`, `year`, ",
        ColumnType::Time => "`hour`, ",
        ColumnType::Boolean | ColumnType::Text | ColumnType::Empty => "",
    };
    format!("rules that fit: {rules}`prefix:3`, `suffix:4`, `hierarchy:FILE:LEVEL`, `rare:20`, `drop`")
}

#[cfg(test)]
mod tests {
    use super::TreatmentError;

    #[test]
    fn one_is_told_in_the_singular_and_many_in_the_plural() {
        let file = || "f.csv".to_owned();
        let column = || "c".to_owned();
        let place_of = |number| {
            [
                TreatmentError::HierarchyContradicts { file: file(), level: 2, lines: number },
                TreatmentError::SubjectMapContradicts { file: file(), subjects: number },
                TreatmentError::NotInHierarchy { column: column(), file: file(), values: number },
                TreatmentError::NotExact { column: column(), rule: "top:1".to_owned(), values: number },
            ]
            .map(|error| error.to_string())
        };
        assert_eq!(
            place_of(1),
            [
                "hierarchy `f.csv` has 1 line that repeats a value differently or lacks its level 2",
                "subject map `f.csv` leads from 1 value to more than one person",
                "1 value of column `c` is not in hierarchy `f.csv`",
                "rule `top:1` of column `c` cannot be exact: 1 of its values has too many digits",
            ]
        );
        assert_eq!(
            place_of(2_000),
            [
                "hierarchy `f.csv` has 2,000 lines that repeat a value differently or lack its level 2",
                "subject map `f.csv` leads from 2,000 values to more than one person each",
                "2,000 values of column `c` are not in hierarchy `f.csv`",
                "rule `top:1` of column `c` cannot be exact: 2,000 of its values have too many digits",
            ]
        );
    }
}
