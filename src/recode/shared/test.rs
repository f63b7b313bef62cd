//! Two sides in one code space.

use std::collections::BTreeMap;

use super::{Holder, SharedValues, comparison, join, join_keys, keys_of_subjects, theirs_under_our_rules};
use crate::measure::linkage::Comparison;
use crate::measure::unicity::Tolerance;
use crate::plan::{CoarsenRule, OnColumn, Plan, TextComparison, TruthColumns};
use crate::plan::{TimeOrigin, WithinRule, Zone};
use crate::recode::testing::{column, subject_codes, typed_column};
use crate::recode::{Hierarchies, TreatmentError};
use crate::result::ColumnType;
use crate::secret::Secret;
use crate::table::{Dictionary, SubjectCodes};

const THEIRS: Holder<'static> = Holder { source: "register", column: "c" };

fn values(column_type: ColumnType, cells: &[&str]) -> Dictionary {
    typed_column("c", column_type, cells).coded.unwrap().dictionary
}

fn shared(column_type: ColumnType, cells: &[&str]) -> SharedValues {
    let dictionary = values(column_type, cells);
    SharedValues { name: "c".to_owned(), found: column_type, dictionary, after_rare: Vec::new() }
}

fn plan(rules: &[&str]) -> Plan {
    let rules: Vec<CoarsenRule> = rules.iter().map(|rule| CoarsenRule::parse(rule).unwrap()).collect();
    let coarsen = if rules.is_empty() { BTreeMap::new() } else { BTreeMap::from([("c".to_owned(), rules)]) };
    Plan { coarsen, ..Plan::default() }
}

/// The joint codes of both sides.
fn joined(ours: &Dictionary, theirs: &Dictionary, origin: TimeOrigin) -> [Vec<u32>; 2] {
    let mut maps = join("c", &[ours, theirs], &[THEIRS], origin).unwrap().maps.into_iter();
    [maps.next().unwrap(), maps.next().unwrap()]
}

#[test]
fn equal_values_have_one_code_and_missing_cells_one_of_their_own() {
    let (ours, theirs) = (values(ColumnType::Text, &["a", "", "b"]), values(ColumnType::Text, &["b", "c", "", "a"]));
    let found = join("c", &[&ours, &theirs], &[THEIRS], TimeOrigin::default()).unwrap();
    assert_eq!(found.maps, [vec![0, 1, 2], vec![2, 3, 1, 0]]);
    assert_eq!((found.dictionary.len(), found.dictionary.missing(), found.overlap), (4, Some(1), 2));
}

#[test]
fn a_missing_cell_of_one_side_alone_has_a_code_too() {
    let (ours, theirs) = (values(ColumnType::Text, &["a"]), values(ColumnType::Text, &["", "z"]));
    let found = join("c", &[&ours, &theirs], &[THEIRS], TimeOrigin::default()).unwrap();
    assert_eq!(found.maps, [vec![0], vec![1, 2]]);
    assert_eq!((found.dictionary.missing(), found.overlap), (Some(1), 0));
}

#[test]
fn whole_numbers_meet_decimals_and_an_empty_column_meets_everything() {
    let (ours, theirs) = (values(ColumnType::Integer, &["5", "7"]), values(ColumnType::Decimal, &["7", "5.5", "5"]));
    assert_eq!(joined(&ours, &theirs, TimeOrigin::default()), [vec![0, 1], vec![1, 2, 0]]);
    let (ours, theirs) = (values(ColumnType::Empty, &[""]), values(ColumnType::Date, &["2026-01-01"]));
    assert_eq!(joined(&ours, &theirs, TimeOrigin::default()), [vec![0], vec![1]]);
}

#[test]
fn moments_meet_dates_by_the_day_of_the_declared_clock() {
    let moments = values(ColumnType::ZonedTimestamp, &["2026-01-01T23:30:00Z", "2026-01-01T10:00:00Z"]);
    let dates = values(ColumnType::Date, &["2026-01-01", "2026-01-02"]);
    assert_eq!(joined(&dates, &moments, TimeOrigin::default()), [vec![0, 1], vec![0, 0]]);
    let ahead = TimeOrigin { zone: Zone::Offset(60), day_start_hour: 0 };
    assert_eq!(joined(&dates, &moments, ahead), [vec![0, 1], vec![1, 0]]);
    assert_eq!(joined(&moments, &dates, ahead), [vec![0, 1], vec![1, 0]]);
}

#[test]
fn whole_numbers_of_eight_digits_meet_dates_by_day() {
    let dates = values(ColumnType::Date, &["2026-11-21", "2026-11-22"]);
    let numbers = values(ColumnType::Integer, &["20261122", "20261131", "5", "20261121"]);
    assert_eq!(joined(&dates, &numbers, TimeOrigin::default()), [vec![0, 1], vec![1, 2, 3, 0]]);
    assert_eq!(joined(&numbers, &dates, TimeOrigin::default()), [vec![0, 1, 2, 3], vec![3, 0]]);
}

#[test]
fn moments_with_a_zone_meet_those_without_by_the_declared_clock() {
    let zoned = values(ColumnType::ZonedTimestamp, &["2026-01-01T23:30:00Z"]);
    let plain = values(ColumnType::Timestamp, &["2026-01-02T00:30:00", "2026-01-01T23:30:00"]);
    let ahead = TimeOrigin { zone: Zone::Offset(60), day_start_hour: 0 };
    assert_eq!(joined(&zoned, &plain, ahead), [vec![0], vec![0, 1]]);
    assert_eq!(joined(&plain, &zoned, TimeOrigin::default()), [vec![0, 1], vec![1]]);
}

#[test]
fn whole_numbers_meet_text_as_they_are_spelled() {
    let text = values(ColumnType::Text, &["2600", "0800", "x"]);
    let whole = values(ColumnType::Integer, &["800", "2600"]);
    assert_eq!(joined(&text, &whole, TimeOrigin::default()), [vec![0, 1, 2], vec![3, 0]]);
    assert_eq!(joined(&whole, &text, TimeOrigin::default()), [vec![0, 1], vec![1, 2, 3]]);
}

#[test]
fn types_that_cannot_be_compared_are_refused_with_both_names() {
    use ColumnType::{Boolean, Date, Decimal, Integer, Text, Time};
    for (one, other) in
        [(Text, Decimal), (Decimal, Text), (Text, Date), (Date, Decimal), (Boolean, Integer), (Time, Date)]
    {
        let error = super::check_types("ours", one, THEIRS, other).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("`ours`") && told.contains("`c` of `register`") && error.hint().is_some(), "{told}");
    }
}

#[test]
fn rules_of_the_extract_are_applied_to_the_source_in_order() {
    let ours = shared(ColumnType::Integer, &["1980"]);
    let theirs = values(ColumnType::Integer, &["1984", "1985", "", "1981"]);
    let (map, coarse) =
        theirs_under_our_rules(&ours, THEIRS, theirs, &plan(&["round:10", "prefix:3"]), &Hierarchies::new())
            .ok()
            .unwrap();
    let text = |code: u32| coarse.value(code).map(Secret::expose);
    assert_eq!(map.into_iter().map(text).collect::<Vec<_>>(), [Some("198"), Some("199"), None, Some("198")]);
}

#[test]
fn what_the_extract_holds_too_rarely_is_rare_in_the_source_whatever_its_count_there() {
    let mut ours = shared(ColumnType::Text, &["often"]);
    ours.after_rare = vec![values(ColumnType::Text, &["often", "(rare)"])];
    let theirs = values(ColumnType::Text, &["seldom", "often", "never"]);
    let found = theirs_under_our_rules(&ours, THEIRS, theirs, &plan(&["rare:2"]), &Hierarchies::new());
    assert_eq!(found.ok().unwrap().0, [0, 1, 0]);
}

#[test]
fn texts_are_normalised_and_tolerances_come_in_the_unit_of_both_sides() {
    let on = |within: Option<&str>, compare| OnColumn {
        ours: "c".to_owned(),
        theirs: "c".to_owned(),
        within: within.map(|rule| WithinRule::parse(rule).unwrap()),
        compare,
        column_type: None,
    };
    let text = values(ColumnType::Text, &["a"]);
    let decimal = values(ColumnType::Decimal, &["1.25", "3"]);
    assert_eq!(comparison(&on(None, None), &text, true).unwrap(), (None, Comparison::Normalised));
    let equal = on(None, Some(TextComparison::Equal));
    assert_eq!(comparison(&equal, &text, true).unwrap().1, Comparison::Equal);
    let (numbers, within) = comparison(&on(Some("5"), None), &decimal, false).unwrap();
    assert_eq!((numbers, within), (Some(vec![Some(125), Some(300)]), Comparison::Within(Tolerance::Absolute(500))));
    for (on, values) in [(on(Some("2d"), None), &text), (on(None, Some(TextComparison::Normalised)), &decimal)] {
        let error = comparison(&on, values, true).unwrap_err();
        assert!(matches!(error, TreatmentError::ToleranceDoesNotFit { .. }));
    }
}

#[test]
fn a_subject_with_two_keys_has_none_and_one_without_records_is_nobody() {
    let subjects = subject_codes(&["s1", "s1", "s2", "", "s3"]);
    let subjects =
        SubjectCodes { codes: subjects.codes, cardinality: subjects.cardinality + 1, missing: subjects.missing };
    let keys = keys_of_subjects(Some(&subjects), column("k", &["a", "b", "c", "d", ""]).coded.unwrap());
    assert_eq!((keys.of_subject, keys.torn), (vec![None, Some(2), None], 1));
    let by_record = keys_of_subjects(None, column("k", &["a", "", "a"]).coded.unwrap());
    assert_eq!(by_record.of_subject, [Some(0), None, Some(0)]);
}

#[test]
fn keys_are_compared_by_the_first_group_of_the_pattern() {
    let keys = |cells: &[&str]| keys_of_subjects(None, column("k", cells).coded.unwrap());
    let columns = |pattern: Option<&str>| TruthColumns {
        ours: "k".to_owned(),
        theirs: "k".to_owned(),
        is_complete: false,
        pattern: pattern.map(str::to_owned),
    };
    let (ours, theirs) = (keys(&["rec-1-org", "rec-2-org"]), keys(&["rec-2-dup", "rec-1-dup", "odd", "rec-2-dup-1"]));
    let found = join_keys(&columns(Some("rec-([0-9]+)")), "register", &ours, &theirs).unwrap();
    assert_eq!((found.ours, found.theirs), (vec![Some(0), Some(1)], vec![Some(1), Some(0), None, Some(1)]));
    let notes = found.notes.join("; ");
    assert!(notes.contains("1 truth key of the source") && notes.contains("2 subjects of the source share"), "{notes}");
    let plain = join_keys(&columns(None), "register", &ours, &theirs).unwrap();
    assert!(plain.notes.iter().any(|note| note.contains("no truth key occurs on both sides")));
    let whole = keys_of_subjects(None, typed_column("k", ColumnType::Integer, &["1"]).coded.unwrap());
    assert!(!join_keys(&columns(None), "register", &ours, &whole).unwrap().meet, "as they are spelled");
    let numbers = keys_of_subjects(None, typed_column("k", ColumnType::Decimal, &["1.5"]).coded.unwrap());
    assert!(join_keys(&columns(None), "register", &ours, &numbers).is_err());
    assert!(join_keys(&columns(Some("([0-9])")), "register", &ours, &numbers).is_ok());
}
