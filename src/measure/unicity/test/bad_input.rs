//! Input without a figure gets words, never 0 or NaN.

use super::*;
use crate::stop::{StopReason, Watch};

fn reason_of(table: &Table, settings: &Settings) -> String {
    match outcome(table, settings) {
        Outcome::Undefined { reason, explanation } => {
            assert!(explanation.len() > 10 && !explanation.ends_with('.'), "{explanation}");
            reason
        }
        other => panic!("not undefined: {other:?}"),
    }
}

/// Three subjects with two records each; the second column has one value.
fn plain() -> Vec<PlainRecord> {
    (0..6_u32).map(|record| (record / 2, vec![Some(i64::from(record)), Some(7), None])).collect()
}

#[test]
fn a_constant_point_and_one_that_is_missing_everywhere_have_no_figure() {
    let (table, values) = table_of(&plain(), 3);
    assert_eq!(reason_of(&table, &settings_of(&values, Point::new([1]))), "constant-point");
    assert_eq!(reason_of(&table, &settings_of(&values, Point::new([2]))), "all-missing");
    assert_eq!(reason_of(&table, &settings_of(&values, Point::new([0, 2]))), "all-missing");
    assert_eq!(reason_of(&table, &settings_of(&values, Point::new([]))), "no-point");
    let mut point = Point::new([0]);
    point.visible = vec![(0, vec![false; 6])];
    assert_eq!(reason_of(&table, &settings_of(&values, point)), "nothing-visible");
}

#[test]
fn one_curve_without_a_figure_does_not_hide_another() {
    let (table, values) = table_of(&plain(), 3);
    let mut settings = settings_of(&values, Point::new([1]));
    settings.points.push(Point::new([0]));
    let value = measured(&table, &settings);
    assert_eq!(value.curves[0].undefined.as_ref().unwrap().reason, "constant-point");
    assert!(value.curves[0].results.is_empty());
    assert_eq!(value.curves[2].results.len(), 4);
}

#[test]
fn without_subjects_or_with_one_there_is_nobody_to_match() {
    let (one, values) = table_of(&[(0, vec![Some(1)]), (0, vec![Some(2)])], 1);
    assert_eq!(reason_of(&one, &settings_of(&values, Point::new([0]))), "one-subject");
    let (empty, values) = table_of(&[], 1);
    assert_eq!(reason_of(&empty, &settings_of(&values, Point::new([0]))), "empty");
    let columns = one.columns().to_vec();
    let undeclared = Table::new(columns, None, 2).unwrap();
    assert_eq!(reason_of(&undeclared, &settings_of(&values, Point::new([0]))), "no-subject");
}

#[test]
fn more_known_points_than_any_trace_has_give_words() {
    let (table, values) = table_of(&plain(), 3);
    let mut settings = settings_of(&values, Point::new([0]));
    settings.known_points = vec![1, 9];
    let value = measured(&table, &settings);
    let long = result_at(&value, Attacker::Uniform, Cohort::Eligible, 9);
    assert_eq!((long.share, long.interval, long.subjects, long.excluded), (None, None, 0, 3));
    assert_eq!(long.reason.as_deref(), Some("no subject has 9 distinct points"));
    let fixed = result_at(&value, Attacker::Uniform, Cohort::Fixed, 9);
    let words = "more than half of the subjects have fewer than 3 distinct points, so the cohort is fixed at 2";
    assert_eq!(fixed.reason.as_deref(), Some(words));
}

#[test]
fn a_tolerance_that_covers_everything_has_no_figure() {
    let (table, values) = table_of(&plain(), 3);
    for (tolerance, covers) in [
        (Tolerance::Absolute(5), true),
        (Tolerance::Absolute(4), false),
        (Tolerance::Absolute(u64::MAX), true),
        (Tolerance::Millionths(u64::MAX), false),
    ] {
        let mut point = Point::new([0]);
        point.within = vec![Within { column: 0, tolerance, label: "wide".to_owned() }];
        let settings = settings_of(&values, point);
        if covers {
            assert_eq!(reason_of(&table, &settings), "tolerance-covers-everything");
        } else {
            // The value 0 has no magnitude, so no part of it reaches another value.
            assert_eq!(measured(&table, &settings).curves[0].within["c0"], "wide");
        }
    }
}

#[test]
fn a_tolerance_on_text_and_attributes_that_vary_have_no_figure() {
    let (table, values) = table_of(&plain(), 3);
    let mut point = Point::new([0]);
    point.within = vec![Within { column: 0, tolerance: Tolerance::Absolute(1), label: String::new() }];
    let text = vec![ColumnValues { keys: values[0].keys.clone(), numbers: Vec::new() }];
    assert_eq!(reason_of(&table, &settings_of(&text, point)), "not-a-number");
    let mut point = Point::new([0]);
    point.known_attributes = vec![0];
    assert_eq!(reason_of(&table, &settings_of(&values, point)), "attribute-varies");
    let mut point = Point::new([0]);
    point.attackers = vec![Attacker::Consecutive];
    assert_eq!(reason_of(&table, &settings_of(&values, point)), "no-order");
}

#[test]
fn a_raised_time_limit_gives_incomplete_and_an_interrupt_ends() {
    let (table, values) = table_of(&plain(), 3);
    let settings = settings_of(&values, Point::new([0]));
    for (reason, incomplete) in [(StopReason::Timeout, true), (StopReason::Interrupt, false)] {
        let stop = Stop::default();
        stop.raise(reason);
        let outcome = measure(&table, &settings, Watch::quiet(&stop));
        assert_eq!(matches!(outcome, Ok(Outcome::Incomplete { .. })), incomplete);
        assert_eq!(outcome == Err(StopReason::Interrupt), !incomplete);
    }
}

#[test]
fn ties_among_the_most_frequent_points_are_counted() {
    let records = [(0, 1), (0, 1), (0, 2), (0, 3), (1, 1), (1, 1), (1, 2)];
    let records: Vec<PlainRecord> = records.iter().map(|&(subject, place)| (subject, vec![Some(place)])).collect();
    let (table, values) = table_of(&records, 1);
    let mut point = Point::new([0]);
    point.attackers = vec![Attacker::Frequent];
    let value = measured(&table, &settings_of(&values, point));
    let tied = |known| result_at(&value, Attacker::Frequent, Cohort::Eligible, known).tied;
    assert_eq!((tied(1), tied(2), tied(3)), (Some(0), Some(1), Some(0)));
}
