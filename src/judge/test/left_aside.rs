//! Columns that look harmless one by one, and need a reason each where they single people out together.

use super::*;

const CODE: FindingCode = FindingCode::UnreasonedColumn;

/// Two columns of these roles, each of which shows nothing; together they give so many a combination of their own.
fn together(roles: [Role; 2], share: f64) -> Dataset {
    let mut dataset = dataset();
    for (name, role) in ["born", "area"].into_iter().zip(roles) {
        let facts = ColumnFacts { share_with_own_value: Some(0.0), ..ColumnFacts::default() };
        dataset.columns.push(DatasetColumn { facts, ..column(name, role, true) });
    }
    let columns = vec!["born".to_owned(), "area".to_owned()];
    dataset.facts.left_aside = Some(LeftAside { columns, share_with_own_combination: share });
    dataset
}

fn reasoned(columns: &[&str], reason: &str) -> Declarations {
    let mut declarations = Declarations::default();
    for &name in columns {
        let declared = ColumnDeclaration { reason: Some(reason.to_owned()), ..ColumnDeclaration::default() };
        declarations.columns.insert(name.to_owned(), declared);
    }
    declarations
}

/// What is found of columns without a reason, and in which words.
fn found(dataset: &Dataset, declarations: &Declarations) -> Vec<(Vec<String>, String)> {
    let measures = measured(uniqueness(Some(9), 9));
    let judged = judge(Case { declarations, ..Case::new(dataset, &measures, &policy()) });
    let found = judged.findings.iter().filter(|finding| finding.code == CODE);
    found.map(|finding| (finding.columns.clone(), finding.message.clone())).collect()
}

fn columns_of(dataset: &Dataset, declarations: &Declarations) -> Vec<Vec<String>> {
    found(dataset, declarations).into_iter().map(|(columns, _)| columns).collect()
}

const NOTHING: [Vec<String>; 0] = [];

#[test]
fn columns_that_single_out_a_fifth_together_need_a_reason() {
    let without = Declarations::default();
    for roles in [[Role::Ignore; 2], [Role::Sensitive, Role::Weight], [Role::Ignore, Role::Sensitive]] {
        assert_eq!(columns_of(&together(roles, 0.2), &without), [["born", "area"]], "{roles:?}");
        assert_eq!(columns_of(&together(roles, 0.199), &without), NOTHING, "{roles:?}");
    }
    let message = &found(&together([Role::Ignore, Role::Sensitive], 0.63), &without)[0].1;
    let words = "columns `born` and `area` are declared `ignore` and `sensitive` without a reason, and 63 % of the subjects \
                 have a combination of their values that nobody else has";
    assert_eq!(message, words);
}

#[test]
fn a_reason_beside_one_of_two_columns_does_not_settle_the_other() {
    let dataset = together([Role::Ignore; 2], 0.63);
    let one = reasoned(&["born"], "kept for the study");
    let words = "column `area` is declared `ignore` without a reason, and 63 % of the subjects have a combination of its \
                 values and those of `born` that nobody else has";
    assert_eq!(found(&dataset, &one), [(vec!["area".to_owned()], words.to_owned())]);
    assert_eq!(columns_of(&dataset, &reasoned(&["born", "area"], "kept for the study")), NOTHING);
    assert_eq!(columns_of(&dataset, &reasoned(&["born", "area"], " \t")), [["born", "area"]], "blanks are no reason");
}

#[test]
fn a_column_that_is_found_by_itself_is_not_named_twice() {
    let mut dataset = together([Role::Ignore; 2], 0.63);
    dataset.columns[2].facts.average_words = Some(4.0);
    assert_eq!(columns_of(&dataset, &Declarations::default()), [["area"], ["born"]]);
}

#[test]
fn columns_that_were_not_counted_together_are_not_harmless() {
    let mut dataset = together([Role::Ignore; 2], 0.0);
    dataset.facts.left_aside = None;
    assert_eq!(columns_of(&dataset, &Declarations::default()), [["born", "area"]]);
    // One value tells nobody from another, and one column alone was counted by itself.
    dataset.columns[3].distinct = Some(1);
    assert_eq!(columns_of(&dataset, &Declarations::default()), NOTHING);
}

#[test]
fn guessed_and_dropped_columns_are_not_asked_for_a_reason() {
    let mut dataset = together([Role::Ignore; 2], 0.63);
    dataset.columns[2].guessed = true;
    dataset.columns[3].coarsen = vec!["drop".to_owned()];
    assert_eq!(columns_of(&dataset, &Declarations::default()), NOTHING);
}

#[test]
fn a_waiver_for_one_column_does_not_cover_what_two_show() {
    let dataset = together([Role::Ignore; 2], 0.63);
    let waiver = |columns: &[&str]| Waiver {
        finding: CODE,
        dataset: None,
        columns: Some(columns.iter().map(|&name| name.to_owned()).collect()),
        source: None,
        limit: None,
        reason: "seen".to_owned(),
        approved_by: "B. Officer".to_owned(),
        ticket: None,
        expires: "2030-01-01".to_owned(),
    };
    let measures = measured(uniqueness(Some(9), 9));
    let policy = policy();
    let is_waived = |columns: &[&str]| {
        let waivers = [waiver(columns)];
        let day = Some(Date::constant(2026, 7, 1));
        let case = Case { waivers: &waivers, as_of: day, today: day, ..Case::new(&dataset, &measures, &policy) };
        judge(case).findings.iter().filter(|finding| finding.code == CODE).all(|finding| finding.waived)
    };
    assert_eq!([is_waived(&["born"]), is_waived(&["born", "area"])], [false, true]);
}
