//! Every code has its finding and its page; findings and the pages of measures word for word in golden files.

use std::fmt::Write as _;

use crate::result::{InputFile, JoinedTable, LeftOutLines, NoRecord};

use super::*;

/// This room does no IO, also in its tests: a new text is printed whole, to be looked at and put into its file.
fn assert_golden(name: &str, golden: &str, text: &str) {
    assert!(golden == text, "{name} differs; look at the change and put this into the file:\n{text}");
}

#[test]
fn every_code_and_measure_has_its_page() {
    let names = FindingCode::ALL.iter().copied().map(FindingCode::name).collect::<Vec<_>>();
    let written: Vec<&str> =
        crate::word_list::pages(include_str!("../explain/findings.txt")).map(|(name, _)| name).collect();
    assert_eq!(written, names, "one page for each code, in the order of codes");
    for name in names.iter().copied().chain(crate::measure::NAMES) {
        assert!(explain(name).is_some(), "{name} has a page of five lines");
    }
    let mut text = String::new();
    for page in explained().filter(|page| !names.contains(&page.code)) {
        let Page { code, summary, meaning, formula, source, action } = page;
        writeln!(text, "# {code}\n{summary}\n- {meaning}\n- {formula}\n- {source}\n- {action}\n").unwrap();
    }
    assert_golden("pages.txt", include_str!("../golden/pages.txt"), &text);
}

#[test]
fn names_of_codes_are_those_of_results_and_differ() {
    let names: std::collections::BTreeSet<&str> = FindingCode::ALL.iter().copied().map(FindingCode::name).collect();
    assert_eq!(names.len(), FindingCode::ALL.len());
    for &code in FindingCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.name());
    }
}

fn cell(column: &str, kind: IdentifierKind, placement: Placement, records: u64) -> IdentifierColumn {
    IdentifierColumn { column: column.to_owned(), kind, placement, records, share: 0.1, permitted: false }
}

/// A file with lines that are no records.
fn framed() -> InputFile {
    let left_out = [(NoRecord::Above, 6), (NoRecord::Total, 1)].map(|(what, lines)| LeftOutLines { what, lines });
    InputFile { name: "cards.csv".to_owned(), bytes: 9, sha256: None, records: 90, left_out: left_out.to_vec() }
}

/// A table with keys that miss and repeat, and with people of whom no record is.
fn customers() -> JoinedTable {
    JoinedTable {
        name: "customers".to_owned(),
        files: Vec::new(),
        key: "customer".to_owned(),
        records: 50,
        columns: vec!["city".to_owned()],
        records_without_row: 1,
        records_with_several_rows: 2,
        repeated_keys: 3,
        rows_without_record: 4,
    }
}

/// An extract in which everything is wrong.
fn everything_wrong() -> (Dataset, Measures, Recipient) {
    let typed = |name, column_type, role| DatasetColumn { column_type, ..column(name, role, true) };
    let mut columns = vec![
        column("card", Role::Subject, true),
        column("city", Role::QuasiIdentifier, true),
        typed("age", ColumnType::Integer, Role::QuasiIdentifier),
        DatasetColumn { constant_per_subject: Some(false), ..typed("day", ColumnType::Date, Role::QuasiIdentifier) },
        column("name", Role::DirectIdentifier, true),
    ];
    columns[1].guessed = true;
    columns[0].facts.spelled_alike = Some(4);
    let shown = ShownInSuppressed { cells: 9, subjects: 7, values: 3, known: true };
    columns[4].facts.shown_in_suppressed = Some(shown);
    let dataset = Dataset {
        files: vec![framed()],
        joined: vec![customers()],
        columns,
        records_without_subject: 3,
        subjects_not_in_map: Some(2),
        ..dataset()
    };
    let mut value = uniqueness(Some(3), 1);
    let set = value.static_set.as_mut().unwrap();
    set.unique_subjects = 20;
    set.below = vec![Below { k: 5, records: 90, subjects: 40 }];
    set.risk.average_subject = Some(0.5);
    let columns = vec![
        cell("memo", IdentifierKind::EmailAddress, Placement::WithinText, 1),
        cell("pan", IdentifierKind::PartialCardNumber, Placement::WholeCell, 100),
        cell("token", IdentifierKind::HashedValue, Placement::WholeCell, 100),
        cell("short", IdentifierKind::TruncatedCardNumber, Placement::WholeCell, 100),
        cell("short too", IdentifierKind::TruncatedCardNumber, Placement::WholeCell, 100),
    ];
    let correlated = vec![CorrelatedPseudonym {
        hashed_column: "token".to_owned(),
        truncated_column: "short".to_owned(),
        visible_digits: 10,
        remaining_candidates: 100_000,
    }];
    let identifiers =
        Some(Outcome::Measured { unit: Unit::Record, value: Identifiers { columns_searched: 9, columns, correlated } });
    let (reason, explanation) = ("timeout".to_owned(), "the time limit was over".to_owned());
    let unicity = Some(Outcome::Incomplete { reason, explanation });
    let measures = Measures { identifiers, unicity, ..measured(value) };
    let consent = Consent { file: "register.csv".to_owned(), sha256: None, subjects: 50, without_consent: 7 };
    let recipient = Recipient {
        ends: Some("2026-10-31".to_owned()),
        allowed_columns: Some(["card", "city", "age"].map(str::to_owned).to_vec()),
        forbidden_columns: vec!["name".to_owned()],
        consent: Some(consent),
        ..Recipient::default()
    };
    (dataset, measures, recipient)
}

fn waivers() -> Vec<Waiver> {
    let waiver = |finding, limit, expires: &str| Waiver {
        finding,
        dataset: None,
        columns: None,
        source: None,
        limit,
        reason: "r".to_owned(),
        approved_by: "a".to_owned(),
        ticket: None,
        expires: expires.to_owned(),
    };
    let bound = WaiverLimit { measure: "average-risk".to_owned(), max: Some(0.2), min: None };
    vec![
        waiver(FindingCode::SmallClass, None, "2026-11-01"),
        waiver(FindingCode::HighAverageRisk, Some(bound), "2026-12-31"),
        waiver(FindingCode::HighUnicity, None, "2026-12-31"),
    ]
}

/// A limit broken by a figure of a measure that has no words of its own.
fn without_words() -> Judgement {
    let figure =
        Figure::new("inference.advantage", "advantage of a guess", FigureUnit::Share, FigureValue::number(0.25));
    let policy = policy_of(&Limits::default().with("max_inference_advantage", 0.1));
    judge_figures(Case::new(&dataset(), &Measures::default(), &policy), vec![figure])
}

/// A limit broken by who is singled out by a few columns.
fn singled_out() -> Judgement {
    let figure =
        Figure::new("special_uniques.gated_share", "share singled out", FigureUnit::Share, FigureValue::number(0.25));
    let policy = policy_of(&Limits::default().with("max_special_unique_share", 0.1));
    judge_figures(Case::new(&dataset(), &Measures::default(), &policy), vec![figure])
}

/// Judgements that show every finding between them.
fn judgements() -> Vec<Judgement> {
    let (dataset, measures, recipient) = everything_wrong();
    let as_of = "2026-11-22".parse().ok();
    let own = Limits::default()
        .with("max_average_risk", 0.1)
        .with("max_unique_share", 0.1)
        .with("max_share_at_risk", 0.1)
        .with("max_inference_advantage", 0.1);
    let all = policy_of(&Limits { gate_any_record: Some(true), ..own });
    let (recipient, waivers) = (Some(&recipient), &waivers()[..]);
    let first = judge(Case { recipient, waivers, as_of, today: as_of, ..Case::new(&dataset, &measures, &all) });

    let preset = |id: &str| policy_of(&Limits { preset: Some(id.to_owned()), ..Limits::default() });
    let form = judge(Case::new(&dataset, &measures, &preset("pci-columns")));
    let harbor = judge(Case::new(&dataset, &measures, &preset("hipaa-safe-harbor")));

    let mut blanks = uniqueness(Some(5), 9);
    blanks.own_category = Some(OwnCategory { full_smallest_class: Some(1), static_smallest_class: Some(4) });
    let lowered = judge(Case::new(&dataset, &measured(blanks), &policy()));

    let mut unnamed = Dataset { subject: None, ..dataset.clone() };
    unnamed.columns[0].looks_like = Some(Role::Subject);
    let without = judge(Case::new(&unnamed, &measured(uniqueness(None, 1)), &policy()));

    let (share, interval) = (Some(0.871), Some([0.859, 0.883]));
    let method = UnicityMethod::Sampled;
    let gate = UnicityGate {
        point: vec!["day".to_owned(), "shop".to_owned()],
        known_points: 4,
        subjects: 3_000,
        share,
        interval,
        method,
        draws: 3_000,
        ..UnicityGate::default()
    };
    let value = Unicity { gates: vec![gate], ..Unicity::default() };
    let events = Measures {
        unicity: Some(Outcome::Measured { unit: Unit::Subject, value }),
        ..measured(uniqueness(Some(9), 9))
    };
    let known = judge(Case::new(&dataset, &events, &policy()));
    let mut judgements = vec![first, form, harbor, lowered, without, known];
    judgements.extend([without_words(), singled_out()]);
    judgements.extend(super::rests_on::judgements());
    judgements.extend(super::linkage::judgements());
    judgements.extend(super::population::judgements());
    judgements.extend(super::aggregates::judgements());
    judgements.extend(super::attribute::judgements());
    judgements.extend(super::original::judgements());
    judgements.extend(super::baselines::judgements());
    judgements
}

/// Codes that no case above brings about yet. Whoever adds the case takes the code out of this list.
const PENDING: [FindingCode; 5] = [
    FindingCode::NearlyStatic,
    FindingCode::StaticUnclear,
    FindingCode::VariesContradicted,
    FindingCode::TreatmentNotApplied,
    // Every limit of this version has a finding of its own; results of earlier versions hold this one.
    FindingCode::LimitBroken,
];

#[test]
fn every_code_has_a_finding_with_its_sentence() {
    let severities = ["note", "low", "medium", "high", "critical"];
    let mut text = String::new();
    let all = judgements();
    for &code in FindingCode::ALL {
        let mut sentences: Vec<String> = all
            .iter()
            .flat_map(|judgement| judgement.findings.clone())
            .filter(|finding| finding.code == code)
            .map(|found| {
                let columns = found.columns.join(", ");
                format!(
                    "{} | {} | {columns}\n    {}",
                    severities[found.severity as usize], found.measure, found.message
                )
            })
            .collect();
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.is_empty(), PENDING.contains(&code), "whether a case brings about {}", code.name());
        if sentences.is_empty() {
            continue;
        }
        writeln!(text, "{}", code.name()).unwrap();
        for sentence in sentences {
            assert!(!sentence.ends_with('.'), "{sentence}");
            writeln!(text, "  {sentence}").unwrap();
        }
    }
    assert_golden("findings.txt", include_str!("../golden/findings.txt"), &text);
}
