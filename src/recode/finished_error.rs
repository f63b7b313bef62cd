//! Why the file of a finished table is none.

use super::TreatmentError;
use crate::plan::{counted, did_you_mean, shown_list, shown_name};

/// Why a finished table is none. Lines are counted from 1, the heading left out; no variant holds a value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FinishedError {
    /// A column is not in the file.
    #[error("table `{}`: its file has no column `{}`", shown_name(table), shown_name(column))]
    NoColumn {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// The columns that it has.
        columns: Vec<String>,
    },
    /// Nothing says which column holds the value.
    #[error("table `{}`: nothing says which column of its file is the value", shown_name(.0))]
    NoValue(String),
    /// No line of the file.
    #[error("table `{}`: its file has no line", shown_name(.0))]
    Empty(String),
    /// Text where an amount must be.
    #[error("table `{}`: column `{}` holds no number in {}", shown_name(table), shown_name(column), lines(*number, *first))]
    NoNumber {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// Lines where it does not.
        number: u64,
        /// The first of them.
        first: u64,
    },
    /// A count below zero, or one that is not whole.
    #[error("table `{}`: column `{}` holds no whole count from 0 up in {}", shown_name(table), shown_name(column), lines(*number, *first))]
    NoCount {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// Lines where it does not.
        number: u64,
        /// The first of them.
        first: u64,
    },
    /// Neither yes nor no.
    #[error("table `{}`: column `{}` says neither yes nor no in {}", shown_name(table), shown_name(column), lines(*number, *first))]
    NoMark {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// Lines where it does not.
        number: u64,
        /// The first of them.
        first: u64,
    },
    /// A cell stands there twice.
    #[error("table `{}`: lines {first} and {second} are the same cell", shown_name(table))]
    Twice {
        /// Name of the table.
        table: String,
        /// The first line.
        first: u64,
        /// The second line.
        second: u64,
    },
    /// Nothing is published.
    #[error("table `{}`: every cell is suppressed, so there is nothing to audit", shown_name(.0))]
    AllSuppressed(String),
    /// No cell of a dimension is its total.
    #[error("table `{}`: no line is the total of column `{}`", shown_name(table), shown_name(column))]
    NoTotal {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
    },
    /// A label that says total, and is not declared to be one.
    #[error(
        "table `{}`: a value of column `{}` looks like a total that is not declared",
        shown_name(table),
        shown_name(column)
    )]
    LooksLikeTotal {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
    },
    /// A line that is the sum of all others, as a total is.
    #[error(
        "table `{}`: a value of column `{}` is the sum of all others, as a total that is not declared would be",
        shown_name(table),
        shown_name(column)
    )]
    EqualsOthers {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
    },
    /// A dimension that is grouped by further columns.
    #[error(
        "table `{}`: column `{}` of a finished table is grouped by a hierarchy file only",
        shown_name(table),
        shown_name(column)
    )]
    GroupedByColumns {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
    },
    /// Codes that are in no line of the hierarchy file.
    #[error(
        "table `{}`: column `{}` has {} that hierarchy file `{}` has not",
        shown_name(table),
        shown_name(column),
        counted(*values, "value", "values"),
        shown_name(file)
    )]
    NotInHierarchy {
        /// Name of the table.
        table: String,
        /// The column.
        column: String,
        /// The hierarchy file.
        file: String,
        /// Distinct values.
        values: u64,
    },
    /// A group that lies in two others.
    #[error("table `{}`: hierarchy file `{}` puts one group into two others", shown_name(table), shown_name(file))]
    NotNested {
        /// Name of the table.
        table: String,
        /// The hierarchy file.
        file: String,
    },
    /// More cells, digits or decimals than can be told apart.
    #[error("table `{}` is too large, or its amounts are", shown_name(.0))]
    TooLarge(String),
    /// A hierarchy file is not there.
    #[error(transparent)]
    Treatment(#[from] TreatmentError),
}

fn lines(number: u64, first: u64) -> String {
    if number == 1 {
        format!("line {first}")
    } else {
        format!("{}, the first is line {first}", counted(number, "line", "lines"))
    }
}

impl FinishedError {
    /// Whether the plan is wrong, not the file.
    #[must_use]
    pub fn is_plan_error(&self) -> bool {
        match self {
            Self::NoColumn { .. }
            | Self::NoValue(_)
            | Self::NoTotal { .. }
            | Self::LooksLikeTotal { .. }
            | Self::EqualsOthers { .. }
            | Self::GroupedByColumns { .. } => true,
            Self::Treatment(error) => error.is_plan_error(),
            _ => false,
        }
    }

    /// What the user can change.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoColumn { column, columns, .. } => {
                let meant = did_you_mean(column, columns.iter().map(String::as_str));
                let meant = meant.map_or(String::new(), |meant| format!("did you mean `{}`? ", shown_name(meant)));
                return Some(format!("{meant}columns: {}", shown_list(columns)));
            }
            Self::NoValue(_) => {
                "name it with `value` in `table`, such as `table = { file = \"table.csv\", value = \"n\" }`"
            }
            Self::Empty(_) => "name the file that holds the cells",
            Self::NoNumber { .. } => {
                "an amount is written as 1234.56; what stands in a suppressed cell is declared with `marks`, such as `marks = [\"x\"]`"
            }
            Self::NoCount { .. } => {
                "correct the lines; a count of contributors or records is 0 or a whole number above it"
            }
            Self::NoMark { .. } => {
                "write true or false, yes or no, y or n, 1 or 0, or declare with `marks` what means suppressed"
            }
            Self::Twice { .. } => "keep one line for each cell, and name every dimension in `by`",
            Self::AllSuppressed(_) => "check `suppressed` and `marks`; a table without a published cell needs no audit",
            Self::NoTotal { .. } => {
                "declare what stands for it, such as `total = \"All\"` or, for an empty cell, `total = \"\"`; if the \
                 table has no margins, declare `margins = false`"
            }
            Self::LooksLikeTotal { .. } => {
                "declare what stands for the total with `total`, and `margins = true`; if it is no total, give it another name in the file"
            }
            Self::EqualsOthers { .. } => {
                "declare what stands for the total with `total`, and `margins = true`; if it is no total, add the lines \
                 of the total to the file"
            }
            Self::GroupedByColumns { .. } => "write a line for each value: the value, its group, the group of that",
            Self::NotInHierarchy { .. } => {
                "add the missing values or groups to the hierarchy file, spelled as in the table"
            }
            Self::NotNested { .. } => "give every group one group above it on each level",
            Self::TooLarge(_) => "name fewer dimensions, or write the amounts in larger units",
            Self::Treatment(error) => return error.hint(),
        };
        Some(hint.to_owned())
    }
}
