//! The font of pictures in files: part of the program, so that they need no font of the system and are the same
//! everywhere.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};

/// The family under which the font is registered.
pub(super) const FAMILY: &str = "sans-serif";

static BYTES: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");
static REGISTERED: LazyLock<bool> = LazyLock::new(|| register_font(FAMILY, FontStyle::Normal, BYTES).is_ok());
static FONT: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| FontRef::try_from_slice(BYTES).ok());

/// Registers the font; without it no picture could be painted.
pub(super) fn register() {
    LazyLock::force(&REGISTERED);
}

/// Width of a text in pixels.
pub(super) fn text_width(text: &str, size: i32) -> i32 {
    register();
    let width = (FAMILY, size).into_font().box_size(text).map_or(0, |(width, _)| width);
    i32::try_from(width).unwrap_or(i32::MAX)
}

/// Whether the font can draw a text as it is read: it has every letter, and none is of a script that runs from right
/// to left or joins its letters, which plain drawing would garble.
pub(super) fn is_drawable(text: &str) -> bool {
    let Some(font) = &*FONT else { return false };
    text.chars().all(|character| font.glyph_id(character).0 != 0 && !needs_shaping(character))
}

/// Scripts from Hebrew to Myanmar and the presentation forms of Arabic.
fn needs_shaping(character: char) -> bool {
    matches!(character, '\u{0590}'..='\u{109f}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

#[cfg(test)]
mod tests {
    use super::is_drawable;

    #[test]
    fn letters_that_the_font_lacks_or_garbles_are_known() {
        for text in ["amount_gbp", "Rodné číslo", "Москва", "λ 5 – 9 …"] {
            assert!(is_drawable(text), "{text}");
        }
        for text in ["年収", "생년월일", "תאריך", "المبلغ", "อำเภอ"] {
            assert!(!is_drawable(text), "{text}");
        }
    }
}
