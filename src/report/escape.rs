//! Names come from outside and may hold anything: here they become harmless to show and to use as a folder name.

use crate::printable::push_escape;

pub(crate) use crate::printable::printable;

/// Longest folder name made from a dataset's name, in bytes.
const FOLDER_NAME_BYTES: usize = 80;

/// The text in ASCII: other characters become `\u{…}`, except a few marks of our own wording.
pub(crate) fn ascii(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{a0}' | '\u{202f}' => shown.push(' '),
            '…' => shown.push_str("..."),
            '–' | '−' => shown.push('-'),
            '≥' => shown.push_str(">="),
            other if other.is_ascii() => shown.push(other),
            other => push_escape(&mut shown, other),
        }
    }
    shown
}

/// The text cut to `width` characters, the last of them `…` when something was cut.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A folder name made from a dataset's name: letters, digits, `-`, `_` and `.`, at most 80 bytes, never empty and
/// never starting with a dot.
pub(crate) fn folder_name(name: &str) -> String {
    let mut folder = String::new();
    for character in name.chars() {
        let kept = if character.is_alphanumeric() || "-_.".contains(character) { character } else { '_' };
        if folder.len() + kept.len_utf8() > FOLDER_NAME_BYTES {
            break;
        }
        folder.push(kept);
    }
    let trimmed = folder.trim_start_matches('.').trim_end_matches('.');
    if trimmed.chars().all(|character| character == '_') { "dataset".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{ascii, folder_name, shortened};

    #[test]
    fn ascii_keeps_no_other_character() {
        assert_eq!(ascii("é…\u{a0}%"), "\\u{e9}... %");
    }

    #[test]
    fn shortening_counts_characters_and_marks_the_cut() {
        assert_eq!(shortened("merchant", 8), "merchant");
        assert_eq!(shortened("merchants", 8), "merchan…");
    }

    #[test]
    fn hostile_dataset_names_become_plain_folder_names() {
        for (name, folder) in [
            ("cards 2026", "cards_2026"),
            ("../../etc/passwd", "_.._etc_passwd"),
            (".hidden", "hidden"),
            ("", "dataset"),
            ("///", "dataset"),
            ("...", "dataset"),
            ("a\u{0}\u{1b}b", "a__b"),
            ("Käufe", "Käufe"),
        ] {
            assert_eq!(folder_name(name), folder);
        }
    }

    #[test]
    fn a_folder_name_has_at_most_80_bytes_and_ends_on_a_whole_character() {
        assert_eq!(folder_name(&"x".repeat(300)).len(), 80);
        assert!(folder_name(&"ü€".repeat(100)).len() <= 80);
    }
}
