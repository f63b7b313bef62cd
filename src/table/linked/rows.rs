//! The rows that a set is counted on, and the numbers of their classes.

use std::ops::Range;

use multiversion::multiversion;

use crate::table::Codes;
use crate::table::records::stretches;
use crate::with_codes;

/// Rows that are numbered at a time: the numbers of a block stay in the first-level cache.
pub(super) const BLOCK: usize = 4096;

/// The flag of a row with a cell that the other side has nowhere, and no missing one.
pub(super) const FOREIGN: u8 = 1;
/// The flag, beside other bits, of a row with a missing cell.
const MISSING: u8 = 2;

/// A column of the set: codes below `shared` are values that both sides have, `shared` is any other value, and
/// `shared` + 1 a missing cell.
pub(super) struct RowColumn<'a> {
    pub(super) codes: &'a Codes,
    pub(super) shared: u32,
    pub(super) foreign: bool,
    pub(super) missing: bool,
}

/// What comes with each row.
pub(super) enum Payload<'a> {
    /// Nothing: each row is a subject with one record.
    Nothing,
    /// Each row is a subject, and this is where its records begin, with the number of records as a last entry.
    Starts(&'a [u32]),
    /// Each row is a record, and this is its subject, ascending.
    Subjects(&'a [u32]),
}

/// One side of a set.
pub(super) struct Rows<'a> {
    pub(super) columns: Vec<RowColumn<'a>>,
    pub(super) payload: Payload<'a>,
    pub(super) len: usize,
}

/// The number of a class: one of as many as there are combinations of shared values.
pub(super) trait Number: Copy + Default + Send + Sync {
    /// The number with one more column behind. Whatever comes of a cell that is not shared is thrown away.
    fn then(self, shared: u32, code: u32) -> Self;
}

impl Number for u32 {
    #[inline]
    fn then(self, shared: u32, code: u32) -> Self {
        self.wrapping_mul(shared).wrapping_add(code)
    }
}

impl Number for u64 {
    #[inline]
    fn then(self, shared: u32, code: u32) -> Self {
        self.wrapping_mul(shared.into()).wrapping_add(code.into())
    }
}

/// The rows of a block that can match: the numbers of their classes and what comes with them.
#[derive(Default)]
pub(super) struct Block<N> {
    pub(super) numbers: Vec<N>,
    /// Empty when nothing comes with a row.
    pub(super) payloads: Vec<u32>,
    flags: Vec<u8>,
    /// Whether any row so far had a key that the other side cannot have.
    pub(super) foreign: bool,
}

/// What is asked to come with each row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing.
    Nothing,
    /// What a cell is touched with: the subject's number plus one, or the records of the subject that the row is.
    Touch,
    /// The subject's number plus one.
    Stamp,
}

impl Rows<'_> {
    /// Combinations of shared values; saturates.
    pub(super) fn possible_classes(&self) -> u128 {
        self.columns.iter().fold(1, |product, column| product.saturating_mul(column.shared.into()))
    }

    /// Whether any row has no missing cell.
    pub(super) fn has_key(&self) -> bool {
        let mut block = Block::<u64>::default();
        (0..self.len).step_by(BLOCK).any(|start| {
            self.number(start..(start + BLOCK).min(self.len), &mut block);
            block.flags.is_empty() || block.flags.iter().any(|&flag| flag & MISSING == 0)
        })
    }

    /// Cuts the rows into about equal stretches, so that each subject is in one stretch.
    pub(super) fn stretches(&self, parts: usize) -> Vec<Range<usize>> {
        let subjects = if let Payload::Subjects(subjects) = self.payload { Some(subjects) } else { None };
        stretches(self.len, subjects, parts.min(self.len / BLOCK + 1))
    }

    /// Fills the block with those of the rows that can match.
    pub(super) fn fill<N: Number>(&self, range: Range<usize>, wanted: Wanted, block: &mut Block<N>) {
        self.number(range.clone(), block);
        self.pay(range, wanted, &mut block.payloads);
        if !block.flags.is_empty() {
            block.foreign |= block.flags.contains(&FOREIGN);
            block.leave_out_flagged();
        }
    }

    /// Hands the number of each row, and its flag, to `visit`.
    pub(super) fn for_each_number(&self, mut visit: impl FnMut(u64, u8)) {
        let mut block = Block::<u64>::default();
        for start in (0..self.len).step_by(BLOCK) {
            self.number(start..(start + BLOCK).min(self.len), &mut block);
            if block.flags.is_empty() {
                block.numbers.iter().for_each(|&number| visit(number, 0));
            } else {
                block.numbers.iter().zip(&block.flags).for_each(|(&number, &flag)| visit(number, flag));
            }
        }
    }

    /// Numbers and flags of all rows of a range; no flags where no column has a cell to be flagged.
    fn number<N: Number>(&self, range: Range<usize>, block: &mut Block<N>) {
        block.numbers.clear();
        block.numbers.resize(range.len(), N::default());
        block.flags.clear();
        if self.columns.iter().any(|column| column.foreign || column.missing) {
            block.flags.resize(range.len(), 0);
        }
        for column in &self.columns {
            let shared = column.shared;
            with_codes!(column.codes, codes => {
                let codes = &codes[range.clone()];
                extend(&mut block.numbers, shared, codes);
                if column.foreign || column.missing {
                    flag(&mut block.flags, shared, codes);
                }
            });
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
    fn pay(&self, range: Range<usize>, wanted: Wanted, payloads: &mut Vec<u32>) {
        payloads.clear();
        match (&self.payload, wanted) {
            (_, Wanted::Nothing) => {}
            (Payload::Subjects(subjects), _) => payloads.extend(subjects[range].iter().map(|subject| subject + 1)),
            (Payload::Starts(starts), Wanted::Touch) => {
                payloads.extend(starts[range.start..=range.end].windows(2).map(|pair| pair[1] - pair[0]));
            }
            _ => payloads.extend(range.start as u32 + 1..=range.end as u32),
        }
    }
}

/// Numbers with one more column behind.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn extend<N: Number, T: Copy + Into<u32>>(numbers: &mut [N], shared: u32, codes: &[T]) {
    for (number, &code) in numbers.iter_mut().zip(codes) {
        *number = number.then(shared, code.into());
    }
}

/// Flags cells that are not shared.
#[multiversion(targets("x86_64+avx2+bmi1+bmi2"))]
fn flag<T: Copy + Into<u32>>(flags: &mut [u8], shared: u32, codes: &[T]) {
    for (flag, &code) in flags.iter_mut().zip(codes) {
        let code = code.into();
        *flag |= (u8::from(code == shared) * FOREIGN) | (u8::from(code > shared) * MISSING);
    }
}

impl<N: Number> Block<N> {
    /// Written without a branch, as flags are hard to predict: a row that is left out is overwritten by the next.
    fn leave_out_flagged(&mut self) {
        let mut kept = 0;
        if self.payloads.is_empty() {
            for row in 0..self.flags.len() {
                self.numbers[kept] = self.numbers[row];
                kept += usize::from(self.flags[row] == 0);
            }
        } else {
            for row in 0..self.flags.len() {
                self.numbers[kept] = self.numbers[row];
                self.payloads[kept] = self.payloads[row];
                kept += usize::from(self.flags[row] == 0);
            }
            self.payloads.truncate(kept);
        }
        self.numbers.truncate(kept);
    }
}
