//! Whether a column holds names of people, whatever its heading says.
//!
//! A name is a few words of letters alone, one of which is a common given name of Europe. Given names also stand in names
//! of shops and places, so one alone proves nothing: a good share of all distinct values must be such.

use crate::column_name::fold;

/// Distinct values that are names before a column is believed to hold names.
const FEWEST: u64 = 5;

/// One distinct value in so many must be a name. Common given names cover a third to a half of the people of most
/// countries of Europe, so a column of names lies well above, and one of shops or places well below.
const ONE_IN: u64 = 6;

/// More words, and it is a sentence.
const MOST_WORDS: usize = 5;

/// Whether many of the distinct `values` are names of people.
pub(super) fn names_people<'value>(values: impl Iterator<Item = &'value str>) -> bool {
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
    use super::{GIVEN_NAMES, names_people};

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
