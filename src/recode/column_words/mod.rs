//! Words of a column heading, and what they speak of in several languages.
//!
//! One text file a list, beside this one. All words of a list are in the form in which [`words`] gives them: lower case,
//! without accents.
//! A list is looked up with [`mentions`] or [`has`]; what takes several lists has a function of its own here.

use std::sync::LazyLock;

use crate::word_list::{lines, word_lists};

pub(super) use crate::column_name::words;

word_lists! {
    /// Words for a bank account.
    pub(super) static ACCOUNT = "account.txt";
    /// Words for a payment card.
    static CARD = "card.txt";
    /// Words for the day or year of birth.
    pub(super) static BIRTH = "birth.txt";
    /// Words for a postal code.
    pub(super) static POST_CODE = "post_code.txt";
    /// Words for a code, the digits of which are no quantity.
    pub(super) static CODE = "code.txt";
    /// Words for traits of a person.
    pub(super) static TRAIT = "trait.txt";
    /// Words that may stand beside a subject word without changing what it means.
    pub(super) static QUALIFIER = "qualifier.txt";
    /// Words that make a heading speak of something *about* what they stand beside: `address_type` is no
    /// address. Believed only of a column with few values.
    pub(super) static ASPECT = "aspect.txt";
    /// Words for what names a person outright.
    static DIRECT = "direct.txt";
    /// Words of [`DIRECT`] for an address, beside which a word for a place means that part of it alone.
    pub(super) static ADDRESS = "address.txt";
    /// Words for a moment.
    pub(super) static TIME = "time.txt";
    /// Words for a place.
    pub(super) static PLACE = "place.txt";
    /// Words for money.
    pub(super) static MONEY = "money.txt";
    /// Words for where and for what money was spent.
    pub(super) static TRADE = "trade.txt";
    /// Words for text that people write freely.
    pub(super) static FREE_TEXT = "free_text.txt";
    /// Words that make an identifier of a subject word.
    pub(super) static IDENTIFIER = "identifier.txt";
    /// Words for a number that somebody gave.
    static NUMBER = "number.txt";
    /// Words of a key that a machine made and nobody outside knows.
    pub(super) static MACHINE_KEY = "machine_key.txt";
    /// Words for a single payment or paper, an identifier of which names a record and no person.
    pub(super) static RECORD = "record.txt";
    /// Words beside which `name` means a person.
    static PERSON = "person.txt";
    /// Words for somebody who holds, pays or is paid. Where a heading says no more than that, the cells name
    /// people.
    static PARTY = "party.txt";
    /// Words for a name.
    static NAME = "name.txt";
    /// Subject words that also mean something else, so that the values must look like keys.
    pub(super) static AMBIGUOUS = "ambiguous.txt";
}

/// Pairs of words that together name a person outright.
static DIRECT_PAIRS: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| lines(include_str!("direct_pairs.txt")).filter_map(|line| line.split_once(' ')).collect());

/// Words for the person or account that records belong to, with how directly they mean a person.
pub(super) static SUBJECT: LazyLock<Vec<(&str, u32)>> = LazyLock::new(|| {
    let ranked = |line: &'static str| {
        let (word, rank) = line.split_once(' ')?;
        Some((word, rank.parse().ok()?))
    };
    lines(include_str!("subject.txt")).filter_map(ranked).collect()
});

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
