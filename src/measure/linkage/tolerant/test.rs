//! Worked examples, random tables against brute force, laws and edge cases.

use proptest::prelude::*;

use super::example::{Row, keys, linked};
use super::{attack, attack_within, oracle, sets};
use crate::measure::linkage::Comparison::{Equal, Normalised, Within};
use crate::measure::linkage::{Comparison, LinkedTables};
use crate::measure::unicity::Tolerance::{Absolute, Millionths};
use crate::result::{Evidence, LinkageAttack, Reading};
use crate::stop::{Stop, StopReason};
use crate::tries::tries;

fn run(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Stop::default()).unwrap()
}

fn statuses(attack: &LinkageAttack) -> [Option<u64>; 4] {
    [attack.unique, attack.ambiguous, attack.no_match, attack.one_to_one]
}

fn rows<'a>(cells: &[&'a str]) -> Vec<Row<'a>> {
    (0..).zip(cells).map(|(subject, &cell)| (subject, vec![cell])).collect()
}

fn near(one: Option<f64>, other: f64) {
    assert!(one.is_some_and(|one| (one - other).abs() < 1e-12), "{one:?} is not {other}");
}

#[test]
fn days_within_the_tolerance_match_from_either_side() {
    let attack =
        run(&linked(&[("born", Within(Absolute(2)))], &rows(&["10", "20", "40"]), &rows(&["8", "12", "21", "30"])));
    assert_eq!(statuses(&attack), [Some(1), Some(1), Some(1), Some(1)]);
    assert_eq!((attack.k_map, attack.links), (Some(1), Some(1)));
    near(attack.expected_correct, 1.5);
    near(attack.attack_rate, 0.5);
    near(attack.baseline_rate, 0.25);
    near(attack.claim_rate, 1.0 / 3.0);
    assert_eq!((attack.evidence, attack.reading), (Evidence::Found, Some(Reading::SubjectAttributes)));
}

#[test]
fn a_column_of_keys_without_a_common_value_leaves_no_rate() {
    let two = |cells: &[[&'static str; 2]]| -> Vec<Row<'static>> {
        (0..).zip(cells).map(|(subject, cells)| (subject, cells.to_vec())).collect()
    };
    let columns = [("born", Within(Absolute(2))), ("town", Equal)];
    let apart = run(&linked(&columns, &two(&[["10", "Ghent"]]), &two(&[["11", "Leuven"]])));
    assert_eq!((apart.attack_rate, apart.interval, apart.claim_rate, apart.marketer), (None, None, None, None));
    assert_eq!(apart.evidence, Evidence::Unknown);
    assert!(apart.undefined.iter().any(|entry| entry.field == "attack_rate" && entry.reason == "no-overlap"));
    assert!(apart.notes.iter().any(|note| note == "no value of column `town` occurs on both sides"));
    // Days that are too far apart were compared: that nobody matches is a figure.
    let far = run(&linked(&columns, &two(&[["10", "Ghent"]]), &two(&[["40", "Ghent"]])));
    assert_eq!((far.attack_rate, far.no_match), (Some(0.0), Some(1)));
}

#[test]
fn a_share_is_of_the_sources_value() {
    // 110 lies 10 from 100, a tenth of 100; 100 lies 10 from 110, and a tenth of 110 is 11.
    let percent = [("amount", Within(Millionths(100_000)))];
    assert_eq!(run(&linked(&percent, &rows(&["110"]), &rows(&["100", "7"]))).unique, Some(1));
    assert_eq!(run(&linked(&percent, &rows(&["111"]), &rows(&["100", "7"]))).no_match, Some(1));
    assert_eq!(run(&linked(&percent, &rows(&["100"]), &rows(&["111", "7"]))).unique, Some(1));
}

#[test]
fn closeness_is_not_transitive() {
    // 0 and 2 are both close to 1, but not to each other.
    let attack = run(&linked(&[("x", Within(Absolute(1)))], &rows(&["0", "1", "2"]), &rows(&["0", "1", "2"])));
    assert_eq!(statuses(&attack), [Some(0), Some(3), Some(0), Some(0)]);
    // Mean of 1 / max(F, f): 0 sees {0: 2, 1: 3}, 1 sees {0: 2, 1: 3, 2: 2}, 2 sees {1: 3, 2: 2}.
    near(attack.marketer.map(|share| 3.0 * share), 2.0 * (0.5 + 1.0 / 3.0) / 2.0 + 1.0 / 3.0);
    near(attack.expected_correct, 0.5 + 1.0 / 3.0 + 0.5);
}

#[test]
fn text_matches_without_regard_to_how_it_is_written() {
    let (ours, theirs) = (rows(&["12 Main Street", "Müller", "-"]), rows(&["12 MAIN ST.", "muller", "?"]));
    assert_eq!(statuses(&run(&linked(&[("name", Normalised)], &ours, &theirs))), [Some(2), Some(0), Some(1), Some(2)]);
    assert_eq!(run(&linked(&[("name", Equal)], &ours, &theirs)).no_match, Some(3));
}

#[test]
fn missing_cells_match_nothing() {
    for comparison in [Equal, Normalised, Within(Absolute(u64::MAX))] {
        let attack = run(&linked(&[("x", comparison)], &rows(&["", "1"]), &rows(&["", "1"])));
        assert_eq!(statuses(&attack), [Some(1), Some(0), Some(1), Some(1)], "{comparison:?}");
    }
}

#[test]
fn a_subject_takes_the_record_that_matches_the_fewest() {
    let ours = [(0, vec!["5"]), (0, vec!["50"]), (1, vec!["5"])];
    let theirs = [(0, vec!["5"]), (1, vec!["6"]), (1, vec!["50"]), (2, vec!["90"])];
    let attack = run(&linked(&[("day", Within(Absolute(1)))], &ours, &theirs));
    assert_eq!(attack.reading, Some(Reading::AnyRecord));
    assert_eq!(statuses(&attack), [Some(1), Some(1), Some(0), Some(1)]);
    assert_eq!(attack.marketer, None);
}

#[test]
fn records_that_single_out_different_people_claim_no_link() {
    let ours = [(0, vec!["5"]), (0, vec!["50"])];
    let attack = run(&linked(&[("day", Equal)], &ours, &rows(&["5", "50"])));
    assert_eq!((attack.unique, attack.links), (Some(1), Some(0)));
    assert!(attack.notes.iter().any(|note| note.contains("no link is claimed")), "{:?}", attack.notes);
}

#[test]
fn the_worked_example_of_exact_linkage_has_the_same_figures() {
    let ours = rows(&["k1", "k2", "k2", "k3", "k4"]);
    let theirs = rows(&["k1", "k2", "k2", "k2", "k3", "k3", "k3", "k3", "k3", "k5", "k5"]);
    let attack = run(&linked(&[("key", Normalised)], &ours, &theirs));
    near(attack.attack_rate, 0.373_333_333_333_333_3);
    near(attack.marketer, 0.373_333_333_333_333_3);
    assert_eq!((attack.k_map, attack.one_to_one), (Some(1), Some(1)));
    assert_eq!(statuses(&attack), [Some(1), Some(3), Some(1), Some(1)]);
}

#[test]
fn a_source_that_holds_few_makes_nobody_more_certain() {
    let attack = run(&linked(&[("x", Within(Absolute(1)))], &rows(&["1", "1", "2", "2"]), &rows(&["1", "9"])));
    assert_eq!(attack.unique, Some(4));
    near(attack.marketer, 1.0 / 4.0);
    // A limit is held against what is claimed: one person for each.
    near(attack.expected_correct, 4.0);
}

#[test]
fn links_are_held_against_the_truth() {
    let ours = rows(&["10", "20", "30", "44"]);
    let theirs = [(0, vec!["11"]), (2, vec!["21"]), (3, vec!["45"]), (9, vec!["90"])];
    let mut linked = linked(&[("x", Within(Absolute(1)))], &ours, &theirs);
    linked.truth = Some(keys(&ours, &theirs));
    let attack = run(&linked);
    assert_eq!((attack.links, attack.correct), (Some(3), Some(2)));
    near(attack.precision, 2.0 / 3.0);
    near(attack.recall, 2.0 / 3.0);
    // Of the third subject the truth says that it is somebody else, in the source or not is not known.
    near(attack.attack_rate, 0.75);
    assert_eq!(attack.interval, attack.attack_rate.map(|rate| [rate; 2]), "everybody was counted");
}

#[test]
fn without_links_or_partners_precision_and_recall_are_undefined() {
    let (ours, theirs) = ([(0, vec!["1"])], [(1, vec!["9"])]);
    let mut linked = linked(&[("x", Within(Absolute(2)))], &ours, &theirs);
    linked.truth = Some(keys(&ours, &theirs));
    let attack = run(&linked);
    assert_eq!((attack.precision, attack.recall, attack.attack_rate), (None, None, Some(0.0)));
    assert_eq!(attack.evidence, Evidence::None);
    let fields: Vec<&str> = attack.undefined.iter().map(|undefined| undefined.field.as_str()).collect();
    assert_eq!(fields, ["precision", "recall"]);
}

#[test]
fn an_empty_side_has_no_rate_and_says_why() {
    for (ours, theirs) in [(rows(&[]), rows(&["1"])), (rows(&["1"]), rows(&[]))] {
        let attack = run(&linked(&[("x", Equal)], &ours, &theirs));
        assert_eq!((attack.attack_rate, attack.unique, attack.evidence), (None, None, Evidence::Unknown));
        assert_eq!((attack.undefined[0].field.as_str(), attack.undefined[0].reason.as_str()), ("attack_rate", "empty"));
        assert_eq!(attack.notes.len(), 1);
    }
}

#[test]
fn a_tolerance_that_covers_everything_is_said() {
    let columns = |tolerance| [("town", Equal), ("born", Within(tolerance))];
    let ours = [(0, vec!["a", "1"]), (1, vec!["b", "9"])];
    let theirs = [(0, vec!["a", "5"]), (1, vec!["a", "8"])];
    let wide = run(&linked(&columns(Absolute(7)), &ours, &theirs));
    assert!(wide.notes.iter().any(|note| note.contains("`born` covers every value")), "{:?}", wide.notes);
    assert_eq!(wide.column_sets[0].ambiguous, wide.column_sets[1 + 1].ambiguous);
    assert_eq!(run(&linked(&columns(Absolute(6)), &ours, &theirs)).notes, Vec::<String>::new());
}

#[test]
fn a_tolerance_on_words_is_said() {
    let mut linked = linked(&[("name", Within(Absolute(1)))], &rows(&["ann"]), &rows(&["ann"]));
    let attack = run(&linked);
    assert!(attack.notes.iter().any(|note| note.contains("have no number")), "{:?}", attack.notes);
    assert_eq!(attack.no_match, Some(1));
    linked.columns[0].numbers = None;
    let attack = run(&linked);
    assert!(attack.notes.iter().any(|note| note.contains("compared for equality")), "{:?}", attack.notes);
    assert_eq!(attack.unique, Some(1));
}

#[test]
fn too_many_comparisons_have_no_figure_and_cheaper_sets_keep_theirs() {
    let columns = [("x", Within(Absolute(5))), ("town", Equal)];
    let side = |town: [&'static str; 10]| -> Vec<Row> {
        let numbers = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        (0..).zip(numbers.into_iter().zip(town)).map(|(subject, (x, town))| (subject, vec![x, town])).collect()
    };
    let side = side(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
    let linked = linked(&columns, &side, &side);
    let attack = attack_within(&linked, 19, &Stop::default()).unwrap();
    assert_eq!((attack.attack_rate, attack.unique), (None, None));
    assert_eq!((attack.undefined[0].reason.as_str(), attack.evidence), ("too-costly", Evidence::Unknown));
    assert_eq!(attack.column_sets.len(), 1);
    assert_eq!(
        (attack.column_sets[0].columns.as_slice(), attack.column_sets[0].unique),
        (&["town".to_owned()][..], 10)
    );
    let attack = attack_within(&linked, 20, &Stop::default()).unwrap();
    assert_eq!(attack.unique, Some(10));
    assert!(attack.notes.iter().any(|note| note.starts_with("`x` leaves too many pairs")), "{:?}", attack.notes);
}

#[test]
fn it_stops_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let linked = linked(&[("x", Within(Absolute(1)))], &rows(&["1"]), &rows(&["1"]));
    assert_eq!(attack(&linked, &stop), Err(StopReason::Timeout));
}

#[test]
fn groups_beyond_64_bits_are_numbered_anew() {
    let cells: Vec<String> = (0..300).map(|number| number.to_string()).collect();
    let side: Vec<Row> = (0..).zip(&cells).map(|(subject, cell)| (subject, vec![cell.as_str(); 9])).collect();
    let attack = run(&linked(&[("c", Equal); 9], &side, &side));
    assert_eq!((attack.unique, attack.one_to_one), (Some(300), Some(300)));
}

const WORDS: [&str; 7] = ["", "Main St.", "main street", "Main Road", "Zoë", "zoe", "-"];
const NUMBERS: [&str; 14] = ["", "-20", "-3", "-1", "0", "1", "2", "3", "5", "8", "10", "11", "40", "100"];

fn comparison() -> impl Strategy<Value = Comparison> {
    prop_oneof![
        Just(Equal),
        Just(Normalised),
        (0_u64..6).prop_map(|distance| Within(Absolute(distance))),
        prop_oneof![Just(0_u64), Just(100_000), Just(600_000), Just(1_000_000), Just(1_500_000)]
            .prop_map(|share| Within(Millionths(share))),
    ]
}

type Drawn = (Vec<Comparison>, [Vec<(u32, Vec<usize>)>; 2], bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    let columns = prop::collection::vec(comparison(), 1..4);
    (columns, any::<bool>()).prop_flat_map(|(columns, events)| {
        let side = || prop::collection::vec((0_u32..5, prop::collection::vec(0_usize..14, columns.len())), 1..9);
        (Just(columns.clone()), [side(), side()], Just(events))
    })
}

fn built((columns, sides, events): &Drawn) -> LinkedTables {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    let cell = |(comparison, &draw): (&Comparison, &usize)| match comparison {
        Within(_) => NUMBERS[draw],
        _ => WORDS[draw % WORDS.len()],
    };
    let side = |rows: &[(u32, Vec<usize>)]| -> Vec<Row> {
        let number = |(place, (subject, draws)): (u32, &(u32, Vec<usize>))| {
            let cells = columns.iter().zip(draws).map(cell).collect();
            (if *events { *subject } else { place }, cells)
        };
        (0..).zip(rows).map(number).collect()
    };
    let named: Vec<(&str, Comparison)> = NAMES.into_iter().zip(columns.iter().copied()).collect();
    linked(&named, &side(&sides[0]), &side(&sides[1]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(4000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_count_of_every_set_equals_brute_force(drawn in drawn()) {
        let linked = built(&drawn);
        let attack = run(&linked);
        let sets = sets(linked.columns.len());
        prop_assert_eq!(attack.column_sets.len(), sets.len());
        for (counted, set) in attack.column_sets.iter().zip(&sets) {
            let mut expected = oracle::counted(&linked, set);
            prop_assert!((counted.expected_correct - expected.expected_correct).abs() < 1e-9);
            expected.expected_correct = counted.expected_correct;
            prop_assert_eq!(counted, &expected);
        }
        let best = oracle::best(&linked, &sets[0]);
        let links = best.iter().flatten().filter(|best| best.leads_to.len() == 1).count();
        prop_assert_eq!(attack.links, Some(links as u64));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_records_changes_no_figure(mut drawn in drawn(), seed in any::<u64>()) {
        let before = run(&built(&drawn));
        for side in &mut drawn.1 {
            let turn = usize::try_from(seed % side.len() as u64).unwrap();
            side.rotate_left(turn);
        }
        prop_assert_eq!(run(&built(&drawn)), before);
    }

    #[test]
    fn a_wider_tolerance_loses_no_match(drawn in drawn()) {
        let wider = drawn.0.iter().map(|comparison| match comparison {
            Within(Absolute(distance)) => Within(Absolute(distance + 3)),
            Within(Millionths(share)) => Within(Millionths(share + 200_000)),
            Equal | Normalised => Normalised,
        });
        let wide = (wider.collect(), drawn.1.clone(), drawn.2);
        let (narrow, wide) = (built(&drawn), built(&wide));
        prop_assert!(run(&wide).no_match <= run(&narrow).no_match);
    }
}
