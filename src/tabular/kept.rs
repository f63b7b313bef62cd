//! Contributors of released cells, as they are kept between releases.
//!
//! # What a kept file tells
//! Nothing by name: contributors, cells and what is counted are *marks*, the first 16 bytes of HMAC-SHA-256 under a key of
//! the folder. Amounts stand as they are, because rules for amounts need them and because a difference has few contributors
//! only if nearly all others add the same. Whoever has the file and the key can try names out, so both stay with the extract:
//! they are no part of a release, and nothing of them is in a report.
//!
//! # Form
//! A name of 8 bytes that holds the version, the HMAC of the rest under the key, and the rest: decimals of amounts, the mark
//! of the measure, the marks of the contributors, ascending, and each cell with its mark, its contributors as a roaring
//! bitmap of places among those, and their amounts. Numbers are little-endian. A file of another key, another version or with
//! anything else in it is refused before it is read.

use std::collections::HashMap;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use roaring::RoaringBitmap;
use sha2::Sha256;
use thiserror::Error;

use super::Contributors;

/// A name that only the holder of the key can make again.
pub type Mark = [u8; 16];

/// The name of the form, and its version.
const NAME: &[u8; 8] = b"RRCELLS1";
const NAME_WITHOUT_VERSION: usize = 7;
/// How the names of kept files end.
pub const KEPT_FILES: &str = "cells";
/// Bytes of an HMAC.
const TAG: usize = 32;

/// The key of a folder of kept releases. It is never shown.
#[derive(Clone)]
pub struct KeptKey([u8; 32]);

impl KeptKey {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn tag(&self, parts: &[&[u8]]) -> Option<[u8; TAG]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        Some(mac.finalize().into_bytes().into())
    }

    /// The mark of a name that has several parts, such as a kind and a value. Different parts give different marks.
    #[must_use]
    pub fn mark(&self, parts: &[&[u8]]) -> Mark {
        let mut mark = Mark::default();
        if let Some(tag) = self.tag(parts) {
            mark.copy_from_slice(&tag[..16]);
        }
        mark
    }
}

impl std::fmt::Debug for KeptKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeptKey(..)")
    }
}

/// The cells of one release, of one measure and one side.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRelease {
    /// What was counted or summed, and whose.
    pub measure: Mark,
    /// Digits behind the point of the unit of amounts.
    pub decimals: u32,
    /// The contributors, ascending.
    pub people: Vec<Mark>,
    /// The cells, ascending by mark; contributors are places in `people`.
    pub cells: Vec<(Mark, Contributors)>,
}

/// A folder of kept releases, as it was read.
#[derive(Debug, Clone)]
pub struct KeptFolder {
    /// Its key.
    pub key: KeptKey,
    /// The releases in it, of any measure and side.
    pub earlier: Arc<Vec<KeptRelease>>,
}

/// Why a kept file was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeptError {
    /// It is something else.
    #[error("it is not a file of kept cells")]
    NotKept,
    /// A version that this program does not know.
    #[error("it was written by another version")]
    Version,
    /// It was changed, cut off, or written under another key.
    #[error("it is damaged or was written under another key")]
    Damaged,
    /// More than the form can hold.
    #[error("there are more contributors or cells than a file can hold")]
    TooMany,
}

impl KeptRelease {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When there is more than the form can hold.
    pub fn to_bytes(&self, key: &KeptKey) -> Result<Vec<u8>, KeptError> {
        let mut rest = Vec::new();
        rest.extend_from_slice(&self.decimals.to_le_bytes());
        rest.extend_from_slice(&self.measure);
        rest.extend_from_slice(&length(self.people.len())?);
        rest.extend(self.people.iter().flatten());
        rest.extend_from_slice(&length(self.cells.len())?);
        for (mark, contributors) in &self.cells {
            rest.extend_from_slice(mark);
            rest.extend_from_slice(&length(contributors.who().serialized_size())?);
            contributors.who().serialize_into(&mut rest).map_err(|_| KeptError::TooMany)?;
            rest.extend(contributors.amounts().iter().flat_map(|amount| amount.to_le_bytes()));
        }
        let tag = key.tag(&[NAME, &rest]).ok_or(KeptError::Damaged)?;
        Ok([NAME.as_slice(), &tag, &rest].concat())
    }

    /// What to call a file of these bytes: the same bytes have the same name, and it tells nothing else.
    #[must_use]
    pub fn file_name(bytes: &[u8]) -> String {
        let tag = bytes.get(NAME.len()..NAME.len() + 16).unwrap_or_default();
        let digits = crate::printable::hexadecimal(tag);
        format!("{digits}.{KEPT_FILES}")
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// When they are not exactly what [`KeptRelease::to_bytes`] gives under this key.
    pub fn from_bytes(bytes: &[u8], key: &KeptKey) -> Result<Self, KeptError> {
        let (name, rest) = bytes.split_at_checked(NAME.len()).ok_or(KeptError::NotKept)?;
        if name[..NAME_WITHOUT_VERSION] != NAME[..NAME_WITHOUT_VERSION] {
            return Err(KeptError::NotKept);
        }
        if name != NAME {
            return Err(KeptError::Version);
        }
        let (tag, rest) = rest.split_at_checked(TAG).ok_or(KeptError::Damaged)?;
        if key.tag(&[NAME, rest]).is_none_or(|expected| expected != tag) {
            return Err(KeptError::Damaged);
        }
        Self::from_rest(rest).ok_or(KeptError::Damaged)
    }

    fn from_rest(mut rest: &[u8]) -> Option<Self> {
        let decimals = u32::from_le_bytes(take(&mut rest)?);
        let measure = take(&mut rest)?;
        let count = u32::from_le_bytes(take(&mut rest)?) as usize;
        // What is announced must be there before room is made for it.
        let (people, after) = rest.split_at_checked(count.checked_mul(16)?)?;
        let people: Vec<Mark> = people.as_chunks().0.to_vec();
        rest = after;
        let is_ascending = people.is_sorted_by(|one, two| one < two);
        let cells = u32::from_le_bytes(take(&mut rest)?);
        let mut found: Vec<(Mark, Contributors)> = Vec::new();
        for _ in 0..cells {
            let mark: Mark = take(&mut rest)?;
            let size = u32::from_le_bytes(take(&mut rest)?) as usize;
            let (bitmap, after) = rest.split_at_checked(size)?;
            let who = RoaringBitmap::deserialize_from(bitmap).ok().filter(|who| who.serialized_size() == size)?;
            let amounts = usize::try_from(who.len()).ok()?;
            if who.max().is_some_and(|last| last as usize >= people.len()) {
                return None;
            }
            let (amounts, after) = after.split_at_checked(amounts.checked_mul(8)?)?;
            let amounts = amounts.as_chunks().0.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect();
            if found.last().is_some_and(|(last, _)| *last >= mark) {
                return None;
            }
            found.push((mark, Contributors::from_parts(who, amounts)?));
            rest = after;
        }
        (is_ascending && rest.is_empty()).then_some(Self { measure, decimals, people, cells: found })
    }
}

fn length(of: usize) -> Result<[u8; 4], KeptError> {
    u32::try_from(of).map(u32::to_le_bytes).map_err(|_| KeptError::TooMany)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

/// Brings the cells of several releases of one measure to common numbers of contributors and a common unit.
#[derive(Debug, Clone, Default)]
pub struct Common {
    numbers: HashMap<Mark, u32>,
    decimals: u32,
}

impl Common {
    /// Room for releases with so many digits behind the point of their units.
    #[must_use]
    pub fn new(decimals: impl Iterator<Item = u32>) -> Self {
        Self { numbers: HashMap::new(), decimals: decimals.max().unwrap_or(0) }
    }

    /// The cells of one of them; `None` when an amount does not fit the common unit or there are too many people.
    #[must_use]
    pub fn cells(&mut self, kept: &KeptRelease) -> Option<Vec<Contributors>> {
        let name = |place: u32| kept.people.get(place as usize).copied();
        kept.cells.iter().map(|(_, cell)| self.bring(cell, kept.decimals, name)).collect()
    }

    /// One cell, whose contributors have these names; `None` as for [`Common::cells`].
    #[must_use]
    pub fn bring(
        &mut self,
        cell: &Contributors,
        decimals: u32,
        name: impl Fn(u32) -> Option<Mark>,
    ) -> Option<Contributors> {
        let scale = 10_i64.checked_pow(self.decimals.checked_sub(decimals)?)?;
        let mut pairs = Vec::with_capacity(cell.amounts().len());
        for (who, amount) in cell.who().iter().zip(cell.amounts()) {
            let next = u32::try_from(self.numbers.len()).ok()?;
            let number = *self.numbers.entry(name(who)?).or_insert(next);
            pairs.push((number, amount.checked_mul(scale)?));
        }
        Contributors::new(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tabular::testing::Dice;

    fn key(first: u8) -> KeptKey {
        KeptKey::new([first; 32])
    }

    fn some() -> KeptRelease {
        let key = key(1);
        let mut people: Vec<Mark> = (0..40_u8).map(|who| key.mark(&[b"person", &[who]])).collect();
        people.sort_unstable();
        let cell = |first: u32| Contributors::new((first..first + 9).map(|who| (who, i64::from(who) - 12)).collect());
        let mut cells: Vec<(Mark, Contributors)> =
            (0..5_u8).map(|at| (key.mark(&[b"cell", &[at]]), cell(u32::from(at) * 7).unwrap())).collect();
        cells.sort_unstable_by_key(|(mark, _)| *mark);
        KeptRelease { measure: key.mark(&[b"measure"]), decimals: 2, people, cells }
    }

    #[test]
    fn what_is_kept_is_read_as_it_was() {
        let bytes = some().to_bytes(&key(1)).unwrap();
        assert_eq!(KeptRelease::from_bytes(&bytes, &key(1)), Ok(some()));
        assert_eq!(KeptRelease::from_bytes(&bytes, &key(2)), Err(KeptError::Damaged), "another key");
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let bytes = some().to_bytes(&key(1)).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(KeptRelease::from_bytes(&changed, &key(1)).is_err(), "byte {at}");
            assert!(KeptRelease::from_bytes(&bytes[..at], &key(1)).is_err(), "cut at {at}");
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(KeptRelease::from_bytes(&longer, &key(1)), Err(KeptError::Damaged));
        let mut newer = bytes;
        newer[NAME_WITHOUT_VERSION] = b'2';
        assert_eq!(KeptRelease::from_bytes(&newer, &key(1)), Err(KeptError::Version));
        assert_eq!(KeptRelease::from_bytes(b"", &key(1)), Err(KeptError::NotKept));
    }

    #[test]
    fn whoever_knows_the_key_cannot_make_a_file_that_is_no_table() {
        let sealed = |rest: &[u8]| {
            let tag = key(1).tag(&[NAME, rest]).unwrap();
            KeptRelease::from_bytes(&[NAME.as_slice(), &tag, rest].concat(), &key(1))
        };
        let whole = some().to_bytes(&key(1)).unwrap()[NAME.len() + TAG..].to_vec();
        assert_eq!(sealed(&whole), Ok(some()));
        for cut in 0..whole.len() {
            assert_eq!(sealed(&whole[..cut]), Err(KeptError::Damaged), "cut at {cut}");
        }
        let mut dice = Dice::new(3);
        for _ in 0..2_000 {
            let mut changed = whole.clone();
            let at = dice.below(u32::try_from(whole.len()).unwrap()) as usize;
            changed[at] = u8::try_from(dice.below(256)).unwrap();
            // Refused, or read as some table: never a panic, and never more room than the file has bytes.
            if let Ok(kept) = sealed(&changed) {
                assert!(kept.people.is_sorted() && kept.cells.iter().all(|(_, cell)| cell.who().max() < Some(40)));
            }
        }
        let mut twice = some();
        twice.cells[1].0 = twice.cells[0].0;
        assert_eq!(KeptRelease::from_bytes(&twice.to_bytes(&key(1)).unwrap(), &key(1)), Err(KeptError::Damaged));
    }

    #[test]
    fn a_mark_tells_parts_apart_and_the_bytes_hold_no_name() {
        let key = key(9);
        assert_ne!(key.mark(&[b"ab", b"c"]), key.mark(&[b"a", b"bc"]));
        assert_eq!(format!("{key:?}"), "KeptKey(..)");
    }

    #[test]
    fn people_are_recognised_across_releases_and_units_are_made_equal() {
        let (cents, mut whole) = (some(), some());
        whole.decimals = 0;
        whole.people.remove(0);
        whole.cells = vec![(Mark::default(), Contributors::new(vec![(0, 3), (1, 4)]).unwrap())];
        let mut common = Common::new([2, 0].into_iter());
        let first = common.cells(&cents).unwrap();
        let second = common.cells(&whole).unwrap();
        // Numbers are given in the order of appearance; the second release lacks the first person of the first.
        let alone = |common: &mut Common, who: usize, amount: i64| {
            let cell = Contributors::new(vec![(0, amount)]).unwrap();
            common.bring(&cell, 2, |_| Some(cents.people[who])).unwrap()
        };
        assert_eq!(second[0].total(), 700);
        assert_eq!(second[0].moved(&alone(&mut common, 1, 300)), 1);
        assert_eq!(second[0].change(&alone(&mut common, 1, 300)).amounts, [400]);
        for (cell, (_, kept)) in first.iter().zip(&cents.cells) {
            let totals = (cell.count(), cell.total());
            assert_eq!(totals, (kept.count(), kept.total()));
        }
        whole.cells[0].1 = Contributors::new(vec![(0, i64::MAX)]).unwrap();
        assert_eq!(common.cells(&whole), None);
    }
}
