//! A layout for tests, and numbers that look random and are the same everywhere.

use super::{Dimension, Layout};

/// Two dimensions: groups and places below a total, and three codes below a total.
pub(crate) fn two_by_three() -> Layout {
    let region = Dimension::new(vec![None, Some(0), Some(0), Some(1), Some(1)]).unwrap();
    Layout::new(vec![region, Dimension::with_total(3).unwrap()]).unwrap()
}

/// A source of such numbers.
pub(crate) struct Dice(u64);

impl Dice {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`; 0 without sides.
    pub(crate) fn below(&mut self, sides: u32) -> u32 {
        // Weyl sequence and a mix of its bits.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        bits = (bits ^ (bits >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        bits ^= bits >> 32;
        u32::try_from(((bits >> 32) * u64::from(sides)) >> 32).unwrap_or(0)
    }
}
