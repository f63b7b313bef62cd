//! Files that leave: coded columns in a given order as CSV, Parquet or Arrow.
//!
//! This room writes what it is handed and nothing else: every page, dictionary and buffer of a file is made from the cells
//! of the records that leave, batch by batch, and there are no statistics and no metadata about them. It names Polars, as
//! `input/` does for reading.

mod columnar;
mod hashed;
mod text;
mod values;

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub use values::Values;

use crate::result::ColumnType;
use crate::stop::{Stop, StopReason};
use crate::table::Codes;
use hashed::Hashed;

/// How a file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 text with a heading, this byte between fields, and quotes where a cell needs them.
    Csv {
        /// Between fields.
        delimiter: u8,
    },
    /// Apache Parquet, Zstandard.
    Parquet,
    /// Apache Arrow IPC, the file format, not compressed.
    Arrow,
}

/// A column of a file.
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// What its values are; they are stored as that where the format has such a type, and as text otherwise.
    pub column_type: ColumnType,
    /// One code a record.
    pub codes: &'a Codes,
    /// The value behind each code.
    pub values: &'a Values,
}

/// Why a file is not there, or not whole.
#[derive(Debug)]
pub enum OutputError {
    /// It could not be written.
    Write(io::Error),
    /// The program was asked to end.
    Stopped(StopReason),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl From<StopReason> for OutputError {
    fn from(reason: StopReason) -> Self {
        Self::Stopped(reason)
    }
}

/// Records that are made ready at a time.
const BATCH: usize = 1 << 17;

/// Writes a new file with these records, in this order, and returns the SHA-256 of its bytes.
///
/// # Guarantee
/// The same records in the same order give the same bytes, for any number of threads.
///
/// # Errors
/// When there is a file already, it cannot be written, or `stop` was raised. What is there of it stays.
pub fn write(
    path: &Path,
    format: Format,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<String, OutputError> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let mut hashed = Hashed::new(BufWriter::with_capacity(1 << 20, file));
    write_to(&mut hashed, format, columns, order, stop)?;
    let (writer, sha256) = hashed.finish()?;
    let file = writer.into_inner().map_err(|error| io::Error::from(error.error().kind()))?;
    file.sync_all()?;
    Ok(sha256)
}

/// Writes to anything that hashes.
fn write_to<W: Write + Send>(
    hashed: &mut Hashed<W>,
    format: Format,
    columns: &[Column<'_>],
    order: &[u32],
    stop: &Stop,
) -> Result<(), OutputError> {
    let written = match format {
        Format::Csv { delimiter } => text::write(&mut *hashed, delimiter, columns, order, stop),
        Format::Parquet => columnar::write_parquet(&mut *hashed, columns, order, stop),
        Format::Arrow => columnar::write_arrow(&mut *hashed, columns, order, stop),
    };
    match (written, hashed.failed()) {
        (Err(OutputError::Write(_)), Some(error)) => Err(error.into()),
        (written, _) => written,
    }
}

#[cfg(test)]
mod test;
