//! Words of a column heading, and what they speak of in several languages.
//!
//! One file a topic. All words of a list are in the form in which [`words`] gives them: lower case, without accents.
//! A list is looked up with [`mentions`] or [`has`]; what takes several lists has a function of its own here.

mod account;
mod attribute;
mod beside;
mod direct;
mod event;
mod free_text;
mod key;
mod party;
mod subject;

pub(super) use account::ACCOUNT;
pub(super) use attribute::TRAIT;
pub(super) use beside::{ASPECT, QUALIFIER};
pub(super) use direct::ADDRESS;
pub(super) use event::{MONEY, PLACE, TIME, TRADE};
pub(super) use free_text::FREE_TEXT;
pub(super) use key::{IDENTIFIER, MACHINE_KEY, RECORD};
pub(super) use subject::{AMBIGUOUS, SUBJECT};

use account::CARD;
use direct::{DIRECT, DIRECT_PAIRS};
use key::NUMBER;
use party::{NAME, PARTY, PERSON};

pub(super) use crate::column_name::words;

/// Whether a word of the heading is on the list, as [`has`] reads it.
pub(super) fn mentions(heading: &[String], known: &[&str]) -> bool {
    heading.iter().any(|word| has(known, word))
}

/// Whether a word is known, also with digits at its end (`address1`) or glued to another long one (`merchantname`).
pub(super) fn has(known: &[&str], word: &str) -> bool {
    let bare = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    known.iter().any(|&known| bare == known || (known.len() >= 6 && bare.contains(known)))
}

/// How directly a word means the person or account, also glued to a word that makes an identifier of it (`customerid`).
pub(super) fn subject_rank(word: &str) -> Option<u32> {
    let known = |word: &str| SUBJECT.iter().find(|(known, _)| *known == word).map(|&(_, rank)| rank);
    let glued = || {
        let rest = |part: &&str| word.strip_suffix(part).or_else(|| word.strip_prefix(part)).and_then(known);
        IDENTIFIER.iter().filter(|part| part.len() > 1).find_map(rest)
    };
    known(word).or_else(glued)
}

/// Whether every word fits, so that `card_type` and `account_to` do not.
pub(super) fn speaks_of_subject_alone(heading: &[String]) -> bool {
    heading.iter().all(|word| subject_rank(word).is_some() || has(&IDENTIFIER, word) || has(&QUALIFIER, word))
}

/// Whether the heading speaks of what names a person outright: by one word, by a pair of them, as the name or number of
/// somebody, or as nobody but a party to a payment.
pub(super) fn is_direct(heading: &[String]) -> bool {
    let word = |wanted: &str| heading.iter().any(|word| word == wanted);
    let named = heading.iter().any(|word| NAME.contains(&word.as_str()));
    let glued = |word: &String| word.strip_suffix("name").is_some_and(|rest| PERSON.contains(&rest));
    let name_of_person = (named && (heading.len() == 1 || mentions(heading, &PERSON) || mentions(heading, &PARTY)))
        || heading.iter().any(glued);
    let filler = |word: &String| NAME.contains(&word.as_str()) || QUALIFIER.contains(&word.as_str());
    let party = mentions(heading, &PARTY) && heading.iter().all(|word| has(&PARTY, word) || filler(word));
    let card_number = mentions(heading, &CARD) && (mentions(heading, &NUMBER) || word("pan"));
    let stuck = |word: &String| {
        ACCOUNT.iter().any(|account| word.strip_prefix(account).is_some_and(|rest| NUMBER.contains(&rest)))
    };
    let account_number = (mentions(heading, &ACCOUNT) && mentions(heading, &NUMBER)) || heading.iter().any(stuck);
    mentions(heading, &DIRECT)
        || DIRECT_PAIRS.iter().any(|(first, second)| word(first) && word(second))
        || name_of_person
        || party
        || card_number
        || account_number
}

#[cfg(test)]
mod test;
