//! Two results of one dataset: what moved, and whether it matters.
//!
//! # Definition
//! A figure that is an estimate on either side moved when the 95 % interval of the difference excludes 0; the interval comes
//! from the two intervals (Newcombe's method 10: each end is the difference less or plus the root of the squared distances of
//! the values to their nearer ends; Newcombe, *Statistics in Medicine* 17, 1998; Zou & Donner, *Statistics in Medicine* 27,
//! 2008). In addition, as an exact figure does, it must change by a least amount: a share by that share, a count by that share
//! of its old number. A figure that passes from one side of its limit to the other moved, however little.
//!
//! # Guarantee
//! Pure. A result compared with itself shows nothing; exchanging both results exchanges new and gone, worse and better, lost
//! and found (tested as laws).

mod circumstances;
mod figures;
mod findings;
#[cfg(test)]
mod test;

use crate::result::{COMPARISON_VERSION, ComparedResults, ComparedRun, ScanResult, Tool};

/// The change that an exact share needs to matter where nobody says otherwise: half a percentage point, a policy choice.
pub const LEAST_CHANGE: f64 = 0.005;

/// Compares an earlier result with a later one. `least_change` is between 0 and 1.
#[must_use]
pub fn compare(old: &ScanResult, new: &ScanResult, least_change: f64) -> ComparedResults {
    let (figures, unchanged_figures) = figures::compared(old, new, least_change);
    ComparedResults {
        schema_version: COMPARISON_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        old: run(old),
        new: run(new),
        least_change,
        circumstances: circumstances::differing(old, new),
        findings: findings::compared(old, new, least_change),
        figures,
        unchanged_figures,
    }
}

fn run(result: &ScanResult) -> ComparedRun {
    ComparedRun {
        dataset: result.dataset.name.clone(),
        run: result.run.id.clone(),
        finished_at: result.run.finished_at.clone(),
        version: result.tool.version.clone(),
        records: result.dataset.records,
        subjects: result.dataset.subjects,
        verdict: result.verdict.outcome,
    }
}
