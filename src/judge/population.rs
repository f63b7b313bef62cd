//! Limits on estimates for the population: what they assume.
//!
//! Every model assumes that the subjects were drawn from the population at random. A limit that an estimate breaks is a
//! finding whatever was assumed; one that holds lets pass only where somebody declared the assumption.

use super::{Gated, Hearing, finding, row_of};
use crate::measure::population::NAME;
use crate::result::{Check, CheckOutcome, Finding, FindingCode, Outcome, Population, Severity};

/// Asks for review where a limit on an estimate holds and no random sample is declared.
pub(super) fn apply(hearing: Hearing<'_>, gated: &mut Gated) {
    let Some(Outcome::Measured { value, .. }) = &hearing.case.measures.population else { return };
    if value.random_sample {
        return;
    }
    let assumes = |check: &&Check| check.outcome == CheckOutcome::Holds && is_assumed(hearing, value, check);
    if let Some(check) = gated.checks.iter().find(assumes) {
        let found = sampling_assumption(check);
        gated.findings.push(found);
    }
}

/// Whether a check compared an estimate that assumes a random sample. Risk by weights goes by how the weights were made.
fn is_assumed(hearing: Hearing<'_>, value: &Population, check: &Check) -> bool {
    let gate = hearing.case.policy.gates.iter().find(|gate| gate.id == check.gate);
    let Some(row) = gate.and_then(row_of).filter(|row| row.measure == NAME) else { return false };
    row.figure == "unique_share" || value.estimates.iter().any(|estimate| !estimate.individual.weighted)
}

fn sampling_assumption(check: &Check) -> Finding {
    let message = format!(
        "the limit `{}` holds only if the subjects were drawn from the population at random, which nobody declared",
        check.gate
    );
    finding(FindingCode::SamplingAssumption, Severity::Medium, NAME, message).on(&check.columns)
}
