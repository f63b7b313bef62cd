//! Values that look like a hash: hexadecimal or base64 of the lengths of MD5, SHA-1, SHA-256, SHA-384 and SHA-512.

use super::sighting::{Sighting, Sign};
use crate::result::Placement;

/// Hexadecimal digits of the usual hashes.
const HEXADECIMAL: [usize; 5] = [32, 40, 64, 96, 128];

/// Signs of base64 of the same hashes: with padding, and how many signs of that are padding.
const BASE64: [(usize, usize); 5] = [(24, 2), (28, 1), (44, 1), (64, 0), (88, 2)];

/// Looks at the whole cell; whether it has the shape of a hash.
pub(super) fn look(text: &[u8], sighting: &mut Sighting) -> bool {
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let found = if HEXADECIMAL.contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit) {
        hexadecimal(digits)
    } else {
        is_base64(text).then_some(true)
    };
    if let Some(right) = found {
        sighting.add(Sign::HASH, Placement::WholeCell, right);
    }
    found.is_some()
}

/// Whether hexadecimal digits are a hash rather than a random identifier; `None` when they are no such text at all.
fn hexadecimal(digits: &[u8]) -> Option<bool> {
    let has = |kind: fn(&u8) -> bool| digits.iter().any(kind);
    let one_case = !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase));
    (one_case && has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)).then(|| !is_uuid(digits))
}

/// A universally unique identifier without its dashes tells itself by its version and variant (RFC 9562). One hash in
/// thirteen looks the same, so a column of hashes is still told from a column of such identifiers.
fn is_uuid(digits: &[u8]) -> bool {
    digits.len() == 32
        && b"13457".contains(&digits[12])
        && matches!(digits[16], b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
}

fn is_base64(text: &[u8]) -> bool {
    let signs = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
    let padding = text.len() - signs;
    if padding > 2 || text[signs..].iter().any(|&byte| byte != b'=') {
        return false;
    }
    let fits = BASE64
        .iter()
        .any(|&(length, pads)| signs == length - pads && (padding == pads || (padding == 0 && length > 24)));
    let has = |kind: fn(&u8) -> bool| text.iter().any(kind);
    fits && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::detect::sighting::Sighting;

    fn passes(text: &str) -> bool {
        let mut sighting = Sighting::default();
        look(text.as_bytes(), &mut sighting);
        sighting.passed != 0
    }

    #[test]
    fn hashes_are_known_by_their_length_and_alphabet() {
        for hash in [
            "5d41402abc4b2a76b9719d911017c592",
            "AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D",
            "0x2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "XUFAKrxLKna5cZ2REBfFkg==",
            "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
            "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ",
        ] {
            assert!(passes(hash), "{hash}");
        }
    }

    #[test]
    fn other_long_texts_are_no_hashes() {
        for other in [
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "f81d4fae7dec41d0a76500a0c91e6bf6",
            "12345678901234567890123456789012",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "5d41402abc4b2a76b9719d911017c59",
            "The quick brown fox jumps over the dog.",
            "averylongwordthatsomeonewrote",
        ] {
            assert!(!passes(other), "{other}");
        }
    }
}
