//! Names and bytes from outside as text that is safe to show.
//!
//! Names of files and columns may hold anything: terminal escapes, line breaks, marks that turn the direction of
//! writing, characters without width that make two names look alike. What remains here cannot move a cursor, change
//! colours, start a new line, swap the order of letters or hide.

use std::fmt::Write as _;

/// The text with every invisible or steering character written as `\u{…}`.
#[must_use]
pub(crate) fn printable(text: &str) -> String {
    printable_within(text, usize::MAX)
}

/// [`printable`], cut after `most` characters of `text`; a cut is marked by `…`.
#[must_use]
pub(crate) fn printable_within(text: &str, most: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(most.saturating_mul(4)));
    for (position, character) in text.chars().enumerate() {
        if position == most {
            shown.push('…');
            break;
        }
        if is_invisible(character) {
            push_escape(&mut shown, character);
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Appends a character as `\u{…}`.
pub(crate) fn push_escape(shown: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
}

/// Whether a character cannot be seen, or changes how others are shown.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Soft hyphen, marks of direction, separators and characters without width.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}'
                // Letters that are blank: Hangul fillers.
                | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
                // Annotations and tags.
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Bytes in lower-case hexadecimal, two digits each.
#[must_use]
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

/// Names in a sentence: `city, age and sex`; nothing of none.
pub(crate) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Each of some things once, in the order in which they come first.
pub(crate) fn each_once<T: PartialEq>(things: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for thing in things {
        if !once.contains(&thing) {
            once.push(thing);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::{hexadecimal, printable, printable_within};

    #[test]
    fn steering_and_invisible_characters_become_visible() {
        let hostile = "\u{0}\u{7}\n\r\t\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{200f}\u{2028}\
            \u{2029}\u{202e}\u{2060}\u{2066}\u{2069}\u{3164}\u{feff}\u{fffb}\u{e0001}\u{e007f}";
        for character in hostile.chars() {
            let escape = format!("a\\u{{{:x}}}b", u32::from(character));
            assert_eq!(printable(&format!("a{character}b")), escape);
        }
        assert_eq!(printable("a\u{1b}[31mb\nc\u{202e}d"), "a\\u{1b}[31mb\\u{a}c\\u{202e}d");
    }

    #[test]
    fn letters_of_all_scripts_stay_as_they_are() {
        for text in ["", "Rodné číslo", "Straße 数", "שלום", "a b-c_d.csv", "👍🏽"] {
            assert_eq!(printable(text), text);
        }
    }

    #[test]
    fn a_cut_counts_characters_of_the_name_and_is_marked() {
        assert_eq!(printable_within("Käufe", 5), "Käufe");
        assert_eq!(printable_within("Käufer", 5), "Käufe…");
        assert_eq!(printable_within("\n\n", 1), "\\u{a}…");
    }

    #[test]
    fn bytes_have_two_digits_each() {
        assert_eq!(hexadecimal(&[0, 1, 0x7f, 0xff]), "00017fff");
        assert_eq!(hexadecimal(&[]), "");
    }
}
