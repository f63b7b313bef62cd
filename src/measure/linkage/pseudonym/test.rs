//! Known hashes, random columns against brute force, and what is never told.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::forms::{Algorithm, Way};
use super::{check, oracle};
use crate::result::{ColumnType, PseudonymCheck};
use crate::secret::Secret;
use crate::stop::{Stop, StopReason};
use crate::table::Dictionary;
use crate::tries::tries;

const CARD: &str = "4111111111111111";
const SHA256: &str = "9bbef19476623ca56c17da75fd57734dbf82530686043a6e491c6d71befe8f6e";

fn dictionary(cells: &[&str]) -> (Dictionary, Vec<u32>) {
    let mut values = Dictionary::new(ColumnType::Text);
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    let mut code = |cell| {
        *known.entry(cell).or_insert_with(|| match cell {
            "" => values.push_missing(),
            _ => values.push(Secret::new(cell)),
        })
    };
    let codes = cells.iter().map(|&cell| code(cell)).collect();
    (values, codes)
}

fn run(records: &[(u32, &str)], identifiers: &[&str]) -> PseudonymCheck {
    let (values, codes) = dictionary(&records.iter().map(|&(_, cell)| cell).collect::<Vec<_>>());
    let holders = records.iter().zip(codes).map(|(&(subject, _), code)| (subject, code));
    check("customer", &values, holders, &dictionary(identifiers).0, "cards.csv", &Stop::default()).unwrap()
}

fn forms(check: &PseudonymCheck) -> Vec<(&str, u64)> {
    check.forms.iter().map(|form| (form.form.as_str(), form.values)).collect()
}

#[test]
fn a_hash_of_a_supplied_card_number_is_found_in_every_usual_writing() {
    for writing in oracle::written(&Algorithm::Sha256.hash(CARD.as_bytes())) {
        let check = run(&[(0, writing.as_str()), (1, "other")], &["4111 1111-1111 1111"]);
        assert_eq!(forms(&check), [("sha-256 of no blanks or dashes", 1)], "{writing}");
        assert_eq!((check.supplied, check.values, check.reversed, check.subjects), (1, 2, 1, 1));
    }
}

#[test]
fn every_algorithm_is_told_by_its_name() {
    let names =
        ["md5", "sha-1", "sha-224", "sha-256", "sha-384", "sha-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512"];
    for (algorithm, name) in Algorithm::ALL.iter().zip(names) {
        let hash = &oracle::written(&algorithm.hash(b"jane@example.org"))[0];
        assert_eq!(forms(&run(&[(0, hash.as_str())], &[" jane@example.org "])), [(name, 1)]);
        let check = run(&[(0, hash.as_str())], &["Jane@Example.org"]);
        assert_eq!(forms(&check), [(format!("{name} of small letters").as_str(), 1)]);
    }
}

#[test]
fn plain_identifiers_are_found_as_they_are_spelled() {
    let check = run(&[(0, "DE89 3704 0044 0532 0130 00"), (0, "7"), (1, "7")], &["de89370400440532013000", "007"]);
    assert_eq!(forms(&check), [("plain, digits alone, no leading zeros", 1)]);
    assert_eq!((check.reversed, check.subjects), (1, 2));
    let check = run(&[(0, "DE89 3704 0044 0532 0130 00")], &["DE89370400440532013000"]);
    assert_eq!(forms(&check), [("plain, groups parted by blanks", 1)]);
}

#[test]
fn published_hashes_of_other_ways_are_found() {
    // FIPS 180-4 and FIPS 202 publish those of "abc"; the others are what `printf 'abc\n' | sha256sum`,
    // `HASHBYTES('SHA2_256', N'abc')` and a hash of the hash print.
    for (value, form) in [
        ("23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", "sha-224"),
        ("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", "sha3-256"),
        ("edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb", "sha-256 with a line feed"),
        ("0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n", "sha-256"),
        ("13e228567e8249fce53337f25d7970de3bd68ab2653424c7b8f9fd05e33caedf", "sha-256 in UTF-16 (little-endian)"),
        ("4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358", "sha-256 twice (of bytes)"),
        ("dfe7a23fefeea519e9bbfdd1a6be94c4b2e4529dd6b7cbea83f9959c2621b13c", "sha-256 twice (of hexadecimal digits)"),
        ("ba7816bf8f01cfea414140de5dae2223", "sha-256, shortened"),
        ("ba7816bf8f01cfea", "sha-256, shortened"),
        ("unavailable", ""),
    ] {
        let check = run(&[(0, value)], &["abc"]);
        let found: Vec<&str> = check.forms.iter().map(|form| form.form.as_str()).collect();
        assert_eq!(found, if form.is_empty() { vec![] } else { vec![form] }, "{value}");
    }
}

#[test]
fn too_short_and_keyed_hashes_and_other_numbers_are_not_found() {
    let keyed = &oracle::written(&Algorithm::Sha256.hash(b"key4111111111111111"))[0];
    let check = run(&[(0, &SHA256[..8]), (1, keyed), (2, SHA256), (3, "")], &["4111111111111112", "", "  "]);
    assert_eq!((check.supplied, check.values, check.reversed, check.subjects), (1, 3, 0, 0));
    assert_eq!(check.forms, []);
    assert_eq!(run(&[(0, &SHA256[..8])], &[CARD]).reversed, 0, "eight digits are hit by chance");
    assert_eq!(run(&[(0, &SHA256[..12])], &[CARD]).reversed, 1);
}

#[test]
fn the_result_holds_no_identifier_and_no_value() {
    let check = run(&[(0, SHA256), (1, CARD)], &[CARD]);
    assert_eq!(check.reversed, 2);
    let written = serde_json::to_string(&check).unwrap();
    assert!(!written.contains("4111") && !written.contains("9bbef"), "{written}");
}

#[test]
fn it_stops_when_told_to() {
    let stop = Stop::default();
    stop.raise(StopReason::Timeout);
    let (values, _) = dictionary(&["a"]);
    let check = check("c", &values, std::iter::empty(), &values, "l", &stop);
    assert_eq!(check, Err(StopReason::Timeout));
}

const IDENTIFIERS: [&str; 10] =
    ["", "  ", "007", "7", "Ann@x.org", "ann@x.org", "41-11 1", "DE89 3704 0044", " DE8937040044", "378282246310005"];

/// A value: an identifier as it stands, a spelling of it, or a writing of a hash of a spelling.
fn value() -> impl Strategy<Value = String> {
    let hashing = (0_usize..12, 0_usize..7);
    (0_usize..10, 0_usize..12, hashing, 0_usize..9).prop_map(|(identifier, spelling, (algorithm, way), writing)| {
        let identifier = IDENTIFIERS[identifier];
        let spellings = super::spellings(identifier.trim());
        let Some((_, text)) = spellings.get(spelling % spellings.len().max(1)) else { return identifier.to_owned() };
        match Algorithm::ALL.get(algorithm) {
            None => text.clone(),
            Some(algorithm) => {
                let writings = oracle::written(&Way::ALL[way].hash(*algorithm, text));
                let other =
                    || if writing == 7 { format!("0x{}", &writings[0][..32]) } else { writings[2][..12].to_owned() };
                writings.get(writing).cloned().unwrap_or_else(other)
            }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_count_equals_brute_force(
        records in prop::collection::vec((0_u32..4, value()), 0..9),
        identifiers in prop::collection::vec(0_usize..10, 0..6),
    ) {
        let records: Vec<(u32, &str)> = records.iter().map(|(subject, value)| (*subject, value.as_str())).collect();
        let identifiers: Vec<&str> = identifiers.into_iter().map(|place| IDENTIFIERS[place]).collect();
        prop_assert_eq!(run(&records, &identifiers), oracle::check("customer", &records, &identifiers, "cards.csv"));
    }
}
