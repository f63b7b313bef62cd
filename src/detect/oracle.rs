//! What a brute-force twin needs: the marks of one cell, and whether so many of them are believed.

use super::search::believes;
use super::sighting::{Mark, Sighting};
use super::{Heading, email, hash, look_for_numbers, text};
use crate::result::{IdentifierKind, Placement};

/// A way of recognising an identifier and where in the cell it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen(Mark);

impl Seen {
    /// What it recognises.
    #[must_use]
    pub fn kind(self) -> IdentifierKind {
        self.0.sign().kind()
    }

    /// Where it stands.
    #[must_use]
    pub fn placement(self) -> Placement {
        self.0.placement()
    }
}

/// Everything of the shape of an identifier in one cell, and whether it is right; nothing is passed over in haste.
#[must_use]
pub fn seen_in(heading: &str, cell: &str) -> Vec<(Seen, bool)> {
    let mut sighting = Sighting::default();
    let text = text::plain(cell.as_bytes());
    if !text::is_moment(&text) && !hash::look(&text, &mut sighting) {
        email::look(&text, &mut sighting);
        look_for_numbers(&text, Heading::new(heading), &mut sighting);
    }
    Mark::all(sighting.candidates).map(|mark| (Seen(mark), sighting.passed & mark.bit() != 0)).collect()
}

/// Whether so many distinct values that are right, among so many of that shape, are more than chance.
#[must_use]
pub fn believed(heading: &str, seen: Seen, candidates: u64, right: u64) -> bool {
    believes(Heading::new(heading), seen.0, candidates, right)
}
