//! A word of fields for each member, no wider than its fields need.

use std::ops::BitOrAssign;

/// One word a member.
pub(super) enum Words {
    /// Of fields of at most 32 bits together.
    Narrow(Vec<u32>),
    /// Of more.
    Wide(Vec<u64>),
}

/// A number that holds fields.
pub(super) trait Word: Copy + Default + Send + Sync + BitOrAssign {
    /// A word of one field, which fits.
    fn of(field: u64, shift: u32) -> Self;

    /// The same number, wide.
    fn wide(self) -> u64;
}

impl Word for u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the field fits")]
    fn of(field: u64, shift: u32) -> Self {
        (field << shift) as u32
    }

    fn wide(self) -> u64 {
        u64::from(self)
    }
}

impl Word for u64 {
    fn of(field: u64, shift: u32) -> Self {
        field << shift
    }

    fn wide(self) -> u64 {
        self
    }
}

/// Runs the same code for either width.
macro_rules! with_words {
    ($words:expr, $vector:pat => $body:expr) => {
        match $words {
            Words::Narrow($vector) => $body,
            Words::Wide($vector) => $body,
        }
    };
}
pub(super) use with_words;
