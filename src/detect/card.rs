//! Payment card numbers, whole and shortened.
//!
//! A number counts as a card number when its first digits belong to an issuer, its length fits that issuer, and the
//! Luhn digit is right (ISO/IEC 7812-1). Issuer ranges are those the card schemes publish. A shortened number is
//! permitted to show at most the first six and the last four digits (PCI DSS 4.0, requirement 3.4).

use super::sighting::{Shown, Sighting, Sign, Span};
use super::text::{before, behind_separators, digits_at, goes_on, has_decimals, is_signed_or_decimals, is_word};

/// Issuers: the first four digits from, to, and the shortest and longest number.
///
/// Visa numbers of thirteen digits are left out: none has been issued for decades, and article numbers (EAN-13) that
/// begin with a 4 are common.
const ISSUERS: [(u16, u16, usize, usize); 24] = [
    (2200, 2204, 16, 19), // Mir
    (2221, 2720, 16, 16), // Mastercard
    (3000, 3059, 14, 19), // Diners Club
    (3095, 3095, 14, 19),
    (3400, 3499, 15, 15), // American Express
    (3528, 3589, 16, 19), // JCB
    (3600, 3699, 14, 19), // Diners Club
    (3700, 3799, 15, 15), // American Express
    (3800, 3999, 14, 19), // Diners Club
    (4000, 4999, 16, 16), // Visa
    (4000, 4999, 18, 19),
    (5000, 5099, 13, 19), // Maestro and national schemes
    (5100, 5599, 16, 16), // Mastercard
    (5600, 5899, 13, 19), // Maestro
    (6011, 6011, 16, 19), // Discover
    (6000, 6010, 16, 16), // RuPay
    (6012, 6199, 16, 16),
    (6200, 6299, 16, 19), // UnionPay
    (6300, 6399, 13, 19), // Maestro
    (6400, 6599, 16, 19), // Discover
    (6700, 6799, 13, 19), // Maestro
    (8100, 8199, 16, 19), // UnionPay
    (8200, 8299, 16, 16), // RuPay
    (9792, 9792, 16, 16), // Troy
];

/// How the digits of a card are grouped in writing, longer numbers first.
const GROUPINGS: [&[usize]; 7] =
    [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 5], &[8, 8], &[6, 6, 4]];

/// Sizes of groups that repeat to the end: digit by digit, and in pairs.
const EVEN: std::ops::RangeInclusive<usize> = 1..=2;

/// Shortest and longest card number.
const LENGTH: std::ops::RangeInclusive<usize> = 13..=19;

/// Whether the check digit at the end is right: from the right every second digit is doubled, nine is taken off what
/// exceeds nine, and the sum is divisible by ten.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether some issuer has numbers of this length that begin like this.
fn issued(digits: &[u8]) -> bool {
    let first = digits.iter().take(4).fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    ISSUERS.iter().any(|&(from, to, shortest, longest)| {
        (from..=to).contains(&first) && (shortest..=longest).contains(&digits.len())
    })
}

/// Whether some issuer has numbers that begin with these digits, four at most looked at.
fn may_begin(digits: &[u8]) -> bool {
    let shown = &digits[..digits.len().min(4)];
    let first = shown.iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    let width = 10_u16.pow(4 - u32::try_from(shown.len()).unwrap_or(4));
    let (low, high) = (first * width, first * width + (width - 1));
    ISSUERS.iter().any(|&(from, to, ..)| low <= to && from <= high)
}

/// Looks for a whole card number that starts here, bare or in groups, also where letters touch it; the end of one that
/// is right.
pub(super) fn at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    if before(text, start).is_some_and(|byte| byte.is_ascii_digit()) || is_signed_or_decimals(text, start) {
        return None;
    }
    let run = digits_at(text, start);
    if LENGTH.contains(&run) {
        let end = start + run;
        return settled(text, Span { start, end }, &text[start..end], Sign::CARD_PLAIN, sighting);
    }
    let groupings = GROUPINGS.iter().filter(|grouping| grouping[0] == run);
    let grouped = groupings.filter_map(|grouping| read_groups(text, start, grouping.iter().copied()));
    let even = EVEN.contains(&run).then(|| read_groups(text, start, std::iter::repeat(run))).flatten();
    grouped.chain(even).find_map(|Groups { digits, length, end }| {
        settled(text, Span { start, end }, &digits[..length], Sign::CARD_GROUPED, sighting)
    })
}

/// Adds a number that some issuer may have given; its end when its check digit is right.
fn settled(text: &[u8], span: Span, digits: &[u8], sign: Sign, sighting: &mut Sighting) -> Option<usize> {
    if has_decimals(text, span.end) || !issued(digits) {
        return None;
    }
    let right = luhn(digits);
    sighting.add(sign, span.placement(text), right);
    right.then_some(span.end)
}

/// Digits that were read in groups.
struct Groups {
    digits: [u8; 19],
    length: usize,
    end: usize,
}

/// Reads groups of these sizes with one or two separators between them, of any kind; groups without end are read as
/// far as they go. None where a group has another size, or a digit follows without a blank.
fn read_groups(text: &[u8], start: usize, sizes: impl Iterator<Item = usize>) -> Option<Groups> {
    let endless = sizes.size_hint().1.is_none();
    let mut groups = Groups { digits: [0; 19], length: 0, end: start };
    for (place, size) in sizes.enumerate() {
        let from = if place == 0 { start } else { behind_separators(text, groups.end) };
        let run = digits_at(text, from);
        let breaks = place > 0 && from == groups.end;
        if endless && (breaks || run == 0) {
            break;
        }
        // The last of even groups may be shorter.
        if breaks || run != size && !(endless && run < size) {
            return None;
        }
        groups.digits.get_mut(groups.length..groups.length + run)?.copy_from_slice(&text[from..from + run]);
        (groups.length, groups.end) = (groups.length + run, from + run);
    }
    let next = behind_separators(text, groups.end);
    let joined = digits_at(text, next) > 0 && (endless || text.get(groups.end) != Some(&b' '));
    (!joined && LENGTH.contains(&groups.length)).then_some(groups)
}

/// What a shortened number shows and hides.
#[derive(Default)]
struct Mask {
    leading: usize,
    hidden: usize,
    middle: usize,
    trailing: usize,
    starred: bool,
}

impl Mask {
    fn digit(&mut self) {
        if self.hidden == 0 { self.leading += 1 } else { self.trailing += 1 }
    }

    fn hide(&mut self, star: bool) {
        self.middle += std::mem::take(&mut self.trailing);
        self.hidden += 1;
        self.starred |= star;
    }

    fn shown(&self) -> usize {
        self.leading + self.middle + self.trailing
    }
}

/// Looks for a card number that starts here and of which some digits are replaced by `*`, `x`, `X`, `#` or the like.
pub(super) fn masked_at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    if before(text, start).is_some_and(|byte| is_word(byte) || is_mask(byte)) {
        return None;
    }
    let (mask, digits, end) = read_mask(&text[start..])?;
    let end = start + end;
    if goes_on(text, end) || text.get(end).copied().is_some_and(is_mask) {
        return None;
    }
    let total = mask.shown() + mask.hidden;
    let last_four = mask.starred && mask.leading == 0 && mask.hidden >= 4 && mask.trailing == 4 && mask.middle == 0;
    let whole = (13..=19).contains(&total)
        && mask.shown() >= 4
        && mask.hidden >= if mask.starred { 1 } else { 2 }
        && may_begin(&digits[..mask.leading]);
    if !(whole || last_four && total < 13) {
        return None;
    }
    // A number of which only the last four digits are left says nothing of its length; sixteen is the usual one.
    let hidden = if whole { mask.hidden } else { 12 };
    let permitted = mask.leading <= 6 && mask.trailing <= 4 && mask.middle == 0;
    let sign = if permitted { Sign::CARD_TRUNCATED } else { Sign::CARD_PARTIAL };
    sighting.add(sign, Span { start, end }.placement(text), true);
    sighting.show(permitted, Shown::new(mask.shown(), hidden));
    Some(end)
}

fn is_mask(byte: u8) -> bool {
    matches!(byte, b'*' | b'x' | b'X' | b'#')
}

/// Reads digits and signs of masking, single blanks and dashes between them; what it saw, the leading digits, the end.
fn read_mask(text: &[u8]) -> Option<(Mask, [u8; 19], usize)> {
    let mut mask = Mask::default();
    let mut digits = [0; 19];
    let (mut end, mut at) = (0, 0);
    while let Some(&byte) = text.get(at) {
        if byte.is_ascii_digit() {
            if mask.hidden == 0 {
                *digits.get_mut(mask.leading)? = byte;
            }
            mask.digit();
        } else if is_mask(byte) {
            mask.hide(!byte.is_ascii_alphabetic());
        } else if !matches!(byte, b' ' | b'-') || end != at {
            break;
        }
        at += 1;
        if is_word(byte) || is_mask(byte) {
            end = at;
        }
        if mask.shown() + mask.hidden > 19 {
            return None;
        }
    }
    (mask.hidden > 0).then_some((mask, digits, end))
}

#[cfg(test)]
mod tests {
    use super::{issued, luhn, may_begin};

    #[test]
    fn published_test_numbers_have_the_right_check_digit_and_an_issuer() {
        for number in [
            "4111111111111111",
            "5555555555554444",
            "5500005555555559",
            "2223003122003222",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "38520000023237",
            "3530111333300000",
            "6304000000000000",
            "6759649826438453",
            "6200000000000005",
        ] {
            assert!(luhn(number.as_bytes()) && issued(number.as_bytes()), "{number}");
        }
        assert!(!luhn(b"4111111111111112") && !luhn(b"1234567812345678"));
        assert!(luhn(b"1234567812345670") && !issued(b"1234567812345670"), "no issuer begins with 1");
    }

    #[test]
    fn every_position_of_a_number_changes_the_check_digit() {
        let number = *b"4929123412341234";
        let right = (b'0'..=b'9').filter(|&last| luhn(&[&number[..15], &[last]].concat())).count();
        assert_eq!(right, 1);
    }

    #[test]
    fn shown_digits_must_fit_an_issuer() {
        assert!(may_begin(b"") && may_begin(b"4") && may_begin(b"55") && may_begin(b"411111"));
        assert!(!may_begin(b"1") && !may_begin(b"20") && !may_begin(b"2026"));
    }
}
