//! Dictionary codes as narrow as the column allows.

use std::sync::Arc;

use super::{Buffer, Ground};

/// One code a record. Codes are dense: every code is below the number of distinct values.
///
/// Narrow codes are what makes counting fast: a pass over a column costs one, two or four bytes a record. They are in memory or on
/// a ground ([`Buffer`]); what is made from them is where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codes {
    /// At most 2^8 distinct values.
    U8(Buffer<u8>),
    /// At most 2^16 distinct values.
    U16(Buffer<u16>),
    /// At most 2^32 distinct values.
    U32(Buffer<u32>),
}

/// Runs `$body` with `$codes` bound to the slice of numbers inside a `&Codes`, which is looked for once.
#[macro_export]
#[doc(hidden)]
macro_rules! with_codes {
    ($value:expr, $codes:ident => $body:expr) => {{
        // The body is written once for three widths: for the widest, widening is a conversion to itself.
        #[allow(clippy::useless_conversion, clippy::let_unit_value)]
        let result = match $value {
            $crate::table::Codes::U8(codes) => {
                let $codes = codes.as_slice();
                $body
            }
            $crate::table::Codes::U16(codes) => {
                let $codes = codes.as_slice();
                $body
            }
            $crate::table::Codes::U32(codes) => {
                let $codes = codes.as_slice();
                $body
            }
        };
        result
    }};
}

/// Codes one after the other, widened.
enum Iter<'a> {
    U8(std::slice::Iter<'a, u8>),
    U16(std::slice::Iter<'a, u16>),
    U32(std::slice::Iter<'a, u32>),
}

impl Iterator for Iter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        match self {
            Self::U8(codes) => codes.next().map(|&code| code.into()),
            Self::U16(codes) => codes.next().map(|&code| code.into()),
            Self::U32(codes) => codes.next().copied(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::U8(codes) => codes.size_hint(),
            Self::U16(codes) => codes.size_hint(),
            Self::U32(codes) => codes.size_hint(),
        }
    }

    // The width is looked at once for all codes.
    fn fold<B, F: FnMut(B, u32) -> B>(self, start: B, mut fold: F) -> B {
        match self {
            Self::U8(codes) => codes.fold(start, |so_far, &code| fold(so_far, code.into())),
            Self::U16(codes) => codes.fold(start, |so_far, &code| fold(so_far, code.into())),
            Self::U32(codes) => codes.fold(start, |so_far, &code| fold(so_far, code)),
        }
    }
}

/// Codes of which four numbers each fit the first-level cache.
const FEW_CODES: usize = 1 << 9;

impl Codes {
    /// No codes yet, in memory, of the narrowest width that holds `distinct` codes.
    #[must_use]
    pub fn with_capacity(distinct: usize, records: usize) -> Self {
        Self::with_capacity_on(None, distinct, records)
    }

    fn with_capacity_on(ground: Option<&Arc<dyn Ground>>, distinct: usize, records: usize) -> Self {
        if distinct <= 1 << 8 {
            Self::U8(Buffer::with_capacity(ground, records))
        } else if distinct <= 1 << 16 {
            Self::U16(Buffer::with_capacity(ground, records))
        } else {
            Self::U32(Buffer::with_capacity(ground, records))
        }
    }

    /// Codes from an iterator, in memory, in the narrowest width that holds `distinct` codes.
    ///
    /// Codes at or above `distinct` are a mistake of the caller; they are truncated.
    pub fn from_codes(distinct: usize, codes: impl Iterator<Item = u32>) -> Self {
        Self::from_codes_on(None, distinct, codes)
    }

    /// [`Codes::from_codes`], where these are: on the same ground, or in memory.
    #[must_use]
    pub fn beside(&self, distinct: usize, codes: impl Iterator<Item = u32>) -> Self {
        Self::from_codes_on(self.ground(), distinct, codes)
    }

    fn from_codes_on(ground: Option<&Arc<dyn Ground>>, distinct: usize, codes: impl Iterator<Item = u32>) -> Self {
        let mut narrow = Self::with_capacity_on(ground, distinct, codes.size_hint().0);
        narrow.extend(codes);
        narrow
    }

    /// The ground that they are on, or go to when they become many; `None` where they stay in memory.
    #[must_use]
    pub fn ground(&self) -> Option<&Arc<dyn Ground>> {
        match self {
            Self::U8(codes) => codes.ground(),
            Self::U16(codes) => codes.ground(),
            Self::U32(codes) => codes.ground(),
        }
    }

    /// Brings them to a ground, as far as it has room for them, and all that is made from them later.
    pub fn move_to(&mut self, ground: &Arc<dyn Ground>) {
        match self {
            Self::U8(codes) => codes.move_to(ground),
            Self::U16(codes) => codes.move_to(ground),
            Self::U32(codes) => codes.move_to(ground),
        }
    }

    /// Appends codes, each of which must fit the width.
    #[expect(clippy::cast_possible_truncation, reason = "the width was chosen to hold every code")]
    pub fn extend(&mut self, codes: impl Iterator<Item = u32>) {
        match self {
            Self::U8(narrow) => narrow.extend(codes.map(|code| code as u8)),
            Self::U16(narrow) => narrow.extend(codes.map(|code| code as u16)),
            Self::U32(narrow) => narrow.extend(codes),
        }
    }

    /// Makes room for codes below `distinct`: the codes so far move to a wider type when theirs is too narrow.
    pub fn widen(&mut self, distinct: usize) {
        let wide = Self::with_capacity(distinct, 0);
        if wide.width() > self.width() {
            *self = self.beside(distinct, self.iter());
        }
    }

    /// Bytes a code.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::U16(_) => 2,
            Self::U32(_) => 4,
        }
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        with_codes!(self, codes => codes.len())
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The code of one record.
    ///
    /// # Panics
    /// When `record` is not below [`Codes::len`].
    #[must_use]
    pub fn get(&self, record: usize) -> u32 {
        with_codes!(self, codes => u32::from(codes[record]))
    }

    /// The codes of all records, widened.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        match self {
            Self::U8(codes) => Iter::U8(codes.iter()),
            Self::U16(codes) => Iter::U16(codes.iter()),
            Self::U32(codes) => Iter::U32(codes.iter()),
        }
    }

    /// How many records have each of the codes, all below `distinct`.
    #[must_use]
    pub fn records_by_code(&self, distinct: usize) -> Vec<u64> {
        if distinct > FEW_CODES {
            let mut records = vec![0; distinct];
            with_codes!(self, codes => for &code in codes {
                records[code as usize] += 1;
            });
            return records;
        }
        // Adding to the number that was just added to waits for it, so that neighbours have numbers of their own.
        let mut lanes = [0; 4].map(|_: u64| vec![0_u64; distinct]);
        with_codes!(self, codes => {
            let mut fours = codes.chunks_exact(lanes.len());
            for four in &mut fours {
                lanes.iter_mut().zip(four).for_each(|(records, &code)| records[code as usize] += 1);
            }
            fours.remainder().iter().for_each(|&code| lanes[0][code as usize] += 1);
        });
        (0..distinct).map(|code| lanes.iter().map(|records| records[code]).sum()).collect()
    }

    /// Bytes of memory that the codes take: none where they are mapped.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::U8(codes) => codes.resident_bytes(),
            Self::U16(codes) => codes.resident_bytes(),
            Self::U32(codes) => codes.resident_bytes(),
        }
    }

    /// Gives back the memory behind the last code.
    pub fn shrink_to_fit(&mut self) {
        match self {
            Self::U8(codes) => codes.shrink_to_fit(),
            Self::U16(codes) => codes.shrink_to_fit(),
            Self::U32(codes) => codes.shrink_to_fit(),
        }
    }

    /// Replaces every code by `map[code]`, in place unless `distinct` new codes fit a narrower type.
    ///
    /// # Panics
    /// When a code is not below `map.len()`.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the width is the one that holds every new code")]
    pub fn renamed(mut self, map: &[u32], distinct: usize) -> Self {
        match (&mut self, Self::with_capacity(distinct, 0)) {
            (Self::U8(codes), Self::U8(_)) => codes.iter_mut().for_each(|code| *code = map[*code as usize] as u8),
            (Self::U16(codes), Self::U16(_)) => codes.iter_mut().for_each(|code| *code = map[*code as usize] as u16),
            (Self::U32(codes), Self::U32(_)) => codes.iter_mut().for_each(|code| *code = map[*code as usize]),
            _ => return self.remapped(map, distinct),
        }
        self
    }

    /// The same records with every code replaced by `map[code]`, in the narrowest width for `distinct` new codes.
    ///
    /// # Panics
    /// When a code is not below `map.len()`.
    #[must_use]
    pub fn remapped(&self, map: &[u32], distinct: usize) -> Self {
        with_codes!(self, codes => self.beside(distinct, codes.iter().map(|&code| map[code as usize])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Meadow;

    #[test]
    fn what_is_made_from_codes_is_where_they_are() {
        let numbers = || (0..70_000).map(|number| number % 300);
        for is_mapped in [false, true] {
            let mut codes = Codes::from_codes(200, (0..50_000).map(|number| number % 200));
            if is_mapped {
                codes.move_to(&Meadow::wide());
            }
            let is_there = |codes: &Codes| codes.bytes() == if is_mapped { 0 } else { codes.len() * codes.width() };
            let map: Vec<u32> = (0..300).map(|code| code * 1_000).collect();
            let made = codes.beside(300, numbers());
            assert!(is_there(&made) && made == Codes::from_codes(300, numbers()));
            assert!(is_there(&made.remapped(&map, 300_000)));
            let renamed = made.clone().renamed(&map, 300_000);
            assert!(is_there(&renamed) && renamed.iter().eq(numbers().map(|code| code * 1_000)));
            codes.widen(1 << 20);
            codes.extend(numbers());
            assert!(is_there(&codes) && codes.width() == 4);
            assert!(codes.iter().skip(50_000).eq(numbers()) && codes.get(199) == 199);
        }
    }
}
