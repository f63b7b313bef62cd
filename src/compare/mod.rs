//! Two results of one dataset: what moved, and whether it matters.
//!
//! # Definition
//! A figure that is an estimate on either side moved when the 95 % interval of the difference excludes 0; the interval comes
//! from the two intervals (Newcombe's method 10: each end is the difference less or plus the root of the squared distances of
//! the values to their nearer ends; Newcombe, *Statistics in Medicine* 17, 1998; Zou & Donner, *Statistics in Medicine* 27,
//! 2008). In addition, as an exact figure does, it must change by a least amount: a share by that share, a count by that share
//! of its old number. Where at least five earlier nights are known, the change of an exact figure must also be larger than
//! three robust standard deviations of a difference of two nights: what moves as much every night says nothing. A figure
//! that passes from one side of its limit to the other moved, however little.
//!
//! # Guarantee
//! Pure. A result compared with itself shows nothing; exchanging both results exchanges new and gone, worse and better, lost
//! and found (tested as laws).

mod circumstances;
mod drift;
mod figures;
mod findings;
#[cfg(test)]
mod test;

pub use drift::{Drift, drift};
pub use figures::Spread;

use crate::result::{
    COMPARISON_VERSION, Check, ComparedFinding, ComparedResults, ComparedRun, Earlier, Figure, Finding, ScanResult,
    Tool,
};

/// The change that an exact share needs to matter where nobody says otherwise: half a percentage point, a policy choice.
pub const LEAST_CHANGE: f64 = 0.005;

/// The same beside a baseline while so few nights are known that nothing is known of their spread: 2 percentage points, a
/// policy choice. A month that slides by a day moves most shares by less.
pub const LEAST_CHANGE_AT_FIRST: f64 = 0.02;

/// What is compared of a run: of a stored result, or of the record of one.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its figures.
    pub figures: &'a [Figure],
    /// Its checks.
    pub checks: &'a [Check],
    /// Its findings.
    pub findings: &'a [Finding],
}

impl<'a> From<&'a ScanResult> for Side<'a> {
    fn from(result: &'a ScanResult) -> Self {
        Self { figures: &result.figures, checks: &result.checks, findings: &result.findings }
    }
}

impl<'a> From<&'a Earlier> for Side<'a> {
    fn from(earlier: &'a Earlier) -> Self {
        Self { figures: &earlier.figures, checks: &earlier.checks, findings: &earlier.findings }
    }
}

/// How much a change must be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Least<'a> {
    /// The share of [`compare`].
    change: f64,
    /// The spread of earlier nights.
    spread: &'a Spread,
}

/// Findings that count in either of two runs, each with what became of it.
#[must_use]
pub fn compare_findings(old: Side<'_>, new: Side<'_>, spread: &Spread) -> Vec<ComparedFinding> {
    let change = if spread.is_known() { LEAST_CHANGE } else { LEAST_CHANGE_AT_FIRST };
    findings::compared(old, new, Least { change, spread })
}

/// Compares an earlier result with a later one. `least_change` is between 0 and 1; `spread` is that of the nights before
/// the later one, and may be of none.
#[must_use]
pub fn compare(old: &ScanResult, new: &ScanResult, least_change: f64, spread: &Spread) -> ComparedResults {
    let (before, after) = (Side::from(old), Side::from(new));
    let least = Least { change: least_change, spread };
    let (figures, unchanged_figures) = figures::compared(before, after, least);
    ComparedResults {
        schema_version: COMPARISON_VERSION.to_owned(),
        tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        old: run(old),
        new: run(new),
        least_change,
        nights: spread.nights(),
        circumstances: circumstances::differing(old, new),
        findings: findings::compared(before, after, least),
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
