//! Whether text without a delimiter is a list of single values under a name.

use super::sniff::Dialect;

/// So much of a text is looked at.
const SAMPLE_BYTES: usize = 1 << 16;

/// The name of a list is shorter.
const LONGEST_NAME: usize = 64;

/// Lines of one length from here on, the heading among them, are records of fixed width.
const FIXED: usize = 24;

/// Whether the lines of a text are single values below a short name: no line holds a control character, hardly one holds
/// runs of blanks as fields of fixed width leave them, and they are not all of one length. A single word is the name of an
/// empty list.
pub(super) fn is_list(text: &[u8], whole: bool, dialect: Dialect) -> bool {
    let sample = &text[..text.len().min(SAMPLE_BYTES)];
    let is_cut = sample.len() < text.len() || !whole;
    let lines = sample.split(|&byte| byte == dialect.line_end).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    if is_cut {
        lines.pop();
    }
    let Some((first, rest)) = lines.split_first() else { return false };
    let has_control = |line: &[u8]| line.iter().any(u8::is_ascii_control);
    let has_gap = |line: &[u8]| memchr::memmem::find(bare(line), b"  ").is_some();
    let gaps = rest.iter().filter(|line| has_gap(line)).count();
    let is_fixed = first.len() >= FIXED && rest.iter().all(|line| line.len() == first.len());
    let is_word = first.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii());
    (!rest.is_empty() || is_word)
        && first.len() <= LONGEST_NAME
        && !has_gap(first)
        && !lines.iter().any(|line| has_control(line))
        && gaps * 5 <= rest.len()
        && !is_fixed
}

/// A line without the blanks and quotes around it.
fn bare(line: &[u8]) -> &[u8] {
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let start = line.iter().position(|byte| !is_around(byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_around(byte)).map_or(start, |last| last + 1);
    &line[start..end]
}

#[cfg(test)]
mod tests {
    use super::is_list;
    use crate::input::sniff::Dialect;

    fn list(text: &str) -> bool {
        is_list(text.as_bytes(), true, Dialect::separated_by(b','))
    }

    #[test]
    fn values_below_a_name_are_a_list() {
        assert!(
            list("customer\nC0001\nC0002\n")
                && list("iban\r\nDE89 3704 0044\r\n")
                && list("n\n5\n")
                && list("id\n\"  \"\n\" \"\n")
        );
    }

    #[test]
    fn one_line_and_fields_of_fixed_width_are_none() {
        assert!(list("customer\n"), "an empty list");
        for text in [
            "C0001 Jane Roe",
            "C0001   Jane Roe     20240411\nC0002   John Doe     20240412\n",
            "000011Jane20240411003809\n000012John20240411003809\n",
            "a\u{1}b\n1\u{2}2\n",
            "a sentence that goes on and on and on, which nobody would call a name of a column\nx\n",
        ] {
            assert!(!list(text), "{text:?}");
        }
    }
}
