//! Sparse rows in reduced echelon form over a prime.

use std::collections::BTreeSet;

use crate::stop::{Stop, StopReason};

/// Whole numbers modulo the prime `2^bits - 1`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    bits: u32,
}

/// Modulo `2^61 - 1`.
pub(super) const LARGE: Field = Field { bits: 61 };

/// Modulo `2^31 - 1`.
pub(super) const SMALL: Field = Field { bits: 31 };

impl Field {
    fn prime(self) -> u64 {
        (1 << self.bits) - 1
    }

    fn product(self, one: u64, two: u64) -> u64 {
        let wide = u128::from(one) * u128::from(two);
        let mask = u128::from(self.prime());
        // Two foldings bring anything below the square of the prime under twice the prime.
        let folded = (wide & mask) + (wide >> self.bits);
        let folded = (folded & mask) + (folded >> self.bits);
        let small = u64::try_from(folded).unwrap_or(0);
        if small >= self.prime() { small - self.prime() } else { small }
    }

    fn less(self, one: u64, two: u64) -> u64 {
        if one >= two { one - two } else { one + self.prime() - two }
    }

    /// What times `of` is one, by Fermat's little theorem.
    fn inverse(self, of: u64) -> u64 {
        let (mut power, mut base, mut left) = (1, of, self.prime() - 2);
        while left > 0 {
            if left & 1 == 1 {
                power = self.product(power, base);
            }
            base = self.product(base, base);
            left >>= 1;
        }
        power
    }
}

/// A row: columns, ascending, and what is not zero in them.
type Row = Vec<(u32, u64)>;

/// Independent rows, each with a column in which it alone holds one.
pub(super) struct Echelon {
    field: Field,
    rows: Vec<Row>,
    /// The column that belongs to each row alone.
    pivots: Vec<u32>,
    /// The row that a column belongs to alone.
    row_of: Vec<Option<u32>>,
}

impl Echelon {
    /// Brings rows of zeros and ones to reduced form; `None` when the work is used up.
    pub(super) fn of(
        rows: &[Vec<u32>],
        columns: usize,
        field: Field,
        work: &mut u64,
        stop: &Stop,
    ) -> Result<Option<Self>, StopReason> {
        let mut weight = vec![0_u32; columns];
        for &column in rows.iter().flatten() {
            weight[column as usize] += 1;
        }
        let mut order: Vec<&Vec<u32>> = rows.iter().collect();
        order.sort_by_key(|row| row.len());
        let mut echelon = Self { field, rows: Vec::new(), pivots: Vec::new(), row_of: vec![None; columns] };
        let mut sum = Sum::new(columns);
        for row in order {
            stop.check()?;
            for &column in row {
                sum.set(column, 1);
            }
            if !echelon.reduce(&mut sum, work) {
                return Ok(None);
            }
            let mut left = sum.take();
            // The rarest column is the cheapest to clear from the others.
            let Some(&(pivot, value)) = left.iter().min_by_key(|(column, _)| (weight[*column as usize], *column))
            else {
                continue;
            };
            let scale = field.inverse(value);
            for (_, entry) in &mut left {
                *entry = field.product(*entry, scale);
            }
            echelon.row_of[pivot as usize] = u32::try_from(echelon.rows.len()).ok();
            echelon.rows.push(left);
            echelon.pivots.push(pivot);
        }
        Ok(echelon.back(&mut sum, work, stop)?.then_some(echelon))
    }

    /// Clears the columns of rows from a sum. Forward rows hold columns of later rows, so it goes on until none is left.
    fn reduce(&self, sum: &mut Sum, work: &mut u64) -> bool {
        let mut due: BTreeSet<u32> = sum.touched.iter().filter_map(|&column| self.row_of[column as usize]).collect();
        while let Some(place) = due.pop_first() {
            let row = &self.rows[place as usize];
            let Some(left) = work.checked_sub(row.len() as u64 + 1) else { return false };
            *work = left;
            let times = sum.values[self.pivots[place as usize] as usize];
            if times == 0 {
                continue;
            }
            for &(column, value) in row {
                let now = self.field.less(sum.values[column as usize], self.field.product(times, value));
                sum.set(column, now);
                if let Some(other) = self.row_of[column as usize].filter(|_| now != 0) {
                    due.insert(other);
                }
            }
        }
        true
    }

    /// Clears each row's own column from all other rows, the last rows first: these hold only columns that are free.
    fn back(&mut self, sum: &mut Sum, work: &mut u64, stop: &Stop) -> Result<bool, StopReason> {
        for place in (0..self.rows.len()).rev() {
            stop.check()?;
            let row = std::mem::take(&mut self.rows[place]);
            let mut own = None;
            for &(column, value) in &row {
                if column == self.pivots[place] {
                    own = Some((column, value));
                } else {
                    sum.set(column, value);
                }
            }
            if !self.reduce(sum, work) {
                return Ok(false);
            }
            let mut row = sum.take();
            row.extend(own);
            row.sort_unstable();
            self.rows[place] = row;
        }
        Ok(true)
    }

    /// Number of independent rows.
    pub(super) fn rank(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Whether some combination of the rows, other than zero, holds none but these columns; `None` when the work is used up.
    ///
    /// Such a combination takes only rows whose own column is among them, since no other row holds that column. It exists
    /// when these rows, without the columns, are dependent.
    pub(super) fn holds_only(&self, columns: &[u32], work: &mut u64) -> Option<bool> {
        let own: Vec<u32> = columns.iter().filter_map(|&column| self.row_of[column as usize]).collect();
        let inside = |column: &u32| columns.binary_search(column).is_ok();
        let mut kept: Vec<Row> = Vec::new();
        for row in own {
            let row = &self.rows[row as usize];
            *work = work.checked_sub(row.len() as u64)?;
            let mut left: Row = row.iter().filter(|(column, _)| !inside(column)).copied().collect();
            for other in &kept {
                let (pivot, _) = other[0];
                let Ok(place) = left.binary_search_by_key(&pivot, |&(column, _)| column) else { continue };
                *work = work.checked_sub((left.len() + other.len()) as u64)?;
                left = self.without(&left, other, left[place].1);
            }
            let Some(&(_, value)) = left.first() else { return Some(true) };
            let scale = self.field.inverse(value);
            for (_, entry) in &mut left {
                *entry = self.field.product(*entry, scale);
            }
            kept.push(left);
        }
        Some(false)
    }

    /// `row` less `times` another.
    fn without(&self, row: &Row, other: &Row, times: u64) -> Row {
        let mut left = Row::with_capacity(row.len() + other.len());
        let (mut mine, mut theirs) = (row.iter().peekable(), other.iter().peekable());
        loop {
            let column = match (mine.peek(), theirs.peek()) {
                (None, None) => return left,
                (Some(one), Some(two)) => one.0.min(two.0),
                (Some(one), None) => one.0,
                (None, Some(two)) => two.0,
            };
            let one = mine.next_if(|entry| entry.0 == column).map_or(0, |entry| entry.1);
            let two = theirs.next_if(|entry| entry.0 == column).map_or(0, |entry| entry.1);
            let value = self.field.less(one, self.field.product(times, two));
            if value != 0 {
                left.push((column, value));
            }
        }
    }
}

/// A row that is being changed, spread over all columns.
struct Sum {
    values: Vec<u64>,
    is_touched: Vec<bool>,
    touched: Vec<u32>,
}

impl Sum {
    fn new(columns: usize) -> Self {
        Self { values: vec![0; columns], is_touched: vec![false; columns], touched: Vec::new() }
    }

    fn set(&mut self, column: u32, value: u64) {
        self.values[column as usize] = value;
        if !self.is_touched[column as usize] {
            self.is_touched[column as usize] = true;
            self.touched.push(column);
        }
    }

    /// The row, and zero again.
    fn take(&mut self) -> Row {
        self.touched.sort_unstable();
        let mut row = Row::new();
        for column in self.touched.drain(..) {
            self.is_touched[column as usize] = false;
            let value = std::mem::take(&mut self.values[column as usize]);
            if value != 0 {
                row.push((column, value));
            }
        }
        row
    }
}
