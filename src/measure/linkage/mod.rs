//! Linkage: what a recipient can join to what it already holds.
//!
//! Each attack has a file of its own, reads one [`LinkedTables`], and ends in one
//! [`LinkageAttack`] with its honest baseline. What is shared has been brought into one
//! code space before, so that equal codes are equal values on both sides.

pub mod assign;
pub mod distance;
mod entry;
pub mod exact;
mod expected;
mod figures;
mod guess;
pub mod intersection;
mod keys;
mod lookup;
mod memory;
mod normalise;
pub mod probabilistic;
pub mod pseudonym;
pub mod release;
mod run;
pub mod scoreboard;
#[cfg(test)]
mod testing;
pub mod tolerant;
mod truth;
mod written;

pub use memory::bytes;
pub use run::{Settings, TruthGiven, measure};

pub use entry::{LIMITS, MEASURE};
pub use figures::figures;

use crate::measure::unicity::Tolerance;
use crate::printable::printable_within;
use crate::result::{AttackKind, LinkageAttack, Reading};
use crate::table::{Dictionary, Table};

/// Name of the measure.
pub const NAME: &str = "linkage";

/// Longest name of a column in a note.
const NAME_CHARACTERS: usize = 80;

/// The extract and one source, seen through the columns that they share.
///
/// # Invariants
/// - Both tables have the same columns in the same order, one for each entry of `columns`; a code means the same value
///   on both sides, cardinalities and the code of missing cells are the same.
/// - Records of either side that have no subject are not in the tables.
pub struct LinkedTables {
    /// Name of the source, as reports show it.
    pub source: String,
    /// The extract.
    pub ours: Table,
    /// The source.
    pub theirs: Table,
    /// The shared columns, in the order of the tables.
    pub columns: Vec<SharedColumn>,
    /// Who is who; for scoring only, no attack may look at it to find a link.
    pub truth: Option<SubjectKeys>,
    /// The subject values of both sides, where both sides are read with their pseudonyms; for the intersection of two
    /// releases with the same pseudonyms only.
    pub pseudonyms: Option<SubjectKeys>,
    /// Whether the source holds the same records as the extract.
    pub source_equals_extract: bool,
}

impl LinkedTables {
    /// An attack of which only the sides and the columns are known.
    fn attack(&self, attack: AttackKind) -> LinkageAttack {
        LinkageAttack {
            attack,
            with: self.source.clone(),
            columns: self.names(0..self.columns.len()),
            subjects: self.ours.subjects() as u64,
            source_subjects: self.theirs.subjects() as u64,
            source_equals_extract: self.source_equals_extract,
            ..LinkageAttack::default()
        }
    }

    /// The same without some subjects of the extract.
    ///
    /// # Panics
    /// When `gone` has not one entry for each of them.
    #[must_use]
    pub fn without(&self, gone: &[bool]) -> Self {
        let keys = |keys: &SubjectKeys| {
            let staying = keys.ours.iter().zip(gone).filter(|(_, gone)| !**gone);
            SubjectKeys { ours: staying.map(|(key, _)| *key).collect(), theirs: keys.theirs.clone() }
        };
        Self {
            source: self.source.clone(),
            ours: self.ours.without_subjects(gone),
            theirs: self.theirs.clone(),
            columns: self.columns.clone(),
            truth: self.truth.as_ref().map(keys),
            pseudonyms: self.pseudonyms.as_ref().map(keys),
            source_equals_extract: self.source_equals_extract,
        }
    }

    /// The names of the shared columns at these places.
    fn names(&self, places: impl IntoIterator<Item = usize>) -> Vec<String> {
        places.into_iter().map(|place| self.columns[place].name.clone()).collect()
    }

    /// How the classes of the extract are read, given whether a subject may stand in several classes.
    fn reading(&self, varies: bool) -> Reading {
        match (self.ours.has_subjects(), varies) {
            (false, _) => Reading::Record,
            (true, true) => Reading::AnyRecord,
            (true, false) => Reading::SubjectAttributes,
        }
    }
}

/// Whether some column varies within a subject.
fn varies(table: &Table) -> bool {
    (0..table.columns().len()).any(|column| table.constant_per_subject(column) == Some(false))
}

/// A column that both sides have.
#[derive(Clone)]
pub struct SharedColumn {
    /// As the extract names it.
    pub name: String,
    /// The values of both sides, each under its code.
    pub values: Dictionary,
    /// The values as whole numbers (days, milliseconds, the smallest decimal unit), one a code; `None` where they are
    /// neither numbers nor dates.
    pub numbers: Option<Vec<Option<i64>>>,
    /// When two values count as the same in a tolerant attack.
    pub comparison: Comparison,
}

impl SharedColumn {
    /// A number for each code, in the order of the values; `None` for missing cells.
    fn numbers_by_value(&self) -> Vec<Option<u32>> {
        let mut values: Vec<_> = self.values.values().enumerate().filter(|(_, value)| value.is_some()).collect();
        values.sort_unstable_by(|one, other| one.1.cmp(&other.1));
        let mut numbers = vec![None; self.values.len()];
        for (number, (code, _)) in (0_u32..).zip(values) {
            numbers[code] = Some(number);
        }
        numbers
    }
}

/// When two values count as the same in a tolerant attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// When they are equal.
    Equal,
    /// When they lie no farther apart.
    Within(Tolerance),
    /// When they are equal without regard to letter case, accents, blanks, punctuation and usual abbreviations.
    Normalised,
}

/// A key for each subject, in one code space for both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeys {
    /// One a subject of the extract; `None` where it has no key.
    pub ours: Vec<Option<u32>>,
    /// One a subject of the source.
    pub theirs: Vec<Option<u32>>,
}

/// Where the things of each owner begin once they are sorted by owner, and how many there are as a last entry.
fn starts(owners: usize, owner_of_each: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut starts = vec![0; owners + 1];
    owner_of_each.for_each(|owner| starts[owner as usize + 1] += 1);
    (0..owners).for_each(|owner| starts[owner + 1] += starts[owner]);
    starts
}

/// The name of a column as a note shows it.
fn shown(column: &str) -> String {
    printable_within(column, NAME_CHARACTERS)
}

/// What is said of a shared column whose two sides have nothing in common; `column` as it is to be shown.
#[must_use]
pub fn no_common_value(column: &str) -> String {
    format!("no value of column `{column}` occurs on both sides")
}
