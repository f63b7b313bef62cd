use std::path::PathBuf;

use super::{Lookups, Treated, TreatmentError, hierarchy_files, treat};
use crate::input::Extract;
use crate::plan::{CoarsenRule, Plan, PointColumn, RolePlan, SubjectMap};
use crate::recode::testing::{column, extract, typed_column};
use crate::recode::{ColumnRole, roles};
use crate::result::{ColumnType, Role};
use crate::table::Column;

fn plan(subject: &[&str], quasi: &[&str], coarsen: &[&str]) -> Plan {
    let named = |names: &[&str], role: Role| names.iter().map(|&name| (name.to_owned(), role)).collect::<Vec<_>>();
    let declared = [named(subject, Role::Subject), named(quasi, Role::QuasiIdentifier)].concat();
    let mut plan =
        Plan { roles: RolePlan { declared: declared.into_iter().collect(), guess: false }, ..Plan::default() };
    for rule in coarsen {
        let (column, rule) = CoarsenRule::parse_for_column(rule).unwrap();
        plan.coarsen.entry(column).or_default().push(rule);
    }
    plan
}

fn purchases() -> Extract {
    extract(vec![
        column("card", &["c1", "c1", "c2", "c2", ""]),
        typed_column("date", ColumnType::Date, &["2026-11-21", "2026-11-22", "2026-12-01", "", "2026-12-01"]),
        typed_column("amount", ColumnType::Decimal, &["4.99", "5", "5.01", "14.99", "15"]),
        column("memo", &["a", "b", "c", "d", "e"]),
    ])
}

fn treated(plan: &Plan) -> Result<Treated, TreatmentError> {
    let extract = purchases();
    let roles: Vec<ColumnRole> = roles(&extract, &plan.roles).unwrap();
    treat(extract, &roles, plan, &Lookups::default())
}

fn codes(column: &Column) -> Vec<u32> {
    column.values().collect()
}

#[test]
fn quasi_identifiers_come_out_in_file_order_with_their_rules_applied() {
    let treated = treated(&plan(&["card"], &["amount", "date"], &["date=month", "amount=round:10"])).unwrap();
    let names: Vec<&str> = treated.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["date", "amount"]);
    let date = &treated.columns[0];
    assert_eq!((codes(date), date.cardinality, date.missing), (vec![0, 0, 1, 2, 1], 3, Some(2)));
    assert_eq!(codes(&treated.columns[1]), [0, 1, 1, 1, 2]);
    assert_eq!(treated.described[1].distinct, Some(2));
    assert_eq!(treated.described[1].coarsen, ["month"]);
    assert_eq!(treated.described[3].role, Role::Ignore);
}

#[test]
fn rules_apply_in_order() {
    let treated = treated(&plan(&[], &["date"], &["date=month", "date=prefix:4"])).unwrap();
    assert!(treated.subject.is_none());
    assert_eq!(codes(&treated.columns[0]), [0, 0, 0, 1, 0]);
}

#[test]
fn rare_values_are_counted_in_subjects_when_there_are_some() {
    let by_subject = treated(&plan(&["card"], &["amount"], &["amount=bins:100", "amount=rare:2"])).unwrap();
    assert_eq!(by_subject.columns[0].cardinality, 1);
    // Each amount has one record.
    let by_record = treated(&plan(&[], &["amount"], &["amount=rare:2"])).unwrap();
    assert_eq!(by_record.columns[0].cardinality, 1);
}

#[test]
fn a_dropped_column_is_not_counted() {
    let treated = treated(&plan(&["card"], &["amount", "date"], &["date=drop"])).unwrap();
    assert_eq!(treated.columns.len(), 1);
    assert_eq!(treated.described[1].role, Role::Ignore);
    assert_eq!(treated.described[1].coarsen, ["drop"]);
}

#[test]
fn a_rule_of_a_column_that_was_not_guessed_to_count_is_refused() {
    let mut guessing = plan(&["card"], &[], &["memo=prefix:1"]);
    guessing.roles.guess = true;
    let error = treated(&guessing).err().unwrap();
    assert_eq!(error, TreatmentError::IdleRule { column: "memo".to_owned(), role: Role::Ignore });
    assert!(error.is_plan_error() && error.hint().is_some());
    let mut dropping = plan(&["card"], &[], &["memo=drop", "date=month"]);
    dropping.roles.guess = true;
    assert!(treated(&dropping).is_ok());
}

#[test]
fn the_subject_cannot_be_coarsened() {
    let error = treated(&plan(&["card"], &["amount"], &["card=prefix:1"])).err().unwrap();
    assert!(matches!(error, TreatmentError::SubjectCoarsened(_)));
}

#[test]
fn a_map_that_was_not_read_or_has_no_subject_is_refused() {
    let map = SubjectMap { file: PathBuf::from("m.csv"), from: "card".to_owned(), to: "person".to_owned() };
    let with_map = |subject: &[&str]| Plan { subject_map: Some(map.clone()), ..plan(subject, &["amount"], &[]) };
    assert!(matches!(treated(&with_map(&["card"])).err(), Some(TreatmentError::NotRead(_))));
    assert!(matches!(treated(&with_map(&[])).err(), Some(TreatmentError::SubjectMapWithoutSubject)));
}

#[test]
fn hierarchies_are_found_under_the_path_of_their_rule() {
    let plan = plan(&[], &["memo"], &["memo=hierarchy:levels/memo.csv:1"]);
    let file = PathBuf::from("levels/memo.csv");
    assert_eq!(hierarchy_files(&plan).into_iter().collect::<Vec<_>>(), std::slice::from_ref(&file));
    let mut lookups = Lookups::default();
    let levels = extract(vec![column("0", &["a", "b", "c", "d", "e"]), column("1", &["x", "x", "y", "y", "y"])]);
    lookups.hierarchies.insert(file, levels);
    let extract = purchases();
    let roles = roles(&extract, &plan.roles).unwrap();
    let treated = treat(extract, &roles, &plan, &lookups).unwrap();
    assert_eq!(codes(&treated.columns[0]), [0, 0, 1, 1, 1]);
}

#[test]
fn sensitive_columns_and_weights_are_coded_beside_what_is_counted() {
    let mut plan = plan(&["card"], &["date"], &[]);
    plan.roles.declared.insert("memo".to_owned(), Role::Sensitive);
    plan.roles.declared.insert("amount".to_owned(), Role::Weight);
    let treated = treated(&plan).unwrap();
    let names = |columns: &[Column]| columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&treated.columns), treated.quasi_identifiers), (vec!["date".to_owned()], 1));
    assert_eq!(names(&treated.attributes.sensitive), ["memo"]);
    assert_eq!(treated.attributes.weights[0].column.name, "amount");
    assert!(treated.attributes.weights[0].numbers.is_some());
    assert_eq!(codes(&treated.attributes.sensitive[0]), [0, 1, 2, 3, 4]);
}

#[test]
fn a_weight_is_a_number_and_no_date() {
    let weight = |name: &str| {
        let mut plan = plan(&["card"], &[], &[]);
        plan.roles.declared.insert(name.to_owned(), Role::Weight);
        let weights = treated(&plan).unwrap().attributes.weights;
        (weights[0].numbers.clone(), weights[0].decimals)
    };
    assert_eq!(weight("amount"), (Some([499, 500, 501, 1499, 1500].map(Some).to_vec()), 2));
    assert_eq!((weight("date").0, weight("memo").0), (None, None));
}

#[test]
fn a_household_is_carried_as_it_stands_whatever_else_it_is() {
    for quasi in [&[][..], &["memo"]] {
        let mut plan = plan(&["card"], quasi, if quasi.is_empty() { &[] } else { &["memo=prefix:1"] });
        plan.household = Some("memo".to_owned());
        let group = treated(&plan).unwrap().attributes.group.unwrap();
        assert_eq!((group.name.as_str(), codes(&group)), ("memo", vec![0, 1, 2, 3, 4]));
    }
}

#[test]
fn a_sensitive_column_that_a_point_is_made_of_is_carried_as_it_is_counted() {
    let mut plan = plan(&["card"], &["date"], &["memo=prefix:1"]);
    plan.roles.declared.insert("memo".to_owned(), Role::Sensitive);
    let part = |column: &str| PointColumn { column: column.to_owned(), rule: None };
    plan.unicity.points.push(vec![part("date"), part("memo")]);
    let treated = treated(&plan).unwrap();
    assert_eq!(treated.columns[1], treated.attributes.sensitive[0]);
}

#[test]
fn a_column_that_counts_but_was_not_kept_is_refused() {
    let plan = plan(&[], &["amount"], &[]);
    let mut extract = purchases();
    extract.columns[2].coded = None;
    let roles = roles(&extract, &plan.roles).unwrap();
    let error = treat(extract, &roles, &plan, &Lookups::default()).err();
    assert_eq!(error, Some(TreatmentError::NotCoded("amount".to_owned())));
}
