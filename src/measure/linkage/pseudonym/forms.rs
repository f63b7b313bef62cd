//! The forms of an identifier: its usual spellings, and hashes of them.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    pub(super) const ALL: [Self; 5] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    /// Bytes of a hash.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// Words for each spelling, in the order of [`spellings`].
const SPELLINGS: [&str; 10] = [
    "",
    "small letters",
    "capital letters",
    "no blanks or dashes",
    "small letters, no blanks or dashes",
    "capital letters, no blanks or dashes",
    "digits alone",
    "digits alone, no leading zeros",
    "groups parted by blanks",
    "groups parted by dashes",
];

/// The name of a form, such as `plain`, `sha-256`, or `sha-256 of small letters`.
pub(super) fn form_name(algorithm: Option<Algorithm>, spelling: usize) -> String {
    match (algorithm.map_or("plain", Algorithm::name), SPELLINGS[spelling]) {
        (name, "") => name.to_owned(),
        ("plain", spelling) => format!("plain, {spelling}"),
        (name, spelling) => format!("{name} of {spelling}"),
    }
}

/// The spellings of an identifier, each with its number; one that is the same as an earlier one is left out, so that
/// each text counts as the simplest spelling.
pub(super) fn spellings(identifier: &str) -> Vec<(usize, String)> {
    let compact: String = identifier.chars().filter(|&letter| !parts(letter)).collect();
    let digits: String = identifier.chars().filter(char::is_ascii_digit).collect();
    let number = digits.trim_start_matches('0').to_owned();
    let grouped = |mark: char| grouped(&compact, mark);
    let all = [
        identifier.to_owned(),
        identifier.to_lowercase(),
        identifier.to_uppercase(),
        compact.clone(),
        compact.to_lowercase(),
        compact.to_uppercase(),
        digits,
        number,
        grouped(' '),
        grouped('-'),
    ];
    let mut spellings: Vec<(usize, String)> = Vec::with_capacity(all.len());
    for (number, text) in all.into_iter().enumerate() {
        if !text.is_empty() && spellings.iter().all(|(_, earlier)| *earlier != text) {
            spellings.push((number, text));
        }
    }
    spellings
}

/// Whether a character parts the groups of a number rather than being part of it.
fn parts(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\u{2010}'..='\u{2015}')
}

/// Cards of fifteen digits in groups of 4, 6 and 5, all else in fours from the left, as cards and account numbers are
/// printed; nothing when there is one group.
fn grouped(compact: &str, mark: char) -> String {
    let letters: Vec<char> = compact.chars().collect();
    let card = letters.len() == 15 && letters.iter().all(char::is_ascii_digit);
    let starts = |place: usize| if card { place == 4 || place == 10 } else { place > 0 && place.is_multiple_of(4) };
    if letters.len() <= 4 {
        return String::new();
    }
    let mut grouped = String::with_capacity(compact.len() * 2);
    for (place, letter) in letters.into_iter().enumerate() {
        if starts(place) {
            grouped.push(mark);
        }
        grouped.push(letter);
    }
    grouped
}

/// The bytes of a hash that a text writes in hexadecimal or base64; `None` when it writes none of a known length.
pub(super) fn hash_of_text(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let known = |bytes: &Vec<u8>| Algorithm::ALL.iter().any(|algorithm| algorithm.bytes() == bytes.len());
    // 64 letters may be SHA-256 in hexadecimal or SHA-384 in base64; the latter never has hexadecimal digits alone.
    from_hexadecimal(text).filter(known).or_else(|| from_base64(text).filter(known))
}

fn from_hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |letter: u8| char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?);
    text.chunks(2).map(pair).collect()
}

/// Either alphabet, with its filling or without; bits behind the last byte must be 0.
fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let filling = text.iter().rev().take_while(|&&letter| letter == b'=').count();
    if filling > 2 || filling > 0 && !text.len().is_multiple_of(4) {
        return None;
    }
    let letters = &text[..text.len() - filling];
    let mut bytes = Vec::with_capacity(letters.len() * 3 / 4);
    for group in letters.chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            bits = bits << 6 | u32::from(sextet(letter)?);
        }
        bits <<= 6 * (4 - group.len());
        let [_, first, second, third] = bits.to_be_bytes();
        let (whole, rest) = match group.len() {
            4 => (3, 0),
            3 => (2, third),
            2 => (1, second | third),
            _ => return None,
        };
        if rest != 0 {
            return None;
        }
        bytes.extend_from_slice(&[first, second, third][..whole]);
    }
    Some(bytes)
}

fn sextet(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_hashes_of_a_test_card_number_come_out() {
        let hexadecimal = |algorithm: Algorithm| crate::printable::hexadecimal(&algorithm.hash(b"4111111111111111"));
        assert_eq!(hexadecimal(Algorithm::Md5), "5910f4ea0062a0e29afd3dccc741e3ce");
        assert_eq!(hexadecimal(Algorithm::Sha1), "68bfb396f35af3876fc509665b3dc23a0930aab1");
        let sha256 = "9bbef19476623ca56c17da75fd57734dbf82530686043a6e491c6d71befe8f6e";
        assert_eq!(hexadecimal(Algorithm::Sha256), sha256);
        assert!(Algorithm::ALL.iter().all(|algorithm| algorithm.hash(b"").len() == algorithm.bytes()));
    }

    #[test]
    fn base64_is_read_as_its_standard_says() {
        // RFC 4648, section 10.
        for (text, bytes) in [("Zm9vYmFy", "foobar"), ("Zm9vYmE=", "fooba"), ("Zm9vYg==", "foob"), ("Zm9vYg", "foob")] {
            assert_eq!(from_base64(text.as_bytes()), Some(bytes.as_bytes().to_vec()), "{text}");
        }
        assert_eq!(from_base64(b"+/+/"), from_base64(b"-_-_"));
        for wrong in ["Zm9vYg=", "Zm9vYh==", "Z", "Zm9v====", "Zm 9", "Zm9=Yg=="] {
            assert_eq!(from_base64(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn only_texts_of_the_length_of_a_hash_are_hashes() {
        assert_eq!(hash_of_text("4111111111111111"), None);
        assert_eq!(hash_of_text(&"A5".repeat(16)), Some(vec![0xa5; 16]));
        assert_eq!(hash_of_text(&"g5".repeat(16)), None);
        assert_eq!(hash_of_text(""), None);
        assert_eq!(hash_of_text(&"a".repeat(31)), None);
    }

    #[test]
    fn numbers_are_grouped_as_they_are_printed() {
        assert_eq!(grouped("4111111111111111", ' '), "4111 1111 1111 1111");
        assert_eq!(grouped("378282246310005", '-'), "3782-822463-10005");
        assert_eq!(grouped("DE89370400440532013000", ' '), "DE89 3704 0044 0532 0130 00");
        assert_eq!(grouped("4111", ' '), "");
    }

    #[test]
    fn a_spelling_that_says_the_same_is_left_out() {
        assert_eq!(spellings("abc").into_iter().map(|(number, _)| number).collect::<Vec<_>>(), [0, 2]);
        let all: Vec<String> = spellings("Ab-0 1 2345").into_iter().map(|(_, text)| text).collect();
        let expected = [
            "Ab-0 1 2345",
            "ab-0 1 2345",
            "AB-0 1 2345",
            "Ab012345",
            "ab012345",
            "AB012345",
            "012345",
            "12345",
            "Ab01 2345",
            "Ab01-2345",
        ];
        assert_eq!(all, expected);
    }
}
