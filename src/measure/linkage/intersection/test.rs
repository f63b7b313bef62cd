//! A worked example, random releases against brute force, and edge cases.

use proptest::prelude::*;

use super::{attack, oracle};
use crate::measure::linkage::Comparison::Equal;
use crate::measure::linkage::tolerant::example::{Row, keys, linked};
use crate::measure::linkage::{LinkedTables, SubjectKeys};
use crate::result::{Evidence, LinkageAttack};
use crate::stop::{Stop, StopReason};
use crate::tries::tries;

fn releases(columns: &[&str], ours: &[Row], theirs: &[Row]) -> LinkedTables {
    let columns: Vec<_> = columns.iter().map(|&name| (name, Equal)).collect();
    let mut linked = linked(&columns, ours, theirs);
    linked.pseudonyms = Some(keys(ours, theirs));
    linked
}

fn run(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Stop::default()).unwrap()
}

#[test]
fn two_classes_of_two_may_have_nobody_in_common() {
    // Four subjects: two share a town in the first release, another two in the second.
    let ours = [(0, vec!["a"]), (1, vec!["a"]), (2, vec!["b"]), (3, vec!["b"]), (7, vec!["c"])];
    let theirs = [(0, vec!["x"]), (1, vec!["y"]), (2, vec!["x"]), (3, vec!["y"]), (8, vec!["x"]), (9, vec!["z"])];
    let attack = run(&releases(&["town"], &ours, &theirs));
    let detail = attack.intersection.unwrap();
    assert_eq!((detail.common, detail.joiners, detail.leavers), (4, 1, 2));
    assert_eq!((detail.unique_in_extract, detail.unique_in_other, detail.unique_in_both), (0, 0, 4));
    assert_eq!((detail.newly_unique, detail.smallest_class_in_both), (4, Some(1)));
    assert_eq!((detail.alone[0].joiners, detail.alone[0].leavers), (1, 2));
    assert_eq!((attack.attack_rate, attack.baseline_rate), (Some(1.0), Some(0.0)));
    assert_eq!(attack.evidence, Evidence::Found);
}

#[test]
fn a_subject_with_other_rows_is_in_another_class_whatever_their_order_and_number() {
    let ours = [(0, vec!["a"]), (0, vec!["b"]), (0, vec!["a"]), (1, vec!["b"]), (1, vec!["a"]), (2, vec!["a"])];
    let detail = run(&releases(&["town"], &ours, &[(0, vec!["a"]), (1, vec!["a"])])).intersection.unwrap();
    assert_eq!((detail.unique_in_extract, detail.unique_in_both, detail.smallest_class_in_both), (0, 0, Some(2)));
    assert_eq!(detail.alone[0].joiners, 1);
}

#[test]
fn the_same_release_twice_adds_nothing() {
    let rows = [(0, vec!["a"]), (1, vec!["a"]), (2, vec!["b"])];
    let mut linked = releases(&["town"], &rows, &rows);
    linked.source_equals_extract = true;
    let attack = run(&linked);
    assert_eq!((attack.attack_rate, attack.baseline_rate), (Some(1.0 / 3.0), Some(1.0 / 3.0)));
    assert_eq!((attack.evidence, attack.intersection.unwrap().newly_unique), (Evidence::None, 0));
    assert!(attack.notes[0].contains("the same records"));
}

#[test]
fn without_pseudonyms_or_common_subjects_there_is_no_rate() {
    let mut linked = releases(&["town"], &[(0, vec!["a"])], &[(1, vec!["a"])]);
    let attack = run(&linked);
    assert_eq!((attack.attack_rate, attack.evidence), (None, Evidence::Unknown));
    assert_eq!(attack.undefined[0].reason, "no-common-subjects");
    assert_eq!(attack.intersection.unwrap().smallest_class_in_both, None);
    linked.pseudonyms = None;
    let attack = run(&linked);
    assert_eq!((attack.attack_rate, attack.undefined[0].reason.as_str()), (None, "no-pseudonyms"));
    assert_eq!(attack.intersection, None);
}

#[test]
fn a_pseudonym_that_two_bear_pairs_nobody() {
    let mut linked = releases(&["town"], &[(0, vec!["a"]), (1, vec!["b"])], &[(0, vec!["a"]), (1, vec!["b"])]);
    linked.pseudonyms = Some(SubjectKeys { ours: vec![Some(4), Some(4)], theirs: vec![Some(4), None] });
    let attack = run(&linked);
    let detail = attack.intersection.unwrap();
    assert_eq!((detail.common, detail.joiners, detail.leavers), (0, 2, 2));
    assert!(attack.notes[0].starts_with("1 pseudonyms stand for several"), "{:?}", attack.notes);
}

#[test]
fn it_stops_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Interrupt);
    let linked = releases(&["town"], &[(0, vec!["a"])], &[(0, vec!["a"])]);
    assert_eq!(attack(&linked, &stop), Err(StopReason::Interrupt));
}

const CELLS: [&str; 4] = ["", "a", "b", "c"];

type Drawn = Vec<(u32, Vec<usize>)>;

fn release(columns: usize) -> impl Strategy<Value = Drawn> {
    prop::collection::vec((0_u32..9, prop::collection::vec(0_usize..4, columns)), 0..14)
}

fn both() -> impl Strategy<Value = (usize, [Drawn; 2])> {
    (1_usize..4).prop_flat_map(|columns| (Just(columns), [release(columns), release(columns)]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_count_equals_brute_force((columns, sides) in both()) {
        let [ours, theirs] = sides.map(|side| -> Vec<Row<'static>> {
            side.into_iter().map(|(subject, row)| (subject, row.into_iter().map(|cell| CELLS[cell]).collect())).collect()
        });
        let linked = releases(&["a", "b", "c"][..columns], &ours, &theirs);
        let detail = run(&linked).intersection.unwrap();
        prop_assert!(detail.unique_in_both >= detail.unique_in_extract.max(detail.unique_in_other));
        prop_assert_eq!(Some(detail), oracle::detail(&linked));
    }
}
