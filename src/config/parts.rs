//! Names that values are written with, and signs.

use strum::VariantArray;

use crate::plan::{TextEncoding, shown_name};

/// Each value of a type under the name that results have for it.
pub(super) fn names<T: VariantArray + Copy + Into<&'static str>>() -> Vec<(&'static str, T)> {
    T::VARIANTS.iter().map(|&value| (value.into(), value)).collect()
}

/// What the records of a dataset may be, and whether they are totals.
pub(super) const KINDS: [(&str, bool); 2] = [("records", false), ("aggregate", true)];

/// Names of encodings; the first one of each is shown.
pub(super) const ENCODINGS: [(&str, TextEncoding); 7] = [
    ("utf-8", TextEncoding::Utf8),
    ("utf-16le", TextEncoding::Utf16Le),
    ("utf-16", TextEncoding::Utf16Le),
    ("utf-16be", TextEncoding::Utf16Be),
    ("windows-1252", TextEncoding::Windows1252),
    ("latin-1", TextEncoding::Windows1252),
    ("iso-8859-1", TextEncoding::Windows1252),
];

/// A delimiter or quote from `;`, `tab` or `\t`: one ASCII character that is no line break, letter or digit.
pub(super) fn parse_delimiter(text: &str) -> Result<u8, String> {
    let wrong = "expected one ASCII character that is no letter, digit or line break, or `tab`";
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, &[byte]) if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\r' | b'\n' | 0) => {
            Ok(byte)
        }
        _ => Err(wrong.to_owned()),
    }
}

/// A quote character, or `none` to turn quoting off.
pub(super) fn parse_quote(text: &str) -> Result<Option<u8>, String> {
    if text == "none" {
        return Ok(None);
    }
    parse_delimiter(text).map(Some).map_err(|_| "expected one ASCII character, such as `'`, or `none`".to_owned())
}

pub(super) fn shown_sign(sign: u8) -> String {
    if sign == b'\t' { "tab".to_owned() } else { shown_name(&char::from(sign).to_string()) }
}

#[cfg(test)]
mod tests {
    use super::{parse_delimiter, parse_quote};

    #[test]
    fn delimiters_are_single_signs() {
        assert_eq!(parse_delimiter(";"), Ok(b';'));
        assert_eq!(parse_delimiter("tab"), Ok(b'\t'));
        for text in ["", "ab", "a", "7", "\n", "ž", "\0"] {
            assert!(parse_delimiter(text).is_err(), "{text:?}");
        }
        assert_eq!(parse_quote("none"), Ok(None));
        assert_eq!(parse_quote("'"), Ok(Some(b'\'')));
    }
}
