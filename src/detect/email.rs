//! E-mail addresses, as the library `linkify` finds them: also in the middle of a sentence, beside brackets and stops.

use linkify::{LinkFinder, LinkKind};

use super::sighting::{Sighting, Sign, Span};

/// Looks for addresses anywhere in a text that holds an `@`.
pub(super) fn look(text: &[u8], sighting: &mut Sighting) {
    // Letters that are not ASCII stand for themselves only in that they are letters.
    let text: String = text.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { 'é' }).collect();
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Email]);
    for link in finder.links(&text) {
        let placement = Span { start: link.start(), end: link.end() }.placement(text.as_bytes());
        sighting.add(Sign::EMAIL, placement, true);
    }
}
