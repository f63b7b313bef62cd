//! Signs in text files, and names of their encodings, as they are written.

use crate::plan::{Sign, TextEncoding, shown_name};

/// Names of encodings; the first one of each is shown.
pub(super) const ENCODINGS: [(&str, TextEncoding); 21] = [
    ("utf-8", TextEncoding::Utf8),
    ("utf-16le", TextEncoding::Utf16Le),
    ("utf-16", TextEncoding::Utf16Le),
    ("utf-16be", TextEncoding::Utf16Be),
    ("windows-1252", TextEncoding::Windows1252),
    ("latin-1", TextEncoding::Windows1252),
    ("iso-8859-1", TextEncoding::Windows1252),
    ("windows-1250", TextEncoding::Windows1250),
    ("windows-1251", TextEncoding::Windows1251),
    ("iso-8859-2", TextEncoding::Iso8859_2),
    ("latin-2", TextEncoding::Iso8859_2),
    ("iso-8859-15", TextEncoding::Iso8859_15),
    ("latin-9", TextEncoding::Iso8859_15),
    ("cp850", TextEncoding::Cp850),
    ("cp037", TextEncoding::Cp037),
    ("ibm037", TextEncoding::Cp037),
    ("cp273", TextEncoding::Cp273),
    ("ibm273", TextEncoding::Cp273),
    ("cp500", TextEncoding::Cp500),
    ("ibm500", TextEncoding::Cp500),
    ("cp1047", TextEncoding::Cp1047),
];

/// A delimiter: up to eight bytes without letters, digits and line breaks. `tab` stands for a tab, and `\t`, `\u0001` and
/// `\x01` for what they stand for elsewhere.
pub(super) fn parse_delimiter(text: &str) -> Result<Sign, String> {
    let wrong = || "expected one to eight characters that are not letters, digits or line breaks, or `tab`".to_owned();
    let spelled = if text == "tab" { "\t".to_owned() } else { unescaped(text).ok_or_else(wrong)? };
    let sign = Sign::new(&spelled).ok_or_else(wrong)?;
    if spelled.chars().any(|letter| letter.is_ascii_alphanumeric()) { Err(wrong()) } else { Ok(sign) }
}

/// A text with its escapes `\t`, `\uHHHH` and `\xHH` replaced; `None` when one stands for no character.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        plain.push_str(before);
        let digits = match escape.chars().next() {
            Some('t') => 0,
            Some('u') => 4,
            Some('x') => 2,
            // A backslash by itself is a sign as any other.
            _ => {
                plain.push('\\');
                rest = escape;
                continue;
            }
        };
        let code = escape.get(1..=digits)?;
        plain.push(if digits == 0 { '\t' } else { u32::from_str_radix(code, 16).ok().and_then(char::from_u32)? });
        rest = &escape[1 + digits..];
    }
    plain.push_str(rest);
    Some(plain)
}

/// What a comment begins with.
pub(super) fn parse_comment(text: &str) -> Result<Sign, String> {
    let wrong = "expected one to eight characters, the first not a letter, a digit or a space";
    let begins_well = text.starts_with(|first: char| !first.is_alphanumeric() && !first.is_whitespace());
    Sign::new(text).filter(|_| begins_well).ok_or_else(|| wrong.to_owned())
}

/// A quote, one ASCII character that is no letter, digit or line break; or `none` to turn quoting off.
pub(super) fn parse_quote(text: &str) -> Result<Option<u8>, String> {
    if text == "none" {
        return Ok(None);
    }
    let byte = parse_delimiter(text).ok().and_then(|sign| sign.byte());
    byte.map(Some).ok_or_else(|| "expected one ASCII character, such as `'`, or `none`".to_owned())
}

/// A sign as it would be typed.
pub(super) fn spelled_sign(sign: Sign) -> String {
    let spelled = |letter: char| match letter {
        '\t' => "\\t".to_owned(),
        _ if letter.is_control() => format!("\\u{:04x}", u32::from(letter)),
        _ => letter.to_string(),
    };
    if sign.byte() == Some(b'\t') { "tab".to_owned() } else { sign.text().chars().map(spelled).collect() }
}

pub(super) fn shown_sign(sign: Sign) -> String {
    shown_name(&spelled_sign(sign))
}

#[cfg(test)]
mod tests {
    use super::{parse_comment, parse_delimiter, parse_quote, spelled_sign};

    #[test]
    fn delimiters_are_short_texts_of_signs() {
        let bytes = |text: &str| parse_delimiter(text).map(|sign| sign.bytes().to_vec());
        for (text, expected) in [
            (";", &b";"[..]),
            ("tab", b"\t"),
            ("\\t", b"\t"),
            ("\\u0001", b"\x01"),
            ("\\x01", b"\x01"),
            ("\x01", b"\x01"),
            ("~|~", b"~|~"),
            ("\\", b"\\"),
            ("¦", "¦".as_bytes()),
        ] {
            assert_eq!(bytes(text).as_deref(), Ok(expected), "{text:?}");
        }
        for text in ["", "ab", "a", "7", "\n", "\0", "\\u00", "\\x41", "123456789", "\\ud800"] {
            assert!(parse_delimiter(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_delimiter_is_shown_as_it_would_be_typed() {
        for text in ["tab", ";", "~|~", "\\u0001", "¦"] {
            assert_eq!(parse_delimiter(text).map(spelled_sign), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_comment_begins_with_a_sign() {
        assert!(["#", "//", "--", "#!"].into_iter().all(|text| parse_comment(text).is_ok()));
        assert!(["", "a", "7", " #", "\n"].into_iter().all(|text| parse_comment(text).is_err()));
        assert_eq!(parse_quote("none"), Ok(None));
        assert_eq!(parse_quote("'"), Ok(Some(b'\'')));
    }
}
