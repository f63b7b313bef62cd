//! From measurements and policy to findings and a verdict. Fails closed.
//!
//! A gate that holds says nothing. A gate that does not hold, or whose measure is undefined, is a finding. A gate whose
//! measure was cut off makes the verdict `incomplete` unless something else already fails. What could not be gated is
//! listed in `not_measured`. Comparisons have no tolerance, and equality passes.

mod gates;
#[cfg(test)]
mod test;

use crate::result::{Dataset, Finding, Measures, NotMeasured, Policy, Verdict, VerdictOutcome};

/// What the judge looks at.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What was read.
    pub dataset: &'a Dataset,
    /// The figures.
    pub measures: &'a Measures,
    /// The limits.
    pub policy: &'a Policy,
}

/// What the judge says.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// May it leave?
    pub verdict: Verdict,
    /// Findings, worst first; equal ones by code, then columns.
    pub findings: Vec<Finding>,
    /// Gates that could not be applied, each with its reason.
    pub not_measured: Vec<NotMeasured>,
}

/// How a gate ended. A gate that holds or does not hold was applied.
pub(crate) struct Gated {
    findings: Vec<Finding>,
    not_measured: Vec<NotMeasured>,
    /// Risk gates that were compared with a figure, or failed for want of one.
    applied: usize,
    /// Reasons for which a person must look, without being a finding.
    doubts: Vec<String>,
    incomplete: Vec<String>,
}

/// Judges a scan.
#[must_use]
pub fn judge(case: Case<'_>) -> Judgement {
    let mut gated = gates::apply(case);
    if gated.applied == 0 && gated.incomplete.is_empty() {
        gated.findings.push(gates::no_risk_gate());
    }
    let by_weight = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.code, finding.columns.clone());
    gated.findings.sort_by_key(by_weight);
    let verdict = verdict(&gated, case.policy);
    Judgement { verdict, findings: gated.findings, not_measured: gated.not_measured }
}

fn verdict(gated: &Gated, policy: &Policy) -> Verdict {
    let fails = |finding: &&Finding| finding.severity >= policy.fail_on && !finding.waived;
    let failing: Vec<&Finding> = gated.findings.iter().filter(fails).collect();
    let open = gated.findings.iter().filter(|finding| !finding.waived);
    let outcome = if !failing.is_empty() {
        VerdictOutcome::Fail
    } else if !gated.incomplete.is_empty() {
        VerdictOutcome::Incomplete
    } else if open.clone().next().is_some() || !gated.doubts.is_empty() {
        VerdictOutcome::Review
    } else {
        VerdictOutcome::Pass
    };
    let exit_code = match outcome {
        VerdictOutcome::Pass => 0,
        VerdictOutcome::Review if policy.allow_review => 0,
        VerdictOutcome::Review | VerdictOutcome::Fail => 1,
        VerdictOutcome::Incomplete => 4,
    };
    let mut reasons: Vec<String> = open.map(|finding| finding.message.clone()).collect();
    reasons.extend(gated.incomplete.iter().cloned());
    reasons.extend(gated.doubts.iter().cloned());
    if reasons.is_empty() {
        reasons.push("every gate was measured and holds".to_owned());
    }
    Verdict { outcome, exit_code, reasons }
}
