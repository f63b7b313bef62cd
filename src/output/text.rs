//! CSV: UTF-8, a heading, line feeds, quotes where a cell needs them.
//!
//! Records are made ready in pieces, by several threads, and written in their order while the next ones are made.

use std::io::{self, Write};

use rayon::prelude::*;

use super::{BATCH, Column, OutputError, Values};
use crate::stop::Stop;
use crate::table::Codes;
use crate::with_codes;

/// Records that one thread makes ready at a time; their codes stay in cache.
const PIECE: usize = 1 << 12;

pub(super) fn write(
    mut writer: impl Write + Send,
    delimiter: u8,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let sheet = Sheet::new(delimiter, columns);
    writer.write_all(&sheet.heading(columns))?;
    let mut ready: Vec<Vec<u8>> = Vec::new();
    for records in order.chunks(BATCH) {
        stop.check()?;
        let (written, next) = rayon::join(|| write_all(&mut writer, &ready), || sheet.batch(records));
        written?;
        ready = next;
    }
    write_all(&mut writer, &ready)?;
    writer.flush()?;
    Ok(())
}

fn write_all(writer: &mut impl Write, pieces: &[Vec<u8>]) -> io::Result<()> {
    pieces.iter().try_for_each(|piece| writer.write_all(piece))
}

struct Sheet<'a> {
    delimiter: u8,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    codes: &'a Codes,
    values: &'a Values,
    /// Whether no value needs quotes.
    plain: bool,
}

impl<'a> Sheet<'a> {
    fn new(delimiter: u8, columns: &[Column<'a>]) -> Self {
        // A line that holds nothing would be no record.
        let alone = columns.len() == 1;
        let is_plain = |value: &str| !(needs_quotes(value.as_bytes(), delimiter) || (alone && value.is_empty()));
        let field = |column: &Column<'a>| {
            let plain = column.values.iter().all(is_plain);
            Field { codes: column.codes, values: column.values, plain }
        };
        Self { delimiter, fields: columns.iter().map(field).collect() }
    }

    fn heading(&self, columns: &[Column<'_>]) -> Vec<u8> {
        let mut line = Vec::new();
        for column in columns {
            self.push(&mut line, column.name.as_bytes());
            line.push(self.delimiter);
        }
        line.pop();
        line.push(b'\n');
        line
    }

    fn batch(&self, records: &[u32]) -> Vec<Vec<u8>> {
        records.par_chunks(PIECE).map(|records| self.piece(records)).collect()
    }

    fn piece(&self, records: &[u32]) -> Vec<u8> {
        // Column by column, so that many distant cells are fetched at once.
        let codes: Vec<Vec<u32>> = self.fields.iter().map(|field| taken(field.codes, records)).collect();
        let mut text = Vec::with_capacity(records.len() * self.fields.len() * 6);
        for place in 0..records.len() {
            for (field, codes) in self.fields.iter().zip(&codes) {
                let value = field.values.bytes_of(codes[place]);
                if field.plain {
                    text.extend_from_slice(value);
                } else {
                    self.push(&mut text, value);
                }
                text.push(self.delimiter);
            }
            text.pop();
            text.push(b'\n');
        }
        text
    }

    fn push(&self, text: &mut Vec<u8>, value: &[u8]) {
        let alone = self.fields.len() == 1 && value.is_empty();
        if !alone && !needs_quotes(value, self.delimiter) {
            text.extend_from_slice(value);
            return;
        }
        text.push(b'"');
        for part in value.split_inclusive(|&byte| byte == b'"') {
            text.extend_from_slice(part);
            if part.ends_with(b"\"") {
                text.push(b'"');
            }
        }
        text.push(b'"');
    }
}

fn taken(codes: &Codes, records: &[u32]) -> Vec<u32> {
    with_codes!(codes, codes => records.iter().map(|&record| u32::from(codes[record as usize])).collect())
}

fn needs_quotes(value: &[u8], delimiter: u8) -> bool {
    value.iter().any(|&byte| byte == delimiter || matches!(byte, b'"' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Column, Stop, Values, write};
    use crate::result::ColumnType;
    use crate::table::Codes;

    /// What the library writes of the same cells.
    fn by_library(delimiter: u8, names: &[String], cells: &[Vec<String>], order: &[u32]) -> Vec<u8> {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(names).unwrap();
        for &record in order {
            writer.write_record(cells.iter().map(|column| &column[record as usize])).unwrap();
        }
        writer.into_inner().unwrap()
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_a_plain_writer(
            cells in prop::collection::vec(prop::collection::vec("[a;,\"\r\n é]{0,5}", 1..40), 1..4),
            order in prop::collection::vec(0_u32..40, 0..60),
            semicolon in any::<bool>(),
        ) {
            let records = cells.iter().map(Vec::len).min().unwrap();
            let order: Vec<u32> = order.into_iter().filter(|&record| (record as usize) < records).collect();
            let names: Vec<String> = (0..cells.len()).map(|place| format!("c{place}, \"x\"")).collect();
            let stored: Vec<(Codes, Values)> = cells.iter().map(|cells| {
                let mut values = Values::default();
                for cell in cells {
                    values.push(cell);
                }
                (Codes::from_codes(cells.len(), 0..u32::try_from(cells.len()).unwrap()), values)
            }).collect();
            let columns: Vec<Column<'_>> = stored.iter().zip(&names).map(|((codes, values), name)| {
                Column { name, column_type: ColumnType::Text, codes, values }
            }).collect();
            let delimiter = if semicolon { b';' } else { b',' };
            let mut written = Vec::new();
            write(&mut written, delimiter, &columns, &order, &Stop::default()).unwrap();
            prop_assert_eq!(written, by_library(delimiter, &names, &cells, &order));
        }
    }

    #[test]
    fn batches_and_pieces_stand_in_their_order() {
        let records = 2 * super::BATCH + super::PIECE + 7;
        let mut values = Values::default();
        for record in 0..records {
            values.push(&record.to_string());
        }
        let codes = Codes::from_codes(records, 0..u32::try_from(records).unwrap());
        let columns = [Column { name: "n", column_type: ColumnType::Integer, codes: &codes, values: &values }];
        let order: Vec<u32> = (0..u32::try_from(records).unwrap()).rev().collect();
        let mut written = Vec::new();
        write(&mut written, b',', &columns, &order, &Stop::default()).unwrap();
        let lines = String::from_utf8(written).unwrap();
        assert!(lines.lines().skip(1).eq(order.iter().map(u32::to_string)));
    }
}
