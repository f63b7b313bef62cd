//! How a column is read whose type somebody declared: every cell with a value must be of that type.

use std::borrow::Cow;

use super::classify::{DayOrder, Reading, is_not_a_number, write_canonical};
use crate::result::ColumnType;

/// A cell that is not of the declared type, or a date of which nothing in the column settles day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfit {
    /// The place of the cell among those that were looked at.
    pub(super) place: usize,
    pub(super) declared: ColumnType,
}

/// The reading of a declared type that all `cells` with a value admit; each comes with its place.
pub(super) fn reading<'cell>(
    declared: ColumnType,
    cells: impl Iterator<Item = (usize, &'cell [u8])>,
) -> Result<Reading, Unfit> {
    let mut left: Vec<Reading> = readings(declared).to_vec();
    let (mut is_empty, mut unclear) = (true, None);
    for (place, cell) in cells {
        if left.iter().all(|reading| reading.not_a_number_is_missing()) && is_not_a_number(cell) {
            continue;
        }
        is_empty = false;
        left.retain(|&reading| admits(declared, reading, cell));
        match left.first() {
            None => return Err(Unfit { place, declared }),
            Some(Reading::Date(order) | Reading::Timestamp(order)) if *order != DayOrder::Clear => {
                unclear = unclear.or(Some(place));
            }
            Some(_) => {}
        }
    }
    match (left.as_slice(), unclear) {
        _ if is_empty => Ok(Reading::Empty),
        ([_, _, ..], Some(place)) => Err(Unfit { place, declared }),
        ([first, ..], _) => Ok(*first),
        ([], _) => Ok(Reading::Empty),
    }
}

/// The ways in which cells of a type may be written, the plainest first.
fn readings(declared: ColumnType) -> &'static [Reading] {
    use DayOrder::{Clear, DayFirst, MonthFirst};
    match declared {
        ColumnType::Integer => &[Reading::Integer],
        ColumnType::Decimal => &[Reading::Decimal, Reading::DecimalComma],
        ColumnType::Date => &[Reading::Date(Clear), Reading::Date(DayFirst), Reading::Date(MonthFirst)],
        ColumnType::Timestamp => {
            &[Reading::Timestamp(Clear), Reading::Timestamp(DayFirst), Reading::Timestamp(MonthFirst)]
        }
        ColumnType::ZonedTimestamp => &[Reading::ZonedTimestamp],
        ColumnType::Time => &[Reading::Time],
        ColumnType::Boolean => &[Reading::Boolean],
        ColumnType::Text => &[Reading::Text],
        ColumnType::Empty => &[],
    }
}

fn admits(declared: ColumnType, reading: Reading, cell: &[u8]) -> bool {
    let mut canonical = String::new();
    if reading == Reading::Text {
        return true;
    }
    let is_written = write_canonical(&unpadded(cell, reading), reading, &mut canonical).is_some();
    is_written && (declared != ColumnType::Integer || !canonical.contains('.'))
}

/// A number without the zeros before it: where numbers are declared, `0800` is 800.
pub(super) fn unpadded(cell: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    let is_number = matches!(reading, Reading::Integer | Reading::Decimal | Reading::DecimalComma);
    let sign = usize::from(matches!(cell.first(), Some(b'-' | b'+')));
    let pairs = cell[sign..].windows(2);
    let zeros = pairs.take_while(|pair| pair[0] == b'0' && pair[1].is_ascii_digit()).count();
    if !is_number || zeros == 0 {
        return Cow::Borrowed(cell);
    }
    Cow::Owned([&cell[..sign], &cell[sign + zeros..]].concat())
}

#[cfg(test)]
mod tests {
    use super::{Unfit, reading};
    use crate::input::classify::{DayOrder, Reading};
    use crate::result::ColumnType;
    use crate::result::ColumnType::{Boolean, Date, Decimal, Integer, Text, Time, Timestamp, ZonedTimestamp};

    fn read(declared: ColumnType, cells: &[&str]) -> Result<Reading, usize> {
        let cells = cells.iter().map(|cell| cell.as_bytes()).enumerate();
        reading(declared, cells).map_err(|Unfit { place, .. }| place)
    }

    #[test]
    fn every_type_takes_its_own_spellings_and_no_others() {
        let fitting: [(ColumnType, &[&str], Reading); 10] = [
            (Integer, &["0800", "-007", "1e3", "5.0", "NaN"], Reading::Integer),
            (Decimal, &["00.5", "+1e3", "7"], Reading::Decimal),
            (Decimal, &["007,50", "1.234,56"], Reading::DecimalComma),
            (Date, &["2026-01-02", "3.4.2026"], Reading::Date(DayOrder::Clear)),
            (Date, &["01/02/2026", "13/01/2026", "2026-01-02"], Reading::Date(DayOrder::DayFirst)),
            (Timestamp, &["01/13/2026 08:30", "01/02/2026 08:30"], Reading::Timestamp(DayOrder::MonthFirst)),
            (ZonedTimestamp, &["2026-01-02T08:30Z"], Reading::ZonedTimestamp),
            (Time, &["08:30"], Reading::Time),
            (Boolean, &["true", "FALSE"], Reading::Boolean),
            (Text, &["1", "2026-01-02", "NaN", "x"], Reading::Text),
        ];
        for (declared, cells, expected) in fitting {
            assert_eq!(read(declared, cells), Ok(expected), "{declared:?}");
        }
        let unfit: [(ColumnType, &[&str], usize); 8] = [
            (Integer, &["1", "1.5"], 1),
            (Integer, &["1", "2", "x"], 2),
            (Decimal, &["1", "1,50"], 1),
            (Date, &["2026-01-02", "20260102"], 1),
            (Date, &["13/01/2026", "01/13/2026"], 1),
            (Timestamp, &["2026-01-02"], 0),
            (ZonedTimestamp, &["2026-01-02T08:30Z", "2026-01-02T08:30"], 1),
            (Boolean, &["true", "NaN"], 1),
        ];
        for (declared, cells, place) in unfit {
            assert_eq!(read(declared, cells), Err(place), "{declared:?}");
        }
    }

    #[test]
    fn a_date_with_slashes_needs_a_cell_that_settles_which_is_the_day() {
        assert_eq!(read(Date, &["2026-01-02", "01/02/2026"]), Err(1));
        assert_eq!(read(Date, &[]), Ok(Reading::Empty));
    }
}
