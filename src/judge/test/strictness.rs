//! What a flag may ask for without a word, and what it may not.

use super::spine::Draw;
use super::*;
use crate::plan::{Limit, RatchetRule};
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
        (relative(none(), "k", -2.0, None), relative(none(), "k", -1.0, Some(3.0))),
        (none(), Limits { fail_on: Some(Severity::Critical), allow_review: Some(true), ..none() }),
    ] {
        assert!(!loosens(&before, &after), "{before:?} {after:?}");
    }
}

/// The limits of `before` under flags that come from other limits, each with a chance of its own.
fn with_flags(draw: &mut Draw, before: &Limits) -> Limits {
    let (mut after, flags) = (before.clone(), draw.limits());
    for row in crate::measure::limits() {
        let typed = |row: &Limit| flags.get(row.key).or(before.get(row.key).map(|limit| limit * 2.0));
        if let Some(number) = typed(row).filter(|number| row.range.holds(*number) && draw.chance(50)) {
            after = after.with(row.key, number);
        }
    }
    if draw.chance(20) {
        after.preset = flags.preset;
    }
    if draw.chance(20) {
        after.gate_any_record = Some(draw.chance(50));
    }
    after
}

#[test]
fn no_flag_that_turns_what_does_not_pass_into_a_pass_is_silent() {
    let tried = tries(200_000_u32);
    let mut turned = 0;
    for seed in 0..tried {
        let mut draw = Draw(u64::from(seed));
        let (dataset, measures, before) = (draw.dataset(), draw.measures(), draw.limits());
        let after = with_flags(&mut draw, &before);
        let passes = |limits: &Limits| {
            let declarations = Declarations { no_subject: true, ..Declarations::default() };
            let policy = policy_of(limits);
            let case = Case { declarations: &declarations, ..Case::new(&dataset, &measures, &policy) };
            judge(case).verdict.outcome == VerdictOutcome::Pass
        };
        if passes(&after) && !passes(&before) {
            turned += 1;
            assert!(loosens(&before, &after), "{seed}: {before:?} {after:?}");
        }
    }
    assert!(turned > tried / 2_000, "{turned} of {tried}");
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
