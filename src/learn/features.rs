//! Rows of numbers and categories.

use crate::stats::mix;

/// The category of a cell that is missing.
pub const NO_CATEGORY: u32 = u32::MAX;

/// One column, one entry a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// Values with an order and a distance; not a number where one is missing.
    Numbers(Vec<f64>),
    /// Values that are equal or not, numbered from 0 by something that depends on the values alone; [`NO_CATEGORY`] where
    /// one is missing.
    Categories(Vec<u32>),
}

impl Feature {
    /// The rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Categories(categories) => categories.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bits that are equal for equal values.
    fn bits(&self, row: usize) -> u64 {
        match self {
            // All that is not a number is one value, and so are both zeros.
            Self::Numbers(numbers) if numbers[row].is_nan() => u64::MAX,
            Self::Numbers(numbers) => (numbers[row] + 0.0).to_bits(),
            Self::Categories(categories) => u64::from(categories[row]),
        }
    }

    fn only(&self, rows: &[u32]) -> Self {
        match self {
            Self::Numbers(numbers) => Self::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
            Self::Categories(all) => Self::Categories(rows.iter().map(|&row| all[row as usize]).collect()),
        }
    }
}

/// Columns of equally many rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    columns: Vec<Feature>,
    rows: usize,
}

impl Features {
    /// Columns side by side.
    ///
    /// # Panics
    /// When they have not all `rows` rows, or rows have no number of 32 bits.
    #[must_use]
    pub fn new(columns: Vec<Feature>, rows: usize) -> Self {
        assert!(columns.iter().all(|column| column.len() == rows), "every column has every row");
        assert!(u32::try_from(rows).is_ok_and(|rows| rows < u32::MAX), "rows are numbered with 32 bits");
        Self { columns, rows }
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Feature] {
        &self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// These rows, in this order.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn only(&self, rows: &[u32]) -> Self {
        Self { columns: self.columns.iter().map(|column| column.only(rows)).collect(), rows: rows.len() }
    }

    /// The rows in an order that follows from their values and `beside`, one number a row that depends on values alone, such as
    /// the target. Rows that are equal in both come one after the other, and nothing tells them apart.
    ///
    /// # Panics
    /// When `beside` has not one number a row.
    #[must_use]
    pub fn canonical(&self, beside: &[u64]) -> Vec<u32> {
        use rayon::prelude::*;
        assert_eq!(beside.len(), self.rows, "every row has a number beside it");
        let hash = |row: usize| self.columns.iter().fold(beside[row], |hash, column| mix(hash, column.bits(row)));
        let mut order: Vec<(u64, u32)> =
            (0..self.rows).into_par_iter().map(hash).zip((0..self.rows).into_par_iter().map(number)).collect();
        // Different rows of one hash are as good as never met, and are told apart nevertheless.
        let exactly = |&(_, one): &(u64, u32), &(_, other): &(u64, u32)| {
            let (one, other) = (one as usize, other as usize);
            let by_column = self.columns.iter().map(|column| column.bits(one).cmp(&column.bits(other)));
            by_column.fold(beside[one].cmp(&beside[other]), std::cmp::Ordering::then)
        };
        order.par_sort_unstable_by(|one, other| one.0.cmp(&other.0).then_with(|| exactly(one, other)));
        order.into_iter().map(|(_, row)| row).collect()
    }
}

/// The number of a row; there are fewer than 2^32.
#[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^32 rows, which `Features::new` checks")]
pub(super) fn number(row: usize) -> u32 {
    row as u32
}
