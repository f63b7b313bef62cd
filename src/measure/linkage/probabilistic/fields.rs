//! The columns that can be compared, and the subjects of both sides as rows of codes.

use super::levels::Kind;
use crate::measure::linkage::LinkedTables;
use crate::number::as_float;
use crate::table::{Dictionary, Table};

/// Stands for a missing value among codes.
pub(super) const MISSING: u32 = u32::MAX;

/// A level takes four bits of a pattern, so more columns than these do not fit.
pub(super) const MOST_FIELDS: usize = 16;

/// A value as it is compared: lower case, blanks trimmed.
pub(super) struct Value {
    pub(super) text: String,
    /// Characters in it.
    pub(super) length: u32,
    /// A bit for each character that occurs, by its number modulo 64.
    pub(super) characters: u64,
}

impl Value {
    pub(super) fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let characters = text.chars().fold(0, |bits, character| bits | 1_u64 << (u32::from(character) % 64));
        Self { length: u32::try_from(text.chars().count()).unwrap_or(u32::MAX), characters, text }
    }
}

/// A column that is compared.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// In the order of their spelling, which is the order of the codes of [`Side`].
    pub(super) values: Vec<Value>,
    /// Share of the subjects of both sides with each value, among those who have one.
    pub(super) shares: Vec<f64>,
}

/// The subjects of one side, each a row of codes, in the order of the rows.
///
/// Codes follow the spelling of the values and subjects follow their codes, so nothing later depends on the order of
/// the records. Subjects with equal rows cannot be told apart by this attack.
pub(super) struct Side {
    /// Number of the subject in the table, for each row.
    pub(super) subjects: Vec<u32>,
    codes: Vec<u32>,
    fields: usize,
}

impl Side {
    /// Subjects.
    pub(super) fn len(&self) -> usize {
        self.subjects.len()
    }

    /// The codes of a subject, by its place in the order.
    pub(super) fn row(&self, place: usize) -> &[u32] {
        &self.codes[place * self.fields..(place + 1) * self.fields]
    }

    fn sorted(rows: &[Vec<u32>], subjects: usize) -> Self {
        let mut order: Vec<u32> = (0..u32::try_from(subjects).unwrap_or(u32::MAX)).collect();
        let row = |subject: u32| rows.iter().map(move |codes| codes[subject as usize]);
        order.sort_by(|&one, &other| row(one).cmp(row(other)));
        let codes = order.iter().flat_map(|&subject| row(subject)).collect();
        Self { subjects: order, codes, fields: rows.len() }
    }
}

/// What is compared, and what had to be left out.
pub(super) struct Fields {
    pub(super) columns: Vec<Field>,
    pub(super) ours: Side,
    pub(super) theirs: Side,
    /// Why columns were left out; names, no values.
    pub(super) notes: Vec<String>,
}

/// One column of both sides: a code a subject, in the order of the spelling.
struct Candidate {
    field: Field,
    ours: Vec<u32>,
    theirs: Vec<u32>,
}

/// Reads the columns of both sides at the level of subjects.
pub(super) fn read(linked: &LinkedTables) -> Fields {
    let mut notes = Vec::new();
    let mut candidates = Vec::new();
    for (column, shared) in linked.columns.iter().enumerate() {
        let varies = |table: &Table| table.constant_per_subject(column) == Some(false);
        if varies(&linked.ours) || varies(&linked.theirs) {
            notes.push(format!("`{}` is omitted: it varies within a subject", shared.name));
            continue;
        }
        let (values, ranks) = by_spelling(&shared.values);
        let codes = |table: &Table| -> Vec<u32> {
            let cells = &table.columns()[column];
            table.first_records().map(|record| ranks[cells.value_of(record) as usize]).collect()
        };
        let (ours, theirs) = (codes(&linked.ours), codes(&linked.theirs));
        let (shares, seen) = shares(values.len(), ours.iter().chain(&theirs));
        let on_both = [&ours, &theirs].iter().all(|side| side.iter().any(|&code| code != MISSING));
        if seen < 2 || !on_both {
            let why = if on_both { "it has only one value" } else { "one side has no value in it" };
            notes.push(format!("`{}` is omitted: {why}", shared.name));
            continue;
        }
        let kind = Kind::of(shared.values.column_type(), &values);
        let field = Field { name: shared.name.clone(), kind, values, shares };
        candidates.push(Candidate { field, ours, theirs });
    }
    keep_the_most_telling(&mut candidates, &mut notes);
    let rows = |side: fn(&Candidate) -> &Vec<u32>| -> Vec<Vec<u32>> {
        candidates.iter().map(|candidate| side(candidate).clone()).collect()
    };
    let ours = Side::sorted(&rows(|candidate| &candidate.ours), linked.ours.subjects());
    let theirs = Side::sorted(&rows(|candidate| &candidate.theirs), linked.theirs.subjects());
    Fields { ours, theirs, columns: candidates.into_iter().map(|candidate| candidate.field).collect(), notes }
}

/// Keeps as many columns as a pattern holds: those on which two people agree by chance least often.
fn keep_the_most_telling(candidates: &mut Vec<Candidate>, notes: &mut Vec<String>) {
    if candidates.len() <= MOST_FIELDS {
        return;
    }
    let chance = |field: &Field| field.shares.iter().map(|share| share * share).sum::<f64>();
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&one, &other| chance(&candidates[one].field).total_cmp(&chance(&candidates[other].field)));
    let mut left_out = order.split_off(MOST_FIELDS);
    left_out.sort_unstable();
    let note = |&column: &usize| {
        format!("`{}` is omitted: {MOST_FIELDS} columns give more evidence", candidates[column].field.name)
    };
    notes.extend(left_out.iter().map(note));
    for &column in left_out.iter().rev() {
        candidates.remove(column);
    }
}

/// The values in the order of their spelling, and the place of each code in it.
fn by_spelling(dictionary: &Dictionary) -> (Vec<Value>, Vec<u32>) {
    let mut order: Vec<(&str, usize)> = dictionary
        .values()
        .enumerate()
        .filter_map(|(code, value)| value.map(|value| (value.expose(), code)))
        // A cell of blanks is no value that anybody would compare.
        .filter(|(text, _)| !text.trim().is_empty())
        .collect();
    order.sort_unstable();
    let mut ranks = vec![MISSING; dictionary.len()];
    for (rank, (_, code)) in (0_u32..).zip(&order) {
        ranks[*code] = rank;
    }
    (order.iter().map(|(text, _)| Value::new(text)).collect(), ranks)
}

/// Share of each value among the subjects who have one, and how many values occur.
fn shares<'a>(values: usize, codes: impl Iterator<Item = &'a u32>) -> (Vec<f64>, usize) {
    let mut counts = vec![0_u64; values];
    codes.filter(|&&code| code != MISSING).for_each(|&code| counts[code as usize] += 1);
    let total = as_float(counts.iter().sum::<u64>().max(1));
    let seen = counts.iter().filter(|&&count| count > 0).count();
    (counts.iter().map(|&count| as_float(count) / total).collect(), seen)
}
