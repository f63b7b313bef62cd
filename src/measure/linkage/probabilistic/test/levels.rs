//! Levels of single values.

use proptest::prelude::*;

use super::super::fields::Value;
use super::super::levels::{Kind, jaro_winkler_bound};
use crate::result::ColumnType;

fn label(kind: Kind, one: &str, other: &str) -> &'static str {
    let (one, other) = (Value::new(one), Value::new(other));
    let level = kind.level(&one, &other);
    assert_eq!(level, kind.level(&other, &one), "the order of the two values has no say");
    kind.labels()[usize::from(level)]
}

#[test]
fn names_are_compared_by_jaro_winkler() {
    // Winkler's own pairs: MARTHA and MARHTA 0.961, DWAYNE and DUANE 0.84, DIXON and DICKSONX 0.813.
    assert_eq!(label(Kind::Text, "MARTHA", "MARHTA"), "Jaro-Winkler at least 0.92");
    assert_eq!(label(Kind::Text, "DWAYNE", "DUANE"), "Jaro-Winkler at least 0.8");
    assert_eq!(label(Kind::Text, "DIXON", "DICKSONX"), "Jaro-Winkler at least 0.8");
    assert_eq!(label(Kind::Text, "martha", "john"), "other");
    assert_eq!(label(Kind::Text, "Martha ", "martha"), "Jaro-Winkler at least 0.92");
}

#[test]
fn numbers_are_compared_by_typing_errors() {
    assert_eq!(label(Kind::Digits, "4223", "4232"), "one typing error");
    assert_eq!(label(Kind::Digits, "4223", "422"), "one typing error");
    assert_eq!(label(Kind::Digits, "4223", "4111"), "other");
    assert_eq!(label(Kind::Digits, "4223", "4141"), "other");
    assert_eq!(label(Kind::Digits, "4223", "5523"), "two typing errors");
    assert_eq!(label(Kind::Decimal, "1250.5", "1255"), "within 1 %");
    assert_eq!(label(Kind::Decimal, "12.5", "125"), "one typing error");
    assert_eq!(label(Kind::Decimal, "-12.5", "880"), "other");
    assert_eq!(label(Kind::Plain, "true", "false"), "other");
}

#[test]
fn dates_are_compared_by_typing_errors_and_calendar() {
    let swapped = "one typing error, or day and month swapped";
    assert_eq!(label(Kind::Date, "1980-03-12", "1980-12-03"), swapped);
    assert_eq!(label(Kind::Date, "1980-03-12", "1980-03-21"), swapped);
    assert_eq!(label(Kind::Date, "1980-03-12", "1980-03-29"), "same month");
    assert_eq!(label(Kind::Date, "1980-03-12", "1980-11-29"), "same year");
    assert_eq!(label(Kind::Date, "1980-03-12", "1977-11-29"), "other");
}

#[test]
fn a_text_of_digits_is_compared_as_digits() {
    let values = ["0800", "02-9999", "3000"].map(Value::new);
    assert_eq!(Kind::of(ColumnType::Text, &values), Kind::Digits);
    let values = ["0800", "rose bay", "3000"].map(Value::new);
    assert_eq!(Kind::of(ColumnType::Text, &values), Kind::Text);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_quick_bound_is_never_below_the_similarity(one in "[a-dé ]{0,9}", other in "[a-dé ]{0,9}") {
        let (one, other) = (Value::new(&one), Value::new(&other));
        let similarity = strsim::jaro_winkler(&one.text, &other.text);
        // Two empty texts are the same; they are no values of a column.
        prop_assume!(!one.text.is_empty() || !other.text.is_empty());
        prop_assert!(jaro_winkler_bound(&one, &other) >= similarity - 1e-12);
    }
}
