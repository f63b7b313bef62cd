//! First guess of column roles, for a scan in which nobody said what the columns are.
//!
//! A guess never leads to a pass, so it may be wrong; it should then be wrong on the safe side. A column whose heading
//! says nothing is therefore counted as a quasi-identifier, unless every record has another value in it.

use super::column_words::{
    ACCOUNT, ADDRESS, AMBIGUOUS, ASPECT, FREE_TEXT, IDENTIFIER, MACHINE_KEY, MONEY, PLACE, QUALIFIER, RECORD, SUBJECT,
    TIME, TRADE, TRAIT, has, is_direct, mentions, speaks_of_subject_alone, subject_rank, words,
};
use crate::detect::Found;
use crate::result::{ColumnType, IdentifierKind, Placement, Role};
use crate::word_list::WordList;

/// Texts of more characters than this, on average over their distinct values, are read as sentences.
const SENTENCE_CHARACTERS: u64 = 40;

/// A column of no more values than this may be one of categories.
const FEW_VALUES: u64 = 40;

/// What is known of a column: its heading and figures over all records.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
pub(super) struct ColumnFacts<'extract> {
    pub(super) name: &'extract str,
    pub(super) column_type: ColumnType,
    /// Distinct values, a missing cell not counted; `None` when the column was not coded.
    pub(super) distinct: Option<u64>,
    pub(super) missing: u64,
    pub(super) records: u64,
    /// Mean length of the distinct values of a text column.
    pub(super) average_characters: u64,
    /// Whether the values are whole numbers that count the records.
    pub(super) consecutive: bool,
    /// Whether many of its values are names of people.
    pub(super) names_people: bool,
    /// Whether most of its values are long numbers, as those of accounts are.
    pub(super) long_numbers: bool,
    /// Whether most of its values are several words without a digit.
    pub(super) phrases: bool,
    /// Identifiers found in its cells.
    pub(super) identifiers: &'extract [Found],
}

impl ColumnFacts<'_> {
    /// A different value in every record, none missing.
    fn unique(&self) -> bool {
        self.records > 1 && self.distinct == Some(self.records)
    }

    /// Hardly a value that stands in two records, though some records may lack it.
    fn nearly_unique(&self) -> bool {
        let present = self.records - self.missing;
        present >= 20
            && present * 50 >= self.records
            && self.distinct.is_some_and(|distinct| distinct * 50 >= present * 49)
    }

    /// So few values that they sort the records rather than name anybody.
    fn sorts(&self) -> bool {
        self.column_type == ColumnType::Boolean
            || self.distinct.is_some_and(|distinct| distinct <= FEW_VALUES && distinct * 20 <= self.records)
    }

    /// What most of its cells are as a whole, of a kind that `fits`.
    fn mostly(&self, fits: fn(IdentifierKind) -> bool) -> Option<IdentifierKind> {
        most_cells(self.identifiers, self.records - self.missing, fits)
    }

    /// The same cell in every record.
    fn constant(&self) -> bool {
        self.distinct.is_some_and(|distinct| distinct + u64::from(self.missing > 0) <= 1)
    }
}

/// The kind that at least half of the `values` of a column are as a whole, of those that fit.
fn most_cells(found: &[Found], values: u64, fits: fn(IdentifierKind) -> bool) -> Option<IdentifierKind> {
    let whole = found.iter().filter(|found| found.placement == Placement::WholeCell && fits(found.kind));
    whole.max_by_key(|found| found.records).filter(|found| found.records * 2 >= values).map(|found| found.kind)
}

fn is_hash(kind: IdentifierKind) -> bool {
    kind == IdentifierKind::HashedValue
}

/// A role and a reason for every column, in file order. A subject is guessed among the `open` columns when
/// `has_subject` is false, and at most one.
pub(super) fn guess_roles(columns: &[ColumnFacts<'_>], open: &[bool], has_subject: bool) -> Vec<(Role, String)> {
    let headings: Vec<Vec<String>> = columns.iter().map(|column| words(column.name)).collect();
    let subject = if has_subject { None } else { best_subject(columns, &headings, open) };
    let guess = |(place, column): (usize, &ColumnFacts<'_>)| {
        if subject == Some(place) { subject_reason(column) } else { guess_role(column, &headings[place]) }
    };
    columns.iter().enumerate().map(guess).collect()
}

/// What a column that nobody named may be after all, where leaving it unnamed would be dangerous: a subject or a direct
/// identifier, by its heading or by what was found in its cells.
pub(crate) fn suspicion(name: &str, found: &[Found], values: u64) -> Option<Role> {
    let holds_names = found.iter().any(|found| found.kind == IdentifierKind::PersonName);
    if holds_names || most_cells(found, values, IdentifierKind::is_direct).is_some() {
        return Some(Role::DirectIdentifier);
    }
    let heading = words(name);
    let subject = heading.iter().any(|word| subject_rank(word).is_some()) && speaks_of_subject_alone(&heading);
    if is_direct(&heading) { Some(Role::DirectIdentifier) } else { subject.then_some(Role::Subject) }
}

/// Whether a heading names a direct identifier, such as a full name or the number of a card.
pub(super) fn names_directly(name: &str) -> bool {
    is_direct(&words(name))
}

fn subject_reason(column: &ColumnFacts<'_>) -> (Role, String) {
    let count = if column.unique() { "each with one record" } else { "with several records each" };
    let reason = match column.mostly(|_| true) {
        Some(kind) if is_hash(kind) => format!("it holds pseudonyms that look like hashes, {count}"),
        Some(kind) => {
            format!("the heading names a person, account or card, {count}; its cells hold {}", kind.plural())
        }
        None => format!("the heading names a person, account or card, {count}"),
    };
    (Role::Subject, reason)
}

/// The column that most looks like the subject; the first of equals. One that holds card or account numbers and the
/// like is a direct identifier, and stands for the subject only where no other column does; one that holds names of
/// people never does, as several people share a name and nothing else would tell of the names.
fn best_subject(columns: &[ColumnFacts<'_>], headings: &[Vec<String>], open: &[bool]) -> Option<usize> {
    let mut best: Option<(usize, (bool, u32))> = None;
    for (place, (column, heading)) in columns.iter().zip(headings).enumerate().filter(|&(place, _)| open[place]) {
        if column.names_people {
            continue;
        }
        let score = subject_score(column, heading);
        let rank = (column.mostly(IdentifierKind::is_direct).is_none(), score);
        if score > 0 && best.is_none_or(|(_, highest)| rank > highest) {
            best = Some((place, rank));
        }
    }
    best.map(|(place, _)| place)
}

/// How much a column looks like the subject; 0 when it does not.
fn subject_score(column: &ColumnFacts<'_>, heading: &[String]) -> u32 {
    let rank = heading.iter().filter_map(|word| subject_rank(word)).max();
    let Some(rank) = rank else { return pseudonym_score(column, heading) };
    if !speaks_of_subject_alone(heading) || column.constant() || column.column_type == ColumnType::Empty {
        return 0;
    }
    // The subject of a message is a phrase, the one of a study a key.
    if column.phrases && heading.iter().all(|word| AMBIGUOUS.contains(&word.as_str())) {
        return 0;
    }
    let glued = |word: &String| !SUBJECT.iter().any(|(known, _)| known == word);
    let named_as_identifier =
        heading.iter().any(|word| has(&IDENTIFIER, word) || (glued(word) && !has(&QUALIFIER, word)));
    let repeated = !column.unique();
    // A subject is named in nearly every record; a counterparty's account is not.
    let mostly_there = column.missing * 10 <= column.records;
    rank + u32::from(named_as_identifier) * 2 + u32::from(repeated) * 3 + u32::from(mostly_there) * 4
}

/// How much a column of hashes looks like the subject when its heading says no more than that it is an identifier.
fn pseudonym_score(column: &ColumnFacts<'_>, heading: &[String]) -> u32 {
    let says = heading.iter().all(|word| has(&IDENTIFIER, word) || has(&QUALIFIER, word));
    let repeated = !column.unique() && !column.constant();
    u32::from(says && repeated && column.mostly(is_hash).is_some())
}

fn guess_role(column: &ColumnFacts<'_>, heading: &[String]) -> (Role, String) {
    let ignore = |reason: &str| (Role::Ignore, reason.to_owned());
    if column.column_type == ColumnType::Empty {
        return ignore("no record has a value in this column");
    }
    if let Some(kind) = column.mostly(IdentifierKind::is_direct) {
        return (Role::DirectIdentifier, format!("its cells hold {}", kind.plural()));
    }
    if column.names_people {
        return (Role::DirectIdentifier, "its cells hold names of people".to_owned());
    }
    if is_direct(heading) && !is_aspect(column, heading) {
        return (Role::DirectIdentifier, "the heading indicates a direct identifier".to_owned());
    }
    if is_account(column, heading) {
        return (
            Role::DirectIdentifier,
            "the heading indicates an account, and the column holds long numbers".to_owned(),
        );
    }
    if column.constant() {
        return ignore("the value is the same in all records");
    }
    if is_row_identifier(column, heading) {
        return ignore("it numbers the records: each has a different value");
    }
    if is_free_text(column, heading) {
        return guess_free_text(column, "the heading indicates free text");
    }
    for (known, reason) in KINDS {
        if mentions(heading, known) {
            return (Role::QuasiIdentifier, with_found(column, reason));
        }
    }
    guess_by_type(column)
}

/// Whether the heading speaks of something about an identifier, such as its type, and the few values agree.
fn is_aspect(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    let flag = column.column_type == ColumnType::Boolean;
    flag || (column.sorts() && mentions(heading, &ASPECT)) || is_place_of_address(column, heading)
}

/// Whether it holds a coarse part of an address only, such as its city; nothing else of the heading names anybody.
fn is_place_of_address(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    const LONGEST_PLACE: u64 = 24;
    let rest: Vec<String> = heading.iter().filter(|word| !has(&ADDRESS, word)).cloned().collect();
    let line = rest.iter().any(|word| word.starts_with("line"));
    let short = column.average_characters <= LONGEST_PLACE && !column.unique();
    rest.len() < heading.len() && mentions(&rest, &PLACE) && short && !line && !is_direct(&rest)
}

/// Whether it holds numbers of accounts. That of another party names somebody as much as the own does; a key that a
/// machine made names nobody outside.
fn is_account(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    let other = [&MACHINE_KEY[..], &MONEY, &TIME, &ASPECT].into_iter().any(|known| mentions(heading, known));
    column.long_numbers && mentions(heading, &ACCOUNT) && !other
}

/// Whether people wrote the cells freely, as far as the heading says.
fn is_free_text(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    mentions(heading, &FREE_TEXT)
        || (column.phrases && !heading.is_empty() && heading.iter().all(|word| word == "subject"))
}

/// Text that people wrote: what names a person in a few of its cells leaves with all of them.
fn guess_free_text(column: &ColumnFacts<'_>, what: &str) -> (Role, String) {
    if let Some(found) = column.identifiers.iter().find(|found| found.kind.is_direct()) {
        return (Role::DirectIdentifier, format!("{what}, and some of its cells hold {}", found.kind.plural()));
    }
    if column.sorts() {
        return (Role::QuasiIdentifier, format!("{what}, but it has few values"));
    }
    (Role::Ignore, format!("{what}, which is not measured yet"))
}

/// A reason, and what stands in some cells besides.
fn with_found(column: &ColumnFacts<'_>, reason: &str) -> String {
    match column.identifiers.iter().find(|found| found.kind.is_direct()) {
        Some(found) => format!("{reason}; some of its cells hold {}", found.kind.plural()),
        None => reason.to_owned(),
    }
}

static KINDS: [(&WordList, &str); 5] = [
    (&TRAIT, "the heading indicates a personal attribute"),
    (&TIME, "the heading indicates a date or time"),
    (&PLACE, "the heading indicates a place"),
    (&MONEY, "the heading indicates money"),
    (&TRADE, "the heading indicates a merchant or kind of payment"),
];

/// For headings that say nothing.
fn guess_by_type(column: &ColumnFacts<'_>) -> (Role, String) {
    let reason = match column.column_type {
        ColumnType::Date | ColumnType::Timestamp | ColumnType::ZonedTimestamp | ColumnType::Time => {
            "it holds dates or times"
        }
        ColumnType::Text if column.average_characters > SENTENCE_CHARACTERS && column.mostly(is_hash).is_none() => {
            return guess_free_text(column, "it holds long texts");
        }
        ColumnType::Text if column.unique() => {
            return (Role::Ignore, "each record has a different text".to_owned());
        }
        _ if column.mostly(is_hash).is_some() => "it holds pseudonyms that look like hashes, which link records",
        _ => "treated as a quasi-identifier by default, because no rule matched",
    };
    (Role::QuasiIdentifier, with_found(column, reason))
}

/// A different value in (nearly) every record that has one, and either a heading that says so or numbers without gaps
/// worth speaking of.
fn is_row_identifier(column: &ColumnFacts<'_>, heading: &[String]) -> bool {
    let meaning = KINDS.iter().any(|(known, _)| mentions(heading, known));
    let of_record = column.nearly_unique() && mentions(heading, &RECORD);
    let key = column.nearly_unique() && !meaning && mentions(heading, &IDENTIFIER);
    if (of_record || key) && matches!(column.column_type, ColumnType::Integer | ColumnType::Text) {
        return true;
    }
    column.unique()
        && match column.column_type {
            ColumnType::Integer => mentions(heading, &IDENTIFIER) || (column.consecutive && !meaning),
            ColumnType::Text => mentions(heading, &IDENTIFIER),
            _ => false,
        }
}

#[cfg(test)]
mod test;
