//! Tolerances in the unit of a column, and values as whole numbers of it.

use crate::measure::unicity::Tolerance;
use crate::plan::{Exact, ToleranceSize, WithinRule};
use crate::result::ColumnType;
use crate::table::Dictionary;

/// The tolerance in the unit of [`whole_numbers`] for a column: `None` when it does not fit its type.
#[must_use]
pub fn tolerance_in(rule: &WithinRule, column_type: ColumnType, decimals: u32) -> Option<Tolerance> {
    let is_day = column_type == ColumnType::Date;
    let is_moment = matches!(column_type, ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time);
    let is_number = matches!(column_type, ColumnType::Integer | ColumnType::Decimal);
    match rule.size {
        ToleranceSize::Seconds(seconds) if is_day => Some(Tolerance::Absolute(seconds / 86_400)),
        ToleranceSize::Seconds(seconds) if is_moment => Some(Tolerance::Absolute(seconds.saturating_mul(1_000))),
        ToleranceSize::Millionths(share) if is_number => Some(Tolerance::Millionths(share)),
        // Values lie whole units apart, so what is more than a whole unit reaches no other value: half a coin on a night
        // of whole amounts is nothing.
        ToleranceSize::Number(size) if is_number => {
            u64::try_from(size.in_whole_units(decimals)?).ok().map(Tolerance::Absolute)
        }
        _ => None,
    }
}

/// Values as whole numbers in a fixed unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeNumbers {
    /// Digits behind the point of the unit: with 2, the unit of amounts is the cent. 0 for dates (days) and times
    /// (milliseconds).
    pub decimals: u32,
    /// One number a code; `None` where the value is missing.
    pub numbers: Vec<Option<i64>>,
}

/// The values of a column as whole numbers: days, milliseconds, or the smallest decimal unit that occurs. `None` when
/// they are neither numbers nor dates, or do not fit.
#[must_use]
pub fn whole_numbers(dictionary: &Dictionary) -> Option<WholeNumbers> {
    let column_type = dictionary.column_type();
    let exact = |text: &str| Exact::parse(text);
    let mut decimals = 0;
    if matches!(column_type, ColumnType::Integer | ColumnType::Decimal) {
        for value in dictionary.values().flatten() {
            decimals = decimals.max(exact(value.expose())?.decimals());
        }
    }
    let number = |text: &str| -> Option<i64> {
        match column_type {
            ColumnType::Integer | ColumnType::Decimal => i64::try_from(exact(text)?.in_units(decimals)?).ok(),
            _ => super::calendar::moment_number(column_type, text),
        }
    };
    let numbers = dictionary.values().map(|value| match value {
        None => Some(None),
        Some(value) => number(value.expose()).map(Some),
    });
    Some(WholeNumbers { decimals, numbers: numbers.collect::<Option<_>>()? })
}

#[cfg(test)]
mod tests {
    use super::{tolerance_in, whole_numbers};
    use crate::measure::unicity::Tolerance;
    use crate::plan::WithinRule;
    use crate::recode::testing::typed_column;
    use crate::result::ColumnType;

    fn tolerance(rule: &str, column_type: ColumnType) -> Option<Tolerance> {
        tolerance_in(&WithinRule::parse(rule).unwrap(), column_type, 2)
    }

    #[test]
    fn tolerances_come_in_the_unit_of_the_column() {
        assert_eq!(tolerance("2d", ColumnType::Date), Some(Tolerance::Absolute(2)));
        assert_eq!(tolerance("1w", ColumnType::Date), Some(Tolerance::Absolute(7)));
        assert_eq!(tolerance("30min", ColumnType::Timestamp), Some(Tolerance::Absolute(1_800_000)));
        assert_eq!(tolerance("5%", ColumnType::Decimal), Some(Tolerance::Millionths(50_000)));
        assert_eq!(tolerance("0.5%", ColumnType::Integer), Some(Tolerance::Millionths(5_000)));
        assert_eq!(tolerance("100", ColumnType::Decimal), Some(Tolerance::Absolute(10_000)));
        assert_eq!(tolerance("0.05", ColumnType::Decimal), Some(Tolerance::Absolute(5)));
        assert_eq!(tolerance("0.059", ColumnType::Decimal), Some(Tolerance::Absolute(5)));
        assert_eq!(tolerance("0.001", ColumnType::Integer), Some(Tolerance::Absolute(0)));
    }

    #[test]
    fn a_tolerance_that_does_not_fit_the_type_is_none() {
        assert_eq!(tolerance("2d", ColumnType::Integer), None);
        assert_eq!(tolerance("5%", ColumnType::Date), None);
        assert_eq!(tolerance("100", ColumnType::Text), None);
        for wrong in ["", "-5", "d", "1.5d", "five", "5 %%"] {
            assert!(WithinRule::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn values_become_whole_numbers_of_one_unit() {
        let numbers = |column_type, cells: &[&str]| {
            let dictionary = typed_column("c", column_type, cells).coded.unwrap().dictionary;
            whole_numbers(&dictionary).map(|whole| (whole.decimals, whole.numbers))
        };
        assert_eq!(
            numbers(ColumnType::Decimal, &["1.5", "-0.25", "3"]),
            Some((2, vec![Some(150), Some(-25), Some(300)]))
        );
        assert_eq!(numbers(ColumnType::Date, &["1970-01-02", "1969-12-31"]), Some((0, vec![Some(1), Some(-1)])));
        assert_eq!(numbers(ColumnType::ZonedTimestamp, &["1970-01-01T00:00:01Z"]), Some((0, vec![Some(1_000)])));
        assert_eq!(numbers(ColumnType::Time, &["00:01:00"]), Some((0, vec![Some(60_000)])));
        assert_eq!(numbers(ColumnType::Text, &["a"]), None);
    }
}
