#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "tables of a few records")]
#![expect(clippy::float_cmp, reason = "thresholds are looked up by the value that they are made from")]

use proptest::prelude::*;

use super::*;
use crate::measure::linkage::{Comparison, SharedColumn, SubjectKeys};
use crate::result::ColumnType;
use crate::result::Evidence;
use crate::table::{Codes, Column, Dictionary, SubjectCodes, Table};
use crate::tries::tries;

/// Rows of text cells, `""` being missing; the first cell is the subject where `subjects` says so.
fn table(rows: &[Vec<&str>], spellings: &[Vec<&str>], subjects: bool) -> Table {
    let columns = spellings.iter().enumerate().map(|(column, spellings)| {
        let place = column + usize::from(subjects);
        let code = |row: &Vec<&str>| spellings.iter().position(|spelling| *spelling == row[place]).unwrap() as u32;
        Column::new(
            format!("c{column}"),
            Codes::from_codes(spellings.len(), rows.iter().map(code)),
            u32::try_from(spellings.len()).unwrap(),
            spellings.iter().position(|spelling| spelling.is_empty()).map(|code| code as u32),
        )
    });
    let mut names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    names.sort_unstable();
    names.dedup();
    let of_records = subjects.then(|| SubjectCodes {
        codes: Codes::from_codes(names.len(), rows.iter().map(|row| names.binary_search(&row[0]).unwrap() as u32)),
        cardinality: u32::try_from(names.len()).unwrap(),
        missing: None,
    });
    Table::new(columns.collect(), of_records, rows.len()).unwrap()
}

fn shared_columns(count: usize) -> Vec<SharedColumn> {
    let column = |number| SharedColumn {
        name: format!("c{number}"),
        values: Dictionary::new(ColumnType::Text),
        numbers: None,
        comparison: Comparison::Equal,
    };
    (0..count).map(column).collect()
}

fn linked(ours: Table, theirs: Table, truth: Option<SubjectKeys>) -> LinkedTables {
    LinkedTables {
        source: "register".to_owned(),
        columns: shared_columns(ours.columns().len()),
        ours,
        theirs,
        truth,
        pseudonyms: None,
        source_equals_extract: false,
    }
}

/// Lines of cells, separated by blanks; `-` is a missing cell. Whether the first cell is a subject is said by side.
fn linked_text(ours: &str, our_subjects: bool, theirs: &str, their_subjects: bool) -> LinkedTables {
    let rows = |text: &'static str| -> Vec<Vec<&'static str>> {
        text.lines().map(|line| line.split(' ').map(|cell| if cell == "-" { "" } else { cell }).collect()).collect()
    };
    let (ours, theirs): (&'static str, &'static str) = (ours.to_owned().leak(), theirs.to_owned().leak());
    let (our_rows, their_rows) = (rows(ours), rows(theirs));
    let columns = our_rows[0].len() - usize::from(our_subjects);
    let spellings = |column: usize| {
        let ours = our_rows.iter().map(|row| row[column + usize::from(our_subjects)]);
        let theirs = their_rows.iter().map(|row| row[column + usize::from(their_subjects)]);
        let mut spellings: Vec<&str> = ours.chain(theirs).collect();
        spellings.sort_unstable();
        spellings.dedup();
        spellings
    };
    let spellings: Vec<Vec<&str>> = (0..columns).map(spellings).collect();
    linked(table(&our_rows, &spellings, our_subjects), table(&their_rows, &spellings, their_subjects), None)
}

fn attacked(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Stop::default()).unwrap()
}

fn reason<'a>(attack: &'a LinkageAttack, field: &str) -> Option<&'a str> {
    attack.undefined.iter().find(|undefined| undefined.field == field).map(|undefined| undefined.reason.as_str())
}

fn close(one: Option<f64>, other: f64) -> bool {
    one.is_some_and(|one| (one - other).abs() < 1e-12)
}

fn repeated(rows: &[(&str, usize)]) -> String {
    rows.iter().flat_map(|&(row, times)| std::iter::repeat_n(row, times)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_exact_linkage_vector() {
    let theirs = repeated(&[("k1", 1), ("k2", 3), ("k3", 5), ("k5", 2)]);
    let attack = attacked(&linked_text("k1\nk2\nk2\nk3\nk4", false, &theirs, false));
    assert_eq!((attack.unique, attack.ambiguous, attack.no_match), (Some(1), Some(3), Some(1)));
    assert_eq!((attack.one_to_one, attack.k_map, attack.population_mismatch), (Some(1), Some(1), Some(0)));
    assert!(close(attack.expected_correct, 0.373_333_333_333_333_3 * 5.0));
    assert!(close(attack.marketer, 0.373_333_333_333_333_3));
    // k1 1, k2 2/3, k3 0.2, k5 0.
    let delta = attack.delta_presence.unwrap();
    assert!(delta.min == 0.0 && (delta.max - 1.0).abs() < f64::EPSILON);
    assert_eq!(attack.reading, Some(Reading::Record));
}

#[test]
fn delta_presence_goes_over_the_classes_of_the_source() {
    let attack = attacked(&linked_text("k2\nk2\nk3", false, &repeated(&[("k2", 3), ("k3", 5)]), false));
    let delta = attack.delta_presence.unwrap();
    assert!((delta.min - 0.2).abs() < 1e-15 && (delta.max - 2.0 / 3.0).abs() < 1e-15);
}

#[test]
fn the_attacker_models_vector() {
    let population =
        repeated(&[("F 30-39 N", 6), ("M 30-39 N", 3), ("F 40-49 S", 2), ("M 40-49 S", 1), ("M 50-59 S", 8)]);
    let sample = repeated(&[("F 30-39 N", 2), ("M 30-39 N", 1), ("F 40-49 S", 2), ("M 40-49 S", 1)]);
    let attack = attacked(&linked_text(&sample, false, &population, false));
    let journalist = attack.journalist.unwrap();
    assert!(close(journalist.highest, 1.0));
    assert!(close(journalist.average, 0.444_444_444_444_444_4));
    assert!(close(attack.marketer, 0.444_444_444_444_444_4));
    let at_risk = journalist.at_risk.iter().find(|risk| risk.threshold == 0.2).unwrap();
    assert_eq!((at_risk.records, at_risk.subjects), (4, 4)); // 0.666… of 6
}

#[test]
fn the_mean_over_classes_can_be_the_larger_journalist_risk() {
    // Classes: u of 1 in 1 (1 subject of ours), v of 3 subjects of ours in 30. By class 2/31, by subject 1.1/4.
    let one = attacked(&linked_text(&repeated(&[("u", 1), ("v", 3)]), false, &repeated(&[("u", 1), ("v", 30)]), false));
    assert!(close(one.journalist.unwrap().average, 1.1 / 4.0));
    // v with 30 of 30: by class 2/40, by subject (1/10 + 1)/31.
    let other =
        attacked(&linked_text(&repeated(&[("u", 1), ("v", 30)]), false, &repeated(&[("u", 10), ("v", 30)]), false));
    assert!(close(other.journalist.unwrap().average, f64::max(2.0 / 40.0, 1.1 / 31.0)));
}

#[test]
fn an_extract_with_more_subjects_than_the_source_counts_itself_as_the_class() {
    let attack = attacked(&linked_text("k\nk\nk\nl", false, "k\nl\nl", false));
    assert_eq!((attack.population_mismatch, attack.k_map, attack.unique), (Some(1), Some(1), Some(3)));
    // Three subjects with one person each, one with two; at most one of the three is that person.
    assert!(close(attack.expected_correct, 3.0 + 0.5) && close(attack.marketer, 1.5 / 4.0));
    assert!(close(attack.journalist.as_ref().unwrap().highest, 0.5));
    assert!((attack.delta_presence.unwrap().max - 1.0).abs() < f64::EPSILON);
    assert!(attack.notes.iter().any(|note| note.contains("more subjects than the source in 1 class,")));
}

#[test]
fn an_event_column_takes_the_record_with_the_fewest_matches() {
    let attack = attacked(&linked_text("a mon\na tue\nb mon\nb mon", true, "mon\nmon\nmon\ntue\nwed", false));
    assert_eq!(attack.reading, Some(Reading::AnyRecord));
    assert_eq!((attack.unique, attack.ambiguous, attack.one_to_one), (Some(1), Some(1), Some(1)));
    assert!(close(attack.expected_correct, 1.0 + 1.0 / 3.0));
    assert_eq!((attack.journalist.as_ref(), attack.marketer), (None, None));
    assert_eq!(reason(&attack, "journalist"), Some("event-columns"));
    assert_eq!(reason(&attack, "marketer"), Some("event-columns"));
    assert!(attack.notes.iter().any(|note| note.contains("varies within a subject:")));
}

#[test]
fn records_of_one_subject_are_one_unit_on_both_sides() {
    let attack = attacked(&linked_text("a x\na x\na x\nb y", true, "p x\np x\nq y\nr y", true));
    assert_eq!((attack.subjects, attack.source_subjects), (2, 3));
    assert_eq!((attack.unique, attack.ambiguous), (Some(1), Some(1)));
    let at_risk = &attack.journalist.unwrap().at_risk;
    let above_half = at_risk.iter().find(|risk| risk.threshold == 0.5).unwrap();
    assert_eq!((above_half.records, above_half.subjects), (3, 1));
}

#[test]
fn no_overlap_is_said_in_words_and_gives_no_class() {
    let attack = attacked(&linked_text("a x\nb -", true, "y\nz\n-", false));
    assert_eq!((attack.unique, attack.ambiguous, attack.no_match), (Some(0), Some(0), Some(2)));
    assert_eq!(attack.notes[0], "no value of column `c0` occurs on both sides");
    assert!(attack.notes[1].starts_with("nobody can be compared"));
    assert_eq!((attack.k_map, reason(&attack, "k_map")), (None, Some("no-overlap")));
    assert_eq!((attack.journalist.as_ref(), reason(&attack, "journalist")), (None, Some("no-overlap")));
    assert_eq!((attack.attack_rate, attack.interval, attack.claim_rate, attack.marketer), (None, None, None, None));
    for rate in ["attack_rate", "interval", "claim_rate", "marketer"] {
        assert_eq!(reason(&attack, rate), Some("no-overlap"), "{rate}");
    }
    assert_eq!(attack.evidence, Evidence::Unknown);
    assert_eq!(attack.delta_presence.map(|delta| (delta.min, delta.max)), Some((0.0, 0.0)));
    assert_eq!(attack.column_sets[0].k_map, None);
}

#[test]
fn columns_that_overlap_one_by_one_keep_their_zeros() {
    let attack = attacked(&linked_text("a x 1\nb y 2", true, "x 2\ny 1", false));
    assert_eq!((attack.unique, attack.no_match, attack.attack_rate), (Some(0), Some(2), Some(0.0)));
    assert_eq!((attack.claim_rate, attack.evidence), (Some(0.0), Evidence::None));
    assert!(attack.notes[0].starts_with("nobody matches: no combination"), "{:?}", attack.notes);
}

#[test]
fn the_columns_without_a_common_value_are_named_one_by_one() {
    let attack = attacked(&linked_text("a x 1 p\nb y 2 q", true, "x 3 r\ny 4 s", false));
    assert_eq!(attack.attack_rate, None);
    assert_eq!(attack.notes[0], "no value of column `c1` occurs on both sides");
    assert_eq!(attack.notes[1], "no value of column `c2` occurs on both sides");
    assert_eq!(attack.notes.iter().filter(|note| note.contains("`c0`")).count(), 0);
}

#[test]
fn a_source_without_any_key_has_no_delta_presence() {
    let attack = attacked(&linked_text("a x\nb y", true, "-\n-", false));
    assert_eq!((attack.delta_presence, reason(&attack, "delta_presence")), (None, Some("no-key")));
}

#[test]
fn an_empty_side_is_undefined_not_safe() {
    let column = |codes: &[u8]| Column::new("c0".into(), Codes::U8(codes.to_vec().into()), 1, None);
    let empty = || Table::new(vec![column(&[])], None, 0).unwrap();
    let full = || Table::new(vec![column(&[0])], None, 1).unwrap();
    let no_extract = attacked(&linked(empty(), full(), None));
    assert_eq!((no_extract.attack_rate, no_extract.evidence), (None, Evidence::Unknown));
    for field in ["attack_rate", "interval", "claim_rate", "marketer"] {
        assert_eq!(reason(&no_extract, field), Some("empty"), "{field}");
    }
    let no_source = attacked(&linked(full(), empty(), None));
    assert_eq!((no_source.baseline_rate, no_source.evidence), (None, Evidence::Unknown));
    assert_eq!(reason(&no_source, "baseline_rate"), Some("empty-source"));
}

#[test]
fn truth_scores_links_and_never_makes_them() {
    let mut linked = linked_text("a x\nb y\nc z\nd w", true, "x\ny\nz\nz\nv", false);
    let claims = |attack: &LinkageAttack| (attack.unique, attack.ambiguous, attack.no_match, attack.links);
    let without = attacked(&linked);
    assert_eq!(claims(&without), (Some(2), Some(1), Some(1), Some(2)));
    assert_eq!((without.correct, without.precision, without.recall), (None, None, None));
    assert!(close(without.attack_rate, 2.5 / 4.0) && close(without.baseline_rate, 0.2));
    assert_eq!(without.evidence, Evidence::Found);
    // a is right, b has a key of nobody, c is among the two, d is somebody whose values differ.
    // That b is not in the source is not shown: its link counts.
    let theirs = vec![Some(0), Some(9), Some(2), Some(8), Some(3)];
    linked.truth = Some(SubjectKeys { ours: vec![Some(0), Some(1), Some(2), Some(3)], theirs });
    let with = attacked(&linked);
    assert_eq!(claims(&with), claims(&without));
    assert_eq!((with.correct, with.precision), (Some(1), Some(0.5)));
    assert!(close(with.recall, 1.0 / 3.0) && close(with.attack_rate, 2.5 / 4.0));
    assert!(close(with.baseline_rate, 0.75 / 5.0) && close(with.claim_rate, 0.5));
    assert_eq!(with.interval, with.attack_rate.map(|rate| [rate; 2]), "everybody was counted");
    assert_eq!(with.evidence, Evidence::Found);
    assert!(with.notes.iter().any(|note| note.starts_with("1 of 4 subjects have no partner")));
}

#[test]
fn missing_truth_keys_prove_nothing() {
    let mut linked = linked_text("a x\nb y", true, "x\ny", false);
    linked.truth = Some(SubjectKeys { ours: vec![None, None], theirs: vec![None, None] });
    let attack = attacked(&linked);
    assert_eq!((attack.correct, attack.precision, attack.recall), (Some(0), Some(0.0), None));
    assert_eq!(reason(&attack, "recall"), Some("no-true-partners"));
}

#[test]
fn proven_truth_takes_the_bound_away_and_repeated_keys_are_told() {
    let mut linked = linked_text("a x\nb y", true, "x\ny\nz", false);
    let keys = |theirs| Some(SubjectKeys { ours: vec![Some(0), Some(1)], theirs });
    linked.truth = keys(vec![Some(0), Some(1), Some(2)]);
    let proven = attacked(&linked);
    assert_eq!(proven.notes, Vec::<String>::new());
    linked.truth = keys(vec![Some(0), Some(1), Some(1)]);
    let repeated = attacked(&linked);
    assert!(repeated.notes.iter().any(|note| note.contains("the same truth key")));
    assert!(close(repeated.baseline_rate, 1.0 / 3.0), "a pairing has no more partners than subjects");
}

#[test]
fn every_subset_is_shown_up_to_ten_columns_and_small_ones_beyond() {
    let rows = |columns: usize| {
        let row = |value: &str| vec![value; columns].join(" ");
        linked_text(&format!("{}\n{}", row("x"), row("y")), false, &row("x"), false)
    };
    let four = attacked(&rows(4));
    assert_eq!(four.column_sets.len(), 15);
    assert_eq!(four.column_sets[4].columns, ["c0", "c1"]);
    assert_eq!(four.column_sets.last().unwrap().columns, four.columns);
    let eleven = attacked(&rows(11));
    assert_eq!(eleven.column_sets.len(), 11 + 55 + 165 + 1);
    assert!(eleven.notes.iter().any(|note| note.contains("up to 3 of the 11 shared columns")));
    assert_eq!(attacked(&rows(40)).column_sets.len(), 40 + 780 + 1);
}

#[test]
fn an_attack_ends_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(attack(&linked_text("x", false, "x", false), &stop), Err(StopReason::Timeout));
}

type Side = (Vec<(u32, Vec<u32>)>, bool, Vec<Option<u32>>);

/// Records of a few subjects, and a truth key for each of at most 30 subjects.
fn side(columns: usize) -> impl Strategy<Value = Side> {
    let record = (0_u32..8, prop::collection::vec(0_u32..4, columns));
    (prop::collection::vec(record, 0..25), any::<bool>(), prop::collection::vec(prop::option::of(0_u32..9), 30))
}

/// Value 3 is missing. Even columns are constant within subjects: the first record of a subject tells.
fn table_of((records, subjects, _): &Side, columns: usize) -> Table {
    let value = |record: &(u32, Vec<u32>), column: usize| {
        let first = records.iter().find(|(subject, _)| *subject == record.0).unwrap_or(record);
        if *subjects && column.is_multiple_of(2) { first.1[column] } else { record.1[column] }
    };
    let columns = (0..columns).map(|column| {
        Column::new(
            format!("c{column}"),
            Codes::from_codes(4, records.iter().map(|record| value(record, column))),
            4,
            Some(3),
        )
    });
    let codes = Codes::from_codes(8, records.iter().map(|(subject, _)| *subject));
    let of_records = SubjectCodes { codes, cardinality: 8, missing: None };
    Table::new(columns.collect(), subjects.then_some(of_records), records.len()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(2500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_figure_equals_brute_force((ours, theirs) in (1_usize..=4).prop_flat_map(|n| (side(n), side(n)))) {
        let columns = ours.0.iter().chain(&theirs.0).map(|record| record.1.len()).max().unwrap_or(1);
        let (our_table, their_table) = (table_of(&ours, columns), table_of(&theirs, columns));
        let keys = |side: &Side, table: &Table| side.2[..table.subjects()].to_vec();
        let truth = SubjectKeys { ours: keys(&ours, &our_table), theirs: keys(&theirs, &their_table) };
        let linked = linked(our_table, their_table, Some(truth));
        let attack = attacked(&linked);
        let expected = oracle::links(&linked, &(0..columns).collect::<Vec<_>>());
        let sum = |sizes: &[usize]| sizes.iter().map(|&size| 1.0 / size as f64).sum::<f64>();
        prop_assert_eq!(attack.unique, Some(expected.unique));
        prop_assert_eq!(attack.ambiguous, Some(expected.ambiguous));
        prop_assert_eq!(attack.no_match, Some(expected.no_match));
        prop_assert_eq!(attack.one_to_one, Some(expected.one_to_one));
        prop_assert_eq!(attack.k_map, expected.k_map);
        prop_assert_eq!(attack.correct, Some(expected.correct));
        prop_assert!(expected.correct <= expected.unique);
        prop_assert!((attack.expected_correct.unwrap() - expected.expected).abs() < 1e-9);
        if let Some(journalist) = attack.journalist {
            prop_assert!((journalist.highest.unwrap() - 1.0 / expected.sizes[0] as f64).abs() < 1e-12);
            for risk in journalist.at_risk {
                let above = expected.sizes.iter().filter(|&&size| 1.0 / size as f64 > risk.threshold).count();
                prop_assert_eq!(risk.subjects, above as u64);
            }
        }
        for (set, shown) in lattice(columns, columns).iter().zip(&attack.column_sets) {
            let expected = oracle::links(&linked, set.columns());
            let found = (shown.unique, shown.ambiguous, shown.no_match, shown.one_to_one, shown.k_map);
            let told = (expected.unique, expected.ambiguous, expected.no_match, expected.one_to_one, expected.k_map);
            prop_assert_eq!(found, told, "{}", set);
            prop_assert!((shown.expected_correct - sum(&expected.sizes)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_records_changes_no_byte(mut ours in side(3), mut theirs in side(3), seed in any::<u64>()) {
        let at = |ours: &Side, theirs: &Side| {
            let linked = linked(table_of(ours, 3), table_of(theirs, 3), None);
            serde_json::to_string(&attacked(&linked)).unwrap()
        };
        // Without subjects, so that no record is told by the first of its subject.
        (ours.1, theirs.1) = (false, false);
        let before = at(&ours, &theirs);
        for (side, seed) in [(&mut ours, seed), (&mut theirs, seed.rotate_left(32))] {
            let records = side.0.len().max(1);
            side.0.rotate_left(usize::try_from(seed % records as u64).unwrap() % records);
            side.0.reverse();
        }
        prop_assert_eq!(at(&ours, &theirs), before);
    }
}
