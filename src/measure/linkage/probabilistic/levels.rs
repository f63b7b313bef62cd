//! How close two values are: a few levels, from the same to nothing alike.

use super::fields::Value;
use crate::number::{as_float, ratio};
use crate::result::ColumnType;

/// Which levels a column has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names, streets, towns.
    Text,
    /// Whole numbers, postcodes, identifiers, times of day: what is typed digit by digit.
    Digits,
    /// Numbers with a fraction.
    Decimal,
    /// Days and instants, spelled `2026-11-21…`.
    Date,
    /// Equal or not.
    Plain,
}

/// Smallest Jaro-Winkler similarity of the second level, and of the third (Winkler 1990; the usual cuts of the field).
const CLOSE: f64 = 0.92;
const ALIKE: f64 = 0.8;

/// Share of values that must be digits (and separators) for a text to be compared as digits.
const DIGIT_SHARE: f64 = 0.95;

impl Kind {
    /// The kind of a column, from its type and, for text, from how its values look.
    pub(super) fn of(column_type: ColumnType, values: &[Value]) -> Self {
        match column_type {
            ColumnType::Integer | ColumnType::Time => Self::Digits,
            ColumnType::Decimal => Self::Decimal,
            ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp => Self::Date,
            ColumnType::Boolean | ColumnType::Empty => Self::Plain,
            ColumnType::Text => {
                let digits = values.iter().filter(|value| is_digits(&value.text)).count();
                let share = ratio(digits as u64, values.len() as u64);
                if share.is_some_and(|share| share >= DIGIT_SHARE) { Self::Digits } else { Self::Text }
            }
        }
    }

    /// The levels in words, from the closest to the farthest.
    pub(super) fn labels(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["exact", "Jaro-Winkler at least 0.92", "Jaro-Winkler at least 0.8", "other"],
            Self::Digits => &["exact", "one typing error", "two typing errors", "other"],
            Self::Decimal => &["exact", "one typing error", "within 1 %", "other"],
            Self::Date => &["exact", "one typing error, or day and month swapped", "same month", "same year", "other"],
            Self::Plain => &["exact", "other"],
        }
    }

    /// The level of two different values; the first level is for equal ones and found without looking at them.
    pub(super) fn level(self, one: &Value, other: &Value) -> u8 {
        match self {
            Self::Text => text_level(one, other),
            Self::Digits => match typing_errors(one, other) {
                errors @ 0..=2 => errors.max(1),
                _ => 3,
            },
            Self::Decimal if typing_errors(one, other) <= 1 => 1,
            Self::Decimal => 3 - u8::from(within_one_percent(&one.text, &other.text)),
            Self::Date => date_level(one, other),
            Self::Plain => 1,
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'/' | b'.' | b'+'))
}

fn text_level(one: &Value, other: &Value) -> u8 {
    if jaro_winkler_bound(one, other) < ALIKE {
        return 3;
    }
    let similarity = strsim::jaro_winkler(&one.text, &other.text);
    if similarity >= CLOSE { 1 } else { 3 - u8::from(similarity >= ALIKE) }
}

/// The Jaro-Winkler similarity is not above this.
///
/// Characters in common are at most those of the shorter text, less those that the other lacks altogether. Most pairs
/// end here, which is several times faster than the similarity itself.
pub(super) fn jaro_winkler_bound(one: &Value, other: &Value) -> f64 {
    let lacking = |of: &Value, by: &Value| (of.characters & !by.characters).count_ones();
    let common = (one.length.saturating_sub(lacking(one, other))).min(other.length.saturating_sub(lacking(other, one)));
    if common == 0 {
        return 0.0;
    }
    let (common, one_length, other_length) = (f64::from(common), f64::from(one.length), f64::from(other.length));
    let jaro = (common / one_length + common / other_length + 1.0) / 3.0;
    let same_beginning = one.text.chars().zip(other.text.chars()).take(4).take_while(|(a, b)| a == b).count();
    jaro + 0.1 * as_float(same_beginning as u64) * (1.0 - jaro)
}

/// Insertions, deletions, substitutions and swaps of neighbours between two values; 3 stands for more than two.
fn typing_errors(one: &Value, other: &Value) -> u8 {
    if one.length.abs_diff(other.length) > 2 {
        return 3;
    }
    u8::try_from(strsim::osa_distance(&one.text, &other.text)).map_or(3, |errors| errors.min(3))
}

fn within_one_percent(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (one.parse::<f64>(), other.parse::<f64>()) else { return false };
    (one - other).abs() <= 0.01 * one.abs().max(other.abs())
}

fn date_level(one: &Value, other: &Value) -> u8 {
    if typing_errors(one, other) <= 1 || is_swapped(&one.text, &other.text) {
        return 1;
    }
    let same = |bytes: usize| matches!((one.text.get(..bytes), other.text.get(..bytes)), (Some(a), Some(b)) if a == b);
    match (same(7), same(4)) {
        (true, _) => 2,
        (_, true) => 3,
        _ => 4,
    }
}

/// Whether day and month of one date are month and day of the other, in the same year.
fn is_swapped(one: &str, other: &str) -> bool {
    let parts = |text: &str| Some([text.get(..4)?.to_owned(), text.get(5..7)?.to_owned(), text.get(8..10)?.to_owned()]);
    match (parts(one), parts(other)) {
        (Some([year, month, day]), Some([other_year, other_month, other_day])) => {
            year == other_year && month == other_day && day == other_month
        }
        _ => false,
    }
}
