//! Words around the figures that decide, and what to try first.

use crate::number::count;
use crate::result::CheckOutcome;

pub(in crate::report) const FIGURE_HEADS: [&str; 4] = ["Measure", "Value", "Limit", "Outcome"];
pub(in crate::report) const CUT_OFF: &str = "cut off";

/// Where a result of an earlier version has figures and no checks.
pub(in crate::report) const NO_CHECKS: &str =
    "This result keeps no checks, as those of schema 1.0: what each figure was held against is not shown.";

/// An estimate and what it may be at most, which is what a limit is held against.
pub(in crate::report) fn at_most(value: &str, upper: &str) -> String {
    format!("{value} (up to {upper})")
}

/// How a check ended, as one word or two.
pub(in crate::report) fn check_outcome(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Holds => "holds",
        CheckOutcome::Breaks => "does not hold",
        CheckOutcome::Unknown => "unknown",
        CheckOutcome::CutOff => CUT_OFF,
        CheckOutcome::NotApplicable => "does not apply",
    }
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

/// What a proposal costs, and that nothing else was counted for it.
pub(in crate::report) fn advice_notes(detail_kept: Option<String>) -> String {
    let open = "scan again to know the verdict";
    detail_kept.map_or_else(|| open.to_owned(), |kept| format!("{kept} of detail kept; {open}"))
}
