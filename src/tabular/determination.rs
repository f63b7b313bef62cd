//! Which contributors a whole set of sums determines.
//!
//! # Definition
//! Each released sum is a row of zeros and ones over *unknowns*: what one owner adds where no released cell parts it
//! further. `Q·y = b` is what an outsider knows. Every combination of released sums is a vector of the row space of `Q`, so
//! an owner is **determined** when that space has a vector other than zero that holds unknowns of this owner alone: one of
//! its amounts, or a sum or difference of its own amounts, can then be computed exactly. For an owner of one unknown `i` this
//! is `e_i ∈ rowspace(Q)`; in general it is `rank(Q) > rank(Q without the owner's columns)`.
//!
//! # Method
//! Columns that are in the same sums can only be told as their sum: they become one, which belongs to an owner only if all
//! of them do. A row with one unknown left gives that unknown, and is taken out of the others, to a fixed point in linear
//! time. What is left falls into components, each of which is brought to reduced echelon form over two primes. The rank is
//! the larger of the two, and an owner is determined if either says so. Entries looked at are counted, and beyond a limit the
//! answer is incomplete: nobody is then shown to be safe.

mod echelon;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::forest::root;
use crate::stop::{Stop, StopReason};
use echelon::{Echelon, LARGE, SMALL};

/// An unknown that belongs to several.
pub const SHARED: u32 = u32::MAX;

/// What a set of released sums determines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Determination {
    /// Number of independent sums.
    pub rank: u64,
    /// Who is determined, ascending.
    pub owners: Vec<u32>,
    /// Whether every component was solved. If not, `rank` and `owners` are lower bounds.
    pub complete: bool,
}

/// Solves `rows` over unknowns 0 and up: each row names the unknowns that one released sum adds up. `owners` says who each
/// unknown belongs to, [`SHARED`] when to several. At most `work` entries are looked at.
///
/// # Errors
/// When it is time to end.
pub fn determination(rows: &[Vec<u32>], owners: &[u32], work: u64, stop: &Stop) -> Result<Determination, StopReason> {
    let (rows, owners) = merged(rows, owners);
    let (known, rows) = peeled(rows, owners.len());
    let mut found = BTreeSet::new();
    let mut rank = 0;
    for (unknown, _) in known.iter().enumerate().filter(|(_, known)| **known) {
        rank += 1;
        found.insert(owners[unknown]);
    }
    let mut complete = true;
    let mut left = work;
    for component in components(rows, owners.len()) {
        let Some((more, determined)) = solved(&component, &owners, &mut left, stop)? else {
            complete = false;
            continue;
        };
        rank += more;
        found.extend(determined);
    }
    found.remove(&SHARED);
    Ok(Determination { rank, owners: found.into_iter().collect(), complete })
}

/// Rows over groups of unknowns that are in the same rows, without repetitions, and who each group belongs to.
fn merged(rows: &[Vec<u32>], owners: &[u32]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut columns: Vec<Vec<u32>> = vec![Vec::new(); owners.len()];
    for (row, unknowns) in (0_u32..).zip(rows) {
        for &unknown in unknowns {
            let column = &mut columns[unknown as usize];
            // A sum that names an unknown twice would count it twice; a released sum never does.
            if column.last() != Some(&row) {
                column.push(row);
            }
        }
    }
    let mut group_of: HashMap<&[u32], u32> = HashMap::new();
    let mut group_owners: Vec<u32> = Vec::new();
    let mut group_rows: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    for (column, &owner) in columns.iter().zip(owners).filter(|(column, _)| !column.is_empty()) {
        let next = u32::try_from(group_owners.len()).unwrap_or(u32::MAX);
        let group = *group_of.entry(column.as_slice()).or_insert(next);
        if group == next {
            group_owners.push(owner);
            for &row in column {
                group_rows[row as usize].push(group);
            }
        } else if group_owners[group as usize] != owner {
            group_owners[group as usize] = SHARED;
        }
    }
    group_rows.retain(|row| !row.is_empty());
    group_rows.sort_unstable();
    group_rows.dedup();
    (group_rows, group_owners)
}

/// Which unknowns are told by rows with one unknown left, and what is left of the other rows.
fn peeled(rows: Vec<Vec<u32>>, unknowns: usize) -> (Vec<bool>, Vec<Vec<u32>>) {
    let mut rows_of: Vec<Vec<u32>> = vec![Vec::new(); unknowns];
    for (row, members) in (0_u32..).zip(&rows) {
        for &unknown in members {
            rows_of[unknown as usize].push(row);
        }
    }
    let mut left: Vec<usize> = rows.iter().map(Vec::len).collect();
    let mut known = vec![false; unknowns];
    let mut due: Vec<usize> = (0..rows.len()).filter(|&row| left[row] == 1).collect();
    while let Some(row) = due.pop() {
        let Some(&unknown) = rows[row].iter().find(|&&unknown| !known[unknown as usize]) else { continue };
        known[unknown as usize] = true;
        for &other in &rows_of[unknown as usize] {
            left[other as usize] -= 1;
            if left[other as usize] == 1 {
                due.push(other as usize);
            }
        }
    }
    let mut rows: Vec<Vec<u32>> =
        rows.into_iter().map(|row| row.into_iter().filter(|&unknown| !known[unknown as usize]).collect()).collect();
    rows.retain(|row| !row.is_empty());
    rows.sort_unstable();
    rows.dedup();
    (known, rows)
}

/// Rows that share unknowns, directly or through others, together.
fn components(rows: Vec<Vec<u32>>, unknowns: usize) -> Vec<Vec<Vec<u32>>> {
    let mut parent: Vec<u32> = (0..u32::try_from(unknowns).unwrap_or(u32::MAX)).collect();
    for row in &rows {
        let first = root(&mut parent, row[0]);
        for &unknown in &row[1..] {
            let other = root(&mut parent, unknown);
            parent[other as usize] = first;
        }
    }
    let mut by_root: BTreeMap<u32, Vec<Vec<u32>>> = BTreeMap::new();
    for row in rows {
        by_root.entry(root(&mut parent, row[0])).or_default().push(row);
    }
    let mut components: Vec<Vec<Vec<u32>>> = by_root.into_values().collect();
    // Small ones first: what is done before the limit is then the most.
    components.sort_by_key(|component| component.iter().map(Vec::len).sum::<usize>());
    components
}

/// Rank of a component and who is determined in it; `None` when the work is used up.
fn solved(
    component: &[Vec<u32>],
    owners: &[u32],
    work: &mut u64,
    stop: &Stop,
) -> Result<Option<(u64, Vec<u32>)>, StopReason> {
    let mut unknowns: Vec<u32> = component.iter().flatten().copied().collect();
    unknowns.sort_unstable();
    unknowns.dedup();
    let mut columns_of: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (column, &unknown) in (0_u32..).zip(&unknowns) {
        if owners[unknown as usize] != SHARED {
            columns_of.entry(owners[unknown as usize]).or_default().push(column);
        }
    }
    let place = |unknown: &u32| u32::try_from(unknowns.partition_point(|other| other < unknown)).unwrap_or(u32::MAX);
    let rows: Vec<Vec<u32>> = component.iter().map(|row| row.iter().map(place).collect()).collect();
    let mut rank = 0;
    let mut determined = BTreeSet::new();
    for field in [LARGE, SMALL] {
        let Some(echelon) = Echelon::of(&rows, unknowns.len(), field, work, stop)? else { return Ok(None) };
        rank = rank.max(echelon.rank());
        for (&owner, columns) in &columns_of {
            match echelon.holds_only(columns, work) {
                None => return Ok(None),
                Some(true) => drop(determined.insert(owner)),
                Some(false) => {}
            }
        }
    }
    Ok(Some((rank, determined.into_iter().collect())))
}

/// Whether so many independent statistics about so few contributors call for a warning: more than half as many as there are
/// contributors. Our cut; that enough statistics rebuild nearly all data is the theorem of Dinur and Nissim (2003).
#[must_use]
pub fn is_exposed(rank: u64, contributors: u64) -> bool {
    u128::from(rank) * 2 > u128::from(contributors) && rank > 0
}

#[cfg(test)]
mod tests;
