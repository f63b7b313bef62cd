//! The values of members, those of several columns in one word, sorted by class.

use rayon::prelude::*;

use super::super::order::Order;
use super::super::{Codes, Column};
use super::runs::Runs;
use super::{MemberValue, set_bits};
use crate::stop::{Stop, StopReason};

/// Bits of a word.
const WORD: u32 = u64::BITS;
/// Members whose words are written at a time.
const BLOCK: usize = 1 << 14;

/// Where the values of one column stand.
pub(super) enum Field {
    /// The value of each member is a field of this word.
    One { word: usize, shift: u32, bits: u32 },
    /// The values of each member are bits of this word.
    Mask { word: usize, shift: u32, bits: u32 },
    /// The values of each member, and where they end.
    Lists { ends: Vec<usize>, values: Vec<u32> },
}

/// Adds what some words hold to the members of each value.
type CountWords = dyn Fn(&mut [u64], &[u64]) + Sync;

/// The values of all members, in the order of their classes.
pub(super) struct Fields {
    pub(super) words: Vec<Vec<u64>>,
    columns: Vec<Field>,
}

impl Fields {
    pub(super) fn column(&self, place: usize) -> &Field {
        &self.columns[place]
    }

    /// Members that hold each value of a column.
    pub(super) fn by_value(&self, place: usize, cardinality: usize) -> Vec<u64> {
        let (word, count): (usize, &CountWords) = match &self.columns[place] {
            &Field::One { word, shift, bits } => (word, &move |members, words| {
                let low = (1 << bits) - 1;
                #[expect(clippy::cast_possible_truncation, reason = "the field holds a code")]
                for word in words {
                    members[(word >> shift & low) as usize] += 1;
                }
            }),
            &Field::Mask { word, shift, bits } => (word, &move |members, words| {
                let mut masks = words.iter().map(|word| masked(*word, shift, bits));
                count_bits(words.len(), &mut masks, bits, |value, holders| members[value] += u64::from(holders));
            }),
            Field::Lists { values, .. } => {
                let mut members = vec![0; cardinality];
                for &value in values {
                    members[value as usize] += 1;
                }
                return members;
            }
        };
        let parts = self.words[word].len().div_ceil(rayon::current_num_threads()).max(BLOCK);
        let counted = self.words[word].par_chunks(parts).map(|words| {
            let mut members = vec![0; cardinality];
            count(&mut members, words);
            members
        });
        counted.reduce(
            || vec![0; cardinality],
            |mut one, other| {
                one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
                one
            },
        )
    }
}

/// The mask in a field of a word.
pub(super) fn masked(word: u64, shift: u32, bits: u32) -> u64 {
    word >> shift & (u64::MAX >> (WORD - bits))
}

/// The bits of a byte, each in a byte of its own.
static SPREAD: [u64; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            spread[byte] |= (byte as u64 >> bit & 1) << (8 * bit);
            bit += 1;
        }
        byte += 1;
    }
    spread
};

/// Masks below which bits are counted one by one.
const FEW_MASKS: usize = 16;

/// How many of so many masks hold each of the lowest bits; those that none holds are not told, others perhaps in parts.
pub(super) fn count_bits(
    number: usize,
    masks: &mut impl Iterator<Item = u64>,
    bits: u32,
    mut tell: impl FnMut(usize, u32),
) {
    if number < FEW_MASKS {
        masks.for_each(|mask| set_bits(mask).for_each(|value| tell(value as usize, 1)));
        return;
    }
    // Eight counters of eight bits in one number, which 255 masks cannot overflow.
    let bytes = bits.div_ceil(8) as usize;
    for _ in 0..number.div_ceil(255) {
        let mut counters = [0_u64; 8];
        for mask in masks.by_ref().take(255) {
            for (counters, byte) in counters[..bytes].iter_mut().zip(mask.to_le_bytes()) {
                *counters += SPREAD[byte as usize];
            }
        }
        for (byte, counters) in counters[..bytes].iter().enumerate() {
            for (bit, holders) in counters.to_le_bytes().into_iter().enumerate().filter(|(_, holders)| *holders > 0) {
                tell(8 * byte + bit, u32::from(holders));
            }
        }
    }
}

/// Where the members of each class begin, with their number as a last entry, and their values.
pub(super) fn sorted(
    runs: &Runs<'_>,
    columns: &[Column],
    held: &[MemberValue<'_>],
    stop: &Stop,
) -> Result<(Vec<u32>, Fields), StopReason> {
    let order = Order::by(&runs.classes, runs.bound, None);
    stop.check()?;
    let (places, contents) = placed(columns, held);
    let words: Vec<Vec<u64>> = contents
        .par_iter()
        .with_max_len(1)
        .map(|places| {
            stop.check()?;
            let mut words = vec![0_u64; runs.len()];
            words.par_chunks_mut(BLOCK).enumerate().for_each(|(block, words)| {
                for &(place, shift) in places {
                    write(runs, &columns[place], held[place], shift, block * BLOCK, words);
                }
            });
            stop.check()?;
            Ok(order.sorted(&words))
        })
        .collect::<Result<_, _>>()?;
    let is_wide = |place: &usize| places[*place].is_none();
    let members: Vec<u32> = if (0..columns.len()).any(|place| is_wide(&place)) {
        order.sorted(&(0..runs.len()).map(to_u32).collect::<Vec<_>>())
    } else {
        Vec::new()
    };
    let columns = (0..columns.len()).into_par_iter().with_max_len(1).map(|place| {
        stop.check()?;
        Ok(places[place].map_or_else(|| lists(runs, &columns[place].codes, &members), Into::into))
    });
    let columns = columns.collect::<Result<_, _>>()?;
    Ok((order.starts().to_vec(), Fields { words, columns }))
}

/// A field before it is filled.
#[derive(Clone, Copy)]
struct Placed {
    is_mask: bool,
    word: usize,
    shift: u32,
    bits: u32,
}

impl From<Placed> for Field {
    fn from(Placed { is_mask, word, shift, bits }: Placed) -> Self {
        if is_mask { Self::Mask { word, shift, bits } } else { Self::One { word, shift, bits } }
    }
}

/// The columns of each word, and where they begin in it.
type Contents = Vec<Vec<(usize, u32)>>;

/// The place of each column, none for a list, and what each word holds.
fn placed(columns: &[Column], held: &[MemberValue<'_>]) -> (Vec<Option<Placed>>, Contents) {
    let mut contents: Contents = Vec::new();
    let mut used: Vec<u32> = Vec::new();
    let mut places = Vec::new();
    for (place, (column, &held)) in columns.iter().zip(held).enumerate() {
        let is_mask = held == MemberValue::Any;
        let bits =
            if is_mask { column.cardinality } else { u32::BITS - column.cardinality.saturating_sub(1).leading_zeros() };
        let bits = bits.max(1);
        if bits > WORD {
            places.push(None);
            continue;
        }
        let word = used.iter().position(|&used| used + bits <= WORD).unwrap_or_else(|| {
            used.push(0);
            contents.push(Vec::new());
            used.len() - 1
        });
        contents[word].push((place, used[word]));
        places.push(Some(Placed { is_mask, word, shift: used[word], bits }));
        used[word] += bits;
    }
    (places, contents)
}

/// Writes the field of one column into the words of members from `first` on.
fn write(runs: &Runs<'_>, column: &Column, held: MemberValue<'_>, shift: u32, first: usize, words: &mut [u64]) {
    let members = first..first + words.len();
    let set = |word: &mut u64, value: u32| *word |= u64::from(value) << shift;
    match held {
        MemberValue::Last => runs.each_end(&column.codes, members, true, words, set),
        MemberValue::First => runs.each_end(&column.codes, members, false, words, set),
        MemberValue::Any => runs.each_mask(&column.codes, members, words, |word, mask| *word |= mask << shift),
        MemberValue::Mode(keys) => {
            let mut records = vec![0_u32; column.cardinality as usize];
            let mut values = Vec::new();
            for (member, word) in members.zip(words) {
                runs.codes_of(&column.codes, member, &mut values);
                let is_one = values.iter().all(|other| *other == values[0]);
                set(word, if is_one { values[0] } else { mode(&values, keys, &mut records) });
            }
        }
    }
}

/// The value of most records; `records` is 0 for each value before and after.
fn mode(values: &[u32], keys: &[u64], records: &mut [u32]) -> u32 {
    for &value in values {
        records[value as usize] += 1;
    }
    let rank = |&value: &u32| (records[value as usize], std::cmp::Reverse(keys[value as usize]));
    let mode = values.iter().copied().max_by_key(rank).unwrap_or(0);
    for &value in values {
        records[value as usize] = 0;
    }
    mode
}

/// The distinct values of each of these members.
fn lists(runs: &Runs<'_>, codes: &Codes, members: &[u32]) -> Field {
    let (mut ends, mut all) = (Vec::with_capacity(members.len()), Vec::with_capacity(members.len()));
    let mut distinct = Vec::new();
    for &member in members {
        runs.codes_of(codes, member as usize, &mut distinct);
        distinct.sort_unstable();
        distinct.dedup();
        all.extend_from_slice(&distinct);
        ends.push(all.len());
    }
    Field::Lists { ends, values: all }
}

#[expect(clippy::cast_possible_truncation, reason = "a table has fewer than 2^32 records")]
fn to_u32(place: usize) -> u32 {
    place as u32
}
