//! What reading yields: coded columns and an account of the files.

use super::classify::Doubt;
use crate::detect::Found;
use crate::result::{ColumnType, InputFile, JoinedTable};
use crate::table::{Codes, Dictionary};

/// Everything that was read from all files of one extract, in the order of the records.
#[derive(Clone)]
pub struct Extract {
    /// The files, with the hash of the bytes actually read.
    pub files: Vec<InputFile>,
    /// Records in all files together.
    pub records: u64,
    /// The columns in file order (the order of the first file).
    pub columns: Vec<ExtractColumn>,
    /// Identifiers found beside the cells: in comments of cells, and in what a file says of itself.
    pub beside: Vec<FoundBeside>,
    /// The tables whose columns were brought to it.
    pub joined: Vec<JoinedTable>,
}

impl Extract {
    /// Memory of codes and values in bytes; codes that are mapped take none.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let coded = self.columns.iter().filter_map(|column| column.coded.as_ref());
        coded.map(|coded| (coded.codes.bytes() + coded.dictionary.bytes()) as u64).sum()
    }

    /// Whether codes of a column are mapped, or will be when they become many.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        let mut coded = self.columns.iter().filter_map(|column| column.coded.as_ref());
        coded.any(|coded| coded.codes.ground().is_some())
    }
}

/// Identifiers found in texts that leave with the file and are no cells.
#[derive(Clone)]
pub struct FoundBeside {
    /// The column that the texts belong to; `None` for the file as a whole.
    pub column: Option<String>,
    /// Texts that were searched.
    pub texts: u64,
    /// What they hold; `records` counts texts.
    pub found: Vec<Found>,
}

/// What the spellings of a column say, as counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CellCounts {
    /// Cells with blanks at their ends, where these are taken off.
    pub trimmed: u64,
    /// Distinct spellings fewer without them, also where they are kept.
    pub joined: u64,
    /// Cells spelled like a missing one, and not declared real.
    pub placeholders: u64,
    /// Cells with a whole number that a spreadsheet rounded.
    pub rounded: u64,
    /// Distinct spellings fewer once each is read as a value of the type, such as `5.0` and `5`; 0 for text.
    pub respelled: u64,
    /// Cells that do not fit what is declared and count as missing.
    pub invalid: u64,
    /// The type that would have been found, where another is declared; `None` where a declared spelling joins no values.
    pub found_type: Option<ColumnType>,
}

/// One column as read.
#[derive(Clone)]
pub struct ExtractColumn {
    /// Name in the header, trimmed of surrounding blanks.
    pub name: String,
    /// Type found from all cells.
    pub column_type: ColumnType,
    /// Missing cells.
    pub missing: u64,
    /// Identifiers found in its cells, whether it is coded or not: counts, no values.
    pub identifiers: Vec<Found>,
    /// Whether some of its values have no spelling and were not searched.
    pub unread: bool,
    /// What its spellings say; `None` for a column that is not coded.
    pub counts: Option<CellCounts>,
    /// Why it is text although all its cells could be values of another type.
    pub doubt: Option<Doubt>,
    /// Why it is text, in words without cell values, where that can be said.
    pub text_reason: Option<String>,
    /// Codes and dictionary; `None` when the caller did not ask for this column.
    pub coded: Option<CodedColumn>,
}

/// A column as codes and the values behind them.
#[derive(Clone)]
pub struct CodedColumn {
    /// One code a record.
    pub codes: Codes,
    /// The value behind each code.
    pub dictionary: Dictionary,
}
