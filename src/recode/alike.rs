//! Values of a subject column that may be one person in several spellings.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use rayon::prelude::*;

use crate::column_name::fold;
use crate::result::ColumnType;
use crate::table::Dictionary;

/// The same for every run.
const HASH_SEED: u64 = 0x616c_696b_6520_6173;

/// Values that are the same as another in plain spelling; each would count as a person of its own.
///
/// # Definition
/// The plain spelling of a number in digits has neither a plus, nor zeros that say nothing, so `01000`, `+1000` and `1000.0`
/// are `1000`. That of any other value has small letters without accents, and of its signs only those that stand between two
/// digits, all as one: `C-1000`, `c 1000` and `C1000` are alike, `1-23` and `12-3` are not.
///
/// # Edge cases
/// Of values that are not text none: they have one spelling each. A value of signs alone is like no other.
pub(super) fn spelled_alike_subjects(dictionary: &Dictionary) -> u64 {
    if dictionary.column_type() != ColumnType::Text {
        return 0;
    }
    let hasher = FixedState::with_seed(HASH_SEED);
    let codes = 0..u32::try_from(dictionary.len()).unwrap_or(u32::MAX);
    let values = codes.into_par_iter().filter_map(|code| dictionary.value(code));
    let mut plain: Vec<u64> = values.map(|value| hasher.hash_one(plain(value.expose()).as_str())).collect();
    plain.par_sort_unstable();
    plain.chunk_by(|one, other| one == other).map(|alike| alike.len() as u64).filter(|&alike| alike > 1).sum()
}

/// A value without what is a matter of spelling.
fn plain(value: &str) -> String {
    if let Some(number) = plain_number(value.trim()) {
        return number;
    }
    let (mut plain, mut after_sign) = (String::with_capacity(value.len()), false);
    for letter in value.chars() {
        if !letter.is_alphanumeric() {
            after_sign = true;
            continue;
        }
        if after_sign && letter.is_numeric() && plain.ends_with(char::is_numeric) {
            plain.push('-');
        }
        after_sign = false;
        fold(letter, &mut plain);
    }
    if plain.is_empty() { value.to_owned() } else { plain }
}

/// A number in digits, with decimals or without, in its shortest spelling.
fn plain_number(value: &str) -> Option<String> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", value.strip_prefix('+').unwrap_or(value)),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(decimals) {
        return None;
    }
    let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if decimals.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{decimals}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::spelled_alike_subjects;
    use crate::recode::testing::{column, typed_column};
    use crate::result::ColumnType;

    fn alike(cells: &[&str]) -> u64 {
        spelled_alike_subjects(&column("person", cells).coded.unwrap().dictionary)
    }

    #[test]
    fn spellings_of_one_person_are_counted() {
        assert_eq!(alike(&["ab0", "Ab0", "aB0", "AB0", "a-b0", "ab1", ""]), 5);
        assert_eq!(alike(&["1000", "01000", "1000.0", "+1000", "1001", "x"]), 4);
        assert_eq!(alike(&["C-1000", "C1000", "C 1000", "c_1000", "C-1001"]), 4);
        assert_eq!(alike(&["M\u{fc}ller 1", "muller1", "Muller-1"]), 3);
    }

    #[test]
    fn keys_that_differ_in_more_than_spelling_are_not() {
        assert_eq!(alike(&["1-23", "12-3", "1.10", "1.1.0", "110", "-5", "5", "*", "**", "?"]), 0);
        assert_eq!(alike(&["H1-11", "H11-1", "H111"]), 0, "households and persons");
        assert_eq!(alike(&["0x1F", "1e3", "1000"]), 0, "a pseudonym is no number");
        let numbers = typed_column("person", ColumnType::Integer, &["1000", "1001"]);
        assert_eq!(spelled_alike_subjects(&numbers.coded.unwrap().dictionary), 0);
    }

    proptest! {
        #[test]
        fn another_letter_case_of_a_value_is_always_found(values in prop::collection::btree_set("[a-z]{2}[0-9a-z]{3,9}", 1..20)) {
            let values: Vec<String> = values.into_iter().collect();
            prop_assert_eq!(alike(&values.iter().map(String::as_str).collect::<Vec<_>>()), 0);
            let capital = values[0].to_uppercase();
            let more: Vec<&str> = values.iter().map(String::as_str).chain([capital.as_str()]).collect();
            prop_assert_eq!(alike(&more), 2);
        }
    }
}
