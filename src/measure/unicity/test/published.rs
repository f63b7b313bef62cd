//! Worked examples with their sources.

use serde_json::Value;

use super::*;

pub(super) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/data/vectors/trajectory.json")).unwrap()
}

/// Shop, time bucket and price bin of each record of the worked example.
fn small_example(bucket_days: i64) -> Vec<PlainRecord> {
    let example = &vectors()["unicity_small"];
    let edges: Vec<f64> =
        example["price_bin_edges"].as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
    let letter = |cell: &Value, place: usize| i64::from(cell.as_str().unwrap().as_bytes()[place]);
    let rows = example["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let bucket = (row[2].as_i64().unwrap() - 1) / bucket_days;
        let price = row[3].as_f64().unwrap();
        let bin = edges.iter().filter(|&&edge| edge <= price).count();
        let subject = u32::try_from(letter(&row[0], 1) - i64::from(b'1')).unwrap();
        (subject, vec![Some(letter(&row[1], 0)), Some(bucket), Some(i64::try_from(bin).unwrap())])
    })
    .collect()
}

#[test]
fn the_worked_example_has_its_shares() {
    let cases = vectors()["unicity_small"]["cases"].as_array().unwrap().clone();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let records = small_example(case["time_bin_days"].as_i64().unwrap());
        let (table, values) = table_of(&records, 3);
        let columns = if case["price"].as_bool().unwrap() { 0..3 } else { 0..2 };
        let mut point = Point::new(columns);
        point.cohorts = vec![Cohort::Eligible, Cohort::UseAll];
        let value = measured(&table, &settings_of(&values, point));
        let known = u32::try_from(case["p"].as_u64().unwrap()).unwrap();
        let eligible = result_at(&value, Attacker::Uniform, Cohort::Eligible, known);
        assert!(close(eligible.share.unwrap(), case["unicity_exclude_short"].as_f64().unwrap()), "{case}");
        assert_eq!(eligible.subjects, case["per_user"].as_object().unwrap().len() as u64);
        let use_all = result_at(&value, Attacker::Uniform, Cohort::UseAll, known);
        assert!(close(use_all.share.unwrap(), case["unicity_short_use_all_points"].as_f64().unwrap()), "{case}");
        assert_eq!((use_all.subjects, use_all.excluded), (5, 0));
    }
}

#[test]
fn each_subject_of_the_worked_example_has_its_exposure() {
    for case in vectors()["unicity_small"]["cases"].as_array().unwrap() {
        let records = small_example(case["time_bin_days"].as_i64().unwrap());
        let columns: Vec<usize> = if case["price"].as_bool().unwrap() { vec![0, 1, 2] } else { vec![0, 1] };
        let subjects = plain_subjects(&records, &columns, None);
        let windows = vec![None; columns.len()];
        let known = usize::try_from(case["p"].as_u64().unwrap()).unwrap();
        for (user, expected) in case["per_user"].as_object().unwrap() {
            let subject = usize::from(user.as_bytes()[1] - b'1');
            let exposure =
                oracle::exposure(&subjects, subject, Attacker::Uniform, known, 2, &windows, &|point| key_of(point));
            assert!(close(exposure, expected.as_f64().unwrap()), "{user} {case}");
        }
        let (table, values) = table_of(&records, 3);
        let point = Point::new(columns.clone());
        let settings = settings_of(&values, point.clone());
        let known = u32::try_from(known).unwrap();
        let found = exposures(&table, &settings, &point, Attacker::Uniform, known, &Stop::default()).unwrap();
        for (user, found) in (1..).zip(found) {
            let expected = case["per_user"].get(format!("u{user}")).and_then(Value::as_f64);
            assert_eq!(found.is_some(), expected.is_some(), "u{user} {case}");
            assert!(found.zip(expected).is_none_or(|(found, expected)| close(found, expected)), "u{user} {case}");
        }
    }
}
