//! Words of a column heading, and whether two headings are one name.

use unicode_normalization::UnicodeNormalization;

/// A heading without what is a matter of spelling: case, accents, blanks and signs between words, and compatibility forms such
/// as full-width letters. A heading of signs alone stays as it is.
pub(crate) fn plain(heading: &str) -> String {
    let mut plain = String::new();
    for letter in heading.nfkd().filter(|letter| letter.is_alphanumeric()) {
        // By way of its capital, so that both forms of a small letter are one.
        letter.to_uppercase().for_each(|capital| fold(capital, &mut plain));
    }
    if plain.is_empty() { heading.nfkc().collect::<String>().trim().to_owned() } else { plain }
}

/// The words of a heading: split at everything but letters and digits, and where a small letter meets a capital one;
/// lower case, without accents.
pub(crate) fn words(heading: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in heading.chars() {
        let boundary = !letter.is_alphanumeric() || (letter.is_uppercase() && after_small);
        if boundary {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            fold(letter, word);
        }
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Appends a letter in lower case and without its accent.
pub(crate) fn fold(letter: char, word: &mut String) {
    match letter {
        'ß' | 'ẞ' => word.push_str("ss"),
        'æ' | 'Æ' => word.push_str("ae"),
        other => word.extend(other.to_lowercase().map(without_accent)),
    }
}

fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'č' | 'ç' | 'ć' => 'c',
        'ď' | 'đ' => 'd',
        'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ľ' | 'ĺ' | 'ł' => 'l',
        'ň' | 'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ő' | 'ø' => 'o',
        'ř' => 'r',
        'š' | 'ś' => 's',
        'ť' => 't',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => 'u',
        'ý' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{plain, words};

    #[test]
    fn spellings_of_one_heading_are_one_name_and_others_are_not() {
        for spelling in [
            "Account Balance",
            "account_balance",
            "ACCOUNT-BALANCE ",
            "accountBalance",
            "\u{ff21}ccount\u{a0}b\u{e0}lance",
            "acco\u{200b}unt.balance",
        ] {
            assert_eq!(plain(spelling), "accountbalance", "{spelling:?}");
        }
        assert_eq!(plain("STRASSE"), plain("straße"));
        assert_ne!(plain("balance"), plain("balances"));
        assert_ne!(plain("amount 1"), plain("amount 2"));
        assert_eq!((plain(" % "), plain("€")), ("%".to_owned(), "€".to_owned()));
    }

    #[test]
    fn headings_are_split_at_signs_and_capitals() {
        for (heading, expected) in [
            ("trans_date", vec!["trans", "date"]),
            ("CustomerID", vec!["customer", "id"]),
            ("marital-status", vec!["marital", "status"]),
            (" date of birth ", vec!["date", "of", "birth"]),
            ("address_1", vec!["address", "1"]),
            ("Rodné číslo", vec!["rodne", "cislo"]),
            ("Straße", vec!["strasse"]),
            ("imię", vec!["imie"]),
            ("AFNLWGT", vec!["afnlwgt"]),
            ("", vec![]),
            ("\u{1b}[31m", vec!["31m"]),
        ] {
            assert_eq!(words(heading), expected, "{heading:?}");
        }
    }
}
