//! The lists as such, and what is read from headings with them. How roles follow is tested in `guess`.

use std::collections::HashSet;

use super::{
    ACCOUNT, ADDRESS, AMBIGUOUS, ASPECT, CARD, DIRECT, DIRECT_PAIRS, FREE_TEXT, IDENTIFIER, MACHINE_KEY, MONEY, NAME,
    NUMBER, PARTY, PERSON, PLACE, QUALIFIER, RECORD, SUBJECT, TIME, TRADE, TRAIT, has, is_direct, mentions,
    speaks_of_subject_alone, subject_rank, words,
};

/// Every list of single words, with its name.
fn lists() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("subject", SUBJECT.iter().map(|&(word, _)| word).collect()),
        ("account", ACCOUNT.to_vec()),
        ("address", ADDRESS.to_vec()),
        ("ambiguous", AMBIGUOUS.to_vec()),
        ("aspect", ASPECT.to_vec()),
        ("card", CARD.to_vec()),
        ("direct", DIRECT.to_vec()),
        ("free text", FREE_TEXT.to_vec()),
        ("identifier", IDENTIFIER.to_vec()),
        ("machine key", MACHINE_KEY.to_vec()),
        ("money", MONEY.to_vec()),
        ("name", NAME.to_vec()),
        ("number", NUMBER.to_vec()),
        ("party", PARTY.to_vec()),
        ("person", PERSON.to_vec()),
        ("place", PLACE.to_vec()),
        ("qualifier", QUALIFIER.to_vec()),
        ("record", RECORD.to_vec()),
        ("time", TIME.to_vec()),
        ("trade", TRADE.to_vec()),
        ("trait", TRAIT.to_vec()),
    ]
}

#[test]
fn every_listed_word_can_be_met_in_a_heading() {
    let pairs = DIRECT_PAIRS.iter().flat_map(|&(first, second)| [first, second]);
    for word in lists().into_iter().flat_map(|(_, list)| list).chain(pairs) {
        assert_eq!(words(word), [word]);
    }
}

#[test]
fn no_list_holds_a_word_twice() {
    for (name, list) in lists() {
        let mut met = HashSet::new();
        let twice: Vec<_> = list.into_iter().filter(|&word| !met.insert(word)).collect();
        assert!(twice.is_empty(), "{name}: {twice:?}");
    }
}

#[test]
fn parts_of_a_list_stand_in_the_whole() {
    assert!(ADDRESS.iter().all(|word| DIRECT.contains(word)));
    assert!(AMBIGUOUS.iter().all(|word| SUBJECT.iter().any(|(known, _)| known == word)));
}

#[test]
fn a_long_word_is_known_inside_another_and_a_short_one_is_not() {
    assert!(has(&TRADE, "merchant"));
    assert!(has(&TRADE, "merchantname"));
    assert!(has(&ADDRESS, "address2"));
    assert!(has(&PLACE, "zip"));
    assert!(!has(&PLACE, "zipper"));
    assert!(mentions(&words("home_address"), &ADDRESS));
    assert!(!mentions(&words("homepage"), &ADDRESS));
}

#[test]
fn a_subject_word_is_known_glued_to_an_identifier() {
    assert_eq!(subject_rank("customer"), Some(4));
    assert_eq!(subject_rank("customerid"), Some(4));
    assert_eq!(subject_rank("idcard"), Some(2));
    assert_eq!(subject_rank("colour"), None);
}

#[test]
fn a_word_of_its_own_meaning_takes_a_heading_from_the_subject() {
    for (heading, alone) in [("card_id", true), ("masked card no", true), ("card_type", false), ("account_to", false)] {
        assert_eq!(speaks_of_subject_alone(&words(heading)), alone, "{heading}");
    }
}

#[test]
fn a_heading_names_a_person_outright_by_a_word_a_pair_a_name_or_a_number_of_theirs() {
    for heading in ["surname", "soc_sec", "customer name", "name", "clientname", "Kontoinhaber", "card no", "kontonr"] {
        assert!(is_direct(&words(heading)), "{heading}");
    }
    for heading in ["merchant name", "security", "card", "account", "sender bank", "amount"] {
        assert!(!is_direct(&words(heading)), "{heading}");
    }
}

#[test]
fn every_line_of_a_list_is_an_entry() {
    let counts: Vec<(&str, usize)> = lists().into_iter().map(|(name, list)| (name, list.len())).collect();
    let expected = [
        ("subject", 91),
        ("account", 19),
        ("address", 14),
        ("ambiguous", 2),
        ("aspect", 44),
        ("card", 10),
        ("direct", 142),
        ("free text", 56),
        ("identifier", 30),
        ("machine key", 12),
        ("money", 44),
        ("name", 6),
        ("number", 12),
        ("party", 60),
        ("person", 55),
        ("place", 66),
        ("qualifier", 22),
        ("record", 30),
        ("time", 38),
        ("trade", 37),
        ("trait", 41),
    ];
    assert_eq!(counts, expected);
    assert_eq!((DIRECT_PAIRS.len(), DIRECT_PAIRS[0]), (20, ("given", "name")));
    assert_eq!((SUBJECT[0], AMBIGUOUS.as_slice()), (("customer", 4), ["subject", "holder"].as_slice()));
}
