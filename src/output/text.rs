//! CSV: UTF-8, a heading, line feeds, quotes where a cell needs them.

use std::io::{self, Write};

use super::{Column, OutputError};
use crate::stop::Stop;

/// Records between two looks at whether to end.
const LOOK: usize = 1 << 16;

pub(super) fn write(
    writer: impl Write,
    delimiter: u8,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).buffer_capacity(1 << 16).from_writer(writer);
    writer.write_record(columns.iter().map(|column| column.name)).map_err(io_error)?;
    for (place, &record) in order.iter().enumerate() {
        if place % LOOK == 0 {
            stop.check()?;
        }
        for Column { codes, values, .. } in columns {
            writer.write_field(values.get(codes.get(record as usize))).map_err(io_error)?;
        }
        writer.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    writer.flush()?;
    Ok(())
}

/// Only what the system said; a message could hold a cell.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}
