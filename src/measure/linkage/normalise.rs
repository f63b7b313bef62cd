//! Text without regard to how it is written: case, accents, blanks, punctuation and usual abbreviations.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Words of addresses and names that are usually shortened, each with its short form. Where a short form stands for
/// two words, as `st` for street and saint, both have it: better one match too many than one that is overlooked.
///
/// In the order of the bytes, for the search.
const SHORT: [(&str, &str); 54] = [
    ("aktiengesellschaft", "ag"),
    ("apartment", "apt"),
    ("association", "assn"),
    ("av", "ave"),
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("brothers", "bros"),
    ("building", "bldg"),
    ("center", "ctr"),
    ("centre", "ctr"),
    ("close", "cl"),
    ("company", "co"),
    ("corporation", "corp"),
    ("court", "ct"),
    ("crescent", "cres"),
    ("department", "dept"),
    ("doctor", "dr"),
    ("drive", "dr"),
    ("east", "e"),
    ("floor", "fl"),
    ("fort", "ft"),
    ("gardens", "gdns"),
    ("grove", "gr"),
    ("highway", "hwy"),
    ("house", "hse"),
    ("incorporated", "inc"),
    ("international", "intl"),
    ("junior", "jr"),
    ("lane", "ln"),
    ("limited", "ltd"),
    ("mister", "mr"),
    ("mount", "mt"),
    ("north", "n"),
    ("number", "no"),
    ("parade", "pde"),
    ("park", "pk"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("platz", "pl"),
    ("professor", "prof"),
    ("road", "rd"),
    ("saint", "st"),
    ("sainte", "ste"),
    ("senior", "sr"),
    ("south", "s"),
    ("square", "sq"),
    ("station", "stn"),
    ("strasse", "str"),
    ("street", "st"),
    ("suite", "ste"),
    ("terrace", "ter"),
    ("university", "univ"),
    ("via", "v"),
    ("west", "w"),
];

/// The text as it is compared: two values are the same when this is equal.
///
/// # Definition
/// Compatibility decomposition (NFKD, Unicode Standard Annex 15), marks that combine with a letter left out, small
/// letters, letters that Unicode does not decompose spelled out (`ß` ss, `æ` ae, `ø` o and the like). What is neither
/// letter nor digit parts words, save full stops and apostrophes, which are left out; `&` is the word `and`. Words with a
/// usual abbreviation are abbreviated, German words that end in `strasse` as well. Then the words are put together without
/// blanks. Nothing is moved: `Ann Lee` and `Lee, Ann` differ.
///
/// # Edge cases
/// A text of punctuation alone stays as it is, so that two of them are not the same because both say nothing.
pub(super) fn normalised(text: &str) -> String {
    let mut compared = String::with_capacity(text.len());
    let mut word = String::new();
    for letter in text.nfkd().filter(|&letter| canonical_combining_class(letter) == 0).flat_map(char::to_lowercase) {
        match letter {
            '.' | '\'' | '’' | '`' | '´' => {}
            // A lower-case letter may bring a mark of its own, as the capital dotted i does.
            _ if canonical_combining_class(letter) != 0 => {}
            _ if letter.is_alphanumeric() => spell(letter, &mut word),
            _ => {
                end_word(&mut word, &mut compared);
                if letter == '&' {
                    compared.push_str("and");
                }
            }
        }
    }
    end_word(&mut word, &mut compared);
    if compared.is_empty() { text.to_owned() } else { compared }
}

/// Appends a letter, spelled out where no mark can be taken from it.
fn spell(letter: char, word: &mut String) {
    match letter {
        'ß' => word.push_str("ss"),
        'æ' => word.push_str("ae"),
        'œ' => word.push_str("oe"),
        'þ' => word.push_str("th"),
        'ø' => word.push('o'),
        'ł' => word.push('l'),
        'đ' | 'ð' => word.push('d'),
        'ħ' => word.push('h'),
        'ŧ' => word.push('t'),
        'ı' => word.push('i'),
        'ς' => word.push('σ'),
        _ => word.push(letter),
    }
}

/// Appends the word in its short form and begins the next.
fn end_word(word: &mut String, compared: &mut String) {
    match SHORT.binary_search_by(|(long, _)| (*long).cmp(word)) {
        Ok(place) => compared.push_str(SHORT[place].1),
        Err(_) => match word.strip_suffix("strasse") {
            Some(name) => compared.extend([name, "str"]),
            None => compared.push_str(word),
        },
    }
    word.clear();
}

#[cfg(test)]
mod tests {
    use super::{SHORT, normalised};

    fn same(one: &str, other: &str) -> bool {
        normalised(one) == normalised(other)
    }

    #[test]
    fn abbreviations_are_in_order_and_end_in_a_short_form() {
        assert!(SHORT.is_sorted_by(|one, next| one.0 < next.0));
        for (_, short) in SHORT {
            assert!(SHORT.iter().all(|(long, _)| *long != short), "{short} is shortened once more");
        }
    }

    #[test]
    fn case_accents_blanks_and_punctuation_make_no_difference() {
        assert!(same("José  Núñez", "JOSE NUNEZ"));
        assert!(same("Jose\u{301}", "José"));
        assert!(same("O'Neill-Smith", "ONeill Smith"));
        assert!(same("Mac Donald", "MacDonald"));
        assert!(same("Łódź", "lodz"));
        assert!(same("İstanbul", "istanbul"));
        assert!(same("Ærø", "AERO"));
        assert!(same("ΟΔΟΣ", "οδός"));
        assert!(same("１２３", "123"));
        assert!(same("A.B.C. Ltd.", "abc limited"));
    }

    #[test]
    fn usual_abbreviations_make_no_difference() {
        assert!(same("12 Main Street", "12 main st."));
        assert!(same("Saint Mary's Road", "St Marys Rd"));
        assert!(same("Hauptstraße 5", "Hauptstr. 5"));
        assert!(same("Smith & Sons Company, Limited", "Smith and Sons Co. Ltd"));
    }

    #[test]
    fn other_words_other_scripts_and_other_orders_differ() {
        assert!(!same("Main Street", "Main Road"));
        assert!(!same("Ann Lee", "Lee, Ann"));
        assert!(!same("北", "被"));
        assert!(!same("Streeter", "Ster"));
    }

    #[test]
    fn texts_of_punctuation_alone_are_compared_as_they_are() {
        assert!(!same("-", "?"));
        assert_eq!(normalised("--"), "--");
        assert_eq!(normalised(""), "");
    }
}
