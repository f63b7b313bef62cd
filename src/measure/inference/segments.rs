//! Whom a predicate on quasi-identifiers addresses.

use crate::result::{MissingMode, Segments};
use crate::stop::{StopReason, Watch};
use crate::table::{ColumnSet, Table, count_sets, lattice, lattice_size};

/// Most sets of two columns that are looked at.
const MOST_SETS: u64 = 150;

/// The smallest segment of predicates on one, on two and on all columns. Empty where missing cells match everything, so that
/// segments overlap, or where there is no column.
pub(super) fn segments(
    table: &Table,
    k: u32,
    missing: MissingMode,
    watch: Watch<'_>,
) -> Result<Vec<Segments>, StopReason> {
    let columns = table.columns().len();
    let is_wild = missing == MissingMode::Wildcard && table.columns().iter().any(|column| column.missing.is_some());
    if columns == 0 || is_wild {
        return Ok(Vec::new());
    }
    let widest = if lattice_size(columns, 2) <= MOST_SETS { 2 } else { 1 };
    let mut sets = lattice(columns, widest.min(columns));
    if columns > widest {
        sets.push(ColumnSet::new(0..columns));
    }
    let counted = count_sets(table, &sets, watch)?;
    let mut found: Vec<Segments> = Vec::new();
    for (set, counts) in sets.iter().zip(&counted) {
        let Some(smallest) = counts.smallest_class().map(u64::from) else { continue };
        let (columns, below_k) = (set.len() as u64, counts.subjects_below(k));
        match found.iter_mut().find(|segments| segments.columns == columns) {
            Some(segments) => {
                segments.smallest = segments.smallest.min(smallest);
                segments.below_k = segments.below_k.max(below_k);
            }
            None => found.push(Segments { columns, smallest, below_k }),
        }
    }
    Ok(found)
}
