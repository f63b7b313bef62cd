//! How a column is read whose type or spelling somebody declared: a cell with a value must fit.

use std::borrow::Cow;

use super::classify::{
    DecimalSign, Doubt, Reading, Readings, is_not_a_number, readings_of, write_canonical, write_declared_number,
    write_formatted,
};
use crate::plan::{CellSpelling, DateFormat, InputOptions};
use crate::result::ColumnType;

/// What is declared of the cells of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared {
    column_type: Option<ColumnType>,
    spelling: CellSpelling,
}

/// How a column is read as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) reading: Reading,
    /// The places of the cells that do not fit.
    pub(super) invalid: Vec<usize>,
}

/// Why a column cannot be read as declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// The cell at this place contradicts those before it.
    Cell(usize),
    /// All cells could be of the type, but nothing in the column settles how they are read.
    Open(Doubt),
}

impl Declared {
    /// What is declared of the column of this name.
    pub(super) fn of(options: &InputOptions, column: &str) -> Option<Self> {
        let column_type = options.column_types.get(column).copied();
        let spelling = options.column_spellings.get(column);
        (column_type.is_some() || spelling.is_some())
            .then(|| Self { column_type, spelling: spelling.cloned().unwrap_or_default() })
    }

    /// A declared type and nothing more.
    #[cfg(test)]
    fn of_type(column_type: ColumnType) -> Self {
        Self { column_type: Some(column_type), spelling: CellSpelling::default() }
    }

    /// The declared type, or the one that the spelling implies.
    pub(super) fn column_type(&self) -> Option<ColumnType> {
        self.column_type.or_else(|| self.spelling.column_type())
    }

    /// Whether each cell by itself says what it means: other spellings of its value may join it, and nothing else does.
    pub(super) fn is_spelled(&self) -> bool {
        self.spelling.any_format().is_some() || self.spelling.is_of_numbers()
    }

    /// How this file writes its dates, where files differ.
    pub(super) fn file_format(&self, file: &str) -> Option<&DateFormat> {
        self.spelling.file_formats.get(file)
    }

    /// So many cells may not fit.
    pub(super) fn allowed(&self) -> u64 {
        self.spelling.allow_invalid
    }

    fn has_numbers(&self) -> bool {
        matches!(self.column_type(), Some(ColumnType::Integer | ColumnType::Decimal))
    }

    /// The reading that all `cells` with a value admit, but for those that do not fit; each comes with its place. `known`
    /// is what is known of the column beside its cells. `None` where no type is declared or implied.
    pub(super) fn reading<'cell>(
        &self,
        known: Readings,
        cells: impl Iterator<Item = (usize, &'cell [u8])> + Clone,
    ) -> Option<Result<Typed, Unfit>> {
        let declared = self.column_type()?;
        if declared == ColumnType::Text {
            return Some(Ok(Typed { reading: Reading::Text, invalid: Vec::new() }));
        }
        let cells = cells.filter(|(_, cell)| !(self.has_numbers() && is_not_a_number(cell)));
        Some(if self.is_spelled() { Ok(self.spelled(declared, cells)) } else { self.settled(declared, known, cells) })
    }

    /// Every cell is read by itself.
    fn spelled<'cell>(&self, declared: ColumnType, cells: impl Iterator<Item = (usize, &'cell [u8])>) -> Typed {
        let (mut invalid, mut canonical, mut is_whole, mut is_empty) = (Vec::new(), String::new(), true, true);
        for (place, cell) in cells {
            canonical.clear();
            is_empty = false;
            match self.write_spelled(cell, &mut canonical) {
                Some(()) => is_whole &= !canonical.contains('.'),
                None => invalid.push(place),
            }
        }
        let is_open = self.column_type.is_none() && self.has_numbers();
        let column_type = if is_open && is_whole { ColumnType::Integer } else { declared };
        let reading = if is_empty { Reading::Empty } else { Reading::Declared(column_type) };
        Typed { reading, invalid }
    }

    fn write_spelled(&self, cell: &[u8], canonical: &mut String) -> Option<()> {
        if let Some(format) = &self.spelling.format {
            // Real dates come as the usual spelling, which is clear beside any other.
            return write_formatted(cell, format, canonical)
                .or_else(|| write_usual(cell, format.column_type(), canonical));
        }
        if let Some(format) = self.spelling.any_format() {
            // Cells of files with a format of their own were brought to the usual spelling when they were taken.
            return write_usual(cell, format.column_type(), canonical);
        }
        let is_whole =
            write_declared_number(&unpadded(cell), self.decimal_sign(), self.spelling.group.as_deref(), canonical)?;
        (is_whole || self.column_type != Some(ColumnType::Integer)).then_some(())
    }

    /// A group that is a point leaves the comma for decimals; any other leaves the point.
    fn decimal_sign(&self) -> DecimalSign {
        match (self.spelling.decimal, self.spelling.group.as_deref()) {
            (Some(','), _) | (None, Some(".")) => DecimalSign::Comma,
            _ => DecimalSign::Point,
        }
    }

    /// The cells together say how they are read.
    fn settled<'cell>(
        &self,
        declared: ColumnType,
        known: Readings,
        cells: impl Iterator<Item = (usize, &'cell [u8])>,
    ) -> Result<Typed, Unfit> {
        let (mut readings, mut invalid) = (known, Vec::new());
        for (place, cell) in cells {
            let of_cell = readings_of(&if self.has_numbers() { unpadded(cell) } else { Cow::Borrowed(cell) });
            if of_cell.settle_as(declared).is_none() {
                invalid.push(place);
                continue;
            }
            readings = readings.and(of_cell);
            if readings.settle_as(declared).is_none() {
                return Err(Unfit::Cell(place));
            }
        }
        let reading = readings.settle_as(declared).unwrap_or(Ok(Reading::Empty)).map_err(Unfit::Open)?;
        Ok(Typed { reading, invalid })
    }

    /// Appends the canonical spelling of a cell that fits.
    pub(super) fn write(&self, cell: &[u8], reading: Reading, canonical: &mut String) -> Option<()> {
        match reading {
            Reading::Declared(_) => self.write_spelled(cell, canonical),
            reading if self.has_numbers() => write_canonical(&unpadded(cell), reading, canonical),
            reading => write_canonical(cell, reading, canonical),
        }
    }
}

/// Appends a date or time that is written in its canonical spelling.
fn write_usual(cell: &[u8], column_type: ColumnType, canonical: &mut String) -> Option<()> {
    let start = canonical.len();
    let reading = readings_of(cell).settle_as(column_type)?.ok()?;
    write_canonical(cell, reading, canonical)?;
    if canonical.as_bytes()[start..] == *cell {
        return Some(());
    }
    canonical.truncate(start);
    None
}

/// A number without the zeros before it: where numbers are declared, `0800` is 800.
fn unpadded(cell: &[u8]) -> Cow<'_, [u8]> {
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
    use super::{Declared, Typed, Unfit};
    use crate::input::classify::{DateOrder, DateOrders, DecimalSign, Doubt, Reading, Readings};
    use crate::plan::{CellSpelling, DateFormat};
    use crate::result::ColumnType;
    use crate::result::ColumnType::{Boolean, Date, Decimal, Integer, Text, Time, Timestamp, ZonedTimestamp};

    fn read(declared: ColumnType, cells: &[&str]) -> Result<Reading, Unfit> {
        let cells = cells.iter().map(|cell| cell.as_bytes()).enumerate();
        let typed = Declared::of_type(declared).reading(Readings::all(), cells).unwrap()?;
        match typed.invalid.first() {
            Some(place) => Err(Unfit::Cell(*place)),
            None => Ok(typed.reading),
        }
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

    #[test]
    fn a_declared_spelling_says_what_each_cell_means() {
        let written = |spelling: CellSpelling, column_type, cells: &[&str]| {
            let declared = Declared { column_type, spelling };
            let places = cells.iter().map(|cell| cell.as_bytes()).enumerate();
            let Typed { reading, invalid } = declared.reading(Readings::all(), places).unwrap().unwrap();
            let fitting = cells.iter().enumerate().filter(|(place, _)| !invalid.contains(place));
            let spell = |(_, cell): (usize, &&str)| {
                let mut canonical = String::new();
                declared.write(cell.as_bytes(), reading, &mut canonical).map(|()| canonical)
            };
            (reading.column_type(), fitting.filter_map(spell).collect::<Vec<_>>(), invalid)
        };
        let comma = CellSpelling { decimal: Some(','), ..CellSpelling::default() };
        assert_eq!(
            written(comma.clone(), None, &["1.000", "12.500"]),
            (Integer, vec!["1000".into(), "12500".into()], vec![])
        );
        assert_eq!(written(comma, None, &["007,5", "1.5"]), (Decimal, vec!["7.5".into()], vec![1]));
        let point = CellSpelling { decimal: Some('.'), ..CellSpelling::default() };
        assert_eq!(
            written(point, None, &["1.000", "12.500", "1e2", "1,000"]),
            (Decimal, vec!["1".into(), "12.5".into(), "100".into(), "1000".into()], vec![])
        );
        let grouped = CellSpelling { group: Some(".".to_owned()), ..CellSpelling::default() };
        assert_eq!(
            written(grouped, Some(Integer), &["1.000", "1 000", "2,5"]),
            (Integer, vec!["1000".into()], vec![1, 2])
        );
        let format = DateFormat::parse("DD/MM/YY").ok();
        let format = CellSpelling { format, ..CellSpelling::default() };
        assert_eq!(
            written(format, None, &["05/06/25", "2025-06-05", "2025/06/05"]),
            (Date, vec!["2025-06-05".into(); 2], vec![2])
        );
        assert_eq!(Declared { column_type: None, spelling: CellSpelling::default() }.column_type(), None);
    }
}
