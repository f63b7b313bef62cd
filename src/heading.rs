//! Words of a column heading.

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
            word.extend(letter.to_lowercase().map(without_accent));
        }
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'č' | 'ç' | 'ć' => 'c',
        'ď' => 'd',
        'é' | 'è' | 'ê' | 'ë' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ľ' | 'ĺ' => 'l',
        'ň' | 'ñ' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ř' => 'r',
        'š' => 's',
        'ť' => 't',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' => 'u',
        'ý' => 'y',
        'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn headings_are_split_at_signs_and_capitals() {
        for (heading, expected) in [
            ("trans_date", vec!["trans", "date"]),
            ("CustomerID", vec!["customer", "id"]),
            ("marital-status", vec!["marital", "status"]),
            (" date of birth ", vec!["date", "of", "birth"]),
            ("address_1", vec!["address", "1"]),
            ("Rodné číslo", vec!["rodne", "cislo"]),
            ("AFNLWGT", vec!["afnlwgt"]),
            ("", vec![]),
            ("\u{1b}[31m", vec!["31m"]),
        ] {
            assert_eq!(words(heading), expected, "{heading:?}");
        }
    }
}
