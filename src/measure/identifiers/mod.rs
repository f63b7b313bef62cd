//! Which columns hold what names a person outright.
//!
//! # Definition
//! A record counts for a kind when its cell in the column holds something of that kind: as the whole cell, or in the
//! middle of a longer text. `share` is that count over the records with a value in the column. A kind is reported for a
//! column only when chance does not explain what was seen; [`crate::detect`] has the kinds, their checks and the rule.
//!
//! A hash beside a shortened card number is reported as `correlated`: whoever knows how the hash is made tries the
//! digits that are missing. Of a card number with h hidden digits `10^h / 10` candidates are left, because for any
//! choice of the others each digit has exactly one value that makes the Luhn digit right.
//!
//! Sources: ISO/IEC 7812-1 and PCI DSS 4.0, requirements 3.4 and 3.5.1 (card numbers); ISO 13616 (IBAN); ITU-T E.164.
//!
//! # Guarantee
//! Every column is searched, whatever its role. A column with values that have no spelling, such as bytes that are no text, is
//! not counted as searched. Figures are counts and shares; no cell is kept. The same records give the
//! same figures for any order, split, format and number of threads, and equal those of `test/oracle.rs` as long as a column
//! has no more than 4,096 distinct values of one shape; with more of them, belief rests on a sample of that many, and
//! the counts of records stay exact.
//!
//! # Edge cases
//! No record: undefined (`empty`). A column of missing cells holds nothing. A subject column that holds identifiers is
//! reported like any other.

mod entry;
mod figures;
#[cfg(test)]
mod test;

pub use entry::MEASURE;
pub use figures::figures;

use std::collections::BTreeSet;

use crate::detect::{Found, Shown};
use crate::number::as_float;
use crate::result::{CorrelatedPseudonym, IdentifierColumn, IdentifierKind, Identifiers, Outcome, Placement, Unit};

/// The name under `measures`.
pub const NAME: &str = "identifiers";

/// What stands in place of a column for what a file says of itself.
pub const FILE_METADATA: &str = "(file metadata)";

/// What stands in place of a column for what leaves with a file and is no cell.
pub const OUTSIDE_TABLE: &str = "(outside the table)";

/// A column whose cells were searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchedColumn {
    /// Its name.
    pub name: String,
    /// Records with a value in it.
    pub values: u64,
    /// Whether all its values were looked at.
    pub is_whole: bool,
    /// What was found.
    pub found: Vec<Found>,
}

/// Reports what was found in the columns, given in file order, of an extract of so many records.
#[must_use]
pub fn measure(records: u64, columns: &[SearchedColumn], permitted: &BTreeSet<String>) -> Outcome<Identifiers> {
    if records == 0 {
        return Outcome::undefined("empty", "the extract has no record");
    }
    let reported = columns.iter().flat_map(|column| {
        let permitted = permitted.contains(&column.name);
        column.found.iter().map(move |found| report(column, found, permitted))
    });
    let value = Identifiers {
        columns_searched: columns.iter().filter(|column| is_column(column) && column.is_whole).count() as u64,
        columns: reported.collect(),
        correlated: correlated(columns),
    };
    Outcome::Measured { unit: Unit::Record, value }
}

/// Whether it is a column, and not what stands in place of one.
fn is_column(column: &SearchedColumn) -> bool {
    ![FILE_METADATA, OUTSIDE_TABLE].contains(&column.name.as_str())
}

fn report(column: &SearchedColumn, found: &Found, permitted: bool) -> IdentifierColumn {
    IdentifierColumn {
        column: column.name.clone(),
        kind: found.kind,
        placement: found.placement,
        records: found.records,
        share: as_float(found.records) / as_float(column.values.max(1)),
        permitted,
    }
}

/// Every hash-looking column beside every column with shortened card numbers.
fn correlated(columns: &[SearchedColumn]) -> Vec<CorrelatedPseudonym> {
    let hashed =
        columns.iter().filter(|column| column.found.iter().any(|found| found.kind == IdentifierKind::HashedValue));
    let pairs =
        hashed.flat_map(|hashed| columns.iter().filter_map(move |column| Some((hashed, column, shown(column)?))));
    let pairs = pairs.map(|(hashed, truncated, shown)| CorrelatedPseudonym {
        hashed_column: hashed.name.clone(),
        truncated_column: truncated.name.clone(),
        visible_digits: shown.visible,
        remaining_candidates: shown.candidates(),
    });
    pairs.collect()
}

/// What the shortened card numbers of a column show: of those that are the whole cell, the one that hides least.
fn shown(column: &SearchedColumn) -> Option<Shown> {
    let shortened = [IdentifierKind::TruncatedCardNumber, IdentifierKind::PartialCardNumber];
    let whole = |found: &&Found| shortened.contains(&found.kind) && found.placement == Placement::WholeCell;
    column.found.iter().filter(whole).filter_map(|found| found.shown).min()
}
