//! How a column is read whose type somebody declared: every cell with a value must be of that type.

use std::borrow::Cow;

use super::classify::{Doubt, Reading, Readings, is_not_a_number, readings_of};
use crate::result::ColumnType;

/// Why a column cannot be read as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The cell at this place among those that were looked at is not of the declared type.
    Cell(usize),
    /// All cells could be, but nothing in the column settles how they are read.
    Open(Doubt),
}

/// The reading of a declared type that all `cells` with a value admit; each comes with its place. `known` is what is
/// known of the column beside its cells.
pub(super) fn reading<'cell>(
    declared: ColumnType,
    known: Readings,
    cells: impl Iterator<Item = (usize, &'cell [u8])>,
) -> Result<Reading, Unfit> {
    let is_number = is_number(declared);
    let mut readings = known;
    if declared == ColumnType::Text {
        return Ok(Reading::Text);
    }
    for (place, cell) in cells {
        if is_number && is_not_a_number(cell) {
            continue;
        }
        readings = readings.and(readings_of(&if is_number { unpadded(cell) } else { Cow::Borrowed(cell) }));
        if readings.settle_as(declared).is_none() {
            return Err(Unfit::Cell(place));
        }
    }
    readings.settle_as(declared).unwrap_or(Ok(Reading::Empty)).map_err(Unfit::Open)
}

pub(super) const fn is_number(declared: ColumnType) -> bool {
    matches!(declared, ColumnType::Integer | ColumnType::Decimal)
}

/// A number without the zeros before it: where numbers are declared, `0800` is 800.
pub(super) fn unpadded(cell: &[u8]) -> Cow<'_, [u8]> {
    let sign = usize::from(matches!(cell.first(), Some(b'-' | b'+')));
    let pairs = cell[sign..].windows(2);
    let zeros = pairs.take_while(|pair| pair[0] == b'0' && pair[1].is_ascii_digit()).count();
    if zeros == 0 {
        return Cow::Borrowed(cell);
    }
    Cow::Owned([&cell[..sign], &cell[sign + zeros..]].concat())
}

#[cfg(test)]
mod tests {
    use super::{Unfit, reading};
    use crate::input::classify::{DateOrder, DateOrders, DecimalSign, Doubt, Reading, Readings};
    use crate::result::ColumnType;
    use crate::result::ColumnType::{Boolean, Date, Decimal, Integer, Text, Time, Timestamp, ZonedTimestamp};

    fn read(declared: ColumnType, cells: &[&str]) -> Result<Reading, Unfit> {
        let cells = cells.iter().map(|cell| cell.as_bytes()).enumerate();
        reading(declared, Readings::all(), cells)
    }

    const DAY: DateOrders = DateOrders { points: DateOrder::DayFirst, signs: DateOrder::DayFirst };
    const MONTH: DateOrders = DateOrders { signs: DateOrder::MonthFirst, ..DAY };
    const POINT: DecimalSign = DecimalSign::Point;
    const COMMA: DecimalSign = DecimalSign::Comma;

    #[test]
    fn every_type_takes_its_own_spellings_and_no_others() {
        let fitting: [(ColumnType, &[&str], Reading); 13] = [
            (Integer, &["0800", "-007", "1e3", "5.0", "NaN"], Reading::Integer(POINT)),
            (Decimal, &["00.5", "+1e3", "7"], Reading::Decimal(POINT)),
            (Decimal, &["007,50", "1.234,56"], Reading::Decimal(COMMA)),
            (Decimal, &["1", "1,50"], Reading::Decimal(COMMA)),
            (Integer, &["1.000", "12.500"], Reading::Integer(COMMA)),
            (Date, &["2026-01-02", "3.4.2026", "20260405"], Reading::Date(DAY)),
            (Date, &["20260102"], Reading::Date(DAY)),
            (Date, &["01/02/2026", "13/01/2026", "2026-01-02"], Reading::Date(DAY)),
            (Timestamp, &["01/13/2026 08:30", "01/02/2026 08:30"], Reading::Timestamp(MONTH)),
            (ZonedTimestamp, &["2026-01-02T08:30Z"], Reading::ZonedTimestamp(DAY)),
            (Time, &["08:30"], Reading::Time),
            (Boolean, &["true", "FALSE"], Reading::Boolean),
            (Text, &["1", "2026-01-02", "NaN", "x"], Reading::Text),
        ];
        for (declared, cells, expected) in fitting {
            assert_eq!(read(declared, cells), Ok(expected), "{declared:?}");
        }
        let unfit: [(ColumnType, &[&str], usize); 7] = [
            (Integer, &["1", "1.5"], 1),
            (Integer, &["1", "2", "x"], 2),
            (Date, &["2026-01-02", "20261302"], 1),
            (Date, &["13/01/2026", "01/13/2026"], 1),
            (Timestamp, &["2026-01-02"], 0),
            (ZonedTimestamp, &["2026-01-02T08:30Z", "2026-01-02T08:30"], 1),
            (Boolean, &["true", "NaN"], 1),
        ];
        for (declared, cells, place) in unfit {
            assert_eq!(read(declared, cells), Err(Unfit::Cell(place)), "{declared:?}");
        }
    }

    #[test]
    fn a_date_with_slashes_needs_a_cell_that_settles_which_is_the_day() {
        assert_eq!(read(Date, &["2026-01-02", "01/02/2026"]), Err(Unfit::Open(Doubt::OrderOpen)));
        assert_eq!(read(Date, &[]), Ok(Reading::Empty));
    }

    #[test]
    fn a_declared_decimal_does_not_say_what_is_a_thousand() {
        assert_eq!(read(Decimal, &["1.000", "12.500"]), Err(Unfit::Open(Doubt::DecimalSign)));
        assert_eq!(read(Integer, &["1.000", "2.000"]), Err(Unfit::Open(Doubt::DecimalSign)));
        assert_eq!(read(Decimal, &["1.000", "12.500", "0.5"]), Ok(Reading::Decimal(POINT)));
    }
}
