//! The agreement with the recipient.

use super::*;

fn agreed() -> Recipient {
    Recipient { purpose: Some("fraud study".to_owned()), ends: Some("2026-12-31".to_owned()), ..Recipient::default() }
}

fn judged_on(recipient: &Recipient, day: Option<&str>) -> (VerdictOutcome, Vec<FindingCode>) {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(9), 9)), policy());
    let as_of = day.map(|day| day.parse().unwrap());
    let case = Case { recipient: Some(recipient), as_of, today: as_of, ..Case::new(&dataset, &measures, &policy) };
    let judgement = judge(case);
    (judgement.verdict.outcome, judgement.findings.iter().map(|finding| finding.code).collect())
}

#[test]
fn an_agreement_holds_through_its_last_day() {
    for (day, ended) in [("2026-12-30", false), ("2026-12-31", false), ("2027-01-01", true)] {
        let expected = if ended { vec![FindingCode::AgreementEnded] } else { vec![] };
        assert_eq!(judged_on(&agreed(), Some(day)).1, expected, "{day}");
    }
    assert_eq!(judged_on(&agreed(), None).1, [FindingCode::UnknownRisk], "nobody knows the day");
    let unreadable = Recipient { ends: Some("soon".to_owned()), ..agreed() };
    assert_eq!(judged_on(&unreadable, Some("2026-01-01")).1, [FindingCode::UnknownRisk]);
    let open = Recipient { ends: None, ..agreed() };
    assert_eq!(judged_on(&open, None).0, VerdictOutcome::Pass);
}

#[test]
fn an_agreement_that_is_over_today_is_over_whatever_day_is_asked_for() {
    let (dataset, measures, policy) = (dataset(), measured(uniqueness(Some(9), 9)), policy());
    let told = |as_of: &str, today: &str| {
        let (as_of, today) = (as_of.parse().ok(), today.parse().ok());
        let case = Case { recipient: Some(&agreed()), as_of, today, ..Case::new(&dataset, &measures, &policy) };
        judge(case).findings.first().map(|finding| finding.message.clone())
    };
    assert_eq!(told("2026-12-01", "2026-12-31"), None);
    let over = told("2026-12-01", "2027-01-01").unwrap();
    assert_eq!(over, "the agreement ended on 2026-12-31, and today is 2027-01-01");
    let ahead = told("2027-01-01", "2026-12-01").unwrap();
    assert_eq!(ahead, "the agreement ended on 2026-12-31, and the judgement date is 2027-01-01");
}

#[test]
fn a_recipient_needs_a_purpose() {
    for purpose in [None, Some(String::new()), Some("  ".to_owned())] {
        let recipient = Recipient { purpose, ..agreed() };
        let expected = (VerdictOutcome::Fail, vec![FindingCode::PurposeMissing]);
        assert_eq!(judged_on(&recipient, Some("2026-01-01")), expected);
    }
}

#[test]
fn columns_outside_the_agreement_fail_whatever_their_role() {
    let only = |columns: &[&str]| Some(columns.iter().map(|&column| column.to_owned()).collect());
    let day = Some("2026-01-01");
    let all = Recipient { allowed_columns: only(&["card", "city", "not in the file"]), ..agreed() };
    assert_eq!(judged_on(&all, day).0, VerdictOutcome::Pass);
    let fewer = Recipient { allowed_columns: only(&["city"]), ..agreed() };
    assert_eq!(judged_on(&fewer, day), (VerdictOutcome::Fail, vec![FindingCode::ColumnNotAllowed]));
    let none = Recipient { allowed_columns: only(&[]), ..agreed() };
    assert_eq!(judged_on(&none, day).1, [FindingCode::ColumnNotAllowed, FindingCode::ColumnNotAllowed]);
    let forbidden = Recipient { forbidden_columns: vec!["city".to_owned()], ..all };
    assert_eq!(judged_on(&forbidden, day), (VerdictOutcome::Fail, vec![FindingCode::ForbiddenColumn]));
}

#[test]
fn a_forbidden_column_is_forbidden_in_any_spelling_and_an_allowed_one_is_allowed_as_written() {
    let day = Some("2026-01-01");
    for spelling in ["City", " CITY ", "c_i-t y", "\u{ff43}ity"] {
        let recipient = Recipient { forbidden_columns: vec![spelling.to_owned()], ..agreed() };
        assert_eq!(judged_on(&recipient, day).1, [FindingCode::ForbiddenColumn], "{spelling:?}");
    }
    for other in ["cities", "cit", "%"] {
        let recipient = Recipient { forbidden_columns: vec![other.to_owned()], ..agreed() };
        assert_eq!(judged_on(&recipient, day).1, [], "{other}");
    }
    let allowed = Some(vec!["card".to_owned(), "City".to_owned()]);
    let recipient = Recipient { allowed_columns: allowed, ..agreed() };
    assert_eq!(judged_on(&recipient, day).1, [FindingCode::ColumnNotAllowed]);
}

#[test]
fn one_subject_without_consent_blocks() {
    let consent = |without_consent| {
        let (file, sha256) = ("register.csv".to_owned(), None);
        Recipient { consent: Some(Consent { file, sha256, subjects: 50, without_consent }), ..agreed() }
    };
    let day = Some("2026-01-01");
    assert_eq!(judged_on(&consent(0), day).0, VerdictOutcome::Pass);
    assert_eq!(judged_on(&consent(1), day), (VerdictOutcome::Fail, vec![FindingCode::ConsentMissing]));
}
