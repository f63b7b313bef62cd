//! The values of members, those of several columns in one word, sorted by class.

use rayon::prelude::*;

use super::super::order::Order;
use super::super::{Codes, Column};
use super::runs::{Preference, Runs};
use super::words::{Word, Words, with_words};
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

/// The values of all members, in the order of their classes.
pub(super) struct Fields {
    pub(super) words: Vec<Words>,
    columns: Vec<Field>,
}

impl Fields {
    pub(super) fn column(&self, place: usize) -> &Field {
        &self.columns[place]
    }

    /// Members that hold each value of a column.
    pub(super) fn by_value(&self, place: usize, cardinality: usize) -> Vec<u64> {
        let (word, shift, bits, is_mask) = match &self.columns[place] {
            &Field::One { word, shift, bits } => (word, shift, bits, false),
            &Field::Mask { word, shift, bits } => (word, shift, bits, true),
            Field::Lists { values, .. } => {
                let mut members = vec![0; cardinality];
                for &value in values {
                    members[value as usize] += 1;
                }
                return members;
            }
        };
        with_words!(&self.words[word], words => {
            let parts = words.len().div_ceil(rayon::current_num_threads()).max(BLOCK);
            let counted = words.par_chunks(parts).map(|words| {
                let mut members = vec![0_u64; cardinality];
                let mut fields = words.iter().map(|word| field(word.wide(), shift, bits));
                if is_mask {
                    count_bits(&mut fields, bits, |value, holders| members[value] += u64::from(holders));
                } else {
                    #[expect(clippy::cast_possible_truncation, reason = "the field holds a code")]
                    fields.for_each(|code| members[code as usize] += 1);
                }
                members
            });
            let add = |mut one: Vec<u64>, other: Vec<u64>| {
                one.iter_mut().zip(other).for_each(|(one, other)| *one += other);
                one
            };
            counted.reduce(|| vec![0; cardinality], add)
        })
    }
}

/// What stands in a field of a word.
pub(super) fn field(word: u64, shift: u32, bits: u32) -> u64 {
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

/// How many of at most 15 masks hold each bit that any of them holds, ascending; none of more.
pub(super) fn digits(masks: &[u64]) -> Option<impl Iterator<Item = (u32, u32)> + use<>> {
    if masks.len() > 15 {
        return None;
    }
    // Digits of base two of all counts at once: a mask is added to each digit that the one before it carries to.
    let mut digits = [0_u64; 4];
    for &mask in masks {
        let mut carried = mask;
        for digit in &mut digits {
            (*digit, carried) = (*digit ^ carried, *digit & carried);
        }
    }
    let [ones, twos, fours, eights] = digits;
    let digit = |digit: u64, value: u32| u32::from(digit >> value & 1 == 1);
    let holders = move |value: u32| {
        digit(ones, value) + 2 * digit(twos, value) + 4 * digit(fours, value) + 8 * digit(eights, value)
    };
    Some(set_bits(ones | twos | fours | eights).map(move |value| (value, holders(value))))
}

/// How many masks hold each of the lowest bits; those that none holds are not told, others perhaps in parts.
pub(super) fn count_bits(masks: &mut impl ExactSizeIterator<Item = u64>, bits: u32, mut tell: impl FnMut(usize, u32)) {
    // Eight counters of eight bits in one number, which 255 masks cannot overflow.
    let bytes = bits.div_ceil(8) as usize;
    for _ in 0..masks.len().div_ceil(255) {
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
    let held: Vec<Held> = held.iter().map(|&held| Held::from(held)).collect();
    let filled = contents.par_iter().with_max_len(1).map(|(places, used)| {
        let columns: Vec<_> =
            places.iter().map(|&(place, shift)| (&columns[place].codes, &held[place], shift)).collect();
        Ok(if *used <= u32::BITS {
            Words::Narrow(filled(runs, &columns, &order, stop)?)
        } else {
            Words::Wide(filled(runs, &columns, &order, stop)?)
        })
    });
    let words = filled.collect::<Result<_, StopReason>>()?;
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

/// The words of all members, in the order of their classes, with the fields of these columns.
fn filled<W: Word>(
    runs: &Runs<'_>,
    columns: &[(&Codes, &Held, u32)],
    order: &Order<'_>,
    stop: &Stop,
) -> Result<Vec<W>, StopReason> {
    stop.check()?;
    let mut words = vec![W::default(); runs.len()];
    words.par_chunks_mut(BLOCK).enumerate().for_each(|(block, words)| {
        // Reading untouched memory before it is written costs a second page fault.
        words.fill(W::default());
        for &(codes, held, shift) in columns {
            write(runs, codes, held, shift, block * BLOCK, words);
        }
    });
    stop.check()?;
    order.sort(&mut words);
    Ok(words)
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

/// The columns of each word and where they begin in it, and how many of its bits are used.
type Contents = Vec<(Vec<(usize, u32)>, u32)>;

/// The place of each column, none for a list, and what each word holds.
fn placed(columns: &[Column], held: &[MemberValue<'_>]) -> (Vec<Option<Placed>>, Contents) {
    let mut contents: Contents = Vec::new();
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
        let word = contents.iter().position(|(_, used)| used + bits <= WORD).unwrap_or_else(|| {
            contents.push((Vec::new(), 0));
            contents.len() - 1
        });
        let (columns, used) = &mut contents[word];
        columns.push((place, *used));
        places.push(Some(Placed { is_mask, word, shift: *used, bits }));
        *used += bits;
    }
    (places, contents)
}

/// [`MemberValue`], ready to be looked up.
enum Held {
    First,
    Last,
    Mode(Preference),
    Any,
}

impl From<MemberValue<'_>> for Held {
    fn from(held: MemberValue<'_>) -> Self {
        match held {
            MemberValue::First => Self::First,
            MemberValue::Last => Self::Last,
            MemberValue::Mode(keys) => Self::Mode(Preference::new(keys)),
            MemberValue::Any => Self::Any,
        }
    }
}

/// Writes the field of one column into the words of members from `first` on.
fn write<W: Word>(runs: &Runs<'_>, codes: &Codes, held: &Held, shift: u32, first: usize, words: &mut [W]) {
    let members = first..first + words.len();
    let set = |word: &mut W, value: u32| *word |= W::of(u64::from(value), shift);
    match held {
        Held::Last => runs.each_end(codes, members, true, words, set),
        Held::First => runs.each_end(codes, members, false, words, set),
        Held::Any => runs.each_mask(codes, members, words, |word, mask| *word |= W::of(mask, shift)),
        Held::Mode(preference) => runs.each_mode(codes, members, preference, words, set),
    }
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
