//! Tables of totals: they fail closed, and cover nothing of an extract.

use super::*;
use crate::plan::{AggregatePlan, DimensionPlan, RulePlan};
use crate::result::{
    AggregateTable, Aggregates, InputFile, RuleCells, TableAudit, TableBesideExtract, TableConsistency,
    TableDetermination, TableDifferences, TableFile, TableForm, TableSide,
};

/// A planned table of two sides that passes.
fn safe() -> AggregateTable {
    let side = |name: &str, is_subject| TableSide {
        contributor: Some(name.to_owned()),
        is_subject,
        contributors: 40,
        ..TableSide::default()
    };
    let rules = ["frequency:11", "dominance:1,50"];
    AggregateTable {
        name: "turnover".to_owned(),
        statistic: "sum".to_owned(),
        margins: true,
        sides: vec![side("card", true), side("merchant", false)],
        cells: 12,
        inner_cells: 6,
        unsafe_cells: Some(0),
        unsafe_published_cells: Some(0),
        rules: rules.map(|rule| RuleCells { rule: rule.to_owned(), unsafe_cells: Some(0), sides: Vec::new() }).to_vec(),
        audit: Some(TableAudit::default()),
        differences: Some(TableDifferences { complete: true, releases: 2, ..TableDifferences::default() }),
        ..AggregateTable::default()
    }
}

fn of(tables: Vec<AggregateTable>) -> Measures {
    let aggregates = Some(Outcome::Measured { unit: Unit::Subject, value: Aggregates { tables } });
    Measures { aggregates, ..measured(uniqueness(Some(9), 9)) }
}

/// The policy where such a table is declared.
fn declared(limits: &Limits) -> Policy {
    let by = vec![DimensionPlan { column: "region".to_owned(), rule: None, hierarchy: None }];
    let mut policy = policy_of(limits);
    policy.gates.extend(gates_of_tables(&[AggregatePlan::new("turnover".to_owned(), by)]));
    policy
}

fn judged(table: AggregateTable) -> Judgement {
    judge(Case::new(&dataset(), &of(vec![table]), &declared(&Limits::default())))
}

fn of_preset(id: &str, measures: &Measures) -> Judgement {
    let policy = policy_of(&Limits { preset: Some(id.to_owned()), ..Limits::default() });
    judge(Case::new(&dataset(), measures, &policy))
}

fn codes(judgement: &Judgement) -> Vec<FindingCode> {
    judgement.findings.iter().map(|finding| finding.code).collect()
}

fn wrong() -> Vec<AggregateTable> {
    let found = |rule: &str, cells| RuleCells { rule: rule.to_owned(), unsafe_cells: Some(cells), sides: Vec::new() };
    let audit = TableAudit { suppressed_cells: 4, recoverable_cells: 1, narrow_cells: 2, ..TableAudit::default() };
    let determination = TableDetermination {
        subjects: 10,
        sums: 9,
        rank: 8,
        determined_subjects: 3,
        reconstruction: Some(0.8),
        is_exposed: true,
        complete: true,
        tables: 1,
    };
    let mut nobody = safe();
    nobody.sides[0].is_subject = false;
    let mut missing = safe();
    missing.sides[1].records_without_contributor = 2;
    let mut bare = safe();
    bare.rules[0].sides = vec![crate::result::SideCells { side: 1, unsafe_cells: 0 }];
    bare.rules.truncate(1);
    vec![
        bare,
        AggregateTable {
            unsafe_cells: Some(3),
            unsafe_published_cells: Some(3),
            rules: vec![found("frequency:11", 2), found("p:15", 1), found("all-zero", 0)],
            ..safe()
        },
        AggregateTable { audit: Some(audit), ..safe() },
        AggregateTable {
            consistency: Some(TableConsistency { inconsistent_sums: 1, ..TableConsistency::default() }),
            ..safe()
        },
        AggregateTable {
            consistency: Some(TableConsistency { infeasible: true, ..TableConsistency::default() }),
            ..safe()
        },
        AggregateTable {
            beside_extract: Some(TableBesideExtract { unsafe_differences: 1, ..TableBesideExtract::default() }),
            ..safe()
        },
        AggregateTable { determination: Some(determination), ..safe() },
        nobody,
        missing,
    ]
}

/// Judgements that show the findings about tables.
pub(super) fn judgements() -> Vec<Judgement> {
    wrong().into_iter().map(judged).collect()
}

#[test]
fn a_safe_table_beside_a_safe_extract_passes() {
    let judgement = judged(safe());
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Pass, "{:?}", judgement.findings);
    for id in ["unsafe-cells", "recoverable-cells", "narrow-cells"] {
        let check = judgement.checks.iter().find(|check| check.gate == id).unwrap();
        assert_eq!((check.outcome, check.about.as_deref()), (CheckOutcome::Holds, Some("turnover")));
    }
}

#[test]
fn nothing_that_is_wrong_with_a_table_passes() {
    for table in wrong() {
        assert_ne!(judged(table.clone()).verdict.outcome, VerdictOutcome::Pass, "{table:?}");
    }
}

#[test]
fn what_is_not_known_of_a_table_fails() {
    let unknown = [
        AggregateTable { unsafe_cells: None, unsafe_published_cells: None, ..safe() },
        AggregateTable { audit: None, ..safe() },
    ];
    for table in unknown {
        let judgement = judged(table);
        assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
        assert!(codes(&judgement).contains(&FindingCode::UnknownRisk));
    }
    let no_rule = AggregateTable { rules: Vec::new(), ..safe() };
    let mut on_request = safe();
    on_request.rules.truncate(1);
    on_request.rules[0].rule = "request:p:10".to_owned();
    for table in [no_rule, on_request] {
        assert_eq!(judged(table).verdict.outcome, VerdictOutcome::Fail);
    }
    let undecided = TableAudit { suppressed_cells: 2, undecided_cells: 1, ..TableAudit::default() };
    assert_eq!(judged(AggregateTable { audit: Some(undecided), ..safe() }).verdict.outcome, VerdictOutcome::Fail);
    let not_measured = measured(uniqueness(Some(9), 9));
    let judgement = judge(Case::new(&dataset(), &not_measured, &declared(&Limits::default())));
    assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn an_unsafe_cell_is_a_finding_whatever_a_limit_allows() {
    let table = wrong().remove(1);
    let allowed = Limits::default().with("max_unsafe_cells", 9.0);
    let by_own_limit = judge(Case::new(&dataset(), &of(vec![table.clone()]), &policy_of(&allowed)));
    let without_limit = judge(Case::new(&dataset(), &of(vec![table]), &policy_of(&Limits::default())));
    for judgement in [by_own_limit, without_limit] {
        assert_eq!(codes(&judgement), [FindingCode::UnsafeCell]);
        assert_eq!((judgement.findings[0].severity, judgement.verdict.outcome), (Severity::High, VerdictOutcome::Fail));
    }
}

#[test]
fn a_preset_for_totals_asks_for_a_table_its_rules_the_audit_and_differences() {
    let extract = measured(uniqueness(Some(9), 9));
    for id in [AGGREGATE_CMS, AGGREGATE_BANK] {
        assert_eq!(of_preset(id, &of(vec![safe()])).verdict.outcome, VerdictOutcome::Pass, "{id}");
        assert_eq!(of_preset(id, &extract).verdict.outcome, VerdictOutcome::Fail, "no table under {id}");
        assert_eq!(of_preset(id, &of(Vec::new())).verdict.outcome, VerdictOutcome::Fail, "no tables under {id}");
        let mut lax = safe();
        lax.rules[0].rule = "frequency:4".to_owned();
        for lacking in [AggregateTable { differences: None, ..safe() }, AggregateTable { audit: None, ..safe() }, lax] {
            let judgement = of_preset(id, &of(vec![lacking]));
            assert!(codes(&judgement).contains(&FindingCode::UnknownRisk), "{id}");
            assert_eq!(judgement.verdict.outcome, VerdictOutcome::Fail);
        }
    }
    let mut one_side = safe();
    one_side.sides.truncate(1);
    assert_eq!(of_preset(AGGREGATE_CMS, &of(vec![one_side.clone()])).verdict.outcome, VerdictOutcome::Pass);
    assert_eq!(of_preset(AGGREGATE_BANK, &of(vec![one_side])).verdict.outcome, VerdictOutcome::Fail);
}

#[test]
fn a_safe_table_covers_nothing_of_an_extract() {
    let small = Measures { ..measured(uniqueness(Some(2), 2)) };
    let measures = Measures { aggregates: of(vec![safe()]).aggregates, ..small };
    let judgement = judge(Case::new(&dataset(), &measures, &declared(&Limits::default())));
    assert!(codes(&judgement).contains(&FindingCode::SmallClass));
    // Nor where nothing of the extract was measured.
    let tables_alone = Measures { uniqueness: None, unicity: None, ..of(vec![safe()]) };
    let judgement = judge(Case::new(&dataset(), &tables_alone, &declared(&Limits::default())));
    assert_ne!(judgement.verdict.outcome, VerdictOutcome::Pass);
    for id in [AGGREGATE_CMS, AGGREGATE_BANK] {
        assert_ne!(of_preset(id, &tables_alone).verdict.outcome, VerdictOutcome::Pass, "{id}");
    }
}

#[test]
fn totals_pass_in_place_of_records_only_where_the_input_is_the_table() {
    let file = |hash: &str| InputFile {
        name: "t.csv".to_owned(),
        bytes: 9,
        sha256: Some(hash.to_owned()),
        records: 12,
        left_out: Vec::new(),
    };
    let totals = Declarations { aggregate: true, ..Declarations::default() };
    let declared_policy = declared(&Limits::default());
    let judged = |hash: &str, form: TableForm| {
        let table = AggregateTable {
            form,
            file: Some(TableFile { name: "t.csv".to_owned(), sha256: Some("aa".to_owned()) }),
            ..safe()
        };
        let input = Dataset { files: vec![file(hash)], subject: None, columns: Vec::new(), ..dataset() };
        let measures = Measures { uniqueness: None, unicity: None, ..of(vec![table]) };
        judge(Case { declarations: &totals, ..Case::new(&input, &measures, &declared(&Limits::default())) })
    };
    let same = judged("aa", TableForm::Finished);
    assert_eq!(same.verdict.outcome, VerdictOutcome::Pass, "{:?}", same.findings);
    let of_column = |declared: &str| {
        let mut table = AggregateTable {
            form: TableForm::Finished,
            file: Some(TableFile { name: "t.csv".to_owned(), sha256: Some("aa".to_owned()) }),
            columns: vec![declared.to_owned()],
            ..safe()
        };
        table.sides.clear();
        let mut region = column("region", Role::Ignore, true);
        region.facts.undeclared = true;
        let input = Dataset { files: vec![file("aa")], subject: None, columns: vec![region], ..dataset() };
        let measures = Measures { uniqueness: None, unicity: None, ..of(vec![table]) };
        judge(Case { declarations: &totals, ..Case::new(&input, &measures, &declared_policy) }).verdict.outcome
    };
    assert_eq!([of_column("region"), of_column("mcc")], [VerdictOutcome::Pass, VerdictOutcome::Review]);
    for (hash, form) in [("bb", TableForm::Finished), ("aa", TableForm::Planned)] {
        let judgement = judged(hash, form);
        assert_eq!(judgement.verdict.outcome, VerdictOutcome::Review);
        assert!(codes(&judgement).contains(&FindingCode::AggregatesNotMeasured));
    }
}

#[test]
fn rules_of_a_preset_are_those_that_are_written() {
    let mut plan = AggregatePlan::new("t".to_owned(), Vec::new());
    let written = |rules: Vec<RulePlan>| rules.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(written(rules_of_preset(AGGREGATE_CMS, &plan)), ["frequency:11"]);
    assert_eq!(written(rules_of_preset(AGGREGATE_BANK, &plan)), ["frequency:10", "p:15"]);
    plan.rules = vec![RulePlan::parse("request:p:20").unwrap()];
    // Who has to ask for it has no protection without.
    assert_eq!(written(rules_of_preset(AGGREGATE_BANK, &plan)), ["frequency:10", "p:15"]);
    assert!(rules_of_preset("controlled-k5", &plan).is_empty());
}
