//! The search through one column.

use std::collections::BTreeMap;

use super::proof::Proof;
use super::sighting::{Mark, Shown, Sighting, Sign, least_hidden};
use super::{Heading, look, national};
use crate::result::{IdentifierKind, Placement};

/// Distinct values of one shape that are remembered: those of the smallest hashes, so that the sample is the same for
/// any order of the cells.
const SAMPLE: usize = 4096;

/// One kind of identifier in one column: counts, no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What the cells hold.
    pub kind: IdentifierKind,
    /// Where in the cell it stands.
    pub placement: Placement,
    /// Records with such a cell.
    pub records: u64,
    /// For shortened card numbers: what is shown by the one that hides least.
    pub shown: Option<Shown>,
}

/// What was seen in the cells of one column so far. It holds hashes and counts, no cell.
#[derive(Debug, Clone)]
pub struct Search {
    heading: Heading,
    /// Of every mark the sampled values: their hash, and whether they passed.
    samples: BTreeMap<Mark, BTreeMap<u64, bool>>,
    /// Records by the set of marks that passed in them.
    passed: BTreeMap<u128, u64>,
    truncated: Option<Shown>,
    partial: Option<Shown>,
}

impl Search {
    /// A search through a column with this heading.
    #[must_use]
    pub fn new(heading: &str) -> Self {
        Self {
            heading: Heading::new(heading),
            samples: BTreeMap::new(),
            passed: BTreeMap::new(),
            truncated: None,
            partial: None,
        }
    }

    /// Whether a cell holds something of the shape of an identifier.
    #[must_use]
    pub fn notices(&self, cell: &[u8]) -> bool {
        look(cell, self.heading).candidates != 0
    }

    /// Takes a cell that so many records hold.
    pub fn take(&mut self, cell: &[u8], records: u64) {
        let sighting = look(cell, self.heading);
        if sighting.candidates != 0 {
            self.add(&sighting, records);
        }
    }

    fn add(&mut self, sighting: &Sighting, records: u64) {
        for mark in Mark::all(sighting.candidates) {
            if proof(mark.sign()) != Proof::Sure {
                remember(self.samples.entry(mark).or_default(), sighting.value, sighting.passed & mark.bit() != 0);
            }
        }
        if sighting.passed != 0 {
            *self.passed.entry(sighting.passed).or_default() += records;
            self.truncated = least_hidden(self.truncated, sighting.truncated);
            self.partial = least_hidden(self.partial, sighting.partial);
        }
    }

    /// What the column holds, ordered by kind and placement; nothing that chance explains.
    #[must_use]
    pub fn settle(&self) -> Vec<Found> {
        let seen = self.passed.keys().fold(0, |all, marks| all | marks);
        let mut believed: BTreeMap<(IdentifierKind, Placement), u128> = BTreeMap::new();
        for mark in Mark::all(seen).filter(|mark| self.holds(*mark)) {
            *believed.entry((mark.sign().kind(), mark.placement())).or_default() |= mark.bit();
        }
        let records = |marks: u128| {
            self.passed.iter().filter(|(passed, _)| *passed & marks != 0).map(|(_, records)| records).sum()
        };
        let found = believed.into_iter().map(|((kind, placement), marks)| Found {
            kind,
            placement,
            records: records(marks),
            shown: match kind {
                IdentifierKind::TruncatedCardNumber => self.truncated,
                IdentifierKind::PartialCardNumber => self.partial,
                _ => None,
            },
        });
        found.collect()
    }

    fn holds(&self, mark: Mark) -> bool {
        let (candidates, right) = self
            .samples
            .get(&mark)
            .map_or((0, 0), |sample| (sample.len() as u64, sample.values().filter(|&&passed| passed).count() as u64));
        // A sign that needs one value only has no sample.
        proof(mark.sign()) == Proof::Sure || believes(self.heading, mark, candidates, right)
    }
}

/// Whether a mark with so many distinct right values among so many of its shape is believed beneath a heading.
pub(super) fn believes(heading: Heading, mark: Mark, candidates: u64, right: u64) -> bool {
    let says = match mark.sign().kind() {
        IdentifierKind::PaymentCardNumber => heading.card,
        IdentifierKind::PhoneNumber => heading.phone,
        IdentifierKind::NationalIdentifier => heading.national,
        _ => false,
    };
    proof(mark.sign()).holds(candidates, right, says)
}

/// What it takes to believe a sign.
fn proof(sign: Sign) -> Proof {
    match sign {
        Sign::CARD_PLAIN | Sign::CARD_GROUPED => Proof::Checked(0.1),
        Sign::IBAN | Sign::ACCOUNT_POLISH => Proof::Checked(1.0 / 97.0),
        // One of the checks for so many digits holds for a random number about so often.
        Sign::NATIONAL_NAMED => Proof::Checked(0.4),
        Sign::PHONE_INTERNATIONAL => Proof::Checked(0.5),
        Sign::PHONE_NATIONAL | Sign::PHONE_ZEROS | Sign::PHONE_MOBILE => Proof::Format,
        Sign::PHONE_DIGITS => Proof::Heading,
        Sign::HASH => Proof::Checked(0.01),
        Sign::CARD_PARTIAL | Sign::CARD_TRUNCATED | Sign::EMAIL => Proof::Sure,
        other => other.national_place().map_or(Proof::Heading, national::proof),
    }
}

/// Keeps the values of the smallest hashes.
fn remember(sample: &mut BTreeMap<u64, bool>, hash: u64, passed: bool) {
    if sample.len() < SAMPLE {
        sample.insert(hash, passed);
        return;
    }
    let Some((&largest, _)) = sample.last_key_value() else { return };
    if hash < largest && sample.insert(hash, passed).is_none() {
        sample.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{SAMPLE, remember};
    use crate::detect::text::digest;

    #[test]
    fn the_sample_is_the_same_for_any_order() {
        let cells: Vec<u64> = (0..3 * SAMPLE as u64).map(|number| digest(&number.to_le_bytes())).collect();
        let mut forward = BTreeMap::new();
        let mut backward = BTreeMap::new();
        for &cell in &cells {
            remember(&mut forward, cell, cell % 3 == 0);
        }
        for &cell in cells.iter().rev().chain(&cells) {
            remember(&mut backward, cell, cell % 3 == 0);
        }
        assert_eq!(forward.len(), SAMPLE);
        assert_eq!(forward, backward);
    }
}
