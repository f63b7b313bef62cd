//! What reading yields: coded columns and an account of the files.

use crate::detect::Found;
use crate::result::{ColumnType, InputFile};
use crate::table::{Codes, Dictionary};

/// Everything that was read from all files of one extract, in the order of the records.
pub struct Extract {
    /// The files, with the hash of the bytes actually read.
    pub files: Vec<InputFile>,
    /// Records in all files together.
    pub records: u64,
    /// The columns in file order (the order of the first file).
    pub columns: Vec<ExtractColumn>,
}

/// One column as read.
pub struct ExtractColumn {
    /// Name in the header, trimmed of surrounding blanks.
    pub name: String,
    /// Type found from all cells.
    pub column_type: ColumnType,
    /// Missing cells.
    pub missing: u64,
    /// Identifiers found in its cells, whether it is coded or not: counts, no values.
    pub identifiers: Vec<Found>,
    /// Codes and dictionary; `None` when the caller did not ask for this column.
    pub coded: Option<CodedColumn>,
}

/// A column as codes and the values behind them.
pub struct CodedColumn {
    /// One code a record.
    pub codes: Codes,
    /// The value behind each code.
    pub dictionary: Dictionary,
}
