//! What was found in cells, and the rules of form.

use super::*;

fn of_kind(column: &str, kind: IdentifierKind, permitted: bool) -> IdentifierColumn {
    let (column, placement) = (column.to_owned(), Placement::WholeCell);
    IdentifierColumn { column, kind, placement, records: 40, share: 0.4, permitted }
}

fn found(columns: Vec<IdentifierColumn>, correlated: Vec<CorrelatedPseudonym>) -> Measures {
    let value = Identifiers { columns_searched: 2, columns, correlated };
    let identifiers = Some(Outcome::Measured { unit: Unit::Record, value });
    Measures { identifiers, ..measured(uniqueness(Some(9), 9)) }
}

fn preset(id: &str) -> Policy {
    policy_of(&Limits { preset: Some(id.to_owned()), ..Limits::default().with("k", 5.0) })
}

fn severities(measures: &Measures, policy: &Policy) -> Vec<(FindingCode, Severity)> {
    let judgement = judge(Case::new(&dataset(), measures, policy));
    judgement.findings.iter().map(|finding| (finding.code, finding.severity)).collect()
}

#[test]
fn every_direct_identifier_that_is_not_permitted_is_critical() {
    for kind in [
        IdentifierKind::PaymentCardNumber,
        IdentifierKind::Iban,
        IdentifierKind::EmailAddress,
        IdentifierKind::PhoneNumber,
        IdentifierKind::NationalIdentifier,
    ] {
        let open = found(vec![of_kind("memo", kind, false)], vec![]);
        assert_eq!(severities(&open, &policy()), [(FindingCode::DirectIdentifierFound, Severity::Critical)]);
        assert_eq!(judged(&dataset(), &open, &policy()).0, VerdictOutcome::Fail, "{kind:?}");
        let permitted = found(vec![of_kind("memo", kind, true)], vec![]);
        assert_eq!(judged(&dataset(), &permitted, &policy()).0, VerdictOutcome::Pass, "{kind:?}");
    }
}

#[test]
fn numbers_that_show_too_much_and_hashes_have_findings_of_their_own() {
    let partial = found(vec![of_kind("n", IdentifierKind::PartialCardNumber, false)], vec![]);
    assert_eq!(severities(&partial, &policy()), [(FindingCode::PartialCardNumber, Severity::High)]);
    assert_eq!(severities(&partial, &preset("pci-columns")), [(FindingCode::PartialCardNumber, Severity::Critical)]);
    let hashed = found(vec![of_kind("h", IdentifierKind::HashedValue, false)], vec![]);
    assert_eq!(severities(&hashed, &policy()), [(FindingCode::HashLookingPseudonym, Severity::Low)]);
    assert_eq!(severities(&hashed, &preset("pci-columns")), [(FindingCode::HashLookingPseudonym, Severity::High)]);
    let keyed = found(vec![of_kind("h", IdentifierKind::HashedValue, true)], vec![]);
    assert_eq!(severities(&keyed, &preset("pci-columns")), []);
    let shortened = found(vec![of_kind("n", IdentifierKind::TruncatedCardNumber, false)], vec![]);
    assert_eq!(severities(&shortened, &preset("pci-columns")), []);
}

#[test]
fn pci_columns_asks_for_unreadable_numbers_whatever_the_plan_permits() {
    let permitted = found(vec![of_kind("n", IdentifierKind::PaymentCardNumber, true)], vec![]);
    assert_eq!(severities(&permitted, &policy()), []);
    let pci = severities(&permitted, &preset("pci-columns"));
    assert_eq!(pci, [(FindingCode::DirectIdentifierFound, Severity::Critical)]);
    let two = ["a", "b"].map(|name| of_kind(name, IdentifierKind::TruncatedCardNumber, false)).to_vec();
    let several = found(two, vec![]);
    assert_eq!(severities(&several, &preset("pci-columns")), [(FindingCode::SeveralTruncations, Severity::Medium)]);
    assert_eq!(severities(&several, &policy()), []);
}

#[test]
fn a_hash_beside_a_shortened_number_fails_unless_it_is_said_to_be_keyed() {
    let pair = CorrelatedPseudonym {
        hashed_column: "h".to_owned(),
        truncated_column: "n".to_owned(),
        visible_digits: 10,
        remaining_candidates: 100_000,
    };
    let measures = found(vec![], vec![pair]);
    assert_eq!(severities(&measures, &policy()), [(FindingCode::HashBesideTruncatedNumber, Severity::High)]);
    let keyed = Policy { permitted_identifiers: vec!["h".to_owned()], ..policy() };
    assert_eq!(severities(&measures, &keyed), []);
}

#[test]
fn cells_that_were_not_searched_to_the_end_never_pass() {
    let (reason, explanation) = ("x".to_owned(), "y".to_owned());
    let undefined = Outcome::Undefined { reason: reason.clone(), explanation: explanation.clone() };
    let measures = Measures { identifiers: Some(undefined), ..measured(uniqueness(Some(9), 9)) };
    assert_eq!(judged(&dataset(), &measures, &policy()).2, [FindingCode::UnknownRisk]);
    let cut_off = Outcome::Incomplete { reason, explanation };
    let measures = Measures { identifiers: Some(cut_off), ..measured(uniqueness(Some(9), 9)) };
    assert_eq!(judged(&dataset(), &measures, &policy()).0, VerdictOutcome::Incomplete);
    let listed = |measures: &Measures| {
        let judgement = judge(Case::new(&dataset(), measures, &policy()));
        judgement.not_measured.iter().any(|entry| entry.measure == "identifiers")
    };
    let unsearched = Measures { identifiers: None, ..measured(uniqueness(Some(9), 9)) };
    assert!(listed(&unsearched) && !listed(&found(vec![], vec![])));
}

#[test]
fn cells_that_were_not_searched_at_all_never_pass() {
    let unsearched = Measures { identifiers: None, ..measured(uniqueness(Some(9), 9)) };
    assert_eq!(severities(&unsearched, &policy()), [(FindingCode::GateLeftOut, Severity::Medium)]);
    assert_eq!(judged(&dataset(), &unsearched, &policy()).0, VerdictOutcome::Review);
    // A rule that somebody set on the cells cannot be judged at all.
    assert_eq!(severities(&unsearched, &preset("pci-columns")), [(FindingCode::UnknownRisk, Severity::Critical)]);
}

#[test]
fn a_permitted_column_is_no_finding_by_its_role_and_cells_speak_before_roles() {
    let mut dataset = dataset();
    dataset.columns.push(column("iban", Role::DirectIdentifier, true));
    let policy = policy();
    let open = found(vec![of_kind("iban", IdentifierKind::Iban, false)], vec![]);
    assert_eq!(judged(&dataset, &open, &policy).2, [FindingCode::DirectIdentifierFound]);
    let none = found(vec![], vec![]);
    assert_eq!(judged(&dataset, &none, &policy).2, [FindingCode::DirectIdentifierPresent]);
    let permitted = Policy { permitted_identifiers: vec!["iban".to_owned()], ..policy };
    assert_eq!(judged(&dataset, &none, &permitted).2, []);
}

#[test]
fn a_permission_without_a_reason_leaves_the_finding_and_says_so() {
    let mut dataset = dataset();
    dataset.columns.push(column("iban", Role::DirectIdentifier, true));
    for (measures, code) in [
        (found(vec![of_kind("iban", IdentifierKind::Iban, false)], vec![]), FindingCode::DirectIdentifierFound),
        (found(vec![], vec![]), FindingCode::DirectIdentifierPresent),
    ] {
        for (name, told) in [("iban", true), ("city", false)] {
            let permitted = ColumnDeclaration { permitted: Some(true), ..ColumnDeclaration::default() };
            let columns = [(name.to_owned(), permitted)].into();
            let declarations = Declarations { columns, ..Declarations::default() };
            let policy = policy();
            let judged = judge(Case { declarations: &declarations, ..Case::new(&dataset, &measures, &policy) });
            assert_eq!(judged.findings[0].code, code);
            assert_eq!(judged.findings[0].message.contains("without a `reason`"), told, "{name}");
        }
    }
}

fn typed(name: &str, column_type: ColumnType, rules: &[&str]) -> DatasetColumn {
    let coarsen = rules.iter().map(|&rule| rule.to_owned()).collect();
    // As in a file that holds its treatment already.
    let facts = ColumnFacts { changed_cells: Some(0), ..ColumnFacts::default() };
    DatasetColumn { column_type, coarsen, facts, ..column(name, Role::QuasiIdentifier, true) }
}

#[test]
fn safe_harbor_judges_dates_ages_and_places_as_they_leave() {
    use ColumnType::{Date, Integer, Text, Time, Timestamp, ZonedTimestamp};
    let table: [(&str, ColumnType, &[&str], Option<FindingCode>); 26] = [
        ("posted", Date, &[], Some(FindingCode::DateTooFine)),
        ("posted", Timestamp, &["month"], Some(FindingCode::DateTooFine)),
        ("posted", ZonedTimestamp, &["quarter"], Some(FindingCode::DateTooFine)),
        ("posted", Timestamp, &["day", "year"], None),
        ("posted", Date, &["year"], None),
        ("posted", Date, &["drop"], None),
        ("posted", Time, &[], None),
        ("age", Integer, &[], Some(FindingCode::AgeNotPooled)),
        ("age", Integer, &["top:90"], None),
        ("age", Integer, &["top:89"], None),
        ("age", Integer, &["top:91"], Some(FindingCode::AgeNotPooled)),
        ("customerAge", Integer, &["bins:0,30,60,90"], None),
        ("age_at_visit", Integer, &["bins:0,50,100"], Some(FindingCode::AgeNotPooled)),
        ("age", Integer, &["round:10"], Some(FindingCode::AgeNotPooled)),
        ("wage", Integer, &[], None),
        ("age", Text, &[], None),
        ("zip", Integer, &[], Some(FindingCode::PlaceTooFine)),
        ("zip", Text, &["prefix:3"], None),
        ("zip", Text, &["prefix:2"], None),
        ("home_postcode", Text, &["prefix:4"], Some(FindingCode::PlaceTooFine)),
        ("zip", Text, &["suffix:3"], Some(FindingCode::PlaceTooFine)),
        ("City", Text, &[], Some(FindingCode::PlaceTooFine)),
        ("city", Text, &["prefix:3"], Some(FindingCode::PlaceTooFine)),
        ("city", Text, &["drop"], None),
        ("state", Text, &[], None),
        ("amount", Integer, &[], None),
    ];
    let policy = policy_of(&Limits { preset: Some("hipaa-safe-harbor".to_owned()), ..Limits::default() });
    // The preset limits no class, so every column is under no limit; whether the file holds the rules is another matter.
    let of_limits = [FindingCode::NoRiskGate, FindingCode::UngatedColumn, FindingCode::TreatmentNotApplied];
    for (name, column_type, rules, expected) in table {
        let dataset = Dataset { columns: vec![typed(name, column_type, rules)], ..dataset() };
        let (outcome, exit, codes) = judged(&dataset, &found(vec![], vec![]), &policy);
        let got: Vec<FindingCode> = codes.into_iter().filter(|code| !of_limits.contains(code)).collect();
        assert_eq!(got, expected.into_iter().collect::<Vec<_>>(), "{name} {rules:?}");
        // Columns cannot answer everything, so a person must look.
        let at_best = if expected.is_some() { VerdictOutcome::Fail } else { VerdictOutcome::Review };
        assert_eq!((outcome, exit), (at_best, 1), "{name} {rules:?}");
    }
}

#[test]
fn a_declared_type_takes_no_column_out_of_safe_harbor() {
    use ColumnType::{Date, Decimal, Integer, Text};
    let policy = policy_of(&Limits { preset: Some("hipaa-safe-harbor".to_owned()), ..Limits::default() });
    let codes_of = |name: &str, declared: ColumnType, found_type: Option<ColumnType>, rules: &[&str]| {
        let mut column = typed(name, declared, rules);
        column.facts.found_type = found_type;
        let dataset = Dataset { columns: vec![column], ..dataset() };
        judged(&dataset, &found(vec![], vec![]), &policy).2
    };
    for (name, declared, found_type, rules, expected) in [
        ("posted", Text, Date, &[][..], FindingCode::DateTooFine),
        ("age", Text, Decimal, &[], FindingCode::AgeNotPooled),
        ("zip", Integer, Text, &["prefix:3"], FindingCode::PlaceTooFine),
    ] {
        assert!(codes_of(name, declared, Some(found_type), rules).contains(&expected), "{name}");
        assert!(!codes_of(name, declared, None, rules).contains(&expected), "{name}");
    }
}

#[test]
fn a_declared_type_that_joins_spellings_is_at_best_a_review() {
    let found_as = |declared: ColumnType, found_type: Option<ColumnType>| {
        let mut column = typed("shop", declared, &[]);
        column.facts.found_type = found_type;
        let dataset = Dataset { columns: vec![column], ..dataset() };
        judged(&dataset, &found(vec![], vec![]), &policy_of(&Limits::default())).2.contains(&FindingCode::TrimmedJoin)
    };
    assert!(found_as(ColumnType::Integer, Some(ColumnType::Text)));
    assert!(found_as(ColumnType::Date, Some(ColumnType::Timestamp)));
    assert!(!found_as(ColumnType::Integer, None), "the cells read so by themselves");
    assert!(!found_as(ColumnType::Text, Some(ColumnType::Integer)), "spellings stay apart");
}

#[test]
fn safe_harbor_lists_what_columns_cannot_answer() {
    let policy = policy_of(&Limits { preset: Some("hipaa-safe-harbor".to_owned()), ..Limits::default() });
    let judgement = judge(Case::new(&dataset(), &found(vec![], vec![]), &policy));
    for measure in ["post-code-population", "actual-knowledge", "other-identifiers"] {
        assert!(judgement.not_measured.iter().any(|entry| entry.measure == measure), "{measure}");
    }
}

/// Findings of one code on a dataset with this change in the column at a place.
fn changed(
    place: usize,
    change: impl FnOnce(&mut DatasetColumn),
    declarations: &Declarations,
) -> (VerdictOutcome, Vec<Finding>) {
    let mut dataset = dataset();
    change(&mut dataset.columns[place]);
    let measures = measured(uniqueness(Some(9), 9));
    let judgement = judge(Case { declarations, ..Case::new(&dataset, &measures, &policy()) });
    (judgement.verdict.outcome, judgement.findings)
}

fn reasoned(column: &str) -> Declarations {
    let declared = ColumnDeclaration { reason: Some("looked at".to_owned()), ..ColumnDeclaration::default() };
    Declarations { columns: [(column.to_owned(), declared)].into(), ..Declarations::default() }
}

#[test]
fn several_spellings_of_one_value_of_a_known_column_are_reviewed_until_there_is_a_reason() {
    let respelled = |column: &mut DatasetColumn| {
        (column.column_type, column.facts.values_joined_by_reading) = (ColumnType::ZonedTimestamp, Some(3));
    };
    for (place, name) in [(0, "card"), (1, "city")] {
        let (outcome, found) = changed(place, respelled, &Declarations::default());
        assert_eq!((outcome, found[0].code), (VerdictOutcome::Review, FindingCode::TrimmedJoin));
        assert_eq!(changed(place, respelled, &reasoned(name)).0, VerdictOutcome::Pass);
    }
    let dropped = |column: &mut DatasetColumn| {
        respelled(column);
        column.role = Role::Ignore;
    };
    assert!(changed(1, dropped, &Declarations::default()).1.iter().all(|found| found.code != FindingCode::TrimmedJoin));
}

#[test]
fn spellings_of_one_subject_are_reviewed_until_there_is_a_reason() {
    let alike = |column: &mut DatasetColumn| column.facts.spelled_alike = Some(5);
    let (outcome, found) = changed(0, alike, &Declarations::default());
    assert_eq!((outcome, found[0].code), (VerdictOutcome::Review, FindingCode::SubjectSpelledAlike));
    assert_eq!(changed(0, alike, &reasoned("card")).0, VerdictOutcome::Pass);
    let of_subject = Declarations { subject_reason: Some("case matters".to_owned()), ..Declarations::default() };
    assert_eq!(changed(0, alike, &of_subject).0, VerdictOutcome::Pass);
}

#[test]
fn words_and_a_direct_heading_of_the_subject_are_reviewed() {
    let words = |column: &mut DatasetColumn| column.facts.average_words = Some(3.0);
    let heading = |column: &mut DatasetColumn| column.looks_like = Some(Role::DirectIdentifier);
    let codes = |change: fn(&mut DatasetColumn), declarations: &Declarations| {
        changed(0, change, declarations).1.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(words, &Declarations::default()), [FindingCode::UnreasonedColumn]);
    assert_eq!(codes(words, &reasoned("card")), []);
    assert_eq!(codes(heading, &Declarations::default()), [FindingCode::DirectIdentifierPresent]);
}

#[test]
fn what_suppressed_records_show_of_a_known_column_is_always_reviewed() {
    let shown = |known, subjects, values| {
        move |column: &mut DatasetColumn| {
            column.role = Role::Ignore;
            column.facts.shown_in_suppressed = Some(ShownInSuppressed { cells: 9, subjects, values, known });
        }
    };
    let code = |found: &[Finding]| {
        let of_code = found.iter().find(|found| found.code == FindingCode::SuppressedRecordFilled);
        of_code.map(|found| found.severity)
    };
    for declarations in [Declarations::default(), reasoned("city")] {
        assert_eq!(code(&changed(1, shown(true, 50, 9), &declarations).1), Some(Severity::Medium));
        assert_eq!(code(&changed(1, shown(false, 1, 1), &declarations).1), Some(Severity::Note));
    }
}

#[test]
fn suppressed_records_with_a_sensitive_column_are_a_class_that_must_be_safe() {
    let of = |subjects, values, declarations: &Declarations, limits: &Limits| {
        let mut dataset = dataset();
        dataset.columns.push(column("ill", Role::Sensitive, true));
        let shown = ShownInSuppressed { cells: 9, subjects, values, known: false };
        dataset.columns[2].facts.shown_in_suppressed = Some(shown);
        let (measures, policy) = (measured(uniqueness(Some(9), 9)), policy_of(limits));
        let judgement = judge(Case { declarations, ..Case::new(&dataset, &measures, &policy) });
        let found = judgement.findings.iter().find(|found| found.code == FindingCode::SuppressedRecordFilled);
        found.map(|found| found.severity)
    };
    let (nothing, plain, limited) = (Declarations::default(), Limits::default(), Limits::default().with("min_l", 2.0));
    assert_eq!(of(5, 2, &nothing, &plain), Some(Severity::Note));
    assert_eq!([of(4, 2, &nothing, &plain), of(5, 1, &nothing, &plain)], [Some(Severity::Medium); 2]);
    assert_eq!([of(4, 2, &reasoned("ill"), &plain), of(5, 1, &reasoned("ill"), &plain)], [Some(Severity::Note); 2]);
    assert_eq!(of(50, 9, &reasoned("ill"), &limited), Some(Severity::Medium));
}

#[test]
fn a_column_without_a_role_is_limited_by_a_point_only_where_it_is_shown_to_vary() {
    let vary = |comparable, varying| {
        let mut found = column("day", Role::Ignore, false);
        (found.facts.comparable_subjects, found.facts.varying_subjects) = (Some(comparable), Some(varying));
        super::super::roles::is_shown_to_vary(&found)
    };
    assert!(vary(20, 18) && vary(1_000, 900));
    assert!(!vary(19, 19) && !vary(20, 17) && !vary(0, 0) && !vary(1_000, 1));
    assert!(!super::super::roles::is_shown_to_vary(&column("day", Role::Ignore, false)));
}
