//! The obvious way: every cell by itself, all distinct values kept.

use std::collections::{BTreeMap, BTreeSet};

use super::SearchedColumn;
use crate::detect::Found;
use crate::detect::oracle::{Seen, believed, seen_in};
use crate::result::{IdentifierKind, Placement};

/// Searches a column given by its cells; an empty cell is missing.
pub(super) fn search(name: &str, cells: &[&str]) -> SearchedColumn {
    let filled: Vec<&str> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
    let mut candidates: BTreeMap<Seen, BTreeSet<&str>> = BTreeMap::new();
    let mut right: BTreeMap<Seen, BTreeSet<&str>> = BTreeMap::new();
    for cell in &filled {
        for (seen, passed) in seen_in(name, cell) {
            candidates.entry(seen).or_default().insert(cell);
            if passed {
                right.entry(seen).or_default().insert(cell);
            }
        }
    }
    let count = |sets: &BTreeMap<Seen, BTreeSet<&str>>, seen| sets.get(&seen).map_or(0, BTreeSet::len) as u64;
    let mut cells_of: BTreeMap<(IdentifierKind, Placement), BTreeSet<&str>> = BTreeMap::new();
    for (&seen, cells) in &right {
        if believed(name, seen, count(&candidates, seen), count(&right, seen)) {
            cells_of.entry((seen.kind(), seen.placement())).or_default().extend(cells);
        }
    }
    let found = cells_of.into_iter().map(|((kind, placement), cells)| Found {
        kind,
        placement,
        records: filled.iter().filter(|cell| cells.contains(*cell)).count() as u64,
        shown: None,
    });
    SearchedColumn { name: name.to_owned(), values: filled.len() as u64, is_whole: true, found: found.collect() }
}
