use super::*;
use crate::measure::linkage::testing::{Record, Shape, linked_by};
use crate::result::ColumnType;
use crate::stats::mix;

/// The tables of two releases, with truth. Records are (subject, merchant, day, cents).
fn linked(ours: &[Record], theirs: &[Record]) -> LinkedTables {
    let columns: [Shape; 3] = [
        ("merchant", ColumnType::Text, |record| i64::from(record.1)),
        ("day", ColumnType::Date, |record| record.2),
        ("amount", ColumnType::Decimal, |record| record.3),
    ];
    linked_by("other", columns, ours, theirs)
}

/// `subjects` people with 24 records each from `first_day` on. A person goes to three favourites two times in three,
/// else anywhere among `merchants`.
fn release(subjects: u32, merchants: u32, first_day: i64, seed: u64) -> Vec<Record> {
    let draw = |below: u32, key: [u64; 3]| {
        u32::try_from(key.iter().fold(seed, |state, &part| mix(state, part)) % u64::from(below)).unwrap()
    };
    let mut records = Vec::new();
    for subject in 0..subjects {
        let person = u64::from(subject);
        for at in 0..24_u64 {
            let favourite = mix(mix(99, person), u64::from(draw(3, [person, at, 1]))) % u64::from(merchants);
            let loyal = draw(3, [person, at, 2]) < 2;
            let merchant = if loyal { u32::try_from(favourite).unwrap() } else { draw(merchants, [person, at, 3]) };
            let day = first_day + i64::from(draw(30, [person, at, 4]));
            records.push((subject, merchant, day, i64::from(draw(5000, [person, at, 5])) + 100));
        }
    }
    records
}

fn attacked(linked: &LinkedTables) -> LinkageAttack {
    attack(linked, &Settings { candidates: 8 }, &Stop::default()).expect("nobody raised the flag")
}

#[test]
fn the_published_costs_and_their_assignment_come_out() {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    let vectors = &vectors["histogram_matching"];
    let histograms = |release: &str| -> Vec<Vec<(u32, u32)>> {
        let subjects = vectors[release].as_object().unwrap().values();
        let item = |name: &str| "WXYZ".find(name).unwrap();
        let entries = |subject: &serde_json::Value| {
            let counts = subject.as_object().unwrap().iter();
            let mut entries: Vec<(u32, u32)> = counts
                .map(|(name, count)| (narrow(item(name)), u32::try_from(count.as_u64().unwrap()).unwrap()))
                .collect();
            entries.sort_unstable();
            entries
        };
        subjects.map(entries).collect()
    };
    let (ours, theirs) = (histograms("release_1"), histograms("release_2"));
    let mut edges = Vec::new();
    for (left, one) in ours.iter().enumerate() {
        for (right, other) in theirs.iter().enumerate() {
            let (cost, expected) =
                (histogram_cost(one, other), vectors["cost_matrix_nats"][left][right].as_f64().unwrap());
            assert!((cost - expected).abs() < 1e-9, "{left} {right}: {cost} instead of {expected}");
            edges.push(Edge { left: narrow(left), right: narrow(right), score: 100.0 - cost });
        }
    }
    let partners = assign(4, 4, &edges, &Stop::default()).unwrap();
    assert_eq!(partners, [Some(1), Some(2), Some(0), Some(3)]);
}

#[test]
fn people_with_habits_are_followed_and_doubt_is_stated_honestly() {
    let attack = attacked(&linked(&release(120, 300, 0, 1), &release(120, 300, 31, 2)));
    assert!(attack.attack_rate.unwrap() > 0.9, "{attack:?}");
    assert_eq!(attack.evidence, crate::result::Evidence::Found);
    let (expected, correct) = (attack.expected_correct.unwrap(), attack.correct.unwrap());
    #[expect(clippy::cast_precision_loss, reason = "at most 120")]
    let apart = (expected - correct as f64).abs();
    assert!(apart < 15.0, "expected {expected}, right {correct}");
    let detail = attack.release.unwrap();
    assert_eq!(detail.common, Some(120));
    assert!(detail.features.contains(&"merchant".to_owned()));
}

#[test]
fn no_order_of_the_records_and_no_numbering_changes_a_figure() {
    let (ours, theirs) = (release(40, 60, 0, 3), release(40, 60, 31, 4));
    let plain = attacked(&linked(&ours, &theirs));
    let turned = |records: &[Record]| -> Vec<Record> { records.iter().rev().copied().collect() };
    assert_eq!(attacked(&linked(&turned(&ours), &turned(&theirs))), plain);
    // Other numbers for the same people, so that tables hold them in another order.
    let renamed = |records: &[Record]| -> Vec<Record> {
        records.iter().map(|&(subject, merchant, day, cents)| ((subject * 7) % 40 + 3, merchant, day, cents)).collect()
    };
    assert_eq!(attacked(&linked(&renamed(&ours), &renamed(&theirs))), plain);
}

#[test]
fn one_thread_gives_the_same_figures() {
    let linked = linked(&release(30, 50, 0, 5), &release(30, 50, 31, 6));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(alone.install(|| attacked(&linked)), attacked(&linked));
}

#[test]
fn without_truth_the_rate_is_what_the_links_expect_of_themselves() {
    let mut linked = linked(&release(40, 60, 0, 3), &release(40, 60, 31, 4));
    linked.truth = None;
    let attack = attacked(&linked);
    assert_eq!(attack.attack_rate, attack.expected_correct.map(|expected| expected / 40.0));
    assert_eq!((attack.correct, attack.precision, attack.recall), (None, None, None));
    assert!(attack.calibration.iter().all(|bin| bin.correct.is_none()));
    let detail = attack.release.unwrap();
    assert_eq!((detail.plain_overlap_rate, detail.nearest_rate, detail.common), (None, None, None));
}

/// Only the records of these people.
fn of_people(records: Vec<Record>, people: std::ops::Range<u32>) -> Vec<Record> {
    records.into_iter().filter(|record| people.contains(&record.0)).collect()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn of_unrelated_people_nobody_is_claimed() {
    for merchants in [40, 150, 600] {
        let ours = of_people(release(240, merchants, 0, 11), 0..120);
        let theirs = of_people(release(240, merchants, 31, 12), 120..240);
        let mut linked = linked(&ours, &theirs);
        linked.truth = None;
        let attack = attacked(&linked);
        assert_eq!((attack.attack_rate, attack.expected_correct), (None, None), "{merchants}: {attack:?}");
        assert_eq!(attack.evidence, crate::result::Evidence::Unknown);
        assert!(attack.undefined.iter().all(|field| field.reason == "nobody-in-common"), "{attack:?}");
    }
}

#[test]
fn people_without_habits_are_not_claimed_though_all_are_in_both() {
    // One merchant is as good as another for everybody, so no history says whose it is.
    let anyhow = |day, seed| -> Vec<Record> {
        let any = |at: u64, key: u64, below: u64| u32::try_from(mix(mix(seed, at), key) % below).unwrap();
        (0..600)
            .map(|at| (u32::try_from(at % 100).unwrap(), any(at, 1, 50), day + i64::from(any(at, 2, 30)), 100))
            .collect()
    };
    let mut linked = linked(&anyhow(0, 1), &anyhow(31, 2));
    linked.truth = None;
    let attack = attacked(&linked);
    assert_eq!(attack.attack_rate, None, "{attack:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimising; `cargo test --release` runs it")]
fn where_half_are_in_both_the_expected_number_is_near_the_right_one() {
    let ours = release(120, 300, 0, 13);
    let theirs = of_people(release(180, 300, 31, 14), 60..180);
    let mut linked = linked(&ours, &theirs);
    let told = attacked(&linked);
    assert_eq!(told.release.unwrap().common, Some(60));
    let right = f64::from(u32::try_from(told.correct.unwrap()).unwrap());
    assert!(right > 45.0, "{right}");
    linked.truth = None;
    let blind = attacked(&linked);
    let expected = blind.expected_correct.unwrap();
    assert!((expected - right).abs() < 0.2 * right, "expected {expected}, right {right}");
    // Truth scores links and changes none, and the interval of the blind attack covers what is right.
    assert_eq!(told.links, blind.links);
    // Half are known; what is expected of the others stands beside what is right.
    let known = told.known_truth.unwrap();
    assert_eq!((known.subjects, known.expected_correct), (60, right));
    let others = told.expected_correct.unwrap() - right;
    assert!((0.0..0.2 * right).contains(&others), "{others}");
    let [low, high] = blind.interval.unwrap().map(|share| share * 120.0);
    assert!(low < right && right < high, "{low} to {high}, right {right}");
    assert_eq!(blind.evidence, crate::result::Evidence::Found);
}

#[test]
fn a_few_in_both_are_told_when_their_histories_are_their_own() {
    let ours = release(150, 2000, 0, 15);
    let theirs = of_people(release(285, 2000, 31, 16), 135..285);
    let mut linked = linked(&ours, &theirs);
    linked.truth = None;
    let expected = attacked(&linked).expected_correct.unwrap();
    assert!((10.0..20.0).contains(&expected), "15 are in both, {expected} expected");
}

#[test]
fn equal_histories_are_not_linked() {
    let twins = |day| vec![(0, 1, day, 100), (1, 1, day, 100), (2, 2, day, 250), (2, 3, day, 250), (3, 4, day, 90)];
    let attack = attacked(&linked(&twins(0), &twins(35)));
    assert!(attack.links.unwrap() <= 2, "{attack:?}");
}

#[test]
fn what_cannot_be_measured_has_a_reason_and_no_figure() {
    let few = vec![(0, 1, 0, 100), (0, 2, 1, 200)];
    let many = release(5, 9, 0, 7);
    let apart: Vec<Record> = (0..4).map(|at| (at, 1000 + at, 0, 1)).collect();
    let other: Vec<Record> = (0..4).map(|at| (at, 2000 + at, 1, 900_000)).collect();
    let constant: Vec<Record> = (0..4).map(|at| (at, 1, 1, 1)).collect();
    let mut same = linked(&many, &many);
    same.source_equals_extract = true;
    for (linked, reason) in [
        (linked(&few, &many), "too-few-subjects"),
        (linked(&apart, &other), "no-overlap"),
        (linked(&constant, &constant), "constant"),
        (same, "same-records"),
    ] {
        let attack = attacked(&linked);
        assert_eq!(attack.attack_rate, None);
        assert!(
            attack.undefined.iter().any(|field| field.field == "attack_rate" && field.reason == reason),
            "{attack:?}"
        );
        assert_eq!(attack.notes.len(), 1);
    }
}

#[test]
fn a_raised_flag_ends_it() {
    let stop = Stop::default();
    stop.raise(StopReason::Interrupt);
    let linked = linked(&release(5, 9, 0, 7), &release(5, 9, 31, 8));
    assert_eq!(attack(&linked, &Settings::default(), &stop), Err(StopReason::Interrupt));
}
