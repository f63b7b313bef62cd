//! Dictionary codes as narrow as the column allows.

/// One code a record. Codes are dense: every code is below the number of distinct values.
///
/// Narrow codes are what makes counting fast: a pass over a column costs one, two or four bytes a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codes {
    /// At most 2^8 distinct values.
    U8(Vec<u8>),
    /// At most 2^16 distinct values.
    U16(Vec<u16>),
    /// At most 2^32 distinct values.
    U32(Vec<u32>),
}

/// Runs `$body` with `$codes` bound to the typed vector (or slice) inside a [`Codes`].
#[macro_export]
#[doc(hidden)]
macro_rules! with_codes {
    ($value:expr, $codes:ident => $body:expr) => {{
        // The body is written once for three widths: for the widest, widening is a conversion to itself.
        #[allow(clippy::useless_conversion, clippy::let_unit_value)]
        let result = match $value {
            $crate::table::Codes::U8($codes) => $body,
            $crate::table::Codes::U16($codes) => $body,
            $crate::table::Codes::U32($codes) => $body,
        };
        result
    }};
}

/// Codes of which four numbers each fit the first-level cache.
const FEW_CODES: usize = 1 << 9;

impl Codes {
    /// An empty vector of the narrowest width that holds `distinct` codes.
    #[must_use]
    pub fn with_capacity(distinct: usize, records: usize) -> Self {
        if distinct <= 1 << 8 {
            Self::U8(Vec::with_capacity(records))
        } else if distinct <= 1 << 16 {
            Self::U16(Vec::with_capacity(records))
        } else {
            Self::U32(Vec::with_capacity(records))
        }
    }

    /// Codes from an iterator, in the narrowest width that holds `distinct` codes.
    ///
    /// Codes at or above `distinct` are a mistake of the caller; they are truncated.
    pub fn from_codes(distinct: usize, codes: impl Iterator<Item = u32>) -> Self {
        let mut narrow = Self::with_capacity(distinct, codes.size_hint().0);
        narrow.extend(codes);
        narrow
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
            *self = Self::from_codes(distinct, self.iter());
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
        (0..self.len()).map(|record| self.get(record))
    }

    /// How many records have each of the codes, all below `distinct`.
    #[must_use]
    pub fn records_by_code(&self, distinct: usize) -> Vec<u64> {
        if distinct > FEW_CODES {
            let mut records = vec![0; distinct];
            with_codes!(self, codes => codes.iter().for_each(|&code| records[code as usize] += 1));
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

    /// Bytes of memory that the codes take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.len() * self.width()
    }

    /// Gives back the room behind the last code.
    pub fn shrink_to_fit(&mut self) {
        with_codes!(self, codes => codes.shrink_to_fit());
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
        with_codes!(self, codes => Self::from_codes(distinct, codes.iter().map(|&code| map[code as usize])))
    }
}
