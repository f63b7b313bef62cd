use std::collections::BTreeSet;

use proptest::prelude::*;

use super::locations::Locations;
use super::{MOST_DISTANCES, Scale, attack, attack_within, by_numbers, groups, nearest, oracle};
use crate::measure::linkage::tolerant::example::{Row, keys, linked};
use crate::measure::linkage::{Comparison, LinkedTables, SubjectKeys};
use crate::measure::unicity::Tolerance;
use crate::result::{DistanceDetail, Evidence, LinkageAttack};
use crate::stop::{Stop, StopReason};
use crate::tries::tries;

/// A column of numbers; what a tolerance asks for means nothing to a distance.
const NUMBER: Comparison = Comparison::Within(Tolerance::Absolute(0));

fn run(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Stop::default()).unwrap()
}

/// The ways that insist on equal texts and on every number.
fn run_by_numbers(linked: &LinkedTables) -> LinkageAttack {
    by_numbers(linked, MOST_DISTANCES, &Stop::default()).unwrap()
}

fn detail(attack: &LinkageAttack) -> &DistanceDetail {
    attack.distance.as_ref().unwrap()
}

/// Each subject with one record of two numbers.
fn pairs(cells: &[[&'static str; 2]]) -> Vec<Row<'static>> {
    (0..).zip(cells).map(|(subject, cells)| (subject, cells.to_vec())).collect()
}

fn with_truth(mut linked: LinkedTables, ours: &[Row], theirs: &[Row]) -> LinkedTables {
    linked.truth = Some(keys(ours, theirs));
    linked
}

fn two(ours: &[Row], theirs: &[Row]) -> LinkedTables {
    with_truth(linked(&[("balance", NUMBER), ("income", NUMBER)], ours, theirs), ours, theirs)
}

fn near(one: Option<f64>, other: f64) {
    assert!(one.is_some_and(|one| (one - other).abs() < 1e-12), "{one:?} is not {other}");
}

fn reason<'a>(attack: &'a LinkageAttack, field: &str) -> Option<&'a str> {
    attack.undefined.iter().find(|entry| entry.field == field).map(|entry| entry.reason.as_str())
}

#[test]
fn the_worked_example_has_its_interval_and_its_nearest() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    let vector = &vectors["distance_linkage"];
    // Tenths, so that the numbers are whole.
    let side = |name: &str| -> Vec<Vec<String>> {
        let rows = vector[name].as_array().unwrap().iter();
        let tenths = |cell: &serde_json::Value| format!("{:.0}", cell.as_f64().unwrap() * 10.0);
        rows.map(|row| row.as_array().unwrap().iter().map(tenths).collect()).collect()
    };
    let [released, original] = [side("released"), side("original")];
    let rows = |side: &'static [Vec<String>]| -> Vec<Row<'static>> {
        (0..).zip(side).map(|(subject, cells)| (subject, cells.iter().map(String::as_str).collect())).collect()
    };
    let [released, original] = [released, original].map(|side| rows(side.leak()));
    let linked = two(&released, &original);
    let attack = run(&linked);
    near(attack.attack_rate, vector["dblr_correct"].as_f64().unwrap());
    near(detail(&attack).inside, vector["dRisk"].as_f64().unwrap());
    // Medians 3.2 and 30.0, median deviations 1.2 and 11.0: only the second row stays inside, as by the deviations.
    near(detail(&attack).inside_robust, 0.2);
    assert_eq!((detail(&attack).pairs, attack.correct, attack.links), (Some(5), Some(5), Some(5)));
    let scale = |column: usize| Scale::of(column, &linked.columns[column], &linked.ours.columns()[column]).unwrap();
    for column in 0..2 {
        let deviation = vector["sd_released"][column].as_f64().unwrap();
        let half_width = vector["k"].as_f64().unwrap() * deviation * 10.0;
        assert!((scale(column).half_widths[0] - half_width).abs() < 1e-9);
    }
    let expected: Vec<BTreeSet<usize>> = vector["nearest_released"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| BTreeSet::from([usize::try_from(row.as_u64().unwrap()).unwrap()]))
        .collect();
    assert_eq!(oracle::nearest(&linked), expected);
}

#[test]
fn one_outlier_widens_the_interval_for_everybody_and_not_the_robust_one() {
    let ours = pairs(&[["10", "1"], ["20", "2"], ["30", "3"], ["40", "4"], ["100000", "5"]]);
    let theirs = pairs(&[["19", "1"], ["29", "2"], ["39", "3"], ["49", "4"], ["99999", "5"]]);
    let attack = run(&two(&ours, &theirs));
    near(detail(&attack).inside, 1.0);
    // The median deviation is 10, so the interval ends at 0.74.
    near(detail(&attack).inside_robust, 0.0);
}

#[test]
fn a_tie_counts_by_its_share() {
    let ours = pairs(&[["10", "0"], ["10", "0"], ["30", "5"]]);
    let theirs = pairs(&[["11", "0"], ["25", "5"], ["31", "5"]]);
    let attack = run(&two(&ours, &theirs));
    // The first is one of two, the second lies nearer to the third, who is right for the third only.
    near(detail(&attack).nearest_rate, 1.5 / 3.0);
    assert!(attack.notes.iter().any(|note| note.contains("equally near")));
    // One to one the second is left with the first two, and is one of them.
    near(attack.expected_correct, 2.0);
    near(attack.attack_rate, 2.0 / 3.0);
    assert_eq!((attack.links, attack.correct), (Some(3), Some(2)));
    near(attack.precision, 2.0 / 3.0);
    near(attack.recall, 2.0 / 3.0);
}

#[test]
fn people_with_several_records_are_as_near_as_their_nearest_ones() {
    let rows = |cells: &[(u32, &'static str)]| -> Vec<Row<'static>> {
        cells.iter().map(|&(subject, cell)| (subject, vec![cell])).collect()
    };
    let ours = rows(&[(0, "0"), (0, "100"), (1, "50"), (1, "51")]);
    let theirs = rows(&[(0, "70"), (0, "99"), (1, "20"), (1, "52")]);
    let attack = run(&with_truth(linked(&[("amount", NUMBER)], &ours, &theirs), &ours, &theirs));
    assert_eq!((attack.correct, attack.subjects, attack.source_subjects), (Some(2), 2, 2));
    // One record of each lies closer than 0.05 standard deviations (40.7): 100 and 99, 51 and 52.
    near(detail(&attack).inside, 1.0);
}

#[test]
fn texts_must_be_equal_in_their_normal_form() {
    let columns = [("city", Comparison::Normalised), ("balance", NUMBER)];
    let ours = pairs(&[["Köln", "10"], ["Bonn", "11"], ["Bonn", "90"]]);
    let theirs = pairs(&[["KÖLN ", "89"], ["bonn", "30"], ["Ulm", "90"]]);
    let linked = with_truth(linked(&columns, &ours, &theirs), &ours, &theirs);
    let attack = run_by_numbers(&linked);
    assert_eq!((attack.correct, detail(&attack).looked_up), (Some(2), 2), "nobody of the extract is in Ulm");
    assert_eq!(detail(&attack).equal, ["city"]);
    assert_eq!(detail(&attack).measured, ["balance"]);
    near(attack.recall, 2.0 / 3.0);
    // Gower's distance compares the third as well, who is nearest by the balance alone.
    near(run(&linked).attack_rate, 1.0);
}

#[test]
fn without_truth_there_is_no_rate() {
    let rows = pairs(&[["10", "0"], ["20", "1"], ["30", "5"]]);
    let attack = run(&linked(&[("balance", NUMBER), ("income", NUMBER)], &rows, &rows));
    assert_eq!((attack.attack_rate, attack.interval, attack.evidence), (None, None, Evidence::Unknown));
    assert_eq!((reason(&attack, "attack_rate"), attack.links), (Some("no-truth"), Some(3)));
    assert_eq!((detail(&attack).pairs, detail(&attack).inside), (None, None));
}

#[test]
fn what_cannot_be_measured_says_why() {
    let none: &[Row] = &[];
    let rows = pairs(&[["10", "0"], ["20", "0"]]);
    let numbers = [("balance", NUMBER), ("income", NUMBER)];
    let texts = [("balance", Comparison::Equal), ("income", Comparison::Equal)];
    let equal = pairs(&[["7", "0"], ["7", "0"]]);
    let mixed = [("city", Comparison::Equal), ("income", NUMBER)];
    let elsewhere = pairs(&[["30", "1"], ["40", "2"]]);
    let measurable = pairs(&[["10", "1"], ["20", "2"]]);
    for (linked, why) in [
        (linked(&numbers, none, &rows), "empty"),
        (linked(&numbers, &rows, none), "empty"),
        (linked(&texts, &rows, &rows), "no-number"),
        (linked(&numbers, &equal, &rows), "constant"),
        (linked(&mixed, &measurable, &elsewhere), "no-overlap"),
        (linked(&[], &pairs(&[]), &pairs(&[])), "no-columns"),
    ] {
        let attack = run(&linked);
        assert_eq!((attack.attack_rate, attack.evidence), (None, Evidence::Unknown));
        assert_eq!(reason(&attack, "attack_rate"), Some(why));
        assert_eq!(reason(&attack, "interval"), Some(why));
        assert!(attack.notes.len() > 1, "{:?}", attack.notes);
    }
}

#[test]
fn a_missing_number_takes_no_part_and_is_passed_over_in_the_interval() {
    let ours = pairs(&[["10", "0"], ["20", "3"], ["", "5"]]);
    let theirs = pairs(&[["10", "0"], ["", "3"], ["30", "5"]]);
    let attack = run_by_numbers(&two(&ours, &theirs));
    assert_eq!((attack.correct, detail(&attack).looked_up), (Some(1), 2));
    near(detail(&attack).inside, 1.0);
    assert!(attack.notes.iter().any(|note| note.starts_with("1 records of the extract lack")));
}

#[test]
fn a_column_that_does_not_differ_is_passed_over_and_asks_the_interval_for_equality() {
    let ours = pairs(&[["10", "7"], ["20", "7"]]);
    let theirs = pairs(&[["11", "7"], ["19", "8"]]);
    let attack = run(&two(&ours, &theirs));
    assert_eq!(attack.correct, Some(2));
    assert!(attack.notes.iter().any(|note| note.contains("`income` do not differ")));
    let ours = pairs(&[["10", "7"], ["2000", "7"]]);
    let attack = run(&two(&ours, &theirs));
    near(detail(&attack).inside, 0.5);
}

#[test]
fn several_with_one_key_are_partners_each_and_found_once() {
    let ours = pairs(&[["10", "0"], ["20", "3"], ["30", "4"]]);
    let theirs = pairs(&[["10", "0"], ["11", "0"], ["30", "4"]]);
    let mut linked = two(&ours, &theirs);
    linked.truth = Some(SubjectKeys { ours: vec![Some(0), None, Some(1)], theirs: vec![Some(0), Some(0), None] });
    let attack = run(&linked);
    // The first by its own persons. Nothing shows the claims of the others to be wrong, one to one each has one.
    near(detail(&attack).nearest_rate, 2.0 / 3.0);
    near(attack.expected_correct, 3.0);
    assert_eq!((attack.correct, detail(&attack).pairs), (Some(1), Some(2)));
    near(attack.recall, 1.0);
}

#[test]
fn a_key_of_everybody_leaves_the_interval_open_and_not_the_nearest() {
    let cells: Vec<Row> = (0..40).map(|subject| (subject, vec![["1", "5", "9"][subject as usize % 3]])).collect();
    let mut linked = linked(&[("amount", NUMBER)], &cells, &cells);
    linked.truth = Some(SubjectKeys { ours: vec![Some(0); 40], theirs: vec![Some(0); 40] });
    let attack = attack_within(&linked, 1_000, &Stop::default()).unwrap();
    near(attack.attack_rate, 1.0);
    assert_eq!((detail(&attack).pairs, detail(&attack).inside), (None, None), "1,600 pairs are too many");
    near(detail(&run(&linked)).inside, 13.0 * 13.0 * 2.0 / 1600.0 + 14.0 * 14.0 / 1600.0);
}

#[test]
fn one_column_of_ascending_numbers_takes_few_distances() {
    let cells: Vec<String> = (0..5_000).map(|number| (number * 3).to_string()).collect();
    let rows: Vec<Row> = (0..).zip(&cells).map(|(subject, cell)| (subject, vec![cell.as_str()])).collect();
    let linked = with_truth(linked(&[("amount", NUMBER)], &rows, &rows), &rows, &rows);
    let attack = attack_within(&linked, 1_000_000, &Stop::default()).unwrap();
    assert_eq!(attack.correct, Some(5_000), "{:?}", attack.notes);
}

#[test]
fn too_many_distances_have_no_figure_and_a_raised_stop_ends() {
    let rows = pairs(&[["10", "0"], ["20", "3"], ["30", "4"]]);
    let linked = two(&rows, &rows);
    let attack = attack_within(&linked, 3, &Stop::default()).unwrap();
    assert_eq!((attack.attack_rate, reason(&attack, "attack_rate")), (None, Some("too-costly")));
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    assert_eq!(super::attack(&linked, &stop).unwrap_err(), StopReason::Timeout);
}

/// A record: its subject and its cells, `None` where missing.
type Drawn = (u32, [Option<i32>; 2], Option<bool>);

fn drawn(most: usize) -> impl Strategy<Value = Vec<Drawn>> {
    let cell = || prop::option::weighted(0.9, -4..5_i32);
    prop::collection::vec((0..4_u32, [cell(), cell()], prop::option::weighted(0.9, any::<bool>())), 0..most)
}

/// The drawn rows with subjects numbered densely, and cells as texts.
fn rows(drawn: &[Drawn]) -> Vec<(u32, Vec<String>)> {
    let subjects: BTreeSet<u32> = drawn.iter().map(|row| row.0).collect();
    let number = |subject| u32::try_from(subjects.range(..subject).count()).unwrap();
    let text = |cell: Option<i32>| cell.map_or_else(String::new, |cell| cell.to_string());
    let city = |city: Option<bool>| city.map_or("", |city| if city { "Ulm" } else { "Bonn" }).to_owned();
    drawn.iter().map(|row| (number(row.0), vec![text(row.1[0]), text(row.1[1]), city(row.2)])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(tries(4_000)))]
    #[test]
    fn the_nearest_of_every_person_equal_brute_force(ours in drawn(24), theirs in drawn(12)) {
        let [ours, theirs] = [rows(&ours), rows(&theirs)];
        let borrowed = |rows: &'static [(u32, Vec<String>)]| -> Vec<Row<'static>> {
            rows.iter().map(|(subject, cells)| (*subject, cells.iter().map(String::as_str).collect())).collect()
        };
        let [ours, theirs] = [ours, theirs].map(|rows| borrowed(rows.leak()));
        let columns = [("balance", NUMBER), ("income", NUMBER), ("city", Comparison::Normalised)];
        let linked = linked(&columns, &ours, &theirs);
        let scale = |(column, shared)| Scale::of(column, shared, &linked.ours.columns()[column]);
        let scales: Vec<Scale> = linked.columns.iter().enumerate().filter_map(scale).collect();
        let apart: Vec<&Scale> = scales.iter().filter(|scale| scale.tells_apart()).collect();
        let groups = groups(&linked);
        let sides = [(&linked.ours, &groups[0]), (&linked.theirs, &groups[1])]
            .map(|(table, groups)| Locations::new(table, groups, &apart));
        let conclude = |person: u32, subjects: &[u32]| {
            (person as usize, subjects.iter().map(|&subject| subject as usize).collect::<BTreeSet<_>>())
        };
        let found = nearest([&sides[0], &sides[1]], &apart, u64::MAX, &Stop::default(), conclude).unwrap().unwrap();
        let expected: Vec<(usize, BTreeSet<usize>)> =
            oracle::nearest(&linked).into_iter().enumerate().filter(|(_, subjects)| !subjects.is_empty()).collect();
        prop_assert_eq!(found, expected);
    }
}
