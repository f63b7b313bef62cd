//! What names a person outright, found in the cells themselves.
//!
//! Pure functions on the bytes of a cell, in three steps. *Looking* ([`Search::take`]) finds everything in one cell that
//! has the shape of an identifier, and whether its check digits are right. *Counting* remembers of every column, for
//! every shape, a sample of the distinct values and how many of them were right. *Settling* ([`Search::settle`]) asks
//! for every kind whether chance explains what was seen (`proof.rs` has the rule and its errors).
//!
//! - *payment card number*: issuer range, length for that issuer, Luhn digit; bare or in groups, also touched by
//!   letters (`card.rs`).
//! - *partial, truncated card number*: digits and signs of masking in the length of a card; at most the first six and
//!   last four digits are a permitted truncation.
//! - *IBAN*: country, its length, modulo 97; bare or in groups; Polish ones also without the country (`iban.rs`).
//! - *e-mail address*: the library `linkify`, also where signs are encoded (`email.rs`).
//! - *telephone number*: `+` or `00` with country code and length, or a national spelling; other bare digits only
//!   beneath a heading (`phone.rs`).
//! - *national identifier*: a table of spellings with their check digits; bare digits in a text only behind their name
//!   (`national/`).
//! - *names of people*: a fifth of the distinct values are a common given name and one more word (`names.rs`).
//! - *hashed value*: hexadecimal or base64 of a usual length (`hash.rs`).
//!
//! # Guarantee
//! What is found depends on the set of cells, how often each occurs, and the heading: not on their order. It holds counts
//! and no value. Dates and moments in ISO spelling are never an identifier.

mod card;
mod email;
mod hash;
mod iban;
mod names;
mod national;
#[doc(hidden)]
pub mod oracle;
mod phone;
mod proof;
mod search;
mod sighting;
#[cfg(test)]
mod test;
mod text;

pub(crate) use names::{are_names, names_people};
pub use names::{is_full_name, names_in};
pub use search::{Found, Search};
pub use sighting::Shown;

use sighting::Sighting;

use crate::result::IdentifierKind;

/// Kinds that the heading of a column speaks of, so that less is needed to believe them.
#[derive(Debug, Clone, Copy, Default)]
struct Heading {
    card: bool,
    phone: bool,
    national: bool,
}

crate::word_list::word_lists! {
    /// Words beside which bare digits may be a card number.
    static CARD = "words/card.txt";
    /// Words beside which bare digits may be a telephone number.
    static PHONE = "words/phone.txt";
    /// Words beside which bare digits may be a national identification number.
    static NATIONAL = "words/national.txt";
}

impl Heading {
    fn new(heading: &str) -> Self {
        let words = crate::column_name::words(heading);
        let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let pair = |first: &str, second: &str| {
            words.iter().any(|word| word == first) && words.iter().any(|word| word == second)
        };
        Self {
            card: says(&CARD),
            phone: says(&PHONE),
            national: says(&NATIONAL) || pair("social", "security") || pair("tax", "id") || pair("identity", "number"),
        }
    }
}

/// Shorter cells hold no identifier: `a@b.cd` is the shortest.
const SHORTEST: usize = 6;

/// Whether a cell may hold an identifier at all; most cells end here.
fn may_hold(cell: &[u8]) -> bool {
    if cell.len() < SHORTEST {
        return false;
    }
    if cell.len() < 8 && cell.is_ascii() {
        return may_hold_address(cell);
    }
    let digits = cell.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 4 || may_hold_address(cell) || cell.len() >= 22 || !cell.is_ascii()
}

/// Whether a text holds the sign of an e-mail address, or one that may encode it.
fn may_hold_address(text: &[u8]) -> bool {
    memchr::memchr3(b'@', b'%', b'&', text).is_some()
}

/// Whether a text by itself holds an e-mail address, an account or a card number. Of a single text its check digits may
/// be right by chance, so this is for texts that should hold none, such as names of columns.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let passed = look(text.as_bytes(), Heading::default()).passed;
    sighting::Mark::all(passed).any(|mark| {
        matches!(
            mark.sign().kind(),
            IdentifierKind::EmailAddress | IdentifierKind::Iban | IdentifierKind::PaymentCardNumber
        )
    })
}

/// Everything in a cell that has the shape of an identifier.
fn look(cell: &[u8], heading: Heading) -> Sighting {
    let mut sighting = Sighting::default();
    if !may_hold(cell) {
        return sighting;
    }
    let text = text::plain(cell);
    if text::is_moment(&text) {
        return sighting;
    }
    if hash::look(&text, &mut sighting) {
        sighting.value = text::digest(&text);
        return sighting;
    }
    if may_hold_address(&text) {
        email::look(&text, &mut sighting);
    }
    if text.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4 {
        look_for_numbers(&text, heading, &mut sighting);
    }
    if sighting.candidates != 0 {
        sighting.value = text::digest(&text);
    }
    sighting
}

/// Tries every place of a text at which a word, number or sign of masking begins, and numbers that letters touch.
fn look_for_numbers(text: &[u8], heading: Heading, sighting: &mut Sighting) {
    let mut at = 0;
    while at < text.len() {
        let begins = text::is_word(text[at]) || matches!(text[at], b'+' | b'(' | b'*' | b'#');
        let found = match text::before(text, at) {
            Some(last) if text::is_word(last) => touched_at(text, at, last, sighting),
            _ if begins => number_at(text, at, heading, sighting),
            _ => None,
        };
        at = found.unwrap_or(at + 1).max(at + 1);
    }
    if heading.phone && sighting.passed == 0 {
        phone::look_at_digits(text, sighting);
    }
}

/// Looks for an identifier that touches the letter before it, as in `PAN4111…`, `IBANCH93…` and `Tel+44…`.
fn touched_at(text: &[u8], at: usize, last: u8, sighting: &mut Sighting) -> Option<usize> {
    match text[at] {
        b'+' => phone::at(text, at, sighting),
        b'0'..=b'9' if text::is_letter(last) => card::at(text, at, sighting),
        byte if byte.is_ascii_alphabetic() && text.get(at + 2).is_some_and(u8::is_ascii_digit) => {
            iban::at(text, at, sighting)
        }
        _ => None,
    }
}

/// Looks for a national number that its own name stands before, as in `PESEL 44051401359`.
fn named_national_at(text: &[u8], at: usize, sighting: &mut Sighting) -> Option<usize> {
    let digits = text.get(at).into_iter().chain(text.get(at + 2)).any(u8::is_ascii_digit);
    let named = digits && text::words_before(text, at).any(|word| NATIONAL.contains(&&*word));
    if named { national::named_at(text, at, sighting) } else { None }
}

/// Looks for an identifier that starts here; the end of one that is right.
fn number_at(text: &[u8], at: usize, heading: Heading, sighting: &mut Sighting) -> Option<usize> {
    iban::at(text, at, sighting)
        .or_else(|| iban::polish_at(text, at, sighting))
        .or_else(|| card::masked_at(text, at, sighting))
        .or_else(|| card::at(text, at, sighting))
        .or_else(|| {
            // Digits that fit one by chance may be the other all the same.
            let national = national::at(text, at, heading.national, sighting);
            let national = national.or_else(|| named_national_at(text, at, sighting));
            if national.is_some() && text[at] != b'0' { national } else { national.max(phone::at(text, at, sighting)) }
        })
}
