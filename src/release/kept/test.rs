//! Distances and totals against their definitions.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Amounts, Before, Profile, View, change, entropy, month};
use crate::output::Values;
use crate::release::leaving::{Leaving, WrittenColumn, ranked_values};
use crate::result::{ColumnType, Role};
use crate::table::Codes;

fn ranked(cells: &[String]) -> (Codes, Values) {
    let texts: Vec<&str> = cells.iter().map(String::as_str).collect();
    let codes = Codes::from_codes(texts.len(), 0..u32::try_from(texts.len()).unwrap());
    ranked_values(codes, &texts)
}

fn leaving(name: &str, cells: &[String]) -> Leaving {
    let (codes, values) = ranked(cells);
    let column = WrittenColumn {
        name: name.to_owned(),
        role: Role::QuasiIdentifier,
        column_type: ColumnType::Text,
        rules: Vec::new(),
    };
    Leaving { column, codes, values }
}

/// Half the sum of the differences of shares, written out.
fn slow(before: &[String], after: &[String]) -> f64 {
    let mut shares: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    let [n, m] = [before.len(), after.len()].map(|count| f64::from(u32::try_from(count).unwrap()));
    for value in before {
        shares.entry(value).or_default().0 += 1.0 / n;
    }
    for value in after {
        shares.entry(value).or_default().1 += 1.0 / m;
    }
    shares.values().map(|(one, other)| (one - other).abs()).sum::<f64>() / 2.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn distances_are_those_of_the_definition(
        rows in prop::collection::vec((0_u8..4, 0_u8..3, any::<bool>()), 1..40)
    ) {
        let texts = |rows: &[&(u8, u8, bool)], of: fn(&(u8, u8, bool)) -> u8| -> Vec<String> {
            rows.iter().map(|row| format!("v{}", of(row))).collect()
        };
        let all: Vec<_> = rows.iter().collect();
        let kept: Vec<_> = rows.iter().filter(|row| row.2).collect();
        prop_assume!(!kept.is_empty());
        let [(a, b), (c, d)] = [&all, &kept].map(|rows| (texts(rows, |row| row.0), texts(rows, |row| row.1)));
        let sides = [ranked(&a), ranked(&b)];
        let views: Vec<View<'_>> = ["a", "b"]
            .iter()
            .zip(&sides)
            .map(|(name, (codes, values))| View { name, codes, values, amounts: None })
            .collect();
        let profile = Profile::of(&views, None);
        let before = Before { subjects: 7, profile, totals: Vec::new(), detail: vec![None, Some(0.5)] };
        let found = before.kept(&[leaving("a", &c), leaving("b", &d)], 5);
        prop_assert_eq!((found.records, found.records_before), (kept.len() as u64, all.len() as u64));
        prop_assert_eq!((found.subjects, found.subjects_before), (5, 7));
        for (column, expected) in found.columns.iter().zip([slow(&a, &c), slow(&b, &d)]) {
            prop_assert!((column.total_variation.unwrap() - expected).abs() < 1e-9);
        }
        let both = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().zip(other).map(|(one, other)| format!("{one} {other}")).collect()
        };
        let expected = slow(&both(&a, &b), &both(&c, &d));
        prop_assert!((found.pairs[0].total_variation.unwrap() - expected).abs() < 1e-9);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn sums_of_counted_pairs_are_those_of_the_records(
        rows in prop::collection::vec((-4_i8..4, 0_u8..5, any::<bool>()), 1..60),
        changed in any::<bool>(),
    ) {
        let texts = |of: fn(&(i8, u8, bool)) -> String| rows.iter().map(of).collect::<Vec<_>>();
        let (amounts, groups) = (ranked(&texts(|row| row.0.to_string())), ranked(&texts(|row| format!("g{}", row.1))));
        let stays: Vec<bool> = rows.iter().map(|row| row.2).collect();
        let units: Vec<Option<i128>> = amounts.1.iter().map(|value| value.parse().ok()).collect();
        let numbers = Amounts { codes: changed.then_some(&amounts.0), units };
        let views = [
            View { name: "a", codes: &amounts.0, values: &amounts.1, amounts: Some(numbers) },
            View { name: "g", codes: &groups.0, values: &groups.1, amounts: None },
        ];
        for stays in [None, Some(stays.as_slice())] {
            let found = Profile::of(&views, stays).totals(&views, stays);
            let mut expected: BTreeMap<String, i128> = groups.1.iter().map(|group| (group.to_owned(), 0)).collect();
            for (row, stays) in rows.iter().zip(stays.unwrap_or(&vec![true; rows.len()])) {
                *expected.get_mut(&format!("g{}", row.1)).unwrap() += if *stays { i128::from(row.0) } else { 0 };
            }
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&found[0].sums, &expected);
        }
    }
}

#[test]
fn months_are_read_from_dates_moments_and_months() {
    assert_eq!(["2026-11-21", "2026-11-21T08:30:00", "2026-11"].map(month), [Some("2026-11"); 3]);
    assert_eq!(["2026-Q4", "2026", "2026-W47", "x", "1234567", "2026-1100"].map(month), [None; 6]);
    assert_eq!(month(""), Some(""));
}

#[test]
fn the_change_of_totals_is_a_share_of_their_size() {
    let sums =
        |sums: &[(&str, i128)]| sums.iter().map(|(key, sum)| ((*key).to_owned(), *sum)).collect::<BTreeMap<_, _>>();
    let before = sums(&[("a", 60), ("b", -40)]);
    assert_eq!(change(&before, &before), Some(0.0));
    assert_eq!(change(&before, &sums(&[("a", 50), ("c", 5)])), Some(0.55));
    assert_eq!(change(&sums(&[("a", 0)]), &before), None);
}

#[test]
fn equal_counts_have_the_logarithm_of_their_number() {
    assert!((entropy(vec![7, 0, 7, 7, 7]) - 4_f64.ln()).abs() < 1e-12);
    assert!(entropy(vec![9]) == 0.0 && entropy(Vec::new()) == 0.0);
}
