//! Words about columns and their roles.

use super::{LISTED, LISTED_CHARACTERS, columns, counted};
use crate::number::count;
use crate::report::escape::shortened;
use crate::result::{Dataset, DatasetColumn};

/// Which columns a pass speaks of, and which not.
pub(in crate::report) fn columns_counted(dataset: &Dataset, counted: usize) -> String {
    let left_out: Vec<&DatasetColumn> =
        dataset.columns.iter().filter(|column| column.role != crate::result::Role::QuasiIdentifier).collect();
    let verb = if counted == 1 { "was" } else { "were" };
    let first = format!("{} of {} {verb} counted", count(counted as u64), columns(dataset.columns.len()));
    if left_out.is_empty() {
        return format!("{first}.");
    }
    let named = |column: &&DatasetColumn| {
        format!(
            "{} ({})",
            shortened(&crate::report::escape::printable(&column.name), LISTED_CHARACTERS),
            column.role.name()
        )
    };
    let shown: Vec<String> = left_out.iter().take(LISTED).map(named).collect();
    let more = left_out.len() - shown.len();
    let more = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
    format!("{first}. Not counted: {}{more}.", shown.join(", "))
}

pub(in crate::report) fn columns_answer(columns: &[DatasetColumn]) -> String {
    let guessed = columns.iter().filter(|column| column.guessed).count();
    let quasi = columns.iter().filter(|column| column.role == crate::result::Role::QuasiIdentifier).count();
    let roles = if guessed == 0 {
        "no role is guessed".to_owned()
    } else {
        format!("{} guessed", counted(guessed as u64, "role is", "roles are"))
    };
    let number = columns.len();
    format!("{}, {} of them quasi-identifiers; {roles}.", super::columns(number), count(quasi as u64))
}

pub(in crate::report) fn coarsening(rules: &[String]) -> String {
    if rules.is_empty() { "no".to_owned() } else { rules.join(", then ") }
}

/// Where the role of a column comes from.
pub(in crate::report) fn role_reason(column: &DatasetColumn) -> &str {
    match &column.guess_reason {
        Some(reason) => reason,
        None if column.guessed => "guessed",
        None if column.role == crate::result::Role::Ignore => "not used",
        None => "declared",
    }
}

/// A column that nobody named although its heading tells something.
pub(in crate::report) fn looks_like(role: crate::result::Role) -> String {
    format!("its heading looks like a {}", role.name())
}
