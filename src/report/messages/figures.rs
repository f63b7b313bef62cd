//! Words around the figures that decide, and what to try first.

use crate::report::number::count;

pub(in crate::report) const FIGURE_HEADS: [&str; 4] = ["Measure", "Value", "Limit", "Finding"];
pub(in crate::report) const IDENTIFIER_COLUMNS: &str = "columns with direct identifiers";

pub(in crate::report) fn most_revealing(columns: &[String]) -> String {
    format!("Most revealing columns: {}", columns.join(", "))
}

pub(in crate::report) fn riskiest_set(max_set: usize, columns: &str, share: &str, units: &str) -> String {
    format!("Riskiest set of at most {max_set}: {columns} ({share} of {units} alone)")
}

pub(in crate::report) fn try_first(what: &str) -> String {
    format!("Try first: {what}")
}

pub(in crate::report) const STATIC_COLUMNS: &str = "the static columns";
pub(in crate::report) const ALL_COLUMNS: &str = "all quasi-identifiers";

/// How a change moves a count: of those in crowds below `k`, or of those alone.
pub(in crate::report) fn moved(k: Option<u32>, columns: &str, before: &str, after: &str) -> String {
    match k {
        Some(k) => format!("subjects in crowds below {} on {columns} {before} -> {after}", count(u64::from(k))),
        None => format!("subjects alone on {columns} {before} -> {after}"),
    }
}

pub(in crate::report) fn moved_unicity(before: &str, after: &str) -> String {
    format!("subjects singled out by known points {before} -> {after}")
}

/// What a proposal costs, and whether it is enough.
pub(in crate::report) fn advice_notes(detail_kept: Option<String>, reaches_limits: bool) -> String {
    let enough = if reaches_limits { "every limit on crowds holds then" } else { "not enough by itself" };
    detail_kept.map_or_else(|| enough.to_owned(), |kept| format!("{kept} of detail kept; {enough}"))
}
