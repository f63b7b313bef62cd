//! What was seen in one cell, before it is known whether chance explains it.

use crate::result::{IdentifierKind, Placement};

/// One way of recognising an identifier. There are at most [`Sign::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sign(u8);

impl Sign {
    pub(super) const MOST: usize = 64;
    pub(super) const CARD_PLAIN: Self = Self(0);
    pub(super) const CARD_GROUPED: Self = Self(1);
    pub(super) const CARD_PARTIAL: Self = Self(2);
    pub(super) const CARD_TRUNCATED: Self = Self(3);
    pub(super) const IBAN: Self = Self(4);
    pub(super) const EMAIL: Self = Self(5);
    pub(super) const PHONE_INTERNATIONAL: Self = Self(6);
    pub(super) const PHONE_NATIONAL: Self = Self(7);
    pub(super) const PHONE_DIGITS: Self = Self(8);
    pub(super) const HASH: Self = Self(9);
    pub(super) const ACCOUNT_POLISH: Self = Self(10);
    pub(super) const NATIONAL_NAMED: Self = Self(11);
    pub(super) const PHONE_ZEROS: Self = Self(12);
    pub(super) const PHONE_MOBILE: Self = Self(13);
    const FIRST_NATIONAL: u8 = 14;

    /// The sign of the national rule at this place of their table.
    pub(super) const fn national(place: usize) -> Self {
        assert!(place + (Self::FIRST_NATIONAL as usize) < Self::MOST, "too many rules");
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        Self(Self::FIRST_NATIONAL + place as u8)
    }

    /// The place in the table of national rules, for a sign of that table.
    pub(super) fn national_place(self) -> Option<usize> {
        self.0.checked_sub(Self::FIRST_NATIONAL).map(usize::from)
    }

    /// What it recognises.
    pub(super) fn kind(self) -> IdentifierKind {
        match self {
            Self::CARD_PLAIN | Self::CARD_GROUPED => IdentifierKind::PaymentCardNumber,
            Self::CARD_PARTIAL => IdentifierKind::PartialCardNumber,
            Self::CARD_TRUNCATED => IdentifierKind::TruncatedCardNumber,
            Self::IBAN | Self::ACCOUNT_POLISH => IdentifierKind::Iban,
            Self::EMAIL => IdentifierKind::EmailAddress,
            Self::PHONE_INTERNATIONAL
            | Self::PHONE_NATIONAL
            | Self::PHONE_DIGITS
            | Self::PHONE_ZEROS
            | Self::PHONE_MOBILE => IdentifierKind::PhoneNumber,
            Self::HASH => IdentifierKind::HashedValue,
            _ => IdentifierKind::NationalIdentifier,
        }
    }

    /// The same sign standing in one place or the other.
    pub(super) fn mark(self, placement: Placement) -> Mark {
        Mark(self.0 * 2 + u8::from(placement == Placement::WithinText))
    }
}

/// A sign and where in the cell it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u8);

impl Mark {
    /// The marks of a set, ascending.
    pub(super) fn all(set: u128) -> impl Iterator<Item = Self> {
        (0..128).filter(move |bit| set >> bit & 1 == 1).map(Self)
    }

    pub(super) fn bit(self) -> u128 {
        1 << self.0
    }

    pub(super) fn sign(self) -> Sign {
        Sign(self.0 / 2)
    }

    pub(super) fn placement(self) -> Placement {
        if self.0.is_multiple_of(2) { Placement::WholeCell } else { Placement::WithinText }
    }
}

/// Where something stands in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn placement(self, text: &[u8]) -> Placement {
        if self.start == 0 && self.end == text.len() { Placement::WholeCell } else { Placement::WithinText }
    }
}

/// How much of a card number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// Digits that are hidden.
    pub hidden: u32,
    /// Digits that are shown.
    pub visible: u32,
}

impl Shown {
    pub(super) fn new(visible: usize, hidden: usize) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { hidden: number(hidden), visible: number(visible) }
    }

    /// Card numbers that agree with what is shown: the hidden digits in all ways that make the check digit right,
    /// ten to the power of the hidden digits over ten.
    #[must_use]
    pub fn candidates(self) -> u64 {
        10_u64.saturating_pow(self.hidden.saturating_sub(1))
    }
}

/// What was seen in one cell: which signs had something of their shape before them, and which found it right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sighting {
    /// Marks whose shape was there.
    pub(super) candidates: u128,
    /// Marks whose check was right as well.
    pub(super) passed: u128,
    /// A hash of the text, the same for every spelling of blanks around it.
    pub(super) value: u64,
    /// The permitted truncation that hides least.
    pub(super) truncated: Option<Shown>,
    /// The truncation beyond what is permitted that hides least.
    pub(super) partial: Option<Shown>,
}

impl Sighting {
    pub(super) fn add(&mut self, sign: Sign, placement: Placement, right: bool) {
        let bit = sign.mark(placement).bit();
        self.candidates |= bit;
        if right {
            self.passed |= bit;
        }
    }

    pub(super) fn show(&mut self, permitted: bool, shown: Shown) {
        let least = if permitted { &mut self.truncated } else { &mut self.partial };
        *least = least_hidden(*least, Some(shown));
    }
}

/// The one of two that hides less.
pub(super) fn least_hidden(first: Option<Shown>, second: Option<Shown>) -> Option<Shown> {
    first.into_iter().chain(second).min()
}
