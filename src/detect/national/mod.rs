//! National identification numbers: a table of spellings, each with its check and with what it takes to believe it.
//!
//! Spellings with letters or separators are rare in themselves and are also looked for in the middle of a text. Bare
//! digits are common, so they must fill a column or stand beneath a heading that speaks of them.

mod checks;

use super::proof::Proof;
use super::sighting::{Sighting, Sign, Span};
use super::text::{before, is_word};
use Proof::{Checked, Column, Format, Heading, Shape};

/// One way of spelling one number. In a spelling `9` is a digit, `A` a letter, `Z` either, and all else itself.
struct Rule {
    spellings: &'static [&'static str],
    check: fn(&[u8]) -> bool,
    proof: Proof,
}

const fn rule(spellings: &'static [&'static str], check: fn(&[u8]) -> bool, proof: Proof) -> Rule {
    Rule { spellings, check, proof }
}

/// The chance of a proof is that of random letters and digits in the spelling, dates included.
const RULES: [Rule; 47] = [
    rule(&["99999999A", "99999999-A", "99.999.999-A", "A9999999A", "A-9999999-A"], checks::spain, Checked(0.05)),
    rule(&["A9999999A"], checks::singapore, Checked(0.1)),
    rule(
        &["9 99 99 99 999 999 99", "9 99 99 9A 999 999 99", "9999999999999 99", "999999A99999999"],
        checks::france,
        Checked(0.01),
    ),
    rule(&["999999999999999"], checks::france, Column(0.005)),
    rule(&["AAAAAA99A99A999A", "AAA AAA 99A99 A999A"], checks::italy, Checked(0.05)),
    rule(&["999999999", "9999.99.999", "9999 99 999"], checks::netherlands, Heading),
    rule(&["99.99.99-999.99", "999999-999-99", "999999 999 99"], checks::belgium, Checked(0.03)),
    rule(&["99999999999"], checks::belgium, Column(0.03)),
    rule(&["999999-9999", "999999+9999", "99999999-9999"], checks::sweden, Checked(0.1)),
    rule(&["999999999999"], checks::sweden, Column(0.01)),
    rule(&["9999999999"], checks::sweden, Column(0.1)),
    rule(&["999999-999Z", "999999+999Z", "999999A999Z"], checks::finland, Checked(0.04)),
    rule(&["99999999999"], checks::poland, Column(0.1)),
    rule(&["999.999.999-99"], checks::brazil, Checked(0.02)),
    rule(&["999999999-99"], checks::brazil, Checked(0.02)),
    rule(&["99999999999"], checks::brazil, Column(0.02)),
    rule(&["AA 99 99 99 A", "AA 999999 A", "AA-99-99-99-A"], checks::united_kingdom, Checked(0.1)),
    // Codes of merchants and articles are spelled like this; one in ten fits by chance.
    rule(&["AA999999A"], checks::united_kingdom, Shape(0.1)),
    rule(&["999-99-9999"], checks::social_security, Format),
    rule(&["999-99-9999"], checks::taxpayer, Column(0.46)),
    rule(&["999999999", "999 99 9999"], checks::united_states, Heading),
    rule(&["9999 9999 9999", "9999-9999-9999"], checks::india, Checked(0.1)),
    rule(&["999999999999"], checks::india, Column(0.1)),
    rule(&["99 999 999 999"], checks::germany, Checked(0.1)),
    rule(&["99999999999"], checks::germany, Column(0.1)),
    rule(&["99999999999"], checks::croatia, Column(0.11)),
    rule(&["999999 99999"], checks::norway, Checked(0.01)),
    rule(&["99999999999"], checks::norway, Column(0.01)),
    rule(&["999999-9999"], checks::denmark, Column(0.1)),
    rule(&["9999999999"], checks::denmark, Heading),
    rule(&["999999/9999"], checks::czech, Checked(0.1)),
    rule(&["9999999999"], checks::czech, Column(0.1)),
    rule(&["756.9999.9999.99", "756 9999 9999 99"], checks::switzerland, Checked(0.1)),
    rule(&["7569999999999"], checks::switzerland, Column(0.1)),
    rule(&["9999999A", "9999999AA"], checks::ireland, Checked(0.05)),
    rule(&["99999999999"], checks::turkey, Column(0.02)),
    rule(&["9999999999999"], checks::romania, Column(0.1)),
    rule(&["99999999999999999A"], checks::china, Checked(0.1)),
    rule(&["999999999999999999"], checks::china, Column(0.1)),
    rule(&["9999999999999"], checks::south_africa, Column(0.1)),
    rule(&["999999-9999999"], checks::south_korea, Checked(0.1)),
    rule(&["999-999-999"], checks::canada, Column(0.1)),
    rule(&["999999999", "999 999 999"], checks::canada, Heading),
    rule(&["999999999", "999 999 999"], checks::portugal, Heading),
    rule(&["99.999.999-Z", "9.999.999-Z", "99999999-A"], checks::chile, Checked(0.1)),
    rule(&["99999999-9", "9999999-9"], checks::chile, Column(0.1)),
    rule(&["99999999999"], checks::baltic, Column(0.1)),
];

const LONGEST: usize = 18;

/// The proof of a rule.
pub(super) fn proof(place: usize) -> Proof {
    RULES.get(place).map_or(Heading, |rule| rule.proof)
}

/// Looks for a number that starts here; the end of one that is right.
pub(super) fn at(text: &[u8], start: usize, heading: bool, sighting: &mut Sighting) -> Option<usize> {
    if before(text, start).is_some_and(|byte| is_word(byte) || matches!(byte, b'.' | b'-' | b'/')) {
        return None;
    }
    let mut found = None;
    for (place, rule) in RULES.iter().enumerate() {
        let within = matches!(rule.proof, Checked(_) | Shape(_) | Format);
        if rule.proof == Heading && !heading || !within && start > 0 {
            continue;
        }
        for spelling in rule.spellings {
            let Some((compact, length, end)) = spelled(text, start, spelling.as_bytes()) else { continue };
            if !within && end < text.len() {
                continue;
            }
            let right = (rule.check)(&compact[..length]);
            sighting.add(Sign::national(place), Span { start, end }.placement(text), right);
            if right {
                found = found.max(Some(end));
            }
        }
    }
    found
}

/// Looks for bare digits or a short code that starts here and that some check of its length finds right, where a word
/// before says that it is such a number; the end of one that is right.
pub(super) fn named_at(text: &[u8], start: usize, sighting: &mut Sighting) -> Option<usize> {
    let bare = RULES.iter().filter(|rule| matches!(rule.proof, Column(_) | Shape(_) | Heading));
    let checks = bare.flat_map(|rule| rule.spellings.iter().map(move |spelling| (spelling, rule.check)));
    let (mut ended, mut right) = (None, false);
    for (spelling, check) in checks {
        if let Some((compact, length, end)) = spelled(text, start, spelling.as_bytes()) {
            ended = Some(end);
            right |= check(&compact[..length]);
        }
    }
    let end = ended?;
    sighting.add(Sign::NATIONAL_NAMED, Span { start, end }.placement(text), right);
    right.then_some(end)
}

/// Letters and digits of a text that follows a spelling, capital, how many they are, and where it ends.
fn spelled(text: &[u8], start: usize, spelling: &[u8]) -> Option<([u8; LONGEST], usize, usize)> {
    let end = start + spelling.len();
    let mut compact = [0; LONGEST];
    let mut length = 0;
    for (&byte, &wanted) in text.get(start..end)?.iter().zip(spelling) {
        let fits = match wanted {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_alphabetic(),
            b'Z' => byte.is_ascii_alphanumeric(),
            sign => byte == sign,
        };
        if !fits {
            return None;
        }
        if byte.is_ascii_alphanumeric() {
            *compact.get_mut(length)? = byte.to_ascii_uppercase();
            length += 1;
        }
    }
    // A longer number in groups is another thing.
    let goes_on = match text.get(end..) {
        Some([next, ..]) if is_word(*next) => true,
        Some([sign @ (b'-' | b'.' | b'/'), next, ..]) => next.is_ascii_digit() || (*sign == b'-' && is_word(*next)),
        Some([b' ', next, ..]) => spelling.contains(&b' ') && next.is_ascii_digit(),
        _ => false,
    };
    (!goes_on).then_some((compact, length, end))
}

/// Whether the check of a country holds for bare digits.
#[cfg(test)]
pub(super) fn is_right(country: &str, digits: &str) -> bool {
    let check = match country {
        "poland" => checks::poland,
        "brazil" => checks::brazil,
        "norway" => checks::norway,
        "sweden" => checks::sweden,
        "india" => checks::india,
        "china" => checks::china,
        "germany" => checks::germany,
        other => panic!("no check for {other}"),
    };
    check(digits.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::at;
    use crate::detect::sighting::Sighting;

    fn passes(text: &str) -> bool {
        let mut sighting = Sighting::default();
        at(text.as_bytes(), 0, true, &mut sighting);
        sighting.passed != 0
    }

    /// Specimens that the issuing offices or the literature publish; none belongs to a person.
    const SPECIMENS: [&str; 27] = [
        "12345678Z",
        "12345678-Z",
        "X1234567L",
        "S1234567D",
        "2 55 08 14 168 025 38",
        "255081416802538",
        "RSSMRA85T10A562S",
        "111222333",
        "85.07.30-033.28",
        "811228-9874",
        "198112289874",
        "131052-308T",
        "44051401359",
        "529.982.247-25",
        "AB123456C",
        "AB 12 34 56 C",
        "123-45-6789",
        "2341 2341 2346",
        "86095742719",
        "736028/5163",
        "756.9217.0769.85",
        "1234567T",
        "1234567FA",
        "33392005961",
        "10000000146",
        "11010519491231002X",
        "12.345.678-5",
    ];

    #[test]
    fn published_specimens_pass() {
        for specimen in SPECIMENS {
            assert!(passes(specimen), "{specimen}");
        }
    }

    #[test]
    fn a_changed_last_sign_fails_the_check_of_its_number() {
        for (specimen, wrong) in [
            ("12345678Z", "12345678A"),
            ("RSSMRA85T10A562S", "RSSMRA85T10A562T"),
            ("131052-308T", "131052-308U"),
            ("529.982.247-25", "529.982.247-26"),
            ("2341 2341 2346", "2341 2341 2347"),
            ("756.9217.0769.85", "756.9217.0769.86"),
            ("11010519491231002X", "11010519491231002A"),
            ("AB123456C", "AB123456E"),
            ("123-45-6789", "666-45-6789"),
        ] {
            assert!(passes(specimen) && !passes(wrong), "{wrong}");
        }
    }

    #[test]
    fn no_text_makes_a_check_panic() {
        for text in ["000000000000000000", "ZZZZZZZZZZZZZZZZZZ", "99999999Z", "00000000000", "ZZ999999Z", "000000A000Z"]
        {
            for length in 0..=text.len() {
                passes(&text[..length]);
            }
        }
    }
}
