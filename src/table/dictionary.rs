//! The distinct values of a column, each under its code.

use crate::result::ColumnType;
use crate::secret::Secret;

/// The distinct values of one column in canonical spelling, in the order of their codes.
///
/// Canonical spelling makes equal values equal bytes, whatever file they came from:
///
/// | type | spelling |
/// |---|---|
/// | integer | `-?[1-9][0-9]*` or `0` |
/// | decimal | as integer, or with a point and no trailing zero: `12.5`, `-0.01` |
/// | date | `2026-11-21` |
/// | timestamp | `2026-11-21T08:30:00`, with a fraction and no trailing zero when there is one |
/// | zoned timestamp | the same instant in UTC, followed by `Z` |
/// | time | `08:30:00` |
/// | boolean | `false`, `true` |
/// | text | the bytes of the cell, UTF-8, untouched |
///
/// A missing cell has a code of its own when the column has one ([`Dictionary::missing`]); its entry is empty.
#[derive(Clone)]
pub struct Dictionary {
    column_type: ColumnType,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    missing: Option<u32>,
}

impl Dictionary {
    /// An empty dictionary.
    #[must_use]
    pub fn new(column_type: ColumnType) -> Self {
        Self { column_type, bytes: Vec::new(), ends: Vec::new(), missing: None }
    }

    /// An empty dictionary with room for that many values and bytes.
    #[must_use]
    pub fn with_capacity(column_type: ColumnType, values: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(values), ..Self::new(column_type) }
    }

    /// Appends a value and returns its code. The caller makes sure that it is new and canonical.
    ///
    /// # Panics
    /// When there are more than 2^32 values.
    pub fn push(&mut self, value: Secret<&str>) -> u32 {
        let code = u32::try_from(self.ends.len()).expect("fewer than 2^32 distinct values");
        self.bytes.extend_from_slice(value.expose().as_bytes());
        self.ends.push(self.bytes.len());
        code
    }

    /// Appends the entry for missing cells and returns its code; the same code again when it is there already.
    pub fn push_missing(&mut self) -> u32 {
        if let Some(code) = self.missing {
            return code;
        }
        let code = self.push(Secret::new(""));
        self.missing = Some(code);
        code
    }

    /// What the values are.
    #[must_use]
    pub fn column_type(&self) -> ColumnType {
        self.column_type
    }

    /// Number of codes, the one for missing cells included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Distinct values; a missing cell is none.
    #[must_use]
    pub fn distinct(&self) -> u64 {
        self.len() as u64 - u64::from(self.missing.is_some())
    }

    /// Whether there is no code at all (a column of an extract without records).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The code of missing cells, when some cell is missing.
    #[must_use]
    pub fn missing(&self) -> Option<u32> {
        self.missing
    }

    /// The value under a code; `None` for the code of missing cells.
    ///
    /// # Panics
    /// When `code` is not below [`Dictionary::len`].
    #[must_use]
    pub fn value(&self, code: u32) -> Option<Secret<&str>> {
        if self.missing == Some(code) {
            return None;
        }
        let code = code as usize;
        let start = if code == 0 { 0 } else { self.ends[code - 1] };
        let text = std::str::from_utf8(&self.bytes[start..self.ends[code]]);
        Some(Secret::new(text.expect("only whole strings are pushed")))
    }

    /// The values in the order of their codes; `None` stands for the missing cell.
    ///
    /// # Panics
    /// Never: a dictionary holds at most 2^32 values.
    pub fn values(&self) -> impl Iterator<Item = Option<Secret<&str>>> {
        (0..self.len()).map(|code| self.value(u32::try_from(code).expect("fewer than 2^32 distinct values")))
    }

    /// Bytes of memory that the dictionary holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}
