//! Whether values are random tokens, which name nobody outright, or may be the real numbers that a heading speaks of.

use crate::input::CodedColumn;
use crate::secret::Secret;

/// Fewest hexadecimal digits of a token: 64 bits. Account, passport and tax numbers are shorter or have no letters.
const HEXADECIMAL: usize = 16;

/// Fewest characters of a token in base 32 or 64. Identifiers that mix letters and digits, such as the Italian codice fiscale (16),
/// British driving licences (16) and the Mexican CURP (18), are shorter.
const BASE: usize = 21;

/// One token in so many may lack letters or digits: by chance a few do.
const MIXED_ONE_IN: u64 = 10;

/// Whether all values of a column are tokens of one length: UUIDs, hexadecimal digits, or base 32 or 64. Nearly all must hold
/// letters and digits; in base 32 and 64 not always in the same places, as account numbers with a country code do.
/// A column without values holds none.
pub(super) fn are_tokens(coded: &CodedColumn) -> bool {
    let mut values = coded.dictionary.values().flatten().map(Secret::expose);
    let Some(first) = values.next() else { return false };
    let (mut all, mut mixed, mut same_pattern) = (0_u64, 0_u64, true);
    for value in std::iter::once(first).chain(values) {
        if value.len() != first.len() || !is_token(value) {
            return false;
        }
        all += 1;
        mixed += u64::from(is_mixed(value));
        same_pattern &= value.bytes().map(kind).eq(first.bytes().map(kind));
    }
    let is_random = is_hexadecimal(first) || !same_pattern;
    is_random && (all - mixed) * MIXED_ONE_IN <= all
}

fn is_token(value: &str) -> bool {
    let signs = value.trim_end_matches('=');
    let is_base = signs.len() >= BASE
        && value.len() - signs.len() <= 6
        && signs.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'));
    is_base || is_hexadecimal(value)
}

/// Whether a value consists of enough hexadecimal digits, also as a UUID with its hyphens.
fn is_hexadecimal(value: &str) -> bool {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    let is_uuid = digits.len() == 36 && [8, 13, 18, 23].iter().all(|&place| digits.as_bytes()[place] == b'-');
    let count = digits.bytes().filter(u8::is_ascii_hexdigit).count();
    let hyphens = if is_uuid { 4 } else { 0 };
    count >= HEXADECIMAL && count + hyphens == digits.len()
}

fn is_mixed(value: &str) -> bool {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    digits.bytes().any(|byte| byte.is_ascii_alphabetic()) && digits.bytes().any(|byte| byte.is_ascii_digit())
}

/// 0 for a digit, 1 for a letter, 2 for any other sign.
fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        byte if byte.is_ascii_alphabetic() => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::are_tokens;
    use crate::recode::testing::column;

    fn tokens(values: &[&str]) -> bool {
        column("subject", values).coded.as_ref().is_some_and(are_tokens)
    }

    #[test]
    fn long_values_that_mix_letters_and_digits_are_tokens() {
        for values in [
            ["3f9ac01b77be02d4", "77be02d43f9ac01b"],
            ["9F86D081884C7D65", "0A1B2C3D4E5F6071"],
            ["f81d4fae-7dec-41d0-a765-00a0c91e6bf6", "0b9e4d2a-11aa-4c3d-8e5f-a1b2c3d4e5f6"],
            ["V1StGXR8_Z5jdHi6B-myT", "4f90d13a42Kq-xZ81_pLm"],
            ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01BX5ZZKBKACTAV9WEVGEMMVRZ"],
            ["XUFAKrxLKna5cZ2REBfFkg==", "qvTGHdzF6KLavt4PO0gs2a=="],
        ] {
            assert!(tokens(&values), "{values:?}");
        }
    }

    #[test]
    fn numbers_and_codes_of_one_length_are_no_tokens() {
        for values in [
            ["75032243", "95827846"],
            ["1223644961612236", "9167204458491672"],
            ["C21X65T40", "C27X12T10"],
            ["omar0000", "anna0001"],
            ["3f9ac01b", "77be02d4"],
            // Codice fiscale, British driving licence, CURP, and account numbers with a country code.
            ["RSSMRA85T10A562S", "VRDLCU90A01H501X"],
            ["MORGA657054SM9IJ", "SMITH701019AB8XY"],
            ["HEGG560427MVZRRL04", "BADD110313HCMLNS09"],
            ["GB29NWBK60161331926819", "GB94BARC10201530093459"],
            // A number within a UUID, and values of several lengths.
            ["00000000-0000-0000-0000-000075032243", "00000000-0000-0000-0000-000095827846"],
            ["3f9ac01b77be02d4", "77be02d43f9ac01b00"],
        ] {
            assert!(!tokens(&values), "{values:?}");
        }
        assert!(!tokens(&[]));
    }
}
