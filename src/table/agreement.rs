//! Which records repeat an earlier one of their subject: on which sets of columns do two records agree?
//!
//! # Advice for hackers
//! The codes of a record lie beside each other as bytes. Eight bytes of two records are compared at a time without a branch.
//! What they agree on is one byte, which leads to the sets that ask for no more of these eight; the sets that are left over
//! all bytes are those on which the records agree.

use std::ops::Range;

use super::{Codes, Table};
use crate::with_codes;

/// Sets whose repeats are found together, a bit each.
type Mask = [u64; 4];

pub(super) const SETS: usize = 256;

/// What records must agree on to be repeats on sets.
pub(super) struct Tests {
    /// Where the code of each column lies in a row; columns that no set has are not there.
    columns: Vec<(usize, Field)>,
    /// Eight bytes each.
    words: usize,
    /// For each [`SETS`] sets, each word and each byte of what agrees in it, the sets that ask for no more of it.
    masks: Vec<Mask>,
    /// For each set its columns, with the cells from one of its values to the next.
    strides: Vec<Vec<(Field, u64)>>,
}

/// The place of a code in a row of words. No code reaches over into another word.
#[derive(Clone, Copy)]
struct Field {
    word: usize,
    shift: u32,
    mask: u64,
}

impl Field {
    #[inline]
    fn code(self, row: &[u64]) -> u64 {
        row[self.word] >> self.shift & self.mask
    }

    /// Its bytes, a bit each.
    fn bytes(self) -> usize {
        (0..8).filter(|byte| self.mask << self.shift >> (8 * byte) & 1 == 1).map(|byte| 1 << byte).sum()
    }
}

impl Tests {
    pub(super) fn new<'a>(table: &Table, sets: impl Iterator<Item = &'a [usize]>) -> Self {
        let sets: Vec<&[usize]> = sets.collect();
        let (columns, words) = Self::row_of(table, &sets);
        let mut masks = vec![Mask::default(); sets.len().div_ceil(SETS) * words * 256];
        let mut strides = Vec::with_capacity(sets.len());
        for (index, set) in sets.iter().enumerate() {
            let mut asked = vec![0_usize; words];
            let mut stride = 1_u64;
            let mut steps = Vec::with_capacity(set.len());
            for column in set.iter().rev() {
                let Some(&(_, field)) = columns.iter().find(|(other, _)| other == column) else { continue };
                steps.push((field, stride));
                stride = stride.saturating_mul(u64::from(table.columns()[*column].cardinality.max(1)));
                asked[field.word] |= field.bytes();
            }
            strides.push(steps);
            for (word, asked) in asked.into_iter().enumerate() {
                for agreed in (0..256).filter(|agreed| agreed & asked == asked) {
                    let mask = &mut masks[(index / SETS * words + word) * 256 + agreed];
                    mask[index % SETS / 64] |= 1 << (index % 64);
                }
            }
        }
        Self { columns, words, masks, strides }
    }

    /// The columns of the sets, widest first, so that each lies in one word; and the words that they take.
    fn row_of(table: &Table, sets: &[&[usize]]) -> (Vec<(usize, Field)>, usize) {
        let bytes = |column: usize| bytes_of(&table.columns()[column].codes);
        let is_needed = |column: &usize| sets.iter().any(|set| set.contains(column));
        let mut columns: Vec<usize> = (0..table.columns().len()).filter(is_needed).collect();
        columns.sort_by_key(|&column| std::cmp::Reverse(bytes(column)));
        let mut end = 0;
        let fields = columns.into_iter().map(|column| {
            let (start, width) = (end, bytes(column));
            end += width;
            (column, Field { word: start as usize / 8, shift: start % 8 * 8, mask: u64::MAX >> (64 - 8 * width) })
        });
        let fields = fields.collect();
        (fields, end.div_ceil(8).max(1) as usize)
    }

    /// How many sets there are.
    pub(super) fn sets(&self) -> usize {
        self.strides.len()
    }

    /// The cell of a record on a set.
    #[inline]
    pub(super) fn cell(&self, row: &[u64], set: usize) -> u64 {
        self.strides[set].iter().map(|&(field, stride)| field.code(row) * stride).sum()
    }
}

fn bytes_of(codes: &Codes) -> u32 {
    match codes {
        Codes::U8(_) => 1,
        Codes::U16(_) => 2,
        Codes::U32(_) => 4,
    }
}

/// Records of some subjects, as words beside each other.
#[derive(Default)]
pub(super) struct Rows {
    words: Vec<u64>,
}

impl Rows {
    /// Takes in these records.
    pub(super) fn fill(&mut self, table: &Table, tests: &Tests, records: Range<usize>) {
        let words = tests.words;
        self.words.clear();
        self.words.resize(records.len() * words, 0);
        for &(column, field) in &tests.columns {
            with_codes!(&table.columns()[column].codes, codes => {
                let rows = self.words[field.word..].iter_mut().step_by(words);
                for (row, &code) in rows.zip(&codes[records.clone()]) {
                    *row |= u64::from(code) << field.shift;
                }
            });
        }
    }

    /// Hands over each repeat among records of one subject: the row of the record, and the set.
    #[inline]
    pub(super) fn each_repeat(&self, tests: &Tests, records: Range<usize>, mut found: impl FnMut(&[u64], usize)) {
        let words = tests.words;
        let rows = &self.words[records.start * words..records.end * words];
        for (block, masks) in tests.masks.chunks_exact(words * 256).enumerate() {
            for record in 1..records.len() {
                let (earlier, row) = rows[..(record + 1) * words].split_at(record * words);
                let repeats = agreed(masks, row, earlier);
                for (place, mut left) in repeats.into_iter().enumerate() {
                    while left != 0 {
                        found(row, block * SETS + place * 64 + left.trailing_zeros() as usize);
                        left &= left - 1;
                    }
                }
            }
        }
    }
}

/// The sets on which a record agrees with any of the others.
#[inline]
fn agreed(masks: &[Mask], row: &[u64], others: &[u64]) -> Mask {
    let both = |one: &Mask, two: &Mask| [one[0] & two[0], one[1] & two[1], one[2] & two[2], one[3] & two[3]];
    let mut repeats = Mask::default();
    let mut add = |sets: &Mask| repeats.iter_mut().zip(sets).for_each(|(repeats, sets)| *repeats |= sets);
    match *row {
        [one] => others.iter().for_each(|&other| add(&masks[equal_bytes(one, other)])),
        [one, two] => {
            let (of_one, of_two) = masks.split_at(256);
            for other in others.chunks_exact(2) {
                add(&both(&of_one[equal_bytes(one, other[0])], &of_two[equal_bytes(two, other[1])]));
            }
        }
        _ => {
            for other in others.chunks_exact(row.len()) {
                let words = row.iter().zip(other).zip(masks.chunks_exact(256));
                let sets = words.map(|((&one, &other), masks)| masks[equal_bytes(one, other)]);
                add(&sets.reduce(|one, two| both(&one, &two)).unwrap_or_default());
            }
        }
    }
    repeats
}

/// Which of the eight bytes of two words are equal, a bit each.
#[inline]
fn equal_bytes(one: u64, other: u64) -> usize {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let different = one ^ other;
    // The top bit of each byte that is 0. No carry leaves a byte.
    let equal = !(((different & LOW) + LOW) | different | LOW);
    // Brings the eight bits beside each other, in the top byte.
    ((equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::{Column, ColumnSet, SubjectCodes, lattice};
    use crate::tries::tries;

    /// Codes of any width, so that bytes of one column lie in two words.
    fn column() -> impl Strategy<Value = (u8, Vec<u32>)> {
        (0_u8..3).prop_flat_map(|width| {
            let values = match width {
                0 => vec![0, 1, 255],
                1 => vec![0, 1, 256, 257, 65_535],
                _ => vec![0, 1, 256, 65_536, 1 << 24, 0x0101_0101],
            };
            (Just(width), prop::collection::vec(prop::sample::select(values), 40))
        })
    }

    fn codes((width, codes): &(u8, Vec<u32>)) -> Codes {
        let narrow = |code: &u32| u16::try_from(*code).unwrap();
        match width {
            0 => Codes::U8(codes.iter().map(|code| u8::try_from(*code).unwrap()).collect()),
            1 => Codes::U16(codes.iter().map(narrow).collect()),
            _ => Codes::U32(codes.clone().into()),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: tries(500), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_record_repeats_an_earlier_one_of_its_subject_where_all_columns_of_the_set_agree(
            columns in prop::collection::vec(column(), 1..8),
            subjects in prop::collection::vec(0_u8..6, 40),
        ) {
            let columns = columns.iter().map(|column| Column::new("c".to_owned(), codes(column), u32::MAX, None));
            let subjects = SubjectCodes { codes: Codes::U8(subjects.into()), cardinality: 6, missing: None };
            let table = Table::new(columns.collect(), Some(subjects), 40).unwrap();
            let sets = lattice(table.columns().len(), 7);
            let sets: Vec<&ColumnSet> = sets.iter().collect();
            let agree = |set: &ColumnSet, one: usize, other: usize| {
                set.columns().iter().all(|&column| table.columns()[column].codes.get(one) == table.columns()[column].codes.get(other))
            };
            let tests = Tests::new(&table, sets.iter().map(|set| set.columns()));
            let mut rows = Rows::default();
            for subject in 0..u32::try_from(table.subjects()).unwrap() {
                let records = table.records_of(subject);
                let mut found = vec![0; sets.len()];
                rows.fill(&table, &tests, records.clone());
                rows.each_repeat(&tests, 0..records.len(), |_, set| found[set] += 1);
                let repeats = |set: &&ColumnSet| {
                    records.clone().filter(|&record| (records.start..record).any(|earlier| agree(set, record, earlier))).count()
                };
                prop_assert_eq!(found, sets.iter().map(repeats).collect::<Vec<_>>());
            }
        }
    }
}
