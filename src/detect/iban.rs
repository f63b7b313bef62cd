//! International bank account numbers (ISO 13616): country, its length, and check digits modulo 97.

use super::sighting::{Sighting, Sign, Span};
use super::text::{before, behind_separators, is_word};

/// Countries of the registry and the length of their numbers.
#[rustfmt::skip]
const LENGTHS: [(&[u8; 2], usize); 88] = [
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16), (b"BG", 22),
    (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22), (b"CY", 28), (b"CZ", 24),
    (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20), (b"EG", 29), (b"ES", 24), (b"FI", 18),
    (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22), (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27),
    (b"GT", 28), (b"HN", 28), (b"HR", 21), (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26),
    (b"IT", 27), (b"JO", 30), (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20),
    (b"LU", 20), (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20),
    (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23), (b"PK", 24),
    (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22), (b"RU", 33), (b"SA", 24),
    (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24), (b"SM", 27), (b"SO", 23), (b"ST", 25),
    (b"SV", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26), (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"YE", 30),
];

/// Kosovo, whose code the registry of countries does not know.
const KOSOVO: (&[u8; 2], usize) = (b"XK", 20);

/// Every number of the registry holds at least so many digits.
const FEWEST_DIGITS: usize = 8;

const LONGEST: usize = 33;

/// Looks for a number that starts here, in capital or small letters, with or without separators; letters may stand
/// before it, as in `IBANCH93…`.
pub(super) fn at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    let [first, second, third, fourth] = *text.get(start..start + 4)?.first_chunk()?;
    let begins = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
    let continues = before(text, start).is_some_and(|byte| byte.is_ascii_digit());
    if !begins || !third.is_ascii_digit() || !fourth.is_ascii_digit() || continues {
        return None;
    }
    let country = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
    let length = LENGTHS.iter().chain([&KOSOVO]).find(|(code, _)| **code == country)?.1;
    let mut number = [0; LONGEST];
    let end = compact(text, start, &mut number[..length])?;
    let number = &number[..length];
    if number.iter().filter(|byte| byte.is_ascii_digit()).count() < FEWEST_DIGITS {
        return None;
    }
    let right = remainder(number) == 1;
    sighting.add(Sign::IBAN, Span { start, end }.placement(text), right);
    right.then_some(end)
}

/// Looks for a Polish account number (NRB) that starts here: an IBAN whose country everybody knows and nobody writes,
/// 26 digits bare or in groups.
pub(super) fn polish_at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    const DIGITS: usize = 26;
    if !text[start].is_ascii_digit() || before(text, start).is_some_and(|byte| is_word(byte) || byte == b'.') {
        return None;
    }
    let mut number = [0; DIGITS + 2];
    number[..2].copy_from_slice(b"PL");
    let end = compact(text, start, &mut number[2..])?;
    let grouped = end - start > DIGITS;
    let longer = grouped && matches!(text.get(end..), Some([b' ' | b'-', next, ..]) if next.is_ascii_digit());
    if longer || !number[2..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let right = remainder(&number) == 1;
    sighting.add(Sign::ACCOUNT_POLISH, Span { start, end }.placement(text), right);
    right.then_some(end)
}

/// Fills `number` with letters and digits, passing over one or two separators; the end, when a word ends there.
fn compact(text: &[u8], start: usize, number: &mut [u8]) -> Option<usize> {
    let mut at = start;
    for (place, slot) in number.iter_mut().enumerate() {
        if place > 0 {
            at = behind_separators(text, at);
        }
        *slot = text.get(at).filter(|byte| byte.is_ascii_alphanumeric())?.to_ascii_uppercase();
        at += 1;
    }
    (!text.get(at).copied().is_some_and(is_word)).then_some(at)
}

/// The number modulo 97 after its first four signs were moved to the end and letters became 10 to 35.
fn remainder(number: &[u8]) -> u32 {
    let (head, tail) = number.split_at(4);
    tail.iter().chain(head).fold(0, |rest, &byte| {
        let value = if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 };
        (rest * (if value > 9 { 100 } else { 10 }) + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::{LENGTHS, remainder};

    #[test]
    fn examples_of_the_registry_are_right_and_a_changed_digit_is_wrong() {
        for number in [
            "DE89370400440532013000",
            "GB29NWBK60161331926819",
            "FR1420041010050500013M02606",
            "NL91ABNA0417164300",
            "ES9121000418450200051332",
            "IT60X0542811101000000123456",
            "CZ6508000000192000145399",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            let country = number.as_bytes().first_chunk::<2>().unwrap();
            let length = LENGTHS.iter().find(|(code, _)| *code == country).unwrap().1;
            assert_eq!((remainder(number.as_bytes()), number.len()), (1, length), "{number}");
        }
        assert_ne!(remainder(b"DE89370400440532013001"), 1);
    }
}
