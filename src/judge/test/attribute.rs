//! What classes tell of sensitive columns: told whatever the limits are, and limits fail closed.

use super::*;

/// One sensitive column with so many classes of one value, and of the value that most have.
pub(super) fn secret(classes: u64, majority_classes: u64) -> SensitiveColumn {
    SensitiveColumn {
        column: "diagnosis".to_owned(),
        value: SensitiveValue::Any,
        values: 4,
        missing_members: 0,
        constant: false,
        spelled_alike: 0,
        diversity: vec![DiversityCount { values: 2, classes: 5, members: 50 }],
        homogeneous: Homogeneous {
            k: 5,
            classes,
            members: classes * 8,
            majority_classes,
            majority_members: majority_classes * 9,
        },
        distinct_l: Some(2),
        entropy_l: Some(1.5),
        recursive_l: Some(1),
        recursive_c_of_2: Some(3.0),
        recursive_c_of_3: None,
        alpha: Some(0.75),
        distance: GroundDistance::Equal,
        t: Some(0.25),
        t_by_distance: vec![Closeness { distance: GroundDistance::Equal, t: 0.25 }],
        beta: Some(1.5),
        enhanced_beta: None,
        enhanced_beta_broken: 1,
        delta_strict: None,
        delta_present: Some(1.0),
        inference: Leakage::default(),
        leave_one_out: None,
        undefined: Vec::new(),
    }
}

pub(super) fn set_of(columns: &[&str], secret: SensitiveColumn) -> AttributeSet {
    AttributeSet {
        columns: columns.iter().map(|&name| name.to_owned()).collect(),
        reading: Reading::SubjectAttributes,
        classes: 5,
        members: 50,
        reidentification: Leakage::default(),
        secrets: vec![secret],
    }
}

fn with_secret() -> Dataset {
    let mut dataset = dataset();
    dataset.columns.push(column("diagnosis", Role::Sensitive, true));
    dataset
}

/// Classes that pass, and what they tell.
fn of(attribute: Outcome<Attribute>) -> Measures {
    Measures { attribute: Some(attribute), ..measured(uniqueness(Some(9), 9)) }
}

fn on_both(secret: SensitiveColumn) -> Outcome<Attribute> {
    let (fixed, full) = (set_of(&["city"], secret.clone()), set_of(&["city", "day"], secret));
    let value = Attribute { full, static_set: Some(fixed), static_unclear: None };
    Outcome::Measured { unit: Unit::Subject, value }
}

fn judged(attribute: Outcome<Attribute>, limits: &Limits) -> Judgement {
    judge(Case::new(&with_secret(), &of(attribute), &policy_of(limits)))
}

fn severity(judgement: &Judgement, code: FindingCode) -> Vec<Severity> {
    judgement.findings.iter().filter(|finding| finding.code == code).map(|finding| finding.severity).collect()
}

/// Judgements that show the findings about sensitive columns.
pub(super) fn judgements() -> Vec<Judgement> {
    let strict = Limits::default().with("min_l", 3.0).with("max_alpha", 0.5).with("max_t", 0.2).with("max_beta", 1.0);
    vec![
        judged(on_both(secret(2, 1)), &Limits::default()),
        judged(on_both(secret(0, 1)), &Limits::default()),
        judged(on_both(secret(2, 0)), &strict),
        histories(&Limits::default().with("min_history_crowd", 3.0)),
    ]
}

/// Histories of which the smallest crowd is two, held to these limits.
fn histories(limits: &Limits) -> Judgement {
    let crowds = Crowds { crowds: 25, smallest: Some(2), alone: 0, below_k: 50, sizes: Vec::new() };
    let columns = vec!["city".to_owned(), "day".to_owned()];
    let value = Histories { columns, subjects: 50, records: 100, multiset: crowds.clone(), set: crowds };
    let histories = Some(Outcome::Measured { unit: Unit::Subject, value });
    let measures = Measures { histories, ..measured(uniqueness(Some(9), 9)) };
    judge(Case::new(&dataset(), &measures, &policy_of(limits)))
}

#[test]
fn whole_histories_are_held_to_their_limit_and_never_pass_unmeasured() {
    let limit = |crowd| Limits::default().with("min_history_crowd", crowd);
    assert_eq!(histories(&Limits::default()).verdict.outcome, VerdictOutcome::Pass);
    assert_eq!(histories(&limit(2.0)).verdict.outcome, VerdictOutcome::Pass);
    let broken = histories(&limit(3.0));
    assert_eq!(severity(&broken, FindingCode::SmallHistoryCrowd), [Severity::High]);
    let nothing = measured(uniqueness(Some(9), 9));
    let missing = judge(Case::new(&dataset(), &nothing, &policy_of(&limit(2.0))));
    assert_eq!(missing.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn a_class_of_one_value_is_to_be_looked_at_and_one_of_the_common_value_is_noted() {
    let found = judged(on_both(secret(1, 0)), &Limits::default());
    assert_eq!(severity(&found, FindingCode::HomogeneousClass), [Severity::Medium]);
    assert_eq!(found.verdict.outcome, VerdictOutcome::Review);
    let common = judged(on_both(secret(0, 3)), &Limits::default());
    assert_eq!(severity(&common, FindingCode::HomogeneousClass), [Severity::Note]);
    assert_eq!(common.verdict.outcome, VerdictOutcome::Pass);
    let none = judged(on_both(secret(0, 0)), &Limits::default());
    assert_eq!(severity(&none, FindingCode::HomogeneousClass), []);
}

#[test]
fn a_class_of_one_value_on_all_columns_alone_is_told_too() {
    let full = set_of(&["city", "day"], secret(4, 0));
    let fixed = set_of(&["city"], secret(0, 0));
    let value = Attribute { full, static_set: Some(fixed), static_unclear: None };
    let found = judged(Outcome::Measured { unit: Unit::Subject, value }, &Limits::default());
    assert_eq!(severity(&found, FindingCode::HomogeneousClass), [Severity::Medium]);
    let finding = found.findings.iter().find(|finding| finding.code == FindingCode::HomogeneousClass).unwrap();
    assert!(finding.message.contains("`city` and `day`"), "{}", finding.message);
}

#[test]
fn a_limit_on_diversity_makes_it_high_and_says_it_once() {
    let found = judged(on_both(secret(1, 0)), &Limits::default().with("min_l", 3.0));
    assert_eq!(severity(&found, FindingCode::HomogeneousClass), [Severity::High]);
    assert_eq!(found.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn each_limit_holds_at_its_figure_and_breaks_beyond_it() {
    for (key, holds, breaks) in
        [("min_l", 2.0, 3.0), ("max_alpha", 0.75, 0.7), ("max_t", 0.25, 0.24), ("max_beta", 1.5, 1.4)]
    {
        let at = judged(on_both(secret(0, 0)), &Limits::default().with(key, holds));
        assert_eq!(at.verdict.outcome, VerdictOutcome::Pass, "{key}");
        let beyond = judged(on_both(secret(0, 0)), &Limits::default().with(key, breaks));
        assert_eq!(beyond.verdict.outcome, VerdictOutcome::Fail, "{key}");
    }
}

#[test]
fn a_limit_without_a_figure_fails() {
    let limits = || ["min_l", "max_alpha", "max_t", "max_beta"];
    for key in limits() {
        let limit = Limits::default().with(key, if key == "min_l" { 2.0 } else { 0.9 });
        let nothing = measured(uniqueness(Some(9), 9));
        let missing = judge(Case::new(&with_secret(), &nothing, &policy_of(&limit)));
        assert_eq!(severity(&missing, FindingCode::UnknownRisk), [Severity::Critical], "{key}");
        let undefined = judged(Outcome::undefined("wildcard", "no classes"), &limit);
        assert_eq!(undefined.verdict.outcome, VerdictOutcome::Fail, "{key}");
        let empty = SensitiveColumn {
            distinct_l: None,
            alpha: None,
            t: None,
            beta: None,
            undefined: vec![UndefinedField { field: "t".to_owned(), reason: "all-missing".to_owned() }],
            ..secret(0, 0)
        };
        assert_eq!(judged(on_both(empty), &limit).verdict.outcome, VerdictOutcome::Fail, "{key}");
        let cut_off = judged(Outcome::incomplete("timeout", "no time"), &limit);
        assert_eq!(cut_off.verdict.outcome, VerdictOutcome::Incomplete, "{key}");
        // Without a static column there is no class to hold the limit against.
        let value = Attribute { full: set_of(&["city"], secret(0, 0)), static_set: None, static_unclear: None };
        let no_set = judged(Outcome::Measured { unit: Unit::Subject, value }, &limit);
        assert_eq!(no_set.verdict.outcome, VerdictOutcome::Fail, "{key}");
    }
}

#[test]
fn what_could_not_be_looked_for_does_not_pass() {
    for outcome in [Outcome::undefined("wildcard", "no classes"), Outcome::incomplete("timeout", "no time")] {
        assert_eq!(judged(outcome, &Limits::default()).verdict.outcome, VerdictOutcome::Review);
    }
}

#[test]
fn a_chosen_value_and_spellings_of_one_are_doubted_until_there_is_a_reason() {
    let safe = secret(0, 0);
    let chosen = SensitiveColumn { value: SensitiveValue::Last, ..safe.clone() };
    let alike = SensitiveColumn { spelled_alike: 2, ..safe };
    for (doubtful, words) in [(chosen, "`sensitive_value = \"last\"`"), (alike, "2 values of `diagnosis` differ")] {
        let found = judged(on_both(doubtful), &Limits::default());
        assert_eq!(found.verdict.outcome, VerdictOutcome::Review);
        assert!(found.verdict.reasons.iter().any(|reason| reason.contains(words)), "{:?}", found.verdict.reasons);
    }
}
