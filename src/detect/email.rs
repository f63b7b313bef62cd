//! E-mail addresses, as the library `linkify` finds them: also in the middle of a sentence, beside brackets and stops, and
//! with signs that are encoded for an address of a page (`%40`) or for a page (`&#64;`).

use linkify::{LinkFinder, LinkKind};

use super::sighting::{Sighting, Sign, Span};

/// What was encoded twice, as `%2540`, is decoded twice.
const ROUNDS: usize = 2;

/// Looks for addresses anywhere in a text that holds an `@`, encoded or not.
pub(super) fn look(text: &[u8], sighting: &mut Sighting) {
    let mut decoded = None;
    for _ in 0..ROUNDS {
        match decode(decoded.as_deref().unwrap_or(text)) {
            Some(more) => decoded = Some(more),
            None => break,
        }
    }
    let text = decoded.as_deref().unwrap_or(text);
    if memchr::memchr(b'@', text).is_none() {
        return;
    }
    // Letters that are not ASCII stand for themselves only in that they are letters.
    let text: String = text.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { 'é' }).collect();
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Email]);
    for link in finder.links(&text) {
        let placement = Span { start: link.start(), end: link.end() }.placement(text.as_bytes());
        sighting.add(Sign::EMAIL, placement, true);
    }
}

/// A text with its encoded signs in their plain form; `None` where there are none.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr2(b'%', b'&', text)?;
    let (mut decoded, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(&byte) = text.get(at) {
        let found = match byte {
            b'%' => of_address(&text[at + 1..]),
            b'&' => of_page(&text[at + 1..]),
            _ => None,
        };
        let (sign, length) = found.unwrap_or((byte, 0));
        decoded.push(sign);
        at += 1 + length;
    }
    (decoded.len() < text.len()).then_some(decoded)
}

/// The sign of two hexadecimal digits behind `%`, and how long they are.
fn of_address(rest: &[u8]) -> Option<(u8, usize)> {
    let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    Some((u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?, 2))
}

/// Names of signs of addresses in pages.
const NAMES: [(&[u8], u8); 6] =
    [(b"commat", b'@'), (b"period", b'.'), (b"amp", b'&'), (b"lowbar", b'_'), (b"plus", b'+'), (b"hyphen", b'-')];

/// The sign of a reference behind `&`, by its number or name, and how long that is. Programs read it without its end as well.
fn of_page(rest: &[u8]) -> Option<(u8, usize)> {
    let (sign, length) = match rest {
        [b'#', b'x' | b'X', digits @ ..] => numbered(digits, 16).map(|(sign, length)| (sign, length + 2))?,
        [b'#', digits @ ..] => numbered(digits, 10).map(|(sign, length)| (sign, length + 1))?,
        _ => NAMES.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, sign)| (*sign, name.len()))?,
    };
    Some((sign, length + usize::from(rest.get(length) == Some(&b';'))))
}

/// The ASCII sign of a number, and how many digits that has.
fn numbered(text: &[u8], radix: u32) -> Option<(u8, usize)> {
    let length = text.iter().take_while(|&&digit| char::from(digit).is_digit(radix)).count();
    let code = u32::from_str_radix(std::str::from_utf8(text.get(..length)?).ok()?, radix).ok()?;
    // The full-width sign is read as the plain one.
    let code = if (0xff01..=0xff5e).contains(&code) { code - 0xfee0 } else { code };
    u8::try_from(code).ok().filter(u8::is_ascii).map(|sign| (sign, length))
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::detect::sighting::Sighting;

    fn finds(text: &str) -> bool {
        let mut sighting = Sighting::default();
        look(text.as_bytes(), &mut sighting);
        sighting.passed != 0
    }

    #[test]
    fn encoded_signs_are_read_as_what_they_stand_for() {
        for text in [
            "jane%40example.org",
            "jane%2540example.org",
            "jane%2Edoe%40example%2Eorg",
            "jane&#64;example.org",
            "jane&#064;example&#46;org",
            "jane&#x40;example.org",
            "jane&#64example.org",
            "jane&commat;example&period;org",
            "jane&amp;#64;example.org",
            "https://example.org/?to=jane%40example.org&x=1",
        ] {
            assert!(finds(text), "{text}");
        }
    }

    #[test]
    fn percent_signs_and_ampersands_are_no_addresses() {
        for text in
            ["40% & 60%", "5%40", "A&B", "100 %40 off", "%", "&", "&#", "&#99999999999;", "Smith & Co. 40%", "%4"]
        {
            assert!(!finds(text), "{text}");
        }
    }
}
