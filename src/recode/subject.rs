//! Who a record belongs to: the subject column, joined to persons when there is a map.

use hashbrown::HashMap;

use super::{SubjectCodes, TreatmentError, file_name, lookup_column};
use crate::input::{CodedColumn, Extract};
use crate::plan::SubjectMap;
use crate::table::Dictionary;

/// Subject codes from the subject column as it stands: every value is its own subject.
pub(super) fn subject_from_column(name: &str, coded: CodedColumn) -> Result<SubjectCodes, TreatmentError> {
    let CodedColumn { codes, dictionary } = coded;
    let cardinality = u32::try_from(dictionary.len()).map_err(|_| TreatmentError::TooLarge(name.to_owned()))?;
    Ok(SubjectCodes { codes, cardinality, missing: dictionary.missing() })
}

/// Subject codes after a map, in which all values that lead to one person are one subject, and how many values are not
/// in the map.
///
/// A value that is not in the map stays a subject of its own, which can only overstate how many subjects there are in
/// a class by the cards of one person.
pub(super) fn subject_from_map(
    coded: CodedColumn,
    map: &SubjectMap,
    pairs: &Extract,
) -> Result<(SubjectCodes, u64), TreatmentError> {
    let (from, to) = (column(map, pairs, &map.from)?, column(map, pairs, &map.to)?);
    let persons = persons(map, from, to)?;
    let CodedColumn { codes, dictionary } = coded;
    let SubjectJoin { map, distinct, missing, unmapped } = join(&dictionary, &persons, to.dictionary.len());
    drop(dictionary);
    Ok((SubjectCodes { codes: codes.remapped(&map, distinct as usize), cardinality: distinct, missing }, unmapped))
}

/// Whether a map has its columns and leads no value to two persons.
pub(super) fn check_map(map: &SubjectMap, pairs: &Extract) -> Result<(), TreatmentError> {
    let (from, to) = (column(map, pairs, &map.from)?, column(map, pairs, &map.to)?);
    persons(map, from, to).map(drop)
}

/// The column of a map.
pub(super) fn column<'pairs>(
    map: &SubjectMap,
    pairs: &'pairs Extract,
    name: &str,
) -> Result<&'pairs CodedColumn, TreatmentError> {
    lookup_column(&map.file, pairs, name, |file, column| TreatmentError::SubjectMapColumn { file, column })
}

/// The person that a map leads each value to.
///
/// # Errors
/// When a column is missing, or the map leads one value to two persons.
pub fn persons_by_value<'pairs>(
    map: &SubjectMap,
    pairs: &'pairs Extract,
) -> Result<std::collections::HashMap<&'pairs str, &'pairs str>, TreatmentError> {
    let (from, to) = (column(map, pairs, &map.from)?, column(map, pairs, &map.to)?);
    let named = persons(map, from, to)?;
    Ok(named.into_iter().filter_map(|(value, person)| Some((value, to.dictionary.value(person)?.expose()))).collect())
}

type Persons<'pairs> = HashMap<&'pairs str, u32, foldhash::fast::FixedState>;

/// The code of the person for each value; lines that lack one of the two say nothing.
fn persons<'pairs>(
    map: &SubjectMap,
    from: &'pairs CodedColumn,
    to: &CodedColumn,
) -> Result<Persons<'pairs>, TreatmentError> {
    let mut persons: Vec<Option<u32>> = vec![None; from.dictionary.len()];
    let mut torn = vec![false; from.dictionary.len()];
    for line in 0..from.codes.len() {
        let (value, person) = (from.codes.get(line) as usize, to.codes.get(line));
        if to.dictionary.missing() != Some(person) {
            let first = *persons[value].get_or_insert(person);
            torn[value] |= first != person;
        }
    }
    if let Some(missing) = from.dictionary.missing() {
        (persons[missing as usize], torn[missing as usize]) = (None, false);
    }
    let subjects = torn.iter().filter(|&&torn| torn).count() as u64;
    if subjects > 0 {
        return Err(TreatmentError::SubjectMapContradicts { file: file_name(&map.file), subjects });
    }
    let named = from.dictionary.values().zip(persons);
    Ok(named.filter_map(|(value, person)| Some((value?.expose(), person?))).collect())
}

struct SubjectJoin {
    map: Vec<u32>,
    distinct: u32,
    missing: Option<u32>,
    unmapped: u64,
}

/// New codes are given in the order of the old ones; a person and an unmapped value never share one.
fn join(subjects: &Dictionary, persons: &Persons<'_>, person_count: usize) -> SubjectJoin {
    let mut of_person: Vec<Option<u32>> = vec![None; person_count];
    let mut join = SubjectJoin { map: Vec::with_capacity(subjects.len()), distinct: 0, missing: None, unmapped: 0 };
    for value in subjects.values() {
        let person = value.and_then(|value| persons.get(value.expose()));
        let known = person.and_then(|&person| of_person[person as usize]);
        let code = known.unwrap_or_else(|| {
            join.distinct += 1;
            join.distinct - 1
        });
        match (value, person) {
            (None, _) => join.missing = Some(code),
            (_, Some(&person)) => of_person[person as usize] = Some(code),
            (_, None) => join.unmapped += 1,
        }
        join.map.push(code);
    }
    join
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{subject_from_column, subject_from_map};
    use crate::plan::SubjectMap;
    use crate::recode::TreatmentError;
    use crate::recode::testing::{column, extract};

    fn map() -> SubjectMap {
        SubjectMap { file: PathBuf::from("x/cards.csv"), from: "card".to_owned(), to: "customer".to_owned() }
    }

    fn codes(subject: &super::SubjectCodes) -> Vec<u32> {
        (0..subject.codes.len()).map(|record| subject.codes.get(record)).collect()
    }

    #[test]
    fn without_a_map_every_value_is_a_subject() {
        let coded = column("card", &["c1", "c2", "", "c1"]).coded.unwrap();
        let subject = subject_from_column("card", coded).unwrap();
        assert_eq!((codes(&subject), subject.cardinality, subject.missing), (vec![0, 1, 2, 0], 3, Some(2)));
    }

    #[test]
    fn cards_of_one_customer_become_one_subject() {
        let pairs =
            extract(vec![column("customer", &["p", "q", "p", "unseen"]), column("card", &["c1", "c2", "c3", "c9"])]);
        let coded = column("card", &["c1", "c2", "c3", "", "c4"]).coded.unwrap();
        let (subject, unmapped) = subject_from_map(coded, &map(), &pairs).unwrap();
        assert_eq!(codes(&subject), [0, 1, 0, 2, 3]);
        assert_eq!((subject.cardinality, subject.missing, unmapped), (4, Some(2), 1));
    }

    #[test]
    fn an_unmapped_card_is_not_the_person_of_the_same_name() {
        let pairs = extract(vec![column("card", &["c1"]), column("customer", &["c2"])]);
        let coded = column("card", &["c1", "c2"]).coded.unwrap();
        let (subject, _) = subject_from_map(coded, &map(), &pairs).unwrap();
        assert_eq!(codes(&subject), [0, 1]);
    }

    #[test]
    fn a_card_of_two_customers_is_refused_with_a_count_only() {
        let pairs = extract(vec![column("card", &["c1", "c1", "c2"]), column("customer", &["p", "q", "p"])]);
        let coded = column("card", &["c1"]).coded.unwrap();
        let error = subject_from_map(coded, &map(), &pairs).err().unwrap();
        assert_eq!(error, TreatmentError::SubjectMapContradicts { file: "cards.csv".to_owned(), subjects: 1 });
    }

    #[test]
    fn a_map_without_the_named_column_is_refused() {
        let pairs = extract(vec![column("kard", &["c1"]), column("customer", &["p"])]);
        let coded = column("card", &["c1"]).coded.unwrap();
        let error = subject_from_map(coded, &map(), &pairs).err().unwrap();
        assert!(matches!(error, TreatmentError::SubjectMapColumn { .. }));
    }
}
