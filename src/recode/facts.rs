//! What columns and records say beyond their values: the counts that a verdict rests on.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rayon::prelude::*;

use super::SubjectCodes;
use super::candidate::{Studied, candidate};
use super::forms::forms_of;
use crate::input::{CodedColumn, Extract, ExtractColumn, placeholder_kind};
use crate::number::ratio;
use crate::plan::{InputOptions, Plan};
use crate::result::{CellForms, ColumnFacts, DatasetColumn, DominantSubject, Role, SubjectCandidate, SubjectSpelling};
use crate::secret::Secret;
use crate::table::{Codes, Dictionary};
use crate::with_codes;

/// What reading counted.
pub(super) fn facts_of(column: &ExtractColumn, role: Role, input: &InputOptions) -> ColumnFacts {
    let count = |of: fn(&crate::input::CellCounts) -> u64| column.counts.as_ref().map(of);
    ColumnFacts {
        trimmed_cells: count(|counts| counts.trimmed),
        values_joined_by_trimming: count(|counts| counts.joined),
        values_joined_by_reading: count(|counts| counts.respelled).filter(|&joined| joined > 0),
        placeholder_cells: count(|counts| counts.placeholders),
        missing_spellings: missing_spellings(column, input),
        subject_spelling: column.coded.as_ref().filter(|_| role == Role::Subject).and_then(subject_spelling),
        rounded_identifier_cells: count(|counts| counts.rounded),
        invalid_cells: count(|counts| counts.invalid).filter(|&cells| cells > 0),
        text_reason: column.text_reason.clone(),
        found_type: column.counts.and_then(|counts| counts.found_type),
        ..ColumnFacts::default()
    }
}

/// Spellings of missing values among the values of a column, in the order of their bytes; those declared real are passed over.
fn missing_spellings(column: &ExtractColumn, input: &InputOptions) -> Option<Vec<String>> {
    let (counts, coded) = (column.counts.as_ref()?, column.coded.as_ref()?);
    // Few columns have any, and to look at every value of a long one takes time.
    if counts.placeholders == 0 {
        return Some(Vec::new());
    }
    let real = input.real_values.get(&column.name).map_or(&[][..], Vec::as_slice);
    let is_real = |value: &str| real.iter().any(|real| real.trim() == value);
    let values = coded.dictionary.values().flatten().map(Secret::expose);
    let kinds: BTreeSet<String> = values.filter(|value| !is_real(value)).filter_map(placeholder_kind).collect();
    Some(kinds.into_iter().collect())
}

/// How the values of the subject column are spelled; none without a value.
fn subject_spelling(coded: &CodedColumn) -> Option<SubjectSpelling> {
    let mut values = coded.dictionary.values().flatten().map(Secret::expose);
    let of = |value: &str| {
        let characters = value.chars().count() as u64;
        SubjectSpelling {
            shortest: characters,
            longest: characters,
            capitals: value.chars().any(char::is_uppercase),
            small_letters: value.chars().any(char::is_lowercase),
            digits: value.chars().any(char::is_numeric),
            signs: value.chars().any(|it| !it.is_uppercase() && !it.is_lowercase() && !it.is_numeric()),
        }
    };
    let first = of(values.next()?);
    Some(values.map(of).fold(first, |all, one| SubjectSpelling {
        shortest: all.shortest.min(one.shortest),
        longest: all.longest.max(one.longest),
        capitals: all.capitals || one.capitals,
        small_letters: all.small_letters || one.small_letters,
        digits: all.digits || one.digits,
        signs: all.signs || one.signs,
    }))
}

/// Cells of every code.
fn cells(coded: &CodedColumn) -> Vec<u64> {
    coded.codes.records_by_code(coded.dictionary.len())
}

/// A subject with so many records that it may stand for nobody; values declared real are passed over.
fn dominant_subject(name: &str, coded: &CodedColumn, input: &InputOptions) -> Option<DominantSubject> {
    let real = input.real_values.get(name).map_or(&[][..], Vec::as_slice);
    let is_real = |value: &str| real.iter().any(|real| real.trim() == value);
    let cells = cells(coded);
    let (mut subjects, mut all) = (Vec::with_capacity(cells.len()), 0);
    for (value, records) in coded.dictionary.values().zip(cells) {
        if let Some(value) = value {
            all += records;
            subjects.push((records, is_real(value.expose())));
        }
    }
    // Only the eleven largest count.
    if subjects.len() > 11 {
        subjects.select_nth_unstable_by_key(10, |&(records, _)| std::cmp::Reverse(records));
    }
    let others = subjects.len().checked_sub(1)? as u64;
    subjects.truncate(11);
    subjects.sort_unstable_by_key(|&(records, _)| std::cmp::Reverse(records));
    let &(records, real) = subjects.first()?;
    let next_ten_records: u64 = subjects[1..].iter().map(|&(records, _)| records).sum();
    let dominates = !real && records * 20 >= all && records > next_ten_records && others > 0;
    dominates.then_some(DominantSubject { records, next_ten_records, other_subjects: others })
}

/// The forms of the values of a column, where the policy asks for them.
pub(super) fn forms(dictionary: &Dictionary, plan: &Plan) -> Option<CellForms> {
    let asks = plan.policy.preset.as_ref().is_some_and(|preset| preset.id == "hipaa-safe-harbor");
    asks.then(|| forms_of(dictionary, plan.as_of.map(Date::year)))
}

/// The subject that dominates the others, where there is one.
pub(super) fn find_dominant_subject(
    extract: &Extract,
    described: &[DatasetColumn],
    plan: &Plan,
) -> Option<DominantSubject> {
    let (column, _) = extract.columns.iter().zip(described).find(|(_, column)| column.role == Role::Subject)?;
    dominant_subject(&column.name, column.coded.as_ref()?, &plan.input)
}

/// What the columns show that are not counted, while their values are there.
pub(super) fn add_facts_of_open_columns(
    extract: &Extract,
    described: &mut [DatasetColumn],
    subject: Option<&SubjectCodes>,
    plan: &Plan,
) {
    extract.columns.par_iter().zip(described).with_max_len(1).for_each(|(column, description)| {
        let is_dropped = plan.drops(&column.name);
        if is_dropped {
            description.facts.changed_cells = Some(extract.records - column.missing);
        }
        let Some(coded) = column.coded.as_ref().filter(|_| description.role != Role::QuasiIdentifier) else { return };
        if !is_dropped {
            description.facts.forms = forms(&coded.dictionary, plan);
        }
        if description.role != Role::Subject {
            add_open_facts(&mut description.facts, coded, subject);
        }
    });
}

/// Columns that may name the person better than the subject does, in file order.
pub(super) fn subject_candidates(
    columns: &[ExtractColumn],
    described: &[DatasetColumn],
    subject: Option<&SubjectCodes>,
) -> Vec<SubjectCandidate> {
    let studied: Vec<Option<Studied<'_>>> = columns.iter().map(studied).collect();
    let subject = subject.map(|subject| Studied {
        codes: &subject.codes,
        distinct: subject.cardinality,
        missing: subject.missing,
    });
    let open = described
        .iter()
        .enumerate()
        .filter(|(_, column)| !matches!(column.role, Role::QuasiIdentifier | Role::Subject));
    open.filter_map(|(place, column)| candidate(&column.name, place, &studied, subject)).collect()
}

fn studied(column: &ExtractColumn) -> Option<Studied<'_>> {
    let CodedColumn { codes, dictionary } = column.coded.as_ref()?;
    Some(Studied { codes, distinct: u32::try_from(dictionary.len()).ok()?, missing: dictionary.missing() })
}

/// What a column that is no quasi-identifier shows of single subjects.
pub(super) fn add_open_facts(facts: &mut ColumnFacts, coded: &CodedColumn, subject: Option<&SubjectCodes>) {
    facts.share_with_own_value = share_with_own_value(coded, subject);
    facts.average_words = average_words(coded);
}

/// Share of the subjects that hold a value that nobody else holds; of the records where each is its own subject. `None`
/// when there is nobody.
fn share_with_own_value(coded: &CodedColumn, subject: Option<&SubjectCodes>) -> Option<f64> {
    let Some(subject) = subject else {
        let cells = cells(coded);
        let missing = coded.dictionary.missing();
        let alone = (0_u32..).zip(&cells).filter(|&(code, &records)| missing != Some(code) && records == 1).count();
        return ratio(alone as u64, coded.codes.len() as u64);
    };
    let owners = owners(coded, subject);
    let mut present = vec![false; subject.cardinality as usize];
    with_codes!(&subject.codes, codes => for &code in codes {
        present[code as usize] = true;
    });
    if let Some(missing) = subject.missing {
        present[missing as usize] = false;
    }
    let mut alone = vec![false; subject.cardinality as usize];
    for owner in owners {
        if let Owner::One(subject) = owner {
            alone[subject as usize] = true;
        }
    }
    let count = |flags: &[bool]| flags.iter().filter(|&&flag| flag).count() as u64;
    ratio(count(&alone), count(&present))
}

/// Who holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nobody,
    One(u32),
    Several,
}

fn owners(coded: &CodedColumn, subject: &SubjectCodes) -> Vec<Owner> {
    let mut owners = vec![Owner::Nobody; coded.dictionary.len()];
    with_codes!(&coded.codes, values => with_codes!(&subject.codes, subjects => {
        for (&value, &holder) in values.iter().zip(subjects) {
            let holder = u32::from(holder);
            if subject.missing == Some(holder) {
                continue;
            }
            let owner = &mut owners[value as usize];
            *owner = match *owner {
                Owner::Nobody => Owner::One(holder),
                Owner::One(first) if first == holder => Owner::One(first),
                _ => Owner::Several,
            };
        }
    }));
    if let Some(missing) = coded.dictionary.missing() {
        owners[missing as usize] = Owner::Nobody;
    }
    owners
}

/// Words in a cell with a value, on average; `None` without one.
pub(super) fn average_words(coded: &CodedColumn) -> Option<f64> {
    let (mut words, mut filled) = (0, 0);
    for (value, cells) in coded.dictionary.values().zip(cells(coded)) {
        if let Some(value) = value {
            words += value.expose().split_whitespace().count() as u64 * cells;
            filled += cells;
        }
    }
    ratio(words, filled)
}

/// Cells that rules changed: those whose value, from `old`, reads otherwise behind `map` in `new`.
pub(super) fn changed_cells(codes: &Codes, old: &Dictionary, map: &[u32], new: &Dictionary) -> u64 {
    let text = |value: Option<Secret<&str>>| value.map(|value| value.expose().to_owned());
    let changed: Vec<bool> =
        old.values().zip(map).map(|(before, &code)| text(before) != text(new.value(code))).collect();
    if !changed.contains(&true) {
        return 0;
    }
    with_codes!(codes, codes => codes.iter().filter(|&&code| changed[code as usize]).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::{add_open_facts, dominant_subject};
    use crate::plan::InputOptions;
    use crate::recode::testing::{column, subject_codes};
    use crate::result::ColumnFacts;

    fn open_facts(cells: &[&str], subject: Option<&[&str]>) -> (Option<f64>, Option<f64>) {
        let mut facts = ColumnFacts::default();
        let subject = subject.map(subject_codes);
        add_open_facts(&mut facts, &column("c", cells).coded.unwrap(), subject.as_ref());
        (facts.share_with_own_value, facts.average_words)
    }

    #[test]
    fn a_value_of_several_records_of_one_subject_is_its_own() {
        let subject = ["a", "a", "b", "c", "d", ""];
        let (share, words) = open_facts(&["x", "x", "y", "y", "", "z z z"], Some(&subject));
        assert_eq!(share, Some(0.25));
        assert_eq!(words, Some(7.0 / 5.0));
        assert_eq!(open_facts(&["x", "x", "y", ""], None).0, Some(0.25));
        assert_eq!(open_facts(&[], None), (None, None));
    }

    #[test]
    fn a_subject_with_more_records_than_the_next_ten_dominates_unless_it_is_declared_real() {
        let mut cells: Vec<String> = (0..20).flat_map(|person| [format!("p{person}"), format!("p{person}")]).collect();
        cells.extend(std::iter::repeat_n("walk-in".to_owned(), 21));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let coded = column("customer", &cells).coded.unwrap();
        let found = dominant_subject("customer", &coded, &InputOptions::default()).unwrap();
        assert_eq!((found.records, found.next_ten_records, found.other_subjects), (21, 20, 20));
        let real = InputOptions {
            real_values: [("customer".to_owned(), vec!["walk-in".to_owned()])].into(),
            ..InputOptions::default()
        };
        assert!(dominant_subject("customer", &coded, &real).is_none());
        let even = column("customer", &cells[..40]).coded.unwrap();
        assert!(dominant_subject("customer", &even, &InputOptions::default()).is_none());
    }
}
