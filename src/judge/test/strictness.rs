//! What a flag may ask for without a word, and what it may not.

use super::rests_on::with_events;
use super::spine::Draw;
use super::*;
use crate::plan::RatchetRule;
use crate::tries::tries;

fn preset(id: &str) -> Limits {
    Limits { preset: Some(id.to_owned()), ..Limits::default() }
}

fn none() -> Limits {
    Limits::default()
}

/// These limits and one relative to a baseline.
fn relative(mut limits: Limits, key: &'static str, change: f64, bound: Option<f64>) -> Limits {
    limits.ratchets.insert(key, RatchetRule { change, bound });
    limits
}

#[test]
fn a_smaller_class_a_larger_share_and_a_missing_gate_ask_for_less() {
    let any_record = |is_so| Limits { gate_any_record: Some(is_so), ..none() };
    for (before, after) in [
        (none().with("k", 10.0), none().with("k", 2.0)),
        (none().with("k", 10.0), none()),
        (none(), none().with("k", 4.0)),
        (none(), none().with("max_risk", 0.5)),
        (none(), none().with("max_unicity", 0.9999)),
        (none().with("max_unicity", 0.1), none().with("max_unicity", 0.2)),
        (none(), none().with("max_unicity_active", 0.21)),
        (none(), none().with("max_linked_share", 0.01)),
        (any_record(true), any_record(false)),
        (preset("controlled-k5"), none()),
        (none(), preset("pci-columns")),
        (preset("gdpr-three-tests"), preset("gdpr-three-tests").with("max_unique_share", 0.1)),
        (none().with("k", 10.0), relative(none(), "k", -9.0, None)),
        (relative(none(), "k", -1.0, Some(8.0)), relative(none(), "k", -1.0, Some(7.0))),
        (relative(none(), "k", -1.0, None), relative(none(), "k", -2.0, None)),
        (relative(none(), "max_unicity", 0.0, None), none().with("max_unicity", 0.2)),
    ] {
        assert!(loosens(&before, &after), "{before:?} {after:?}");
    }
}

#[test]
fn equal_and_stricter_limits_and_further_ones_ask_for_no_less() {
    for (before, after) in [
        (none(), none().with("k", 5.0)),
        (none(), none().with("k", 6.0)),
        (none(), none().with("max_risk", 0.2)),
        (none(), none().with("max_unicity", 0.2).with("max_unicity_active", 0.2)),
        (none(), none().with("max_unique_share", 0.5)),
        (none(), none().with("max_linked_share", 0.0)),
        (none(), preset("controlled-k5")),
        (preset("controlled-k5"), preset("controlled-k5").with("k", 2.0)),
        (none().with("k", 10.0), none().with("k", 10.0).with("max_risk", 0.5)),
        (none().with("k", 10.0), relative(none(), "k", -9.0, Some(10.0))),
        (relative(none(), "k", -2.0, None), relative(none(), "k", -1.0, Some(5.0))),
        (none(), Limits { fail_on: Some(Severity::Critical), allow_review: Some(true), ..none() }),
    ] {
        assert!(!loosens(&before, &after), "{before:?} {after:?}");
    }
}

/// An extract that often passes: classes, known points and, at times, attacks around the usual limits.
fn case(draw: &mut Draw) -> (Dataset, Measures) {
    let (share, active) = (draw.share(), draw.share());
    let (dataset, mut measures) = with_events(share / 2.0, active, draw.below(9));
    let (smallest, full) = (draw.below(12) + 1, draw.below(9) + 1);
    measures.uniqueness = measured(uniqueness(Some(smallest), full)).uniqueness;
    measures.linkage = draw.measures().linkage.filter(|_| draw.chance(30));
    (dataset, measures)
}

/// Few limits of those that such an extract may keep.
fn limits(draw: &mut Draw) -> Limits {
    const KEYS: [&str; 6] =
        ["k", "max_risk", "max_unicity", "max_unicity_active", "max_linked_share", "max_correct_links"];
    let mut limits = draw.limits();
    limits.values.retain(|key, _| KEYS.contains(key));
    limits.preset = limits.preset.filter(|id| draw.chance(40) && !id.starts_with("hipaa"));
    limits.gate_any_record = limits.gate_any_record.filter(|_| draw.chance(50));
    limits
}

/// The limits of `before` under flags, each with a chance of its own.
fn with_flags(draw: &mut Draw, before: &Limits) -> Limits {
    let (mut after, flags) = (before.clone(), limits(draw));
    for (key, number) in &flags.values {
        after = after.with(key, *number);
    }
    if draw.chance(30) {
        after.preset = flags.preset;
    }
    if draw.chance(30) {
        after.gate_any_record = Some(draw.chance(50));
    }
    after
}

#[test]
fn no_flag_that_turns_what_does_not_pass_into_a_pass_is_silent() {
    let tried = tries(50_000_u32);
    let mut turned = 0;
    for seed in 0..tried {
        let mut draw = Draw(u64::from(seed));
        let ((dataset, measures), before) = (case(&mut draw), limits(&mut draw));
        let after = with_flags(&mut draw, &before);
        let judged = |limits: &Limits| judge(Case::new(&dataset, &measures, &policy_of(limits)));
        let (judged_before, judged_after) = (judged(&before), judged(&after));
        // Where nothing is limited, the first limit is what was missing; and fewer than k active people dilute nothing.
        let has_larger_k = policy_of(&after).k > policy_of(&before).k;
        let is_unlimited = judged_before.findings.iter().any(|found| match found.code {
            FindingCode::UngatedColumn | FindingCode::NoRiskGate => true,
            FindingCode::UnicityDiluted => has_larger_k,
            _ => false,
        });
        let passes = |judged: &Judgement| judged.verdict.outcome == VerdictOutcome::Pass;
        if passes(&judged_after) && !passes(&judged_before) && !is_unlimited {
            turned += 1;
            assert!(loosens(&before, &after), "{seed}: {before:?} {after:?} {:?}", judged_before.findings);
        }
    }
    assert!(turned > tried / 1_000, "{turned} of {tried}");
}

#[test]
fn what_asks_for_less_than_the_configuration_never_passes() {
    for (origin, words) in [
        ("--k", "asks for less"),
        ("REIDRISK_K", "asks for less"),
        ("--point", "known points"),
        ("--sensitive", "out of the role"),
        ("--ignore", "out of the role"),
    ] {
        let declarations = Declarations { loosened_by: vec![origin.to_owned()], ..Declarations::default() };
        let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(9), 9)), policy());
        let judged = judge(Case { declarations: &declarations, ..Case::new(&dataset, &measures, &policy) });
        assert_eq!(judged.verdict.outcome, VerdictOutcome::Review);
        let found = &judged.findings[0];
        assert_eq!((found.code, found.severity), (FindingCode::GateLeftOut, Severity::Medium));
        assert!(found.message.starts_with(origin) && found.message.contains(words), "{}", found.message);
    }
}
