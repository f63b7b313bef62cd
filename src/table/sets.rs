//! Column sets and the lattice they form.

use std::fmt;

/// A non-empty set of columns of a [`Table`](super::Table), by position, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ColumnSet(Box<[usize]>);

impl ColumnSet {
    /// The set of these columns; order and repetition do not matter.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = usize>) -> Self {
        let mut columns: Vec<usize> = columns.into_iter().collect();
        columns.sort_unstable();
        columns.dedup();
        Self(columns.into())
    }

    /// The columns, ascending.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.0
    }

    /// Number of columns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the set holds no column.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the column belongs to the set.
    #[must_use]
    pub fn contains(&self, column: usize) -> bool {
        self.0.binary_search(&column).is_ok()
    }

    /// The set without one column.
    #[must_use]
    pub fn without(&self, column: usize) -> Self {
        Self(self.0.iter().copied().filter(|&other| other != column).collect())
    }
}

impl fmt::Display for ColumnSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

/// Number of sets of 1 to `max_size` out of `columns` columns; saturates.
#[must_use]
pub fn lattice_size(columns: usize, max_size: usize) -> u64 {
    let mut total = 0_u64;
    let mut of_size = 1_u128;
    for size in 1..=max_size.min(columns) {
        // Exact: the product of `size` consecutive numbers is a multiple of size!.
        of_size = of_size.saturating_mul((columns - size + 1) as u128) / size as u128;
        total = total.saturating_add(u64::try_from(of_size).unwrap_or(u64::MAX));
    }
    total
}

/// Every set of 1 to `max_size` columns: by size, then in the order of the columns.
#[must_use]
pub fn lattice(columns: usize, max_size: usize) -> Vec<ColumnSet> {
    let mut sets = Vec::new();
    for size in 1..=max_size.min(columns) {
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            sets.push(ColumnSet(chosen.clone().into()));
            // The rightmost column that can still move to the right does, and those behind it follow closely.
            let Some(moving) = (0..size).rev().find(|&place| chosen[place] < columns - size + place) else { break };
            let start = chosen[moving] + 1;
            for (place, column) in chosen[moving..].iter_mut().zip(start..) {
                *place = column;
            }
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_columns_have_175_sets_of_up_to_three() {
        assert_eq!(lattice_size(10, 3), 175);
        assert_eq!(lattice(10, 3).len(), 175);
    }

    #[test]
    fn the_lattice_goes_by_size_then_column_order() {
        let sets: Vec<Vec<usize>> = lattice(3, 3).iter().map(|set| set.columns().to_vec()).collect();
        assert_eq!(sets, [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2]]);
    }

    #[test]
    fn a_lattice_too_large_to_count_saturates() {
        assert_eq!(lattice_size(2000, 2000), u64::MAX);
        assert_eq!(lattice_size(0, 3), 0);
    }

    #[test]
    fn lattice_and_its_size_agree() {
        for columns in 0..8 {
            for max_size in 0..9 {
                assert_eq!(lattice(columns, max_size).len() as u64, lattice_size(columns, max_size));
            }
        }
    }
}
