//! Laws of the verdict, for any findings.

use proptest::prelude::*;

use super::super::{Gated, verdict};
use super::*;

/// From best to worst.
pub(super) fn rank(outcome: VerdictOutcome) -> u8 {
    match outcome {
        VerdictOutcome::Pass => 0,
        VerdictOutcome::Review => 1,
        VerdictOutcome::Incomplete => 2,
        VerdictOutcome::Fail => 3,
    }
}

const SEVERITIES: [Severity; 4] = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// A check whose measure was cut off, or none.
pub(super) fn cut_off(incomplete: bool) -> Vec<Check> {
    let gate = Gate::smallest_class(GateSet::Static, 5);
    let check = super::super::checks::open(&gate, CheckOutcome::CutOff, "the time limit was over".to_owned());
    if incomplete { vec![check] } else { Vec::new() }
}

fn any_finding() -> impl Strategy<Value = Finding> {
    (0..FindingCode::ALL.len(), 0..4_usize, any::<bool>()).prop_map(|(code, severity, waived)| {
        let code = FindingCode::ALL[code];
        let waived = waived && code.can_be_waived();
        Finding { waived, ..finding(code, SEVERITIES[severity], "m", "a sentence".to_owned()) }
    })
}

fn any_gated() -> impl Strategy<Value = Gated> {
    (prop::collection::vec(any_finding(), 0..6), any::<bool>(), any::<bool>()).prop_map(
        |(findings, doubt, incomplete)| {
            let doubts = if doubt { vec!["a doubt".to_owned()] } else { Vec::new() };
            Gated { findings, doubts, checks: cut_off(incomplete), ..Gated::default() }
        },
    )
}

proptest! {
    #[test]
    fn adding_a_finding_never_improves_the_verdict(gated in any_gated(), more in any_finding(), fail_on in 0..4_usize) {
        let policy = Policy { fail_on: SEVERITIES[fail_on], ..policy() };
        let before = verdict(&gated, &policy);
        let mut worse = gated;
        worse.findings.push(more);
        let after = verdict(&worse, &policy);
        prop_assert!(rank(after.outcome) >= rank(before.outcome));
        prop_assert!(after.exit_code != 0 || before.exit_code == 0);
    }

    #[test]
    fn only_a_clean_or_waived_scan_passes(gated in any_gated(), fail_on in 0..4_usize) {
        let policy = Policy { fail_on: SEVERITIES[fail_on], ..policy() };
        let clean = gated.doubts.is_empty() && !gated.is_incomplete() && gated.findings.iter().all(|finding| finding.waived);
        prop_assert_eq!(verdict(&gated, &policy).outcome == VerdictOutcome::Pass, clean);
    }

    #[test]
    fn a_lower_threshold_never_improves_the_verdict(gated in any_gated()) {
        let ranks = SEVERITIES.map(|fail_on| rank(verdict(&gated, &Policy { fail_on, ..policy() }).outcome));
        prop_assert!(ranks.is_sorted_by(|low, high| low >= high));
    }
}
