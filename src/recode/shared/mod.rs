//! Two sides of a shared column in one code space: the values of the extract as it is shared, those of a source under
//! the same rules.
//!
//! Only distinct values are looked at, never records: each side gets a map from its own codes to the joint ones.
//!
//! # Which values may be compared
//! | extract and source hold | compared |
//! |---|---|
//! | the same type | as they are |
//! | whole numbers and decimals | as numbers: 5 is 5.0 |
//! | dates and moments | by day; a moment with a zone has the day of the declared clock |
//! | dates and whole numbers | by day, where a number of eight digits is one: 20261121; other numbers match no date |
//! | moments with and without a zone | by the declared clock |
//! | anything and nothing but missing cells | as they are: nothing matches |
//! | text and whole numbers | as they are spelled: `007` is not 7, and one such cell makes a column text |
//! | text and decimals, and everything else | not at all: an error names both sides |
//!
//! The types are those after the rules of the extract: what `prefix` and `suffix` leave is text on both sides.

mod keys;
mod rules;
#[cfg(test)]
mod test;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::hash::BuildHasher;

pub use keys::{JoinedKeys, KeyColumn, join_keys, keys_of_subjects};
pub use rules::{SharedError, SharedValues, theirs_under_our_rules};

use super::coarsen::{Recoded, recode};
use super::{TimeOrigin, TreatmentError, calendar, tolerance_in, whole_numbers};
use crate::measure::linkage::Comparison;
use crate::plan::{ConfigError, OnColumn, TextComparison, shown_name};
use crate::result::ColumnType;
use crate::table::Dictionary;

/// Any seed would do; the same for every run.
const HASH_SEED: u64 = 0x6c69_6e6b;

/// The values of several sides of a column, each distinct one under one code.
pub struct Joined {
    /// For each side the joint code of each of its codes.
    pub maps: Vec<Vec<u32>>,
    /// The values behind the joint codes.
    pub dictionary: Dictionary,
    /// Distinct values of the first side that the second one has too, missing cells left out.
    pub overlap: u64,
    /// What a reader must know of the comparison, in words.
    pub note: Option<&'static str>,
}

/// How two types meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meeting {
    AsTheyAre(ColumnType),
    AsSpelled,
    ByDay,
    ByDigits,
    ByClock,
}

/// How values of two types are compared; `None` when they cannot be.
fn meeting(first: ColumnType, second: ColumnType) -> Option<Meeting> {
    use ColumnType::{Date, Decimal, Empty, Integer, Text, Timestamp, ZonedTimestamp};
    match (first, second) {
        (same, other) if same == other => Some(Meeting::AsTheyAre(same)),
        (Empty, other) | (other, Empty) => Some(Meeting::AsTheyAre(other)),
        (Integer, Decimal) | (Decimal, Integer) => Some(Meeting::AsTheyAre(Decimal)),
        (Integer, Text) | (Text, Integer) => Some(Meeting::AsSpelled),
        (Date, Timestamp | ZonedTimestamp) | (Timestamp | ZonedTimestamp, Date) => Some(Meeting::ByDay),
        // A file whose every cell is such a day has dates, and one typing error makes whole numbers of the other side.
        (Date, Integer) | (Integer, Date) => Some(Meeting::ByDigits),
        (Timestamp, ZonedTimestamp) | (ZonedTimestamp, Timestamp) => Some(Meeting::ByClock),
        _ => None,
    }
}

/// Who holds a column, for words.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'names> {
    /// Name of the source, or what else the other side is.
    pub source: &'names str,
    /// Its name for the column.
    pub column: &'names str,
}

/// Checks that values of two types may be compared.
///
/// # Errors
/// When they may not; the sentence names both columns and what they hold.
pub fn check_types(ours: &str, found: ColumnType, theirs: Holder<'_>, other: ColumnType) -> Result<(), ConfigError> {
    let ours = format!("column `{}` of the extract", shown_name(ours));
    check_meeting(&ours, found, theirs, other)
}

/// As [`check_types`], with the first side in words.
fn check_meeting(side: &str, found: ColumnType, theirs: Holder<'_>, other: ColumnType) -> Result<(), ConfigError> {
    if meeting(found, other).is_some() {
        return Ok(());
    }
    let message = format!(
        "{side} holds {}, but column `{}` of `{}` holds {}, so they cannot be compared",
        super::error::plural(found),
        shown_name(theirs.column),
        shown_name(theirs.source),
        super::error::plural(other)
    );
    let hint = "write both in the same way, name other columns in `--on`, or declare with `--null-value` or `null_value` what \
                stands for a missing cell";
    Err(ConfigError::new("types-differ", message).with_hint(hint))
}

/// One code space for the sides of a column. The first side is the extract, the others are told by `holders`.
///
/// # Errors
/// When the types cannot be compared.
pub fn join(
    ours: &str,
    sides: &[&Dictionary],
    holders: &[Holder<'_>],
    origin: TimeOrigin,
) -> Result<Joined, ConfigError> {
    let types: Vec<ColumnType> = sides.iter().map(|side| side.column_type()).collect();
    for (&holder, &found) in holders.iter().zip(types.iter().skip(1)) {
        check_types(ours, types[0], holder, found)?;
    }
    // An extract without values meets everything, the others need not meet one another.
    for (place, &one) in holders.iter().enumerate().take(types.len().saturating_sub(1)) {
        let side = format!("column `{}` of `{}`", shown_name(one.column), shown_name(one.source));
        for (&other, &found) in holders.iter().zip(types.iter().skip(1)).skip(place + 1) {
            check_meeting(&side, types[place + 1], other, found)?;
        }
    }
    let (target, note) = target(&types);
    let recoded: Vec<Option<Recoded>> = sides.iter().map(|side| brought_to(side, target, origin)).collect();
    let seen = |place: usize| recoded[place].as_ref().map_or(sides[place], |recoded| &recoded.dictionary);
    let mut union = Union::new(target);
    let mut maps = Vec::with_capacity(sides.len());
    let mut overlap = 0;
    for place in 0..sides.len() {
        let before = u32::try_from(union.dictionary.len()).unwrap_or(u32::MAX);
        let map: Vec<u32> = union.add(seen(place));
        if place == 1 {
            let missing = union.dictionary.missing();
            overlap = map.iter().filter(|&&code| code < before && Some(code) != missing).count() as u64;
        }
        maps.push(match &recoded[place] {
            Some(recoded) => recoded.map.iter().map(|&code| map[code as usize]).collect(),
            None => map,
        });
    }
    Ok(Joined { maps, dictionary: union.dictionary, overlap, note })
}

/// The type that all sides are brought to. Each of them may be compared with each other.
fn target(types: &[ColumnType]) -> (ColumnType, Option<&'static str>) {
    let mut target = types.first().copied().unwrap_or(ColumnType::Empty);
    let mut note = None;
    for &found in types {
        match meeting(target, found) {
            Some(Meeting::AsTheyAre(joint)) => target = joint,
            Some(Meeting::AsSpelled) => {
                (target, note) = (ColumnType::Text, Some("text is compared with whole numbers as it is spelled"));
            }
            Some(Meeting::ByDay) => {
                (target, note) = (ColumnType::Date, Some("moments are compared with dates by their day"));
            }
            Some(Meeting::ByDigits) => {
                (target, note) =
                    (ColumnType::Date, Some("whole numbers of eight digits are compared with dates by day"));
            }
            // Types that meet pairwise meet what two of them are brought to.
            None => {}
            Some(Meeting::ByClock) => {
                target = ColumnType::Timestamp;
                note = Some("moments with a time zone are compared by the clock of `[dataset] time_zone`");
            }
        }
    }
    (target, note)
}

/// The values in the type that both sides are compared in; `None` when they are in it already.
fn brought_to(side: &Dictionary, target: ColumnType, origin: TimeOrigin) -> Option<Recoded> {
    let found = side.column_type();
    match (found, target) {
        (ColumnType::Timestamp | ColumnType::ZonedTimestamp, ColumnType::Date) => {
            let day = |value: &str| calendar::calendar_text(super::CalendarUnit::Day, found, value, origin);
            Some(kept(side, target, |value| day(value)))
        }
        (ColumnType::Integer, ColumnType::Date) => Some(kept(side, target, calendar::day_of_digits)),
        (ColumnType::ZonedTimestamp, ColumnType::Timestamp) => {
            Some(kept(side, target, |value| calendar::local_text(value, origin)))
        }
        _ => None,
    }
}

/// Recodes and keeps what has no counterpart as it is: it matches nothing.
fn kept(side: &Dictionary, target: ColumnType, replace: impl Fn(&str) -> Option<String>) -> Recoded {
    let recoded = recode(side, target, |value, buffer| {
        buffer.push_str(replace(value).as_deref().unwrap_or(value));
        Some(())
    });
    recoded.unwrap_or_else(|_| Recoded { map: Vec::new(), dictionary: Dictionary::new(target) })
}

/// A dictionary that grows by the values of one side after the other.
struct Union {
    dictionary: Dictionary,
    codes: HashTable<u32>,
    hasher: FixedState,
}

impl Union {
    fn new(column_type: ColumnType) -> Self {
        Self {
            dictionary: Dictionary::new(column_type),
            codes: HashTable::new(),
            hasher: FixedState::with_seed(HASH_SEED),
        }
    }

    /// The joint code of each code of a side.
    fn add(&mut self, side: &Dictionary) -> Vec<u32> {
        let Self { dictionary, codes, hasher } = self;
        let mut map = Vec::with_capacity(side.len());
        for value in side.values() {
            let Some(value) = value else {
                map.push(dictionary.push_missing());
                continue;
            };
            let text = value.expose();
            let hash = hasher.hash_one(text);
            let is_same = |code: &u32| dictionary.value(*code).is_some_and(|known| known.expose() == text);
            if let Some(&code) = codes.find(hash, is_same) {
                map.push(code);
                continue;
            }
            let code = dictionary.push(value);
            let rehash = |code: &u32| dictionary.value(*code).map_or(0, |known| hasher.hash_one(known.expose()));
            if let Entry::Vacant(vacant) = codes.entry(hash, |_| false, rehash) {
                vacant.insert(code);
            }
            map.push(code);
        }
        map
    }
}

/// Values as whole numbers, where they are any, and when two of them count as the same.
pub type Compared = (Option<Vec<Option<i64>>>, Comparison);

/// The values as whole numbers, where they are numbers or dates, and when two of them count as the same.
///
/// # Errors
/// When a tolerance or a comparison does not fit what the column holds.
pub fn comparison(on: &OnColumn, dictionary: &Dictionary, wants_numbers: bool) -> Result<Compared, TreatmentError> {
    let found = dictionary.column_type();
    let misfit = |tolerance: String| TreatmentError::ToleranceDoesNotFit { column: on.ours.clone(), tolerance, found };
    let whole = if wants_numbers || on.within.is_some() { whole_numbers(dictionary) } else { None };
    let comparison = match (&on.within, on.compare) {
        (Some(rule), _) => {
            let tolerance = whole.as_ref().and_then(|whole| tolerance_in(rule, found, whole.decimals));
            Comparison::Within(tolerance.ok_or_else(|| misfit(rule.to_string()))?)
        }
        (None, Some(TextComparison::Normalised)) if !matches!(found, ColumnType::Text | ColumnType::Empty) => {
            return Err(misfit("normalised".to_owned()));
        }
        (None, Some(TextComparison::Normalised)) => Comparison::Normalised,
        (None, None) if found == ColumnType::Text => Comparison::Normalised,
        (None, _) => Comparison::Equal,
    };
    Ok((whole.map(|whole| whole.numbers), comparison))
}
