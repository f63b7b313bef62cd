//! The forms of an identifier: its usual spellings, and hashes of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use sha3::{Sha3_224, Sha3_256, Sha3_384, Sha3_512};

use crate::number::as_float;
use crate::printable::hexadecimal;

/// A hash without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub(super) enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3With224,
    Sha3With256,
    Sha3With384,
    Sha3With512,
}

impl Algorithm {
    pub(super) const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
            Self::Sha3With224 => "sha3-224",
            Self::Sha3With256 => "sha3-256",
            Self::Sha3With384 => "sha3-384",
            Self::Sha3With512 => "sha3-512",
        }
    }

    /// Bytes of a hash.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 | Self::Sha3With224 => 28,
            Self::Sha256 | Self::Sha3With256 => 32,
            Self::Sha384 | Self::Sha3With384 => 48,
            Self::Sha512 | Self::Sha3With512 => 64,
        }
    }

    pub(super) fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => Md5::digest(bytes).to_vec(),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha224 => Sha224::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
            Self::Sha3With224 => Sha3_224::digest(bytes).to_vec(),
            Self::Sha3With256 => Sha3_256::digest(bytes).to_vec(),
            Self::Sha3With384 => Sha3_384::digest(bytes).to_vec(),
            Self::Sha3With512 => Sha3_512::digest(bytes).to_vec(),
        }
    }
}

/// How a spelling is put into a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub(super) enum Way {
    /// Its bytes in UTF-8.
    Once,
    /// With a line feed at its end, as `echo` gives it to a command.
    LineFeed,
    /// With carriage return and line feed at its end.
    CarriageReturn,
    /// In UTF-16, the lower byte first, as databases of Microsoft hash `nvarchar`.
    Utf16Little,
    /// In UTF-16, the upper byte first.
    Utf16Big,
    /// The hash of the hash, written in small hexadecimal digits.
    TwiceHexadecimal,
    /// The hash of the bytes of the hash.
    TwiceBytes,
}

impl Way {
    pub(super) const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Words for it behind the name of a hash.
    fn words(self) -> &'static str {
        match self {
            Self::Once => "",
            Self::LineFeed => " with a line feed",
            Self::CarriageReturn => " with carriage return and line feed",
            Self::Utf16Little => " in UTF-16 (little-endian)",
            Self::Utf16Big => " in UTF-16 (big-endian)",
            Self::TwiceHexadecimal => " twice (of hexadecimal digits)",
            Self::TwiceBytes => " twice (of bytes)",
        }
    }

    /// The hash of a spelling.
    pub(super) fn hash(self, algorithm: Algorithm, text: &str) -> Vec<u8> {
        match self {
            Self::Once => algorithm.hash(text.as_bytes()),
            Self::LineFeed => algorithm.hash(format!("{text}\n").as_bytes()),
            Self::CarriageReturn => algorithm.hash(format!("{text}\r\n").as_bytes()),
            Self::Utf16Little => algorithm.hash(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()),
            Self::Utf16Big => algorithm.hash(&text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()),
            Self::TwiceHexadecimal => algorithm.hash(hexadecimal(&algorithm.hash(text.as_bytes())).as_bytes()),
            Self::TwiceBytes => algorithm.hash(&algorithm.hash(text.as_bytes())),
        }
    }
}

/// A hash and how a spelling is put into it.
pub(super) type Hashing = (Algorithm, Way);

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

/// The name of a form, such as `plain`, `sha-256`, or `sha-256 of small letters, shortened`.
pub(super) fn form_name(hashing: Option<Hashing>, spelling: usize, shortened: bool) -> String {
    let spelled = SPELLINGS[spelling];
    let Some((algorithm, way)) = hashing else {
        return if spelled.is_empty() { "plain".to_owned() } else { format!("plain, {spelled}") };
    };
    let of = if spelled.is_empty() { String::new() } else { format!(" of {spelled}") };
    let end = if shortened { ", shortened" } else { "" };
    format!("{}{}{of}{end}", algorithm.name(), way.words())
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

/// A text that may write a hash or its beginning: in hexadecimal or in base64, without what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Writing {
    /// Small hexadecimal digits.
    Hexadecimal(String),
    /// The standard alphabet of base64, without filling.
    Base64(String),
}

impl Writing {
    /// What a text writes: blanks, line ends, `0x` or `\\x` before it and filling behind it are passed over. Numbers and
    /// words are no hashes: shorter ones need letters of both kinds.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = ["0x", "0X", "\\x"].iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
        let signs = text.trim_end_matches('=');
        let has = |kind: fn(&u8) -> bool| signs.bytes().any(|byte| kind(&byte));
        let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
        let of_length =
            |length: usize, bits: usize| Algorithm::ALL.iter().any(|hash| (hash.bytes() * 8).div_ceil(bits) == length);
        if signs.len() == text.len() && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let fits = of_length(text.len(), 4) || has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit);
            return fits.then(|| Self::Hexadecimal(text.to_ascii_lowercase()));
        }
        let fits = of_length(signs.len(), 6)
            || has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
        let is_base64 = text.len() - signs.len() <= 2 && signs.bytes().all(is_sign);
        (is_base64 && fits).then(|| Self::Base64(signs.replace('-', "+").replace('_', "/")))
    }
}

/// Fewest bits of a shortened hash that is looked for, among so many values and identifiers: all forms together hit a
/// value by chance less than once in a thousand runs.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bound")]
pub(super) fn fewest_bits(values: u64, identifiers: u64) -> usize {
    let forms = SPELLINGS.len() * Way::ALL.len() * Algorithm::ALL.len();
    let tries = as_float(values) * as_float(identifiers) * as_float(forms as u64) * 1000.0;
    (tries.max(1.0).log2().ceil() as usize).max(40)
}

/// A hash as it may be written.
pub(super) struct Hash {
    pub(super) hexadecimal: String,
    pub(super) base64: String,
}

impl Hash {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self { hexadecimal: hexadecimal(bytes), base64: STANDARD_NO_PAD.encode(bytes) }
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
    fn base64_is_written_as_its_standard_says() {
        // RFC 4648, section 10.
        for (text, bytes) in [("Zm9vYmFy", "foobar"), ("Zm9vYmE", "fooba"), ("Zm9vYg", "foob")] {
            assert_eq!(Hash::new(bytes.as_bytes()).base64, text);
        }
    }

    #[test]
    fn numbers_and_words_write_no_hash() {
        for plain in ["4111111111111111", "merchant", "Merchant", "", "jane@example.org", "a b"] {
            assert_eq!(Writing::of_text(plain), None, "{plain}");
        }
        let hexadecimal = Some(Writing::Hexadecimal("a5".repeat(16)));
        for written in ["A5".repeat(16), format!("0x{}", "a5".repeat(16)), format!(" {}\n", "a5".repeat(16))] {
            assert_eq!(Writing::of_text(&written), hexadecimal, "{written}");
        }
        assert_eq!(Writing::of_text(&"g5".repeat(16)), None, "no letter is large");
        assert_eq!(Writing::of_text("qL0_-w8s=="), Some(Writing::Base64("qL0/+w8s".to_owned())));
    }

    #[test]
    fn fewer_bits_are_hit_by_chance_where_more_is_tried() {
        assert_eq!(fewest_bits(0, 0), 40);
        assert_eq!(fewest_bits(1_000_000, 1_000_000), 60);
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
