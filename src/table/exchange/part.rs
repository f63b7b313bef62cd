//! The records of one part as a table.

use rayon::prelude::*;

use super::plan::CountPlan;
use super::route::{Decoded, decode};
use super::{ExchangeError, Row};
use crate::table::{Codes, Column, SubjectCodes, Table};
use crate::with_codes;

/// Bytes of rows that are decoded side by side: many cores have work, and few rows are in memory twice.
const TOGETHER: usize = 8 << 20;

/// A table of the records of a part, and which subject of the plan each of its subjects is.
pub(super) struct PartTable {
    pub(super) table: Table,
    /// Ascending; empty where each record is its own subject.
    pub(super) subjects: Vec<u32>,
}

/// Collects the records of one part.
pub(super) struct PartRecords<'a> {
    plan: &'a CountPlan,
    part: u32,
    waiting: Vec<Vec<u8>>,
    waiting_bytes: usize,
    records: usize,
    subjects: Vec<u32>,
    columns: Vec<Codes>,
}

impl<'a> PartRecords<'a> {
    pub(super) fn new(plan: &'a CountPlan, part: u32) -> Result<Self, ExchangeError> {
        if part >= plan.parts() {
            return Err(ExchangeError::Damaged("a part is not of the plan"));
        }
        let empty = |&column: &usize| Codes::with_capacity(plan.cardinalities[column] as usize, 0);
        let columns = plan.columns_of(part).iter().map(empty).collect();
        Ok(Self { plan, part, waiting: Vec::new(), waiting_bytes: 0, records: 0, subjects: Vec::new(), columns })
    }

    pub(super) fn add(&mut self, row: Row) -> Result<(), ExchangeError> {
        self.waiting_bytes += row.blob.len();
        self.waiting.push(row.blob);
        if self.waiting_bytes >= TOGETHER { self.decode() } else { Ok(()) }
    }

    fn decode(&mut self) -> Result<(), ExchangeError> {
        let columns = self.plan.columns_of(self.part);
        let blobs = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let decoded: Vec<Decoded> =
            blobs.into_par_iter().map(|blob| decode(self.plan, columns, &blob)).collect::<Result<_, _>>()?;
        for Decoded { records, subjects, columns } in decoded {
            self.records += records;
            self.subjects.extend(subjects);
            for (codes, more) in self.columns.iter_mut().zip(&columns) {
                append(codes, more);
            }
        }
        Ok(())
    }

    /// The table, its records sorted by subject.
    pub(super) fn into_table(mut self) -> Result<PartTable, ExchangeError> {
        self.decode()?;
        let Self { plan, part, records, subjects, columns, .. } = self;
        let column =
            |(codes, &column): (Codes, &usize)| Column::new(String::new(), codes, plan.cardinalities[column], None);
        let columns = columns.into_iter().zip(plan.columns_of(part)).map(column).collect();
        let too_many = |_| ExchangeError::Damaged("a part has more records than one table holds");
        if plan.subjects.is_none() {
            let table = Table::new(columns, None, records).map_err(too_many)?;
            return Ok(PartTable { table, subjects: Vec::new() });
        }
        let numbering = Numbering::new(&subjects);
        let numbers = subjects.iter().map(|&subject| numbering.number(subject)).collect();
        drop(subjects);
        let cardinality = numbering.count();
        let codes = SubjectCodes { codes: Codes::U32(numbers), cardinality, missing: None };
        let table = Table::new(columns, Some(codes), records).map_err(too_many)?;
        Ok(PartTable { table, subjects: numbering.subjects() })
    }
}

/// Codes of the same column behind others.
fn append(codes: &mut Codes, more: &Codes) {
    match (codes, more) {
        (Codes::U8(codes), Codes::U8(more)) => codes.extend_from_slice(more),
        (Codes::U16(codes), Codes::U16(more)) => codes.extend_from_slice(more),
        (Codes::U32(codes), Codes::U32(more)) => codes.extend_from_slice(more),
        (codes, more) => with_codes!(more, more => codes.extend(more.iter().map(|&code| code.into()))),
    }
}

/// Numbers 0, 1, 2, … for the subjects that occur, in their order: one bit for each subject in between, and a count of those
/// before each word.
struct Numbering {
    first: u32,
    words: Vec<u64>,
    before: Vec<u32>,
}

impl Numbering {
    fn new(subjects: &[u32]) -> Self {
        let first = subjects.iter().min().copied().unwrap_or(0);
        let span = subjects.iter().max().map_or(0, |&last| (last - first) as usize + 1);
        let mut words = vec![0_u64; span.div_ceil(64)];
        for subject in subjects {
            let place = subject - first;
            words[place as usize / 64] |= 1 << (place % 64);
        }
        let mut total = 0;
        let mut before = Vec::with_capacity(words.len());
        for word in &words {
            before.push(total);
            total += word.count_ones();
        }
        Self { first, words, before }
    }

    fn number(&self, subject: u32) -> u32 {
        let place = subject - self.first;
        let below = self.words[place as usize / 64] & ((1 << (place % 64)) - 1);
        self.before[place as usize / 64] + below.count_ones()
    }

    fn count(&self) -> u32 {
        self.before.last().zip(self.words.last()).map_or(0, |(before, word)| before + word.count_ones())
    }

    /// The subjects by their numbers.
    fn subjects(&self) -> Vec<u32> {
        let mut subjects = Vec::with_capacity(self.count() as usize);
        for (place, &word) in (0_u32..).zip(&self.words) {
            let mut word = word;
            while word != 0 {
                subjects.push(self.first + place * 64 + word.trailing_zeros());
                word &= word - 1;
            }
        }
        subjects
    }
}

#[cfg(test)]
mod tests {
    use super::Numbering;

    #[test]
    fn subjects_are_numbered_in_their_order() {
        for subjects in
            [vec![], vec![7], vec![300, 5, 68, 5, 69, 132], vec![u32::MAX - 1, u32::MAX - 200, u32::MAX - 64]]
        {
            let numbering = Numbering::new(&subjects);
            let mut sorted = subjects.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(numbering.subjects(), sorted);
            assert_eq!(numbering.count() as usize, sorted.len());
            for (number, &subject) in sorted.iter().enumerate() {
                assert_eq!(numbering.number(subject) as usize, number);
            }
        }
    }
}
