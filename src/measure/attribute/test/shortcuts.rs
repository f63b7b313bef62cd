//! What is passed over changes nothing: bounds, remembered patterns, classes that are shown together.

use super::*;
use crate::tries::tries;

/// A table of so many records, each a subject of its own, or a member as it is.
fn many(draws: &mut Draws, records: usize, classes: u32, values: u32, cardinality: u32, is_subject: bool) -> Table {
    let of_class: Vec<u32> = (0..records).map(|_| draws.below(classes)).collect();
    // More than half have the first value, so that classes of one value are of both kinds.
    let secrets: Vec<u32> = (0..records).map(|_| draws.below(values).saturating_mul(draws.below(2))).collect();
    let subjects = is_subject.then(|| SubjectCodes {
        codes: Codes::from_codes(records, 0..u32::try_from(records).unwrap()),
        cardinality: u32::try_from(records).unwrap(),
        missing: None,
    });
    let sensitive = vec![column("secret", cardinality, &secrets, Some(values - 1))];
    let attributes = Attributes { sensitive, ..Attributes::default() };
    Table::with_attributes(vec![column("q", classes, &of_class, None)], attributes, subjects, records).unwrap()
}

fn known(cardinality: u32, missing: u32, value: SensitiveValue) -> SecretValues {
    let number = |code: u32| (code != missing).then(|| i64::from(code * code));
    SecretValues {
        value,
        keys: (0..u64::from(cardinality)).collect(),
        numbers: Some((0..cardinality).map(number).collect()),
        taxonomy: Some(vec![(0..cardinality).map(|code| code / 3).collect()]),
        ..SecretValues::default()
    }
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn the_mean_distance_from_all_values_bounds_every_distance_and_is_that_of_one_value() {
    let mut draws = Draws(11);
    for round in 0..2_000_u32 {
        let values = 2 + draws.below(12);
        let release: Vec<u64> = (0..values).map(|_| u64::from(1 + draws.below(30))).collect();
        let missing = round.is_multiple_of(3).then_some(values - 1);
        let number = |code: u32, draws: &mut Draws| (missing != Some(code)).then(|| i64::from(draws.below(40)) - 20);
        let below: Vec<u32> = (0..values).map(|_| draws.below(4)).collect();
        let secret = SecretValues {
            numbers: Some((0..values).map(|code| number(code, &mut draws)).collect()),
            taxonomy: Some(vec![below.clone(), below.iter().map(|group| group / 2).collect()]),
            ..SecretValues::default()
        };
        let column = column("secret", values, &[], missing);
        let distances = distance::Distances::new(&column, &secret, &release);
        let holders = |draws: &mut Draws| draws.below(6);
        let mixed = (0..values).map(|value| (value, holders(&mut draws))).filter(|&(_, holders)| holders > 0).collect();
        let one = vec![(draws.below(values), 1 + draws.below(5))];
        for (class, is_one) in [(mixed, false), (one, true)] {
            let class: Vec<(u32, u32)> = class;
            let pairs: u32 = class.iter().map(|&(_, holders)| holders).sum();
            if pairs == 0 {
                continue;
            }
            let members = crate::table::ClassMembers { classes: 1, members: pairs, values: &class, lists: None };
            let exact = distances.of(&members, &mut distances.scratch());
            for ground in 1..exact.len() {
                let Some(exact) = exact[ground] else { continue };
                let mean = |&(value, holders): &(u32, u32)| {
                    f64::from(holders) * distances.mean_distances(value as usize)[ground - 1]
                };
                let bound = class.iter().map(mean).sum::<f64>() / f64::from(pairs);
                assert!(exact <= bound + 1e-12, "round {round}, {:?}: {exact} beyond {bound}", models::GROUND[ground]);
                if is_one {
                    assert_close(bound, exact, models::GROUND[ground].name());
                }
            }
        }
    }
}

#[test]
fn one_pass_over_many_classes_finds_what_a_pass_of_its_own_for_each_class_finds() {
    let mut draws = Draws(12);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(32).build().unwrap();
    let together = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let choices = [SensitiveValue::Any, SensitiveValue::Last, SensitiveValue::Mode];
    for round in 0..tries(120_u32) {
        let values = 2 + draws.below(20);
        // With 32 threads each of up to 128 classes is in a stretch of its own, and nothing is known before it.
        let records = 50 + draws.below(900) as usize;
        let table = many(&mut draws, records, 128, values, values, !round.is_multiple_of(4));
        let secret = known(values, values - 1, choices[round as usize % 3]);
        let of = |pool: &rayon::ThreadPool| pool.install(|| measured(&table, std::slice::from_ref(&secret)));
        assert_eq!(of(&together), of(&alone), "round {round}");
    }
}

#[test]
fn classes_that_are_alike_count_as_often_as_they_are() {
    for (values, of_class) in [(2, 2), (3, 5), (16, 2)] {
        let (records, classes) = (30_000, 30_000 / of_class);
        // A value more, which nobody has, and a class is not told in one word: each is shown alone.
        let by_cardinality = [16, 17].map(|cardinality| {
            let mut draws = Draws(values.into());
            let table = many(&mut draws, records, classes, values, cardinality, true);
            let secret = known(cardinality, values - 1, SensitiveValue::Last);
            in_pool(2, || measured(&table, std::slice::from_ref(&secret)))
        });
        assert_eq!(by_cardinality[0], by_cardinality[1], "{values} values");
        let secret = only(&by_cardinality[0]);
        assert!(secret.homogeneous.majority_classes > 0 && secret.homogeneous.classes > 0, "{:?}", secret.homogeneous);
        assert!(secret.leave_one_out.unwrap() > 0.0 && secret.enhanced_beta_broken > 0, "{secret:?}");
    }
}
