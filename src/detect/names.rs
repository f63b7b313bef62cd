//! Whether a column holds names of people, whatever its heading says.
//!
//! A name is a few words of letters alone, one of which is a common given name of Europe. Given names also stand in names
//! of shops and places, so one alone proves nothing: a good share of all distinct values must be such.

use super::Found;
use crate::column_name::fold;
use crate::result::{IdentifierKind, Placement};

/// Distinct values that are names before a column is believed to hold names.
const FEWEST: u64 = 5;

/// One distinct value in so many must be a name. Common given names cover a third to a half of the people of most
/// countries of Europe, so a column of names lies well above, and one of shops or places well below.
const ONE_IN: u64 = 6;

/// More words, and it is a sentence.
const MOST_WORDS: usize = 5;

/// One distinct value in so many must be a full name before the cells alone say that a column holds names of people.
const FULL_ONE_IN: u64 = 5;

/// Names of people as full names, a given name and one more word, where at least a fifth of the distinct `values` are
/// such. `count` counts the cells whose value fits.
pub fn names_in<'value, Values: Iterator<Item = &'value str>>(
    values: impl Fn() -> Values,
    count: impl FnOnce(&mut dyn FnMut(&str) -> bool) -> u64,
) -> Option<Found> {
    let mut word = String::new();
    let (mut all, mut names) = (0, 0);
    for value in values() {
        all += 1;
        names += u64::from(fits_full_name(value, &mut word));
    }
    if !are_names(names, all) {
        return None;
    }
    let records = count(&mut |value| fits_full_name(value, &mut word));
    Some(Found { kind: IdentifierKind::PersonName, placement: Placement::WholeCell, records, shown: None })
}

/// Whether so many full names among so many values say that these are names of people.
pub(crate) fn are_names(names: u64, all: u64) -> bool {
    names >= FEWEST && names * FULL_ONE_IN >= all
}

/// Whether a text is the full name of a person: a few words of letters alone, one of them a common given name.
#[must_use]
pub fn is_full_name(text: &str) -> bool {
    fits_full_name(text, &mut String::new())
}

fn fits_full_name(value: &str, word: &mut String) -> bool {
    let words = || value.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    is_name(value, word) && words().count() >= 2
}

/// Whether many of the distinct `values` are names of people.
pub(crate) fn names_people<'value>(values: impl Iterator<Item = &'value str>) -> bool {
    let (mut all, mut names, mut word) = (0, 0, String::new());
    for value in values {
        all += 1;
        names += u64::from(is_name(value, &mut word));
    }
    names >= FEWEST && names * ONE_IN >= all
}

/// Whether a value is the name of a person; `word` is room to work in.
fn is_name(value: &str, word: &mut String) -> bool {
    let fits = |letter: char| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '\'' | '’' | '.' | ',');
    if !value.chars().all(fits) {
        return false;
    }
    let words = || value.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
    words().count() <= MOST_WORDS
        && words().any(|part| {
            word.clear();
            part.chars().for_each(|letter| fold(letter, word));
            GIVEN_NAMES.binary_search(&word.as_str()).is_ok()
        })
}

crate::word_list::word_lists! {
    /// Common given names of Europe, in alphabetical order, lower case, without accents.
    static GIVEN_NAMES = "given_names.txt";
}

#[cfg(test)]
mod tests {
    use super::{GIVEN_NAMES, names_in, names_people};

    fn names(values: &[&str]) -> bool {
        names_people(values.iter().copied())
    }

    #[test]
    fn columns_of_names_are_recognised_in_any_spelling() {
        assert!(names(&["Anna Müller", "Bernd Huber", "Claire Lefèvre", "David O'Neil", "Zoé Roux", "Xu Wei"]));
        assert!(names(&["MÜLLER, ANNA", "HUBER, BERND", "LEFEVRE, CLAIRE", "O’NEIL, DAVID", "ROUX, JEAN-LUC"]));
        assert!(names(&["anna", "bernd", "claire", "rené", "jörg"]));
    }

    #[test]
    fn full_names_are_found_in_the_cells_alone_and_given_names_are_not() {
        let full = ["Thomas Bauer", "Jan Müller", "Sarah Bauer", "Peter Ernst", "Ingrid Vogel", "Xu Wei", "x1", "x2"];
        let count = |values: &[&str]| {
            names_in(|| values.iter().copied(), |is_name| values.iter().filter(|value| is_name(value)).count() as u64)
                .map(|found| found.records)
        };
        assert_eq!(count(&full), Some(5));
        assert_eq!(count(&["Thomas", "Jan", "Sarah", "Peter", "Ingrid", "Anna"]), None);
        let mut mostly_shops: Vec<String> = (0..30).map(|number| format!("Shop {number}")).collect();
        mostly_shops.extend(full.iter().map(|&name| name.to_owned()));
        let mostly_shops: Vec<&str> = mostly_shops.iter().map(String::as_str).collect();
        assert_eq!(count(&mostly_shops), None);
    }

    #[test]
    fn columns_of_other_things_are_not() {
        assert!(!names(&["Anna Müller", "Bernd Huber"]), "too few to tell");
        assert!(!names(&["TESCO STORES 99", "PAUL 4", "MARIE 7", "Anna 3", "Bernd 2", "David 1", "Karl 8"]));
        let shops = ["Aral", "Amazon EU", "Stadtwerke", "Edeka", "Zara", "Boots", "Lidl", "Ikea", "Shell", "H M"];
        let named = ["Café Anna", "Peter Hahn", "Hotel Adler", "Chez Pierre", "Marks and Spencer"];
        assert!(!names(&[&shops[..], &named[..], &["Karl Lagerfeld", "Karstadt", "Telekom"]].concat()));
        let places = ["Paris", "Lyon", "Berlin", "San Antonio", "Köln", "Saint Denis", "London", "Bad Karlshafen"];
        assert!(!names(&places));
        assert!(!names(&["thank you anna for the money you sent me", "paid back to peter for all of the good food"]));
        assert!(!names(&[]));
    }

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(GIVEN_NAMES.is_sorted_by(|first, second| first < second));
    }
}
