//! Results for tests: of every outcome, as a scan would write them.

mod aggregates;
mod attribute;
mod classes;
mod decision;
mod history;
mod inference;
mod linkage;
mod original;
mod population;
mod special;

pub(super) use self::aggregates::totals;
pub(super) use self::attribute::telling;
pub(super) use self::decision::{agreed, foreign, hopeless, of_columns, swept, whole, with_unicity};
pub(in crate::report) use self::history::{four_datasets, hostile_nights, thirty_nights};
pub(super) use self::inference::inferred;
pub(super) use self::linkage::{linkage_cut_off, linked, unlinked};
pub(super) use self::original::beside_original;
pub(super) use self::population::sampled;
pub(super) use self::special::special;

use self::classes::{effect, size, statistics, uniqueness};
use crate::judge::{Case, Judgement, judge};
use crate::result::{
    Audience, Check, CheckOutcome, ClassSize, ColumnType, ConfigPlaces, Dataset, DatasetColumn, Finding, FindingCode,
    InputFile, Measures, MissingMode, NotMeasured, Outcome, Policy, Reading, Role, Run, SCHEMA_VERSION, ScanResult,
    Severity, ShapleyMethod, Stage, Tool, UndefinedField, Unit, Verdict, VerdictOutcome,
};

/// Subjects of the fixture.
const SUBJECTS: u64 = 3_000;
/// Records of the fixture that have a subject.
const RECORDS: u64 = 48_199;
/// Columns that never change within a subject.
const STATIC: [&str; 3] = ["birth_year", "district", "card_type"];
/// Columns that do.
const EVENT: [&str; 3] = ["posted_at", "merchant_id", "amount"];

/// Whether a column of the fixture changes within a subject.
pub(super) fn is_event(name: &str) -> bool {
    EVENT.contains(&name)
}

/// The result with the figures and checks that the measures and the judge give for it, and its own findings tied to
/// them; what the judge finds of a figure and the result does not is added.
pub(super) fn judged(mut result: ScanResult) -> ScanResult {
    if let Some(Outcome::Measured { value, .. }) = &mut result.measures.unicity {
        value.gates = decision::gate(value).into_iter().collect();
    }
    let Judgement { figures, checks, findings, .. } =
        judge(Case::new(&result.dataset, &result.measures, &result.policy));
    let is_same = |own: &Finding, found: &Finding| {
        let attack = found.about.as_deref().and_then(|about| about.split_once("; ")).filter(|_| found.source.is_some());
        let is_attack = attack.is_none_or(|(kind, _)| own.message.contains(&format!("`{kind}`")));
        own.code == found.code && own.columns == found.columns && own.source == found.source && is_attack
    };
    let mut open = findings;
    for own in &mut result.findings {
        if let Some(place) = open.iter().position(|found| is_same(own, found)) {
            let found = open.remove(place);
            (own.figure, own.about) = (found.figure, found.about);
        }
    }
    let is_needed = |found: &Finding| {
        let breaks = |check: &Check| check.outcome == CheckOutcome::Breaks && found.is_of(check);
        found.figure.is_some() || checks.iter().any(breaks)
    };
    result.findings.extend(open.into_iter().filter(is_needed));
    (result.figures, result.checks) = (figures, checks);
    for check in &mut result.checks {
        check.waived = result.findings.iter().any(|finding| finding.waived && finding.is_of(check));
    }
    result
}

/// A card extract that fails: 412 of 3,000 customers are alone on their attributes.
pub(crate) fn failing() -> ScanResult {
    let message =
        "the smallest class of `birth_year`, `district` and `card_type` holds 1 subject, below the limit of 5";
    judged(ScanResult {
        schema_version: SCHEMA_VERSION.to_owned(),
        tool: Tool { name: "reidrisk".to_owned(), version: "0.1.0".to_owned() },
        run: run(),
        dataset: dataset(),
        verdict: verdict(VerdictOutcome::Fail, 1, message),
        policy: Policy {
            name: "default".to_owned(),
            k: 5,
            gate_any_record: false,
            fail_on: Severity::High,
            allow_review: false,
            ..Policy::house_default()
        },
        declarations: crate::result::Declarations::default(),
        measures: Measures {
            uniqueness: Some(Outcome::Measured { unit: Unit::Subject, value: uniqueness(412) }),
            ..Measures::default()
        },
        figures: Vec::new(),
        checks: Vec::new(),
        sections: Vec::new(),
        findings: vec![
            finding(FindingCode::SmallClass, Severity::High, &STATIC, message, Some(1.0), Some(5.0)),
            finding(
                FindingCode::RecordsWithoutSubject,
                Severity::Medium,
                &["customer_id"],
                "12 of 48,211 records have no subject and are left out of every class",
                Some(12.0),
                None,
            ),
        ],
        sources: Vec::new(),
        not_measured: vec![NotMeasured {
            measure: "unicity".to_owned(),
            reason: "this version does not count known points yet".to_owned(),
        }],
        recipient: None,
        baseline: None,
        waivers: vec![],
        advice: vec![],
    })
}

/// The same extract with coarser attributes: nobody is alone and every class holds at least 7 customers.
pub(super) fn passing() -> ScanResult {
    let mut result = failing();
    let mut value = uniqueness(0);
    if let Some(set) = &mut value.static_set {
        set.smallest_class = Some(7);
        set.risk.highest = Some(1.0 / 7.0);
        set.below.iter_mut().filter(|below| below.k <= 5).for_each(|below| (below.records, below.subjects) = (0, 0));
        set.class_sizes = Some(vec![size(7, 120, 13_500), size(12, 100, 19_300), size(60, 16, 15_399)]);
    }
    result.measures.uniqueness = Some(Outcome::Measured { unit: Unit::Subject, value });
    result.findings.clear();
    result.verdict = verdict(VerdictOutcome::Pass, 0, "every class of the gated set holds at least 5 subjects");
    judged(result)
}

/// Nobody is alone, but the smallest class holds 3 customers.
pub(super) fn small_classes() -> ScanResult {
    let mut result = passing();
    let message = "the smallest class on the 3 static quasi-identifiers is 3 subjects; the policy asks for at least 5";
    if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        let set = value.static_set.as_mut().unwrap();
        set.smallest_class = Some(3);
        set.below
            .iter_mut()
            .filter(|below| below.k == 5)
            .for_each(|below| (below.records, below.subjects) = (4_100, 300));
        set.class_sizes = Some(vec![size(3, 100, 4_100), size(12, 120, 28_700), size(60, 16, 15_399)]);
    }
    result.findings = vec![finding(FindingCode::SmallClass, Severity::High, &STATIC, message, Some(3.0), Some(5.0))];
    result.verdict = verdict(VerdictOutcome::Fail, 1, message);
    judged(result)
}

/// The failing extract with a doubt beside the findings.
pub(super) fn doubtful() -> ScanResult {
    let mut result = failing();
    result.verdict.reasons.push("the extract has event columns, and known events are not measured".to_owned());
    judged(result)
}

/// The passing extract with guessed roles.
pub(super) fn guessed() -> ScanResult {
    let mut result = passing();
    for column in &mut result.dataset.columns {
        column.guessed = true;
        column.guess_reason = Some("the heading says so".to_owned());
    }
    let message = "the roles of 8 columns were guessed, so a person must confirm them";
    result.findings = vec![finding(FindingCode::GuessedRoles, Severity::Medium, &[], message, None, None)];
    result.verdict = verdict(VerdictOutcome::Review, 1, message);
    judged(result)
}

/// The measure ended at the time limit.
pub(super) fn incomplete() -> ScanResult {
    let mut result = failing();
    let explanation = "counting ended at the time limit of 60 s";
    result.measures.uniqueness =
        Some(Outcome::Incomplete { reason: "timeout".to_owned(), explanation: explanation.to_owned() });
    result.findings = vec![finding(FindingCode::IncompleteMeasure, Severity::High, &[], explanation, None, None)];
    result.verdict = verdict(VerdictOutcome::Incomplete, 4, explanation);
    judged(result)
}

/// No record has a subject, so there is no class.
pub(super) fn undefined() -> ScanResult {
    let mut result = failing();
    let explanation = "no record has a subject";
    result.measures.uniqueness =
        Some(Outcome::Undefined { reason: "empty".to_owned(), explanation: explanation.to_owned() });
    result.findings = vec![finding(FindingCode::UnknownRisk, Severity::High, &[], explanation, None, None)];
    result.verdict = verdict(VerdictOutcome::Fail, 1, explanation);
    judged(result)
}

/// No subject column: each record counts as its own subject.
pub(super) fn without_subject() -> ScanResult {
    let mut result = failing();
    result.dataset.subject = None;
    result.dataset.subjects = result.dataset.records;
    result.dataset.records_without_subject = 0;
    for column in &mut result.dataset.columns {
        column.constant_per_subject = None;
    }
    if let Some(Outcome::Measured { unit, value }) = &mut result.measures.uniqueness {
        *unit = Unit::Record;
        value.static_set = Some(value.full.clone());
        let sets = value.sets.iter_mut().chain(&mut value.static_set).chain([&mut value.full]);
        sets.for_each(|set| set.reading = Reading::Record);
    }
    judged(result)
}

/// Every quasi-identifier is an event column, so no class is held to the limit.
pub(super) fn without_static() -> ScanResult {
    let mut result = failing();
    if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.static_set = None;
    }
    let message = "no risk gate applies: there is no static quasi-identifier";
    result.findings = vec![finding(FindingCode::NoRiskGate, Severity::Medium, &[], message, None, None)];
    result.verdict = verdict(VerdictOutcome::Review, 1, message);
    judged(result)
}

/// Missing cells match everything: there are no classes.
pub(super) fn wildcard() -> ScanResult {
    let mut result = failing();
    if let Some(Outcome::Measured { value, .. }) = &mut result.measures.uniqueness {
        value.missing = MissingMode::Wildcard;
        for set in value.sets.iter_mut().chain(&mut value.static_set).chain([&mut value.full]) {
            (set.classes, set.unique_classes, set.class_sizes) = (None, None, None);
            set.undefined = ["classes", "unique_classes", "class_sizes"]
                .map(|field| UndefinedField::new(field, "wildcard"))
                .to_vec();
        }
        for effect in &mut value.column_effects {
            (effect.shapley, effect.interval) = (None, None);
            effect.undefined = vec![UndefinedField { field: "shapley".to_owned(), reason: "too-costly".to_owned() }];
        }
        value.shapley_method = ShapleyMethod::NotComputed;
    }
    judged(result)
}

/// A lattice of 2,000 sets of 40 columns, with `sizes` class sizes each.
pub(super) fn large(sizes: u64) -> ScanResult {
    let mut result = failing();
    let columns: Vec<String> = (0..40).map(|index| format!("attribute_number_{index}")).collect();
    let class_sizes: Vec<ClassSize> = (1..=sizes).map(|length| size(length, 3, length * 4)).collect();
    let mut value = uniqueness(412);
    let mut sets = Vec::new();
    for (index, first) in columns.iter().enumerate() {
        sets.push(statistics(std::slice::from_ref(first), Reading::AnyRecord, index as u64));
        for (other, second) in columns.iter().enumerate().skip(index + 1) {
            let pair = [first.clone(), second.clone()];
            sets.push(statistics(&pair, Reading::AnyRecord, (index * other) as u64));
        }
    }
    let triples = (0..38).flat_map(|a| (a + 1..39).flat_map(move |b| (b + 1..40).map(move |c| [a, b, c])));
    for triple in triples.take(2_000 - sets.len()) {
        let names = triple.map(|index| columns[index].clone());
        sets.push(statistics(&names, Reading::AnyRecord, 1_200));
    }
    for set in &mut sets {
        set.class_sizes = Some(class_sizes.clone());
    }
    value.column_effects = columns.iter().map(|column| effect(column, 0.02, 0.025)).collect();
    value.full = statistics(&columns, Reading::AnyRecord, SUBJECTS);
    value.quasi_identifiers = columns;
    value.sets = sets;
    result.measures.uniqueness = Some(Outcome::Measured { unit: Unit::Subject, value });
    judged(result)
}

/// Every name of the failing extract replaced by one that tries to break out.
pub(super) fn hostile() -> ScanResult {
    let names = [
        "<script>alert(1)</script>",
        "\" onmouseover=\"x",
        "a\u{1b}[31m\nb\u{202e}c",
        "]]><svg onload=x>",
        "=cmd()",
        "&lt;b&gt;{{ x }}",
        "https://example.org/x",
    ];
    let long = "w".repeat(300);
    let mut text = String::from_utf8(super::render_json(&failing()).unwrap()).unwrap();
    let columns = ["customer_id", "birth_year", "district", "card_type", "posted_at", "merchant_id", "amount"];
    for (column, name) in columns.into_iter().zip(names) {
        let quoted = serde_json::to_string(name).unwrap();
        text = text.replace(&format!("\"{column}\""), &quoted);
    }
    text = text.replace("\"balance\"", &format!("\"{long}\""));
    let mut result = super::read_json(text.as_bytes()).unwrap();
    result.dataset.name = "../<b>\u{1b}]0;x\u{7}".to_owned();
    result.dataset.files[0].name = "<img src=x onerror=y>.csv".to_owned();
    result.findings[0].message = "<script>\u{1b}[2J".to_owned();
    result.verdict.reasons = vec!["<iframe>\u{202e}".to_owned()];
    judged(result)
}

fn run() -> Run {
    let stage = |name: &str, elapsed_ms| Stage { stage: name.to_owned(), elapsed_ms };
    Run {
        id: "20261121T020004Z-3fa1c2".to_owned(),
        started_at: "2026-11-21T02:00:04Z".to_owned(),
        finished_at: "2026-11-21T02:00:08Z".to_owned(),
        elapsed_ms: 4_100,
        stages: vec![stage("read", 2_600), stage("treat", 300), stage("measure", 1_190), stage("judge", 10)],
        peak_memory_bytes: Some(220_200_960),
        seed: 42,
        threads: 2,
        engine: "local".to_owned(),
        config_sha256: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned()),
        waivers_sha256: None,
        build: None,
        limits_hit: Vec::new(),
        config: Some(ConfigPlaces {
            file: "reidrisk.toml".to_owned(),
            columns: [("birth_year", 6), ("district", 9)].map(|(name, line)| (name.to_owned(), line)).into(),
        }),
        audience: Audience::Overview,
        plan: Vec::new(),
    }
}

fn dataset() -> Dataset {
    let file = InputFile {
        name: "card_transactions.csv".to_owned(),
        bytes: 3_912_004,
        sha256: Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned()),
        records: RECORDS + 12,
        left_out: Vec::new(),
    };
    let mut columns = vec![column("customer_id", Role::Subject, ColumnType::Integer, SUBJECTS, true)];
    let attributes = [(ColumnType::Integer, 71), (ColumnType::Text, 48), (ColumnType::Text, 4)];
    for (name, (kind, distinct)) in STATIC.into_iter().zip(attributes) {
        columns.push(column(name, Role::QuasiIdentifier, kind, distinct, true));
    }
    let events = [(ColumnType::Timestamp, 21_400), (ColumnType::Integer, 903), (ColumnType::Decimal, 7_221)];
    for (name, (kind, distinct)) in EVENT.into_iter().zip(events) {
        columns.push(column(name, Role::QuasiIdentifier, kind, distinct, false));
    }
    columns.push(column("balance", Role::Sensitive, ColumnType::Decimal, 30_112, false));
    columns[4].coarsen = vec!["day".to_owned()];
    Dataset {
        name: "card_transactions".to_owned(),
        files: vec![file],
        joined: Vec::new(),
        records: RECORDS + 12,
        subjects: SUBJECTS,
        records_without_subject: 12,
        subjects_not_in_map: None,
        time_zone: None,
        day_start: None,
        subject: Some("customer_id".to_owned()),
        columns,
        facts: crate::result::DatasetFacts::default(),
    }
}

fn column(name: &str, role: Role, column_type: ColumnType, distinct: u64, constant: bool) -> DatasetColumn {
    DatasetColumn {
        name: name.to_owned(),
        role,
        guessed: false,
        guess_reason: None,
        looks_like: None,
        column_type,
        distinct: Some(distinct),
        missing: if constant { 0 } else { 31 },
        constant_per_subject: Some(constant),
        coarsen: vec![],
        facts: crate::result::ColumnFacts::default(),
    }
}

fn verdict(outcome: VerdictOutcome, exit_code: u8, reason: &str) -> Verdict {
    Verdict { outcome, exit_code, headline: None, reasons: vec![reason.to_owned()] }
}

fn finding(
    code: FindingCode,
    severity: Severity,
    columns: &[&str],
    message: &str,
    measured: Option<f64>,
    limit: Option<f64>,
) -> Finding {
    Finding {
        code,
        severity,
        measure: "uniqueness".to_owned(),
        columns: owned(columns),
        source: None,
        figure: None,
        about: None,
        message: message.to_owned(),
        measured,
        limit,
        waived: false,
        since: None,
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
