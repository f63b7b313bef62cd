//! A cell as the detectors see it: one byte a sign, without what surrounds it.

use std::borrow::Cow;

/// Stands for a letter that is not ASCII.
const FOREIGN_LETTER: u8 = 0xff;

/// A cell in one byte a character, with the blanks, dashes, dots and digits of other alphabets and signs of full width in their
/// ASCII form, without characters that nobody sees, and without blanks and quotation marks around it. Bytes that are no UTF-8
/// become letters.
pub(super) fn plain(cell: &[u8]) -> Cow<'_, [u8]> {
    if cell.is_ascii() {
        return Cow::Borrowed(trimmed(cell));
    }
    let text: Vec<u8> =
        String::from_utf8_lossy(cell).chars().filter(|&sign| !is_unseen(sign)).map(plain_sign).collect();
    Cow::Owned(trimmed(&text).to_vec())
}

fn plain_sign(sign: char) -> u8 {
    match sign {
        '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => b' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}' => b'-',
        '•' | '●' | '∙' | '·' | '∗' | '⁎' | '＊' | '█' | '■' => b'*',
        '“' | '”' | '‘' | '’' | '«' | '»' | '、' | '。' | '…' => b'"',
        '\u{fe6b}' => b'@',
        // Signs of full width stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(sign) - 0xfee0).unwrap_or(FOREIGN_LETTER),
        _ => u8::try_from(sign).ok().filter(u8::is_ascii).or_else(|| digit_of(sign)).unwrap_or(FOREIGN_LETTER),
    }
}

/// Characters without width, which divide a number or an address for programs alone: soft hyphens, joiners, marks of direction.
fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

/// The zeros of other alphabets, of which the other digits follow (Unicode, general category Nd).
const ZEROS: [u32; 22] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x17e0, 0x1810, 0x1a80, 0xa8d0, 0xaa50,
];

/// Digits for mathematics, in five styles one behind the other.
const MATHEMATICAL: std::ops::RangeInclusive<u32> = 0x1d7ce..=0x1d7ff;

/// The ASCII digit of a digit of another alphabet.
fn digit_of(sign: char) -> Option<u8> {
    let code = u32::from(sign);
    let value = if MATHEMATICAL.contains(&code) {
        (code - MATHEMATICAL.start()) % 10
    } else {
        ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10))?
    };
    u8::try_from(value).ok().map(|value| b'0' + value)
}

fn trimmed(text: &[u8]) -> &[u8] {
    let around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let start = text.iter().position(|byte| !around(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !around(byte)).map_or(start, |last| last + 1);
    let text = &text[start..end];
    // Tables that went through floating point numbers spell whole ones with a zero behind the point.
    match text.strip_suffix(b".0").or_else(|| text.strip_suffix(b".00")) {
        Some(whole) if whole.len() >= 7 && whole.iter().all(u8::is_ascii_digit) => whole,
        _ => text,
    }
}

/// Whether a byte belongs to a word or number.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The byte before a place, if any.
pub(super) fn before(text: &[u8], at: usize) -> Option<u8> {
    at.checked_sub(1).and_then(|place| text.get(place)).copied()
}

/// The last two words before a place, the nearer one first, in small letters.
pub(super) fn words_before(text: &[u8], at: usize) -> impl Iterator<Item = String> {
    const FARTHEST: usize = 40;
    let near = &text[at.saturating_sub(FARTHEST)..at];
    let words = near.rsplit(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()).take(2);
    words.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase())
}

/// Whether a byte is a letter.
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Whether a number that ends here is part of a longer word or of a decimal number.
pub(super) fn goes_on(text: &[u8], end: usize) -> bool {
    text.get(end).copied().is_some_and(is_word) || has_decimals(text, end)
}

/// Whether a number that ends here goes on behind a decimal point or comma.
pub(super) fn has_decimals(text: &[u8], end: usize) -> bool {
    matches!(text.get(end..), Some([b'.' | b',', next, ..]) if next.is_ascii_digit())
}

/// Whether a number that starts here continues a longer word or a decimal number.
pub(super) fn continues(text: &[u8], start: usize) -> bool {
    before(text, start).is_some_and(is_word) || is_signed_or_decimals(text, start)
}

/// Whether a number that starts here has a sign that begins the text, or stands behind a decimal point or comma.
pub(super) fn is_signed_or_decimals(text: &[u8], start: usize) -> bool {
    match (before(text, start), before(text, start.saturating_sub(1))) {
        (Some(b'.' | b','), Some(first)) => first.is_ascii_digit(),
        (Some(b'-' | b'+'), None) => true,
        _ => false,
    }
}

/// The place behind one or two separators, as numbers are grouped with.
pub(super) fn behind_separators(text: &[u8], at: usize) -> usize {
    let parts = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'-' | b'.' | b'/' | b'_');
    at + text.get(at..).map_or(0, |rest| rest.iter().take(2).take_while(parts).count())
}

/// Length of the run of digits that starts here.
pub(super) fn digits_at(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_digit()).count())
}

/// Whether the text is a date or a moment in the ISO spelling.
pub(super) fn is_moment(text: &[u8]) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let date = (0..4).all(digit)
        && matches!(text.get(4), Some(b'-' | b'/'))
        && digit(5)
        && digit(6)
        && text.get(7) == text.get(4)
        && digit(8)
        && digit(9);
    let rest = text.get(10..).unwrap_or_default();
    let signs = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z' | b' ');
    date && match rest {
        [] => true,
        [b'T' | b' ', time @ ..] => time.get(2) == Some(&b':') && time.len() <= 25 && time.iter().all(signs),
        _ => false,
    }
}

/// A hash of a text that is the same on every machine: FNV-1a, its bits mixed at the end.
pub(super) fn digest(text: &[u8]) -> u64 {
    let folded = text
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (folded ^ folded >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::{is_moment, plain};

    #[test]
    fn blanks_dashes_and_dots_of_other_alphabets_become_plain_ones() {
        assert_eq!(&*plain("\u{a0}4929\u{202f}12–34••\u{ff11} ".as_bytes()), b"4929 12-34**1");
        assert_eq!(&*plain(b" '4929123412341234.0' "), b"4929123412341234");
        assert_eq!(&*plain("ä1".as_bytes()), &[0xff, b'1']);
        assert_eq!(&*plain("ｊ\u{200b}ａ.b\u{ff20}c".as_bytes()), b"ja.b@c");
        assert_eq!(&*plain("\u{664}\u{6f1}\u{967}\u{2060}\u{1d7d7}".as_bytes()), b"4119");
        assert_eq!(&*plain(&[0xfe, b'1']), &[0xff, b'1']);
        assert_eq!(&*plain(b"  "), b"");
    }

    #[test]
    fn moments_are_told_from_other_texts_that_begin_with_a_date() {
        for moment in ["2026-01-05", "2026/01/05", "2026-01-05T10:20:30.123456Z", "2026-01-05 10:20:30+01:00"] {
            assert!(is_moment(moment.as_bytes()), "{moment}");
        }
        for other in ["2026-01-05 4929123412341234", "2026-01-05x", "20260105", "2026-1-5"] {
            assert!(!is_moment(other.as_bytes()), "{other}");
        }
    }
}
