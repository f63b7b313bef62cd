//! Every attack against the obvious way of counting it, and what evidence is worth: samples of the original and of others.

mod laws;
mod oracle;

use super::{Most, Settings, measure};
use crate::measure::linkage::{Comparison, LinkedTables, SharedColumn};
use crate::result::{ColumnType, Original, OriginalAttack, OriginalAttackKind, OriginalEvidence, Outcome};
use crate::secret::Secret;
use crate::stats::mix;
use crate::stop::{Stop, Watch};
use crate::table::{Codes, Column, Dictionary, SubjectCodes, Table};
use crate::tries::tries;

/// Numbers that look random.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(0x6f72_6967, seed))
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = mix(self.0, 1);
        super::singling::below(self.0, bound)
    }

    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.below(1 << 30)).unwrap()) / f64::from(1 << 30)
    }
}

/// A person, and what its record holds in each column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) person: u32,
    pub(super) cells: Vec<Option<i64>>,
}

/// Columns: whether each is a number or a word.
pub(super) type Kinds = [bool];

/// The sides in one code space, which `numbering` decides.
pub(super) fn linked(
    kinds: &Kinds,
    release: &[Record],
    original: &[Record],
    control: Option<&[Record]>,
    numbering: u64,
) -> (LinkedTables, Option<Table>) {
    let everything = || release.iter().chain(original).chain(control.into_iter().flatten());
    let mut columns = Vec::new();
    let mut codes: Vec<Vec<Option<i64>>> = Vec::new();
    for (place, &is_number) in kinds.iter().enumerate() {
        let mut values: Vec<i64> = everything().filter_map(|record| record.cells[place]).collect();
        values.sort_unstable();
        values.dedup();
        values.sort_by_key(|&value| mix(numbering, value.cast_unsigned()));
        let mut dictionary = Dictionary::new(if is_number { ColumnType::Integer } else { ColumnType::Text });
        for value in &values {
            let text = if is_number { value.to_string() } else { format!("word{value}") };
            dictionary.push(Secret::new(&text));
        }
        let mut order: Vec<Option<i64>> = values.into_iter().map(Some).collect();
        if everything().any(|record| record.cells[place].is_none()) {
            dictionary.push_missing();
            order.push(None);
        }
        let numbers = is_number.then(|| order.clone());
        let (name, comparison) = (format!("c{place}"), Comparison::Equal);
        columns.push(SharedColumn { name, values: dictionary, numbers, comparison });
        codes.push(order);
    }
    let table = |records: &[Record]| {
        let of_column = |(place, order): (usize, &Vec<Option<i64>>)| {
            let code = |record: &Record| order.iter().position(|value| *value == record.cells[place]).unwrap();
            let missing = order.iter().position(Option::is_none).map(|code| u32::try_from(code).unwrap());
            let cells = records.iter().map(|record| u32::try_from(code(record)).unwrap());
            let cardinality = u32::try_from(order.len()).unwrap();
            Column::new(format!("c{place}"), Codes::from_codes(order.len(), cells), cardinality, missing)
        };
        let columns = codes.iter().enumerate().map(of_column).collect();
        let people = records.iter().map(|record| record.person).max().unwrap_or(0) + 1;
        let of_record = Codes::from_codes(people as usize, records.iter().map(|record| record.person));
        let subjects = SubjectCodes { codes: of_record, cardinality: people, missing: None };
        Table::new(columns, Some(subjects), records.len()).unwrap()
    };
    let linked = LinkedTables {
        source: "raw".to_owned(),
        ours: table(release),
        theirs: table(original),
        columns,
        truth: None,
        pseudonyms: None,
        source_equals_extract: false,
    };
    (linked, control.map(table))
}

pub(super) fn settings(seed: u64, secrets: &[&str]) -> Settings {
    Settings {
        secrets: secrets.iter().map(|&name| name.to_owned()).collect(),
        not_shared: Vec::new(),
        seed,
        most: Most { statements: 200, ..Most::DEFAULT },
        notes: Vec::new(),
    }
}

pub(super) fn outcome(
    kinds: &Kinds,
    [release, original]: [&[Record]; 2],
    control: Option<&[Record]>,
    settings: &Settings,
) -> Outcome<Original> {
    let (linked, control) = linked(kinds, release, original, control, 5);
    measure(&linked, control.as_ref(), settings, Watch::quiet(&Stop::default())).unwrap()
}

/// People of one population: a number that depends on a word, a number, and two words.
pub(super) fn population(people: usize, draw: &mut Draw) -> Vec<Record> {
    let one = |person: usize| {
        let word = draw.below(6);
        let income = i64::try_from(word).unwrap() * 500 + i64::try_from(draw.below(4_000)).unwrap();
        let cells = [word, draw.below(9)].map(|word| Some(i64::try_from(word).unwrap()));
        let age = Some(i64::try_from(18 + draw.below(60)).unwrap()).filter(|_| draw.share() > 0.05);
        Record { person: u32::try_from(person).unwrap(), cells: vec![Some(income), age, cells[0], cells[1]] }
    };
    (0..people).map(one).collect()
}

const KINDS: [bool; 4] = [true, true, false, false];

pub(super) fn attack(value: &Original, kind: OriginalAttackKind) -> &OriginalAttack {
    value.attacks.iter().find(|attack| attack.kind == kind).unwrap()
}

fn numbered(records: &[Record]) -> Vec<Record> {
    (0..).zip(records).map(|(person, record)| Record { person, ..record.clone() }).collect()
}

/// What is said of membership and closeness of a release that is a sample of the original, or of the same population.
fn evidence(seed: u64, is_sample: bool) -> [OriginalEvidence; 2] {
    let mut draw = Draw::new(seed);
    let original = population(300, &mut draw);
    let control = population(300, &mut draw);
    let release = if is_sample { numbered(&original[..150]) } else { population(150, &mut draw) };
    let outcome = outcome(&KINDS, [&release, &original], Some(&control), &settings(seed, &[]));
    let value = outcome.value().unwrap();
    [OriginalAttackKind::Membership, OriginalAttackKind::Closeness].map(|kind| attack(value, kind).evidence)
}

#[test]
fn the_people_of_a_sample_of_the_original_are_found() {
    let found = (0..tries(20)).map(|seed| evidence(seed, true));
    assert!(found.into_iter().all(|found| found == [OriginalEvidence::Evidence; 2]));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn an_independent_sample_of_the_population_is_no_evidence_in_93_of_100_seeds() {
    let mut innocent = [0; 2];
    for seed in 0..100 {
        for (innocent, found) in innocent.iter_mut().zip(evidence(1_000 + seed, false)) {
            *innocent += u64::from(found != OriginalEvidence::Evidence);
        }
    }
    assert!(innocent.iter().all(|&innocent| innocent >= 93), "{innocent:?}");
}

#[test]
fn a_copy_of_the_original_is_found_by_every_attack_that_can_tell() {
    let mut draw = Draw::new(3);
    let (original, control) = (population(400, &mut draw), population(400, &mut draw));
    let settings = Settings { most: Most::DEFAULT, ..settings(1, &["c0"]) };
    let found = outcome(&KINDS, [&numbered(&original), &original], Some(&control), &settings);
    let value = found.value().unwrap();
    for kind in [
        OriginalAttackKind::SinglingOutMultivariate,
        OriginalAttackKind::Linkability,
        OriginalAttackKind::Inference,
        OriginalAttackKind::Closeness,
        OriginalAttackKind::Membership,
    ] {
        let found = attack(value, kind);
        assert_eq!(found.evidence, OriginalEvidence::Evidence, "{found:?}");
        assert!(found.residual_interval.unwrap()[0] > 0.0, "{found:?}");
    }
    assert_eq!((value.copies.copied, value.distances.closest[20]), (400, 0.0));
    assert!(value.control_copies.unwrap().copied < 20 && value.control_distances.as_ref().unwrap().closest[10] > 0.0);
}

#[test]
fn without_a_control_nothing_is_said_of_membership_and_nothing_is_evidence() {
    let original = population(100, &mut Draw::new(4));
    let found = outcome(&KINDS, [&numbered(&original), &original], None, &settings(1, &["c0"]));
    let value = found.value().unwrap();
    assert!(value.control_distances.is_none() && value.control_copies.is_none());
    for found in &value.attacks {
        assert_eq!((found.residual_risk, found.control), (None, None), "{found:?}");
        assert!(found.reason.is_some() && found.evidence != OriginalEvidence::Evidence, "{found:?}");
    }
    assert_eq!(attack(value, OriginalAttackKind::Linkability).evidence, OriginalEvidence::NoControl);
    assert_eq!(attack(value, OriginalAttackKind::Membership).evidence, OriginalEvidence::Undefined);
}

#[test]
fn what_cannot_be_told_is_undefined_in_words() {
    let people = population(100, &mut Draw::new(6));
    let other = population(100, &mut Draw::new(7));
    let reason = |release: &[Record], original: &[Record], control: Option<&[Record]>| match outcome(
        &KINDS,
        [release, original],
        control,
        &settings(1, &[]),
    ) {
        Outcome::Undefined { reason, .. } => reason,
        found => format!("{found:?}"),
    };
    assert_eq!(reason(&people[..19], &people, None), "too-few");
    assert_eq!(reason(&people, &people[..19], None), "too-few");
    assert_eq!(reason(&people, &people, Some(&other[..19])), "too-few");
    let of_one: Vec<Record> = people.iter().map(|record| Record { person: 0, ..record.clone() }).collect();
    assert_eq!(reason(&people, &of_one, None), "too-few", "a hundred records of one person");
    let empty: Vec<Record> = people.iter().map(|record| Record { cells: vec![None; 4], ..record.clone() }).collect();
    assert_eq!(reason(&empty, &people, None), "no-common-column");
    let words = [false; 4];
    let apart: Vec<Record> = people
        .iter()
        .map(|record| Record {
            cells: record.cells.iter().map(|cell| cell.map(|cell| cell + 1_000_000)).collect(),
            ..record.clone()
        })
        .collect();
    let found = outcome(&words, [&apart, &people], None, &settings(1, &[]));
    assert!(matches!(found, Outcome::Undefined { reason, .. } if reason == "no-common-column"));
}

#[test]
fn a_column_of_other_words_is_named_and_hides_no_risk() {
    let people = population(60, &mut Draw::new(8));
    let relabelled: Vec<Record> = people
        .iter()
        .map(|record| {
            let mut cells = record.cells.clone();
            cells[3] = cells[3].map(|cell| cell + 100);
            Record { cells, ..record.clone() }
        })
        .collect();
    let found = outcome(&KINDS, [&relabelled, &people], None, &settings(1, &[]));
    assert_eq!(found.value().unwrap().not_compared, ["c3"]);
}

#[test]
fn a_control_of_people_of_the_original_is_refused() {
    let people = population(400, &mut Draw::new(9));
    let found = outcome(&KINDS, [&numbered(&people), &people], Some(&numbered(&people[100..300])), &settings(1, &[]));
    assert!(matches!(found, Outcome::Undefined { reason, .. } if reason == "control-overlaps"));
    // Where everybody is the same as many others, coincidences are no overlap.
    let coarse = |people: &[Record]| -> Vec<Record> {
        let cells = |record: &Record| vec![Some(1), Some(2), record.cells[2], Some(record.cells[3].unwrap() % 2)];
        people.iter().map(|record| Record { cells: cells(record), ..record.clone() }).collect()
    };
    let other = population(400, &mut Draw::new(10));
    let found = outcome(&KINDS, [&coarse(&people), &coarse(&people)], Some(&coarse(&other)), &settings(1, &[]));
    let value = found.value().unwrap();
    assert_eq!(attack(value, OriginalAttackKind::Membership).evidence, OriginalEvidence::NoEvidence);
}

#[test]
fn a_control_that_the_release_was_made_from_is_found_out() {
    let mut draw = Draw::new(11);
    let (original, control) = (population(300, &mut draw), population(300, &mut draw));
    let found = outcome(&KINDS, [&numbered(&control), &original], Some(&control), &settings(1, &[]));
    for kind in [OriginalAttackKind::Membership, OriginalAttackKind::Closeness] {
        let found = attack(found.value().unwrap(), kind);
        assert_eq!((found.evidence, found.residual_risk), (OriginalEvidence::Undefined, None), "{found:?}");
    }
}

#[test]
fn a_secret_that_is_constant_or_missing_is_not_inferred() {
    let mut people = population(60, &mut Draw::new(12));
    for record in &mut people {
        record.cells[2] = Some(3);
    }
    people.iter_mut().skip(15).for_each(|record| record.cells[1] = None);
    let other = population(60, &mut Draw::new(13));
    let found = outcome(&KINDS, [&people, &people], Some(&other), &settings(1, &["c1", "c2", "c9"]));
    let value = found.value().unwrap();
    let inferred: Vec<&OriginalAttack> =
        value.attacks.iter().filter(|attack| attack.kind == OriginalAttackKind::Inference).collect();
    assert_eq!(inferred.len(), 3);
    assert!(
        inferred.iter().all(|found| found.evidence == OriginalEvidence::Undefined && found.residual_risk.is_none())
    );
}

#[test]
fn amounts_are_right_within_five_percent_of_the_true_one() {
    // Known column and secret; the nearest record of each person is its own, with a secret that is off.
    let of = |secrets: &[i64]| -> Vec<Record> {
        let cells = |(number, &secret): (u32, &i64)| Record {
            person: number,
            cells: vec![Some(i64::from(number)), Some(secret)],
        };
        (0..).zip(secrets).map(cells).collect()
    };
    let truth: Vec<i64> = (0..40).map(|number| [0, 100, -100, 1_000][number % 4]).collect();
    let off = |right: [i64; 4]| (0..40).map(|number| right[number % 4]).collect::<Vec<i64>>();
    let rate = |right: [i64; 4]| {
        let found = outcome(&[false, true], [&of(&off(right)), &of(&truth)], None, &settings(1, &["c1"]));
        attack(found.value().unwrap(), OriginalAttackKind::Inference).attack.unwrap().rate
    };
    assert!((rate([0, 105, -95, 950]) - 1.0).abs() < 1e-12);
    assert!((rate([1, 106, 94, -1_000]) - 0.0).abs() < 1e-12, "off by one from 0, too much, the wrong sign twice");
}
