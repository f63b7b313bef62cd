//! Words around the figures that decide, and what to try first.

use crate::result::CheckOutcome;

pub(in crate::report) const FIGURE_HEADS: [&str; 4] = ["Measure", "Value", "Limit", "Outcome"];
pub(in crate::report) const CUT_OFF: &str = "cut off";

/// Where a result of an earlier version has figures and no checks.
pub(in crate::report) const NO_CHECKS: &str =
    "This result keeps no checks, as those of schema 1.0: what each figure was held against is not shown.";

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
